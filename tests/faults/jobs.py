"""The commands that write to a home, small enough to be stopped thousands of times, and what must hold after.

Every job is one that a user can run; run twice it does nothing more. `answers` is what the index tells of all
links, now and as of a day: compaction may change rows, and never these.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import duckdb

# All that a forked child needs is imported here, once; none of it starts a thread before it is used.
import pyiceberg.avro.decoder_fast
import pyiceberg.catalog.noop
import pyiceberg.catalog.sql
import pyiceberg.io.pyarrow
import pyiceberg.manifest
import sqlalchemy.dialects.sqlite

from backlit import app
from backlit.app import upkeep
from backlit.index import manifests, transaction
from backlit.index.check import check
from backlit.index.engine import connect, parquet, rows_of
from backlit.index.explain import explain_full_disk
from backlit.index.fold import fold_query
from backlit.index.parts import load_part, staging_folder
from backlit.index.storage import write_lock
from backlit.index.tables import Index
from backlit.index.write import commit_parts, known_sources
from tests.unit.looks import Look, commit, day, stage

__all__ = ["JOBS", "answers", "build", "contents", "run", "sound"]

LOADED = (
    transaction,
    manifests,
    pyiceberg.catalog.sql,
    pyiceberg.io.pyarrow,
    pyiceberg.manifest,
    sqlalchemy.dialects.sqlite,
    upkeep,
)


def build(home: Path) -> None:
    """A home with three crawls, and a fourth that is read and waits for its commit."""
    for n in range(3):
        commit(home, f"crawl{n}", _looks(n))
    stage(home, "crawl3", _looks(3))


def _looks(n: int) -> list[Look]:
    links = tuple((f"https://shop.test/{i}", f"text {i}") for i in range(6 + n % 2))
    return [Look(f"https://p{i}.test/", n, links) for i in range(3)] + [
        Look("https://p9.test/", n, links[n:])
    ]


def _ingest(home: Path) -> None:
    with explain_full_disk(home), write_lock(home, wait=10):
        index = Index.create(home)
        part = load_part(staging_folder(home) / "crawl3")
        if part is not None and "crawl3" not in known_sources(index, index.version()):
            commit_parts(index, [part], crawl=None, now=day(999))


def _compact(home: Path) -> None:
    app.compact(home, whole=True)


def _gc(home: Path) -> None:
    app.gc(home, keep=timedelta(0), safe_age=timedelta(0))


def _rollback(home: Path) -> None:
    """Go back before the third crawl, however often it is run."""
    third = next(
        v for v in Index.open(home).versions() if v.job.startswith("ingest") and _crawls(home, v.id) == 2
    )
    app.rollback(home, str(third.id))


def _crawls(home: Path, version: int) -> int:
    index = Index.open(home)
    return len(known_sources(index, index.version(version)))


def _backup(home: Path) -> None:
    """Back the home up and restore it beside; a restored home is left alone."""
    target, new = home.with_name("backup"), home.with_name("restored")
    if not (target / "backup.json").exists():
        app.backup(home, target)
    if not (new / "layout.json").exists():
        app.restore(new, target)
    assert answers(new) == answers(home)


JOBS: dict[str, Callable[[Path], None]] = {
    "ingest": _ingest,
    "compact": _compact,
    "gc": _gc,
    "rollback": _rollback,
    "backup": _backup,
}


def run(job: str, home: Path) -> None:
    """Run a job to its end."""
    JOBS[job](home)


#: The tables that answers come from, `links` apart.
_OTHERS = ("pages", "leads", "sources", "aliases")


def answers(home: Path) -> str:
    """One number over all that the index tells; a lost, doubled or torn row changes it."""
    index = Index.open(home)
    version = index.version()
    connection, state = connect(threads=1), hashlib.blake2b(digest_size=16)
    files = index.files(version, "links")
    for as_of in (None, f"TIMESTAMPTZ '{day(1).isoformat()}'"):
        query = f"SELECT * FROM ({fold_query(parquet(files), 'true', as_of=as_of)}) ORDER BY ALL"
        _digest(connection, state, query)
    for table in _OTHERS:
        files = index.files(version, table)
        if files:
            columns = "* EXCLUDE (job)" if table == "sources" else "*"
            _digest(connection, state, f"SELECT {columns} FROM {parquet(files)} ORDER BY ALL")
    return state.hexdigest()


def _digest(connection: "duckdb.DuckDBPyConnection", state: "hashlib.blake2b", query: str) -> None:
    for row in rows_of(connection, query):
        state.update(repr(sorted(row.items())).encode())


def contents(home: Path) -> str:
    """The data files that the answers come from. Each is named after its bytes: where every byte is as it was
    written, the same files give the same answers."""
    index = Index.open(home)
    version = index.version()
    names = {name: [Path(file).name for file in index.files(version, name)] for name in (*_OTHERS, "links")}
    return json.dumps(names)


def sound(home: Path) -> bool:
    """Whether every byte is as it was written."""
    return not check(Index.open(home), deep=True).damages


def place(template: Path, home: Path) -> None:
    """Lay a template where it was built: Iceberg's paths are absolute."""
    for name in (home, home.with_name("backup"), home.with_name("restored")):
        shutil.rmtree(name, ignore_errors=True)
    shutil.copytree(template, home)


def in_child(work: Callable[[], object]) -> int:
    """Run something in a forked child; its exit code, or minus the signal that ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(fork(work), 0)[1])


def fork(work: Callable[[], object]) -> int:
    """Fork a child that runs something and ends with 0, or with 1 where it failed."""
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        work()
        status = 0
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        os._exit(status)
