"""What are an element's class, id and role, and where does an attribute of it stand?"""

from backlit.ingest.kernels import byte_at, kernel, number_at, put_number
from backlit.ingest.plain.layout import (
    ATTRIBUTE_END,
    ATTRIBUTE_FIELDS,
    ATTRIBUTES,
    FIRST_ATTRIBUTE,
    TOLD,
    field,
)

__all__ = ["MARKS", "attribute", "mark"]

#: Where what `mark` found stands: beginning and end of the class, the id and the role, and the rest.
MARKS, MARKS_ROOM = TOLD + 6, 8


@kernel
def mark(m: int, buf: int, node: int) -> None:
    """Note where an element's class, id and role stand, and whether it has a style or is hidden."""
    for k in range(MARKS_ROOM):
        put_number(m, MARKS + k, 0)
    for at in range(field(m, node, FIRST_ATTRIBUTE), field(m, node, ATTRIBUTE_END)):
        row = ATTRIBUTES + ATTRIBUTE_FIELDS * at
        name = number_at(m, row)
        length, c, d = number_at(m, row + 1) - name, byte_at(buf, name) | 32, byte_at(buf, name + 1) | 32
        place = -1
        if length == 5 and c == 99 and d == 108 and _is(buf, name, 0x636C617373, 5):
            place = 0
        elif length == 2 and c == 105 and d == 100:
            place = 2
        elif length == 4 and c == 114 and d == 111 and _is(buf, name, 0x726F6C65, 4):
            place = 4
        elif (length == 5 and _is(buf, name, 0x7374796C65, 5)) or (
            length == 6 and _is(buf, name, 0x68696464656E, 6)
        ):
            put_number(m, MARKS + 6, 1)
        if place >= 0 and number_at(m, MARKS + 7) & 1 << place == 0:
            put_number(m, MARKS + 7, number_at(m, MARKS + 7) | 1 << place)
            if number_at(m, row + 2) >= 0:
                put_number(m, MARKS + place, number_at(m, row + 2))
                put_number(m, MARKS + place + 1, number_at(m, row + 3))


@kernel
def attribute(m: int, buf: int, node: int, word: int, length: int) -> int:
    """The place of an attribute whose name, of at most 8 letters, is packed in a number; -1 for none."""
    for at in range(field(m, node, FIRST_ATTRIBUTE), field(m, node, ATTRIBUTE_END)):
        row = ATTRIBUTES + ATTRIBUTE_FIELDS * at
        name = number_at(m, row)
        if number_at(m, row + 1) - name == length and _is(buf, name, word, length):
            return row
    return -1


@kernel
def _is(buf: int, at: int, word: int, length: int) -> bool:
    """Whether the letters of a word, packed in a number, stand there in any case."""
    seen = 0
    for k in range(length):
        seen = seen << 8 | byte_at(buf, at + k) | 32
    return seen == word
