"""How do the questions of a session share one DuckDB: its memory, its files' footers, and what they all ask?

Each target has a schema of its own in it, which goes when nobody holds it any longer.
"""

import itertools
import threading
import weakref
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from backlit.index import judgements
from backlit.index.answers import Answers
from backlit.index.catalogue import (
    best_linked,
    observed,
    observed_days,
    rows_of_links,
    source_names,
    source_starts,
)
from backlit.index.engine import connect, parquet, rows_of, text
from backlit.index.prepared import Prepared
from backlit.index.tables import Index, Version
from backlit.model import RELEASES

__all__ = ["Facts", "Instance", "Schema"]

#: What the targets of a session may take together before they spill to the home.
MEMORY = "2GB"
#: Versions of which the facts are kept.
_VERSIONS = 8
#: Files of more rows than these are taken to hold some of any target within their bounds.
_SMALL_FILE = 500_000
#: As many of the best linked domains are kept at least.
_BEST = 100

Row = dict[str, Any]


class Schema:
    """The tables of one target. Each connection to it sees them under their plain names."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, name: str) -> None:
        self.name, self._instance = name, connection
        #: the schema of an attached file in which the target's links lie, None where they lie here
        self.attached: str | None = None
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE SCHEMA {name}")
        self._end = weakref.finalize(self, _drop, connection, name, None)

    def connect(self) -> duckdb.DuckDBPyConnection:
        """A connection of its own, for one thread."""
        cursor = self._instance.cursor()
        path = f"{self.name},{self.attached}" if self.attached else self.name
        cursor.execute(f"SET TimeZone = 'UTC'; SET search_path = '{path}'")
        return cursor

    def use(self, attached: str) -> None:
        """Take the links from an attached file; it goes with the schema."""
        self.attached = f"{attached}.main"
        self._end.detach()
        self._end = weakref.finalize(self, _drop, self._instance, self.name, attached)


def _drop(connection: duckdb.DuckDBPyConnection, name: str, attached: str | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {name} CASCADE")
        if attached:
            cursor.execute(f"DETACH DATABASE IF EXISTS {attached}")


@dataclass(frozen=True)
class Facts:
    """What every question asks of a version, whatever its target."""

    index: Index
    version: Version
    connection: duckdb.DuckDBPyConnection
    _files: dict[str, list[str]] = field(default_factory=dict)
    _best: dict[int, list[Row]] = field(default_factory=dict)

    @cached_property
    def source_names(self) -> dict[str, str]:
        """The file name of every source, by its id."""
        return source_names(self.index, self.version)

    @cached_property
    def links(self) -> int:
        """How many rows of links there are, of all targets."""
        return rows_of_links(self.index, self.version)

    @property
    def is_large(self) -> bool:
        """Whether questions about a target may take long, however few links it has: its peers, and networks
        around it, are looked for among all."""
        return self.links > judgements.QUICK_INDEX

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The different names of the sources, in order."""
        return tuple(sorted(set(self.source_names.values())))

    def names_by(self, moment: datetime | None) -> tuple[str, ...]:
        """Those of sources that tell of anything up to a moment, or of no moment at all."""
        if moment is None:
            return self.names
        return tuple(name for name, start in self._starts if start is None or start <= moment)

    @cached_property
    def _starts(self) -> list[tuple[str, datetime | None]]:
        return source_starts(self.index, self.version)

    @cached_property
    def observed(self) -> tuple[datetime | None, datetime | None]:
        """When the data begin, and the moment that counts as today."""
        return observed(self.index, self.version)

    @cached_property
    def days(self) -> list[tuple[date, date]]:
        """The first and the last day of each source that tells of links."""
        return observed_days(self.index, self.version)

    def best_linked(self, limit: int) -> list[Row]:
        """The target domains that most domains link to. All links are looked through, once a version."""
        most, known = next(iter(self._best.items()), (0, []))
        if most < limit:
            most = max(limit, _BEST)
            known = best_linked(self.index, self.version, most)
            self._best.clear()
            self._best[most] = known
        return known[:limit]

    def files(self, table: str) -> list[str]:
        """All data files of a table that targets share, planned once."""
        if table not in self._files:
            self._files[table] = self.index.files(self.version, table)
        return self._files[table]

    def holding(self, span: tuple[str, str]) -> list[str]:
        """The data files of links that hold target keys of a half-open range.

        Files of a small commit span the whole web by their bounds, and hold something of few targets.
        """
        sized = self.index.sized_within(self.version, "links", span, "target_key")
        small = [path for path, rows in sized if rows <= _SMALL_FILE]
        if len(sized) > 1 and small:
            where = f"target_key >= {text(span[0])} AND target_key < {text(span[1])}"
            query = f"SELECT DISTINCT filename FROM read_parquet({small}, filename = true) WHERE {where}"
            with self.connection.cursor() as cursor:
                small = [str(row[0]) for row in cursor.execute(query).fetchall()]
        return sorted(small + [path for path, rows in sized if rows > _SMALL_FILE])

    @cached_property
    def releases(self) -> list[Row]:
        """The releases of ranks, the newest first."""
        files = self.index.files(self.version, "releases")
        if not files:
            return []
        connection = connect()
        connection.register("none", RELEASES.empty_table())
        query = f"FROM none UNION ALL BY NAME FROM {parquet(files)}"
        return rows_of(connection, f"FROM ({query}) ORDER BY made_at DESC, release")


class Instance:
    """One DuckDB for all targets that are asked of an index. Safe to share between threads."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self._connection = connect(temporary=index.home / "tmp", memory=MEMORY)
        self._connection.execute("SET parquet_metadata_cache = true")
        self._lock, self._numbers = threading.Lock(), itertools.count()
        self._facts: OrderedDict[int, Facts] = OrderedDict()
        self._empty: set[str] = set()
        self.prepared = Prepared(index.home)
        self.answers = Answers()

    def schema(self) -> Schema:
        """A new schema for a target."""
        return Schema(self._connection, f"target_{next(self._numbers)}")

    def attach(self, path: Path) -> str | None:
        """The name under which a file with a target's tables is open; None where there is none."""
        return self.prepared.attach(self._connection.cursor(), path)

    def facts(self, version: Version) -> Facts:
        """What is known of a version; found out once, when it is asked for."""
        with self._lock:
            found = self._facts.setdefault(version.id, Facts(self.index, version, self._connection))
            self._facts.move_to_end(version.id)
            while len(self._facts) > _VERSIONS:
                self._facts.popitem(last=False)
            return found

    def relation(self, files: list[str], schema: pa.Schema) -> str:
        """Data files as a relation with all the columns of today: files may be from before one was added."""
        name = f"empty_{len(schema)}_{schema.names[0]}"
        with self._lock:
            if name not in self._empty:
                self._connection.register("made", schema.empty_table())
                self._connection.execute(f"CREATE TABLE main.{name} AS FROM made")
                self._connection.unregister("made")
                self._empty.add(name)
        return f"(FROM main.{name} UNION ALL BY NAME FROM {parquet(files)})" if files else f"main.{name}"
