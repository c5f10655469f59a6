"""Which stretches of decoded bytes does a crawl file hold, and where do they lie in the file?

Plain, gzip and zstd files alike become a run of `Block`s that covers every byte of the file once.
A gzip member is inflated in one go by libdeflate (twice as fast as zlib on pages) up to the next
member's magic, and its checksum says whether that was the end. What is damaged, cut off or huge goes
a careful way, and what cannot be decoded is handed out as an error with its length, so that nothing
is lost without being counted. Files are read, not mapped: one that is cut while it is mapped ends the
process.
"""

import os
import re
import zlib
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol

import deflate
import zstandard

from backlit.errors import SourceError, SourceMissing

__all__ = ["ZSTD_FEED", "Block", "blocks"]

#: Bytes of a plain file handed out at a time, and of any file read at a time.
PIECE = 1 << 20
#: Decoded bytes of a member that are held back until its checksum has been seen.
WHOLE_LIMIT = 32 << 20
#: Magic numbers within compressed data that are tried as a member's end before zlib is asked.
END_TRIALS = 4
#: Bytes fed to a decoder at once: bounds what a bomb can answer with (deflate 1:1,032; zstd 1:32,768).
GZIP_FEED, ZSTD_FEED = 1 << 14, 1 << 10

_gzip_start = re.compile(rb"\x1f\x8b\x08[\x00-\x1f]")
_ZSTD = b"\x28\xb5\x2f\xfd"
_zstd_start = re.compile(rb"\x28\xb5\x2f\xfd")
_skippable = re.compile(rb"[\x50-\x5f]\x2a\x4d\x18")
_GZIP_OVERHEAD = 18
#: Bytes of the longest magic number less one: what windows share.
_OVERLAP = 3
_DEFLATE_RATIO = 1_032


class Block(NamedTuple):
    """Decoded bytes and the stretch of the file that they came from.

    An error says that what belongs here is lost: no record can go on across it.
    """

    offset: int
    stored: int
    data: bytes
    error: str | None = None


class _Decoder(Protocol):
    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, /) -> bytes: ...


class _View:
    """The bytes of a file through a window; what is cut off while it is read is missing, no more."""

    __slots__ = ("_fd", "_size", "_start", "_window")

    def __init__(self, file: BinaryIO) -> None:
        self._fd = file.fileno()
        self._size = os.fstat(self._fd).st_size
        self._start, self._window = 0, b""

    def __len__(self) -> int:
        """The size when it was opened."""
        return self._size

    def cut(self, start: int, end: int) -> bytes:
        """The bytes from `start` to `end`, or to the end of the file."""
        end = min(end, self._size)
        if not self._start <= start <= end <= self._start + len(self._window):
            if end - start > PIECE:
                return self._read(start, end - start)
            self._start, self._window = start, self._read(start, PIECE)
        return self._window[start - self._start : end - self._start]

    def _read(self, start: int, count: int) -> bytes:
        data = os.pread(self._fd, count, start)
        while 0 < len(data) < count and (more := os.pread(self._fd, count - len(data), start + len(data))):
            data += more
        return data

    def at(self, magic: re.Pattern[bytes], start: int) -> bool:
        """Whether a magic number stands at `start`."""
        return magic.match(self.cut(start, start + _OVERLAP + 1)) is not None

    def find(self, magic: re.Pattern[bytes], start: int) -> int:
        """Where a magic number stands at or after `start`, or the end of the file."""
        while start < self._size:
            inside = self._start <= start and start + _OVERLAP < self._start + len(self._window)
            if not inside:
                self._start, self._window = start, self._read(start, PIECE)
            found = magic.search(self._window, start - self._start)
            if found:
                return self._start + found.start()
            end = self._start + len(self._window)
            if end - start <= _OVERLAP:
                return self._size
            start = end - _OVERLAP
        return self._size


_Next = Callable[[_View, int], int]


def blocks(path: Path | str) -> Iterator[Block]:
    """The blocks of a file, its packing told by its first bytes or else by its name."""
    name = str(path)
    try:
        with Path(path).open("rb") as file:
            view = _View(file)
            if len(view):
                yield from _of_view(view, name)
    except FileNotFoundError as error:
        raise SourceMissing(f"read {name}", "no such file", "Check the path.") from error
    except OSError as error:
        raise SourceError(f"read {name}", str(error), "Check that it is a readable file.") from error


def _of_view(view: _View, name: str) -> Iterator[Block]:
    if view.at(_gzip_start, 0) or (name.endswith(".gz") and _next_gzip(view, 0) < len(view)):
        return _gzip_blocks(view)
    if view.at(_zstd_start, 0) or view.at(_skippable, 0) or name.endswith(".zst"):
        return _zstd_blocks(view)
    return _plain_blocks(view)


def _plain_blocks(view: _View) -> Iterator[Block]:
    position, size = 0, len(view)
    while position < size:
        data = view.cut(position, position + PIECE)
        if not data:
            yield Block(position, size - position, b"", "the file became shorter while it was read")
            return
        yield Block(position, len(data), data)
        position += len(data)


