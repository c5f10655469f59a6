"""How does a home come by a secret of its own, when several processes want one at once?"""

import os
import secrets
from pathlib import Path

__all__ = ["BYTES", "secret_at", "secret_in"]

#: Bytes of a secret that signs.
BYTES = 32


def secret_at(path: Path) -> bytes | None:
    """The secret that a file holds; None where there is no file, or one that was cut off: whoever knows that
    it is empty could sign as well."""
    try:
        found = path.read_bytes()
    except FileNotFoundError:
        return None
    return found if len(found) >= BYTES else None


def secret_in(path: Path) -> bytes:
    """The secret that a file holds; made, for the owner's eyes only, where there is none.

    The first of several processes wins, and all of them read what it wrote. OSError where nothing can be
    written.
    """
    if (known := secret_at(path)) is not None:
        return known
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    made = secrets.token_bytes(BYTES)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(made)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        if secret_at(path) is None:  # cut off; else somebody was faster
            draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return secret_at(path) or made
