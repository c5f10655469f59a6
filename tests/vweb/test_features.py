"""Is everything there that a real web would trip an extractor with?"""

import re
from collections import Counter

import pytest

from tests.vweb.conftest import Links, Pages, Web
from tests.vweb.witness import decoded

_LABELS = (
    "editorial",
    "footer",
    "blogroll",
    "navigation",
    "internal",
    "pbn",
    "pbn_cover",
    "bought_declared",
    "bought_undeclared",
    "exchange",
    "comment",
    "comment_spam",
    "forum",
    "forum_spam",
    "scraper",
    "burst",
    "hidden",
    "resource",
    "social",
)


@pytest.fixture(scope="module")
def texts(crawls: list[Pages]) -> list[str]:
    return [decoded(page) for page in crawls[2] if page.status == 200]


@pytest.mark.parametrize("label", _LABELS)
def test_every_sort_of_link_is_there(label: str, truths: list[Links]) -> None:
    assert sum(link.label == label for link in truths[2]) >= 10


@pytest.mark.parametrize(
    "kind", ["a", "area", "form", "iframe", "canonical", "alternate", "feed", "meta_refresh", "redirect"]
)
def test_every_kind_of_link_is_there(kind: str, truths: list[Links]) -> None:
    assert sum(link.kind == kind for link in truths[2]) >= 5


def test_every_placement_and_every_way_of_hiding_is_there(truths: list[Links]) -> None:
    placements = Counter(link.placement for link in truths[2])
    assert set(placements) == {
        "content",
        "nav",
        "header",
        "footer",
        "sidebar",
        "related",
        "comment",
        "author",
        "unknown",
    }
    hidden = {link.hidden for link in truths[2]}
    assert hidden > {None, "display_none", "off_screen", "zero_size", "same_colour", "clip", "opacity"}


@pytest.mark.parametrize(
    "pattern",
    [
        r'href="//[a-z]',  # no scheme
        r'href="/[^/]',  # from the root
        r'href="(\.\./)+\w',  # from here
        r'href="HTTPS://[A-Z.]+/',  # shouted
        r'href="https&#58;',  # entities
        r"&amp;id=\d",
        r"[^;]&id=\d",  # an ampersand that nobody escaped
        r'href="\n +http',  # blanks around
        r'href="https?://\n',  # a line break inside
        r'href="https://[a-z.-]+:443/',  # a port that goes without saying
        r"https://[a-z.]+:8443/",  # a port that does not
        r'href="http://',
        r"#more",
        r"/\./old/\.\./",
        r"<base href=",
        r"gärtnerblog\.example",
        r'href="https?://[^"]+/[^"/]*[^\x00-\x7f]',  # a path that is not ASCII
        r"href=\"https://[^\"]+/%D7%",  # and the same, escaped
        r"<A HREF=[^'\"]",
        r"HREF = '",
        r'href="[^"]+" href="/second',
        r"<p><b>",
        r"Sponsored post",
        r"Write for us",
        r"price list",
        r'<html lang="(ar|he)" dir="rtl"',
        r"// <a href=",  # a link in a script is none
        r"<a [^>]+>\s+<img ",
    ],
)
def test_every_odd_spelling_is_there(pattern: str, texts: list[str]) -> None:
    assert any(re.search(pattern, text) for text in texts)


def test_rel_tokens_come_in_any_case_and_order(texts: list[str]) -> None:
    rels = {rel for text in texts for rel in re.findall(r' rel="([^"]+)"', text)}
    assert rels >= {"UGC NoFollow", "ugc nofollow", "nofollow SPONSORED", "noopener  nofollow"}
    assert any(re.search(r"\bme\b", rel) for rel in rels)


