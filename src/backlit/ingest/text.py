"""What does a link say, and what stands before and after it?

Text is taken where it stands, node by node outwards from the link to the edges of its block, so that
its cost does not grow with the page. Walks are bounded: a page can be one paragraph of a million links.
"""

from collections.abc import Iterable
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser

from backlit.ingest.nodes import Node
from backlit.model import ANCHOR_LIMIT, CONTEXT_LIMIT

__all__ = ["BLOCKS", "TEXT", "Texts", "normal", "tag_ids", "words"]

#: Nodes looked at on each side of a link.
STEPS = 32
#: Nodes looked at inside a link.
NODES_INSIDE = 2_000
#: Characters of markup whitespace that may stand around CONTEXT_LIMIT characters of text.
RAW_LIMIT = 4 * CONTEXT_LIMIT
#: A block is running text from this many characters outside its links on,
RUNNING_CHARACTERS = 40
#: and up to this share of characters within them.
RUNNING_LINK_SHARE = 0.5


def words(text: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(text.split())


def tag_ids(names: Iterable[str]) -> dict[str, int]:
    """Lexbor's numbers of tags: comparing those is twice as fast as comparing names."""
    tree = LexborHTMLParser("")
    return {name: tree.create_node(name).tag_id for name in names}


#: Lexbor's numbers of nodes that have no tag (LXB_TAG__TEXT, LXB_TAG__DOCUMENT).
TEXT, _DOCUMENT = 2, 3
BLOCKS = words(
    "address article aside blockquote body button center dd details dialog dir div dl dt fieldset figcaption"
    " figure footer form frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html legend li main map menu nav"
    " ol option p pre section select summary table tbody td textarea tfoot th thead title tr ul"
)
_NUMBERS = tag_ids([*BLOCKS, "br", "img", "a"])
_BLOCK_IDS = frozenset(_NUMBERS[name] for name in BLOCKS) | {_DOCUMENT}
_BREAK_IDS = _BLOCK_IDS | {_NUMBERS["br"], _NUMBERS["img"]}
_IMAGE, _LINK = _NUMBERS["img"], _NUMBERS["a"]


def normal(text: str) -> str:
    """Text with single blanks for every run of whitespace."""
    return " ".join(text.split())


class _Edges(NamedTuple):
    """The ends of an element's text, and their characters without the whitespace around them."""

    head: str
    tail: str
    size_of_head: int
    size_of_tail: int


class Texts:
    """The texts of one page, the longer ones taken once."""

    __slots__ = ("_edges",)

    def __init__(self) -> None:
        self._edges: dict[int, _Edges] = {}

    def inside(self, link: Node) -> tuple[str, str | None]:
        """The anchor text of a link, and the alt texts of its images; None when it has no image."""
        child = link.first_child
        if child is None:
            return "", None
        if child.next is None and child.tag_id == TEXT:
            return normal(child.text_content or "")[:ANCHOR_LIMIT], None
        texts: list[str] = []
        alts: list[str] | None = None
        for count, node in enumerate(link.traverse(include_text=True)):
            tag, previous = node.tag_id, node.prev
            if tag in _BREAK_IDS or (count and previous is not None and previous.tag_id in _BLOCK_IDS):
                texts.append(" ")
            if tag == TEXT:
                texts.append(node.text_content or "")
            elif tag == _IMAGE:
                alts = alts or []
                alts.append(node.attrs.get("alt") or "")
            if count >= NODES_INSIDE:
                break
        anchor = normal("".join(texts))[:ANCHOR_LIMIT]
        return anchor, None if alts is None else normal(" ".join(alts))[:ANCHOR_LIMIT]

    def around(self, link: Node) -> tuple[str, str, bool]:
        """The text before and after a link within its block, and whether it is running text."""
        before, linked_before = self._side(link, forward=False)
        after, linked_after = self._side(link, forward=True)
        total, linked = len(before) + len(after), linked_before + linked_after
        is_running = total - linked >= RUNNING_CHARACTERS and linked <= RUNNING_LINK_SHARE * total
        return before[-CONTEXT_LIMIT:].lstrip(), after[:CONTEXT_LIMIT].rstrip(), is_running

    def _side(self, link: Node, *, forward: bool) -> tuple[str, int]:
        """The text on one side of a link, and how many of its characters are in other links."""
        pieces: list[str] = []
        length = linked = steps = 0
        current = link
        while steps < STEPS:
            steps += 1
            neighbour = current.next if forward else current.prev
            if neighbour is None:
                neighbour = current.parent
                if neighbour is None or neighbour.tag_id in _BLOCK_IDS:
                    break
                current = neighbour
                continue
            current = neighbour
            tag = current.tag_id
            if tag == TEXT:
                piece = current.text_content or ""
                if len(piece) > RAW_LIMIT:
                    piece = piece[:RAW_LIMIT] if forward else piece[-RAW_LIMIT:]
            elif tag in _BLOCK_IDS:
                break
            elif tag in _BREAK_IDS:
                piece = " "
            else:
                head, tail, size_of_head, size_of_tail = self._edges_of(current)
                piece = head if forward else tail
                if tag == _LINK:
                    linked += size_of_head if forward else size_of_tail
            pieces.append(piece)
            length += len(piece)
            if length >= RAW_LIMIT:
                break
        if not pieces:
            return "", 0
        return normal("".join(pieces if forward else reversed(pieces))), linked

    def _edges_of(self, element: Node) -> _Edges:
        known = self._edges.get(element.mem_id)
        if known is None:
            text = element.text()
            if len(text) <= RAW_LIMIT:
                size = len(text.strip())
                known = _Edges(text, text, size, size)
            else:
                head, tail = text[:RAW_LIMIT], text[-RAW_LIMIT:]
                known = _Edges(head, tail, len(head.strip()), len(tail.strip()))
            self._edges[element.mem_id] = known
        return known
