"""Who else may look at one page? Links that open it without signing in, on a terminal."""

from typing import TYPE_CHECKING, Annotated

import typer

from backlit.cli.face import Face, command, program
from backlit.cli.helping import RUN, Group, example
from backlit.cli.look import Filter

if TYPE_CHECKING:
    from backlit.app.answer import Row

share = typer.Typer(
    name="share",
    cls=Group,
    help="Links by which anybody opens one page, as it is chosen, and nothing else.",
    epilog=example(
        "backlit share add 'changes?kind=lost' --for example.com --days 14",
        "backlit share ls",
    ),
    rich_markup_mode=None,
)
program.add_typer(share, rich_help_panel=RUN)

Address = Annotated[
    str,
    typer.Argument(
        metavar="ADDRESS",
        help="Of the page, as the app shows it, or from its name on; or the number of a saved view.",
    ),
]
Number = Annotated[int, typer.Argument(metavar="SHARE", help="Its number, as `backlit share ls` tells it.")]
For = Annotated[
    str | None, typer.Option("--for", metavar="TARGET", help="Of this target, where ADDRESS names none.")
]
Name = Annotated[str, typer.Option(metavar="TEXT", help="What stands above the page.")]
Days = Annotated[int, typer.Option(metavar="N", help="How long it opens the page; 365 at most.")]
Freeze = Annotated[bool, typer.Option("--freeze", help="Show what is known now, whatever is read later.")]
Csv = Annotated[bool, typer.Option("--csv", help="Let its rows be taken away as CSV or workbook.")]
Ended = Annotated[bool, typer.Option("--ended", help="Also those that open nothing any longer.")]


@command(
    "add",
    "backlit share add 'http://127.0.0.1:8000/t/example.com/backlinks?q=rel%3Afollow'",
    "backlit share add 'changes?kind=lost' --for example.com --days 14 --name 'For the board'",
    "backlit share add 3 --for example.com --freeze --csv",
    panel=RUN,
    of=share,
)
def add(
    face: Face,
    address: Address,
    *,
    q: Filter = None,
    target: For = None,
    name: Name = "",
    days: Days = 30,
    freeze: Freeze = False,
    csv: Csv = False,
) -> None:
    """Make a link by which anybody opens one page, without signing in. It is shown this once.

    Target, filter and days are fixed; whoever opens it may sort the rows and go on to the next. What was
    decided, notes, files and all other pages stay yours.
    """
    from backlit import app

    view, page, query = _asked(address, q)
    found = app.share_add(
        face.home,
        page[0],
        target=target or page[1],
        query=query,
        view=view,
        name=name,
        days=days,
        freeze=freeze,
        csv=csv,
    )
    face.answer(found, f"{_base()}{found.row['link']}\n{_line(found.row)}")


@command("ls", "backlit share ls", "backlit share ls --ended -o shares.csv", panel=RUN, of=share, files=True)
def ls(face: Face, *, ended: Ended = False) -> None:
    """List the links, the newest first: who made them, for what, until when, how often they were opened."""
    from backlit import app
    from backlit.cli.output import show

    answer = app.share_ls(face.home, ended=ended)
    nothing = "No link opens anything. Next: backlit share add ADDRESS\n"
    show(
        face, answer, lambda: "".join(map(_line, answer.rows)) or nothing, [_flat(row) for row in answer.rows]
    )


@command("rm", "backlit share rm 3", panel=RUN, of=share)
def rm(face: Face, number: Number) -> None:
    """Let a link open nothing any longer. Who did that, and when, stays on record."""
    from backlit import app

    answer = app.share_rm(face.home, number)
    face.answer(answer, f"ended: {_line(answer.row)}")


def _asked(address: str, q: str | None) -> tuple[int | None, tuple[str, str | None], dict[str, str]]:
    """The view that is named, else the page with its target, and what is asked of it."""
    from backlit.report.places import read_address

    more = {} if q is None else {"q": q}
    if address.isascii() and address.isdigit():
        return int(address[:9]), ("", None), more
    found = read_address(address)
    return None, (found.place.name, found.target), {**found.asked, **more}


def _base() -> str:
    from backlit.app.home import site_address

    return site_address()


def _line(row: "Row") -> str:
    from backlit.report.text import day, plural, visible

    asked = " ".join(f"{name}={visible(value)}" for name, value in row["query"].items())
    what = f"{row['page']} of {visible(row['target'])}  {asked}".rstrip()
    named = f"  {visible(row['name'])}" if row["name"] else ""
    opened = f"opened {plural(row['openings'], 'time')}" if row["openings"] else "never opened"
    ends = f"until {day(row['until'])}" if row["opens"] else "ended"
    return f"{row['id']}  {what}{named}\n   {ends}, {opened}, made by {visible(row['made_by'])}\n"


def _flat(row: "Row") -> "Row":
    """A row of a table: what is asked as the text of an address."""
    from urllib.parse import urlencode

    return row | {"query": urlencode(row["query"])}
