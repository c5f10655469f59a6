"""What has changed since a rule looked last, and how sure is that?

Two witnesses are heard: the index, compared with the version of it that the rule knew, and the looks that
`verify` and monitors have judged since. The index knows every crawl; looks know what was promised. Only what
a look found counts: a claim of a tool, a page that was read for the first time, a link that is missing and
waits for its second look are no news.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from backlit.app.answer import Row
from backlit.app.lists import whole
from backlit.app.session import Session
from backlit.errors import UsageError
from backlit.index.changes import SEEN
from backlit.index.profile import Profile
from backlit.index.questions import Question
from backlit.index.tables import Version
from backlit.index.target import Target
from backlit.index.visited import known_pages
from backlit.model import Reader, State, name_of
from backlit.monitor.alerts.news import Change, promise_state, subject_of, tidings
from backlit.monitor.promises import shortcomings
from backlit.store.alerts import Found, Rule, Rules, Told
from backlit.store.looks import LookRow, Looks
from backlit.store.monitors import Monitor, MonitorKind, Monitors
from backlit.urls import page_key

__all__ = ["search"]

_FOUND = ("live", "changed", "hidden")
#: Looks that are read at once.
_LOOKS = 5_000
_EXPORT = name_of(Reader, Reader.EXPORT)
#: How far before the moment that a rule has seen there may be something that it has not: a loss is dated by
#: its first look, and known after the second.
_LATE = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class _Witness:
    """What a rule is asked of: the index, where there is one, and what monitors say now."""

    engine: sa.Engine
    session: Session | None
    monitors: Sequence[Row]


def search(
    engine: sa.Engine, session: Session | None, monitors: Sequence[Row], rule: Rule, now: datetime
) -> Found:
    """What there is to tell of a rule's links, and where the next search begins."""
    witness, rules = _Witness(engine, session, monitors), Rules(engine)
    base = rule.base
    changes: list[Change] = []
    while looks := rules.looks_since(base.look, _LOOKS):
        changes += _looked(witness, rule, looks)
        base = replace(base, look=looks[-1].id)
    if session is not None and session.version.id != base.version:
        changes += _indexed(witness, session, rule)
        profile = session.profile(rule.target, rule.scope)
        base = replace(base, version=session.version.id, moment=profile.as_of)
    promised = list(_promised(witness, rule))
    changes += [change for _, change in promised]
    told = _lacking_before(witness, rule, promised) | rules.told(rule.id)
    # of one moment a look says more than the index, whose times may be cut to the second
    changes.sort(key=lambda change: change.at.replace(microsecond=0))
    events, known = tidings(changes, told, rule.kinds, now)
    return Found(events, known, base)


# what the index knows ---------------------------------------------------------


def _indexed(witness: _Witness, session: Session, rule: Rule) -> list[Change]:
    """What has changed since the version that the rule knew; nothing since a later one, or none."""
    if rule.base.version is None:
        return []
    then = _kept(session).get(rule.base.version)
    if then is None:
        rows, before = _by_dates(session, rule)
    elif session.version.at < then.at:
        return []
    else:
        before = str(then.id)
        rows = _of_known_pages(session, then, _compared(session, rule, before, SEEN))
    rows = [row for row in rows if not _was_only_claimed(session, rule, before, row)]
    return [change for row in rows if (change := _change(witness, row)) is not None]


def _kept(session: Session) -> dict[int, Version]:
    return {version.id: version for version in session.index.versions()}


def _compared(session: Session, rule: Rule, before: str, kinds: Sequence[str]) -> list[Row]:
    """The changes since a version or a moment."""
    found = whole(
        session, "changes", rule.target, scope=rule.scope, q=rule.q, kind=kinds, vs=before, sort="at"
    )
    return [row for batch in found.batches for row in batch]


def _of_known_pages(session: Session, then: Version, rows: list[Row]) -> list[Row]:
    """The rows without links that are new only to us: of pages that a version had not read."""
    added = {page_key(row["link"]["source_url"]) for row in rows if row["kind"] == "new"}
    known = known_pages(session.index, then, added)
    return [row for row in rows if row["kind"] != "new" or page_key(row["link"]["source_url"]) in known]


