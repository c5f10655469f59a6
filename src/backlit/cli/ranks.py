"""How do ranks that others published get into an index?"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from backlit.cli.face import Face, command, program
from backlit.cli.helping import START, Group, example
from backlit.errors import UsageError

if TYPE_CHECKING:
    from backlit.app.answer import Row

__all__ = ["ranks"]

ranks = typer.Typer(
    name="ranks",
    cls=Group,
    help="Domain ranks that others published, as a prior.",
    epilog=example("backlit ranks import cc-main-2024-apr-may-jun-domain-ranks.txt.gz"),
    rich_markup_mode=None,
)
program.add_typer(ranks, rich_help_panel=START)

File = Annotated[Path, typer.Argument(metavar="FILE", help="A domain-ranks.txt.gz of Common Crawl.")]


Url = Annotated[str, typer.Argument(metavar="URL", help="Where a domain-ranks.txt.gz can be had.")]
Yes = Annotated[bool, typer.Option("--yes", help="Fetch it without being asked.")]


@command(
    "import",
    "backlit ranks import cc-main-2024-apr-may-jun-domain-ranks.txt.gz",
    panel=START,
    of=ranks,
    resumable=True,
)
def ranks_import(face: Face, file: File) -> None:
    """Read published ranks of domains into the index.

    They stand in, marked as a prior, where your own data hardly knows a domain. Size and edition are
    shown before the file is read.
    """
    from backlit import app
    from backlit.cli.output import put, put_json

    seen = app.preview_ranks(file)
    face.remark(_seen(seen.row))
    answer = app.import_ranks(face.home, file)
    put_json(answer.envelope()) if face.as_json else put(_imported(answer.row))


@command(
    "fetch",
    "backlit ranks fetch https://host.example/cc-main-2024-apr-may-jun-domain-ranks.txt.gz",
    panel=START,
    of=ranks,
    resumable=True,
)
def ranks_fetch(face: Face, url: Url, *, yes: Yes = False) -> None:
    """Read published ranks of domains from the network into the index.

    Size, edition and date are shown before anything is read, and you are asked; where nobody can be asked,
    --yes has to be given. A fetch that was cut off goes on where it stopped.
    """
    import sys

    from backlit import app
    from backlit.cli.output import put, put_json
    from backlit.cli.progress import shown_progress

    offer, seen = app.offer_ranks(url)
    face.remark(_seen(seen.row))
    if not yes and not sys.stdin.isatty():
        raise UsageError(f"fetch {offer.name}", "nobody is here to be asked", "Give --yes, or import a file.")
    if not yes and not typer.confirm("Fetch it?", err=True):
        return
    with shown_progress(face.quiet) as progress:
        answer = app.fetch_ranks(face.home, offer, progress=progress)
    put_json(answer.envelope()) if face.as_json else put(_imported(answer.row))


def _seen(row: "Row") -> str:
    from backlit.report.text import day, visible

    size = "of unknown size" if row["bytes"] is None else f"{row['bytes'] / 1e6:,.1f} MB"
    changed = f", last changed {day(row['changed'])}" if row.get("changed") else ""
    return f"{visible(row['name'])}: {size}, edition {visible(row['date'])}{changed}"


def _imported(row: "Row") -> str:
    from backlit.report.text import count, plural, visible

    already = "; it was in the index already" if row["already"] else ""
    lines = [f"Read {count(row['domains'])} ranks of {visible(row['date'])}{already}."]
    if row["records_bad"]:
        lines.append(f"{plural(row['records_bad'], 'line')} that held no rank left out.")
    return "\n".join([*lines, "Next: backlit rank, which uses them as a prior"]) + "\n"
