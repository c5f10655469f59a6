"""What does the row of a page say, read together with many others?

Most pages hold nothing in head and headers that takes more than a look: `CommonPages` makes their rows from
the scanned positions, with what repeats from page to page (languages, robots rules, media types) worked out
once. A page with a base, a refresh, a `Link` header or the like is read by the functions of the exact reader.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from backlit.ingest.assemble import Keeps
from backlit.ingest.declared import Declared, language_tag, parse_refresh, refresh_to
from backlit.ingest.http import HTML
from backlit.ingest.records import microseconds
from backlit.ingest.scope import Scope
from backlit.ingest.text import normal
from backlit.ingest.wat import STRIP, Link, Meta, head_kind, media_type_of, read_meta
from backlit.ingest.wat_gathered import SALT, Batch, Made, Names, Sites, strings
from backlit.ingest.wat_links import ABSOLUTE, NOTHING, SHAPE_FIELDS, UNKNOWN, classify
from backlit.ingest.wat_scan import ESCAPED, LINK_FIELDS, META, TEXT_AT
from backlit.ingest.wat_texts import lay_out
from backlit.model import PAGES, TITLE_LIMIT, Kind, Reader
from backlit.urls import page_key, parse_url, resolve

__all__ = ["CommonPages", "Found", "Page", "plain_columns"]

#: A link of a head: record, kind, ordinal, the number of its key.
Found = tuple[int, int, int, int]

_COLUMNS = [name for name in PAGES.names if name != "outlinks"]
_AT = {name: place for place, name in enumerate(_COLUMNS)}
_EXTERNAL, _INTERNAL = _AT["external_links"], _AT["internal_links"]
_URL, _DATE, _TITLE = (TEXT_AT[name] for name in ("url", "date", "title"))
_TYPE, _LANGUAGE = TEXT_AT["content-type"], TEXT_AT["content-language"]
_IP, _DIGEST = TEXT_AT["ip"], TEXT_AT["digest"]
#: In a page's row: the text as it stands in the batch, which `plain_columns` takes from there.
PLAIN = object()
#: The columns that may be so, and the fields that they are of.
_PLAIN_AT = {"title": _TITLE, "ip": _IP, "digest": _DIGEST}
#: Texts that, where they are not empty, take the functions of the exact reader.
_RARE = [TEXT_AT[name] for name in ("truncated", "base", "link", "x-robots-tag", "refresh")]

F = TypeVar("F", bound=Callable[..., Any])


class Page:
    """A page of a batch: its row, and what its references are seen from."""

    __slots__ = (
        *("_scope", "counts_within", "domain", "external", "heads", "href", "internal", "keeps", "row"),
        "scheme",
    )

    def __init__(
        self, row: list[object], domain: str, keeps: bool, heads: int, scope: Scope | None, href: str = ""
    ) -> None:
        self.row, self.domain, self.keeps, self.heads = row, domain, keeps, heads
        self.counts_within = scope.counts_within if scope else not keeps
        self.external = self.internal = 0
        self._scope, self.href = scope, href
        #: as in a link's shape; UNKNOWN where a base may say otherwise
        self.scheme = UNKNOWN if scope else int(href.startswith("https"))

    @property
    def scope(self) -> Scope:
        """Where its references lead; made when the first is asked."""
        if self._scope is None:
            self._scope = Scope(parse_url(self.href), None, self.keeps)
        return self._scope

    @property
    def too_long(self) -> int:
        """The links that are longer than any that is kept."""
        return self._scope.too_long if self._scope else 0

    def finished(self, external: int, internal: int) -> list[object]:
        """The row, with the links that were counted elsewhere."""
        scope = self._scope
        self.row[_EXTERNAL] = self.external + external + (scope.external if scope else 0)
        self.row[_INTERNAL] = self.internal + internal + (scope.internal if scope else 0)
        return self.row


def plain_columns(batch: Batch, pages: dict[int, Page]) -> dict[str, pa.Array]:
    """The columns of pages that are taken from the batch for most of them."""
    fields = batch.fields[list(pages)]
    columns = {}
    for name, at in _PLAIN_AT.items():
        values = [page.row[_AT[name]] for page in pages.values()]
        spans = fields[:, at : at + 2].copy()
        spans[[value is not PLAIN for value in values], 0] = -1
        lengths = np.where(spans[:, 0] >= 0, spans[:, 1] - spans[:, 0], 0)
        out, ends = np.empty(int(lengths.sum()), np.uint8), np.empty(len(pages) + 1, np.int32)
        valid = np.empty(len(pages), np.bool_)
        lay_out(batch.bytes, spans, name == "title", name != "digest", out, ends, valid)
        made = pa.array([None if value is PLAIN else value for value in values], pa.string())
        columns[name] = pc.coalesce(strings(ends, out, valid), made)
    return columns


class CommonPages:
    """The pages of one batch that hold nothing out of the common."""

    def __init__(self, batch: Batch, sites: Sites, keeps: Keeps, source_id: str) -> None:
        self._batch, self._sites, self._keeps = batch, sites, keeps
        constant = {"reader": int(Reader.WAT), "status": 200, "complete": True, "source_id": source_id}
        self._blank = [PLAIN if name in _PLAIN_AT else constant.get(name) for name in _COLUMNS]
        count = len(batch.fields)
        hrefs = np.zeros((count + len(batch.items), LINK_FIELDS), np.int32)
        hrefs[:count, 3:6] = batch.fields[:, _URL : _URL + 3].clip(0)
        hrefs[count:, 3:6] = batch.item_rows[:, 2:5].clip(0)
        hrefs[:, 9] = -1
        shapes = np.empty((len(hrefs), SHAPE_FIELDS), np.int32)
        hosts, none = sites.hosts, Names(1, 1)
        classify(
            batch.bytes,
            hrefs,
            len(hrefs),
            shapes,
            hosts.table,
            hosts.ends,
            hosts.store,
            none.table,
            none.ends,
            none.store,
            SALT,
        )
        sites.look_up()
        self._shapes, self._item_shapes = shapes[:count].tolist(), shapes[count:].tolist()

    def page(self, number: int, fields: list[int], made: Made, found: list[Found]) -> Page | None:
        """The page of a record, its head's links added to `found`; None where it is out of the common."""
        shape, sites, text = self._shapes[number], self._sites, self._batch.text
        if (
            shape[0] != ABSOLUTE
            or shape[4] == UNKNOWN
            or sites.host_domains[shape[1]] < 0
            or fields[_DATE] < 0
        ):
            return None
        for at in _RARE:
            if fields[at + 1] > fields[at]:
                return None
        fetched_at = microseconds(text(fields, _DATE) or "")
        media_type = _media_type(text(fields, _TYPE) or "")
        if fetched_at is None or media_type not in (*HTML, None):
            return None
        domain = sites.names[sites.host_domains[shape[1]]]
        href = self._batch.data[fields[_URL] : fields[_URL + 1]].decode().strip().partition("#")[0]
        page = Page(self._blank[:], domain, self._keeps(domain), 0, None, href)
        if not self._read_head(number, page, fields, made, found):
            return None
        row = page.row
        row[_AT["page_key"]] = self._key(shape)
        row[_AT["page_domain"]] = domain
        row[_AT["fetched_at"]] = fetched_at
        row[_AT["keeps_internal"]] = page.keeps
        if fields[_TITLE + 2] & ESCAPED or fields[_TITLE + 1] - fields[_TITLE] > TITLE_LIMIT:
            row[_AT["title"]] = normal(text(fields, _TITLE) or "")[:TITLE_LIMIT].rstrip() or None
        if fields[_IP + 2] & ESCAPED:
            row[_AT["ip"]] = text(fields, _IP) or None
        if fields[_DIGEST + 2] & ESCAPED:
            row[_AT["digest"]] = text(fields, _DIGEST)
        row[_AT["content_type"]] = media_type
        row[_AT["offset"]] = self._batch.offsets[number]
        return page

    def _key(self, shape: list[int]) -> str:
        """The page key of a URL of common form."""
        tail = self._batch.data[shape[2] : shape[3]].decode() or "/"
        return f"{self._sites.keys[shape[1]]}{tail}{'' if shape[4] else ' http'}"

    def _read_head(self, number: int, page: Page, fields: list[int], made: Made, found: list[Found]) -> bool:
        """Take what a head says into the page's row; False where it says something out of the common."""
        robots, language, refresh = 0, None, None
        links = list[int]()
        for place in range(fields[1], fields[2]):
            item = self._batch.items[place]
            if item[1] != META:
                links.append(place)
                continue
            told = _told(self._batch, item)
            if told is None:
                return False
            robots |= told.robots
            language = language or told.language
            refresh = refresh or told.refresh
        if refresh is not None:
            self._refresh(number, page, refresh, made, found)
        canonical: list[str | None] = []
        for place in links:
            if not self._read_link(number, page, place, canonical, made, found):
                return False
        if language is None and fields[_LANGUAGE] >= 0:
            language = language_tag(self._batch.text(fields, _LANGUAGE))
        page.row[_AT["robots"]], page.row[_AT["language"]] = robots, language
        page.row[_AT["canonical_key"]] = canonical[0] if canonical else None
        return True

    def _refresh(self, number: int, page: Page, content: str, made: Made, found: list[Found]) -> None:
        declared = Declared(page.href)
        refresh_to(declared, content)
        page.row[_AT["refresh_key"]] = declared.refresh_key
        for kind, href, _ in declared.found:
            located = page.scope.locate(href)
            if located is not None:
                found.append((number, int(kind), page.heads, made.key(located, self._sites)))
            page.heads += 1

    def _read_link(
        self, number: int, page: Page, place: int, canonical: list[str | None], made: Made, found: list[Found]
    ) -> bool:
        item, shape = self._batch.items[place], self._item_shapes[place]
        kind = _kind(self._batch.text(item, 5) or "", self._batch.text(item, 8))
        if kind is None or item[2] < 0 or item[3] == item[2]:
            return True
        if shape[0] == NOTHING:
            return False
        if shape[0] == ABSOLUTE and shape[4] != UNKNOWN:
            located, key = self._located(page, shape)
        else:
            href = (self._batch.text(item, 2) or "").strip(STRIP)
            if not href:
                return False
            located = page.scope.locate(href)
            target = resolve(href, page.href) if kind is Kind.CANONICAL and not canonical else None
            key = page_key(target) if target else None
        if kind is Kind.CANONICAL:
            canonical.append(key)
        if located is not None:
            found.append((number, int(kind), page.heads, made.key(located, self._sites)))
        page.heads += 1
        return True

    def _located(self, page: Page, shape: list[int]) -> tuple[tuple[str, str] | None, str | None]:
        """What `Scope.locate` says of a URL of common form, and its page key."""
        number = self._sites.host_domains[shape[1]]
        if number < 0:
            return None, None
        key, domain = self._key(shape), self._sites.names[number]
        if domain == page.domain:
            page.internal += 1
            return ((key, domain) if page.keeps else None), key
        page.external += 1
        return (key, domain), key


