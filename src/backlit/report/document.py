"""How does an audit become one HTML file that can be mailed, printed and kept?

Inline CSS and SVG, no script, no request to anywhere: the file looks the same from a disk in ten
years. Crawled text goes through autoescaping and `visible`; links leave only over http(s).
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from backlit.report import charts, text
from backlit.report.graphs import cluster_picture
from backlit.report.languages import language_name
from backlit.report.readable import named, readable
from backlit.score.findings import CLAUSES

__all__ = [
    "LABELS",
    "MOST_MONTHS",
    "Months",
    "audit_charts",
    "audit_html",
    "dress",
    "environment",
    "mix_label",
    "mix_parts",
    "mix_rows",
    "months_shown",
    "none_found",
    "timeline_chart",
    "timeline_note",
]

#: Months of a timeline, on every face: fewer than a year look like a trend, more than three years
#: are hairlines on a phone and break the line of a terminal.
LEAST_MONTHS, MOST_MONTHS = 12, 36

#: Words for the values of the mixes; what is not listed is shown as it is.
LABELS: Mapping[str, Mapping[str, str]] = {
    "rel": {"follow": "plain (follow)", "nofollow": "nofollow alone", "unknown": "not read"},
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
    "state": {
        "live": "live",
        "unverified": "not verified",
        "lost": "lost",
        "syndicated": "to a copy elsewhere",
    },
    "alias": {
        "redirect": "Redirects to",
        "meta-refresh": "Refreshes to",
        "canonical": "Calls its original",
        "mirror": "Is the same page as",
    },
    "by alias": {"meta-refresh": "refresh"},
}


#: Where the rows behind a part of a chart are listed, by its key; None where they are not.
Address = Callable[[str], str | None]


def _nowhere(_key: str) -> str | None:
    """In a file of its own a chart leads to no list."""
    return None


def dress(environment: Environment) -> Environment:
    """Give an environment the filters that every template of ours shows crawled text through."""
    environment.filters |= {
        "shown": text.visible,
        "count": text.count,
        "day": text.day,
        "landing": text.landing,
        "readable": readable,
        "named": named,
        "month": text.month,
        "technique": text.technique,
        "found_instead": text.found_instead,
        "relevance_read": text.relevance_read,
        "seldom_looked": text.seldom_looked,
        "nothing_before": text.nothing_before,
        "language": lambda tag: mix_label("language", tag),
    }
    environment.globals |= {
        "clauses": CLAUSES,
        "web_address": text.web_address,
        "gauge": charts.gauge,
        "cluster_picture": cluster_picture,
        "percent": text.percent,
        "place": text.place,
        "above": text.above,
        "standing": text.standing,
        "timeline_note": timeline_note,
        "none_found": none_found,
        "tail": text.tail,
        "count": text.count,
        "plural": text.plural,
        "shorten": text.shorten,
    }
    return environment


@cache
def environment() -> Environment:
    """The templates of documents, with the filters that crawled text leaves through."""
    loader = PackageLoader("backlit.report", "templates")
    return dress(
        Environment(
            loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
    )


def audit_html(audit: Mapping[str, Any]) -> str:
    """The whole audit as one self-contained HTML document, light and dark, ready to print."""
    css = (files("backlit.report") / "templates" / "audit.css").read_text(encoding="utf-8")
    style = charts.Svg(charts.STYLE + "\n" + css)
    return (
        environment()
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


# time ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Months:
    """New referring domains by month without gaps; None before the data begins.

    `earlier` counts those of months that are cut off, of which there are none where it is 0.
    """

    new: Sequence[tuple[str, int | None]]
    earlier: int

    @property
    def note(self) -> str:
        """What a reader has to know who sees these months."""
        if self.earlier:
            return f"Before {text.month(self.new[0][0])}: {text.plural(self.earlier, 'domain')}."
        first = "The first month with data also holds what was there before the data begins."
        return first + (" Months before it have no data." if self.new[0][1] is None else "")


def months_shown(timeline: Sequence[Mapping[str, Any]], most: int = MOST_MONTHS) -> Months:
    """The last months of a timeline: a year at least, `most` at most."""
    new = {row["month"]: int(row["new_domains"]) for row in timeline}
    first, months = min(new), [max(new)]
    while len(months) < most and (months[-1] > first or len(months) < LEAST_MONTHS):
        months.append(_month_before(months[-1]))
    months.reverse()
    shown = [(month, new.get(month, 0) if month >= first else None) for month in months]
    return Months(shown, sum(number for month, number in new.items() if month < months[0]))


def timeline_chart(
    timeline: Sequence[Mapping[str, Any]], address: Address = _nowhere, *, height: int = 170
) -> charts.Svg:
    """New referring domains by month, hollow where there is no data; `address` says where a month leads."""
    points = [
        charts.Part(
            text.month(month),
            number,
            "no data" if number is None else "",
            href=address(month) if number else None,
        )
        for month, number in months_shown(timeline).new
    ]
    return charts.columns("New referring domains by month", points, height=height)


def none_found(report: Mapping[str, Any]) -> str:
    """What stands in the place of links won or lost where there are none, or where nobody can know."""
    known = any(number["id"] == "won" and number["value"] is not None for number in report["numbers"])
    return "None." if known else "Not known: no page was read a second time in these days."


def timeline_note(timeline: Sequence[Mapping[str, Any]]) -> str:
    """The sentence below that chart."""
    return months_shown(timeline).note


def _month_before(month: str) -> str:
    year, number = int(month[:4]), int(month[5:7])
    return f"{year - 1}-12" if number == 1 else f"{year}-{number - 1:02}"


#: As DNS has them: a host may be written with an underscore, a top-level domain may not (RFC 1123).
_TLD = re.compile(r"[a-z]+|xn--[a-z0-9-]+")


# mixes -----------------------------------------------------------------------


def mix_rows(mix: Mapping[str, float], most: int | None = None) -> list[tuple[str, float]]:
    """A mix from its largest part down, at most so many; then the rest as `other`, then `unknown`."""
    known = [(key, value) for key, value in mix.items() if value and key not in ("unknown", "other")]
    known.sort(key=lambda item: (-item[1], item[0]))
    cut = len(known) if most is None else most
    rest = sum(value for _, value in known[cut:]) + (mix.get("other") or 0)
    last = (("other", rest), ("unknown", mix.get("unknown") or 0))
    return known[:cut] + [(key, value) for key, value in last if value]


def mix_label(name: str, key: str) -> str:
    """The word for a part of a mix."""
    if name == "language" and key not in ("unknown", "other"):
        return language_name(key)
    if name == "tld" and key not in LABELS["tld"] and key != "other":
        return readable(key) if _TLD.fullmatch(key) else f"{key} (no top-level domain)"
    return LABELS.get(name, {}).get(key, key)


def mix_parts(
    name: str, mix: Mapping[str, float], most: int | None = None, address: Address = _nowhere
) -> Sequence[charts.Part]:
    """A mix as parts of a chart: the unknown part last, marked as such; `address` says where each leads."""
    rows = mix_rows(mix, most)
    return [
        charts.Part(mix_label(name, key), value, unknown=key == "unknown", href=address(key))
        for key, value in rows
    ]
