"""How does a home come by a secret of its own, when several processes want one at once?"""

import os
import secrets
from pathlib import Path

__all__ = ["BYTES", "secret_in"]

#: Bytes of a secret that signs.
BYTES = 32


def secret_in(path: Path) -> bytes:
    """The secret that a file holds; made, for the owner's eyes only, where there is none.

    The first of several processes wins, and all of them read what it wrote. OSError where nothing can be
    written.
    """
    if path.exists():
        return path.read_bytes()
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_bytes(BYTES))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # somebody was faster
    finally:
        draft.unlink()
    return path.read_bytes()
