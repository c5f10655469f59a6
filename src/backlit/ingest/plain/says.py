"""What does one element of a plain page say of where it stands? As `surroundings.element_says` tells it.

The words of class, id, role and tag are looked up where they stand in the page, compiled. What takes more
than letters of ASCII is left to the function that judges the elements of any page.
"""

import numpy as np

from backlit.ingest.kernels import Floats, Ints, byte_at, kernel, number_at, put_number
from backlit.ingest.placement.tokens import TOKEN_LIMIT, weights
from backlit.ingest.plain.attributes import MARKS, mark
from backlit.ingest.plain.layout import CLASS_OF, PIECES, PIECES_ROOM, field
from backlit.ingest.plain.names import CLASS, NAMES, UNKNOWN, table_of
from backlit.ingest.plain.stack import is_blank
from backlit.ingest.surroundings import RANKED, RANKS, REMARKS, ROLES, TAGS
from backlit.model import Placement

__all__ = ["ODD", "is_simple", "says"]

#: What is said of the part of the page by an element that the kernels do not judge.
ODD = -1
#: Characters of class and id up to which names are judged here: those that are weighed at all.
_CLASS_LIMIT, _ID_LIMIT = 400, 100
#: The ranks of a word that names no part of the page, and of one that only remarks on it.
_NO_RANK, _REMARK = len(RANKED), len(RANKED) + 1
_LIMIT, _ROOM, _ROLE_ROOM = TOKEN_LIMIT, 1 << 14, 1 << 10
_SEEN_ROOM = PIECES_ROOM

_PATH, _NEAR = weights().path, weights().near


def _weighed(names: list[str], before: str) -> Floats:
    """The weights of tokens, a row for each: on the whole path, and near the link."""
    tokens = [before + name for name in names]
    return np.array([(_PATH.get(token, 0.0), _NEAR.get(token, 0.0)) for token in tokens], np.float64)


def _after(mark: str) -> set[str]:
    return {token[1:] for token in (*_PATH, *_NEAR) if token.startswith(mark)}


def _parts(names: list[str], known: dict[str, Placement]) -> Ints:
    return np.array([known.get(name, 0) for name in names], np.int32)


_WORDS = sorted(_after(".") | set(RANKS) | REMARKS)
_WORD_WEIGHTS = _weighed(_WORDS, ".")
_WORD_RANKS = np.array([_REMARK if w in REMARKS else RANKS.get(w, _NO_RANK) for w in _WORDS], np.int32)
_SLOTS, _ROWS = table_of([word.encode() for word in _WORDS], _ROOM, 24)
_RANKED_PARTS = np.array([*RANKED, 0, 0], np.int32)

_SPOKEN = sorted((_after("@") | set(ROLES)) - {""})
_ROLE_WEIGHTS = _weighed(_SPOKEN, "@")
_ROLE_PARTS = _parts(_SPOKEN, ROLES)
_ROLE_SLOTS, _ROLE_ROWS = table_of([role.encode() for role in _SPOKEN], _ROLE_ROOM, 24)

_TAG_WEIGHTS = _weighed([name.replace("#", "-") for name in NAMES], "")
_TAG_PARTS = _parts(list(NAMES), TAGS)
_HTML, _BODY, _UNKNOWN = CLASS["html"], CLASS["body"], UNKNOWN
_CONTENT, _SIDEBAR = int(Placement.CONTENT), int(Placement.SIDEBAR)


@kernel
def is_simple(buf: int, start: int, end: int) -> bool:
    """Whether a value is what it is written as: nothing to decode, and no blanks but those of HTML."""
    for i in range(start, end):
        c = byte_at(buf, i)
        if c >= 128 or c == 38 or (c < 32 and not is_blank(c)):
            return False
    return True


@kernel
def _is_letter(c: int) -> bool:
    return 97 <= (c | 32) <= 122


@kernel
def _word(buf: int, start: int, end: int) -> int:
    """The row of the word that the letters there make, in any case; -1 where it is not known."""
    code = length = 0
    for i in range(start, end):
        c = byte_at(buf, i) | 32
        if 97 <= c <= 122:
            code, length = (code * 31 + c) & 0xFFFFFF, length + 1
    place = code % _ROOM
    while _SLOTS[place]:
        row = int(_SLOTS[place]) - 1
        if _ROWS[row, 0] == length:
            k, i = 0, start
            while i < end and k < length:
                c = byte_at(buf, i) | 32
                if 97 <= c <= 122:
                    if c != _ROWS[row, 1 + k]:
                        break
                    k += 1
                i += 1
            if k == length:
                return row
        place = (place + 1) % _ROOM
    return -1


@kernel
def _add(m: int, seen: int, row: int) -> int:
    """Note a word that is weighed, once; how many there are, -1 for too many."""
    if seen < 0 or (_WORD_WEIGHTS[row, 0] == 0.0 and _WORD_WEIGHTS[row, 1] == 0.0):
        return seen
    for k in range(seen):
        if number_at(m, PIECES + k) == row:
            return seen
    if seen >= _SEEN_ROOM:
        return -1
    put_number(m, PIECES + seen, row)
    return seen + 1


