"""Which pages and links does a WAT file, the metadata of a crawl, report?

A WAT record is what Common Crawl's extractor (ia-web-commons) made of one capture: an envelope of
JSON with the response's headers, the page's head and a flat list of links. It knows anchor and rel
and nothing of where on the page a link stands; docs/concepts/wat.md lists what it cannot say and
where its lexer sees a page differently from a browser.
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pyarrow as pa

from backlit.ingest.assemble import (
    Assembler,
    Keeps,
    Located,
    PageFacts,
    RawLink,
    Tally,
    keep_none,
    redirect_of,
)
from backlit.ingest.compiled import pays
from backlit.ingest.declared import (
    AGENTS,
    Declared,
    language_tag,
    link_kind,
    read_headers,
    refresh_to,
    rel_bits,
    robots_to,
    tokens,
)
from backlit.ingest.http import GONE, HTML, REDIRECTS, joined
from backlit.ingest.records import PAYLOAD_LIMIT, Record, captured_at, captured_url, records
from backlit.ingest.scope import Scope
from backlit.ingest.text import normal
from backlit.model import ANCHOR_LIMIT, TITLE_LIMIT, Kind, Reader
from backlit.urls import Url, resolve

__all__ = [
    "STRIP",
    "WITH_REL",
    "Capture",
    "Facts",
    "Head",
    "Link",
    "Message",
    "Meta",
    "Response",
    "head_kind",
    "media_type_of",
    "observe",
    "page_of",
    "read_meta",
    "read_wat",
]


class Link(msgspec.Struct, gc=False):
    path: str = ""
    url: str | None = None
    text: str | None = None
    rel: str | None = None
    type: str | None = None


class Meta(msgspec.Struct, gc=False):
    name: str | None = None
    content: str | None = None
    http_equiv: str | None = msgspec.field(default=None, name="http-equiv")


class Head(msgspec.Struct, rename="pascal"):
    title: str | None = None
    base: str | None = None
    link: list[Link] = []
    metas: list[Meta] = []


class _Html(msgspec.Struct, rename="pascal"):
    head: Head | None = None
    links: list[Link] = []


class Message(msgspec.Struct, rename="pascal"):
    status: str | int | None = None


class Response(msgspec.Struct):
    message: Message | None = msgspec.field(default=None, name="Response-Message")
    headers: dict[str, object] = msgspec.field(default_factory=dict, name="Headers")
    html: _Html | None = msgspec.field(default=None, name="HTML-Metadata")


class _Payload(msgspec.Struct):
    response: Response | None = msgspec.field(default=None, name="HTTP-Response-Metadata")


class Capture(msgspec.Struct):
    type: str = msgspec.field(default="", name="WARC-Type")
    url: str | None = msgspec.field(default=None, name="WARC-Target-URI")
    date: str | None = msgspec.field(default=None, name="WARC-Date")
    ip: str | None = msgspec.field(default=None, name="WARC-IP-Address")
    truncated: str | None = msgspec.field(default=None, name="WARC-Truncated")
    digest: str | None = msgspec.field(default=None, name="WARC-Payload-Digest")


class _Envelope(msgspec.Struct):
    capture: Capture = msgspec.field(name="WARC-Header-Metadata")
    payload: _Payload | None = msgspec.field(default=None, name="Payload-Metadata")


class _Record(msgspec.Struct):
    envelope: _Envelope = msgspec.field(name="Envelope")


_decode = msgspec.json.Decoder(_Record).decode

_KINDS = {"A@/href": Kind.A, "AREA@/href": Kind.AREA, "FORM@/action": Kind.FORM, "IFRAME@/src": Kind.IFRAME}
#: Elements whose rel the extractor writes down, so that its absence says something.
WITH_REL = (Kind.A, Kind.AREA)
STRIP = "\t\n\f\r "  # what the HTML standard calls whitespace


def read_wat(
    path: Path | str, source_id: str, tally: Tally, keeps_internal: Keeps = keep_none
) -> Iterator[tuple[pa.RecordBatch, pa.RecordBatch]]:
    """The page observations and links of a WAT file, in the schemas of `model`, batch by batch."""
    assembler = Assembler(Reader.WAT, source_id, tally, keeps_internal)
    found = (record for record in records(path, tally) if record.type == "metadata")
    if Path(path).exists() and pays(Path(path).stat().st_size):
        yield from _read_together(found, source_id, assembler, tally, keeps_internal)
    else:
        for record in found:
            observe(record, assembler, tally)
            yield from assembler.batches()
    yield from assembler.batches(final=True)


def _read_together(
    found: Iterator[Record], source_id: str, assembler: Assembler, tally: Tally, keeps_internal: Keeps
) -> Iterator[tuple[pa.RecordBatch, pa.RecordBatch]]:
    from backlit.ingest.wat_batch import PlainReader  # numba takes longer to load than a small file to read

    def exactly(record: Record) -> None:
        observe(record, assembler, tally)

    plain = PlainReader(source_id, assembler, tally, keeps_internal, exactly)
    for record in found:
        plain.add(record)
        if plain.is_full:
            yield from plain.read()
        yield from assembler.batches()
    yield from plain.read()


def observe(record: Record, assembler: Assembler, tally: Tally) -> None:
    envelope = _envelope(record, tally)
    if envelope is None or envelope.capture.type != "response":
        return
    capture = envelope.capture
    url = captured_url(capture.url, record.offset, tally)
    fetched_at = captured_at(capture.date, record.offset, tally) if url else None
    if url is None or fetched_at is None:
        return
    response = envelope.payload.response if envelope.payload else None
    if response is None:
        tally.bad(record.offset, "a response without HTTP metadata")
    else:
        _add(Facts(url, fetched_at, record, capture, response), assembler)


def _envelope(record: Record, tally: Tally) -> _Envelope | None:
    try:
        return _decode(record.payload).envelope
    except (ValueError, RecursionError) as error:  # msgspec's own errors are ValueErrors
        if record.complete or len(record.payload) >= PAYLOAD_LIMIT:  # else `records` has counted it
            tally.bad(record.offset, f"no WAT envelope: {error}")
        return None


class Facts:
    """What is known of one response, whatever its status."""

    __slots__ = ("capture", "fetched_at", "headers", "html", "record", "status", "url")

    def __init__(
        self, url: Url, fetched_at: int, record: Record, capture: Capture, response: Response
    ) -> None:
        self.url, self.fetched_at, self.record, self.capture = url, fetched_at, record, capture
        self.status = _status(response)
        self.headers = _headers(response.headers)
        self.html = response.html

    @property
    def media_type(self) -> str | None:
        """The content type without parameters, in lower case."""
        return media_type_of(self.headers.get("content-type", ""))

    def row(self, *, complete: bool, page: Declared | None = None, redirect: str | None = None) -> PageFacts:
        """The page's row; `complete` as far as the capture was."""
        return PageFacts(
            url=self.url,
            fetched_at=self.fetched_at,
            status=self.status,
            complete=complete and not self.capture.truncated,
            robots=page.robots_at(self.fetched_at) if page else None,
            canonical_key=page.canonical_key if page else None,
            redirect_key=redirect,
            refresh_key=page.refresh_key if page else None,
            digest=self.capture.digest,
            title=page.title if page else None,
            language=page.language if page else None,
            ip=self.capture.ip or None,
            content_type=self.media_type,
            offset=self.record.offset,
        )


