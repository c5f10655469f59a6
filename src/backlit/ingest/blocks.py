"""Which stretches of decoded bytes does a crawl file hold, and where do they lie in the file?

Plain, gzip and zstd files alike become a run of `Block`s that covers every byte of the file once.
A gzip member is inflated in one go by fastwarc (twice as fast as zlib on pages) up to the next
member's magic, and its checksum says whether that was the end. What is damaged, cut off or huge goes
a careful way, and what cannot be decoded is handed out as an error with its length, so that nothing
is lost without being counted.
"""

import io
import mmap
import re
import zlib
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import NamedTuple, Protocol

import zstandard
from fastwarc.stream_io import GzipReader

from backlit.errors import SourceError, SourceMissing

__all__ = ["ZSTD_FEED", "Block", "blocks"]

#: Bytes of a plain file handed out at a time.
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


_Next = Callable[[mmap.mmap, int], int]


def blocks(path: Path | str) -> Iterator[Block]:
    """The blocks of a file, its packing told by its first bytes or else by its name."""
    name = str(path)
    try:
        with Path(path).open("rb") as file:
            if file.seek(0, io.SEEK_END) == 0:
                return
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
                yield from _of_view(view, name)
    except FileNotFoundError as error:
        raise SourceMissing(f"read {name}", "no such file", "Check the path.") from error
    except OSError as error:
        raise SourceError(f"read {name}", str(error), "Check that it is a readable file.") from error


def _of_view(view: mmap.mmap, name: str) -> Iterator[Block]:
    if _gzip_start.match(view) or (name.endswith(".gz") and _next_gzip(view, 0) < len(view)):
        return _gzip_blocks(view)
    if view[:4] == _ZSTD or _skippable.match(view) or name.endswith(".zst"):
        return _zstd_blocks(view)
    return (Block(at, min(PIECE, len(view) - at), view[at : at + PIECE]) for at in range(0, len(view), PIECE))


def _gzip_blocks(view: mmap.mmap) -> Iterator[Block]:
    position, size = 0, len(view)
    while position < size:
        whole = _whole_member(view, position)
        if whole is not None:
            yield whole
            position += whole.stored
        elif _gzip_start.match(view, position):
            position = yield from _carefully(view, position, zlib.decompressobj(31), GZIP_FEED, _next_gzip)
        else:
            end = _next_gzip(view, position)
            yield Block(position, end - position, b"", "no gzip member here")
            position = end


def _whole_member(view: mmap.mmap, start: int) -> Block | None:
    """The member at `start` when one of the next magic numbers is its end and its checksum agrees."""
    end = start
    for _ in range(END_TRIALS):
        found = _gzip_start.search(view, end + _GZIP_OVERHEAD)
        end = found.start() if found else len(view)
        stored = end - start
        length = int.from_bytes(view[end - 4 : end], "little")  # RFC 1952: ISIZE
        if stored >= _GZIP_OVERHEAD and length <= min(WHOLE_LIMIT, _DEFLATE_RATIO * stored):
            try:
                data = GzipReader(io.BytesIO(view[start:end]), GZIP_FEED).read(length + 1)
            except OSError:
                data = b""  # not the member's end, or a damaged member: the careful way finds out
            if len(data) == length:
                return Block(start, stored, data)
        if found is None:
            break
    return None


def _carefully(
    view: mmap.mmap, start: int, decoder: _Decoder, feed: int, find_next: _Next
) -> Generator[Block, None, int]:
    """Decode the member at `start` bit by bit; returns where it ends or where the next one starts."""
    held: list[Block] = []
    decoded, position = 0, start
    while position < len(view):
        fed = view[position : position + feed]
        try:
            data = decoder.decompress(fed)
        except (zlib.error, zstandard.ZstdError) as error:
            lost, end = held[0].offset if held else position, find_next(view, start + 1)
            end = max(end, position + 1)
            yield Block(lost, end - lost, b"", f"damaged member ({error})")
            return end
        taken = len(fed) - (len(decoder.unused_data) if decoder.eof else 0)
        held.append(Block(position, taken, data))
        position += taken
        decoded += len(data)
        if decoder.eof or decoded > WHOLE_LIMIT:
            yield from held
            held.clear()
        if decoder.eof:
            return position
    yield from held
    yield Block(position, 0, b"", "the file ends within a compressed member")
    return position


def _next_gzip(view: mmap.mmap, start: int) -> int:
    """Where the next gzip member begins that holds the start of a record, or the end of the file."""
    for found in _gzip_start.finditer(view, start):
        try:
            head = zlib.decompressobj(31).decompress(view[found.start() : found.start() + 1024], 8)
        except zlib.error:
            continue
        if head.startswith(b"WARC/"):
            return found.start()
    return len(view)


def _next_zstd(view: mmap.mmap, start: int) -> int:
    found = _zstd_start.search(view, start)
    return found.start() if found else len(view)


def _zstd_blocks(view: mmap.mmap) -> Iterator[Block]:
    position, size = 0, len(view)
    dictionary: zstandard.ZstdCompressionDict | None = None
    while position < size:
        if _skippable.match(view, position) and size - position >= 8:
            end = min(size, position + 8 + int.from_bytes(view[position + 4 : position + 8], "little"))
            dictionary = dictionary or _zstd_dictionary(view[position + 8 : end])
            yield Block(position, end - position, b"")
            position = end
        elif view[position : position + 4] == _ZSTD:
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
