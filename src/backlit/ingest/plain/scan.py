"""Where in the bytes of a page do its tags, attributes and texts stand?

The tokeniser of the HTML standard (13.2.5), compiled, over UTF-8 without carriage returns and zero bytes.
Tags go to `tree`; of scripts and styles only what facts are read from is noted.
"""

from backlit.ingest.kernels import byte_at, kernel, number_at, put_number, run_without
from backlit.ingest.plain.layout import (
    ATTRIBUTE_COUNT,
    ATTRIBUTE_END,
    ATTRIBUTE_FIELDS,
    ATTRIBUTES,
    ATTRIBUTES_ROOM,
    CLASS_OF,
    DOCTYPE_AT,
    DOCTYPE_END,
    EVENT_COUNT,
    EVENT_FIELDS,
    EVENTS,
    FIRST_ATTRIBUTE,
    IS_FOREIGN,
    LINK_COUNT,
    LINK_FIELDS,
    LINKS,
    LINKS_ROOM,
    MODE,
    NEWLINE_AT,
    NODE_COUNT,
    NOTHING,
    PARENT,
    REASON,
    field,
)
from backlit.ingest.plain.names import ACTIONS, CLASS, NAMES, Action, table_of
from backlit.ingest.plain.stack import (
    FOREIGN,
    IN_BODY,
    TOO_MANY,
    begin,
    comment,
    event,
    extend,
    give_up,
    is_blank,
    put_text,
    take_out,
    top,
)
from backlit.ingest.plain.tree import end_tag, enter_foreign, finish, start_tag, text

__all__ = ["scan"]

#: Attributes of one tag; more are the exact reader's to weigh.
_TAG_ATTRIBUTES = 64
UNCLOSED, ODD_LINK = range(11, 13)

_SLOTS, _ROWS = table_of([name.encode() for name in NAMES], 1024, 24)
_A, _SVG, _TITLE, _TEXTAREA, _PRE = (CLASS[name] for name in ["a", "svg", "title", "textarea", "pre"])
_LISTING, _STYLE, _SCRIPT, _DESC = (CLASS[name] for name in ["listing", "style", "script", "desc"])
_EVENTFUL = tuple(CLASS[name] for name in ["area", "form", "iframe", "base", "link", "meta"])
_AREA, _FORM, _IFRAME, _BASE, _LINK, _META = _EVENTFUL
_DO_SCRIPT, _DO_STYLE, _DO_TITLE = int(Action.SCRIPT), int(Action.STYLE), int(Action.TITLE)
_DO_RAW, _DO_TEXTAREA = int(Action.RAW), int(Action.TEXTAREA)
_DO_ODD = int(Action.ODD)
_DO_FOREIGN, _DO_TEMPLATE = int(Action.FOREIGN), int(Action.TEMPLATE)


@kernel
def find(buf: int, i: int, end: int, character: int) -> int:
    """Where a character stands from `i` on; `end` where it does not."""
    while i < end:
        run = run_without(buf, i, character, character)
        i += run
        if run < 16:
            return min(i, end)
    return end


@kernel
def named(buf: int, start: int, end: int) -> int:
    """The class of the element whose name stands there."""
    length = end - start
    if length > 24:
        return 0
    code = 0
    for k in range(start, end):
        c = byte_at(buf, k)
        code = (code * 31 + (c | 32 if 65 <= c <= 90 else c)) & 0xFFFFFF
    place = code % 1024
    while _SLOTS[place]:
        row = int(_SLOTS[place]) - 1
        if _ROWS[row, 0] == length:
            k = 0
            while k < length:
                c = byte_at(buf, start + k)
                if (c | 32 if 65 <= c <= 90 else c) != _ROWS[row, 1 + k]:
                    break
                k += 1
            if k == length:
                return row
        place = (place + 1) % 1024
    return 0


@kernel
def _is_letter(c: int) -> bool:
    return 97 <= (c | 32) <= 122


@kernel
def _ends_name(c: int) -> bool:
    return c in (62, 47) or is_blank(c)


@kernel
def _note_attribute(m: int, name: int, name_end: int, value: int, value_end: int) -> None:
    count = number_at(m, ATTRIBUTE_COUNT)
    if count >= ATTRIBUTES_ROOM:
        give_up(m, TOO_MANY)
        return
    at = ATTRIBUTES + ATTRIBUTE_FIELDS * count
    put_number(m, at, name)
    put_number(m, at + 1, name_end)
    put_number(m, at + 2, value)
    put_number(m, at + 3, value_end)
    put_number(m, ATTRIBUTE_COUNT, count + 1)


