"""What does somebody get who has no index: pages to open from a folder, with every list to filter and keep?

A zip with one page that filters links by a script of its own, a page that says how each figure is counted,
and the lists as CSV. The page's policy names the script and the style by their hashes: nothing else runs, and
nothing is loaded. Crawled text is in it as data only, and becomes text.
"""

import base64
import hashlib
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from importlib.resources import files
from typing import Any

from backlit.report import charts
from backlit.report.brand import Brand
from backlit.report.document import environment, timeline_chart
from backlit.report.export import write_rows
from backlit.report.readable import readable
from backlit.report.report_html import style_of, title_of
from backlit.report.text import visible, web_address

__all__ = ["MOST_FILTERED", "bundle"]

Row = Mapping[str, Any]

#: Links that the page carries: what a browser filters while one types. The CSV has all.
MOST_FILTERED = 20_000
#: Rows that stand in the page without its script.
_STATIC = 100
_LISTS = {
    "changes": "new-and-lost",
    "domains": "referring-domains",
    "backlinks": "links",
    "anchors": "anchors",
}
#: Every member of an archive has this time: the same data make the same bytes.
_WHEN = (1980, 1, 1, 0, 0, 0)
_HELD_BACK = ("nofollow", "ugc", "sponsored")


def bundle(report: Row, tables: Mapping[str, Sequence[Row]], brand: Brand | None = None) -> bytes:
    """The report as a zip that needs nothing but a browser."""
    own = brand or Brand()
    links = filtered_rows(tables)
    names = {f"csv/{name}.csv": len(tables[list_]) for list_, name in _LISTS.items()}
    members = {
        "index.html": _page("bundle.html.j2", report, own, links=links, files=names).encode(),
        "method.html": _page("method.html.j2", report, own, links=[], files=names).encode(),
        **{f"csv/{name}.csv": _csv(tables[list_]) for list_, name in _LISTS.items()},
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, _WHEN), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _csv(rows: Sequence[Row]) -> bytes:
    buffer = io.BytesIO()
    buffer.write(b"\xef\xbb\xbf")  # spreadsheets take it for UTF-8
    write_rows(rows, None, "csv", buffer)
    return buffer.getvalue()


def filtered_rows(tables: Mapping[str, Sequence[Row]]) -> list[list[Any]]:
    """Links as the page's script reads them, those of the strongest sites first: those that stand, with what
    happened to them, and those that were lost in the period."""
    moved = {row["link"]["id"]: row["kind"] for row in tables["changes"]}
    lost = [row["link"] for row in tables["changes"] if row["kind"] == "lost"]
    standing = [(link, moved.get(link["id"], "")) for link in tables["backlinks"]]
    every = [*standing, *((link, "lost") for link in lost)]
    every.sort(key=lambda each: (-(each[0]["source_authority"] or -1), each[0]["source_url"], each[0]["id"]))
    return [_filtered(link, "won" if kind == "new" else kind) for link, kind in every[:MOST_FILTERED]]


def _filtered(link: Row, moved: str) -> list[Any]:
    """Site, address or None, address as shown, words, target, rel, place, authority, days, what happened."""
    rel = link["rel"]
    said = "not read" if rel is None else " ".join(each for each in rel if each in _HELD_BACK) or "plain"
    score = link["source_authority"]
    return [
        visible(readable(link["source_domain"])),
        web_address(link["source_url"]),
        visible(readable(link["source_url"])),
        visible(link["anchor"] or link["alt"] or ""),
        visible(readable(link["target_url"])),
        said,
        link["placement"] or "not read",
        None if score is None else round(score),
        _day(link["first_seen"]),
        _day(link["lost_at"] if moved == "lost" else link["last_seen"]),
        moved if moved in ("won", "lost", "changed") else "",
    ]


def _day(moment: date | None) -> str:
    return "" if moment is None else f"{moment:%Y-%m-%d}"


# pages -------------------------------------------------------------------------


def _page(template: str, report: Row, brand: Brand, **more: Any) -> str:
    script, style = _read("bundle.js"), style_of(brand, "bundle.css")
    height = 130
    return environment().get_template(template).render(
        report=report,
        brand=brand,
        title=title_of(report),
        style=charts.Svg(style),
        script=charts.Svg(script),
        script_hash=_hash(script),
        style_hash=_hash(style),
        data=charts.Svg(_data(more["links"])),
        shown=more["links"][:_STATIC],
        timeline=timeline_chart(report["timeline"], height=height) if report["timeline"] else None,
        **more,
    )  # fmt: skip


def _read(name: str) -> str:
    return (files("backlit.report") / "templates" / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """What a policy calls an inline script or style by (CSP level 3)."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _data(rows: Sequence[Sequence[Any]]) -> str:
    """Rows as JSON that no HTML parser ends early: no `<`, no `&`, and no line ends that scripts know."""
    told = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    for mark in "<>&\u2028\u2029":
        told = told.replace(mark, f"\\u{ord(mark):04x}")
    return told
