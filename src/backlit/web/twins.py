"""How does a page leave as a file? The same address with a suffix: JSON page by page, the others whole."""

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import msgspec
from fastapi import Response
from fastapi.responses import StreamingResponse

from backlit.app.answer import Answer, Row
from backlit.report.export import write_rows
from backlit.web.asking import Ask
from backlit.web.desk import Desk

__all__ = ["FILES", "envelope_response", "file_response"]

#: Formats of whole results, with the media type of each.
FILES = {
    "csv": "text/csv; charset=utf-8",
    "ndjson": "application/x-ndjson",
    "parquet": "application/vnd.apache.parquet",
}

_ROWS_PER_CALL = 5_000
_IN_MEMORY = 8 << 20
_CHUNK = 64 << 10


def envelope_response(answer: Answer, following: str | None = None) -> Response:
    """The envelope of an answer as JSON, with the next page as a Link header too."""
    headers = {"Link": f'<{following}>; rel="next"'} if following else None
    return Response(msgspec.json.encode(answer.envelope()), headers=headers, media_type="application/json")


def file_response(desk: Desk, view: str, ask: Ask, kind: str) -> StreamingResponse:
    """Every row of a result as a file, or the first `limit` of them where the address says so."""
    spool = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed when it was sent
    try:
        write_rows(_rows(desk, view, ask), None, kind, spool)  # type: ignore[arg-type] # a spooled file reads and writes bytes
        spool.seek(0)
    except BaseException:
        spool.close()
        raise
    name = "".join(
        char if char.isascii() and (char.isalnum() or char in ".-") else "-" for char in ask.target
    )
    headers = {"Content-Disposition": f'attachment; filename="{name[:80]}-{view}.{kind}"'}
    return StreamingResponse(_chunks(spool), headers=headers, media_type=FILES[kind])


def _rows(desk: Desk, view: str, ask: Ask) -> Iterator[Row]:
    """The rows page by page; a cursor holds to the data that the first page was read from."""
    if "limit" in ask.given or view in ("overview", "audit"):
        yield from desk.answer(view, ask).rows
        return
    part = replace(ask, limit=_ROWS_PER_CALL, cursor=None)
    while True:
        answer = desk.answer(view, part)
        yield from answer.rows
        if answer.next is None:
            return
        part = replace(part, cursor=answer.next)


def _chunks(spool: Any) -> Iterator[bytes]:
    with spool:
        while chunk := spool.read(_CHUNK):
            yield chunk
