"""Who is not written to, who may be written to unasked, and how is somebody forgotten?"""

from pathlib import Path

from backlit.app.acting import user
from backlit.app.answer import Answer, Row
from backlit.app.clock import Clock, now
from backlit.errors import UsageError
from backlit.net.mailbox import mailbox
from backlit.prospect.outreach import BASES, is_shared
from backlit.prospect.outreach_words import clean
from backlit.store.contacts import Contacts, Ground, Suppressed
from backlit.store.database import opened
from backlit.urls import resolve

__all__ = ["outreach_allow", "outreach_forget", "outreach_suppress", "outreach_suppressed"]

_REASON = 2_000


def outreach_suppressed(home: Path) -> Answer:
    """Who is not written to in any project, and who may be written to unasked; `text` is null of those who
    were forgotten."""
    with opened(home) as engine:
        contacts = Contacts(engine)
        rows = [_suppressed(each) for each in contacts.suppressed()]
        rows += [_ground(each) for each in contacts.grounds()]
    return Answer(rows, {}, total=len(rows), limit=len(rows))


def outreach_suppress(
    home: Path, subject: str, *, why: str = "", lift: bool = False, who: str | None = None, clock: Clock = now
) -> Answer:
    """Write to a mailbox, or a domain and all under it, no more, in any project.

    `lift` ends that; it takes a reason.
    """
    asked = f"{'write again' if lift else 'write no more'} to {subject[:200]}"
    name, reason, by = _subject(asked, subject), clean(why, _REASON), who or user()
    if lift and not reason:
        raise UsageError(asked, "no reason is given", "Say why they may be written to again.")
    with opened(home) as engine:
        contacts = Contacts(engine)
        if not lift:
            return Answer(_suppressed(contacts.suppress(name, by, reason, clock())), {"subject": name})
        if not contacts.lift(name, by, reason, clock()):
            found = "they are not on the list by this very name"
            raise UsageError(asked, found, "`backlit outreach suppress` shows the list.")
    return Answer({"text": name, "list": None, "why": reason}, {"subject": name})


def outreach_allow(
    home: Path, subject: str, basis: str, *, why: str, withdraw: bool = False, who: str | None = None,
    clock: Clock = now,
) -> Answer:  # fmt: skip
    """Record why a mailbox or a domain may be written to unasked, consent or relationship, and the evidence.

    `withdraw` ends what was recorded.
    """
    asked = f"record {basis[:20]} of {subject[:200]}"
    name, reason, by = _subject(asked, subject), clean(why, _REASON), who or user()
    if basis not in BASES:
        raise UsageError(asked, "there is no such basis", f"Known are {', '.join(BASES)}.")
    if "@" not in name and is_shared(name) and not withdraw:
        found = "many who have nothing to do with each other are under that name"
        raise UsageError(asked, found, "Name the mailbox of who agreed.")
    if not reason:
        found = "nothing is said of when and how"
        raise UsageError(asked, found, "Say it: --why 'met at the fair in March, gave his card'.")
    with opened(home) as engine:
        contacts = Contacts(engine)
        if not withdraw:
            return Answer(_ground(contacts.allow(name, basis, by, reason, clock())), {"subject": name})
        if not contacts.withdraw(name, by, reason, clock()):
            found = "nothing is recorded under this very name"
            raise UsageError(asked, found, "`backlit outreach suppress` shows what is.")
    return Answer({"text": name, "list": None, "why": reason}, {"subject": name})


def outreach_forget(home: Path, contact: str, *, who: str | None = None, clock: Clock = now) -> Answer:
    """Let go of all that names the person behind a mailbox; what happened and when stays, without words.

    They are not written to again: the refusal is kept as a hash. Copies in backups are yours to see to.
    """
    asked, found = f"forget {contact[:200]}", mailbox(contact)
    if found is None:
        raise UsageError(asked, "that is no mailbox", "Name the one they were written to at.")
    with opened(home) as engine:
        gone = Contacts(engine).forget(found, who or user(), clock())
    return Answer({**gone}, {})


def _subject(asked: str, text: str) -> str:
    """A mailbox or a domain as it is kept."""
    if "@" in text:
        found = mailbox(text)
        if found is None:
            raise UsageError(asked, "that is no mailbox", "Name one, as ann@example.org, or a domain.")
        return found.lower()
    name = text.strip().lower().removeprefix("www.")
    href = resolve(f"http://{name}/") if name.isprintable() and set(name).isdisjoint("/?#: \\") else None
    host = href.partition("://")[2].rstrip("/.") if href else ""
    if "." not in host:
        raise UsageError(asked, "that is neither a mailbox nor a domain", "Name ann@example.org or a domain.")
    return host


def _suppressed(each: Suppressed) -> Row:
    return {
        "list": "suppressed", "text": each.text, "basis": None, "why": each.why, "who": each.who,
        "at": each.at,
    }  # fmt: skip


def _ground(each: Ground) -> Row:
    return {
        "list": "allowed", "text": each.text, "basis": each.basis, "why": each.why, "who": each.who,
        "at": each.at,
    }  # fmt: skip
