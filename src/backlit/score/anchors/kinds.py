"""Which classes of anchor are there, and what is told of one?"""

from dataclasses import dataclass
from enum import IntEnum

__all__ = ["AnchorClass", "AnchorKind", "class_name"]


class AnchorKind(IntEnum):
    """In the order of precedence: the first that fits is the class. The numbers are kept in tables."""

    EMPTY = 1
    IMAGE_NOALT = 2
    IMAGE = 3
    NAKED_URL = 4
    BRAND = 5
    BRAND_KEYWORD = 6
    EXACT = 7
    PARTIAL = 8
    GENERIC = 9
    TITLE = 10
    NUMERIC = 11
    FOREIGN_SCRIPT = 12
    LONG = 13
    OTHER = 14


_NAMES = {kind: kind.name.lower().replace("_", "-") for kind in AnchorKind}
_NAMES[AnchorKind.BRAND_KEYWORD] = "brand+keyword"


def class_name(kind: AnchorKind) -> str:
    """The class as users meet it, such as `naked-url`."""
    return _NAMES[kind]


@dataclass(frozen=True, slots=True)
class AnchorClass:
    """What an anchor is, and on what evidence."""

    #: the class, such as `brand`
    class_: str
    #: words that somebody may want to be found for, of commercial intent
    money: bool
    #: of an image, the class of its alternative text
    subclass: str | None
    #: which rule it was, in a sentence
    reason: str
    #: the part of the text that the rule fired on
    matched: str
    #: the text as it is compared: folded, without what cannot be seen
    norm: str
