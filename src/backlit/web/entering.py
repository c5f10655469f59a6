"""What does a browser keep of somebody who came in, and where do they go then?"""

import re
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from backlit.app.entrance import Entry
from backlit.errors import AccessError, TriedTooOften
from backlit.web.admission import asker, code_cookie_name, cookie_name
from backlit.web.security import is_secret_kept

__all__ = [
    "address_of",
    "forget_code",
    "keep_session",
    "let_in",
    "me_signed_in",
    "refusing",
    "safe",
    "whence",
]

#: Seconds that a browser keeps the cookie; the session itself ends sooner where it is not used. And of a
#: password that waits for its code.
_KEPT, _WAITS = 30 * 86_400, 300
#: Where a page of ours is, and nobody else's.
_own_path = re.compile(r"/(?![/\\])[^\\\x00-\x20]*")


def safe(following: str) -> str:
    """Where to go after signing in: within these pages, whatever was asked for."""
    return following if _own_path.fullmatch(following) else "/"


def let_in(request: Request, entry: Entry, following: str) -> Response:
    """Lead on who came in, or to where the code is asked for."""
    if entry.waits:
        answer = RedirectResponse(f"/sign-in/code?next={quote(safe(following), safe='/')}", 303)
        _keep(request, answer, code_cookie_name(request), entry.token, _WAITS)
        return answer
    answer = RedirectResponse(safe(following), 303)
    keep_session(request, answer, entry.token)
    return answer


def keep_session(request: Request, answer: Response, token: str) -> None:
    """Have a browser keep its session."""
    _keep(request, answer, cookie_name(request), token, _KEPT)


def forget_code(request: Request, answer: Response) -> None:
    """Have a browser forget that a code was waited for."""
    name, secure = code_cookie_name(request), is_secret_kept(request.scope)
    answer.delete_cookie(name, secure=secure, httponly=True, samesite="lax")


def _keep(request: Request, answer: Response, name: str, token: str, seconds: int) -> None:
    secure = is_secret_kept(request.scope)
    answer.set_cookie(name, token, max_age=seconds, httponly=True, secure=secure, samesite="lax")


def me_signed_in() -> str:
    """Whose account it is; a key, and this machine, have none."""
    me = asker()
    if me.session is None or me.who is None:
        raise AccessError("change an account", "nobody is signed in", "Sign in, or use `backlit user`.")
    return me.who


def refusing(answer: Response, problem: Exception | None) -> Response:
    """A page that says what was wrong; after too many tries also when to come again."""
    if isinstance(problem, TriedTooOften):
        answer.status_code = 429
        answer.headers["Retry-After"] = str(problem.seconds)
    return answer


def address_of(request: Request) -> str:
    """Where a request comes from."""
    return request.client.host if request.client else ""


def whence(request: Request) -> tuple[str, str]:
    """What the browser calls itself, and where it is."""
    return request.headers.get("user-agent", ""), address_of(request)
