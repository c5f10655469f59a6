"""How are many WAT records read at once, in the very rows that the exact reader makes of each?

Records are gathered and scanned together (`wat_scan`), their links followed by shape (`wat_links`). Python
sees each page once, each host once, and of the links only those whose spelling is out of the common:
escaped, relative to a foreign base, to be encoded. Those go through `scope.Scope`, and a record that is
not plain JSON of the expected shape goes through `wat.observe` whole.
"""

from collections.abc import Callable, Iterator

import numpy as np
import pyarrow as pa

from backlit.ingest.assemble import Assembler, Keeps, Tally, page_batch
from backlit.ingest.cycles import without_cycles
from backlit.ingest.http import HTML
from backlit.ingest.records import Record, captured_at, captured_url
from backlit.ingest.scope import TooMuchText
from backlit.ingest.wat import Capture, Facts, Message, Response, page_of
from backlit.ingest.wat_gathered import RELS, Batch, Gathering, Made, Names, Sites
from backlit.ingest.wat_pages import CommonPages, Found, Page, plain_columns
from backlit.ingest.wat_rows import Columns, Links, link_batch
from backlit.ingest.wat_scan import CAPTURE, HEADERS, NOT_PLAIN, PAGE, TEXT_AT

__all__ = ["PlainReader"]

#: Bytes of records that are read together, and of one record; a larger one is read by itself.
BATCH_BYTES, RECORD_BYTES = 16 << 20, 1 << 20

_MESSAGE = Message("200")


class PlainReader:
    """Gathers the records of one source and reads them together.

    `exactly` takes a record that is left to the exact reader.
    """

    def __init__(
        self,
        source_id: str,
        assembler: Assembler,
        tally: Tally,
        keeps: Keeps,
        exactly: Callable[[Record], None],
    ) -> None:
        self._source_id, self._keeps = source_id, keeps
        self._assembler, self._tally, self._exactly = assembler, tally, exactly
        self._sites, self._rels = Sites(), Names(RELS, 1 << 16)
        self._gathered = Gathering(BATCH_BYTES + RECORD_BYTES + 1)

    def add(self, record: Record) -> None:
        """Take a metadata record; `is_full` says when to `read`."""
        if not record.complete or len(record.view) > RECORD_BYTES:
            self._exactly(record)
        else:
            self._gathered.add(record)

    @property
    def is_full(self) -> bool:
        """Whether the records that are gathered are enough."""
        return self._gathered.size >= BATCH_BYTES

    def read(self) -> Iterator[tuple[pa.RecordBatch, pa.RecordBatch]]:
        """The pages and links of what was gathered."""
        if self._gathered.size:
            with without_cycles():
                batches = self._batches()
            self._gathered.clear()
            if batches is not None:
                yield batches

    def _batches(self) -> tuple[pa.RecordBatch, pa.RecordBatch] | None:
        if self._sites.is_full:
            self._sites = Sites()
        batch, made = Batch(self._gathered), Made()
        found: list[Found] = []
        pages = dict(self._pages(batch, made, found))
        links = Links(batch, self._sites, self._rels, pages)
        for record in links.ask(made):
            del pages[record]
            self._exactly(batch.record(record))
        if not pages:
            return None
        rows = np.array([row for row in found if row[0] in pages], np.int32).reshape(-1, 4)
        return self._laid_out(batch, links, links.columns(made, rows, pages), pages)

    def _pages(self, batch: Batch, made: Made, found: list[Found]) -> Iterator[tuple[int, Page]]:
        """The pages of the batch by record; the links of their heads are added to `found`."""
        common = CommonPages(batch, self._sites, self._keeps, self._source_id)
        for number, fields in enumerate(batch.fields.tolist()):
            before = len(found)
            try:
                page = common.page(number, fields, made, found) if fields[0] == PAGE else None
                if page is None and fields[0] == PAGE:
                    del found[before:]
                    page = self._page(batch, number, fields, made, found)
            except TooMuchText:
                page, fields[0] = None, NOT_PLAIN
            if page is not None:
                yield number, page
            elif fields[0] != PAGE:
                del found[before:]
                self._exactly(batch.record(number))

    def _page(
        self, batch: Batch, number: int, fields: list[int], made: Made, found: list[Found]
    ) -> Page | None:
        """One page, by the exact reader's functions; None where it has been counted as bad."""
        record, text = batch.record(number), batch.text
        capture = Capture("response", *(text(fields, TEXT_AT[name]) for name in CAPTURE[1:]))
        url = captured_url(capture.url, record.offset, self._tally)
        fetched_at = captured_at(capture.date, record.offset, self._tally) if url else None
        if url is None or fetched_at is None:
            return None
        headers = {name: text(fields, TEXT_AT[name]) for name in HEADERS}
        stated: dict[str, object] = {name: value for name, value in headers.items() if value is not None}
        facts = Facts(url, fetched_at, record, capture, Response(_MESSAGE, stated))
        if facts.media_type not in (*HTML, None):
            fields[0] = NOT_PLAIN
            return None
        declared = page_of(facts, batch.head(fields))
        scope = self._assembler.scope(url, declared.base)
        for ordinal, (kind, href, _) in enumerate(declared.found):
            located = scope.locate(href)
            if located is not None:
                found.append((number, int(kind), ordinal, made.key(located, self._sites)))
        row = list(self._assembler.page_row(facts.row(complete=True, page=declared), scope))
        return Page(row, url.domain, scope.keeps_internal, len(declared.found), scope)

    def _laid_out(
        self, batch: Batch, links: Links, columns: Columns, pages: dict[int, Page]
    ) -> tuple[pa.RecordBatch, pa.RecordBatch]:
        totals = links.totals.tolist()
        for record, page in pages.items():
            self._tally.left_out(batch.offsets[record], page.too_long)
        rows = [tuple(page.finished(*totals[record])) for record, page in pages.items()]
        page_rows = page_batch(rows, {**plain_columns(batch, pages), "outlinks": columns.outlinks})
        link_rows = link_batch(columns, page_rows)
        self._tally.pages += page_rows.num_rows
        self._tally.links += link_rows.num_rows
        return page_rows, link_rows