def test_all_languages_speak_in_their_own_letters(web: Web, texts: list[str]) -> None:
    assert {site.language for site in web.sites()} == {"en", "de", "fr", "es", "pt", "ja", "ar", "he", "ru"}
    together = "".join(texts)
    for letters in ("[ぁ-ん]{4}", "[ء-ي]{4}", "[א-ת]{4}", "[а-я]{4}", "[äöüß]", "[éèê]", "ñ|ã"):
        assert re.search(letters, together)


def test_anchors_are_not_always_ascii(truths: list[Links]) -> None:
    anchors = [link.anchor for link in truths[2] if link.label == "editorial"]
    assert sum(not anchor.isascii() for anchor in anchors) > 100
    assert sum(link.image and bool(link.alt) for link in truths[2]) > 100


def test_pages_come_in_five_charsets(web: Web, crawls: list[Pages]) -> None:
    charsets = Counter(web.scene(page, 2).charset for page in web.crawled(2))
    assert set(charsets) == {"utf-8", "utf-16", "iso-8859-1", "windows-1251", "shift_jis"}
    assert min(charsets.values()) >= 5
    silent = [p for p in crawls[2] if dict(p.headers)["Content-Type"] == "text/html" and p.status == 200]
    assert any(b'<meta charset="shift_jis"' in page.body for page in silent)


def test_robots_rules_come_as_meta_tag_and_as_header(crawls: list[Pages]) -> None:
    headers = {value for page in crawls[2] for name, value in page.headers if name == "X-Robots-Tag"}
    assert headers == {"noindex", "noindex, nofollow"}
    metas = {m for page in crawls[2] for m in re.findall(rb'name="Robots" content="([^"]+)"', page.body)}
    assert metas == {b"noindex, follow", b"NOFOLLOW"}


def test_there_are_empty_pages_dead_pages_and_moved_pages(crawls: list[Pages]) -> None:
    assert set(Counter(page.status for page in crawls[2])) == {200, 301, 302, 404}
    assert any(page.status == 200 and not page.body for page in crawls[2])


def test_canonicals_point_elsewhere_on_the_site_and_off_it(truths: list[Links]) -> None:
    canonicals = [link for link in truths[2] if link.kind == "canonical"]
    hosts = Counter(x.source_url.split("/")[2] == x.target_url.split("/")[2] for x in canonicals)
    elsewhere = [x for x in canonicals if x.source_url != x.target_url]
    assert len(elsewhere) > hosts[False] >= 5


def test_the_burst_comes_with_the_third_crawl(truths: list[Links]) -> None:
    bursts = [[link for link in links if link.label == "burst"] for links in truths]
    assert [len(found) for found in bursts[:2]] == [0, 0]
    assert len({link.source_url for link in bursts[2]}) >= 30
    assert {link.anchor for link in bursts[2]} == {"cheap garden furniture"}


def test_a_scraped_page_repeats_the_links_of_its_original(truths: list[Links]) -> None:
    originals = {(x.target_url, x.anchor) for x in truths[0] if x.label in {"editorial", "resource"}}
    copies = [x for x in truths[0] if x.label == "scraper"]
    assert sum((x.target_url, x.anchor) in originals for x in copies) > len(copies) / 2


def test_exchanges_go_both_ways(truths: list[Links]) -> None:
    pairs = {
        (x.source_url.split("/")[2], x.target_url.split("/")[2]) for x in truths[0] if x.label == "exchange"
    }
    assert len(pairs) >= 10
    assert {(b, a) for a, b in pairs} == pairs


def test_a_footer_link_stands_on_every_page_of_its_site(web: Web, truths: list[Links]) -> None:
    sources: dict[tuple[str, str], int] = Counter(
        (x.source_url.split("/")[2], x.target_url) for x in truths[0] if x.label == "footer"
    )
    assert max(sources.values()) > 15


def test_platforms_hold_sites_by_host_and_by_path(web: Web) -> None:
    roots = {site.root for site in web.sites()}
    assert {"https://alice.blogplatform.example/", "https://codehost.example/alice/"} <= roots
