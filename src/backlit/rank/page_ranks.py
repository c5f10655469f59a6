"""Which figures of a release do the pages of one domain need?"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from backlit.index.engine import connect, parquet, rows_of, text
from backlit.index.tables import Index, Version
from backlit.rank.graph import Floats
from backlit.rank.pages import page_scores, rank_page_scores
from backlit.rank.scale import Scale
from backlit.urls import icann_domain

__all__ = ["Voters", "scores_of_pages", "voters_of"]


@dataclass(frozen=True, slots=True, eq=False)
class Voters:
    """Domains, and what each sends along one of its votes."""

    place: Mapping[str, int]
    flow: Floats  # float64[voters]


def voters_of(index: Index, version: Version, release: Mapping[str, Any], names: Sequence[str]) -> Voters:
    """What each domain sends to each that it votes for: trust, or PageRank where the method knows no trust,
    shared out alike. 0 for a domain that no seed leads to, or that the release does not know."""
    place = {name: at for at, name in enumerate(names)}
    flow = np.zeros(len(names))
    carried = "trust" if _scale(release) is not None else "pagerank"
    connection = connect()
    connection.register("asked", pa.table({"domain": pa.array(names, pa.string())}))
    query = f"""SELECT domain, {carried} / greatest(linked_domains, 1) AS flow
        FROM {parquet(index.files(version, "ranks"))} SEMI JOIN asked USING (domain)
        WHERE release = {text(release["release"])} AND {carried} IS NOT NULL"""
    for row in rows_of(connection, query):
        flow[place[row["domain"]]] = row["flow"]
    return Voters(place, flow)


def scores_of_pages(
    index: Index, version: Version, release: Mapping[str, Any], domain: str, score: float, share: Floats
) -> Floats:
    """0–100 by page of a domain with that score, from the share of what the domain gets; NaN for none."""
    scale = _scale(release)
    if scale is not None:
        return page_scores(score, scale, share)
    query = f"""SELECT domain, pagerank, harmonic FROM {parquet(index.files(version, "ranks"))}
        WHERE release = {text(release["release"])} ORDER BY domain"""
    found = connect().sql(query).to_arrow_table()
    node = found["domain"].to_pylist().index(icann_domain(domain))
    walked, near = (found[name].to_numpy() for name in ("pagerank", "harmonic"))
    return rank_page_scores(score, walked, near, node, share)


def _scale(release: Mapping[str, Any]) -> Scale | None:
    said = json.loads(release["parameters"]).get("scale")
    return Scale(**said) if said else None
