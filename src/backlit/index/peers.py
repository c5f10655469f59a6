"""Which domains of the index can a target be compared with? Those of about its size and of its language."""

from dataclasses import dataclass
from math import log10
from typing import Any

from backlit.index.engine import connect, parquet, rows_of, text
from backlit.index.profile_sql import CLASSES
from backlit.index.tables import Index, Version

__all__ = ["FEWEST", "MOST", "NEAR", "Peers", "alike", "peers_within"]

#: Decades of referring domains to either side: from 0.56 times to 1.78 times as many.
NEAR = 0.25
#: Percentiles of fewer say little; more tell no more, and are read for nothing.
FEWEST, MOST = 50, 200
#: Rows of links that are read for all peers together, and domains that are looked at as peers.
_ROWS, _LOOKED_AT = 3_000_000, 1_000

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Peers:
    """The domains to compare with, the nearest in size first, and the language that they share."""

    names: tuple[str, ...]
    language: str | None


def peers_within(index: Index, version: Version, domain: str, size: int, release: str | None = None) -> Peers:
    """Up to MOST domains with about `size` referring domains whose linking pages are mostly in the language
    of the target's. `release` names ranks that know sizes already: without them every link is read."""
    files = index.files(version, "links")
    if not files or not size:
        return Peers((), None)
    near = _near_in_rank(index, version, domain, release)
    rows = _sizes(files, "true" if near is None else f"target_domain IN ({', '.join(map(text, near))})")
    own = next((row for row in rows if row["domain"] == domain), None)
    language = own["language"] if own else None
    return Peers(tuple(_chosen(rows, domain, size, language)), language)


def alike(size: int, other: int) -> bool:
    """Whether two numbers of referring domains can be compared."""
    return size > 0 and other > 0 and abs(log10(other / size)) <= NEAR


def _chosen(rows: list[Row], domain: str, size: int, language: str | None) -> list[str]:
    fitting = [
        row
        for row in rows
        if row["domain"] != domain
        and alike(size, row["domains"])
        and (language is None or row["language"] == language)
    ]
    fitting.sort(key=lambda row: (abs(log10(row["domains"] / size)), row["domain"]))
    chosen, left = [], _ROWS
    for row in fitting[:MOST]:
        left -= row["links"]
        if left < 0:
            break
        chosen.append(str(row["domain"]))
    return chosen


def _sizes(files: list[str], where: str) -> list[Row]:
    """The domains that are linked to, with how many link there, and the language of most pages that do."""
    query = f"""SELECT target_domain AS domain, count(DISTINCT source_domain) AS domains, count(*) AS links,
        mode({CLASSES["language"]}) AS language
        FROM {parquet(files)} WHERE source_domain <> target_domain AND {where} GROUP BY ALL"""
    return rows_of(connect(), query)


def _near_in_rank(index: Index, version: Version, domain: str, release: str | None) -> list[str] | None:
    """The domains with about as many votes by a ranking, and the target; None where it does not know it."""
    files = index.files(version, "ranks") if release else []
    if not files or release is None:
        return None
    ranks = f"(FROM {parquet(files)} WHERE release = {text(release)} AND referring_domains > 0)"
    query = f"""SELECT r.domain FROM {ranks} r, {ranks} o WHERE o.domain = {text(domain)}
        AND abs(log10(r.referring_domains / o.referring_domains)) <= {2 * NEAR}
        ORDER BY abs(ln(r.referring_domains / o.referring_domains)), r.domain <> {text(domain)}, r.domain
        LIMIT {_LOOKED_AT}"""
    return [str(row["domain"]) for row in rows_of(connect(), query)] or None
