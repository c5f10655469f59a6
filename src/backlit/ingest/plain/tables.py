"""What do tags do within a table?

The insertion modes of tables (HTML standard, 13.2.6.4.9 to 15), compiled. What the standard moves out of a
table makes a page one that is not plain.
"""

from backlit.ingest.kernels import byte_at, kernel, number_at, put_number
from backlit.ingest.plain.formatting import forget_to_marker, put_marker
from backlit.ingest.plain.layout import (
    DEPTH,
    DOCTYPE_AT,
    DOCTYPE_END,
    FORM,
    LAST,
    MODE,
    NOTHING,
    OPEN,
    PARAGRAPHS,
    field,
)
from backlit.ingest.plain.names import ACTIONS, CLASS, FLAGS, Action, Flag
from backlit.ingest.plain.stack import (
    IN_BODY,
    IN_BODY_PART,
    IN_CAPTION,
    IN_CELL,
    IN_COLUMNS,
    IN_ROW,
    IN_TABLE,
    MISPLACED,
    QUIRKS,
    class_at,
    end_implied,
    end_paragraph,
    give_up,
    insert,
    open_element,
    place_in_scope,
    place_in_table_scope,
    pop,
    pop_down_to,
    top,
)

__all__ = ["AGAIN", "AS_IN_BODY", "end_in_table", "start_in_table", "start_table"]

#: In the place of a node: take the tag once more, or as anywhere else in the body.
AGAIN, AS_IN_BODY = -2, -3
_DONE = -1

_P, _HTML, _BODY, _FORM, _TABLE, _TR = (CLASS[name] for name in ("p", "html", "body", "form", "table", "tr"))
_TBODY, _CAPTION, _COLGROUP, _COL, _BUTTON = (
    CLASS[name] for name in ("tbody", "caption", "colgroup", "col", "button")
)
_CELL, _PART = (int(flag) for flag in (Flag.CELL, Flag.BODY_PART))
_DO_SCRIPT, _DO_STYLE, _DO_PART, _DO_TEMPLATE = (
    int(action) for action in (Action.SCRIPT, Action.STYLE, Action.PART, Action.TEMPLATE)
)


@kernel
def _is_quirky(m: int, buf: int) -> int:
    """Whether a table goes into a paragraph, as the doctype has it: 1 yes, 0 no, -1 for unknown."""
    at, end = number_at(m, DOCTYPE_AT), number_at(m, DOCTYPE_END)
    if at == NOTHING:
        return 1
    at += 9
    while byte_at(buf, at) <= 32 and at < end:
        at += 1
    for k in range(4):
        if byte_at(buf, at + k) | 32 != (0x6C6D7468 >> 8 * k) & 255:  # "html"
            return -1
    at += 4
    while byte_at(buf, at) <= 32 and at < end:
        at += 1
    return 0 if byte_at(buf, at) == 62 else -1


@kernel
def start_table(m: int, buf: int, start: int, end: int, first: int) -> int:
    if number_at(m, PARAGRAPHS) and place_in_scope(m, _P, _BUTTON) >= 0:
        quirky = _is_quirky(m, buf)
        if quirky < 0:
            return give_up(m, QUIRKS)
        if quirky == 0:
            end_paragraph(m)
    node = open_element(m, _TABLE, start, end, first)
    put_number(m, MODE, IN_TABLE)
    return node


@kernel
def _reset_mode(m: int) -> None:
    for place in range(number_at(m, DEPTH) - 1, -1, -1):
        here = class_at(m, place)
        if FLAGS[here] & _CELL:
            put_number(m, MODE, IN_CELL)
            return
        if here == _TR:
            put_number(m, MODE, IN_ROW)
            return
        if FLAGS[here] & _PART:
            put_number(m, MODE, IN_BODY_PART)
            return
        if here == _CAPTION:
            put_number(m, MODE, IN_CAPTION)
            return
        if here == _TABLE:
            put_number(m, MODE, IN_TABLE)
            return
        if here == _BODY:
            put_number(m, MODE, IN_BODY)
            return


@kernel
def _end_cell(m: int, place: int) -> None:
    end_implied(m, -1)
    pop_down_to(m, place)
    forget_to_marker(m)
    put_number(m, MODE, IN_ROW)


@kernel
def _end_caption(m: int, place: int) -> None:
    end_implied(m, -1)
    pop_down_to(m, place)
    forget_to_marker(m)
    put_number(m, MODE, IN_TABLE)


@kernel
def start_in_table(m: int, kind: int, action: int, start: int, end: int, first: int) -> int:
    """A start tag where a table is open; AGAIN where something ended first, AS_IN_BODY within a cell."""
    mode = number_at(m, MODE)
    is_part = action == _DO_PART
    if mode in (IN_CELL, IN_CAPTION):
        if not is_part:
            return AS_IN_BODY
        if mode == IN_CELL:
            _end_cell(m, place_in_table_scope(m, -1, _CELL))
        else:
            _end_caption(m, place_in_table_scope(m, _CAPTION, 0))
        return AGAIN
    if action in (_DO_SCRIPT, _DO_STYLE, _DO_TEMPLATE):
        return insert(m, kind, top(m), start, end, first)
    if mode == IN_ROW:
        return _start_in_row(m, kind, action, start, end, first)
    if mode == IN_BODY_PART:
        if kind == _TR:
            node = open_element(m, kind, start, end, first)
            put_number(m, MODE, IN_ROW)
            return node
        if FLAGS[kind] & _CELL:
            open_element(m, _TR, NOTHING, NOTHING, NOTHING)
            put_number(m, MODE, IN_ROW)
            return AGAIN
        if is_part:
            pop(m)
            put_number(m, MODE, IN_TABLE)
            return AGAIN
    elif mode == IN_COLUMNS:
        if kind == _COL:
            return insert(m, kind, top(m), start, end, first)
        pop(m)
        put_number(m, MODE, IN_TABLE)
        return AGAIN
    return _start_at_table(m, kind, action, start, end, first)


