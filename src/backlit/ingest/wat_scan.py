"""Where in the JSON of many WAT records do the page's facts and links stand?

One compiled pass over the bytes of a batch of records, without a Python object for any of them. It
takes only what is *plain*: well-formed JSON and UTF-8 of the expected types, without repeated or escaped
names, a capture with answer 200 and a list of links. A record that is not plain is left to the exact
reader whole, so nothing here decides what is broken; what is plain means the same to both
(tests/unit/test_wat_batch.py compares them row by row).

Positions are offsets into the batch. A text is three numbers: start, end and its marks (ESCAPED, NON_ASCII);
start is ABSENT or NULL where there is none.
"""

import numpy as np

from backlit.ingest.kernels import (
    Bytes,
    Ints,
    Words,
    byte_at,
    kernel,
    number_at,
    plain_run,
    put_number,
    utf8_length,
    which,
    words,
)

__all__ = [
    "ABSENT",
    "CAPTURE",
    "ESCAPED",
    "HEADERS",
    "HEAD_LINK",
    "ITEM_FIELDS",
    "LINK_FIELDS",
    "META",
    "NON_ASCII",
    "NOT_PLAIN",
    "PAGE",
    "RECORD_FIELDS",
    "TEXT_AT",
    "scan",
]

ABSENT, NULL = -1, -2
ESCAPED, NON_ASCII = 1, 2

#: What a record is, first among its fields.
NOT_PLAIN, PAGE = 0, 1
#: What an item of the head is.
META, HEAD_LINK = 0, 1
#: Headers that say something of a page or its links, in lower case.
HEADERS = ("content-type", "link", "x-robots-tag", "refresh", "content-language")

#: What is told of a capture, in the order of `wat.Capture`.
CAPTURE = ("type", "url", "date", "ip", "truncated", "digest")
#: A record's fields: what it is, the ranges of its items and of its links, then the texts of TEXT_AT.
RECORD_FIELDS = 5 + 3 * (len(CAPTURE) + 3 + len(HEADERS))
#: An item: record, what it is, three texts (name, content, http-equiv; or URL, rel, type).
ITEM_FIELDS = 11
#: A link of the body: record, kind, ordinal; URL, text and rel as texts.
LINK_FIELDS = 12

#: Deepest nesting of values; more is left to the exact reader.
_DEPTH = 30


def _table(characters: bytes) -> Bytes:
    table = np.zeros(256, np.uint8)
    table[list(characters)] = 1
    return table


_DIGIT = _table(b"0123456789")
_HEX = _table(b"0123456789abcdefABCDEF")

# The containers that matter, and what stands under which name in each. A number below _CONTAINERS is the
# container that must open there; from there on, the text to note, by its place among the slots.
_CONTAINERS = 18
_SKIPPED_OBJECT, _SKIPPED_ARRAY, _OUTER, _ENVELOPE, _CAPTURE, _PAYLOAD, _RESPONSE, _MESSAGE = range(8)
_HEADERS, _HTML, _HEAD, _METAS, _META, _HEAD_LINKS, _HEAD_LINK, _LINKS, _LINK, _TOP = range(8, _CONTAINERS)
_SLOTS = (
    *(*CAPTURE, "title", "base", "status", *HEADERS),
    *("link path", "link url", "link text", "link rel", "link type", "name", "content", "http-equiv"),
)
_ALL_SLOTS = 3 * len(_SLOTS)
_OF_RECORD = (
    len(CAPTURE) + 3 + len(HEADERS)
)  # slots that are noted once; the others begin anew with each link or meta
_OF_LINK_AT, _OF_META_AT = 3 * _OF_RECORD, 3 * _OF_RECORD + 15


#: Where in a record's fields the text of a name begins.
TEXT_AT = {name: 5 + 3 * place for place, name in enumerate(_SLOTS[:_OF_RECORD])}


def _slot(name: str) -> int:
    return _CONTAINERS + _SLOTS.index(name)