@kernel
def _attributes(m: int, buf: int, i: int, end: int) -> int:
    """Read attributes from after the name of a tag to the `>`; where that stands, or `end`."""
    while i < end:
        c = byte_at(buf, i)
        if c == 62:
            return i
        if c == 47 or is_blank(c):
            i += 1
            continue
        name = i
        i += 1  # an equals sign may begin a name
        while i < end:
            c = byte_at(buf, i)
            if c == 61 or _ends_name(c):
                break
            i += 1
        name_end = i
        while i < end and is_blank(byte_at(buf, i)):
            i += 1
        if byte_at(buf, i) != 61 or i >= end:
            _note_attribute(m, name, name_end, NOTHING, NOTHING)
            continue
        i += 1
        while i < end and is_blank(byte_at(buf, i)):
            i += 1
        c = byte_at(buf, i)
        if c in (34, 39):
            value = i + 1
            i = find(buf, value, end, c)
            _note_attribute(m, name, name_end, value, i)
            i += 1
        else:
            value = i
            while i < end:
                c = byte_at(buf, i)
                if c == 62 or is_blank(c):
                    break
                i += 1
            _note_attribute(m, name, name_end, value if value < i else NOTHING, i if value < i else NOTHING)
    return end


@kernel
def _raw_end(buf: int, i: int, end: int, start: int, name_end: int) -> int:
    """Where the end tag of the element named at `start` stands; `end` where there is none."""
    length = name_end - start
    while True:
        i = find(buf, i, end, 60)
        if i >= end:
            return end
        if byte_at(buf, i + 1) == 47:
            k = 0
            while k < length and byte_at(buf, i + 2 + k) | 32 == byte_at(buf, start + k) | 32:
                k += 1
            if k == length and _ends_name(byte_at(buf, i + 2 + length)):
                return i
        i += 1


@kernel
def _is_script(buf: int, i: int) -> bool:
    """Whether the name of a script tag stands at `i`."""
    word = 0
    for k in range(6):
        word = word << 8 | byte_at(buf, i + k) | 32
    return word == 0x736372697074 and _ends_name(byte_at(buf, i + 6))


@kernel
def _script_end(buf: int, i: int, end: int) -> int:
    """Where the end tag of a script stands whose content begins at `i`; not one within `<!-- <script>`."""
    depth = 0  # 1 within a comment, 2 within a script in a comment
    while i < end:
        if depth == 0:
            i = find(buf, i, end, 60)
        else:
            while i < end:
                run = run_without(buf, i, 60, 45)
                i += run
                if run < 16:
                    break
        if i >= end:
            break
        c = byte_at(buf, i + 1)
        if byte_at(buf, i) == 45:
            if depth and c == 45 and byte_at(buf, i + 2) == 62:
                depth = 0
                i += 2
        elif c == 47 and _is_script(buf, i + 2):
            if depth < 2:
                return i
            depth = 1
        elif depth == 0 and c == 33 and byte_at(buf, i + 2) == 45 and byte_at(buf, i + 3) == 45:
            depth = 1
            i += 1
        elif depth == 1 and _is_script(buf, i + 1):
            depth = 2
        i += 1
    return end


@kernel
def _after_comment(buf: int, i: int, end: int) -> int:
    """Where a comment ends whose content begins at `i`."""
    if byte_at(buf, i) == 62:
        return i + 1
    if byte_at(buf, i) == 45 and byte_at(buf, i + 1) == 62:
        return i + 2
    while True:
        i = find(buf, i, end, 45)
        if i >= end:
            return end
        if byte_at(buf, i + 1) == 45:
            if byte_at(buf, i + 2) == 62:
                return i + 3
            if byte_at(buf, i + 2) == 33 and byte_at(buf, i + 3) == 62:
                return i + 4
        i += 1


@kernel
def _declaration(m: int, buf: int, i: int, end: int) -> int:
    """Past a comment, a doctype or what is taken for a comment, from its `<` on."""
    if byte_at(buf, i + 1) == 33:
        if byte_at(buf, i + 2) == 45 and byte_at(buf, i + 3) == 45:
            after = _after_comment(buf, i + 4, end)
            comment(m, i, after)
            return after
        if byte_at(buf, i + 2) == 91 and field(m, top(m), IS_FOREIGN):  # CDATA
            give_up(m, FOREIGN)
            return end
        if byte_at(buf, i + 2) | 32 == 100 and byte_at(buf, i + 3) | 32 == 111:
            after = find(buf, i, end, 62) + 1
            if number_at(m, MODE) == 0 and number_at(m, DOCTYPE_AT) == NOTHING:
                put_number(m, DOCTYPE_AT, i)
                put_number(m, DOCTYPE_END, after)
            return after  # later ones are no part of the page
    after = find(buf, i, end, 62) + 1
    comment(m, i, min(after, end))
    return after


