"""Who links to rivals of a target, and not to it?"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa

from backlit.app.answer import Answer, Row
from backlit.app.look import answer_of
from backlit.app.project_defaults import rivals_of
from backlit.app.session import Session
from backlit.errors import UsageError
from backlit.index.contexts import CONTEXT
from backlit.index.filters.fields import nearest
from backlit.index.profile import Profile
from backlit.index.questions import Question
from backlit.index.target import Target
from backlit.model import State
from backlit.prospect.gap import SORTS, gap_of, ordered

__all__ = ["BY", "MOST_RIVALS", "gap", "has_rivals"]

#: Rivals that are read; each is a target of its own.
MOST_RIVALS = 20
#: Links of a rival that are looked at, the strongest domains first.
_MOST_LINKS = 100_000
#: Sources whose nearness to the target is worked out.
_MOST_NEAR = 5_000
BY = {"domain": "source_domain", "page": "source_url"}
_LIMIT = 10_000


def has_rivals(session: Session, target: str, scope: str | None = None) -> bool:
    """Whether a gap can be told without naming any."""
    return bool(rivals_of(session.home, Target.parse(target, scope), ()).names)


def gap(
    session: Session,
    target: str,
    *,
    rivals: Sequence[str] = (),
    by: str = "domain",
    at_least: int = 1,
    q: str | None = None,
    sort: str = "rivals",
    limit: int = 100,
    scope: str | None = None,
    as_of: str | None = None,
) -> Answer:
    """Domains, or pages, that link to at least so many of the rivals and not to the target, by how many.

    `value` is what the best of their links is worth to the rival that has it, 0 to 100, as far as it was
    judged; `relevance` how near that link's page is to what the target is about. `q` chooses among the links
    to the rivals. Who reads as spam, or as selling and swapping links, is left out and counted. Without
    `rivals` those of the target's project are taken; `query.with_from` says whence they are.
    """
    started = time.perf_counter()
    _require(by, sort, limit)
    chosen = rivals_of(session.home, Target.parse(target, scope), rivals)
    _require_rivals(chosen.names)
    profile = session.profile(target, scope, as_of)
    others = _profiles(session, profile, chosen.names, as_of)
    if not 1 <= at_least <= len(others):
        found = f"there {'is' if len(others) == 1 else 'are'} {len(others)}"
        raise UsageError(f"ask for who links to {at_least} rivals", found, "Ask for fewer, or name more.")
    merged = gap_of(
        {name: _links(each, by, q) for name, each in others.items()},
        by=BY[by],
        at_least=at_least,
        has={row[BY[by]]: row for row in _all_links(profile, by)},
        own=frozenset((profile.domain, *(each.domain for each in others.values()))),
    )
    rows = _near(profile, ordered(merged.rows, sort))
    if sort == "relevance":
        rows = ordered(rows, sort)
    told: dict[str, Any] = {
        "target": target,
        "scope": profile.target.scope,
        "with": list(others),
        "with_from": chosen.origin,
        "project": chosen.project,
        "by": by,
        "at_least": at_least,
        "q": q or "",
        "sort": sort,
        "left_out": merged.left_out,
        "unread": sorted(name for name, each in others.items() if not each.size),
    }
    return replace(answer_of(profile, rows[:limit], told, started), total=len(rows), limit=limit)


def _require(by: str, sort: str, limit: int) -> None:
    if by not in BY:
        raise UsageError(f"compare by {by[:60]!r}", "there is no such choice", "Known are domain and page.")
    if sort not in SORTS:
        raise UsageError(f"sort by {sort[:60]!r}", "there is no such order", nearest(sort, list(SORTS), 5))
    if not 1 <= limit <= _LIMIT:
        raise UsageError(f"return {limit} rows", "out of range", f"Ask for 1 to {_LIMIT:,}.")


def _require_rivals(rivals: Sequence[str]) -> None:
    if not rivals:
        do = "Name some, here or in a project; `backlit explain TARGET` tells whom the same sites link to."
        raise UsageError("compare with rivals", "none is named", do)
    if len(rivals) > MOST_RIVALS:
        do = f"Name {MOST_RIVALS} at most."
        raise UsageError(f"compare with {len(rivals)} rivals", "each of them is read", do)


def _profiles(
    session: Session, profile: Profile, rivals: Sequence[str], as_of: str | None
) -> dict[str, Profile]:
    """The rivals by the names they were given; one that is the target itself is refused."""
    found: dict[str, Profile] = {}
    seen: set[Target] = {profile.target}
    for name in rivals:
        wanted = Target.parse(name)
        if wanted in seen:
            what = "is the target itself" if wanted == profile.target else "is named twice"
            raise UsageError("compare with rivals", f"{name[:100]!r} {what}", "Leave it out.")
        seen.add(wanted)
        found[name] = session.profile(name, None, as_of)
    return found


def _links(profile: Profile, by: str, q: str | None) -> Iterator[Row]:
    """The best standing link of each source of a rival, the strongest first; judged where that is quick."""
    question = Question.ask("backlinks", "-authority", q, group=by)
    for batch in profile.batches(question, _MOST_LINKS):
        yield from batch


def _all_links(profile: Profile, by: str) -> Iterator[Row]:
    """The links to the target, of each source the best; lost ones where no other stands."""
    lost = Question.ask("backlinks", "-authority", group=by, states=(State.LOST,))
    for question in (lost, Question.ask("backlinks", "-authority", group=by)):
        for batch in profile.batches(question):
            yield from batch


def _near(profile: Profile, rows: list[Row]) -> list[Row]:
    """The rows with how near their pages are to what the target is about, as far as it can be told."""
    if profile.relate is None or not rows:
        return rows
    first = rows[:_MOST_NEAR]
    columns = dict(zip(CONTEXT, ("language", "source_title", "before", "after"), strict=True))
    table = pa.table(
        {name: pa.array([row["link"][told] for row in first], pa.string()) for name, told in columns.items()}
    )
    known = profile.relate(profile, table).to_pylist()
    near = [
        row | {"relevance": None if each is None else round(each, 2)}
        for row, each in zip(first, known, strict=True)
    ]
    return [*near, *rows[_MOST_NEAR:]]
