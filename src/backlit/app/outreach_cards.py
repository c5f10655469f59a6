"""Who could be won over, how far is each, and what happened so far? The board of outreach."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from backlit.app.acting import user
from backlit.app.answer import Answer, Row
from backlit.app.clock import Clock, now
from backlit.app.outreach_seeing import outreach_seen, there_already
from backlit.app.outreach_settings import OutreachSettings, outreach_settings
from backlit.app.session import Session
from backlit.errors import UsageError
from backlit.index.target import Target
from backlit.net.mailbox import mailbox
from backlit.prospect.outreach import COMPENSATIONS, KINDS, cold_rule, is_shared, warnings
from backlit.prospect.outreach_letter import mailto
from backlit.prospect.outreach_words import Words, clean
from backlit.score.sitetype.signs import is_known_site, is_platform, known_type
from backlit.store.contacts import Contacts
from backlit.store.database import opened
from backlit.store.outreach import STAGES, Board, Card, Draft, names_of
from backlit.store.sends import Send, Sends
from backlit.store.trail import Happened
from backlit.urls import registrable_domain, resolve

if TYPE_CHECKING:
    import sqlalchemy as sa

__all__ = [
    "card_row", "outreach_add", "outreach_check", "outreach_edit", "outreach_log", "outreach_ls",
    "outreach_move", "outreach_show", "outreach_undo",
]  # fmt: skip

#: Cards of a list, and characters of an address, of words, and of a reason.
_MOST, _ADDRESS, _WORDS, _REASON = 10_000, 2_000, 200, 2_000
#: Where nobody moves a card by hand: mail does, and a look.
_BY_ITSELF = ("live",)
#: Before somebody was written to, and when there is nothing more to write.
_BEFORE, _OVER = ("new", "qualified"), ("live", "lost", "no")


def outreach_add(
    home: Path,
    target: str,
    page: str,
    *,
    kind: str,
    contact: str | None = None,
    name: str | None = None,
    form: str | None = None,
    compensation: str = "none",
    country: str | None = None,
    anchor: str | None = None,
    promised_url: str | None = None,
    due: str | None = None,
    why: str = "",
    who: str | None = None,
    clock: Clock = now,
) -> Answer:
    """Put a page or a domain on the board as somebody who could link to a target.

    `added` is False where it is on the board already.

    UsageError for who is not to be written to, the target itself, and what is no address.
    """
    asked, site = f"add {page[:200]}", _site(target)
    url, domain = _page(asked, page)
    if domain == site:
        raise UsageError(asked, "it is the target itself", "Name a site that could link to it.")
    known = _known(asked, _given(contact, name, form, compensation, country, anchor, promised_url))
    card = Card(
        site, _one_of(asked, "kind", kind, KINDS), domain, clock(), url, due=_day(asked, due),
        baseline=there_already(home, site, domain), **known,
    )  # fmt: skip
    with opened(home) as engine:
        if Contacts(engine).is_suppressed(*names_of(card)):
            do = "`backlit outreach suppress` lists who is not written to, and `--lift` takes one off."
            raise UsageError(asked, "they are on the list of those who are not written to", do)
        kept, is_new = Board(engine).add(card, who or user(), clean(why, _REASON))
    return Answer(card_row(kept, outreach_settings()) | {"added": is_new}, {"target": site})


def outreach_edit(
    home: Path,
    card: int,
    *,
    contact: str | None = None,
    name: str | None = None,
    form: str | None = None,
    compensation: str | None = None,
    country: str | None = None,
    anchor: str | None = None,
    promised_url: str | None = None,
    due: str | None = None,
    why: str = "",
    who: str | None = None,
    clock: Clock = now,
) -> Answer:
    """Change what is known of a card; an empty text takes it away. Whatever changes makes its draft void, but
    for the day to come back."""
    asked = f"change card {card}"
    given = _given(contact, name, form, compensation, country, anchor, promised_url)
    known = _known(asked, given)
    with opened(home) as engine:
        board, by = Board(engine), who or user()
        kept = board.change(card, by, clean(why, _REASON), clock(), **known)
        if due is not None:
            kept = board.remind(card, _day(asked, due or None), by, clock())
    return Answer(card_row(kept, outreach_settings()), {"card": card})


def outreach_move(
    home: Path, card: int, stage: str, *, why: str = "", who: str | None = None, clock: Clock = now
) -> Answer:
    """Move a card to another column; to `no` puts its contact among those who are not written to.

    `not_written_to` tells who that is: the mailboxes, or, where none is known, the host of the page. It is
    empty where strangers share that name, and None where nothing was put there. `live` is no column to move
    to: a look at the page does, once it finds the link.
    """
    asked = f"move card {card}"
    to = _one_of(asked, "stage", stage, dict.fromkeys(STAGES))
    if to in _BY_ITSELF:
        do = "`backlit verify TARGET --leads`, or `backlit monitor add`, looks."
        raise UsageError(asked, "a card is live once a look has found its link", do)
    with opened(home) as engine:
        board = Board(engine)
        site = _site_of(board.one(card))
        moved, event = board.move(
            card, to, who or user(), clean(why, _REASON), clock(), stop=to == "no", site=site
        )
        names = board.written_to(moved) or [name for name in (site,) if name]
    told = {"event": event, "not_written_to": names if to == "no" and event is not None else None}
    return Answer(card_row(moved, outreach_settings()) | told, {"card": card})


#: Types of well-known sites on whose own name strangers have their pages.
_PLATFORMS = ("blog", "code host", "directory", "forum", "shop", "social", "wiki")


def _site_of(card: Card) -> str | None:
    """The narrowest name that stands for a card and for nobody else; None on a host that strangers share."""
    host = (urlsplit(card.url or "").hostname or card.domain).removeprefix("www.")
    if is_shared(host) or is_platform(host):
        return None
    labels = host.split(".")
    is_users = any(is_platform(".".join(labels[at:])) for at in range(1, len(labels)))
    is_many = is_known_site(registrable_domain(host)) and known_type(host) in _PLATFORMS
    return None if is_many and not is_users else host


def outreach_undo(
    home: Path, event: int, *, why: str = "", who: str | None = None, clock: Clock = now
) -> Answer:
    """Take the last move of a card back, by the number of its event in the log."""
    with opened(home) as engine:
        card = Board(engine).undo(event, who or user(), clean(why, _REASON), clock())
    return Answer(card_row(card, outreach_settings()), {"event": event})


# what there is -------------------------------------------------------------------


def outreach_ls(
    home: Path, *, target: str | None = None, stage: str | None = None, drafts: bool = False,
    limit: int = _MOST, session: Session | None = None, clock: Clock = now,
) -> Answer:  # fmt: skip
    """The cards, newest first, those of a target or a stage only; with `drafts` the words of each that is
    still to be written to with them: not of what went out, nor of a card that is over.

    Cards whose link the index has learned of since are moved before they are told.
    """
    asked = "list the board"
    if not 1 <= limit <= _MOST:
        raise UsageError(asked, "out of range", f"Ask for 1 to {_MOST} rows.")
    column = None if stage is None else _one_of(asked, "stage", stage, dict.fromkeys(STAGES))
    settings, at = outreach_settings(), clock()
    outreach_seen(home, session=session, clock=clock)
    with opened(home) as engine:
        used: frozenset[int] = frozenset()
        cards = Board(engine).all(None if target is None else _site(target), column)
        held = Board(engine).drafts([card.id for card in cards[:limit]])
        if drafts:
            contacts, card_of = Contacts(engine), {card.id: card for card in cards}
            held = {n: each for n, each in held.items() if _may(contacts, card_of[n], each, settings)}
            used = _used(engine, held, card_of)
    rows = [card_row(card, settings) | {"is_due": card.due is not None and card.due <= at} for card in cards]
    for row in rows[:limit]:
        draft = held.get(row["id"])
        row["draft"] = None if draft is None else draft.way
        if drafts:
            row.update(_words(None if row["id"] in used else draft))
    stages = {name: sum(card.stage == name for card in cards) for name in STAGES}
    return Answer(rows[:limit], {"target": target, "stages": stages}, total=len(rows), limit=limit)


def outreach_show(home: Path, card: int) -> Answer:
    """A card with all that happened, its draft as it would be sent, and what keeps it from being sent."""
    settings = outreach_settings()
    with opened(home) as engine:
        board, contacts = Board(engine), Contacts(engine)
        known = board.one(card)
        draft = board.drafts([card]).get(card)
        approved = None if draft is None else board.approved(draft)
        send = None if draft is None else Sends(engine).of(draft.id)
        log = board.log(card)
        suppressed = contacts.is_suppressed(*names_of(known))
        ground = contacts.ground(known.contact)
        if draft is not None and not _may(contacts, known, draft, settings):
            draft = replace(draft, content=None, recipient=None)  # nor is it given out
    row = card_row(known, settings) | {
        "suppressed": suppressed,
        "basis": None if ground is None else ground.basis,
        "mail_blocked": None if ground else cold_rule(known, settings.manners.cold),
        "draft": None if draft is None else draft_row(draft, approved, send),
        "log": [event_row(each) for each in log],
    }
    return Answer(row, {"card": card})


def _used(engine: "sa.Engine", drafts: Mapping[int, Draft], cards: Mapping[int, Card]) -> frozenset[int]:
    """The cards whose draft has done its work: it went out, or was written by hand, or the card is over. Who
    writes from a list once more must not write to them again."""
    contacted = Board(engine).contacted(list(drafts))
    gone = Sends(engine).gone([each.id for each in drafts.values()])
    return frozenset(
        number
        for number, draft in drafts.items()
        if draft.id in gone
        or cards[number].stage in _OVER
        or (cards[number].stage not in _BEFORE and number in contacted and draft.at <= contacted[number])
    )


def _may(contacts: Contacts, card: Card, draft: Draft, settings: OutreachSettings) -> bool:
    """Whether the words of a draft may still be used, by whatever program."""
    if contacts.is_suppressed(*names_of(card)):
        return False
    if draft.way != "mail" or contacts.ground(card.contact) is not None:
        return True
    return cold_rule(card, settings.manners.cold) is None


def outreach_log(home: Path, *, card: int | None = None, limit: int = 100) -> Answer:
    """What happened on the board, newest first: who, when and why."""
    if not 1 <= limit <= _MOST:
        raise UsageError(f"return {limit} rows", "out of range", f"Ask for 1 to {_MOST}.")
    with opened(home) as engine:
        rows = [event_row(each) for each in Board(engine).log(card, limit)]
    return Answer(rows, {"card": card}, total=len(rows), limit=limit)


def outreach_check(home: Path) -> Answer:
    """Whether the log is as it was written: each event seals the one before; `broken_at` is the first that
    does not fit."""
    with opened(home) as engine:
        found = Board(engine).check()
    return Answer({"whole": found is None, "broken_at": found}, {})


def card_row(card: Card, settings: OutreachSettings) -> Row:
    """A card as faces print it."""
    return {
        "id": card.id,
        "stage": card.stage,
        "target": card.target,
        "kind": card.kind,
        "domain": card.domain,
        "url": card.url,
        "contact": card.contact,
        "name": card.name,
        "form": card.form,
        "compensation": card.compensation,
        "country": card.country,
        "anchor": card.anchor,
        "promised_url": card.promised_url,
        "due": card.due,
        "added_at": card.at,
        "seen": None if card.seen is None else dict(card.seen),
        "note": (card.seen or {}).get("note"),
        "wrong": (card.seen or {}).get("wrong"),
        "warnings": warnings(card),
    }


def draft_row(draft: Draft, approved: tuple[str, datetime] | None, send: Send | None) -> Row:
    """A draft as faces print it: its words, its bytes, and how far it is."""
    return {
        **_words(draft),
        "way": draft.way,
        "template": draft.template,
        "recipient": draft.recipient,
        "drafted_at": draft.at,
        "digest": draft.digest or None,
        "bytes": None if draft.content is None else draft.content.decode("ascii", "replace"),
        "approved_by": approved[0] if approved else None,
        "approved_at": approved[1] if approved else None,
        "state": None if send is None else send.state,
        "detail": None if send is None else send.detail,
        "next_at": send.next_at if send is not None and send.state == "waiting" else None,
    }


def _words(draft: Draft | None) -> Row:
    if draft is None or draft.subject is None or draft.words is None:
        return {"subject": None, "text": None, "mailto": None}
    link = mailto(Words(draft.subject, draft.words), draft.recipient) if draft.recipient else None
    return {"subject": draft.subject, "text": draft.words, "mailto": link}


def event_row(event: Happened) -> Row:
    """An event as faces print it."""
    told = dict(event.told) if event.told is not None else None
    return {
        "id": event.id,
        "at": event.at,
        "who": event.who,
        "card": event.card,
        "what": event.what,
        "stage": event.stage,
        "was": event.was,
        "undoes": event.undoes,
        "why": (told or {}).get("why"),
        "told": told,
    }


# what was asked ------------------------------------------------------------------


def _site(target: str) -> str:
    parsed = Target.parse(target, "domain")
    return registrable_domain(parsed.name)


def _page(asked: str, page: str) -> tuple[str | None, str]:
    """A page and its domain; a bare name is a domain without a page."""
    text = page.strip()
    href = resolve(text if "://" in text else f"http://{text}/")
    host = urlsplit(href).hostname if href else None
    if not href or not host or "." not in host or "@" in text or len(text) > _ADDRESS:
        raise UsageError(asked, "that is no address of a page or site", "Name https://host/page or a domain.")
    return (href if "://" in text else None), registrable_domain(host)


def _given(*values: str | None) -> dict[str, str | None]:
    names = ("contact", "name", "form", "compensation", "country", "anchor", "promised_url")
    return dict(zip(names, values, strict=True))


def _known(asked: str, given: Mapping[str, str | None]) -> dict[str, Any]:
    """What was said of a card, checked; what was not said is left out, an empty text is nothing."""
    said = {name: value.strip() for name, value in given.items() if value is not None}
    known: dict[str, Any] = {}
    for name, value in said.items():
        known[name] = _checked(asked, name, value) if value else None
    if "compensation" in known:
        known["compensation"] = _one_of(asked, "compensation", said["compensation"], COMPENSATIONS)
    return known


def _checked(asked: str, name: str, value: str) -> str:
    if name == "contact":
        return _mailbox(asked, value)
    if name in ("form", "promised_url"):
        found = _page(asked, value if "://" in value else f"https://{value}")[0]
        assert found is not None  # it has a scheme
        return found
    if name == "country":
        return _country(asked, value)
    return clean(value, _WORDS)


def _mailbox(asked: str, text: str) -> str:
    found = mailbox(text)
    if found is None or "." not in found.rpartition("@")[2]:
        raise UsageError(asked, f"{text[:100]!r} is no mailbox", "Name one, as editor@example.org, or none.")
    return found


def _country(asked: str, text: str) -> str:
    code = {"UK": "GB"}.get(text.upper(), text.upper())
    if len(code) != 2 or not code.isascii() or not code.isalpha():
        raise UsageError(asked, f"{text[:40]!r} is no country", "Write its two letters, as US or DE.")
    return code


def _one_of(asked: str, what: str, text: str, known: Mapping[str, Any] | Sequence[str]) -> str:
    if text not in known:
        raise UsageError(asked, f"there is no {what} {text[:40]!r}", f"Known are {', '.join(known)}.")
    return text


def _day(asked: str, text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError as error:
        raise UsageError(asked, f"{text[:40]!r} is no date", "Write YYYY-MM-DD.") from error
