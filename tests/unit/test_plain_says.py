"""Do compiled kernels hear from an element what `element_says` hears, word for word and bit for bit?"""

import random

import pytest

from backlit.ingest.placement.lean import address_weight
from backlit.ingest.placement.tokens import weights
from backlit.ingest.plain.layout import KEPT_GIVEN
from backlit.ingest.plain.nodes import PlainTree
from backlit.ingest.plain.particulars import NOT_WEIGHED, describe
from backlit.ingest.plain.places import settle, survey
from backlit.ingest.plain.says import ODD, says
from backlit.ingest.plain.scan import scan
from backlit.ingest.surroundings import RANKS, REMARKS, ROLES, element_says

WORDS = sorted({*RANKS, *REMARKS, *(token[1:] for token in weights().path if token[0] == ".")})
TAGS = ["div", "p", "nav", "aside", "header", "main", "article", "section", "li", "span", "body", "html"]


TREE = PlainTree()


def read(page: bytes) -> PlainTree:
    size = TREE.take(page)
    assert scan(TREE.address, TREE.buf, size) == 0
    return TREE


def heard(tag: str, classes: str, element_id: str, role: str) -> tuple[int, float, float]:
    tree = read(f'<{tag} class="{classes}" id="{element_id}" role="{role}">x'.encode())
    node = next(n for n in tree.root.traverse() if n.tag == tag)
    return says(tree.address, tree.buf, node.mem_id)


def said(tag: str, classes: str, element_id: str, role: str) -> tuple[int, float, float]:
    part, weight, near = element_says(tag, role, classes, element_id)
    return int(part or 0), weight, near


@pytest.mark.parametrize(
    ("tag", "classes", "element_id", "role"),
    [
        ("div", "entryContent col-2", "", "Main"),
        ("div", "site-footer", "siteFooter", ""),
        ("div", "has-sidebar content", "", ""),
        ("div", "NAVBar XMLFooter footerX", "ABCd", ""),
        ("aside", "authorBox", "", ""),
        ("aside", "content", "", ""),
        ("header", "post", "", " Banner "),
        ("div", "show-related related show", "side\tbar\nrail", ""),
        ("div", "side_column right-Column1 rightColumn", "", "navigation"),
        ("body", "nav footer", "main", "contentinfo"),
        ("p", "a b c1d2 x" + "y" * 60, "z", "x"),
        ("p", "", "", ""),
        ("p", "comment comment comment-list commentList", "comment", "article"),
    ],
)
def test_what_an_element_says_is_heard(tag: str, classes: str, element_id: str, role: str) -> None:
    assert heard(tag, classes, element_id, role) == said(tag, classes, element_id, role)


def name(draw: random.Random) -> str:
    """A class name as some site may have made it."""
    words = draw.choices(WORDS, k=draw.choice((1, 1, 2, 3)))
    styled = [draw.choice((str, str.upper, str.title, str.capitalize))(word) for word in words]
    return draw.choice(("", "-", "_", "--", "1", ".")).join(styled) + draw.choice(("", "", "2", "-x", "A"))


def test_any_names_are_heard() -> None:
    draw = random.Random(11)
    for _ in range(1_000):
        classes = " ".join(name(draw) for _ in range(draw.randrange(5)))
        element_id = draw.choice(("", name(draw)))
        role = draw.choice(("", "", draw.choice(sorted(ROLES)), draw.choice(WORDS)))
        tag = draw.choice(TAGS)
        assert heard(tag, classes, element_id, role) == said(tag, classes, element_id, role)


@pytest.mark.parametrize(
    ("tag", "classes"),
    [
        ("custom-tag", "x"),
        ("div", "n\u00e4v nav"),
        ("div", "&#110;av"),
        ("div", "nav\x0bx"),
        ("div", "x" * 401),
    ],
)
def test_what_is_odd_is_left_to_others(tag: str, classes: str) -> None:
    assert heard(tag, classes, "", "")[0] == ODD


@pytest.mark.parametrize(
    "href",
    [
        "https://www.example.com/share?u=x",
        "//twitter.com/intent/tweet?about=1",
        "about/About-about_news2news?",
        "https://",
        "x://y://www.facebook.com",
        "/a/b/c/d/e/f/g/h/i/j/about",
        "https://example.com/" + "x" * 280 + "/about",
        "mailto:info@example.org",
        "?about",
        "https://example.com/?q=\u00e4",
    ],
)
def test_addresses_weigh_the_same(href: str) -> None:
    assert address_heard(href) == address_weight(href)


@pytest.mark.parametrize("href", ["/\u00fcber", "/a&amp;b"])
def test_addresses_in_other_letters_are_left_to_others(href: str) -> None:
    assert address_heard(href) == NOT_WEIGHED


def address_heard(href: str) -> float:
    page = f'<a href="{href}">x</a>'.encode()
    tree = read(page)
    node = next(n.mem_id for n in tree.root.traverse() if n.tag == "a")
    start = page.index(b'"') + 1
    tree.kept(1)[:, :KEPT_GIVEN] = [(node, True, start, page.rindex(b'"'), 0)]
    places, odd = survey(tree.address, tree.buf, tree.reals, 1, 0)
    assert odd == 0
    settle(tree.address, tree.reals, places, 1)
    assert describe(tree.address, tree.buf, tree.reals, 0, 1, 1, tree.out, 1 << 20, 1 << 20) == 1
    return float(tree.signs(0, 1)[0, 3])
