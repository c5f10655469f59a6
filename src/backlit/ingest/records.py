"""Which records does a crawl file hold, and which of its bytes are in none?

`records` reads WARC and WAT files, plain or packed, and goes on after anything: a member cut off, a
wrong Content-Length, garbage between records. Every byte of the file is either in a record that was
handed out or in `tally.bytes_skipped`. Framing is ours because libraries stop at the first fault or
pass over bytes in silence; inflating, where the time goes, is libdeflate's (`blocks`).
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from backlit.errors import UsageError
from backlit.ingest.assemble import Tally
from backlit.ingest.blocks import Block, blocks
from backlit.urls import Url, parse_url

__all__ = ["PAYLOAD_LIMIT", "Record", "captured_at", "captured_url", "microseconds", "records"]

#: Longest payload kept; what follows is read over, and the record says that it is cut.
PAYLOAD_LIMIT = 16 << 20
#: A record's headers end within this, or they are none.
HEAD_LIMIT = 64 << 10

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
#: Nothing on the web was captured before 1990; what is said to be is a broken clock or a made-up date.
_EARLIEST = (datetime(1990, 1, 1, tzinfo=UTC) - _EPOCH) // _MICROSECOND
_LATEST = (datetime(2101, 1, 1, tzinfo=UTC) - _EPOCH) // _MICROSECOND - 1
_content_length = re.compile(rb"\ncontent-length[ \t]*:[ \t]*(\d{1,18})[ \t]*\r?\n", re.IGNORECASE).search
_type = re.compile(rb"\nwarc-type[ \t]*:[ \t]*([a-z]+)", re.IGNORECASE).search
_head_end = re.compile(rb"\r?\n\r?\n").search
_line_ends = re.compile(rb"[\r\n]*").match
#: A record's first two lines, looked for only where the length of the record before is wrong.
_next_record = re.compile(rb"(?<=\n)WARC/[01]\.[0-9]{1,2}\r?\n(?=(?i:WARC-|Content-))").search
_folded = re.compile(r"\r?\n[ \t]+")
#: No less than the bytes that `_next_record` looks at, the line end before them included.
_START = 32


class Record:
    """One record. `payload` is the block after its headers, cut at PAYLOAD_LIMIT.

    `complete` is false where the payload is cut or its stated length is wrong.
    """

    __slots__ = ("_headers", "_payload", "complete", "head", "offset")

    def __init__(self, offset: int, head: bytes, payload: bytes | memoryview, complete: bool = True) -> None:
        self.offset, self._payload, self.complete = offset, payload, complete
        self.head = head
        self._headers: dict[str, str] | None = None

    @property
    def payload(self) -> bytes:
        """The block after the headers."""
        if isinstance(self._payload, memoryview):
            self._payload = bytes(self._payload)
        return self._payload

    @property
    def view(self) -> bytes | memoryview:
        """The same for who only looks at it: copying it takes as long as looking."""
        return self._payload

    @property
    def type(self) -> str:
        """The WARC-Type in lower case; empty when there is none."""
        found = _type(self.head)
        return found[1].decode("ascii").lower() if found else ""

    def header(self, name: str) -> str | None:
        """The value of a header, whatever the case of its name; the first where it is repeated."""
        if self._headers is None:
            self._headers = _parse_headers(self.head)
        return self._headers.get(name.lower())


def _parse_headers(head: bytes) -> dict[str, str]:
    headers: dict[str, str] = {}
    for line in _folded.sub(" ", head.decode("utf-8", "replace")).split("\n")[1:]:
        name, colon, value = line.partition(":")
        if colon:
            headers.setdefault(name.strip().lower(), value.strip())
    return headers


@lru_cache(maxsize=4096)
def microseconds(date: str) -> int | None:
    """A WARC date in UTC microseconds; None for what is no date from 1990 to 2100."""
    try:
        moment = datetime.fromisoformat(date)
    except (ValueError, OverflowError):
        found = _shortened(date)
    else:
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        found = (moment - _EPOCH) // _MICROSECOND
    return found if found is not None and _EARLIEST <= found <= _LATEST else None


def captured_at(date: str | None, offset: int, tally: Tally) -> int | None:
    """When a page was captured, in UTC microseconds; None, which is counted, where that cannot be."""
    found = microseconds(date) if date else None
    if found is None:
        stated = "no WARC-Date" if not date else f"no WARC-Date from 1990 to 2100: {date[:60]!r}"
        tally.bad(offset, stated)
    return found


def captured_url(uri: str | None, offset: int, tally: Tally) -> Url | None:
    """The page's URL; None for another scheme, and for none at all, which is counted."""
    uri = (uri or "").strip().removeprefix("<").removesuffix(">").strip()
    try:
        return parse_url(uri)
    except UsageError:
        scheme, colon, _ = uri.partition(":")
        if not colon or scheme.lower() in ("", "http", "https"):
            tally.bad(offset, f"no readable WARC-Target-URI: {uri[:200]!r}")
        return None


