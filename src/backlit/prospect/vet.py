"""Is a site worth a link? What is known of it as a source, before anybody agrees to anything.

A site is told by whom it links to already: a fifth of them linked badly is its way of linking, and no
accident. What nobody read is unknown, and never clean.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from backlit.score import cues
from backlit.score.assess import finding_of
from backlit.score.batch import Batch
from backlit.score.findings import LIMIT, Marker, weighted
from backlit.score.numbers import Bools, Floats, Ints, coded, has
from backlit.score.readings import Strengths
from backlit.score.texts import lowered
from backlit.urls import url_of_key

__all__ = ["ADVICE", "SORTS", "Material", "Row", "ordered", "vetted"]

Row = dict[str, Any]

#: What is said of a site in one word, from the best.
ADVICE = ("good", "mixed", "avoid", "unknown")
#: What the rows can be sorted by, best first; then by name.
SORTS = ("advice", "authority", "relevance", "unnatural", "spam", "domain")

#: The reading that the links to one in five of the linked sites reach is the site's.
_FIFTH = 0.8
#: Links of a site below which their readings are an accident.
_FEW = 3
#: Readings, and shares of sites that are linked badly, from which on a site is not simply good.
_DOUBT, _SHARE = 40.0, 0.1
#: How near a site has to be to the target for that to speak against it.
_FAR = 0.15
#: Findings on a link that say that a place on the site is for sale.
_FOR_SALE = ("sells-links", "said-to-be-paid")
#: Different sites of a spam trade that no honest site leads to.
_CUSTOMERS = 2
#: Pages that have to show a sign before it is the way of the site: an article may speak of bought links, and
#: an advertisement may stand beside one that nobody bought.
_OFTEN = 2
#: Share of the linking domains that nobody links to from which on that says nothing of one of them.
_MOSTLY = 0.6
_SEEN = 0.5
_READINGS = ("unnatural", "spam")
_MOST_SIGNS, _MOST_FINDINGS = 5, 3


@dataclass(frozen=True, eq=False)
class Material:
    """What is known: links with their readings, pages (domain, page_key, title, pages), ranks by domain, how
    near each domain is to the target, and how many of its links lead there; None where no target is named."""

    batch: Batch
    spam: Floats
    unnatural: Floats
    strengths: Strengths
    pages: pa.Table
    ranks: Mapping[str, Row]
    near: Mapping[str, float] = field(default_factory=dict)
    links_here: Mapping[str, int] | None = None
    types: Mapping[str, str | None] = field(default_factory=dict)
    is_ranked: bool = True

    @property
    def is_rare_to_be_alone(self) -> bool:
        """Whether a site that nobody links to stands out: in a small sample of the web most are alone."""
        share = self.batch.number("lonely_share")
        return self.is_ranked and len(share) > 0 and bool(np.nan_to_num(share[0], nan=1.0) < _MOSTLY)


def vetted(domains: Sequence[str], known: Material) -> list[Row]:
    """One row for each domain, in their order."""
    links = _places(known.batch.links.text("source_domain"))
    pages = _places(known.pages["domain"])
    offers = _offers(known.pages)
    none = np.zeros(0, np.int64)
    return [_row(name, known, links.get(name, none), pages.get(name, none), offers) for name in domains]


def _places(domains: pa.Array | pa.ChunkedArray) -> dict[str, Ints]:
    """The rows of each domain."""
    whole = domains.combine_chunks() if isinstance(domains, pa.ChunkedArray) else domains
    coded = whole.cast(pa.string()).dictionary_encode()
    at = coded.indices.to_numpy(zero_copy_only=False)
    order = np.argsort(at, kind="stable")
    bounds = np.searchsorted(at[order], np.arange(len(coded.dictionary) + 1))
    names = coded.dictionary.to_pylist()
    return {name: order[bounds[i] : bounds[i + 1]].astype(np.int64) for i, name in enumerate(names)}


def _offers(pages: pa.Table) -> Bools:
    """Pages that offer links by their title."""
    return has(lowered(pages["title"].combine_chunks()), cues.SELLER)


def _row(name: str, known: Material, links: Ints, pages: Ints, offers: Bools) -> Row:
    ranked = known.ranks.get(name, {})
    readings = _readings(known, links)
    row: Row = {
        "domain": name,
        "advice": None,
        "why": [],
        "authority": ranked.get("authority"),
        "percentile": ranked.get("percentile"),
        "trust": ranked.get("trust"),
        "referring_domains": ranked.get("referring_domains"),
        **readings,
        "relevance": known.near.get(name),
        "already_links": _already(name, known, links, pages),
        "sitetype": known.types.get(name),
        "pages": _known_pages(known, pages),
        "links": len(links) or None,
        "linked_sites": _linked(known, links),
        "seller_signs": _signs(known, links, pages, offers),
        "findings": _findings(known, links),
    }
    return row | dict(zip(("advice", "why"), _advice(row, known.is_rare_to_be_alone), strict=True))


def _readings(known: Material, links: Ints) -> Row:
    """The readings of a site, and how many linked sites have links that read as unnatural; unknown of too
    few links.

    A template repeats one link on every page, so that each linked site counts once, with its worst link.
    What passers-by left says how a site is kept, and not whom it links to: it counts where there is nothing
    else.
    """
    if len(links) < _FEW:
        return {"spam": None, "unnatural": None, "unnatural_sites": None}
    own = links[known.batch.in_passing[links] == 0]
    counted = own if len(own) >= _FEW else links
    sites = coded(known.batch.links.text("target_domain").take(pa.array(counted)))
    spam, unnatural = (_worst(sites, readings[counted]) for readings in (known.spam, known.unnatural))
    return {
        "spam": _most_reach(spam),
        "unnatural": _most_reach(unnatural),
        "unnatural_sites": int((unnatural >= LIMIT).sum()),
    }


def _worst(sites: Ints, readings: Floats) -> Floats:
    """Of each site the greatest reading."""
    found = np.zeros(int(sites.max()) + 1)
    np.maximum.at(found, sites, readings)
    return found


def _most_reach(readings: Floats) -> float:
    """What a fifth of the sites reach or pass, and more than one of two to five."""
    return round(float(np.quantile(readings, _FIFTH, method="lower")), 1)


def _already(name: str, known: Material, links: Ints, pages: Ints) -> int | None:
    """How many links lead to the target already; unknown of a site of which nothing was read."""
    if known.links_here is None:
        return None
    found = known.links_here.get(name)
    return found if found or not (len(links) or len(pages)) else 0


def _known_pages(known: Material, pages: Ints) -> int | None:
    return int(known.pages["pages"][int(pages[0])].as_py()) if len(pages) else None


def _linked(known: Material, links: Ints) -> int | None:
    if not len(links):
        return None
    return len(set(known.batch.links.text("target_domain").take(pa.array(links)).to_pylist()))


# what shows that links are for sale -------------------------------------------


def _signs(known: Material, links: Ints, pages: Ints, offers: Bools) -> list[Row]:
    """Why a place on the site seems to be for sale: a sentence, an example, how many pages show it."""
    found = [
        _titled(known.pages, pages[offers[pages]]),
        *(_marked(known, links, marker) for marker in weighted() if marker.id in _FOR_SALE),
        _customers(known, links),
    ]
    return [sign for sign in found if sign is not None][:_MOST_SIGNS]


def _titled(pages: pa.Table, rows: Ints) -> Row | None:
    if not len(rows):
        return None
    row = int(rows[0])
    title = str(pages["title"][row].as_py())[:200]
    return {
        "sign": "offers-links",
        "sentence": f"A page is called “{title}”.",
        "url": url_of_key(pages["page_key"][row].as_py()),
        "pages": len(rows),
    }


def _marked(known: Material, links: Ints, marker: Marker) -> Row | None:
    rows = _met(known, links, marker)
    if not len(rows):
        return None
    row = int(rows[0])
    told = finding_of(marker, known.batch, known.strengths, row)
    return {
        "sign": marker.id,
        "sentence": told.sentence,
        "url": _page(known.batch, row),
        "pages": _pages_of(known.batch, rows),
    }


def _customers(known: Material, links: Ints) -> Row | None:
    """Whoever leads to several sites of trades that live on spam has customers; what is hidden, others put
    there."""
    if not len(links):
        return None
    batch = known.batch.take(links)
    passed = np.nan_to_num(batch.unqualified) >= _SEEN
    own = (batch.in_passing == 0) & (np.nan_to_num(batch.number("hidden")) == 0)
    rows = np.flatnonzero(batch.in_spam_trade & passed & own)
    targets = sorted(set(batch.links.text("target_domain").take(pa.array(rows)).to_pylist()))
    if len(targets) < _CUSTOMERS:
        return None
    row = int(rows[0])
    words = str(batch.links.text("anchor")[row].as_py() or "")[:100]
    return {
        "sign": "spam-trade-customers",
        "sentence": f"Links with words such as “{words}” lead to {len(targets)} sites.",
        "url": _page(batch, row),
        "pages": max(_pages_of(batch, rows), len(targets)),
    }


def _met(known: Material, links: Ints, marker: Marker) -> Ints:
    """The links on which a marker is seen, the clearest first."""
    strength = np.nan_to_num(known.strengths[marker.code][links])
    order = np.argsort(-strength, kind="stable")
    return links[order[strength[order] >= _SEEN]]


def _pages_of(batch: Batch, rows: Ints) -> int:
    return len(set(batch.links.text("source_key").take(pa.array(rows)).to_pylist()))


def _page(batch: Batch, row: int) -> str:
    return url_of_key(str(batch.links.text("source_key")[row].as_py()))


# what else was noticed, and what follows ---------------------------------------


def _findings(known: Material, links: Ints) -> list[Row]:
    """What was noticed most on its links, by how much it weighs in all."""
    seen = []
    for marker in weighted():
        rows = _met(known, links, marker)
        weight = max(marker.weight("spam"), marker.weight("unnatural"))
        if len(rows) and weight > 0:
            seen.append((weight * len(rows), marker, rows))
    seen.sort(key=lambda each: (-each[0], each[1].code))
    return [_finding(known, marker, rows) for _, marker, rows in seen[:_MOST_FINDINGS]]


def _finding(known: Material, marker: Marker, rows: Ints) -> Row:
    told = finding_of(marker, known.batch, known.strengths, int(rows[0]))
    return {
        "id": told.id,
        "level": told.level,
        "sentence": told.sentence,
        "policy": told.policy,
        "links": len(rows),
        "url": _page(known.batch, int(rows[0])),
    }


def _advice(row: Row, is_rare: bool) -> tuple[str, list[str]]:
    """A word for the site, and the reasons for it."""
    against = _against(row)
    if against:
        return "avoid", against
    if row["unnatural"] is None:
        return "unknown", [_unread(row)]
    doubts = _doubts(row, is_rare)
    if doubts:
        return "mixed", doubts
    if row["pages"] == 1:
        return "unknown", ["Nothing speaks against it, but only one page of it was read."]
    return "good", [_badly_linked(row)]


def _badly_linked(row: Row) -> str:
    bad, sites = row["unnatural_sites"], row["linked_sites"]
    return f"Links to {bad or 'none'} of {sites:,} sites read as unnatural."


def _against(row: Row) -> list[str]:
    signs = [sign["sentence"] for sign in row["seller_signs"] if sign["pages"] >= _OFTEN]
    return signs + [_of_a_fifth(row, name) for name in _READINGS if (row[name] or 0.0) >= LIMIT]


def _of_a_fifth(row: Row, name: str) -> str:
    told = f"{row[name]:.0f} of 100 as {name}, or more"
    return f"The links to one in five of the sites it links to read {told}."


def _unread(row: Row) -> str:
    if row["pages"] is None and row["links"] is None:
        return "No page of it was read: crawl some, or ingest a crawl that has them."
    return f"Fewer than {_FEW} links of it to other sites were read."


def _doubts(row: Row, is_rare: bool) -> list[str]:
    found = [sign["sentence"] for sign in row["seller_signs"]]
    found += [_of_a_fifth(row, name) for name in _READINGS if _DOUBT <= row[name] < LIMIT]
    bad = row["unnatural_sites"]
    if bad > 1 or (bad and bad >= _SHARE * row["linked_sites"]):
        found.append(_badly_linked(row))
    if is_rare and not row["referring_domains"]:
        found.append("No other site of this data links to it, so that nobody speaks for it.")
    if row["relevance"] is not None and row["relevance"] < _FAR:
        found.append("Its pages are far from what the target is about.")
    return found


def ordered(rows: Sequence[Row], sort: str) -> list[Row]:
    """The rows, the best first; what is not known comes last."""
    return sorted(rows, key=lambda row: (*_place(row, sort), row["domain"]))


def _place(row: Row, sort: str) -> tuple[Any, ...]:
    if sort == "domain":
        return ()
    if sort == "advice":
        return ADVICE.index(row["advice"]), *_down(row, "relevance", "authority")
    if sort in ("spam", "unnatural"):
        return row[sort] is None, row[sort] or 0.0
    return _down(row, sort, "authority")


def _down(row: Row, *names: str) -> tuple[Any, ...]:
    return tuple(part for name in names for part in (row[name] is None, -(row[name] or 0.0)))
