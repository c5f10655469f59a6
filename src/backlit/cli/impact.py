"""How did pages do while links to them were won and lost? impact."""

from typing import TYPE_CHECKING, Annotated

import typer

from backlit.cli.face import Face, command
from backlit.cli.helping import LOOK
from backlit.cli.look import AsOf, Filter, Scope, TargetName

if TYPE_CHECKING:
    from rich.console import RenderableType

    from backlit.app.answer import Row

Since = Annotated[
    str | None, typer.Option(metavar="DATE", help="Compare the exports before and from this day on.")
]
Most = Annotated[
    int | None,
    typer.Option("--limit", metavar="N", min=1, help="At most so many. Default: 25 on a terminal, else all."),
]
_ON_SCREEN, _ALL = 25, 10_000
_FLAT = (
    *("page", "won", "lost", "unclear", "clicks_before", "clicks_after", "clicks_change"),
    *("impressions_before", "impressions_after", "impressions_change", "position_before", "position_after"),
    *("visits_before", "visits_after", "visits_from_won"),
)


@command(
    "impact",
    "backlit impact example.com",
    "backlit impact example.com --since 2026-05-01 -q rel:follow",
    "backlit impact example.com -o impact.csv",
    panel=LOOK,
    files=True,
)
def impact(
    face: Face,
    target: TargetName,
    *,
    since: Since = None,
    q: Filter = None,
    limit: Most = None,
    scope: Scope = None,
    as_of: AsOf = None,
) -> None:
    """Put clicks, impressions and visits of pages beside the links that they won and lost.

    Two exports of Search Console's Performance, of stretches of time that do not overlap, are compared page
    by page. What pages with won links did is told beside pages of like size without, with an interval, or not
    at all where there are too few. That says nothing of what caused it.
    """
    from backlit import app
    from backlit.cli.output import draw, show, way_of

    way = way_of(face)
    most = limit or (_ON_SCREEN if way == "screen" else _ALL)
    answer = app.impact(face.session(), target, since=since, q=q, limit=most, scope=scope, as_of=as_of)
    rows = [{name: row[name] for name in _FLAT} for row in answer.row["pages"]]
    show(face, answer, lambda: draw(*_picture(answer.row)), rows)
    if way in ("pipe", "file"):
        for sentence in dict.fromkeys(effect["sentence"] for effect in answer.row["effects"]):
            face.remark(sentence)
        face.remark(answer.row["caveat"])


def _picture(told: "Row") -> "list[RenderableType]":
    """What was compared, the comparisons, and the pages."""
    from rich.table import Table
    from rich.text import Text

    from backlit.report.readable import called
    from backlit.report.text import count, day, path_of, shorten, visible

    before, after = (told[name] for name in ("before", "after"))
    spans = [f"{day(each['first_day'])} to {day(each['last_day'])}" for each in (before, after)]
    parts: list[RenderableType] = [
        Text.assemble(
            (f"Pages of {called(told['target'])}", "bold"), (f"   {' against '.join(spans)}", "dim")
        ),
        "",
        *map(Text, dict.fromkeys(effect["sentence"] for effect in told["effects"])),
        "",
        Text(told["caveat"], "bold"),
        "",
    ]
    table = Table(box=None, pad_edge=False, show_edge=False)
    for name in ("Won", "Lost", "Clicks", "after", "Impr.", "after"):
        table.add_column(name, justify="right")
    table.add_column("Page", overflow="ellipsis", no_wrap=True, ratio=1)
    for row in told["pages"]:
        cells = (row["won"] or "", row["lost"] or "", count(row["clicks_before"]), count(row["clicks_after"]),
                 count(row["impressions_before"]), count(row["impressions_after"]))  # fmt: skip
        table.add_row(*map(str, cells), shorten(visible(path_of(row["page"])), 100))
    return [*parts, table, *(Text(note, "dim") for note in told["notes"])]
