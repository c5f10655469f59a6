"""Who links to rivals and not to the target: are just those told, and why the others are left out?"""

from pathlib import Path
from typing import Any

import pytest

from backlit import app
from backlit.errors import FilterError, UsageError
from backlit.prospect.gap import gap_of, ordered
from backlit.urls import registrable_domain
from backlit.vweb import VirtualWeb
from tests.unit.fakes import link_row
from tests.unit.looks import Look, commit, day

OURS, ONE, TWO = ("https://ours.test/", "https://one.test/", "https://two.test/")


def _page(domain: str, *links: str, on: int = 1, path: str = "") -> Look:
    return Look(f"https://{domain}/{path}", on, tuple((link, "words") for link in links))


@pytest.fixture
def session(tmp_path: Path) -> app.Session:
    """Everybody who links to one or two rivals, to us as well, or did so once."""
    commit(
        tmp_path,
        "first",
        [
            _page("both.test", ONE, TWO),
            _page("both.test", ONE, path="again"),
            _page("single.test", TWO),
            _page("friend.test", ONE, TWO, OURS),
            _page("former.test", ONE, OURS),
            _page("one.test", TWO),
            _page("ours.test", ONE),
        ],
    )
    commit(tmp_path, "second", [_page("former.test", ONE, on=3)])
    return app.open_session(tmp_path)


def _told(session: app.Session, **more: Any) -> list[tuple[Any, ...]]:
    answer = app.gap(session, "ours.test", rivals=["one.test", "two.test"], **more)
    return [(row["page"] or row["domain"], row["links_to"], row["lost_at"]) for row in answer.rows]


def test_who_links_to_rivals_alone_is_told_with_how_many_links_to_which(session: app.Session) -> None:
    answer = app.gap(session, "ours.test", rivals=["one.test", "two.test"])
    assert _told(session) == [
        ("both.test", {"one.test": 2, "two.test": 1}, None),
        ("former.test", {"one.test": 1}, day(3)),
        ("single.test", {"two.test": 1}, None),
    ]
    assert answer.query["left_out"] == {"already": 1, "own": 2, "spam": 0, "unnatural": 0, "fewer": 0}
    assert (answer.total, answer.query["unread"]) == (3, [])
    assert answer.rows[0]["link"]["source_url"].startswith("https://both.test/")


def test_a_number_of_rivals_can_be_asked_for(session: app.Session) -> None:
    answer = app.gap(session, "ours.test", rivals=["one.test", "two.test"], at_least=2)
    assert [row["domain"] for row in answer.rows] == ["both.test"]
    assert answer.query["left_out"]["fewer"] == 2


def test_pages_are_told_apart(session: app.Session) -> None:
    assert sorted(_told(session, by="page")) == [
        ("https://both.test/", {"one.test": 1, "two.test": 1}, None),
        ("https://both.test/again", {"one.test": 1}, None),
        ("https://former.test/", {"one.test": 1}, day(3)),
        ("https://single.test/", {"two.test": 1}, None),
    ]


def test_a_filter_chooses_among_the_links_to_rivals(session: app.Session) -> None:
    assert _told(session, q="domain:single.test") == [("single.test", {"two.test": 1}, None)]
    assert _told(session, sort="domain", limit=1)[0][0] == "both.test"


def test_a_rival_whom_nobody_links_to_is_named(session: app.Session) -> None:
    answer = app.gap(session, "ours.test", rivals=["one.test", "nobody.test"])
    assert answer.query["unread"] == ["nobody.test"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"rivals": []}, "none is named"),
        ({"rivals": ["ours.test"]}, "is the target itself"),
        ({"rivals": ["one.test", "one.test"]}, "is named twice"),
        ({"rivals": [f"r{n}.test" for n in range(21)]}, "each of them is read"),
        ({"rivals": ["one.test"], "at_least": 2}, "there is 1"),
        ({"rivals": ["one.test"], "at_least": 0}, "there is 1"),
        ({"rivals": ["one.test"], "by": "host"}, "no such choice"),
        ({"rivals": ["one.test"], "sort": "valu"}, "no such order"),
        ({"rivals": ["one.test"], "limit": 0}, "out of range"),
        ({"rivals": ["not a target"]}, "not a target"),
    ],
)
def test_what_cannot_be_compared_says_why(session: app.Session, asked: dict[str, Any], found: str) -> None:
    with pytest.raises(UsageError, match=found):
        app.gap(session, "ours.test", **asked)