@kernel
def _name(m: int, buf: int, start: int, end: int, rank: int, seen: int) -> tuple[int, int]:
    """Take one class name or id: the best rank so far, and how many words are weighed.

    Words that are weighed begin at every capital after a small letter; in those that are ranked the last of
    several capitals belongs to what follows.
    """
    best, words, is_remark = _NO_RANK, 0, False
    begin = said = -1
    before = 0
    for i in range(start, end + 1):
        c = byte_at(buf, i) if i < end else 0
        is_lower, is_upper = 97 <= c <= 122, 65 <= c <= 90
        cut = i
        if is_lower and said >= 0 and 65 <= before <= 90:
            cut = i - 1
        ends = said >= 0 and (not (is_lower or is_upper) or (is_upper and 97 <= before <= 122))
        if ends or (said >= 0 and cut == i - 1 and cut > said):
            row = _word(buf, said, cut)
            found = _WORD_RANKS[row] if row >= 0 else _NO_RANK
            is_remark |= words == 0 and found == _REMARK
            best = min(best, found) if found != _REMARK else best
            words += 1
            if ends and i - begin > 1:
                if begin != said or i - begin > _LIMIT:
                    row = _word(buf, begin, min(i, begin + _LIMIT))
                seen = _add(m, seen, row) if row >= 0 else seen
            said = cut
        if ends:
            begin = said = -1
        if begin < 0 and (is_lower or is_upper):
            begin = said = i
        before = c
    if words > 1 and not is_remark:
        row = _word(buf, start, end)
        found = _WORD_RANKS[row] if row >= 0 else _NO_RANK
        best = min(best, found) if found != _REMARK else best
    return rank if is_remark else min(rank, best), seen


@kernel
def _names(m: int, buf: int, start: int, end: int, rank: int, seen: int) -> tuple[int, int]:
    i = start
    while i < end:
        stop = i
        while stop < end and not is_blank(byte_at(buf, stop)):
            stop += 1
        if stop > i:
            rank, seen = _name(m, buf, i, stop, rank, seen)
        i = stop + 1
    return rank, seen


@kernel
def _role(buf: int, start: int, end: int) -> int:
    """The row of a role; -1 where it is not known."""
    while start < end and is_blank(byte_at(buf, start)):
        start += 1
    while end > start and is_blank(byte_at(buf, end - 1)):
        end -= 1
    code, length = 0, end - start
    for i in range(start, end):
        c = byte_at(buf, i)
        code = (code * 31 + (c | 32 if 65 <= c <= 90 else c)) & 0xFFFFFF
    place = code % _ROLE_ROOM
    while _ROLE_SLOTS[place]:
        row = int(_ROLE_SLOTS[place]) - 1
        if _ROLE_ROWS[row, 0] == length:
            k = 0
            while k < length:
                c = byte_at(buf, start + k)
                if (c | 32 if 65 <= c <= 90 else c) != _ROLE_ROWS[row, 1 + k]:
                    break
                k += 1
            if k == length:
                return row
        place = (place + 1) % _ROLE_ROOM
    return -1


@kernel
def says(m: int, buf: int, node: int) -> tuple[int, float, float]:
    """The part of the page that an element names, 0 for none, and its weights; ODD where it is not judged.

    What `mark` found of it is there afterwards.
    """
    mark(m, buf, node)
    kind = field(m, node, CLASS_OF)
    first, end = number_at(m, MARKS), number_at(m, MARKS + 1)
    id_first, id_end = number_at(m, MARKS + 2), number_at(m, MARKS + 3)
    role_first, role_end = number_at(m, MARKS + 4), number_at(m, MARKS + 5)
    too_long = end - first > _CLASS_LIMIT or id_end - id_first > _ID_LIMIT or role_end - role_first > _LIMIT
    if kind == _UNKNOWN or too_long:
        return ODD, 0.0, 0.0
    if not (
        is_simple(buf, first, end)
        and is_simple(buf, id_first, id_end)
        and is_simple(buf, role_first, role_end)
    ):
        return ODD, 0.0, 0.0
    rank, seen = _names(m, buf, first, end, _NO_RANK, 0)
    rank, seen = _names(m, buf, id_first, id_end, rank, seen)
    if seen < 0:
        return ODD, 0.0, 0.0
    path, near = _TAG_WEIGHTS[kind, 0], _TAG_WEIGHTS[kind, 1]
    for k in range(seen):
        row = number_at(m, PIECES + k)
        path, near = path + _WORD_WEIGHTS[row, 0], near + _WORD_WEIGHTS[row, 1]
    part = 0
    role = _role(buf, role_first, role_end) if role_end > role_first else -1
    if role >= 0:
        path, near = path + _ROLE_WEIGHTS[role, 0], near + _ROLE_WEIGHTS[role, 1]
        part = int(_ROLE_PARTS[role])
    if kind in (_HTML, _BODY):  # their classes name the site's layout, not a part of the page
        return 0, path, near
    part = part if part else int(_TAG_PARTS[kind])
    if part in (0, _SIDEBAR):
        named = int(_RANKED_PARTS[rank])
        part = part if part and named in (0, _CONTENT) else named
    return part, path, near