def _by_dates(session: Session, rule: Rule) -> tuple[list[Row], str]:
    """The changes where the version that the rule knew is forgotten, and the moment they are counted from.

    What came or went may be dated before that moment and be known since: it is looked for further back, as
    far as the rule goes. What was told of it is remembered.
    """
    moment = rule.base.moment
    if moment is None:
        return [], ""
    rows = list[Row]()
    earliest = max(moment - _LATE, session.begins or moment)
    for at, kinds in ((moment, SEEN), (earliest, ("new", "lost"))):
        with suppress(UsageError):  # the data begin later than that: there is nothing to compare with
            rows += _compared(session, rule, at.isoformat(), kinds)
    since = [row for row in rows if row["at"] >= rule.added_at or row["at"] > moment]
    return since, moment.isoformat()


def _was_only_claimed(session: Session, rule: Rule, before: str, row: Row) -> bool:
    """Whether no look had seen a link as it was before: then it is a tool's word that does not hold."""
    link = row["link"]
    if row["kind"] == "lost":
        return bool(link["provenance"]["reader"] == _EXPORT)
    if row["kind"] != "changed" or row["before"] is None:
        return False
    version, moment = session.resolve(before)
    profile = session.profile(
        rule.target, rule.scope, moment.isoformat() if moment else None, snapshot=version.id
    )
    same = [
        each
        for each in _rows_of(profile, link["source_url"], "")
        if (each["target_url"], each["kind"]) == (link["target_url"], link["kind"])
    ]
    return all(each["provenance"]["reader"] == _EXPORT for each in same)


def _change(witness: _Witness, row: Row) -> Change | None:
    link, kind = row["link"], row["kind"]
    reasons = [reason for reason in row["reason"].split(",") if reason != "redirect"]
    if not reasons:
        return None  # we learned of another name of the page, which may be as old as the link
    if kind == "new" and reasons == ["returned"]:
        kind = "recovered"
    printed = _print(reasons, row) if kind == "changed" else ""
    told = {
        "reason": ",".join(reasons),
        "source_url": link["source_url"],
        "target_url": link["target_url"],
        "link": link["id"],
        "anchor": link["anchor"] or link["alt"],
        "evidence": None,
        "before": row["before"],
        "after": row["after"],
        "seen_by": "crawl",
    }
    subject = subject_of(link["source_url"], link["target_url"], link["kind"])
    is_alert = kind != "changed" or reasons != ["rel"] or not _is_monitored(witness, link)
    return Change(subject, kind, row["at"], told, printed, is_alert)


def _print(reasons: Sequence[str], row: Row) -> str:
    """What tells one change of a link from its next: not when it was seen, but for one of several links."""
    is_one = reasons[0] in ("one-more", "one-fewer")
    return json.dumps([reasons, row["after"], row["at"] if is_one else None], default=str)


def _links_of(session: Session, rule: Rule, url: str, q: str) -> Iterator[Row]:
    """The links of one page to the rule's target, as far as a filter chooses them."""
    return _rows_of(session.profile(rule.target, rule.scope), url, q)


def _rows_of(profile: Profile, url: str, q: str) -> Iterator[Row]:
    chosen = f'({q}) page:"{url}"' if q else f'page:"{url}"'
    question = Question.ask("backlinks", "-authority", chosen, states=tuple(State))
    for batch in profile.batches(question, judged=False):
        yield from (row for row in batch if row["source_url"] == url)


def _is_monitored(witness: _Witness, link: Row) -> bool:
    """Whether somebody watches the page: then its rel is held to what was promised, and is else a word."""
    target = page_key(link["target_url"])
    return any(
        row["url"] == link["source_url"] and _covers(Target.parse(row["target"]), target)
        for row in witness.monitors
    )


def _covers(target: Target, key: str) -> bool:
    return target.lower <= key < target.upper


# what looks have shown ----------------------------------------------------------


def _looked(witness: _Witness, rule: Rule, looks: Iterable[Any]) -> Iterator[Change]:
    target = Target.parse(rule.target, rule.scope)
    for look in looks:
        if not look.target_url or not _covers(target, page_key(look.target_url)):
            continue
        subject = subject_of(look.source_url, look.target_url, look.kind)
        told = json.loads(look.told)
        at = datetime.fromisoformat(told["checked_at"])
        if look.verdict in _FOUND and "by-hand" not in told["reasons"]:  # somebody's word is no look
            yield Change(subject, "recovered", at, _told(told, "found-again"), after_loss=True)
        if look.verdict == "lost" and _was_seen(witness, rule, look):
            since = datetime.fromisoformat(told["missing_since"] or told["checked_at"])
            yield Change(subject, "lost", since, _told(told, ",".join(told["reasons"])))


