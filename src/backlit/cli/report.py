"""What happened to the links in a period? report: on the screen, or as a file to hand on."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from backlit.cli.face import Face, command
from backlit.cli.handing import Background, in_background
from backlit.cli.helping import LOOK
from backlit.cli.look import AsOf, Scope, TargetName

if TYPE_CHECKING:
    from rich.console import RenderableType

    from backlit.app.answer import Row

For = Annotated[
    str,
    typer.Option("--for", metavar="owner|client|executive", help="Everything, plain words, or one page."),
]
Since = Annotated[
    str | None,
    typer.Option(metavar="DATE|30d", help="The period's first day, or its length."),
]
Versus = Annotated[
    str | None, typer.Option("--vs", metavar="DATE|VERSION", help="Compare with what was known then.")
]
Name = Annotated[str | None, typer.Option("--brand-name", metavar="NAME", help="Whose report it is.")]
Logo = Annotated[
    Path | None, typer.Option(metavar="FILE", help="A PNG, JPEG or plain SVG, of 512 KiB at most.")
]
Colour = Annotated[str | None, typer.Option(metavar="#RRGGBB", help="The colour of the line at the top.")]


@command(
    "report",
    "backlit report example.com -o report.pdf --for client --since 2026-05-01",
    "backlit report example.com -o report.html --brand-name 'Hedge & Co' --logo logo.png --colour '#0f766e'",
    "backlit report example.com -o report.xlsx --since 90d",
    panel=LOOK,
    files=True,
)
def report(
    face: Face,
    target: TargetName,
    *,
    audience: For = "owner",
    since: Since = None,
    vs: Versus = None,
    brand_name: Name = None,
    logo: Logo = None,
    colour: Colour = None,
    scope: Scope = None,
    as_of: AsOf = None,
    background: Background = False,
) -> None:
    """Tell what happened to the links of a target in a period: what was won and lost, done, and comes next.

    The sentences are made of figures and name no cause; what nobody can know is said. Without a file they are
    printed. -o FILE.html is one file without scripts, .pdf a tagged PDF, .xlsx a workbook with every list,
    .zip a page to filter links in any browser, with the lists as CSV and the method. PDF and XLSX need
    WeasyPrint and XlsxWriter, which `make run` installs. In the background the file is written to the home's
    `reports`; -o then says its format.
    """
    from backlit import app
    from backlit.cli.output import draw, replaced, show
    from backlit.report.brand import brand_of
    from backlit.report.export import format_of

    brand = brand_of(brand_name, logo, colour)
    if background:
        told = {"target": target, "scope": scope, "audience": audience, "since": since, "vs": vs}
        told |= {"brand_name": brand_name, "logo": None if logo is None else str(logo), "colour": colour}
        form = "html" if face.out is None else format_of(face.out, tuple(app.REPORT_FORMS))
        in_background(face, "report", told | {"form": form})
        return
    asked: dict[str, Any] = {"audience": audience, "since": since, "vs": vs, "scope": scope, "as_of": as_of}
    if face.out is not None and face.out.suffix.lower() != ".json":
        form = format_of(face.out, (*app.REPORT_FORMS, "json"))
        made = app.report_file(face.session(), target, form, brand=brand, **asked)
        with replaced(face.out) as stream:
            stream.write(made)
        face.remark(f"wrote {face.out}")
        return
    answer = app.report(face.session(), target, **asked)
    said = [{"sentence": sentence} for sentence in answer.row["narrative"]]
    show(face, answer, lambda: draw(*_picture(answer.row)), said)


def _picture(told: "Row") -> "list[RenderableType]":
    """The sentences, the numbers with what they were, what was done, and the steps."""
    from rich.padding import Padding
    from rich.text import Text

    from backlit.report.readable import called
    from backlit.report.text import count, day, visible

    period = f"   {day(told['since'])} to {day(told['until'])}"
    parts: list[RenderableType] = [
        Text.assemble((f"Links to {called(told['target'])}", "bold"), (period, "dim")),
        "",
        Text(" ".join(map(visible, told["narrative"]))),
        "",
    ]
    for number in told["numbers"]:
        then = "" if number["before"] is None else f"  {count(number['before'])} at the start"
        known = "not known" if number["value"] is None else count(number["value"])
        parts.append(Text.assemble(f"{number['label']:<18}{known:>9}", (then, "dim")))
    for row in told["done"]:
        parts.append(Text.assemble((f"{day(row['at'])}  ", "dim"), visible(row["what"])))
    for at, step in enumerate(told["next"], 1):
        parts += ["", Text.assemble(f"{at}. ", (visible(step["what"]), "bold"), f" {visible(step['why'])}")]
        parts.append(Padding(Text(visible(step["command"]), "dim"), (0, 0, 0, 3), expand=False))
    return [*parts, "", Text(" ".join(told["coverage"]), "dim")]
