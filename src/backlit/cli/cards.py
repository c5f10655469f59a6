"""How do prospects look on a terminal? A card each: what it is worth, its page, why, and what it takes."""

import shutil
from typing import TYPE_CHECKING

from backlit.report.prospects import KIND_WORDS, of_each_kind, site_of, worth
from backlit.report.text import count, plural, visible

if TYPE_CHECKING:
    from rich.console import RenderableType

    from backlit.app.answer import Answer, Row

__all__ = ["cards"]

_KIND, _WORTH, _NEAR = 13, 7, 5
#: Narrower terminals have cards of this width.
_NARROWEST = 60


def cards(answer: "Answer", said: list[str], *, width: int | None = None) -> "list[RenderableType]":
    """Heading, a card for each prospect, and what is missing or was left out."""
    from rich.text import Text

    room = max(width or shutil.get_terminal_size().columns, _NARROWEST)
    parts: list[RenderableType] = [_heading(answer)]
    if answer.rows:
        parts.append(Text(f"{'':{_KIND}} {'worth':>{_WORTH}} {'near':>{_NEAR}}", "dim"))
    for row in answer.rows:
        parts += _card(row, room)
    if not answer.rows:
        parts.append(Text("Nothing of these kinds is in the index."))
    elif answer.total and answer.total > len(answer.rows):
        parts.append(Text("More: --limit N, or all of them into a file: -o FILE.csv", "dim"))
    return [*parts, *([Text("")] if said else []), *(Text(line, "dim") for line in said)]


def _heading(answer: "Answer") -> "RenderableType":
    from rich.text import Text

    total = answer.total or 0
    first = f"the first {count(len(answer.rows))} of " if total > len(answer.rows) else ""
    told = [f"{first}{plural(total, 'prospect')}", of_each_kind(answer.query)]
    if answer.query["with_from"] in ("found", "project") and answer.query["with"]:
        whose = "its project's " if answer.query["with_from"] == "project" else ""
        told.append(f"compared with {whose}" + ", ".join(visible(name) for name in answer.query["with"]))
    said = " · ".join(part for part in told if part)
    return Text.assemble((visible(str(answer.query["target"])) + "  ", "bold"), (said, "dim"))


def _card(row: "Row", room: int) -> "list[RenderableType]":
    from rich.padding import Padding
    from rich.text import Text

    near = "–" if row["relevance"] is None else f"{row['relevance']:.2f}"
    left = f"{KIND_WORDS[row['kind']][0]:{_KIND}} {worth(row):>{_WORTH}} {near:>{_NEAR}}  "
    head = Text(left + site_of(row), "bold", no_wrap=True, overflow="ellipsis")
    head.truncate(room, overflow="ellipsis")
    lines = [Text(visible(row["why"])), Text(f"→ {visible(row['needs'])}", "dim")]
    hints = ", ".join(visible(hint["value"]) for hint in row["contact_hints"] or ())
    if row["advice"] == "mixed":
        lines.append(Text("Its links read as mixed: `backlit vet` says why", "dim"))
    if hints:
        lines.append(Text(f"Contact: {hints}", "dim"))
    return [head, *(Padding(line, (0, 0, 0, 3)) for line in lines)]