_date_parts = re.compile(r"(\d{4})-?(\d\d)?-?(\d\d)?(?:[T ]?(\d\d):?(\d\d):?(\d\d))?Z?$").match


def _shortened(date: str) -> int | None:
    """WARC 1.1 allows a year or a month alone; old writers wrote fourteen digits."""
    found = _date_parts(date)
    if not found:
        return None
    year, month, day, hour, minute, second = (int(part) if part else None for part in found.groups())
    try:
        moment = datetime(year or 0, month or 1, day or 1, hour or 0, minute or 0, second or 0, tzinfo=UTC)
    except ValueError:
        return None
    return (moment - _EPOCH) // _MICROSECOND


def records(path: Path | str, tally: Tally) -> Iterator[Record]:
    """The records of a file in order; what could not be read is counted in `tally`."""
    window = _Window(blocks(path), tally)
    while (record := window.next()) is not None:
        tally.records += 1
        yield record


def _alone(block: Block) -> Record | None:
    """The record of a block that holds one sound record and nothing else, as nearly all do."""
    data = block.data
    end = data.find(b"\r\n\r\n") + 4
    length = _content_length(data, 0, end - 2) if end > 3 and data.startswith(b"WARC/") else None
    if length is None or int(length[1]) > PAYLOAD_LIMIT:
        return None
    if end + int(length[1]) + 4 != len(data) or not data.endswith(b"\r\n\r\n"):
        return None
    return Record(block.offset, data[:end], memoryview(data)[end:-4])


def _begin(mark: tuple[int, Block]) -> int:
    return mark[0]


