"""What is a link, what is an observation of a page, and how are both laid out in Arrow?

Every source yields the same two batches: page observations (`PAGES`) and links (`LINKS`); lists
that name only the linking page yield `LEADS`. The tables of the index have these very schemas, so
a reader's output is a valid delta of the index. Times are UTC microseconds. Null means unknown,
never zero, false or "clean". docs/adr/0001 to 0003 say why the columns are what they are.
"""

import hashlib
import uuid
from enum import IntEnum, IntFlag, StrEnum
from functools import cache

import pyarrow as pa

__all__ = [
    "ANCHOR_LIMIT",
    "CONTEXT_LIMIT",
    "LATER_COLUMNS",
    "LEADS",
    "LINKS",
    "LINK_ROWS",
    "NO_LOOKS",
    "PAGES",
    "PRIOR_RANKS",
    "RANKS",
    "RELEASES",
    "SOURCES",
    "TITLE_LIMIT",
    "VENDOR_COLUMNS",
    "VENDOR_METRICS",
    "VOTE_KINDS",
    "AliasKind",
    "Hidden",
    "Kind",
    "LostReason",
    "PageSign",
    "Placement",
    "Reader",
    "Rel",
    "Robots",
    "State",
    "Verdict",
    "link_id",
    "name_of",
    "rel_tokens",
]

#: Longest text kept, in characters; longer texts are cut there.
ANCHOR_LIMIT = 1_000
CONTEXT_LIMIT = 160
TITLE_LIMIT = 300


class Kind(IntEnum):
    """The element or header that makes the link. Codes are part of the table format."""

    A = 1
    AREA = 2
    FORM = 3
    IFRAME = 4
    CANONICAL = 5
    ALTERNATE = 6
    AMPHTML = 7
    FEED = 8
    META_REFRESH = 9
    REDIRECT = 10


#: The kinds that a person can click: the ones that vote when domains are ranked.
VOTE_KINDS = (Kind.A, Kind.AREA)


class AliasKind(IntEnum):
    """What made one page known as another name of a second one."""

    REDIRECT = 1
    META_REFRESH = 2
    CANONICAL = 3
    #: two spellings of one address that answered the same bytes
    MIRROR = 4


class Rel(IntFlag):
    """The tokens of a rel attribute. A link without any has 0; null is "not read"."""

    NOFOLLOW = 1
    UGC = 2
    SPONSORED = 4
    NOOPENER = 8
    NOREFERRER = 16
    EXTERNAL = 32
    ME = 64
    AUTHOR = 128
    TAG = 256
    BOOKMARK = 512
    LICENSE = 1024
    OTHER = 2048


class Placement(IntEnum):
    """The part of the page in which the link stands."""

    CONTENT = 1
    NAV = 2
    HEADER = 3
    FOOTER = 4
    SIDEBAR = 5
    RELATED = 6
    COMMENT = 7
    AUTHOR = 8


class Hidden(IntEnum):
    """How a link is kept from the reader's eyes; 0 is "looked for, and visible"."""

    VISIBLE = 0
    DISPLAY_NONE = 1
    VISIBILITY = 2
    OPACITY = 3
    ZERO_SIZE = 4
    OFF_SCREEN = 5
    CLIP = 6
    SAME_COLOUR = 7
    HIDDEN_ATTRIBUTE = 8
    NOSCRIPT = 9
    TINY_IMAGE = 10


class Robots(IntFlag):
    """What robots meta tags and X-Robots-Tag say about a page."""

    NOINDEX = 1
    NOFOLLOW = 2


class Reader(IntEnum):
    """Who read the page, poorest first: at the same instant the richer reader's word stands."""

    EXPORT = 1
    WAT = 2
    WARC = 3


class LostReason(IntEnum):
    """What a later look at the page found instead of the link."""

    REMOVED = 1
    PAGE_GONE = 2
    PAGE_REDIRECTED = 3
    #: it answers 200 and says that there is no such page
    SOFT_404 = 4
    #: its domain is for sale or parked
    PARKED = 5
    #: the name servers know no such host
    DOMAIN_DEAD = 6
    #: the link is there, and the address that it names leads to the target no more
    ALIAS_ENDED = 7


