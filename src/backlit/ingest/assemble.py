"""How do the raw links of one page become rows, the same whoever read the page?

A `Scope` says, for one page, where a reference leads; an `Assembler` gathers pages and their kept
links in columns and hands them out as the two batches of `model`.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain, repeat
from typing import Any, NamedTuple

import pyarrow as pa

from backlit.ingest.placement.lean import Signs, placed
from backlit.ingest.scope import Scope, TooMuchText, Wants
from backlit.model import LINKS, PAGES, VENDOR_COLUMNS, Kind, Placement, Reader
from backlit.urls import (
    CANONICAL_VERSION,
    DROPPED_PARAMETERS,
    URL_LIMIT,
    Url,
    canonical_key,
    page_key,
    resolve,
)

__all__ = [
    "FROM_PAGE",
    "PAGE_LINKS",
    "Assembler",
    "Located",
    "PageFacts",
    "RawLink",
    "Taken",
    "Tally",
    "deferring",
    "keep_none",
    "may_fold",
    "page_batch",
    "redirect_of",
]

#: Rows, and bytes of their keys and texts, after which a pair of batches is handed out; they bound a
#: reader's memory together with what one page may hold.
BATCH_LINKS = 50_000
BATCH_BYTES = 64 << 20
#: Bytes of the keys and texts of a page's kept links; what PAGE_LINKS long ones take stays below it.
PAGE_BYTES = 16 << 20
#: Kept links of one page, whoever reads it: of HTML each takes about 40 µs and 1 kB. The most of 12,395
#: real pages is 922.
PAGE_LINKS = 10_000

#: Without one of these a page key without its scheme mark is canonical already.
_dropped = "|".join(sorted(DROPPED_PARAMETERS))
_may_fold = re.compile(rf"[%;:@]|\?(?:[ &]|\Z)|[?&](?:utm_|(?:{_dropped})(?:[=& ]|\Z))", re.IGNORECASE).search

#: Most have none of the characters that could make a difference, which is told ten times as fast.
_is_folded = re.compile(r"[^%;:@?]*+\Z").match

Keeps = Callable[[str], bool]


def keep_none(_domain: str) -> bool:
    """Keep no links within a domain; they are counted on the page all the same."""
    return False


@dataclass(slots=True)
class Tally:
    """What reading a source met: the counts of `backlit ingest`, and where things went wrong."""

    records: int = 0
    records_bad: int = 0
    bytes_read: int = 0
    bytes_skipped: int = 0
    pages: int = 0
    links: int = 0
    leads: int = 0
    prior_ranks: int = 0
    visits: int = 0
    performance: int = 0
    decisions: int = 0
    problems: list[tuple[int, str]] = field(default_factory=list)

    def bad(self, offset: int, why: str, *, skipped: int = 0) -> None:
        """Count a record that could not be used, with its place in the file."""
        self.records_bad += 1
        self.bytes_skipped += skipped
        if len(self.problems) < 1_000:  # the log names the first thousand, the count has them all
            self.problems.append((offset, why))

    def left_out(self, offset: int | None, too_long: int) -> None:
        """Count a page on which so many links are longer than any that is kept; none is no problem."""
        if too_long:
            links = "1 link" if too_long == 1 else f"{too_long:,} links"
            self.bad(offset or 0, f"page holds {links} of more than {URL_LIMIT:,} characters: left out")


class RawLink(NamedTuple):
    """A link as a reader saw it, before its reference is resolved."""

    kind: Kind
    href: str
    rel: int | None = None
    anchor: str | None = None
    alt: str | None = None
    placement: Placement | None = None
    hidden: int | None = None
    before: str | None = None
    after: str | None = None
    #: what the lean model weighs; with them `placement` is no more than what the rules say
    signs: Signs | None = None


#: A link that a scope keeps: (page key, domain) of its target, its ordinal on the page, itself.
Located = tuple[tuple[str, str], int, RawLink]


class Taken(NamedTuple):
    """One page and its kept links as plain values, by the names of columns."""

    page: dict[str, Any]
    links: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class PageFacts:
    """One look at one page, less its links. `fetched_at` counts UTC microseconds."""

    url: Url
    fetched_at: int
    status: int | None
    complete: bool
    robots: int | None = None
    canonical_key: str | None = None
    redirect_key: str | None = None
    refresh_key: str | None = None
    digest: str | None = None
    title: str | None = None
    language: str | None = None
    ip: str | None = None
    content_type: str | None = None
    text_length: int | None = None
    offset: int | None = None
    generator: str | None = None
    author: str | None = None
    published_at: int | None = None
    trackers: tuple[str, ...] | None = None
    #: what the page turned out to be, by the number of its links; None where only its frame was read
    sign: Callable[[int], int] | None = None


class _TooManyLinks(Exception):
    """A page has more links than are kept of one."""


def may_fold(key: str) -> bool:
    """Whether the canonical form of a page key may differ from it; if not, it does not."""
    return not _is_folded(key) and _may_fold(key) is not None


def redirect_of(page: Url, location: str) -> str | None:
    """The key of the page that a redirect leads to; None for no page, and for this very one.

    Sites that set a cookie first redirect a page to itself: that look says nothing of the page.
    """
    target = resolve(location, page.href) if location else None
    key = page_key(target) if target else None
    return None if key == page.key else key


_PAGE_COLUMNS = tuple(name for name in PAGES.names if name != "outlinks")
_PER_LINK = (
    *("target_key", "target_domain", "kind", "occurrence", "ordinal", "rel", "hidden"),
    *("anchor", "alt", "before", "after", "target_canonical"),
)


class Assembler:
    """Gathers the pages of one source and their kept links into Arrow batches.

    `add` takes a page with its raw links in document order; `batches` hands out what is full, and
    with `final=True` the rest.
    """

    def __init__(
        self,
        reader: Reader,
        source_id: str,
        tally: Tally,
        keeps_internal: Keeps = keep_none,
        wants: Wants | None = None,
    ) -> None:
        self._reader, self._source_id = int(reader), source_id
        self._tally, self._keeps, self._wants = tally, keeps_internal, wants
        self._start()

    def _start(self) -> None:
        self._pages: list[tuple[object, ...]] = []
        self._outlinks: list[dict[tuple[str, int], int]] = []
        self._link_counts: list[int] = []
        self._links: list[tuple[object, ...]] = []
        self._placed: list[tuple[Placement | None, Signs | None]] = []
        self._bytes = 0

    def keeps_internal(self, page: Url) -> bool:
        """Whether links within the domain of this page are kept."""
        return self._keeps(page.domain)

    def scope(self, page: Url, base: str | None = None) -> Scope:
        """The scope of a page, given its effective base URL where it is not the page's own."""
        return Scope(page, base, self._keeps(page.domain), self._wants)

    def add(self, facts: PageFacts, scope: Scope | None = None, links: Iterable[RawLink] = ()) -> None:
        """Add one look at a page and the links on it that `scope` keeps."""
        self.add_located(facts, scope, _locate_all(scope, links) if scope else ())

    def add_located(self, facts: PageFacts, scope: Scope | None, links: Iterable[Located]) -> None:
        """The same for a reader that asked `scope` itself, before it made anything of a link."""
        before, outlinks = len(self._links), dict[tuple[str, int], int]()
        try:
            self._bytes += self._append(links, outlinks)
        except TooMuchText:
            del self._links[before:], self._placed[before:]
            outlinks.clear()
            self._tally.bad(facts.offset or 0, "page holds too much link text")
            facts, scope = replace(facts, complete=False, sign=None), None
        except _TooManyLinks:
            self._bytes += PAGE_BYTES  # what they may take at most
            self._tally.bad(facts.offset or 0, f"page holds more than {PAGE_LINKS:,} links: read up to there")
            facts, scope = replace(facts, complete=False, sign=None), None
        if scope is not None:
            self._tally.left_out(facts.offset, scope.too_long)
        self._outlinks.append(outlinks)
        self._link_counts.append(len(self._links) - before)
        self._pages.append(self.page_row(facts, scope))

    def _append(self, links: Iterable[Located], occurrences: dict[tuple[str, int], int]) -> int:
        """Add the rows of a page's links; the bytes of their keys and texts, about."""
        append, place, size = self._links.append, self._placed.append, 0
        most = len(self._links) + PAGE_LINKS
        for (key, domain), ordinal, link in links:
            kind, _, rel, anchor, alt, placement, hidden, left, right, signs = link
            size += len(key) + len(anchor or "") + len(alt or "") + len(left or "") + len(right or "")
            if size > PAGE_BYTES:
                raise TooMuchText
            if len(self._links) >= most:
                raise _TooManyLinks
            code = int(kind)
            identity = key, code
            occurrence = occurrences.get(identity, 0)
            occurrences[identity] = occurrence + 1
            canonical = None if _is_folded(key) or not _may_fold(key) else canonical_key(key)
            append((key, domain, code, occurrence, ordinal, rel, hidden, anchor, alt, left, right, canonical))
            place((placement, signs))
        return size

    def page_row(self, facts: PageFacts, scope: Scope | None) -> tuple[object, ...]:
        """A row of `page_batch`, without its outlinks."""
        counted = (scope.external, scope.internal) if scope else (None, None)
        url = facts.url
        sign = None if facts.sign is None else facts.sign(scope.external + scope.internal if scope else 0)
        return (
            *(url.key, url.domain, facts.fetched_at, self._reader, facts.status, facts.complete),
            *(self._keeps(url.domain), facts.robots, facts.canonical_key, facts.redirect_key),
            *(facts.refresh_key, facts.digest),
            *(facts.title, facts.language, facts.ip, facts.content_type, facts.text_length),
            *(*counted, self._source_id, facts.offset),
            *(facts.generator, facts.author, facts.published_at, facts.trackers, sign),
        )

    @property
    def is_full(self) -> bool:
        """Whether enough is gathered for a pair of batches."""
        rows = max(len(self._links), len(self._pages))
        return rows >= BATCH_LINKS or self._bytes >= BATCH_BYTES

    def batches(self, *, final: bool = False) -> Iterator[tuple[pa.RecordBatch, pa.RecordBatch]]:
        """The gathered pages and links, once there are enough of them or nothing follows."""
        if self._pages and (self.is_full or final):
            pages = page_batch(self._pages, {"outlinks": _outlink_lists(self._outlinks)})
            links = self._link_batch(pages)
            self._tally.pages += pages.num_rows
            self._tally.links += links.num_rows
            self._start()
            yield pages, links

    def taken(self) -> Taken | None:
        """The one page that was added, where one was: for who reads a page and no crawl, at a third of what
        batches cost."""
        if not self._pages:
            return None
        page = dict(zip(_PAGE_COLUMNS, self._pages[0], strict=True))
        placed = zip(self._links, self._placements(), strict=True)
        names = (*_PER_LINK, "placement")
        return Taken(page, [dict(zip(names, (*link, place), strict=True)) for link, place in placed])

    def _link_batch(self, pages: pa.RecordBatch) -> pa.RecordBatch:
        columns = zip(*self._links, strict=True) if self._links else repeat((), len(_PER_LINK))
        arrays = {n: pa.array(c, LINKS.field(n).type) for n, c in zip(_PER_LINK, columns, strict=True)}
        arrays["placement"] = pa.array(self._placements(), pa.int32())
        numbered = enumerate(self._link_counts)
        rows = pa.array(list(chain.from_iterable(repeat(page, n) for page, n in numbered)), pa.int32())
        for name, page_column in FROM_PAGE.items():
            arrays[name] = pages.column(page_column).take(rows)
        arrays["source_defers"] = deferring(pages).take(rows)
        arrays["canonical_version"] = pa.repeat(pa.scalar(CANONICAL_VERSION, pa.int32()), len(rows))
        for name in ("gone_at", "gone_reason", *VENDOR_COLUMNS):
            arrays[name] = pa.nulls(len(rows), LINKS.field(name).type)
        return pa.RecordBatch.from_arrays([arrays[name] for name in LINKS.names], schema=LINKS)

    def _placements(self) -> list[Placement | None]:
        rules, signs = zip(*self._placed, strict=True) if self._placed else ((), ())
        return placed(rules, signs)


