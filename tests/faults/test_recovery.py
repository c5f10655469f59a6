"""What a crash, a copy or a stranger left in a home: named, mended or refused, never believed."""

import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from backlit import app
from backlit.errors import IndexDamaged, SourceError, UsageError
from backlit.index import parts
from backlit.index.tables import Index
from backlit.ingest.read import read_source
from backlit.vweb import VirtualWeb
from tests.faults.kill_ingest import digest
from tests.unit.looks import Look, commit


@pytest.fixture(scope="module")
def warc(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("crawl") / "one.warc.gz"
    VirtualWeb(seed=5, pages=60).write_warc(path)
    return path


@pytest.fixture
def home(tmp_path: Path) -> Path:
    commit(tmp_path / "home", "a", [Look("https://a.test/", 1, (("https://b.test/", "b"),))])
    return tmp_path / "home"


def test_a_staged_part_that_cannot_be_read_is_read_again(warc: Path, tmp_path: Path) -> None:
    app.ingest(tmp_path / "right", [str(warc)], workers=1)
    [source_id] = [row["source_id"] for row in app.sources(app.open_session(tmp_path / "right")).rows]
    broken = parts.staging_folder(tmp_path / "home") / source_id
    broken.mkdir()
    (broken / "part.json").write_text("")
    app.ingest(tmp_path / "home", [str(warc)], workers=1)
    assert digest(tmp_path / "home") == digest(tmp_path / "right")


def test_half_written_parts_of_killed_readers_are_swept(warc: Path, tmp_path: Path) -> None:
    left = parts.staging_folder(tmp_path) / ".0123.4711"
    left.mkdir()
    app.ingest(tmp_path, [str(warc)], workers=1)
    assert not left.exists()


def test_two_copies_of_one_file_are_one_source(warc: Path, tmp_path: Path) -> None:
    copy = tmp_path / "two.warc.gz"
    shutil.copy(warc, copy)
    app.ingest(tmp_path / "both", [str(warc), str(copy)], workers=2)
    app.ingest(tmp_path / "one", [str(warc)], workers=1)
    rows = app.sources(app.open_session(tmp_path / "both")).rows
    assert [row["links"] for row in rows] == [
        row["links"] for row in app.sources(app.open_session(tmp_path / "one")).rows
    ]


def test_a_file_that_changes_while_it_is_read_is_refused(
    warc: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "growing.warc.gz"
    shutil.copy(warc, path)

    def and_then_it_grew(*given: object) -> object:
        yield from read_source(*given)  # type: ignore[arg-type]  # passed on as they came
        with path.open("ab") as file:
            file.write(b"more")

    monkeypatch.setattr(parts, "read_source", and_then_it_grew)
    with pytest.raises(SourceError, match="changed while it was read"):
        app.ingest(tmp_path / "home", [str(path)], workers=1)


def test_a_home_without_its_catalog_is_damaged_not_new(home: Path, warc: Path) -> None:
    (home / "catalog.db").unlink()
    with pytest.raises(IndexDamaged, match="catalog is missing"):
        app.ingest(home, [str(warc)], workers=1)


def test_a_copied_home_does_not_write_into_the_original(home: Path, warc: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(home, copy)
    before = sorted(os.walk(home))
    with pytest.raises(IndexDamaged, match="copied or moved"):
        app.ingest(copy, [str(warc)], workers=1)
    assert sorted(os.walk(home)) == before


def test_a_journal_left_by_a_killed_commit_is_rolled_back_by_the_next_reader(home: Path) -> None:
    child = os.fork()
    if child == 0:
        catalog = sqlite3.connect(home / "catalog.db")
        catalog.execute("PRAGMA cache_size = 1")
        catalog.execute("PRAGMA cache_spill = 1")
        catalog.execute("BEGIN IMMEDIATE")
        catalog.execute("UPDATE iceberg_tables SET metadata_location = 'nowhere'")
        catalog.execute("CREATE TABLE filler AS SELECT randomblob(100000) AS x")
        os._exit(0)
    os.waitpid(child, 0)
    assert (home / "catalog.db-journal").exists()
    assert app.overview(app.open_session(home), "b.test").row["links"] == 1


@pytest.mark.parametrize("damage", ["cut", "gone"])
def test_a_damaged_data_file_is_named(home: Path, damage: str) -> None:
    index = Index.open(home)
    [path] = [Path(file) for file in index.files(index.version(), "links")]
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:50])
    else:
        path.unlink()
    with pytest.raises(IndexDamaged, match="missing or damaged"):
        app.overview(app.open_session(home), "b.test")


@pytest.mark.parametrize(
    "as_of", ["²²²²²²²²²", "9" * 5_000, "0001-01-01T00:00:00+14:00", "99999999999", "soon"]
)
def test_a_date_or_version_that_is_none_is_a_question_not_a_crash(home: Path, as_of: str) -> None:
    with pytest.raises(UsageError):
        app.overview(app.open_session(home), "b.test", as_of=as_of)
