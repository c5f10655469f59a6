"""What does the index say about a target?"""

import base64
import binascii
import hashlib
import json
import time
from collections.abc import Callable, Sequence
from typing import Any

from backlit.app.answer import Answer, Row
from backlit.app.session import Session
from backlit.errors import UsageError
from backlit.index.catalogue import all_sources, best_linked
from backlit.index.profile import Page, Profile
from backlit.index.profile_sql import GROUPS
from backlit.model import State
from backlit.report.audit import build_audit
from backlit.report.findings import QUOTED, SITEWIDE_LINKS

__all__ = [
    "anchors",
    "audit",
    "backlinks",
    "best_pages",
    "domains",
    "overview",
    "sources",
    "targets",
    "versions",
]

#: Most rows of one page of an answer.
LIMIT = 10_000

#: No result has as many rows.
_FARTHEST = 2**40

#: Rows of each list that an audit chooses from; what it counts, it counts over all.
_AUDIT_ROWS = 1_000


def overview(session: Session, target: str, *, scope: str | None = None, as_of: str | None = None) -> Answer:
    """The profile of a target on one screen."""
    started = time.perf_counter()
    profile = session.profile(target, scope, as_of)
    return _answer(profile, profile.overview(), {"target": target, "scope": profile.target.scope}, started)


def backlinks(
    session: Session,
    target: str,
    *,
    scope: str | None = None,
    group: str = "domain",
    sort: str = "-authority",
    state: Sequence[str] = ("live", "unverified"),
    limit: int = 100,
    cursor: str | None = None,
    as_of: str | None = None,
) -> Answer:
    """The links to a target, or the best one of each group."""
    if group not in GROUPS:
        raise UsageError(f"group by {group!r}", "there is no such group", f"Known are {', '.join(GROUPS)}.")
    query = {"target": target, "group": group, "sort": sort, "state": list(state)}
    states = [_state(name) for name in state]

    def page(profile: Profile, limit: int, offset: int) -> Page:
        return profile.backlinks(group=group, sort=sort, states=states, limit=limit, offset=offset)

    return _paged(session, page, query, scope, limit, cursor, as_of)


def domains(
    session: Session, target: str, *, scope: str | None = None, sort: str = "-authority", limit: int = 100,
    cursor: str | None = None, as_of: str | None = None,
) -> Answer:  # fmt: skip
    """The domains that link to a target."""

    def page(profile: Profile, limit: int, offset: int) -> Page:
        return profile.domains(sort=sort, limit=limit, offset=offset)

    return _paged(session, page, {"target": target, "sort": sort}, scope, limit, cursor, as_of)


def anchors(
    session: Session, target: str, *, scope: str | None = None, sort: str = "-domains", limit: int = 100,
    cursor: str | None = None, as_of: str | None = None,
) -> Answer:  # fmt: skip
    """The texts of the links to a target."""

    def page(profile: Profile, limit: int, offset: int) -> Page:
        return profile.anchors(sort=sort, limit=limit, offset=offset)

    return _paged(session, page, {"target": target, "sort": sort}, scope, limit, cursor, as_of)


def best_pages(
    session: Session, target: str, *, scope: str | None = None, sort: str = "-domains", limit: int = 100,
    cursor: str | None = None, as_of: str | None = None,
) -> Answer:  # fmt: skip
    """The target's own pages by the links they earn."""

    def page(profile: Profile, limit: int, offset: int) -> Page:
        return profile.best_pages(session.index, sort=sort, limit=limit, offset=offset)

    return _paged(session, page, {"target": target, "sort": sort}, scope, limit, cursor, as_of)


def audit(session: Session, target: str, *, scope: str | None = None, as_of: str | None = None) -> Answer:
    """A first audit of a target: its numbers, what stands out, and on what evidence."""
    started = time.perf_counter()
    profile = session.profile(target, scope, as_of)
    found = build_audit(
        profile.overview(),
        profile.domains(limit=_AUDIT_ROWS).rows,
        profile.anchors(limit=_AUDIT_ROWS).rows,
        profile.backlinks(group="domain", limit=_AUDIT_ROWS).rows,
        profile.noticed(least=SITEWIDE_LINKS, quoted=QUOTED),
        sources=profile.sources,
        sources_total=profile.sources_total,
        as_of=profile.as_of,
    )
    return _answer(profile, found, {"target": target, "scope": profile.target.scope}, started)


