"""What is open at a place of a plain page, and how does the next node come in?

The stack of open elements and the insertion of nodes (HTML standard, 13.2.4.2 and 13.2.6.1), compiled.
`REASON` says why a page is not plain, once it is known.
"""

from backlit.ingest.kernels import byte_at, kernel, number_at, put_number
from backlit.ingest.plain.layout import (
    ATTRIBUTE_COUNT,
    ATTRIBUTE_END,
    BODY,
    CHILD,
    CLASS_OF,
    DEPTH,
    DOCTYPE_AT,
    END,
    EVENT_COUNT,
    EVENT_FIELDS,
    EVENTS,
    EVENTS_ROOM,
    FIRST_ATTRIBUTE,
    FORM,
    HEAD,
    IS_AFTER,
    IS_FOREIGN,
    JOINABLE,
    LAST,
    MODE,
    NODE_COUNT,
    NODE_FIELDS,
    NODES_ROOM,
    NOTHING,
    OPEN,
    PARAGRAPHS,
    PARENT,
    PREVIOUS,
    REASON,
    ROOT,
    STACK,
    STACK_ROOM,
    START,
    TOLD,
    field,
    put_field,
)
from backlit.ingest.plain.names import CLASS, DOCUMENT, FLAGS, Flag

__all__ = [
    "AFTER_HEAD",
    "ALIKE",
    "BEFORE_HEAD",
    "BEFORE_HTML",
    "FOREIGN",
    "IN_BODY",
    "IN_BODY_PART",
    "IN_CAPTION",
    "IN_CELL",
    "IN_COLUMNS",
    "IN_HEAD",
    "IN_NOSCRIPT",
    "IN_ROW",
    "IN_TABLE",
    "MISNESTED",
    "MISPLACED",
    "ODD_ELEMENT",
    "QUIRKS",
    "REPEATED",
    "TOO_DEEP",
    "TOO_MANY",
    "begin",
    "class_at",
    "comment",
    "end_implied",
    "end_paragraph",
    "end_within",
    "event",
    "extend",
    "give_up",
    "insert",
    "is_blank",
    "open_element",
    "place_in_scope",
    "place_in_table_scope",
    "pop",
    "pop_down_to",
    "push",
    "put_text",
    "same_name",
    "take_out",
    "top",
]

# The insertion modes; those below IN_BODY come before the body.
BEFORE_HTML, BEFORE_HEAD, IN_HEAD, IN_NOSCRIPT, AFTER_HEAD, IN_BODY = range(6)
IN_CAPTION, IN_CELL, IN_TABLE, IN_COLUMNS, IN_BODY_PART, IN_ROW = range(6, 12)

#: Why a page is not plain; `scan` has more.
TOO_MANY, TOO_DEEP, ODD_ELEMENT, ALIKE, MISPLACED, MISNESTED, REPEATED, FOREIGN, QUIRKS = range(1, 10)

_P, _HTML, _TABLE, _BUTTON, _TEXT, _MORE = (
    CLASS[name] for name in ("p", "html", "table", "button", "#text", "#more")
)
_COMMENT = CLASS["#comment"]
_SCOPE, _IMPLIED, _POINT = (int(flag) for flag in (Flag.SCOPE, Flag.IMPLIED, Flag.POINT))


@kernel
def give_up(m: int, reason: int) -> int:
    """Leave the page to the exact reader."""
    if number_at(m, REASON) == 0:
        put_number(m, REASON, reason)
    return -1


@kernel
def top(m: int) -> int:
    """The current node."""
    return number_at(m, STACK + number_at(m, DEPTH) - 1)


@kernel
def class_at(m: int, place: int) -> int:
    return field(m, number_at(m, STACK + place), CLASS_OF)


@kernel
def insert(m: int, kind: int, parent: int, start: int, end: int, first: int) -> int:
    """A new last child of `parent`, with the attributes from `first` on; its subtree is closed."""
    node = number_at(m, NODE_COUNT)
    if node >= NODES_ROOM:
        give_up(m, TOO_MANY)
        return node - 1
    put_number(m, NODE_COUNT, node + 1)
    put_field(m, node, CLASS_OF, kind)
    put_field(m, node, PARENT, parent)
    put_field(m, node, LAST, node + 1)
    put_field(m, node, PREVIOUS, field(m, parent, CHILD))
    put_field(m, node, START, start)
    put_field(m, node, END, end)
    put_field(m, node, FIRST_ATTRIBUTE, first)
    put_field(m, node, ATTRIBUTE_END, number_at(m, ATTRIBUTE_COUNT) if first != NOTHING else NOTHING)
    put_field(m, node, CHILD, NOTHING)
    put_field(m, node, IS_FOREIGN, 0)
    put_field(m, parent, CHILD, node)
    return node


@kernel
def push(m: int, node: int) -> None:
    depth = number_at(m, DEPTH)
    if depth >= STACK_ROOM:
        give_up(m, TOO_DEEP)
        return
    put_field(m, node, LAST, OPEN)
    put_number(m, STACK + depth, node)
    put_number(m, DEPTH, depth + 1)
    if field(m, node, CLASS_OF) == _P:
        put_number(m, PARAGRAPHS, number_at(m, PARAGRAPHS) + 1)


@kernel
def pop(m: int) -> None:
    node = top(m)
    put_number(m, DEPTH, number_at(m, DEPTH) - 1)
    put_field(m, node, LAST, number_at(m, NODE_COUNT))
    if field(m, node, CLASS_OF) == _P:
        put_number(m, PARAGRAPHS, number_at(m, PARAGRAPHS) - 1)


