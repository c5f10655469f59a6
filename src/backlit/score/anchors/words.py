"""Which words say nothing of a site, which sell, and which stand beside a name, in 32 languages?

One file a language under `words`, five lists in each: what invites to click (generic), what only joins
(stop), what is said to buyers and seldom else (money), what is said in trade but elsewhere too (trade), and
what an organisation or its site is called beside its name (org). They are read when the first anchor is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from backlit.score.anchors.normal import fold, is_dense, normalise, tokens

__all__ = ["LANGUAGES", "Words", "mask_of", "words"]

#: Each language is one bit of a mask, in this order.
LANGUAGES = (
    *("en", "de", "fr", "es", "pt", "it", "nl", "pl", "ru", "uk", "cs", "sk", "sv", "da", "no", "fi"),
    *("hu", "ro", "tr", "el", "bg", "hr", "ja", "zh", "ko", "ar", "he", "hi", "id", "vi", "th", "fa"),
)
KINDS = ("generic", "stop", "money", "trade", "org")


@dataclass(frozen=True, slots=True)
class Words:
    """By word, in which languages it is on a list: a mask with a bit for each of LANGUAGES."""

    generic: Mapping[str, int]
    stop: Mapping[str, int]
    #: generic or stop
    idle: Mapping[str, int]
    money: Mapping[str, int]
    trade: Mapping[str, int]
    org: Mapping[str, int]
    #: runs of scripts without spaces that are on a list, and the length of the longest
    dense: frozenset[str]


@lru_cache(maxsize=1)
def words() -> Words:
    """The lists of all languages."""
    lists: dict[str, dict[str, int]] = {kind: {} for kind in KINDS}
    for bit, language in enumerate(LANGUAGES):
        for kind, found in _read(language).items():
            for word in found:
                lists[kind][word] = lists[kind].get(word, 0) | 1 << bit
    idle = dict(lists["generic"])
    for word, mask in lists["stop"].items():
        idle[word] = idle.get(word, 0) | mask
    kept = (lists["generic"], lists["stop"], idle, lists["money"], lists["trade"], lists["org"])
    return Words(*kept, frozenset(word for found in kept for word in found if is_dense(word)))


def mask_of(language: str | None) -> int:
    """The languages that count on a page: its own and English; all of them where it is not known."""
    tag = (language or "").lower().replace("_", "-").split("-")[0]
    return 1 << LANGUAGES.index(tag) | 1 if tag in LANGUAGES else -1


def _read(language: str) -> dict[str, set[str]]:
    """The lists of one language, with and without diacritics: many people leave them out."""
    text = (files("backlit.score.anchors") / "words" / f"{language}.txt").read_text("utf-8")
    found: dict[str, set[str]] = {}
    for line in text.splitlines():
        kind, _, rest = line.partition(": ")
        if kind in KINDS:
            read = {word for entry in rest.split() for word in tokens(normalise(entry))}
            found[kind] = read | {_plain(word) for word in read}
    return found


def _plain(word: str) -> str:
    """Without diacritics, of Latin letters only: a transliteration is another word."""
    plain = fold(word)
    return plain if len(plain) == len(word) and not word.isascii() and word[0] < "\u0250" else word
