"""Which words of a page's markup speak for main content, and how loudly?

The tags, roles, class and id words of a link's ancestors, the words of the heading above it, of its
address, of its own text and of the text beside it each carry a weight; their sums are what the
placement models start from.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import fsum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "ADDRESS_LIMIT",
    "ADDRESS_WORDS",
    "MODEL",
    "NEAR",
    "TOKEN_LIMIT",
    "Arrays",
    "Weights",
    "address_words",
    "anchor_words",
    "element_tokens",
    "heading_words",
    "side_words",
    "weigh",
    "weights",
]

Arrays = Mapping[str, NDArray[np.generic]]

MODEL = Path(__file__).with_name("model.npz")
#: So many elements, the link itself first, are near it and weighed once more by themselves.
NEAR = 3

#: Characters of an address that are read, of a link's text, and of the text on each side of it.
ADDRESS_LIMIT, ANCHOR_LIMIT, SIDE_LIMIT = 300, 80, 40
#: Words of an address that are weighed.
ADDRESS_WORDS = 10

#: Characters of a token of an element.
TOKEN_LIMIT = 24

_class_words = re.compile(r"[a-z]+|[^\W\d_a-z]+").findall
_text_words = re.compile(r"[^\W\d_]+").findall
_camel = re.compile(r"(?<=[a-z])(?=[A-Z])").sub


@lru_cache(maxsize=1 << 15)
def element_tokens(tag: str, classes: str, element_id: str, role: str) -> tuple[str, ...]:
    """The tokens of one element.

    >>> element_tokens("div", "entryContent col-2", "", "Main")
    ('.col', '.content', '.entry', '@main', 'div')
    """
    tokens = {tag}
    for name in f"{classes[:400]} {element_id[:100]}".split():
        tokens.update(_name_tokens(name))
    if role:
        tokens.add(f"@{role.strip().lower()[:TOKEN_LIMIT]}")
    return tuple(sorted(tokens))


@lru_cache(maxsize=1 << 16)
def _name_tokens(name: str) -> tuple[str, ...]:
    """The tokens of one class name or id."""
    return tuple(
        f".{word[:TOKEN_LIMIT]}" for word in _class_words(_camel(" ", name).lower()) if len(word) > 1
    )


def heading_words(text: str) -> frozenset[str]:
    """The words of the heading above a link that are weighed."""
    return frozenset(_text_words(text.lower())[:8])


def address_words(href: str) -> frozenset[str]:
    """The words of a link's address, as it is written, that are weighed.

    >>> sorted(address_words("https://www.example.com/share?u=x"))
    ['com', 'example', 'share', 'www']
    """
    address = href[:ADDRESS_LIMIT].partition("?")[0].lower()
    return frozenset(_text_words(address.partition("://")[2] or address)[:ADDRESS_WORDS])


def anchor_words(text: str) -> frozenset[str]:
    """The words of a link's text that are weighed; the first one is also said as such.

    >>> sorted(anchor_words("Read more"))
    ['^read', 'more', 'read']
    """
    spoken = _text_words(text[:ANCHOR_LIMIT].lower())[:10]
    return frozenset((*spoken, *(f"^{word}" for word in spoken[:1])))


def side_words(before: str, after: str) -> frozenset[str]:
    """The nearest words and characters on both sides of a link.

    >>> sorted(side_words("Photo by", ", 2020"))
    ['<by', '<photo', '<y', '>,']
    """
    left, right = before[-SIDE_LIMIT:].lower(), after[:SIDE_LIMIT].lower()
    words = (
        *(f"<{word}" for word in _text_words(left)[-3:]),
        *(f">{word}" for word in _text_words(right)[:3]),
    )
    return frozenset((*words, f"<{left[-1:]}", f">{right[:1]}"))


@dataclass(frozen=True, slots=True)
class Weights:
    """The weight of each token: on the whole path, near the link, in the heading, the address, the texts."""

    path: Mapping[str, float]
    near: Mapping[str, float]
    heading: Mapping[str, float]
    address: Mapping[str, float]
    anchor: Mapping[str, float]
    sides: Mapping[str, float]

    @classmethod
    def unpacked(cls, arrays: Arrays) -> "Weights":
        """From the arrays of a model file."""
        return cls(*(_unpacked(arrays, name) for name in cls.__slots__))

    def packed(self) -> dict[str, NDArray[np.generic]]:
        """As the arrays of a model file, tokens in alphabetical order."""
        arrays: dict[str, NDArray[np.generic]] = {}
        for name in self.__slots__:
            group: Mapping[str, float] = getattr(self, name)
            ordered = sorted(group)
            arrays[f"{name}_tokens"] = np.frombuffer("\n".join(ordered).encode(), np.uint8)
            arrays[f"{name}_weights"] = np.array([group[token] for token in ordered], np.float32)
        return arrays


def _unpacked(arrays: Arrays, name: str) -> dict[str, float]:
    tokens = arrays[f"{name}_tokens"].tobytes().decode().split("\n")
    return dict(zip(tokens, arrays[f"{name}_weights"].tolist(), strict=True))


@lru_cache(maxsize=1)
def weights() -> Weights:
    """The weights that were trained."""
    with np.load(MODEL, allow_pickle=False) as arrays:
        return Weights.unpacked(arrays)


def weigh(tokens: Iterable[str], group: Mapping[str, float]) -> float:
    """The sum of the tokens' weights, in whatever order they come; an unknown token weighs nothing."""
    return fsum([group.get(token, 0.0) for token in tokens])
