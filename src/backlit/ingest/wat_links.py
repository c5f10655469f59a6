"""Where do the links of a batch of WAT records lead, and what are their rows?

Compiled, over the raw bytes. `classify` tells by a URL's shape what `scope.Scope.locate` tells by its
patterns; what it cannot tell is OTHER, for that very function to answer. `decide` follows the pages' own
domains, `write` lays out keys, anchors and occurrences as Arrow wants them.
"""

import numpy as np

from backlit.ingest.kernels import (
    Bytes,
    Ints,
    byte_at,
    kernel,
    number_at,
    put_byte,
    put_number,
    which,
    word_at,
    words,
)
from backlit.ingest.wat_scan import ESCAPED
from backlit.ingest.wat_texts import copy, squeeze

__all__ = [
    "ABSOLUTE",
    "ASK",
    "DROP",
    "FOLDS_LENGTH",
    "KEEP",
    "NOTHING",
    "ROW_FIELDS",
    "SHAPE_FIELDS",
    "TEXT_LIMIT",
    "UNKNOWN",
    "classify",
    "decide",
    "write",
]

#: What a reference is by its shape: no link between pages, unless its page has a base; one within the page's
#: site if its base is there; a URL that is its own serialisation but for capitals in its host; a URL whose
#: host is known; anything else.
NOTHING, _WITHIN, ABSOLUTE, _OF_HOST, _OTHER = range(5)
#: Instead of https or not: a reference with its page's scheme; and a page whose scheme is not to be taken.
_OF_PAGE = UNKNOWN = 2
#: A link's shape: what it is, its host's number, the start and end of its tail, https or not, its rel.
SHAPE_FIELDS = 6
#: A row to write: record, kind, numbers of its link, key and text; ordinal, rel and host are for others.
ROW_FIELDS = 8
#: What becomes of a link: it is dropped, it is a row as it stands, or `Scope.locate` is asked.
DROP, KEEP, ASK = range(3)

#: Above this a URL might pass URL_LIMIT once it is escaped (`assemble`); in bytes, so at most as long there.
_SHORT = 600
#: Hosts longer than this cannot be looked up anyway.
_HOST_LIMIT = 255
#: Bytes of a text that cannot exceed ANCHOR_LIMIT characters.
TEXT_LIMIT = 1_000
#: Names of parameters are told by their first byte and their length, up to this one.
FOLDS_LENGTH = 32

_PATH, _QUERY, _HOST, _SEGMENT = 1, 2, 4, 8
_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_ALPHANUMERIC = _LETTERS + b"0123456789"


def _classes() -> Bytes:
    table = np.zeros(256, np.uint8)
    for characters, bit in (
        (_ALPHANUMERIC + b"_.~!$&'()*+,;=:@%-", _PATH),
        (_ALPHANUMERIC + b"_.~!$&()*+,;=:@/?%-", _QUERY),
        (_ALPHANUMERIC + b".-", _HOST),
        (_ALPHANUMERIC + b"_.~%-", _SEGMENT),
    ):
        for character in characters:
            table[character] |= bit
    return table


def _flags(characters: bytes) -> Bytes:
    table = np.zeros(256, np.uint8)
    table[list(characters)] = 1
    return table


_CLASS = _classes()
_UNRESERVED = _flags(_ALPHANUMERIC + b"-._~")
_HEX_VALUE = np.full(256, 255, np.uint8)
_HEX_VALUE[list(b"0123456789")] = np.arange(10)
_HEX_VALUE[list(b"ABCDEF")] = _HEX_VALUE[list(b"abcdef")] = np.arange(10, 16)
_NO_PAGES = words(["javascript", "mailto", "tel", "data", "sms", "whatsapp", "skype", "viber", "tg"])
_HTTP, _SCHEME_END, _UTM = words(["http"]), words(["://"]), words(["utm_"])


@kernel
def _hash(buf: int, start: int, end: int, salt: int) -> int:
    """A hash with a secret factor, eight bytes at a time: names are chosen by strangers."""
    value = np.uint64(salt)
    while start + 8 <= end:
        value = (value ^ word_at(buf, start)) * np.uint64(salt)
        value ^= value >> np.uint64(32)
        start += 8
    for i in range(start, end):
        value = (value ^ np.uint64(byte_at(buf, i) + 1)) * np.uint64(salt)
    return int((value ^ (value >> np.uint64(29))) >> np.uint64(20))


