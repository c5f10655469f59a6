"""How does a long list of findings stay readable on a terminal? By a few of each kind, and how many more."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backlit.app.answer import Row

__all__ = ["few_of_each"]

#: Findings of one kind that are shown.
_FEW = 10


def few_of_each(rows: "Sequence[Row]", kind: str, draw: "Callable[[Row], str]") -> str:
    """The first rows of each kind (the field of that name) as drawn, and how many more there are of which."""
    seen: Counter[str] = Counter()
    shown = []
    for row in rows:
        seen[row[kind]] += 1
        if seen[row[kind]] <= _FEW:
            shown.append(draw(row))
    more = [f"{number - _FEW:,} more of {name}" for name, number in seen.items() if number > _FEW]
    told = f"And {', '.join(more)}; --json has all.\n" if more else ""
    return "".join(shown) + told
