"""How does an audit become one HTML file that can be mailed, printed and kept?

Inline CSS and SVG, no script, no request to anywhere: the file looks the same from a disk in ten
years. Crawled text goes through autoescaping and `visible`; links leave only over http(s).
"""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from backlit.report import charts, text

__all__ = ["LABELS", "audit_charts", "audit_html", "dress", "mix_parts", "timeline_chart"]

#: Months of a timeline: fewer than a year look like a trend, more than four years are hairlines on a phone.
LEAST_MONTHS, MOST_MONTHS = 12, 48

#: Words for the values of the mixes; what is not listed is shown as it is.
LABELS: Mapping[str, Mapping[str, str]] = {
    "rel": {"follow": "plain (follow)", "unknown": "not read"},
    "placement": {
        "content": "in the text",
        "nav": "navigation",
        "related": "related links",
        "comment": "comment",
        "author": "author box",
        "unknown": "not read",
    },
    "kind": {"a": "text or image link", "area": "image map", "meta_refresh": "meta refresh"},
    "language": {"unknown": "not known"},
    "tld": {"unknown": "an address without a name"},
    "state": {"live": "live", "unverified": "not verified", "lost": "lost"},
}


def dress(environment: Environment) -> Environment:
    """Give an environment the filters that every template of ours shows crawled text through."""
    environment.filters |= {
        "shown": text.visible,
        "count": text.count,
        "day": text.day,
        "host": text.host_of,
        "path": text.path_of,
        "month": text.month,
        "technique": text.technique,
    }
    environment.globals |= {
        "web_address": text.web_address,
        "gauge": charts.gauge,
        "percent": text.percent,
        "place": text.place,
        "tail": text.tail,
        "plural": text.plural,
        "shorten": text.shorten,
    }
    return environment


@cache
def _environment() -> Environment:
    loader = PackageLoader("backlit.report", "templates")
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return dress(environment)


def audit_html(audit: Mapping[str, Any]) -> str:
    """The whole audit as one self-contained HTML document, light and dark, ready to print."""
    css = (files("backlit.report") / "templates" / "audit.css").read_text(encoding="utf-8")
    style = charts.Svg(charts.STYLE + "\n" + css)
    return (
        _environment()
        .get_template("audit.html.j2")
        .render(audit=audit, style=style, figures=audit_charts(audit))
    )


def audit_charts(audit: Mapping[str, Any]) -> dict[str, charts.Svg]:
    """The pictures of an audit by name; a mix without any count has none."""
    figures = {}
    if audit["timeline"]:
        figures["timeline"] = timeline_chart(audit["timeline"])
    titles = {
        "rel": "What the links say with rel",
        "placement": "Where the links stand",
        "state": "Whether the links are there",
    }
    for name, title in titles.items():
        if any((audit["mix"].get(name) or {}).values()):
            figures[name] = charts.strip(title, mix_parts(name, audit["mix"][name]))
    return figures


def timeline_chart(timeline: Sequence[Mapping[str, Any]]) -> charts.Svg:
    """New referring domains by month, without gaps, for a year at least and four at most."""
    new = {row["month"]: row["new_domains"] for row in timeline}
    last = max(new)
    months = [last]
    while len(months) < MOST_MONTHS and (months[-1] > min(new) or len(months) < LEAST_MONTHS):
        months.append(_month_before(months[-1]))
    points = [charts.Part(text.month(month), new.get(month, 0)) for month in reversed(months)]
    return charts.columns("New referring domains by month", points, height=170)


def _month_before(month: str) -> str:
    year, number = int(month[:4]), int(month[5:7])
    return f"{year - 1}-12" if number == 1 else f"{year}-{number - 1:02}"


def mix_parts(name: str, mix: Mapping[str, float]) -> Sequence[charts.Part]:
    """A mix as parts of a chart: the unknown part last, and marked as such."""
    labels = LABELS.get(name, {})
    ordered = sorted(mix.items(), key=lambda item: (item[0] == "unknown", item[0] == "other", -item[1]))
    return [charts.Part(labels.get(key, key), value, unknown=key == "unknown") for key, value in ordered]
