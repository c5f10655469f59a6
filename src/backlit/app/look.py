"""What does the index say about a target?"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from backlit.app.answer import Answer, Row
from backlit.app.clock import Clock, now
from backlit.app.cursors import Cursor, fingerprint, read_cursor, write_cursor
from backlit.app.decided import decided_rows, domain_of, intake_of
from backlit.app.session import Session, parse_since
from backlit.errors import CursorExpired, UsageError, VersionUnknown
from backlit.index.catalogue import all_sources
from backlit.index.noticed import noticed
from backlit.index.profile import Page, Profile
from backlit.index.questions import Question
from backlit.model import State
from backlit.report.audit import build_audit
from backlit.report.findings import QUOTED, SITEWIDE_LINKS
from backlit.store.place import has_state

__all__ = [
    "anchors",
    "answer_of",
    "arrivals",
    "audit",
    "backlinks",
    "best_pages",
    "changes",
    "compared",
    "domains",
    "overview",
    "sources",
    "state_named",
    "targets",
    "versions",
]

#: Most rows of one page of an answer.
LIMIT = 10_000

#: Seconds for counting the rows of an answer, after which an estimate must do, and for its facets.
COUNT_SECONDS, FACET_SECONDS = 2.0, 2.0

#: How far back changes are told when nobody says.
DAYS_BACK = "30d"

#: Rows of each list that an audit chooses from; what it counts, it counts over all.
_AUDIT_ROWS = 1_000


def overview(session: Session, target: str, *, scope: str | None = None, as_of: str | None = None) -> Answer:
    """The profile of a target on one screen."""
    started = time.perf_counter()
    profile = session.profile(target, scope, as_of)
    found = _overview(session, profile)
    if has_state(session.home):  # there may be a project that counts it
        from backlit.app.portfolio import note_overview

        note_overview(session, profile)
    return answer_of(profile, found, {"target": target, "scope": profile.target.scope}, started)


def arrivals(session: Session, target: str, *, scope: str | None = None, as_of: str | None = None) -> Answer:
    """New referring domains and new links by the day on which they were first seen, of links that are not
    lost; the months of an overview are their sums. Lost links, and domains whose last link was lost, by the
    day on which a look found that. Days without any are left out."""
    started = time.perf_counter()
    profile = session.profile(target, scope, as_of)
    return answer_of(profile, profile.arrivals(), {"target": target, "scope": profile.target.scope}, started)


def _overview(session: Session, profile: Profile) -> Row:
    from backlit.app.authority import told
    from backlit.app.topics import method_of_relevance
    from backlit.score.spread import effective_of

    row = profile.overview()
    row |= _judged(profile)
    is_linked = bool(row["links"])
    row["diversity"] = profile.once("effective", lambda: effective_of(profile.kinds)) if is_linked else None
    row["relevance_method"] = method_of_relevance()
    return row | {"authority": told(session.index, profile, row["authority"])}


def _judged(profile: Profile) -> Row:
    """How many referring domains count, and which shares read as spam and as unnatural, of those with a page
    that was looked at; nothing of a target with so many links that nobody should wait for it."""
    from backlit.index.judged_rows import judged_domains
    from backlit.score.findings import LIMIT

    if not profile.is_quick:
        return {}

    def count() -> Row:
        profile.load_judgements()
        return judged_domains(profile, LIMIT)

    found = profile.once(("judged", LIMIT), count)
    of, looked = found["judged"], found["looked"]
    ranked = profile.release is not None and not profile.release["unrankable"]
    ranked = ranked and 2 * found["ranked"] >= of  # of a small sample most authorities are unknown
    return {
        "counting_domains": found["counting"] if ranked and of else None,
        "judged_domains": looked,
        "spam_share": found["spam"] / looked if looked else None,
        "unnatural_share": found["unnatural"] / looked if looked else None,
        "relevance": None if found["relevance"] is None else round(found["relevance"], 2),
    }


def backlinks(
    session: Session,
    target: str,
    *,
    scope: str | None = None,
    q: str | None = None,
    group: str = "domain",
    sort: str = "-authority",
    state: Sequence[str] | None = None,
    facets: Sequence[str] = (),
    limit: int = 100,
    cursor: str | None = None,
    as_of: str | None = None,
) -> Answer:
    """The links to a target, or the best one of each group; live and unverified ones, unless `state` names
    others or the filter speaks of states itself."""
    states = [state_named(name) for name in state or ()]
    question = Question.ask("backlinks", sort, q, group=group, states=states)
    place = _Place(target, scope, as_of, limit, cursor)
    chosen = {"group": group, "state": [each.name.lower() for each in question.states]}
    return _paged(session, question, place, chosen, facets)


def domains(
    session: Session, target: str, *, scope: str | None = None, q: str | None = None,
    sort: str = "-authority", limit: int = 100, cursor: str | None = None, as_of: str | None = None,
) -> Answer:  # fmt: skip
    """The domains that link to a target."""
    return _paged(session, Question.ask("domains", sort, q), _Place(target, scope, as_of, limit, cursor))


def anchors(
    session: Session, target: str, *, scope: str | None = None, q: str | None = None, sort: str = "-domains",
    limit: int = 100, cursor: str | None = None, as_of: str | None = None,
) -> Answer:  # fmt: skip
    """The texts of the links to a target."""
    return _paged(session, Question.ask("anchors", sort, q), _Place(target, scope, as_of, limit, cursor))


def best_pages(
    session: Session, target: str, *, scope: str | None = None, q: str | None = None, sort: str = "-domains",
    limit: int = 100, cursor: str | None = None, as_of: str | None = None,
) -> Answer:  # fmt: skip
    """The target's own pages by the links they earn."""
    return _paged(session, Question.ask("pages", sort, q), _Place(target, scope, as_of, limit, cursor))


