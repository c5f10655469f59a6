"""Which words does somebody want a target to be found for?

A user's own list says it outright. Queries of an imported search console say what people searched and
found the site with: those that are the site's name, and those that hold no commercial word, are no
keywords. Without either, a commercial phrase of the target's title or address is taken for one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from backlit.score.anchors.normal import bigrams, fold, light_stem, normalise, tokens
from backlit.score.anchors.words import words

__all__ = ["Keyword", "Keywords", "keywords_of", "stems", "stems_of"]

#: Keywords that are compared: the first so many.
MOST = 5_000
#: Domains that have to use a commercial phrase before it is taken for a keyword; anchors that are looked at.
LEAST_DOMAINS, _LOOKED_AT = 3, 20_000
_PHRASE = 5


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
    return stems_of(tokens(normalise(text)))


def stems_of(found: Sequence[str]) -> tuple[str, ...]:
    """The same of words."""
    stop = words().stop
    plain = found if all(map(str.isascii, found)) else [fold(word) for word in bigrams(found)]
    return tuple(light_stem(word) for word in plain if word not in stop)


def keywords_of(
    own: Iterable[str] = (), queries: Iterable[str] = (), anchors: Mapping[str, int] | None = None
) -> Keywords:
    """The keywords of a target: a user's own, the commercial ones among search queries, and commercial
    phrases that several domains use as anchors, which are given with their number."""
    every = [(text, "you named it") for text in own]
    every += ((text, "people searched for it and found the site") for text in queries if _sells(text))
    ranked = sorted((anchors or {}).items(), key=lambda item: (-item[1], item[0]))[:_LOOKED_AT]
    every += [
        (text, f"{domains} domains link with these words of trade")
        for text, domains in ranked
        if domains >= LEAST_DOMAINS and _is_phrase(text)
    ]
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


def _is_phrase(text: str) -> bool:
    """Whether a text is a phrase that people search for: two to five words that say something, of trade."""
    return _sells(text) and 2 <= len(stems(text)) <= _PHRASE and len(tokens(normalise(text))) <= _PHRASE + 1


def _sells(text: str) -> bool:
    lists = words()
    return any(word in lists.money or word in lists.trade for word in tokens(normalise(text)))
