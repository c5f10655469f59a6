"""Which tree do the tags of a page make, as long as they are plain?

The tree construction of the HTML standard (13.2.6), compiled, for what well-behaved pages hold: implied
tags, paragraphs and list items that end by themselves, formatting elements that are opened again and blocks
that come out of them, tables, SVG and MathML. Where the standard moves or copies more than that (content of
tables out of them, frames), `REASON` is set and the page is the exact reader's.
"""

from backlit.ingest.kernels import byte_at, kernel, number_at, put_number
from backlit.ingest.plain.formatting import (
    active_place,
    end_formatting,
    end_other,
    forget_to_marker,
    note_formatting,
    put_marker,
    reopen,
)
from backlit.ingest.plain.layout import (
    ATTRIBUTE_COUNT,
    ATTRIBUTE_END,
    ATTRIBUTE_FIELDS,
    ATTRIBUTES,
    ATTRIBUTES_ROOM,
    BODY,
    CLASS_OF,
    DEPTH,
    FIRST_ATTRIBUTE,
    FORM,
    HEAD,
    IS_AFTER,
    IS_FOREIGN,
    LAST,
    MODE,
    NOTHING,
    OPEN,
    PARAGRAPHS,
    REASON,
    ROOT,
    STACK,
    START,
    field,
    put_field,
)
from backlit.ingest.plain.names import ACTIONS, CLASS, FLAGS, Action, Flag
from backlit.ingest.plain.stack import (
    AFTER_HEAD,
    BEFORE_HEAD,
    BEFORE_HTML,
    FOREIGN,
    IN_BODY,
    IN_HEAD,
    IN_NOSCRIPT,
    IN_TABLE,
    MISNESTED,
    MISPLACED,
    ODD_ELEMENT,
    TOO_MANY,
    class_at,
    end_implied,
    end_paragraph,
    end_within,
    extend,
    give_up,
    insert,
    is_blank,
    open_element,
    place_in_scope,
    pop,
    pop_down_to,
    push,
    put_text,
    same_name,
    top,
)
from backlit.ingest.plain.tables import AGAIN, AS_IN_BODY, end_in_table, start_in_table, start_table

__all__ = ["end_tag", "enter_foreign", "finish", "start_tag", "text"]

#: In the place of a node: nothing is left of the tag.
_TAKEN = -4

_P, _LI, _DD, _DT, _BR, _IMAGE = (CLASS[name] for name in ("p", "li", "dd", "dt", "br", "image"))
_HTML, _HEAD, _BODY, _FORM, _OL, _UL = (CLASS[name] for name in ("html", "head", "body", "form", "ol", "ul"))
_BUTTON, _SELECT, _OPTION, _OPTGROUP, _NOSCRIPT, _ADDRESS = (
    CLASS[name] for name in ("button", "select", "option", "optgroup", "noscript", "address")
)
_DIV, _BASE = (CLASS[name] for name in ("div", "base"))
_INPUT = CLASS["input"]
_SPECIAL, _SCOPE, _FORMATTING, _HEADING = (
    int(flag) for flag in (Flag.SPECIAL, Flag.SCOPE, Flag.FORMATTING, Flag.HEADING)
)
_BREAKOUT, _POINT = (int(flag) for flag in (Flag.BREAKOUT, Flag.POINT))
_DO_ORDINARY, _DO_BLOCK, _DO_HEADING, _DO_PRE = (
    int(action) for action in (Action.ORDINARY, Action.BLOCK, Action.HEADING, Action.PRE)
)
_DO_FORM, _DO_LI, _DO_DD, _DO_BUTTON = (
    int(action) for action in (Action.FORM, Action.LI, Action.DD, Action.BUTTON)
)
_DO_A, _DO_FORMATTING, _DO_OBJECT, _DO_TABLE = (
    int(action) for action in (Action.A, Action.FORMATTING, Action.OBJECT, Action.TABLE)
)
_DO_VOID, _DO_PLAIN_VOID, _DO_HR, _DO_TEXTAREA = (
    int(action) for action in (Action.VOID, Action.PLAIN_VOID, Action.HR, Action.TEXTAREA)
)
_DO_RAW, _DO_SELECT, _DO_HEAD_VOID, _DO_SCRIPT = (
    int(action) for action in (Action.RAW, Action.SELECT, Action.HEAD_VOID, Action.SCRIPT)
)
_DO_STYLE, _DO_TITLE, _DO_PART, _DO_FOREIGN = (
    int(action) for action in (Action.STYLE, Action.TITLE, Action.PART, Action.FOREIGN)
)
_DO_HTML, _DO_HEAD, _DO_BODY, _DO_ODD = (
    int(action) for action in (Action.HTML, Action.HEAD, Action.BODY, Action.ODD)
)
_DO_NOBR, _DO_TEMPLATE = (int(action) for action in (Action.NOBR, Action.TEMPLATE))