def changes(
    session: Session,
    target: str,
    *,
    scope: str | None = None,
    since: str | None = None,
    vs: str | None = None,
    q: str | None = None,
    kind: Sequence[str] = (),
    sort: str = "-at",
    limit: int = 100,
    cursor: str | None = None,
    as_of: str | None = None,
) -> Answer:
    """What is new, lost and changed: since a day (30 days back, unless it is named), or against what was
    known on a date or by another version. `facets` counts all kinds, whichever were asked for; `begins` of
    the query is the first look, where that day is before all of them."""
    if since and vs:
        raise UsageError(
            "compare", "both a day to start from and a date to compare with", "Name one of them."
        )
    place = _Place(target, scope, as_of, limit, cursor)
    return _paged(session, Question.changes(sort, q, kind), place, {"since": since, "vs": vs})


def audit(
    session: Session, target: str, *, scope: str | None = None, as_of: str | None = None, clock: Clock = now
) -> Answer:
    """A first audit of a target: its numbers, what stands out, and on what evidence; without what somebody
    decided on, until it is to be looked at again."""
    from backlit.app.anchor_texts import mix_of
    from backlit.app.deciding import intake_row
    from backlit.app.judging import review
    from backlit.app.portfolio import note_audit
    from backlit.app.ruling import Ruling
    from backlit.report.queue import queued

    started = time.perf_counter()
    profile = session.profile(target, scope, as_of)
    site, at, ruled = domain_of(target), clock(), Ruling.of(session.home, target)
    decided, answers = ruled.held, intake_of(session.home, target)
    # first: what it judges is told in the overview
    reviewed = ruled.apart(review(profile, decided, at, every=ruled.is_on))
    reviewed["clusters"] = queued(reviewed["clusters"], site, answers, decided)
    note_audit(session, profile, reviewed["clusters_total"], ruled, at)
    if reviewed["noise"]:
        reviewed["noise"] |= {"id": f"noise@{site}"}
    found = build_audit(
        _overview(session, profile),
        profile.domains(limit=_AUDIT_ROWS).rows,
        profile.anchors(limit=_AUDIT_ROWS).rows,
        profile.backlinks(group="domain", limit=_AUDIT_ROWS).rows,
        noticed(profile, least=SITEWIDE_LINKS, quoted=QUOTED),
        sources=profile.sources,
        sources_total=profile.sources_total,
        as_of=profile.as_of,
        anchor_mix=mix_of(profile),
        review=reviewed,
        pace=_pace(profile),
        intake=intake_row(answers),
        decided=len(decided.domains) + len(decided.links),
    )
    return answer_of(profile, found, {"target": target, "scope": profile.target.scope}, started)


def _pace(profile: Profile) -> Row:
    """What stands out in the comings and goings of a target's referring domains."""
    from backlit.score.lives import velocity_in

    def tell() -> Row:
        found = velocity_in(profile)
        return {"rows": found.rows(), "unknown": found.unknown}

    return profile.once("pace", tell)


def leads(
    session: Session, target: str, *, scope: str | None = None, limit: int = 100,
    cursor: str | None = None, as_of: str | None = None,
) -> Answer:  # fmt: skip
    """The pages that someone says link to the target's domain, and that were not read yet."""
    return _paged(session, Question.ask("leads", "source"), _Place(target, scope, as_of, limit, cursor))


