"""What is done with Google's disavow file on a terminal?"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from backlit.cli.face import Face, command, program
from backlit.cli.helping import LOOK, Group, example
from backlit.cli.look import TargetName
from backlit.cli.shortening import few_of_each
from backlit.errors import UsageError

if TYPE_CHECKING:
    from backlit.app.answer import Row

disavow = typer.Typer(
    name="disavow",
    cls=Group,
    help="Google's disavow file as code: most sites never need one.",
    epilog=example(
        "backlit disavow import disavow.txt --for example.com", "backlit disavow review example.com"
    ),
    rich_markup_mode=None,
)
program.add_typer(disavow, rich_help_panel=LOOK)

LEVELS = ("note", "warning", "error")

File = Annotated[Path, typer.Argument(metavar="FILE", help="The text file from Search Console.")]
SomeFile = Annotated[Path | None, typer.Argument(metavar="FILE", help="The file; else what was imported.")]
For = Annotated[str, typer.Option("--for", metavar="TARGET", help="The site that it is the file of.")]
SomeFor = Annotated[
    str | None, typer.Option("--for", metavar="TARGET", help="The site that it is the file of.")
]
Why = Annotated[str, typer.Option(metavar="REASON", help="The reason, in your words.")]
Approve = Annotated[
    str | None,
    typer.Option(
        metavar="DIGEST", help="Approve the bytes of this digest (12 digits or more); writes no file."
    ),
]
Platform = Annotated[
    list[str] | None,
    typer.Option(metavar="HOST", help="Accept to disavow the home of many people's sites; may be repeated."),
]
On = Annotated[
    str | None, typer.Option(metavar="DATE", help="The day it was given to Google. Default: today.")
]
Versions = Annotated[bool, typer.Option("--versions", help="List all versions instead.")]
FailOn = Annotated[
    str | None,
    typer.Option(
        "--fail-on", metavar="|".join(LEVELS), help="Exit with 1 on a fault of this level or above."
    ),
]


@command("import", "backlit disavow import disavow.txt --for example.com", panel=LOOK, of=disavow)
def disavow_import(face: Face, file: File, *, target: For) -> None:
    """Keep the file that Google has, byte for byte, and say what is wrong with it.

    Download it first: an upload takes the place of all that was there.
    """
    from backlit import app
    from backlit.app.disavowing import read_file
    from backlit.cli.output import put, put_json
    from backlit.report.text import plural

    answer = app.disavow_import(face.home, read_file(file), target, name=file.name)
    row = answer.row
    if face.as_json:
        put_json(answer.envelope())
        return
    many = f"{plural(row['domains'], 'domain')} and {plural(row['urls'], 'page')}"
    put(f"Version {row['version']}: {many} on {plural(row['lines'], 'line')}.\n{_counted(row['faults'])}")
    put(f"Next: backlit disavow review {target}\n")


@command(
    "lint",
    "backlit disavow lint disavow.txt",
    "backlit disavow lint --for example.com --fail-on error",
    panel=LOOK,
    of=disavow,
    files=True,
)
def disavow_lint(face: Face, file: SomeFile = None, *, target: SomeFor = None, fail_on: FailOn = None) -> int:
    """Say what is wrong with a disavow file, line by line, and what the line should be.

    docs/reference/disavow.md lists every kind of fault.
    """
    from backlit import app
    from backlit.app.disavowing import read_file
    from backlit.cli.output import show

    if file is None and target is None:
        raise UsageError("check a disavow file", "none is named", "Name a file, or a site with --for.")
    least = len(LEVELS) if fail_on is None else _level(fail_on)
    content = None if file is None else read_file(file)
    answer = app.disavow_lint(face.home, content, target=target, name=file.name if file else None)
    nothing = "Nothing is wrong with it.\n"
    show(face, answer, lambda: few_of_each(answer.rows, "id", _fault) + _counted(answer.rows) or nothing)
    return int(any(_level(row["level"]) >= least for row in answer.rows))


@command("review", "backlit disavow review example.com", panel=LOOK, of=disavow, files=True)
def disavow_review(face: Face, target: TargetName) -> None:
    """Find what to take out of an old file: lines whose links are gone or pass nothing, sites whose links are
    worth having, lines that nobody gave a reason for.

    `backlit decide DOMAIN keep --for TARGET --why …` takes a line out of the next file.
    """
    from backlit import app
    from backlit.cli.output import show

    answer = app.disavow_review(face.session(), target)
    nothing = "There is nothing to do: every line has a reason, and live links behind it.\n"
    show(face, answer, lambda: few_of_each(answer.rows, "finding", _review) or nothing)


@command("diff", "backlit disavow diff example.com", panel=LOOK, of=disavow, files=True)
def disavow_diff(face: Face, target: TargetName, *, platform: Platform = None) -> None:
    """Show what the next file has more and less than the one that Google has, with the reasons, what is left
    out, and the digest to approve."""
    from backlit import app
    from backlit.cli.output import show

    answer = app.disavow_diff(face.session(), target, platforms=platform or ())
    row = answer.row
    show(face, answer, lambda: _diff(row), [*row["removed"], *row["added"]])


@command("simulate", "backlit disavow simulate example.com", panel=LOOK, of=disavow)
def disavow_simulate(face: Face, target: TargetName, *, platform: Platform = None) -> None:
    """Say what the next file would take from the target by Backlit's own score; it is no ranking forecast."""
    from backlit import app
    from backlit.cli.output import put, put_json

    answer = app.disavow_simulate(face.session(), target, platforms=platform or ())
    put_json(answer.envelope()) if face.as_json else put(_simulated(answer.row))


