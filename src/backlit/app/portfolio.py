"""How is each project, and which of them needs somebody? Numbers for which nobody waits.

What is known already is told, and what a moment is enough for; the rest is unknown, with how to get it.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from backlit.app.answer import Answer, Row
from backlit.app.clock import Clock, now
from backlit.app.decided import domain_of
from backlit.app.jobs import jobs_ls
from backlit.app.noted import note, noted
from backlit.app.policy_files import PolicyFiles
from backlit.app.project_defaults import at_work, narrowest
from backlit.app.projects import project_row
from backlit.app.ruling import Ruling
from backlit.app.session import Session, open_session
from backlit.app.topics import method_of_relevance
from backlit.errors import BacklitError
from backlit.index.profile import Profile
from backlit.index.pulse import pulse_of
from backlit.index.target import Target
from backlit.report.text import by_name
from backlit.store.alerts import Rules
from backlit.store.database import opened
from backlit.store.decisions import Decisions
from backlit.store.outreach import Board
from backlit.store.place import has_state
from backlit.store.projects import Project, Projects

__all__ = ["NOT_COUNTED", "note_audit", "note_overview", "project_ls"]

#: Seconds for counting what was not counted before; and rows of data files above which a target is not begun.
SECONDS, _MOST_ROWS = 0.5, 4_000_000
#: Jobs that are looked through for those that failed.
_JOBS = 200
#: Why there are no numbers yet that will be there soon.
NOT_COUNTED = "It was not counted yet: look again in a moment."
_NUMBERS = ("referring_domains", "won", "lost", "since", "as_of", "leads")


@dataclass(frozen=True, slots=True)
class _Waiting:
    """What waits for somebody, by slug; of audits by domain the newest decision, and when some are due; and
    the version of the policy, 0 where there is none."""

    alerts: Mapping[str, int] = field(default_factory=dict)
    outreach: Mapping[str, int] = field(default_factory=dict)
    jobs: Mapping[str, int] = field(default_factory=dict)
    marks: Mapping[str, tuple[int, tuple[datetime, ...]]] = field(default_factory=dict)
    policy: int = 0


def project_ls(
    home: Path,
    *,
    archived: bool = False,
    session: Session | None = None,
    seconds: float = SECONDS,
    timer: Callable[[], float] = time.monotonic,
    clock: Clock = now,
) -> Answer:
    """The projects, those that need somebody most first; with `archived` those that were put away at the end.

    `needs` counts groups of the audit that nobody decided on, alerts that nobody saw, cards of outreach that
    are due, and jobs whose last run failed; `needs_you` is their sum, at least that where `needs_you_is` says
    so: nothing was audited yet, or newer data were not. `won` and `lost` are referring domains
    since `since`, `leads` pages that are said to link and were not read. What is unknown is None, and `why`
    says how to get it.
    """
    projects: list[Project] = []
    if has_state(home):
        with opened(home) as engine:
            projects = Projects(engine).all(archived=archived)
    active = [each for each in projects if each.archived_at is None]
    waiting, at = _waiting(home, active, clock()), clock()
    if session is None and active and (home / "layout.json").exists():
        session = open_session(home)
    until = timer() + seconds
    rows = [_row(home, session, each, waiting, at, lambda: timer() < until) for each in active]
    rows.sort(key=lambda row: (-(row["needs_you"] or 0), by_name(row["name"]), row["slug"]))
    away = [each for each in projects if each.archived_at is not None]
    rows += [_away(each) for each in sorted(away, key=lambda each: by_name(each.name))]
    snapshot = session.version.id if session is not None and active else None
    return Answer(rows, {"archived": archived}, snapshot, total=len(rows), limit=len(rows))


def _row(
    home: Path, session: Session | None, project: Project, waiting: _Waiting, at: datetime,
    has_time: Callable[[], bool],
) -> Row:  # fmt: skip
    target = Target.parse(project.target)
    numbers, why = _numbers(home, session, project, target, has_time)
    audit = _audit(home, session, project, target, waiting, at)
    needs: Row = {
        "audit": audit["clusters"],
        "alerts": waiting.alerts.get(project.slug, 0),
        "outreach": waiting.outreach.get(project.slug, 0),
        "jobs": waiting.jobs.get(project.slug, 0),
    }
    many = sum(filter(None, needs.values()))
    is_sure = audit["clusters"] is not None and not audit["is_old"]
    told = {"needs_you": many if many or is_sure else None, "needs": needs}
    told["needs_you_is"] = None if not many and not is_sure else "exact" if is_sure else "at least"
    told |= {"audited_at": audit["at"], "audit_is_old": audit["is_old"], "why": why}
    return project_row(project) | {name: numbers.get(name) for name in _NUMBERS} | told


def _away(project: Project) -> Row:
    needs = dict.fromkeys(("audit", "alerts", "outreach", "jobs"))
    nothing: Row = dict.fromkeys(
        (*_NUMBERS, "needs_you", "needs_you_is", "audited_at", "audit_is_old", "why")
    )
    return project_row(project) | nothing | {"needs": needs}


# numbers ------------------------------------------------------------------------


def _numbers(
    home: Path, session: Session | None, project: Project, target: Target, has_time: Callable[[], bool]
) -> tuple[Row, str | None]:
    """The numbers of a project, or why they are not known and how to get them."""
    if session is None:
        return {}, "There is no index yet: `backlit ingest FILE…` reads what links here."
    known = noted(home, "pulse", target)
    if known is not None and _is_of(known, session.version.id):
        return known, None
    rows = session.index.sized_within(session.version, "links", (target.lower, target.upper), "target_key")
    if sum(number for _, number in rows) > _MOST_ROWS:
        return known or {}, f"It is large: `backlit overview {project.target}` counts it."
    if not has_time():
        return known or {}, NOT_COUNTED
    try:
        return _counted(session, session.profile(project.target)), None
    except BacklitError as error:
        return {}, f"{error.found}. {error.do}"


def _counted(session: Session, profile: Profile) -> Row:
    """Count a target's domains, and note that for whoever lists projects next."""
    found = pulse_of(profile, session.begins)
    note(session.home, "pulse", profile.target, found | {"version": str(profile.version.id)})
    return found


