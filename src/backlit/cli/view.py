"""Which pages does somebody come back to? Saved views, on a terminal."""

from typing import TYPE_CHECKING, Annotated

import typer

from backlit.cli.face import Face, command, program
from backlit.cli.helping import RUN, Group, example
from backlit.cli.look import Filter

if TYPE_CHECKING:
    from backlit.app.answer import Row

view = typer.Typer(
    name="view",
    cls=Group,
    help="Saved views: pages with a filter, an order and more, under names.",
    epilog=example(
        "backlit view save 'Good losses' 'changes?kind=lost' -q 'authority:>40'",
        "backlit view open 1 example.com",
    ),
    rich_markup_mode=None,
)
program.add_typer(view, rich_help_panel=RUN)

Name = Annotated[str, typer.Argument(metavar="NAME", help="What it is called.")]
Address = Annotated[
    str,
    typer.Argument(
        metavar="ADDRESS",
        help="Of the page, as the app shows it, or from its name on: 'domains?sort=-links'.",
    ),
]
Number = Annotated[int, typer.Argument(metavar="VIEW", help="Its number, as `backlit view ls` tells it.")]
Another = Annotated[
    str | None, typer.Argument(metavar="TARGET", help="What to look at. Default: what the view is of.")
]
For = Annotated[str | None, typer.Option("--for", metavar="TARGET", help="Of this target only.")]
Fitting = Annotated[
    str | None, typer.Option("--for", metavar="TARGET", help="Those that this target can be looked at by.")
]
Project = Annotated[str | None, typer.Option("--project", metavar="SLUG", help="Of a project's target.")]
Anything = Annotated[bool, typer.Option("--any", help="Of any target, though the address names one.")]
Page = Annotated[str | None, typer.Option("--page", metavar="PAGE", help="Only of this page: backlinks.")]


@command(
    "ls",
    "backlit view ls",
    "backlit view ls --for example.com --page changes",
    panel=RUN,
    of=view,
    files=True,
)
def ls(face: Face, *, target: Fitting = None, page: Page = None) -> None:
    """List the saved views, each with the command that asks the same."""
    from backlit import app
    from backlit.cli.output import show

    answer = app.view_ls(face.home, target=target, page=page)
    nothing = "There is no view. Next: backlit view save NAME ADDRESS\n"
    show(
        face, answer, lambda: "".join(map(_line, answer.rows)) or nothing, [_flat(row) for row in answer.rows]
    )


@command(
    "save",
    "backlit view save 'Good losses' 'changes?kind=lost' -q 'authority:>40'",
    "backlit view save 'New in May' 'http://127.0.0.1:8000/t/example.com/backlinks?q=first_seen%3A2026-05'",
    "backlit view save Spread 'diversity?peers=rival.com,other.org' --project example.com",
    panel=RUN,
    of=view,
)
def save(
    face: Face,
    name: Name,
    address: Address,
    *,
    q: Filter = None,
    target: For = None,
    project: Project = None,
    anything: Anything = False,
) -> None:
    """Keep a page, with what is asked of it, under a name.

    It is of the target that the address or --for names, of that of a project, or else of any. -q takes the
    place of a filter in the address.
    """
    from backlit import app
    from backlit.report.places import read_address

    found = read_address(address)
    query = dict(found.asked) | ({} if q is None else {"q": q})
    own = None if anything or project else found.target
    answer = app.view_save(
        face.home, name, found.place.name, query=query, target=target or own, project=project
    )
    face.answer(answer, f"{_line(answer.row)}Next: backlit view open {answer.row['id']}{_whom(answer.row)}\n")


@command("rm", "backlit view rm 3", panel=RUN, of=view)
def rm(face: Face, number: Number) -> None:
    """Remove a view. Who did that, and when, stays on record."""
    from backlit import app

    answer = app.view_rm(face.home, number)
    face.answer(answer, f"removed: {_line(answer.row)}")


@command(
    "open",
    "backlit view open 3",
    "backlit view open 3 other.example -o links.csv",
    panel=RUN,
    of=view,
    files=True,
)
def open_one(face: Face, number: Number, *, target: Another = None) -> int:
    """Ask what a view asks: of its own target, or of another."""
    from backlit import app
    from backlit.cli.root import run  # which imports this
    from backlit.report.shell import command_line

    row = app.view_open(face.home, number, target=target).row
    face.remark(command_line(["backlit", *row["words"]]))
    first, *rest = row["words"]
    return run([first, *_options(face), *rest])


def _options(face: Face) -> list[str]:
    """What every command takes, as it was given to this one."""
    asked = {"--json": face.as_json, "--no-header": not face.header, "--raw": face.raw, "--quiet": face.quiet}
    out = [] if face.out is None else ["-o", str(face.out)]
    return ["--dir", str(face.home), *out, *(option for option, is_on in asked.items() if is_on)]


def _whom(row: "Row") -> str:
    return "" if row["target"] else " TARGET"


def _line(row: "Row") -> str:
    from backlit.report.text import visible

    of = f"project {row['project']}" if row["project"] else row["target"] or "any target"
    asked = " ".join(f"{name}={visible(value)}" for name, value in row["query"].items())
    told = f"   {row['command']}\n" if row["command"] else ""
    return (
        f"{row['id']}  {visible(row['name'])}  {row['page']} of {visible(of)}  {asked}".rstrip() + f"\n{told}"
    )


def _flat(row: "Row") -> "Row":
    """A row of a table: what is asked as the text of an address."""
    from urllib.parse import urlencode

    return {name: value for name, value in row.items() if name != "words"} | {
        "query": urlencode(row["query"])
    }
