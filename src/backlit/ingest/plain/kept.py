"""What is said of the links of a plain page that are kept? As `html.HtmlPage.told` has them.

Where a reference leads is asked link by link; texts, places and signs of all of a page's links are told by
one call of the kernels. Python sees what is left: elements that may be hidden, and words that are not ASCII.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

from backlit.ingest.assemble import Located, RawLink
from backlit.ingest.concealment import Concealment, has_tiny_images
from backlit.ingest.declared import rel_bits
from backlit.ingest.placement.lean import FEW, Signs, address_weight
from backlit.ingest.plain.layout import (
    KEPT_GIVEN,
    KEPT_ROOM,
    ODD_PLACES,
    PLACE_FIELDS,
    PLACE_NODE,
    PLACE_OUTER,
    PLACE_SAYS,
    PLACE_SUSPECT,
    PLACES,
    PLACES_OF,
)
from backlit.ingest.plain.nodes import OUT_BYTES, PlainNode, PlainTree
from backlit.ingest.plain.particulars import NOT_WEIGHED, describe
from backlit.ingest.plain.places import HIDES, INKS, settle, survey
from backlit.ingest.scope import Scope, TooMuchText
from backlit.ingest.surroundings import element_says
from backlit.ingest.text import normal
from backlit.model import ANCHOR_LIMIT, Hidden, Kind, Placement

__all__ = ["Candidate", "NotPlainAfterAll", "told"]

#: Characters that are looked at around the links of one page.
WORK_LIMIT = 20_000_000

#: A link that may be kept: its number on the page, kind, reference, node (-1 for none), and where in the page
#: its reference begins and ends (-1 where it is not as it is written).
Candidate = tuple[int, Kind, str, int, int, int]
#: What stands in the texts of some links from here to there.
Cutter = Callable[[int, int], str]
_A, _AREA, _VISIBLE, _TINY_IMAGE = Kind.A, Kind.AREA, Hidden.VISIBLE, Hidden.TINY_IMAGE
#: Parts of a page by number.
_PARTS = (None, *Placement)


class NotPlainAfterAll(Exception):
    """A page has to be read the other way after all."""


def told(
    tree: PlainTree, sheets: Sequence[str], scope: Scope, candidates: Iterable[Candidate], size: int
) -> list[Located]:
    """The links that `scope` keeps, of `size` on the page, whose style sheets are given."""
    locate, places = scope.locate, list[tuple[str, str]]()
    kept: list[Candidate] = []
    try:
        for candidate in candidates:
            place = locate(candidate[2])
            if place is not None:
                places.append(place)
                kept.append(candidate)
    except TooMuchText as error:
        raise NotPlainAfterAll from error
    noded = [link for link in kept if link[3] >= 0]
    if len(noded) > KEPT_ROOM:
        raise NotPlainAfterAll
    rows = _Told(tree, sheets, noded, size).links() if noded else iter(())
    return [
        (place, link[0], next(rows) if link[3] >= 0 else RawLink(link[1], link[2]))
        for place, link in zip(places, kept, strict=True)
    ]


class _Told:
    """What the kernels tell of some links of a page, `size` in all."""

    __slots__ = ("_concealment", "_known", "_links", "_size", "_tree")

    def __init__(self, tree: PlainTree, sheets: Sequence[str], links: list[Candidate], size: int) -> None:
        self._tree, self._links, self._size = tree, links, size
        self._concealment = Concealment(tree.page, sheets if links else (), tree.means)
        self._known: dict[int, Hidden] = {}

    def links(self) -> Iterator[RawLink]:
        """Each link with all that can be said of it, in order."""
        tree, count, done = self._tree, len(self._links), 0
        tree.kept(count)[:, :KEPT_GIVEN] = [
            (link[3], link[1] is _A, link[4], link[5], link[0]) for link in self._links
        ]
        self._place(count)
        m, buf, reals, out = tree.address, tree.buf, tree.reals, tree.out
        while done < count:
            first, done = done, describe(m, buf, reals, done, count, self._size, out, OUT_BYTES, WORK_LIMIT)
            if done == first:
                raise NotPlainAfterAll
            rows = tree.kept(count)[first:done].tolist()
            cut, signs = tree.cutter(rows[-1][-1]), self._signs(first, done)
            for link, row, weighed in zip(self._links[first:done], rows, signs, strict=True):
                yield self._link(link, row, cut, weighed)

    def _place(self, count: int) -> None:
        tree, hiding, inking = self._tree, self._concealment.hiding, self._concealment.inking
        table = tree.table if hiding or inking else 0
        for names, flag in ((hiding, HIDES), (inking, INKS)):
            tree.learn(names, flag)
        places, odd = survey(tree.address, tree.buf, tree.reals, count, table)
        tree.learn(hiding | inking, 0)
        for at in range(ODD_PLACES, ODD_PLACES + odd):
            self._say(tree.numbers[at])
        settle(tree.address, tree.reals, places, count)

    def _say(self, place: int) -> None:
        """Judge an element that the kernels do not."""
        tree, at = self._tree, PLACES + PLACE_FIELDS * place
        node = PlainNode(tree, tree.numbers[at + PLACE_NODE])
        get = node.attrs.get
        part, weight, near = element_says(node.tag, get("role") or "", get("class") or "", get("id") or "")
        tree.numbers[at + PLACE_SAYS] = part or 0
        tree.put_weights(place, weight, near)

    def _signs(self, first: int, end: int) -> list[list[float]] | list[None]:
        """The signs of some links; None where the rules stand."""
        if self._size < FEW:
            return [None] * (end - first)
        signs = self._tree.signs(first, end)
        for number in np.flatnonzero(signs[:, 3] == NOT_WEIGHED).tolist():
            signs[number, 3] = address_weight(self._links[first + number][2])
        rows: list[list[float]] = signs.tolist()
        return rows

    def _link(self, link: Candidate, row: list[int], cut: Cutter, signs: Signs | None) -> RawLink:
        tree, kind = self._tree, link[1]
        node, _, _, _, _, _, rule, suspect, may_hide, images, rel, rel_end = row[:12]
        first, anchor_end, before, after, after_end, alt_end = row[12:]
        anchor = alt = None
        if kind is _A:
            anchor = cut(first, anchor_end)
            alt = cut(after_end, alt_end) if images else None
        elif kind is _AREA:
            alt = normal(PlainNode(tree, node).attrs.get("alt") or "")[:ANCHOR_LIMIT]
        hidden = self._hidden(suspect) if suspect >= 0 else _VISIBLE
        if may_hide and not hidden:
            element = PlainNode(tree, node)
            hidden = self._concealment.of_link(hidden, element, element.tag, element.attributes)
        if images > 1 and not hidden and not anchor and has_tiny_images(PlainNode(tree, node)):
            hidden = _TINY_IMAGE
        bits = rel_bits(tree.decoded(rel, rel_end, is_value=True)) if rel >= 0 else 0
        part = _PARTS[rule]
        texts = cut(before, after), cut(after, after_end)
        return RawLink(kind, link[2], bits, anchor, alt, part, hidden, *texts, signs)

    def _hidden(self, suspect: int) -> Hidden:
        """How an element that may be hidden is, those around it first."""
        known, pending, numbers = self._known, [], self._tree.numbers
        while suspect >= 0 and suspect not in known:
            pending.append(suspect)
            place = PLACES + PLACE_FIELDS * (numbers[PLACES_OF + suspect] - 1)
            outer = numbers[place + PLACE_OUTER]
            suspect = numbers[PLACES + PLACE_FIELDS * outer + PLACE_SUSPECT] if outer >= 0 else -1
        hidden = known[suspect] if suspect >= 0 else _VISIBLE
        for each in reversed(pending):
            element = PlainNode(self._tree, each)
            hidden = self._concealment.of(hidden, element, element.tag, element.attributes)
            known[each] = hidden
        return hidden
