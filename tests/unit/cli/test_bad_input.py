"""Each thing that can be asked wrongly, or found broken, has an error and an exit code of its own."""

import errno
import json
import os
import shutil
from pathlib import Path

import pytest

from backlit.index.layout import LAYOUT
from backlit.index.storage import write_json
from backlit.index.tables import Index
from tests.unit.cli.conftest import Backlit
from tests.unit.looks import Look, commit

SHOP = "shop.test"


@pytest.fixture
def own(tmp_path: Path, backlit: Backlit, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of one's own, which may be damaged; the command line looks at it."""
    home = tmp_path / "home"
    for n in range(2):
        commit(home, f"crawl{n}", [Look(f"https://p{n}.test/", n, ((f"https://{SHOP}/", f"text {n}"),))])
    monkeypatch.setenv("BACKLIT_DIR", str(home))
    return home


def files_of(home: Path) -> dict[str, bytes]:
    """What a home holds, but for locks and leases."""
    return {
        str(path.relative_to(home)): path.read_bytes()
        for path in sorted(home.rglob("*"))
        if path.is_file() and path.parent.name not in ("leases", "tmp") and path.suffix != ".lock"
    }


def test_an_unknown_field_a_bad_date_and_an_unknown_version_are_each_their_own(
    own: Path, backlit: Backlit
) -> None:
    version = str(Index.open(own).version().id)
    near = version[:-1] + ("1" if version[-1] != "1" else "2")
    before = files_of(own)
    for arguments, said in (
        (("-q", "achor:x"), "there is no such field here"),
        (("--sort", "nothing"), "there is no such field here"),
        (("--as-of", "2026-13-01"), "that is no date"),
        (("--as-of", near), f"The nearest is {version}."),
        (("--as-of", "1234567890123456"), "The newest are"),
        (("--cursor", "nonsense"), "cursor"),
    ):
        answer = backlit("domains", SHOP, *arguments)
        assert (answer.code, answer.out) == (2, ""), arguments
        assert said in answer.err
    assert files_of(own).keys() <= before.keys() | {"cursor.key"}


def test_a_cursor_of_another_question_is_refused(own: Path, backlit: Backlit) -> None:
    cursor = json.loads(backlit("domains", SHOP, "--limit", "1", "--json").out)["page"]["next"]
    assert backlit("domains", SHOP, "--limit", "1", "--cursor", cursor, "--json").code == 0
    answer = backlit("domains", SHOP, "--sort", "domain", "--cursor", cursor)
    assert (answer.code, answer.out) == (2, "")
    assert "another" in answer.err


@pytest.mark.parametrize("damage", ["cut", "garbled", "gone"])
def test_a_damaged_data_file_is_no_answer(own: Path, backlit: Backlit, damage: str) -> None:
    index = Index.open(own)
    path = Path(index.files(index.version(), "links")[0])
    data = path.read_bytes()
    path.unlink()
    if damage != "gone":
        path.write_bytes(data[:40] if damage == "cut" else b"x" * len(data))
    answer = backlit("domains", SHOP)
    assert (answer.code, answer.out) == (6, "")
    assert "missing or damaged" in answer.err


@pytest.mark.parametrize("name", ["links", "pages"])
def test_damaged_metadata_stops_a_writer_before_it_writes(own: Path, backlit: Backlit, name: str) -> None:
    path = Index.open(own).metadata_file(name)
    assert path is not None
    path.write_bytes(b"{" + path.read_bytes())
    before = files_of(own)
    answer = backlit("index", "compact", "--all")
    assert (answer.code, answer.out) == (6, "")
    assert files_of(own) == before


def test_a_home_of_a_newer_version_is_left_alone(own: Path, backlit: Backlit, tmp_path: Path) -> None:
    write_json(own / "layout.json", {"layout": LAYOUT + 1})
    before = files_of(own)
    (tmp_path / "x.csv").write_text("source_url,target_url\nhttps://a.test/,https://b.test/\n")
    for arguments in (("domains", SHOP), ("index", "compact"), ("ingest", str(tmp_path / "x.csv"))):
        answer = backlit(*arguments)
        assert (answer.code, answer.out) == (6, ""), arguments
        assert "this version knows" in answer.err
    assert files_of(own) == before


def test_a_disk_that_went_away_is_named(own: Path, backlit: Backlit, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(self: Index, name: str) -> object:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(Index, "_metadata", gone)
    answer = backlit("domains", SHOP)
    assert (answer.code, answer.out) == (6, "")
    assert "the disk failed" in answer.err


def test_a_home_that_is_not_there_says_how_to_make_one(own: Path, backlit: Backlit) -> None:
    shutil.rmtree(own)
    answer = backlit("domains", SHOP)
    assert (answer.code, answer.out) == (3, "")
    assert "backlit ingest" in answer.err
