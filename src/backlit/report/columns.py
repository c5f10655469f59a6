"""Which columns does a list have when all of it leaves as a file, and what do they hold?

They are the same whatever the rows say, so that a file can be begun before its last row is known, and two
files of one list fit together. In CSV the parts of a field are dotted columns.
"""

from collections.abc import Iterable, Iterator, Mapping

import pyarrow as pa

from backlit.model import VENDOR_METRICS
from backlit.schemas import VISITS

__all__ = ["COLUMNS", "flat_names", "headings"]

_TIME = pa.timestamp("us", "UTC")
_WORDS = pa.list_(pa.string())


def _fields(kind: pa.DataType, names: str) -> list[pa.Field]:
    return [pa.field(name, kind) for name in names.split()]


_TEXT, _NUMBER, _SCORE = pa.string(), pa.int64(), pa.float64()

_STEP = pa.struct(
    [
        *_fields(_TEXT, "from to kind"),
        pa.field("status", _NUMBER),
        *_fields(_TIME, "first_seen last_seen ended_at"),
        pa.field("hint", pa.bool_()),
        pa.field("source", _TEXT),
    ]
)
_WAY = [
    *_fields(_TEXT, "anchor alt"),
    pa.field("rel", _WORDS),
    *_fields(_TEXT, "placement hidden"),
    pa.field("via", pa.list_(_STEP)),
]
_PROVENANCE = pa.struct(
    [pa.field("source", _TEXT), pa.field("offset", _NUMBER), *_fields(_TEXT, "unit reader")]
)
_CLAIM = pa.struct([pa.field("by", _TEXT), pa.field("at", _TIME), pa.field("reason", _TEXT)])

_LINK = pa.schema(
    [
        *_fields(_TEXT, "id source_url source_domain source_title target_url"),
        pa.field("via", pa.list_(_STEP)),
        pa.field("kind", _TEXT),
        pa.field("rel", _WORDS),
        *_fields(_TEXT, "placement hidden anchor alt before after language"),
        pa.field("noindex", pa.bool_()),
        *_fields(_TIME, "first_seen absent_at last_seen"),
        pa.field("state", _TEXT),
        pa.field("lost_at", _TIME),
        pa.field("lost_reason", _TEXT),
        pa.field("source_authority", _SCORE),
        pa.field("source_ip", _TEXT),
        pa.field("links_in_group", _NUMBER),
        *_fields(_SCORE, "value value_low value_high spam unnatural relevance"),
        pa.field("provenance", _PROVENANCE),
        pa.field("vendors", _WORDS),
        pa.field("reported_lost", _CLAIM),
        pa.field("vendor_metrics", pa.struct([pa.field(name, _SCORE) for name in VENDOR_METRICS])),
    ]
)

_VISIT = pa.struct(
    [
        *_fields(_TEXT, "tool measure"),
        pa.field("count", _NUMBER),
        *(pa.field(name, VISITS.field(name).type) for name in ("first_day", "last_day")),
    ]
)

#: By list, the columns of its rows.
COLUMNS: Mapping[str, pa.Schema] = {
    "backlinks": _LINK.append(pa.field("decision", _TEXT)),
    "domains": pa.schema(
        [
            pa.field("domain", _TEXT),
            *_fields(_NUMBER, "links follow"),
            *_fields(_TIME, "first_seen last_seen"),
            *_fields(_SCORE, "authority trust spam unnatural"),
            *_fields(_TEXT, "sitetype platform topic ip subnet country anchor url"),
            pa.field("visits", pa.list_(_VISIT)),
            pa.field("decision", _TEXT),
        ]
    ),
    "anchors": pa.schema(
        [
            *_fields(_TEXT, "anchor class"),
            pa.field("money", pa.bool_()),
            *_fields(_NUMBER, "links domains follow"),
            *_fields(_TIME, "first_seen last_seen"),
        ]
    ),
    "pages": pa.schema(
        [
            pa.field("url", _TEXT),
            *_fields(_NUMBER, "links domains status"),
            *_fields(_SCORE, "authority equity"),
            pa.field("internal_links", _NUMBER),
            pa.field("why", _TEXT),
            pa.field("leads_on", pa.bool_()),
        ]
    ),
    "changes": pa.schema(
        [
            pa.field("at", _TIME),
            *_fields(_TEXT, "kind reason"),
            pa.field("link", pa.struct(list(_LINK))),
            *(pa.field(name, pa.struct(_WAY)) for name in ("before", "after")),
        ]
    ),
    "leads": pa.schema(
        [
            *_fields(_TEXT, "source_url source_domain target_domain"),
            pa.field("reported_at", _TIME),
            *_fields(_TEXT, "reported_by source"),
        ]
    ),
}


def flat_names(fields: Iterable[pa.Field], before: str = "") -> Iterator[str]:
    """The names of columns with the parts of structures dotted, as `export.flatten` names them."""
    for field in fields:
        if pa.types.is_struct(field.type):
            yield from flat_names(iter(field.type), f"{before}{field.name}.")
        else:
            yield before + field.name


_JUDGED = "value value_low value_high"
#: The columns of answers that are found as a whole, where there is no row that has them.
_EMPTY = {
    "gap": f"domain page rivals authority relevance {_JUDGED} spam unnatural lost_at",
    "prospects": f"id kind domain url title why evidence needs target_url {_JUDGED} relevance authority "
    "seller_signs advice contact_hints language seen_at also",
    "broken": f"target_url status domains links {_JUDGED} best_link suggestion similarity",
}


def headings(view: str) -> list[str] | None:
    """The columns of a file without rows, so that whoever reads it knows that nothing was found."""
    if view == "gap":
        return [*_EMPTY["gap"].split(), *flat_names([pa.field("link", pa.struct(list(_LINK)))])]
    return _EMPTY[view].split() if view in _EMPTY else None
