"""How would a database answer the questions of `query`? SQLite and PostgreSQL, with the indexes they need.

Both hold one row per link with the authority of its domain in the row, so that neither has to join, and are
asked for the rows of a first page and their number, or for the figures of an overview.
"""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc
from benchmarks.made_index import MadeWeb
from pyarrow import compute

__all__ = ["Peer", "peers_of"]

_COLUMNS = (
    *("target_domain", "target_key", "source_key", "source_domain", "kind", "occurrence", "ordinal", "rel"),
    *("placement", "hidden", "anchor", "alt", "before", "after", "source_title", "source_language"),
    *("source_ip", "source_robots", "first_seen", "last_seen", "reader", "source_id", "offset"),
)
_NUMBERS = frozenset(
    ("kind", "occurrence", "ordinal", "rel", "placement", "hidden", "source_robots", "reader", "offset")
)
_INDEXES = (
    ("by_date", "target_domain, last_seen DESC, source_key"),
    ("by_domain", "target_domain, source_domain, authority"),
    ("by_anchor", "target_domain, anchor"),
)
_SHOWN = ", ".join(f'"{name}"' for name in _COLUMNS)
_FIRST = (
    "SELECT {shown} FROM links WHERE target_domain = {t} {more} ORDER BY last_seen DESC, source_key LIMIT 100"
)
_COUNT = "SELECT count(*) FROM links WHERE target_domain = {t} {more}"
_FILTER = "AND rel & 1 <> 0 AND placement = 1"
_TEXT = "AND anchor LIKE '%bata%'"
_GROUPED = """
WITH g AS (
    SELECT source_domain AS d, max(authority) AS a, count(*) AS n FROM links WHERE target_domain = {t}
    GROUP BY source_domain ORDER BY a DESC, d LIMIT 100)
SELECT g.*, l.* FROM g JOIN links l ON l.target_domain = {t} AND l.source_domain = g.d
ORDER BY g.a DESC, g.d, (l.rel & 7) <> 0, l.hidden > 0, coalesce(l.placement, 9) <> 1, l.first_seen
"""
_OVERVIEW = """
SELECT count(*), count(DISTINCT source_key), count(DISTINCT source_domain), count(DISTINCT source_ip),
    sum(CASE WHEN rel & 7 = 0 THEN 1 ELSE 0 END), min(first_seen), max(last_seen),
    sum(CASE WHEN hidden > 0 THEN 1 ELSE 0 END)
FROM links WHERE target_domain = {t}
"""
_MIX = "SELECT {by}, count(*) FROM links WHERE target_domain = {t} GROUP BY 1"

#: The statements of each question.
_QUESTIONS = {
    "first page by date": (_FIRST.replace("{more}", ""), _COUNT.replace("{more}", "")),
    "first page by domain and authority": (
        _GROUPED,
        "SELECT count(DISTINCT source_domain) FROM links WHERE target_domain = {t}",
    ),
    "first page filtered": (_FIRST.replace("{more}", _FILTER), _COUNT.replace("{more}", _FILTER)),
    "text in anchors": (_FIRST.replace("{more}", _TEXT), _COUNT.replace("{more}", _TEXT)),
    "overview": (
        _OVERVIEW,
        *(_MIX.replace("{by}", by) for by in ("rel", "placement", "kind", "source_language")),
    ),
}


class Peer(Protocol):
    """A database that holds the same links."""

    name: str

    def ask(self, question: str, target: str) -> None:
        """Answer a question of `query` about a target domain."""

    def bytes(self) -> int:
        """The size on disk, indexes included."""

    def close(self) -> None:
        """Let go of it; what it holds stays for the next run."""


def peers_of(web: MadeWeb, folder: Path) -> list[Peer]:
    """The databases that are there, filled once."""
    folder.mkdir(parents=True, exist_ok=True)
    peers: list[Peer] = [Sqlite(web, folder / "links.sqlite")]
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if binaries:
        peers.append(Postgres(web, folder / "postgres", binaries[-1].parent))
    return peers


def _statements(question: str, mark: str) -> Iterator[tuple[str, int]]:
    """The statements of a question, and how often each names the target."""
    for statement in _QUESTIONS[question]:
        yield statement.replace("{shown}", _SHOWN).replace("{t}", mark), statement.count("{t}")


def _tables(web: MadeWeb) -> Iterator[pa.Table]:
    """The links in the columns of the peers, with the authority of their domains."""
    scores = np.random.default_rng(web.seed).beta(2, 5, 2 * web.domains) * 100
    for batch in web.batches():
        numbers = compute.replace_substring_regex(batch["source_domain"], r"\D", "").cast(pa.int64())
        table = pa.Table.from_batches([batch]).select(list(_COLUMNS))
        for name in ("first_seen", "last_seen"):
            at = table.schema.get_field_index(name)
            table = table.set_column(at, name, table[name].cast(pa.int64()))
        yield table.append_column("authority", pa.array(scores[numbers.to_numpy()].round(2)))


