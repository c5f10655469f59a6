"""What is done with the disavow file of a site: imported, reviewed, checked, compared, exported, uploaded?"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path

from backlit.app.answer import Answer, Row
from backlit.app.clock import Clock, now
from backlit.app.decided import decided_of, domain_of, events_of, has_state, intake_of
from backlit.app.deciding import need_basis, user
from backlit.app.session import Session
from backlit.app.votes_left import quoted
from backlit.errors import UsageError
from backlit.index.profile import Profile
from backlit.index.questions import Question
from backlit.model import State
from backlit.report.disavow import Diff, Disavow, Entry, Fault
from backlit.report.disavow.entries import entry_of
from backlit.report.disavow.old_file import reviewed
from backlit.report.disavow.plan import Fact, Plan, facts_by_domain, planned
from backlit.report.disavow.reading import MOST_BYTES
from backlit.report.text import visible
from backlit.store.database import opened
from backlit.store.decisions import Standing, Verdict
from backlit.store.disavows import Disavows, Step, Version, digest_of
from backlit.urls import registrable_domain

__all__ = [
    "disavow_diff",
    "disavow_export",
    "disavow_import",
    "disavow_lint",
    "disavow_review",
    "disavow_simulate",
    "disavow_uploaded",
    "disavow_versions",
    "facts_of",
    "linking_domains",
    "versions_of",
]

#: Domains of one question.
_AT_ONCE = 400
_DECLINES = frozenset(("nofollow", "ugc", "sponsored"))
#: What every simulation says.
FORECAST = "Backlit's own score, not a ranking forecast."
_NOTHING = "There is nothing to disavow."


def read_file(path: Path) -> bytes:
    """The bytes of a file; UsageError where it cannot be read or is far too long."""
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        found = error.strerror or str(error)
        raise UsageError(f"read {path}", found, "Name the text file that Search Console gave.") from error


def disavow_import(
    home: Path, content: bytes, target: str, *, name: str = "", who: str | None = None, clock: Clock = now
) -> Answer:
    """Keep the file that Google has, byte for byte, and say what is wrong with it."""
    file, site = Disavow.parse(content), domain_of(target)
    version = Version(clock(), who or user(), site, Step.IMPORTED, content, visible(name)[:200])
    with opened(home) as engine:
        number = Disavows(engine).add(version)
    kinds = [entry.kind for entry in file.entries]
    data = {
        "version": number,
        "digest": version.digest,
        "domains": kinds.count("domain"),
        "urls": kinds.count("url"),
        "lines": len(file.lines),
        "faults": [asdict(fault) for fault in _lint(home, file, site)],
    }
    return Answer(data, {"target": site, "name": name})


def disavow_lint(
    home: Path, content: bytes | None = None, *, target: str | None = None, name: str | None = None
) -> Answer:
    """What is wrong with a file, else with the one that Google has of a target: a row for each fault."""
    if content is None:
        base = _base(home, domain_of(target or ""))
        if base is None:
            raise UsageError(
                f"check the disavow file of {target}",
                "none was imported",
                "`backlit disavow import FILE` does.",
            )
        content = base.content
    file = Disavow.parse(content)
    rows = [asdict(fault) for fault in _lint(home, file, domain_of(target) if target else None, name)]
    return Answer(rows, {"target": target, "name": name}, total=len(rows), limit=len(rows))


def _lint(home: Path, file: Disavow, site: str | None, name: str | None = None) -> list[Fault]:
    decided = decided_of(home, site) if site else None
    kept = (
        [domain for domain, each in decided.domains.items() if each.verdict is Verdict.KEEP]
        if decided
        else ()
    )
    return file.lint(own=[site] if site else (), kept=kept, name=name)


def disavow_review(session: Session, target: str, *, clock: Clock = now) -> Answer:
    """The lines of the file that Google has which should be taken out, reasoned or looked at again."""
    started, site = time.perf_counter(), domain_of(target)
    base = _base(session.home, site)
    if base is None:
        raise UsageError(
            f"review the disavow file of {site}",
            "none was imported",
            f"Download it from Search Console, then `backlit disavow import FILE --for {site}`. If "
            "there is none, there is nothing to do.",
        )
    file = Disavow.parse(base.content)
    facts = facts_of(session, site, (registrable_domain(entry.host) for entry in file.entries))
    rows = reviewed(file, facts, decided_of(session.home, site), clock())
    took = (time.perf_counter() - started) * 1000
    query = {"target": site}
    return Answer(rows, query, session.version.id, total=len(rows), limit=len(rows), took_ms=took)


def disavow_diff(session: Session, target: str, *, platforms: Sequence[str] = ()) -> Answer:
    """What the next file has more and less than the one that Google has, why, and its digest."""
    started, site = time.perf_counter(), domain_of(target)
    plan, base = _plan(session, site, platforms)
    took = (time.perf_counter() - started) * 1000
    return Answer(_told(plan, base, site, session.home), {"target": site}, session.version.id, took_ms=took)


def _told(plan: Plan, base: Disavow, site: str, home: Path) -> Row:
    diff, content = base.diff(plan.file), plan.file.render()
    found = intake_of(home, site)
    return {
        "target": site,
        "basis": found.basis if found else None,
        "added": [each.row() for each in diff.added],
        "removed": [each.row() for each in diff.removed],
        "same": diff.same,
        "kept": [asdict(each) for each in plan.kept],
        "left_out": [asdict(each) for each in plan.left_out],
        "faults": [asdict(each) for each in _lint(home, plan.file, site) if each.level != "note"],
        "digest": digest_of(content),
        "bytes": len(content),
        "text": diff.render(),
        "conclusion": _conclusion(diff, plan, base),
    }


def _conclusion(diff: Diff, plan: Plan, base: Disavow) -> str:
    if diff:
        return "Approve the exact bytes by their digest, then export them."
    if not plan.file.entries:
        return f"{_NOTHING} Most sites never need a disavow file."
    return "There is nothing to do: the file that Google has is the file that was decided on."


def disavow_simulate(session: Session, target: str, *, platforms: Sequence[str] = ()) -> Answer:
    """What the next file would take from the target's authority, by our own score."""
    from backlit.app.receipts import whatif

    site = domain_of(target)
    plan, base = _plan(session, site, platforms)
    added = [each.entry for each in base.diff(plan.file).added if not each.covered_by]
    row: Row = {"target": site, "entries": len(added), "note": FORECAST, "before": None, "after": None}
    row |= {"delta": None, "links": 0, "domains": 0, "best_links": 0}
    if not added:
        return Answer(row | {"conclusion": _NOTHING}, {"target": site}, session.version.id)
    names = [each.value for each in added if each.kind == "domain"]
    pages = [f"page:{quoted(each.value)}" for each in added if each.kind == "url"]
    q = " OR ".join([f"domain:({','.join(names)})", *pages] if names else pages)
    profile = session.profile(site)
    row["links"] = profile.count(Question.ask("backlinks", "source", q, group="none"))
    row["domains"] = profile.count(Question.ask("domains", "domain", q))
    row["best_links"] = _among_the_best(session, site, plan.file)
    if session.is_ranked:
        told = whatif(session, site, remove=[q]).row
        row |= {name: told[name] for name in ("before", "after", "delta")}
    return Answer(row | {"conclusion": None}, {"target": site}, session.version.id)


