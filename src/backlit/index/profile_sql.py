"""In which words are the questions to a profile put to DuckDB?

`folded` holds one row per current link occurrence of the target (see `fold`), `links` those from other
domains with the authority of their source, `own` the rest, `current` those of `links` that are not lost.
`gathered` is what they are made of.
"""

from backlit.model import VOTE_KINDS, LostReason, Placement, Rel, Robots, State

__all__ = [
    "BEST",
    "CLASSES",
    "FACETS",
    "GROUPED",
    "GROUPS",
    "HIDDEN_WAYS",
    "LEADS",
    "LEADS_BY",
    "LINKS",
    "LISTS",
    "MANY",
    "NETWORKS",
    "NOINDEX",
    "NO_LEADS",
    "PAGE_LINKS",
    "PAGE_RANKS",
    "PAGE_VOTES",
    "QUOTED",
    "REPEATED",
    "SORTS",
    "STANDING",
    "STATUSES",
    "TOP",
    "UNGROUPED",
    "VIEWS",
    "VOTES_LEFT",
]

NOT_FOLLOWED = int(Rel.NOFOLLOW | Rel.UGC | Rel.SPONSORED)
#: The states of links that are counted.
STANDING = f"({int(State.LIVE)}, {int(State.UNVERIFIED)})"
VOTES = ", ".join(str(int(kind)) for kind in VOTE_KINDS)

#: Which of several links speaks for its group: followed, in the text, visible, oldest; then by name.
BEST = """authority DESC NULLS LAST, coalesce(not_followed, 1) = 0 DESC, coalesce(hidden, 0) = 0 DESC,
    coalesce(placement, 9) = 1 DESC, first_seen, source_key, target_key, kind, occurrence"""

_VOTES_HERE = f"""f.source_domain <> f.target_domain
    AND f.source_domain <> coalesce(r.end_domain, f.target_domain)
    AND NOT (coalesce(r.hint, false) AND f.state = {int(State.LOST)})"""
#: A link that was seen while its way still led here is lost where that ended, unless it was lost before.
_WAY_ENDED = "(r.ended_at IS NOT NULL AND (f.gone_at IS NULL OR f.gone_at > r.ended_at))"
_LED_HERE = "(r.ended_at IS NULL OR f.first_seen < r.ended_at)"
# A sub-site of a platform is not in the ranked graph, so it never wears the platform's authority.
LINKS = f"""
CREATE TABLE links AS
SELECT f.* REPLACE (
        CASE WHEN r.hint THEN {int(State.SYNDICATED)} WHEN {_WAY_ENDED} THEN {int(State.LOST)}
            ELSE f.state END AS state,
        CASE WHEN {_WAY_ENDED} THEN r.ended_at ELSE f.gone_at END AS gone_at,
        CASE WHEN {_WAY_ENDED} THEN {int(LostReason.ALIAS_ENDED)} ELSE f.gone_reason END AS gone_reason),
    r.via, a.authority, f.rel & {NOT_FOLLOWED} AS not_followed,
    regexp_extract(f.source_key, '^[^/]*') AS source_host,
    CASE WHEN f.source_ip LIKE '%.%.%.%'
        THEN regexp_extract(f.source_ip, '^[0-9]+[.][0-9]+[.][0-9]+') || '.0/24' END AS subnet
FROM gathered f LEFT JOIN authorities a ON a.domain = f.source_domain
LEFT JOIN routes r ON r.target_key = f.target_key
WHERE {_VOTES_HERE} AND {_LED_HERE}
ORDER BY {BEST};
CREATE TABLE own AS
SELECT f.* FROM gathered f LEFT JOIN routes r ON r.target_key = f.target_key
WHERE NOT ({_VOTES_HERE}) AND r.ended_at IS NULL
"""
#: Over the tables of a target, wherever they lie.
VIEWS = f"""
CREATE VIEW current AS SELECT * FROM {{at}}.links WHERE state IN {STANDING};
CREATE VIEW folded AS SELECT * EXCLUDE (via, authority, not_followed, source_host, subnet) FROM {{at}}.links
UNION ALL BY NAME FROM {{at}}.own
"""

_REL_CLASS = f"""CASE WHEN rel IS NULL THEN NULL
    WHEN rel & {int(Rel.SPONSORED)} <> 0 THEN 'sponsored' WHEN rel & {int(Rel.UGC)} <> 0 THEN 'ugc'
    WHEN rel & {int(Rel.NOFOLLOW)} <> 0 THEN 'nofollow' ELSE 'follow' END"""


# Hosts are reversed; an address has no top-level domain.
_TLD = (
    "CASE WHEN NOT regexp_full_match(source_host, '[0-9.]+|[[].*') THEN split_part(source_host, '.', 1) END"
)


def _all(expression: str) -> str:
    return f"SELECT {expression} AS name, count(*) AS n FROM {{links}} GROUP BY ALL ORDER BY n DESC, 1"