@kernel
def _start_in_row(m: int, kind: int, action: int, start: int, end: int, first: int) -> int:
    if FLAGS[kind] & _CELL:
        node = open_element(m, kind, start, end, first)
        put_number(m, MODE, IN_CELL)
        put_marker(m)
        return node
    if action == _DO_PART:
        pop(m)
        put_number(m, MODE, IN_BODY_PART)
        return AGAIN
    return _start_at_table(m, kind, action, start, end, first)


@kernel
def _start_at_table(m: int, kind: int, action: int, start: int, end: int, first: int) -> int:
    """A start tag directly within a table; what does not belong there moves out, which is not plain."""
    if kind == _FORM:
        if number_at(m, FORM) != NOTHING:
            return NOTHING
        node = insert(m, kind, top(m), start, end, first)
        put_number(m, FORM, node)
        return node
    if number_at(m, MODE) != IN_TABLE or action != _DO_PART:
        return give_up(m, MISPLACED)
    if kind == _CAPTION:
        node = open_element(m, kind, start, end, first)
        put_marker(m)
        put_number(m, MODE, IN_CAPTION)
        return node
    if kind == _COLGROUP:
        node = open_element(m, kind, start, end, first)
        put_number(m, MODE, IN_COLUMNS)
        return node
    if kind == _COL:
        open_element(m, _COLGROUP, NOTHING, NOTHING, NOTHING)
        put_number(m, MODE, IN_COLUMNS)
        return AGAIN
    if FLAGS[kind] & _PART:
        node = open_element(m, kind, start, end, first)
        put_number(m, MODE, IN_BODY_PART)
        return node
    open_element(m, _TBODY, NOTHING, NOTHING, NOTHING)
    put_number(m, MODE, IN_BODY_PART)
    return AGAIN


@kernel
def end_in_table(m: int, kind: int) -> bool:
    """An end tag where a table is open; False where it is to be taken as in the body."""
    answer = AGAIN
    while answer == AGAIN:
        mode = number_at(m, MODE)
        if mode == IN_CELL:
            answer = _end_in_cell(m, kind)
        elif mode == IN_CAPTION:
            answer = _end_in_caption(m, kind)
        elif mode == IN_ROW:
            answer = _end_in_row(m, kind)
        elif mode == IN_BODY_PART:
            answer = _end_in_part(m, kind)
        elif mode == IN_COLUMNS:
            answer = _end_in_columns(m, kind)
        elif kind == _TABLE:
            pop_down_to(m, place_in_table_scope(m, _TABLE, 0))
            _reset_mode(m)
            answer = _DONE
        else:
            answer = _end_at_table(m, kind)
    return answer != AS_IN_BODY


@kernel
def _end_in_cell(m: int, kind: int) -> int:
    if FLAGS[kind] & _CELL:
        place = place_in_table_scope(m, kind, 0)
        if place >= 0:
            _end_cell(m, place)
        return _DONE
    if kind in (_TABLE, _TR) or FLAGS[kind] & _PART:
        if place_in_table_scope(m, kind, 0) < 0:
            return _DONE
        _end_cell(m, place_in_table_scope(m, -1, _CELL))
        return AGAIN
    return _DONE if ACTIONS[kind] == _DO_PART else AS_IN_BODY


@kernel
def _end_in_caption(m: int, kind: int) -> int:
    if kind in (_CAPTION, _TABLE):
        _end_caption(m, place_in_table_scope(m, _CAPTION, 0))
        return _DONE if kind == _CAPTION else AGAIN
    return _DONE if ACTIONS[kind] == _DO_PART else AS_IN_BODY


@kernel
def _end_in_row(m: int, kind: int) -> int:
    if kind in (_TR, _TABLE) or FLAGS[kind] & _PART:
        if kind != _TR and place_in_table_scope(m, kind, 0) < 0:
            return _DONE
        pop(m)
        put_number(m, MODE, IN_BODY_PART)
        return _DONE if kind == _TR else AGAIN
    return _end_at_table(m, kind)


@kernel
def _end_in_part(m: int, kind: int) -> int:
    if kind == _TABLE or FLAGS[kind] & _PART:
        if kind != _TABLE and place_in_table_scope(m, kind, 0) < 0:
            return _DONE
        pop(m)
        put_number(m, MODE, IN_TABLE)
        return AGAIN if kind == _TABLE else _DONE
    return _end_at_table(m, kind)


@kernel
def _end_in_columns(m: int, kind: int) -> int:
    if kind == _COL:
        return _DONE
    pop(m)
    put_number(m, MODE, IN_TABLE)
    return _DONE if kind == _COLGROUP else AGAIN


@kernel
def _end_at_table(m: int, kind: int) -> int:
    """An end tag directly within a table, which only a form has one for."""
    form = number_at(m, FORM)
    if kind == _FORM and form != NOTHING and field(m, form, LAST) != OPEN:
        put_number(m, FORM, NOTHING)  # one that was opened here, and is no ancestor of anything
    elif ACTIONS[kind] != _DO_PART and kind not in (_HTML, _BODY):
        give_up(m, MISPLACED)
    return _DONE