def _locate_all(scope: Scope, links: Iterable[RawLink]) -> Iterator[Located]:
    for ordinal, link in enumerate(links):
        located = scope.locate(link.href)
        if located is not None:
            yield located, ordinal, link


def page_batch(rows: list[tuple[object, ...]], known: dict[str, pa.Array]) -> pa.RecordBatch:
    """Pages by their rows, in the schema PAGES; columns that are `known`, as outlinks are, replace theirs."""
    columns = dict(zip(_PAGE_COLUMNS, zip(*rows, strict=True), strict=True))
    arrays = {n: pa.array(values, PAGES.field(n).type) for n, values in columns.items() if n not in known}
    arrays |= known
    return pa.RecordBatch.from_arrays([arrays[name] for name in PAGES.names], schema=PAGES)


def _outlink_lists(outlinks: list[dict[tuple[str, int], int]]) -> pa.Array:
    kind = PAGES.field("outlinks").type
    offsets = [0]
    for page in outlinks:
        offsets.append(offsets[-1] + len(page))
    identities = list(chain.from_iterable(outlinks))
    fields = list(kind.value_type)
    columns = [pa.array([identity[n] for identity in identities], f.type) for n, f in enumerate(fields)]
    structs = pa.StructArray.from_arrays(columns, fields=fields)
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), structs, type=kind)


def deferring(pages: pa.RecordBatch) -> pa.Array:
    """For each page of a batch whether it names another one as its original; null where it was not read.

    Another scheme, `www.` or one last slash make no other page.
    """
    columns = (pages.column(name).to_pylist() for name in ("robots", "canonical_key", "page_key"))
    found = (
        None if robots is None else named is not None and named != own and _bare(named) != _bare(own)
        for robots, named, own in zip(*columns, strict=True)
    )
    return pa.array(found, pa.bool_())


def _bare(key: str) -> str:
    """A page key without what two spellings of one address differ in."""
    host, _, path = key.partition(" ")[0].partition("/")
    return f"{host.removesuffix('.www')}/{path.removesuffix('/')}"


#: The columns of a link that are its page's.
FROM_PAGE = {
    "source_key": "page_key",
    "source_domain": "page_domain",
    "source_title": "title",
    "source_language": "language",
    "source_ip": "ip",
    "source_robots": "robots",
    "first_seen": "fetched_at",
    "last_seen": "fetched_at",
    "reader": "reader",
    "source_id": "source_id",
    "offset": "offset",
}
