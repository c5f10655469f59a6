"""Which characters of a line are not what they seem, or are not seen at all?"""

import re
import unicodedata
from collections.abc import Iterator

__all__ = ["odd_characters", "scripts_of"]

_KINDS = (
    ("nul", "\x00"),
    ("odd-line-end", "\x0b\x0c\x1c-\x1e\x85\u2028\u2029"),
    ("direction", "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"),
    ("control-character", "\x01-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f"),
    ("broken-characters", "\ufffd"),
    ("odd-space", "\xa0\u1680\u2000-\u200a\u202f\u205f\u3000"),
    (
        "unseen-character",
        "\xad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180e\u200b-\u200d\u2060-\u2065\u206a-\u206f\u3164"
        "\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff",
    ),
)
_odd = re.compile("|".join(f"([{characters}])" for _, characters in _KINDS))
_TO_NAME = {"\x00": "U+0000"}


def odd_characters(text: str, *, comment: bool = False) -> Iterator[tuple[str, str]]:
    """Each kind of odd character once: the kind of fault, and the character by name. In remarks joiners and
    spaces are language."""
    if text.isascii() and text.isprintable():
        return
    seen = set[str]()
    for match in _odd.finditer(text):
        kind = _KINDS[match.lastindex - 1][0] if match.lastindex else ""
        if kind in seen or (comment and kind in ("odd-space", "unseen-character")):
            continue
        seen.add(kind)
        yield kind, _named(match[0])
        if len(seen) == len(_KINDS):
            return


def _named(char: str) -> str:
    name = unicodedata.name(char, "").lower()
    return f"U+{ord(char):04X} {name}".rstrip()


def scripts_of(label: str) -> set[str]:
    """The scripts of the letters of a label; those that are written together count as one.

    >>> sorted(scripts_of("раypal")), scripts_of("東京タワー"), scripts_of("über")
    (['CYRILLIC', 'LATIN'], {'CJK'}, {'LATIN'})
    """
    scripts = {unicodedata.name(char, "?").split(" ")[0] for char in label if char.isalpha()}
    together = scripts & {"HIRAGANA", "KATAKANA", "CJK", "HANGUL", "BOPOMOFO", "KATAKANA-HIRAGANA"}
    return (scripts - together) | ({"CJK"} if together else set())