def _among_the_best(session: Session, site: str, file: Disavow) -> int:
    """How many of the 100 most valuable links are disavowed."""
    from backlit.app.look import backlinks

    rows = backlinks(session, site, group="none", sort="-value", limit=100).rows
    found = [entry_of(row["source_url"]) or Entry("domain", row["source_domain"]) for row in rows]
    return sum(file.covers(each) for each in found)


def disavow_export(
    session: Session,
    target: str,
    *,
    why: str,
    approve: str | None = None,
    platforms: Sequence[str] = (),
    who: str | None = None,
    clock: Clock = now,
) -> tuple[Answer, bytes | None]:
    """First with `approve`, the digest that `disavow_diff` told: these very bytes are approved. Then without:
    the approved bytes. UsageError without a reason, a basis for what is added, or an approval of these bytes.
    """
    site, home = domain_of(target), session.home
    reason = visible(why.strip())[:2_000]
    if not reason:
        raise UsageError(f"export the disavow file of {site}", "no reason is given", "Say why: --why REASON.")
    plan, base = _plan(session, site, platforms)
    diff = base.diff(plan.file)
    if diff.added:
        need_basis(home, site, f"export the disavow file of {site}")
    if not plan.file.entries and not diff:
        raise UsageError(f"export a disavow file of {site}", "nothing was decided to be disavowed", _NOTHING)
    _refuse_faults(home, plan.file, site)
    content = plan.file.render()
    version = Version(clock(), who or user(), site, Step.APPROVED, content, reason)
    with opened(home) as engine:
        disavows = Disavows(engine)
        if approve is not None:
            _same_digest(approve, version, site)
            number = disavows.add(version)
        else:
            _need_approval(disavows.of(site), version, site)
            version = Version(version.at, version.who, site, Step.EXPORTED, content, reason)
            number = disavows.add(version)
    data = _told(plan, base, site, home) | {"step": version.step.value, "version": number}
    return Answer(data, {"target": site}, session.version.id), (None if approve is not None else content)


def _refuse_faults(home: Path, file: Disavow, site: str) -> None:
    errors = [fault for fault in _lint(home, file, site) if fault.level == "error"]
    if errors:
        first = errors[0]
        raise UsageError(
            f"export the disavow file of {site}",
            f"line {first.line} is wrong ({len(errors)} in all): {first.text}. {first.sentence}",
            f"{first.what_to_do} It comes from the imported file, or from a decision that can be undone.",
        )


def _same_digest(approve: str, version: Version, site: str) -> None:
    if len(approve) < 12 or not version.digest.startswith(approve.lower()):
        raise UsageError(
            f"approve {approve[:64]!r}",
            f"the file of today has the digest {version.digest}",
            f"Look at `backlit disavow diff {site}`, then approve what it tells.",
        )


