"""May this message go, to this country, today? The rules that every message of outreach is held to.

They are conventions of those who want to be written back to, and no legal advice: mail that nobody asked for
needs consent or a relationship unless somebody named the country and that country is known to allow it
(CAN-SPAM Act, 15 U.S.C. 7701 ff.; PECR 2003, reg. 22, for companies). Germany and Austria never do
(UWG § 7; TKG 2021 § 174). A country nobody named is held to the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from backlit.store.outreach import Card
from backlit.store.sends import Facts, Held, Judge
from backlit.urls import registrable_domain, suffix_of

__all__ = [
    "BASES", "COLD", "COMPENSATIONS", "ENDS", "KINDS", "MESSAGES", "NEVER", "PER_SITE", "VALID", "Manners",
    "cold_rule", "follow_up", "is_shared", "judge_by", "mark_lacking", "warnings",
]  # fmt: skip

#: What somebody is asked for, in words. A removal is the one kind that ends when no link is left.
KINDS: Mapping[str, str] = {
    "broken": "a link of theirs leads to a dead page of ours",
    "lost": "they linked, and do no longer",
    "mention": "they name the site without a link",
    "replacement": "a link of theirs leads to a dead page of somebody else",
    "resource": "a page of theirs lists what is useful",
    "guest-post": "they publish what others write",
    "gap": "they link to rivals",
    "partner": "they have to do with the site already",
    "author": "somebody who writes about its field",
    "content-idea": "they would like what is to be written",
    "removal": "a link of theirs is to be taken out",
}
COMPENSATIONS: Mapping[str, str] = {
    "none": "nothing is given for the link",
    "product": "a product is given for it",
    "money": "money is given for it",
    "swap": "a link is given for it",
}
#: Why somebody may be written to unasked.
BASES: Mapping[str, str] = {
    "consent": "they agreed to be written to",
    "relationship": "there is business or acquaintance with them",
}
#: Stages of cards that nobody is written to about.
ENDS = ("live", "lost", "no")
#: Countries where mail nobody asked for is taken, if it is honest and can be declined; and where it never is.
COLD, NEVER = frozenset({"US", "GB"}), frozenset({"DE", "AT"})
#: Messages of one card, the first and its reminders, and the time between two to one site or mailbox.
MESSAGES, PER_SITE = 3, timedelta(days=14)
#: How long an approval holds: the message is dated when it was drafted.
VALID = timedelta(days=7)
_DAY = timedelta(days=1)
#: Where anybody has a mailbox: by the name under every ending, and by the whole name.
_MAIL_NAMES = frozenset({
    "aol", "gmail", "gmx", "googlemail", "hotmail", "icloud", "outlook", "protonmail", "yahoo",
    "yandex", "ymail",
})  # fmt: skip
_MAIL_HOSTS = frozenset({
    "126.com", "163.com", "bluewin.ch", "btinternet.com", "comcast.net", "fastmail.com", "free.fr",
    "freenet.de", "hey.com", "laposte.net", "libero.it", "live.com", "live.co.uk", "mac.com",
    "mail.com", "mail.ru", "mailbox.org", "me.com", "msn.com", "o2.pl", "orange.fr", "pm.me",
    "posteo.de", "proton.me", "qq.com", "seznam.cz", "t-online.de", "tutanota.com", "wanadoo.fr",
    "web.de", "wp.pl", "zoho.com",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Manners:
    """What a user allows: whether anything is sent, how much a day, how far apart, where to unasked."""

    on: bool = False
    daily: int = 20
    apart: timedelta = timedelta(seconds=60)
    cold: frozenset[str] = field(default=COLD)


def judge_by(manners: Manners) -> Judge:
    """What says whether a message may go, for somebody's manners."""

    def judge(facts: Facts, now: datetime) -> Held | None:
        why = _forbidden(facts, manners, now)
        return Held(why) if why is not None else _too_soon(facts, manners, now)

    return judge


