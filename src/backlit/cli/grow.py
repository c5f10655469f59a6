"""Where could more links come from? gap."""

from typing import Annotated

import typer

from backlit.cli.face import Face, command
from backlit.cli.helping import LOOK
from backlit.cli.look import AsOf, Filter, Scope, TargetName

With = Annotated[
    str, typer.Option("--with", metavar="A,B", help="The rivals, with commas: domains, hosts or URLs.")
]
By = Annotated[str, typer.Option(metavar="domain|page", help="One row for each of these.")]
AtLeast = Annotated[
    int, typer.Option(metavar="K", min=1, help="Who links to so many of the rivals, or more.")
]
Order = Annotated[
    str,
    typer.Option(
        "--sort", metavar="FIELD", help="Best first: rivals, value, authority, relevance or domain."
    ),
]
Most = Annotated[
    int | None,
    typer.Option("--limit", metavar="N", min=1, help="At most so many. Default: 25 on a terminal, else all."),
]
_ON_SCREEN, _ALL = 25, 10_000


@command(
    "gap",
    "backlit gap example.com --with rival.com,other.org",
    "backlit gap example.com --with rival.com,other.org --at-least 2 --by page -o gap.csv",
    "backlit gap example.com --with rival.com -q 'rel:follow placement:content' --sort relevance",
    panel=LOOK,
    files=True,
)
def gap(
    face: Face,
    target: TargetName,
    *,
    rivals: With,
    by: By = "domain",
    at_least: AtLeast = 1,
    q: Filter = None,
    sort: Order = "rivals",
    limit: Most = None,
    scope: Scope = None,
    as_of: AsOf = None,
) -> None:
    """List who links to rivals and not to the target.

    Value is what the best of their links is worth to the rival that has it, relevance how near its page is
    to what the target is about. Who reads as spam, or as selling and swapping links, is left out and counted.
    """
    from backlit import app
    from backlit.cli.output import draw, show, way_of
    from backlit.cli.tables import GAP, table_of
    from backlit.report.gap import left_out_sentence

    names = tuple(name.strip() for name in rivals.split(",") if name.strip())
    most = limit or (_ON_SCREEN if way_of(face) == "screen" else _ALL)
    answer = app.gap(
        face.session(),
        target,
        rivals=names,
        by=by,
        at_least=at_least,
        q=q,
        sort=sort,
        limit=most,
        scope=scope,
        as_of=as_of,
    )
    said = left_out_sentence(answer.query)
    show(face, answer, lambda: draw(*table_of(answer, GAP), said))
    if way_of(face) in ("pipe", "file") and said:
        face.remark(said)
