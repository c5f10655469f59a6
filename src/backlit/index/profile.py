"""Who links to a target, and how? The folded links of one target, and the questions asked of them.

A `Profile` holds one target's links, folded once, in a DuckDB of its own; every report is a query
over that. Rows come out as dictionaries with the field names that users meet.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any

import pyarrow as pa

from backlit.errors import UsageError
from backlit.index import profile_sql as sql
from backlit.index.engine import connect, parquet, rows_of, text
from backlit.index.fold import fold_query
from backlit.index.tables import Index, Version
from backlit.index.target import Target
from backlit.model import (
    LEADS,
    LINKS,
    RANKS,
    RELEASES,
    VENDOR_METRICS,
    Hidden,
    Kind,
    LostReason,
    Placement,
    Reader,
    Robots,
    State,
    link_id,
    name_of,
    rel_tokens,
)
from backlit.urls import domain_of_key, icann_domain, url_of_key

__all__ = ["Page", "Profile", "Row"]

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a result, and how many there are in all."""

    rows: list[Row]
    total: int


class Profile:
    """The links to one target at one version of the index, as of one date. Safe to share between threads."""

    def __init__(self, index: Index, version: Version, target: Target, as_of: datetime | None = None) -> None:
        self.target, self.version = target, version
        self._connection = connect()
        self._lock = threading.Lock()
        self._source_names = _source_names(index, version)
        self.sources = _shortened(sorted(set(self._source_names.values())))
        self._load(index, as_of)
        self.as_of = as_of or self._newest_observation(index)

    # loading -----------------------------------------------------------------

    def _load(self, index: Index, as_of: datetime | None) -> None:
        lower, upper = text(self.target.lower), text(self.target.upper)
        files = index.files(self.version, "links", (self.target.lower, self.target.upper))
        where = f"target_key >= {lower} AND target_key < {upper}"
        moment = f"TIMESTAMPTZ {text(as_of.isoformat())}" if as_of else None
        fold = fold_query(self._relation(files, LINKS), where, as_of=moment)
        self._connection.execute(f"CREATE TEMP TABLE folded AS {fold}")
        self._load_authority(index)
        self._connection.execute(sql.LINKS)
        self._leads = self._count_leads(index)

    def _relation(self, files: list[str], schema: pa.Schema) -> str:
        """Data files as a relation; an empty one of the same columns where there are none."""
        if files:
            return parquet(files)
        name = f"empty_{len(schema)}"
        self._connection.register(name, schema.empty_table())
        return name

    def _load_authority(self, index: Index) -> None:
        releases = self._relation(index.files(self.version, "releases"), RELEASES)
        newest = f"SELECT * FROM {releases} ORDER BY made_at DESC, release LIMIT 1"
        self.release: Row | None = next(iter(rows_of(self._connection, newest)), None)
        name = text(self.release["release"] if self.release else "")
        ranks = self._relation(index.files(self.version, "ranks"), RANKS)
        columns = "domain, authority, percentile, place"
        self._connection.execute(
            f"CREATE TEMP TABLE authorities AS SELECT {columns} FROM {ranks} WHERE release = {name}"
        )

    def _count_leads(self, index: Index) -> int:
        leads = self._relation(index.files(self.version, "leads"), LEADS)
        query = f"""SELECT count(DISTINCT source_key) AS n FROM {leads}
            WHERE target_domain = {text(self._domain)}
            AND source_key NOT IN (SELECT source_key FROM folded)"""
        return int(rows_of(self._connection, query)[0]["n"])

    @property
    def _domain(self) -> str:
        return domain_of_key(f"{self.target.lower.partition('/')[0].rstrip('.')}/")

    def _newest_observation(self, index: Index) -> datetime | None:
        files = index.files(self.version, "sources")
        if not files:
            return None
        query = f"SELECT max(last_observed) AS newest FROM {parquet(files)}"
        newest: datetime | None = rows_of(self._connection, query)[0]["newest"]
        return newest

    # reports -----------------------------------------------------------------

    def overview(self) -> Row:
        """The numbers of the profile, over live and unverified links."""
        with self._lock:
            moment = text(self.as_of.isoformat()) if self.as_of else "NULL"
            numbers = rows_of(self._connection, sql.OVERVIEW.format(moment=moment))[0]
            row: Row = {"target": self.target.name, "scope": self.target.scope}
            row |= {name: numbers.get(name) for name in sql.OVERVIEW_FIELDS}
            row["authority"] = self._own_authority()
            row["leads"] = self._leads
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
        return Page([self._link_row(row) for row in page.rows], page.total)

    def domains(self, *, sort: str = "-authority", limit: int = 100, offset: int = 0) -> Page:
        """The referring domains of live and unverified links."""
        query = sql.DOMAINS.format(best=sql.BEST, order=_order(sort, sql.DOMAIN_SORTS, "domain"))
        with self._lock:
            page = self._page(query, limit, offset)
        return Page([_domain_row(row) for row in page.rows], page.total)

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

    # parts -------------------------------------------------------------------

    def _page(self, query: str, limit: int, offset: int) -> Page:
        total = int(rows_of(self._connection, f"SELECT count(*) AS n FROM ({query})")[0]["n"])
        rows = rows_of(self._connection, f"{query} LIMIT {int(limit)} OFFSET {int(offset)}")
        return Page(rows, total)

    def _own_authority(self) -> Row:
        domain = icann_domain(self._domain)
        if self.release is None:
            return _unknown_authority("The index has not been ranked yet: run `backlit rank`.", None)
        found = rows_of(self._connection, f"SELECT * FROM authorities WHERE domain = {text(domain)}")
        if not found:
            return _unknown_authority("The domain is not in the graph that was ranked.", self.release)
        if found[0]["authority"] is None:
            return _unknown_authority(self.release["unrankable"], self.release)
        return {
            "score": found[0]["authority"],
            "percentile": found[0]["percentile"],
            "rank": found[0]["place"],
            "se": None,
            "of": self.release["domains"],
            "method": self.release["method"],
            "why": None,
        }

    def _mix(self, name: str, query: str) -> dict[str, int]:
        rows = self._connection.execute(query).fetchall()
        codes = _CODES.get(name)
        counted = {(name_of(codes, key) if codes else key): n for key, n in rows}
        known = {str(key): int(n) for key, n in counted.items() if key is not None}
        unknown = {"unknown": int(counted[None])} if counted.get(None) else {}
        return known | unknown

    def _link_row(self, row: Row) -> Row:
        names = self._source_names
        return {
            "id": str(link_id(row["source_key"], row["target_key"], row["kind"])),
            "source_url": url_of_key(row["source_key"]),
            "source_domain": row["source_domain"],
            "source_title": row["source_title"],
            "target_url": url_of_key(row["target_key"]),
            "kind": name_of(Kind, row["kind"]),
            "rel": rel_tokens(row["rel"]),
            "placement": name_of(Placement, row["placement"]),
            "hidden": name_of(Hidden, row["hidden"]),
            "anchor": row["anchor"],
            "alt": row["alt"],
            "before": row["before"],
            "after": row["after"],
            "language": row["source_language"],
            "noindex": None if row["source_robots"] is None else bool(row["source_robots"] & Robots.NOINDEX),
            "first_seen": row["first_seen"],
            "last_seen": row["last_seen"],
            "state": name_of(State, row["state"]),
            "lost_at": row["gone_at"],
            "lost_reason": name_of(LostReason, row["gone_reason"]),
            "source_authority": row["authority"],
            "source_ip": row["source_ip"],
            "links_in_group": row["links_in_group"],
            "value": None,
            "spam": None,
            "unnatural": None,
            "relevance": None,
            "provenance": {
                "source": names.get(row["source_id"], row["source_id"]),
                "offset": row["offset"],
                "reader": name_of(Reader, row["reader"]),
            },
            "vendors": row["vendors"],
            "reported_lost": row["reported_lost"],
            "vendor_metrics": {n: row[n] for n in VENDOR_METRICS if row[n] is not None} or None,
        }

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


