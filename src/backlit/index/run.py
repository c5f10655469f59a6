"""How is a question run: within which time, in which pieces, and what if the time is over?"""

import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import IntEnum
from typing import Any

import duckdb

from backlit.errors import UsageError
from backlit.index.filters.fields import nearest
from backlit.index.profile_rows import Row
from backlit.index.profile_sql import FACETS, VOTES_LEFT
from backlit.index.questions import SAMPLE, SQL, Query
from backlit.model import Hidden, Kind, LostReason, Placement, Reader, State, name_of

__all__ = ["CODES", "batches_of", "counted", "facets_of", "rows_for", "tallied", "votes_left"]

Connect = Callable[[], duckdb.DuckDBPyConnection]

#: Classes whose values are codes.
CODES: Mapping[str, type[IntEnum]] = {
    "placement": Placement,
    "kind": Kind,
    "state": State,
    "hidden": Hidden,
    "reader": Reader,
    "lost_reason": LostReason,
}


def rows_for(cursor: duckdb.DuckDBPyConnection, statement: SQL) -> list[Row]:
    """The rows of a statement as dictionaries, by way of Arrow."""
    rows: list[Row] = cursor.sql(statement.text, params=_used(statement)).to_arrow_table().to_pylist()
    return rows


def votes_left(cursor: duckdb.DuckDBPyConnection, query: Query, where: str, weight: str) -> list[Row]:
    """By domain, what votes come to without the links of a question: domain, removed, kept, weight."""
    if query.chosen.rows != "true":
        found = "the filter speaks of groups of links, not of links"
        raise UsageError("take links away", found, "Use fields of a link, such as rel or placement.")
    text = VOTES_LEFT.format(gone=query.links, where=where, weight=weight)
    return rows_for(cursor, SQL(text, query.chosen.values))


def batches_of(cursor: duckdb.DuckDBPyConnection, statement: SQL, size: int) -> Iterator[list[Row]]:
    """The rows of a statement, at most `size` at a time; what is not asked for is not made."""
    for batch in cursor.sql(statement.text, params=_used(statement)).to_arrow_reader(size):
        yield batch.to_pylist()


def counted(connect: Connect, query: Query, budget: float | None) -> tuple[int, bool]:
    """How many rows a query has, and whether that is exact: after `budget` seconds a sample must do."""
    if budget is None or budget > 0:
        try:
            with _limited(connect, budget) as cursor:
                return _number(cursor, query.count()), True
        except duckdb.InterruptException:
            pass  # the time is over: estimate
    return SAMPLE * _number(connect(), query.count(sampled=True)), False


def facets_of(
    connect: Connect, query: Query, names: Sequence[str], budget: float | None
) -> dict[str, dict[str, int] | None]:
    """The values of each facet with their links; None for those that the budget left no time for."""
    for name in names:
        if name not in FACETS:
            raise UsageError(f"count by {name!r}", "there is no such facet", nearest(name, list(FACETS), 6))
    end = None if budget is None else time.monotonic() + budget
    found: dict[str, dict[str, int] | None] = {}
    for name in names:
        left = None if end is None else end - time.monotonic()
        found[name] = None
        if left is None or left > 0:
            with _limited(connect, left) as cursor:
                found[name] = _facet(cursor, name, query)
    return found


def _facet(cursor: duckdb.DuckDBPyConnection, name: str, query: Query) -> dict[str, int] | None:
    statement = query.facet(name)
    try:
        return tallied(name, cursor.execute(statement.text, _used(statement)).fetchall())
    except duckdb.InterruptException:
        return None  # the time is over


def tallied(name: str, rows: Sequence[tuple[Any, ...]]) -> dict[str, int]:
    """Counts by the words that users meet for the values, the unknown ones last."""
    codes = CODES.get(name)
    counts = {(name_of(codes, key) if codes else key): n for key, n in rows}
    known = {str(key): int(n) for key, n in counts.items() if key is not None}
    unknown = {"unknown": int(counts[None])} if counts.get(None) else {}
    return known | unknown


def _number(cursor: duckdb.DuckDBPyConnection, statement: SQL) -> int:
    row = cursor.execute(statement.text, _used(statement)).fetchone()
    assert row is not None
    return int(row[0])


def _used(statement: SQL) -> dict[str, Any]:
    """The parameters that a statement names; DuckDB refuses any other."""
    names = set(re.findall(r"\$([a-z][a-z0-9]*)", statement.text))
    return {name: value for name, value in statement.values.items() if name in names}


@contextmanager
def _limited(connect: Connect, budget: float | None) -> Iterator[duckdb.DuckDBPyConnection]:
    """A cursor of its own, interrupted when the budget is used up."""
    cursor = connect()
    if budget is None:
        yield cursor
        return
    alarm = threading.Timer(budget, cursor.interrupt)
    alarm.daemon = True
    alarm.start()
    try:
        yield cursor
    finally:
        alarm.cancel()
