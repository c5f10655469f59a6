"""Is the link there that somebody was asked for? What the index learns moves the cards of the board."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from backlit.app.answer import Answer, Row
from backlit.app.clock import Clock, now
from backlit.app.link_facts import links_from
from backlit.app.session import Session, open_session
from backlit.errors import HomeMissing
from backlit.prospect.outreach import mark_lacking
from backlit.store.database import opened
from backlit.store.monitors import Monitor, MonitorKind, Monitors
from backlit.store.outreach import Board, Card
from backlit.urls import page_key

__all__ = ["outreach_seen", "there_already"]

#: Columns that no look moves a card out of: somebody ended it.
_LEFT_ALONE = ("lost", "no")
_DECLINES = frozenset(("nofollow", "ugc", "sponsored"))
#: Links of a domain that are kept as there already.
_MOST = 1_000


def there_already(home: Path, target: str, domain: str) -> tuple[str, ...]:
    """The ids of the links from a domain to a target that are there: none of them was won by a card."""
    try:
        session = open_session(home)
    except HomeMissing:
        return ()
    rows = links_from(session.profile(target), {domain}, judged=False)
    return tuple(sorted({row["id"] for row in rows if _is_there(row)}))[:_MOST]


def outreach_seen(home: Path, *, session: Session | None = None, clock: Clock = now) -> Answer:
    """Hold the board against the newest version of the index: a row for each card that was changed by it.

    A card whose link is there is live. Of a removal it is the other way round: its card is live, which is to
    say done, once no link is left that counts. A mark that takes something away is a note, one that is
    missing is `wrong`. A live card whose link is gone goes back to agreed. A link that was won is watched.
    """
    rows: list[Row] = []
    with opened(home) as engine:
        board = Board(engine)
        cards = [card for card in board.all() if card.stage not in _LEFT_ALONE]
        session = session or (_session(home) if cards else None)
        if session is None:
            return Answer([], {}, total=0, limit=0)
        version = session.version.id
        cards = [card for card in cards if card.checked != version]
        for card, links in _links(session, cards):
            found = _taken_out(links) if card.kind == "removal" else _won(card, links)
            if found is None:
                continue
            stage = _stage(card, found)
            if board.see(card, found, stage, clock()):
                rows.append({"card": card.id, "stage": stage or card.stage, **found})
                if stage == "live" and card.kind != "removal":
                    _watch(engine, card, found["source_url"], clock())
        if cards:
            board.checked([card.id for card in cards], version)
    return Answer(rows, {}, version, total=len(rows), limit=len(rows))


def _watch(engine: sa.Engine, card: Card, url: str, at: datetime) -> None:
    """Have a link that was won looked at again, with what was agreed; alerts tell of what it lacks."""
    is_paid = card.compensation in ("product", "money")
    kind = MonitorKind.COMPENSATED if is_paid else MonitorKind.EARNED
    monitors, target = Monitors(engine), card.promised_url or card.target
    if not any((each.url, each.target) in ((url, target), (url, card.target)) for each in monitors.all()):
        monitors.add([Monitor(url, target, kind, card.anchor, card.promised_url)], at)


def _session(home: Path) -> Session | None:
    try:
        return open_session(home)
    except HomeMissing:
        return None


def _links(session: Session, cards: Sequence[Card]) -> Iterator[tuple[Card, list[Row]]]:
    """Each card with the links it is about: from its page for a removal that names one, else its domain."""
    for target in dict.fromkeys(card.target for card in cards):
        mine = [card for card in cards if card.target == target]
        domains = {card.domain for card in mine}
        rows = list(links_from(session.profile(target), domains, judged=False))
        for card in mine:
            page = page_key(card.url) if card.url and card.kind == "removal" else None
            yield card, [row for row in rows if row["source_domain"] == card.domain
                         and page in (None, page_key(row["source_url"]))]  # fmt: skip


def _is_there(row: Row) -> bool:
    """Whether a look saw the link and none since found it gone; what a tool names was not seen."""
    return bool(row["state"] == "live")


def _won(card: Card, links: Sequence[Row]) -> dict[str, Any] | None:
    """The link that a card was for; None where nothing is known of one."""
    there = [row for row in links if _is_there(row) and row["id"] not in card.baseline]
    if there:
        best = min(there, key=lambda row: (not _is_promised(card, row), row["source_url"], row["id"]))
        return _told(card, best)
    if card.seen is None or not card.seen["there"]:
        return None
    return {**card.seen, "there": False, "note": "the link is gone", "wrong": None}


def _is_promised(card: Card, row: Row) -> bool:
    return card.promised_url is None or page_key(card.promised_url) == page_key(row["target_url"])


def _told(card: Card, row: Row) -> dict[str, Any]:
    """A link that is there, and how that is by what was agreed."""
    rel = row["rel"]
    note, wrong = mark_lacking(card, rel)
    notes = [note] if note else []
    if not _is_promised(card, row):
        notes.append("it leads to another page than was agreed")
    if card.anchor and (row["anchor"] or "").strip().casefold() != card.anchor.casefold():
        notes.append("its words are not those that were agreed")
    return {
        "there": True, "source_url": row["source_url"], "target_url": row["target_url"],
        "rel": None if rel is None else sorted(rel), "note": "; ".join(notes) or None, "wrong": wrong,
    }  # fmt: skip


def _taken_out(links: Sequence[Row]) -> dict[str, Any] | None:
    """What is left of links that are to be taken out; None where none is known."""
    if not links:
        return None
    left = [row for row in links if _is_there(row) and not _DECLINES & set(row["rel"] or ())]
    marked = [row for row in links if _is_there(row) and _DECLINES & set(row["rel"] or ())]
    row = (left or marked or list(links))[0]
    gone = "the link is marked and passes nothing" if marked else "the link is gone"
    return {
        "there": bool(left), "source_url": row["source_url"], "target_url": row["target_url"],
        "rel": None if row["rel"] is None else sorted(row["rel"]), "note": None if left else gone,
        "wrong": None,
    }  # fmt: skip


def _stage(card: Card, found: Mapping[str, Any]) -> str | None:
    """Where a card goes; None where it stays."""
    is_done = found["there"] != (card.kind == "removal")
    if is_done:
        return "live" if card.stage != "live" else None
    return "agreed" if card.stage == "live" else None
