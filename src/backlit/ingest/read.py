"""How is a source of any kind read into batches?"""

from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from backlit.ingest.assemble import Keeps, Tally, keep_none
from backlit.ingest.sources import PRIOR_RANKS, REFUSED, Source, find_sources, why_refused
from backlit.model import LINKS, PAGES

__all__ = ["Batches", "ReadOptions", "read", "read_source"]


class Batches(NamedTuple):
    """What one step of reading yields; a source has no batch of what it cannot know."""

    pages: pa.RecordBatch | None = None
    links: pa.RecordBatch | None = None
    leads: pa.RecordBatch | None = None
    prior_ranks: pa.RecordBatch | None = None
    visits: pa.RecordBatch | None = None
    performance: pa.RecordBatch | None = None
    decisions: pa.RecordBatch | None = None


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How to read: which internal links to keep, and what tables leave unsaid.

    `internal` is "none", "all", or the registrable domains whose internal links are kept;
    `target` is the domain that a list of linking pages is about; `mapping` names the columns of a
    table; `date` stands for the date of an export that states none, else the time of its file does.
    """

    internal: str | tuple[str, ...] = "none"
    target: str | None = None
    mapping: Mapping[str, str] | None = None
    date: datetime | None = None

    def keeps(self) -> Keeps:
        """The rule for links within a domain."""
        if self.internal == "all":
            return lambda _domain: True
        return keep_none if self.internal == "none" else frozenset(self.internal).__contains__

    def identity(self, source: Source) -> list[object]:
        """What of these options changes the rows of this source."""
        if source.kind in ("wat", "warc"):
            return [self.internal]
        if source.kind == PRIOR_RANKS:
            from backlit.ingest.webgraph import name_of_graph

            return [*astuple(name_of_graph(source.path))]
        from backlit.ingest.exports import identity_of

        return identity_of(source.path, source.member, self.mapping, self.target, self.date)


def read_source(source: Source, source_id: str, tally: Tally, options: ReadOptions) -> Iterator[Batches]:
    """Read one source; what goes wrong inside it is counted in `tally`, never raised."""
    if source.kind == "wat":
        from backlit.ingest.wat import read_wat

        yield from (Batches(*b) for b in read_wat(source.path, source_id, tally, options.keeps()))
    elif source.kind == "warc":
        from backlit.ingest.warc import read_warc

        yield from (Batches(*b) for b in read_warc(source.path, source_id, tally, options.keeps()))
    elif source.kind == PRIOR_RANKS:
        from backlit.ingest.webgraph import read_prior_ranks

        yield from (Batches(prior_ranks=b) for b in read_prior_ranks(source.path, source_id, tally))
    elif source.kind == REFUSED:
        tally.bad(0, f"not read: {why_refused(source)}")
    else:
        yield from _read_table(source, source_id, tally, options)


def _read_table(source: Source, source_id: str, tally: Tally, options: ReadOptions) -> Iterator[Batches]:
    from backlit.ingest.exports import read_table

    rows = read_table(
        source.path,
        source_id,
        tally,
        options.mapping,
        default_date=options.date,
        target=options.target,
        member=source.member,
    )
    yield from (Batches(**{table: batch}) for table, batch in rows)


def read(
    source: str | Path, options: ReadOptions | None = None
) -> Iterator[tuple[pa.RecordBatch, pa.RecordBatch]]:
    """The page observations and links of a file, glob or folder of any known kind, batch by batch.

    Both are in the schemas of the tables `pages` and `links`; one of a pair may be empty. What a source tells
    beside them (leads, visits, ranks) comes with `Index.ingest`. Errors are those of a source that cannot be
    opened; what is broken within one is passed over.

    >>> for pages, links in read("crawl.warc.gz"):  # doctest: +SKIP
    ...     print(pages.num_rows, links.column("target_key"))
    """
    for found in find_sources([str(source)]):
        for batches in read_source(found, str(found.path), Tally(), options or ReadOptions()):
            if batches.pages is not None or batches.links is not None:
                yield _or_none(batches.pages, PAGES), _or_none(batches.links, LINKS)


def _or_none(batch: pa.RecordBatch | None, schema: pa.Schema) -> pa.RecordBatch:
    """A batch, or one of no rows."""
    return pa.RecordBatch.from_pylist([], schema=schema) if batch is None else batch