@command(
    "export",
    "backlit disavow export example.com --approve 3fa9c2d1e0ab --why 'manual action, links of agency X'",
    "backlit disavow export example.com --why 'manual action, links of agency X' -o disavow.txt",
    panel=LOOK,
    of=disavow,
    files=True,
)
def disavow_export(
    face: Face, target: TargetName, *, why: Why = "", approve: Approve = None, platform: Platform = None
) -> None:
    """Approve the exact bytes of the next file by their digest; then write them, in a second call.

    What was approved before somebody decided otherwise cannot be written: the bytes are others. A reason is
    needed each time, and for what is added a recorded basis (see `backlit audit --help`).
    """
    from backlit import app
    from backlit.cli.output import put, put_json, replaced
    from backlit.report.text import plural

    if approve is None and face.out is None:
        raise UsageError(
            "export a disavow file",
            "no file is named",
            "Name one with -o disavow.txt, or --approve the digest.",
        )
    if face.out is not None and face.out.suffix.lower() != ".txt":
        raise UsageError(
            f"write {face.out}", "Google takes names that end in .txt", "Name it so: -o disavow.txt."
        )
    answer, content = app.disavow_export(
        face.session(), target, why=why, approve=approve, platforms=platform or ()
    )
    row = answer.row
    if content is not None and face.out is not None:
        with replaced(face.out) as stream:
            stream.write(content)
        said = f"Wrote {face.out}: {plural(row['bytes'], 'byte')}, SHA-256 {row['digest']}.\n"
        said += "Upload it in Search Console, then: backlit disavow uploaded " + f"{target}\n"
    else:
        said = (
            f"Approved {row['digest'][:16]}. Next: backlit disavow export {target} --why … -o disavow.txt\n"
        )
    put_json(answer.envelope()) if face.as_json else put(said)


@command(
    "uploaded", "backlit disavow uploaded example.com --on 2026-12-01", panel=LOOK, of=disavow, files=True
)
def disavow_uploaded(face: Face, target: TargetName, *, on: On = None, versions: Versions = False) -> None:
    """Note that the file exported last was given to Google; or list the versions that there are."""
    from backlit import app
    from backlit.cli.output import put, put_json, show

    if versions:
        answer = app.disavow_versions(face.home, target)
        show(face, answer, lambda: "".join(map(_version, answer.rows)) or "There is no version yet.\n")
        return
    answer = app.disavow_uploaded(face.home, target, on=on)
    row = answer.row
    put_json(answer.envelope()) if face.as_json else put(
        f"Version {row['version']}: uploaded on {row['uploaded_on']}, SHA-256 {row['digest'][:16]}.\n"
    )


# how it is told --------------------------------------------------------------


def _level(name: str) -> int:
    if name not in LEVELS:
        raise UsageError(f"--fail-on {name}", "there is no such level", f"Known are {', '.join(LEVELS)}.")
    return LEVELS.index(name)


def _fault(row: "Row") -> str:
    place = f"line {row['line']}" if row["line"] else "file"
    quoted = f"\n      {row['text']}" if row["text"] else ""
    return f"{row['level']:8}{place}  {row['id']}{quoted}\n      {row['sentence']} {row['what_to_do']}\n"


def _counted(faults: "list[Row]") -> str:
    from backlit.report.text import plural

    if not faults:
        return ""
    numbers = {level: sum(row["level"] == level for row in faults) for level in reversed(LEVELS)}
    said = ", ".join(plural(number, level) for level, number in numbers.items() if number)
    return f"{said}.\n"


def _review(row: "Row") -> str:
    from backlit.report.text import visible

    said = f"{visible(row['sentence'])} {row['what_to_do']}"
    return f"{row['finding']:16}line {row['line']}  {visible(row['entry'])}\n      {said}\n"


def _diff(row: "Row") -> str:
    from backlit.report.text import plural, visible

    lines = [f"Basis: {visible(row['basis'] or 'none is recorded')}."]
    lines += [row["text"].rstrip("\n")] if row["text"] else []
    lines += [f"kept     {visible(each['subject'])}  {visible(each['why'])}" for each in row["kept"]]
    lines += [f"left out {visible(each['subject'])}  {visible(each['why'])}" for each in row["left_out"]]
    lines += [
        f"unread   line {each['line']} says nothing to Google and leaves: {visible(each['text'][:200])}"
        for each in row["unread"]
    ]
    if faults := few_of_each(row["faults"], "id", _fault).rstrip("\n"):
        lines.append(faults)
    numbers = f"{len(row['added'])} more, {len(row['removed'])} less, {row['same']} the same"
    lines.append(f"{numbers}; {plural(row['bytes'], 'byte')}, SHA-256 {row['digest'][:16]}")
    return "\n".join([*lines, row["conclusion"]]) + "\n"


def _simulated(row: "Row") -> str:
    from backlit.report.text import plural

    if row["conclusion"]:
        return f"{row['conclusion']}\n"
    said = f"{plural(row['links'], 'link')} from {plural(row['domains'], 'domain')} would be disavowed, "
    said += f"{row['best_links']} of the 100 most valuable among them.\n"
    if row["before"] and row["before"]["authority"] is not None:
        after = row["after"]["authority"]
        shown = "unknown" if after is None else f"{after:.1f}"
        said += f"Authority {row['before']['authority']:.1f} → {shown}. "
    return f"{said}{row['note']}\n"


def _version(row: "Row") -> str:
    from backlit.report.text import day, plural, visible

    on = f" on {row['uploaded_on']}" if row["uploaded_on"] else ""
    told = f"{row['step']}{on}  {plural(row['entries'], 'entry', 'entries')}  {row['digest'][:16]}"
    return f"{row['id']}  {day(row['at'])}  {visible(row['who'])}  {told}  {visible(row['why'])}\n"