class _Told(NamedTuple):
    """What a meta tells; `refresh` is its content where that is one."""

    robots: int
    language: str | None
    refresh: str | None = None


def _told(batch: Batch, item: list[int]) -> _Told | None:
    """What a meta tells; None where that takes more than a look."""
    content = batch.text(item, 5)
    told = _told_by(batch.text(item, 2) or "", content)
    if told is None or item[8] < 0:
        return told
    pragma = (batch.text(item, 8) or "").strip().lower()
    if pragma == "content-language":
        return told._replace(language=told.language or language_tag(content))
    is_refresh = pragma == "refresh" and parse_refresh(content or "") is not None
    return told._replace(refresh=content) if is_refresh else told


#: What is longer is not kept in mind.
_LONG = 200


def _remembered(function: F) -> F:
    """Keep in mind what a function said of short texts, which repeat from page to page."""
    kept = lru_cache(maxsize=4096)(function)

    def answered(one: str, other: str | None = None) -> object:
        is_long = len(one) > _LONG or (other is not None and len(other) > _LONG)
        return function(one, other) if is_long else kept(one, other)

    return cast("F", answered)


@_remembered
def _told_by(name: str, content: str | None) -> _Told | None:
    if content and "unavailable" in content.lower():  # until a day, which depends on when one looked
        return None
    told = Declared("")
    read_meta(told, Meta(name, content))
    return _Told(told.robots, told.language)


@_remembered
def _kind(rel: str, media_type: str | None) -> Kind | None:
    return head_kind(Link(rel=rel, type=media_type))


@_remembered
def _media_type(stated: str, _: None = None) -> str | None:
    return media_type_of(stated)