@kernel
def _reference_of(m: int, buf: int, first: int, last: int, node: int) -> None:
    """Note the link of an `a` with a reference that is more than blanks."""
    for at in range(first, last):
        row = ATTRIBUTES + ATTRIBUTE_FIELDS * at
        name = number_at(m, row)
        length = number_at(m, row + 1) - name
        if length == 10 and byte_at(buf, name + 5) == 58 and byte_at(buf, name) | 32 == 120:  # xlink:href
            give_up(m, ODD_LINK)
            return
        if length != 4:
            continue
        is_href = byte_at(buf, name) | 32 == 104 and byte_at(buf, name + 1) | 32 == 114
        if is_href and byte_at(buf, name + 2) | 32 == 101 and byte_at(buf, name + 3) | 32 == 102:
            start, end = number_at(m, row + 2), number_at(m, row + 3)
            if start == NOTHING:
                return
            while start < end and is_blank(byte_at(buf, start)):
                start += 1
            while end > start and is_blank(byte_at(buf, end - 1)):
                end -= 1
            if start < end:
                _note_link(m, buf, node, start, end)
            return


@kernel
def _note_link(m: int, buf: int, node: int, start: int, end: int) -> None:
    count = number_at(m, LINK_COUNT)
    if count >= LINKS_ROOM:
        give_up(m, TOO_MANY)
        return
    at = LINKS + LINK_FIELDS * count
    put_number(m, at, node)
    put_number(m, at + 1, start)
    put_number(m, at + 2, end)
    put_number(m, LINK_COUNT, count + 1)


@kernel
def _gather_links(m: int, buf: int) -> None:
    """Note the links in the order of their elements, and before which of them each fact stands."""
    fact, facts = 0, number_at(m, EVENT_COUNT)
    for node in range(1, number_at(m, NODE_COUNT)):
        while fact < facts and number_at(m, EVENTS + EVENT_FIELDS * fact + 6) <= node:
            put_number(m, EVENTS + EVENT_FIELDS * fact + 6, number_at(m, LINK_COUNT))
            fact += 1
        if field(m, node, CLASS_OF) == _A:
            _reference_of(m, buf, field(m, node, FIRST_ATTRIBUTE), field(m, node, ATTRIBUTE_END), node)
    for rest in range(fact, facts):
        put_number(m, EVENTS + EVENT_FIELDS * rest + 6, number_at(m, LINK_COUNT))


@kernel
def _has(buf: int, start: int, end: int, word: int, bytes_: int) -> bool:
    """Whether the first letters of a word, packed in a number, stand somewhere in any case."""
    seen, mask = 0, (1 << 8 * bytes_) - 1
    for i in range(start, end):
        seen = (seen << 8 | byte_at(buf, i) | 32) & mask
        if seen == word:
            return True
    return False


@kernel
def _tells_of_making(buf: int, value: int, end: int) -> bool:
    """Whether the name of a `meta` may be one of `declared.making_to`: gener, autho, creat, date, publi."""
    return (
        _has(buf, value, end, 0x67656E6572, 5)
        or _has(buf, value, end, 0x617574686F, 5)
        or _has(buf, value, end, 0x6372656174, 5)
        or _has(buf, value, end, 0x64617465, 4)
        or _has(buf, value, end, 0x7075626C69, 5)
    )


@kernel
def _may_tell(m: int, buf: int, kind: int, first: int) -> bool:
    """Whether a `link` names another address of the page, or a `meta` tells a reader something of it."""
    for at in range(first, number_at(m, ATTRIBUTE_COUNT)):
        row = ATTRIBUTES + ATTRIBUTE_FIELDS * at
        name, value, end = number_at(m, row), number_at(m, row + 2), number_at(m, row + 3)
        length, c = number_at(m, row + 1) - name, byte_at(buf, name) | 32
        if kind == _LINK and length == 3 and c == 114:  # rel
            if _has(buf, value, end, 0x63616E6F6E, 5) or _has(
                buf, value, end, 0x616C7465726E, 6
            ):  # canon, altern
                return True
            if _has(buf, value, end, 0x616D70, 3) or find(buf, value, end, 38) < end:  # amp, a reference
                return True
        elif kind == _META and length == 10 and c == 104:  # http-equiv
            if _has(buf, value, end, 0x7265667265, 5) or _has(
                buf, value, end, 0x6C616E6775, 5
            ):  # refre, langu
                return True
            if find(buf, value, end, 38) < end:
                return True
        elif kind == _META and length in (4, 8) and c in (105, 110, 112):  # name, property, itemprop
            if _has(buf, value, end, 0x626F74, 3) or _tells_of_making(buf, value, end):  # bot, robots
                return True
            if find(buf, value, end, 38) < end:
                return True
    return False