class PageSign(IntEnum):
    """What a page turned out to be, whatever its status says."""

    ORDINARY = 0
    BOT_WALL = 1
    LOGIN = 2
    CONSENT = 3
    PARKED = 4
    SOFT_404 = 5
    MAINTENANCE = 6
    SCRIPT_ONLY = 7
    EMPTY = 8
    NO_HOST = 9


#: A look that met one of these has not seen the page: what it lacks may be there.
NO_LOOKS = (
    *(PageSign.BOT_WALL, PageSign.LOGIN, PageSign.CONSENT, PageSign.MAINTENANCE, PageSign.SCRIPT_ONLY),
    PageSign.EMPTY,
)


class State(IntEnum):
    """What is known about a link as of a date."""

    LIVE = 1
    UNVERIFIED = 2
    LOST = 3
    #: it leads to a copy on another site, which names the target's page as its original
    SYNDICATED = 4


_TIME = pa.timestamp("us", tz="UTC")


def _required(name: str, kind: pa.DataType) -> pa.Field:
    return pa.field(name, kind, nullable=False)


#: One row per (page, fetched_at, reader): one look at one page, with its whole outlink set.
PAGES = pa.schema(
    [
        _required("page_key", pa.string()),
        _required("page_domain", pa.string()),
        _required("fetched_at", _TIME),
        _required("reader", pa.int32()),
        pa.field("status", pa.int32()),
        #: the look covers the whole page, so what is not in `outlinks` was not there
        _required("complete", pa.bool_()),
        #: links within the domain are in `outlinks` too
        _required("keeps_internal", pa.bool_()),
        pa.field("robots", pa.int32()),
        pa.field("canonical_key", pa.string()),
        pa.field("redirect_key", pa.string()),
        #: where a refresh within ten seconds leads
        pa.field("refresh_key", pa.string()),
        #: of the payload, as the crawl wrote it down: tells mirrors
        pa.field("digest", pa.string()),
        pa.field("title", pa.string()),
        pa.field("language", pa.string()),
        pa.field("ip", pa.string()),
        pa.field("content_type", pa.string()),
        pa.field("text_length", pa.int32()),
        pa.field("external_links", pa.int32()),
        pa.field("internal_links", pa.int32()),
        _required(
            "outlinks",
            pa.list_(pa.struct([_required("target_key", pa.string()), _required("kind", pa.int32())])),
        ),
        _required("source_id", pa.string()),
        pa.field("offset", pa.int64()),
        #: what the page tells of its making, in its meta tags; WAT readers do not tell
        pa.field("generator", pa.string()),
        pa.field("author", pa.string()),
        pa.field("published_at", _TIME),
        #: ids of counters, tags, advertisements and pixels; empty where it was looked for
        pa.field("trackers", pa.list_(pa.string())),
        #: what the page turned out to be; null where only its frame was read, and in files from before
        pa.field("sign", pa.int32()),
    ]
)

#: What vendors' exports measure, each in a column of its own: shown beside our figures, never mixed in.
VENDOR_METRICS = (
    *("ahrefs_dr", "ahrefs_ur", "ahrefs_traffic", "semrush_as_page", "semrush_toxicity"),
    *("majestic_cf", "majestic_tf", "moz_da", "moz_pa", "moz_spam", "dataforseo_rank", "dataforseo_spam"),
)

_VENDOR_FIELDS = [
    #: the tool whose export asserts the link; null for our own looks and for tables of unknown origin
    pa.field("vendor", pa.string()),
    #: the date of that export, which its figures are of
    pa.field("reported_at", _TIME),
    #: when the vendor says that it lost the link: a claim to show, never a tombstone
    pa.field("reported_lost_at", _TIME),
    pa.field("reported_lost_reason", pa.string()),
    *(pa.field(name, pa.float64()) for name in VENDOR_METRICS),
]

#: The columns of LINKS that only exports fill; data files from before they were added lack them.
VENDOR_COLUMNS = tuple(field.name for field in _VENDOR_FIELDS)
#: All columns that data files from before they were added lack.
LATER_COLUMNS = (*VENDOR_COLUMNS, "source_defers")

