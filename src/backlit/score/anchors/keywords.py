"""Which words does somebody want a target to be found for?

A user's own list says it outright. Queries of an imported search console say what people searched and
found the site with: those that are the site's name, and those that hold no commercial word, are no
keywords. Without either, a commercial phrase of the target's title or address is taken for one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from backlit.score.anchors.normal import bigrams, fold, light_stem, normalise, tokens
from backlit.score.anchors.words import words

__all__ = ["Keyword", "Keywords", "keywords_of", "stems"]

#: Keywords that are compared: the first so many.
MOST = 5_000


@dataclass(frozen=True, slots=True)
class Keyword:
    """A phrase, its stems, and how it is known."""

    text: str
    stems: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Keywords:
    """Phrases by all their stems, and by each of them."""

    exact: dict[tuple[str, ...], Keyword]
    by_stem: dict[str, tuple[Keyword, ...]]

    def __bool__(self) -> bool:
        return bool(self.exact)

    def of(self, said: Sequence[str]) -> tuple[Keyword | None, bool]:
        """The keyword that an anchor's stems equal, or of which they hold half or more; and whether equal."""
        whole = self.exact.get(tuple(sorted(set(said))))
        if whole is not None:
            return whole, True
        held = set(said)
        best, most = None, 0.0
        for stem in dict.fromkeys(said):
            for keyword in self.by_stem.get(stem, ())[:50]:
                share = sum(part in held for part in keyword.stems) / len(keyword.stems)
                if share >= 0.5 and share > most:
                    best, most = keyword, share
        return best, False


def stems(text: str) -> tuple[str, ...]:
    """The stems of what a text says, without the words that only join."""
    idle = words().stop
    found = [fold(word) for word in bigrams(tokens(normalise(text)))]
    return tuple(light_stem(word) for word in found if word not in idle)


def keywords_of(own: Iterable[str] = (), queries: Iterable[str] = ()) -> Keywords:
    """The keywords of a target: a user's own, and the commercial ones among search queries."""
    every = [(text, "you named it") for text in own]
    every += ((text, "people searched for it and found the site") for text in queries if _sells(text))
    exact: dict[tuple[str, ...], Keyword] = {}
    for text, why in every[:MOST]:
        found = stems(text)
        if found:
            exact.setdefault(tuple(sorted(set(found))), Keyword(text, found, why))
    by_stem: dict[str, list[Keyword]] = {}
    for keyword in exact.values():
        for stem in dict.fromkeys(keyword.stems):
            by_stem.setdefault(stem, []).append(keyword)
    return Keywords(exact, {stem: tuple(found) for stem, found in by_stem.items()})


def _sells(text: str) -> bool:
    lists = words()
    return any(word in lists.money or word in lists.trade for word in tokens(normalise(text)))
