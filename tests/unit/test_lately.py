"""Is what was asked of a target lately asked again, and nothing else?"""

import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from backlit.index.profile import Profile
from backlit.index.target import Target
from backlit.web import lately as module
from backlit.web.asking import Ask
from backlit.web.lately import Lately
from backlit.web.server import create_app
from tests.unit.looks import Look, commit

SHOP = Target.parse("shop.test")


def test_the_questions_of_a_target_are_remembered_once_each_the_newest_last() -> None:
    lately = Lately()
    plain, filtered = Ask("shop.test"), Ask("SHOP.test", q="rel:nofollow")
    for view, ask in (("domains", plain), ("domains", filtered), ("overview", plain), ("domains", plain)):
        lately.note(view, ask)
    assert lately.of(SHOP) == [("domains", filtered), ("overview", plain), ("domains", plain)]
    assert lately.of(Target.parse("other.test")) == []


def test_a_day_in_the_past_and_rows_further_on_are_not_remembered() -> None:
    lately = Lately()
    lately.note("domains", Ask("shop.test", as_of="2026-01-01"))
    lately.note("domains", Ask("shop.test", cursor="abc"))
    assert lately.of(SHOP) == []


def test_neither_long_questions_nor_what_came_with_them_is_remembered() -> None:
    lately = Lately()
    lately.note("domains", Ask("shop.test", q="-".join(["anchor:a"] * 500)))
    lately.note("domains", Ask("shop.test", sent=(("x", "y" * 60_000),), origin="http://127.0.0.1"))
    [(_, kept)] = lately.of(SHOP)
    assert (kept, kept.sent, kept.origin) == (Ask("shop.test"), (), "")


def test_what_was_asked_longest_ago_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_TARGETS", 2)
    monkeypatch.setattr(module, "_QUESTIONS", 2)
    lately = Lately()
    for q in ("a", "b", "c"):
        lately.note("domains", Ask("shop.test", q=q))
    assert [ask.q for _, ask in lately.of(SHOP)] == ["b", "c"]
    for name in ("one.test", "two.test"):
        lately.note("overview", Ask(name))
    assert lately.of(SHOP) == []


def test_before_newer_data_is_shown_its_pages_are_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = create_app(tmp_path)
    client = TestClient(server, base_url="http://127.0.0.1", client=("127.0.0.1", 1))
    commit(tmp_path, "first", [Look("https://one.test/", 1, (("https://shop.test/", "a"),))])
    client.get("/t/shop.test/anchors?q=anchor:a")
    commit(tmp_path, "second", [Look("https://two.test/", 2, (("https://shop.test/", "a"),))])
    session = server.state.desk._session
    with monkeypatch.context() as patch:
        patch.setattr("backlit.web.shedding.BUSY", 1)
        client.get("/t/shop.test/domains")
        session._later.settle()
    monkeypatch.setattr(Profile, "_page", lambda *_: 1 / 0)  # nothing is found out again
    answer = client.get("/t/shop.test/anchors?q=anchor:a", headers={"Accept": "text/html"})
    assert answer.status_code == 200
    assert re.search(r'data-label="Domains"><a [^>]*>2</a>', answer.text), "two domains say so now"
