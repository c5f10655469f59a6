"""When are two anchors the same words?

Compatibility forms, entities, characters that nobody sees, case, and the quotes, dots and arrows around
the words count for nothing. Digits do, and so do diacritics, until `fold` takes them off to compare with
what stands in a URL.
"""

import html
import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files

__all__ = [
    "LIMIT",
    "bigrams",
    "fold",
    "fold_german",
    "is_dense",
    "length",
    "light_stem",
    "normalise",
    "romanised",
    "tokens",
]

#: Characters of an anchor that are looked at; what comes after decides nothing.
LIMIT = 500

_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\U000e0000-\U000e0fff]"
)
#: Scripts written without spaces between words: kana, Han, Thai, Lao, Khmer, Burmese.
_DENSE = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005\u3007\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
#: Vowel signs and points, which the regular expressions of Python count as no part of a word.
_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963"
    "\u0981-\u0983\u09bc-\u09cd\u0a01-\u0a03\u0a3c-\u0a4d\u0a81-\u0a83\u0abc-\u0acd\u0b01-\u0b03\u0b3c-\u0b4d"
    "\u0b82\u0bbe-\u0bcd\u0c00-\u0c03\u0c3e-\u0c4d\u0c81-\u0c83\u0cbc-\u0ccd\u0d00-\u0d03\u0d3e-\u0d4d"
)
_WORD = re.compile(f"[{_DENSE}]+|(?:[^\\W_{_DENSE}]|[{_MARKS}])+")
_ASCII_WORD = re.compile("[a-z0-9]+")
_is_dense = re.compile(f"[{_DENSE}]").match
_EDGE_ASCII = " \t\n\r\x0b\x0c!\"$%&'()*,-./:;<=>?@[\\]^_`{|}~"
_SPACE = re.compile(r"\s+")


@lru_cache(maxsize=1)
def _edge() -> str:
    """What is taken off both ends: punctuation, symbols and spaces of the basic plane."""
    found = (chr(code) for code in range(0x80, 0x10000))
    return _EDGE_ASCII + "".join(c for c in found if unicodedata.category(c)[0] in "PSZ")


def normalise(text: str) -> str:
    """The words of an anchor as they are compared; "" where there are none.

    >>> normalise(" »Read\\u00a0More… »")
    'read more'
    """
    text = text[:LIMIT]
    if "&" in text:
        text = html.unescape(text)
    if text.isascii():
        text = _SPACE.sub(" ", text) if "  " in text or not text.isprintable() else text
        if not text.isprintable():
            text = _INVISIBLE.sub("", text)
        return text.lower().lstrip(_EDGE_ASCII + "#+").rstrip(_EDGE_ASCII)
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    text = unicodedata.normalize("NFC", _SPACE.sub(" ", text).casefold())
    edge = _edge()
    return text.lstrip(edge + "#+").rstrip(edge).lstrip(edge)


def tokens(norm: str) -> list[str]:
    """The words of a normalised text; what is written without spaces is one word a run."""
    return _ASCII_WORD.findall(norm) if norm.isascii() else _WORD.findall(norm)


def is_dense(token: str) -> bool:
    """Whether a word is a run of a script without spaces."""
    return _is_dense(token) is not None


def length(norm: str) -> int:
    """How many words a text has, by its spaces; two characters of a script without any are one.

    >>> length("d'un e-mail"), length("– 你好世界 –")
    (2, 2)
    """
    if norm.isascii():
        return sum(any(map(str.isalnum, word)) for word in norm.split())
    return sum(map(_length, norm.split()))


def _length(piece: str) -> int:
    """Of what stands between two spaces."""
    found = _WORD.findall(piece)
    dense = [word for word in found if is_dense(word)]
    return sum((len(word) + 1) // 2 for word in dense) + (len(dense) < len(found))


def bigrams(words: Sequence[str]) -> list[str]:
    """The words with every run of a script without spaces as its pairs of characters."""
    found: list[str] = []
    for word in words:
        if word.isascii() or not is_dense(word) or len(word) < 3:
            found.append(word)
        else:
            found += (word[at : at + 2] for at in range(len(word) - 1))
    return found


_LATIN = str.maketrans(
    {
        **dict(zip("ßæœøłđðıħŧŋ", ("ss", "ae", "oe", "o", "l", "d", "d", "i", "h", "t", "n"), strict=True)),
        "þ": "th",
        "ς": "s",
    }
)
#: Letters of other alphabets and the Latin ones that addresses put for them.
_ALPHABETS = (
    "а:a б:b в:v г:g д:d е:e ё:e ж:zh з:z и:i й:y к:k л:l м:m н:n о:o п:p р:r с:s т:t у:u ф:f х:kh ц:ts ч:ch "
    "ш:sh щ:shch ъ: ы:y ь: э:e ю:yu я:ya і:i ї:i є:e ґ:g ў:u љ:lj њ:nj ђ:dj ћ:c џ:dz ј:j ѓ:gj ќ:kj ѕ:dz "
    "α:a β:v γ:g δ:d ε:e ζ:z η:i θ:th ι:i κ:k λ:l μ:m ν:n ξ:x ο:o π:p ρ:r σ:s ς:s τ:t υ:y φ:f χ:ch ψ:ps ω:o"
)
_ROMAN = str.maketrans({pair[0]: pair[2:] for pair in _ALPHABETS.split(" ")})
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})


@lru_cache(maxsize=1 << 16)
def fold(text: str) -> str:
    """A normalised text in Latin letters without diacritics, as addresses are spelt.

    >>> fold("señor łódź лента")
    'senor lodz lenta'
    """
    if text.isascii():
        return text
    text = unicodedata.normalize("NFC", text).translate(_LATIN)
    text = unicodedata.normalize("NFC", text.translate(_ROMAN))
    split = unicodedata.normalize("NFKD", text).translate(_ROMAN)
    return "".join(c for c in split if not unicodedata.combining(c))


def fold_german(text: str) -> str:
    """The same with ä as ae, which German and Nordic addresses prefer."""
    return text if text.isascii() else fold(text.translate(_GERMAN))


@lru_cache(maxsize=1)
def _readings() -> Mapping[int, str]:
    """How Chinese characters are read."""
    lines = (files("backlit.score.anchors") / "pinyin.txt").read_text("utf-8").splitlines()
    parted = (line.partition(" ") for line in lines if not line.startswith("#"))
    return {ord(character): syllable for syllable, _, found in parted for character in found}


def romanised(text: str) -> str:
    """A text with Chinese characters as they are read, where all of them are known; else "".

    >>> romanised("知乎")
    'zhihu'
    """
    if text.isascii() or not is_dense(text):
        return ""
    read = text.translate(_readings())
    return read if read.isascii() else ""


def light_stem(word: str) -> str:
    """A word without what a plural adds in most languages of Latin letters; only keys are made of it."""
    if len(word) > 4 and word.endswith("es"):
        return word[:-2]
    return word[:-1] if len(word) > 3 and word[-1] in "se" and not word.endswith("ss") else word
