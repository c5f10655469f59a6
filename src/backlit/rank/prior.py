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

from backlit.index.engine import connect, parquet, rows_of, text
from backlit.index.tables import Index, Version
from backlit.model import RANKS
from backlit.rank.graph import Floats
from backlit.rank.scale import LEAST_PANEL, equated

__all__ = ["Prior", "Priors", "agreeing", "prior_of", "prior_scores", "read_priors"]

AGREED = 2_000  # a domain is a seed by agreement if both places are at least this good


@dataclass(frozen=True, slots=True)
class Priors:
    """Places by domain in the edition that was imported last; empty where none was."""

    edition: str | None
    harmonic: Mapping[str, float]
    places: Mapping[str, tuple[int, int]]  # by harmonic centrality, by PageRank


@dataclass(frozen=True, slots=True)
class Prior:
    """What an edition says of one domain, 0–100."""

    score: float
    edition: str


# Of several editions the one that was imported last; of a name in two of its files the better places.
_EDITION = """WITH ranked AS (
    SELECT p.*, s.ingested_at FROM {priors} p JOIN {sources} s USING (source_id) WHERE level = 'domain'),
edition AS (
    SELECT release, domain, max(harmonic) AS harmonic, min(harmonic_place) AS a, min(pagerank_place) AS b
    FROM ranked WHERE release = (SELECT arg_max(release, (ingested_at, release)) FROM ranked) GROUP BY ALL)
"""


def _edition(index: Index, version: Version) -> str | None:
    """The relation `edition`, in SQL; None where no ranks were imported."""
    files = index.files(version, "prior_ranks", column="domain")
    if not files:
        return None
    return _EDITION.format(priors=parquet(files), sources=parquet(index.files(version, "sources")))


def read_priors(index: Index, version: Version) -> Priors:
    """The edition imported last, at the level of domains."""
    edition = _edition(index, version)
    rows = rows_of(connect(), f"{edition} FROM edition ORDER BY domain") if edition else []
    places = {row["domain"]: (int(row["a"]), int(row["b"])) for row in rows}
    name = rows[0]["release"] if rows else None
    return Priors(name, {row["domain"]: row["harmonic"] for row in rows}, places)


def prior_of(index: Index, version: Version, domain: str, release: str | None) -> Prior | None:
    """The prior of a domain that our own graph does not hold; None where no edition knows it.

    On the scale of `release` where enough domains have both.
    """
    edition = _edition(index, version)
    if edition is None:
        return None
    mine = f"""{edition} SELECT release, harmonic, (SELECT max(harmonic) FROM edition) AS best
        FROM edition WHERE domain = {text(domain)}"""
    found = next(iter(rows_of(connect(), mine)), None)
    if found is None:
        return None
    score = np.array([100 * found["harmonic"] / found["best"]])
    both = _panel(index, version, edition, release) if release else np.empty((0, 2))
    if len(both) >= LEAST_PANEL:
        score = equated(score, 100 * both[:, 0] / found["best"], both[:, 1])
    return Prior(float(score[0]), found["release"])


def _panel(index: Index, version: Version, edition: str, release: str) -> Floats:
    """Harmonic centrality there and authority here, of the domains that have both."""
    connection = connect()
    connection.register("no_ranks", RANKS.empty_table())
    ranks = f"(FROM no_ranks UNION ALL BY NAME FROM {parquet(index.files(version, 'ranks'))})"
    query = f"""{edition} SELECT e.harmonic, coalesce(r.measured, r.authority) AS measured
        FROM edition e JOIN {ranks} r ON r.domain = e.domain
        WHERE r.release = {text(release)} AND r.authority IS NOT NULL AND NOT coalesce(r.prior, false)"""
    rows = [(row["harmonic"], row["measured"]) for row in rows_of(connection, query)]
    return np.array(rows, np.float64).reshape(-1, 2)


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