@kernel
def _imply_body(m: int) -> None:
    """Everything up to the body that no tag has opened yet."""
    if number_at(m, MODE) == BEFORE_HTML:
        put_number(m, ROOT, open_element(m, _HTML, NOTHING, NOTHING, NOTHING))
        put_number(m, MODE, BEFORE_HEAD)
    if number_at(m, MODE) == BEFORE_HEAD:
        put_number(m, HEAD, open_element(m, _HEAD, NOTHING, NOTHING, NOTHING))
        put_number(m, MODE, IN_HEAD)
    if number_at(m, MODE) < AFTER_HEAD:
        pop_down_to(m, 2)
        put_number(m, MODE, AFTER_HEAD)
    if number_at(m, MODE) == AFTER_HEAD:
        put_number(m, BODY, open_element(m, _BODY, NOTHING, NOTHING, NOTHING))
        put_number(m, MODE, IN_BODY)


@kernel
def _is_of_head(action: int) -> bool:
    return action in (_DO_HEAD_VOID, _DO_SCRIPT, _DO_STYLE, _DO_TITLE)


@kernel
def _start_before_body(m: int, kind: int, action: int, start: int, end: int, first: int) -> int:
    """A start tag before the body; NOTHING where the body begins with it."""
    if number_at(m, MODE) == BEFORE_HTML:
        is_html = action == _DO_HTML
        root = open_element(m, _HTML, start if is_html else NOTHING, end, first if is_html else NOTHING)
        put_number(m, ROOT, root)
        put_number(m, MODE, BEFORE_HEAD)
        if is_html:
            return root
    if action == _DO_HTML:
        _start_again(m, action, first)
        return _TAKEN
    if number_at(m, MODE) == BEFORE_HEAD:
        is_head = action == _DO_HEAD
        head = open_element(m, _HEAD, start if is_head else NOTHING, end, first if is_head else NOTHING)
        put_number(m, HEAD, head)
        put_number(m, MODE, IN_HEAD)
        if is_head:
            return head
    if action == _DO_HEAD:  # a second one means nothing
        return _TAKEN
    return _start_in_head(m, kind, action, start, end, first)


@kernel
def _start_in_head(m: int, kind: int, action: int, start: int, end: int, first: int) -> int:
    """A start tag in the head or after it."""
    if number_at(m, MODE) == IN_NOSCRIPT:
        if action == _DO_STYLE or (action == _DO_HEAD_VOID and kind != _BASE):
            return insert(m, kind, top(m), start, end, first)
        pop(m)
        put_number(m, MODE, IN_HEAD)
    if number_at(m, MODE) == IN_HEAD:
        if _is_of_head(action):
            return insert(m, kind, top(m), start, end, first)
        if kind == _NOSCRIPT:
            put_number(m, MODE, IN_NOSCRIPT)
            return open_element(m, kind, start, end, first)
        pop(m)
        put_number(m, MODE, AFTER_HEAD)
    if _is_of_head(action):
        head = number_at(m, HEAD)
        node = insert(m, kind, head, start, end, first)
        extend(m, head)
        return node
    if action == _DO_BODY:
        body = open_element(m, _BODY, start, end, first)
        put_number(m, BODY, body)
        put_number(m, MODE, IN_BODY)
        return body
    _imply_body(m)
    return NOTHING


@kernel
def _start_item(m: int, kind: int) -> None:
    """What ends where the next item of a list begins."""
    for place in range(number_at(m, DEPTH) - 1, -1, -1):
        here = class_at(m, place)
        is_alike = here == kind if kind == _LI else (here in (_DD, _DT))
        if is_alike:
            pop_down_to(m, place)
            break
        if FLAGS[here] & _SPECIAL and here not in (_ADDRESS, _DIV, _P):
            break
    end_paragraph(m)


