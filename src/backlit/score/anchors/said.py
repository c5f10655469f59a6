"""What does an anchor say, taken apart into words, and what is each of them?"""

import re
import unicodedata
from collections.abc import Container
from dataclasses import dataclass

from backlit.score.anchors.normal import fold, is_dense, length, normalise, romanised, tokens
from backlit.score.anchors.words import LANGUAGES, Words, words

__all__ = ["Said", "scripts_of_host", "scripts_of_language", "scripts_of_text", "take_apart"]

_ALL = (1 << len(LANGUAGES)) - 1
#: Characters below which a text cannot have more words than a phrase.
_SHORT = 16
#: Characters of a run without spaces that are cut into words; what follows stays in one piece.
_CUT = 60


@dataclass(frozen=True, slots=True)
class Said:
    """The words of an anchor in order, with what the lists say of each."""

    norm: str
    #: as they are written, runs without spaces whole
    plain: list[str]
    #: runs without spaces cut into words
    words: list[str]
    folded: list[str]
    #: on the lists of words that say nothing, in any language
    idle: list[bool]
    #: languages in which all words say nothing, as a mask
    idle_in: int
    #: how many words it has, two characters without spaces taken for one
    length: int

    def content(self) -> list[str]:
        """The words that say something, folded."""
        return [word for word, is_idle in zip(self.folded, self.idle, strict=True) if not is_idle]


def take_apart(text: str, names: Container[str]) -> Said:
    """An anchor in words; runs without spaces are cut at what is on a list or among `names`."""
    norm = normalise(text)
    lists = words()
    plain = found = tokens(norm)
    is_ascii = norm.isascii()
    if not is_ascii:
        found = [
            piece for word in plain for piece in (_cut(word, lists, names) if is_dense(word) else (word,))
        ]
    idle: list[bool] = []
    mask, known = _ALL, lists.idle.get
    for word in found:
        here = known(word, 0) or (_ALL if word.isdecimal() else 0)
        idle.append(here != 0)
        mask &= here
    folded = found if is_ascii else [_spelt(word, names) for word in found]
    return Said(norm, plain, found, folded, idle, mask, length(norm) if len(norm) > _SHORT else 1)


def _spelt(word: str, names: Container[str]) -> str:
    """A word as an address spells it; Chinese is read aloud where that makes a name."""
    read = romanised(word)
    return read if read and read in names else fold(word) or word


def _cut(run: str, lists: Words, names: Container[str]) -> list[str]:
    """A run without spaces as the longest known words in turn, and what lies between them."""
    if run in names or run in lists.dense:
        return [run]
    found: list[str] = []
    at = start = 0
    while at < min(len(run), _CUT):
        end = next(
            (e for e in range(min(len(run), at + 12), at, -1) if _is_known(run[at:e], lists, names)), 0
        )
        if not end:
            at += 1
            continue
        if start < at:
            found.append(run[start:at])
        found.append(run[at:end])
        at = start = end
    return [*found, run[start:]] if start < len(run) else found


def _is_known(piece: str, lists: Words, names: Container[str]) -> bool:
    return piece in lists.dense or piece in names or (len(piece) > 1 and romanised(piece) in names)


_RANGES = (
    ("Cyrillic", re.compile("[\u0400-\u052f]")),
    ("Greek", re.compile("[\u0370-\u03ff\u1f00-\u1fff]")),
    ("Han", re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")),
    ("Kana", re.compile("[\u3040-\u30ff]")),
    ("Hangul", re.compile("[\u1100-\u11ff\uac00-\ud7af]")),
    ("Arabic", re.compile("[\u0600-\u06ff\u0750-\u077f]")),
    ("Hebrew", re.compile("[\u0590-\u05ff]")),
    ("Devanagari", re.compile("[\u0900-\u097f]")),
    ("Thai", re.compile("[\u0e00-\u0e7f]")),
    ("Armenian", re.compile("[\u0530-\u058f]")),
    ("Georgian", re.compile("[\u10a0-\u10ff]")),
    ("Bengali", re.compile("[\u0980-\u09ff]")),
    ("Tamil", re.compile("[\u0b80-\u0bff]")),
)
_SCRIPTS = {
    **dict.fromkeys(("ru", "uk", "bg", "be", "mk", "kk", "ky", "mn", "tg", "sr"), ("Cyrillic",)),
    **dict.fromkeys(("ar", "fa", "ur", "ps", "ckb"), ("Arabic",)),
    **dict.fromkeys(("he", "iw", "yi"), ("Hebrew",)),
    **dict.fromkeys(("hi", "mr", "ne", "sa"), ("Devanagari",)),
    "ja": ("Han", "Kana"),
    "zh": ("Han",),
    "cn": ("Han",),
    "ko": ("Hangul", "Han"),
    "el": ("Greek",),
    "th": ("Thai",),
    "hy": ("Armenian",),
    "ka": ("Georgian",),
    "bn": ("Bengali",),
    "ta": ("Tamil",),
}
_COUNTRIES = {
    **dict.fromkeys(("ru", "su", "ua", "by", "bg", "kz", "mk", "rs", "mn", "kg"), ("Cyrillic",)),
    **dict.fromkeys(("cn", "tw", "hk", "mo", "sg"), ("Han",)),
    **dict.fromkeys(("ir", "sa", "ae", "eg", "iq", "sy", "jo", "ma", "dz", "tn", "pk"), ("Arabic",)),
    "jp": ("Han", "Kana"),
    "kr": ("Hangul", "Han"),
    "gr": ("Greek",),
    "cy": ("Greek",),
    "il": ("Hebrew",),
    "th": ("Thai",),
    "in": ("Devanagari", "Bengali", "Tamil"),
    "ge": ("Georgian",),
    "am": ("Armenian",),
}


def scripts_of_text(text: str) -> frozenset[str]:
    """The scripts of a text beside the Latin one, which is at home everywhere; "other" for rare ones."""
    if text.isascii():
        return frozenset()
    found = frozenset(name for name, of in _RANGES if of.search(text))
    if found:
        return found
    odd = any(c.isalpha() and "LATIN" not in unicodedata.name(c, "LATIN") for c in text if c > "\u024f")
    return frozenset(("other",)) if odd else found


def scripts_of_language(tag: str | None) -> frozenset[str] | None:
    """The scripts of a language beside the Latin one; None where the language is not known."""
    if not tag:
        return None
    return frozenset(_SCRIPTS.get(tag.lower().replace("_", "-").split("-")[0], ()))


def scripts_of_host(host: str) -> frozenset[str]:
    """The scripts that a host's country writes in, beside the Latin one."""
    return frozenset(_COUNTRIES.get(host.rpartition(".")[2], ()))
