"""Did whoever changes who may come in show lately who they are? Else they give their password again.

A session may be a stolen one. It changes neither people nor keys unless its password, and its code where a
second factor is on, was given within a quarter of an hour. A form that came too late is kept in the page that
asks for them, and is sent again from there.
"""

from collections.abc import Mapping

from fastapi import Request
from fastapi.concurrency import run_in_threadpool

from backlit import app
from backlit.app.clock import now
from backlit.app.entrance import PROOF_LASTS, Standing
from backlit.errors import AccessError
from backlit.web.forms import FORM, own_form

__all__ = ["ProofNeeded", "require_proof"]

_PASSWORD, _CODE = "proof_password", "proof_code"


class ProofNeeded(AccessError):
    """It has to be shown again whose session it is. `fields` are of the form that waits for that, and
    `problem` is what was wrong with what was given."""

    def __init__(self, fields: Mapping[str, str], problem: AccessError | None = None) -> None:
        minutes = int(PROOF_LASTS.total_seconds()) // 60
        found = f"the password of this session was given more than {minutes} minutes ago"
        super().__init__("change who may come in", found, "Sign in again; programs send a key.")
        self.fields, self.problem = fields, problem


async def require_proof(request: Request, standing: Standing) -> None:
    """ProofNeeded where a session was not shown lately to be theirs, and is not with this form."""
    if standing.is_proven(now()) or standing.session is None or standing.who is None:
        return
    if request.url.path.startswith("/api/"):
        raise ProofNeeded({})
    fields = dict(await own_form(request))
    password, code = fields.pop(_PASSWORD, None), fields.pop(_CODE, "")[:100]
    if password is None:
        raise ProofNeeded(fields)
    given = app.Given(password, code, address=request.client.host if request.client else "")
    home = request.app.state.desk.home
    try:
        await run_in_threadpool(app.prove, home, standing.who, standing.session, given)
    except AccessError as problem:
        raise ProofNeeded(fields, problem) from problem
    request.scope[FORM] = fields
