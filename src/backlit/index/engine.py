"""How is DuckDB opened here: in memory, bounded, without extensions, network or time zones?"""

import os
import threading
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

__all__ = ["connect", "moment_of", "parquet", "pattern_problem", "rows_of", "text"]


_Config = dict[str, str | int | bool | float | list[str]]

#: The instance that short questions of a process share, by process: a forked one may not use its parent's.
_shared: dict[int, duckdb.DuckDBPyConnection] = {}
_sharing = threading.Lock()


def connect(
    *, temporary: Path | None = None, threads: int | None = None, memory: str | None = None
) -> duckdb.DuckDBPyConnection:
    """A DuckDB in memory: one of its own that has bounds, or spills to `temporary`.

    Without either it is a connection to the instance that short questions share, since making one takes
    longer than most of them: nothing may be made there that is not temporary.
    """
    config: _Config = {}
    if threads:
        config["threads"] = threads
    if memory:
        config["memory_limit"] = memory
    if temporary:
        config["temp_directory"] = str(temporary)
    connection = _made(config) if config else _instance().cursor()
    # DuckDB draws a bar on stdout, which is for results, where it takes us for a person at a prompt
    connection.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
    return connection


def _instance() -> duckdb.DuckDBPyConnection:
    with _sharing:
        if os.getpid() not in _shared:
            # what it would remember of files is of homes that nobody may ask for again
            _shared[os.getpid()] = _made({"enable_external_file_cache": False})
        return _shared[os.getpid()]


def _made(config: _Config) -> duckdb.DuckDBPyConnection:
    bounds: _Config = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "preserve_insertion_order": True,
    }
    return duckdb.connect(":memory:", config=bounds | config)


def text(value: str) -> str:
    """A string as an SQL literal."""
    return "'" + value.replace("'", "''") + "'"


def moment_of(at: datetime | None) -> str:
    """A moment in SQL; NULL where it is not known."""
    return f"TIMESTAMPTZ {text(at.isoformat())}" if at else "NULL::TIMESTAMPTZ"


def parquet(paths: Sequence[str]) -> str:
    """The relation that Parquet files hold, in SQL; there must be at least one.

    A file from before a column was added has nulls there.
    """
    return f"read_parquet([{', '.join(text(path) for path in paths)}], union_by_name = true)"


def rows_of(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    """The rows of a query as dictionaries, by way of Arrow: DuckDB's own way needs a time zone package."""
    rows: list[dict[str, Any]] = connection.sql(query).to_arrow_table().to_pylist()
    return rows


def pattern_problem(pattern: str) -> str | None:
    """What RE2, which never takes exponential time, has against a regular expression; None where nothing."""
    try:
        connect().execute("SELECT regexp_matches('', ?)", [pattern]).fetchall()
    except duckdb.InvalidInputException as error:
        return str(error).removeprefix("Invalid Input Error: ").strip()
    return None
