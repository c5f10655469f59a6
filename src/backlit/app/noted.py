"""What took long to find out about a target, and is told elsewhere without anybody waiting for it again?

Small files of the home, in `noted`: each may be removed at any time, and a home that cannot be written to has
none. What is noted says of which version of the index it is.
"""

import contextlib
import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from backlit.index.storage import disk, make_folder
from backlit.index.target import Target

__all__ = ["note", "noted"]

_MOMENTS = ("at", "since", "as_of")


def note(home: Path, kind: str, target: Target, told: Mapping[str, Any]) -> None:
    """Keep what was found out, in the place of what was known before."""
    path = _path(home, kind, target)
    with contextlib.suppress(OSError):
        make_folder(path.parent)
        disk().write(path, json.dumps(told, default=datetime.isoformat).encode())


def noted(home: Path, kind: str, target: Target) -> dict[str, Any] | None:
    """What is known; None where nothing is that can be read."""
    try:
        found = json.loads(_path(home, kind, target).read_bytes())
        times = {name: datetime.fromisoformat(found[name]) for name in _MOMENTS if found.get(name)}
        return {**found, **times}
    except (OSError, ValueError, TypeError, AttributeError):
        return None


def _path(home: Path, kind: str, target: Target) -> Path:
    told = f"{target.lower}\0{target.upper}".encode()
    return home / "noted" / f"{kind}-{hashlib.blake2b(told, digest_size=8).hexdigest()}.json"
