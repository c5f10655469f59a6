"""What did others find, for domains that this index hardly knows?

Common Crawl ranks 100 million domains by harmonic centrality H, which its order follows, and by PageRank; a
file of its ranks that was imported is a *prior*: how near a domain is to everybody, next to the best,

    score = 100 · H / H of the best domain of the edition

which keeps the order of the file and moves little from one edition to the next (docs/concepts/authority.md).
Where enough domains have both, priors are equated with the index's own scores. A prior is marked as one and
never enters the graph.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from backlit.index.engine import connect, parquet, rows_of
from backlit.index.tables import Index, Version
from backlit.rank.graph import Floats
from backlit.rank.scale import LEAST_PANEL, equated

__all__ = ["Priors", "agreeing", "prior_scores", "read_priors"]

AGREED = 2_000  # a domain is a seed by agreement if both places are at least this good


@dataclass(frozen=True, slots=True)
class Priors:
    """Places by domain in the edition that was imported last; empty where none was."""

    edition: str | None
    harmonic: Mapping[str, float]
    places: Mapping[str, tuple[int, int]]  # by harmonic centrality, by PageRank


def read_priors(index: Index, version: Version) -> Priors:
    """The edition imported last, at the level of domains; of a name in two files the better places."""
    files = index.files(version, "prior_ranks", column="domain")
    if not files:
        return Priors(None, {}, {})
    sources = parquet(index.files(version, "sources"))
    rows = rows_of(
        connect(),
        f"""WITH ranked AS (
            SELECT p.*, s.ingested_at FROM {parquet(files)} p JOIN {sources} s USING (source_id)
            WHERE level = 'domain')
        SELECT release, domain, max(harmonic) AS harmonic, min(harmonic_place) AS a, min(pagerank_place) AS b
        FROM ranked
        WHERE release = (SELECT arg_max(release, (ingested_at, release)) FROM ranked)
        GROUP BY ALL ORDER BY domain""",
    )
    edition = rows[0]["release"] if rows else None
    places = {row["domain"]: (int(row["a"]), int(row["b"])) for row in rows}
    return Priors(edition, {row["domain"]: row["harmonic"] for row in rows}, places)


def prior_scores(priors: Priors) -> dict[str, float]:
    """0–100 by domain, in the order of the edition."""
    best = max(priors.harmonic.values(), default=1.0)
    return {name: 100 * value / best for name, value in priors.harmonic.items()}


def on_own_scale(theirs: Mapping[str, float], names: list[str], own: Floats) -> dict[str, float]:
    """Priors equated with the index's own scores (NaN unknown) on the domains with both, if enough have."""
    both = [(theirs[name], score) for name, score in zip(names, own, strict=True) if name in theirs]
    panel = np.array([pair for pair in both if not np.isnan(pair[1])]).reshape(-1, 2)
    if len(panel) < LEAST_PANEL:
        return dict(theirs)
    values = equated(np.array(list(theirs.values())), panel[:, 0], panel[:, 1])
    return dict(zip(theirs, values.tolist(), strict=True))


def agreeing(priors: Priors) -> list[str]:
    """Domains at the top of both published ranks, which fall to different tricks."""
    return sorted(name for name, places in priors.places.items() if max(places) <= AGREED)
