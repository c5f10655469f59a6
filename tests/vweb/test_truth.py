"""Does the truth say what stands on the pages, neither more nor less?"""

from collections import defaultdict

import ada_url
import pytest

from backlit.vweb import TrueLink
from tests.vweb.conftest import Links, Pages, Web
from tests.vweb.witness import Row, rows


def _row(link: TrueLink) -> Row:
    return (
        link.target_url,
        link.kind,
        link.rel,
        link.anchor,
        link.alt,
        link.image,
        link.placement,
        link.hidden,
    )


@pytest.mark.parametrize("crawl", [0, 2])
def test_an_html5_parser_finds_exactly_the_true_links(
    crawl: int, crawls: list[Pages], truths: list[Links]
) -> None:
    known: dict[str, list[Row]] = defaultdict(list)
    for link in truths[crawl]:
        known[link.source_url].append(_row(link))
    for page in crawls[crawl]:
        if page.status == 200:
            found = rows(page)
            assert sorted(map(repr, found)) == sorted(map(repr, known[page.url])), page.url


def test_links_of_the_body_come_in_document_order(crawls: list[Pages], truths: list[Links]) -> None:
    known: dict[str, list[str]] = defaultdict(list)
    for link in truths[0]:
        if link.kind == "a":
            known[link.source_url].append(link.target_url)
    for page in crawls[0][:300]:
        if page.status == 200:
            assert [row[0] for row in rows(page) if row[1] == "a"] == known[page.url]


def test_every_target_is_written_as_ada_writes_it(truths: list[Links]) -> None:
    targets = {link.target_url for links in truths for link in links}
    assert {url for url in targets if ada_url.URL(url).href != url or "#" in url} == set()


def test_occurrences_count_from_zero_within_page_target_and_kind(truths: list[Links]) -> None:
    seen: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for link in truths[0]:
        seen[link.source_url, link.target_url, link.kind].append(link.occurrence)
    assert all(numbers == list(range(len(numbers))) for numbers in seen.values())
    assert any(len(numbers) > 2 for numbers in seen.values())


def test_pages_that_are_not_there_have_no_links_but_their_redirect(
    crawls: list[Pages], truths: list[Links]
) -> None:
    status = {page.url: page.status for page in crawls[2]}
    assert {link.kind for link in truths[2] if status[link.source_url] != 200} == {"redirect"}
    moved = {link.source_url for link in truths[2] if link.kind == "redirect"}
    assert moved == {url for url, code in status.items() if code in {301, 302}}


def test_a_redirect_s_location_leads_to_its_target(web: Web, crawls: list[Pages]) -> None:
    location = {
        page.url: ada_url.join_url(page.url, dict(page.headers)["Location"])
        for page in crawls[1]
        if page.status in {301, 302}
    }
    assert {link.source_url: link.target_url for link in web.redirects(1)} == location


def test_a_mention_names_the_brand_and_the_page_has_no_link_to_it(
    web: Web, crawls: list[Pages], truths: list[Links]
) -> None:
    bodies = {page.url: page.body for page in crawls[0]}
    mentions = list(web.mentions(0))
    assert {mention.domain for mention in mentions} >= {"gardenhaus.example", "rosenhof.example"}
    for mention in mentions:
        assert _spoken(mention.brand, bodies[mention.source_url])
    pairs = {(mention.source_url, mention.domain) for mention in mentions}
    linked = {(link.source_url, link.target_url.split("/")[2]) for link in truths[0]}
    assert pairs & linked == set()


def _spoken(brand: str, body: bytes) -> bool:
    return brand.encode() in body or brand.encode("utf-16-le") in body


def test_broken_targets_answer_404(web: Web) -> None:
    broken = list(web.broken_targets(2))
    assert len(broken) > 20
    assert {web.fetch(link.target_url, 2).status for link in broken} == {404}
    assert any(link.target_url.startswith(web.target.root) for link in broken)
