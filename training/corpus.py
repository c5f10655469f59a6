"""Which pages and links is placement learned from, and what is true of them?

WCXB (M. Foley, CC-BY-4.0) says what the main content of a page is. A link is content when its text
lies within it; asked only of texts that are long enough and stand on the page once.
"""

import hashlib
import html
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pyarrow.parquet as pq

from backlit.ingest.html import read_html
from backlit.ingest.placement.features import LinkFacts
from backlit.ingest.placement.rich import Seen, seen
from backlit.model import Kind
from backlit.urls import parse_url, resolve

__all__ = ["CORPUS", "Labelled", "Page", "digest", "labelled", "pages"]

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "data" / "wcxb" / "dev.parquet"
#: Shorter texts are found by chance.
ANCHOR_LEAST = 12
#: Characters of context that tell whether the truth has the link's surroundings.
CONTEXT_LEAST, CONTEXT_MOST = 20, 30

_FOLDED = str.maketrans("’‘“”–—", "''\"\"--", "\u200b\xad*`")


class Page(NamedTuple):
    """One page of the corpus."""

    url: str
    domain: str
    type: str
    html: bytes
    truth: str


@dataclass(frozen=True, slots=True)
class Labelled:
    """The links of a page whose placement is known: their rows in `seen`, and what is true of them.

    `doubtful` says that the text beside the link contradicts the label: the truth has the one and
    lacks the other. Such links are judged like all others, and not learned from. `other_host` is
    whether the target is on another host, `www.` apart: more than those on other domains.
    """

    page: Page
    seen: Seen
    rows: tuple[int, ...]
    is_content: tuple[bool, ...]
    doubtful: tuple[bool, ...]
    other_host: tuple[bool, ...]


def digest(path: Path = CORPUS) -> str:
    """The SHA-256 of the corpus file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def pages(path: Path = CORPUS) -> Iterator[Page]:
    """The pages of the corpus, in its order."""
    columns = ["url", "page_type", "html", "main_content"]
    for row in pq.read_table(path, columns=columns).to_pylist():
        domain = parse_url(row["url"]).domain
        yield Page(row["url"], domain, row["page_type"], row["html"], folded(row["main_content"] or ""))


def folded(text: str) -> str:
    """A text without what the truth and the page may spell differently: case, quotes, entities, blanks."""
    plain = html.unescape(html.unescape(text)).translate(_FOLDED)
    return " ".join(plain.split()).casefold()


def labelled(page: Page) -> Labelled | None:
    """The links of a page that have a label; None when it has none."""
    url = parse_url(page.url)
    read = read_html(page.html, url=url, headers={"content-type": "text/html; charset=utf-8"})
    looked = seen(read.found, read.base, url.domain)
    if looked is None:
        return None
    anchors = {
        row: folded(looked.facts[row].anchor)
        for row, ordinal in enumerate(looked.ordinals)
        if read.found[ordinal][0] == Kind.A
    }
    counts = Counter(anchors.values())
    rows = [row for row, text in anchors.items() if len(text) >= ANCHOR_LEAST and counts[text] == 1]
    if not rows:
        return None
    labels = tuple(anchors[row] in page.truth for row in rows)
    doubts = tuple(
        _contradicts(looked.facts[row], page.truth, label) for row, label in zip(rows, labels, strict=True)
    )
    elsewhere = tuple(_host(resolve(looked.hrefs[row], read.base)) != _host(page.url) for row in rows)
    return Labelled(page, looked, tuple(rows), labels, doubts, elsewhere)


def _host(href: str | None) -> str:
    return href.split("/", 3)[2].removeprefix("www.") if href else ""


def _contradicts(fact: LinkFacts, truth: str, label: bool) -> bool:
    sides = (folded(fact.before)[-CONTEXT_MOST:], folded(fact.after)[:CONTEXT_MOST])
    found = [side in truth for side in sides if len(side) >= CONTEXT_LEAST]
    return bool(found) and any(found) != label