@kernel
def _same(one: int, other: int, length: int) -> bool:
    k = 0
    while k + 8 <= length and word_at(one, k) == word_at(other, k):
        k += 8
    while k < length and byte_at(one, k) == byte_at(other, k):
        k += 1
    return k == length


@kernel
def _number(
    buf: int, start: int, end: int, table: int, ends: int, store: int, sizes: tuple[int, int, int], salt: int
) -> int:
    """The number of a text among those that were met; -1 for one more than there is room for.

    `ends[n]` is where text n ends in `store` and n + 1 begins; ends[-1] is how many there are. `sizes` are
    those of the three.
    """
    last = sizes[1] - 1
    count, length, mask = number_at(ends, last), end - start, sizes[0] - 1
    slot = _hash(buf, start, end, salt) & mask
    known = number_at(table, slot)
    while known >= 0:
        begin = number_at(ends, known - 1) if known else 0
        if number_at(ends, known) - begin == length and _same(store + begin, buf + start, length):
            return int(known)
        slot = (slot + 1) & mask
        known = number_at(table, slot)
    begin = number_at(ends, count - 1) if count else 0
    if 2 * count > mask or count + 2 > sizes[1] or begin + length > sizes[2]:
        return -1
    for k in range(length):
        put_byte(store, begin + k, byte_at(buf, start + k))
    put_number(table, slot, count)
    put_number(ends, count, begin + length)
    put_number(ends, last, count + 1)
    return int(count)


@kernel
def _relative(buf: int, i: int, end: int) -> int:
    """What a reference without http in front is."""
    c = byte_at(buf, i)
    if c == 47:  # / but neither //, /\ nor a blank, which the URL standard may strip
        d = byte_at(buf, i + 1)
        return _OTHER if i + 1 < end and (d in (47, 92) or d <= 32) else _WITHIN
    if c == 63:  # ?
        return _WITHIN
    start = i
    while i < end and _CLASS[byte_at(buf, i)] & _SEGMENT:
        i += 1
    c = byte_at(buf, i)
    if i > start and (i == end or c in (47, 63, 35)):  # / ? #
        return _WITHIN
    if i < end and c == 58 and which(buf, start, i, _NO_PAGES, 0, len(_NO_PAGES)) >= 0:
        return NOTHING
    return _OTHER


@kernel
def _tail(buf: int, i: int, end: int) -> int:
    """Where the path and query at `i` end that are their own serialisation; -1 where they are not."""
    if i == end:
        return i
    if byte_at(buf, i) != 47:
        return -1
    while i < end and byte_at(buf, i) == 47:
        i += 1
        c = byte_at(buf, i)
        if i < end and c == 46:
            return -1
        if i + 2 < end and c == 37 and byte_at(buf, i + 1) == 50 and byte_at(buf, i + 2) | 32 == 101:
            return -1  # %2e
        while i < end and _CLASS[byte_at(buf, i)] & _PATH:
            i += 1
    if i < end and byte_at(buf, i) == 63:
        i += 1
        while i < end and _CLASS[byte_at(buf, i)] & _QUERY:
            i += 1
    return i if i == end or byte_at(buf, i) == 35 else -1


@kernel
def _absolute(buf: int, i: int, end: int, shape: int) -> int:
    """Where the host of a URL that begins with http or // ends; -1 where it is of no common form."""
    if byte_at(buf, i) == 47:
        put_number(shape, 4, _OF_PAGE)
        i += 2
    else:
        i += 4
        is_https = int(byte_at(buf, i) == 115)
        put_number(shape, 4, is_https)
        i += is_https
        if i + 3 > end or which(buf, i, i + 3, _SCHEME_END, 0, 1) < 0:
            return -1
        i += 3
    start = i
    put_number(shape, 2, start)
    while i < end and _CLASS[byte_at(buf, i)] & _HOST:
        i += 1
    if i == start or i - start > _HOST_LIMIT:
        return -1
    return i if i == end or byte_at(buf, i) in (47, 63, 35) else -1


@kernel
def _names_host(buf: int, start: int, end: int) -> bool:
    """Whether a reference begins with http or //."""
    if end - start < 4:
        return False
    is_bare = byte_at(buf, start) == 47 and byte_at(buf, start + 1) == 47
    return is_bare or which(buf, start, start + 4, _HTTP, 0, 1) == 0


