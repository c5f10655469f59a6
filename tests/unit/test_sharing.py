"""Is what a link opens fixed when it is made, and is no more of a page shown than was named?"""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import backlit
from backlit import app
from backlit.errors import FilterError, ShareEnded, ShareUnknown, TargetError, UsageError, ViewUnknown
from backlit.report.columns import COLUMNS, flat_names
from backlit.report.places import PLACES
from backlit.report.sharing import SHARED, csv_names, shared
from tests.store.test_views import LATER, NOON
from tests.unit.deciding import TARGET
from tests.unit.fakes import domain_row, link_row

ROW: dict[str, Any] = {
    "id": 1, "name": "For the board", "target": "shop.test", "page": "changes",
    "query": {"q": "authority:>40", "kind": "lost"},
    "address": "/t/shop.test/changes?q=authority%3A%3E40&kind=lost",
    "csv": False, "opens": True, "until": NOON + timedelta(days=30), "openings": 0, "opened_at": None,
    "made_at": NOON, "made_by": "ann", "ended_at": None, "ended_by": None,
}  # fmt: skip
LOST = {"kind": "lost", "q": "authority:>40", "cursor": "abc", "at": "100", "sort": "-at"}


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BACKLIT_DATABASE_URL", raising=False)
    monkeypatch.setenv("BACKLIT_USER", "ann")


def made(home: Path, page: str = "changes", target: str | None = "shop.test", **more: Any) -> dict[str, Any]:
    return app.share_add(home, page, target=target, clock=lambda: NOON, **more).row


def token(row: dict[str, Any]) -> str:
    return str(row["link"]).removeprefix("/s/")


def test_a_link_opens_what_its_page_asked_and_is_told_once(tmp_path: Path) -> None:
    row = made(tmp_path, target=" WWW.Shop.test ", query=LOST, name=" For \n the board\u202e ")
    assert row == ROW | {"link": row["link"]}
    assert len(token(row)) == 43
    assert app.share_open(tmp_path, token(row), clock=lambda: LATER).row == ROW
    app.share_opened(tmp_path, 1, clock=lambda: LATER)
    opened = ROW | {"openings": 1, "opened_at": LATER}
    assert app.share_ls(tmp_path, clock=lambda: LATER).rows == [opened]
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("state.sqlite*"))
    assert token(row).encode() not in kept
    assert token(row) not in str(app.user_log(tmp_path).rows)


def test_a_link_ends_and_says_no_more_than_when(tmp_path: Path) -> None:
    row = made(tmp_path, days=1)
    with pytest.raises(ShareEnded, match="2026-03-02") as found:
        app.share_open(tmp_path, token(row), clock=lambda: NOON + timedelta(days=1))
    assert "ann" not in str(found.value)
    ended = app.share_rm(tmp_path, 1, who="ben", clock=lambda: LATER).row
    assert (ended["opens"], ended["ended_by"]) == (False, "ben")
    with pytest.raises(ShareEnded, match="2026-03-01"):
        app.share_open(tmp_path, token(row), clock=lambda: LATER)
    assert app.share_ls(tmp_path, clock=lambda: LATER).rows == []
    assert app.share_ls(tmp_path, ended=True, clock=lambda: LATER).rows == [ended]


