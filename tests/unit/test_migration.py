"""A home that an older layout wrote opens as it is, and is upgraded by the next command that writes."""

import json
import sqlite3
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from backlit import app
from backlit.errors import IndexTooNew
from backlit.index import tables
from backlit.index.check import check
from backlit.index.kinds import kinds_of_peers
from backlit.index.storage import write_json
from backlit.index.tables import LAYOUT, Index
from backlit.model import LATER_COLUMNS, LINKS, PAGES
from tests.unit.looks import Look, commit, day
from tests.unit.test_history_fuzz import fates

LINK = ("https://shop.test/1", "text")
FIRST_TABLES = ("leads", "sources", "ranks", "releases")
#: Columns that came later.
LATER = (*LATER_COLUMNS, "generator", "author", "published_at", "trackers", "sign")


@pytest.fixture
def old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home as layout 1 left it: fewer tables and columns, plain file names, no sums and no seal."""
    home = tmp_path / "home"
    past = {"pages": PAGES, "links": LINKS}
    schemas = {name: tables.SCHEMAS[name] for name in FIRST_TABLES} | {
        name: pa.schema([field for field in schema if field.name not in LATER])
        for name, schema in past.items()
    }
    made = tmp_path / "made"
    commit(made, "crawl0", [Look("https://a.test/", 1, (LINK,))])
    newest = Index.open(made)
    with monkeypatch.context() as then:
        then.setattr(tables, "SCHEMAS", schemas)
        index = Index.create(home)
        files: dict[str, list[Path]] = {}
        for name, schema in schemas.items():
            for path in newest.files(newest.version(), name):
                plain = index.data_folder(name) / f"ingest-1-{len(files)}.parquet"
                pq.write_table(pq.read_table(path).select(schema.names), plain)
                files[name] = [plain]
        index.commit("ingest-1", files)
    with sqlite3.connect(home / "catalog.db") as catalog:
        catalog.execute("DROP TABLE backlit_files")
    (home / "catalog.sum").unlink()
    write_json(home / "layout.json", {"layout": 1})
    return home


def test_an_older_home_is_read_as_it_is(old: Path) -> None:
    assert fates(old.parent / "made") == fates(old)
    found = check(Index.open(old), deep=True)
    assert (found.damages, found.unrecorded > 0) == ((), True)
    assert json.loads((old / "layout.json").read_text()) == {"layout": 1}


def test_the_links_of_an_older_home_have_the_same_kinds(old: Path) -> None:
    told = []
    for home in (old.parent / "made", old):
        index = Index.open(home)
        kinds = kinds_of_peers(index, index.version(), ["shop.test"])["shop.test"]
        told.append({name: (each.counts.tolist(), each.top, each.unknown) for name, each in kinds.items()})
    assert told[0] == told[1]
    assert told[0]["tld"] == ([1], "test", 0)


def test_the_next_command_that_writes_upgrades_it(old: Path) -> None:
    commit(old, "crawl1", [Look("https://a.test/", 2, (LINK,)), Look("https://b.test/", 2, (LINK,))])
    assert Index.open(old).layout == LAYOUT
    app.compact(old, whole=True)
    assert fates(old) == {
        ("https://a.test/", LINK[0]): ("live", day(1), day(2), None),
        ("https://b.test/", LINK[0]): ("live", day(2), day(2), None),
    }
    assert check(Index.open(old), deep=True).damages == ()


def test_a_later_layout_is_refused_and_nothing_is_written(old: Path) -> None:
    write_json(old / "layout.json", {"layout": LAYOUT + 1})
    before = sorted((path, path.stat().st_mtime_ns) for path in old.rglob("*"))
    for attempt in (app.open_session, app.compact, app.gc, app.check):
        with pytest.raises(IndexTooNew, match="Update Backlit"):
            attempt(old)
    assert sorted((path, path.stat().st_mtime_ns) for path in old.rglob("*")) == before
