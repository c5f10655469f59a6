"""What did somebody decide about links, and why? Verdicts on links, domains and clusters; undoing them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from backlit.app.acting import user
from backlit.app.answer import Answer, Row
from backlit.app.clock import Clock, now
from backlit.app.decided import decided_of, domain_of, events_of, intake_of
from backlit.app.link_receipts import find_links, link_id_of
from backlit.app.session import Session
from backlit.errors import UsageError
from backlit.index.target import Target
from backlit.report.disavow import Disavow
from backlit.report.text import plural, visible
from backlit.store.database import opened
from backlit.store.decisions import Decisions
from backlit.store.disavows import Disavows, Step, Version
from backlit.store.intakes import Intake, Intakes
from backlit.store.standing import Decision, Verdict, in_force, standing
from backlit.urls import registrable_domain

__all__ = [
    "day_told",
    "decide",
    "decisions",
    "event_row",
    "intake",
    "intake_row",
    "known_of",
    "need_basis",
    "undo",
]

#: After how long a verdict is to be looked at again, where nobody names a day. Removal takes site owners some
#: weeks; audits are quarterly; a disavowed site deserves a second look in a year.
AGAIN = {
    Verdict.SNOOZE: timedelta(days=30),
    Verdict.WATCH: timedelta(days=90),
    Verdict.ASK_REMOVAL: timedelta(days=14),
    Verdict.DISAVOW: timedelta(days=365),
}
VERDICTS = tuple(each for each in Verdict if each is not Verdict.UNDO)
#: Letters of a reason that are kept.
_REASON = 2_000
#: How far the clocks of the first islands are ahead of UTC.
_EARLIEST_ZONE = timedelta(hours=14)
NOISE = "noise"
_VOUCH_NOT = ("nofollow", "ugc", "sponsored")


def decide(
    session: Session,
    what: str,
    verdict: str,
    *,
    why: str,
    target: str | None = None,
    until: str | None = None,
    seen: str | None = None,
    who: str | None = None,
    clock: Clock = now,
) -> Answer:
    """Keep a verdict on a link by its id, on a domain, or on a cluster of the audit by its id.

    `target` is the site that they link to; a cluster's id names it. `seen` is the digest of the cluster that
    somebody looked at. The same once more, by the same person and for the same reason while it holds, is the
    same event. UsageError without a reason, for what is not there or has other links than were seen, and for
    a disavowal without a recorded basis or of a link that passes nothing.
    """
    chosen, reason = _verdict(verdict), _reason(f"decide on {what}", why)
    at = clock()
    site = _target(what, target)
    about = _about(session, what.strip(), site, at)
    if about["kind"] == "cluster" and seen:
        _need_same(f"decide on {what}", about["known"], seen)
    if chosen is Verdict.DISAVOW:
        _may_disavow(about)
        need_basis(session.home, site, f"disavow {about['subject']}")
    event = Decision(
        at, who or user(), site, about["kind"], about["subject"], chosen, reason,
        tuple(about["domains"]), tuple(about["links"]), about["known"], _until(until, chosen, at),
    )  # fmt: skip
    with opened(session.home) as engine:
        kept = Decisions(engine).add_once(event)
    return Answer({"event": event_row(kept)}, {"what": what, "target": site})


def undo(
    home: Path,
    number: int,
    *,
    why: str = "",
    target: str | None = None,
    who: str | None = None,
    clock: Clock = now,
) -> Answer:
    """Take a decision back by its number: the one before holds again. Undo the undoing to have it again.

    With `target` only where it is about that one.
    """
    site = None if target is None else domain_of(target)
    with opened(home) as engine:
        kept = Decisions(engine).undo(
            number, who or user(), visible(why.strip())[:_REASON], clock(), target=site
        )
        stays = _lines_of(Disavows(engine).of(kept.target), number)
    note = None
    if stays:
        note = (
            f"{plural(len(stays), 'line')} of the file that Google has came of it, and will stay until you "
            f"decide to keep the site: {', '.join(stays[:3])}{', …' if len(stays) > 3 else ''}."
        )
    return Answer({"event": event_row(kept), "note": note}, {"what": number, "target": kept.target})


def _lines_of(versions: Sequence[Version], number: int) -> list[str]:
    """The entries of the newest file that Google has which name a decision as their reason."""
    held = [each for each in versions if each.step in (Step.IMPORTED, Step.UPLOADED)]
    reasons = Disavow.parse(held[-1].content).reasons if held else {}
    return [str(entry) for entry, why in reasons.items() if f" Decision {number} of " in why]


def decisions(home: Path, target: str, *, clock: Clock = now) -> Answer:
    """All events about a target, newest first; `holds` says which stand."""
    site, at = domain_of(target), clock()
    events = events_of(home, site)
    held = standing(events)
    ids = {each.id for each in (*held.domains.values(), *held.links.values())}
    rows = [event_row(each) | {"holds": each.id in ids, "due": each.is_due(at)} for each in reversed(events)]
    return Answer(rows, {"target": site}, total=len(rows), limit=len(rows))


def event_row(event: Decision) -> Row:
    """An event as faces print it."""
    return {
        "id": event.id,
        "at": event.at,
        "who": event.who,
        "target": event.target,
        "kind": event.kind,
        "subject": event.subject,
        "verdict": event.verdict.value,
        "why": event.why,
        "until": event.until,
        "undoes": event.undoes,
        "domains": list(event.domains),
        "links": list(event.links),
        "known": event.known,
    }


# what is decided on ----------------------------------------------------------


def _target(what: str, target: str | None) -> str:
    within = what.strip().partition("@")[2]
    named = target or within
    if within and target and domain_of(within) != domain_of(target):
        raise UsageError(
            f"decide on {what}",
            f"the id is of {domain_of(within)}, and the target is {domain_of(target)}",
            "Name one target: ids of an audit hold for the target in them.",
        )
    if not named:
        raise UsageError(f"decide on {what}", "its target is not named", "Name it: --for example.com.")
    return domain_of(named)


def _verdict(text: str) -> Verdict:
    if text not in VERDICTS:
        known = ", ".join(VERDICTS)
        raise UsageError(f"decide {text[:40]!r}", "there is no such verdict", f"Known are {known}.")
    return Verdict(text)


def _reason(asked: str, why: str) -> str:
    reason = visible(why.strip())[:_REASON]
    if not reason:
        raise UsageError(asked, "no reason is given", "Say why: whoever looks in a year wants to know.")
    return reason


def _until(text: str | None, verdict: Verdict, at: datetime) -> datetime | None:
    if text is None:
        return at + AGAIN[verdict] if verdict in AGAIN else None
    try:
        day = datetime.combine(date.fromisoformat(text), time.min, UTC)
    except ValueError as error:
        raise UsageError(f"look again on {text[:40]!r}", "that is no date", "Write YYYY-MM-DD.") from error
    if day <= at:
        raise UsageError(f"look again on {text}", "that day is over", "Name a later one.")
    return day


def _about(session: Session, what: str, site: str, at: datetime) -> dict[str, Any]:
    """What an id means: its kind, what it covers, and what is known of it now."""
    if "@" in what:
        return _cluster(session, what.partition("@")[0], site, at)
    link = link_id_of(what)
    if link is not None:
        rows = find_links(session.profile(site), link)
        names = ("source_url", "target_url", "anchor", "rel", "state", "spam", "unnatural")
        known = {name: _loudest(rows).get(name) for name in names}
        return {"kind": "link", "subject": link, "domains": [], "links": [link], "known": known}
    domain = _domain(what)
    if domain == site:
        raise UsageError(f"decide on {what}", "it is the target itself", "Name a site that links to it.")
    return {"kind": "domain", "subject": domain, "domains": [domain], "links": [], "known": {}}


def _loudest(rows: list[Row]) -> Row:
    """Of the rows of a link, where its page links twice, the one that passes most; decisions hold for all."""
    return min(rows, key=lambda row: (row["state"] == "lost", bool(set(row["rel"] or ()) & set(_VOUCH_NOT))))


def _domain(what: str) -> str:
    """The domain that is decided on, whole; UsageError for a host below one, which is less than that."""
    parsed = Target.parse(what, "domain")
    if parsed.scope != "domain":
        return parsed.name
    domain = registrable_domain(parsed.name)
    if parsed.name != domain:
        raise UsageError(
            f"decide on {visible(what)[:100]}",
            f"that is a host of {domain}, and a decision is on a whole domain, a group or a link",
            f"Name {domain} if all of it is meant, or each link by its id: `backlit backlinks TARGET --json`"
            " has them.",
        )
    return domain


def _cluster(session: Session, name: str, site: str, at: datetime) -> dict[str, Any]:
    from backlit.app.judging import open_noise, review

    profile, decided = session.profile(site), decided_of(session.home, site)
    told = review(profile, decided, at, every=True)
    if name == NOISE and told["noise"]:
        links = open_noise(profile, decided, at)
        return {"kind": "cluster", "subject": NOISE, "domains": [], "links": links, "known": told["noise"]}
    for each in told["clusters"]:
        if each["id"] == name:
            known = known_of(each)
            links = each["member_links"]
            whole = [] if links else each["members"]
            return {"kind": "cluster", "subject": name, "domains": whole, "links": links, "known": known}
    before = next(
        (each for each in reversed(in_force(events_of(session.home, site))) if each.subject == name), None
    )
    if before is None or before.kind != "cluster":
        raise UsageError(
            f"decide on {name}@{site}",
            "the audit of today has no such cluster, and nobody decided on it before",
            f"`backlit audit {site}` has the id of each that is open.",
        )
    return _as_before(before)


def _need_same(asked: str, known: Row, seen: str) -> None:
    if known.get("digest") == seen:
        return
    now_has = (
        f"it has {plural(known['links'], 'link')} now" if known.get("links") else "it has other links now"
    )
    raise UsageError(
        asked,
        f"the group is not the one that was shown: {now_has}",
        "Nothing was decided. Load the audit again and decide on what it shows.",
    )


def known_of(cluster: Row) -> Row:
    """What is kept of a cluster with a decision on it: what somebody saw, and what rules may learn from."""
    names = ("cluster", "links", "domains", "spam", "unnatural", "authority", "members", "digest")
    known = {key: cluster[key] for key in names}
    known["findings"] = [finding["sentence"] for finding in cluster["findings"]]
    known["finding_ids"] = [each["id"] for each in (*cluster["findings"], *cluster["in_favour"])]
    return known


def _as_before(event: Decision) -> dict[str, Any]:
    """What was decided on before, decided on once more: it has left the audit."""
    covers = {"domains": list(event.domains), "links": list(event.links)}
    return {"kind": event.kind, "subject": event.subject, **covers, "known": event.known}


def _may_disavow(about: dict[str, Any]) -> None:
    """Nothing is disavowed that passes nothing."""
    known, asked = about["known"], f"disavow {about['subject']}"
    if about["subject"] == NOISE:
        raise UsageError(
            asked, "noise is left out by search engines already", "Ignore it: there is nothing to do."
        )
    if about["kind"] == "link" and known["state"] == "lost":
        raise UsageError(asked, "the link is gone", "There is nothing to do.")
    if about["kind"] == "link" and (declined := set(known["rel"] or ()) & set(_VOUCH_NOT)):
        what = ", ".join(sorted(declined))
        raise UsageError(asked, f"the link is marked {what}, which passes nothing", "There is nothing to do.")


# before an audit -------------------------------------------------------------


def intake(
    home: Path,
    target: str,
    *,
    manual_action: str | None = None,
    placed: str | None = None,
    placed_when: str | None = None,
    old_file: str | None = None,
    who: str | None = None,
    clock: Clock = now,
) -> Answer:
    """Keep the answers to three questions: a manual action, and on which day; links bought or placed, by whom
    and when; a disavow file at Google. "no" is an answer; what is not answered stays as it was."""
    before = intake_of(home, target) or Intake()
    action, on = _answer("a manual action", manual_action, before.manual_action, before.manual_action_on)
    was_placed, by = _answer("placed links", placed, before.placed, before.placed_by)
    told = Intake(
        action,
        _day(on, clock()) if manual_action is not None else on,
        was_placed,
        by,
        (visible(placed_when.strip())[:200] if placed_when else before.placed_when) if was_placed else None,
        _answer("a disavow file", old_file, before.old_file, None)[0],
    )
    with opened(home) as engine:
        Intakes(engine).add(domain_of(target), told, who or user(), clock())
    return Answer(intake_row(intake_of(home, target)), {"target": domain_of(target)})


def _answer(
    what: str, said: str | None, before: bool | None, detail: str | None
) -> tuple[bool | None, str | None]:
    if said is None:
        return before, detail
    text = visible(said.strip())[:200]
    if not text:
        raise UsageError(f"record {what}", "the answer is empty", "Say no, yes, or what is known.")
    if text.lower() in ("no", "none"):
        return False, None
    return True, None if text.lower() == "yes" else text


def _day(text: str | None, at: datetime) -> str | None:
    if text is None:
        return None
    return day_told(f"record a manual action of {text[:40]!r}", text, at, "Write YYYY-MM-DD, yes or no.")


def day_told(asked: str, text: str, at: datetime, do: str) -> str:
    """A day that was named, as a date; UsageError for none, or one that has begun nowhere yet."""
    try:
        day = datetime.fromisoformat(text).date()
    except ValueError as error:
        raise UsageError(asked, "that is no date", do) from error
    if day > (at + _EARLIEST_ZONE).date():
        raise UsageError(asked, "that day is still to come", do)
    return day.isoformat()


def intake_row(found: Intake | None) -> Row:
    """Answers as faces print them."""
    one = found or Intake()
    return {
        "manual_action": one.manual_action,
        "manual_action_on": one.manual_action_on,
        "placed": one.placed,
        "placed_by": one.placed_by,
        "placed_when": one.placed_when,
        "old_file": one.old_file,
        "basis": one.basis,
        "at": one.at,
        "who": one.who,
    }


def need_basis(home: Path, target: str, asked: str) -> str:
    """Why disavowing may be proposed at all; UsageError where nobody recorded a reason."""
    found = intake_of(home, target)
    if found is None or found.basis is None:
        said = "no basis is recorded: neither a manual action nor links that were bought or placed"
        raise UsageError(
            asked,
            said,
            "Without one there is nothing to do. If there is one: "
            f"`backlit audit {domain_of(target)} --manual-action DATE` or `--placed WHO`.",
        )
    return found.basis