_UNDER: dict[int, dict[str, int]] = {
    _OUTER: {"Envelope": _ENVELOPE},
    _ENVELOPE: {"WARC-Header-Metadata": _CAPTURE, "Payload-Metadata": _PAYLOAD},
    _CAPTURE: {
        "WARC-Type": _slot("type"),
        "WARC-Target-URI": _slot("url"),
        "WARC-Date": _slot("date"),
        "WARC-IP-Address": _slot("ip"),
        "WARC-Truncated": _slot("truncated"),
        "WARC-Payload-Digest": _slot("digest"),
    },
    _PAYLOAD: {"HTTP-Response-Metadata": _RESPONSE},
    _RESPONSE: {"Response-Message": _MESSAGE, "Headers": _HEADERS, "HTML-Metadata": _HTML},
    _MESSAGE: {"Status": _slot("status")},
    _HEADERS: {name: _slot(name) for name in HEADERS},
    _HTML: {"Links": _LINKS, "Head": _HEAD},
    _HEAD: {"Title": _slot("title"), "Base": _slot("base"), "Link": _HEAD_LINKS, "Metas": _METAS},
    _META: {name: _slot(name) for name in ("name", "content", "http-equiv")},
    _HEAD_LINK: {name: _slot(f"link {name}") for name in ("path", "url", "text", "rel", "type")},
    _LINK: {name: _slot(f"link {name}") for name in ("path", "url", "text", "rel", "type")},
}
_NEEDED = sum(1 << each for each in (_OUTER, _ENVELOPE, _CAPTURE, _PAYLOAD, _RESPONSE, _MESSAGE, _HTML))
_SEVERAL = sum(1 << each for each in (_SKIPPED_OBJECT, _SKIPPED_ARRAY, _META, _HEAD_LINK, _LINK))
_ARRAYS = sum(1 << each for each in (_SKIPPED_ARRAY, _METAS, _HEAD_LINKS, _LINKS, _TOP))


def _names(names: list[str]) -> Bytes:
    """Names as rows: the length, then the bytes."""
    table = np.zeros((len(names), 32), np.uint8)
    for row, name in zip(table, names, strict=True):
        row[0] = len(name)
        row[8 : 8 + len(name)] = list(name.encode())
    return table


_NAMES = words([name for names in _UNDER.values() for name in names])
_HEADER_NAMES = _names(list(HEADERS))
_MEANS = np.array([means for names in _UNDER.values() for means in names.values()], np.int64)
_FIRST = np.cumsum([0] + [len(_UNDER.get(each, ())) for each in range(_CONTAINERS)])
_ELEMENT = np.array(
    [{_METAS: _META, _HEAD_LINKS: _HEAD_LINK, _LINKS: _LINK}.get(each, -1) for each in range(_CONTAINERS)]
)
#: Paths of links in the order of their kinds: Kind.A, AREA, FORM, IFRAME.
_PATHS = words(["A@/href", "AREA@/href", "FORM@/action", "IFRAME@/src"])
_META_NAMES = _names(["robots", "googlebot", "html@/lang", "html@/xml:lang"])
_META_PRAGMAS = _names(["refresh", "content-language"])
_HEAD_RELS = _names(["canonical", "alternate", "amphtml"])


@kernel
def _blank(buf: int, i: int) -> int:
    """The first byte from `i` on that is no whitespace."""
    while byte_at(buf, i) == 32 or byte_at(buf, i) == 10 or byte_at(buf, i) == 13 or byte_at(buf, i) == 9:
        i += 1
    return i


@kernel
def _escape(buf: int, i: int) -> int:
    """The length of the escape at `i`; 0 where it is none or half a surrogate pair."""
    c = byte_at(buf, i + 1)
    if c == 117:  # u
        for n in range(2, 6):
            if _HEX[byte_at(buf, i + n)] == 0:
                return 0
        is_surrogate = (byte_at(buf, i + 2) | 32) == 100 and (byte_at(buf, i + 3) >= 56)  # d8 to df
        return 0 if is_surrogate else 6
    if c in (34, 92, 47, 98, 102, 110, 114, 116):  # " \ / b f n r t
        return 2
    return 0


