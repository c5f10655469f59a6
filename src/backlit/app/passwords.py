"""Is this the password, and is that one good enough? argon2id (RFC 9106), with the parameters that OWASP
names for servers: 19 MiB, two passes, one lane."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher, Type
from argon2.exceptions import Argon2Error, InvalidHashError

from backlit.errors import TriedTooOften, UsageError

__all__ = ["SHORTEST", "hashed", "is_password", "require_good"]

#: Characters of a password.
SHORTEST, LONGEST = 12, 500
#: Fewer different characters than this are no password, however many there are.
_DIFFERENT = 6
#: Words that make no password hard to guess, whatever stands around them.
_COMMON = (
    *(
        "password",
        "passwort",
        "motdepasse",
        "contraseña",
        "qwertz",
        "qwerty",
        "azerty",
        "letmein",
        "iloveyou",
    ),
    *(
        "welcome",
        "willkommen",
        "administrator",
        "123456",
        "654321",
        "abcdef",
        "111111",
        "backlit",
        "changeme",
    ),
)
#: What has to be left of a password without them.
_LEFT = 8

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, type=Type.ID)
#: Hashes that are computed at once: each takes 19 MiB.
_turns = BoundedSemaphore(4)
#: Those who wait for that, the four among them: more would hold the threads that all others are answered by.
_waiting = BoundedSemaphore(16)


@cache
def _nobody() -> str:
    """What is asked of nobody's password, so that an address without an account takes as long to refuse."""
    return _hasher.hash("nobody has this password")


@contextmanager
def _turn() -> Iterator[None]:
    if not _waiting.acquire(blocking=False):
        found, do = "too many are looked at at once", "Try again in some seconds."
        raise TriedTooOften("look at a password", found, do, seconds=5)
    try:
        with _turns:
            yield
    finally:
        _waiting.release()


def hashed(password: str) -> str:
    """A password as it is kept; TriedTooOften where too many wait for theirs."""
    with _turn():
        return _hasher.hash(password)


def is_password(kept: str | None, given: str) -> bool:
    """Whether a password is the one whose hash was kept; it takes as long where none was.

    TriedTooOften where too many wait for theirs.
    """
    with _turn():
        try:
            _hasher.verify(kept or _nobody(), given[: LONGEST + 1])
            return kept is not None
        except (Argon2Error, InvalidHashError):
            return False


def require_good(password: str, *names: str) -> None:
    """UsageError for a password that is easily guessed: short, common, or one of the names of its owner."""
    asked, do = (
        "choose that password",
        f"Take {SHORTEST} characters or more: four words that nobody would think of.",
    )
    if not SHORTEST <= len(password) <= LONGEST:
        found = f"it has {len(password)} characters"
        raise UsageError(asked, found, do if len(password) < SHORTEST else f"{LONGEST} at most.")
    if len(set(password)) < _DIFFERENT:
        raise UsageError(asked, f"it is made of {len(set(password))} different characters", do)
    left = password.casefold()
    for word in (*_COMMON, *(name.casefold() for name in names if len(name) > 3)):
        left = left.replace(word, "")
    if len(left) < _LEFT:
        raise UsageError(asked, "it is little but common words, or your own name", do)