def _top(expression: str) -> str:
    return f"""WITH counted AS (SELECT {expression} AS name, count(*) AS n FROM {{links}} GROUP BY ALL),
        ranked AS (
            SELECT *, row_number() OVER (ORDER BY n DESC, name) AS place FROM counted WHERE name IS NOT NULL)
        SELECT * FROM (SELECT name, n FROM ranked WHERE place <= {TOP} ORDER BY place)
        UNION ALL SELECT 'other', sum(n) FROM ranked WHERE place > {TOP} HAVING count(*) > 0
        UNION ALL SELECT NULL, n FROM counted WHERE name IS NULL"""


#: By what links are told apart, and of which values the most frequent alone are shown.
CLASSES = {
    "rel": _REL_CLASS,
    "placement": "placement",
    "kind": "kind",
    "language": "nullif(lower(split_part(replace(source_language, '_', '-'), '-', 1)), '')",
    "tld": _TLD,
    "state": "state",
    "hidden": "hidden",
    "reader": "reader",
    "lost_reason": "gone_reason",
    "network": "subnet",
}
#: Classes with so many values that only the first TOP are told, the others together.
MANY, TOP = ("language", "tld", "network"), 12
#: How links are made up, over a relation `links`.
FACETS = {name: (_top if name in MANY else _all)(by) for name, by in CLASSES.items()} | {
    "state": "SELECT state AS name, count(*) AS n FROM {links} GROUP BY ALL ORDER BY 1"
}

GROUPS = {
    "none": "source_key, target_key, kind, occurrence",
    "domain": "source_domain",
    "page": "source_key",
    "anchor": "coalesce(anchor, '')",
    "subnet": "coalesce(subnet, source_domain)",
}

#: What higher rooms found out about a link; null while nobody has asked for it.
_JUDGED = "j.spam, j.unnatural, j.value, j.value_low, j.value_high, j.relevance"
UNGROUPED = f"""
SELECT l.* EXCLUDE (line), 1 AS links_in_group, {_JUDGED}
FROM (SELECT *, links.rowid AS line FROM links WHERE {{where}}) l LEFT JOIN judgements j ON j.line = l.line
"""
#: `links` lies in the order of BEST, so the first row of a group is its best: only numbers are compared.
GROUPED = f"""
SELECT l.*, b.links_in_group, {_JUDGED} FROM (
    SELECT min(links.rowid) AS first_row, count(*) AS links_in_group FROM links
    WHERE {{where}} GROUP BY {{group}}
) b JOIN links l ON l.rowid = b.first_row LEFT JOIN judgements j ON j.line = b.first_row
"""

#: A domain is read as four fifths of its links are at least: one bad link makes no bad domain.
_DOMAINS = """
SELECT d.*, a.trust FROM (
    SELECT source_domain AS domain, count(*) AS links, count(*) FILTER (not_followed = 0) AS follow,
        min(first_seen) AS first_seen, max(last_seen) AS last_seen, any_value(authority) AS authority,
        max(source_ip) AS ip, max(subnet) AS subnet,
        arg_min(struct_pack(anchor, source_key, title := source_title), links.rowid) AS best,
        quantile_disc(j.spam, 0.2) AS spam, quantile_disc(j.unnatural, 0.2) AS unnatural
    FROM links LEFT JOIN judgements j ON j.line = links.rowid WHERE {where} GROUP BY source_domain
) d LEFT JOIN authorities a ON a.domain = d.domain
"""
_ANCHORS = f"""
SELECT t.anchor, c.class, c.money, t.* EXCLUDE (anchor) FROM (
    SELECT coalesce(anchor, '') AS anchor, count(*) AS links,
        count(DISTINCT source_domain) AS domains, count(*) FILTER (not_followed = 0) AS follow,
        min(first_seen) AS first_seen, max(last_seen) AS last_seen
    FROM links WHERE kind IN ({VOTES}) AND {{where}} GROUP BY 1
) t LEFT JOIN (
    SELECT said, unnest(arg_max(struct_pack(class, money), (links, class))) FROM anchor_classes GROUP BY said
) c ON c.said = t.anchor
"""
_PAGE = "coalesce(target_canonical, split_part(target_key, ' ', 1))"
_PAGES = f"""
SELECT p.*, s.status, r.authority, r.equity, r.internal_links,
    CASE WHEN r.page IS NULL THEN n.why ELSE r.why END AS why FROM (
    SELECT {_PAGE} AS page, mode(target_key) AS target_key, count(*) AS links,
        count(DISTINCT source_domain) AS domains
    FROM links WHERE {{where}} GROUP BY 1
) p LEFT JOIN statuses s ON s.page_key = p.target_key
LEFT JOIN page_ranks r ON r.page = p.page LEFT JOIN page_ranks n ON n.page IS NULL
"""
#: What a higher room found out about pages; a row without a page says why it found nothing.
PAGE_RANKS = """
CREATE TABLE IF NOT EXISTS page_ranks (
    page VARCHAR, authority DOUBLE, equity DOUBLE, internal_links BIGINT, why VARCHAR)
"""
#: The best vote of each domain for each page.
PAGE_VOTES = f"""
SELECT source_domain AS domain, {_PAGE} AS page, max({{weight}})::DOUBLE AS weight
FROM current WHERE {{where}} GROUP BY ALL ORDER BY ALL
"""
#: What each domain's votes come to without the links that meet a condition.
VOTES_LEFT = f"""
SELECT source_domain AS domain, count(*) FILTER (gone) AS removed, count(*) FILTER (NOT gone) AS kept,
    max({{weight}}) FILTER (NOT gone)::DOUBLE AS weight
FROM (SELECT *, coalesce(({{gone}}), false) AS gone FROM links WHERE state IN {STANDING})
WHERE {{where}} GROUP BY 1 HAVING removed > 0 OR kept > 0 ORDER BY 1
"""
#: From which page to which a site's own links lead, each end by the page that it stands for.
PAGE_LINKS = f"""
WITH names AS (
    SELECT split_part(target_key, ' ', 1) AS key, any_value({_PAGE}) AS page FROM folded GROUP BY 1)
SELECT coalesce(n.page, split_part(f.source_key, ' ', 1)) AS source, {_PAGE} AS page,
    max(CASE WHEN {{where}} THEN {{weight}} ELSE 0 END)::DOUBLE AS weight
FROM folded f LEFT JOIN names n ON n.key = split_part(f.source_key, ' ', 1)
WHERE f.source_domain = f.target_domain AND f.state IN {STANDING}
GROUP BY ALL HAVING source <> page ORDER BY ALL
"""
#: The rows of every list that is not one of links, without order.
LISTS = {
    "domains": _DOMAINS,
    "anchors": _ANCHORS,
    "pages": _PAGES,
    "leads": "SELECT * FROM leads",
}


