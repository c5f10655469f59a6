"""How is an address shown in the letters of its language, where that cannot pass for another address?

Punycode and percent codes are for machines: `xn--grtnerblog-q5a.example/%C3%A4` is `gärtnerblog.example/ä`. A
label of a host is spelled out only where its letters are of one script and do not all look like Latin ones
(Unicode TS 39 on mixed-script and whole-script confusables); otherwise it stays as it was sent. What links
and files hold is never changed by this.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

import ada_url

from backlit.report.text import visible

__all__ = ["called", "named", "readable"]

#: Scripts that one word mixes by its nature (TS 39, "highly restrictive").
_TOGETHER = (
    {"LATIN"},
    {"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "IDEOGRAPHIC"},
    {"CJK", "BOPOMOFO"},
    {"CJK", "HANGUL"},
)
#: Letters of other scripts that pass for Latin ones.
_LIKE_LATIN = frozenset("асԁеһіјӏорԛѕԝхуьѵѡгпкмтнвбοναικρτυχωγηѐёїԍꮓօսցհոⲟⲣⲥ")
#: Latin letters that pass for others beside those that are an ASCII letter with marks.
_PLAIN_LATIN = frozenset("ßæœøłđðþħ")
_LABEL = re.compile(r"xn--[a-z0-9-]+", re.IGNORECASE)
_CODED = re.compile(r"(?:%[89A-Fa-f][0-9A-Fa-f])+")
_ADDRESS = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*://)?(?P<host>[^/?#]*)(?P<rest>.*)", re.DOTALL)


def readable(address: str | None) -> str:
    """A URL, a host or a path in its own letters where that is safe, else as it stands."""
    if not address or not ("%" in address or "xn--" in address.lower()):
        return address or ""
    found = _ADDRESS.fullmatch(address)
    assert found is not None
    host = found["host"] if "@" in found["host"] else _LABEL.sub(_spelled, found["host"])
    return (found["scheme"] or "") + host + _CODED.sub(_decoded, found["rest"])


def called(target: str) -> str:
    """What headings and sentences call a target: its own letters, and nothing that hides or moves."""
    return visible(readable(target))


def named(url: str, domain: str) -> Sequence[str]:
    """A URL without its scheme in three parts: before its domain, the domain, and after it."""
    shown, name = readable(url).partition("://")[2] or readable(url), readable(domain)
    host, slash, rest = shown.partition("/")
    before, found, port = host.rpartition(name)
    return (before, found, port + slash + rest) if found else ("", "", shown)


def _spelled(label: re.Match[str]) -> str:
    return _label(label[0])


@lru_cache(10_000)
def _label(label: str) -> str:
    spelled = ada_url.idna_to_unicode(label.lower().encode())
    return spelled if spelled and _is_safe(spelled) else label


def _is_safe(label: str) -> bool:
    letters = [char for char in label if not (char.isascii() and (char.isdigit() or char == "-"))]
    if any(unicodedata.category(char) not in {"Ll", "Lo", "Lm", "Mn", "Mc"} for char in letters):
        return False
    scripts = {unicodedata.name(char, "?").split()[0] for char in letters} - {"COMBINING"}
    if scripts == {"LATIN"}:
        return all(map(_is_plain_latin, letters))
    one_word = len(scripts) == 1 or any(scripts <= allowed for allowed in _TOGETHER)
    return one_word and not all(char in _LIKE_LATIN for char in letters)


def _is_plain_latin(char: str) -> bool:
    return char in _PLAIN_LATIN or unicodedata.normalize("NFD", char)[0] in "abcdefghijklmnopqrstuvwxyz"


def _decoded(coded: re.Match[str]) -> str:
    try:
        spelled = bytes.fromhex(coded[0].replace("%", "")).decode()
    except UnicodeDecodeError:
        return coded[0]
    plain = spelled.isprintable() and visible(spelled) == spelled
    return spelled if plain and not any(char.isspace() for char in spelled) else coded[0]
