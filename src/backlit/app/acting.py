"""Who does what is done? Whoever the web app let in, else whoever uses this machine."""

import getpass
import os
from contextvars import ContextVar

__all__ = ["act_as", "user"]

#: The name of who asked, within the handling of one request.
_ACTING: ContextVar[str | None] = ContextVar("acting", default=None)


def act_as(who: str | None) -> None:
    """Say in whose name the rest of this request, or of this program, acts; None for this machine's user."""
    _ACTING.set(who)


def user() -> str:
    """Who acts: who signed in, else BACKLIT_USER, else the name of the account on this machine."""
    acting = _ACTING.get()
    if acting is not None:
        return acting
    try:
        return os.environ.get("BACKLIT_USER") or getpass.getuser()
    except (OSError, KeyError):  # an account without a name, as in containers
        return "unknown"
