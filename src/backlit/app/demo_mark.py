"""Is a home that of a demo, and of which made-up web?"""

import json
from pathlib import Path

__all__ = ["MARK", "seed_and_size"]

#: The file that says of a home that it is a demo, with the seed and the size of its web.
MARK = "demo.json"


def seed_and_size(home: Path) -> tuple[int, int] | None:
    """Which made-up web a home is about; None of a home that is no demo, or is not built yet."""
    try:
        mark = json.loads((home / MARK).read_text(encoding="utf-8"))
        return int(mark["seed"]), int(mark["pages"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
