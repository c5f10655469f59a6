"""Which different anchors are spellings of the same words?

Three ways, each linear in the number of texts, whatever they hold: the same words in any order, without
joining words and plurals; one letter put in, left out or exchanged in more than five (`SymSpell`: two such
texts share what is left when a letter is taken out of each); and sets of words of which nine tenths, in
letters, are the same. What differs in a digit is another thing: `iPhone 6` is not `iPhone 7`.
"""

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from backlit.score.anchors.brand import is_one_edit
from backlit.score.anchors.normal import bigrams, fold, light_stem, normalise, tokens
from backlit.score.anchors.words import words

__all__ = ["group_key", "variation_groups"]

#: Letters from which one of them is a slip, and up to which texts are compared letter by letter.
EDIT_FROM, EDIT_TO = 6, 40
#: Words of the sets that are compared, and the share of letters that two have in common.
MOST_WORDS, ALIKE = 10, 0.9

Ints = NDArray[np.int64]


def group_key(text: str) -> str:
    """The words of an anchor in one order, without joining words, plurals, diacritics; "" where it has none.

    >>> group_key("The best Tea-Shops") == group_key("tea shop, best")
    True
    """
    stop = words().stop
    found = bigrams(tokens(normalise(text)))
    says = [word for word in found if word not in stop] or found
    return " ".join(sorted({light_stem(fold(word)) for word in says}))


def variation_groups(texts: Sequence[str]) -> Ints:
    """For each text the place of the first one that is a spelling of the same words: int64[n].

    Texts without words are the same only when they are equal.
    """
    first_of: dict[str, int] = {}
    own = np.empty(len(texts), np.int64)
    for at, text in enumerate(texts):
        own[at] = first_of.setdefault(group_key(text) or f"\0{text}", at)
    keys = [key for key in first_of if not key.startswith("\0")]
    roots = _Roots(len(keys))
    for a, b in _candidates(keys, _edits):
        if _digits(keys[a]) == _digits(keys[b]) and is_one_edit(_squeezed(keys[a]), _squeezed(keys[b])):
            roots.join(a, b)
    for a, b in _candidates(keys, _subsets):
        if _are_alike(keys[a], keys[b]):
            roots.join(a, b)
    places = {first_of[key]: first_of[keys[roots.root(n)]] for n, key in enumerate(keys)}
    return np.array([places.get(place, place) for place in own.tolist()], np.int64)


def _squeezed(key: str) -> str:
    return key.replace(" ", "")


def _digits(key: str) -> str:
    return "".join(filter(str.isdigit, key))


def _edits(key: str) -> Iterator[str]:
    """A text and what is left of it when each of its letters is taken out."""
    text = _squeezed(key)
    if EDIT_FROM <= len(text) <= EDIT_TO:
        yield text
        yield from (text[:at] + text[at + 1 :] for at in range(len(text)))


def _subsets(key: str) -> Iterator[str]:
    """A set of three words or more, and what is left of it when each is taken out."""
    found = key.split(" ")
    if 3 <= len(found) <= MOST_WORDS:
        yield key
        yield from (" ".join((*found[:at], *found[at + 1 :])) for at in range(len(found)))


def _are_alike(a: str, b: str) -> bool:
    left, right = set(a.split(" ")), set(b.split(" "))
    if {word for word in left ^ right if any(map(str.isdigit, word))}:
        return False
    shared = sum(map(len, left & right))
    return 2 * shared >= ALIKE * (sum(map(len, left)) + sum(map(len, right)))


def _candidates(keys: Sequence[str], parts: Callable[[str], Iterable[str]]) -> Iterator[tuple[int, int]]:
    """Pairs of keys that share a part, by hashes in columns: of many that share one, each with the first of
    them and with the one before, so that the number of pairs is at most twice that of the parts."""
    hashes, owners = array("q"), array("q")
    for owner, key in enumerate(keys):
        for part in parts(key):
            hashes.append(hash(part))
            owners.append(owner)
    if not hashes:
        return
    marks, who = np.frombuffer(hashes, np.int64), np.frombuffer(owners, np.int64)
    order = np.lexsort((who, marks))
    marks, who = marks[order], who[order]
    starts = np.flatnonzero(np.diff(marks, prepend=marks[0] - 1))
    first = who[np.repeat(starts, np.diff(starts, append=len(marks)))]
    before = np.roll(who, 1)
    before[starts] = who[starts]
    pairs = np.concatenate((np.stack((first, who), 1), np.stack((before, who), 1)))
    pairs = np.unique(pairs[pairs[:, 0] != pairs[:, 1]], axis=0)
    yield from map(tuple, pairs.tolist())


class _Roots:
    """Sets of numbers that are joined; each is known by its smallest."""

    def __init__(self, size: int) -> None:
        self._up = list(range(size))

    def root(self, of: int) -> int:
        while self._up[of] != of:
            self._up[of] = self._up[self._up[of]]
            of = self._up[of]
        return of

    def join(self, a: int, b: int) -> None:
        a, b = self.root(a), self.root(b)
        self._up[max(a, b)] = min(a, b)