def _need_approval(versions: Sequence[Version], version: Version, site: str) -> None:
    if not any(each.step is Step.APPROVED and each.content == version.content for each in versions):
        raise UsageError(
            f"export the disavow file of {site}",
            "nobody approved these bytes",
            f"Look at `backlit disavow diff {site}`, then "
            f"`backlit disavow export {site} --approve {version.digest[:16]} --why REASON`.",
        )


def disavow_uploaded(
    home: Path, target: str, *, on: str | None = None, who: str | None = None, clock: Clock = now
) -> Answer:
    """Note that the file exported last was given to Google, today or on another day."""
    site = domain_of(target)
    try:
        day = date.fromisoformat(on) if on else clock().date()
    except ValueError as error:
        raise UsageError(f"note an upload on {on!r}", "that is no date", "Write YYYY-MM-DD.") from error
    with opened(home) as engine:
        disavows = Disavows(engine)
        exported = [each for each in disavows.of(site) if each.step is Step.EXPORTED]
        if not exported:
            raise UsageError(
                f"note an upload for {site}",
                "no file was exported",
                f"`backlit disavow export {site}` writes it.",
            )
        last = exported[-1]
        version = Version(
            clock(), who or user(), site, Step.UPLOADED, last.content, last.why, day.isoformat()
        )
        number = disavows.add(version)
    return Answer(
        {"version": number, "digest": last.digest, "uploaded_on": day.isoformat()}, {"target": site}
    )


def disavow_versions(home: Path, target: str) -> Answer:
    """The files of a target, newest first: what was done with each, when, by whom and why."""
    site = domain_of(target)
    rows: list[Row] = [
        {
            "id": each.id,
            "at": each.at,
            "who": each.who,
            "step": each.step.value,
            "digest": each.digest,
            "entries": len(Disavow.parse(each.content).entries),
            "bytes": len(each.content),
            "why": each.why,
            "uploaded_on": each.uploaded_on,
        }
        for each in reversed(versions_of(home, site))
    ]
    return Answer(rows, {"target": site}, total=len(rows), limit=len(rows))


# what is known ---------------------------------------------------------------


def versions_of(home: Path, site: str) -> list[Version]:
    """The files of a site, oldest first."""
    if not has_state(home):
        return []
    with opened(home) as engine:
        return Disavows(engine).of(site)


def _base(home: Path, site: str) -> Version | None:
    """The file that Google has, as far as anybody told: imported or uploaded, the later."""
    found = [each for each in versions_of(home, site) if each.step in (Step.IMPORTED, Step.UPLOADED)]
    return found[-1] if found else None


def _plan(session: Session, site: str, platforms: Sequence[str]) -> tuple[Plan, Disavow]:
    """The next file, and the one that Google has."""
    home, decided = session.home, decided_of(session.home, site)
    version = _base(home, site)
    base = Disavow.parse(version.content if version else "")
    events = events_of(home, site)
    named = {registrable_domain(each.host) for each in base.entries if each.kind == "url"}
    facts = facts_of(session, site, named | _decided_domains(session, site, decided))
    found = intake_of(home, site)
    basis = found.basis if found else None
    return planned(site, base, events, decided, facts, basis=basis, platforms=platforms), base


def _decided_domains(session: Session, site: str, decided: Standing) -> set[str]:
    """The domains of what was decided, whole or by link."""
    domains = {name for name, each in decided.domains.items() if each.verdict is Verdict.DISAVOW}
    return domains | linking_domains(session, site, set(decided.links))


def linking_domains(session: Session, site: str, links: set[str]) -> set[str]:
    """The domains of links by their ids."""
    if not links:
        return set()
    question = Question.ask("backlinks", "source", group="none", states=tuple(State))
    batches = session.profile(site).batches(question)
    return {row["source_domain"] for batch in batches for row in batch if row["id"] in links}


def facts_of(session: Session, site: str, domains: Iterable[str]) -> dict[str, list[Fact]]:
    """What the index knows of the links of some domains to a site; of a page that links twice what passes."""
    names, profile = sorted(set(domains)), session.profile(site)
    found: dict[str, Fact] = {}
    for start in range(0, len(names), _AT_ONCE):
        q = f"domain:({','.join(names[start : start + _AT_ONCE])})"
        closed = _ids(profile, f"({q}) is:page-nofollow")
        question = Question.ask("backlinks", "source", q, group="none", states=tuple(State))
        for batch in profile.batches(question):
            for row in batch:
                fact = _fact(row, closed)
                before = found.get(fact.id)
                if before is None or (fact.counts and not before.counts):
                    found[fact.id] = fact
    return facts_by_domain(list(found.values()))


def _ids(profile: Profile, q: str) -> set[str]:
    question = Question.ask("backlinks", "source", q, group="none", states=tuple(State))
    return {row["id"] for batch in profile.batches(question) for row in batch}


def _fact(row: Row, closed: set[str]) -> Fact:
    declined = bool(_DECLINES & set(row["rel"] or ())) or row["id"] in closed
    return Fact(
        row["id"],
        row["source_domain"],
        row["source_url"],
        row["state"] != "lost",
        not declined,
        row["unnatural"],
        row["spam"],
        row["source_authority"],
    )
