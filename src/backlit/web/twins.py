"""How does a page leave as a file? The same address with a suffix, or what REST is asked to answer with.

JSON comes page by page. The others are whole: they are sent while they are read, so that the first bytes do
not wait for the last row and no row is held longer than it takes to send it. A client that goes away ends the
reading.
"""

import io
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import msgspec
from fastapi import Response
from fastapi.responses import StreamingResponse

from backlit.app.answer import Answer
from backlit.app.lists import LISTS
from backlit.errors import UsageError
from backlit.report.columns import headings
from backlit.report.export import write_rows
from backlit.report.places import PLACES, asked_of, words
from backlit.report.sharing import csv_names, shared
from backlit.report.shell import command_line
from backlit.report.streaming import encode
from backlit.web.asking import Ask
from backlit.web.desk import Desk

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from backlit.app import Whole

__all__ = [
    "FILES", "SHEETS", "Pieces", "elsewhere", "envelope_response", "file_response", "rows_response",
    "shared_file", "wanted_format",
]  # fmt: skip

#: Formats of whole results, with the media type of each.
FILES = {
    "csv": "text/csv; charset=utf-8",
    "ndjson": "application/x-ndjson",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
#: Those that people open, of answers that are found out as a whole.
SHEETS = ("csv", "xlsx")
_JSON = ("application/json", "application/*", "*/*")


def wanted_format(name: str | None, accept: str) -> str | None:
    """The format that a request wants by its parameter `format`, else by its Accept header; None is JSON."""
    if name:
        if name != "json" and name not in FILES:
            known = ", ".join(("json", *FILES))
            raise UsageError(f"answer with {name[:40]!r}", "there is no such format", f"Known are {known}.")
        return None if name == "json" else name
    kinds = {kind.partition(";")[0]: form for form, kind in FILES.items()}
    for asked in _by_preference(accept):
        if asked in _JSON:
            return None
        if asked in kinds:
            return kinds[asked]
    return None


def _by_preference(accept: str) -> list[str]:
    """The media types of an Accept header, the preferred first (RFC 9110, 12.5.1)."""
    weighed = []
    for part in accept.split(","):
        kind, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weight = next((piece[2:] for piece in parameters if piece.startswith("q=")), "1")
        try:
            weighed.append((-float(weight), kind))
        except ValueError:
            weighed.append((0.0, kind))
    return [kind for weight, kind in sorted(weighed, key=lambda each: each[0]) if weight < 0]


def envelope_response(answer: Answer, following: str | None = None) -> Response:
    """The envelope of an answer as JSON, with the next page as a Link header too."""
    headers = {"Link": f'<{following}>; rel="next"'} if following else None
    return Response(msgspec.json.encode(answer.envelope()), headers=headers, media_type="application/json")


def file_response(desk: Desk, view: str, ask: Ask, kind: str) -> Response:
    """Every row of a result as a file, or the first `limit` of them where the address says so.

    `Backlit-Rows` tells how many there are, `Backlit-Total` how many exist.
    """
    headers = _named(view, ask, kind)
    if view not in LISTS:
        return rows_response(desk.answer(view, ask), view, ask, kind)
    found = desk.whole(view, ask)
    pieces = encode(found.batches, view, kind)
    return Pieces(pieces, found.batches, headers | _counted(found), FILES[kind])


def rows_response(answer: Answer, view: str, ask: Ask, kind: str) -> Response:
    """The rows of an answer as a file."""
    text = io.BytesIO()
    write_rows(answer.rows, None if answer.rows else headings(view), kind, text)
    return Response(text.getvalue(), headers=_named(view, ask, kind), media_type=FILES[kind])


def elsewhere(ask: Ask, view: str, form: Mapping[str, Any], target: str, option: str) -> dict[str, Any]:
    """Where the answer of a page with a form of its own is beside it, as its template is told: `twin` for
    programs, `files` for people, and the `command`. `target` is as it stands in the address."""
    place = PLACES[view]
    wanted = {
        name: str(value) for name, value in {**ask.query(view), **form}.items() if value not in (None, "")
    }
    asked = asked_of(place, [*ask.query(view).items(), *wanted.items()], strict=False)
    whole = urlencode({name: value for name, value in asked.items() if name != "limit"})
    files = {kind: f"/t/{target}/{view}.{kind}" + (f"?{whole}" if whole else "") for kind in SHEETS}
    twin = f"/api/v1/targets/{target}/{place.rest}?{urlencode(wanted)}"
    command = command_line(["backlit", *words(place, ask.target, asked)]) + option
    return {"twin": twin, "files": files, "command": command}


def shared_file(desk: Desk, view: str, ask: Ask, kind: str) -> Response:
    """The same as CSV or a workbook, of what may be shown to whoever was given a link."""
    found = desk.whole(view, ask)
    rows = (shared(view, batch) for batch in found.batches)
    pieces = encode(rows, view, kind, names=csv_names(view))
    return Pieces(pieces, found.batches, _named(view, ask, kind) | _counted(found), FILES[kind])


def _named(view: str, ask: Ask, kind: str) -> dict[str, str]:
    """The header that gives a file its name."""
    name = "".join(
        char if char.isascii() and (char.isalnum() or char in ".-") else "-" for char in ask.target
    )
    return {"Content-Disposition": f'attachment; filename="{name[:80]}-{view}.{kind}"'}


def _counted(found: "Whole") -> dict[str, str]:
    total, most = found.answer.total or 0, found.answer.limit or 0
    return {"Backlit-Rows": str(min(total, most)), "Backlit-Total": str(total)}


class Pieces(StreamingResponse):
    """Pieces of a file; the reading of its rows ends with it, however it ends."""

    def __init__(
        self, pieces: Iterator[bytes], source: Iterator[object], headers: dict[str, str], kind: str
    ) -> None:
        first = next(pieces, b"")  # what goes wrong at once is still told as a problem
        super().__init__(chain((first,), pieces), headers=headers, media_type=kind)
        self._source = source

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._source.close()  # type: ignore[attr-defined]  # a generator
