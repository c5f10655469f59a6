"""What may an audit speak of, of the links to a target? Counts over all of them, with rows to quote."""

from collections import Counter

import duckdb

from backlit.index import profile_sql as sql
from backlit.index.engine import rows_of, text
from backlit.index.profile import Profile, Row
from backlit.model import Hidden, Placement, State, name_of
from backlit.urls import icann_domain

__all__ = ["noticed"]


def noticed(profile: Profile, *, least: int, quoted: int) -> Row:
    """Hidden links, domains that repeat a link in a template at least `least` times, pages with noindex, and
    networks; each with at most `quoted` rows to quote."""
    return profile.once(("noticed", least, quoted), lambda: _noticed(profile, least, quoted))


def _noticed(profile: Profile, least: int, quoted: int) -> Row:
    if profile.is_quick:
        profile.load_judgements()
    connection = profile.connect()
    return {
        "hidden": [
            {"hidden": name_of(Hidden, row["hidden"]), "links": row["links"]}
            for row in rows_of(connection, sql.HIDDEN_WAYS)
        ],
        "hidden_rows": _quoted(profile, connection, "hidden > 0", quoted),
        "repeated": [
            {**row, "placement": name_of(Placement, row["placement"])}
            for row in rows_of(connection, sql.REPEATED.format(least=int(least)))
        ],
        "noindex": rows_of(connection, f"SELECT count(*) AS n FROM current WHERE {sql.NOINDEX}")[0]["n"],
        "noindex_rows": _quoted(profile, connection, sql.NOINDEX, quoted),
        "network": _largest_network(profile, connection, quoted),
    }


def _largest_network(profile: Profile, connection: duckdb.DuckDBPyConnection, quoted: int) -> Row | None:
    """The /24 that most domains answer from, sub-sites of platforms aside, and some of them."""
    rows = rows_of(connection, sql.NETWORKS)
    own = [row for row in rows if icann_domain(row["domain"]) == row["domain"]]
    if not own:
        return None
    subnet, domains = min(Counter(row["subnet"] for row in own).items(), key=lambda net: (-net[1], net[0]))
    within = ", ".join(text(row["domain"]) for row in own if row["subnet"] == subnet)
    where = f"state <> {int(State.LOST)} AND source_domain IN ({within})"
    query = f"{sql.LISTS['domains'].format(where=where)} ORDER BY domain LIMIT {int(quoted)}"
    shown = [profile.domain_told(row) for row in rows_of(connection, query)]
    return {"subnet": subnet, "domains": domains, "known": len(own), "rows": shown}


def _quoted(profile: Profile, connection: duckdb.DuckDBPyConnection, where: str, limit: int) -> list[Row]:
    rows = rows_of(connection, sql.QUOTED.format(where=where, limit=int(limit)))
    return [profile.told(row) for row in rows]
