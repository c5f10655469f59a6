"""What does the index know of other domains than those that link to a target?

Their authority, what titles of their pages say, and whom a site's own pages lead to. Lists of domains are
asked for together: a table is walked once for all of them.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import duckdb
import pyarrow as pa

from backlit.index.engine import moment_of, rows_of, text
from backlit.index.profile import Profile
from backlit.index.texts import without
from backlit.model import PAGES, RANKS, Kind
from backlit.urls import domain_of_key, host_range, icann_domain

__all__ = ["authorities_of", "domains_linked_from", "links_to_dead", "titles_that_say"]

_AUTHORITIES = """
SELECT domain, authority FROM {ranks} AS r SEMI JOIN asked USING (domain)
WHERE release = {release} AND authority IS NOT NULL
"""
_SAYING = """
SELECT domain, arg_min(said, page_key) AS said FROM (
    SELECT page_domain AS domain, page_key,
        concat_ws(' · ', title, translate(regexp_extract(page_key, '/(.*)', 1), '-_+/', '    ')) AS said
    FROM {pages} AS p SEMI JOIN asked ON asked.domain = p.page_domain WHERE {known})
WHERE regexp_matches({said}, {pattern}) GROUP BY 1 ORDER BY 1
"""
_OWN_LINKS = f"""
WITH newest AS (
    SELECT page_key, arg_max(outlinks, (fetched_at, reader)) AS outlinks FROM {{pages}} AS p
    WHERE page_domain = {{domain}} AND complete AND {{known}} GROUP BY page_key)
SELECT DISTINCT page_key, link.target_key AS target_key
FROM (SELECT page_key, unnest(outlinks) AS link FROM newest) WHERE link.kind = {int(Kind.A)}
ORDER BY target_key, page_key
"""
#: Links to pages of other sites that answered as gone when they were read last, by what pages show now.
_DEAD = f"""
WITH newest AS (
    SELECT page_key, page_domain, unnest(arg_max(struct_pack(status, outlinks, title, language, fetched_at,
        external_links), (fetched_at, reader)))
    FROM {{pages}} AS p WHERE {{known}} GROUP BY page_key, page_domain),
dead AS (SELECT page_key, page_domain, status FROM newest WHERE status IN (404, 410)),
linked AS (
    SELECT n.* EXCLUDE (outlinks, status), unnest(n.outlinks) AS link FROM newest n WHERE n.status = 200)
SELECT l.page_key, l.page_domain, l.title, l.language, l.fetched_at, l.external_links,
    d.page_key AS dead_key, d.status
FROM linked l JOIN dead d ON d.page_key = l.link.target_key
WHERE l.link.kind = {int(Kind.A)} AND d.page_domain <> l.page_domain
    AND d.page_domain NOT IN {{own}} AND l.page_domain NOT IN {{own}}
ORDER BY ALL
"""


def authorities_of(profile: Profile, domains: Iterable[str]) -> dict[str, float]:
    """The authority of domains, as far as it is known. A sub-site of a platform has none of its own."""
    names = sorted({name for name in domains if icann_domain(name) == name})
    if not names or profile.release is None:
        return {}
    ranks = profile.instance.relation(profile.facts.files("ranks"), RANKS)
    query = _AUTHORITIES.format(ranks=ranks, release=text(profile.release["release"]))
    return {row["domain"]: row["authority"] for row in _asked(profile, names, query)}


def titles_that_say(profile: Profile, domains: Iterable[str], pattern: str, unless: str) -> dict[str, str]:
    """Of domains the title and the path of one page that a pattern of RE2 is found in, in lower case,
    beside what `unless` finds."""
    names = sorted(set(domains))
    if not names:
        return {}
    pages = profile.instance.relation(profile.facts.files("pages"), PAGES)
    query = _SAYING.format(
        pages=pages, said=without(unless, "lower(said)"), pattern=text(pattern), known=_known(profile)
    )
    return {row["domain"]: row["said"] for row in _asked(profile, names, query)}


def domains_linked_from(profile: Profile) -> dict[str, tuple[str, str]]:
    """The domains that the target's own pages link to, each with the keys of such a page and of its end."""
    files = profile.index.files(profile.version, "pages", host_range(profile.domain), "page_key")
    if not files:
        return {}
    pages = profile.instance.relation(files, PAGES)
    query = _OWN_LINKS.format(pages=pages, domain=text(profile.domain), known=_known(profile))
    found: dict[str, tuple[str, str]] = {}
    for row in rows_of(profile.connect(), query):
        found.setdefault(domain_of_key(row["target_key"]), (row["page_key"], row["target_key"]))
    found.pop(profile.domain, None)
    return found


def links_to_dead(profile: Profile, own: Iterable[str]) -> list[dict[str, Any]]:
    """The links from pages to dead pages of other sites, as far as this index read both; without those of and
    to some domains. Walks the table of pages once."""
    pages = profile.instance.relation(profile.facts.files("pages"), PAGES)
    names = f"({', '.join(text(name) for name in own)})"
    return rows_of(profile.connect(), _DEAD.format(pages=pages, known=_known(profile), own=names))


def _known(profile: Profile) -> str:
    return f"fetched_at <= {moment_of(profile.asked)}" if profile.asked else "true"


def _asked(profile: Profile, names: list[str], query: str) -> Iterator[dict[str, Any]]:
    """The rows of a query that may ask for `asked`, the domains."""
    connection: duckdb.DuckDBPyConnection = profile.connect()
    connection.register("asked", pa.table({"domain": pa.array(names, pa.string())}))
    try:
        yield from rows_of(connection, query)
    finally:
        connection.unregister("asked")
