"""How does a group of domains become a picture that shows why they belong together?

The members stand on a circle around the target; what several of them lead to stands below. Lines are links.
The same rules hold as for charts: percentages and no viewBox, words that say what colours repeat.
"""

from collections.abc import Sequence
from html import escape
from math import cos, pi, sin

from backlit.report.charts import PALETTE, Svg
from backlit.report.text import count, plural, shorten, visible

__all__ = ["cluster_picture"]

_HEIGHT, _RADIUS_X, _RADIUS_Y = 360, 34.0, 128.0
_MIDDLE = 150.0
#: Domains that are drawn: more would hide one another.
_MOST, _BELOW = 24, 4
_LABEL = 26

Place = tuple[float, float]


def cluster_picture(title: str, members: Sequence[str], edges: Sequence[tuple[str, str]], target: str) -> Svg:
    """The picture of a cluster: its members, and the links among them, to the target, to what they share."""
    shown = list(members[:_MOST])
    places: dict[str, Place] = {name: _around(at, len(shown)) for at, name in enumerate(shown)}
    places[target] = (50.0, _MIDDLE)
    others = [
        name for name in dict.fromkeys(end for _, end in edges) if name not in places and name not in members
    ]
    for at, name in enumerate(others[:_BELOW]):
        places[name] = (100.0 * (at + 0.5) / min(len(others), _BELOW), _HEIGHT - 16.0)
    lines = [_line(places[a], places[b]) for a, b in edges if a in places and b in places]
    nodes = [
        _node(name, at, 1 if name == target else 2 if name in members else 5) for name, at in places.items()
    ]
    left = len(members) - len(shown)
    more = [_text(f"and {count(left)} more", 50.0, _MIDDLE + 34.0)] if left else []
    said = f"{plural(len(members), 'domain')} around {target}: {', '.join(shown[:8])}"
    return _framed(title, said, [*lines, *nodes, *more])


def _around(at: int, of: int) -> Place:
    angle = 2 * pi * at / max(of, 1) - pi / 2
    return 50 + _RADIUS_X * cos(angle), _MIDDLE + _RADIUS_Y * sin(angle)


def _line(a: Place, b: Place) -> str:
    ends = f'x1="{a[0]:.1f}%" y1="{a[1]:.1f}" x2="{b[0]:.1f}%" y2="{b[1]:.1f}"'
    return f'<line class="rule" stroke="#d9dade" {ends}/>'


def _node(name: str, at: Place, series: int) -> str:
    label = visible(name)
    dot = (
        f'<circle class="s{series}" fill="{PALETTE[series - 1]}" cx="{at[0]:.1f}%" cy="{at[1]:.1f}" r="5">'
        f"<title>{escape(label)}</title></circle>"
    )
    return dot + _text(shorten(label, _LABEL), at[0], at[1] - 9)


def _text(text: str, x: float, y: float) -> str:
    place = f'x="{x:.1f}%" y="{y:.1f}" text-anchor="middle"'
    return f'<text class="ink" fill="#1d1f24" font-size="11" {place}>{escape(text)}</text>'


def _framed(title: str, said: str, body: Sequence[str]) -> Svg:
    return Svg(
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" width="100%" height="{_HEIGHT}"'
        f' font-family="system-ui, sans-serif"><title>{escape(visible(title))}</title>'
        f"<desc>{escape(visible(said))}</desc>{''.join(body)}</svg>"
    )
