"""How did pages do in search and in visits while links to them were won and lost?"""

import time
from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np

from backlit.app.answer import Answer, Row
from backlit.app.look import answer_of
from backlit.app.session import Session
from backlit.errors import UsageError
from backlit.index.catalogue import LOOKED, all_sources
from backlit.index.changes import KINDS
from backlit.index.performance import Window, visits_by_day, windows_of
from backlit.index.profile import Profile
from backlit.index.questions import Question
from backlit.report.impact import chosen, impact_of
from backlit.report.text import day, visible
from backlit.urls import page_key

__all__ = ["impact"]

#: Where the dealing of pages begins: the same data have the same interval.
_SEED = 20_260_101
_DO = (
    "In Search Console, export Performance of two stretches of time that do not overlap, each as a zip, and "
    "`backlit ingest` both."
)


def impact(
    session: Session,
    target: str,
    *,
    since: str | None = None,
    q: str | None = None,
    limit: int = 100,
    scope: str | None = None,
    as_of: str | None = None,
    rng: np.random.Generator | None = None,
) -> Answer:
    """Clicks, impressions and visits of each page before and after, beside links won and lost; and what pages
    with won or lost links did beside pages of like size without, with an interval, or why that is not told.

    The two exports of pages are the newest and the one before it, or those before and after the day `since`;
    `q` chooses among the links.
    """
    started = time.perf_counter()
    if not 1 <= limit <= 10_000:
        raise UsageError(f"return {limit} pages", "out of range", "Ask for 1 to 10,000.")
    profile = session.profile(target, scope, as_of)
    before, after = _windows(session, profile, target, since)
    changes, others = _changes(session, profile, before, q)
    visits = visits_by_day(session.index, profile.version, profile.domain, profile.asked)
    dealer = rng if rng is not None else np.random.default_rng(_SEED)
    found = impact_of(_own(profile, before), _own(profile, after), changes, visits, dealer, others)
    pages: list[Row] = found["pages"]
    told: Row = {"target": target, "scope": profile.target.scope, "looked_until": profile.as_of}
    query = {"target": target, "scope": profile.target.scope, "since": since, "q": q or ""}
    answer = answer_of(profile, told | found | {"pages": pages[:limit]}, query, started)
    return replace(answer, total=len(pages), limit=limit)


def _windows(session: Session, profile: Profile, target: str, since: str | None) -> tuple[Window, Window]:
    """The two exports; UsageError that says which is missing."""
    asked = f"compare how pages of {visible(target)[:100]} did"
    windows = windows_of(session.index, profile.version, profile.domain, profile.asked)
    before, after = chosen(windows, _day(since))
    if not windows:
        raise UsageError(asked, "no export of pages from Search Console was ingested", _DO)
    if after is None or before is None:
        undated = sum(not each.days for each in windows)
        held = ", ".join(f"{day(e.days[0])} to {day(e.days[-1])}" for e in windows if e.days) or "none"
        more = f"; {undated} without a table of days" if undated else ""
        which = "after" if after is None else "before"
        found = f"there is no export of pages for the days {which}; there are those of {held}{more}"
        raise UsageError(asked, found, _DO)
    _require_looks(session, profile, asked, before)
    return before, after


def _require_looks(session: Session, profile: Profile, asked: str, before: Window) -> None:
    """Links must have been looked at before and after: else nobody knows which pages won or lost any."""
    end = datetime.combine(before.days[-1], datetime.max.time(), UTC)
    begins = _first_look(session, profile)
    if begins is None or begins > end:
        found = f"links were first looked at after {day(before.days[-1])}"
        raise UsageError(asked, found, "Compare later exports, with --since: which links came is not known.")
    if profile.as_of is None or profile.as_of <= end:
        found = f"links were last looked at before {day(before.days[-1])} was over"
        raise UsageError(asked, found, f"`backlit verify {profile.domain}` looks again.")


def _first_look(session: Session, profile: Profile) -> datetime | None:
    """When somebody first looked at pages; an export may speak of any day."""
    rows = all_sources(session.index, profile.version)
    looks = (row["first_observed"] for row in rows if row["kind"] in LOOKED)
    return min((each for each in looks if each is not None), default=None)


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        asked = f"compare before and after {text[:40]!r}"
        raise UsageError(asked, "that is no date", "Write it as 2026-03-01.") from error


def _changes(
    session: Session, profile: Profile, before: Window, q: str | None
) -> tuple[list[Row], list[Row]]:
    """The changes of links that `q` chooses since the first day of the earlier export, or since the data
    begin; and the others: a page is not untouched because the filter looks elsewhere."""
    first = datetime.combine(before.days[0], datetime.min.time(), UTC)
    moment = max(first, session.begins) if session.begins else first
    earlier = profile.earlier(profile.version, moment)

    def read(of: str | None) -> list[Row]:
        question = replace(Question.changes("-at", of, KINDS), versus=earlier)
        return [row for batch in profile.batches(question) for row in batch]

    asked = read(q)
    if not q:
        return asked, []
    known = {_change_key(row) for row in asked}
    return asked, [row for row in read(None) if _change_key(row) not in known]


def _change_key(row: Row) -> tuple[str, str, datetime | None]:
    return row["link"]["id"], row["kind"], row["at"]


def _own(profile: Profile, window: Window) -> Window:
    """An export with the pages that the target stands for."""
    lower, upper = profile.target.lower, profile.target.upper
    pages = {url: counts for url, counts in window.pages.items() if lower <= page_key(url) < upper}
    return replace(window, pages=pages)
