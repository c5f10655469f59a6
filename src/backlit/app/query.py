"""What does SQL of one's own say about the index?"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace

from backlit.app.answer import Answer, Row
from backlit.app.session import Session
from backlit.errors import UsageError
from backlit.index.explain import explain_damage
from backlit.index.query import LIMITS, VIEWS, Limits, Query, open_query
from backlit.index.tables import SCHEMAS

__all__ = ["sql", "sql_rows", "sql_tables"]


def sql(
    session: Session, text: str, *, as_of: str | None = None, limit: int = 1_000, seconds: float | None = None
) -> Answer:
    """The first rows of one SELECT over the tables; `query.limits` names what it might take."""
    started = time.perf_counter()
    if limit < 1:
        raise UsageError(f"return {limit} rows", "out of range", "Ask for one or more.")
    with _opened(session, text, as_of, seconds) as query:
        rows, more = query.rows(limit)
        told = {"sql": text, "as_of": as_of, "limits": asdict(query.limits) | {"rows": limit}}
    return Answer(
        rows,
        told,
        session.resolve(as_of)[0].id,
        session.resolve(as_of)[1],
        took_ms=(time.perf_counter() - started) * 1000,
        total=len(rows) + more,
        total_is="at_least" if more else "exact",
        limit=limit,
    )


def sql_rows(
    session: Session, text: str, *, as_of: str | None = None, seconds: float | None = None
) -> Iterator[list[Row]]:
    """All rows of one SELECT, some at a time."""
    with _opened(session, text, as_of, seconds) as query:
        for batch in query.batches():
            yield batch.to_pylist()


def sql_tables() -> Answer:
    """What SQL can ask: the views and what they are, and the tables with their columns."""
    views = [{"name": name, "about": about, "columns": []} for name, about in VIEWS.items()]
    tables = [
        {
            "name": name,
            "about": None,
            "columns": [
                {"name": each.name, "type": _TYPES.get(str(each.type), str(each.type))} for each in schema
            ],
        }
        for name, schema in sorted(SCHEMAS.items())
    ]
    return Answer(views + tables, {}, total=len(views) + len(tables))


_TYPES = {"string": "text", "timestamp[us, tz=UTC]": "time"}


@contextmanager
def _opened(session: Session, text: str, as_of: str | None, seconds: float | None) -> Iterator[Query]:
    if seconds is not None and not 0 < seconds <= 86_400:
        raise UsageError(f"run SQL for {seconds:g} seconds", "out of range", "Allow 1 second to a day.")
    limits: Limits = LIMITS if seconds is None else replace(LIMITS, seconds=seconds)
    version, moment = session.resolve(as_of)
    with explain_damage(session.home):
        query = open_query(session.index, version, text, as_of=moment, limits=limits)
        try:
            yield query
        finally:
            query.close()
