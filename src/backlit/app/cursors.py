"""Where does the next page of an answer begin? A signed mark that only the same question can use.

A cursor holds the version of the index, a hash of the question, the total that was counted, and the sort
keys of the last row; an HMAC over a secret of the home says that we wrote it. Versions never change, so
a page after a cursor is the same whenever it is asked for.
"""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from backlit.app.secret_file import BYTES, secret_in
from backlit.errors import CursorInvalid, CursorMismatch

__all__ = ["Cursor", "fingerprint", "read_cursor", "write_cursor"]

_FORMAT = 1
_SIGNATURE = 16


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in an answer: after the row of `key`, in the answer of `mark` at a version of the index."""

    version: int
    mark: str
    key: Sequence[Any]
    total: int
    is_exact: bool = True


def fingerprint(question: Mapping[str, Any]) -> str:
    """The same for the same question, however it was spelled."""
    return hashlib.blake2b(json.dumps(question, sort_keys=True).encode(), digest_size=12).hexdigest()


def write_cursor(home: Path, cursor: Cursor) -> str:
    """The cursor as text for an address."""
    parts = [_FORMAT, cursor.version, cursor.mark, cursor.total, cursor.is_exact, list(cursor.key)]
    payload = json.dumps(parts, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_signature(home, payload) + payload).decode().rstrip("=")


def read_cursor(home: Path, text: str, mark: str) -> Cursor:
    """The cursor in a text; CursorInvalid where we did not write it, CursorMismatch for another question."""
    try:
        signed = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (ValueError, binascii.Error) as error:
        raise _invalid() from error
    signature, payload = signed[:_SIGNATURE], signed[_SIGNATURE:]
    if not hmac.compare_digest(signature, _signature(home, payload)):
        raise _invalid()
    form, version, its_mark, total, is_exact, key = json.loads(payload)
    if form != _FORMAT:
        raise _invalid()
    if its_mark != mark:
        raise CursorMismatch(
            "continue an answer",
            "the cursor belongs to another question",
            "Use it with the target, filter, group and sort that it came from.",
        )
    return Cursor(version, its_mark, key, total, is_exact)


def _invalid() -> CursorInvalid:
    return CursorInvalid(
        "continue an answer",
        "the cursor is none that this index gave out, or it was changed",
        "Ask again without a cursor.",
    )


def _signature(home: Path, payload: bytes) -> bytes:
    return hmac.new(_secret(home), payload, hashlib.sha256).digest()[:_SIGNATURE]


@lru_cache(maxsize=64)
def _secret(home: Path) -> bytes:
    """The home's secret, made when it is first needed; where nothing can be written, one of this process."""
    try:
        return secret_in(home / "cursor.key")
    except OSError:  # a home that can only be read: its cursors last as long as this process
        return secrets.token_bytes(BYTES)
