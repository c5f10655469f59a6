"""Who links to a target, and how? The folded links of one target, and the questions asked of them.

A `Profile` holds one target's links, folded once, in a DuckDB of its own; every report is a query
over that. Rows come out as dictionaries with the field names that users meet.
"""

import threading
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial
from typing import TypeVar

import duckdb
import pyarrow as pa

from backlit.errors import IndexDamaged
from backlit.index import judgements
from backlit.index import profile_sql as sql
from backlit.index.anchor_texts import TEXTS, USES
from backlit.index.carried import FINDINGS, Carried, receive
from backlit.index.catalogue import all_sources
from backlit.index.changes import KINDS, change_row, changes_made
from backlit.index.decided import Decided, renew
from backlit.index.engine import moment_of, rows_of
from backlit.index.gather import gather, gather_leads
from backlit.index.instance import Instance
from backlit.index.kept_answers import Shelf
from backlit.index.keyset import KEY, Key
from backlit.index.kinds import Kinds, kinds_of
from backlit.index.overlap import who_knows
from backlit.index.overview import arrivals_of, numbers_of
from backlit.index.own_authority import own_authority
from backlit.index.prepared import TABLES
from backlit.index.profile_rows import Row, domain_row, lead_row, link_row, page_row
from backlit.index.questions import Query, Question
from backlit.index.run import batches_of, counted, facets_of, rows_for, votes_left
from backlit.index.tables import Index, Version
from backlit.index.target import Target
from backlit.index.visits import visits_by_domain, visits_in_all
from backlit.model import PAGES, State

__all__ = ["Page", "Profile", "Row"]

Answer = TypeVar("Answer")

