"""How is an audit told on a terminal, and when does it make the command fail?"""

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from backlit.cli.face import Face, command
from backlit.cli.helping import LOOK
from backlit.cli.look import AsOf, Scope, TargetName, hint_at_folder
from backlit.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import RenderableType

    from backlit.app.answer import Answer, Row

__all__ = ["LEVELS", "audit_picture"]

#: From the quietest up; a finding fails the command from the level that was named.
LEVELS = ("info", "look")

FOUND = 1

FailOn = Annotated[
    str | None,
    typer.Option(metavar="|".join(LEVELS), help="Exit with 1 on a finding of this level or above."),
]


@command(
    "audit",
    "backlit audit example.com",
    "backlit audit example.com -o audit.html --fail-on look",
    panel=LOOK,
    files=True,
)
def audit(
    face: Face, target: TargetName, *, scope: Scope = None, as_of: AsOf = None, fail_on: FailOn = None
) -> int:
    """Say what stands out in the links to a target.

    Each finding has its evidence and what to do about it; most profiles need nothing done.
    `-o FILE.html` writes the whole audit as one document. A pipe and other formats get the
    findings, one per row.
    """
    from backlit import app

    limit = len(LEVELS) if fail_on is None else _level(fail_on)
    answer = app.audit(face.session(), target, scope=scope, as_of=as_of)
    hint_at_folder(face, target, scope)
    _show(face, answer)
    return FOUND if any(_level(each["level"]) >= limit for each in answer.rows[0]["findings"]) else 0


def _level(name: str) -> int:
    if name not in LEVELS:
        raise UsageError(f"--fail-on {name}", "there is no such level", f"Known are {', '.join(LEVELS)}.")
    return LEVELS.index(name)


def _show(face: Face, answer: "Answer") -> None:
    from backlit.cli.output import draw, show

    if face.out is not None:
        _write(face, answer, face.out)
    else:
        show(face, answer, lambda: draw(*audit_picture(answer)), _findings(answer).rows)


def _write(face: Face, answer: "Answer", path: "Path") -> None:
    from backlit.cli.output import replaced, write_file
    from backlit.report.export import FORMATS, format_of

    kind = format_of(path, (*FORMATS, "html"))
    if kind == "html":
        from backlit.report.document import audit_html

        page = audit_html(answer.rows[0])
        with replaced(path) as stream:
            stream.write(page.encode())
        face.remark(f"wrote {path}")
    else:
        write_file(face, answer if kind == "json" else _findings(answer), path)


def _findings(answer: "Answer") -> "Answer":
    names = ("id", "level", "sentence", "what_to_do", "evidence")
    rows = [{name: finding.get(name) for name in names} for finding in answer.rows[0]["findings"]]
    return replace(answer, data=rows)


# picture ---------------------------------------------------------------------


def audit_picture(answer: "Answer") -> "list[RenderableType]":
    """The headline, what to look at with its evidence, and what is not known."""
    from rich.padding import Padding
    from rich.text import Text

    from backlit.report.text import visible

    found = answer.rows[0]
    headline = " ".join(visible(sentence) for sentence in found["headline"])
    parts: list[RenderableType] = [_heading(found), "", Text(headline)]
    for finding in found["findings"]:
        parts += ["", *_finding(finding)]
    parts += ["", Text(visible(found["conclusion"]), "bold"), "", Text("What this audit cannot know", "bold")]
    return [
        *parts,
        *(Padding(Text(visible(each), "dim"), (0, 0, 0, 2), expand=False) for each in found["unknowns"]),
    ]


def _heading(found: "Row") -> "RenderableType":
    from rich.text import Text

    from backlit.report.text import day, plural, visible

    sources = found.get("sources_total") or len(found["sources"])
    said = f"   data as of {day(found['as_of'])} · {plural(sources, 'source')}"
    return Text.assemble((f"Audit of {visible(found['target'])}", "bold"), (said, "dim"))


def _finding(finding: "Row") -> "list[RenderableType]":
    from rich.padding import Padding
    from rich.text import Text

    from backlit.report.text import visible

    look = finding["level"] == "look"
    level = ("LOOK  ", "bold yellow") if look else ("info  ", "dim")
    head = Text.assemble(level, (visible(finding["sentence"]), "bold" if look else ""))
    quotes = [Text(quote, "dim", no_wrap=True, overflow="ellipsis") for quote in _quotes(finding)]
    advice = Text(visible(finding["what_to_do"]))
    return [head, *(Padding(each, (0, 0, 0, 6), expand=False) for each in (advice, *quotes))]


def _quotes(finding: "Row") -> list[str]:
    """The evidence, one line per row."""
    from backlit.report.text import visible

    return [
        "  ".join(f"{name}: {visible(str(value))}" for name, value in row.items() if value is not None)
        for row in finding["evidence"]
    ]
