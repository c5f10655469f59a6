"""Where in a page may the id of a tracker begin? As `trackers.places_of` tells it."""

import numpy as np

from backlit.ingest.kernels import Ints, byte_at, kernel, run_without
from backlit.ingest.trackers import PLACES

__all__ = ["tracked"]

_HYPHEN, _BRACKET = 45, 40


@kernel
def _begin(buf: int, i: int) -> int:
    """Where the word begins that ends at `i`; -1 where it is none of `trackers.WORDS`."""
    if i < 1:
        return -1
    last, before = byte_at(buf, i - 1), byte_at(buf, i - 2) if i > 1 else 0
    if byte_at(buf, i) == _HYPHEN:
        if last == 71:  # G-
            return i - 1
        if last == 65 and before == 85:  # UA-
            return i - 2
        if last == 87 and before == 65:  # AW-
            return i - 2
        third = byte_at(buf, i - 3) if i > 2 else 0
        if (last == 77 and before == 84 and third == 71) or (last == 98 and before == 117 and third == 112):
            return i - 3  # GTM-, pub-
        return -1
    if last == 109 and before == 121:  # ym(
        return i - 2
    if last == 113 and before == 98 and i > 2 and byte_at(buf, i - 3) == 102:  # fbq(
        return i - 3
    return -1


@kernel
def _continues(c: int) -> bool:
    return 48 <= c <= 57 or 65 <= c <= 90 or 97 <= c <= 122 or c == 95


@kernel
def _tracked(buf: int, size: int, out: Ints) -> int:
    i = count = 0
    while i < size:
        step = run_without(buf, i, _HYPHEN, _BRACKET)
        i += step
        if step == 16:
            continue
        begin = _begin(buf, i)
        if begin >= 0 and (begin == 0 or not _continues(byte_at(buf, begin - 1))):
            out[count] = begin
            count += 1
            if count == len(out):
                return count
        i += 1
    return count


def tracked(buf: int, size: int) -> list[int]:
    """The places in the `size` bytes at an address, which end as `kernels` says."""
    out = np.empty(PLACES, np.int32)
    return [int(place) for place in out[: _tracked(buf, size, out)]]