@kernel
def _string(buf: int, i: int) -> tuple[int, int]:
    """Where the string whose first byte is at `i` ends, and its marks; -1 where it is not plain."""
    marks = 0
    while True:
        plain = 16
        while plain == 16:
            plain = plain_run(buf, i)
            i += plain
        c = byte_at(buf, i)
        if c == 34:
            return i, marks
        if c == 92:
            step = _escape(buf, i)
            marks |= ESCAPED
        else:
            step = utf8_length(buf, i) if c >= 128 else 0
            marks |= NON_ASCII
        if step == 0:
            return -1, 0
        i += step


@kernel
def _scalar(buf: int, i: int) -> int:
    """The end of the number or literal at `i`; -1 where it is none, or a number of a rarer form."""
    c = byte_at(buf, i)
    if c == 116 and byte_at(buf, i + 1) == 114 and byte_at(buf, i + 2) == 117 and byte_at(buf, i + 3) == 101:
        return i + 4
    if c == 110 and byte_at(buf, i + 1) == 117 and byte_at(buf, i + 2) == 108 and byte_at(buf, i + 3) == 108:
        return i + 4
    if (
        c == 102
        and byte_at(buf, i + 1) == 97
        and byte_at(buf, i + 2) == 108
        and byte_at(buf, i + 3) == 115
        and byte_at(buf, i + 4) == 101
    ):
        return i + 5
    if c == 45:  # -
        i += 1
    start = i
    while _DIGIT[byte_at(buf, i)]:
        i += 1
    if i == start or i - start > 15 or (byte_at(buf, start) == 48 and i > start + 1):
        return -1
    return -1 if byte_at(buf, i) == 46 or (byte_at(buf, i) | 32) == 101 else i  # a fraction or an exponent


@kernel
def _which_folded(buf: int, start: int, end: int, names: Bytes, first: int, last: int) -> int:
    """The same for a name of ASCII in any case; the names are in lower case."""
    for n in range(first, last):
        if names[n, 0] == end - start:
            k = 0
            while k < end - start:
                c = byte_at(buf, start + k)
                if (c | 32 if 65 <= c <= 90 else c) != names[n, k + 8]:
                    break
                k += 1
            if k == end - start:
                return n
    return -1


@kernel
def _wanted(buf: int, slots: int, at: int, names: Bytes) -> bool:
    """Whether a text is, in any case, one of some names, or might be once it is decoded and stripped."""
    start, end = number_at(slots, at), number_at(slots, at + 1)
    if start < 0 or start == end:
        return False
    if number_at(slots, at + 2) or byte_at(buf, start) == 32 or byte_at(buf, end - 1) == 32:
        return True
    return _which_folded(buf, start, end, names, 0, len(names)) >= 0


@kernel
def _wanted_word(buf: int, slots: int, at: int, names: Bytes) -> bool:
    """The same for one of the words of a text."""
    start, end = number_at(slots, at), number_at(slots, at + 1)
    if start < 0 or number_at(slots, at + 2):
        return bool(start >= 0)
    while start < end:
        stop = start
        while stop < end and byte_at(buf, stop) != 32:
            stop += 1
        if _which_folded(buf, start, stop, names, 0, len(names)) >= 0:
            return True
        start = stop + 1
    return False


@kernel
def _add(counts: int, which_of: int) -> int:
    """Count one more; how many there were."""
    before = number_at(counts, which_of)
    put_number(counts, which_of, before + 1)
    return before


@kernel
def _emit_item(slots: int, items: int, n: int, record: int, what: int, first: int, others: int) -> None:
    """Note the texts of a link or meta: the one in slot `first`, and two from `others` on."""
    row = ITEM_FIELDS * _add(n, 0)
    put_number(items, row, record)
    put_number(items, row + 1, what)
    for k in range(3):
        put_number(items, row + 2 + k, number_at(slots, first + k))
    for k in range(6):
        put_number(items, row + 5 + k, number_at(slots, others + k))