def _schema(integer: str) -> str:
    kinds = dict.fromkeys((*_NUMBERS, "first_seen", "last_seen"), integer)
    return (
        ", ".join(f'"{name}" {kinds.get(name, "text")}' for name in _COLUMNS) + ", authority double precision"
    )


class Sqlite:
    """SQLite, with its cache at 1 GB."""

    def __init__(self, web: MadeWeb, path: Path) -> None:
        self.name, self._path = f"SQLite {sqlite3.sqlite_version}", path
        if not path.exists():
            self._fill(web, path.with_suffix(".unfinished"))
        self._connection = sqlite3.connect(path)
        self._connection.execute("PRAGMA cache_size = -1000000")

    def _fill(self, web: MadeWeb, path: Path) -> None:
        path.unlink(missing_ok=True)
        connection = sqlite3.connect(path)
        connection.executescript(f"PRAGMA journal_mode = OFF; CREATE TABLE links ({_schema('integer')})")
        marks = ", ".join("?" * (len(_COLUMNS) + 1))
        for table in _tables(web):
            rows = zip(*(column.to_pylist() for column in table.columns), strict=True)
            connection.executemany(f"INSERT INTO links VALUES ({marks})", rows)
            connection.commit()
        for name, columns in _INDEXES:
            connection.execute(f"CREATE INDEX {name} ON links ({columns})")
        connection.execute("ANALYZE")
        connection.commit()
        connection.close()
        path.rename(self._path)

    def ask(self, question: str, target: str) -> None:
        """Answer a question."""
        for statement, times in _statements(question, "?"):
            self._connection.execute(statement, [target] * times).fetchall()

    def bytes(self) -> int:
        """The size of its file."""
        return self._path.stat().st_size

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


class Postgres:
    """PostgreSQL, a server of its own on a socket, asked by one psql that stays open."""

    def __init__(self, web: MadeWeb, folder: Path, binaries: Path) -> None:
        self._folder, self._binaries = folder, binaries
        version = subprocess.run(
            [binaries / "postgres", "--version"], capture_output=True, text=True, check=True
        )
        self.name = f"PostgreSQL {version.stdout.split()[2]}"
        is_new = not (folder / "filled").exists()
        if is_new:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            _own(folder)
            self._run("initdb", "-D", str(folder / "data"), "-A", "trust", "-U", "bench")
        options = f"-k {folder} -c listen_addresses='' -c shared_buffers=1GB -c work_mem=256MB"
        self._run(
            "pg_ctl", "-D", str(folder / "data"), "-w", "-l", str(folder / "log"), "-o", options, "start"
        )
        if is_new:
            self._fill(web)
            (folder / "filled").touch()
        self._psql = subprocess.Popen(
            self._command("psql", "-h", str(folder), "-U", "bench", "-qAt", "postgres"),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def _command(self, name: str, *arguments: str) -> list[str]:
        as_another = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []  # it refuses root
        return [*as_another, str(self._binaries / name), *arguments]

    def _run(self, name: str, *arguments: str, stdin: bytes | None = None) -> None:
        subprocess.run(
            self._command(name, *arguments), check=True, input=stdin, stdout=subprocess.DEVNULL, cwd="/"
        )

    def _fill(self, web: MadeWeb) -> None:
        psql = ("psql", "-h", str(self._folder), "-U", "bench", "-q", "postgres", "-c")
        self._run(*psql, f"CREATE UNLOGGED TABLE links ({_schema('bigint')})")
        for table in _tables(web):
            sink = pa.BufferOutputStream()
            pc.write_csv(table, sink, pc.WriteOptions(include_header=False))
            self._run(*psql, "COPY links FROM STDIN (FORMAT csv)", stdin=sink.getvalue().to_pybytes())
        for name, columns in _INDEXES:
            self._run(*psql, f"CREATE INDEX {name} ON links ({columns})")
        self._run(*psql, "VACUUM ANALYZE links")

    def ask(self, question: str, target: str) -> None:
        """Answer a question, and read all of the answer."""
        assert self._psql.stdin
        assert self._psql.stdout
        for statement, _ in _statements(question, f"'{target}'"):
            self._psql.stdin.write(f"{statement};\n\\echo end-of-answer\n")
            self._psql.stdin.flush()
            for line in self._psql.stdout:
                if line == "end-of-answer\n":
                    break

    def bytes(self) -> int:
        """The size of its table and indexes."""
        query = "SELECT pg_total_relation_size('links')"
        found = subprocess.run(
            self._command("psql", "-h", str(self._folder), "-U", "bench", "-qAt", "postgres", "-c", query),
            check=True, capture_output=True, text=True, cwd="/",
        )  # fmt: skip
        return int(found.stdout)

    def close(self) -> None:
        """Stop the server."""
        self._psql.communicate("\\q\n")
        self._run("pg_ctl", "-D", str(self._folder / "data"), "-m", "fast", "stop")


def _own(folder: Path) -> None:
    """Give a folder, and the way to it, to the user that the server runs as."""
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
        for parent in folder.parents:
            if os.access(parent, os.W_OK) and parent != Path("/"):
                parent.chmod(parent.stat().st_mode | 0o011)
