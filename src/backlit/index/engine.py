"""How is DuckDB opened here: in memory, bounded, without extensions, network or time zones?"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

__all__ = ["connect", "moment_of", "parquet", "pattern_problem", "rows_of", "text"]


def connect(
    *, temporary: Path | None = None, threads: int | None = None, memory: str | None = None
) -> duckdb.DuckDBPyConnection:
    """A private in-memory DuckDB; with `temporary` it may spill there."""
    config: dict[str, str | int | bool | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "preserve_insertion_order": True,
    }
    if threads:
        config["threads"] = threads
    if memory:
        config["memory_limit"] = memory
    if temporary:
        config["temp_directory"] = str(temporary)
    connection = duckdb.connect(":memory:", config=config)
    # DuckDB draws a bar on stdout, which is for results, where it takes us for a person at a prompt
    connection.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
    return connection


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
        connect(threads=1).execute("SELECT regexp_matches('', ?)", [pattern]).fetchall()
    except duckdb.InvalidInputException as error:
        return str(error).removeprefix("Invalid Input Error: ").strip()
    return None
