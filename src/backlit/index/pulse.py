"""How many domains link to a target, how many came and went in thirty days, and who is said to link?"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from backlit.index.engine import moment_of, rows_of
from backlit.index.lives import LIVES
from backlit.index.overview import LOOKED, is_seldom
from backlit.index.profile import Profile
from backlit.index.profile_sql import STANDING

__all__ = ["DAYS", "linking_among", "pulse_of"]

DAYS = 30

_QUERY = f"""
SELECT (SELECT count(DISTINCT source_domain) FROM links WHERE state IN {STANDING}) AS referring_domains,
    (SELECT count(*) FROM leads) AS leads,
    count(*) FILTER (gone_at IS NULL AND absent_at IS NOT NULL AND first_seen > {{since}}) AS won,
    count(*) FILTER (gone_at > {{since}}) AS lost
FROM ({LIVES})
"""


def pulse_of(profile: Profile, begins: datetime | None) -> dict[str, Any]:
    """The numbers: referring_domains, won, lost, since (the first moment of the period), as_of, and
    leads: pages that are said to link and were not read.

    A domain is won where an earlier look at its page found no link, and lost once none of its links is left.
    Where the data `begin` with the only look that there was, won and lost are None; where few links were
    looked at in these days, what would be 0 is.
    """
    as_of = profile.as_of
    if as_of is None:
        return {"referring_domains": 0, "won": None, "lost": None, "since": None, "as_of": None, "leads": 0}
    since = max(as_of - timedelta(days=DAYS), begins or as_of)
    [row] = rows_of(profile.connect(), _QUERY.format(since=moment_of(since)))
    told = {"referring_domains": row["referring_domains"], "as_of": as_of, "leads": row["leads"]}
    if since >= as_of:
        return told | {"won": None, "lost": None, "since": None}
    [looked] = rows_of(profile.connect(), LOOKED.format(moment=moment_of(as_of)))
    won, lost = (row[name] or (None if is_seldom(looked) else 0) for name in ("won", "lost"))
    return told | {"won": won, "lost": lost, "since": since}


def linking_among(profile: Profile, domains: Collection[str]) -> frozenset[str]:
    """Which of some domains have a link that is not lost."""
    if not domains:
        return frozenset()
    standing = f"SELECT DISTINCT source_domain FROM links WHERE state IN {STANDING}"
    query = f"{standing} AND list_contains(?, source_domain)"
    rows = profile.connect().execute(query, [sorted(domains)]).fetchall()
    return frozenset(name for (name,) in rows)
