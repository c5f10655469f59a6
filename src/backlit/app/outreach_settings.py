"""Who writes, from where, and may anything be sent at all? The user's settings for outreach."""

import os
from dataclasses import dataclass, field
from email.utils import parseaddr

from backlit.app.answer import Row
from backlit.errors import ConfigError
from backlit.net.mail import is_sender
from backlit.prospect.outreach import BASES, COLD, COMPENSATIONS, KINDS, NEVER, Manners

__all__ = [
    "OutreachSettings",
    "cold_countries",
    "most_daily",
    "outreach_sender",
    "outreach_settings",
    "outreach_words",
    "sending_is_on",
]

_MOST_DAILY = 500


@dataclass(frozen=True, slots=True)
class OutreachSettings:
    """From whom messages are, the postal address under them, and the manners of sending."""

    sender: str | None = None
    postal: str | None = None
    manners: Manners = field(default_factory=Manners)

    @property
    def name(self) -> str | None:
        """What a message is signed with: the name of the sender, else the mailbox."""
        name, mailbox = parseaddr(self.sender or "")
        return name or mailbox or None

    def require_sender(self) -> tuple[str, str]:
        """From whom and with which postal address; ConfigError where one is not set."""
        asked = "write a message"
        if not self.sender:
            do = "Set BACKLIT_OUTREACH_FROM to a name and mailbox that answers: 'Ann Lee <ann@example.com>'."
            raise ConfigError(asked, "nobody knows from whom", do)
        if not self.postal:
            do = "Set BACKLIT_OUTREACH_ADDRESS: 'Shop Ltd, 1 High Street, London'. Every message carries it."
            raise ConfigError(asked, "it has no postal address", do)
        return self.sender, self.postal


def outreach_words() -> Row:
    """The kinds of cards and what may be given, in words, and whether messages are sent from here."""
    return {
        "kinds": dict(KINDS),
        "compensations": dict(COMPENSATIONS),
        "bases": dict(BASES),
        "sending": outreach_settings().manners.on and bool(os.environ.get("BACKLIT_SMTP_URL")),
    }


def outreach_settings() -> OutreachSettings:
    """The settings of the environment; ConfigError for what cannot be meant."""
    sender = outreach_sender()
    postal = " ".join(os.environ.get("BACKLIT_OUTREACH_ADDRESS", "").split()) or None
    manners = Manners(sending_is_on(), most_daily(), cold=cold_countries())
    return OutreachSettings(sender, postal, manners)


def outreach_sender() -> str | None:
    """From whom letters are by BACKLIT_OUTREACH_FROM; None where nobody says, ConfigError for no address."""
    sender = os.environ.get("BACKLIT_OUTREACH_FROM", "").strip() or None
    if sender is not None and not is_sender(sender):
        do = "Set BACKLIT_OUTREACH_FROM to one address of yours, with a name or without."
        raise ConfigError("write a message", f"{sender[:100]!r} is no address", do)
    return sender


def sending_is_on() -> bool:
    """Whether BACKLIT_OUTREACH_SEND lets letters go; ConfigError for anything but on and off."""
    said = os.environ.get("BACKLIT_OUTREACH_SEND", "").strip().lower()
    if said not in ("", "on", "off"):
        raise ConfigError("send outreach", f"BACKLIT_OUTREACH_SEND is {said[:20]!r}", "Set it to on or off.")
    return said == "on"


def most_daily() -> int:
    """Letters in 24 hours by BACKLIT_OUTREACH_DAILY, 20 where nobody says; ConfigError for no such number."""
    said = os.environ.get("BACKLIT_OUTREACH_DAILY", "").strip() or "20"
    if not said.isascii() or not said.isdigit() or not 0 < int(said) <= _MOST_DAILY:
        found = f"BACKLIT_OUTREACH_DAILY is {said[:20]!r}"
        raise ConfigError("send outreach", found, f"Name a number from 1 to {_MOST_DAILY}.")
    return int(said)


def cold_countries() -> frozenset[str]:
    """The countries of BACKLIT_OUTREACH_COUNTRIES, else the usual; ConfigError for what is none, and for one
    whose law forbids mail that nobody asked for."""
    said = os.environ.get("BACKLIT_OUTREACH_COUNTRIES", "")
    named = frozenset(each.strip().upper() for each in said.split(",") if each.strip())
    wrong = sorted(each for each in named if len(each) != 2 or not each.isascii() or not each.isalpha())
    if wrong or named & NEVER:
        found = f"BACKLIT_OUTREACH_COUNTRIES names {', '.join(wrong or sorted(named & NEVER))[:40]}"
        do = (
            "Name countries whose law takes mail that nobody asked for, as FR,IE; that of DE and AT does not."
        )
        raise ConfigError("send outreach", found, do)
    return named or COLD
