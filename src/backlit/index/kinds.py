"""Of which kinds are the domains that link to a target? One vote for each, dimension by dimension.

A domain votes with its best link (see `profile_sql.BEST`), or, where that does not tell, with the best of its
links that does: a template that repeats a link on a thousand pages has one vote like everybody. What no link
of a domain tells is unknown, and counted as such.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from backlit.index.engine import connect, moment_of, parquet, text
from backlit.index.fold import BLANK
from backlit.index.profile_sql import CLASSES, STANDING, VOTES
from backlit.index.single import links_of
from backlit.index.tables import Index, Version
from backlit.model import Placement, name_of
from backlit.urls import url_of_key

__all__ = ["BEST_PAGES", "DIMENSIONS", "GIVEN", "KINDS", "Kinds", "given_kinds", "kinds_of", "kinds_of_peers"]

_HOST = "regexp_extract(source_key, '^[^/]*')"
_TLD = f"""CASE WHEN NOT regexp_full_match({_HOST}, '[0-9.]+|[[].*') THEN split_part({_HOST}, '.', 1) END"""
_V6 = "string_split(split_part(source_ip, '::', 1), ':')"
_GROUPS = " || ':' || ".join(f"coalesce(nullif(ltrim({_V6}[{at}], '0'), ''), '0')" for at in (1, 2, 3))

#: Registries of countries whose names are sold to all the world, and of what is no country.
_SOLD = (
    *("ac", "ai", "am", "as", "bz", "cc", "cf", "co", "dj", "eu", "fm", "ga", "gg", "gq", "io", "la", "ly"),
    *("me", "ml", "ms", "nu", "pw", "sc", "sh", "st", "su", "tk", "to", "tv", "vc", "vg", "ws"),
)
_GENERIC = ("com", "net", "org", "info", "biz", "name", "mobi")
_RESTRICTED = ("edu", "gov", "mil", "int", "aero", "coop", "museum", "arpa")


def _among(names: Sequence[str]) -> str:
    return f"IN ({', '.join(map(text, names))})"


#: What a link tells, in SQL over the columns of links; null is unknown.
_TOLD: Mapping[str, str] = {
    "ip": "source_ip",
    "network": f"""CASE WHEN source_ip LIKE '%.%.%.%'
        THEN regexp_extract(source_ip, '^[0-9]+[.][0-9]+[.][0-9]+') || '.0/24'
        WHEN source_ip LIKE '%:%' THEN {_GROUPS} || '::/48' END""",
    "tld": _TLD,
    "tld_class": f"""CASE WHEN {_TLD} {_among(_GENERIC)} THEN 'generic'
        WHEN {_TLD} {_among(_RESTRICTED)} THEN 'restricted'
        WHEN length({_TLD}) = 2 OR {_TLD} LIKE 'xn--%' THEN 'country' WHEN {_TLD} <> '' THEN 'newer' END""",
    "country": f"""CASE WHEN {_TLD} = 'uk' THEN 'GB'
        WHEN length({_TLD}) = 2 AND NOT {_TLD} {_among(_SOLD)} THEN upper({_TLD}) END""",
    "language": CLASSES["language"],
    "placement": "placement::VARCHAR",
    "rel": CLASSES["rel"],
    "target_page": "coalesce(target_canonical, split_part(target_key, ' ', 1))",
    "anchor": f"""CASE WHEN kind IN ({VOTES})
        THEN lower(coalesce(nullif(trim(anchor), ''), '[' || nullif(trim(alt), '') || ']')) END""",
    #: when a link came is known only where its page was read before without it
    "first_seen_month": "CASE WHEN absent_at IS NOT NULL THEN strftime(first_seen, '%Y-%m') END",
}
#: How the links spread over domains, then what the domains' votes tell.
DIMENSIONS = ("domain", *_TOLD)
#: Dimensions that no link tells: they are known where somebody passes them, domain by domain.
GIVEN = ("owner", "anchor_class", "site_type")

_CHOSEN = ", ".join(f"arg_min({told}, place) AS {name}" for name, told in _TOLD.items())
_VOTES = f"""
SELECT target, source_domain, count(*) AS links, {_CHOSEN} FROM ({{links}}) AS l GROUP BY ALL
"""
_NAMES = ", ".join(DIMENSIONS[1:])


def _counted(name: str) -> str:
    return f"""SELECT target, '{name}' AS dimension, {name}::VARCHAR AS value, count(*) AS n
        FROM votes GROUP BY ALL"""


_LINKS_BY_DOMAIN = "SELECT target, 'domain' AS dimension, source_domain AS value, links AS n FROM votes"
_COUNTED = " UNION ALL ".join([_LINKS_BY_DOMAIN, *map(_counted, DIMENSIONS[1:])])
_SUMMED = """
SELECT target, dimension, list(n ORDER BY n DESC) FILTER (value IS NOT NULL) AS counts,
    arg_max(value, (n, value)) FILTER (value IS NOT NULL) AS top,
    coalesce(sum(n) FILTER (value IS NULL), 0)::BIGINT AS unknown