def leads(
    session: Session, target: str, *, scope: str | None = None, limit: int = 100,
    cursor: str | None = None, as_of: str | None = None,
) -> Answer:  # fmt: skip
    """The pages that someone says link to the target's domain, and that were not read yet."""

    def page(profile: Profile, limit: int, offset: int) -> Page:
        return profile.leads(limit=limit, offset=offset)

    return _paged(session, page, {"target": target}, scope, limit, cursor, as_of)


def sources(session: Session) -> Answer:
    """The files that the index was read from, newest first."""
    rows = all_sources(session.index, session.version)
    return Answer(rows, {}, session.version.id, total=len(rows), limit=len(rows))


def versions(session: Session) -> Answer:
    """The versions of the index that are kept, newest first."""
    rows: list[Row] = [
        {"snapshot": str(version.id), "at": version.at, "job": version.job}
        for version in reversed(session.index.versions())
    ]
    return Answer(rows, {}, session.version.id, total=len(rows), limit=len(rows))


def targets(session: Session, limit: int = 20) -> Answer:
    """The domains of the index that most domains link to."""
    rows = best_linked(session.index, session.version, limit)
    return Answer(rows, {"limit": limit}, session.version.id, total=len(rows), limit=limit)


# paging ----------------------------------------------------------------------


def _paged(
    session: Session,
    page_of: Callable[[Profile, int, int], Page],
    query: dict[str, Any],
    scope: str | None,
    limit: int,
    cursor: str | None,
    as_of: str | None,
) -> Answer:
    started = time.perf_counter()
    if not 1 <= limit <= LIMIT:
        raise UsageError(
            f"return {limit} rows", "out of range", f"Ask for 1 to {LIMIT} at a time and follow `next`."
        )
    mark = _fingerprint({**query, "scope": scope, "as_of": as_of})
    offset, snapshot = _read_cursor(cursor, mark) if cursor else (0, None)
    profile = session.profile(query["target"], scope, str(snapshot) if snapshot and not as_of else as_of)
    page = page_of(profile, limit, offset)
    after = offset + len(page.rows)
    following = _cursor(after, profile.version.id, mark) if after < page.total else None
    query["scope"] = profile.target.scope
    return _answer(profile, page.rows, query, started, page.total, limit, following)


def _answer(
    profile: Profile,
    data: Row | list[Row],
    query: dict[str, Any],
    started: float,
    total: int | None = None,
    limit: int | None = None,
    following: str | None = None,
) -> Answer:
    took = (time.perf_counter() - started) * 1000
    return Answer(
        data,
        query,
        profile.version.id,
        profile.as_of,
        profile.sources,
        took_ms=took,
        total=total,
        limit=limit,
        next=following,
        sources_total=profile.sources_total,
    )


def _fingerprint(query: dict[str, Any]) -> str:
    return hashlib.blake2b(json.dumps(query, sort_keys=True).encode(), digest_size=8).hexdigest()


def _cursor(offset: int, snapshot: int, mark: str) -> str:
    return base64.urlsafe_b64encode(json.dumps([offset, snapshot, mark]).encode()).decode().rstrip("=")


def _read_cursor(cursor: str, mark: str) -> tuple[int, int]:
    try:
        offset, snapshot, its_mark = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        offset, snapshot = int(offset), int(snapshot)
    except (ValueError, TypeError, OverflowError, RecursionError, binascii.Error) as error:
        raise UsageError(
            "continue a result", "the cursor is not one of ours", "Ask again without a cursor."
        ) from error
    if its_mark != mark or not 0 <= offset < _FARTHEST or not 0 < snapshot < 2**63:
        raise UsageError(
            "continue a result",
            "the cursor belongs to another question",
            "Use it with the target, filters and sort it came from.",
        )
    return offset, snapshot


def _state(name: str) -> State:
    try:
        return State[name.upper()]
    except KeyError as error:
        known = ", ".join(state.name.lower() for state in State)
        raise UsageError(
            f"show links in state {name!r}", "there is no such state", f"Known are {known}."
        ) from error
