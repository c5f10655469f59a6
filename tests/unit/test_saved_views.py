"""Are views saved as their pages would answer them, and opened for whom they are meant?"""

import shlex
from pathlib import Path
from typing import Any

import pytest

import backlit
from backlit import app
from backlit.errors import FilterError, ProjectUnknown, TargetError, UsageError, ViewUnknown
from backlit.report.places import PLACES, address, read_address, words
from backlit.web.asking import parameters
from tests.store.test_views import LATER, NOON
from tests.unit.fakes import HOSTILE

LOST = {"kind": "lost", "q": "authority:>40", "cursor": "abc", "at": "100", "sort": "-at", "since": ""}
ROW: dict[str, Any] = {
    "id": 1, "name": "Good losses", "page": "changes", "target": "shop.test", "project": None,
    "query": {"q": "authority:>40", "kind": "lost"},
    "address": "/t/shop.test/changes?q=authority%3A%3E40&kind=lost",
    "words": ["changes", "shop.test", "-q", "authority:>40", "--kind", "lost"],
    "alert": {"q": "authority:>40", "scope": None, "kinds": ["lost"]},
    "command": "backlit changes shop.test -q 'authority:>40' --kind lost",
    "added_at": NOON, "added_by": "ann",
}  # fmt: skip
NOWHERE = {"target": None, "address": None, "words": None, "command": None}


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BACKLIT_DATABASE_URL", raising=False)
    monkeypatch.setenv("BACKLIT_USER", "ann")


def saved(home: Path, name: str = "Good losses", page: str = "changes", **more: Any) -> dict[str, Any]:
    return app.view_save(home, name, page, clock=lambda: NOON, **more).row


def test_a_view_is_what_its_page_asks_without_where_it_went_on(tmp_path: Path) -> None:
    assert saved(tmp_path, " Good  losses\n", query=LOST, target=" WWW.Shop.test ") == ROW
    assert app.view_ls(tmp_path).rows == [ROW]
    any_of_them = saved(tmp_path, query=LOST)
    assert any_of_them == ROW | NOWHERE | {"id": 2}
    assert saved(tmp_path, "best", "pages", query={})["page"] == "best-pages"


def test_a_target_is_shown_the_views_that_it_can_be_looked_at_by(tmp_path: Path) -> None:
    app.project_add(tmp_path, "shop.test", slug="shop")
    one = saved(tmp_path, "b", query=LOST, target="shop.test")
    saved(tmp_path, "c", target="other.test")
    saved(tmp_path, "A", "domains")
    of_project = saved(tmp_path, "d", query=LOST, project="shop")
    assert of_project == one | {"id": 4, "name": "d", "project": "shop"}
    answer = app.view_ls(tmp_path, target="https://shop.test/")
    assert [row["name"] for row in answer.rows] == ["A"]  # a page is no domain
    answer = app.view_ls(tmp_path, target="shop.test")
    assert [row["name"] for row in answer.rows] == ["A", "b", "d"]
    assert answer.rows[0]["address"] == "/t/shop.test/domains"
    assert answer.query == {"target": "shop.test", "page": None, "project": "shop"}
    assert [row["name"] for row in app.view_ls(tmp_path, target="shop.test", page="domains").rows] == ["A"]


def test_a_view_is_opened_for_its_own_target_or_another(tmp_path: Path) -> None:
    app.project_add(tmp_path, "shop.test")
    saved(tmp_path, query=LOST, project="shop.test")
    saved(tmp_path, query=LOST)
    assert app.view_open(tmp_path, 1).row == ROW | {"project": "shop.test"}
    other = app.view_open(tmp_path, 1, target="b.test").row
    assert (other["target"], other["address"]) == ("shop.test", ROW["address"].replace("shop.test", "b.test"))
    with pytest.raises(UsageError, match="view open 2 TARGET"):
        app.view_open(tmp_path, 2)
    with pytest.raises(TargetError):
        app.view_open(tmp_path, 2, target="no target")
    app.project_archive(tmp_path, "shop.test")
    assert app.view_open(tmp_path, 1).row["address"] == ROW["address"]  # put away is not gone


def test_what_is_removed_is_gone_from_every_list(tmp_path: Path) -> None:
    saved(tmp_path, query=LOST, target="shop.test")
    gone = app.view_rm(tmp_path, 1, who="ben", clock=lambda: LATER).row
    assert gone == ROW | {"removed_at": LATER, "removed_by": "ben"}
    assert app.view_ls(tmp_path).rows == []
    for again in (app.view_rm, app.view_open):
        with pytest.raises(ViewUnknown):
            again(tmp_path, 1)


