"""What is a site, by its name and by what its pages show?"""

from pathlib import Path
from typing import Any

import pytest

import backlit
from backlit import app
from backlit.errors import UsageError
from backlit.score.sitetype import PAGES, TYPES, PageFacts, site_type, type_of
from tests.unit.looks import Look, commit


@pytest.mark.parametrize(
    ("domain", "kind"),
    [
        ("en.wikipedia.org", "wiki"),
        ("www.nytimes.com", "news"),
        ("somebody.blogspot.com", "blog"),
        ("somebody.github.io", "code host"),
        ("blogspot.com", None),
        ("gov.uk", "government"),
        ("www.service.gov.uk", "government"),
        ("impots.gouv.fr", "government"),
        ("mit.edu", "education"),
        ("www.ox.ac.uk", "education"),
        ("uni-hamburg.de", "education"),
        ("blog.mozilla.org", "blog"),
        ("forum.example.org", "forum"),
        ("kleinezeitung.test", "news"),
        ("best-casino-slots.test", "gambling"),
        ("example.org", None),
        ("bloggingtips.test", None),
        ("unicorn.test", None),
        ("theshopping.test", "shop"),
        ("", None),
        ("192.0.2.1", None),
        ("xn--bcher-kva.example", None),
    ],
)
def test_some_names_tell(domain: str, kind: str | None) -> None:
    assert type_of(domain).type == kind


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        (PageFacts("https://a.test/x", generator="Discourse 3.1"), "forum"),
        (PageFacts("https://a.test/x", generator="WooCommerce 8"), "shop"),
        (PageFacts("https://a.test/x", generator="MediaWiki 1.4"), "wiki"),
        (PageFacts("https://a.test/viewtopic.php?t=3"), "forum"),
        (PageFacts("https://a.test/2020/05/hello", generator="WordPress 6", title="Ada's blog"), "blog"),
        (PageFacts("https://a.test/x", schema_types=("NewsArticle",)), "news"),
        (PageFacts("https://a.test/x", page_type="forum"), "forum"),
        (PageFacts("https://a.test/", title="a.test: this domain is for sale"), "parked"),
        (PageFacts("https://a.test/x", generator="WordPress 6"), None),
        (PageFacts("https://a.test/about"), None),
    ],
)
def test_pages_tell(facts: PageFacts, kind: str | None) -> None:
    assert type_of("a.test", [facts]).type == kind


def test_the_answer_says_what_spoke() -> None:
    found = type_of("shop.a.test", [PageFacts("https://shop.a.test/wiki/x")])
    assert found.signs == (("host shop", "shop", 4.0), ("path /wiki/x", "wiki", 3.5))
    assert (found.type, found.confidence) == ("shop", 0.615)
    assert type_of("github.com").signs == (("github.com is known", "code host", 10.0),)


def test_what_one_page_of_many_shows_speaks_softly() -> None:
    plain = [PageFacts(f"https://a.test/{n}") for n in range(9)]
    odd = PageFacts("https://a.test/x", generator="MediaWiki 1.4")
    assert type_of("a.test", [*plain, odd]).type is None
    assert type_of("a.test", [*plain[:2], odd]).type == "wiki"


def test_signs_that_contradict_each_other_say_nothing() -> None:
    found = type_of(
        "a.test", [PageFacts("https://a.test/wiki/x", generator="phpBB", schema_types=("Product",))]
    )
    assert found.type == "forum"
    assert type_of("wiki-blog.test").type is None


def test_it_is_public_and_reads_what_extract_reads() -> None:
    page = backlit.extract('<meta name=generator content="phpBB"><title>x</title>', "https://a.test/")
    assert backlit.site_type("a.test", [page]).type == "forum"
    assert backlit.site_type("a.test", ["https://a.test/showthread.php?t=1"]).type == "forum"
    assert set(TYPES) >= {"blog", "news", "shop", "forum", "wiki"}
    with pytest.raises(UsageError):
        site_type("a.test", ["no page"])


def test_hostile_pages_are_bounded() -> None:
    page = PageFacts("https://a.test/" + "forum/" * 100_000, "blog " * 100_000, "phpbb" * 100_000)
    assert type_of("a.test", [page] * (2 * PAGES)).type == "forum"


def test_lists_of_domains_tell_it(tmp_path: Path) -> None:
    target = ("https://a.test/1", "text")
    hosts = ("kleinezeitung.test", "en.wikipedia.org", "b.test")
    commit(tmp_path / "home", "crawl", [Look(f"https://{host}/x", 1, (target,)) for host in hosts])
    rows: Any = app.domains(app.open_session(tmp_path / "home"), "a.test").data
    assert {row["domain"]: row["sitetype"] for row in rows} == {
        "kleinezeitung.test": "news",
        "wikipedia.org": "wiki",
        "b.test": None,
    }
