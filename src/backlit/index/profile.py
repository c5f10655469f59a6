"""Who links to a target, and how? The folded links of one target, and the questions asked of them.

A `Profile` holds one target's links, folded once, in a DuckDB of its own; every report is a query
over that. Rows come out as dictionaries with the field names that users meet.
"""

import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

import pyarrow as pa

from backlit.errors import UsageError
from backlit.index import profile_sql as sql
from backlit.index.aliases import find_names, find_routes
from backlit.index.catalogue import newest_observation, source_names
from backlit.index.engine import connect, parquet, rows_of, text
from backlit.index.fold import fold_query
from backlit.index.profile_rows import (
    Row,
    domain_row,
    known_authority,
    lead_row,
    link_row,
    unknown_authority,
)
from backlit.index.tables import Index, Version
from backlit.index.target import Target
from backlit.model import LEADS, LINKS, RANKS, RELEASES, Hidden, Kind, Placement, State, name_of
from backlit.urls import domain_of_key, icann_domain, url_of_key

__all__ = ["Page", "Profile", "Row"]

#: What one profile may take before it spills to the home.
MEMORY = "2GB"
#: Sources that an answer names; it says how many there are.
SOURCES_NAMED = 20

_NOT_RANKED = "The index has not been ranked yet: run `backlit rank`."
_NOT_RANKED_THEN = "There is no ranking of data that ends by this date."
_NO_VOTES = (
    "No link in this data votes for the domain. That says what was crawled, not what the web thinks: "
    "a crawl of pages that link to it would tell."
)


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a result, and how many there are in all."""

    rows: list[Row]
    total: int


class Profile:
    """The links to one target at one version of the index, as of one date. Safe to share between threads."""

    def __init__(self, index: Index, version: Version, target: Target, as_of: datetime | None = None) -> None:
        self.target, self.version = target, version
        self._connection = connect(temporary=index.home / "tmp", memory=MEMORY)
        self._lock = threading.Lock()
        self._source_names = source_names(index, version)
        names = sorted(set(self._source_names.values()))
        self.sources, self.sources_total = tuple(names[:SOURCES_NAMED]), len(names)
        self._asked = as_of
        self.as_of = as_of or newest_observation(index, version)
        self._load(index)

    # loading -----------------------------------------------------------------

    def _load(self, index: Index) -> None:
        lower, upper = text(self.target.lower), text(self.target.upper)
        span = (self.target.lower, self.target.upper)
        files = index.files(self.version, "links", span)
        events = f"(FROM {self._relation(files, LINKS)} WHERE target_key >= {lower} AND target_key < {upper})"
        moment = _moment(self._asked) if self._asked else None
        outside = find_names(index, self.version, self._connection, span, moment)
        if outside and (files := index.files(self.version, "links", keys=outside)):
            self._connection.register("outside", pa.table({"target_key": outside}))
            theirs = f"FROM {parquet(files)} SEMI JOIN outside USING (target_key)"
            events = f"(FROM {events} UNION ALL BY NAME {theirs})"
        fold = fold_query(events, "true", as_of=moment)
        self._connection.execute(f"CREATE TEMP TABLE folded AS {fold}")
        routes = find_routes(self._connection, "SELECT DISTINCT target_key FROM folded")
        self._connection.register("routes", routes)
        self._load_authority(index)
        self._connection.execute(sql.LINKS)
        self._load_leads(index)
        self.size = int(rows_of(self._connection, "SELECT count(*) AS n FROM folded")[0]["n"])

    def _relation(self, files: list[str], schema: pa.Schema) -> str:
        """Data files as a relation with all the columns of today: files may be from before one was added."""
        name = f"empty_{len(schema)}_{schema.names[0]}"
        self._connection.register(name, schema.empty_table())
        return f"(FROM {name} UNION ALL BY NAME FROM {parquet(files)})" if files else name

    def _load_authority(self, index: Index) -> None:
        releases = self._relation(index.files(self.version, "releases"), RELEASES)
        known = f"WHERE as_of <= {_moment(self._asked)}" if self._asked else ""
        newest = f"SELECT * FROM {releases} {known} ORDER BY made_at DESC, release LIMIT 1"
        self.release: Row | None = next(iter(rows_of(self._connection, newest)), None)
        name = text(self.release["release"] if self.release else "")
        ranks = self._relation(index.files(self.version, "ranks"), RANKS)
        columns = "domain, authority, percentile, place, tied"
        self._connection.execute(
            f"CREATE TEMP TABLE authorities AS SELECT {columns} FROM {ranks} WHERE release = {name}"
        )

    def _load_leads(self, index: Index) -> None:
        leads = self._relation(index.files(self.version, "leads"), LEADS)
        where = f"target_domain = {text(self._domain)}"
        if self._asked:
            where += f" AND reported_at <= {_moment(self._asked)}"
        self._connection.execute(sql.LEADS.format(leads=leads, where=where))

    @property
    def _domain(self) -> str:
        return domain_of_key(f"{self.target.lower.partition('/')[0].rstrip('.')}/")

    # reports -----------------------------------------------------------------

    def overview(self) -> Row:
        """The numbers of the profile, over live and unverified links."""
        with self._lock:
            numbers = rows_of(self._connection, sql.OVERVIEW.format(moment=_moment(self.as_of)))[0]
            row: Row = {"target": self.target.name, "scope": self.target.scope}
            row |= {name: numbers.get(name) for name in sql.OVERVIEW_FIELDS}
            row["authority"] = self._own_authority()
            row["leads"] = rows_of(self._connection, "SELECT count(*) AS n FROM leads")[0]["n"]
            row["syndicated"] = rows_of(self._connection, sql.SYNDICATED)[0]
            row["mix"] = {name: self._mix(name, query) for name, query in sql.MIXES.items()}
            row["timeline"] = rows_of(self._connection, sql.TIMELINE)
        return row

    def backlinks(
        self,
        *,
        group: str = "domain",
        sort: str = "-authority",
        states: Sequence[State] = (),
        limit: int = 100,
        offset: int = 0,
    ) -> Page:
        """The links, or the best link of each group, from row `offset` of a fixed order."""
        query = sql.GROUPED.format(
            group=sql.GROUPS[group],
            best=sql.BEST,
            order=_order(sort, sql.LINK_SORTS, "source_key, target_key, kind, occurrence"),
            states=_in(states),
        )
        with self._lock:
            page = self._page(query, limit, offset)
        return Page([link_row(row, self._source_names) for row in page.rows], page.total)

    def domains(self, *, sort: str = "-authority", limit: int = 100, offset: int = 0) -> Page:
        """The referring domains of live and unverified links."""
        with self._lock:
            page = self._page(_domains_query(sort, "true"), limit, offset)
        return Page([domain_row(row) for row in page.rows], page.total)

    def anchors(self, *, sort: str = "-domains", limit: int = 100, offset: int = 0) -> Page:
        """The anchor texts of live and unverified links a person can click."""
        with self._lock:
            return self._page(
                sql.ANCHORS.format(order=_order(sort, sql.ANCHOR_SORTS, "anchor")), limit, offset
            )

    def best_pages(self, index: Index, *, sort: str = "-domains", limit: int = 100, offset: int = 0) -> Page:
        """The target's own pages by the links they earn, with the status they answered last."""
        with self._lock:
            page = self._page(
                sql.PAGES.format(order=_order(sort, sql.PAGE_SORTS, "target_key")), limit, offset
            )
        status = self._last_status(index, [row["target_key"] for row in page.rows])
        rows = [
            {"url": url_of_key(row["target_key"]), "links": row["links"], "domains": row["domains"]}
            | {"status": status.get(row["target_key"]), "authority": None, "internal_links": None}
            for row in page.rows
        ]
        return Page(rows, page.total)

    def leads(self, *, limit: int = 100, offset: int = 0) -> Page:
        """The pages that someone says link to the target's domain, and that nobody has read yet."""
        with self._lock:
            page = self._page("SELECT * FROM leads ORDER BY source_domain, source_key", limit, offset)
        return Page([lead_row(row, self._source_names) for row in page.rows], page.total)

    def noticed(self, *, least: int, quoted: int) -> Row:
        """What an audit may speak of, counted over all links: hidden ones, domains that repeat a link in
        a template at least `least` times, pages with noindex, and networks; with rows to quote."""
        with self._lock:
            return {
                "hidden": [
                    {"hidden": name_of(Hidden, row["hidden"]), "links": row["links"]}
                    for row in rows_of(self._connection, sql.HIDDEN_WAYS)
                ],
                "hidden_rows": self._quoted("hidden > 0", quoted),
                "repeated": [
                    {**row, "placement": name_of(Placement, row["placement"])}
                    for row in rows_of(self._connection, sql.REPEATED.format(least=int(least)))
                ],
                "noindex": rows_of(
                    self._connection, f"SELECT count(*) AS n FROM current WHERE {sql.NOINDEX}"
                )[0]["n"],
                "noindex_rows": self._quoted(sql.NOINDEX, quoted),
                "network": self._largest_network(quoted),
            }

    def _largest_network(self, quoted: int) -> Row | None:
        """The /24 that most domains answer from, sub-sites of platforms aside, and some of them."""
        rows = rows_of(self._connection, sql.NETWORKS)
        own = [row for row in rows if icann_domain(row["domain"]) == row["domain"]]
        if not own:
            return None
        subnet, domains = min(
            Counter(row["subnet"] for row in own).items(), key=lambda net: (-net[1], net[0])
        )
        within = ", ".join(text(row["domain"]) for row in own if row["subnet"] == subnet)
        query = f"{_domains_query('domain', f'source_domain IN ({within})')} LIMIT {int(quoted)}"
        shown = [domain_row(row) for row in rows_of(self._connection, query)]
        return {"subnet": subnet, "domains": domains, "known": len(own), "rows": shown}

    def _quoted(self, where: str, limit: int) -> list[Row]:
        rows = rows_of(self._connection, sql.QUOTED.format(where=where, limit=int(limit)))
        return [link_row({**row, "links_in_group": 1}, self._source_names) for row in rows]

    # parts -------------------------------------------------------------------

    def _page(self, query: str, limit: int, offset: int) -> Page:
        total = int(rows_of(self._connection, f"SELECT count(*) AS n FROM ({query})")[0]["n"])
        rows = rows_of(self._connection, f"{query} LIMIT {int(limit)} OFFSET {int(offset)}")
        return Page(rows, total)

    def _own_authority(self) -> Row:
        domain = icann_domain(self._domain)
        if domain != self._domain:
            why = f"{self._domain} is a sub-site of {domain}, and never wears the platform's authority."
            return unknown_authority(why, self.release)
        if self.release is None:
            return unknown_authority(_NOT_RANKED_THEN if self._asked else _NOT_RANKED, None)
        found = rows_of(self._connection, f"SELECT * FROM authorities WHERE domain = {text(domain)}")
        if not found:
            return unknown_authority("The domain is not in the graph that was ranked.", self.release)
        if found[0]["authority"] is None:
            return unknown_authority(self.release["unrankable"] or _NO_VOTES, self.release)
        return known_authority(found[0], self.release)

    def _mix(self, name: str, query: str) -> dict[str, int]:
        rows = self._connection.execute(query).fetchall()
        codes = _CODES.get(name)
        counted = {(name_of(codes, key) if codes else key): n for key, n in rows}
        known = {str(key): int(n) for key, n in counted.items() if key is not None}
        unknown = {"unknown": int(counted[None])} if counted.get(None) else {}
        return known | unknown

    def _last_status(self, index: Index, keys: list[str]) -> dict[str, int]:
        if not keys:
            return {}
        files = index.files(self.version, "pages", (min(keys), max(keys) + "\0"), column="page_key")
        if not files:
            return {}
        query = f"""SELECT page_key, arg_max(status, (fetched_at, reader)) FROM {parquet(files)}
            WHERE page_key IN (SELECT unnest(?)) GROUP BY page_key"""
        with self._lock:
            return dict(self._connection.execute(query, [keys]).fetchall())


def _moment(at: datetime | None) -> str:
    return f"TIMESTAMPTZ {text(at.isoformat())}" if at else "NULL::TIMESTAMPTZ"


def _domains_query(sort: str, where: str) -> str:
    return sql.DOMAINS.format(best=sql.BEST, where=where, order=_order(sort, sql.DOMAIN_SORTS, "domain"))


def _order(sort: str, known: dict[str, str], tie: str) -> str:
    name, descending = sort.removeprefix("-"), sort.startswith("-")
    if name not in known:
        raise UsageError(
            f"sort by {name!r}", "there is no such field here", f"Known are {', '.join(sorted(known))}."
        )
    return f"{known[name]} {'DESC' if descending else 'ASC'} NULLS LAST, {tie}"


def _in(states: Sequence[State]) -> str:
    return ", ".join(str(int(state)) for state in states or (State.LIVE, State.UNVERIFIED))


_CODES: dict[str, type[IntEnum]] = {"placement": Placement, "kind": Kind, "state": State}
