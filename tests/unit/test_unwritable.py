"""A home that cannot be written to is named, whoever refuses."""

from pathlib import Path

import pytest

from backlit import app
from backlit.errors import ConfigError
from tests.unit.looks import Look, commit


@pytest.mark.parametrize("home", ["/dev/null/x", "/proc/x", "/etc/hostname"])
def test_a_home_that_no_folder_can_be_made_for(home: str, tmp_path: Path) -> None:
    table = tmp_path / "links.csv"
    table.write_text("Source URL,Target URL\nhttps://a.test/,https://b.test/\n")
    with pytest.raises(ConfigError, match="--dir or BACKLIT_DIR"):
        app.ingest(Path(home), [str(table)])


def test_a_home_whose_lock_is_a_folder(tmp_path: Path) -> None:
    commit(tmp_path, "first", [Look("https://p.test/", 1, (("https://shop.test/", "text"),))])
    (tmp_path / "write.lock").mkdir()
    with pytest.raises(ConfigError, match="write to"):
        app.rank(tmp_path)
