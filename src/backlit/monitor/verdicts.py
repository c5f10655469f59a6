"""What does a look say of a link that was there before, or that somebody says is there?

A verdict is only given where the page answered for itself. Who forbids us to look, a wall before robots, a
server in trouble or a page cut off say nothing of the link: blocked, unreachable and unverified are no
losses. And a page that no longer has the link is first *missing*: only a second look at least a day later
makes it lost.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from backlit.model import PageSign
from backlit.monitor.look import Look, Sighting
from backlit.net.failure import FailureKind
from backlit.urls import resolve

__all__ = [
    "CONFIRM",
    "Known",
    "Past",
    "Verdict",
    "VerdictKind",
    "confirmed",
    "judge_lead",
    "judge_link",
    "judge_word",
    "told",
]

#: How long a link must be missing before it is lost.
CONFIRM = timedelta(hours=24)


class VerdictKind(StrEnum):
    """What is said of a link. The first three have it, the next three do not, the rest do not know."""

    LIVE = "live"
    CHANGED = "changed"
    HIDDEN = "hidden"
    MISSING = "missing"
    LOST = "lost"
    NOT_FOUND = "not-found"
    BLOCKED = "blocked"
    UNREACHABLE = "unreachable"
    UNVERIFIED = "unverified"

    @property
    def group(self) -> str:
        """One of the four counts that add up: found, not_found, blocked, unreachable."""
        return _GROUPS.get(self, "unreachable")


_GROUPS = {
    VerdictKind.LIVE: "found",
    VerdictKind.CHANGED: "found",
    VerdictKind.HIDDEN: "found",
    VerdictKind.MISSING: "not_found",
    VerdictKind.LOST: "not_found",
    VerdictKind.NOT_FOUND: "not_found",
    VerdictKind.BLOCKED: "blocked",
}


@dataclass(frozen=True, slots=True)
class Known:
    """A link as it was last seen, or as somebody says; None is unknown."""

    link: Sighting
    noindex: bool | None = None
    canonical: str | None = None
    #: whether a look of ours or of a crawl saw it, rather than an export named it
    was_seen: bool = True
    #: when a look saw it last, of whatever kind: what was missed before that is no miss any more
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is said of one link, why, and on what evidence; `since` is the first look without it."""

    kind: VerdictKind
    reasons: tuple[str, ...] = ()
    evidence: str | None = None
    before: Sighting | None = None
    after: Sighting | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Past:
    """A verdict of an earlier look at the same link."""

    at: datetime
    kind: VerdictKind


def judge_link(known: Known, look: Look, others: Sequence[Sighting] = ()) -> Verdict:
    """What a look says of a known link; `others` are the links of this page that are known besides."""
    after = _same_link(known, look)
    if after is None:
        found = _replaced(known, look, others) or _absent(look, known)
    else:
        found = _present(known, look, after)
    return replace(found, before=known.link)


def judge_lead(look: Look) -> Verdict:
    """What a look says of a page that is said to link: the first link found, or why none."""
    if look.sightings:
        link = look.sightings[0]
        if link.hidden not in (None, "visible"):
            return Verdict(VerdictKind.HIDDEN, (link.hidden or "",), after=link)
        return Verdict(VerdictKind.LIVE, ("noindex",) if look.noindex else (), after=link)
    found = _absent(look, None)
    return replace(found, kind=VerdictKind.NOT_FOUND) if found.kind is VerdictKind.MISSING else found


def judge_word(known: Known | None, who: str, note: str | None) -> Verdict:
    """What somebody's word says of a link that they saw on the page: it is there, as it was known."""
    link = known.link if known is not None else None
    evidence = f"{who} saw it" + (f": {note}" if note else "")
    return Verdict(VerdictKind.LIVE, ("by-hand",), evidence, before=link, after=link)


def confirmed(verdict: Verdict, past: Sequence[Past], now: datetime) -> Verdict:
    """A missing link, with what earlier looks said, oldest first: lost when the first miss is a day old.

    Looks that did not know say nothing in between; a look that found the link makes a new beginning.
    """
    if verdict.kind is not VerdictKind.MISSING:
        return verdict
    since = now
    for each in past:
        if each.at > now:
            continue  # under a clock that ran ahead: it says nothing of today
        if each.kind.group == "found":
            since = now
        elif each.kind in (VerdictKind.MISSING, VerdictKind.LOST):
            since = min(since, each.at)
    kind = VerdictKind.LOST if now - since >= CONFIRM else VerdictKind.MISSING
    return replace(verdict, kind=kind, since=since)