@kernel
def pop_down_to(m: int, place: int) -> None:
    while number_at(m, DEPTH) > place:
        pop(m)


@kernel
def open_element(m: int, kind: int, start: int, end: int, first: int) -> int:
    node = insert(m, kind, top(m), start, end, first)
    push(m, node)
    return node


@kernel
def place_in_scope(m: int, kind: int, other: int) -> int:
    """Where on the stack an element of a class is in scope, `other` ending it too; -1 where it is not."""
    for place in range(number_at(m, DEPTH) - 1, -1, -1):
        node = number_at(m, STACK + place)
        here = field(m, node, CLASS_OF)
        if field(m, node, IS_FOREIGN):
            if FLAGS[here] & _POINT:
                return -1
        elif here == kind:
            return place
        elif FLAGS[here] & _SCOPE or here == other:
            return -1
    return -1


@kernel
def place_in_table_scope(m: int, kind: int, flags: int) -> int:
    for place in range(number_at(m, DEPTH) - 1, -1, -1):
        here = class_at(m, place)
        if here == kind or FLAGS[here] & flags:
            return place
        if here in (_TABLE, _HTML):
            return -1
    return -1


@kernel
def end_implied(m: int, but: int) -> None:
    while True:
        here = field(m, top(m), CLASS_OF)
        if here == but or FLAGS[here] & _IMPLIED == 0:
            return
        pop(m)


@kernel
def end_paragraph(m: int) -> None:
    """End a paragraph where one is in button scope."""
    if number_at(m, PARAGRAPHS):
        place = place_in_scope(m, _P, _BUTTON)
        if place >= 0:
            pop_down_to(m, place)


@kernel
def end_within(m: int, but: int, place: int) -> None:
    if place >= 0:
        end_implied(m, but)
        pop_down_to(m, place)


@kernel
def is_blank(c: int) -> bool:
    """Whether a byte is whitespace to the HTML standard."""
    return c in (32, 10, 9, 13, 12)


@kernel
def same_name(buf: int, tag: int, start: int, end: int) -> bool:
    """Whether the name of the tag at `tag` is what stands from `start` to `end`, in any case."""
    for k in range(end - start):
        a, b = byte_at(buf, tag + k), byte_at(buf, start + k)
        if a != b:
            a, b = a | 32, b | 32
            if a != b or a < 97 or a > 122:
                return False
    c = byte_at(buf, tag + end - start)
    return c in (62, 47) or c <= 32


@kernel
def put_text(m: int, parent: int, start: int, end: int) -> None:
    """Add text to an element."""
    before = field(m, parent, CHILD)
    if before == NOTHING or before != number_at(m, JOINABLE):
        put_number(m, JOINABLE, insert(m, _TEXT, parent, start, end, NOTHING))
        return
    last = field(m, before, LAST) - 1
    if field(m, last, END) == start:
        put_field(m, last, END, end)
    else:  # after a tag that means nothing the same text goes on
        more = insert(m, _MORE, before, start, end, NOTHING)
        put_field(m, before, LAST, more + 1)


@kernel
def extend(m: int, node: int) -> None:
    """Take what was just added into an element that is closed already, and into the head where that is."""
    count = number_at(m, NODE_COUNT)
    while node != NOTHING and field(m, node, LAST) != OPEN:
        put_field(m, node, LAST, count)
        node = field(m, node, PARENT)


@kernel
def comment(m: int, start: int, end: int) -> None:
    """Take a comment; those outside of the body stand beside nothing that matters."""
    if number_at(m, MODE) >= IN_BODY and number_at(m, IS_AFTER) == 0:
        insert(m, _COMMENT, top(m), start, end, NOTHING)


@kernel
def take_out(m: int, node: int) -> None:
    """Undo the last insertion: what scripts and styles hold is no part of the page's text."""
    parent = field(m, node, PARENT)
    put_field(m, parent, CHILD, field(m, node, PREVIOUS))
    if field(m, parent, LAST) != OPEN:
        put_field(m, parent, LAST, node)
    put_number(m, NODE_COUNT, node)
    put_number(m, JOINABLE, NOTHING)


@kernel
def begin(m: int) -> None:
    """A page of which nothing is known."""
    for place in range(STACK):
        put_number(m, place, 0)
    for place in range(TOLD, TOLD + 32):
        put_number(m, place, 0)
    for place in (FORM, JOINABLE, DOCTYPE_AT, ROOT, HEAD, BODY):
        put_number(m, place, NOTHING)
    put_number(m, NODE_COUNT, 1)
    for which in range(NODE_FIELDS):
        put_field(m, 0, which, NOTHING)
    put_field(m, 0, CLASS_OF, DOCUMENT)
    put_field(m, 0, IS_FOREIGN, 0)
    put_number(m, STACK, 0)
    put_number(m, DEPTH, 1)


@kernel
def event(m: int, kind: int, node: int, first: int, start: int, end: int) -> None:
    """Note what a fact of the page is read from."""
    count = number_at(m, EVENT_COUNT)
    if count >= EVENTS_ROOM:
        give_up(m, TOO_MANY)
        return
    at = EVENTS + EVENT_FIELDS * count
    put_number(m, at, kind)
    put_number(m, at + 1, node)
    put_number(m, at + 2, first)
    put_number(m, at + 3, number_at(m, ATTRIBUTE_COUNT))
    put_number(m, at + 4, start)
    put_number(m, at + 5, end)
    put_number(m, at + 6, number_at(m, NODE_COUNT))
    put_number(m, EVENT_COUNT, count + 1)
