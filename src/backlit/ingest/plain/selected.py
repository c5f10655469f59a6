"""Does a simple selector mean an element of a plain page? As `selectors` tells it, compiled, from the bytes.

From the outside in: each element around the one in question is looked at once, for all compounds of the
selector whose outer ones were met before.
"""

from backlit.ingest.kernels import byte_at, kernel, number_at, put_number
from backlit.ingest.plain.attributes import MARKS, mark
from backlit.ingest.plain.layout import PARENT, STACK, START, field
from backlit.ingest.plain.says import is_simple
from backlit.ingest.plain.stack import is_blank
from backlit.ingest.selectors import FOLDED, NO, UNSURE, YES

__all__ = ["means"]

_NO, _FOLDED, _YES, _UNSURE = NO, FOLDED, YES, UNSURE
#: Compounds of a selector that are told apart by bits of a number.
_MOST = 60


@kernel
def _same(buf: int, start: int, words: int, length: int) -> int:
    """Whether two texts of one length are the same, or would be in lower case."""
    found = _YES
    for k in range(length):
        a, b = byte_at(buf, start + k), byte_at(words, k)
        if a != b:
            a, b = a | 32 if 65 <= a <= 90 else a, b | 32 if 65 <= b <= 90 else b
            if a != b:
                return _NO
            found = _FOLDED
    return found


@kernel
def _has_tag(m: int, buf: int, node: int, words: int, length: int) -> int:
    start = field(m, node, START)
    if start < 0:  # no tag in the page made it
        return _UNSURE
    c = byte_at(buf, start + length)
    return _YES if _same(buf, start, words, length) and (c <= 32 or c in (47, 62)) else _NO


@kernel
def _has_class(buf: int, words: int, length: int, first: int, end: int) -> int:
    found, i = _NO, first
    while i < end:
        stop = i
        while stop < end and not is_blank(byte_at(buf, stop)):
            stop += 1
        if stop - i == length:
            found = max(found, _same(buf, i, words, length))
        i = stop + 1
    return found


@kernel
def _match(m: int, buf: int, node: int, words: int) -> int:
    """Whether a compound means an element that was marked; UNSURE where its names take more to tell."""
    found, at = _YES, words + 1
    length = byte_at(at, 0)
    if length:
        found = _has_tag(m, buf, node, at + 1, length)
    first, end = number_at(m, MARKS), number_at(m, MARKS + 1)
    id_first, id_end = number_at(m, MARKS + 2), number_at(m, MARKS + 3)
    if found in (_NO, _UNSURE):
        return found
    if not is_simple(buf, first, end) or not is_simple(buf, id_first, id_end):
        return _UNSURE
    at += length + 1
    length = byte_at(at, 0)
    if length:
        has_id = _same(buf, id_first, at + 1, length) if id_end - id_first == length else _NO
        found = min(found, has_id)
    at += length + 1
    classes = byte_at(at, 0)
    at += 1
    for _ in range(classes):
        if found == _NO:
            return _NO
        length = byte_at(at, 0)
        found = min(found, _has_class(buf, at + 1, length, first, end))
        at += length + 1
    return found


@kernel
def _after(words: int) -> int:
    """Where the next compound begins."""
    at = words + 1
    at += byte_at(at, 0) + 1
    at += byte_at(at, 0) + 1
    classes = byte_at(at, 0)
    at += 1
    for _ in range(classes):
        at += byte_at(at, 0) + 1
    return at


@kernel
def means(m: int, buf: int, node: int, words: int, size: int) -> int:
    """Whether a packed selector of `size` bytes means an element."""
    end, last, count = words + size, words, 0
    at = words
    while at < end:
        last, at, count = at, _after(at), count + 1
    mark(m, buf, node)
    own = _match(m, buf, node, last)
    if own in (_NO, _UNSURE) or count == 1:
        return own
    if count > _MOST:
        return _UNSURE
    depth, above = 0, field(m, node, PARENT)
    while above > 0:
        put_number(m, STACK + depth, above)
        depth, above = depth + 1, field(m, above, PARENT)
    strict = folded = parent_strict = parent_folded = 0
    for k in range(depth - 1, -1, -1):
        parent_strict, parent_folded = _met(
            m, buf, number_at(m, STACK + k), words, last, (strict, folded), (parent_strict, parent_folded)
        )
        if parent_folded < 0:
            return _UNSURE
        strict, folded = strict | parent_strict, folded | parent_folded
    is_child = byte_at(_before(words, last), 0)
    bit = 1 << (count - 2)
    if own == _YES and (parent_strict if is_child else strict) & bit:
        return _YES
    return _FOLDED if (parent_folded if is_child else folded) & bit else _NO


@kernel
def _before(words: int, last: int) -> int:
    """Where the compound before another begins."""
    at = words
    while _after(at) != last:
        at = _after(at)
    return at


@kernel
def _met(
    m: int,
    buf: int,
    node: int,
    words: int,
    last: int,
    around: tuple[int, int],
    parent: tuple[int, int],
) -> tuple[int, int]:
    """The bits of the compounds that an element meets, those before them being met around it: as they are
    written, and folded; -1 where it takes more to tell."""
    mark(m, buf, node)
    at, bit, strict, folded = words, 1, 0, 0
    reach_strict = reach_folded = True
    while at < last:
        if reach_folded:
            found = _match(m, buf, node, at)
            if found == _UNSURE:
                return 0, -1
            strict |= bit if found == _YES and reach_strict else 0
            folded |= bit if found != _NO else 0
        is_child = byte_at(at, 0) != 0
        reach_strict = (parent[0] if is_child else around[0]) & bit != 0
        reach_folded = (parent[1] if is_child else around[1]) & bit != 0
        at, bit = _after(at), bit << 1
    return strict, folded
