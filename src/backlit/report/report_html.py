"""How does a report become one HTML file, for a screen, a printer and a PDF?

Inline CSS, SVG and a logo as a data URI, no script, no request to anywhere. Crawled text goes through
autoescaping and `visible`.
"""

import re
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from backlit.report import charts
from backlit.report.brand import Brand
from backlit.report.document import audit_charts, environment, timeline_chart
from backlit.report.readable import called
from backlit.report.text import day

__all__ = ["report_html", "style_of", "title_of"]

Row = Mapping[str, Any]

_KINDS = {"owner": "Link report", "client": "Link report", "executive": "Links in short"}
#: Width of a column in a PDF, in CSS pixels: A4 less its margins.
_PAGE = 680
_WIDE = re.compile(r'<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="(\w+)" width="100%"')


def title_of(report: Row) -> str:
    """The title of a report, in plain text."""
    period = f"{day(report['since'])} to {day(report['until'])}"
    return f"{_KINDS[report['for']]}: {called(report['target'])}, {period}"


def report_html(report: Row, brand: Brand | None = None, *, for_paper: bool = False) -> str:
    """A report as one self-contained document; `for_paper` gives charts the width of a page, which a renderer
    without percentages in SVG needs."""
    own = brand or Brand()
    figures = _figures(report)
    if for_paper:
        figures = {name: charts.Svg(_sized(svg)) for name, svg in figures.items()}
    page = environment().get_template("period.html.j2")
    return page.render(
        report=report,
        brand=own,
        title=title_of(report),
        kind=_KINDS[report["for"]],
        figures=figures,
        style=charts.Svg(style_of(own)),
    )


def style_of(brand: Brand, *more: str) -> str:
    """The style of a report with the colour of a brand; `more` names files of further rules."""
    folder = files("backlit.report") / "templates"
    parts = [(folder / name).read_text(encoding="utf-8") for name in ("audit.css", "period.css", *more)]
    own = f":root{{--brand:{brand.line}}}" if brand.line else ""
    return "\n".join([charts.STYLE, *parts, own])


def _figures(report: Row) -> dict[str, charts.Svg]:
    if report["for"] == "owner":
        return audit_charts(report)
    height = 110 if report["for"] == "executive" else 170
    return {"timeline": timeline_chart(report["timeline"], height=height)} if report["timeline"] else {}


def _sized(svg: str) -> str:
    return _WIDE.sub(rf'<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="\1" width="{_PAGE}"', svg)