@kernel
def _after_start(m: int, buf: int, kind: int, node: int, first: int, name: int, i: int, end: int) -> int:
    """What a start tag that ended before `i` brings with it: a fact, or text of its own kind."""
    action = ACTIONS[kind]
    if kind in (_AREA, _FORM, _IFRAME, _BASE) or (
        (kind in (_LINK, _META)) and _may_tell(m, buf, kind, first)
    ):
        event(m, kind, node, first, NOTHING, NOTHING)
    if kind in (_PRE, _LISTING, _TEXTAREA):
        put_number(m, NEWLINE_AT, i)
    if _holds_text(action):
        return _own_text(m, buf, kind, node, first, name, i, end)
    return i


@kernel
def _own_text(m: int, buf: int, kind: int, node: int, first: int, name: int, i: int, end: int) -> int:
    """Past the content of an element that holds text only, and its end tag."""
    name_end = name
    while not _ends_name(byte_at(buf, name_end)):
        name_end += 1
    if kind == _TEXTAREA and byte_at(buf, i) == 10:
        i += 1
    closing = _script_end(buf, i, end) if kind == _SCRIPT else _raw_end(buf, i, end, name, name_end)
    if closing >= end:
        give_up(m, UNCLOSED)
        return end
    if kind == _SCRIPT:
        take_out(m, node)
    elif kind == _STYLE:
        event(m, kind, field(m, node, PARENT), first, i, closing)
        take_out(m, node)
    else:
        if closing > i:
            put_text(m, node, i, closing)
            extend(m, node)
        if kind == _TITLE:
            event(m, kind, node, first, i, closing)
    before = number_at(m, ATTRIBUTE_COUNT)
    after = _attributes(m, buf, closing + 2 + name_end - name, end)
    put_number(m, ATTRIBUTE_COUNT, before)
    if after >= end:
        give_up(m, UNCLOSED)
    return after + 1


@kernel
def _foreign_text(m: int, buf: int, kind: int, node: int, first: int, name: int, i: int, end: int) -> int:
    """Past a script or style within SVG, where its content is text and tags like all else."""
    closing = find(buf, i, end, 60)
    is_plain = byte_at(buf, closing + 1) == 47 and find(buf, i, closing, 38) == closing
    if (
        not is_plain
        or _raw_end(buf, i, min(closing + 40, end), name, name + (5 if kind == _STYLE else 6)) != closing
    ):
        give_up(m, FOREIGN)
        return end
    if kind == _STYLE:
        event(m, kind, field(m, node, PARENT), first, i, closing)
    after = find(buf, closing, end, 62)
    if after >= end:
        give_up(m, UNCLOSED)
    return after + 1


@kernel
def _tag(m: int, buf: int, i: int, end: int) -> int:
    """Take the tag whose name begins at `i`; where to go on."""
    is_end = byte_at(buf, i - 1) == 47
    name = i
    while i < end and not _ends_name(byte_at(buf, i)):
        i += 1
    kind, first = named(buf, name, i), number_at(m, ATTRIBUTE_COUNT)
    name_end = i
    i = _attributes(m, buf, i, end)
    if i >= end:  # a tag that is cut off is none
        put_number(m, ATTRIBUTE_COUNT, first)
        return end
    if is_end:
        put_number(m, ATTRIBUTE_COUNT, first)
        end_tag(m, buf, kind, name, name_end)
        return i + 1
    if number_at(m, ATTRIBUTE_COUNT) - first > _TAG_ATTRIBUTES:
        give_up(m, TOO_MANY)
        return end
    is_closed = byte_at(buf, i - 1) == 47 and not _is_value_end(m, first, i)
    was_foreign = number_at(m, MODE) >= IN_BODY and field(m, top(m), IS_FOREIGN) != 0
    node = start_tag(m, buf, kind, name, i + 1, first, is_closed)
    if node == NOTHING or number_at(m, REASON):
        return i + 1
    if was_foreign:
        if (kind in (_STYLE, _SCRIPT)) and not is_closed:
            return _in_foreign(m, buf, kind, node, first, name, i + 1, end)
        if kind in (_STYLE, _SCRIPT):
            take_out(m, node)
        return i + 1
    if ACTIONS[kind] == _DO_FOREIGN and not is_closed:
        enter_foreign(m, node)
        return i + 1
    if ACTIONS[kind] == _DO_TEMPLATE:
        return _after_template(m, buf, i + 1, end)
    return _after_start(m, buf, kind, node, first, name, i + 1, end)