def _told(look: Row, reason: str) -> Row:
    link = look["after"] or look["before"] or {}
    return {
        "reason": reason,
        "source_url": look["source_url"],
        "target_url": look["target_url"],
        "link": None,
        "anchor": link.get("anchor") or link.get("alt"),
        "evidence": look["evidence"],
        "before": look["before"],
        "after": look["after"],
        "seen_by": "look",
    }


def _was_seen(witness: _Witness, rule: Rule, look: Any) -> bool:
    """Whether anybody ever saw the link, and the rule's filter chooses it. A tool's word alone is no link."""
    same = look.target_url, look.kind
    rows = []
    if witness.session is not None:
        rows = [
            row
            for row in _links_of(witness.session, rule, look.source_url, rule.q)
            if (row["target_url"], row["kind"]) == same
        ]
    if rule.q and not rows:
        return False
    if any(row["provenance"]["reader"] != _EXPORT for row in rows):
        return True
    past = Looks(witness.engine).of_pages([look.source_url]).get(look.source_url, [])
    return any(each.verdict in _FOUND for each in past if (each.target_url, each.kind) == same)


def _promised(witness: _Witness, rule: Rule) -> Iterator[tuple[Row, Change]]:
    """The monitors whose link was found, each with what it lacks of what was promised, or lacks no more."""
    target = Target.parse(rule.target, rule.scope)
    for row in witness.monitors:
        wanted = Target.parse(row["target"])
        if (
            row["state"] not in _FOUND  # a link that was not found neither keeps a promise nor breaks it
            or row["checked_at"] < rule.added_at
            or not _covers(target, wanted.lower)
        ):
            continue
        if rule.q and not (witness.session and any(_links_of(witness.session, rule, row["url"], rule.q))):
            continue
        lacks = row["shortcomings"]
        told = {
            "reason": _ids(lacks),
            "source_url": row["url"],
            "target_url": row["promised_url"] or row["target"],
            "link": None,
            "anchor": row["promised_anchor"],
            "evidence": "; ".join(each["sentence"] for each in lacks) or None,
            "before": None,
            "after": None,
            "seen_by": "look",
        }
        subject = subject_of(row["url"], f"https://{wanted.name}/", f"promise {row['target']}")
        yield row, Change(subject, "promise", row["checked_at"], told, told["reason"])


def _lacking_before(witness: _Witness, rule: Rule, promised: Iterable[tuple[Row, Change]]) -> dict[str, Told]:
    """What links lacked already when the rule was added: as good as told, until it changes.

    A promise that was only made later was not broken then.
    """
    lacking = [(_monitor(row), row["target_page"], change) for row, change in promised if change.print]
    if not lacking:
        return {}
    past = Looks(witness.engine).of_pages(list({monitor.url for monitor, _, _ in lacking}))
    monitors, known = Monitors(witness.engine), dict[str, Told]()
    for monitor, leads_to, change in lacking:
        look = _found_before(monitor, leads_to, past.get(monitor.url, []), rule.added_at)
        if look is not None and monitors.promised_since(monitor) <= rule.added_at:
            print_ = _ids(shortcomings(monitor, look.told))
            known[change.subject] = Told(promise_state(print_), look.at)
    return known


def _found_before(
    monitor: Monitor, leads_to: str | None, looks: Iterable[LookRow], at: datetime
) -> LookRow | None:
    """The last look before a moment that found the link, to the target or to `leads_to`, which leads there;
    of several links the best, as monitors tell it."""
    wanted = Target.parse(monitor.target)
    found = [
        look
        for look in looks
        if look.at < at
        and look.verdict in _FOUND
        and (look.target_url == leads_to or _covers(wanted, page_key(look.target_url)))
    ]
    return max(found, key=lambda look: (look.at, -_FOUND.index(look.verdict)), default=None)


def _monitor(row: Row) -> Monitor:
    return Monitor(
        row["url"], row["target"], MonitorKind(row["kind"]), row["promised_anchor"], row["promised_url"]
    )


def _ids(lacks: Iterable[Row]) -> str:
    return ",".join(each["id"] for each in lacks)
