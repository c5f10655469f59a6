"""Which links lead to dead pages, and how is the redirect written? On a terminal."""

from typing import TYPE_CHECKING, Annotated

import typer

from backlit.cli.face import Face, command
from backlit.cli.helping import LOOK
from backlit.cli.look import AsOf, Scope, TargetName
from backlit.errors import UsageError

if TYPE_CHECKING:
    from backlit.app.answer import Row

Redirects = Annotated[
    str | None,
    typer.Option(
        metavar="nginx|apache|netlify|cloudflare|csv", help="Print the redirects for a server instead."
    ),
]


@command(
    "broken",
    "backlit broken example.com",
    "backlit broken example.com --redirects nginx > moved.conf",
    panel=LOOK,
    files=True,
)
def broken(
    face: Face, target: TargetName, *, scope: Scope = None, as_of: AsOf = None, redirects: Redirects = None
) -> None:
    """List links to pages of the target that answered with an error when read last, the most valuable first.

    Each dead page comes with the live page that it should lead to, where one is near by the words of its
    address; read the suggestion before you use it. Where none is near, bring the page back or leave it.
    """
    from backlit import app
    from backlit.cli.output import put, show
    from backlit.report.redirects import FORMATS, left_out
    from backlit.report.redirects import redirects as written

    if redirects is not None and redirects not in FORMATS:
        known = ", ".join(FORMATS)
        raise UsageError(f"--redirects {redirects}", "there is no such server", f"Known are {known}.")
    answer = app.broken(face.session(), target, scope=scope, as_of=as_of)
    if redirects is not None:
        put(written(answer.rows, redirects))
        for line in left_out(answer.rows, redirects):
            face.remark(f"left out: {line}")
        return
    nothing = "There is nothing to do: no link leads to a page that is known to be dead.\n"
    show(face, answer, lambda: "".join(map(_line, answer.rows)) or nothing)


def _line(row: "Row") -> str:
    from backlit.report.text import plural, visible

    many = f"{plural(row['links'], 'link')} from {plural(row['domains'], 'domain')}"
    worth = "" if row["value"] is None else f", value {row['value']:.0f}"
    leads = (
        f"→ {visible(row['suggestion'])}  ({row['similarity']:.2f})"
        if row["suggestion"]
        else "→ no page is near"
    )
    return f"{row['status'] or '???'}  {visible(row['target_url'])}\n      {many}{worth}\n      {leads}\n"