def _sorts(*names: str, **expressions: str) -> dict[str, str]:
    dates = {name: f"epoch_us({name})" for name in ("first_seen", "last_seen") if name in names}
    return {name: name for name in names} | dates | expressions


#: Microseconds of a day: what happened on one is sorted by strength, for no list tells more of the time.
_DAY = 86_400_000_000

#: What each of these lists can be sorted by. Links are sorted by any field of theirs.
SORTS = {
    "domains": _sorts(
        *("authority", "domain", "links", "follow", "first_seen", "last_seen", "ip"),
        *("trust", "spam", "unnatural"),
        network="subnet",
    ),
    "anchors": _sorts("domains", "links", "anchor", "class", "money", "follow", "first_seen", "last_seen"),
    "pages": _sorts(
        *("domains", "links", "status", "authority", "equity", "internal_links"), url="target_key"
    ),
    "leads": {"source": "source_domain"},
    "changes": {
        "at": f"epoch_us(happened) // {_DAY}",
        "kind": "change",
        **_sorts("reason", "authority", "anchor", source="source_key", target="target_key"),
    },
}

#: Places that a template fills; the same link there on many pages is one decision.
_TEMPLATE = ", ".join(
    str(int(place)) for place in (Placement.NAV, Placement.HEADER, Placement.FOOTER, Placement.SIDEBAR)
)

# What an audit notices, counted over all links of the profile.
HIDDEN_WAYS = """
SELECT hidden, count(*) AS links FROM current WHERE hidden > 0 GROUP BY hidden ORDER BY links DESC, hidden
"""
REPEATED = f"""
SELECT source_domain AS domain, count(*) AS links, mode(placement) AS placement,
    mode(coalesce(anchor, '')) AS anchor
FROM current WHERE placement IN ({_TEMPLATE})
GROUP BY source_domain HAVING count(*) >= {{least}} ORDER BY links DESC, domain
"""
NETWORKS = """
SELECT source_domain AS domain, max(subnet) AS subnet FROM current
GROUP BY source_domain HAVING max(subnet) IS NOT NULL
"""
#: Rows to quote: one for each domain first, by name.
QUOTED = """
SELECT * FROM (
    SELECT *, row_number() OVER (PARTITION BY source_domain ORDER BY source_key, target_key) AS turn
    FROM current WHERE {where}
) ORDER BY turn, source_key, target_key LIMIT {limit}
"""
NOINDEX = f"source_robots & {int(Robots.NOINDEX)} <> 0"

LEADS = """
CREATE TABLE leads AS
SELECT source_key, any_value(source_domain) AS source_domain, any_value(target_domain) AS target_domain,
    max(reported_at) AS reported_at,
    unnest(arg_max(struct_pack(reported_by := reported_by, source_id := source_id), (reported_at, source_id)))
FROM {leads} WHERE {where}
GROUP BY source_key
"""
NO_LEADS = """
CREATE TABLE leads (source_key VARCHAR, source_domain VARCHAR, target_domain VARCHAR, reported_at TIMESTAMPTZ,
    reported_by VARCHAR, source_id VARCHAR)
"""

STATUSES = """
CREATE TABLE statuses AS
SELECT page_key, arg_max(status, (fetched_at, reader)) AS status FROM {pages}
WHERE page_key IN (SELECT target_key FROM folded) AND {known} GROUP BY page_key
"""

#: Who says that pages link here which nobody has read.
LEADS_BY = """
SELECT reported_by AS name, count(*) AS leads, count(DISTINCT source_domain) AS domains,
    max(reported_at) AS last_reported
FROM leads GROUP BY reported_by ORDER BY leads DESC, name
"""
