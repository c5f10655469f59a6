"""What is done with the disavow file of a site: imported, reviewed, checked, compared, exported, uploaded?"""

import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from backlit.app.acting import user
from backlit.app.answer import Answer, Row
from backlit.app.clock import Clock, now
from backlit.app.decided import decided_of, domain_of, events_of, intake_of
from backlit.app.deciding import day_told, need_basis
from backlit.app.link_facts import facts_of, linking_domains
from backlit.app.session import Session
from backlit.errors import UsageError
from backlit.report.disavow import Diff, Disavow, Fault
from backlit.report.disavow.file_checks import NO_DISAVOW_FILE
from backlit.report.disavow.old_file import reviewed
from backlit.report.disavow.plan import Plan, kept_urls, planned
from backlit.report.disavow.reading import MOST_BYTES
from backlit.report.text import visible
from backlit.store.database import opened
from backlit.store.disavows import Disavows, Step, Version, digest_of
from backlit.store.place import has_state
from backlit.store.standing import Standing, Verdict
from backlit.urls import registrable_domain

__all__ = [
    "disavow_diff",
    "disavow_export",
    "disavow_import",
    "disavow_lint",
    "disavow_review",
    "disavow_uploaded",
    "disavow_versions",
    "next_file",
    "versions_of",
]

_THE_FILE = "Name the text file that Search Console gave."
NOTHING_TO_DISAVOW = "There is nothing to disavow."


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
    _refuse_other_files(file, name)
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


def _refuse_other_files(file: Disavow, name: str) -> None:
    """Refuse what Google cannot have: it would be taken for the file that the next one is compared with."""
    faults = file.lint()
    other = next((each for each in faults if each.id in NO_DISAVOW_FILE), None)
    if other is None and any("\0" in line.text for line in file.lines):
        asked = f"import {visible(name)[:200] or 'a disavow file'}"
        raise UsageError(asked, "it is no text: there are NUL characters in it", _THE_FILE)
    if other is None and (file.entries or not any(line.kind == "other" for line in file.lines)):
        return
    said = other or next(each for each in faults if each.line and each.level == "error")
    raise UsageError(
        f"import {visible(name)[:200] or 'a disavow file'}",
        said.sentence if other else f"no line of it can be read; line {said.line}: {said.sentence}",
        f"{_THE_FILE} `backlit disavow lint FILE` tells every fault.",
    )


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


def _lint(
    home: Path, file: Disavow, site: str | None, name: str | None = None, held: Sequence[str] = ()
) -> list[Fault]:
    """The faults of a file; `held` are pages with links that were decided to be kept."""
    kept = list(held)
    if site:
        decided = decided_of(home, site)
        kept += [domain for domain, each in decided.domains.items() if each.verdict is Verdict.KEEP]
        kept += kept_urls(decided, {})
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
    plan, base = next_file(session, site, platforms)
    took = (time.perf_counter() - started) * 1000
    return Answer(_told(plan, base, site, session.home), {"target": site}, session.version.id, took_ms=took)


def _told(plan: Plan, base: Disavow, site: str, home: Path) -> Row:
    diff, content = base.diff(plan.file), plan.file.render()
    found = intake_of(home, site)
    faults = [each for each in _lint(home, plan.file, site, held=plan.held) if each.level != "note"]
    if not base.entries:  # an upload of nothing takes nothing back
        faults = [each for each in faults if each.id != "empty"]
    return {
        "target": site,
        "basis": found.basis if found else None,
        "added": [each.row() for each in diff.added],
        "removed": [each.row() for each in diff.removed],
        "same": diff.same,
        "kept": [asdict(each) for each in plan.kept],
        "left_out": [asdict(each) for each in plan.left_out],
        "unread": [{"line": each.number, "text": each.text} for each in base.lines if each.kind == "other"],
        "faults": [asdict(each) for each in faults],
        "digest": digest_of(content),
        "bytes": len(content),
        "text": diff.render(),
        "conclusion": _conclusion(diff, plan, faults),
    }


def _conclusion(diff: Diff, plan: Plan, faults: Sequence[Fault]) -> str:
    errors = [each for each in faults if each.level == "error"]
    if diff and errors:
        first = f"line {errors[0].line}: {errors[0].sentence}"
        return f"Nothing can be approved before its errors are mended ({len(errors)} in all); {first}"
    if diff:
        return "Approve the exact bytes by their digest, then export them."
    if not plan.file.entries:
        return f"{NOTHING_TO_DISAVOW} Most sites never need a disavow file."
    return "There is nothing to do: the file that Google has is the file that was decided on."


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
    plan, base = next_file(session, site, platforms)
    diff = base.diff(plan.file)
    if diff.added:
        need_basis(home, site, f"export the disavow file of {site}")
    if not plan.file.entries and not diff:
        if plan.without_basis:
            need_basis(home, site, f"export the disavow file of {site}")
        said = "nothing was decided to be disavowed"
        raise UsageError(f"export a disavow file of {site}", said, NOTHING_TO_DISAVOW)
    _refuse_faults(home, plan, site)
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


def _refuse_faults(home: Path, plan: Plan, site: str) -> None:
    errors = [fault for fault in _lint(home, plan.file, site, held=plan.held) if fault.level == "error"]
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
    at = clock()
    day = day_told(f"note an upload on {on[:40]!r}", on, at, "Write YYYY-MM-DD.") if on else f"{at:%Y-%m-%d}"
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
        version = Version(at, who or user(), site, Step.UPLOADED, last.content, last.why, day)
        number = disavows.add(version)
    return Answer({"version": number, "digest": last.digest, "uploaded_on": day}, {"target": site})


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


def next_file(session: Session, site: str, platforms: Sequence[str]) -> tuple[Plan, Disavow]:
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