# the link is there -------------------------------------------------------------


def _same_link(known: Known, look: Look) -> Sighting | None:
    """The link on the page: the very occurrence, or the first to that page of that kind.

    An export may spell the target otherwise, and does not know the kind.
    """
    link = known.link
    same = [each for each in look.sightings if (each.target_url, each.kind) == (link.target_url, link.kind)]
    if not same and not known.was_seen:
        same = [each for each in look.sightings if _plain(each.target_url) == _plain(link.target_url)]
    return next((each for each in same if each.occurrence == link.occurrence), same[0] if same else None)


def _present(known: Known, look: Look, after: Sighting) -> Verdict:
    if after.hidden not in (None, "visible") and known.link.hidden in (None, "visible"):
        return Verdict(VerdictKind.HIDDEN, (str(after.hidden),), after=after)
    worth = _worth(known, look)
    reasons = (*_differences(known.link, after), *worth)
    kind = VerdictKind.CHANGED if reasons else VerdictKind.LIVE
    return Verdict(kind, reasons, "; ".join(worth.values()) or None, after=after)


def _worth(known: Known, look: Look) -> dict[str, str]:
    """What a page says of itself that it did not say before, each with its evidence.

    The link is there for its readers: it is not lost, but a page without a place in search engines gives
    nothing on.
    """
    found = {}
    if look.noindex and known.noindex is False:
        found["noindex"] = "the page asks not to be indexed"
    if (canonical := _moved_canonical(known, look)) is not None:
        found["canonical-moved"] = f"canonical: {canonical}"
    if look.moved and _plain(look.end) != _plain(look.url):
        found["page"] = f"the page is now at {look.end}"
    return found


def _moved_canonical(known: Known, look: Look) -> str | None:
    """The page's canonical, where it names another page and did not do so before."""
    if look.canonical is None or known.canonical is None:
        return None
    named, own = _plain(look.canonical), {_plain(look.end), _plain(look.url), _plain(known.canonical)}
    return None if named in own else look.canonical


_VOTES = ("nofollow", "ugc", "sponsored")


def _differences(before: Sighting, after: Sighting) -> tuple[str, ...]:
    """What changed of what is known on both sides; of rel only what says how the link is meant."""
    found = []
    words = [" ".join((each.anchor or each.alt or "").split()) for each in (before, after)]
    if (before.anchor is not None or before.alt is not None) and words[0] != words[1]:
        found.append("anchor")
    if before.rel is not None and after.rel is not None:
        meant = [[token for token in _VOTES if token in rel] for rel in (before.rel, after.rel)]
        found += ["rel"] if meant[0] != meant[1] else []
    # a crawl knows a site's template and may have seen more; only leaving the content is told by one page
    if before.placement == "content" and after.placement not in (None, "content"):
        found.append("placement")
    return tuple(found)


def _replaced(known: Known, look: Look, others: Sequence[Sighting]) -> Verdict | None:
    """The same link to another page of the target: one that was not there before, of the same kind."""
    if look.status != 200 or not look.complete:
        return None
    taken = {(each.target_url, each.kind) for each in others}
    for each in look.sightings:
        if each.kind == known.link.kind and (each.target_url, each.kind) not in taken:
            if _plain(each.target_url) != _plain(known.link.target_url) and not _alike(known.link, each):
                continue  # another link, somewhere else on the page
            evidence = f"it now leads to {each.target_url}"
            return Verdict(
                VerdictKind.CHANGED, ("target", *_differences(known.link, each)), evidence, after=each
            )
    return None


def _alike(one: Sighting, other: Sighting) -> bool:
    """Whether two links stand in the same words, or at the same place in the same text."""
    words = [" ".join((each.anchor or each.alt or "").split()).lower() for each in (one, other)]
    around = [((each.before or "")[-40:], (each.after or "")[:40]) for each in (one, other)]
    return (bool(words[0]) and words[0] == words[1]) or (around[0] != ("", "") and around[0] == around[1])