def _domain_row(row: Row) -> Row:
    domain = row["domain"]
    platform = icann_domain(domain)
    ip = row["ip"]
    return {
        "domain": domain,
        "links": row["links"],
        "follow": row["follow"],
        "first_seen": row["first_seen"],
        "last_seen": row["last_seen"],
        "authority": row["authority"],
        "trust": None,
        "spam": None,
        "unnatural": None,
        "sitetype": None,
        "platform": platform if platform != domain else None,
        "topic": None,
        "ip": ip,
        "subnet": row["subnet"],
        "country": None,
        "anchor": row["best"]["anchor"],
        "url": url_of_key(row["best"]["source_key"]),
    }


def _unknown_authority(why: str | None, release: Row | None) -> Row:
    of, method = (release["domains"], release["method"]) if release else (None, None)
    return {
        "score": None,
        "percentile": None,
        "rank": None,
        "se": None,
        "of": of,
        "method": method,
        "why": why,
    }


def _source_names(index: Index, version: Version) -> dict[str, str]:
    files = index.files(version, "sources")
    if not files:
        return {}
    return dict(connect().execute(f"SELECT source_id, name FROM {parquet(files)}").fetchall())


def _shortened(names: list[str], kept: int = 20) -> tuple[str, ...]:
    more = (f"and {len(names) - kept} more",) if len(names) > kept else ()
    return (*names[:kept], *more)


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
