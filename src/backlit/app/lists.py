"""How does all of a list leave, however long it is?

Its rows are read once, in order, from the profile that pages are read from. Meanwhile a lease keeps the
version's files, whatever upkeep does; it ends with the last row, or when whoever reads them goes away.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from backlit.app.answer import Answer, Row
from backlit.app.decided import decided_rows
from backlit.app.look import answer_of, compared, state_named
from backlit.app.session import Session
from backlit.errors import UsageError
from backlit.index.explain import explain_damage
from backlit.index.leases import Lease
from backlit.index.questions import Question

__all__ = ["LISTS", "Whole", "whole"]

#: The lists that may be of any length.
LISTS = ("backlinks", "domains", "anchors", "pages", "changes", "leads")

#: Rows that are held at a time.
_BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Whole:
    """All rows of a list, some at a time; `answer` says what they are and how many there are, and holds none.

    Whoever does not read to the end closes `batches`.
    """

    view: str
    answer: Answer
    batches: Iterator[list[Row]]


def whole(session: Session, view: str, target: str, *, limit: int | None = None, **asked: Any) -> Whole:
    """A list from its first row to its last, or to the first `limit` rows.

    `asked` are the arguments of the use case of that list: `q`, `sort`, `scope`, `as_of` and its own.
    """
    started = time.perf_counter()
    if limit is not None and limit < 1:
        raise UsageError(f"return {limit} rows", "out of range", "Ask for one or more.")
    question, told = _question(view, asked), {"q": asked.get("q")}
    profile = session.profile(target, asked.get("scope"), asked.get("as_of"))
    if view == "changes":
        told |= {"since": asked.get("since"), "vs": asked.get("vs")}
        question = compared(session, profile, question, told)
    told |= {"target": target, "scope": profile.target.scope, "sort": question.sort}
    lease = Lease(session.home, profile.version.id)
    try:
        with explain_damage(session.home):
            total = profile.count(question)
    except BaseException:
        lease.release()
        raise

    decided = decided_rows(session.home, target, view)

    def batches() -> Iterator[list[Row]]:
        with lease, explain_damage(session.home):
            yield from map(decided, profile.batches(question, limit, _BATCH))

    answer = answer_of(profile, [], told, started)
    return Whole(view, replace(answer, total=total, limit=limit or total), batches())


def _question(view: str, asked: dict[str, Any]) -> Question:
    sort, q = asked.get("sort"), asked.get("q")
    if view == "leads":
        return Question.ask(view, "source")
    if view == "changes":
        return Question.changes(sort or "-at", q, asked.get("kind") or ())
    if view == "backlinks":
        states = [state_named(name) for name in asked.get("state") or ()]
        group = asked.get("group") or "domain"
        return Question.ask(view, sort or "-authority", q, group=group, states=states)
    return Question.ask(view, sort or ("-authority" if view == "domains" else "-domains"), q)