def _gzip_blocks(view: _View) -> Iterator[Block]:
    position, size = 0, len(view)
    while position < size:
        whole = _whole_member(view, position)
        if whole is not None:
            yield whole
            position += whole.stored
        elif view.at(_gzip_start, position):
            position = yield from _carefully(view, position, zlib.decompressobj(31), GZIP_FEED, _next_gzip)
        else:
            end = _next_gzip(view, position)
            yield Block(position, end - position, b"", "no gzip member here")
            position = end


def _whole_member(view: _View, start: int) -> Block | None:
    """The member at `start` when one of the next magic numbers is its end and its checksum agrees."""
    end = start
    for _ in range(END_TRIALS):
        end = view.find(_gzip_start, end + _GZIP_OVERHEAD)
        stored = end - start
        if stored > WHOLE_LIMIT:
            break
        packed = view.cut(start, end)
        length = int.from_bytes(packed[-4:], "little")  # RFC 1952: ISIZE
        if len(packed) < stored:  # the file became shorter while it was read
            break
        if stored >= _GZIP_OVERHEAD and length <= min(WHOLE_LIMIT, _DEFLATE_RATIO * stored):
            try:
                data = bytes(deflate.gzip_decompress(packed, length))
            except deflate.DeflateError:
                data = b""  # not the member's end, or a damaged member: the careful way finds out
            if len(data) == length and _crc(data) == packed[-8:-4]:  # else it ended before
                return Block(start, stored, data)
        if end == len(view):
            break
    return None


def _crc(data: bytes) -> bytes:
    return deflate.crc32(data).to_bytes(4, "little")


def _carefully(
    view: _View, start: int, decoder: _Decoder, feed: int, find_next: _Next
) -> Generator[Block, None, int]:
    """Decode the member at `start` bit by bit; returns where it ends or where the next one starts.

    Bytes that gave nothing yet go with the data that they give in the end, so that none is left out.
    """
    held: list[Block] = []
    decoded, position, begun = 0, start, start
    while position < len(view):
        fed = view.cut(position, position + feed)
        if not fed:  # the file became shorter while it was read
            break
        try:
            data = decoder.decompress(fed)
        except (zlib.error, zstandard.ZstdError) as error:
            lost, end = held[0].offset if held else begun, find_next(view, start + 1)
            end = max(end, position + 1)
            yield Block(lost, end - lost, b"", f"damaged member ({error})")
            return end
        position += len(fed) - (len(decoder.unused_data) if decoder.eof else 0)
        decoded += len(data)
        if held and decoder.eof and not data:  # its checksum
            held[-1] = held[-1]._replace(stored=position - held[-1].offset)
        elif data or decoder.eof:
            held.append(Block(begun, position - begun, data))
            begun = position
        if decoder.eof:
            yield from held
            return position
        if decoded > WHOLE_LIMIT:
            yield from held[:-1]
            del held[:-1]
    yield from held
    yield Block(begun, position - begun, b"", "the file ends within a compressed member")
    return position


def _next_gzip(view: _View, start: int) -> int:
    """Where the next gzip member begins that holds the start of a record, or the end of the file."""
    while (start := view.find(_gzip_start, start)) < len(view):
        try:
            head = zlib.decompressobj(31).decompress(view.cut(start, start + 1024), 8)
        except zlib.error:
            head = b""
        if head.startswith(b"WARC/"):
            break
        start += 1
    return start


def _next_zstd(view: _View, start: int) -> int:
    return view.find(_zstd_start, start)


def _zstd_blocks(view: _View) -> Iterator[Block]:
    position, size = 0, len(view)
    dictionary: zstandard.ZstdCompressionDict | None = None
    while position < size:
        if view.at(_skippable, position) and size - position >= 8:
            length = int.from_bytes(view.cut(position + 4, position + 8), "little")
            end = min(size, position + 8 + length)
            dictionary = dictionary or _zstd_dictionary(view.cut(position + 8, end))
            yield Block(position, end - position, b"")
            position = end
        elif view.at(_zstd_start, position):
            decoder = zstandard.ZstdDecompressor(dict_data=dictionary).decompressobj()
            position = yield from _carefully(view, position, decoder, ZSTD_FEED, _next_zstd)
        else:
            end = _next_zstd(view, position)
            yield Block(position, end - position, b"", "no zstd frame here")
            position = end


def _zstd_dictionary(raw: bytes) -> zstandard.ZstdCompressionDict | None:
    """The dictionary in a skippable frame of a .warc.zst, itself packed or not."""
    if raw.startswith(_ZSTD):
        try:
            raw = zstandard.ZstdDecompressor().decompress(raw, max_output_size=WHOLE_LIMIT)
        except zstandard.ZstdError:
            return None
    return zstandard.ZstdCompressionDict(raw) if raw.startswith(b"\x37\xa4\x30\xec") else None
