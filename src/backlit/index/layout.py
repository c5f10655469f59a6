"""In which layout was a home written last, and does it have every column of today?

`HOME/layout.json` is written after all tables are there, so that a writer who finds it as he would write it
himself need not look at them.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from backlit.errors import IndexDamaged, IndexTooNew
from backlit.index.storage import write_json

__all__ = ["LAYOUT", "has_layout", "is_of_today", "layout_of", "write_layout"]

#: Number of the layout of a home; columns may be added within one.
LAYOUT = 2


def has_layout(home: Path) -> bool:
    """Whether a home holds an index."""
    return (home / "layout.json").exists()


def layout_of(home: Path) -> int:
    """The number of a home's layout; IndexTooNew above LAYOUT, IndexDamaged where it says none."""
    found = _read(home)
    layout = found.get("layout") if isinstance(found, dict) else None
    if not isinstance(layout, int):
        raise IndexDamaged(
            f"read {home / 'layout.json'}", "it holds no layout number", "Restore the file from a backup."
        )
    if layout > LAYOUT:
        raise IndexTooNew(
            f"open the index in {home}",
            f"its layout is {layout}, this version knows {LAYOUT}",
            "Update Backlit, or open another home.",
        )
    return layout


def is_of_today(home: Path, schemas: Mapping[str, pa.Schema]) -> bool:
    """Whether a home was completed with just these tables and columns."""
    return has_layout(home) and _read(home) == _layout(schemas)


def write_layout(home: Path, schemas: Mapping[str, pa.Schema]) -> None:
    """Say that a home has all of these tables and columns."""
    write_json(home / "layout.json", _layout(schemas))


def _read(home: Path) -> Any:
    try:
        return json.loads((home / "layout.json").read_text(encoding="utf-8"))
    except ValueError:
        return None


def _layout(schemas: Mapping[str, pa.Schema]) -> dict[str, Any]:
    columns = "\n".join(f"{name}: {schema.to_string()}" for name, schema in schemas.items())
    return {
        "layout": LAYOUT,
        "columns": hashlib.blake2b(columns.encode(), digest_size=8).hexdigest(),
    }
