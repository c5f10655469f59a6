"""How does a block come out of a formatting element that ends within it? (`<b>x<p>y</b>z`)

The moving part of the HTML standard's "adoption agency" (13.2.6.4.7), compiled. The block leaves the element
and takes a copy of it around what it holds. Nodes lie in document order, so all rows from the block on
move down to make room for the copies, and whatever knows a row by its number is told.
"""

from backlit.ingest.kernels import kernel, number_at, put_number
from backlit.ingest.plain.layout import (
    ATTRIBUTE_END,
    CHILD,
    CLASS_OF,
    DEPTH,
    END,
    EVENT_COUNT,
    EVENT_FIELDS,
    EVENTS,
    FIRST_ATTRIBUTE,
    FORM,
    FORMATTING,
    FORMATTING_COUNT,
    IS_FOREIGN,
    JOINABLE,
    LAST,
    MOVED,
    NODE_COUNT,
    NODE_FIELDS,
    NODES_ROOM,
    NOTHING,
    OPEN,
    PARENT,
    PIECES,
    PREVIOUS,
    STACK,
    START,
    field,
    put_field,
)
from backlit.ingest.plain.stack import REPEATED, TOO_MANY, give_up

__all__ = ["adopt", "forget", "place_among_active"]

#: Rows that are moved, at most: bounds what pages take that are all misnested.
_MOVED = 500_000
#: Elements between the two that are copied, at most (the standard's inner loop).
_COPIED = 3


@kernel
def forget(m: int, place: int) -> None:
    """Take an element out of the list of active formatting elements."""
    count = number_at(m, FORMATTING_COUNT) - 1
    for at in range(place, count):
        put_number(m, FORMATTING + at, number_at(m, FORMATTING + at + 1))
    put_number(m, FORMATTING_COUNT, count)


@kernel
def place_among_active(m: int, node: int) -> int:
    """The place of a node among the active formatting elements; -1 where it is none."""
    for place in range(number_at(m, FORMATTING_COUNT) - 1, -1, -1):
        if number_at(m, FORMATTING + place) == node:
            return place
    return -1


@kernel
def _moved(number: int, block: int, copies: int) -> int:
    """The number of a row afterwards: before the block come copies, after it comes one."""
    if number < block:
        return number
    return number + copies + (number > block)


@kernel
def _note_copied(m: int, first: int, last: int) -> int:
    """Note which elements between the two are copied, the innermost first; how many. Others are forgotten."""
    copies = 0
    for place in range(last - 1, first, -1):
        node = number_at(m, STACK + place)
        active = place_among_active(m, node)
        if active >= 0 and last - place > _COPIED:
            forget(m, active)
        elif active >= 0:
            put_number(m, PIECES + copies, node)
            copies += 1
    return copies


@kernel
def _copy(m: int, node: int, to: int, parent: int, previous: int, child: int) -> None:
    """An open element of the same tag as another."""
    for which in (CLASS_OF, START, END, FIRST_ATTRIBUTE, ATTRIBUTE_END, IS_FOREIGN):
        put_field(m, to, which, field(m, node, which))
    put_field(m, to, PARENT, parent)
    put_field(m, to, PREVIOUS, previous)
    put_field(m, to, CHILD, child)
    put_field(m, to, LAST, OPEN)


@kernel
def _move_rows(m: int, block: int, copies: int) -> None:
    """Move what is within the block; its children become those of the copy that goes before them."""
    shift = copies + 1
    for row in range(number_at(m, NODE_COUNT) - 1, block, -1):
        for which in range(NODE_FIELDS):
            value = field(m, row, which)
            if which in (PARENT, LAST, PREVIOUS, CHILD) and value >= block:
                value += shift
            put_field(m, row + shift, which, value)
    put_number(m, NODE_COUNT, number_at(m, NODE_COUNT) + shift)


@kernel
def _tell_of_move(m: int, block: int, copies: int) -> None:
    """Tell the facts, the form and the text that rows have other numbers."""
    for place in (FORM, JOINABLE):
        put_number(m, place, _moved(number_at(m, place), block, copies))
    for event in range(number_at(m, EVENT_COUNT) - 1, -1, -1):
        at = EVENTS + EVENT_FIELDS * event
        if number_at(m, at + 6) <= block:
            break
        put_number(m, at + 1, _moved(number_at(m, at + 1), block, copies))
        put_number(m, at + 6, _moved(number_at(m, at + 6) - 1, block, copies) + 1)


@kernel
def _renew_active(m: int, element: int, block: int, copies: int) -> None:
    """Put the copies in the places of what they are copies of; that of the element goes after the others."""
    for place in range(number_at(m, FORMATTING_COUNT)):
        node = number_at(m, FORMATTING + place)
        renewed = _moved(node, block, copies)
        for n in range(copies):
            if node == number_at(m, PIECES + n):
                renewed = block + copies - 1 - n
        put_number(m, FORMATTING + place, renewed)
    active = place_among_active(m, element)
    if copies == 0:
        put_number(m, FORMATTING + active, block + 1)
        return
    forget(m, active)
    after = place_among_active(m, block + copies - 1) + 1
    count = number_at(m, FORMATTING_COUNT)
    for place in range(count, after, -1):
        put_number(m, FORMATTING + place, number_at(m, FORMATTING + place - 1))
    put_number(m, FORMATTING + after, block + copies + 1)
    put_number(m, FORMATTING_COUNT, count + 1)


@kernel
def adopt(m: int, first: int, last: int) -> None:
    """Move the block at place `last` of the stack out of the formatting element at place `first`."""
    element, block, above = (
        number_at(m, STACK + first),
        number_at(m, STACK + last),
        number_at(m, STACK + first - 1),
    )
    moved = number_at(m, MOVED) + number_at(m, NODE_COUNT) - block
    put_number(m, MOVED, moved)
    if moved > _MOVED:
        give_up(m, REPEATED)
        return
    if number_at(m, NODE_COUNT) + _COPIED + 1 > NODES_ROOM:
        give_up(m, TOO_MANY)
        return
    copies = _note_copied(m, first, last)
    for place in range(first, last):
        put_field(m, number_at(m, STACK + place), LAST, block)
    put_field(m, field(m, block, PARENT), CHILD, field(m, block, PREVIOUS))
    _move_rows(m, block, copies)
    child = field(m, block, CHILD)
    child += copies + 1 if child > block else 0
    _copy(
        m,
        block,
        block + copies,
        block + copies - 1 if copies else above,
        NOTHING if copies else element,
        block + copies + 1,
    )
    for n in range(copies):
        outer, previous = (block + n - 1, NOTHING) if n else (above, element)
        _copy(m, number_at(m, PIECES + copies - 1 - n), block + n, outer, previous, block + n + 1)
    _copy(m, element, block + copies + 1, block + copies, NOTHING, child)
    put_field(m, above, CHILD, block)
    _tell_of_move(m, block, copies)
    _renew_active(m, element, block, copies)
    _renew_stack(m, first, last, block, copies)


@kernel
def _renew_stack(m: int, first: int, last: int, block: int, copies: int) -> None:
    """From the element's place on are open: the copies, the block, the element's copy, and what was below."""
    to = first + copies + 2
    for place in range(last + 1, number_at(m, DEPTH)):
        put_number(m, STACK + to, _moved(number_at(m, STACK + place), block, copies))
        to += 1
    for n in range(copies + 2):
        put_number(m, STACK + first + n, block + n)
    put_number(m, DEPTH, to)
