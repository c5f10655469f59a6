"""What would be said to somebody, to the byte, and who allowed it to be sent?"""

import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

from backlit.app.acting import user
from backlit.app.answer import Answer, Row
from backlit.app.clock import Clock, now
from backlit.app.outreach_cards import card_row, draft_row
from backlit.app.outreach_settings import OutreachSettings, outreach_settings
from backlit.app.reaching import link_to
from backlit.errors import UsageError
from backlit.prospect.outreach import COMPENSATIONS, VALID, cold_rule
from backlit.prospect.outreach_letter import closed, letter
from backlit.prospect.outreach_words import FIELDS, FOR_KIND, TEMPLATES, Words, render, split_template
from backlit.store.contacts import Contacts
from backlit.store.database import opened
from backlit.store.outreach import Board, Card, Draft, names_of
from backlit.store.sends import Sends

__all__ = ["FOLDER", "outreach_approve", "outreach_draft", "outreach_templates"]

#: Where a user's own templates lie in a home: a text file each.
FOLDER = "outreach-templates"
_MOST, _LONGEST = 200, 100_000


def outreach_templates(home: Path) -> Answer:
    """The templates by name, built in and those in the folder `outreach-templates` of the home.

    `text` is None of a file that cannot be read.
    """
    own = [{"name": path.stem, "own": True, "text": _text(path)} for path in _own(home)]
    built = [{"name": name, "own": False, "text": text} for name, text in TEMPLATES.items()]
    rows: list[Row] = own + [each for each in built if each["name"] not in {row["name"] for row in own}]
    return Answer(rows, {"fields": dict(FIELDS)}, total=len(rows), limit=len(rows))


def _own(home: Path) -> list[Path]:
    folder = home / FOLDER
    return sorted(folder.glob("*.txt"))[:_MOST] if folder.is_dir() else []


def _text(path: Path) -> str | None:
    try:
        return _read(path)
    except UsageError:
        return None


def _read(path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            return file.read(_LONGEST)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"read the template {path.name}", str(error)[:200], "Save it as UTF-8.") from error


def outreach_draft(
    home: Path,
    card: int,
    *,
    template: str | None = None,
    text: str | None = None,
    fields: Mapping[str, str] | None = None,
    who: str | None = None,
    token: Callable[[int], bytes] = secrets.token_bytes,
    clock: Clock = now,
) -> Answer:
    """Draft a message for a card: from a template by its name, or from `text`, a template itself.

    `way` is mail, or form where there is no mailbox, or none that may be written to unasked: then it is words
    for a contact form and `form_why` says why. ConfigError for mail without a sender and a postal address.
    """
    settings, at = outreach_settings(), clock()
    with opened(home) as engine:
        board, contacts = Board(engine), Contacts(engine)
        known = board.one(card)
        if contacts.is_suppressed(*names_of(known)):
            found = "they are on the list of those who are not written to"
            raise UsageError(f"draft for card {card}", found, "Leave them be.")
        ground = contacts.ground(known.contact)
        written = Sends(engine).to_card(card)
        rule = _no_mail(known, None if ground else cold_rule(known, settings.manners.cold))
        name = template or ("reminder" if written else FOR_KIND.get(known.kind, "introduction"))
        words = _words(home, known, name if text is None else "that was given", text, fields or {})
        key = f"outreach-{token(16).hex()}"
        link = link_to(home, "outreach", card, known.contact) if known.contact else None
        draft = _draft(known, name, words, settings, rule, key, link)
        kept = board.draft(draft(at), who or user())
    row = card_row(known, settings) | {"draft": draft_row(kept, None, None), "form_why": rule}
    return Answer(row, {"card": card})


def _no_mail(card: Card, rule: str | None) -> str | None:
    return "no mailbox is known" if card.contact is None else rule


def _words(home: Path, card: Card, name: str, text: str | None, given: Mapping[str, str]) -> Words:
    unknown = sorted(set(given) - set(FIELDS))
    if unknown:
        found = f"there is no field {unknown[0][:40]!r}"
        raise UsageError(f"draft for card {card.id}", found, f"Known are {', '.join(FIELDS)}.")
    if text is None:
        text = _template(home, f"draft for card {card.id}", name)
    return render(split_template(text, name), name, _fields(card) | dict(given))


def _template(home: Path, asked: str, name: str) -> str:
    """The text of one template: what is wrong with another is no matter."""
    own = {path.stem: path for path in _own(home)}
    if name in own:
        return _read(own[name])
    if name not in TEMPLATES:
        known = ", ".join(dict.fromkeys([*own, *TEMPLATES]))
        raise UsageError(asked, f"there is no template {name[:40]!r}", f"Known are {known}.")
    return TEMPLATES[name]


def _fields(card: Card) -> dict[str, str | None]:
    return {
        "greeting": f"Hello {card.name}," if card.name else "Hello,",
        "site": card.domain,
        "page": card.url or card.domain,
        "ours": card.target,
        "our_page": card.promised_url or card.target,
        "anchor": card.anchor,
    }


def _draft(
    card: Card,
    name: str,
    words: Words,
    settings: OutreachSettings,
    rule: str | None,
    key: str,
    link: str | None,
) -> "Callable[..., Draft]":
    """A draft for a moment: mail, or where a rule is against that, words for a contact form."""
    given = COMPENSATIONS[card.compensation] if card.compensation in ("product", "money") else None
    if rule is not None or card.contact is None:
        said = closed(words, given=given, postal=None, name=settings.name)
        return lambda at: Draft(card.id, card.revision, name, "form", None, said.subject, said.body, None, at)
    sender, postal = settings.require_sender()
    said, to = closed(words, given=given, postal=postal, name=settings.name), card.contact
    return lambda at: Draft(
        card.id, card.revision, name, "mail", to, said.subject, said.body,
        letter(said, sender, to, key, at, one_click=link), at,
    )  # fmt: skip


def outreach_approve(
    home: Path, card: int, digest: str, *, who: str | None = None, clock: Clock = now
) -> Answer:
    """Allow the very bytes of a card's draft to be sent, by their SHA-256 or its first eight letters or more.

    UsageError where the draft is another by now, older than seven days, or for a contact form.
    """
    with opened(home) as engine:
        board = Board(engine)
        draft = board.approve(card, digest.strip().lower(), who or user(), clock(), valid=VALID)
        row = card_row(board.one(card), outreach_settings())
        row["draft"] = draft_row(draft, board.approved(draft), Sends(engine).of(draft.id))
    return Answer(row, {"card": card})
