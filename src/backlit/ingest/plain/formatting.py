"""Which formatting elements go on although what they stood in has ended?

The list of active formatting elements and the end of one (HTML standard, 13.2.4.3 and 13.2.6.4.7), compiled;
`adoption` moves blocks out of them.
"""

from backlit.ingest.kernels import kernel, number_at, put_number
from backlit.ingest.plain.adoption import adopt, forget
from backlit.ingest.plain.layout import (
    ATTRIBUTE_END,
    CLASS_OF,
    DEPTH,
    END,
    FIRST_ATTRIBUTE,
    FORMATTING,
    FORMATTING_COUNT,
    FORMATTING_ROOM,
    IS_FOREIGN,
    LAST,
    NOTHING,
    OPEN,
    REASON,
    REOPENED,
    STACK,
    START,
    field,
    put_field,
)
from backlit.ingest.plain.names import CLASS, FLAGS, UNKNOWN, Flag
from backlit.ingest.plain.stack import (
    ALIKE,
    MISNESTED,
    REPEATED,
    TOO_MANY,
    end_implied,
    give_up,
    open_element,
    pop,
    pop_down_to,
    same_name,
    top,
)

__all__ = [
    "active_place",
    "end_formatting",
    "end_other",
    "forget_to_marker",
    "note_formatting",
    "put_marker",
    "reopen",
]

#: Formatting elements that are opened again, at most.
_REOPENED = 200
_MARKER = -1
#: Blocks that are let out of one element at once (the standard's outer loop).
_TURNS = 8
_TABLE, _TBODY, _THEAD, _TFOOT, _TR = (CLASS[name] for name in ("table", "tbody", "thead", "tfoot", "tr"))

_SPECIAL, _SCOPE = (int(flag) for flag in (Flag.SPECIAL, Flag.SCOPE))


@kernel
def reopen(m: int) -> None:
    """Open the active formatting elements again that ended with what they stood in."""
    count = number_at(m, FORMATTING_COUNT)
    first = count
    while first > 0:
        node = number_at(m, FORMATTING + first - 1)
        if node == _MARKER or field(m, node, LAST) == OPEN:
            break
        first -= 1
    for place in range(first, count):
        node = number_at(m, FORMATTING + place)
        again = open_element(m, field(m, node, CLASS_OF), field(m, node, START), field(m, node, END), NOTHING)
        put_field(m, again, FIRST_ATTRIBUTE, field(m, node, FIRST_ATTRIBUTE))
        put_field(m, again, ATTRIBUTE_END, field(m, node, ATTRIBUTE_END))
        put_number(m, FORMATTING + place, again)
        put_number(m, REOPENED, number_at(m, REOPENED) + 1)
    if number_at(m, REOPENED) > _REOPENED:
        give_up(m, REPEATED)


@kernel
def note_formatting(m: int, node: int) -> None:
    count, kind, alike = number_at(m, FORMATTING_COUNT), field(m, node, CLASS_OF), 0
    for place in range(count - 1, -1, -1):
        other = number_at(m, FORMATTING + place)
        if other == _MARKER:
            break
        alike += field(m, other, CLASS_OF) == kind
    if count >= FORMATTING_ROOM or alike >= 3:  # the standard may forget the first of them
        give_up(m, ALIKE)
        return
    put_number(m, FORMATTING + count, node)
    put_number(m, FORMATTING_COUNT, count + 1)


@kernel
def put_marker(m: int) -> None:
    count = number_at(m, FORMATTING_COUNT)
    if count >= FORMATTING_ROOM:
        give_up(m, TOO_MANY)
        return
    put_number(m, FORMATTING + count, _MARKER)
    put_number(m, FORMATTING_COUNT, count + 1)


@kernel
def forget_to_marker(m: int) -> None:
    count = number_at(m, FORMATTING_COUNT)
    while count > 0:
        count -= 1
        if number_at(m, FORMATTING + count) == _MARKER:
            break
    put_number(m, FORMATTING_COUNT, count)


@kernel
def active_place(m: int, kind: int) -> int:
    """The place of the last formatting element of a class after the last marker; -1 for none."""
    for place in range(number_at(m, FORMATTING_COUNT) - 1, -1, -1):
        node = number_at(m, FORMATTING + place)
        if node == _MARKER:
            return -1
        if field(m, node, CLASS_OF) == kind:
            return place
    return -1


@kernel
def end_formatting(m: int, kind: int, buf: int, start: int, end: int) -> None:
    """The end tag of a formatting element (13.2.6.4.7, "adoption agency")."""
    for turn in range(_TURNS):
        active = active_place(m, kind)
        if active < 0:
            if turn == 0 and field(m, top(m), CLASS_OF) == kind:
                pop(m)
            else:
                end_other(m, kind, buf, start, end)
            return
        if _end_active(m, active) or number_at(m, REASON):
            return


@kernel
def _end_active(m: int, active: int) -> bool:
    """End an active formatting element, or let the first block within it out; whether that is all."""
    node = number_at(m, FORMATTING + active)
    if field(m, node, LAST) != OPEN:
        forget(m, active)
        return True
    place, block = number_at(m, DEPTH) - 1, -1
    while number_at(m, STACK + place) != node:
        here = number_at(m, STACK + place)
        flags = FLAGS[field(m, here, CLASS_OF)]
        if flags & _SCOPE or field(m, here, IS_FOREIGN):
            give_up(m, MISNESTED)
            return True
        block = place if flags & _SPECIAL else block
        place -= 1
    if block < 0:
        pop_down_to(m, place)
        forget(m, active)
        return True
    if field(m, number_at(m, STACK + place - 1), CLASS_OF) in (_TABLE, _TBODY, _THEAD, _TFOOT, _TR):
        give_up(m, MISNESTED)
        return True
    adopt(m, place, block)
    return False


@kernel
def end_other(m: int, kind: int, buf: int, start: int, end: int) -> None:
    for place in range(number_at(m, DEPTH) - 1, -1, -1):
        node = number_at(m, STACK + place)
        here = field(m, node, CLASS_OF)
        if here == kind and (kind != UNKNOWN or same_name(buf, field(m, node, START), start, end)):
            end_implied(m, kind if kind != UNKNOWN else -1)
            pop_down_to(m, place)
            return
        if FLAGS[here] & _SPECIAL:
            return