def sources(
    session: Session, target: str | None = None, *, scope: str | None = None, as_of: str | None = None
) -> Answer:
    """The files that the index was read from, newest first; of a target who knows its links, how far the
    sources agree, and with three or more of them how many domains at least none has seen."""
    if target is not None:
        started = time.perf_counter()
        profile = session.profile(target, scope, as_of)
        found = profile.sources_of(session.index)
        return answer_of(profile, found, {"target": target, "scope": profile.target.scope}, started)
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
    rows = session.facts.best_linked(limit)
    return Answer(rows, {"limit": limit}, session.version.id, total=len(rows), limit=limit)


# paging ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Place:
    """Of which target, as of when, and which rows."""

    target: str
    scope: str | None
    as_of: str | None
    limit: int
    cursor: str | None


def _paged(
    session: Session,
    question: Question,
    place: _Place,
    more: Mapping[str, Any] | None = None,
    facets: Sequence[str] = (),
) -> Answer:
    started = time.perf_counter()
    if not 1 <= place.limit <= LIMIT:
        raise UsageError(
            f"return {place.limit} rows", "out of range", f"Ask for 1 to {LIMIT} at a time and follow `next`."
        )
    told = dict(more or {})
    asked = {"target": place.target, "scope": place.scope, "as_of": place.as_of}
    mark = fingerprint(told | asked | asdict(question))
    before = read_cursor(session.home, place.cursor, mark) if place.cursor else None
    profile = _profile(session, place, before)
    if question.view == "changes":
        question = compared(session, profile, question, told)
    page = profile.page(question, place.limit, before.key if before else None, COUNT_SECONDS)
    total, is_exact = _total(page, before)
    query = {"target": place.target, "scope": profile.target.scope, "sort": question.sort, "q": question.q}
    rows = decided_rows(session.home, place.target, question.view)(page.rows)
    answer = answer_of(profile, rows, query | told, started)
    return replace(
        answer,
        total=total,
        total_is="exact" if is_exact else "approx",
        limit=place.limit,
        next=_next(session, profile, mark, page, total, is_exact),
        facets=_facets(profile, question, facets),
        took_ms=_since(started),
    )


def compared(session: Session, profile: Profile, question: Question, more: dict[str, Any]) -> Question:
    """The question with what it compares to, which `more` is told too."""
    version, moment = profile.version, None
    if more["vs"]:
        version, moment = session.resolve(more["vs"])
    else:
        moment = parse_since(more["since"] or DAYS_BACK, profile.as_of)
    more["before"] = moment.isoformat() if moment else str(version.id)
    if moment and session.begins and moment < session.begins:
        more["begins"] = session.begins.isoformat()  # nothing was known then: all was read first since
    return replace(question, versus=profile.earlier(version, moment))


def _facets(
    profile: Profile, question: Question, names: Sequence[str]
) -> Mapping[str, Mapping[str, int] | None] | None:
    if question.view == "changes":
        return {"change": profile.change_counts(question)}
    return profile.facets(question, names, FACET_SECONDS) if names else None


def _profile(session: Session, place: _Place, before: Cursor | None) -> Profile:
    if before is None:
        return session.profile(place.target, place.scope, place.as_of)
    try:
        return session.profile(place.target, place.scope, place.as_of, snapshot=before.version)
    except VersionUnknown as error:
        raise CursorExpired(
            "continue an answer",
            f"the data it was read from (version {before.version}) is no longer kept",
            "Ask again without a cursor: the answer comes from the newest data.",
        ) from error


def _total(page: Page, before: Cursor | None) -> tuple[int, bool]:
    """How many rows there are: counted with the first page, carried along by the cursor."""
    if page.total is not None:
        return page.total, page.is_exact
    assert before is not None
    return before.total, before.is_exact


def _next(
    session: Session, profile: Profile, mark: str, page: Page, total: int, is_exact: bool
) -> str | None:
    if page.last is None:
        return None
    return write_cursor(session.home, Cursor(profile.version.id, mark, page.last, total, is_exact))


def answer_of(profile: Profile, data: Row | list[Row], query: dict[str, Any], started: float) -> Answer:
    """Rows from a profile, with what they were read from."""
    return Answer(
        data,
        query,
        profile.version.id,
        profile.as_of,
        profile.sources,
        took_ms=_since(started),
        sources_total=profile.sources_total,
    )


def _since(started: float) -> float:
    return (time.perf_counter() - started) * 1000


def state_named(name: str) -> State:
    """The state of that name; UsageError where there is none."""
    try:
        return State[name.upper()]
    except KeyError as error:
        known = ", ".join(state.name.lower() for state in State)
        raise UsageError(
            f"show links in state {name!r}", "there is no such state", f"Known are {known}."
        ) from error
