"""Do lists tell the classes of anchors, by what the site's own pages, searches and admirers say of it?"""

from pathlib import Path

import pytest

from backlit import app
from backlit.app import session as sessions
from backlit.errors import UsageError
from backlit.score.anchors.kinds import AnchorKind
from backlit.score.anchors.site import site_of
from tests.unit.looks import Look, commit

SHOP = "https://teahouse.test/"
LINKS = {
    "https://a.test/": ((SHOP, "Grandma's Teahouse"), (f"{SHOP}green-tea", "cheap green tea")),
    "https://b.test/": ((SHOP, "Grandma's Teahouse"), (f"{SHOP}green-tea", "click here")),
    "https://c.test/": ((SHOP, "https://teahouse.test"), (f"{SHOP}green-tea", "green tea")),
    "https://d.test/": ((SHOP, ""),),
}
QUERIES = "Top queries,Clicks,Impressions,CTR,Position\nteahouse,90,100,90%,1\nbuy green tea,5,50,10%,3\n"


@pytest.fixture
def session(tmp_path: Path) -> app.Session:
    commit(tmp_path, "a", [Look(url, n, links) for n, (url, links) in enumerate(LINKS.items())])
    return sessions.open_session(tmp_path)


def told(session: app.Session, q: str | None = None) -> list[tuple[str, str, bool, int]]:
    rows = app.anchors(session, "teahouse.test", sort="anchor", q=q).rows
    return [(row["anchor"], row["class"], row["money"], row["domains"]) for row in rows]


def test_every_anchor_has_its_class(session: app.Session) -> None:
    assert told(session) == [
        ("", "empty", False, 1),
        ("Grandma's Teahouse", "brand", False, 2),
        ("cheap green tea", "partial", True, 1),
        ("click here", "generic", False, 1),
        ("green tea", "title", False, 1),
        ("https://teahouse.test", "naked-url", False, 1),
    ]


@pytest.mark.parametrize(
    ("asked", "anchors"),
    [
        ("class:brand", ["Grandma's Teahouse"]),
        ("class:(naked-url,generic)", ["click here", "https://teahouse.test"]),
        ("is:money", ["cheap green tea"]),
        ("-is:money domains:1", ["", "click here", "green tea", "https://teahouse.test"]),
    ],
)
def test_classes_can_be_asked_for(session: app.Session, asked: str, anchors: list[str]) -> None:
    assert [anchor for anchor, *_ in told(session, q=asked)] == anchors
    links = app.backlinks(session, "teahouse.test", q=asked.replace(" domains:1", ""), group="none").rows
    assert {row["anchor"] or "" for row in links} >= set(anchors)


def test_anchors_can_be_sorted_by_class(session: app.Session) -> None:
    rows = app.anchors(session, "teahouse.test", sort="class").rows
    assert [row["class"] for row in rows] == ["brand", "empty", "generic", "naked-url", "partial", "title"]
    with pytest.raises(UsageError, match="Near it"):
        app.backlinks(session, "teahouse.test", sort="class")


def test_searches_that_found_the_site_are_keywords(tmp_path: Path) -> None:
    commit(tmp_path, "a", [Look(url, n, links) for n, (url, links) in enumerate(LINKS.items())])
    export = tmp_path / "Queries.csv"
    export.write_text(QUERIES)
    app.ingest(tmp_path, [str(export)], target="teahouse.test")
    assert told(sessions.open_session(tmp_path))[2:5] == [
        ("cheap green tea", "partial", True, 1),
        ("click here", "generic", False, 1),
        ("green tea", "partial", True, 1),
    ]


def test_a_site_is_called_as_its_titles_and_admirers_call_it() -> None:
    titles = {f"test.gt/{n} ": f"Tea number {n} - Golden Leaves" for n in range(3)}
    site = site_of("gt.test", titles=titles, anchors={"GT Club": 3, "read more": 9})
    assert [(name.text, name.why) for name in site.names] == [
        ("Golden Leaves", "in 3 of 3 titles of gt.test"),
    ]
    codes, money = site.codes(
        ["Golden Leaves", "Tea number 2", "", None],
        [None, None, "Golden Leaves", None],
        [*titles, "test.gt/"],
        [None] * 4,
    )
    assert codes.tolist() == [AnchorKind.BRAND, AnchorKind.OTHER, AnchorKind.IMAGE, AnchorKind.EMPTY]
    assert money.tolist() == [False] * 4
