"""On real pages of every kind, is every external link found, and none made up?

The count it is compared with is written here on its own: selectolax's selectors, Ada for the target,
the public suffix list for the border between sites.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import ada_url
import pytest
from fastwarc.warc import ArchiveIterator, WarcRecordType
from publicsuffixlist import PublicSuffixList
from selectolax.lexbor import LexborHTMLParser

from backlit.ingest.assemble import Tally
from backlit.ingest.charset import decoded
from backlit.ingest.warc import read_warc
from backlit.model import Kind
from backlit.urls import url_of_key

from .shared import SHARED, needs_shared

Pair = tuple[str, str]

#: The share of (page, target) pairs that has to be found in each corpus.
FLOOR = 0.999

_suffixes = PublicSuffixList()


@lru_cache(maxsize=1 << 16)
def site(host: str) -> str:
    if host.startswith("[") or re.fullmatch(r"[0-9.]+", host):
        return host
    return _suffixes.privatesuffix(host.rstrip(".")) or host.rstrip(".")


def responses(path: Path) -> Iterator[tuple[str, str, bytes]]:
    """(URL, content type, body) of every page that was served, read by another reader."""
    with path.open("rb") as file:
        for record in ArchiveIterator(file, record_types=WarcRecordType.response, auto_decode="all"):
            headers = record.http_headers
            content_type = headers.get("Content-Type") or ""
            if headers.status_code == 200 and re.match(r"text/html|application/xhtml", content_type, re.I):
                yield (
                    (record.headers.get("WARC-Target-URI") or "").strip("<>"),
                    content_type,
                    record.reader.read(),
                )


def base_of(tree: LexborHTMLParser, page: str) -> str:
    element = tree.css_first("base[href]")
    try:
        base = ada_url.join_url(page, (element.attributes["href"] or "") if element else "")
    except ValueError:
        return page
    return page if base.startswith(("data:", "javascript:")) else base


def pairs(url: str, content_type: str, body: bytes) -> Iterator[Pair]:
    page = ada_url.URL(url)
    tree = LexborHTMLParser(decoded(body, content_type))
    base = base_of(tree, page.href)
    for node in tree.css("a[href], area[href]"):
        href = node.attributes.get("href") or node.attributes.get("xlink:href")
        try:
            target = ada_url.URL(href, base) if href else None
        except ValueError:
            continue
        if target and target.protocol in ("http:", "https:") and site(target.hostname) != site(page.hostname):
            yield page.href.partition("#")[0], target.href.partition("#")[0]


def found(path: Path) -> set[Pair]:
    tally = Tally()
    out: set[Pair] = set()
    for _, links in read_warc(path, "real", tally):
        clicks = links.filter([kind in (Kind.A, Kind.AREA) for kind in links["kind"].to_pylist()])
        sources = map(url_of_key, clicks["source_key"].to_pylist())
        out.update(zip(sources, map(url_of_key, clicks["target_key"].to_pylist()), strict=True))
    assert tally.problems == []
    return out


@needs_shared
@pytest.mark.parametrize(
    ("corpus", "files", "at_least"),
    [
        ("webkb", 4, 15_000),
        ("warc_pages", 2, 18_000),
        pytest.param("warc_sites", 46, 40_000, marks=pytest.mark.slow),
    ],
)
def test_every_external_link_is_found_and_none_made_up(corpus: str, files: int, at_least: int) -> None:
    paths = sorted((SHARED / "data" / corpus).glob("*.warc.gz"))
    assert len(paths) == files
    total = missed = 0
    for path in paths:
        truth = {pair for response in responses(path) for pair in pairs(*response)}
        ours = found(path)
        assert ours - truth == set()
        total += len(truth)
        missed += len(truth - ours)
    assert total > at_least
    assert missed <= (1 - FLOOR) * total
