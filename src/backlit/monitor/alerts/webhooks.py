"""How is a message signed for its receiver, and what does the receiver's answer mean?

Standard Webhooks 1.0.0: three headers, and HMAC-SHA256 over id, time and body with a secret that both know.
While a secret is exchanged for another, both sign.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Sequence
from datetime import datetime

from backlit.monitor.alerts.tries import Outcome, OutcomeKind
from backlit.net.exchange import Network
from backlit.net.failure import FailureKind, Stopped
from backlit.net.fetch import retry_after
from backlit.net.post import Posted, post
from backlit.store.alerts import Channel

__all__ = ["PREFIX", "headers_of", "new_secret", "secrets_of", "send"]

PREFIX = "whsec_"
_BYTES = 32


def new_secret(random: Callable[[int], bytes]) -> str:
    """A secret of our making, as receivers are given it."""
    return PREFIX + base64.b64encode(random(_BYTES)).decode("ascii")


def secrets_of(channel: Channel, now: datetime) -> list[str]:
    """What a channel's messages are signed with now, the newest first."""
    old = channel.old_secret if channel.old_until is not None and now < channel.old_until else None
    return [secret for secret in (channel.secret, old) if secret]


def headers_of(key: str, body: bytes, secrets: Sequence[str], now: datetime) -> dict[str, str]:
    """The headers that a receiver checks a message by."""
    stamp = str(int(now.timestamp()))
    signed = b".".join((key.encode("ascii"), stamp.encode("ascii"), body))
    signatures = (
        base64.b64encode(hmac.new(_key(secret), signed, hashlib.sha256).digest()).decode("ascii")
        for secret in secrets
    )
    return {
        "Content-Type": "application/json",
        "webhook-id": key,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(f"v1,{each}" for each in signatures),
    }


def send(network: Network, channel: Channel, key: str, body: bytes, now: datetime) -> Outcome:
    """Hand a message to a webhook; what came of it."""
    try:
        answer = post(network, channel.address, body, headers_of(key, body, secrets_of(channel, now), now))
    except Stopped as stopped:
        why = stopped.failure.why
        if stopped.failure.kind is FailureKind.REFUSED:
            why += "; BACKLIT_INTRANET names networks of your own that may be spoken to"
        return Outcome(OutcomeKind.FAILED, f"{stopped.failure.kind.value}: {why}")
    return _meant(answer, now)


def _meant(answer: Posted, now: datetime) -> Outcome:
    said = f"{answer.status} {answer.said}".strip()
    if 200 <= answer.status < 300:
        return Outcome(OutcomeKind.SENT, said)
    if answer.status == 410:
        return Outcome(OutcomeKind.GONE, "the receiver answers 410: it wants no more")
    if 300 <= answer.status < 400:
        return Outcome(
            OutcomeKind.FAILED, f"{answer.status}: a redirect is not followed; name where it leads"
        )
    return Outcome(OutcomeKind.FAILED, said, retry_after(answer.retry_after, now.timestamp()))


def _key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        return secret.encode("utf-8")
