"""Where do others reach this server, and is that so? And who declines the letters that it sends?

BACKLIT_URL says where. It is only believed once a message that only this home can answer was sent there and
came back answered: then letters carry the header of RFC 8058, and each address in it is signed for one
recipient. The key that signs stays, so that an old letter is never declined in vain.
"""

import base64
import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from backlit.app.answer import Answer, Row
from backlit.app.clock import Clock, now
from backlit.app.home import site_address, way_out
from backlit.app.secret_file import secret_at, secret_in
from backlit.errors import ConfigError, MessageUnknown
from backlit.index.storage import disk, write_json
from backlit.net.exchange import Network
from backlit.net.failure import Stopped
from backlit.net.post import post
from backlit.store.alerts import Channel, Rules
from backlit.store.contacts import Contacts
from backlit.store.database import opened
from backlit.store.outreach import Board

__all__ = [
    "ONE_CLICK", "PATH", "REACHED", "is_one_click", "link_to", "proof_of", "public_host", "public_url",
    "public_url_forget", "public_url_verify", "unsubscribe", "unsubscribing",
]  # fmt: skip

#: Where recipients decline, below the address of the server, and what a click of a mail program sends there.
PATH = "/unsubscribe/"
ONE_CLICK = "List-Unsubscribe=One-Click"
#: What a server that takes changes answers to its own machine alone: nobody may get there by the public name.
REACHED = "/reached/"
#: Who it was that asked, in the logs.
_WHO, _WHY = "the recipient", "unsubscribed by one click"
#: Characters of an address: its line in a letter stays below what RFC 5322 allows.
_LONGEST = 500
_KEY, _STATE = "unsubscribe.key", "public-url.json"
_MAIL, _ALERT, _PROOF = "o", "a", "proof"
_token = re.compile(r"([oa])-([0-9]{1,18})-([A-Za-z0-9_-]{22})").fullmatch
_nonce = re.compile(r"proof-([0-9a-f]{32})").fullmatch
_ASKED = "prove that BACKLIT_URL reaches this server"


# is it so? -----------------------------------------------------------------------


def public_url(home: Path) -> Answer:
    """The address that BACKLIT_URL names, whether it was proved to reach this home, and when.

    `one_click` says whether letters carry the header.
    """
    known, address = _state(home), site_address()
    is_same = known is not None and known["url"] == address
    return Answer(
        {
            "url": address,
            "verified": is_same,
            "verified_at": known["verified_at"] if known is not None and is_same else None,
            "one_click": _verified(home) is not None,
        },
        {},
    )


def public_url_verify(
    home: Path,
    *,
    network: Network | None = None,
    token: Callable[[int], bytes] = secrets.token_bytes,
    clock: Clock = now,
) -> Answer:
    """Send a question to BACKLIT_URL that only this home can answer; from then on letters carry one-click.

    ConfigError where the address is not https or nobody answers, or somebody else does, or where it leads
    strangers to all of a server that takes changes.
    """
    address, sent = _https(), network or way_out()
    _key(home, make=True)
    try:
        status, is_ours = _asks(home, sent, address + PATH, token(16).hex())
    except Stopped as stopped:
        do = "Serve with `backlit up` behind a proxy with a certificate, and set BACKLIT_URL to its address."
        raise ConfigError(_ASKED, f"{address}: {stopped.failure.why}", do) from stopped
    if not is_ours:
        raise ConfigError(_ASKED, f"{address} answers {status}, and not as this home would", _WHAT_NOW)
    if _is_open(home, sent, address, token(16).hex()):
        found = f"whoever opens {address} reaches all of this server, and may change everything"
        raise ConfigError(_ASKED, found, _KEEP_OUT)
    write_json(home / _STATE, {"url": address, "verified_at": clock().isoformat()})
    return public_url(home)


_WHAT_NOW = (
    "Let it lead to the server of this very home, without a redirect, POST too; the server has to be started "
    "with the same BACKLIT_URL."
)
_KEEP_OUT = (
    "Let the proxy keep the host name (of nginx: proxy_set_header Host $host;), or lead nothing here but "
    f"{PATH}, and verify again."
)


def _asks(home: Path, network: Network, place: str, nonce: str) -> tuple[int, bool]:
    """What is answered there, and whether it is what this home would answer; Stopped where nobody does."""
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = post(network, f"{place}{_PROOF}-{nonce}", ONE_CLICK.encode(), form)
    return answer.status, hmac.compare_digest(answer.said.encode(), (_proof(home, nonce) or "").encode())


def _is_open(home: Path, network: Network, address: str, nonce: str) -> bool:
    """Whether a proxy hands strangers on by a name that only this machine has."""
    try:
        return _asks(home, network, address + REACHED, nonce)[1]
    except Stopped:  # it leads nowhere
        return False


