"""On the virtual web, are just the true prospects told: mentions, lists of links, those who ask for articles?

The seeds are others than the one that the words and the thresholds were looked at with.
"""

from pathlib import Path
from typing import Any

import pytest

from backlit import app
from backlit.vweb import VirtualWeb
from tests.prospect.true_prospects import Truth, build

#: Least share of what is told that is true, and of what is true that is told.
LEAST = 0.95
RIVALS = [f"mossy{name}.example" for name in ("code", "kitchen", "wheels", "purse", "records", "trails")]
TARGETS = ("gardenhaus.example", "rosenhof.example")


@pytest.fixture(scope="module", params=[29])
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    web = VirtualWeb(seed=request.param, pages=600)
    return web, build(tmp_path_factory.mktemp("web"), web)


def _told(session: app.Session, target: str, kind: str) -> list[dict[str, Any]]:
    return app.prospects(session, target, kinds=[kind], limit=10_000).rows


def _agree(told: set[Any], true: set[Any]) -> None:
    both = len(told & true)
    assert both >= LEAST * len(told), sorted(told - true)
    assert both >= LEAST * len(true), sorted(true - told)


@pytest.mark.parametrize("target", TARGETS)
def test_mentions_are_pages_that_name_the_target_and_do_not_link(built: Any, target: str) -> None:
    web, session = built
    _agree({row["url"] for row in _told(session, target, "mention")}, Truth(web, target).mentions())


@pytest.mark.parametrize("target", TARGETS)
def test_resources_are_lists_of_links_of_others(built: Any, target: str) -> None:
    web, session = built
    true = Truth(web, target)
    _agree({row["domain"] for row in _told(session, target, "resource")}, true.with_lists() - true.sellers)


@pytest.mark.parametrize("target", TARGETS)
def test_guest_posts_are_asked_for_by_sites_that_take_no_money(built: Any, target: str) -> None:
    web, session = built
    true = Truth(web, target)
    assert true.inviting()
    _agree({row["domain"] for row in _told(session, target, "guest-post")}, true.inviting() - true.sellers)


def test_authors_are_who_wrote_of_several_rivals_and_not_of_the_target(built: Any) -> None:
    web, session = built
    target, rivals = "gardenhaus.example", RIVALS
    rows = app.prospects(session, target, kinds=["author"], rivals=rivals, limit=10_000).rows
    told = {(row["domain"], str(row["evidence"]).removeprefix("By ").partition(":")[0]) for row in rows}
    true = Truth(web, target).authors(rivals, 2)
    assert len(true) >= 3
    _agree(told, true)


def test_no_seller_is_a_prospect_of_any_kind(built: Any) -> None:
    web, session = built
    for target in TARGETS:
        rows = app.prospects(session, target, limit=100_000).rows
        asked = {row["domain"] for row in rows if row["kind"] not in ("broken", "content-idea")}
        assert not asked & Truth(web, target).sellers


def test_what_is_told_is_quoted_from_its_page(built: Any) -> None:
    web, session = built
    for row in _told(session, "rosenhof.example", "mention"):
        page = web.scene(web.number_of(row["url"]), 1 if 1 in web.looks(web.number_of(row["url"])) else 0)
        texts = [part for zone in page.zones for para in zone.paras for part in para.parts]
        assert any(row["evidence"] in str(text) for text in texts if isinstance(text, str))


@pytest.mark.slow
def test_larger_webs_agree_as_well(tmp_path: Path) -> None:
    for seed in (11, 31, 47):
        web = VirtualWeb(seed=seed, pages=3_000)
        (tmp_path / str(seed)).mkdir()
        session = build(tmp_path / str(seed), web)
        for target in (*TARGETS, "greenthumb.example"):
            true = Truth(web, target)
            _agree({row["url"] for row in _told(session, target, "mention")}, true.mentions())
            _agree({row["domain"] for row in _told(session, target, "resource")}, true.with_lists())
            _agree({row["domain"] for row in _told(session, target, "guest-post")}, true.inviting())
        rows = app.prospects(session, TARGETS[0], kinds=["author"], rivals=RIVALS, limit=10_000).rows
        told = {(row["domain"], str(row["evidence"]).removeprefix("By ").partition(":")[0]) for row in rows}
        _agree(told, Truth(web, TARGETS[0]).authors(RIVALS, 2))