def media_type_of(stated: str) -> str | None:
    """The content type without parameters, in lower case."""
    return stated.partition(";")[0].partition(",")[0].strip().lower() or None


def _status(response: Response) -> int | None:
    status = str((response.message and response.message.status) or "").strip()
    return int(status) if len(status) == 3 and status.isascii() and status.isdigit() else None


def _headers(written: dict[str, object]) -> dict[str, str]:
    """Headers under their names in lower case; one that was repeated is a list in the envelope."""
    headers: dict[str, str] = {}
    for name, value in written.items():
        values = [v for v in (value if isinstance(value, list) else [value]) if isinstance(v, str)]
        name = name.lower()  # noqa: PLW2901  # the server's spelling is of no further use
        if values:
            headers[name] = joined(name, values)
    return headers


def _add(facts: Facts, assembler: Assembler) -> None:
    if facts.status in REDIRECTS:
        _add_redirect(facts, assembler)
    elif facts.status == 200:
        if facts.html is not None and facts.media_type in (*HTML, None):
            _add_page(facts, facts.html, assembler)
        elif facts.media_type in HTML:  # the extractor gave up on it
            assembler.add(facts.row(complete=False))
    else:
        assembler.add(facts.row(complete=facts.status in GONE))


def _add_redirect(facts: Facts, assembler: Assembler) -> None:
    location = facts.headers.get("location", "").strip()
    key = redirect_of(facts.url, location)
    if key is None:
        assembler.add(facts.row(complete=False))
        return
    row = facts.row(complete=True, redirect=key)
    assembler.add(row, assembler.scope(facts.url), [RawLink(Kind.REDIRECT, location)])