# the link is not there ----------------------------------------------------------

_REFUSING = {401: "login", 402: "refused", 403: "refused", 405: "refused", 406: "refused", 407: "refused",
             418: "refused", 451: "legal", 999: "bot-wall"}  # fmt: skip
_BLOCKING = (PageSign.BOT_WALL, PageSign.LOGIN, PageSign.CONSENT)
_HTML = ("text/html", "application/xhtml+xml")


def _absent(look: Look, known: Known | None) -> Verdict:
    """Why a look did not show the link."""
    if look.failure is not None:
        return _failed(look)
    status = look.status or 0
    if look.sign is not None and look.sign.kind in _BLOCKING and status not in (404, 410):
        return Verdict(VerdictKind.BLOCKED, (look.sign.word,), look.sign.evidence)
    if status in (404, 410):
        return Verdict(VerdictKind.MISSING, ("page-gone",), f"the page answers {status}{_at_end(look)}")
    if status in _REFUSING:
        return Verdict(VerdictKind.BLOCKED, (_REFUSING[status],), f"the server answers {status}")
    if status != 200:
        reason = {429: "asked-to-wait"}.get(status, "server-error" if status >= 500 else "odd-status")
        return Verdict(VerdictKind.UNREACHABLE, (reason,), f"the server answers {status}")
    return _read_without(look, known)


def _failed(look: Look) -> Verdict:
    assert look.failure is not None
    kind, why = look.failure.kind, look.failure.why
    if kind is FailureKind.ROBOTS:
        return Verdict(VerdictKind.BLOCKED, ("robots",), why)
    if kind is FailureKind.NO_HOST:
        reason = "redirected" if look.moved else "domain-dead"
        return Verdict(VerdictKind.MISSING, (reason,), f"{why}{_at_end(look)}")
    return Verdict(VerdictKind.UNREACHABLE, (kind.value,), why)


def _read_without(look: Look, known: Known | None) -> Verdict:
    """A page that answered 200 and does not show the link."""
    sign = look.sign
    if look.media_type not in (None, *_HTML):
        return Verdict(VerdictKind.UNVERIFIED, ("no-html",), f"the page is {look.media_type}")
    if sign is not None and sign.kind in (PageSign.MAINTENANCE, PageSign.EMPTY, PageSign.SCRIPT_ONLY):
        kind = VerdictKind.UNREACHABLE if sign.kind is PageSign.MAINTENANCE else VerdictKind.UNVERIFIED
        return Verdict(kind, (sign.word,), sign.evidence)
    if not look.complete:
        return Verdict(
            VerdictKind.UNVERIFIED, ("cut-off",), look.missing or "the page was not read to its end"
        )
    if sign is not None and sign.kind in (PageSign.PARKED, PageSign.SOFT_404):
        return Verdict(VerdictKind.MISSING, (sign.word,), sign.evidence)
    if look.moved and _plain(look.end) != _plain(look.url):
        return Verdict(VerdictKind.MISSING, ("redirected",), f"the page leads to {look.end}")
    if known is not None and not known.was_seen:
        return Verdict(
            VerdictKind.MISSING, ("removed",), "the page has no such link, and no look ever saw it"
        )
    return Verdict(VerdictKind.MISSING, ("removed",), "the page was read to its end without the link")


def _at_end(look: Look) -> str:
    return f", at {look.end}" if look.moved else ""


def _plain(url: str) -> str:
    """A URL without what two spellings of one page differ in: scheme, www. and the last slash."""
    href = resolve(url) or url
    host, _, path = href.partition("://")[2].partition("/")
    return f"{host.removeprefix('www.')}/{path.rstrip('/')}"


def told(link: Sighting | None) -> dict[str, Any] | None:
    """A link as users meet one."""
    if link is None:
        return None
    names = ("target_url", "kind", "rel", "placement", "hidden", "anchor", "alt", "before", "after")
    row: dict[str, Any] = {name: getattr(link, name) for name in names}
    return row | {"rel": None if link.rel is None else list(link.rel)}