@kernel
def _after_template(m: int, buf: int, i: int, end: int) -> int:
    """Past a template, whose content is none of the page's."""
    before, depth = number_at(m, ATTRIBUTE_COUNT), 1
    while i < end:
        i = find(buf, i, end, 60)
        c, d = byte_at(buf, i + 1), byte_at(buf, i + 2)
        if _is_letter(c) or (c == 47 and _is_letter(d)):
            name = i + 1 if c != 47 else i + 2
            i = name
            while not _ends_name(byte_at(buf, i)) and i < end:
                i += 1
            name_end, kind = i, named(buf, name, i)
            i = _attributes(m, buf, i, end) + 1
            put_number(m, ATTRIBUTE_COUNT, before)
            if ACTIONS[kind] == _DO_TEMPLATE:
                depth += 1 if c != 47 else -1
                if depth == 0:
                    return i
            elif ACTIONS[kind] == _DO_ODD:  # may take the rest of the page for its text
                break
            elif kind == _SCRIPT and c != 47:
                i = _script_end(buf, i, end)
            elif c != 47 and _holds_text(ACTIONS[kind]):
                i = _raw_end(buf, i, end, name, name_end)
        elif c == 33 and d == 91:
            break
        elif c == 33 and d == 45 and byte_at(buf, i + 3) == 45:
            i = _after_comment(buf, i + 4, end)
        elif c in (33, 63, 47):
            i = find(buf, i + 2, end, 62) + 1
        else:
            i += 1
    give_up(m, UNCLOSED)
    return end


@kernel
def _holds_text(action: int) -> bool:
    return action in (_DO_SCRIPT, _DO_STYLE, _DO_TITLE, _DO_RAW, _DO_TEXTAREA)


@kernel
def _in_foreign(m: int, buf: int, kind: int, node: int, first: int, name: int, i: int, end: int) -> int:
    after = _foreign_text(m, buf, kind, node, first, name, i, end)
    end_tag(m, buf, kind, name, name + (5 if kind == _STYLE else 6))
    take_out(m, node)
    return after


@kernel
def _is_value_end(m: int, first: int, end: int) -> bool:
    """Whether the last attribute's value goes up to `end`, without quotes."""
    count = number_at(m, ATTRIBUTE_COUNT)
    return count > first and number_at(m, ATTRIBUTES + ATTRIBUTE_FIELDS * (count - 1) + 3) == end


@kernel
def _take_text(m: int, buf: int, start: int, end: int) -> None:
    if number_at(m, NEWLINE_AT) == start and byte_at(buf, start) == 10:
        start += 1
    if start < end:
        text(m, buf, start, end)


@kernel
def scan(m: int, buf: int, end: int) -> int:
    """Read a page of `end` bytes into the memory at `m`; why it is not plain, 0 where it is."""
    begin(m)
    start = i = 0
    while i < end and number_at(m, REASON) == 0:
        i = find(buf, i, end, 60)
        c = byte_at(buf, i + 1) if i + 1 < end else 0
        d = byte_at(buf, i + 2) if i + 2 < end else 0
        is_tag = _is_letter(c) or c in (33, 63) or (c == 47 and d != 0)
        if i < end and not is_tag:
            i += 1
            continue
        if i >= end:
            break
        if start < i:
            _take_text(m, buf, start, i)
        if _is_letter(c):
            i = _tag(m, buf, i + 1, end)
        elif c == 47 and _is_letter(d):
            i = _tag(m, buf, i + 2, end)
        elif c == 47 and d == 62:
            i += 3
        else:
            i = _declaration(m, buf, i, end)
        start = i
    if number_at(m, REASON) == 0:
        if start < i:
            _take_text(m, buf, start, min(i, end))
        finish(m)
        _gather_links(m, buf)
    return number_at(m, REASON)
