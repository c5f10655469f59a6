"""How widely does a profile spread in each dimension, and is that narrow beside its peers?

Every dimension has the effective number of its kinds, one vote for each referring domain, and its interval.
Beside peers it has the share of them that spread less, all rarefied to equally many votes. It is called
narrow only where the *whole* interval lies below what 95 % of the peers reach: one figure below a line says
nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import exp, log
from typing import Any

import numpy as np

from backlit.index.kinds import DIMENSIONS, GIVEN, Kinds
from backlit.score.diversity import DRAWS, diversity, rarefied_effective

__all__ = ["ALL", "LEAST", "PEERS", "combined", "effective_of", "spread"]

Row = dict[str, Any]

#: Votes below which a profile is not compared: two domains more would be a fifth of it.
LEAST = 10
#: Peers below which the line that 95 % of them reach cannot be told from the lowest of them.
PEERS = 20
#: A target drawn like its peers lies below this share of them in at most as many cases. With the tenth part,
#: peers that differ much would call one such target in ten narrow.
_LINE = 0.05
#: Votes to which profiles are rarefied at most: more sharpen no comparison, and cost time.
_SAMPLE = 500
#: The dimension that stands for all.
ALL = "all"


def spread(
    own: Mapping[str, Kinds],
    peers: Sequence[Mapping[str, Kinds]] = (),
    *,
    why: str | None = None,
    seed: int = 0,
    draws: int = DRAWS,
) -> list[Row]:
    """One row per dimension of a profile, the one for all first; `why` says why there are no peers."""
    names = dict.fromkeys((*DIMENSIONS, *GIVEN))
    everybody = len(own["domain"].counts) if "domain" in own else 0
    silent = {name: Kinds(name, np.zeros(0, np.int64), None, everybody) for name in names}
    rows = [_row(name, own.get(name, silent[name]), peers, why, seed, draws) for name in names]
    return [combined(rows, why), *rows]


def combined(rows: Iterable[Row], why: str | None = None) -> Row:
    """All dimensions together: the geometric mean of the percentiles that are known."""
    known = [row["percentile"] for row in rows if row["percentile"] is not None]
    percentile = exp(sum(log(max(each, 1.0)) for each in known) / len(known)) if known else None
    empty = _empty(ALL, why or ("No dimension could be compared with peers." if not known else None))
    return empty | {"percentile": percentile, "kinds": None, "known": None, "unknown": None}


def effective_of(own: Mapping[str, Kinds]) -> dict[str, float | None]:
    """The effective number of each dimension alone, for a first look; None where nothing is known."""
    found = {name: diversity(own[name].counts, draws=1).effective for name in own if own[name].known}
    return {name: found.get(name) for name in DIMENSIONS}


def _row(
    name: str,
    kinds: Kinds,
    peers: Sequence[Mapping[str, Kinds]],
    why: str | None,
    seed: int,
    draws: int,
) -> Row:
    if not kinds.known:
        return _empty(name, _UNKNOWN.get(name, "No link tells.")) | {"unknown": kinds.unknown}
    found = diversity(kinds.counts, seed=seed, draws=draws)
    row: Row = {
        "dimension": name,
        "effective": found.effective,
        "evenness": found.evenness,
        "top": {"value": kinds.top, "votes": int(kinds.counts.max()), "share": found.top},
        "percentile": None,
        "ci": [found.low, found.high],
        "kinds": found.richness,
        "known": kinds.known,
        "unknown": kinds.unknown,
        "peers": 0,
        "rarefied_to": None,
        "narrow": None,
        "why": why,
    }
    return row if why else row | _beside(name, kinds, peers, (found.low, found.high), found.effective)


def _beside(
    name: str,
    own: Kinds,
    peers: Sequence[Mapping[str, Kinds]],
    interval: tuple[float, float],
    effective: float,
) -> Row:
    """The place among the peers, all rarefied to as many votes as the smallest has."""
    able = [kinds for peer in peers if (kinds := peer.get(name)) is not None and kinds.known >= LEAST]
    if own.known < LEAST:
        return {"why": f"Only {own.known} tell: profiles of fewer than {LEAST} are not compared."}
    if not able:
        read = name in DIMENSIONS or name == "owner"
        return {"why": f"No peer has {LEAST} that tell." if read else _OWN_ALONE}
    n = min(_SAMPLE, own.known, *(kinds.known for kinds in able))
    here = rarefied_effective(own.counts, n)
    there = np.array([rarefied_effective(kinds.counts, n) for kinds in able])
    same = np.isclose(there, here, rtol=1e-9)
    below = (there < here) & ~same
    high = here * interval[1] / effective
    enough = len(able) >= PEERS
    return {
        "percentile": 100 * float(below.sum() + same.sum() / 2) / len(able),
        "peers": len(able),
        "rarefied_to": n,
        "narrow": bool(high < np.quantile(there, _LINE)) if enough else None,
        "why": None if enough else f"With fewer than {PEERS} peers nothing is called narrow.",
    }


_OWN_ALONE = "It is found out for the target alone, so that there is nothing to compare."
#: What would tell where nothing does.
_UNKNOWN = {
    "ip": "No source kept addresses: WARC files of a crawl do.",
    "network": "No source kept addresses: WARC files of a crawl do.",
    "country": "No linking domain has a country's own suffix.",
    "placement": "Nobody has read where the links stand: WARC files of the linking pages tell.",
    "rel": "Nobody has read rel: WAT or WARC files of the linking pages tell.",
    "language": "No linking page says its language: WARC files tell more of them.",
    "first_seen_month": "No page was read before it had its link: a second crawl of the same pages tells.",
    "site_type": "No name or page of a linking site tells its type.",
    "anchor_class": "No link that a person can click is known.",
    "owner": "No list of owners was given: `backlit rank --owners FILE` reads one.",
}


def _empty(name: str, why: str | None) -> Row:
    return {
        "dimension": name,
        "effective": None,
        "evenness": None,
        "top": None,
        "percentile": None,
        "ci": None,
        "kinds": 0,
        "known": 0,
        "unknown": 0,
        "peers": 0,
        "rarefied_to": None,
        "narrow": None,
        "why": why,
    }
