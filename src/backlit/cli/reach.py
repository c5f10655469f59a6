"""Where do recipients of letters reach this server, and is that so?"""

from typing import Annotated

import typer

from backlit.cli.face import Face, command
from backlit.cli.helping import RUN
from backlit.cli.outreach import outreach

__all__ = ["public_url"]

Verify = Annotated[bool, typer.Option("--verify", help="Prove that it reaches the server of this home.")]
Forget = Annotated[bool, typer.Option("--forget", help="Let new letters carry no one-click header.")]


@command(
    "public-url",
    "backlit outreach public-url",
    "backlit outreach public-url --verify",
    panel=RUN,
    of=outreach,
)
def public_url(face: Face, *, verify: Verify = False, forget: Forget = False) -> None:
    """Show where BACKLIT_URL says that recipients reach this server, and prove that it is so.

    Once that is proved, letters of outreach and alerts can be declined with one click (RFC 8058); until then
    by a mail. The server has to run with the same BACKLIT_URL, behind a proxy with a certificate.
    """
    from backlit import app
    from backlit.cli.output import put, put_json
    from backlit.errors import UsageError
    from backlit.report.text import day

    if verify and forget:
        raise UsageError("prove and forget an address", "one excludes the other", "Name one of them.")
    call = app.public_url_verify if verify else app.public_url_forget if forget else app.public_url
    answer = call(face.home)
    row = answer.row
    if face.as_json:
        put_json(answer.envelope())
    elif row["one_click"]:
        put(f"{row['url']}: proved on {day(row['verified_at'])}; letters can be declined with one click.\n")
    else:
        put(f"{row['url']}: not proved to reach this server; letters are declined by mail.\n"
            "Next: backlit outreach public-url --verify\n")  # fmt: skip
