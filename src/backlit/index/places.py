"""Where did the WARC files lie that an index was read from?

`HOME/places.json` remembers it, so that they can be read once more. A file that was moved is missing; nothing
else depends on it.
"""

import json
from collections.abc import Iterable
from pathlib import Path

from backlit.index.storage import write_json

__all__ = ["places", "remember_places"]

_FILE = "places.json"


def remember_places(home: Path, paths: Iterable[Path]) -> None:
    """Remember where files lie, beside those that are remembered."""
    before = _read(home)
    after = sorted({*before, *(str(path.resolve()) for path in paths)})
    if after != before:
        write_json(home / _FILE, after)


def places(home: Path) -> list[Path]:
    """The files that are remembered, and the captures of the home's own visits."""
    own = [home / "captures", home / "crawls"]
    found = {path.resolve() for folder in own if folder.is_dir() for path in folder.glob("*.warc*")}
    told = {Path(name) for name in _read(home) if Path(name).parent.name != "new"}
    return sorted(found | told)


def _read(home: Path) -> list[str]:
    try:
        found = json.loads((home / _FILE).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return []
    return sorted(name for name in found if isinstance(name, str)) if isinstance(found, list) else []
