"""What do the words on the pages mean? The entries of the glossary, as HTML of our own."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from markupsafe import Markup, escape

__all__ = ["Word", "glossary"]

_ENTRY = re.compile(r"^\*\*(?P<word>.+?)\*\*(?P<internal> \(\*internal\*\))?: (?P<meaning>.+)$", re.MULTILINE)
_CODE, _STRESS = re.compile(r"`(.+?)`"), re.compile(r"\*(.+?)\*")


@dataclass(frozen=True, slots=True)
class Word:
    """A word with its meaning, and the fragment by which pages link to it."""

    name: str
    anchor: str
    meaning: Markup


@cache
def glossary() -> Sequence[Word]:
    """The words that people meet, in the order of the alphabet; the internal ones stay out."""
    text = (files("backlit.web") / "glossary.md").read_text(encoding="utf-8")
    return [
        Word(found["word"], found["word"].lower().replace(" ", "-"), _html(found["meaning"]))
        for found in _ENTRY.finditer(text)
        if not found["internal"]
    ]


def _html(markdown: str) -> Markup:
    """The two marks that the glossary uses; everything else is text."""
    html = _CODE.sub(r"<code>\1</code>", str(escape(markdown)))
    return Markup(_STRESS.sub(r"<em>\1</em>", html))  # noqa: S704 - our own sentences, escaped above