@kernel
def classify(
    batch: Bytes,
    links: Ints,
    count: int,
    shapes: Ints,
    host_table: Ints,
    host_ends: Ints,
    hosts: Bytes,
    rel_table: Ints,
    rel_ends: Ints,
    rels: Bytes,
    salt: int,
) -> None:
    """Fill in the shapes of links, numbering their hosts and rels."""
    buf = batch.ctypes.data
    table_at, ends_at, store_at = host_table.ctypes.data, host_ends.ctypes.data, hosts.ctypes.data
    sizes = len(host_table), len(host_ends), len(hosts)
    rel_table_at, rel_ends_at, rels_at = rel_table.ctypes.data, rel_ends.ctypes.data, rels.ctypes.data
    rel_sizes = len(rel_table), len(rel_ends), len(rels)
    for k in range(count):
        shape = shapes.ctypes.data + 4 * SHAPE_FIELDS * k
        shapes[k, 0], shapes[k, 1], shapes[k, 5] = _OTHER, -1, -1
        if links[k, 9] >= 0:
            rel = _number(buf, links[k, 9], links[k, 10], rel_table_at, rel_ends_at, rels_at, rel_sizes, salt)
            shapes[k, 5] = rel if rel >= 0 else -2
        start, end = links[k, 3], links[k, 4]
        if links[k, 5] & ESCAPED:
            continue
        while start < end and byte_at(buf, start) == 32:
            start += 1
        while start < end and byte_at(buf, end - 1) == 32:
            end -= 1
        if start == end or byte_at(buf, start) == 35:
            shapes[k, 0] = NOTHING
        elif end - start > _SHORT:
            continue
        elif not _names_host(buf, start, end):
            shapes[k, 0] = _relative(buf, start, end)
        else:
            stop = _absolute(buf, start, end, shape)
            if stop >= 0:
                host = _number(buf, shapes[k, 2], stop, table_at, ends_at, store_at, sizes, salt)
                tail = _tail(buf, stop, end)
                shapes[k, 1], shapes[k, 2], shapes[k, 3] = host, stop, tail
                if host >= 0:
                    shapes[k, 0] = ABSOLUTE if tail >= 0 else _OF_HOST


@kernel
def decide(
    links: Ints,
    shapes: Ints,
    count: int,
    host_domains: Ints,
    page_domains: Ints,
    counts_within: Bytes,
    keeps_internal: Bytes,
    schemes: Bytes,
    totals: Ints,
    verdicts: Bytes,
) -> None:
    """What becomes of each link, and the external and internal links of each page that are certain.

    `host_domains` is -1 for a host that no URL can have, `page_domains` for a record that is left out.
    `schemes` tells of pages what shapes do of links.
    """
    for k in range(count):
        record, shape, domain = links[k, 0], shapes[k, 0], page_domains[links[k, 0]]
        verdicts[k] = DROP
        if domain < 0:
            continue
        if shape == NOTHING:
            if schemes[record] == UNKNOWN:  # a base may make it a link to there
                verdicts[k] = ASK
            continue
        if shape in (ABSOLUTE, _OF_HOST) and shapes[k, 4] == _OF_PAGE:
            if schemes[record] == UNKNOWN:
                verdicts[k] = ASK
                continue
            shapes[k, 4] = schemes[record]
        if shape == _OTHER or (shape == _WITHIN and not counts_within[record]):
            verdicts[k] = ASK
        elif shape == _WITHIN or (host_domains[shapes[k, 1]] == domain and not keeps_internal[record]):
            totals[record, 1] += 1
        elif host_domains[shapes[k, 1]] >= 0:
            if shape == _OF_HOST:
                verdicts[k] = ASK
            else:
                verdicts[k] = KEEP
                totals[record, 1 if host_domains[shapes[k, 1]] == domain else 0] += 1


@kernel
def _escape_folds(key: int, i: int, end: int) -> bool:
    """Whether the percent sign at `i` begins an escape that the canonical form writes otherwise."""
    if i + 2 >= end:
        return False
    c, d = byte_at(key, i + 1), byte_at(key, i + 2)
    if _HEX_VALUE[c] == 255 or _HEX_VALUE[d] == 255:
        return False
    return c >= 97 or d >= 97 or _UNRESERVED[_HEX_VALUE[c] * 16 + _HEX_VALUE[d]] == 1


@kernel
def _may_fold(key: int, end: int, dropped: Bytes) -> bool:
    """Whether the canonical form of a key of common form may differ from it; if not, it does not.

    `dropped` says of first bytes and lengths whether a parameter of such a name may be dropped.
    """
    name = -1  # where the name of a parameter begins
    in_query = False
    for i in range(end + 1):
        c = byte_at(key, i) if i < end else 38
        if c == 59 or (c == 37 and _escape_folds(key, i, end)):  # ; %
            return True
        if name >= 0 and c in (38, 61):  # & =
            length = i - name
            if length and dropped[byte_at(key, name), min(length, FOLDS_LENGTH - 1)]:
                return True
            name = -1
        if c == 63 and not in_query:  # ?
            in_query, name = True, i + 1
            if i + 1 == end:
                return True
        elif c == 38 and in_query:
            name = i + 1
    return False


