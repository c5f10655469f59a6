"""What do texts share, word by word and run by run of five characters, for many of them at once?

Words that say nothing, of 32 languages, are left out. Those that remain, and the runs of characters of each
with a mark at both its ends, are counted by their hash. What is written without spaces is taken in pairs of
characters, both as words and as runs.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from backlit.score.anchors.normal import is_dense, tokens
from backlit.score.anchors.words import words
from backlit.score.relevance.background import BUCKETS, Background

__all__ = ["LIMIT", "Packed", "counted", "likenesses", "packed", "vectors_of"]

#: Characters of a text that are looked at.
LIMIT = 20_000
#: Characters of a run; five did best of three to six on pairs of pages that share tags.
RUN = 5
_MASK = BUCKETS - 1
_DENSE_FROM = 0x0E00  # scripts without spaces begin here (`anchors.normal`)

Floats = NDArray[np.float64]
Codes = NDArray[np.uint32]
Counts = NDArray[np.int32]
Ints = NDArray[np.int64]
Texts = tuple[Codes, Ints]


@dataclass(frozen=True, slots=True, eq=False)
class Packed:
    """Texts one after the other: the characters of their words, with a 0 before and after each."""

    codes: Codes
    #: int64[n + 1]: where each begins, and the last ends
    starts: Ints
    #: float64[n]: the words of each
    words: Floats


def packed(texts: Sequence[str]) -> Packed:
    """Texts, ready to be counted."""
    idle = words().idle
    kept = [[word for word in _words(text) if word not in idle] for text in texts]
    lines = ["\0" + "\0".join(each) + "\0" if each else "" for each in kept]
    starts = np.zeros(len(texts) + 1, np.int64)
    np.cumsum([len(line) for line in lines], out=starts[1:])
    codes = np.frombuffer("".join(lines).encode("utf-32-le", "replace"), np.uint32)
    return Packed(codes, starts, np.array([_length(each) for each in kept], np.float64))


def _words(text: str) -> list[str]:
    text = text[:LIMIT]
    return tokens(text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold())


def _length(kept: list[str]) -> int:
    """How many words; of what is written without spaces two characters count as one."""
    return sum(max(len(word) // 2, 1) if is_dense(word) else 1 for word in kept)


@njit(cache=True, nogil=True)
def _slot(codes: Codes, start: int, stop: int) -> int:
    """A slot for some characters (FNV-1a, folded)."""
    value = np.uint64(14695981039346656037)
    for k in range(start, stop):
        value = (value ^ np.uint64(codes[k])) * np.uint64(1099511628211)
    return int(np.int64((value ^ (value >> np.uint64(29))) & np.uint64(_MASK)))


@njit(cache=True, nogil=True)
def _add(counts: Counts, touched: Ints, n: int, place: int) -> int:
    """Count one more at a place; how many places were touched by then."""
    if counts[place] == 0:
        touched[n] = place
        n += 1
    counts[place] += 1
    return n


@njit(cache=True, nogil=True)
def _word(codes: Codes, start: int, stop: int, counts: Counts, touched: Ints, n: int) -> int:
    """Count a word and its runs; one of a script without spaces in pairs, as both."""
    dense = True
    for k in range(start, stop):
        dense = dense and codes[k] >= _DENSE_FROM
    if dense:
        for at in range(start, max(stop - 1, start + 1)):
            slot = _slot(codes, at, min(at + 2, stop))
            n = _add(counts, touched, n, slot)
            n = _add(counts, touched, n, slot + BUCKETS)
        return n
    n = _add(counts, touched, n, _slot(codes, start, stop))
    for at in range(start - 1, max(stop + 2 - RUN, start)):
        n = _add(counts, touched, n, _slot(codes, at, min(at + RUN, stop + 1)) + BUCKETS)
    return n


@njit(cache=True, nogil=True)
def _count(codes: Codes, start: int, end: int, counts: Counts, touched: Ints) -> int:
    """Count what one text holds: words in the first half of `counts`, runs in the second. How many differ."""
    n = 0
    i = start
    while i < end:
        stop = i
        while codes[stop] != 0:
            stop += 1
        if stop > i:
            n = _word(codes, i, stop, counts, touched, n)
        i = stop + 1
    return n


@njit(cache=True, nogil=True)
def _vectors(texts: Texts, rarity: Floats, counts: Counts, touched: Ints, out: Floats) -> None:
    """Lay out the unit vectors of the first text, those of words and those of runs, in one row."""
    codes, starts = texts
    n = _count(codes, starts[0], starts[1], counts, touched)
    norms = np.zeros(2)
    for k in range(n):
        place = touched[k]
        out[place] = (1.0 + np.log(counts[place])) * rarity[place]
        norms[place // BUCKETS] += out[place] ** 2
        counts[place] = 0
    for k in range(n):
        place = touched[k]
        if norms[place // BUCKETS] > 0:
            out[place] /= np.sqrt(norms[place // BUCKETS])


@njit(cache=True, nogil=True)
def _likenesses(
    texts: Texts, rarity: Floats, target: Floats, counts: Counts, touched: Ints, out: Floats
) -> None:
    """The cosines of each text with a target's vectors."""
    codes, starts = texts
    for text in range(len(starts) - 1):
        n = _count(codes, starts[text], starts[text + 1], counts, touched)
        shared, norms = np.zeros(2), np.zeros(2)
        for k in range(n):
            place = touched[k]
            weight = (1.0 + np.log(counts[place])) * rarity[place]
            shared[place // BUCKETS] += weight * target[place]
            norms[place // BUCKETS] += weight * weight
            counts[place] = 0
        for half in range(2):
            out[text, half] = shared[half] / np.sqrt(norms[half]) if norms[half] > 0 else 0.0


@njit(cache=True, nogil=True)
def _documents(texts: Texts, counts: Counts, touched: Ints, out: Counts) -> None:
    codes, starts = texts
    for text in range(len(starts) - 1):
        n = _count(codes, starts[text], starts[text + 1], counts, touched)
        for k in range(n):
            out[touched[k]] += 1
            counts[touched[k]] = 0


def _room(texts: Packed) -> tuple[Counts, Ints]:
    longest = int(np.diff(texts.starts).max(initial=0))
    return np.zeros(2 * BUCKETS, np.int32), np.empty(2 * longest + 8, np.int64)


def counted(texts: Packed) -> Counts:
    """int32[2 × BUCKETS]: in how many texts each word, and each run, is met."""
    found = np.zeros(2 * BUCKETS, np.int32)
    _documents((texts.codes, texts.starts), *_room(texts), found)
    return found


def vectors_of(text: Packed, known: Background) -> Floats:
    """float64[2 × BUCKETS]: the unit vectors of the first text, of its words and of its runs."""
    out = np.zeros(2 * BUCKETS)
    _vectors((text.codes, text.starts), known.rarity, *_room(text), out)
    return out


def likenesses(texts: Packed, known: Background, target: Floats) -> Floats:
    """float64[n, 2]: the cosines of each text with a target, by words and by runs; 0 where none is shared."""
    out = np.zeros((len(texts.starts) - 1, 2))
    _likenesses((texts.codes, texts.starts), known.rarity, target, *_room(texts), out)
    return out
