"""How is SQL of one's own run over the index, so that it can read the tables and do nothing else?

One statement, a SELECT, in a DuckDB of its own: it sees the data files of one version and no other file,
no network and no extension, its configuration is locked, and memory, threads and time are bounded.
"""

import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb
import pyarrow as pa

from backlit.errors import QueryError
from backlit.index.engine import parquet, text
from backlit.index.fold import fold_query
from backlit.index.storage import make_folder
from backlit.index.tables import SCHEMAS, Index, Version

__all__ = ["LIMITS", "VIEWS", "Limits", "Query", "open_query"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one statement may take."""

    seconds: float = 30.0
    memory: str = "1GB"
    threads: int = 2
    spill: str = "4GB"


LIMITS = Limits()

#: What can be asked beside the tables, and the one line that says what it is.
VIEWS = {
    "backlinks": "every link as known at that moment: the events of `links`, folded",
    "backlinks_of(domain)": "the same for the links to one domain, without reading the others",
}

_ALLOWED = (duckdb.StatementType.SELECT,)


class Query:
    """One statement over one version of the index; close it when its rows were read."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, statement: duckdb.Statement, limits: Limits
    ) -> None:
        self._connection, self._statement, self.limits = connection, statement, limits

    def batches(self, size: int = 10_000) -> Iterator[pa.RecordBatch]:
        """The rows as Arrow batches, as they are made; QueryError where DuckDB refuses or time is over."""
        with _explained(self._connection, self.limits):
            yield from self._connection.sql(self._statement.query).to_arrow_reader(size)

    def rows(self, most: int | None) -> tuple[list[dict[str, Any]], bool]:
        """The first rows, and whether there are more."""
        found: list[dict[str, Any]] = []
        for batch in self.batches():
            found += batch.to_pylist()
            if most is not None and len(found) > most:
                return found[:most], True
        return found, False

    def close(self) -> None:
        """Let go of memory and of what was spilled."""
        self._connection.close()


def open_query(
    index: Index, version: Version, sql: str, *, as_of: datetime | None = None, limits: Limits = LIMITS
) -> Query:
    """Prepare one SELECT over the tables of a version; QueryError where it is none."""
    statement = _one_select(sql)
    connection = _connect(index, limits)
    files = {name: index.files(version, name) for name in SCHEMAS}
    for name, paths in files.items():
        _add_table(connection, name, paths)
    _add_views(connection, as_of)
    _lock(connection, [path for paths in files.values() for path in paths])
    return Query(connection, statement, limits)


def _one_select(sql: str) -> duckdb.Statement:
    try:
        statements = duckdb.extract_statements(sql)
    except duckdb.Error as error:
        raise _refused(error) from error
    if len(statements) != 1 or statements[0].type not in _ALLOWED:
        found = ", ".join(each.type.name for each in statements) or "nothing"
        raise QueryError(
            "run SQL", f"it is not one SELECT but {found}", "Only reading is possible: one SELECT at a time."
        )
    return statements[0]


def _connect(index: Index, limits: Limits) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(
        ":memory:",
        config={
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
            "allow_persistent_secrets": False,
            "python_enable_replacements": False,
            "threads": limits.threads,
            "memory_limit": limits.memory,
            "temp_directory": str(make_folder(index.home / "tmp")),
            "max_temp_directory_size": limits.spill,
        },
    )
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def _add_table(connection: duckdb.DuckDBPyConnection, name: str, paths: Sequence[str]) -> None:
    """A table as a view with all the columns of today, also over files from before one was added."""
    connection.register("given", SCHEMAS[name].empty_table())
    connection.execute(f"CREATE TABLE no_{name} AS FROM given")
    connection.unregister("given")
    rows = f"FROM no_{name}" + (f" UNION ALL BY NAME FROM {parquet(paths)}" if paths else "")
    connection.execute(f"CREATE VIEW {name} AS {rows}")


def _add_views(connection: duckdb.DuckDBPyConnection, as_of: datetime | None) -> None:
    moment = f"TIMESTAMPTZ {text(as_of.isoformat())}" if as_of else None
    whole = fold_query("links", "true", as_of=moment)
    connection.execute(f"CREATE VIEW backlinks AS {whole}")
    of_one = fold_query("links", "target_domain = of_domain", as_of=moment)
    connection.execute(f"CREATE MACRO backlinks_of(of_domain) AS TABLE {of_one}")


def _lock(connection: duckdb.DuckDBPyConnection, paths: Sequence[str]) -> None:
    """From here on nothing but those files can be opened, and nothing can be set."""
    connection.execute("SET allowed_paths = [{}]".format(", ".join(text(path) for path in paths)))
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


@contextmanager
def _explained(connection: duckdb.DuckDBPyConnection, limits: Limits) -> Iterator[None]:
    alarm = threading.Timer(limits.seconds, connection.interrupt)
    alarm.daemon = True
    alarm.start()
    try:
        yield
    except duckdb.InterruptException as error:
        found = f"it took longer than {limits.seconds:g} seconds"
        raise QueryError("run SQL", found, "Ask for less, or allow more with --seconds.") from error
    except duckdb.OutOfMemoryException as error:
        found = f"it needs more than {limits.memory} of memory and {limits.spill} of disk"
        raise QueryError("run SQL", found, "Ask for less: fewer columns, one domain, a LIMIT.") from error
    except duckdb.Error as error:
        raise _refused(error) from error
    finally:
        alarm.cancel()


def _refused(error: duckdb.Error) -> QueryError:
    """What DuckDB says, without its caret; a path in it is of no use to who asks."""
    said = re.split(r"\n\s*LINE \d+:|\n\n", str(error))[0].strip().rstrip(".")
    return QueryError("run SQL", said, "docs/reference/tables.md describes the tables.")
