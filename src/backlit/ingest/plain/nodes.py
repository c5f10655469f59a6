"""How does the tree of a plain page look to what judges its elements? Like Lexbor's.

Only what the reading of links asks of a node is here: `surroundings`, `concealment`, `stylesheets` and the
readers of `html` take either.
"""

from collections.abc import Callable, Iterator, Set
from functools import lru_cache

import numpy as np
from selectolax.lexbor import LexborHTMLParser

from backlit.ingest.html import OPTIONS, without_code
from backlit.ingest.kernels import Bytes, Floats, Ints
from backlit.ingest.nodes import Attributes, Node
from backlit.ingest.plain.attributes import attribute
from backlit.ingest.plain.intake import PADDING, take
from backlit.ingest.plain.layout import (
    ATTRIBUTE_END,
    ATTRIBUTE_FIELDS,
    ATTRIBUTES,
    BODY,
    CLASS_OF,
    END,
    FIRST_ATTRIBUTE,
    KEPT,
    KEPT_FIELDS,
    LAST,
    LINK_FIELDS,
    LINKS,
    NODE_COUNT,
    NODE_FIELDS,
    NODES,
    NUMBERS,
    PARENT,
    PREVIOUS,
    REAL_FIELDS,
    REAL_NEAR,
    REAL_WEIGHT,
    REALS,
    ROOT,
    SIGN_FIELDS,
    SIGNS,
    START,
)
from backlit.ingest.plain.names import CLASS, NAMES
from backlit.ingest.plain.places import NAMES_ROOM, learn
from backlit.ingest.plain.selected import means
from backlit.ingest.plain.text import decode
from backlit.ingest.selectors import Simple
from backlit.ingest.text import TEXT, tag_ids, words

__all__ = ["OUT_BYTES", "PAGE_BYTES", "PlainNode", "PlainTree"]

#: Bytes of the longest page that is read here; the longest of 12,395 real ones has 1.6 MB.
PAGE_BYTES = 4 << 20
#: Bytes for the texts of the links that are told of at once.
OUT_BYTES = 1 << 20

_TEXT, _MORE, _COMMENT, _DOCUMENT, UNKNOWN = (
    CLASS[name] for name in ("#text", "#more", "#comment", "#document", "#unknown")
)
#: Names and numbers as Lexbor has them, by class.
TAGS = tuple(name.replace("#", "-") for name in NAMES)
_LEXBOR = tag_ids([name for name in NAMES if not name.startswith("#")])
_TAG_IDS = tuple(
    TEXT if name == "#text" else 3 if name == "#document" else _LEXBOR.get(name, -1) for name in NAMES
)
_NO_ELEMENTS = (_TEXT, _MORE, _COMMENT)
_RAW = frozenset(CLASS[name] for name in ("iframe", "noembed", "noframes"))
#: Tags whose attributes are kept in mind: those of one site are much alike.
_KNOWN_TAGS = 1 << 14


#: Attributes whose values anybody asks for; of the others it only matters that they are there.
_ASKED = words(
    "class id role style hidden rel alt width height color bgcolor lang xml:lang href action src name content"
    " http-equiv type hreflang media property itemprop"
)


@lru_cache(maxsize=1 << 12)
def _name(raw: bytes) -> str:
    return raw.lower().decode("utf-8", "replace")


@lru_cache(maxsize=1 << 12)
def _words(packed: bytes) -> tuple[Bytes, int]:
    words = np.frombuffer(packed, np.uint8)
    return words, words.ctypes.data


