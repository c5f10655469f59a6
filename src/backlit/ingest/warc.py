"""Which pages and links does a WARC file hold?

Responses and resources become observations: an HTML page with status 200 in full, 404 and 410 as a page
without links, a redirect as a page with one link to where it leads. So does a metadata record whose fields
say `outcome: no-such-host`, as a visit of ours leaves it: a page without links on a host that is no more.
Everything else of the crawl (requests, images, revisits) is passed over.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from backlit.ingest.assemble import (
    Assembler,
    Keeps,
    PageFacts,
    RawLink,
    Taken,
    Tally,
    keep_none,
    redirect_of,
)
from backlit.ingest.compiled import pays
from backlit.ingest.cycles import without_cycles
from backlit.ingest.declared import Declared, instant_of
from backlit.ingest.html import read_html
from backlit.ingest.http import GONE, HTML, REDIRECTS, Response, parse_response
from backlit.ingest.page_signs import sign_of
from backlit.ingest.placement.template import without_templates
from backlit.ingest.records import Record, captured_at, captured_url, records
from backlit.ingest.rehearsal import rehearsed
from backlit.ingest.scope import Wants
from backlit.model import Kind, PageSign, Reader
from backlit.urls import Url

if TYPE_CHECKING:
    from backlit.ingest.plain.page import PlainReader

__all__ = ["FIELDS", "NOBODY", "looks_like_html", "plain_reader", "read_record", "read_warc", "response_of"]

#: The media type of a metadata record, and its field where the name servers knew no such host.
FIELDS = "application/warc-fields"
NOBODY = "outcome: no-such-host"
_nobody = re.compile(rb"(?im)^outcome[ \t]*:[ \t]*no-such-host[ \t]*\r?$").search
_TYPES = ("response", "resource", "metadata")
#: So many links of a page are kept whatever their keys and texts are.
_FEW_LINKS = 1_000

looks_like_html = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<!--.*?-->\s*)?<(?:!doctype\s+html|html|head|body|title|meta|script|h1|div|table|a|p|br)[\s>]",
    re.IGNORECASE | re.DOTALL,
).match


def read_warc(
    path: Path | str, source_id: str, tally: Tally, keeps_internal: Keeps = keep_none
) -> Iterator[tuple[pa.RecordBatch, pa.RecordBatch]]:
    """The page observations and links of a WARC file, in the schemas of `model`, batch by batch."""
    assembler = Assembler(Reader.WARC, source_id, tally, keeps_internal)
    plain = plain_reader(Path(path).stat().st_size) if Path(path).exists() else None
    found = (record for record in records(path, tally) if record.type in _TYPES)
    while batches := _gathered(found, assembler, tally, plain):
        yield from _settled(batches)


def read_record(
    record: Record,
    keeps_internal: Keeps = keep_none,
    *,
    wants: Wants | None = None,
    plain: "PlainReader | None" = None,
) -> Taken | None:
    """One response, read as a file of it alone would be; None where that has no observation.

    Of links to other sites those that somebody `wants` are told, and the others counted. `plain` reads most
    pages faster; only one thread at a time may use one.
    """
    tally = Tally()
    assembler = Assembler(Reader.WARC, "", tally, keeps_internal, wants)
    _observe(record, assembler, tally, plain)
    found = assembler.taken()
    if found is None or wants is None or (found.page["external_links"] or 0) <= _FEW_LINKS:
        return found
    whole = read_record(record, keeps_internal, plain=plain)  # which may be more than is kept of a page
    return whole and whole._replace(links=[link for link in whole.links if wants(link["target_key"])])


def _gathered(
    found: Iterator[Record], assembler: Assembler, tally: Tally, plain: "PlainReader | None"
) -> list[tuple[pa.RecordBatch, pa.RecordBatch]]:
    """Read records until there is enough for a pair of batches; none where there are no more pages."""
    with without_cycles():
        for record in found:
            _observe(record, assembler, tally, plain)
            if assembler.is_full:
                break
        return list(assembler.batches(final=True))


def plain_reader(size: int) -> "PlainReader | None":
    """What reads most pages faster; so many bytes may be read before its kernels would be loaded."""
    if not pays(size):
        return None
    from backlit.ingest.plain.page import PlainReader

    return PlainReader()


def _settled(
    batches: list[tuple[pa.RecordBatch, pa.RecordBatch]],
) -> Iterator[tuple[pa.RecordBatch, pa.RecordBatch]]:
    """The batches with what only several pages of a site can tell."""
    for pages, links in batches:
        yield pages, without_templates(pages, links)


def _observe(record: Record, assembler: Assembler, tally: Tally, plain: "PlainReader | None") -> None:
    if record.type == "metadata":
        _add_nobody(record, assembler, tally)
        return
    url = captured_url(record.header("warc-target-uri"), record.offset, tally)
    fetched_at = captured_at(record.header("warc-date"), record.offset, tally) if url else None
    if url is None or fetched_at is None:
        return
    response = response_of(record)
    if response is None:
        if record.payload:
            tally.bad(record.offset, "a response without an HTTP status line")
        return
    facts = _Facts(url, fetched_at, record, response)
    if response.status in REDIRECTS:
        _add_redirect(facts, assembler)
    elif response.status == 200:
        _add_page(facts, assembler, tally, plain)
    else:
        assembler.add(facts.row(complete=response.status in GONE))


class _Facts:
    """What is known of one response, whatever its status."""

    __slots__ = ("fetched_at", "record", "response", "url")

    def __init__(self, url: Url, fetched_at: int, record: Record, response: Response) -> None:
        self.url, self.fetched_at, self.record, self.response = url, fetched_at, record, response

    def page_row(self, page: Declared) -> PageFacts:
        """The row of a page that was read."""
        complete = page.complete and self.response.complete and self.record.complete
        return replace(self.row(complete=complete, page=page), sign=partial(self._sign, page.text_length))

    def _sign(self, text_length: int | None, links: int) -> int:
        answer = self.response
        sign = sign_of(
            answer.body, answer.headers.items(), self.url.href, text_length=text_length, links=links
        )
        return int(sign.kind if sign else PageSign.ORDINARY)

    def row(self, *, complete: bool, page: Declared | None = None, redirect: str | None = None) -> PageFacts:
        """The page's row; `complete` as far as the capture was."""
        return PageFacts(
            url=self.url,
            fetched_at=self.fetched_at,
            status=self.response.status,
            complete=complete and not self.record.header("warc-truncated"),
            robots=page.robots_at(self.fetched_at) if page else None,
            canonical_key=page.canonical_key if page else None,
            redirect_key=redirect,
            refresh_key=page.refresh_key if page else None,
            digest=self.record.header("warc-payload-digest"),
            title=page.title if page else None,
            language=page.language if page else None,
            ip=self.record.header("warc-ip-address"),
            content_type=self.response.media_type,
            text_length=page.text_length if page else None,
            offset=self.record.offset,
            **(_making(page) if page else {}),
        )