class _Window:
    """The decoded bytes that are in no record yet, and the blocks that they came from."""

    def __init__(self, source: Iterator[Block], tally: Tally) -> None:
        self._source, self._tally = source, tally
        self._data, self._at = b"", 0
        self._marks: list[tuple[int, Block]] = []  # where in `_data` a block starts
        self._waiting: Block | None = None  # a block that no pending record can go on into

    def next(self) -> Record | None:
        """The next record; None at the end of the file."""
        while True:
            if self._at >= len(self._data):
                block = self._pull()
                if block is None:
                    return None
                record = _alone(block)
                if record is not None:
                    return record
                self._data, self._at, self._marks = block.data, 0, [(0, block)]
            else:
                record = self._cut()
                if record is not None:
                    return record

    def _pull(self) -> Block | None:
        """The next block that has data; errors on the way are counted."""
        while True:
            block, self._waiting = self._waiting or next(self._source, None), None
            if block is None:
                return None
            self._tally.bytes_read += block.stored
            if block.error is not None:
                self._tally.bad(block.offset, block.error, skipped=block.stored)
            elif block.data:
                return block

    def _more(self, wanted: int = 1) -> bool:
        """Append so many bytes to the pending ones, in whole blocks; False where nothing can follow on them.

        Blocks may be tiny, so that there are always an eighth as many as what is copied for them.
        """
        kept = self._data[self._at :]
        marks = [(start - self._at, b) for start, b in self._marks if start + len(b.data) > self._at]
        parts, size, goal = [kept], len(kept), len(kept) + max(wanted, len(kept) >> 3)
        while size < goal and (block := self._following()) is not None:
            marks.append((size, block))
            parts.append(block.data)
            size += len(block.data)
        if len(parts) == 1:
            return False
        self._data, self._at, self._marks = b"".join(parts), 0, marks
        return True

    def _following(self) -> Block | None:
        """The next block, where what is pending can go on into it."""
        block = self._waiting or next(self._source, None)
        self._waiting = block
        packed = block is not None and len(block.data) != block.stored
        if block is None or block.error is not None or (packed and block.data.startswith(b"WARC/")):
            return None
        self._tally.bytes_read += block.stored
        self._waiting = None
        return block

    def _have(self, count: int) -> bool:
        while (missing := count - (len(self._data) - self._at)) > 0:
            if not self._more(missing):
                return False
        return True

    def _cut(self) -> Record | None:
        """The record at the front, or None after passing over what is none."""
        self._have(len("WARC/"))
        if not self._data.startswith(b"WARC/", self._at):
            self._resync(0, "no record here")
            return None
        head = self._head()
        length = _content_length(head) if head else None
        if head is None or length is None:
            self._resync(1, "headers without an end or a Content-Length")
            return None
        if int(length[1]) > PAYLOAD_LIMIT:
            return self._large(head, int(length[1]))
        total = len(head) + int(length[1])
        if not self._have(total):
            return self._torn(head, "cut off")
        self._have(total + 9)
        return self._sound(head, total) or self._torn(head, "a Content-Length that does not fit")

    def _head(self) -> bytes | None:
        searched = 0
        while True:
            found = _head_end(self._data, self._at + searched, self._at + HEAD_LIMIT)
            if found:
                return self._data[self._at : found.end()]
            searched = max(0, len(self._data) - self._at - 3)
            if searched > HEAD_LIMIT or not self._more():
                return None

    def _sound(self, head: bytes, total: int) -> Record | None:
        """The record whose payload is followed by line ends, as it must be."""
        end = self._at + total
        line_ends = _line_ends(self._data, end)
        assert line_ends is not None  # it matches the empty string
        after = line_ends.end()
        ends_well = after == len(self._data) or self._data.startswith(b"WARC/", after)
        if not (ends_well and (after > end or after == len(self._data))):
            if not self._data.startswith(b"\r\n\r\n", end):
                return None
            after = end + 4
        record = Record(self._offset(), head, self._data[self._at + len(head) : end])
        self._at = after
        return record

    def _torn(self, head: bytes, why: str) -> Record | None:
        """A record whose length is wrong: it ends where the next one starts, or is lost."""
        found = _next_record(self._data, self._at + len(head))
        while found is None and len(self._data) - self._at <= PAYLOAD_LIMIT:
            searched = len(self._data) - self._at - _START
            if not self._more(len(self._data) - self._at):
                break
            found = _next_record(self._data, self._at + max(searched, len(head)))
        if found is None:
            self._skip(len(self._data) - self._at, why)
            return None
        payload = self._data[self._at + len(head) : found.start()].removesuffix(b"\r\n\r\n")
        record = Record(self._offset(), head, payload, complete=False)
        self._tally.bad(record.offset, why)
        self._at = found.start()
        return record

    def _large(self, head: bytes, length: int) -> Record | None:
        """A record above the limit: its first bytes are kept, the others read over."""
        if not self._have(len(head) + PAYLOAD_LIMIT):
            return self._torn(head, "cut off")
        offset, start = self._offset(), self._at + len(head)
        record = Record(offset, head, self._data[start : start + PAYLOAD_LIMIT], complete=False)
        self._at = start + PAYLOAD_LIMIT
        left = length - PAYLOAD_LIMIT
        while left > len(self._data) - self._at:
            left -= len(self._data) - self._at
            self._at = len(self._data)
            if not self._more():
                self._tally.bad(offset, "cut off")
                return record
        self._at += left
        self._have(4)
        line_ends = _line_ends(self._data, self._at, self._at + 4)
        self._at = line_ends.end() if line_ends else self._at
        return record

    def _resync(self, start: int, why: str) -> None:
        """Pass over everything up to the next record, or all that is pending."""
        found = _next_record(self._data, self._at + start)
        self._skip((found.start() if found else len(self._data)) - self._at, why)

    def _skip(self, count: int, why: str) -> None:
        offset, lost = self._offset(), self._stored(self._at, self._at + count)
        self._at += count
        self._tally.bad(offset, why, skipped=lost)

    def _offset(self) -> int:
        """Where in the file the pending bytes begin; within a packed block, where that begins."""
        start, block = self._marks[bisect_right(self._marks, self._at, key=_begin) - 1]
        return block.offset + (self._at - start if len(block.data) == block.stored else 0)

    def _stored(self, begin: int, end: int) -> int:
        """The bytes of the file behind a stretch of `_data`, by proportion in packed blocks."""
        total = 0
        for start, block in self._marks[max(0, bisect_right(self._marks, begin, key=_begin) - 1) :]:
            if start >= end:
                break
            size = len(block.data)
            low, high = max(begin - start, 0), min(end - start, size)
            if low < high:
                total += block.stored * high // size - block.stored * low // size
        return total