def _forbidden(facts: Facts, manners: Manners, now: datetime) -> str | None:
    """Why a message may not go, however long one waits."""
    card, draft = facts.card, facts.draft
    if card.stage in ENDS:
        return f"the card is {card.stage}"
    if draft is None:
        return "there is no draft of the card as it is now"
    if draft.way != "mail" or draft.content is None or draft.recipient is None:
        return "there is nothing to send: its words are for a contact form"
    if draft.recipient != card.contact:
        return "the draft goes to another mailbox than the card has"
    if facts.suppressed is not None:
        return f"they are not written to{_because(facts.suppressed.why)}"
    if facts.approved_at is None:
        return "nobody approved these bytes"
    if now - facts.approved_at > VALID:
        return f"the approval is older than {VALID.days} days: draft again"
    if draft.at + VALID < now:
        return f"the draft is older than {VALID.days} days: draft again"
    if facts.ground is None and (rule := cold_rule(card, manners.cold)) is not None:
        return rule
    if facts.to_card >= MESSAGES:
        return f"{MESSAGES} messages went to them about this: that is enough"
    return None


def _because(why: str | None) -> str:
    return f" ({why})" if why else ""


def _too_soon(facts: Facts, manners: Manners, now: datetime) -> Held | None:
    """Until when a message waits that may go."""
    if facts.to_site is not None and facts.to_site + PER_SITE > now:
        return Held(f"a message went to them less than {PER_SITE.days} days ago", facts.to_site + PER_SITE)
    if facts.within_day >= manners.daily:
        return Held(f"{manners.daily} messages went out within a day", now + _DAY / 24)
    if facts.last is not None and facts.last + manners.apart > now:
        return Held("the last message went a moment ago", facts.last + manners.apart)
    return None


def cold_rule(card: Card, cold: frozenset[str] = COLD) -> str | None:
    """Why mail that nobody asked for may not go to whom a card is about; None where it may.

    A German or Austrian name counts as that country, whatever else was said.
    """
    hosts = (card.domain, (card.contact or "").rpartition("@")[2])
    countries = {host.rstrip(".").rpartition(".")[2].upper() for host in hosts if host} & NEVER
    countries |= {card.country} if card.country else set()
    strict = sorted(countries & NEVER)
    if strict:
        return (
            f"mail that nobody asked for is not sent to {strict[0]}: record consent or a relationship first"
        )
    if not countries:
        return "their country is not known, and is held to the strictest: name it, or record consent"
    if not countries <= cold:
        return f"{card.country} is not among the countries where mail that nobody asked for is sent"
    return None


def is_shared(host: str) -> bool:
    """Whether strangers have their mailboxes or names under a host: none speaks for the others."""
    domain = registrable_domain(host)
    is_mail = domain in _MAIL_HOSTS or domain.partition(".")[0] in _MAIL_NAMES
    return is_mail or suffix_of(host) in ("public", "private")


def follow_up(sent: int, at: datetime) -> datetime | None:
    """When to come back to somebody who was written to so often; None once that is enough."""
    return at + PER_SITE if sent < MESSAGES else None


def warnings(card: Card) -> list[str]:
    """What somebody should know before agreeing to what a card says."""
    if card.compensation == "swap":
        return [
            "links in exchange for links are link spam where they are many (LS-02): say no, or use nofollow"
        ]
    if card.compensation in ("product", "money"):
        given = COMPENSATIONS[card.compensation]
        return [f"{given}: it has to be marked rel=sponsored (LS-01), and readers have to be told"]
    return []


def mark_lacking(card: Card, rel: Sequence[str] | None) -> tuple[str | None, str | None]:
    """Of a link that was seen: what is to be noted, and what is wrong. Of unknown marks, nothing."""
    if rel is None:
        return None, None
    tokens = {token.lower() for token in rel}
    if card.compensation in ("product", "money") and "sponsored" not in tokens:
        return None, f"{COMPENSATIONS[card.compensation]}, and the link does not say sponsored"
    declined = sorted(tokens & {"nofollow", "ugc", "sponsored"})
    if declined and card.compensation in ("none", "swap"):
        return f"the link is marked {', '.join(declined)}", None
    return None, None
