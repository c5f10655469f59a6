"""Do the commands that keep an index say what they did, and end as they should?"""

from pathlib import Path

import pytest

from backlit.index.tables import Index
from tests.unit.cli.conftest import Backlit
from tests.unit.looks import Look, commit


@pytest.fixture
def small(tmp_path: Path) -> Path:
    for n in range(2):
        commit(tmp_path / "home", f"c{n}", [Look("https://a.test/", n, (("https://b.test/", "b"),))])
    return tmp_path / "home"


def test_check_compact_collect_and_go_back(backlit: Backlit, small: Path) -> None:
    here = ("--dir", str(small))
    assert backlit("index", "check", "--deep", *here).out.startswith("Sound: ")
    assert backlit("index", "compact", *here).out == "Nothing to merge.\n"
    merged = backlit("index", "compact", "--all", "--json", *here).envelope["data"]
    assert (merged["files_before"], merged["files_after"]) == (
        4,
        2,
    )  # links and pages; the sources are in order already
    [first, second] = [v.id for v in Index.open(small).versions()[1:3]]
    back = backlit("index", "rollback", str(first), *here)
    assert back.out.startswith(f"The newest version is now {first} of 20")
    assert backlit("index", "rollback", str(second), "--json", *here).envelope["data"]["before"] == str(first)
    assert backlit("index", "rollback", "1971-01-01", *here).code == 2
    assert backlit("index", "gc", "--dry-run", *here).out.startswith(
        "Would forget 0 versions and remove 0 files"
    )


def test_damage_is_named_and_ends_with_6(backlit: Backlit, small: Path) -> None:
    index = Index.open(small)
    path = Path(index.files(index.version(), "links")[0])
    path.write_bytes(path.read_bytes()[:-1])
    found = backlit("index", "check", "--dir", str(small))
    assert found.code == 6
    assert str(path.relative_to(small)) in found.out
    assert "Restore the home from a backup" in found.out


def test_a_backup_is_restored_and_nothing_is_overwritten(
    backlit: Backlit, small: Path, tmp_path: Path
) -> None:
    target, new = tmp_path / "copy.tar", tmp_path / "new"
    assert backlit("backup", str(target), "--dir", str(small)).out.startswith("Copied ")
    assert backlit("backup", str(target), "--dir", str(small)).code == 4
    assert backlit("restore", str(target), "--dir", str(new)).out.startswith("Copied ")
    assert backlit("index", "check", "--deep", "--dir", str(new)).code == 0
    assert backlit("restore", str(target), "--dir", str(new)).code == 4
    assert backlit("restore", str(tmp_path / "none"), "--dir", str(tmp_path / "other")).code == 5
