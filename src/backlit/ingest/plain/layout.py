"""Where does what stand in the working memory of the kernels that read plain pages?

One row of 32-bit numbers holds it all, so that kernels pass a single address: what is known of the page so
far, the stack of open elements and the list of active formatting elements of the HTML standard, then the
nodes of the tree, the attributes, and what a page's facts are read from.
"""

from backlit.ingest.kernels import kernel, number_at, put_number

__all__ = [
    "ATTRIBUTES",
    "ATTRIBUTE_FIELDS",
    "EVENTS",
    "EVENT_FIELDS",
    "LINKS",
    "LINK_FIELDS",
    "NODES",
    "NODE_FIELDS",
    "NUMBERS",
    "TOLD",
    "field",
    "put_field",
]

# What is known of the page: places at the beginning of the row.
NODE_COUNT, ATTRIBUTE_COUNT, EVENT_COUNT, LINK_COUNT, DEPTH, FORMATTING_COUNT, MODE, FORM, PARAGRAPHS = range(
    9
)
REASON, JOINABLE, IS_AFTER, DOCTYPE_AT, DOCTYPE_END, ROOT, HEAD, BODY, REOPENED, NEWLINE_AT = range(9, 19)
#: Rows that were moved to let blocks out of formatting elements.
MOVED = 19
STACK, STACK_ROOM = 32, 480
FORMATTING, FORMATTING_ROOM = 512, 64
PIECES, PIECES_ROOM = 576, 64
#: What kernels tell of a single element.
TOLD = 640

#: A node: its class, parent, the end of its subtree (OPEN until it is known), the sibling before it, where
#: its tag or text begins and ends, the range of its attributes, its last child so far, and
#: whether it is of SVG or MathML.
CLASS_OF, PARENT, LAST, PREVIOUS, START, END, FIRST_ATTRIBUTE, ATTRIBUTE_END, CHILD, IS_FOREIGN = range(10)
NODE_FIELDS = 10
NODES, NODES_ROOM = 1024, 45_000
OPEN = -1

#: An attribute: where its name and its value begin and end; NOTHING for no value.
NAME_START, NAME_END, VALUE_START, VALUE_END = range(4)
ATTRIBUTE_FIELDS = 4
ATTRIBUTES, ATTRIBUTES_ROOM = NODES + NODE_FIELDS * NODES_ROOM, 80_000
NOTHING = -1

#: What a fact is read from: class, node (its parent for what is taken out of the tree), attributes, the text
#: within, and how many links came before.
EVENT_FIELDS = 8
EVENTS, EVENTS_ROOM = ATTRIBUTES + ATTRIBUTE_FIELDS * ATTRIBUTES_ROOM, 8_000

#: A link: its element, its reference without the whitespace around it, and its number among them.
LINK_FIELDS = 4
LINKS, LINKS_ROOM = EVENTS + EVENT_FIELDS * EVENTS_ROOM, 20_000

#: The place of each node, plus one, among those that are judged; 0 for the others.
PLACES_OF = LINKS + LINK_FIELDS * LINKS_ROOM
#: A place: its node, the place around it, what the node names, the part of the page, whether it is within
#: content, and the nearest element, itself included, that may be hidden.
PLACE_NODE, PLACE_OUTER, PLACE_SAYS, PLACE_PART, PLACE_IN_CONTENT, PLACE_SUSPECT = range(6)
PLACE_FIELDS = 6
PLACES, PLACES_ROOM = PLACES_OF + NODES_ROOM, NODES_ROOM
#: Places that the kernels leave to others to judge.
ODD_PLACES = PLACES + PLACE_FIELDS * PLACES_ROOM

#: A link that is kept: its node, whether it is one of `a`, its reference, its number on the page; then what
#: is told of it: its place, what the rules say, what may hide it, whether it has images, which may be tiny,
#: where its rel stands, and where its texts are written.
KEPT_NODE, KEPT_IS_A, KEPT_HREF, KEPT_HREF_END, KEPT_NUMBER = range(5)
KEPT_PLACE, KEPT_RULE, KEPT_SUSPECT, KEPT_MAY_HIDE, KEPT_IMAGES, KEPT_REL, KEPT_REL_END = range(5, 12)
KEPT_ANCHOR, KEPT_ANCHOR_END, KEPT_BEFORE, KEPT_AFTER, KEPT_AFTER_END, KEPT_ALT_END = range(12, 18)
KEPT_GIVEN, KEPT_FIELDS = 5, 18
KEPT, KEPT_ROOM = ODD_PLACES + PLACES_ROOM, 4_000

#: Numbers of the whole row.
NUMBERS = KEPT + KEPT_FIELDS * KEPT_ROOM

#: In a row of floats: of each place the weight, the near weight and the sum of weights down to it, then the
#: signs of each link that is kept, as `lean.Signs` has them.
REAL_WEIGHT, REAL_NEAR, REAL_TOTAL = range(3)
REAL_FIELDS, SIGN_FIELDS = 3, 9
SIGNS = REAL_FIELDS * PLACES_ROOM
REALS = SIGNS + SIGN_FIELDS * KEPT_ROOM


@kernel
def field(m: int, node: int, which: int) -> int:
    """One field of a node."""
    return number_at(m, NODES + NODE_FIELDS * node + which)


@kernel
def put_field(m: int, node: int, which: int, value: int) -> None:
    """Set one field of a node."""
    put_number(m, NODES + NODE_FIELDS * node + which, value)
