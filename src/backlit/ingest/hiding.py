"""How does a set of CSS declarations keep an element from the reader's eyes?

One answer for inline styles and for rules of style sheets: the technique, from the declarations alone.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from backlit.ingest.text import words
from backlit.model import Hidden

__all__ = [
    "TELLING",
    "Declarations",
    "colour_of",
    "declarations",
    "is_near",
    "paper_of",
    "shows",
    "technique",
]

Declarations = Mapping[str, str]

#: CSS lengths: beyond these an element is off the screen, or too small to be seen.
OFF_SCREEN_PX, FAR_PX = -500.0, 3_000.0
TINY_PX = 1.0
#: Opacity up to which nothing is seen.
UNSEEN_OPACITY = 0.01
#: Colours that differ by no more than this in any of red, green and blue cannot be told apart.
SAME_SHADE = 8
#: Characters of a set of declarations that are read.
DECLARATIONS_LIMIT = 4_000

_comments = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL).sub


@lru_cache(maxsize=1 << 14)
def declarations(style: str) -> Declarations:
    """The declarations of a style attribute or rule, in lower case, the last of each name standing.

    >>> declarations("Display: none !important; color:RED")
    {'display': 'none', 'color': 'red'}
    """
    rules: dict[str, str] = {}
    important: set[str] = set()
    text = style[:DECLARATIONS_LIMIT].lower()
    for declaration in (_comments("", text) if "/*" in text else text).split(";"):
        name, colon, value = declaration.partition(":")
        name, value = name.strip(), value.strip()
        value, bang, _ = value.partition("!")
        if colon and (bang or name not in important):
            rules[name] = value.strip()
            if bang:
                important.add(name)
    return rules


@lru_cache(maxsize=1 << 14)
def technique(style: str) -> Hidden | None:
    """How a style hides its element; VISIBLE when it does not, None for "shown".

    >>> technique("position:absolute; left:-9999px")
    <Hidden.OFF_SCREEN: 5>
    """
    rules = declarations(style)
    for names, hides, hidden in _TECHNIQUES:
        if not names.isdisjoint(rules) and hides(rules):
            return hidden
    return None if rules.get("visibility") == "visible" else Hidden.VISIBLE


_length = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))(px|r?em|ex|ch|pt|vw|vh|%)?(?![\w.])").match
_PX = {"px": 1.0, "em": 16.0, "rem": 16.0, "ex": 8.0, "ch": 8.0, "pt": 1.33, "vw": 12.0, "vh": 8.0, "%": 12.0}


def _px(value: str | None) -> float | None:
    """A CSS length in pixels, of a usual window where it is relative; None when it is no length."""
    found = _length(value) if value else None
    return float(found[1]) * _PX[found[2] or "px"] if found else None


def _all_px(rules: Declarations, names: str) -> list[float]:
    lengths = (_px(rules.get(name)) for name in names.split())
    return [length for length in lengths if length is not None]


def _is_away(lengths: list[float]) -> bool:
    return any(length <= OFF_SCREEN_PX or length >= FAR_PX for length in lengths)


def _is_off_screen(rules: Declarations) -> bool:
    if _is_away(_all_px(rules, "text-indent")):
        return "url(" not in rules.get("background", rules.get("background-image", ""))  # else a picture
    if any(length <= OFF_SCREEN_PX for length in _all_px(rules, "margin-left margin-top margin-right")):
        return True
    if rules.get("margin", "").startswith("-") and _is_away(_lengths(rules["margin"])):
        return True
    moved = rules.get("position") in ("absolute", "fixed", "relative", "sticky")
    if moved and _is_away(_all_px(rules, "left top right bottom") + _lengths(rules.get("inset", ""))):
        return True
    shifts = _shifts(rules.get("transform", "")) or rules.get("translate", "").split()
    return _is_away([_px(part.strip()) or 0.0 for part in shifts])


def _lengths(value: str) -> list[float]:
    found = (_px(part) for part in value.split())
    return [length for length in found if length is not None]


def _shifts(transform: str) -> list[str]:
    found = re.search(r"translate(?:x|y|3d)?\(([^)]*)\)", transform)
    return found[1].split(",") if found else []


_no_scale = re.compile(r"scale(?:3d|x|y)?\(\s*0(?:\.0*)?\s*[,)]").search


def _is_too_small(rules: Declarations) -> bool:
    if any(size <= TINY_PX for size in _all_px(rules, "font-size")) or _no_scale(rules.get("transform", "")):
        return True
    font = re.match(r"(?:[a-z]+ )*0(?:px|em|pt)?[ /]|(?:[a-z]+ )*1px[ /]", rules.get("font", ""))
    if font or _px(rules.get("zoom")) == 0.0 or _px(rules.get("scale")) == 0.0:
        return True
    overflow = rules.get("overflow") or rules.get("overflow-x") or rules.get("overflow-y") or ""
    if not overflow.startswith(("hidden", "clip")) or any(
        name.startswith(("padding", "min-")) for name in rules
    ):
        return False  # no height but a padding is how videos keep their shape
    return any(size <= TINY_PX for size in _all_px(rules, "width height max-width max-height"))


_clips_all = re.compile(
    r"rect\(\s*(\d)(?:px)?[\s,]+\1(?:px)?[\s,]+\1(?:px)?[\s,]+\1|inset\(\s*(?:[5-9]\d|100)(?:\.\d+)?%"
    r"|(?:circle|ellipse)\(\s*0|polygon\(\s*(?:0(?:px|%)?[\s,]*)+\)"
).match


def _is_clipped(rules: Declarations) -> bool:
    names = ("clip", "clip-path", "-webkit-clip-path")
    return any(_clips_all(rules.get(name, "")) for name in names)


def _is_transparent(rules: Declarations) -> bool:
    opacity = _length(rules.get("opacity", ""))
    if opacity is not None and float(opacity[1]) <= UNSEEN_OPACITY:
        return "animation" not in rules and "animation-name" not in rules  # fades in
    faded = re.search(r"opacity\(\s*0?\.?0*%?\s*\)|alpha\(opacity=0\)", rules.get("filter", ""))
    return faded is not None


def _is_undisplayed(rules: Declarations) -> bool:
    return rules.get("display") == "none" or rules.get("content-visibility") == "hidden"


def _is_invisible(rules: Declarations) -> bool:
    return rules.get("visibility") in ("hidden", "collapse") and "animation" not in rules


def _has_one_colour(rules: Declarations) -> bool:
    ink = colour_of(rules.get("color"))
    if ink == "transparent":
        return "text" not in rules.get("background-clip", rules.get("-webkit-background-clip", ""))
    paper = paper_of(rules)
    return ink is not None and paper is not None and is_near(ink, paper)


_NAMED = {
    "white": "ffffff", "black": "000000", "red": "ff0000", "snow": "fffafa", "ivory": "fffff0",
    "ghostwhite": "f8f8ff", "whitesmoke": "f5f5f5", "floralwhite": "fffaf0", "gray": "808080",
    "grey": "808080", "silver": "c0c0c0", "lightgray": "d3d3d3", "lightgrey": "d3d3d3", "navy": "000080",
    "blue": "0000ff", "green": "008000", "yellow": "ffff00", "azure": "f0ffff", "mintcream": "f5fffa",
    "transparent": "transparent",
}  # fmt: skip
_colour = re.compile(r"#([0-9a-f]{3,8})\b|(rgb|hsl)a?\(([^)]*)\)|([a-z]+)(?![\w(-])").match


@lru_cache(maxsize=1 << 12)
def colour_of(value: str | None) -> str | None:
    """Six hexadecimal digits, or `transparent`; None for what is no colour or is not known here.

    >>> colour_of("rgb(255, 255, 255)"), colour_of("#FFF"), colour_of("rgba(0,0,0,0)")
    ('ffffff', 'ffffff', 'transparent')
    """
    found = _colour(value.strip().lower()) if value else None
    if found is None:
        return None
    digits, function, parts, name = found.groups()
    if digits:
        return _of_digits(digits)
    if name:
        return _NAMED.get(name)
    numbers = re.findall(r"[\d.]+%?", parts)[:4]
    if len(numbers) == 4 and float(numbers[3].rstrip("%.") or 0) <= UNSEEN_OPACITY:
        return "transparent"
    if len(numbers) < 3:
        return None
    if function == "hsl":
        return {"100%": "ffffff", "0%": "000000"}.get(numbers[2])
    return "".join(f"{_channel(number):02x}" for number in numbers[:3])


def _of_digits(digits: str) -> str | None:
    if len(digits) in (3, 4):
        digits = "".join(digit * 2 for digit in digits)
    if len(digits) not in (6, 8):
        return None
    return "transparent" if digits[6:] == "00" else digits[:6]


def _channel(number: str) -> int:
    try:
        level = float(number.rstrip("%")) * (2.55 if number.endswith("%") else 1)
    except ValueError:
        return 0
    return min(round(level), 255)


def paper_of(rules: Declarations) -> str | None:
    """The colour behind an element's text, or `picture`; None where none is set.

    >>> paper_of({"background": "#fff"}), paper_of({"background": "url(dark.jpg)"})
    ('ffffff', 'picture')
    """
    colour, both = rules.get("background-color", ""), rules.get("background", "")
    image = f"{both} {rules.get('background-image', '')}"
    if "url(" in image or "gradient" in image:
        return "picture"
    return colour_of(colour or both)


@lru_cache(maxsize=1 << 12)
def is_near(ink: str, paper: str) -> bool:
    """Whether two colours cannot be told apart.

    >>> is_near("fefefe", "ffffff"), is_near("eeeeee", "ffffff")
    (True, False)
    """
    if len(ink) != 6 or len(paper) != 6:  # no colour, or a picture behind it
        return ink == "transparent"
    pairs = ((int(ink[n : n + 2], 16), int(paper[n : n + 2], 16)) for n in (0, 2, 4))
    return all(abs(a - b) <= SAME_SHADE for a, b in pairs)


#: Each technique, and the properties without which none hides by it.
_TECHNIQUES = (
    (frozenset(("display", "content-visibility")), _is_undisplayed, Hidden.DISPLAY_NONE),
    (frozenset(("visibility",)), _is_invisible, Hidden.VISIBILITY),
    (frozenset(("opacity", "filter")), _is_transparent, Hidden.OPACITY),
    (
        words("font-size transform font zoom scale overflow overflow-x overflow-y"),
        _is_too_small,
        Hidden.ZERO_SIZE,
    ),
    (
        words("text-indent margin margin-left margin-top margin-right position transform translate"),
        _is_off_screen,
        Hidden.OFF_SCREEN,
    ),
    (words("clip clip-path -webkit-clip-path"), _is_clipped, Hidden.CLIP),
    (words("color"), _has_one_colour, Hidden.SAME_COLOUR),
)
#: The properties by which each technique is taken back.
_FAMILIES = {
    Hidden.DISPLAY_NONE: ("display", "content-visibility"),
    Hidden.VISIBILITY: ("visibility",),
    Hidden.OPACITY: ("opacity", "filter"),
    Hidden.ZERO_SIZE: ("height", "max-height", "width", "max-width", "transform", "font-size", "overflow"),
    Hidden.OFF_SCREEN: (
        *("left", "top", "right", "bottom", "inset", "transform", "translate", "position"),
        *("text-indent", "margin", "margin-left", "margin-top"),
    ),
    Hidden.CLIP: ("clip", "clip-path"),
    Hidden.SAME_COLOUR: ("color", "background", "background-color"),
}

#: Properties that hide, show or colour: a rule without any of them says nothing here. A place or an overflow
#: alone, without a length, does none of that.
TELLING = frozenset(
    (
        *("background-image", *(name for names, _, _ in _TECHNIQUES for name in names)),
        *(name for names in _FAMILIES.values() for name in names),
    )
) - words("position overflow overflow-x overflow-y")


def shows(style: str, hidden: Hidden) -> bool:
    """Whether a style, where it applies, takes back what hides an element."""
    rules = declarations(style)
    return any(name in rules for name in _FAMILIES.get(hidden, ())) and not technique(style)
