"""In which columns do the checks meet many links at once?

A `Links` batch is made from an Arrow table whose columns are named as in `model.LINKS`, with page and domain
facts beside them; whatever a table lacks is unknown for all its rows. Text is null where unknown, numbers
NaN.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from backlit.score.numbers import Floats, Ints

__all__ = ["NUMBERS", "TEXTS", "TIMES", "Links"]

TEXTS = (
    *("source_key", "source_domain", "target_key", "target_domain"),
    *("anchor", "alt", "before", "after", "source_title", "source_language", "source_ip"),
)
#: Codes and masks of `model`, facts of the page, facts of the domain, and what other rooms find out.
NUMBERS = (
    *("kind", "rel", "placement", "hidden", "source_robots"),
    *("external_links", "internal_links", "text_length"),
    *("authority", "percentile", "trust", "spam_mass", "robust", "reach", "distrust"),
    *("referring_domains", "linked_domains", "supporters_near", "supporters_far", "pagerank_percentile"),
    #: the data was ranked by trust, and the domain stands in it: 1 or 0
    *("ranked_by_trust", "in_graph"),
    #: of all domains that link in the data, the share that nobody links to, and that no seed leads to
    *("lonely_share", "untrusted_share"),
    #: the place in published ranks of others; 1 is best
    "published_place",
    #: of the network that the domain belongs to: its number, how many domains it has, how sure it is, 0 to 1
    *("network", "network_domains", "network_strength"),
    #: text of the link: 1 what somebody wants to be found for, 0 not; 1 the name or address of the target
    *("money", "names_target"),
    #: how near page and site are to the target, 0 to 1; referring domains with the same tracking id;
    #: whether the target links to the domain
    *("relevance", "tracker_domains", "links_back"),
)
#: In days since 1970, UTC.
TIMES = ("first_seen", "last_seen", "absent_at")
_DAY = 86_400e6


@dataclass(frozen=True, slots=True, eq=False)
class Links:
    """`rows` links: one Arrow array of text, or NumPy array of float64, for every known column."""

    rows: int
    texts: Mapping[str, pa.Array]
    numbers: Mapping[str, Floats]

    @classmethod
    def from_table(cls, table: pa.Table) -> "Links":
        """The columns of a table that checks know; names that it lacks are unknown throughout."""
        have = set(table.column_names)
        texts = {name: _text(table[name]) for name in TEXTS if name in have}
        numbers = {name: _number(table[name]) for name in NUMBERS if name in have}
        numbers |= {name: _days(table[name]) for name in TIMES if name in have}
        return cls(len(table), texts, numbers)

    def text(self, name: str) -> pa.Array:
        """A column of text; all null where it was not given."""
        found = self.texts.get(name)
        return pa.nulls(self.rows, pa.string()) if found is None else found

    def number(self, name: str) -> Floats:
        """A column of numbers; all NaN where it was not given."""
        found = self.numbers.get(name)
        return np.full(self.rows, np.nan) if found is None else found

    def take(self, rows: Ints | slice) -> "Links":
        """Some of the links."""
        if isinstance(rows, slice):
            start, stop, _ = rows.indices(self.rows)
            texts = {name: column.slice(start, stop - start) for name, column in self.texts.items()}
            count = max(stop - start, 0)
        else:
            texts = {name: column.take(pa.array(rows)) for name, column in self.texts.items()}
            count = len(rows)
        return Links(count, texts, {name: column[rows] for name, column in self.numbers.items()})


def _text(column: pa.ChunkedArray) -> pa.Array:
    return _whole(column.cast(pa.string()))


def _number(column: pa.ChunkedArray) -> Floats:
    found: Floats = _whole(column.cast(pa.float64())).to_numpy(zero_copy_only=False)
    return found


def _days(column: pa.ChunkedArray) -> Floats:
    if pa.types.is_timestamp(column.type):
        column = pc.cast(pc.cast(column, pa.timestamp("us", tz="UTC")), pa.int64())
    return _number(column) / _DAY


def _whole(column: pa.ChunkedArray) -> pa.Array:
    found = column.combine_chunks()
    return pa.concat_arrays(found.chunks) if isinstance(found, pa.ChunkedArray) else found
