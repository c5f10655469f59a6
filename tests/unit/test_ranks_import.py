"""Are ranks of others shown before they are read, and read once?"""

import gzip
import json
from pathlib import Path

import pytest

from backlit import app
from backlit.cli.root import run
from backlit.errors import SourceUnknown

NAME = "cc-main-2024-apr-may-jun-domain-ranks.txt.gz"
ROWS = "#harmonicc_pos\t#harmonicc_val\t#pr_pos\t#pr_val\t#host_rev\t#n_hosts\n" + "".join(
    f"{place}\t{3e7 / place}\t{place}\t{0.01 / place}\ttest.top{place}\t3\n" for place in range(1, 6)
)


def test_a_file_of_ranks_is_shown_and_imported_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, home = tmp_path / NAME, tmp_path / "home"
    file.write_bytes(gzip.compress(ROWS.encode()))
    assert run(["ranks", "import", str(file), "--json", "--dir", str(home)]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["data"] == {
        "domains": 5,
        "date": "cc-main-2024-apr-may-jun",
        "already": False,
    }
    assert f"{NAME}: 0.0 MB, edition cc-main-2024-apr-may-jun" in said.err
    assert app.import_ranks(home, file).row["already"] is True


def test_a_file_that_holds_no_ranks_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "links.csv"
    file.write_text("Source URL,Target URL\nhttps://a.test/,https://b.test/\n")
    with pytest.raises(SourceUnknown, match="does not look like a table of domain ranks"):
        app.import_ranks(tmp_path / "home", file)
