"""What is the shape of a page: its nodes in document order, with the text and links under each?

One walk writes flat columns; whatever lies under a node is then a difference of two running totals,
so that the features of all links of a page are a handful of array operations.
"""

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backlit.ingest.nodes import Node
from backlit.ingest.text import words
from backlit.model import Placement

__all__ = ["HEADINGS", "MARKED_TAGS", "PARTS", "Ints", "Outline", "outline"]

Ints = NDArray[np.int64]

#: Text in these is no text of the page.
_MUTE = words("script style template svg select textarea object canvas audio video iframe")
_BLOCKS = words(
    "address article aside blockquote body center dd details dialog div dl dt fieldset figcaption figure"
    " footer form h1 h2 h3 h4 h5 h6 header hgroup html legend li main menu nav ol p pre section summary"
    " table tbody td tfoot th thead tr ul noscript"
)
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
#: Tags whose nearest ancestor of that name is a feature: how many steps above the link it stands.
_MARKED = "footer main article section form p li ul table td h2"
MARKED_TAGS = tuple(_MARKED.split())
PARTS = tuple(Placement)
_marks = re.compile(r"[.,;:!?…。，、；：！？](?=\s|$)|[。，、；：！？]").findall


@dataclass(slots=True)
class Outline:
    """The nodes of a page in document order; node i and all under it are `i:end[i]`."""

    index: dict[int, int]
    tags: list[str]
    names: list[tuple[str, str, str]]
    parent: Ints
    end: Ints
    depth: Ints
    block: Ints
    heading: Ints
    chars: Ints
    linked: Ints
    marks: Ints
    is_link: Ints
    heading_text: dict[int, str]

    def total(self, column: Ints) -> Ints:
        """Running totals of a column, for `under`."""
        return np.concatenate(([0], np.cumsum(column)))


class _Walk:
    """The columns while they are written; those of text and links hold what differs from nothing."""

    def __init__(self) -> None:
        self.index: dict[int, int] = {}
        self.tags: list[str] = []
        self.names: list[tuple[str, str, str]] = []
        self.parent: list[int] = []
        self.end: list[int] = []
        self.depth: list[int] = []
        self.block: list[int] = []
        self.texts: list[tuple[int, int, int, int]] = []  # node, characters, those in links, marks
        self.links: list[int] = []
        self.headings: list[int] = []
        self.heading_text: dict[int, str] = {}

    def text(self, node: Node, parent: int, depth: int, *, in_link: bool) -> None:
        """Add a text node, unless it is blank."""
        text = node.text_content
        if not text or text.isspace():
            return
        at, size = len(self.tags), len(" ".join(text.split()))
        self.tags.append("-text")
        self.names.append(_NO_NAMES)
        self.parent.append(parent)
        self.end.append(at + 1)
        self.depth.append(depth)
        self.block.append(self.block[parent])
        self.texts.append((at, size, size if in_link else 0, len(_marks(text))))
        heading = self.headings[-1] if self.headings else -1
        if heading >= 0 and self.end[heading] < 0 and len(self.heading_text[heading]) < HEADING_LIMIT:
            self.heading_text[heading] += text[:HEADING_LIMIT] + " "

    def element(self, node: Node, tag: str, parent: int, depth: int) -> bool:
        """Add an element whose end is not known yet; whether it is a link."""
        at, names, is_link = len(self.tags), _NO_NAMES, False
        attributes = node.attributes
        if attributes:
            names = (attributes.get("class") or "", attributes.get("id") or "", attributes.get("role") or "")
            is_link = tag == "a" and "href" in attributes
        if tag in _FOUND:
            self.index[node.mem_id] = at
            if is_link:
                self.links.append(at)
        self.tags.append(tag)
        self.names.append(names)
        self.parent.append(parent)
        self.end.append(-1)
        self.depth.append(depth)
        self.block.append(at if tag in _BLOCKS or parent < 0 else self.block[parent])
        if tag in HEADINGS:
            self.headings.append(at)
            self.heading_text[at] = ""
        return is_link


_NO_NAMES = ("", "", "")
#: Elements that links are made of: they are looked up by node.
_FOUND = words("a area form iframe")
#: Characters of a heading that are read.
HEADING_LIMIT = 80
_TEXT, _DOCUMENT = 2, 3  # Lexbor's LXB_TAG__TEXT and LXB_TAG__DOCUMENT


def outline(root: Node) -> Outline:
    """Walk a tree once. Linear in its nodes."""
    walk, names = _Walk(), _TagNames()
    open_: list[tuple[Node, int, bool, bool]] = []  # element, its place, in a link, muted
    node: Node | None = root
    while node is not None and not (names[node.tag_id] or names.learned(node)):
        node = node.first_child if node.tag_id == _DOCUMENT else node.next
    parent, in_link, muted = -1, False, False
    while node is not None:
        child = None
        tag_id = node.tag_id
        if tag_id == _TEXT:
            if not muted:
                walk.text(node, parent, len(open_) + 1, in_link=in_link)
        elif tag := names[tag_id] or names.learned(node):
            here = len(walk.tags)
            is_link = walk.element(node, tag, parent, len(open_) + 1)
            child = node.first_child
            if child is None:
                walk.end[here] = here + 1
            else:
                open_.append((node, parent, in_link, muted))
                parent, in_link, muted = here, in_link or is_link, muted or tag in _MUTE
        if child is not None:
            node = child
            continue
        following = node.next if open_ else None
        while following is None and open_:
            walk.end[parent] = len(walk.tags)
            node, parent, in_link, muted = open_.pop()
            following = node.next if open_ else None
        node = following
    return _packed(walk)


class _TagNames(dict[int, str]):
    """The names of elements by Lexbor's number; empty for what is no element, None never."""

    def __missing__(self, number: int) -> str:
        return ""

    def learned(self, node: Node) -> str:
        """The name of a node whose number is new."""
        tag = node.tag or ""
        if tag[:1] in "-_!":
            return ""
        self[node.tag_id] = tag
        return tag


def _packed(walk: _Walk) -> Outline:
    size = len(walk.tags)
    texts = np.array(walk.texts, np.int64).reshape(-1, 4)
    flat = {name: np.zeros(size, np.int64) for name in ("chars", "linked", "marks", "is_link")}
    for column, name in enumerate(("chars", "linked", "marks"), 1):
        flat[name][texts[:, 0]] = texts[:, column]
    flat["is_link"][walk.links] = 1
    columns = {name: np.array(getattr(walk, name), np.int64) for name in ("parent", "end", "depth", "block")}
    headings = np.array(walk.headings, np.int64)
    last = np.searchsorted(headings, np.arange(size)) - 1  # a heading is under the one before it
    heading = np.where(last >= 0, headings[last], -1) if len(headings) else np.full(size, -1)
    return Outline(
        walk.index, walk.tags, walk.names, heading=heading, heading_text=walk.heading_text, **columns, **flat
    )
