"""Are the placement models evaluated as they were trained, and what do they say of plain pages?"""

from collections.abc import Mapping, Sequence
from itertools import permutations

import numpy as np
import pyarrow as pa
import pytest
from selectolax.lexbor import LexborHTMLParser

from backlit import errors, extract, page_type
from backlit.ingest.html import read_html
from backlit.ingest.placement.lean import FEW, decided, trained
from backlit.ingest.placement.outline import outline
from backlit.ingest.placement.rich import judged
from backlit.ingest.placement.template import without_templates
from backlit.ingest.placement.tokens import Weights, address_words, weigh, weights
from backlit.ingest.placement.trees import Forest
from backlit.model import LINKS, PAGES, Placement
from backlit.urls import parse_url

TEXT = "The mill by the river was built long before the road, and its wheel still turns every spring. "
MENU = "".join(f"<li><a href=/section/{n}>Section number {n}</a></li>" for n in range(12))
FOOT = "".join(f"<li><a href=https://partner{n}.example/>Partner company {n}</a></li>" for n in range(6))
PAGE = f"""<!doctype html><html lang=en><title>The mill</title><body>
<header><nav class="main-menu"><ul>{MENU}</ul></nav></header>
<main><article class="post-content"><h1>The mill by the river</h1>
<p>{TEXT * 3}
More is in <a href=https://archive.example/mill>the archive of the county</a> since then. {TEXT}</p>
<p>{TEXT * 5}</p><p>{TEXT * 2}See also <a href=https://wheel.example/>the old water wheel</a>, {TEXT}</p>
</article></main><footer class="site-footer"><ul class="links">{FOOT}</ul></footer>"""
URL = "https://village.example/history/mill"


def test_text_links_are_content_and_the_footer_is_not() -> None:
    links = {link.target_url: link for link in extract(PAGE, URL).links}
    archive, partner = links["https://archive.example/mill"], links["https://partner3.example/"]
    assert (archive.placement, partner.placement) == ("content", "footer")
    assert archive.p_content is not None
    assert partner.p_content is not None
    assert (archive.p_content > 0.8, partner.p_content < 0.2) == (True, True)


def test_bulk_and_careful_reading_agree_on_a_plain_page() -> None:
    page = read_html(PAGE.encode(), url=parse_url(URL))
    bulk = {ordinal: link.placement for _, ordinal, link in page.kept(lambda href: href)}
    careful = {at: found.placement for at, found in judged(page.found, page.base, "village.example").items()}
    assert careful == bulk


def test_links_without_a_place_in_the_page_have_no_chance() -> None:
    html = '<link rel=canonical href="/x"><meta http-equiv=refresh content="0;url=/y"><p>no link'
    assert [(link.kind, link.p_content) for link in extract(html, URL).links] == [
        ("canonical", None),
        ("meta-refresh", None),
    ]


def test_a_page_of_few_links_is_left_to_the_rules() -> None:
    listing = "".join(f"<a href=https://x{n}.example/>Name number {n}</a> " for n in range(FEW - 1))
    assert {link.placement for link in extract(f"<main>{listing}", URL).links} == {"content"}
    assert {link.placement for link in extract(f"<div>{listing}", URL).links} == {None}


@pytest.mark.parametrize(
    ("rule", "content", "placement"),
    [
        (Placement.CONTENT, 0.6, Placement.CONTENT),
        (Placement.CONTENT, 0.4, None),
        (Placement.SIDEBAR, 0.6, Placement.CONTENT),
        (Placement.SIDEBAR, 0.4, Placement.SIDEBAR),
        (Placement.COMMENT, 0.6, Placement.COMMENT),
        (Placement.AUTHOR, 0.6, Placement.AUTHOR),
        (None, 0.5, Placement.CONTENT),
        (None, 0.4, None),
    ],
)
def test_the_part_follows_from_rule_and_chance(
    rule: Placement | None, content: float, placement: Placement | None
) -> None:
    assert decided(rule, content, 0.5) == placement


def test_a_hostile_page_is_judged_without_an_error() -> None:
    nested = "<div>" * 400 + "<a href=https://x.example/>a link in the deep</a>" * 20
    chances = [link.p_content for link in extract(nested, URL).links]
    assert len(chances) == 20
    assert all(chance is not None and 0 <= chance <= 1 for chance in chances)
    assert page_type("<a " + "x " * 100_000, URL)[1] > 0


def test_trees_go_left_up_to_the_threshold_and_sum_their_leaves() -> None:
    # b <= 0.5 ? -1 : (a <= 3 ? 2 : 5), and a tree of one test beside it: a <= 9 ? 10 : 20
    feature, threshold = np.array([[1, 0], [0, 0]]), np.array([[0.5, 9.0], [3.0, np.inf]])
    kept = np.array([[0b110, 0b110], [0b101, 0b111]], np.uint32)
    value = np.array([[-1.0, 10.0], [2.0, 20.0], [5.0, 0.0]])
    forest = Forest(("a", "b"), feature, threshold, kept, value)
    rows = np.array([[9.0, 0.5], [3.0, 0.6], [9.5, 0.6]])
    assert forest.raw(rows).tolist() == [-1.0 + 10, 2.0 + 10, 5.0 + 20]
    copied = Forest.unpacked(forest.packed("x"), "x")
    assert (copied.names, copied.raw(rows).tolist()) == (("a", "b"), [9.0, 12.0, 25.0])
    many = np.repeat(rows, 100, axis=0)
    assert forest.raw(many).tolist() == [9.0] * 100 + [12.0] * 100 + [25.0] * 100
    assert forest.raw(rows[:0]).tolist() == []