class PlainTree:
    """The memory that one page after another is read into, and its bytes."""

    __slots__ = (
        *("_known", "_lexbor", "_numbers", "_out", "_page", "_reals", "_table"),
        *("address", "buf", "numbers", "out", "page", "reals", "table"),
    )

    def __init__(self) -> None:
        self._numbers = np.zeros(NUMBERS, np.int32)
        self.address: int = self._numbers.ctypes.data
        self.numbers = memoryview(self._numbers.data)
        self._reals = np.zeros(REALS, np.float64)
        self.reals: int = self._reals.ctypes.data
        self._out = np.zeros(OUT_BYTES, np.uint8)
        self.out: int = self._out.ctypes.data
        self._table = np.zeros(NAMES_ROOM, np.uint8)
        self.table: int = self._table.ctypes.data
        self._known: dict[bytes, Attributes] = {}
        self._page = np.zeros(PAGE_BYTES + PADDING, np.uint8)
        self.buf: int = self._page.ctypes.data
        self.page = b""
        self._lexbor: LexborHTMLParser | None = None

    def take(self, markup: bytes) -> int:
        """Make a page's bytes ready to be scanned; how many they are, -1 where they are not UTF-8.

        `markup` has no more than PAGE_BYTES.
        """
        given = np.frombuffer(markup, np.uint8)
        size = take(given.ctypes.data, len(markup), self.buf) if len(markup) else 0
        if size >= 0:
            self.page = self._page[:size].tobytes() if b"\r" in markup else markup
        self._lexbor = None
        if len(self._known) > _KNOWN_TAGS:
            self._known.clear()
        return size

    def field(self, node: int, which: int) -> int:
        """One field of a node."""
        return self.numbers[NODES + NODE_FIELDS * node + which]

    def span(self, node: int) -> tuple[int, int]:
        """Where a node's tag or text begins and ends."""
        at = NODES + NODE_FIELDS * node
        return self.numbers[at + START], self.numbers[at + END]

    def cutter(self, size: int) -> Callable[[int, int], str]:
        """What tells the texts that stand in the first bytes that a kernel wrote."""
        written = self._out[:size].tobytes()
        if written.isascii():
            text = written.decode("ascii")
            return lambda start, end: text[start:end]
        return lambda start, end: written[start:end].decode("utf-8", "replace")

    def links(self, count: int) -> Ints:
        """The first links: element, beginning and end of the reference, number."""
        return self._numbers[LINKS : LINKS + LINK_FIELDS * count].reshape(count, LINK_FIELDS)

    def kept(self, count: int) -> Ints:
        """The rows of the first links that are kept."""
        return self._numbers[KEPT : KEPT + KEPT_FIELDS * count].reshape(count, KEPT_FIELDS)

    def signs(self, first: int, end: int) -> Floats:
        """The signs of some of the links that are kept, to keep."""
        rows = self._reals[SIGNS + SIGN_FIELDS * first : SIGNS + SIGN_FIELDS * end]
        return rows.reshape(-1, SIGN_FIELDS).copy()

    def put_weights(self, place: int, weight: float, near: float) -> None:
        """Say what the element at a place weighs."""
        self._reals[REAL_FIELDS * place + REAL_WEIGHT] = weight
        self._reals[REAL_FIELDS * place + REAL_NEAR] = near

    def learn(self, names: Set[str], flag: int) -> None:
        """Note names of style sheets, or forget them."""
        if names:
            joined = np.frombuffer(
                "".join(f"{name}\0" for name in names).encode("utf-8", "replace"), np.uint8
            )
            learn(joined.ctypes.data, len(joined), flag, self.table)

    def decoded(self, start: int, end: int, *, is_value: bool = False) -> str:
        """What stands in the page, with its character references resolved."""
        found = self.page[start:end]
        if b"&" not in found:
            return found.decode("utf-8", "replace")
        out = np.empty(2 * len(found) + 16, np.uint8)
        size = decode(self.buf, start, end, is_value, out.ctypes.data)
        return out[:size].tobytes().decode("utf-8", "replace")

    @property
    def root(self) -> "PlainNode":
        """The `html` element."""
        return PlainNode(self, self.numbers[ROOT])

    @property
    def body(self) -> "PlainNode":
        """The `body` element."""
        return PlainNode(self, self.numbers[BODY])

    def attributes(self, first: int, end: int) -> Attributes:
        """Attributes by their names in lower case; the first of each name stands."""
        found: Attributes = {}
        numbers, page = self.numbers, self.page
        for at in range(ATTRIBUTES + ATTRIBUTE_FIELDS * first, ATTRIBUTES + ATTRIBUTE_FIELDS * end, 4):
            start, stop, value, value_end = numbers[at : at + 4]
            name = _name(page[start:stop])
            if name not in found:
                is_asked = value >= 0 and name in _ASKED
                found[name] = self.decoded(value, value_end, is_value=True) if is_asked else None
        return found

    def attributes_of(self, node: int) -> Attributes:
        """The attributes of a node; not to be changed, since those of equal tags are shared."""
        at = NODES + NODE_FIELDS * node
        numbers = self.numbers
        first, end = numbers[at + FIRST_ATTRIBUTE], numbers[at + ATTRIBUTE_END]
        if first >= end:
            return {}
        if node in (numbers[ROOT], numbers[BODY]):  # may have those of a second tag too
            return self.attributes(first, end)
        tag = self.page[numbers[at + START] : numbers[at + END]]
        known = self._known.get(tag)
        if known is None:
            known = self._known[tag] = self.attributes(first, end)
        return known

    def means(self, node: Node, parts: Simple) -> int:
        """Whether a selector means an element, as `selectors` has the answers."""
        words, address = _words(parts.packed)
        return means(self.address, self.buf, node.mem_id, address, len(words))

    def meant(self, selector: str) -> list["PlainNode"]:
        """The elements that a selector means, as Lexbor understands it."""
        if self._lexbor is None:
            self._lexbor = LexborHTMLParser(self.page, options=OPTIONS)
            without_code(self._lexbor)
        root = self._lexbor.root
        found = {node.mem_id for node in root.css(selector)} if root is not None else set()
        theirs = (node for node in root.traverse() if (node.tag or "-")[0] != "-") if root is not None else ()
        ours = (n for n in range(1, self.numbers[NODE_COUNT]) if self.field(n, CLASS_OF) not in _NO_ELEMENTS)
        return [PlainNode(self, n) for n, node in zip(ours, theirs, strict=True) if node.mem_id in found]