def _add_page(facts: Facts, html: _Html, assembler: Assembler) -> None:
    page = page_of(facts, html.head or Head())
    scope = assembler.scope(facts.url, page.base)
    assembler.add_located(facts.row(complete=True, page=page), scope, _located(scope, page, html.links))


def page_of(facts: Facts, head: Head) -> Declared:
    """The page's facts and the links of its head, as the reader of HTML takes them."""
    page = Declared((head.base and resolve(head.base, facts.url.href)) or facts.url.href)
    read_headers(page, facts.headers, facts.url.href)
    page.title = normal(head.title or "")[:TITLE_LIMIT].rstrip() or None
    for meta in head.metas:
        read_meta(page, meta)
    if page.language is None:
        page.language = language_tag(facts.headers.get("content-language"))
    for link in head.link:
        href = (link.url or "").strip(STRIP)
        kind = head_kind(link) if href else None
        if kind is not None:
            page.found.append((kind, href, None))
        if kind is Kind.CANONICAL:
            page.canonical = page.canonical or href
    return page


def read_meta(page: Declared, meta: Meta) -> None:
    content, name = meta.content or "", (meta.name or "").strip().lower()
    pragma = (meta.http_equiv or "").strip().lower()
    if name in AGENTS:
        robots_to(page, content)
    elif name in ("html@/lang", "html@/xml:lang"):  # the attributes of <html> come in this disguise
        page.language = page.language or language_tag(content)
    if pragma == "refresh":
        refresh_to(page, content)
    elif pragma == "content-language":
        page.language = page.language or language_tag(content)


def head_kind(link: Link) -> Kind | None:
    """As in HTML; the extractor leaves hreflang out, and translations come without a type."""
    return link_kind(
        tokens(link.rel or ""), {"type": link.type, "hreflang": None if link.type else "unknown"}
    )


def _located(scope: Scope, page: Declared, links: list[Link]) -> Iterator[Located]:
    """The links that `scope` keeps, numbered: the head's first, then the others as they end."""
    locate, kind_of = scope.locate, _KINDS.get
    ordinal = 0
    for kind, href, _ in page.found:
        located = locate(href)
        if located is not None:
            yield located, ordinal, RawLink(kind, href)
        ordinal += 1
    for link in links:
        body_kind = kind_of(link.path)
        url = link.url
        if body_kind is None or not url:
            continue
        located = locate(url.strip(STRIP))
        if located is not None:
            yield located, ordinal, _raw_link(body_kind, link)
        ordinal += 1


def _raw_link(kind: Kind, link: Link) -> RawLink:
    """No text in the envelope is an empty anchor; for other elements than these rel is unknown."""
    rel = rel_bits(link.rel) if kind in WITH_REL else None
    anchor = normal(link.text or "")[:ANCHOR_LIMIT] if kind is Kind.A else None
    return RawLink(kind, link.url or "", rel, anchor)
