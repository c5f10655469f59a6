"""What was decided about links, by whom and why?

Events are only ever added. Who takes one back adds another, and may take that back, too.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from backlit.errors import UsageError
from backlit.model import Verdict
from backlit.store.database import microseconds, moment, row_number, writing
from backlit.store.standing import Decision, in_force, undone
from backlit.store.tables import DECISIONS

__all__ = ["Decisions"]


class Decisions:
    """The decisions of a home."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def add(self, decision: Decision) -> Decision:
        """Keep a decision; with its number."""
        with writing(self._engine) as connection:
            return _added(connection, decision)

    def add_once(self, decision: Decision) -> Decision:
        """Keep a decision unless it stands already: the same verdict of the same person on the same, for the
        same reason, as its newest event, and for about as long. Then that one."""
        with writing(self._engine) as connection:
            events = [each for each in _of(connection, decision.target) if each.subject == decision.subject]
            last = next(reversed(in_force(events)), None)
            is_newest = last is not None and last.id == events[-1].id
            if last is not None and is_newest and _is_repeated(last, decision):
                return last
            return _added(connection, decision)

    def add_after(self, newest: int, target: str, decisions: Sequence[Decision]) -> list[Decision] | None:
        """Keep some decisions about a target, all or none: None where an event came after the `newest` that
        their maker knew."""
        with writing(self._engine) as connection:
            query = sa.select(sa.func.max(DECISIONS.c.id)).where(DECISIONS.c.target == target)
            if (connection.execute(query).scalar() or 0) != newest:
                return None
            return [_added(connection, each) for each in decisions]

    def undo(self, number: int, who: str, why: str, now: datetime, *, target: str | None = None) -> Decision:
        """Take an event back by another one; UsageError where there is none, with `target` of that one, or it
        was taken back before."""
        with writing(self._engine) as connection:
            query = DECISIONS.select().where(DECISIONS.c.id == row_number(number))
            row = connection.execute(query).first()
            if row is None or target not in (None, row.target):
                raise UsageError(
                    f"undo decision {str(number)[:40]}",
                    "there is none of that number",
                    "`backlit decide --for TARGET` lists those of a target.",
                )
            found = _decision(row)
            events = _of(connection, found.target)
            if number not in {each.id for each in events} - undone(events):
                raise UsageError(
                    f"undo decision {number}",
                    "it was taken back already",
                    "Undo the undoing to have it again.",
                )
            event = replace(
                found, at=now, who=who, why=why, verdict=Verdict.UNDO, undoes=number, known={}, until=None
            )
            return _added(connection, event)

    def of(self, target: str) -> list[Decision]:
        """All events about the links of a domain, oldest first."""
        with self._engine.connect() as connection:
            return _of(connection, target)

    def marks(self) -> dict[str, tuple[int, tuple[datetime, ...]]]:
        """By target the number of its newest event, and when some are to be looked at again."""
        newest = sa.select(DECISIONS.c.target, sa.func.max(DECISIONS.c.id)).group_by(DECISIONS.c.target)
        due = sa.select(DECISIONS.c.target, DECISIONS.c.until).where(DECISIONS.c.until.is_not(None))
        with self._engine.connect() as connection:
            found = {target: int(number) for target, number in connection.execute(newest)}
            days: dict[str, list[datetime]] = {target: [] for target in found}
            for target, until in connection.execute(due):
                days[target].append(moment(until))
        return {target: (number, tuple(sorted(days[target]))) for target, number in found.items()}

    def all(self) -> list[Decision]:
        """The events of all targets, oldest first."""
        with self._engine.connect() as connection:
            return [_decision(row) for row in connection.execute(DECISIONS.select().order_by(DECISIONS.c.id))]


#: Days to look again are counted from the moment of a verdict: two within this time mean one.
_ONCE = timedelta(hours=1)


def _is_repeated(last: Decision, new: Decision) -> bool:
    for each in (last, new):
        if each.undoes is not None or each.by_rule is not None:
            return False
    same = ("who", "kind", "verdict", "why")
    if any(getattr(last, name) != getattr(new, name) for name in same):
        return False
    if set(last.domains) != set(new.domains) or set(last.links) != set(new.links):
        return False
    if last.until is None or new.until is None:
        return last.until is new.until
    return abs(last.until - new.until) < _ONCE and not last.is_due(new.at)


def _of(connection: sa.Connection, target: str) -> list[Decision]:
    query = DECISIONS.select().where(DECISIONS.c.target == target).order_by(DECISIONS.c.id)
    return [_decision(row) for row in connection.execute(query)]


def _added(connection: sa.Connection, decision: Decision) -> Decision:
    told = {"domains": decision.domains, "links": decision.links, "known": decision.known}
    values = {
        "at": microseconds(decision.at),
        "who": decision.who,
        "target": decision.target,
        "kind": decision.kind,
        "subject": decision.subject,
        "verdict": decision.verdict.value,
        "why": decision.why,
        "until": None if decision.until is None else microseconds(decision.until),
        "told": json.dumps(told, ensure_ascii=True, default=str),
        "undoes": decision.undoes,
    }
    found = connection.execute(DECISIONS.insert().values(values)).inserted_primary_key
    assert found is not None  # one row was added
    return replace(decision, id=found[0])


def _decision(row: Any) -> Decision:
    told = json.loads(row.told)
    return Decision(
        moment(row.at),
        row.who,
        row.target,
        row.kind,
        row.subject,
        Verdict(row.verdict),
        row.why,
        tuple(told["domains"]),
        tuple(told["links"]),
        told["known"],
        None if row.until is None else moment(row.until),
        row.undoes,
        row.id,
    )
