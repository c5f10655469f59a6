"""Which pages are about the same, by their authors' own word? Pairs of real pages that share tags.

Tags stand in the pages' meta tags. A pair is *alike* when pages of two domains, in one language, share two
telling tags or a telling one of six letters or more, and *unlike* when they share none. Tags that say what a
page is rather than what it is about are not telling. Nobody chose the pairs by hand, and authors tag
carelessly, so that no measure reaches 1.
"""

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import pyarrow.parquet as pq
from selectolax.lexbor import LexborHTMLParser

from backlit.ingest.assemble import Tally
from backlit.ingest.charset import decoded
from backlit.ingest.http import parse_response
from backlit.ingest.records import records
from backlit.urls import parse_url
from tests.unit.shared import SHARED

__all__ = ["Gold", "Tagged", "gold"]

WCXB = SHARED / "data" / "wcxb" / "dev.parquet"
PAGES = SHARED / "data" / "warc_pages"
#: Pages of more tags were tagged by a machine or for search engines.
MOST_TAGS = 25
#: Characters of text below which a page says too little, and pairs that share nothing.
LEAST_TEXT, UNLIKE = 300, 8_000
TELLING = 6
_UNTELLING = frozenset(
    """
    2024, actualités, aktuell, aktuelles, allgemein, article, articles, artikel, berlin, blog, blogs,
    business, community, culture, deutschland, discussion, europa, events, featured, forum, free,
    germany, guide, home, information, internet, kaufen, kolumne, kultur, lifestyle, magazin, magazine,
    medien, nachrichten, news, noticias, online, paris, podcast, politics, politik, research, review,
    service, shop, shopping, sport, startseite, tech, technology, tipps, top news, topnews, travel,
    trends, uncategorized, usa, verkauf, video, web, winter, wirtschaft, world, zeitung
    """.replace("\n    ", " ")
    .strip()
    .split(", ")
)
_METAS = (
    'meta[property="article:tag"], meta[name="keywords"], meta[name="news_keywords"],'
    ' meta[name="parsely-tags"], meta[property="article:section"]'
)


@dataclass(frozen=True, slots=True)
class Tagged:
    """A page: where it lies, its domain and language, its tags and its text."""

    place: str
    domain: str
    language: str
    tags: frozenset[str]
    text: str


@dataclass(frozen=True, slots=True)
class Gold:
    """Pages, and pairs of them that are about the same or not."""

    pages: tuple[Tagged, ...]
    alike: tuple[tuple[int, int], ...]
    unlike: tuple[tuple[int, int], ...]

    @property
    def digest(self) -> str:
        """One number over the pages and the pairs."""
        lines = [f"{page.place} {hashlib.sha256(page.text.encode()).hexdigest()}" for page in self.pages]
        lines += [repr(self.alike), repr(self.unlike)]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def gold() -> Gold:
    """All pages with tags, and their pairs; unlike ones are drawn by a seed."""
    pages = tuple(page for page in (*_of_wcxb(), *_of_warcs()) if page.tags and len(page.text) > LEAST_TEXT)
    alike, unlike = list[tuple[int, int]](), list[tuple[int, int]]()
    for pair in combinations(range(len(pages)), 2):
        one, other = (pages[at] for at in pair)
        if one.domain == other.domain or one.language != other.language:
            continue
        shared = one.tags & other.tags
        telling = shared - _UNTELLING
        if len(telling) > 1 or any(len(tag) >= TELLING for tag in telling):
            alike.append(pair)
        elif not shared:
            unlike.append(pair)
    return Gold(pages, tuple(alike), tuple(random.Random(3).sample(unlike, UNLIKE)))


def _of_wcxb() -> Iterator[Tagged]:
    rows = pq.read_table(WCXB, columns=["file_id", "url", "html", "title", "main_content"]).to_pylist()
    for row in rows:
        tree = LexborHTMLParser(row["html"])
        text = f"{row['title'] or ''} {row['main_content'] or ''}"
        yield _tagged(f"wcxb {row['file_id']}", parse_url(row["url"]).domain, tree, text)


def _of_warcs() -> Iterator[Tagged]:
    for path in sorted(PAGES.glob("*.warc.gz")):
        for record in records(path, Tally()):
            response = parse_response(record.view) if record.type == "response" else None
            if response is not None and response.status == 200:
                address = (record.header("warc-target-uri") or "").strip("<>")
                yield _of_response(path, record.offset, address, bytes(response.body), response.headers)


def _of_response(path: Path, offset: int, url: str, body: bytes, headers: dict[str, str]) -> Tagged:
    tree = LexborHTMLParser(decoded(body, headers.get("content-type")))
    title = tree.css_first("title")
    for node in tree.css("script, style, nav, header, footer, aside, noscript, form"):
        node.decompose()
    parts = [node.text(separator=" ", strip=True) for node in tree.css("p, h1, h2, h3, li")]
    text = " ".join(part for part in parts if len(part) > 40)
    said = title.text(strip=True) if title else ""
    return _tagged(f"{path.name} {offset}", parse_url(url).domain, tree, f"{said} {text}")


def _tagged(place: str, domain: str, tree: LexborHTMLParser, text: str) -> Tagged:
    said = (node.attributes.get("content") or "" for node in tree.css(_METAS))
    tags = {" ".join(tag.lower().split()) for content in said for tag in content.split(",")}
    tags = {tag for tag in tags if 2 < len(tag) < 40}
    root = tree.root
    language = ((root.attributes.get("lang") or "") if root else "")[:2].lower()
    return Tagged(place, domain, language, frozenset(tags if 2 <= len(tags) <= MOST_TAGS else ()), text)
