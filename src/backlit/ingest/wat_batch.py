"""How are many WAT records read at once, in the very rows that the exact reader makes of each?

Records are gathered and scanned together (`wat_scan`), their links followed by shape (`wat_links`). Python
sees each page once, each host once, and of the links only those whose spelling is out of the common:
escaped, relative to a foreign base, to be encoded. Those go through `assemble.Scope`, and a record that is
not plain JSON of the expected shape goes through `wat.observe` whole.
"""

from collections.abc import Callable, Iterator

import numpy as np
import pyarrow as pa

from backlit.ingest.assemble import Assembler, Tally, TooMuchText, page_batch
from backlit.ingest.http import HTML
from backlit.ingest.records import Record, captured_at, captured_url
from backlit.ingest.wat import Capture, Facts, Message, Response, page_of
from backlit.ingest.wat_gathered import RELS, Batch, Made, Names, Sites
from backlit.ingest.wat_rows import Links, Page, link_batch
from backlit.ingest.wat_scan import CAPTURE, HEADERS, PAGE, TEXT_AT

__all__ = ["PlainReader"]

#: Bytes of records that are read together, and of one record; a larger one is read by itself.
BATCH_BYTES, RECORD_BYTES = 16 << 20, 1 << 20

_MESSAGE = Message("200")


class PlainReader:
    """Gathers the records of one source and reads them together.

    `exactly` takes a record that is left to the exact reader.
    """

    def __init__(self, assembler: Assembler, tally: Tally, exactly: Callable[[Record], None]) -> None:
        self._assembler, self._tally, self._exactly = assembler, tally, exactly
        self._sites, self._rels = Sites(), Names(RELS, 1 << 16)
        self._records: list[Record] = []
        self._bytes = 0

    def add(self, record: Record) -> None:
        """Take a metadata record; `is_full` says when to `read`."""
        if not record.complete or len(record.payload) > RECORD_BYTES:
            self._exactly(record)
            return
        self._records.append(record)
        self._bytes += len(record.payload)

    @property
    def is_full(self) -> bool:
        """Whether the records that are gathered are enough."""
        return self._bytes >= BATCH_BYTES

    def read(self) -> Iterator[tuple[pa.RecordBatch, pa.RecordBatch]]:
        """The pages and links of what was gathered."""
        records, self._records, self._bytes = self._records, [], 0
        if not records:
            return
        if self._sites.is_full:
            self._sites = Sites()
        batch, made = Batch(records), Made()
        found: list[tuple[int, int, int, int]] = []
        pages = {page.record: page for page in self._pages(batch, made, found)}
        links = Links(batch, self._sites, self._rels, pages)
        for record in links.ask(made):
            del pages[record]
            self._exactly(records[record])
        if pages:
            rows = [row for row in found if row[0] in pages]
            yield from self._laid_out(links, made, rows, pages)

    def _pages(self, batch: Batch, made: Made, found: list[tuple[int, int, int, int]]) -> Iterator[Page]:
        """The pages of the batch; the rows of their heads' links are added to `found`."""
        for number, row in enumerate(batch.fields.tolist()):
            page = self._page(batch, number, row) if row[0] == PAGE else None
            if row[0] != PAGE:
                self._exactly(batch.records[number])
            elif page is not None:
                before = len(found)
                try:
                    found += self._found(page, made)
                    yield page
                except TooMuchText:
                    del found[before:]
                    self._exactly(batch.records[number])

    def _page(self, batch: Batch, number: int, row: list[int]) -> Page | None:
        """One page; None where it is none, has been counted as bad, or was read exactly."""
        record, text = batch.records[number], batch.text
        capture = Capture("response", *(text(row, TEXT_AT[name]) for name in CAPTURE[1:]))
        url = captured_url(capture.url, record.offset, self._tally)
        fetched_at = captured_at(capture.date, record.offset, self._tally) if url else None
        if url is None or fetched_at is None:
            return None
        headers = {name: text(row, TEXT_AT[name]) for name in HEADERS}
        stated: dict[str, object] = {name: value for name, value in headers.items() if value is not None}
        facts = Facts(url, fetched_at, record, capture, Response(_MESSAGE, stated))
        if facts.media_type not in (*HTML, None):
            self._exactly(record)
            return None
        declared = page_of(facts, batch.head(row))
        return Page(number, facts, declared, self._assembler.scope(url, declared.base))

    def _found(self, page: Page, made: Made) -> list[tuple[int, int, int, int]]:
        """The rows of the links in a page's head: record, kind, ordinal, key."""
        rows = []
        for ordinal, (kind, href, _) in enumerate(page.declared.found):
            located = page.scope.locate(href)
            if located is not None:
                rows.append((page.record, int(kind), ordinal, made.key(located, self._sites)))
        return rows

    def _laid_out(
        self,
        links: Links,
        made: Made,
        found: list[tuple[int, int, int, int]],
        pages: dict[int, Page],
    ) -> Iterator[tuple[pa.RecordBatch, pa.RecordBatch]]:
        columns = links.columns(made, np.array(found, np.int32).reshape(-1, 4), pages)
        rows = []
        for page in pages.values():
            page.scope.external += int(links.totals[page.record, 0])
            page.scope.internal += int(links.totals[page.record, 1])
            facts = page.facts.row(complete=True, page=page.declared)
            rows.append(self._assembler.page_row(facts, page.scope))
        page_rows = page_batch(rows, columns.outlinks)
        link_rows = link_batch(columns, page_rows)
        self._tally.pages += page_rows.num_rows
        self._tally.links += link_rows.num_rows
        yield page_rows, link_rows
