"""What is the shape of a page: its nodes in document order, with the text and links under each?

One walk writes flat columns; whatever lies under a node is then a difference of two running totals,
so that the features of all links of a page are a handful of array operations.
"""

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from selectolax.lexbor import LexborNode

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
_MARKED = """
    nav header footer aside main article section form p li ul ol table td dl blockquote figure figcaption
    details noscript h1 h2 h3 h4 strong pre
"""
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
    """The columns while they are written."""

    def __init__(self) -> None:
        self.index: dict[int, int] = {}
        self.tags: list[str] = []
        self.names: list[tuple[str, str, str]] = []
        self.parent: list[int] = []
        self.end: list[int] = []
        self.depth: list[int] = []
        self.block: list[int] = []
        self.heading: list[int] = []
        self.chars: list[int] = []
        self.linked: list[int] = []
        self.marks: list[int] = []
        self.is_link: list[int] = []
        self.heading_text: dict[int, str] = {}


_COLUMNS = ("parent", "end", "depth", "block", "heading", "chars", "linked", "marks", "is_link")
_NO_NAMES = ("", "", "")


def outline(root: LexborNode) -> Outline:
    """Walk a tree once. Linear in its nodes."""
    walk = _Walk()
    index, stack = walk.index, [-1]
    in_link, muted = [False], [False]  # beside the stack
    last_heading = -1
    for node in root.traverse(include_text=True):
        tag = node.tag or ""
        above = node.parent
        parent = index.get(above.mem_id, -1) if above is not None else -1
        at = len(walk.tags)
        while stack[-1] != parent and len(stack) > 1:
            walk.end[stack.pop()] = at
            in_link.pop()
            muted.pop()
        if tag == "-text":
            text = "" if muted[-1] else node.text_content or ""
            if not text or text.isspace():
                continue
            size = len(" ".join(text.split()))
            _append(walk, "-text", _NO_NAMES, parent, len(stack), last_heading)
            walk.chars[at] = size
            walk.linked[at] = size if in_link[-1] else 0
            walk.marks[at] = len(_marks(text))
            if last_heading >= 0 and walk.end[last_heading] < 0 and len(walk.heading_text[last_heading]) < 80:
                walk.heading_text[last_heading] += text[:80] + " "
            walk.end[at] = at + 1
            continue
        if tag[:1] in "-_!":
            continue
        names = _NO_NAMES
        attributes = node.attributes
        if attributes:
            names = (attributes.get("class") or "", attributes.get("id") or "", attributes.get("role") or "")
        _append(walk, tag, names, parent, len(stack), last_heading)
        if tag in HEADINGS:
            last_heading = at
            walk.heading_text[at] = ""
        is_link = tag == "a" and "href" in attributes
        walk.is_link[at] = is_link
        index[node.mem_id] = at
        stack.append(at)
        in_link.append(in_link[-1] or is_link)
        muted.append(muted[-1] or tag in _MUTE)
    size = len(walk.tags)
    walk.end = [size if end < 0 else end for end in walk.end]
    return _packed(walk)


def _append(
    walk: _Walk, tag: str, names: tuple[str, str, str], parent: int, depth: int, heading: int
) -> None:
    at = len(walk.tags)
    walk.tags.append(tag)
    walk.names.append(names)
    walk.parent.append(parent)
    walk.end.append(-1)
    walk.depth.append(depth)
    walk.block.append(at if tag in _BLOCKS or parent < 0 else walk.block[parent])
    walk.heading.append(heading)
    for column in (walk.chars, walk.linked, walk.marks, walk.is_link):
        column.append(0)


def _packed(walk: _Walk) -> Outline:
    columns = {name: np.array(getattr(walk, name), np.int64) for name in _COLUMNS}
    return Outline(walk.index, walk.tags, walk.names, heading_text=walk.heading_text, **columns)
