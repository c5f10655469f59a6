"""Which links are watched, and how are they?"""

from typing import TYPE_CHECKING, Annotated

import typer

from backlit.cli.face import Face, command, program
from backlit.cli.handing import Background, done
from backlit.cli.helping import RUN, Group, example
from backlit.errors import UsageError

if TYPE_CHECKING:
    from backlit.app.answer import Row

monitor = typer.Typer(
    name="monitor",
    cls=Group,
    help="Links that are watched: looked at again when they are due.",
    epilog=example(
        "backlit monitor add https://blog.example/post --for example.com", "backlit monitor check"
    ),
    rich_markup_mode=None,
)
program.add_typer(monitor, rich_help_panel=RUN)

Pages = Annotated[
    list[str],
    typer.Argument(metavar="PAGE...", help="Addresses, @LIST (a file with one a line) or - (stdin)."),
]
For = Annotated[
    str,
    typer.Option("--for", metavar="TARGET", help="What they link to; a URL is a promise to link just there."),
]
OfTarget = Annotated[str | None, typer.Option("--for", metavar="TARGET", help="Only for this target.")]
Kind = Annotated[
    str, typer.Option(metavar="earned|compensated|own", help="Why there is a link; a paid one has to say so.")
]
Anchor = Annotated[str | None, typer.Option(metavar="WORDS", help="The words that were promised.")]
Everything = Annotated[bool, typer.Option("--all", help="Also the pages that are not due.")]
Fail = Annotated[
    str | None,
    typer.Option(
        "--fail-on",
        metavar="lost|attention",
        help="Exit with 1 where a link is not there, or also where it lacks what was promised.",
    ),
]


@command(
    "add",
    "backlit monitor add https://blog.example/post --for example.com",
    "backlit monitor add @paid.txt --for https://example.com/tea --kind compensated --anchor 'the best tea'",
    panel=RUN,
    of=monitor,
)
def monitor_add(
    face: Face, pages: Pages, *, target: For, kind: Kind = "earned", anchor: Anchor = None
) -> None:
    """Watch pages for links to a target.

    A page that is watched for the same target already gets the new promise. Lines that are no address
    are named and left out.
    """
    from backlit import app
    from backlit.cli.output import put, put_json
    from backlit.report.text import plural, visible

    answer = app.monitor_add(face.home, pages, target, kind=kind, anchor=anchor)
    data = answer.row
    for line in data["refused"]:
        face.remark(f"no address, left out: {visible(line)}")
    if face.as_json:
        put_json(answer.envelope())
    else:
        renewed = f", {data['renewed']} renewed" if data["renewed"] else ""
        put(f"Watching {plural(data['added'], 'more page')}{renewed}.\nNext: backlit monitor check\n")


@command("ls", "backlit monitor ls", "backlit monitor ls -o watched.csv", panel=RUN, of=monitor, files=True)
def monitor_ls(face: Face) -> None:
    """List what is watched: the last state, what is lacking, when it is due."""
    from backlit import app
    from backlit.cli.output import show

    answer = app.monitor_ls(face.home)
    nothing = "Nothing is watched. Next: backlit monitor add PAGE --for TARGET\n"
    show(face, answer, lambda: "".join(map(_line, answer.rows)) or nothing)


@command("rm", "backlit monitor rm https://blog.example/post", panel=RUN, of=monitor)
def monitor_rm(face: Face, pages: Pages, *, target: OfTarget = None) -> None:
    """Watch pages no longer. What was seen of them stays."""
    from backlit import app
    from backlit.report.text import plural

    answer = app.monitor_rm(face.home, pages, target=target)
    face.answer(answer, f"Removed {plural(answer.row['removed'], 'monitor')}.\n")


@command(
    "check",
    "backlit monitor check",
    "backlit monitor check --all --fail-on attention",
    panel=RUN,
    of=monitor,
    files=True,
    resumable=True,
)
def monitor_check(
    face: Face, *, everything: Everything = False, fail_on: Fail = None, background: Background = False
) -> int:
    """Look at the watched pages that are due, as `verify` does.

    Due is a page after a quarter of the time that its link is known for, at least a day and at most a
    month; while a loss is to be confirmed, after a day.
    """
    from backlit import app
    from backlit.cli.output import show, way_of
    from backlit.report.text import plural

    if fail_on not in (None, "lost", "attention"):
        raise UsageError(f"--fail-on {fail_on}", "there is no such choice", "Known are lost and attention.")
    answer = done(
        face,
        "monitor-check",
        {"everything": everything},
        lambda progress: app.monitor_check(face.home, everything=everything, progress=progress),
        background=background,
    )
    if answer is None:
        return 0
    data, way = answer.row, way_of(face)
    checked = f"Checked {data['checked']} of {plural(data['watched'], 'monitor')}"
    said = f"{checked}; of all, {data['attention']} need attention.\n"
    show(face, answer, lambda: "".join(map(_line, data["monitors"])) + said, data["monitors"])
    if way in ("pipe", "file"):
        face.remark(said.rstrip())
    return int(fail_on is not None and data[fail_on] > 0)


def _line(row: "Row") -> str:
    from backlit.report.text import day, visible

    mark = "!" if row["needs_attention"] else " "
    reasons = f" ({', '.join(row['reasons'])})" if row["reasons"] else ""
    lacking = "".join(f"\n      {visible(each['sentence'])}" for each in row["shortcomings"])
    lacking += (
        f"\n      {visible(row['target_page'])} answers {row['target_status']}: the link leads nowhere"
        if row["target_broken"]
        else ""
    )
    checked = f", {day(row['checked_at'])}" if row["checked_at"] else ""
    state = row["state"] or "not looked at yet"
    return f"{mark} {state}{reasons}{checked}  {visible(row['url'])} → {visible(row['target'])}{lacking}\n"
