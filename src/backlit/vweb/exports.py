"""What would other tools export about the demo's target, after three crawls?

Three files in the formats that people have at hand: Search Console's latest links (pages only), a
plain list of links, and a link table as Ahrefs writes it (UTF-16 with tabs). All say what the truth
says; what a vendor would not know is left empty.
"""

import csv
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from backlit.vweb.truth import TrueLink, links_of

if TYPE_CHECKING:
    from backlit.vweb.web import VirtualWeb

__all__ = ["Sighting", "sightings", "write_exports"]

LATEST_LINKS, BACKLINKS, AHREFS = "latest-links.csv", "backlinks.csv", "ahrefs-backlinks.csv"
_CLICKABLE = frozenset({"a", "area"})
_AHREFS_HEADER = (
    "Referring page title,Referring page URL,Language,Platform,Referring page HTTP code,Domain rating,"
    "UR,Domain traffic,Referring domains,Linked domains,External links,Page traffic,Keywords,Target URL,"
    "Left context,Anchor,Right context,Redirect Chain URLs,Redirect Chain status codes,Type,Is spam,"
    "Content,Nofollow,UGC,Sponsored,Rendered,Raw,Lost status,Drop reason,Discovered status,First seen,"
    "Last seen,Lost,Author,Page type,Page category,Links in group"
)
_AHREFS_COLUMNS = _AHREFS_HEADER.split(",")


@dataclass(frozen=True, slots=True)
class Sighting:
    """A link to the target, as last seen, with the days it was seen and found gone."""

    link: TrueLink
    title: str
    language: str
    first_seen: date
    last_seen: date
    lost: date | None


def sightings(web: "VirtualWeb") -> Iterator[Sighting]:
    """Every clickable link from elsewhere to the demo's target that any of the crawls saw."""
    for page in range(web.size):
        known: dict[tuple[str, str, int], Sighting] = {}
        for crawl in web.looks(page):
            _look(web, page, crawl, known)
        yield from known.values()


def _look(web: "VirtualWeb", page: int, crawl: int, known: dict[tuple[str, str, int], Sighting]) -> None:
    """Brings what is known about a page's links up to one more crawl."""
    scene, day = web.scene(page, crawl), web.fetched_at(page, crawl).date()
    root, present = web.target.root, set()
    if scene.url.startswith(root):
        return
    for link in links_of(scene):
        if link.kind not in _CLICKABLE or not link.target_url.startswith(root):
            continue
        present.add(link.key)
        first = known[link.key].first_seen if link.key in known else day
        known[link.key] = Sighting(link, scene.title, scene.language, first, day, None)
    for key, seen in known.items():
        if key not in present and seen.lost is None:
            known[key] = replace(seen, lost=day)


def write_exports(web: "VirtualWeb", folder: str | os.PathLike[str]) -> list[str]:
    goal = Path(folder)
    goal.mkdir(parents=True, exist_ok=True)
    seen = list(sightings(web))
    _write(goal / LATEST_LINKS, ("Linking page", "Last crawled"), _latest(seen))
    header = ("source_url", "target_url", "anchor", "rel", "first_seen", "last_seen")
    _write(goal / BACKLINKS, header, map(_plain_row, seen))
    _write(goal / AHREFS, _AHREFS_COLUMNS, map(_ahrefs_row, seen), encoding="utf-16", delimiter="\t")
    return [LATEST_LINKS, BACKLINKS, AHREFS]


def _write(
    path: Path,
    header: Iterable[str],
    rows: Iterable[Iterable[str]],
    *,
    encoding: str = "utf-8",
    delimiter: str = ",",
) -> None:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow(header)
        writer.writerows(rows)


def _latest(seen: list[Sighting]) -> Iterator[tuple[str, str]]:
    """One row per linking page, newest first, as Search Console sorts them."""
    pages: dict[str, date] = {}
    for sighting in seen:
        url = sighting.link.source_url
        pages[url] = max(sighting.last_seen, pages.get(url, sighting.last_seen))
    for url in sorted(pages, key=lambda url: (-pages[url].toordinal(), url)):
        yield url, pages[url].isoformat()


def _plain_row(seen: Sighting) -> tuple[str, ...]:
    link = seen.link
    days = seen.first_seen.isoformat(), seen.last_seen.isoformat()
    return link.source_url, link.target_url, link.anchor, " ".join(sorted(link.rel)), *days


def _ahrefs_row(seen: Sighting) -> list[str]:
    link = seen.link
    known = {
        "Referring page title": seen.title,
        "Referring page URL": link.source_url,
        "Language": seen.language,
        "Referring page HTTP code": "200",
        "Target URL": link.target_url,
        "Anchor": link.alt if link.image else link.anchor,
        "Type": "image" if link.image else "text",
        "Content": _truth_value(link.placement == "content"),
        "Nofollow": _truth_value("nofollow" in link.rel),
        "UGC": _truth_value("ugc" in link.rel),
        "Sponsored": _truth_value("sponsored" in link.rel),
        "Rendered": "false",
        "Raw": "true",
        "Lost status": "removed from page" if seen.lost else "",
        "First seen": f"{seen.first_seen} 00:00:00",
        "Last seen": f"{seen.last_seen} 00:00:00",
        "Lost": f"{seen.lost} 00:00:00" if seen.lost else "",
        "Links in group": "1",
        "Platform": "blogs" if "blog" in (urlsplit(link.source_url).hostname or "") else "",
    }
    return [known.get(column, "") for column in _AHREFS_COLUMNS]


def _truth_value(value: bool) -> str:
    return "true" if value else "false"
