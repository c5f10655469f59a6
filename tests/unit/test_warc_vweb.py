"""Does reading the virtual web's WARC files give the truth about every link on it?"""

from itertools import islice
from pathlib import Path
from typing import NamedTuple

import pytest

from backlit.ingest.assemble import Tally
from backlit.ingest.compiled import COMPILED_BYTES
from backlit.ingest.records import records
from backlit.ingest.warc import plain_reader, read_record, read_warc
from backlit.model import Hidden, Kind, Placement, Rel
from backlit.monitor.archive import member
from backlit.urls import url_of_key
from backlit.vweb import TrueLink, VirtualWeb

PAGES = 700
#: Placement is judged by a model of real pages, not read: the share that has to be right on made-up ones.
#: Rules alone got 0.97 and more here, and 0.82 macro-F1 on held-out real pages, where the model gets 0.89.
PLACEMENT_FLOOR = 0.955

Identity = tuple[str, str, str, int]  # source, target, kind, occurrence


class Seen(NamedTuple):
    rel: int
    anchor: str
    alt: str
    hidden: str


@pytest.fixture(scope="module")
def web() -> VirtualWeb:
    return VirtualWeb(seed=5, pages=PAGES)


def true_answer(link: TrueLink) -> Seen:
    rel = sum(Rel[token.upper()] if token.upper() in Rel.__members__ else Rel.OTHER for token in link.rel)
    return Seen(int(rel), link.anchor, link.alt, link.hidden or "visible")


@pytest.mark.parametrize("crawl", [0, 1, 2])
def test_links_are_the_true_ones(web: VirtualWeb, tmp_path: Path, crawl: int) -> None:
    path, tally = tmp_path / "crawl.warc.gz", Tally()
    web.write_warc(path, crawl=crawl)
    seen: dict[Identity, Seen] = {}
    placements: dict[Identity, str] = {}
    for _, batch in read_warc(path, "vweb", tally, lambda _domain: True):
        for row in batch.to_pylist():
            source, target = url_of_key(row["source_key"]), url_of_key(row["target_key"])
            key = (source, target, Kind(row["kind"]).name.lower(), row["occurrence"])
            hidden = Hidden(row["hidden"] or 0).name.lower()
            seen[key] = Seen(row["rel"] or 0, row["anchor"] or "", row["alt"] or "", hidden)
            placements[key] = Placement(row["placement"]).name.lower() if row["placement"] else "unknown"
    truth = {(t.source_url, t.target_url, t.kind, t.occurrence): t for t in web.truth(crawl)}
    assert seen == {key: true_answer(link) for key, link in truth.items()}
    right = sum(placements[key] == link.placement for key, link in truth.items())
    assert right >= PLACEMENT_FLOOR * len(truth)
    assert (tally.records_bad, tally.bytes_skipped) == (0, 0)
    assert len(truth) > 5_000


def test_pages_are_the_crawled_ones(web: VirtualWeb, tmp_path: Path) -> None:
    path = tmp_path / "crawl.warc.gz"
    web.write_warc(path, crawl=1)
    batches = list(read_warc(path, "vweb", Tally()))
    rows = [row for pages, _ in batches for row in pages.to_pylist()]
    looks = {page.url: page for page in web.pages(1)}
    assert {url_of_key(row["page_key"]) for row in rows} == set(looks)
    for row in rows:
        look = looks[url_of_key(row["page_key"])]
        assert (row["status"], row["fetched_at"], row["ip"]) == (look.status, look.fetched_at, look.ip)
        assert row["complete"] is True


#: What is told of a link of one page.
TOLD = (
    *("target_key", "target_domain", "kind", "occurrence", "ordinal", "rel", "hidden", "placement"),
    *("anchor", "alt", "before", "after", "target_canonical"),
)


def a_third(key: str) -> bool:
    return len(key) % 3 == 0


@pytest.mark.parametrize("size", [0, COMPILED_BYTES])
def test_a_record_alone_tells_what_a_file_of_it_would(web: VirtualWeb, tmp_path: Path, size: int) -> None:
    path, alone, plain = tmp_path / "crawl.warc.gz", tmp_path / "one.warc.gz", plain_reader(size)
    web.write_warc(path, crawl=1)
    seen = wanted = 0
    for record in islice((each for each in records(path, Tally()) if each.type == "response"), 80):
        alone.write_bytes(member(record))
        [(pages, links)] = list(read_warc(alone, "", Tally()))
        whole, part = read_record(record, plain=plain), read_record(record, wants=a_third, plain=plain)
        assert whole is not None
        assert part is not None
        names = whole.page.keys() - {"offset", "fetched_at", "published_at", "trackers"}  # told otherwise
        assert [{name: row[name] for name in names} for row in pages.to_pylist()] == [
            {name: whole.page[name] for name in names}
        ]
        assert part.page == whole.page
        assert whole.links == [{name: row[name] for name in TOLD} for row in links.to_pylist()]
        assert part.links == [link for link in whole.links if a_third(link["target_key"])]
        seen, wanted = seen + len(whole.links), wanted + len(part.links)
    assert 0 < wanted < seen
