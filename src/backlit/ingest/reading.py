"""What does a page say to whoever reads it: its text, its lists of links, who wrote it, whom to write to?

The index keeps links and no texts. This is what a second reading of the same crawl files keeps beside it (see
docs/adr/0027): facts that depend on no target and no list of words, so that a page is read once whoever asks.
Pages go through the same door as an ingest (`read_html`): what no parser should take is passed over.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
from selectolax.lexbor import LexborHTMLParser, LexborNode

from backlit.ingest.assemble import RawLink, Tally
from backlit.ingest.bylines import byline_in, name_in
from backlit.ingest.colophon import colophon_of
from backlit.ingest.html import OPTIONS, HtmlPage, read_html
from backlit.ingest.http import HTML
from backlit.ingest.records import Record, captured_at, captured_url, records
from backlit.ingest.rehearsal import rehearsed
from backlit.ingest.text import BLOCKS, TEXT, normal, tag_ids
from backlit.ingest.warc import looks_like_html, response_of
from backlit.model import TITLE_LIMIT, Hidden, Kind, Placement, Rel
from backlit.urls import Url, parse_url, resolve

__all__ = ["TEXTS", "TEXT_LIMIT", "PageText", "read_texts", "text_of"]

#: Characters of text that are kept of a page; one page in a thousand has more.
TEXT_LIMIT = 64_000
#: Nodes that are walked for it.
_NODES = 200_000
#: Domains of a list, addresses and examples that are kept, and characters of one of them.
_DOMAINS, _HINTS, _EXAMPLES, _ITEM = 100, 5, 3, 160
_BATCH = 256

_WORDS = pa.list_(pa.string())
#: One row for each page that was read.
TEXTS = pa.schema(
    [
        pa.field("page_key", pa.string(), nullable=False),
        pa.field("page_domain", pa.string(), nullable=False),
        pa.field("fetched_at", pa.timestamp("us", tz="UTC"), nullable=False),
        pa.field("title", pa.string()),
        pa.field("heading", pa.string()),
        pa.field("language", pa.string()),
        #: what a reader sees, a block a line
        pa.field("text", pa.string()),
        pa.field("is_cut", pa.bool_()),
        pa.field("author", pa.string()),
        pa.field("mails", _WORDS),
        pa.field("contacts", _WORDS),
        #: links to other domains in the text of the page, and how many of them hand something on
        pa.field("outside", pa.int32()),
        pa.field("followed", pa.int32()),
        #: the other domains that items of lists there lead to, the characters of those, and some of them
        pa.field("listed", _WORDS),
        pa.field("listed_characters", pa.int32()),
        pa.field("examples", _WORDS),
    ]
)


@dataclass(slots=True)
class PageText:
    """What one page says."""

    title: str | None = None
    heading: str | None = None
    language: str | None = None
    text: str = ""
    is_cut: bool = False
    author: str | None = None
    mails: list[str] = field(default_factory=list)
    contacts: list[str] = field(default_factory=list)
    outside: int = 0
    followed: int = 0
    listed: list[str] = field(default_factory=list)
    listed_characters: int = 0
    examples: list[str] = field(default_factory=list)


def read_texts(path: Path | str, tally: Tally) -> Iterator[pa.RecordBatch]:
    """What the HTML pages of a WARC file say, in the schema TEXTS, batch by batch."""
    rows: list[dict[str, Any]] = []
    for record in records(path, tally):
        row = _row(record, tally) if record.type in ("response", "resource") else None
        if row is not None:
            rows.append(row)
        if len(rows) >= _BATCH:
            yield pa.RecordBatch.from_pylist(rows, schema=TEXTS)
            rows = []
    if rows:
        yield pa.RecordBatch.from_pylist(rows, schema=TEXTS)


def _row(record: Record, tally: Tally) -> dict[str, Any] | None:
    url = captured_url(record.header("warc-target-uri"), record.offset, tally)
    fetched_at = captured_at(record.header("warc-date"), record.offset, tally) if url else None
    response = response_of(record) if fetched_at is not None else None
    if url is None or response is None or response.status != 200:
        return None
    kind = response.media_type
    if kind not in HTML and (kind or not looks_like_html(response.body, 0, 1024)):
        return None
    found = text_of(response.body, url, response.headers)
    if found is None:
        return None
    told = {name: getattr(found, name) for name in PageText.__dataclass_fields__}
    return {"page_key": url.key, "page_domain": url.domain, "fetched_at": fetched_at, **told}


def text_of(body: bytes, url: Url, headers: dict[str, str] | None = None) -> PageText | None:
    """What a page says; None of one that is not to be parsed.

    >>> found = text_of(b"<title>T</title><p>By Ann Lee<p>Hello <b>you</b>", parse_url("https://a.example/"))
    >>> found.text, found.author
    ('By Ann Lee\\nHello you', 'Ann Lee')
    """
    guard = partial(rehearsed, url=url.href, keeps_internal=False)
    page = read_html(body, url=url, headers=headers, guard=guard)
    if page.problem is not None:
        return None
    found = PageText(page.title, language=page.language)
    tree = LexborHTMLParser(page.markup, options=OPTIONS)
    _read_text(found, tree)
    _read_maker(found, page)
    _read_links(found, page, url)
    return found


# text --------------------------------------------------------------------------

_HIDDEN = (
    "script,style,template,noscript,svg,math,textarea,select,iframe,object,[hidden],"
    '[style*="display:none" i],[style*="display: none" i]'
)
_IDS = tag_ids([*BLOCKS, "br", "td", "th", "dd"])
_CELLS = frozenset(_IDS[name] for name in ("td", "th", "dd"))
_BLOCKS = frozenset(_IDS[name] for name in (*BLOCKS, "br")) - _CELLS


def _read_text(found: PageText, tree: LexborHTMLParser) -> None:
    body = tree.body
    if body is None:
        return
    for node in body.css(_HIDDEN):
        node.decompose()
    heading = body.css_first("h1")
    found.heading = normal(heading.text())[:TITLE_LIMIT] or None if heading is not None else None
    lines = _lines(body)
    text = "\n".join(lines)
    found.text, found.is_cut = text[:TEXT_LIMIT], len(text) > TEXT_LIMIT


def _lines(body: LexborNode) -> list[str]:
    """The text of each block; cells of a row stand in one line."""
    lines: list[str] = []
    pieces: list[str] = []
    size = 0

    def end_line() -> None:
        nonlocal size
        if line := normal("".join(pieces)).strip(" |"):
            lines.append(line)
            size += len(line)
        pieces.clear()

    for count, node in enumerate(body.traverse(include_text=True)):
        tag, before = node.tag_id, node.prev
        if tag in _BLOCKS or (before is not None and before.tag_id in _BLOCKS):
            end_line()
        elif tag in _CELLS:
            pieces.append(" | ")
        if tag == TEXT:
            pieces.append(node.text_content or "")
        if count >= _NODES or size > TEXT_LIMIT:
            break
    end_line()
    return lines


# who wrote it, and whom to write to ------------------------------------------------

_mail = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,4}(?![\w@-])", re.IGNORECASE
)
_contact = re.compile(
    r"contact|kontakt|impressum|contatt|contato|contactez|nous-ecrire|redaktion|redaction|redazione|redactie"
    r"|imprint|write-to-us|get-in-touch|お問い合わせ|联系|聯絡|連絡|контакт|επικοινων|iletişim|kapcsolat|yhteystied",
    re.IGNORECASE,
).search
#: Lines at the head and at the foot of a page in which a by-line is looked for.
_BYLINES = 400


def _read_maker(found: PageText, page: HtmlPage) -> None:
    told = colophon_of(page.markup)
    lines = found.text.split("\n")[:_BYLINES]
    found.author = name_in(page.author) or name_in(told.author) or byline_in(lines)
    written = (each[0] for each in _mail.finditer(found.text))
    found.mails = list(dict.fromkeys((*told.emails, *written)))[:_HINTS]


def _read_links(found: PageText, page: HtmlPage, url: Url) -> None:
    """Contact pages of the site, and the links to others that stand in the text."""

    def outside(href: str) -> Url | None:
        end = resolve(href, page.base)
        return None if end is None else _elsewhere(end, url, found, href)

    items: dict[int, _Item] = {}
    for end, ordinal, link in page.kept(outside):
        node = page.found[ordinal][2]
        if link.kind is Kind.A and _is_in_text(link) and isinstance(node, LexborNode):
            found.outside += 1
            found.followed += not (link.rel or 0) & (Rel.NOFOLLOW | Rel.UGC | Rel.SPONSORED)
            item = _item_of(node)
            if item is not None:
                items.setdefault(item.mem_id, _Item(item, [])).domains.append(end.domain)
    _read_items(found, items.values())


def _elsewhere(href: str, url: Url, found: PageText, written: str) -> Url | None:
    """Where a link to another domain leads; the site's own contact pages are noted on the way."""
    end = parse_url(href)
    if end.domain != url.domain:
        return end
    if _contact(written) and end.href not in found.contacts and len(found.contacts) < _HINTS:
        found.contacts.append(end.href)
    return None


