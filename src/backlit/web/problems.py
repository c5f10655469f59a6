"""How is an error told over HTTP? RFC 9457 to programs, a page with cause and next step to people."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from backlit import errors
from backlit.web.desk import IndexGone

__all__ = ["Problem", "problem_of", "problem_response", "wants_json"]

#: The first class that an error is one of decides.
_STATUS: Mapping[type[errors.BacklitError], tuple[int, str]] = {
    errors.TargetError: (400, "That is not a target"),
    errors.FilterError: (400, "That filter cannot be read"),
    errors.JobUnknown: (404, "There is no such job"),
    errors.AlertUnknown: (404, "There is no such alert"),
    errors.CardUnknown: (404, "There is no such card"),
    errors.NothingNamed: (422, "That does not say what is meant"),
    errors.MessageUnknown: (404, "There is no such message"),
    errors.ProjectUnknown: (404, "There is no such project"),
    errors.ViewUnknown: (404, "There is no such view"),
    errors.ShareUnknown: (404, "There is no such link"),
    errors.ShareEnded: (410, "That link has ended"),
    errors.UploadUnknown: (404, "There is no such upload"),
    errors.AccountUnknown: (404, "There is no such account"),
    errors.CursorExpired: (410, "That page is no longer kept"),
    errors.UsageError: (400, "That question cannot be answered"),
    IndexGone: (503, "The index is no longer there"),
    errors.HomeMissing: (503, "There is no index yet"),
    errors.HomeBusy: (503, "The index is being written"),
    errors.ConfigError: (409, "Something here is not set up"),
    errors.SignInNeeded: (401, "Please sign in"),
    errors.TriedTooOften: (429, "Too many tries"),
    errors.AccessError: (403, "That is not allowed"),
    errors.NotRanked: (409, "The index is not ranked yet"),
    errors.SourceError: (502, "A source cannot be read"),
    errors.DataError: (500, "The index cannot be trusted"),
}

_START = "Start from the search box."


@dataclass(frozen=True, slots=True)
class Problem:
    """What was asked, what was found, what to do: for a page or for `application/problem+json`."""

    status: int
    code: str
    title: str
    asked: str
    found: str
    do: str
    position: int | None = None

    def document(self, instance: str) -> dict[str, Any]:
        place = {} if self.position is None else {"errors": [{"parameter": "q", "position": self.position}]}
        return {
            "type": f"urn:backlit:problem:{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": f"{self.asked}: {self.found}." if self.asked else f"{self.found}.",
            "instance": instance,
            "code": self.code,
            "do": self.do,
            **place,
        }


def problem_of(error: Exception) -> Problem:
    """An error as a problem. Of an unexpected one nothing leaks: its trace is in the server's log."""
    if isinstance(error, errors.BacklitError):
        return _ours(error)
    if isinstance(error, RequestValidationError):
        first = error.errors()[0]
        name = str(first["loc"][-1])
        found = f"{str(first.get('input'))[:100]!r} is no valid value"
        return Problem(400, "parameter", "A parameter is wrong", f"read `{name}`", found, f"{first['msg']}.")
    status = getattr(error, "status_code", None)  # routing's own errors carry one
    if status == 400:
        found = "it cannot be read"
        return Problem(400, "body", "The body cannot be read", "read the body", found, "Send it as JSON.")
    if status == 404:
        return Problem(
            404, "not-found", "There is no such page", "open this address", "nothing lives here", _START
        )
    if status == 405:
        found = "this address can only be read"
        return Problem(405, "read-only", "Nothing can be written here", "change something", found, "Use GET.")
    do = "Try again. If it happens again, the log of the server says what broke."
    return Problem(
        500,
        "unexpected",
        "Something broke",
        "answer this",
        "an error that should not happen; your data is untouched",
        do,
    )


def _ours(error: errors.BacklitError) -> Problem:
    status, title = next(
        (told for kind, told in _STATUS.items() if isinstance(error, kind)), (500, "That did not work")
    )
    position = error.position if isinstance(error, errors.FilterError) else None
    return Problem(status, _code(type(error).__name__), title, error.asked, error.found, error.do, position)


def _code(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower()


def problem_response(problem: Problem, request: Request) -> JSONResponse:
    body = problem.document(request.url.path)
    return JSONResponse(body, problem.status, media_type="application/problem+json")


def wants_json(request: Request) -> bool:
    """REST, the twins of pages and the figures answer programs, everything else answers people."""
    path = request.url.path
    return (
        path.startswith("/api/")
        or path == "/metrics"
        or path.endswith((".json", ".csv", ".ndjson", ".parquet", ".xlsx"))
    )
