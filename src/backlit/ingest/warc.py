"""Which pages and links does a WARC file hold?

Responses and resources become observations: an HTML page with status 200 in full, 404 and 410 as a page
without links, a redirect as a page with one link to where it leads. Everything else of the crawl
(requests, images, revisits) is passed over.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from backlit.errors import UsageError
from backlit.ingest.assemble import Assembler, Keeps, PageFacts, RawLink, Tally, keep_none
from backlit.ingest.html import HtmlPage, read_html
from backlit.ingest.http import Response, parse_response
from backlit.ingest.records import Record, records
from backlit.model import Kind, Reader
from backlit.urls import Url, page_key, parse_url, resolve

__all__ = ["read_warc"]

_GONE = (404, 410)
_REDIRECTS = (301, 302, 303, 307, 308)
_HTML = ("text/html", "application/xhtml+xml")
_looks_like_html = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<!--.*?-->\s*)?<(?:!doctype\s+html|html|head|body|title|meta|script|h1|div|table|a|p|br)[\s>]",
    re.IGNORECASE | re.DOTALL,
).match


def read_warc(
    path: Path | str, source_id: str, tally: Tally, keeps_internal: Keeps = keep_none
) -> Iterator[tuple[pa.RecordBatch, pa.RecordBatch]]:
    """The page observations and links of a WARC file, in the schemas of `model`, batch by batch."""
    assembler = Assembler(Reader.WARC, source_id, tally, keeps_internal)
    for record in records(path, tally):
        if record.type in ("response", "resource"):
            _observe(record, assembler, tally)
            yield from assembler.batches()
    yield from assembler.batches(final=True)


def _observe(record: Record, assembler: Assembler, tally: Tally) -> None:
    url = _target(record, tally)
    fetched_at = record.date_us
    if url is None:
        return
    if fetched_at is None:
        tally.bad(record.offset, f"no readable WARC-Date: {record.header('warc-date')!r}")
        return
    response = _response(record)
    if response is None:
        if record.payload:
            tally.bad(record.offset, "a response without an HTTP status line")
        return
    facts = _Facts(url, fetched_at, record, response)
    if response.status in _REDIRECTS:
        _add_redirect(facts, assembler)
    elif response.status == 200:
        _add_page(facts, assembler, tally)
    else:
        assembler.add(facts.row(complete=response.status in _GONE), None)


class _Facts:
    """What is known of one response, whatever its status."""

    __slots__ = ("fetched_at", "record", "response", "url")

    def __init__(self, url: Url, fetched_at: int, record: Record, response: Response) -> None:
        self.url, self.fetched_at, self.record, self.response = url, fetched_at, record, response

    def row(self, *, complete: bool, page: HtmlPage | None = None, redirect: str | None = None) -> PageFacts:
        """The page's row."""
        return PageFacts(
            url=self.url,
            fetched_at=self.fetched_at,
            status=self.response.status,
            complete=complete,
            robots=page.robots if page else None,
            canonical_key=page.canonical_key if page else None,
            redirect_key=redirect,
            title=page.title if page else None,
            language=page.language if page else None,
            ip=self.record.header("warc-ip-address"),
            content_type=self.response.media_type,
            text_length=page.text_length if page else None,
            offset=self.record.offset,
        )


def _target(record: Record, tally: Tally) -> Url | None:
    """The page's URL; None for another scheme, and for none at all, which is counted."""
    uri = (record.header("warc-target-uri") or "").strip().removeprefix("<").removesuffix(">").strip()
    try:
        return parse_url(uri)
    except UsageError:
        scheme = uri.partition(":")[0]
        if scheme.lower() in ("http", "https") or not scheme or ":" not in uri:
            tally.bad(record.offset, f"no readable WARC-Target-URI: {uri[:200]!r}")
        return None


def _response(record: Record) -> Response | None:
    if record.type == "resource":
        content_type = record.header("content-type") or ""
        if content_type.lower().startswith("application/http"):
            return parse_response(record.payload)
        return Response(200, {"content-type": content_type}, record.payload, True)
    return parse_response(record.payload)


def _add_redirect(facts: _Facts, assembler: Assembler) -> None:
    location = facts.response.headers.get("location", "").strip()
    target = resolve(location, facts.url.href) if location else None
    if target is None:
        assembler.add(facts.row(complete=False), None)
        return
    row = facts.row(complete=facts.record.complete, redirect=page_key(target))
    assembler.add(row, assembler.scope(facts.url), [RawLink(Kind.REDIRECT, location)])


def _add_page(facts: _Facts, assembler: Assembler, tally: Tally) -> None:
    response = facts.response
    media_type = response.media_type
    if media_type not in _HTML and (media_type or not _looks_like_html(response.body, 0, 1024)):
        return
    page = read_html(response.body, url=facts.url, headers=response.headers)
    if page.problem is not None:
        tally.bad(facts.record.offset, page.problem)
    if response.problem is not None:
        tally.bad(facts.record.offset, response.problem)
    complete = page.complete and response.complete and facts.record.complete
    scope = assembler.scope(facts.url, page.base)
    assembler.add_located(facts.row(complete=complete, page=page), scope, page.kept(scope.locate))