def _is_in_text(link: RawLink) -> bool:
    return link.placement in (None, Placement.CONTENT) and link.hidden in (None, Hidden.VISIBLE)


@dataclass(frozen=True, slots=True)
class _Item:
    """An item of a list, and the domains that it links to."""

    node: LexborNode
    domains: list[str]


_LIST_ITEMS = frozenset(("li", "dd", "dt", "tr"))
#: Steps up from a link to the item of its list; links and characters above which that is no item but a text,
#: or a table that lays out a page.
_STEPS, _FEW, _LONGEST = 6, 4, 600
#: What no row of a table of links holds.
_LAID_OUT = "h1,h2,h3,p,ul,table"


def _item_of(node: LexborNode) -> LexborNode | None:
    """The item of a list in which a link stands."""
    item = node.parent
    for _ in range(_STEPS):
        if item is None or item.tag in _LIST_ITEMS:
            break
        item = item.parent
    if item is None or item.tag not in _LIST_ITEMS or (item.tag == "tr" and item.css_first(_LAID_OUT)):
        return None
    return item


def _read_items(found: PageText, items: Iterable[_Item]) -> None:
    listed: dict[str, None] = {}
    for item in items:
        text = normal(item.node.text()) if len(item.domains) <= _FEW else ""
        if not text or len(text) > _LONGEST:
            continue
        listed |= dict.fromkeys(item.domains)
        found.listed_characters += len(text)
        if len(found.examples) < _EXAMPLES:
            found.examples.append(text[:_ITEM])
    found.listed = list(listed)[:_DOMAINS]