@kernel
def _emit(buf: int, container: int, slots: int, items: int, links: int, n: int, record: int) -> bool:
    """Note a link or meta that was read whole, if it may matter; False where it is not plain."""
    path, url, rel = _OF_LINK_AT, _OF_LINK_AT + 3, _OF_LINK_AT + 9
    if container == _META:
        name, pragma = _OF_META_AT, _OF_META_AT + 6
        if _wanted(buf, slots, name, _META_NAMES) or _wanted(buf, slots, pragma, _META_PRAGMAS):
            _emit_item(slots, items, n, record, META, name, name + 3)
        return True
    start = number_at(slots, path)
    if start == NULL or (start >= 0 and number_at(slots, path + 2) & ESCAPED):
        return False
    if container == _HEAD_LINK:
        if number_at(slots, url) >= 0 and _wanted_word(buf, slots, rel, _HEAD_RELS):
            _emit_item(slots, items, n, record, HEAD_LINK, url, rel)
        return True
    kind = which(buf, start, number_at(slots, path + 1), _PATHS, 0, len(_PATHS)) if start >= 0 else -1
    if kind >= 0 and number_at(slots, url + 1) > number_at(slots, url):
        row = LINK_FIELDS * _add(n, 1)
        put_number(links, row, record)
        put_number(links, row + 1, kind + 1)
        put_number(links, row + 2, _add(n, 2))
        for k in range(9):
            put_number(links, row + 3 + k, number_at(slots, url + k))
    return True


@kernel
def _named(buf: int, i: int, container: int) -> tuple[int, int]:
    """Where the value begins whose name is at `i`, and what it means there; -1 where it is not plain."""
    if byte_at(buf, i) != 34:
        return -1, -1
    start = i + 1
    end, marks = _string(buf, start)
    if end < 0 or marks & ESCAPED or (container == _HEADERS and marks):
        return -1, -1  # a letter that is no ASCII may be one in lower case
    i = _blank(buf, end + 1)
    if byte_at(buf, i) != 58:
        return -1, -1
    first, last = _FIRST[container], _FIRST[container + 1]
    if container == _HEADERS:
        found = _which_folded(buf, start, end, _HEADER_NAMES, 0, last - first)
        found = found + first if found >= 0 else -1
    else:
        found = which(buf, start, end, _NAMES, first, last)
    return _blank(buf, i + 1), _MEANS[found] if found >= 0 else -1


@kernel
def _text(buf: int, i: int, slots: int, at: int, nullable: bool) -> int:
    """Note the text or null at `i` in its slot; its end, or -1 for anything else and for a second one."""
    if number_at(slots, at) != ABSENT:
        return -1
    if byte_at(buf, i) == 34:
        end, marks = _string(buf, i + 1)
        put_number(slots, at, i + 1)
        put_number(slots, at + 1, end)
        put_number(slots, at + 2, marks)
        return end + 1 if end >= 0 else -1
    put_number(slots, at, NULL)
    put_number(slots, at + 1, NULL)
    put_number(slots, at + 2, 0)
    return _scalar(buf, i) if byte_at(buf, i) == 110 and nullable else -1


@kernel
def _passed(buf: int, i: int, means: int) -> int:
    """The end of a value that is no container; -1 where one must stand there."""
    if means >= 0 and not (means == _HEAD and byte_at(buf, i) == 110):
        return -1
    if byte_at(buf, i) == 34:
        end, _ = _string(buf, i + 1)
        return end + 1 if end >= 0 else -1
    return _scalar(buf, i)


