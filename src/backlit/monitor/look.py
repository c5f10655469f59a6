"""What did one visit to a page show: the way there, the page, and its links to a target?

The page is read by the reader of crawl files, from the very record that is kept of it; what is said here
and what the index will hold cannot differ. A refresh that a page asks for is followed like a redirect.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from backlit.ingest.assemble import Taken
from backlit.ingest.page_signs import Sign, sign_of
from backlit.ingest.records import Record
from backlit.ingest.warc import read_record
from backlit.model import Hidden, Kind, PageSign, Placement, Robots, name_of, rel_tokens
from backlit.monitor.archive import member, record_of, record_of_nobody
from backlit.monitor.unchanged import NOT_MODIFIED, Before, as_before
from backlit.net.client import Client
from backlit.net.failure import Failure, FailureKind
from backlit.net.fetch import Fetched, Hop
from backlit.urls import resolve, url_of_key

if TYPE_CHECKING:
    from backlit.ingest.plain.page import PlainReader

__all__ = ["Leads", "Look", "Reading", "Sighting", "look_at", "look_by_hand"]

#: Whether a target key is one that is looked for.
Leads = Callable[[str], bool]
#: Refreshes that are followed, one after another.
_REFRESHES = 3


@dataclass(frozen=True, slots=True)
class Sighting:
    """A link as it stands on a page, in words; None is unknown. `occurrence` counts equal ones from 0."""

    target_url: str
    kind: str
    occurrence: int
    rel: tuple[str, ...] | None
    placement: str | None
    hidden: str | None
    anchor: str | None
    alt: str | None
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Look:
    """One visit. `packed` are its responses in order, each a member of a WARC file; what the page says is
    None where none was read."""

    url: str
    at: datetime
    hops: tuple[Hop, ...]
    failure: Failure | None
    status: int | None
    missing: str | None
    packed: tuple[bytes, ...]
    media_type: str | None = None
    complete: bool = False
    title: str | None = None
    noindex: bool | None = None
    canonical: str | None = None
    #: where the page sends its visitors by itself
    refresh: str | None = None
    text_length: int | None = None
    #: links of the page to other sites and its own, as far as it was read
    links: int | None = None
    sightings: tuple[Sighting, ...] = ()
    sign: Sign | None = None
    #: who looked, where it was a person
    by_hand: str | None = None
    #: when the page was read that its server now says has not changed
    unchanged_since: datetime | None = None
    #: the headers of a later request that asks only whether anything changed
    validators: Mapping[str, str] = field(default_factory=dict)

    @property
    def end(self) -> str:
        """Where the visit ended."""
        return self.hops[-1].url if self.hops else self.url

    @property
    def moved(self) -> bool:
        """Whether the page sends its visitors elsewhere."""
        return self.end != self.url and self.end != (resolve(self.url) or self.url)


@dataclass(frozen=True, slots=True)
class Reading:
    """How pages are read.

    `turn` is held while one is: threads that wait for the network may be many, and those that compete for
    the interpreter make each other slow. `plain` reads most pages faster, one at a time.
    """

    turn: AbstractContextManager[object] = field(default_factory=nullcontext)
    plain: "PlainReader | None" = None


def look_at(
    client: Client,
    url: str,
    leads: Leads,
    clock: Callable[[], datetime],
    reading: Reading | None = None,
    before: Before | None = None,
) -> Look:
    """Visit a page by the rules, and read it; where an answer was kept `before`, only if it has changed."""
    reading = reading or Reading()
    at = clock()
    fetched = client.visit(url, headers=before.validators if before else None)
    if fetched.status == NOT_MODIFIED and before is not None:
        kept = _kept(fetched, before)
        if kept is not None:
            look = _read(kept, url, at, leads, reading)
            return replace(look, hops=fetched.hops, unchanged_since=before.at)
        fetched = client.visit(url)
    look = _read(fetched, url, at, leads, reading)
    for _ in range(_REFRESHES):
        if look.refresh is None or look.sightings or look.refresh in {hop.url for hop in look.hops}:
            break
        fetched = client.visit(look.refresh)
        after = _read(fetched, url, clock(), leads, reading)
        look = replace(after, at=at, hops=look.hops + after.hops, packed=look.packed + after.packed)
    return look


def _kept(fetched: Fetched, before: Before) -> Fetched | None:
    """The page of before, where the very page that was asked for says that it still holds."""
    record = before.load() if len(fetched.hops) == 1 else None
    return as_before(fetched, record) if record is not None else None


def look_by_hand(url: str, who: str, at: datetime, leads: Leads, html: bytes | None = None) -> Look:
    """What a person saw of a page: the source that they saved, read like an answer of its server; without it
    their word alone, which shows no page."""
    if html is None:
        return Look(url, at, (), None, None, None, (), by_hand=who)
    hop = Hop(url, status=200, headers=(("Content-Type", "text/html"),))
    fetched = Fetched(url, (hop,), 0.0, None, html, html)
    return replace(_read(fetched, url, at, leads, Reading()), by_hand=who)


def _read(fetched: Fetched, url: str, at: datetime, leads: Leads, reading: Reading) -> Look:
    records = _records(fetched, url, at)
    packed = tuple(map(member, records))  # before the turn: it lets others have the interpreter
    look = Look(url, at, fetched.hops, fetched.failure, fetched.status, fetched.missing, packed)
    if fetched.failure is not None:
        return look
    with reading.turn:
        return _with_answer(look, fetched, records[-1], leads, reading.plain)


def _records(fetched: Fetched, url: str, at: datetime) -> list[Record]:
    """What is kept of a visit: a record for each answer."""
    answered = [hop for hop in fetched.hops if hop.status is not None]
    if not answered and fetched.failure is not None and fetched.failure.kind is FailureKind.NO_HOST:
        return [record_of_nobody(url, at)]
    last = len(answered) - 1 if fetched.failure is None else -1
    return [record_of(hop, at, fetched if place == last else None) for place, hop in enumerate(answered)]


def _with_answer(
    look: Look, fetched: Fetched, record: Record, leads: Leads, plain: "PlainReader | None"
) -> Look:
    """The look with what the last answer says, whose record is read."""
    read = read_record(record, wants=leads, plain=plain) if fetched.status == 200 else None
    if read is not None:
        look = _with_page(look, read)
    media_type = (fetched.header("Content-Type") or "").partition(";")[0].strip().lower() or None
    sign = None if look.sightings else _sign(look, fetched)
    return replace(look, media_type=media_type, sign=sign, validators=fetched.validators)


def _sign(look: Look, fetched: Fetched) -> Sign | None:
    """What a page without the link turned out to be; where the status says it, only who keeps us out."""
    body = fetched.body
    sign = sign_of(body, fetched.headers, fetched.url, text_length=look.text_length, links=look.links or 0)
    keeps_out = sign is not None and sign.kind in (PageSign.BOT_WALL, PageSign.LOGIN)
    return sign if fetched.status == 200 or keeps_out else None


def _with_page(look: Look, read: Taken) -> Look:
    page, robots = read.page, read.page["robots"]
    canonical, refresh = page["canonical_key"], page["refresh_key"]
    return replace(
        look,
        complete=page["complete"],
        title=page["title"],
        noindex=None if robots is None else bool(robots & Robots.NOINDEX),
        canonical=None if canonical is None else url_of_key(canonical),
        refresh=None if refresh is None else url_of_key(refresh),
        text_length=page["text_length"],
        links=(page["external_links"] or 0) + (page["internal_links"] or 0),
        sightings=tuple(map(_sighting, read.links)),
    )


def _sighting(row: dict[str, Any]) -> Sighting:
    kind = name_of(Kind, row["kind"])
    rel = rel_tokens(row["rel"])
    assert kind is not None  # every link has one
    return Sighting(
        target_url=url_of_key(row["target_key"]),
        kind=kind,
        occurrence=row["occurrence"],
        rel=None if rel is None else tuple(rel),
        placement=name_of(Placement, row["placement"]),
        hidden=name_of(Hidden, row["hidden"]),
        anchor=row["anchor"],
        alt=row["alt"],
        before=row["before"],
        after=row["after"],
    )
