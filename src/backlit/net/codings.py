"""What does a body say that was packed for its way: gzip, deflate, br or zstd, one over another?

No more is unpacked than is asked for, so that a small body that stands for a large one costs no memory.
"""

import io
import zlib

import zstandard
from fastwarc.stream_io import BrotliReader

__all__ = ["ACCEPTED", "decoded"]

#: What a request may say it takes.
ACCEPTED = "gzip, deflate, br, zstd"
#: Content codings of one body; browsers take as many as there are, no server of people sends three.
CODINGS_LIMIT = 8
#: Bytes of a zstd frame fed at a time: four of them can stand for 128 KiB.
_ZSTD_FEED = 1 << 7
_ERRORS = (zlib.error, zstandard.ZstdError, OSError, ValueError)


def decoded(body: bytes, codings: str, limit: int) -> tuple[bytes, bool, str | None]:
    """The body without the codings of its Content-Encoding, whether it is whole, and what was wrong.

    What is longer than `limit` is cut at some place after it. A body that is not packed, though its
    header says so, is taken as it is: crawlers unpack and keep the header.
    """
    names = [name.strip() for name in codings.lower().split(",")]
    names = [name for name in names if name not in ("", "identity", "none")]
    if len(names) > CODINGS_LIMIT:
        return b"", False, f"{len(names)} content codings, one over another"
    complete = True
    for name in reversed(names):
        try:
            body, whole = _unpacked(name, body, limit)
        except _ERRORS as error:
            return b"", False, f"content coding {name[:20]!r}: {error}"
        complete = complete and whole
    return body, complete, None


def _unpacked(coding: str, body: bytes, limit: int) -> tuple[bytes, bool]:
    if coding in ("gzip", "x-gzip"):
        return _inflated(body, 31, limit) if body.startswith(b"\x1f\x8b") else (body, True)
    if coding == "deflate":
        wraps = len(body) > 1 and body[0] & 15 == 8 and (body[0] << 8 | body[1]) % 31 == 0
        try:
            return _inflated(body, 15 if wraps else -15, limit)
        except zlib.error:
            if body.lstrip()[:1] == b"<":
                return body, True
            raise
    if coding == "zstd":
        return _unzstd(body, limit) if body.startswith(b"\x28\xb5\x2f\xfd") else (body, True)
    if coding == "br":
        return BrotliReader(io.BytesIO(body)).read(limit + 1), True
    raise ValueError("not known here")


def _inflated(body: bytes, window: int, limit: int) -> tuple[bytes, bool]:
    inflater = zlib.decompressobj(window)
    data = inflater.decompress(body, limit + 1)
    return data, inflater.eof


def _unzstd(body: bytes, limit: int) -> tuple[bytes, bool]:
    decoder = zstandard.ZstdDecompressor().decompressobj()
    data = bytearray()
    for at in range(0, len(body), _ZSTD_FEED):
        data += decoder.decompress(body[at : at + _ZSTD_FEED])
        if decoder.eof or len(data) > limit:
            break
    return bytes(data), decoder.eof