def test_a_filter_that_cannot_be_read_is_an_error(session: app.Session) -> None:
    with pytest.raises(FilterError):
        app.gap(session, "ours.test", rivals=["one.test"], q="achor:x")


# the merging alone ----------------------------------------------------------------


def _link(domain: str, **more: Any) -> dict[str, Any]:
    row = {"source_domain": domain, "source_url": f"https://{domain}/", "links_in_group": 1}
    judged = {"spam": 0.0, "unnatural": 0.0, "value": None, "value_low": None, "value_high": None}
    return link_row(**(row | judged | more))


def test_who_reads_as_spam_or_as_a_seller_is_no_prospect() -> None:
    rows = [
        _link("spam.test", spam=60.0),
        _link("seller.test", unnatural=75.0),
        _link("fine.test", spam=59.9, unnatural=None),
    ]
    gap = gap_of({"one.test": rows}, by="source_domain", at_least=1, has={}, own=frozenset())
    assert [row["domain"] for row in gap.rows] == ["fine.test"]
    assert (gap.left_out["spam"], gap.left_out["unnatural"]) == (1, 1)


def test_the_best_link_speaks_for_its_site_and_unknown_values_come_last() -> None:
    one = [_link("a.test", value=3.0), _link("b.test", value=None), _link("c.test", value=9.0)]
    two = [_link("a.test", value=5.0, anchor="better")]
    gap = gap_of({"one": one, "two": two}, by="source_domain", at_least=1, has={}, own=frozenset())
    told = [(row["domain"], row["rivals"], row["value"]) for row in ordered(gap.rows, "rivals")]
    assert told == [("a.test", 2, 5.0), ("c.test", 1, 9.0), ("b.test", 1, None)]
    assert [row["domain"] for row in ordered(gap.rows, "value")] == ["c.test", "a.test", "b.test"]
    assert ordered(gap.rows, "rivals")[0]["link"]["anchor"] == "better"


# the virtual web ------------------------------------------------------------------


def test_on_the_virtual_web_the_gap_is_exact(tmp_path: Path) -> None:
    web, file = VirtualWeb(pages=400), tmp_path / "crawl.warc.gz"
    web.write_warc(file)
    app.ingest(tmp_path / "home", [str(file)], workers=1)
    session = app.open_session(tmp_path / "home")
    target, rivals = "gardenhaus.example", ["mossycode.example", "mossywheels.example"]
    linking: dict[str, set[str]] = {name: set() for name in (target, *rivals)}
    for name, sources in linking.items():
        for row in app.backlinks(session, name, group="none", q="has:via", limit=1_000).rows:
            sources.add(row["source_domain"])  # redirects are not among the true links
    for link in web.truth(0):
        source, end = (
            registrable_domain(url.partition("://")[2].partition("/")[0])
            for url in (link.source_url, link.target_url)
        )
        if end in linking and source != end:
            linking[end].add(source)
    expected = (linking[rivals[0]] | linking[rivals[1]]) - linking[target] - {target, *rivals}
    answer = app.gap(session, target, rivals=rivals, limit=10_000)
    told = {row["domain"] for row in answer.rows}
    left_out = answer.query["left_out"]
    assert told <= expected
    assert len(told) + left_out["spam"] + left_out["unnatural"] == len(expected) > 5
    for row in answer.rows:
        assert set(row["links_to"]) == {name for name in rivals if row["domain"] in linking[name]}
