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

#: Numbers of the whole row.
NUMBERS = LINKS + LINK_FIELDS * LINKS_ROOM


@kernel
def field(m: int, node: int, which: int) -> int:
    """One field of a node."""
    return number_at(m, NODES + NODE_FIELDS * node + which)


@kernel
def put_field(m: int, node: int, which: int, value: int) -> None:
    """Set one field of a node."""
    put_number(m, NODES + NODE_FIELDS * node + which, value)