def public_url_forget(home: Path) -> Answer:
    """Let new letters carry no one-click header; those that went out can still be declined."""
    disk().unlink(home / _STATE)
    return public_url(home)


def public_host() -> str | None:
    """The host of BACKLIT_URL, where that is an https address: recipients decline there."""
    parts = urlsplit(site_address())
    return parts.hostname if parts.scheme == "https" else None


def proof_of(home: Path, token: str) -> str | None:
    """What a server of this home answers to a question; None where the text is none."""
    found = _nonce(token)
    return _proof(home, found[1]) if found else None


def _https() -> str:
    address = site_address()
    parts = urlsplit(address)
    plain = (
        len(address) <= _LONGEST
        and address.isascii()
        and address.isprintable()
        and set(address).isdisjoint("<> ,")
    )
    if parts.scheme != "https" or not parts.hostname or not plain or parts.query or parts.fragment:
        do = "Set BACKLIT_URL to where recipients reach it, as https://links.example.com."
        raise ConfigError(_ASKED, f"it is {address[:100]!r}, no plain https address", do)
    return address


def _state(home: Path) -> Row | None:
    try:
        found = json.loads((home / _STATE).read_text(encoding="utf-8"))
        return {"url": str(found["url"]), "verified_at": datetime.fromisoformat(found["verified_at"])}
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _verified(home: Path) -> str | None:
    """The address that letters may name: proved, and still the one that is set."""
    known = _state(home)
    return known["url"] if known is not None and known["url"] == site_address() and _key(home) else None


# who declines? ---------------------------------------------------------------------


class _Declined(NamedTuple):
    """To whom a letter went that is declined, and about what: of outreach a card, of alerts a channel."""

    kind: str
    number: int
    recipient: str


def link_to(home: Path, kind: str, number: int, recipient: str) -> str | None:
    """Where a recipient declines with one click: of a card (`outreach`) or a channel (`alert`).

    None where no address was proved to reach this server.
    """
    address, key = _verified(home), _key(home)
    if address is None or key is None:
        return None
    mark = {"outreach": _MAIL, "alert": _ALERT}[kind]
    return f"{address}{PATH}{mark}-{number}-{_mark(key, mark, number, recipient)}"


def unsubscribing(home: Path, token: str) -> Answer:
    """Whom a link is for, and of what it is; nothing is changed. MessageUnknown for one not of ours."""
    found = _found(home, token)
    return Answer({"kind": "outreach" if found.kind == _MAIL else "alert", "to": found.recipient}, {})


def unsubscribe(home: Path, token: str, *, clock: Clock = now) -> Answer:
    """Do what the recipient of a letter asks for: outreach writes to them no more, in any project; an alert's
    channel is turned off. Twice is as good as once. MessageUnknown for a link that is not ours."""
    found = _found(home, token)
    with opened(home) as engine:
        if found.kind == _MAIL:
            Contacts(engine).suppress(found.recipient, _WHO, _WHY, clock())
        else:
            Rules(engine).disable(found.number, _WHY, clock())
    return Answer({"kind": "outreach" if found.kind == _MAIL else "alert", "to": found.recipient}, {})


def is_one_click(body: bytes) -> bool:
    """Whether a request says what RFC 8058 has mail programs say, as a form or in parts."""
    return b"List-Unsubscribe" in body and b"One-Click" in body


def _found(home: Path, token: str) -> _Declined:
    parts, key = _token(token), _key(home)
    if parts is not None and key is not None:
        kind, number = parts[1], int(parts[2])
        for each in _recipients(home, kind, number):
            if hmac.compare_digest(_mark(key, kind, number, each), parts[3]):
                return _Declined(kind, number, each)
    found = "no message of ours that is still known has this link"
    raise MessageUnknown("unsubscribe", found, "Answer the message with the word no instead.")


def _recipients(home: Path, kind: str, number: int) -> Iterable[str]:
    with opened(home) as engine:
        if kind == _MAIL:
            return Board(engine).recipients(number)
        channel: Channel | None = Rules(engine).channels().get(number)
        return [channel.address] if channel is not None and channel.kind == "email" else []


def _proof(home: Path, nonce: str) -> str | None:
    key = _key(home)
    return None if key is None else hmac.new(key, f"{_PROOF}\0{nonce}".encode(), hashlib.sha256).hexdigest()


def _mark(key: bytes, kind: str, number: int, recipient: str) -> str:
    signed = hmac.new(key, f"{kind}\0{number}\0{recipient.lower()}".encode(), hashlib.sha256).digest()[:16]
    return base64.urlsafe_b64encode(signed).decode().rstrip("=")


def _key(home: Path, *, make: bool = False) -> bytes | None:
    """What signs, made when it is first needed; None where there is none yet."""
    return secret_in(home / _KEY) if make else secret_at(home / _KEY)
