"""How is the web app put together and served? One process, one index, no request to anybody else."""

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import cache, partial
from pathlib import Path
from urllib.parse import quote, unquote

from anyio.to_thread import current_default_thread_limiter
from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.responses import RedirectResponse
from fastapi.staticfiles import StaticFiles
from starlette.requests import ClientDisconnect
from starlette.routing import BaseRoute

import backlit
from backlit.app import home_folder
from backlit.app.configuration import requests_per_minute
from backlit.app.entrance import has_accounts
from backlit.app.reaching import PATH, public_host
from backlit.app.sharing import SHARE_PATH
from backlit.errors import BacklitError, HomeMissing, SignInNeeded, TriedTooOften
from backlit.report import charts
from backlit.web import pages, rest, shared
from backlit.web.accounts import sign_in_address
from backlit.web.admission import admit, forget
from backlit.web.desk import PRESENT, Desk, IndexGone, seat
from backlit.web.limits import Buckets
from backlit.web.looks import Remembered
from backlit.web.measuring import Measured, Measures
from backlit.web.metrics import Watch
from backlit.web.openapi import mended
from backlit.web.problems import problem_of, problem_response, wants_json
from backlit.web.proving import ProofNeeded
from backlit.web.render import page
from backlit.web.second_factor import proof_page
from backlit.web.security import HEADERS, Guard
from backlit.web.shedding import Crowd, Shedding
from backlit.web.views import Elsewhere, go_there

__all__ = ["create_app", "factory", "serve"]

#: Questions that are worked on at a time. Python does one thing at a time, and the index as many as there are
#: cores: with more at a time each is finished later, and none sooner. There are more than that, for who waits
#: for the links of a large target holds one.
THREADS = 12

_STATIC = Path(__file__).parent / "static"


def create_app(
    home: Path,
    *,
    host: str = "127.0.0.1",
    hosts: Sequence[str] = (),
    public: str | None = None,
    buckets: Buckets | None = None,
) -> FastAPI:
    """The ASGI app over the index in `home`.

    `host` is the address it will be bound to and `hosts` are further names it may be reached by,
    behind a proxy for instance; requests for any other name are refused. By the name `public` recipients
    of letters unsubscribe and shared links open, and nothing else is answered until people have accounts.
    `buckets` limit how often programs ask and links are opened, the usual ones if none are given; programs
    of who uses this machine are never limited.
    """
    app = FastAPI(
        title="Backlit",
        version=backlit.__version__,
        summary="Who links to you, what it is worth, and why",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,  # FastAPI's pages load scripts from a CDN
        redoc_url=None,
        lifespan=_served,
    )
    plain = app.openapi
    app.openapi = lambda: mended(plain())  # type: ignore[method-assign]  # as FastAPI's own docs extend it
    crowd = Crowd()
    desk = app.state.desk = Desk(home, host, crowd.is_busy)
    app.state.buckets = Buckets() if buckets is None else buckets
    app.state.measures, app.state.watch = Measures(), Watch(home)
    app.router.routes.extend(_routes())
    app.add_api_route("/static/charts.css", _chart_style, include_in_schema=False)
    app.mount("/static", StaticFiles(directory=_STATIC), name="static")
    for cause in (BacklitError, RequestValidationError, 400, 404, 405, Exception):
        app.add_exception_handler(cause, _explain)
    app.add_exception_handler(Elsewhere, go_there)
    app.add_exception_handler(ClientDisconnect, _left)
    app.add_middleware(GZipMiddleware, minimum_size=1_000, compresslevel=6)  # 9 takes twice as long for 2 %
    app.add_middleware(Remembered)
    app.add_middleware(Shedding, crowd=crowd)
    app.add_middleware(Measured, measures=app.state.measures)
    anybodys = (public.lower(), (PATH, SHARE_PATH, "/static/")) if public else None
    is_signed = partial(has_accounts, home)
    begin = partial(_begin, desk)
    app.add_middleware(
        Guard, bound=host, hosts=tuple(hosts), public=anybodys, is_signed=is_signed, begin=begin
    )
    return app


@asynccontextmanager
async def _served(app: FastAPI) -> AsyncIterator[None]:
    """While the app is served, so many questions are worked on at a time, and others wait for their turn."""
    current_default_thread_limiter().total_tokens = THREADS
    yield
    app.state.desk.close()


@cache
def _routes() -> tuple[BaseRoute, ...]:
    """The routes of all faces, each behind the table of who may do what."""
    admitted = [Depends(admit)]
    faces = (pages.router, rest.router, shared.router)
    return tuple(route for face in faces for route in face(PRESENT, admitted).routes)


def _begin(desk: Desk) -> None:
    """One request may be handled within what is left of another: nobody asks yet."""
    forget()
    seat(desk)


def factory() -> FastAPI:
    """The app that the environment describes (BACKLIT_DIR, BACKLIT_HOST, BACKLIT_URL, BACKLIT_REQUESTS), for
    servers that take a name; ConfigError for a number of requests in a minute that is none."""
    host, buckets = os.environ.get("BACKLIT_HOST", "127.0.0.1"), Buckets(requests_per_minute())
    return create_app(home_folder(None), host=host, public=public_host(), buckets=buckets)


def serve(home: Path, host: str = "127.0.0.1", port: int = 8000, *, hosts: Sequence[str] = ()) -> None:
    """Serve the app until it is interrupted."""
    import uvicorn

    uvicorn.run(
        create_app(home, host=host, hosts=hosts, public=public_host()),
        host=host,
        port=port,
        log_level="warning",
        server_header=False,
    )


def _left(_request: Request, _error: Exception) -> Response:
    """What nobody gets who left while a form was being sent: no error of ours."""
    return Response(status_code=499)


def _explain(request: Request, error: Exception) -> Response:
    problem = problem_of(error)
    response: Response
    if shared.is_shared(request.url.path):
        response = shared.shared_problem(error)
    elif wants_json(request):
        response = problem_response(problem, request)
        if problem.status == 401:
            response.headers["WWW-Authenticate"] = "Bearer"
    elif isinstance(error, ProofNeeded):
        response = proof_page(request, error)
    elif isinstance(error, SignInNeeded):
        response = RedirectResponse(sign_in_address(request), 303)
    else:
        desk: Desk = request.app.state.desk
        context = {"problem": problem, "unread": _unread(request, error), "back": _way_back(request)}
        response = page("problem.html.j2", context, problem.status, desk=desk)
    if response.status_code == 503:
        response.headers["Retry-After"] = "5"
    if isinstance(error, TriedTooOften):
        response.headers["Retry-After"] = str(error.seconds)
    response.headers.update(HEADERS)  # unexpected errors are answered outside the guard
    return response


def _way_back(request: Request) -> tuple[str, str] | None:
    """The words and the address of the page of a target that leads on from a problem: where a decision was
    asked for, the audit, which asks first what it needs; else the overview, which ranks by a button."""
    room, target, *rest = [*request.url.path.strip("/").split("/"), "", ""][:3]
    if room != "t" or not target or not rest[0]:
        return None
    words, page = ("the audit", "/audit") if rest[0] == "decide" else ("the overview", "")
    return f"Back to {words}", f"/t/{quote(unquote(target), safe='')}{page}"


def _unread(request: Request, error: Exception) -> str | None:
    """The target whose links could be read in, where nothing was yet; none is named by an empty text."""
    if not isinstance(error, HomeMissing) or isinstance(error, IndexGone):
        return None
    return str(request.path_params.get("target", ""))


def _chart_style() -> Response:
    return Response(charts.STYLE, media_type="text/css")
