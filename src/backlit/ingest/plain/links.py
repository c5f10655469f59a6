"""Which links of a plain page does nobody have to look at, since they only lead around its own site?"""

from backlit.ingest.kernels import byte_at, kernel, number_at, put_number
from backlit.ingest.plain.layout import LINK_COUNT, LINK_FIELDS, LINKS

__all__ = ["sift"]


@kernel
def _begins(buf: int, i: int, end: int, words: int, first: int, last: int) -> bool:
    if end - i < last - first:
        return False
    for k in range(last - first):
        if byte_at(buf, i + k) != byte_at(words, first + k):
            return False
    return last > first


@kernel
def _is_alphanumeric(c: int) -> bool:
    return 48 <= c <= 57 or 97 <= (c | 32) <= 122


@kernel
def _is_within(buf: int, i: int, end: int) -> bool:
    """Whether a reference is a path or a query, as `scope.Scope` tells it."""
    c = byte_at(buf, i)
    d = byte_at(buf, i + 1) if i + 1 < end else 0
    if c == 47:
        return i + 1 == end or (d > 32 and d not in (47, 92, 38))
    if c == 63:
        return True
    if c == 104 and d == 116:  # may be http:
        return False
    while i < end:
        c = byte_at(buf, i)
        if not (_is_alphanumeric(c) or c in (95, 46, 126, 37, 45)):
            return c in (47, 63, 35)
        i += 1
    return True


@kernel
def sift(
    m: int, buf: int, homes: int, middle: int, last: int, counts_within: bool, is_based: bool, longest: int
) -> int:
    """Move the links that are to be looked at to the front; how many lead within the site.

    `homes` are two beginnings of the site's own addresses, up to `middle` and `last`; both 0 for none.
    A page that `is_based` elsewhere has its `#part` there.
    """
    kept = within = 0
    for number in range(number_at(m, LINK_COUNT)):
        at = LINKS + LINK_FIELDS * number
        node, i, end = number_at(m, at), number_at(m, at + 1), number_at(m, at + 2)
        if byte_at(buf, i) == 35 and not is_based:  # this very page
            continue
        if end - i <= longest:
            if _begins(buf, i, end, homes, 0, middle) or _begins(buf, i, end, homes, middle, last):
                within += 1
                continue
            if counts_within and _is_within(buf, i, end):
                within += 1
                continue
        to = LINKS + LINK_FIELDS * kept
        put_number(m, to, node)
        put_number(m, to + 1, i)
        put_number(m, to + 2, end)
        put_number(m, to + 3, number)
        kept += 1
    put_number(m, LINK_COUNT, kept)
    return within
