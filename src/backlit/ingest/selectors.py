"""Does a selector mean an element? Told from the element outwards, for selectors such as most rules have.

Tags, classes and ids joined by blanks and `>` are matched here; what else there is (attributes, siblings,
pseudo-classes) is left to Lexbor, which looks through the whole page for it.
"""

import re
from functools import lru_cache
from typing import NamedTuple

__all__ = ["FOLDED", "NO", "UNSURE", "YES", "Borne", "Simple", "borne_by", "simple"]

#: Names on the way to an element up to which it is noted which they are.
AROUND_LIMIT = 200
#: Characters of a selector that is packed for compiled kernels.
PACKED_LIMIT = 255
#: What those answer: no, yes if the page folds case, yes, or that it takes more to tell.
NO, FOLDED, YES, UNSURE = range(4)

_NAME = r"-?[_a-zA-Z][\w-]*"
_compound = re.compile(rf"\s*(>?)\s*([a-zA-Z][a-zA-Z0-9]*)?((?:[.#]{_NAME})*)", re.ASCII).match
_names = re.compile(rf"([.#])({_NAME})", re.ASCII).findall


class Borne(NamedTuple):
    """What an element bears that selectors speak of, and what the one around it does."""

    tag: str
    classes: list[str]
    element_id: str
    #: the same in lower case, as a page in quirks mode has them
    folded: list[str]
    folded_id: str
    #: tags, `.class` and `#id` of this element and of all around it, folded; None for too many
    around: frozenset[str] | None
    outer: "Borne | None"


def borne_by(tag: str, classes: str, element_id: str, outer: Borne | None) -> Borne:
    """What an element with these attributes bears."""
    folded, folded_id = classes.lower().split(), element_id.lower()
    around = frozenset() if outer is None else outer.around
    if around is not None:
        around = around.union((tag, f"#{folded_id}"), [f".{name}" for name in folded])
        around = around if len(around) <= AROUND_LIMIT else None
    return Borne(tag, classes.split(), element_id, folded, folded_id, around, outer)


class _Compound(NamedTuple):
    tag: str | None
    names: tuple[str, ...]
    element_id: str
    #: whether it must be the very parent of what stands to its right
    is_parent: bool

    def means(self, element: Borne) -> bool | None:
        """Whether it means the element; None where that depends on whether the page is in quirks mode."""
        tag, names, element_id, _ = self
        if tag is not None and element.tag != tag:
            return False
        if all(map(element.classes.__contains__, names)) and element_id in ("", element.element_id):
            return True
        if not all(map(element.folded.__contains__, map(str.lower, names))):
            return False
        return None if element_id.lower() in ("", element.folded_id) else False


class Simple(NamedTuple):
    """A selector's compounds, the last one first, and all the names in them."""

    compounds: tuple[_Compound, ...]
    names: frozenset[str]
    #: the compounds for compiled kernels, the outermost first: whether it must be the parent of the next,
    #: tag, id, how many classes and those; each text after its length. Empty for too long a selector.
    packed: bytes

    def means(self, element: Borne) -> bool | None:
        """Whether the selector means the element; None when it cannot be told from here."""
        if element.around is not None and not self.names <= element.around:  # as with most
            return False
        return self._means(0, element)

    def _means(self, place: int, element: Borne) -> bool | None:
        here = self.compounds[place].means(element)
        if not here or place + 1 == len(self.compounds):
            return here
        outer, is_parent = element.outer, self.compounds[place + 1].is_parent
        answer: bool | None = False
        while outer is not None:
            found = self._means(place + 1, outer)
            if found:
                return True
            answer = None if found is None else answer
            if is_parent:
                break
            outer = outer.outer
        return answer


@lru_cache(maxsize=1 << 13)
def simple(selector: str) -> Simple | None:
    """The parts of a selector; None for one that is not simple.

    >>> simple("ul > li.more a") is None, simple("a:hover") is None
    (False, True)
    """
    compounds: list[_Compound] = []
    at = 0
    while at < len(selector):
        found = _compound(selector, at)
        if found is None or not (found[2] or found[3]) or (found[1] and not compounds):
            return None
        if compounds and found[0][:1] not in (" ", "\t", "\n", "\f", "\r", ">"):
            return None
        if compounds:
            compounds[-1] = compounds[-1]._replace(is_parent=bool(found[1]))
        parts = _names(found[3])
        ids = [name for mark, name in parts if mark == "#"]
        if len(ids) > 1:
            return None
        classes = tuple(name for mark, name in parts if mark == ".")
        compounds.append(_Compound(found[2].lower() if found[2] else None, classes, "".join(ids), False))
        at = found.end()
    if not compounds:
        return None
    packed = b"".join(map(_packed, compounds)) if len(selector) <= PACKED_LIMIT else b""
    return Simple(tuple(reversed(compounds)), _names_in(compounds), packed)


def _packed(compound: _Compound) -> bytes:
    texts = [compound.tag or "", compound.element_id, *compound.names]
    sized = [bytes((len(text),)) + text.encode() for text in texts]
    return b"".join((bytes((compound.is_parent,)), *sized[:2], bytes((len(compound.names),)), *sized[2:]))


def _names_in(compounds: list[_Compound]) -> frozenset[str]:
    """Tags, `.class` and `#id` in compounds, folded."""
    found = [compound.tag for compound in compounds if compound.tag is not None]
    found += [f"#{compound.element_id.lower()}" for compound in compounds if compound.element_id]
    found += [f".{name.lower()}" for compound in compounds for name in compound.names]
    return frozenset(found)