@kernel
def _start_in_foreign(m: int, kind: int, start: int, end: int, first: int, is_closed: bool) -> int:
    """A start tag within SVG or MathML, which end with what only HTML has."""
    here = top(m)
    if FLAGS[field(m, here, CLASS_OF)] & _POINT or FLAGS[kind] & _BREAKOUT:
        return give_up(m, FOREIGN)
    node = insert(m, kind, here, start, end, first)
    put_field(m, node, IS_FOREIGN, 1)
    if not is_closed:
        push(m, node)
    return node


@kernel
def start_tag(m: int, buf: int, kind: int, start: int, end: int, first: int, is_closed: bool) -> int:
    """Take a start tag; its node, or NOTHING where none was made."""
    action = ACTIONS[kind]
    put_number(m, IS_AFTER, 0)
    if field(m, top(m), IS_FOREIGN):
        return _start_in_foreign(m, kind, start, end, first, is_closed)
    if action == _DO_ODD:
        return give_up(m, ODD_ELEMENT)
    if number_at(m, MODE) < IN_BODY:
        node = _start_before_body(m, kind, action, start, end, first)
        if node != NOTHING or number_at(m, REASON):
            return NOTHING if node == _TAKEN else node
    if action >= _DO_HTML:
        _start_again(m, action, first)
        return NOTHING
    while number_at(m, MODE) > IN_BODY:
        node = start_in_table(m, kind, action, start, end, first)
        if node != AGAIN:
            if node != AS_IN_BODY:
                return node
            break
        if number_at(m, REASON):
            return NOTHING
    return _start_in_body(m, buf, kind, action, start, end, first, is_closed)


@kernel
def _start_again(m: int, action: int, first: int) -> None:
    """A second tag for `html` or `body` adds its attributes to those of the element."""
    if action == _DO_HEAD:
        return
    node = number_at(m, ROOT) if action == _DO_HTML else number_at(m, BODY)
    count = number_at(m, ATTRIBUTE_COUNT)
    if count == first:
        return
    before, end = field(m, node, FIRST_ATTRIBUTE), field(m, node, ATTRIBUTE_END)
    added = count - first + max(end - before, 0)
    if count + added > ATTRIBUTES_ROOM:
        give_up(m, TOO_MANY)
        return
    at = count
    for each in range(before, end):
        _copy_attribute(m, each, at)
        at += 1
    for each in range(first, count):
        _copy_attribute(m, each, at)
        at += 1
    put_number(m, ATTRIBUTE_COUNT, at)
    put_field(m, node, FIRST_ATTRIBUTE, count)
    put_field(m, node, ATTRIBUTE_END, at)


@kernel
def _copy_attribute(m: int, source: int, place: int) -> None:
    for k in range(ATTRIBUTE_FIELDS):
        value = number_at(m, ATTRIBUTES + ATTRIBUTE_FIELDS * source + k)
        put_number(m, ATTRIBUTES + ATTRIBUTE_FIELDS * place + k, value)


@kernel
def _start_in_body(
    m: int, buf: int, kind: int, action: int, start: int, end: int, first: int, is_closed: bool
) -> int:
    if action == _DO_ORDINARY:
        reopen(m)
        return open_element(m, kind, start, end, first)
    if action in (_DO_BLOCK, _DO_PRE):
        end_paragraph(m)
        return open_element(m, kind, start, end, first)
    if action == _DO_A:
        if active_place(m, kind) >= 0:  # a link ends where the next one begins
            end_formatting(m, kind, buf, start, end)
            if number_at(m, REASON):
                return NOTHING
        reopen(m)
        node = open_element(m, kind, start, end, first)
        note_formatting(m, node)
        return node
    if action == _DO_FORMATTING:
        reopen(m)
        node = open_element(m, kind, start, end, first)
        note_formatting(m, node)
        return node
    if action == _DO_VOID:
        if kind == _INPUT and place_in_scope(m, _SELECT, -1) >= 0:  # ends it
            return give_up(m, ODD_ELEMENT)
        reopen(m)
        return insert(m, kind, top(m), start, end, first)
    if action in (_DO_LI, _DO_DD):
        _start_item(m, kind)
        return open_element(m, kind, start, end, first)
    return _start_rarely(m, buf, kind, action, start, end, first)