@kernel
def _record(  # noqa: C901, PLR0912  # one loop over all containers compiles four times as fast as one for each
    buf: int, i: int, slots: int, items: int, links: int, n: int, record: int, stack: int
) -> int:
    """Read one record; its end, or -1 where it is not plain."""
    depth, seen, container, means = 0, 0, _TOP, _OUTER
    i = _blank(buf, i)
    while True:
        c = byte_at(buf, i)
        opens = False
        if means >= _CONTAINERS:
            i = _text(buf, i, slots, 3 * (means - _CONTAINERS), container != _HEADERS)
        elif c in (123, 91):
            opened = means if means >= 0 else (_SKIPPED_OBJECT if c == 123 else _SKIPPED_ARRAY)
            is_array = _ARRAYS >> opened & 1
            if (c == 91) != is_array or (seen & ~_SEVERAL) >> opened & 1 or depth == _DEPTH:
                return -1
            seen |= 1 << opened
            put_number(stack, depth, container)
            depth, container = depth + 1, opened
            for k in range(_OF_LINK_AT, _ALL_SLOTS if opened in (_LINK, _HEAD_LINK, _META) else 0):
                put_number(slots, k, ABSENT)
            i = _blank(buf, i + 1)
            opens = byte_at(buf, i) != c + 2
        else:
            i = _passed(buf, i, means)
        if i < 0:
            return -1
        while not opens:  # what follows on a value: another one, or the end of containers
            if depth == 0:
                return _blank(buf, i) if seen & _NEEDED == _NEEDED else -1
            i = _blank(buf, i)
            if byte_at(buf, i) == 44:
                i, opens = _blank(buf, i + 1), True
                continue
            if byte_at(buf, i) != (93 if _ARRAYS >> container & 1 else 125):
                return -1
            if container in (_LINK, _HEAD_LINK, _META) and not _emit(
                buf, container, slots, items, links, n, record
            ):
                return -1
            depth, i = depth - 1, i + 1
            container = number_at(stack, depth)
        if _ARRAYS >> container & 1:
            means = _ELEMENT[container]
        else:
            i, means = _named(buf, i, container)
            if i < 0:
                return -1


_PLAIN_TYPE, _PLAIN_STATUS = words(["response"]), words(["200"])
_STATUS_AT = 3 * _SLOTS.index("status")


@kernel
def _stands(buf: int, slots: int, at: int, word: Words) -> bool:
    start = number_at(slots, at)
    return start >= 0 and which(buf, start, number_at(slots, at + 1), word, 0, 1) == 0


def scan(batch: Bytes, starts: Ints, ends: Ints, recs: Ints, items: Ints, links: Ints) -> tuple[int, int]:
    """Fill in the fields of all records, their items and their links; the numbers of items and links.

    `batch` holds a zero byte after each record, and PADDING of them at its end. `items` and `links` have
    room for one row in 12 and one in 24 bytes of the batch: shorter ones cannot be.
    """
    n, slots, stack = (np.zeros(size, np.int32) for size in (3, _ALL_SLOTS, _DEPTH))
    _scan(batch, starts, ends, recs, items, links, n, slots, stack)
    return int(n[0]), int(n[1])


@kernel
def _scan(
    batch: Bytes,
    starts: Ints,
    ends: Ints,
    recs: Ints,
    items: Ints,
    links: Ints,
    n: Ints,
    slots: Ints,
    stack: Ints,
) -> None:
    """The same, with rows to count and to note in that the caller keeps: addresses keep nothing alive."""
    buf, slots_at = batch.ctypes.data, slots.ctypes.data
    items_at, links_at, n_at, stack_at = (
        items.ctypes.data,
        links.ctypes.data,
        n.ctypes.data,
        stack.ctypes.data,
    )
    for record in range(len(starts)):
        for k in range(_ALL_SLOTS):
            slots[k] = ABSENT
        recs[record, 1], recs[record, 3], n[2] = n[0], n[1], 0
        end = _record(buf, starts[record], slots_at, items_at, links_at, n_at, record, stack_at)
        is_page = _stands(buf, slots_at, 0, _PLAIN_TYPE) and _stands(buf, slots_at, _STATUS_AT, _PLAIN_STATUS)
        if end == ends[record] and is_page:
            recs[record, 0] = PAGE
        else:
            recs[record, 0], n[0], n[1] = NOT_PLAIN, recs[record, 1], recs[record, 3]
        recs[record, 2], recs[record, 4] = n[0], n[1]
        for k in range(_OF_LINK_AT):
            recs[record, 5 + k] = slots[k]