@kernel
def _first_alike(rows: int, row: int, key_ends: int, keys: int, table: int, mask: int, salt: int) -> int:
    """The first row of the same page with the same kind and key: this one, or one before it."""
    start, end = number_at(key_ends, row), number_at(key_ends, row + 1)
    page, kind = number_at(rows, ROW_FIELDS * row), number_at(rows, ROW_FIELDS * row + 1)
    slot = (_hash(keys, start, end, salt) + kind) & mask
    other = number_at(table, slot)
    while other >= 0 and number_at(rows, ROW_FIELDS * other) == page:
        begin = number_at(key_ends, other)
        alike = number_at(rows, ROW_FIELDS * other + 1) == kind
        alike = alike and number_at(key_ends, other + 1) - begin == end - start
        if alike and _same(keys + begin, keys + start, end - start):
            return int(other)
        slot = (slot + 1) & mask
        other = number_at(table, slot)
    put_number(table, slot, row)  # the slot was free, or held a row of a page before
    return row


@kernel
def _write_key(buf: int, shape: int, hosts: int, host_ends: int, keys: int, at: int) -> int:
    """Write the page key of a URL of common form; where it ends."""
    host, start, end = number_at(shape, 1), number_at(shape, 2), number_at(shape, 3)
    begin = number_at(host_ends, host - 1) if host else 0
    at = copy(hosts, begin, number_at(host_ends, host), keys, at)
    if start == end:
        put_byte(keys, at, 47)
        at += 1
    at = copy(buf, start, end, keys, at)
    if not number_at(shape, 4):
        for c in (32, 104, 116, 116, 112):  # " http"
            put_byte(keys, at, c)
            at += 1
    return at


@kernel
def write(
    batch: Bytes,
    links: Ints,
    shapes: Ints,
    rows: Ints,
    reversed_hosts: Bytes,
    host_ends: Ints,
    more_keys: Bytes,
    more_key_ends: Ints,
    more_texts: Bytes,
    more_text_ends: Ints,
    dropped: Bytes,
    table: Ints,
    salt: int,
    keys: Bytes,
    key_ends: Ints,
    texts: Bytes,
    text_ends: Ints,
    occurrences: Ints,
    folds: Bytes,
) -> None:
    """Lay out the keys and anchors of rows, and number each among those of its page that are alike.

    A row is its record, its kind, and three numbers: of its link, of its key and of its text among those
    that were made elsewhere; -1 for none.
    """
    buf, hosts, host_ends_at = batch.ctypes.data, reversed_hosts.ctypes.data, host_ends.ctypes.data
    rows_at, table_at, mask = rows.ctypes.data, table.ctypes.data, len(table) - 1
    keys_at, key_ends_at, texts_at = keys.ctypes.data, key_ends.ctypes.data, texts.ctypes.data
    met = np.zeros(len(rows), np.int32)
    key_ends[0] = text_ends[0] = 0
    for row in range(len(rows)):
        link, key, text = rows[row, 2], rows[row, 3], rows[row, 4]
        start = key_ends[row]
        if key >= 0:
            end = copy(more_keys.ctypes.data, more_key_ends[key], more_key_ends[key + 1], keys_at, start)
            folds[row] = 2
        else:
            shape = shapes.ctypes.data + 4 * SHAPE_FIELDS * link
            end = _write_key(buf, shape, hosts, host_ends_at, keys_at, start)
            length = end - start - (0 if shapes[link, 4] else 5)
            folds[row] = _may_fold(keys_at + start, length, dropped)
        key_ends[row + 1] = end
        first = _first_alike(rows_at, row, key_ends_at, keys_at, table_at, mask, salt)
        occurrences[row] = met[first]
        met[first] += 1
        at = text_ends[row]
        if text >= 0:
            at = copy(more_texts.ctypes.data, more_text_ends[text], more_text_ends[text + 1], texts_at, at)
        elif link >= 0 and rows[row, 1] == 1 and links[link, 6] >= 0:
            at = squeeze(buf, links[link, 6], links[link, 7], texts_at, at)
        text_ends[row + 1] = at