FROM ({counted}) GROUP BY ALL ORDER BY target, dimension
"""
_GIVEN = """
SELECT v.target, '{name}' AS dimension, g.value, count(*) AS n
FROM {domains} v LEFT JOIN {name}_given g ON g.domain = v.source_domain GROUP BY ALL
"""

#: The page and title of each domain's best link.
BEST_PAGES = f"""
SELECT source_domain AS domain, arg_min(source_key, rowid) AS page_key, arg_min(source_title, rowid) AS title
FROM links WHERE state IN {STANDING} GROUP BY ALL ORDER BY ALL
"""

_OWN = f"SELECT *, rowid AS place, '' AS target FROM links WHERE state IN {STANDING}"
_OWN_DOMAINS = f"(SELECT DISTINCT '' AS target, source_domain FROM links WHERE state IN {STANDING})"
_ORDER = """coalesce(rel & 7, 1) = 0 DESC, coalesce(hidden, 0) = 0 DESC, coalesce(placement, 9) = 1 DESC,
    first_seen, source_key, target_key, kind, occurrence"""
_PEERS = f"""
SELECT *, target_domain AS target, row_number() OVER (ORDER BY {_ORDER}) AS place
FROM ({{folded}}) WHERE state IN {STANDING}
"""
#: The kinds of a target's own links, whose answer hangs on the table `links` alone.
KINDS = f"WITH votes AS MATERIALIZED ({_VOTES.format(links=_OWN)}) {_SUMMED.format(counted=_COUNTED)}"


@dataclass(frozen=True, slots=True, eq=False)
class Kinds:
    """The votes for the kinds of one dimension: how many each kind has, the largest first, the name of the
    largest, and how many domains do not tell. Of the dimension `domain` links are counted, not votes."""

    dimension: str
    counts: NDArray[np.int64]
    top: str | None
    unknown: int

    @property
    def known(self) -> int:
        return int(self.counts.sum())


Given = Mapping[str, Mapping[str, str]]


def kinds_of(connection: duckdb.DuckDBPyConnection, kept: str | None = None) -> dict[str, Kinds]:
    """The kinds of the links that are not lost of the target in whose schema the connection is.

    `kept` is the schema in which the answer to KINDS lies, None where it does not.
    """
    found = _kinds(connection, f"FROM {kept}.kinds" if kept else KINDS)
    return {dimension: kinds for (_, dimension), kinds in found.items()}


def given_kinds(connection: duckdb.DuckDBPyConnection, given: Given) -> dict[str, Kinds]:
    """The kinds of dimensions that links do not tell: `given` are values by domain of GIVEN dimensions."""
    if not given:
        return {}
    found = _kinds(connection, _given(connection, given, _OWN_DOMAINS))
    return {dimension: kinds for (_, dimension), kinds in found.items()}


def kinds_of_peers(
    index: Index,
    version: Version,
    peers: Sequence[str],
    as_of: datetime | None = None,
    given: Given | None = None,
) -> dict[str, dict[str, Kinds]]:
    """The same of whole domains, all at once, by their own names alone; those without a link are missing."""
    files = index.files(version, "links", column="target_domain", keys=sorted(peers)) if peers else []
    if not files:
        return {}
    connection = connect(temporary=index.home / "tmp")
    where = f"target_domain {_among(sorted(peers))} AND source_domain <> target_domain"
    events = f"FROM {parquet(files)} WHERE {where} UNION ALL BY NAME {BLANK}"
    connection.execute(f"CREATE TEMP VIEW events AS {events}")
    links, _ = links_of(connection, moment_of(as_of) if as_of else None)
    connection.execute(f"CREATE TEMP TABLE votes AS {_VOTES.format(links=_PEERS.format(folded=links))}")
    found = _kinds(connection, _SUMMED.format(counted=_COUNTED))
    if given:
        found |= _kinds(connection, _given(connection, given, "votes"))
    by_peer: dict[str, dict[str, Kinds]] = {}
    for (peer, dimension), kinds in found.items():
        by_peer.setdefault(peer, {})[dimension] = kinds
    return by_peer


def _given(connection: duckdb.DuckDBPyConnection, given: Given, domains: str) -> str:
    """The question for dimensions whose values are passed; they are tables of the connection from then on."""
    for name, values in given.items():
        columns = [pa.array(list(part), pa.string()) for part in (values, values.values())]
        connection.register(f"{name}_given", pa.table(columns, ["domain", "value"]))
    counted = " UNION ALL ".join(_GIVEN.format(name=name, domains=domains) for name in given)
    return _SUMMED.format(counted=counted)


def _kinds(connection: duckdb.DuckDBPyConnection, question: str) -> dict[tuple[str, str], Kinds]:
    """The answers by target and dimension."""
    return {
        (row["target"], row["dimension"]): Kinds(
            row["dimension"],
            np.array(row["counts"] or [], np.int64),
            _named(row["dimension"], row["top"]),
            row["unknown"],
        )
        for row in connection.sql(question).to_arrow_table().to_pylist()
    }


def _named(dimension: str, value: str | None) -> str | None:
    """The value in the words that users meet."""
    if dimension == "target_page" and value:
        return url_of_key(value)
    return name_of(Placement, int(value)) if dimension == "placement" and value else value