#: One row per link occurrence and stretch of observations; `gone_at` alone is a tombstone.
LINKS = pa.schema(
    [
        _required("target_key", pa.string()),
        _required("target_domain", pa.string()),
        _required("source_key", pa.string()),
        _required("source_domain", pa.string()),
        _required("kind", pa.int32()),
        #: 0, 1, … among the links of this page to this target of this kind
        _required("occurrence", pa.int32()),
        #: place among all links of the page, in document order
        pa.field("ordinal", pa.int32()),
        pa.field("rel", pa.int32()),
        pa.field("placement", pa.int32()),
        pa.field("hidden", pa.int32()),
        pa.field("anchor", pa.string()),
        pa.field("alt", pa.string()),
        pa.field("before", pa.string()),
        pa.field("after", pa.string()),
        #: null: the page key without its scheme mark is canonical already
        pa.field("target_canonical", pa.string()),
        _required("canonical_version", pa.int32()),
        pa.field("source_title", pa.string()),
        pa.field("source_language", pa.string()),
        pa.field("source_ip", pa.string()),
        pa.field("source_robots", pa.int32()),
        pa.field("first_seen", _TIME),
        pa.field("last_seen", _TIME),
        pa.field("gone_at", _TIME),
        pa.field("gone_reason", pa.int32()),
        _required("reader", pa.int32()),
        _required("source_id", pa.string()),
        pa.field("offset", pa.int64()),
        *_VENDOR_FIELDS,
        #: the linking page names another one as its original; null where no look knows
        pa.field("source_defers", pa.bool_()),
    ]
)

#: The rows of the table `links`: those of `LINKS`, where looks that saw the very same may share one.
LINK_ROWS = LINKS.append(
    #: when and where looks before the row's own saw the link just so; null in rows as they are read
    pa.field(
        "earlier",
        pa.list_(
            pa.struct(
                [
                    _required("at", _TIME),
                    _required("source_id", pa.string()),
                    pa.field("offset", pa.int64()),
                    pa.field("ordinal", pa.int32()),
                ]
            )
        ),
    )
)

#: "This page links to that site somehow", without target or anchor: to be verified, never a link.
LEADS = pa.schema(
    [
        _required("target_domain", pa.string()),
        _required("source_key", pa.string()),
        _required("source_domain", pa.string()),
        pa.field("reported_at", _TIME),
        _required("reported_by", pa.string()),
        _required("source_id", pa.string()),
        pa.field("row", pa.int64()),
    ]
)

#: One row per file that was read: what it was, what it gave, what it cost.
SOURCES = pa.schema(
    [
        _required("source_id", pa.string()),
        _required("kind", pa.string()),
        _required("name", pa.string()),
        pa.field("crawl", pa.string()),
        _required("bytes_read", pa.int64()),
        _required("bytes_skipped", pa.int64()),
        _required("records", pa.int64()),
        _required("records_bad", pa.int64()),
        _required("pages", pa.int64()),
        _required("links", pa.int64()),
        _required("leads", pa.int64()),
        #: rows of visits, of search performance and of decisions; null in files from before they were read
        pa.field("visits", pa.int64()),
        pa.field("performance", pa.int64()),
        pa.field("decisions", pa.int64()),
        pa.field("first_observed", _TIME),
        pa.field("last_observed", _TIME),
        _required("ingested_at", _TIME),
        _required("job", pa.string()),
    ]
)

#: One row per domain (ICANN) and release.
RANKS = pa.schema(
    [
        _required("release", pa.string()),
        _required("domain", pa.string()),
        #: 0–100; null where the graph is too small to say. What is shown: as in the release before, unless
        #: `measured` is over two standard errors away
        pa.field("authority", pa.float64()),
        pa.field("percentile", pa.float64()),
        #: 1 is best; domains of equal score share their mean place
        pa.field("place", pa.float64()),
        #: how many domains share the place, this one included
        pa.field("tied", pa.int32()),
        _required("pagerank", pa.float64()),
        _required("harmonic", pa.float64()),
        _required("referring_domains", pa.int32()),
        _required("linked_domains", pa.int32()),
        #: how much trusted seeds have to do with it, 0–1; null where none leads to it, or none was used
        pa.field("trust", pa.float64()),
        #: the share of its PageRank that seeds do not account for
        pa.field("spam_mass", pa.float64()),
        #: standard error of authority: over the input files, and of estimated distances
        pa.field("se", pa.float64()),
        #: authority is what an imported rank says, not this data
        pa.field("prior", pa.bool_()),
        #: authority as this release measured it; place and percentile are of this
        pa.field("measured", pa.float64()),
        #: by plain PageRank; 1 is best, and equals share their mean place
        pa.field("pagerank_place", pa.float64()),
        #: the share of its PageRank that is left if no supporter counts for more than a thousandth of it;
        #: null with fewer than five voters
        pa.field("robust", pa.float64()),
        #: what comes from more than two links away, next to its PageRank
        pa.field("distant", pa.float64()),
        #: PageRank on turned links: high for who links to much
        pa.field("reach", pa.float64()),
        #: Anti-TrustRank from the domains that were disavowed; null where none was
        pa.field("distrust", pa.float64()),
        #: how many domains lead to it over at most 1, 2, 3 and 4 links
        pa.field("supporters", pa.list_(pa.int64())),
    ]
)