@pytest.mark.parametrize(
    ("page", "query", "error", "found"),
    [
        ("backlinks", {"q": "rel:"}, FilterError, "compared with nothing"),
        ("backlinks", {"q": "anhcor:x"}, FilterError, "no such field here. Near it: anchor"),
        ("backlinks", {"group": "ip"}, UsageError, "cannot be 'ip'"),
        ("backlinks", {"state": "gone"}, UsageError, "there is no such state"),
        ("backlinks", {"sort": "-beauty"}, UsageError, "beauty"),
        ("backlinks", {"scope": "galaxy"}, TargetError, "none of that name"),
        ("backlinks", {"limit": "0"}, UsageError, "whole number"),
        ("backlinks", {"limit": "1e3"}, UsageError, "whole number"),
        ("backlinks", {"peers": "a.test"}, UsageError, "takes no 'peers'"),
        ("backlinks", {"q": "x" * 4_097}, UsageError, "too long"),
        ("backlinks", {"q": "a\0b"}, UsageError, "no text"),
        ("changes", {"kind": "odd"}, UsageError, "'odd'"),
        ("changes", {"q": "spam:>50"}, UsageError, "not judged"),
        ("gap", {"by": "planet"}, UsageError, "cannot be 'planet'"),
        ("gap", {"q": "rel:"}, FilterError, "compared with nothing"),
        ("overview", {"from": "soon"}, UsageError, "from is 'soon', no date"),
        ("overview", {"to": "2026-02-30"}, UsageError, "no date"),
        ("overview", {"by": "hour"}, UsageError, "cannot be 'hour'"),
        ("overview", {"since": "2026-03-01"}, UsageError, "takes no 'since'"),
        ("backlinks", {"from": "2026-03-01"}, UsageError, "takes no 'from'"),
        ("audit", {}, UsageError, "nothing is asked of the page audit"),
        ("moon", {}, UsageError, "there is no such page"),
    ],
)
def test_what_its_page_would_refuse_is_refused_and_makes_no_database(
    tmp_path: Path, page: str, query: dict[str, str], error: type[UsageError], found: str
) -> None:
    with pytest.raises(error, match=found):
        saved(tmp_path, "x", page, query=query)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["", " \n", "\u202e\x00", "x" * 81])
def test_a_name_can_be_read(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="80 characters at most"):
        saved(tmp_path, name)


def test_a_view_is_of_one_thing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="of a target and of a project"):
        saved(tmp_path, target="a.test", project="a.test")
    with pytest.raises(ProjectUnknown):
        saved(tmp_path, project="a.test")
    with pytest.raises(TargetError):
        saved(tmp_path, target="com")


@pytest.mark.parametrize(
    ("page", "query", "alert"),
    [
        ("backlinks", {"q": "rel:follow", "scope": "host"},
         {"q": "rel:follow", "scope": "host", "kinds": ["new", "lost", "changed"]}),
        ("backlinks", {"state": "lost"}, {"q": None, "scope": None, "kinds": ["lost"]}),
        ("changes", {}, {"q": None, "scope": None, "kinds": ["new", "lost", "changed"]}),
        ("changes", {"kind": "claims"}, None),
        ("changes", {"q": "change:new"}, None),
        ("backlinks", {"q": "spam:>50"}, None),
        ("domains", {"q": "links:>5"}, None),
    ],
)  # fmt: skip
def test_an_alert_is_offered_of_links_that_can_be_told_of(
    tmp_path: Path, page: str, query: dict[str, str], alert: dict[str, Any] | None
) -> None:
    row = saved(tmp_path, "x", page, query=query, target="shop.test")
    assert row["alert"] == alert
    if alert:
        app.alert_add(tmp_path, "shop.test", **alert)


def test_from_python(tmp_path: Path) -> None:
    index = backlit.open(tmp_path)
    assert index.view_ls().rows == []
    row = index.view_save("Good losses", "changes", query=LOST, target="shop.test")
    assert index.view_ls(target="shop.test", page="changes").rows == [row]
    assert index.view_open(1, target="b.test")["address"].startswith("/t/b.test/changes?")
    assert index.view_rm(1)["removed_by"] == "ann"


# places ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", [*HOSTILE, "it's $(id) `id` !! \\ \" ; & | \n\t * ? [x] {a,b} ~ #", "日本", "-x"]
)
def test_an_address_comes_back_as_it_was_written(text: str) -> None:
    asked = {"q": text, "group": "none"}
    url = address(PLACES["backlinks"], "https://shop.test/a?b=c#d", asked)
    for each in (url, f"http://127.0.0.1:8000{url}&at=100#top"):
        found = read_address(each)
        assert (found.place.name, found.target) == ("backlinks", "https://shop.test/a?b=c#d")
        assert found.asked == {"q": text.strip(), "group": "none"}


@pytest.mark.parametrize(
    "text", ["", "moon", "/views", "/t/", "/t/a/b/c", "http://x.test/backlinks", "http://[", "x" * 40_000]
)
def test_an_address_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        read_address(text)


def test_a_place_takes_what_its_page_takes() -> None:
    for segment, place in PLACES.items():
        if segment not in ("authority", "gap", "prospects", "impact", "report"):
            assert list(place.takes) == [name for name in parameters(segment) if name != "at"]


def test_the_days_of_a_picture_are_kept_and_asked_of_nothing_else(tmp_path: Path) -> None:
    asked = {"as_of": "2026-05-01", "from": "2026-03-01", "to": "2026-03-31", "by": "day"}
    row = saved(tmp_path, "March", "overview", query=asked, target="shop.test")
    assert row["query"] == asked
    assert row["address"] == "/t/shop.test?as_of=2026-05-01&from=2026-03-01&to=2026-03-31&by=day"
    assert row["command"] == "backlit overview shop.test --as-of 2026-05-01"
    assert read_address(f"http://127.0.0.1:8000{row['address']}").asked == asked


def test_words_that_only_the_app_has_are_those_of_the_command_line() -> None:
    asked = {"kind": "claims", "with": "a.test,b.test", "brand": "Tea & Co, ExTea"}
    said = words(PLACES["changes"], "shop.test", {"kind": "claims"})
    assert said == ["changes", "shop.test", "--kind", "reported,reported-lost"]
    said = words(PLACES["prospects"], "-x.test", {name: asked[name] for name in ("with", "brand")})
    assert shlex.join(said) == "prospects --with a.test,b.test --brand 'Tea & Co' --brand ExTea -- -x.test"
