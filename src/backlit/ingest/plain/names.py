"""How does the HTML standard treat which element, in numbers that compiled kernels know?

An element's class is its place in `NAMES`. What a start tag of it does is an action, what holds of it
while it is open a set of flags (HTML standard, 13.2.4.2, 13.2.4.3 and 13.2.6).
"""

import html.entities
from enum import IntEnum, IntFlag, auto

import numpy as np

from backlit.ingest.kernels import Bytes, Ints
from backlit.ingest.text import BLOCKS, words

__all__ = [
    "ACTIONS",
    "CLASS",
    "DOCUMENT",
    "FLAGS",
    "NAMES",
    "UNKNOWN",
    "Action",
    "Flag",
    "references",
    "table_of",
]


class Action(IntEnum):
    """What the start tag of an element does within the body."""

    ORDINARY = 0
    BLOCK = auto()
    HEADING = auto()
    PRE = auto()
    FORM = auto()
    LI = auto()
    DD = auto()
    BUTTON = auto()
    A = auto()
    FORMATTING = auto()
    OBJECT = auto()
    TABLE = auto()
    VOID = auto()  # with formatting elements opened again
    PLAIN_VOID = auto()
    HR = auto()
    TEXTAREA = auto()
    RAW = auto()
    SELECT = auto()
    OPTION = auto()
    OPTGROUP = auto()
    HEAD_VOID = auto()
    SCRIPT = auto()
    STYLE = auto()
    TITLE = auto()
    TEMPLATE = auto()
    PART = auto()  # of a table: nothing anywhere else
    FOREIGN = auto()  # SVG and MathML
    NOBR = auto()
    HTML = auto()
    HEAD = auto()
    BODY = auto()
    ODD = auto()  # left to the exact reader


class Flag(IntFlag):
    """What holds of an element."""

    SPECIAL = auto()
    SCOPE = auto()
    #: ends itself where another element needs it to
    IMPLIED = auto()
    FORMATTING = auto()
    HEADING = auto()
    #: ends SVG and MathML
    BREAKOUT = auto()
    #: stands apart from the text around it
    BLOCK = auto()
    BREAK = auto()
    CELL = auto()
    BODY_PART = auto()  # of a table: tbody, thead, tfoot
    #: holds HTML within SVG or MathML
    POINT = auto()


_ACTIONS: dict[Action, str] = {
    Action.BLOCK: "address article aside blockquote center details dialog dir div dl fieldset figcaption"
    " figure footer header hgroup main menu nav ol p search section summary ul",
    Action.HEADING: "h1 h2 h3 h4 h5 h6",
    Action.PRE: "pre listing",
    Action.FORM: "form",
    Action.LI: "li",
    Action.DD: "dd dt",
    Action.BUTTON: "button",
    Action.A: "a",
    Action.FORMATTING: "b big code em font i s small strike strong tt u",
    Action.OBJECT: "applet marquee object",
    Action.TABLE: "table",
    Action.VOID: "area br embed img input keygen wbr",
    Action.PLAIN_VOID: "param source track",
    Action.HR: "hr",
    Action.TEXTAREA: "textarea",
    Action.RAW: "iframe noembed",
    Action.SELECT: "select",
    Action.OPTION: "option",
    Action.OPTGROUP: "optgroup",
    Action.HEAD_VOID: "base basefont bgsound link meta",
    Action.SCRIPT: "script",
    Action.STYLE: "style",
    Action.TITLE: "title",
    Action.PART: "caption col colgroup tbody td tfoot th thead tr",
    Action.FOREIGN: "svg math",
    Action.NOBR: "nobr",
    Action.TEMPLATE: "template",
    Action.HTML: "html",
    Action.HEAD: "head",
    Action.BODY: "body",
    Action.ODD: "plaintext image frame frameset noframes xmp rb rp rt rtc selectedcontent",
}
_FLAGS: dict[Flag, str] = {
    Flag.SPECIAL: "address applet area article aside base basefont bgsound blockquote body br button caption"
    " center col colgroup dd details dir div dl dt embed fieldset figcaption figure footer form frame"
    " frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html iframe img input keygen li link listing main"
    " marquee menu meta nav noembed noframes noscript object ol p param plaintext pre script search section"
    " select source style summary table tbody td template textarea tfoot th thead title tr track ul wbr xmp",
    Flag.SCOPE: "applet caption html table td th marquee object template select",
    Flag.IMPLIED: "dd dt li optgroup option p rb rp rt rtc",
    Flag.FORMATTING: f"a nobr {_ACTIONS[Action.FORMATTING]}",
    Flag.HEADING: _ACTIONS[Action.HEADING],
    Flag.BREAKOUT: "b big blockquote body br center code dd div dl dt em embed h1 h2 h3 h4 h5 h6 head hr i"
    " img li listing menu meta nobr ol p pre ruby s small span strong strike sub sup table tt u ul var font"
    # these are links or hold text of their own kind there: the exact reader's
    " a area form iframe base link foreignobject math textarea select template html",
    Flag.BLOCK: " ".join(sorted(BLOCKS)),
    Flag.BREAK: " ".join(sorted(BLOCKS | {"br", "img"})),
    Flag.CELL: "td th",
    Flag.BODY_PART: "tbody thead tfoot",
    Flag.POINT: "title desc mi mo mn ms mtext annotation-xml",
}
_OTHERS = "noscript span label desc foreignobject ruby var sub sup datalist"

#: Classes that are no element, then the elements that are told from others.
_TEXT, _MORE, _COMMENT, _DOCUMENT, _UNKNOWN = "#text", "#more", "#comment", "#document", "#unknown"
NAMES = (
    *(_UNKNOWN, _TEXT, _MORE, _COMMENT, _DOCUMENT),
    *sorted({name for each in (*_ACTIONS.values(), *_FLAGS.values(), _OTHERS) for name in each.split()}),
)
CLASS = {name: number for number, name in enumerate(NAMES)}
UNKNOWN, DOCUMENT = CLASS[_UNKNOWN], CLASS[_DOCUMENT]


def _numbers(groups: dict[Action, str] | dict[Flag, str]) -> Ints:
    table = np.zeros(len(NAMES), np.int32)
    for value, group in groups.items():
        for name in words(group):
            table[CLASS[name]] |= int(value)
    return table


ACTIONS, FLAGS = _numbers(_ACTIONS), _numbers(_FLAGS)
FLAGS[DOCUMENT] = Flag.BLOCK | Flag.BREAK


def table_of(names: list[bytes], room: int, width: int) -> tuple[Ints, Bytes]:
    """Names to look up: their numbers, plus one, by the hash of `scan.named`, and their bytes."""
    slots, rows = np.zeros(room, np.int32), np.zeros((len(names), width + 1), np.uint8)
    for number, name in enumerate(names):
        code = 0
        for byte in name:
            code = (code * 31 + byte) & 0xFFFFFF
        place = code % room
        while slots[place]:
            place = (place + 1) % room
        slots[place] = number + 1
        rows[number, 0] = len(name)
        rows[number, 1 : 1 + len(name)] = list(name)
    return slots, rows


def references() -> tuple[list[bytes], Ints]:
    """The named character references, with the semicolon of those that need one, and their characters."""
    found = html.entities.html5
    characters = np.zeros((len(found), 2), np.int32)
    for row, text in zip(characters, found.values(), strict=True):
        row[: len(text)] = [ord(character) for character in text]
    return [name.encode() for name in found], characters