@kernel
def _start_rarely(m: int, buf: int, kind: int, action: int, start: int, end: int, first: int) -> int:
    if action == _DO_HEADING:
        end_paragraph(m)
        if FLAGS[field(m, top(m), CLASS_OF)] & _HEADING:
            pop(m)
        return open_element(m, kind, start, end, first)
    if _is_inserted(action):
        return insert(m, kind, top(m), start, end, first)
    if action == _DO_HR:
        end_paragraph(m)
        if place_in_scope(m, _SELECT, -1) >= 0:
            return give_up(m, ODD_ELEMENT)
        return insert(m, kind, top(m), start, end, first)
    if action == _DO_FORM:
        if number_at(m, FORM) != NOTHING:
            return NOTHING
        end_paragraph(m)
        node = open_element(m, kind, start, end, first)
        put_number(m, FORM, node)
        return node
    if action == _DO_TABLE:
        return start_table(m, buf, start, end, first)
    if action == _DO_PART:
        return NOTHING
    if kind in (_SELECT, _OPTION, _OPTGROUP):
        return _start_choice(m, kind, start, end, first)
    return _start_reopening(m, kind, action, start, end, first)


@kernel
def _is_inserted(action: int) -> bool:
    """Whether an element comes in as it is, with nothing before it, and stays closed."""
    return action in (_DO_PLAIN_VOID, _DO_HEAD_VOID, _DO_SCRIPT, _DO_STYLE, _DO_TITLE, _DO_RAW, _DO_TEMPLATE)


@kernel
def _start_reopening(m: int, kind: int, action: int, start: int, end: int, first: int) -> int:
    if action in (_DO_BUTTON, _DO_NOBR) and place_in_scope(m, kind, -1) >= 0:
        return give_up(m, MISNESTED)
    reopen(m)
    if action == _DO_TEXTAREA:
        return insert(m, kind, top(m), start, end, first)
    if action == _DO_FOREIGN:
        node = insert(m, kind, top(m), start, end, first)
        put_field(m, node, IS_FOREIGN, 1)
        return node
    node = open_element(m, kind, start, end, first)
    if action == _DO_OBJECT:
        put_marker(m)
    elif action == _DO_NOBR:
        note_formatting(m, node)
    return node


@kernel
def _start_choice(m: int, kind: int, start: int, end: int, first: int) -> int:
    """A `select`, or what stands in one or in a `datalist`."""
    if kind == _SELECT:
        for place in range(number_at(m, DEPTH)):
            if class_at(m, place) == _SELECT:
                return give_up(m, ODD_ELEMENT)
    elif field(m, top(m), CLASS_OF) == _OPTION:
        pop(m)
    if kind == _OPTGROUP and field(m, top(m), CLASS_OF) == _OPTGROUP:
        pop(m)
    reopen(m)
    return open_element(m, kind, start, end, first)


@kernel
def end_tag(m: int, buf: int, kind: int, start: int, end: int) -> None:
    """Take an end tag, whose name stands from `start` to `end`."""
    mode, action = number_at(m, MODE), ACTIONS[kind]
    if mode < IN_BODY:
        _end_before_body(m, kind, mode)
        return
    if field(m, top(m), IS_FOREIGN):
        _end_in_foreign(m, buf, kind, start, end)
        return
    if kind in (_BODY, _HTML):
        if mode == IN_BODY and place_in_scope(m, _BODY, -1) >= 0:
            put_number(m, IS_AFTER, 1)
        elif mode == IN_BODY:
            give_up(m, MISPLACED)
        return
    put_number(m, IS_AFTER, 0)
    if mode > IN_BODY and end_in_table(m, kind):
        return
    if kind == _P:
        _end_p(m)
    elif FLAGS[kind] & _FORMATTING:
        end_formatting(m, kind, buf, start, end)
    elif action in (_DO_BLOCK, _DO_PRE, _DO_BUTTON, _DO_SELECT):
        end_within(m, -1, place_in_scope(m, kind, -1))
    elif not _end_by_action(m, kind, action):
        end_other(m, kind, buf, start, end)