#: One row per name and edition of a web graph that others ranked (Common Crawl's): their figures as
#: published, beside ours and never mixed in. Several files of one edition may have been read; a name
#: that stands in two of them has two rows. Places are distinct even where
#: values are equal (ties are broken by name), so a place far down says little.
PRIOR_RANKS = pa.schema(
    [
        #: the edition, e.g. cc-main-2024-25-dec-jan-feb, by the file's name
        _required("release", pa.string()),
        #: what was ranked: domain (ICANN) or host
        _required("level", pa.string()),
        #: the name in its usual order; Common Crawl's host graphs leave a leading www. out
        _required("domain", pa.string()),
        #: 1 is best
        _required("harmonic_place", pa.int64()),
        #: the raw sum of 1/distance, not normalised
        _required("harmonic", pa.float64()),
        _required("pagerank_place", pa.int64()),
        #: sums to 1 over the whole graph
        _required("pagerank", pa.float64()),
        #: hosts folded into the domain; null where it was not published
        pa.field("hosts", pa.int64()),
        _required("source_id", pa.string()),
        #: the line in the file, counted from 1
        _required("row", pa.int64()),
    ]
)

#: One row per release of ranks: what it was made of, how, and whether it converged.
RELEASES = pa.schema(
    [
        _required("release", pa.string()),
        _required("made_at", _TIME),
        _required("method", pa.string()),
        _required("parameters", pa.string()),
        #: snapshot of `links` that the graph was read from, and the newest observation in it
        _required("snapshot", pa.int64()),
        pa.field("as_of", _TIME),
        _required("domains", pa.int64()),
        _required("edges", pa.int64()),
        _required("iterations", pa.int32()),
        _required("residual", pa.float64()),
        _required("converged", pa.bool_()),
        #: why authority is null, in a sentence; null where it is not
        pa.field("unrankable", pa.string()),
    ]
)


class Verdict(StrEnum):
    """What somebody settled about links."""

    KEEP = "keep"
    IGNORE = "ignore"
    WATCH = "watch"
    ASK_REMOVAL = "ask-removal"
    DISAVOW = "disavow"
    SNOOZE = "snooze"
    #: not of links, but of an earlier event
    UNDO = "undo"


def link_id(source_key: str, target_key: str, kind: int) -> uuid.UUID:
    """The 128-bit id of a link: BLAKE2b over its identity, since names are chosen by strangers.

    Computed for the rows that leave; never stored beside the key it is made of.
    """
    message = f"{source_key}\0{target_key}\0{int(kind)}".encode("utf-8", "surrogatepass")
    return uuid.UUID(bytes=hashlib.blake2b(message, digest_size=16, person=b"backlit.link").digest())


def name_of(kind: type[IntEnum], code: int | None) -> str | None:
    """The word that users meet for a code, e.g. `display-none`; None for an unknown one."""
    return None if code is None else kind(code).name.lower().replace("_", "-")


def rel_tokens(rel: int | None) -> list[str] | None:
    """The rel tokens of a mask, in the order of their bits; None where rel was not read."""
    if rel is None:
        return None
    return list(_rel_tokens(rel))


@cache  # as many as there are masks on the web: some dozens, asked for by each row of each list
def _rel_tokens(rel: int) -> tuple[str, ...]:
    return tuple(token.name.lower() for token in Rel if rel & token and token.name)
