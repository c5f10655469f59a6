"""What is put together for a report of a target: its answers now and then, and what was done meanwhile?"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from datetime import time as time_of_day
from typing import Any

from backlit.app.answer import Answer, Row
from backlit.app.clock import Clock, now
from backlit.app.dead_ends import broken
from backlit.app.decided import domain_of, events_of
from backlit.app.look import answer_of, audit, changes, compared, overview, sources
from backlit.app.project_defaults import name_for
from backlit.app.report_letters import letters_of
from backlit.app.session import Session
from backlit.errors import UsageError
from backlit.index.profile import Profile
from backlit.index.pulse import linking_among
from backlit.index.questions import Question
from backlit.index.target import Target
from backlit.report.brand import Brand
from backlit.report.period import AUDIENCES, Material, build_report
from backlit.report.text import plural, visible
from backlit.store.standing import Decision, in_force

__all__ = ["REPORT_FORMS", "file_of", "report", "report_file"]

#: The formats of a report, by what they are for programs.
REPORT_FORMS: Mapping[str, str] = {
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}
#: Rows of changes that are read; what they count, they count over all.
_MOST_CHANGES = 10_000


@dataclass(frozen=True, slots=True)
class _Asked:
    target: str
    scope: str | None
    as_of: str | None
    since: str | None
    vs: str | None


def report(
    session: Session,
    target: str,
    *,
    audience: str = "owner",
    since: str | None = None,
    vs: str | None = None,
    scope: str | None = None,
    as_of: str | None = None,
    clock: Clock = now,
) -> Answer:
    """What happened to the links of a target in a period, was done and comes next, for "owner", "client" or
    "executive". The period has 30 days, unless `since` or `vs` names another."""
    if audience not in AUDIENCES:
        known = ", ".join(AUDIENCES)
        raise UsageError(
            f"write a report for {audience[:40]!r}", "there is no such reader", f"Known are {known}."
        )
    started, asked = time.perf_counter(), _Asked(target, scope, as_of, since, vs)
    material, profile = _material(session, asked, clock)
    told = {"target": target, "scope": profile.target.scope, "since": since, "vs": vs, "for": audience}
    return answer_of(profile, build_report(material, audience), told, started)


def report_file(
    session: Session, target: str, form: str, *, brand: Brand | None = None, **asked: Any
) -> bytes:
    """A report as the bytes of a file in one of REPORT_FORMS; `asked` as of `report`."""
    return file_of(session, report(session, target, **asked), form, brand, asked)


def file_of(
    session: Session, answer: Answer, form: str, brand: Brand | None, asked: Mapping[str, Any]
) -> bytes:
    """The same of a report that is there already; a brand without a name has that of the project."""
    target = answer.row["target"]
    brand = _with_name(session, answer, brand or Brand())
    if form == "html":
        from backlit.report.report_html import report_html

        return report_html(answer.row, brand).encode()
    if form == "pdf":
        from backlit.report.report_pdf import report_pdf

        return report_pdf(answer.row, brand)
    tables = _tables(session, target, asked)
    if form == "zip":
        from backlit.report.bundle import bundle

        return bundle(answer.row, tables, brand)
    from backlit.report.report_sheets import report_workbook

    return report_workbook(answer.row, tables, brand)


def _with_name(session: Session, answer: Answer, brand: Brand) -> Brand:
    """A brand with a name where there is one: that which was given, else that of the project."""
    if brand.name:
        return brand
    target = Target.parse(answer.row["target"], answer.query["scope"])
    return replace(brand, name=visible(name_for(session.home, target)))


# what it is made of --------------------------------------------------------------


def _material(session: Session, asked: _Asked, clock: Clock) -> tuple[Material, Profile]:
    target, scope, as_of = asked.target, asked.scope, asked.as_of
    moment, start, until = _period(session, asked, clock)
    judged = audit(
        session, target, scope=scope, as_of=as_of, clock=clock
    ).row  # it judges: the rest reads that
    profile = session.profile(target, scope, as_of)
    moved = changes(
        session, target, since=asked.since, vs=asked.vs, scope=scope, as_of=as_of, limit=_MOST_CHANGES
    )
    known, at = "state:live", f"{start:%Y-%m-%dT%H:%M:%S}Z"
    counts = dict((moved.facets or {}).get("change") or {})
    site, ends = domain_of(target), until if as_of else None
    events = in_force(events_of(session.home, site))
    material = Material(
        target=target,
        scope=profile.target.scope,
        since=start,
        until=until,
        now=overview(session, target, scope=scope, as_of=as_of).row,
        before=_before(session, asked, moment),
        begins=session.begins,
        changes=moved.rows,
        counts=counts,
        looked=_count(profile, f"{known} first_seen:<{at} last_seen:>={at}") + counts.get("lost", 0),
        unread=_count(profile, f"{known} last_seen:<{at}"),
        audit=judged,
        broken=broken(session, target, scope=scope, as_of=as_of).rows,
        done=sorted(
            [
                *(_done(each) for each in events if each.at > start and (ends is None or each.at <= ends)),
                *letters_of(session.home, site, start, ends),
            ],
            key=lambda row: row["at"],
        ),
        asked=_compares(asked, start),
        sources=sources(session, target, scope=scope, as_of=as_of).row,
        linking=linking_among(
            profile, {row["link"]["source_domain"] for row in moved.rows if row["kind"] == "lost"}
        ),
    )
    return material, profile


def _period(session: Session, asked: _Asked, clock: Clock) -> tuple[datetime, datetime, datetime]:
    """The moment that is compared with, the start of the period, which is the next day where a whole one was
    named, and its end; UsageError where it would begin after the data end."""
    profile = session.profile(asked.target, asked.scope, asked.as_of)
    until = profile.as_of or clock()
    moment = _compared_with(session, profile, asked)
    if profile.as_of is None:
        return min(moment, until), min(moment, until), until  # an empty index: no data that could end
    ends = min(until, session.facts.observed[1] or until) if asked.as_of else until
    _require_before(moment, ends, asked)
    start = moment + timedelta(microseconds=1) if moment.time() == time_of_day.max else moment
    _require_before(start, ends, asked)
    return moment, start, until


def _require_before(start: datetime, ends: datetime, asked: _Asked) -> None:
    if start > ends:
        named = f"vs {asked.vs}" if asked.vs else f"since {asked.since}"
        raise UsageError(
            f"report what happened {visible(named)[:60]}",
            f"the data that are read end on {ends:%Y-%m-%d}",
            "Name an earlier day, or take in newer data first.",
        )


def _compared_with(session: Session, profile: Profile, asked: _Asked) -> datetime:
    """The moment that the period begins with: of a version, the newest look that it knows."""
    if asked.vs:
        version, moment = session.resolve(asked.vs)
        return moment or session.instance.facts(version).observed[1] or version.at
    told: dict[str, Any] = {"since": asked.since, "vs": None}
    compared(session, profile, Question.changes("-at", None, ()), told)
    return datetime.fromisoformat(told["before"])


def _before(session: Session, asked: _Asked, start: datetime) -> Row | None:
    """The overview at the start; None where the data begin later, or end before."""
    if session.begins is None or start < session.begins:
        return None
    then = asked.vs or start.isoformat()
    return session.profile(asked.target, asked.scope, then).overview()


def _count(profile: Profile, q: str) -> int:
    return profile.count(Question.ask("backlinks", "-authority", q))


def _compares(asked: _Asked, start: datetime) -> str:
    """The option that asks `changes` for the same period."""
    if asked.vs:
        return f"--vs {visible(asked.vs)}"
    is_day = start.time() == time_of_day.min
    return f"--since {start:%Y-%m-%d}" if is_day else f"--since {start:%Y-%m-%dT%H:%M:%S}Z"


def _done(event: Decision) -> Row:
    """A decision as a report tells it."""
    many = len(event.links) or len(event.domains)
    of = (
        plural(many, "link" if event.links else "site") if event.kind == "cluster" else visible(event.subject)
    )
    words = {
        "keep": "Decided to keep",
        "ignore": "Decided to ignore",
        "watch": "Decided to watch",
        "ask-removal": "Asked for the removal of",
        "disavow": "Decided to disavow",
        "snooze": "Put off",
    }
    what = f"{words.get(event.verdict.value, event.verdict.value)} {of}."
    return {"at": event.at, "what": what, "why": event.why, "who": event.who, "verdict": event.verdict.value}


def _tables(session: Session, target: str, asked: Mapping[str, Any]) -> dict[str, list[Row]]:
    """The whole lists behind a report, each as far as a sheet goes."""
    from backlit.app.lists import whole
    from backlit.report.workbook import MOST_ROWS

    where = {name: asked.get(name) for name in ("scope", "as_of")}
    period = {name: asked.get(name) for name in ("since", "vs")}
    found: dict[str, list[Row]] = {}
    for view, more in (
        ("domains", {}),
        ("backlinks", {"group": "none"}),
        ("anchors", {}),
        ("changes", period),
    ):
        read = whole(session, view, target, limit=MOST_ROWS, **where, **more)
        found[view] = [row for batch in read.batches for row in batch]
    return found