class _Values:
    """The values of a node's attributes, for who asks for one or two."""

    __slots__ = ("_node", "_tree")

    def __init__(self, tree: PlainTree, node: int) -> None:
        self._tree, self._node = tree, node

    def get(self, name: str, /) -> str | None:
        tree = self._tree
        if len(name) > 8:
            return tree.attributes_of(self._node).get(name)
        at = attribute(tree.address, tree.buf, self._node, int.from_bytes(name.encode(), "big"), len(name))
        start = tree.numbers[at + 2] if at >= 0 else -1
        return tree.decoded(start, tree.numbers[at + 3], is_value=True) if start >= 0 else None


class PlainNode:
    """One node of a page, for as long as the page is in memory."""

    __slots__ = ("mem_id", "parser")

    def __init__(self, tree: PlainTree, number: int) -> None:
        self.parser, self.mem_id = tree, number

    def _node(self, number: int) -> "PlainNode | None":
        return PlainNode(self.parser, number) if number >= 0 else None

    @property
    def tag_id(self) -> int:
        """Lexbor's number of the tag."""
        return _TAG_IDS[self.parser.field(self.mem_id, CLASS_OF)]

    @property
    def tag(self) -> str:
        """The name of the tag in lower case."""
        kind = self.parser.field(self.mem_id, CLASS_OF)
        if kind != UNKNOWN:
            return TAGS[kind]
        start = self.parser.field(self.mem_id, START)
        end = start
        page = self.parser.page
        while page[end] not in b"\t\n\f />":
            end += 1
        return page[start:end].lower().decode("utf-8", "replace")

    @property
    def attributes(self) -> Attributes:
        """The attributes by name; not to be changed."""
        return self.parser.attributes_of(self.mem_id)

    @property
    def attrs(self) -> "_Values":
        """The attributes, one at a time."""
        return _Values(self.parser, self.mem_id)

    @property
    def parent(self) -> "PlainNode | None":
        """What it stands in."""
        return self._node(self.parser.field(self.mem_id, PARENT))

    @property
    def prev(self) -> "PlainNode | None":
        """The sibling before."""
        return self._node(self.parser.field(self.mem_id, PREVIOUS))

    @property
    def next(self) -> "PlainNode | None":
        """The sibling after."""
        field, parent = self.parser.field, self.parser.field(self.mem_id, PARENT)
        following = field(self.mem_id, LAST)
        return self._node(following if parent >= 0 and following < field(parent, LAST) else -1)

    @property
    def first_child(self) -> "PlainNode | None":
        """The first node within."""
        number = self.mem_id
        if self.parser.field(number, CLASS_OF) == _TEXT:
            return None
        return self._node(number + 1 if number + 1 < self.parser.field(number, LAST) else -1)

    @property
    def text_content(self) -> str | None:
        """The text of a text node."""
        return self.text() if self.parser.field(self.mem_id, CLASS_OF) == _TEXT else None

    def text(self) -> str:
        """All text within."""
        tree = self.parser
        pieces = []
        for number in range(self.mem_id, tree.field(self.mem_id, LAST)):
            if tree.field(number, CLASS_OF) in (_TEXT, _MORE):
                start, end = tree.field(number, START), tree.field(number, END)
                is_raw = tree.field(tree.field(number, PARENT), CLASS_OF) in _RAW
                pieces.append(
                    tree.page[start:end].decode("utf-8", "replace") if is_raw else tree.decoded(start, end)
                )
        return "".join(pieces)

    def traverse(self, include_text: bool = False) -> Iterator["PlainNode"]:
        """This node and those within, in document order."""
        without = (_MORE,) if include_text else _NO_ELEMENTS
        for number in range(self.mem_id, self.parser.field(self.mem_id, LAST)):
            if self.parser.field(number, CLASS_OF) not in without:
                yield PlainNode(self.parser, number)

    def css(self, selector: str) -> list["PlainNode"]:
        """The elements within that a selector means."""
        tree = self.parser
        kind = CLASS.get(selector)
        if kind is None:
            return tree.meant(selector)
        return [
            PlainNode(tree, number)
            for number in range(self.mem_id + 1, tree.field(self.mem_id, LAST))
            if tree.field(number, CLASS_OF) == kind
        ]