@pytest.mark.parametrize("wrong", ["", "x", "A" * 43, "0" * 64, "a\0b"])
def test_what_is_no_link_opens_nothing_and_makes_no_database(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(ShareUnknown):
        app.share_open(tmp_path, wrong)
    with pytest.raises(ShareUnknown):
        app.share_rm(tmp_path, 1)
    assert (app.share_ls(tmp_path).rows, list(tmp_path.iterdir())) == ([], [])
    made(tmp_path)
    with pytest.raises(ShareUnknown):
        app.share_open(tmp_path, wrong)


def test_a_saved_view_can_be_shared_and_stays_as_it_was(tmp_path: Path) -> None:
    app.view_save(tmp_path, "Losses", "changes", query=LOST)
    row = made(tmp_path, "", view=1)
    assert (row["page"], row["query"]) == ("changes", ROW["query"])
    assert made(tmp_path, "", view=1, query={"q": "authority:>60"})["query"]["q"] == "authority:>60"
    app.view_rm(tmp_path, 1)
    assert app.share_open(tmp_path, token(row), clock=lambda: LATER).row["query"] == ROW["query"]
    with pytest.raises(ViewUnknown):
        made(tmp_path, "", view=1)


def test_the_rivals_of_a_project_are_those_of_the_day(tmp_path: Path) -> None:
    app.project_add(tmp_path, "shop.test", rivals=["rival.test"])
    row = made(tmp_path, "gap")
    app.project_edit(tmp_path, "shop.test", rivals=["secret.test"])
    found = app.share_open(tmp_path, token(row), clock=lambda: LATER).row
    assert found["query"] == {"with": "rival.test"}
    with pytest.raises(UsageError, match="no rival is named"):
        made(tmp_path, "gap", "other.test")


def test_a_page_that_is_kept_as_it_is_has_the_day_of_its_data(demo_home: Path, forgotten: None) -> None:
    row = made(demo_home, "domains", TARGET, freeze=True, csv=True)
    until = app.domains(app.open_session(demo_home), TARGET).as_of
    assert until is not None
    assert row["query"] == {"as_of": until.isoformat().replace("+00:00", "Z")}
    assert row["csv"] is True
    with pytest.raises(UsageError, match="2026-03-01 already"):
        made(demo_home, "domains", TARGET, freeze=True, query={"as_of": "2026-03-01"})


@pytest.mark.parametrize(
    ("page", "more", "error", "found"),
    [
        ("audit", {}, UsageError, "for those who work here"),
        ("prospects", {}, UsageError, "for those who work here"),
        ("disavow", {}, UsageError, "for those who work here"),
        ("moon", {}, UsageError, "there is no such page"),
        ("", {}, UsageError, "there is no such page"),
        ("changes", {"target": None}, UsageError, "no target is named"),
        ("changes", {"target": "com"}, TargetError, "public suffix"),
        ("backlinks", {"query": {"q": "rel:"}}, FilterError, "compared with nothing"),
        ("backlinks", {"query": {"target": "b.test"}}, UsageError, "takes no 'target'"),
        ("backlinks", {"query": {"as_of": "soon"}}, UsageError, "that is no date"),
        ("backlinks", {"query": {"q": "rel:follow (decision:disavow)"}}, UsageError, "what was decided"),
        ("backlinks", {"query": {"q": "-has:decision"}}, UsageError, "what was decided"),
        ("domains", {"query": {"q": "decision:none"}}, UsageError, "what was decided"),
        ("graph", {"query": {"q": "decision:keep"}}, UsageError, "what was decided"),
        ("changes", {"days": 0}, UsageError, "for 0 days"),
        ("changes", {"days": 366}, UsageError, "for 366 days"),
        ("overview", {"csv": True}, UsageError, "no rows to take away"),
        ("changes", {"name": "x" * 81}, UsageError, "81 characters"),
    ],
)
def test_what_cannot_be_shared_is_refused_and_makes_no_database(
    tmp_path: Path, page: str, more: dict[str, Any], error: type[UsageError], found: str
) -> None:
    with pytest.raises(error, match=found):
        made(tmp_path, page, **more)
    assert list(tmp_path.iterdir()) == []


def test_python_does_the_same(tmp_path: Path) -> None:
    index = backlit.open(tmp_path)
    row = index.share_add("backlinks", target="shop.test", days=3, csv=True)
    assert [each["id"] for each in index.share_ls().rows] == [row["id"]]
    assert index.share_rm(row["id"])["opens"] is False
    assert index.share_ls().rows == []


# what is shown ---------------------------------------------------------------------------


def test_a_field_that_nobody_named_stays_at_home() -> None:
    private = {"decision": "disavow", "visits": [{"count": 9}], "note": "secret", "who": "ann"}
    told = shared("domains", [domain_row() | private])
    assert told == [{name: value for name, value in domain_row().items() if name in SHARED["domains"]}]
    assert set(told[0]) & {*private, "trust"} == set()
    via = [{"to": "https://b.test/", "kind": "redirect", "status": 301, "source": "secret.csv"}]
    change = {"link": link_row(via=via) | private, "before": None, "after": private, "at": NOON, "who": "ann"}
    [row] = shared("changes", [change])
    assert row["link"]["via"] == [{"to": "https://b.test/", "kind": "redirect", "status": 301}]
    assert {"provenance", "id", *private} & set(row["link"]) == set()
    assert (set(row), row["before"], row["after"]) == ({"at", "link", "before", "after"}, None, {})
    assert shared("backlinks", ["a text in the place of a row"]) == [None]


@pytest.mark.parametrize("view", ["backlinks", "domains", "anchors", "pages", "changes", "leads"])
def test_a_file_has_the_columns_that_are_shown(view: str) -> None:
    names, every = csv_names(view), list(flat_names(COLUMNS[view]))
    assert [name for name in every if name in names] == names != []
    private = {
        "provenance",
        "vendors",
        "vendor_metrics",
        "decision",
        "visits",
        "reported_by",
        "reported_lost",
    }
    assert [name for name in names if {*private, "id", "source"} & set(name.split("."))] == []


def test_every_page_that_is_shared_is_one_and_those_of_work_are_not() -> None:
    assert set(SHARED) < set(PLACES)
    assert set(SHARED) & {"audit", "policy", "disavow", "prospects", "sources", "authority"} == set()