#: Sources that an answer names; it says how many there are.
SOURCES_NAMED = 20


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a result, how many there are in all, and the key of the last where more follow.

    The total is None where it was told with an earlier page, and an estimate where it is not exact.
    """

    rows: list[Row]
    total: int | None
    last: Key | None = None
    is_exact: bool = True


class Profile:
    """The links to one target at one version of the index, as of one date. Safe to share between threads."""

    def __init__(
        self,
        index: Index,
        version: Version,
        target: Target,
        as_of: datetime | None = None,
        *,
        instance: Instance | None = None,
        may_keep: bool = True,
        carried: Carried | None = None,
    ) -> None:
        """Fold the links of a target, in an instance of DuckDB that others share or in one of its own; with
        `may_keep` those of a large target are kept in the home, or found there. What was folded in another
        process and `carried` here is taken as it is."""
        self.target, self.version = target, version
        self.index, self.instance = index, instance or Instance(index)
        self.facts = self.instance.facts(version)
        self._schema, self._lock = self.instance.schema(), threading.Lock()
        self._source_names, names = self.facts.source_names, self.facts.names_by(as_of)
        self.sources, self.sources_total = names[:SOURCES_NAMED], len(names)
        self.asked = as_of
        #: whether the kept tables turned out to be damaged: a new profile makes them anew
        self.is_damaged = False
        self._moments: dict[str, tuple[Version, datetime | None]] = {}
        self._earlier: dict[str, Profile] = {}
        #: tables that only some questions ask for, as far as they were made
        self._loaded: set[str] = set()
        #: what finds out about the pages of the target, as a table like `page_ranks`; asked once
        self.rank_pages: Callable[[Profile], pa.Table] | None = None
        #: names that the target is spoken of by, for who tells the classes of its anchors
        self.brands: tuple[str, ...] = ()
        #: what tells the classes of the anchors, as a table like `anchor_classes`; asked once
        self.classify: Callable[[Profile], pa.Table] | None = None
        #: what tells the type of a referring site by its name and the page with its best link, and that title
        self.type_site: Callable[[str, str, str | None], str | None] | None = None
        #: what tells how near the pages of links are to the target, 0 to 1, null where it is not known
        self.relate: Callable[[Profile, pa.Table], pa.Array] | None = None
        #: what keeps judgements for the next process
        self.keep: Callable[[Profile, pa.Table], None] | None = None
        #: where answers are kept for other processes, if they are
        self.shelf: Callable[[], Shelf | None] = lambda: None
        #: whether the links were judged before, and are where `judge` finds them
        self.is_judged = False
        #: whether whoever asks has time for links to be judged that nobody asked for
        self.may_wait: Callable[[], bool] = lambda: False
        #: what people decided, unless it is what it was when it was asked for last
        self.decide: Callable[[Profile, Decided | None], Decided | None] | None = None
        self._decided: Decided | None = None
        #: what judges the links, as a table like `judgements`; asked once
        self.judge: Callable[[Profile], pa.Table] | None = None
        if carried is None:
            found = gather(self.instance, self.facts, self._schema, target, as_of, may_keep=may_keep)
        else:
            found = receive(self.instance, self._schema, carried)
        self._found, self._connection, self._kept = found, found.connection, found.kept
        self.release, self._size = found.release, found.size
        newest = _latest(self.facts.observed[1], self._newest())
        is_later = as_of is not None and newest is not None and as_of.date() > newest.date()
        #: the moment up to which it tells: an earlier day asked for, the newest look, or what is newer here
        self.as_of = newest if as_of is None or is_later else as_of
        if carried is None:
            with self._reading():
                gather_leads(self.instance, self.facts, found, self.domain, as_of)
        #: whether it was put together for this, rather than found
        self.was_made = found.was_made

    def _newest(self) -> datetime | None:
        """When a link of the target was last seen, or found gone."""
        query = "SELECT max(last_seen) AS seen, max(gone_at) AS gone FROM links"
        return _latest(*rows_of(self._connection, query)[0].values())

    @property
    def size(self) -> int:
        """How many links are held, those of earlier moments included."""
        return self._size + sum(profile.size for profile in self._earlier.values())

    def earlier(self, version: Version, moment: datetime | None) -> str:
        """A name for the same target's links as known at another moment, to compare with."""
        name = f"{version.id}_{moment:%Y%m%dT%H%M%S_%f}" if moment else f"{version.id}"  # of a table, too
        self._moments[name] = version, moment
        return name

    def _load_earlier(self, versus: str) -> str:
        """The schema of the links as known then."""
        version, moment = self._moments[versus]
        then = Profile(self.index, version, self.target, moment, instance=self.instance, may_keep=False)
        then._connection.execute(f"CREATE TABLE known AS SELECT {moment_of(then.as_of)} AS until")
        self._earlier[versus] = then
        return then._schema.name

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Where kept tables turn out to be damaged, let go of them: they are made again when next asked."""
        try:
            yield
        except duckdb.Error as error:
            if self._schema.attached is None or "Corrupt database" not in str(error):
                raise
            self.is_damaged = True
            self.instance.prepared.forget(self._kept)
            raise IndexDamaged(
                f"answer from the kept tables of {self.target.name}",
                "a file in the folder `prepared` is damaged",
                "It was removed. Ask again: it is made anew from the index, which holds everything.",
            ) from error

    def _load_changes(self, versus: str) -> None:
        """What happened since links were as a schema has them: only the questions that ask wait for it."""
        with self._lock, self._reading():
            if versus not in self._loaded:
                self._connection.execute(changes_made(versus, self._load_earlier(versus)))
                self._loaded.add(versus)

    def _load_statuses(self) -> None:
        """What the target's own pages answered last: only the questions that ask for it wait for it."""
        with self._lock:
            if "statuses" in self._loaded:
                return
            ends = "SELECT min(target_key) AS a, max(target_key) AS z FROM folded"
            first, last = rows_of(self._connection, ends)[0].values()
            span = (first, last + "\0") if first else ("", "")
            files = self.index.files(self.version, "pages", span, "page_key")
            known = f"fetched_at <= {moment_of(self.asked)}" if self.asked else "true"
            pages = self.instance.relation(files, PAGES)
            self._connection.execute(sql.STATUSES.format(pages=pages, known=known))
            self._loaded.add("statuses")

    def load_judgements(self, judge: "Callable[[Profile], pa.Table] | None" = None) -> None:
        """What a higher room makes of the links, or `judge`; only questions that tell it wait for it."""
        ask, keep = judge or self.judge, self.keep
        if self.judge is None or ask is None:
            return

        def asked(profile: Profile) -> pa.Table:
            found = ask(profile)
            if keep is not None:
                keep(profile, found)
            return found

        self._ask("judge", "judgements", asked)

    @cached_property
    def is_large(self) -> bool:
        """Whether judging the links keeps somebody waiting: there are many, or many in the whole index, where
        the networks among their domains are looked for."""
        return self._number > judgements.QUICK or self.facts.is_large

    def carry(self) -> Carried:
        """All that another process needs to answer what was asked of it here, and more."""
        with self._lock, self._reading():
            known = {who: table for who, table in FINDINGS.items() if getattr(self, who) is None}
            names = ("leads",) if self._schema.attached else (*TABLES, "leads")
            rows = {
                name: self._connection.sql(f"FROM {name}").to_arrow_table()
                for name in (*names, *known.values())
            }
        findings = {who: rows.pop(table) for who, table in known.items()}
        answers, found = self.instance.answers.given(self._schema.name), self._found
        return Carried(found.events, found.release, found.kept, self._size, rows, findings, answers)

    def learn(self, carried: Carried) -> None:
        """Take what higher rooms found out in another process, and the answers that were given there."""
        for who, found in carried.findings.items():
            self._fill(who, FINDINGS[who], found)
        self.instance.answers.take(self._schema.name, carried.answers)

    def _ask(self, who: str, table: str, ask: "Callable[[Profile], pa.Table] | None" = None) -> None:
        """Fill a table with what a higher room finds out, once: who it is, or `ask` in its place."""
        ask = ask or getattr(self, who)
        if ask is not None:
            self._fill(who, table, ask(self))

    def _fill(self, who: str, table: str, found: pa.Table) -> None:
        with self._lock:
            if getattr(self, who) is not None:  # nobody was faster
                self._connection.register("found", found)
                self._connection.execute(f"INSERT INTO {table} BY NAME FROM found")
                self._connection.unregister("found")
                setattr(self, who, None)

    @property
    def is_quick(self) -> bool:
        """Whether the links are judged already, or may be at once."""
        return self.judge is None or self.is_judged or (self.may_wait() and not self.is_large)

    @cached_property
    def _number(self) -> int:
        return int(rows_of(self._schema.connect(), "SELECT count(*) AS n FROM links")[0]["n"])

    def _load_decisions(self) -> None:
        """What people decided, as it stands now."""
        if self.decide is not None:
            with self._lock:
                found = self.decide(self, self._decided)
                if found is not None:
                    renew(self._connection, found)
                    self._decided = found

    def load_classes(self) -> None:
        """What a higher room makes of the anchors."""
        self._ask("classify", "anchor_classes")

    def anchor_texts(self, *, uses: bool = False) -> pa.Table:
        """What the links say, each text once, as TEXTS has it; or by domain and class, as USES has it."""
        if uses:
            self.load_classes()
        with self._lock, self._reading():
            return self._connection.sql(USES if uses else TEXTS).to_arrow_table()

    def page_votes(self, where: str, weight: str) -> pa.Table:
        """The best vote of each domain for each page: domain, page, weight; chosen and weighed in SQL."""
        with self._lock:
            return self._connection.sql(sql.PAGE_VOTES.format(where=where, weight=weight)).to_arrow_table()

    def page_links(self, where: str, weight: str) -> pa.Table:
        """The site's own links: source, page and weight, which is 0 where `where` does not hold."""
        with self._lock:
            return self._connection.sql(sql.PAGE_LINKS.format(where=where, weight=weight)).to_arrow_table()

    def votes_left(self, question: Question, where: str, weight: str) -> list[Row]:
        """What each domain's votes come to without the links of a question."""
        return votes_left(self._schema.connect(), self._prepared(question), where, weight)

    @property
    def authority(self) -> Row:
        """The authority of the target's domain, or why there is none."""
        with self._lock:
            return self._own_authority()

    @cached_property
    def _visits(self) -> dict[str, list[Row]]:
        """The visits that other domains sent: only the questions that tell them wait for them."""
        return visits_by_domain(self.index, self.version, self.domain, self.asked)

    def visits_from(self, domain: str) -> list[Row] | None:
        """The visits that a domain sent, one row per tool; None where no tool told of any."""
        return self._visits.get(domain)

    @property
    def domain(self) -> str:
        """The registrable domain of the target."""
        return self.target.domain

    def _own_authority(self) -> Row:
        is_past = self.asked is not None
        return own_authority(self._connection, self.domain, self.release, is_past=is_past)

    # reports -----------------------------------------------------------------

    def overview(self) -> Row:
        """The numbers of the profile, over live and unverified links."""
        return self.once("overview", self._overview)

    def _overview(self) -> Row:
        with self._lock, self._reading():
            row: Row = {"target": self.target.name, "scope": self.target.scope}
            row |= numbers_of(self._connection, self._schema.attached, self.as_of)
            row["authority"] = self._own_authority()
            row["leads"] = rows_of(self._connection, "SELECT count(*) AS n FROM leads")[0]["n"]
            row["visits"] = visits_in_all(self._visits)
        return row

    def arrivals(self) -> list[Row]:
        """New referring domains and links by the day on which they were first seen, lost ones by the day on
        which a look found them gone."""
        return self.once("arrivals", self._arrivals)

    def _arrivals(self) -> list[Row]:
        with self._lock, self._reading():
            return arrivals_of(self._connection, self._schema.attached)

    def page(
        self, question: Question, limit: int, after: Key | None = None, budget: float | None = None
    ) -> Page:
        """The next rows of a list after a key. It is counted on the first page only, exactly where
        `budget` seconds are enough and from a sample where they are not."""
        make = partial(self._page, question, limit, after, budget)
        if self._is_of_decisions(question):  # which are made at any time
            return make()
        asked = question, limit, None if after is None else tuple(after)
        return self.once(asked, make, lambda page: page.is_exact)  # next time there may be time to count

    def _is_of_decisions(self, question: Question) -> bool:
        return "decisions" in question.query(self.as_of).chosen.needs

    def _page(self, question: Question, limit: int, after: Key | None, budget: float | None) -> Page:
        query = self._prepared(question)
        with self._reading():
            found = rows_for(self._schema.connect(), query.page(limit + 1, after))
            last = list(found[limit - 1][KEY].values()) if len(found) > limit else None
            rows = [self._shaped(question, row) for row in found[:limit]]
            if after is not None:
                return Page(rows, None, last)
            if last is None:
                return Page(rows, len(rows), None)
            total, is_exact = counted(self._schema.connect, query, budget)
        return Page(rows, total, last, is_exact)

    def batches(
        self, question: Question, limit: int | None = None, size: int = 5_000, *, judged: bool = True
    ) -> Iterator[list[Row]]:
        """All rows of a list, or the first of them, some at a time: memory holds no more than those.

        Unless `judged`, links are judged for it only where the question is about that, or that is quick.
        """
        cursor, statement = self._schema.connect(), self._prepared(question, whole=judged).all(limit)
        with self._reading():
            for batch in batches_of(cursor, statement, size):
                yield [self._shaped(question, row) for row in batch]

    def count(self, question: Question) -> int:
        """How many rows a list has."""
        query = self._prepared(question)
        with self._reading():
            return counted(self._schema.connect, query, None)[0]

    def facets(self, question: Question, names: Sequence[str], budget: float | None = None) -> Row:
        """How the links of a list are made up: for each facet its values and how many links have them."""
        query = self._prepared(question)
        with self._reading():
            return facets_of(self._schema.connect, query, names, budget)

    def change_counts(self, question: Question) -> dict[str, int]:
        """How many changes there are of each kind, whichever of them the question asks for."""

        def count() -> dict[str, int]:
            rows = rows_for(self._schema.connect(), self._prepared(question).kinds(question.versus))
            found = {row["change"]: int(row["n"]) for row in rows}
            return {kind: found.get(kind, 0) for kind in KINDS}

        return count() if self._is_of_decisions(question) else self.once(("changes", question), count)

    def once(
        self, asked: Hashable, make: Callable[[], Answer], may_keep: Callable[[Answer], bool] = lambda _: True
    ) -> Answer:
        """What `make` tells of the profile as it is, or told when the same was asked before."""

        def key() -> Hashable:  # rows tell what is known of their links by then
            return asked, self.judge is None or self.is_judged

        return self.instance.answers.once(self._schema.name, key(), make, may_keep, key, self.shelf())

    def _prepared(self, question: Question, *, whole: bool = False) -> Query:
        query = question.query(self.as_of)
        if question.view == "pages" or "statuses" in query.chosen.needs:
            self._load_statuses()
        if question.view == "changes":
            self._load_changes(question.versus)
        if question.view == "anchors" or "anchor_classes" in query.chosen.needs:
            self.load_classes()
        if "decisions" in query.chosen.needs:
            self._load_decisions()
        if question.view == "pages":
            self._ask("rank_pages", "page_ranks")
        tells = question.view in ("backlinks", "domains") and (self.is_quick or whole)
        if tells or question.is_of_judgements:
            self.load_judgements()
        return query

    def told(self, row: Row) -> Row:
        """A link of `current` as rows of links tell it."""
        return link_row({**row, "links_in_group": 1}, self._source_names)

    def _shaped(self, question: Question, row: Row) -> Row:
        if question.view == "backlinks":
            return link_row(row, self._source_names)
        if question.view == "changes":
            return change_row(row, self._source_names)
        if question.view == "leads":
            return lead_row(row, self._source_names)
        if question.view == "pages":
            return page_row(row, self.domain)
        row.pop(KEY, None)
        return self.domain_told(row) if question.view == "domains" else row

    def domain_told(self, row: Row) -> Row:
        """A referring domain of `LISTS` as rows of domains tell it."""
        told = {**domain_row(row), "visits": self._visits.get(row["domain"])}
        if self.type_site is not None:
            told["sitetype"] = self.type_site(row["domain"], told["url"], row["best"]["title"])
        return told

    def backlinks(
        self,
        *,
        group: str = "domain",
        sort: str = "-authority",
        states: Sequence[State] = (),
        limit: int = 100,
    ) -> Page:
        """The links, or the best link of each group."""
        return self.page(Question.ask("backlinks", sort, group=group, states=states), limit)

    def domains(self, *, sort: str = "-authority", limit: int = 100) -> Page:
        """The referring domains of live and unverified links."""
        return self.page(Question.ask("domains", sort), limit)

    def anchors(self, *, sort: str = "-domains", limit: int = 100) -> Page:
        """The anchor texts of live and unverified links a person can click."""
        return self.page(Question.ask("anchors", sort), limit)

    @cached_property
    def kinds(self) -> dict[str, Kinds]:
        """Of which kinds the referring domains are, one vote for each, by dimension."""
        with self._reading():
            return kinds_of(self._schema.connect(), self._schema.attached)

    def connect(self) -> duckdb.DuckDBPyConnection:
        """A connection of its own to the tables of the target, for what stands higher up."""
        return self._schema.connect()

    def sources_of(self, index: Index) -> Row:
        """Who knows the target's links and leads, how far they agree, and what none of them has seen."""
        read = [
            {"source_id": row["source_id"], "crawl": row["crawl"]} for row in all_sources(index, self.version)
        ]
        names = pa.Table.from_pylist(read, pa.schema([("source_id", pa.string()), ("crawl", pa.string())]))
        known = f"first_seen <= {moment_of(self.asked)}" if self.asked else "true"
        with self._lock:
            self._connection.register("sources_read", names)
            events = self._found.events.relation(self.instance)
            found = who_knows(self._connection, events, known)
            found["leads"] = rows_of(self._connection, sql.LEADS_BY)
        found["visits"] = visits_in_all(self._visits)
        return {"target": self.target.name, "scope": self.target.scope, **found}


def _latest(*moments: datetime | None) -> datetime | None:
    return max((moment for moment in moments if moment is not None), default=None)
