"""What is decided about links on a terminal, and taken back?"""

from typing import TYPE_CHECKING, Annotated

import typer

from backlit.cli.face import Face, command
from backlit.cli.helping import LOOK
from backlit.cli.look import TargetName
from backlit.errors import UsageError

if TYPE_CHECKING:
    from backlit.app.answer import Row

What = Annotated[
    str | None,
    typer.Argument(metavar="ID", help="The id of a group of the audit or of a link, or a domain."),
]
VerdictName = Annotated[
    str | None,
    typer.Argument(metavar="VERDICT", help="keep, ignore, watch, ask-removal, disavow or snooze."),
]
Why = Annotated[str, typer.Option(metavar="REASON", help="The reason, for whoever looks in a year.")]
For = Annotated[str | None, typer.Option("--for", metavar="TARGET", help="The site that the links lead to.")]
Until = Annotated[
    str | None, typer.Option(metavar="DATE", help="When it is to be looked at again, where not as usual.")
]
Number = Annotated[int, typer.Argument(metavar="ID", help="The number of the decision.")]


@command(
    "decide",
    "backlit decide c0ffee1234@example.com ask-removal --why 'placed by the old agency'",
    "backlit decide blog.example keep --for example.com --why 'a customer'",
    "backlit decide --for example.com",
    panel=LOOK,
    files=True,
)
def decide(
    face: Face,
    what: What = None,
    verdict: VerdictName = None,
    *,
    why: Why = "",
    target: For = None,
    until: Until = None,
) -> None:
    """Settle what is done about a group of links, a link or a domain; nothing is deleted by it.

    Keep and ignore hold for good. Watched links come back after 90 days, those whose removal was asked for
    after 14, snoozed ones after 30, disavowed ones after a year. Disavowing takes a recorded basis (see
    `backlit audit --help`). Without an ID all decisions about a target are listed, newest first.
    """
    from backlit import app
    from backlit.cli.output import show

    if what is None:
        if target is None:
            raise UsageError("list decisions", "no target is named", "Name it: --for example.com.")
        answer = app.decisions(face.home, target)
        nothing = f"Nothing was decided about {target}.\n"
        rows = [{name: row[name] for name in _COLUMNS} for row in answer.rows]
        show(face, answer, lambda: "".join(map(_line, answer.rows)) or nothing, rows)
        return
    if verdict is None:
        raise UsageError(f"decide on {what}", "no verdict is named", "Name one: keep, ignore, watch, …")
    answer = app.decide(face.session(), what, verdict, why=why, target=target, until=until)
    face.answer(answer, _done(answer.row["event"]))


@command("undo", "backlit undo 17", panel=LOOK)
def undo(face: Face, number: Number, *, why: Why = "") -> None:
    """Take a decision back: what held before it holds again. Undo the undoing to have it again."""
    from backlit import app
    from backlit.report.text import visible

    answer = app.undo(face.home, number, why=why)
    note = f"{visible(answer.row['note'])}\n" if answer.row["note"] else ""
    face.answer(answer, _done(answer.row["event"]) + note)


_COLUMNS = ("id", "at", "who", "kind", "subject", "verdict", "why", "until", "undoes", "holds", "due")


@command(
    "dossier",
    "backlit dossier example.com -o dossier.md",
    "backlit dossier example.com -o dossier.xlsx",
    panel=LOOK,
    files=True,
)
def dossier(face: Face, target: TargetName) -> None:
    """Put together what is on record for a reconsideration request: removal attempts, what came of each site,
    what is disavowed.

    `-o FILE.md` writes it as a draft to finish in your own words, `-o FILE.xlsx` as a workbook to hand
    in with it; other formats get one row for each site.
    """
    from backlit import app
    from backlit.cli.output import replaced, show
    from backlit.report.dossier import dossier_text

    answer = app.dossier(face.session(), target)
    suffix = face.out.suffix.lower() if face.out is not None else ""
    if face.out is not None and suffix in (".md", ".xlsx"):
        from backlit.report.dossier_sheets import dossier_workbook

        as_text = suffix == ".md"
        made = dossier_text(answer.row).encode() if as_text else dossier_workbook(answer.row, answer.as_of)
        with replaced(face.out) as stream:
            stream.write(made)
        face.remark(f"wrote {face.out}")
        return
    show(face, answer, lambda: dossier_text(answer.row), answer.row["sites"])


def _done(event: "Row") -> str:
    from backlit.report.text import day, plural, visible

    many = event["kind"]
    if many == "cluster":
        links = event["known"].get("links") or len(event["links"])  # two of a page to the same have one id
        many = plural(links, "link") if event["links"] else plural(len(event["domains"]), "domain")
    again = f" Again on {day(event['until'])}." if event["until"] else ""
    if event["undoes"]:
        of = visible(event["subject"])
        return f"Decision {event['undoes']} on {of} is taken back, as {event['id']}.\n"
    about = f"{visible(event['subject'])} ({many})"
    return f"Decision {event['id']}: {event['verdict']} {about}.{again} backlit undo {event['id']}\n"


def _line(row: "Row") -> str:
    from backlit.report.text import day, visible

    mark = " " if row["holds"] else "-"
    again = f", again on {day(row['until'])}" if row["until"] and row["holds"] else ""
    undoes = f" of {row['undoes']}" if row["undoes"] else ""
    said = f"{row['verdict']}{undoes}  {visible(row['subject'])}  {visible(row['why'])}"
    return f"{mark} {row['id']}  {day(row['at'])}  {visible(row['who'])}  {said}{again}\n"
