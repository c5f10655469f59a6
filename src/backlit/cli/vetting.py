"""How are many sites vetted at once on a terminal?"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from backlit.cli.face import Face, command
from backlit.cli.helping import LOOK
from backlit.cli.look import Scope
from backlit.cli.tables import Column, View, table_of
from backlit.report.text import count, visible

if TYPE_CHECKING:
    from backlit.app.answer import Row

Sites = Annotated[
    list[str],
    typer.Argument(metavar="FILE...", help="A list, a site a line; - for stdin; or sites by name."),
]
For = Annotated[
    str | None,
    typer.Option("--for", metavar="TARGET", help="Whose links they would be."),
]
Order = Annotated[
    str,
    typer.Option(
        "--sort", metavar="FIELD", help="Best first: advice, authority, relevance, unnatural, spam or domain."
    ),
]


@command(
    "vet",
    "backlit vet offers.txt --for example.com",
    "backlit vet gap.csv --for example.com -o vetted.xlsx",
    "backlit vet blog.example.org news.example.net --json",
    panel=LOOK,
    files=True,
)
def vet(face: Face, sites: Sites, *, target: For = None, sort: Order = "advice", scope: Scope = None) -> None:
    """Say of many sites at once whether a link from there is worth having, before you agree to anything.

    A site is told by whom it links to already. “good”: nothing speaks against it; “mixed”: something does;
    “avoid”: its links read as sold, swapped or spam; “unknown”: too little of it was read.
    """
    from backlit import app
    from backlit.cli.output import draw, show

    answer = app.vet(face.session(), _named(sites), target=target, sort=sort, scope=scope)
    show(face, answer, lambda: draw(*table_of(answer, VIEW)))
    for refused in answer.query["refused"][:5]:
        face.remark(f"Left out: {visible(refused['line'])} ({visible(refused['reason'])}).")
    more = len(answer.query["refused"]) - 5
    if more > 0:
        face.remark(f"Left out too: {count(more)} other lines that name no site.")


def _named(sites: list[str]) -> list[str]:
    """The sites of lists, of stdin, and those that were named."""
    from backlit.app.vetting import read_sites, sites_of

    found: list[str] = []
    for name in sites:
        if name == "-":
            found += sites_of(sys.stdin.buffer.read)
        elif Path(name).is_file():
            found += read_sites(Path(name))
        else:
            found.append(name)
    return found


def _score(row: "Row", name: str) -> str:
    return "–" if row[name] is None else f"{row[name]:.0f}"


def _near(row: "Row") -> str:
    return "–" if row["relevance"] is None else f"{row['relevance']:.2f}"


def _number(row: "Row", name: str) -> str:
    return "–" if row[name] is None else count(row[name])


VIEW = View(
    "sites",
    [
        Column("Advice", lambda row: row["advice"]),
        Column("Site", lambda row: visible(row["domain"]), share=2),
        Column("Auth", lambda row: _score(row, "authority"), right=True),
        Column("Near", _near, right=True),
        Column("Spam", lambda row: _score(row, "spam"), right=True, width=70),
        Column("Unnat", lambda row: _score(row, "unnatural"), right=True, width=70),
        Column("Links here", lambda row: _number(row, "already_links"), right=True, width=90),
        Column("Type", lambda row: row["sitetype"] or "–", width=140),
        Column("Why", lambda row: visible(row["why"][0]), share=3),
    ],
    "The list names none.",
)