def _making(page: Declared) -> dict[str, Any]:
    """What a page tells of its making; unknown of a page that was not parsed."""
    return {
        "generator": page.generator,
        "author": page.author,
        "published_at": None if page.published is None else instant_of(page.published),
        "trackers": page.trackers,
    }


def _add_nobody(record: Record, assembler: Assembler, tally: Tally) -> None:
    """Add the page of a host that name servers did not know, where a record says so."""
    stated = (record.header("content-type") or "").partition(";")[0].strip().lower()
    if stated != FIELDS or not _nobody(record.view):
        return
    url = captured_url(record.header("warc-target-uri"), record.offset, tally)
    at = captured_at(record.header("warc-date"), record.offset, tally) if url else None
    if url is not None and at is not None:
        sign = PageSign.NO_HOST
        assembler.add(
            PageFacts(url, at, None, record.complete, offset=record.offset, sign=lambda _: int(sign))
        )


def response_of(record: Record) -> Response | None:
    """The answer that a record holds; None where it is none of HTTP."""
    if record.type == "resource":
        content_type = record.header("content-type") or ""
        if content_type.lower().startswith("application/http"):
            return parse_response(record.view)
        return Response(200, {"content-type": content_type}, record.payload, True)
    return parse_response(record.view)


def _add_redirect(facts: _Facts, assembler: Assembler) -> None:
    location = facts.response.headers.get("location", "").strip()
    key = redirect_of(facts.url, location)
    if key is None:
        assembler.add(facts.row(complete=False))
        return
    row = facts.row(complete=facts.record.complete, redirect=key)
    assembler.add(row, assembler.scope(facts.url), [RawLink(Kind.REDIRECT, location)])


def _add_page(facts: _Facts, assembler: Assembler, tally: Tally, plain: "PlainReader | None") -> None:
    response = facts.response
    media_type = response.media_type
    if media_type not in HTML and (media_type or not looks_like_html(response.body, 0, 1024)):
        return
    if response.problem is not None:
        tally.bad(facts.record.offset, response.problem)
    if plain is not None and _add_plain(facts, assembler, plain):
        return
    keeps = assembler.keeps_internal(facts.url)
    guard = partial(rehearsed, url=facts.url.href, keeps_internal=keeps)
    page = read_html(response.body, url=facts.url, headers=response.headers, guard=guard)
    if page.problem is not None:
        tally.bad(facts.record.offset, page.problem)
    scope = assembler.scope(facts.url, page.base)
    assembler.add_located(facts.page_row(page), scope, page.told(scope.locate))


def _add_plain(facts: _Facts, assembler: Assembler, plain: "PlainReader") -> bool:
    """Add a page as the compiled kernels read it; False where they do not."""
    page = plain.page(facts.response.body, facts.url, facts.response.headers)
    if page is None:
        return False
    scope = assembler.scope(facts.url, page.base)
    links = page.located(scope)
    if links is not None:
        assembler.add_located(facts.page_row(page), scope, links)
    return links is not None