def note_overview(session: Session, profile: Profile) -> None:
    """Count a project that somebody looks at, once for each version of the index."""
    if profile.asked is None and _is_project(session, profile):
        known = noted(session.home, "pulse", profile.target)
        if known is None or not _is_of(known, profile.version.id):
            _counted(session, profile)


def _is_of(known: Row, version: int) -> bool:
    """Whether a note is of a version of the index, and holds what is noted today."""
    return known.get("version") == str(version) and "leads" in known


def _is_project(session: Session, profile: Profile) -> bool:
    return any(Target.parse(each.target) == profile.target for each in at_work(session.home))


def note_audit(session: Session, profile: Profile, clusters: int, ruled: Ruling, at: datetime) -> None:
    """Keep how many groups of an audit are open, given the decisions and the policy; of projects alone."""
    if profile.asked is None and _is_project(session, profile):
        told = {"clusters": clusters, "decision": ruled.newest, "at": at}
        told |= {"version": str(profile.version.id), "brands": list(profile.brands)}
        told["relevance"] = method_of_relevance()
        told["policy"] = ruled.policy.version if ruled.policy else PolicyFiles(session.home).number()
        note(session.home, "audit", profile.target, told)


def _audit(
    home: Path, session: Session | None, project: Project, target: Target, waiting: _Waiting, at: datetime
) -> Row:
    """How many groups were open when the target was audited last, and whether that is out of date."""
    known = noted(home, "audit", target)
    if known is None:
        return {"clusters": None, "at": None, "is_old": None}
    newest, due = waiting.marks.get(domain_of(project.target), (0, ()))
    is_old = session is None or known["version"] != str(session.version.id) or known["decision"] != newest
    is_old = is_old or known.get("brands") != list(project.brands)
    is_old = is_old or known.get("policy", 0) != waiting.policy
    is_old = is_old or known.get("relevance") != method_of_relevance()
    is_old = is_old or any(known["at"] < each <= at for each in due)
    return {"clusters": known["clusters"], "at": known["at"], "is_old": is_old}


# what waits ---------------------------------------------------------------------


def _waiting(home: Path, projects: Sequence[Project], at: datetime) -> _Waiting:
    if not projects:
        return _Waiting()
    with opened(home) as engine:
        alerts, outreach = Rules(engine).unseen_by_target(), Board(engine).due(at)
        marks = Decisions(engine).marks()
    told = (_by_slug(projects, alerts), _by_slug(projects, outreach), _failed(home, projects))
    return _Waiting(*told, marks, PolicyFiles(home).number())


def _by_slug(projects: Sequence[Project], found: Mapping[str, int]) -> Mapping[str, int]:
    """Counts by target as counts by project, each told of the narrowest."""
    told: Counter[str] = Counter()
    for name, number in found.items():
        for project in _project_of(projects, name):
            told[project.slug] += number
    return told


def _project_of(projects: Sequence[Project], name: Any) -> Iterable[Project]:
    try:
        found = narrowest(projects, Target.parse(str(name)))
    except BacklitError:
        return ()
    return () if found is None else (found,)


def _failed(home: Path, projects: Sequence[Project]) -> Mapping[str, int]:
    """How many tasks of each project failed when they were done last."""
    last: dict[tuple[str, str], str] = {}
    for job in jobs_ls(home, limit=_JOBS).rows:  # newest first
        if job["arguments"].get("target"):
            last.setdefault((job["kind"], str(job["arguments"]["target"])), job["state"])
    told: Counter[str] = Counter()
    for (_, target), state in last.items():
        if state == "failed":
            told[target] += 1
    return _by_slug(projects, told)
