"""How does the neighbourhood of a target become a picture, and a file that graph programs read?

The target stands in the middle, around it the domains that link to it: larger with more authority, square
where somebody kept them and as a diamond where somebody did otherwise, and near those they link to. Lines are
links among them. Colours repeat the number of the group, and words say everything again.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from typing import Any
from xml.sax.saxutils import quoteattr

from backlit.report.charts import PALETTE, Svg
from backlit.report.text import count, plural, shorten, visible

__all__ = ["graph_gexf", "graph_picture"]

_HEIGHT, _EDGE = 640, 40
#: Domains that are called by name, the strongest; more would hide one another.
_NAMED, _LABEL = 28, 26
#: The width that is reckoned with, and of a letter and a row of names, in pixels.
_WIDTH, _LETTER, _ROW = 800.0, 6.2, 13.0
#: Colours of groups, and of who is in none.
_HUES, _ALONE = (2, 3, 4, 6), 5
_XML_INVALID = {number: None for number in range(32) if number not in (9, 10, 13)}

Row = Mapping[str, Any]


def graph_picture(row: Row, link: Callable[[str], str] | None = None) -> Svg:
    """The picture of a graph as `app.graph` answers it; with `link` each domain leads where that says."""
    places = {node["domain"]: _place(node) for node in row["nodes"]}
    among = [_line(places[edge["source"]], places[edge["target"]], edge) for edge in row["edges"]]
    nodes = [_linked(_node(node, places[node["domain"]]), node, link) for node in reversed(row["nodes"])]
    labels = list(_labels(row["nodes"], places))
    role = "img" if link is None else "group"
    return Svg(
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart graph" role="{role}" width="100%"'
        f' height="{_HEIGHT}" font-family="system-ui, sans-serif">'
        f"<title>{escape(visible(_title(row)))}</title>"
        f"<desc>{escape(visible(_said(row)))}</desc>{''.join([*among, *nodes, *labels])}</svg>"
    )


def _title(row: Row) -> str:
    return f"Who links to {row['target']}, and to each other"


def _said(row: Row) -> str:
    shown = plural(len(row["nodes"]) - 1, "domain")
    left = f"; {count(row['left_out'])} more are left out" if row["left_out"] else ""
    return f"{shown} and {plural(len(row['edges']), 'pair')} of them that link{left}"


def _place(node: Row) -> tuple[float, float]:
    return 50 + 43 * node["x"], _HEIGHT / 2 + (_HEIGHT / 2 - _EDGE) * node["y"]


def _line(a: tuple[float, float], b: tuple[float, float], edge: Row) -> str:
    ends = f'x1="{a[0]:.2f}%" y1="{a[1]:.1f}" x2="{b[0]:.2f}%" y2="{b[1]:.1f}"'
    said = f"{edge['source']} links to {edge['target']}, {plural(edge['links'], 'time')}"
    return f'<line class="rule" stroke="#d9dade" {ends}><title>{escape(visible(said))}</title></line>'


def _node(node: Row, at: tuple[float, float]) -> str:
    size = 11.0 if node["is_target"] else 4.0 + (node["authority"] or 0.0) / 14
    series = 1 if node["is_target"] else _ALONE if not node["community"] else _hue(node["community"])
    drawn = f'class="s{series}" fill="{PALETTE[series - 1]}"'
    title = f"<title>{escape(visible(_words(node)))}</title>"
    shape = f'<circle {drawn} r="{size:.1f}">{title}</circle>'
    if node["decision"] is not None and not node["is_target"]:
        turned = "" if node["decision"] == "keep" else ' transform="rotate(45)"'
        box = f'x="{-size:.1f}" y="{-size:.1f}" width="{2 * size:.1f}" height="{2 * size:.1f}"'
        shape = f"<rect {drawn} {box}{turned}>{title}</rect>"
    ring = f'<circle class="on" fill="#ffffff" r="{size / 2.2:.1f}"/>' if _is_ringed(node) else ""
    # a picture of its own, since its middle is a percentage and shapes are drawn around it
    return f'<svg x="{at[0]:.2f}%" y="{at[1]:.1f}" overflow="visible">{shape}{ring}</svg>'


def _linked(drawn: str, node: Row, link: Callable[[str], str] | None) -> str:
    """A node that leads somewhere by mouse; keys take the table beside, where it is one row of many."""
    if link is None or node["is_target"]:
        return drawn
    return f'<a href="{escape(link(node["domain"]))}" tabindex="-1">{drawn}</a>'


def _hue(community: int) -> int:
    return _HUES[(community - 1) % len(_HUES)]


def _is_ringed(node: Row) -> bool:
    """Whether a group has the colour of another before it, and a light middle to be told from that."""
    return (
        bool(node["community"]) and not node["is_target"] and (node["community"] - 1) // len(_HUES) % 2 == 1
    )


def _words(node: Row) -> str:
    if node["is_target"]:
        return str(node["domain"])
    parts = [node["domain"]]
    if node["authority"] is not None:
        parts.append(f"authority {node['authority']:.0f}")
    parts.append(plural(node["links"], "link"))
    parts += [f"group {node['community']}"] if node["community"] else []
    parts += [f"decided: {node['decision']}"] if node["decision"] else []
    return ", ".join(map(str, parts))


def _labels(nodes: Sequence[Row], places: Mapping[str, tuple[float, float]]) -> Iterator[str]:
    """The names of the strongest, as far as none hides another."""
    taken: list[tuple[float, float, float]] = []
    for node in nodes:
        x, y = places[node["domain"]]
        side = "start" if x < 12 else "end" if x > 88 else "middle"
        above = y - (15 if node["is_target"] else 8 + (node["authority"] or 0.0) / 14)
        name = shorten(visible(node["domain"]), _LABEL)
        width = len(name) * _LETTER
        left = x * _WIDTH / 100 - {"start": 0.0, "middle": width / 2, "end": width}[side]
        if any(left < end and left + width > start and abs(above - at) < _ROW for start, end, at in taken):
            continue
        taken.append((left, left + width, above))
        place = f'x="{x:.2f}%" y="{above:.1f}" text-anchor="{side}"'
        weight = ' font-weight="600"' if node["is_target"] else ""
        yield f'<text class="ink" fill="#1d1f24" font-size="11"{weight} {place}>{escape(name)}</text>'
        if len(taken) > _NAMED:
            return


# a file for Gephi and others --------------------------------------------------------


def graph_gexf(row: Row) -> Iterator[str]:
    """The same graph as GEXF 1.3, for programs that draw graphs: text in parts."""
    fields = (("authority", "double"), ("links", "integer"), ("spam", "double"), ("community", "integer"))
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<gexf xmlns="http://gexf.net/1.3" version="1.3">\n'
    yield '<graph defaultedgetype="directed">\n<attributes class="node">\n'
    for number, (name, kind) in enumerate(fields):
        yield f'<attribute id="{number}" title="{name}" type="{kind}"/>\n'
    yield "</attributes>\n<nodes>\n"
    for node in row["nodes"]:
        values = "".join(
            f'<attvalue for="{number}" value="{node[name]}"/>'
            for number, (name, _) in enumerate(fields)
            if node[name] is not None
        )
        name = _quoted(node["domain"])
        yield f"<node id={name} label={name}><attvalues>{values}</attvalues></node>\n"
    yield "</nodes>\n<edges>\n"
    for number, edge in enumerate(_edges(row)):
        ends = f"source={_quoted(edge['source'])} target={_quoted(edge['target'])}"
        yield f'<edge id="{number}" {ends} weight="{edge["links"]}"/>\n'
    yield "</edges>\n</graph>\n</gexf>\n"


def _edges(row: Row) -> Sequence[Row]:
    to_target = [
        {"source": node["domain"], "target": row["nodes"][0]["domain"], "links": node["links"]}
        for node in row["nodes"][1:]
    ]
    return [*to_target, *row["edges"]]


def _quoted(text: str) -> str:
    return quoteattr(text.translate(_XML_INVALID))
