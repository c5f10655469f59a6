"""How does a handful of numbers become a picture that web, document and README share?

Pure functions from numbers to SVG. Horizontal positions are percentages and there is no viewBox, so
a chart fills its column while its text keeps its size. Colours are presentation attributes, which
a strict Content-Security-Policy allows and which work in a file of their own; a page themes them
through `STYLE`. What is unknown is drawn hollow and dashed; order, words and numbers carry the
meaning that colours only repeat.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from backlit.report.text import count, percent, shorten, visible

__all__ = [
    "PALETTE",
    "STYLE",
    "Part",
    "Svg",
    "bars",
    "columns",
    "gauge",
    "strip",
]

#: Six hues of similar weight that differ in lightness too; white text on each passes 4.5:1.
PALETTE = ("#2f4fd0", "#b45309", "#0f766e", "#86349b", "#52607a", "#b3261e")
_INK, _MUTED, _LINE, _ON = "#1d1f24", "#5c616b", "#d9dade", "#ffffff"

#: Rules that let a page's custom properties repaint every chart in it.
STYLE = "\n".join(
    [
        "svg.chart{display:block;overflow:hidden;font:13px/1.4 var(--font,system-ui,sans-serif)}",
        *(f"svg.chart .s{at}{{fill:var(--chart-{at},{hue})}}" for at, hue in enumerate(PALETTE, 1)),
        f"svg.chart .ink{{fill:var(--ink,{_INK})}}",
        f"svg.chart .muted{{fill:var(--muted,{_MUTED})}}",
        f"svg.chart .on{{fill:var(--chart-on,{_ON})}}",
        f"svg.chart .rule{{stroke:var(--line,{_LINE})}}",
        f"svg.chart .track{{fill:var(--line,{_LINE})}}",
        f"svg.chart .hollow{{fill:none;stroke:var(--muted,{_MUTED})}}",
        "svg.chart a .hit{pointer-events:all}",
        "svg.chart a:hover .ink{text-decoration:underline}",
        "svg.chart text{font-variant-numeric:tabular-nums}",
    ]
)

_LABEL = 38  # characters of a label beside a number in the narrowest column, 288 px


class Svg(str):
    """Markup of our own that escaped the text in it: Jinja inserts it as it is."""

    __slots__ = ()

    def __html__(self) -> str:
        return str(self)


@dataclass(frozen=True, slots=True)
class Part:
    """One bar or slice. `value` None is unknown; `unknown` marks the slice that counts unknowns.

    `href` is where the rows behind it are listed; `short` stands below an axis, where there is less room.
    `below` is drawn the other way, below the line of a column.
    """

    label: str
    value: float | None
    note: str = ""
    unknown: bool = False
    href: str | None = None
    short: str = ""
    below: "Part | None" = None


def bars(title: str, parts: Sequence[Part], *, desc: str = "") -> Svg:
    """Horizontal bars, longest possible = the largest value; label and number stand over each bar."""
    top = max((part.value for part in parts if part.value), default=1.0)
    body: list[str] = []
    for at, part in enumerate(parts):
        body += _linked(part, _bar(part, at * 34, top), _hit("0", at * 34, "100%", 32))
    return _frame(title, desc or _sentence(parts), 34 * max(len(parts), 1), body, parts)


def _bar(part: Part, y: int, top: float) -> Iterable[str]:
    shown = "unknown" if part.value is None else part.note or count(part.value)
    yield _text("0", y + 14, shorten(visible(part.label), _LABEL))
    yield _text("100%", y + 14, shown, css="muted", fill=_MUTED, anchor="end")
    yield f'<rect class="track" fill="{_LINE}" x="0" y="{y + 21}" width="100%" height="6" rx="3"/>'
    if part.value is None or part.unknown:
        yield _hollow("0.1%", y + 21.5, "99.8%" if part.value is None else _pct(part.value, top), 5)
    elif part.value:
        yield _box("0", y + 21, _pct(part.value, top), 6, 1, f"{part.label}: {shown}")


def strip(title: str, parts: Sequence[Part], *, desc: str = "") -> Svg:
    """One bar cut into its parts, and a legend in the same order with each share and count."""
    present = [part for part in parts if part.value]
    whole = sum(part.value or 0 for part in present)
    slices: list[str] = []
    legend: list[str] = []
    left = 0.0
    for at, part in enumerate(present):
        width = 100 * (part.value or 0) / whole
        slices += _linked(part, _slice(part, at, left, width, whole))
        legend += _linked(part, _legend(part, at, 44 + at * 22, whole), _hit("0", 38 + at * 22, "100%", 22))
        left += width
    if not present:
        slices = [_hollow("0.1%", 1, "99.8%", 24)]
        legend = [_text("0", 48, "nothing known yet", css="muted", fill=_MUTED)]
    height = 36 + 22 * max(len(present), 1)
    return _frame(title, desc or _sentence(present, whole), height, [*slices, *legend], present)


def _slice(part: Part, at: int, left: float, width: float, whole: float) -> Iterable[str]:
    share = percent(part.value or 0, whole)
    name = f"{part.label}: {share}, {count(part.value)}"
    # Two tenths of a percent of air keep neighbours apart without help from colour.
    gap = min(0.4, width / 3)
    if part.unknown:
        yield _hollow(f"{left + 0.1:.2f}%", 1, f"{max(width - gap, 0.2):.2f}%", 24, name)
    else:
        yield _box(f"{left:.2f}%", 0, f"{max(width - gap, 0.2):.2f}%", 26, _series(at), name)
    if width >= 16:
        css, fill = ("muted", _MUTED) if part.unknown else ("on", _ON)
        yield _text(f"{left + width / 2:.2f}%", 17.5, share, css=css, fill=fill, anchor="middle")


def _legend(part: Part, at: int, y: int, whole: float) -> Iterable[str]:
    yield _hollow("0.5", y - 0.5, "10", 10) if part.unknown else _box("0", y - 1, "11", 11, _series(at))
    yield _text("18", y + 9, shorten(visible(part.label), _LABEL))
    yield _text(
        "100%", y + 9, f"{count(part.value)} · {percent(part.value or 0, whole)}", "muted", _MUTED, "end"
    )


def columns(title: str, points: Sequence[Part], *, desc: str = "", height: int = 150, below: str = "") -> Svg:
    """A timeline: one column per point, hollow where nobody looked; the largest value is marked.

    What points have below the line, which is called `below`, is drawn to the same measure.
    """
    under = [point.below for point in points if point.below and point.below.value]
    top = max((point.value for point in points if point.value), default=0.0)
    deep = max((part.value for part in under if part.value), default=0.0)
    ground, roof = height - 22, 18
    floor = ground - round((ground - roof) * deep / (top + deep)) if deep else ground
    body = [_rule(floor)]
    if top:
        body.append(_text("0", 11, f"{count(top)} at most", css="muted", fill=_MUTED))
    if deep:
        body.append(_text("100%", 11, f"{count(deep)} {below} at most", "muted", _MUTED, "end"))
    step = 100 / max(len(points), 1)
    for at, point in enumerate(points):
        place = (at * step + step * 0.12, step * 0.76)
        drawn = _column(point, *place, (floor, roof), top)
        body += _linked(point, drawn, _hit(f"{at * step:.2f}%", roof, f"{step:.2f}%", floor - roof))
        if point.below and point.below.value:
            drawn = _lower(point.below, *place, (floor, ground), deep)
            body += _linked(
                point.below, drawn, _hit(f"{at * step:.2f}%", floor, f"{step:.2f}%", ground - floor)
            )
    body += _ticks(points, step, height - 6)
    return _frame(title, desc or _sentence([*points, *under]), height, body, [*points, *under])


def _lower(part: Part, x: float, width: float, span: tuple[int, int], deep: float) -> Iterable[str]:
    floor, ground = span
    long = max(round((ground - floor) * (part.value or 0) / deep, 1), 2)
    yield _box(f"{x:.2f}%", floor + 1, f"{width:.2f}%", long, 2, f"{part.label}: {part.note}", rx=1.5)


def _column(point: Part, x: float, width: float, span: tuple[int, int], top: float) -> Iterable[str]:
    floor, roof = span
    name = f"{point.label}: {point.note or ('not looked at' if point.value is None else count(point.value))}"
    if point.value is None:
        yield _hollow(f"{x:.2f}%", floor - 12, f"{width:.2f}%", 12, name)
    elif point.value:
        tall = max(round((floor - roof) * point.value / top, 1), 2)
        yield _box(f"{x:.2f}%", round(floor - tall, 1), f"{width:.2f}%", tall, 1, name, rx=1.5)


def _ticks(points: Sequence[Part], step: float, y: float) -> Iterable[str]:
    """The first and last label, and one between them: what a column of 240 px has room for."""
    if not points:
        return
    last = len(points) - 1
    if last:
        yield _text("0", y, _tick(points[0]), "muted", _MUTED, "start")
    if last > 1:
        x = f"{(last // 2 + 0.5) * step:.2f}%"
        yield _text(x, y, _tick(points[last // 2]), "muted", _MUTED, "middle")
    yield _text("100%", y, _tick(points[last]), "muted", _MUTED, "end")


def _tick(point: Part) -> str:
    return shorten(visible(point.short or point.label), 9)


def gauge(value: float, top: float) -> Svg:
    """A small bar beside a number that says the same, so it is silent for those who listen."""
    return Svg(
        '<svg xmlns="http://www.w3.org/2000/svg" class="chart gauge" aria-hidden="true"'
        ' width="100%" height="8">'
        f'<rect class="track" fill="{_LINE}" width="100%" height="8" rx="4"/>'
        f'<rect class="s1" fill="{PALETTE[0]}" width="{_pct(value, top or 1)}" height="8" rx="4"/></svg>'
    )


def _frame(title: str, desc: str, height: int, body: Iterable[str], parts: Sequence[Part] = ()) -> Svg:
    """An image; a group where it holds links, which those who listen could not reach within an image."""
    role = "group" if any(part.href for part in parts) else "img"
    return Svg(
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="{role}" width="100%" height="{height}"'
        f' font-family="system-ui, sans-serif" font-size="13">'
        f"<title>{_plain(title)}</title><desc>{_plain(desc)}</desc>{''.join(body)}</svg>"
    )


def _linked(part: Part, marks: Iterable[str], hit: str = "") -> list[str]:
    """What is drawn of a part, as a link where it has rows. `hit` is the area that takes the pointer; a
    link without one repeats another, and is kept from the keyboard and from those who listen."""
    if part.href is None:
        return list(marks)
    number = part.note or ("unknown" if part.value is None else count(part.value))
    aside = "" if hit else ' tabindex="-1" aria-hidden="true"'
    opening = f'<a href="{escape(part.href)}" aria-label="{_plain(f"{part.label}: {number}")}"{aside}>'
    return [opening, hit, *marks, "</a>"]


def _sentence(parts: Sequence[Part], whole: float = 0) -> str:
    """The whole chart in words, for those who listen to it."""
    told = []
    for part in parts:
        number = part.note or ("unknown" if part.value is None else count(part.value))
        told.append(f"{part.label}: {number}" + (f" ({percent(part.value or 0, whole)})" if whole else ""))
    return "; ".join(told) or "nothing known yet"


def _text(x: str, y: float, text: str, css: str = "ink", fill: str = _INK, anchor: str = "start") -> str:
    return f'<text class="{css}" fill="{fill}" x="{x}" y="{y}" text-anchor="{anchor}">{escape(text)}</text>'


def _box(x: str, y: float, width: str, height: float, series: int, name: str = "", rx: float = 3) -> str:
    label = f"<title>{_plain(name)}</title>" if name else ""
    return (
        f'<rect class="s{series}" fill="{PALETTE[series - 1]}" x="{x}" y="{y}" width="{width}" '
        f'height="{height}" rx="{rx}">{label}</rect>'
    )


def _hollow(x: str, y: float, width: str, height: float, name: str = "") -> str:
    label = f"<title>{_plain(name)}</title>" if name else ""
    return (
        f'<rect class="hollow" fill="none" stroke="{_MUTED}" stroke-dasharray="3 2" x="{x}" y="{y}" '
        f'width="{width}" height="{height}" rx="2">{label}</rect>'
    )


def _hit(x: str, y: float, width: str, height: float) -> str:
    """An area that is not seen and can be pointed at, since a thin bar is hard to hit."""
    return f'<rect class="hit" fill="none" x="{x}" y="{y}" width="{width}" height="{height}"/>'


def _rule(y: float) -> str:
    return f'<line class="rule" stroke="{_LINE}" x1="0" x2="100%" y1="{y + 0.5}" y2="{y + 0.5}"/>'


def _plain(text: str) -> str:
    return escape(visible(text))


def _pct(value: float, top: float) -> str:
    return f"{max(100 * value / top, 0.5):.2f}%"


def _series(at: int) -> int:
    return at % len(PALETTE) + 1
