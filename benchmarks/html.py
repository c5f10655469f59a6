"""How fast are pages read, links and all, beside what others use for links alone?

One core, the same decoded pages for all. Ours does the whole job of an ingest: WARC records, charset,
links with anchor, context, hiding and placement, URLs, batches. The peers get the page as text and
give back the links' URLs and, where they can, texts: less work than ours, and said so in their names.
Seconds are those of the processor, so that what else runs on a shared machine counts less; those of the
process beside, in which large pages are tried first, are ours.
"""

import os
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

from benchmarks.corpora import page_file

from backlit import extract
from backlit.ingest.assemble import Tally
from backlit.ingest.charset import decoded
from backlit.ingest.http import parse_response
from backlit.ingest.records import records
from backlit.ingest.rehearsal import beside
from backlit.ingest.warc import read_warc

__all__ = ["run"]

Page = tuple[str, str]

#: Pages that each peer reads in a round: the slowest takes seconds for so many.
_SAMPLE = 200
ROUNDS = 5


def run() -> list[dict[str, Any]]:
    """Pages a second, median of several rounds in which everybody has a turn: a machine has its moods."""
    pages, tally = list(_texts())[:_SAMPLE], Tally()
    peers = dict(_peers())
    ours, careful = list[float](), list[float]()
    theirs: dict[str, list[float]] = {name: [] for name in peers}
    for _ in range(ROUNDS):
        tally = Tally()
        ours.append(_rate_of_all(tally))
        careful.append(_rate(lambda page: extract(page[1], page[0]), pages))
        for name, work in peers.items():
            theirs[name].append(_rate(work, pages))
    rates = {name: median(several) for name, several in theirs.items()}
    bulk = f"pages read from WARC to batches, one core, processor time, {tally.pages} pages"
    with_care = "pages read with care (extract, rich placement of every link), one core, processor time"
    with_care += f", {len(pages)} pages"
    return [_row(bulk, ours, rates), _row(with_care, careful, rates)]


def _row(name: str, ours: list[float], peers: dict[str, float]) -> dict[str, Any]:
    figure = median(ours)
    ratio = {peer: figure / rate for peer, rate in peers.items()}
    return {"name": name, "figure": figure, "unit": "pages/s", "peers": peers, "ratio": ratio, "runs": ROUNDS}


def _rate_of_all(tally: Tally) -> float:
    started = process_time() + _beside()
    for _batches in read_warc(page_file(), "bench", tally):
        pass
    return tally.pages / (process_time() + _beside() - started)


def _beside() -> float:
    """Seconds of the process in which large pages are tried, while there is one."""
    pid = beside()
    if pid is None:
        return 0.0
    used = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[11:13]
    return sum(map(int, used)) / os.sysconf("SC_CLK_TCK")


def _texts() -> Iterator[Page]:
    for record in records(page_file(), Tally()):
        if record.type != "response":
            continue
        response = parse_response(record.payload)
        if response is not None and response.body:
            body = decoded(response.body, response.headers.get("content-type"))
            text = body if isinstance(body, str) else body.decode("utf-8", "replace")
            yield record.header("WARC-Target-URI") or "", text


def _rate(work: Callable[[Page], object], pages: list[Page]) -> float:
    started = process_time() + _beside()
    for page in pages:
        work(page)
    return len(pages) / (process_time() + _beside() - started)


def _peers() -> Iterator[tuple[str, Callable[[Page], object]]]:
    if find_spec("scrapy"):
        yield "Scrapy LinkExtractor (URL and text)", _scrapy()
    if find_spec("bs4"):
        yield "BeautifulSoup with lxml (URL and text)", _soup
    if find_spec("lxml"):
        yield "lxml.html iterlinks (URL only)", _lxml


def _scrapy() -> Callable[[Page], object]:
    from scrapy.http import HtmlResponse
    from scrapy.linkextractors import LinkExtractor

    extractor = LinkExtractor(deny_extensions=[], unique=False)

    def links(page: Page) -> object:
        return extractor.extract_links(HtmlResponse(page[0], body=page[1], encoding="utf-8"))

    return links


def _soup(page: Page) -> object:
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(page[1], "lxml")
    return [(a["href"], a.get_text(" ", strip=True)) for a in soup.find_all("a", href=True)]


def _lxml(page: Page) -> object:
    from lxml import html

    tree = html.fromstring(page[1].encode("utf-8"))
    tree.make_links_absolute(page[0], handle_failures="ignore")
    return list(tree.iterlinks())
