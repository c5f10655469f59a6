"""How is an index looked after? Check it, compact it, clean it, go back, back it up and restore it."""

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from backlit.cli.face import Face, command, index
from backlit.cli.helping import RUN
from backlit.errors import DataError

if TYPE_CHECKING:
    from backlit.app.answer import Answer, Row

Deep = Annotated[bool, typer.Option("--deep", help="Read every byte, not only sizes and footers.")]
Whole = Annotated[
    bool, typer.Option("--all", help="Merge all files that overlap, not only where many are small.")
]
Keep = Annotated[
    float,
    typer.Option("--keep", metavar="DAYS", min=0, help="How long versions stay that are not the newest."),
]
Age = Annotated[
    float,
    typer.Option("--age", metavar="HOURS", min=0, help="How old a file must be that no version names."),
]
Dry = Annotated[bool, typer.Option("--dry-run", help="Say what would go; remove nothing.")]
To = Annotated[str, typer.Argument(metavar="VERSION|DATE", help="A version of `index ls`, or a date.")]
Target = Annotated[
    Path, typer.Argument(metavar="DIR|FILE", help="A new folder, or a file whose name ends in .tar.")
]
Source = Annotated[Path, typer.Argument(metavar="DIR|FILE", help="What `backlit backup` made.")]

#: Damaged files that are named one by one; --json has all.
_SHOWN = 20


@command("check", "backlit index check", "backlit index check --deep", panel=RUN, of=index)
def check(face: Face, *, deep: Deep = False) -> int:
    """Check that every file of the index is there and whole.

    With --deep every byte is read and compared with what was written. Nothing is changed.
    Exit code 6 when something is damaged.
    """
    from backlit import app
    from backlit.cli.output import put, put_json
    from backlit.cli.progress import shown_progress

    with shown_progress(face.quiet) as progress:
        answer = app.check(face.home, deep=deep, progress=progress)
    put_json(answer.envelope()) if face.as_json else put(_checked(answer.row))
    return DataError.exit_code if answer.row["damages"] else 0


def _checked(data: "Row") -> str:
    from backlit.report.text import count, plural, visible

    read = "every byte" if data["deep"] else "sizes, footers and metadata"
    looked = f"{plural(data['files'], 'file')} with {count(data['rows'])} rows, {data['bytes'] / 1e6:,.1f} MB"
    if not data["damages"]:
        return f"Sound: {looked}; {read} read in {data['seconds']:,.1f} s.\n"
    lines = [f"{plural(len(data['damages']), 'problem')} in {looked}:"]
    for each in data["damages"][:_SHOWN]:
        lines += [f"  {visible(each['file'])}: {visible(each['problem'])}", f"    {each['do']}"]
    more = len(data["damages"]) - _SHOWN
    return "\n".join([*lines, *([f"  … and {more} more; --json has all"] if more > 0 else [])]) + "\n"


@command(
    "compact", "backlit index compact", "backlit index compact --all", panel=RUN, of=index, resumable=True
)
def compact(face: Face, *, whole: Whole = False) -> None:
    """Merge small files into few sorted ones.

    Reading and ingesting go on meanwhile, and no answer changes.
    """
    from backlit import app
    from backlit.report.text import count

    answer = app.compact(face.home, whole=whole)
    data = answer.row
    if not data["files_before"]:
        return _tell(face, answer, "Nothing to merge.")
    rows = f"{count(data['rows_before'])} rows became {count(data['rows_after'])}"
    files = f"{data['files_before']} files became {data['files_after']}"
    return _tell(face, answer, f"{files}, {rows}, in {data['seconds']:,.1f} s.")


@command("gc", "backlit index gc", "backlit index gc --keep 30 --dry-run", panel=RUN, of=index)
def gc(face: Face, *, keep: Keep = 7.0, age: Age = 24.0, dry: Dry = False) -> None:
    """Forget old versions and remove the files that no version names.

    Versions that somebody reads stay, and the newest always does. The history of links stays too:
    it stands in the rows.
    """
    from backlit import app
    from backlit.report.text import plural

    answer = app.gc(face.home, keep=timedelta(days=keep), safe_age=timedelta(hours=age), dry=dry)
    data = answer.row
    would = "Would forget" if dry else "Forgot"
    files = f"{plural(data['files'], 'file')} ({data['bytes'] / 1e6:,.1f} MB)"
    _tell(
        face, answer, f"{would} {plural(data['versions'], 'version')} and remove{'' if dry else 'd'} {files}."
    )


@command(
    "rollback",
    "backlit index rollback 2026-03-01",
    "backlit index rollback 4511871301713573222",
    panel=RUN,
    of=index,
)
def rollback(face: Face, to: To) -> None:
    """Make an earlier version the newest.

    Sources that came after it can be ingested again. Until `index gc` forgets it, the version that
    was the newest can be had back in the same way.
    """
    from backlit import app

    answer = app.rollback(face.home, to)
    data = answer.row
    if data["before"] == data["snapshot"]:
        return _tell(face, answer, f"That is the newest version already: {data['snapshot']}.")
    back = f"Undo: backlit index rollback {data['before']}"
    return _tell(
        face, answer, f"The newest version is now {data['snapshot']} of {data['at']:%Y-%m-%d %H:%M}.\n{back}"
    )


@command(
    "backup", "backlit backup /mnt/backups/monday", "backlit backup index.tar", panel=RUN, resumable=True
)
def backup(face: Face, target: Target) -> None:
    """Copy the home to a folder or a .tar file, while others go on using it.

    Every byte is checked on the way. Nothing that is there is overwritten; a backup to a folder
    that was stopped goes on where it was.
    """
    from backlit import app

    answer = app.backup(face.home, target)
    _tell(face, answer, f"{_copied(answer.row)}\nNext: backlit restore {target} --dir NEW_HOME")


@command("restore", "backlit restore /mnt/backups/monday --dir /srv/backlit", panel=RUN, resumable=True)
def restore(face: Face, source: Source) -> None:
    """Restore a backup into a home that holds no index.

    The home need not be where it was: Iceberg's absolute paths are rewritten. What was restored is
    checked to the last byte.
    """
    from backlit import app

    answer = app.restore(face.home, source)
    _tell(face, answer, _copied(answer.row))


def _copied(data: "Row") -> str:
    from backlit.report.text import plural

    skipped = f", of which {data['skipped']} were there already" if data["skipped"] else ""
    size = f"{data['bytes'] / 1e6:,.1f} MB in {data['seconds']:,.1f} s"
    return f"Copied {plural(data['files'], 'file')}{skipped}: {size}, version {data['version']}."


def _tell(face: Face, answer: "Answer", text: str) -> None:
    from backlit.cli.output import put, put_json

    put_json(answer.envelope()) if face.as_json else put(f"{text}\n")
