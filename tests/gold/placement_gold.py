"""Which links of real pages were read by a person, and what do the models say of them?

`placement.tsv` names a link by file, offset of its WARC record, SHA-256 of the record's block (16
digits), and number among the page's `a` elements with an address. The part was told from the page's
own markup around the link, without looking at any rule; where two answers are right, both stand.
"""

import csv
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from backlit.ingest.assemble import Tally
from backlit.ingest.html import HtmlPage, read_html
from backlit.ingest.http import parse_response
from backlit.ingest.placement.rich import Judged, judged
from backlit.ingest.records import Record, records
from backlit.model import Kind, Placement, name_of
from backlit.urls import Url, parse_url

GOLD = Path(__file__).with_name("placement.tsv")
PAGES = Path(__file__).resolve().parents[3] / "shared" / "data" / "warc_pages"


class Gold(NamedTuple):
    """One link: where it is, and the parts of the page that are right."""

    file: str
    offset: int
    sha256: str
    link: int
    target: str
    parts: tuple[str, ...]


class Answer(NamedTuple):
    """One link of the gold set and what is said of it: in bulk, with care, and how likely content."""

    gold: Gold
    domain: str
    bulk: str | None
    careful: str | None
    chance: float


def gold_links() -> list[Gold]:
    """The gold set as it is written."""
    with GOLD.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t")
        return [
            Gold(
                row["file"],
                int(row["offset"]),
                row["sha256"],
                int(row["link"]),
                row["target"],
                tuple(row["part"].split("|")),
            )
            for row in rows
        ]


def answers() -> Iterator[Answer]:
    """What both models say of each link of the gold set."""
    links: dict[tuple[str, int], list[Gold]] = {}
    for gold in gold_links():
        links.setdefault((gold.file, gold.offset), []).append(gold)
    for file in sorted({file for file, _ in links}):
        for record in records(PAGES / file, Tally()):
            if here := links.get((file, record.offset)):
                yield from _of_page(record, here)


def _of_page(record: Record, here: list[Gold]) -> Iterator[Answer]:
    assert {gold.sha256 for gold in here} == {hashlib.sha256(record.payload).hexdigest()[:16]}
    response = parse_response(record.payload)
    url = parse_url(record.header("WARC-Target-URI") or "")
    assert response is not None
    page = read_html(response.body, url=url, headers=response.headers)
    ordinals = [n for n, (kind, _, _) in enumerate(page.found) if kind is Kind.A]
    bulk = {n: link.placement for _, n, link in page.kept(lambda href: href)}
    careful = _careful(page, url)
    for gold in here:
        n = ordinals[gold.link]
        told = name_of(Placement, bulk[n]), name_of(Placement, careful[n].placement)
        yield Answer(gold, url.domain, *told, careful[n].p_content)


def _careful(page: HtmlPage, url: Url) -> dict[int, Judged]:
    return judged(page.found, page.base, url.domain)
