"""What code does an authenticator app show now? RFC 6238 over RFC 4226, as all of them do: SHA-1, six digits,
thirty seconds; and the codes that stand in for a lost one."""

import base64
import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime
from urllib.parse import quote, urlencode

__all__ = [
    "Random",
    "code_at",
    "in_groups",
    "new_recovery_code",
    "new_secret",
    "plain",
    "setting_up",
    "step_of",
    "step_that_fits",
]

_SECONDS, _DIGITS = 30, 6
#: Steps that a clock may be wrong by, each way.
_TOLERANCE = 1
#: Bytes of a secret: what SHA-1 gives, as RFC 4226 asks for.
_SECRET = 20
#: Characters of a recovery code, five bits each: 125 bits need no slow hash.
_RECOVERY = 25

#: Random bytes, so many.
Random = Callable[[int], bytes]


def new_secret(random: Random) -> str:
    """A secret, in base32."""
    return base64.b32encode(random(_SECRET)).decode()


def new_recovery_code(random: Random) -> str:
    """A recovery code as people read it: five groups of five."""
    return "-".join(in_groups(base64.b32encode(random(16)).decode()[:_RECOVERY], 5))


def in_groups(text: str, size: int) -> list[str]:
    """A text cut into pieces of a size."""
    return [text[start : start + size] for start in range(0, len(text), size)]


def plain(code: str) -> str:
    """A code without what people put between its parts."""
    return "".join(code[:100].split()).replace("-", "").upper()


def step_of(at: datetime) -> int:
    """The time step of a moment."""
    return int(at.timestamp()) // _SECONDS


def code_at(secret: str, step: int, digits: int = _DIGITS) -> str:
    """The code of a secret in a time step."""
    key = base64.b32decode(secret)
    digest = hmac.digest(key, step.to_bytes(8, "big"), hashlib.sha1)
    start = digest[-1] & 15
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**digits:0{digits}}"


def step_that_fits(secret: str, code: str, at: datetime) -> int | None:
    """The time step that a code is of, one beside that of now allowed; None where it is of none. It takes as
    long whichever it is."""
    now, found, given = step_of(at), None, code.encode()
    for step in range(now - _TOLERANCE, now + _TOLERANCE + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), given):
            found = step
    return found


def setting_up(secret: str, account: str, issuer: str) -> str:
    """The link that authenticator apps take a secret from."""
    label = f"{quote(issuer, safe='')}:{quote(account, safe='')}"
    return f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': issuer}, quote_via=quote)}"
