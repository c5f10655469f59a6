"""What do pages say, as far as their texts were read, and which of them say something?

`HOME/texts` holds a Parquet file for each crawl file that was read for it, named by a digest of its bytes,
and beside it one with the signs that lists of words found in it, named by a digest of those. Each may be
removed at any time. A text counts as long as it is of the newest look that the index has at its page.
"""

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from backlit.index.engine import connect, moment_of, parquet, rows_of, text
from backlit.index.profile import Profile
from backlit.index.storage import disk, make_folder
from backlit.model import PAGES

__all__ = ["Signs", "Texts", "found_in", "low_of", "now", "quote_of", "without"]

#: Part of every name: another number when pages are read differently.
_EDITION = 1
_NAME = b"backlit.source"
Row = dict[str, Any]

#: Characters of a quotation before and after what was looked for.
_BEFORE, _AFTER = 100, 140


#: Hyphens and letters that look like plain ones, and what nobody sees between letters.
_WIDE = "".join(map(chr, (*range(0xFF10, 0xFF1A), *range(0xFF41, 0xFF5B))))
_ALIKE, _PLAIN = f"‐‑‒﹣－＄：{_WIDE}", "-----$:0123456789abcdefghijklmnopqrstuvwxyz"
_UNSEEN = "\u00ad\u200b\u200c\u200d\u2060\ufeff"


def low_of(column: str) -> str:
    """In SQL: a text in lower case as a reader sees it, whatever stands unseen or looks alike in it."""
    return f"translate(lower({column}), {text(_ALIKE + _UNSEEN)}, {text(_PLAIN)})"


def found_in(pattern: str, column: str = "low") -> str:
    """In SQL: what a pattern of RE2 finds first in a text in lower case; NULL where it finds nothing."""
    return f"nullif(regexp_extract({column}, {text(pattern)}), '')"


def without(pattern: str, column: str) -> str:
    """In SQL: a text with a full stop for whatever a pattern of RE2 finds in it."""
    return f"regexp_replace({column}, {text(pattern)}, '.', 'g')"


def quote_of(found: str, column: str = "text") -> str:
    """In SQL: the line of a text in which something was found, cut around it; NULL where nothing was."""
    found = f"trim({found}, chr(10) || ' ')"  # what stands beside a word may be the end of a line
    lines = f"string_split({column}, chr(10))"
    line = f"coalesce(list_filter({lines}, lambda x: contains({low_of('x')}, {found}))[1], {column})"
    begin = f"greatest(strpos({low_of(line)}, {found}) - {_BEFORE}, 1)"
    length = f"length({found}) + {_BEFORE} + {_AFTER}"
    return f"CASE WHEN {found} IS NOT NULL THEN trim(substring({line}, {begin}, {length})) END"


class Texts:
    """The texts of one home."""

    def __init__(self, home: Path) -> None:
        self._folder = home / "texts"

    def path(self, digest: str) -> Path:
        """Where the texts of a crawl file lie, whether or not they are there."""
        return self._folder / f"{digest}-{_EDITION}.parquet"

    def write(self, path: Path, name: str, batches: Iterator[pa.RecordBatch], schema: pa.Schema) -> int:
        """Keep the texts of a crawl file of some name, whole or not at all; how many there are."""
        make_folder(self._folder)
        draft, count = path.with_name(f".{path.stem}.{os.getpid()}.new"), 0
        told = schema.with_metadata({_NAME: name.encode("utf-8", "replace")})
        try:
            with pq.ParquetWriter(draft, told, compression="zstd") as writer:
                for batch in batches:
                    writer.write_batch(batch.cast(told) if batch.schema != told else batch)
                    count += batch.num_rows
            disk().publish(draft, path)
        finally:
            draft.unlink(missing_ok=True)
        return count

    def pages(self, path: Path) -> int:
        """How many pages a file of texts holds."""
        return int(pq.read_metadata(path).num_rows)

    @property
    def files(self) -> list[Path]:
        """The files with texts."""
        return sorted(self._folder.glob(f"*-{_EDITION}.parquet")) if self._folder.is_dir() else []

    def names(self) -> set[str]:
        """The names of the crawl files whose texts are here."""
        found = (pq.read_schema(path).metadata or {} for path in self.files)
        return {each[_NAME].decode() for each in found if _NAME in each}


class Signs:
    """The texts of a home with the signs of some patterns, by name; None of a page without any. What `unless`
    has a pattern for, by the same names, is not looked for where that is found."""

    def __init__(
        self, texts: Texts, patterns: Mapping[str, str], unless: Mapping[str, str] | None = None
    ) -> None:
        self._texts, self._patterns, self._unless = texts, patterns, unless or {}
        told = sorted(patterns.items()), sorted(self._unless.items())
        self._digest = hashlib.blake2b(repr(told).encode(), digest_size=6).hexdigest()

    def prepare(self) -> None:
        """Look for the signs in every file of texts that was not looked through with these patterns."""
        for path in self._texts.files:
            if not self._beside(path).exists():
                self._look_through(path)

    @property
    def files(self) -> list[Path]:
        """The files with signs, one for each of texts."""
        self.prepare()
        return [self._beside(path) for path in self._texts.files]

    def _beside(self, path: Path) -> Path:
        return path.with_name(f"{path.stem}.{self._digest}.signs")

    def _column(self, name: str) -> str:
        return without(self._unless[name], "low") if name in self._unless else "low"

    def _look_through(self, path: Path) -> None:
        names = list(self._patterns)
        looked = ", ".join(
            f"{found_in(each, self._column(name))} AS found_{name}" for name, each in self._patterns.items()
        )
        quotes = ", ".join(f"{quote_of(f'found_{name}')} AS {name}" for name in names)
        any_of = " OR ".join(f"found_{name} IS NOT NULL" for name in names)
        query = f"""
            SELECT page_key, page_domain, fetched_at, title, heading, {quotes}
            FROM (SELECT *, {looked} FROM (
                SELECT *, {low_of("text")} AS low FROM read_parquet({text(str(path))}))) WHERE {any_of}"""
        found = connect().sql(query).to_arrow_table()
        draft = path.with_name(f".{path.stem}.{os.getpid()}.new")
        try:
            pq.write_table(found, draft, compression="zstd")
            disk().publish(draft, self._beside(path))
        finally:
            draft.unlink(missing_ok=True)


_NOW = """
SELECT t.* FROM ({rows}) AS t
SEMI JOIN (
    SELECT page_key, max(fetched_at) AS fetched_at FROM {pages} AS p
    WHERE page_key IN (SELECT page_key FROM ({rows})) AND {known} GROUP BY page_key
) n ON n.page_key = t.page_key AND n.fetched_at = t.fetched_at
"""


def now(profile: Profile, files: Sequence[Path], select: str, where: str) -> list[Row]:
    """Rows of files with texts or signs, of the newest look at each page as of the profile's moment; `select`
    and `where` are SQL over `t`."""
    if not files:
        return []
    known = f"fetched_at <= {moment_of(profile.asked)}" if profile.asked else "true"
    source = parquet([str(path) for path in files])
    connection: duckdb.DuckDBPyConnection = profile.connect()
    chosen = f"SELECT {select} FROM {source} AS t WHERE {where}"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE chosen AS {chosen}")
    pages = profile.instance.relation(profile.facts.files("pages"), PAGES)
    rows = rows_of(connection, _NOW.format(rows="FROM chosen", pages=pages, known=known))
    connection.execute("DROP TABLE chosen")
    return rows