def test_weights_come_back_from_a_file_as_they_went_in() -> None:
    given = Weights(
        {"b": 0.5, "a": -0.25}, {".x": 1.0}, {"word": 2.0}, {"com": -1.0}, {"^see": 0.5}, {"<by": 1}
    )
    assert Weights.unpacked(given.packed()) == given


def test_a_sum_of_weights_does_not_hang_on_the_order_of_the_words() -> None:
    group = {"a": 0.1, "b": 0.2, "c": 0.3, "d": -0.6}
    assert len({weigh(order, group) for order in permutations("abcdx")}) == 1


def test_the_trained_model_knows_what_footers_and_articles_are() -> None:
    path = weights().path
    assert path["footer"] < 0 < path[".article"]
    assert 0.2 < 1 / (1 + np.exp(-trained().least_logit)) < 0.7


def test_words_of_an_address_leave_scheme_and_query_out() -> None:
    assert address_words("HTTPS://T.example/share/me?url=https://x.example/") == {
        "t",
        "example",
        "share",
        "me",
    }
    assert address_words("/about/us#team") == {"about", "us", "team"}


def test_an_outline_counts_text_once_and_mutes_scripts() -> None:
    html = "<body><p>one <a href=/>two</a> three.</p><script>four</script><h2>five</h2>"
    tree = LexborHTMLParser(html)
    assert tree.root is not None
    page = outline(tree.root)
    assert page.tags == ["html", "head", "body", "p", "-text", "a", "-text", "-text", "script", "h2", "-text"]
    assert (page.chars.sum(), page.linked.sum(), page.marks.sum()) == (3 + 3 + 6 + 4, 3, 1)
    body, paragraph = page.tags.index("body"), page.tags.index("p")
    assert (page.end[body], page.end[paragraph]) == (11, 8)
    assert page.heading_text == {9: "five "}
    assert page.heading.tolist() == [-1] * 10 + [9]
    assert list(page.index.values()) == [page.tags.index("a")]


def test_an_outline_begins_at_the_root_that_it_is_given() -> None:
    tree = LexborHTMLParser("<!doctype html><!-- c --><body><ul><li>one<li>two <b>three</b></ul><p>four")
    listing = tree.css_first("ul")
    assert listing is not None
    assert outline(listing).tags == ["ul", "li", "-text", "li", "-text", "b", "-text"]
    assert outline(listing).depth.tolist() == [1, 2, 3, 2, 3, 3, 4]


On = Mapping[str, Sequence[tuple[str, str | None, int | None]]]


def pages_and_links(on: On) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    def batch(schema: pa.Schema, rows: list[dict[str, object]]) -> pa.RecordBatch:
        columns = [pa.array([row.get(field.name) for row in rows], field.type) for field in schema]
        return pa.RecordBatch.from_arrays(columns, names=schema.names)

    pages: list[dict[str, object]] = [
        {"page_key": f"org.site/{name}", "page_domain": "site.org", "external_links": len(found)}
        for name, found in on.items()
    ]
    links: list[dict[str, object]] = [
        {
            "source_key": f"org.site/{name}",
            "source_domain": "site.org",
            "target_key": target,
            "anchor": anchor,
            "placement": placement,
        }
        for name, found in on.items()
        for target, anchor, placement in found
    ]
    return batch(PAGES, pages), batch(LINKS, links)


def test_what_stands_on_a_third_of_a_site_is_no_content() -> None:
    everywhere, once = ("com.maker/", "Made by Maker", 1), ("com.story/", "a story", 1)
    on: On = {str(n): [everywhere] for n in range(6)} | {"0": [everywhere, once, ("com.maker/", "Maker", 1)]}
    placements = without_templates(*pages_and_links(on)).column("placement").to_pylist()
    assert placements == [None, 1, 1, None, None, None, None, None]


def test_a_site_of_few_pages_has_no_template() -> None:
    on: On = {str(n): [("com.maker/", "Made by Maker", 1)] for n in range(4)}
    pages, links = pages_and_links(on)
    assert without_templates(pages, links).equals(links)


def test_furniture_that_is_known_to_be_furniture_stays_where_it_is() -> None:
    on: On = {str(n): [("com.maker/", "Made by Maker", 4)] for n in range(9)}
    pages, links = pages_and_links(on)
    assert without_templates(pages, links).equals(links)


@pytest.mark.parametrize(
    ("html", "url", "kind"),
    [
        (PAGE, "https://village.example/blog/2020/05/the-mill-by-the-river", "article"),
        (
            '<title>Oak chair</title><meta property="og:type" content="product"><h1>Oak chair</h1><p>$120'
            '<script type="application/ld+json">{"@type": "Product"}</script>'
            '<button class="add-to-cart">Add to cart',
            "https://shop.example/products/oak-chair",
            "product",
        ),
        (
            "<title>How do I fix it? - Forum</title><h1>How do I fix it?</h1>"
            + "<div class='post'><a class='username' href=/u>ann</a><p>I would like a reply.</p></div>" * 9,
            "https://forum.example/viewtopic.php?t=12",
            "forum",
        ),
    ],
)
def test_page_types_of_plain_cases(html: str, url: str, kind: str) -> None:
    found, chance = page_type(html, url)
    assert found == kind
    assert 1 / 7 < chance <= 1
    assert page_type(html.encode(), url)[0] == kind


def test_a_page_type_needs_a_web_address() -> None:
    with pytest.raises(errors.UsageError):
        page_type("<p>text", "not an address")