@kernel
def _end_by_action(m: int, kind: int, action: int) -> bool:
    """An end tag that is taken in a way of its own; False where it is like most."""
    if kind == _BR:
        reopen(m)
        insert(m, _BR, top(m), NOTHING, NOTHING, NOTHING)
    elif action == _DO_FORM:
        _end_form(m)
    elif action == _DO_LI:
        end_within(m, kind, _place_in_list(m))
    elif action == _DO_DD:
        end_within(m, kind, place_in_scope(m, kind, -1))
    elif action == _DO_HEADING:
        _end_heading(m)
    elif action == _DO_OBJECT:
        place = place_in_scope(m, kind, -1)
        end_within(m, -1, place)
        if place >= 0:
            forget_to_marker(m)
    elif action == _DO_ODD and kind != _IMAGE:
        give_up(m, ODD_ELEMENT)
    else:
        return action == _DO_TEMPLATE  # whose end is found with its start
    return True


@kernel
def _end_p(m: int) -> None:
    place = place_in_scope(m, _P, _BUTTON) if number_at(m, PARAGRAPHS) else -1
    if place >= 0:
        pop_down_to(m, place)
    else:
        insert(m, _P, top(m), NOTHING, NOTHING, NOTHING)


@kernel
def _end_form(m: int) -> None:
    form = number_at(m, FORM)
    put_number(m, FORM, NOTHING)
    if form == NOTHING or field(m, form, LAST) != OPEN:
        return
    if place_in_scope(m, _FORM, -1) < 0:
        return
    end_implied(m, -1)
    if top(m) == form:
        pop(m)
    else:
        give_up(m, MISNESTED)


@kernel
def _place_in_list(m: int) -> int:
    for place in range(number_at(m, DEPTH) - 1, -1, -1):
        here = class_at(m, place)
        if here == _LI:
            return place
        if FLAGS[here] & _SCOPE or here in (_OL, _UL):
            return -1
    return -1


@kernel
def _end_heading(m: int) -> None:
    for place in range(number_at(m, DEPTH) - 1, -1, -1):
        here = class_at(m, place)
        if FLAGS[here] & _HEADING:
            end_implied(m, -1)
            pop_down_to(m, place)
            return
        if FLAGS[here] & _SCOPE:
            return


@kernel
def _end_before_body(m: int, kind: int, mode: int) -> None:
    if mode == IN_NOSCRIPT:
        if kind == _NOSCRIPT:
            pop(m)
            put_number(m, MODE, IN_HEAD)
        elif kind == _BR:
            give_up(m, MISPLACED)
        return
    if kind == _HEAD:
        if mode < AFTER_HEAD:
            if mode == BEFORE_HTML:
                put_number(m, ROOT, open_element(m, _HTML, NOTHING, NOTHING, NOTHING))
            if mode < IN_HEAD:
                put_number(m, HEAD, open_element(m, _HEAD, NOTHING, NOTHING, NOTHING))
            pop(m)
            put_number(m, MODE, AFTER_HEAD)
    elif kind in (_BODY, _HTML, _BR):
        give_up(m, MISPLACED)
    elif ACTIONS[kind] == _DO_ODD:
        give_up(m, ODD_ELEMENT)


@kernel
def _end_in_foreign(m: int, buf: int, kind: int, start: int, end: int) -> None:
    if kind in (_P, _BR):
        give_up(m, FOREIGN)
        return
    for place in range(number_at(m, DEPTH) - 1, -1, -1):
        node = number_at(m, STACK + place)
        if field(m, node, IS_FOREIGN) == 0:
            give_up(m, FOREIGN)
            return
        if same_name(buf, field(m, node, START), start, end):
            pop_down_to(m, place)
            return


@kernel
def enter_foreign(m: int, node: int) -> None:
    """Go into a picture or a formula whose tag did not close itself."""
    push(m, node)


@kernel
def text(m: int, buf: int, start: int, end: int) -> None:
    """Take text between tags."""
    mode = number_at(m, MODE)
    first = start
    while first < end and is_blank(byte_at(buf, first)):
        first += 1
    if mode < IN_BODY:
        if first == end:
            return
        _imply_body(m)
        start, mode = first, IN_BODY
    if mode >= IN_TABLE and first < end:
        give_up(m, MISPLACED)
        return
    if first < end:
        put_number(m, IS_AFTER, 0)
    if mode < IN_TABLE and not field(m, top(m), IS_FOREIGN):
        reopen(m)
    put_text(m, top(m), start, end)


@kernel
def finish(m: int) -> None:
    """The end of the page, which closes all that is open."""
    _imply_body(m)
    pop_down_to(m, 0)
