"""Which anchors of real pages were read by a person, and what does the classifier say of them?

`anchors.tsv` names a link by file, place (offset of its WARC record, or row of the Parquet file), number
among the links of the page, and SHA-256 of its text and target (16 digits). The class was told from the
text and the target's address, by the guidelines of docs/concepts/anchors.md, before the classifier was
asked once. Half of the linking domains serve to find mistakes (dev), the other half only measures (held).
"""

import csv
import hashlib
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pyarrow.parquet as pq

from backlit.ingest.html import HtmlPage, read_html
from backlit.ingest.http import parse_response
from backlit.score.anchors.classify import anchor_target, image_found
from backlit.score.anchors.kinds import class_name
from backlit.score.anchors.rules import judged
from backlit.urls import parse_url, resolve

GOLD = Path(__file__).with_name("anchors.tsv")
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
TABLE = "dev.parquet"


class Gold(NamedTuple):
    """One anchor: where it is, and its class."""

    file: str
    place: int
    link: int
    sha256: str
    group: str
    label: str


class Anchor(NamedTuple):
    """One anchor of the gold set as it stands on its page; `alt` is None where there is no image."""

    gold: Gold
    text: str
    alt: str | None
    target: str
    domain: str
    language: str | None

    @property
    def is_held_out(self) -> bool:
        """Whether its linking domain is of the half that no rule was looked at with."""
        return hashlib.sha256(self.domain.encode()).digest()[0] % 2 == 1


def gold_anchors() -> list[Gold]:
    """The gold set as it is written."""
    with GOLD.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t")
        return [
            Gold(r["file"], int(r["place"]), int(r["link"]), r["sha256"], r["group"], r["label"])
            for r in rows
        ]


def digest(text: str, target: str) -> str:
    """What an anchor is known by."""
    return hashlib.sha256(f"{text}\n{target}".encode()).hexdigest()[:16]


def anchors() -> Iterator[Anchor]:
    """The gold set with its texts, read again from the pages."""
    pages: dict[tuple[str, int], list[Gold]] = {}
    for gold in gold_anchors():
        pages.setdefault((gold.file, gold.place), []).append(gold)
    table = pq.read_table(SHARED / "wcxb" / TABLE, columns=["url", "html"])
    for (file, place), here in sorted(pages.items()):
        if file == TABLE:
            row = table.slice(place, 1).to_pylist()[0]
            yield from _of_page(page_of(row["url"], row["html"]), row["url"], here)
        else:
            url, page = page_in(file, place)
            yield from _of_page(page, url, here)


def page_of(url: str, body: bytes, headers: dict[str, str] | None = None) -> HtmlPage:
    return read_html(body, url=parse_url(url), headers=headers or {})


def page_in(file: str, offset: int) -> tuple[str, HtmlPage]:
    """The page of the record that starts at an offset, and its URL."""
    path = next(
        folder / file
        for folder in (SHARED / "warc_pages", SHARED / "warc_sites")
        if (folder / file).is_file()
    )
    with path.open("rb") as handle:
        handle.seek(offset)
        member = zlib.decompressobj(31)
        record = b""
        while not member.eof and (more := handle.read(1 << 16)):
            record += member.decompress(more)
    head, _, block = record.partition(b"\r\n\r\n")
    named = dict(line.split(": ", 1) for line in head.decode().splitlines() if ": " in line)
    response = parse_response(block[: int(named["Content-Length"])])
    assert response is not None
    url = named["WARC-Target-URI"]
    return url, page_of(url, response.body, dict(response.headers))


def _of_page(page: HtmlPage, url: str, here: list[Gold]) -> Iterator[Anchor]:
    wanted = {gold.link: gold for gold in here}
    domain = parse_url(url).domain
    for target, ordinal, link in page.told(lambda href: resolve(href, page.base)):
        gold = wanted.get(ordinal)
        if gold is not None:
            text = link.anchor or ""
            assert digest(text, target) == gold.sha256, gold
            yield Anchor(gold, text, link.alt, target, domain, page.language)


def said_of(anchor: Anchor) -> tuple[str, bool]:
    """The class that the classifier tells, knowing no more than the text, the address and the language."""
    target = anchor_target(anchor.target)
    if not anchor.text.strip() and anchor.alt is not None:
        found = image_found(anchor.alt, target, anchor.language)[0]
    else:
        found = judged(anchor.text, target, anchor.language)
    return class_name(found.kind), found.money
