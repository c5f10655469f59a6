"""What is a link worth, and how far can that be told?

value = authority of the linking domain × attention on the page × placement × rel × kind × relevance ×
survival × what repetition leaves × (1 − unnatural) × (1 − spam), on the scale of authority: 100 is a followed
link in the text of the best domain. It is *ranking value*; visitors are counted elsewhere, and a nofollow
link of an encyclopaedia brings them. A factor that is not known makes a range, never 1 or 0
(docs/concepts/value.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from backlit.model import Kind, Placement, Rel, Robots
from backlit.score.batch import Batch
from backlit.score.numbers import Floats

__all__ = ["FACTORS", "NARROWS", "Values", "values_ahead", "values_of"]

#: Factors in the order in which receipts tell them.
FACTORS = (
    *("authority", "attention", "placement", "rel", "kind", "relevance"),
    *("survival", "repetition", "natural", "not_spam"),
)
#: What would tell a factor that is not known.
NARROWS = {
    "authority": "Rank the index, with pages that link to this domain.",
    "attention": "Read the page: `backlit verify`.",
    "placement": "Read the page: `backlit verify`.",
    "rel": "Read the page: `backlit verify`.",
    "relevance": "Keep the texts of both pages.",
    "survival": "Read the page again: `backlit verify`.",
}

#: By the reasonable surfer's order (US 7,716,225), in our numbers: nobody has published any.
_PLACES = {
    Placement.CONTENT: 1.0,
    Placement.RELATED: 0.35,
    Placement.AUTHOR: 0.3,
    Placement.SIDEBAR: 0.25,
    Placement.NAV: 0.2,
    Placement.HEADER: 0.2,
    Placement.FOOTER: 0.1,
    Placement.COMMENT: 0.1,
}
_FOLLOWED, _UGC, _NOFOLLOW, _SPONSORED = 1.0, 0.05, 0.1, 0.0
_CLICKED = (Kind.A, Kind.AREA, Kind.REDIRECT)
#: Ranges of what is not known. A domain that the graph lacks, or that no seed leads to, is no strong one.
_AUTHORITY, _PLACE, _REL, _RELEVANCE, _ATTENTION = (
    (0.0, 15.0),
    (0.1, 1.0),
    (0.05, 1.0),
    (0.4, 1.0),
    (0.5, 1.0),
)
#: Links to other sites that share a page's attention before it thins, by the square root of their number.
_SHARED = 20.0
#: Survival of links by age, after 8 % lost in 3 months and 44 % in 7 years: Weibull's shape and scale in
#: years.
_SHAPE, _SCALE, _YEAR = 0.581, 17.9, 365.25
#: m links of one domain count as 1 + 0.25 · log2(m), at most as two.
_REPEAT, _AT_MOST = 0.25, 2.0


@dataclass(frozen=True, slots=True, eq=False)
class Values:
    """The least and the most that each link is worth, 0 to 100, and the same of every factor."""

    low: Floats
    high: Floats
    factors: Mapping[str, tuple[Floats, Floats]]

    @property
    def middle(self) -> Floats:
        """The one number to sort by: half way between least and most."""
        return (self.low + self.high) / 2


def values_of(batch: Batch, spam: Floats, unnatural: Floats, today: float) -> Values:
    """The values of the links of a batch with their readings; `today` is in days since 1970."""
    found = {
        "authority": _or(batch.number("authority"), _AUTHORITY),
        "attention": _attention(batch),
        "placement": _or(_placement(batch), _PLACE),
        "rel": _or(_rel(batch), _REL),
        "kind": _same(np.isin(batch.number("kind"), [int(kind) for kind in _CLICKED]).astype(float)),
        "relevance": _or(0.4 + 0.6 * batch.number("relevance"), _RELEVANCE),
        "survival": _survival(batch, today),
        "repetition": _same(_repetition(batch.crowd.domain_links)),
        "natural": _same(1 - unnatural / 100),
        "not_spam": _same(1 - spam / 100),
    }
    low, high = (np.prod([pair[end] for pair in found.values()], axis=0) for end in (0, 1))
    return Values(low, high, found)


def values_ahead(
    authority: Floats, external_links: Floats, relevance: Floats, followed: Floats
) -> tuple[Floats, Floats]:
    """The least and the most that links would be worth that are not there yet, in the text of a page.

    By the authority of their domains, what else their pages link to, how near those are, and the share of
    their pages' links that hand something on; nan is not known. Without an authority there is no value.
    """
    shares = np.sqrt(np.minimum(1.0, _SHARED / (np.nan_to_num(external_links) + 1.0)))
    attention = _or(np.where(np.isnan(external_links), np.nan, shares), _ATTENTION)
    near = _or(0.4 + 0.6 * relevance, _RELEVANCE)
    least = np.where(followed >= 1.0, _FOLLOWED, _REL[0])
    most = np.where(followed <= 0.0, _NOFOLLOW, _REL[1])
    return authority * attention[0] * near[0] * least, authority * attention[1] * near[1] * most


def _same(factor: Floats) -> tuple[Floats, Floats]:
    return factor, factor


def _or(factor: Floats, unknown: tuple[float, float]) -> tuple[Floats, Floats]:
    """A factor, and a range where it is not known."""
    return np.nan_to_num(factor, nan=unknown[0]), np.nan_to_num(factor, nan=unknown[1])


def _attention(batch: Batch) -> tuple[Floats, Floats]:
    links = batch.number("external_links")
    return _or(np.sqrt(np.minimum(1.0, _SHARED / np.maximum(links, 1.0))), _ATTENTION)


def _placement(batch: Batch) -> Floats:
    codes = batch.number("placement")
    weights = np.full(max(Placement) + 1, np.nan)
    for place, weight in _PLACES.items():
        weights[int(place)] = weight
    found = weights[np.clip(np.nan_to_num(codes), 0, max(Placement)).astype(np.int64)]
    seen = np.nan_to_num(batch.number("hidden")) == 0
    return np.where(seen, found, 0.0)


def _rel(batch: Batch) -> Floats:
    """The strictest of what the link and its page say; a page without an index hands nothing on for long."""
    found = np.where(np.isnan(batch.number("rel")), np.nan, _FOLLOWED)
    for mask, weight in ((Rel.NOFOLLOW, _NOFOLLOW), (Rel.UGC, _UGC), (Rel.SPONSORED, _SPONSORED)):
        found = np.where(batch.bits("rel", int(mask)) == 1, np.fmin(found, weight), found)
    closed = batch.bits("source_robots", int(Robots.NOFOLLOW | Robots.NOINDEX)) == 1
    return np.where(closed, np.fmin(found, _NOFOLLOW), found)


def _survival(batch: Batch, today: float) -> tuple[Floats, Floats]:
    """The chance that a link seen last some time ago still stands: old links die slower than young ones."""
    seen, first = batch.number("last_seen"), batch.number("first_seen")
    age = np.maximum(np.nan_to_num(seen - first), 0.0) / _YEAR
    since = np.maximum(today - seen, 0.0) / _YEAR
    chance = np.exp((age / _SCALE) ** _SHAPE - ((age + since) / _SCALE) ** _SHAPE)
    return _or(chance, (0.5, 1.0))


def _repetition(links: Floats) -> Floats:
    count = np.maximum(np.nan_to_num(links, nan=1.0), 1.0)
    return np.minimum(1 + _REPEAT * np.log2(count), _AT_MOST) / count
