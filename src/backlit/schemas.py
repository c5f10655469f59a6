"""How are the tables beside pages and links laid out, which tell of names, visits and decisions?

Their columns follow the rules of `model`: times are UTC microseconds, and null means unknown.
"""

import pyarrow as pa

__all__ = ["ALIASES", "DECISIONS", "PERFORMANCE", "VISITS"]

_TIME = pa.timestamp("us", tz="UTC")


def _required(name: str, kind: pa.DataType) -> pa.Field:
    return pa.field(name, kind, nullable=False)


#: One row per alias and stretch of observations; `gone_at` alone is a tombstone, as in LINKS.
ALIASES = pa.schema(
    [
        #: the page that the alias is another name of; the key of the sort, since targets ask for it
        _required("canonical_key", pa.string()),
        _required("canonical_domain", pa.string()),
        _required("alias_key", pa.string()),
        _required("alias_domain", pa.string()),
        _required("kind", pa.int32()),
        #: the answer of a redirect, which says whether it is meant to last
        pa.field("status", pa.int32()),
        #: looks at the alias
        pa.field("first_seen", _TIME),
        pa.field("last_seen", _TIME),
        #: when it could first be told: of mirrors the later look of the two, else null
        pa.field("known_at", _TIME),
        pa.field("gone_at", _TIME),
        _required("reader", pa.int32()),
        _required("source_id", pa.string()),
        pa.field("offset", pa.int64()),
    ]
)

#: "So many came from there": what a web analytics tool or a server's log counted, by referrer.
VISITS = pa.schema(
    [
        #: the domain that was visited
        _required("site_domain", pa.string()),
        _required("referring_domain", pa.string()),
        _required("referring_host", pa.string()),
        #: the referring page, where the tool tells it; without what may name a person
        pa.field("referring_key", pa.string()),
        pa.field("landing_key", pa.string()),
        #: how much the row tells: `host`, `page`, or one of them `to landing page`
        _required("level", pa.string()),
        #: what is counted, by the tool's own word: sessions, visits, visitors, pageviews, requests
        _required("measure", pa.string()),
        _required("count", pa.int64()),
        #: the days it was counted over; null where the export does not say
        pa.field("first_day", _TIME),
        pa.field("last_day", _TIME),
        _required("tool", pa.string()),
        _required("reported_at", _TIME),
        _required("source_id", pa.string()),
        pa.field("row", pa.int64()),
    ]
)

#: How a site did in a search engine, by that engine's own count: one row per query, page, day …
PERFORMANCE = pa.schema(
    [
        _required("site_domain", pa.string()),
        #: query, page, date, country, device, search appearance, or the column's own name
        _required("dimension", pa.string()),
        _required("value", pa.string()),
        pa.field("page_key", pa.string()),
        _required("clicks", pa.int64()),
        _required("impressions", pa.int64()),
        #: share of impressions, 0 to 1, and mean place from 1
        pa.field("ctr", pa.float64()),
        pa.field("position", pa.float64()),
        pa.field("day", _TIME),
        #: the stretch of time in the export's own words; null where it does not say
        pa.field("period", pa.string()),
        _required("tool", pa.string()),
        _required("reported_at", _TIME),
        _required("source_id", pa.string()),
        pa.field("row", pa.int64()),
    ]
)

#: What people decided about links in other tools: whitelists, disavow lists, tags. Kept, never acted on.
DECISIONS = pa.schema(
    [
        #: the domain whose links it is about; null where the list does not say
        pa.field("site_domain", pa.string()),
        #: a host or domain with all below it, or the host of the page
        _required("host", pa.string()),
        #: null: it is about the whole host
        pa.field("page_key", pa.string()),
        #: keep, disavow, or tag
        _required("decision", pa.string()),
        pa.field("tags", pa.string()),
        pa.field("note", pa.string()),
        pa.field("tool", pa.string()),
        _required("reported_at", _TIME),
        _required("source_id", pa.string()),
        pa.field("row", pa.int64()),
    ]
)
