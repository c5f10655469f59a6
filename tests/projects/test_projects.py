"""Are projects added, changed and put away, and is what cannot be meant refused with a next step?"""

from pathlib import Path
from typing import Any

import pytest

import backlit
from backlit import app
from backlit.errors import ProjectUnknown, UsageError
from tests.store.test_projects import LATER, NOON
from tests.unit.fakes import HOSTILE

SHOP: dict[str, Any] = {
    "name": " The  Shop ", "rivals": ["https://Rival.test/x", "WWW.b.test", "b.test", ""],
    "brands": ["Shop & Co", "shop & co", " "], "country": "ie", "note": "one\r\n two ",
}  # fmt: skip
ROW = {
    "slug": "shop.test", "target": "shop.test", "name": "The Shop",
    "rivals": ["https://rival.test/x", "b.test"], "brands": ["Shop & Co"], "country": "IE",
    "note": "one\ntwo", "added_at": NOON, "added_by": "ann", "archived_at": None,
}  # fmt: skip


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BACKLIT_DATABASE_URL", raising=False)
    monkeypatch.setenv("BACKLIT_USER", "ann")


def added(home: Path, target: str = "shop.test", **known: Any) -> dict[str, Any]:
    return app.project_add(home, target, clock=lambda: NOON, **known).row


def listed(home: Path, **more: Any) -> list[dict[str, Any]]:
    """The projects, without their numbers."""
    return [{name: row[name] for name in ROW} for row in app.project_ls(home, **more).rows]


def test_what_was_typed_is_kept_plain(tmp_path: Path) -> None:
    assert added(tmp_path, " WWW.Shop.test ", **SHOP) == ROW
    assert listed(tmp_path) == [ROW]
    bare = {"slug": "b.test", "target": "b.test", "name": "b.test", "rivals": [], "brands": [], "note": ""}
    assert added(tmp_path, "https://b.test/") == ROW | bare | {"country": None}


def test_a_change_takes_away_what_is_empty_and_leaves_what_is_not_named(tmp_path: Path) -> None:
    added(tmp_path, **SHOP)
    row = app.project_edit(tmp_path, "shop.test", name="", rivals=(), who="ben", clock=lambda: LATER).row
    assert row == ROW | {"name": "shop.test", "rivals": []}
    shown = app.project_show(tmp_path, "shop.test").row
    assert shown.pop("log") == [
        {"id": 2, "at": LATER, "who": "ben", "what": "changed",
         "changed": {"name": ["The Shop", "shop.test"], "rivals": [["https://rival.test/x", "b.test"], []]}},
        {"id": 1, "at": NOON, "who": "ann", "what": "added", "changed": {}},
    ]  # fmt: skip
    assert shown == row
    assert app.project_edit(tmp_path, "shop.test", country="", note="", brands=[""]).row == row | {
        "country": None, "note": "", "brands": [],
    }  # fmt: skip


def test_what_is_put_away_is_listed_when_asked_for(tmp_path: Path) -> None:
    added(tmp_path)
    away = app.project_archive(tmp_path, "shop.test", clock=lambda: LATER).row
    assert away["archived_at"] == LATER
    assert (listed(tmp_path), listed(tmp_path, archived=True)) == ([], [away])
    assert app.project_archive(tmp_path, "shop.test", undo=True).row["archived_at"] is None


@pytest.mark.parametrize(
    ("target", "known", "found"),
    [
        ("com", {}, "public suffix"),
        ("not a target", {}, "neither a URL, a host nor a domain"),
        ("https://shop.test/tea", {}, "that is a page.*shop.test"),
        ("shop.test", {"slug": "a b"}, "cannot be its short name"),
        ("shop.test", {"slug": "../etc"}, "cannot be its short name"),
        ("shop.test", {"slug": ""}, "cannot be its short name"),
        ("shop.test", {"name": "x" * 81}, "81 characters"),
        ("shop.test", {"rivals": ["not a target"]}, "not a target"),
        ("shop.test", {"rivals": ["blog.shop.test"]}, "is the site itself"),
        ("shop.test", {"rivals": [f"r{n}.test" for n in range(21)]}, "21 rivals"),
        ("shop.test", {"brands": ["x" * 61]}, "is too long"),
        ("shop.test", {"brands": [f"n{n}" for n in range(9)]}, "9 names"),
        ("shop.test", {"country": "IRL"}, "'IRL' is no country"),
        ("shop.test", {"country": "ß1"}, "is no country"),
        ("shop.test", {"note": "x" * 2_001}, "2000 characters"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_nothing_is_kept(
    tmp_path: Path, target: str, known: dict[str, Any], found: str
) -> None:
    with pytest.raises(UsageError, match=found):
        app.project_add(tmp_path, target, **known)
    assert app.project_ls(tmp_path, archived=True).rows == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["*.com", "a..b", "-rf", f"{'a' * 64}.test", f"{'a.' * 130}test"])
def test_a_name_that_no_site_can_have_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=r"no site can have that name.*as example\.com"):
        added(tmp_path, name)
    with pytest.raises(UsageError, match="no site can be named"):
        added(tmp_path, rivals=[name])
    assert list(tmp_path.iterdir()) == []


def test_a_site_is_one_project_however_it_is_spelt(tmp_path: Path) -> None:
    spelt = ("https://Rival.test/", "rival.test.", "http://www.rival.test")
    assert added(tmp_path, "shop.test.", rivals=spelt)["rivals"] == ["rival.test"]
    for name in ("shop.test", "https://SHOP.test"):
        with pytest.raises(UsageError, match="is called so"):
            added(tmp_path, name)
    with pytest.raises(UsageError, match="is the site itself"):
        app.project_edit(tmp_path, "shop.test", rivals=["https://shop.test/"])


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_names_are_data_without_what_hides_or_reorders(tmp_path: Path, words: str) -> None:
    row = added(tmp_path, name=words[:80], brands=[words[:60]], note=words)
    for text in (row["name"], *row["brands"], row["note"]):
        assert text.isprintable()
    assert app.project_show(tmp_path, "shop.test").row["name"] == row["name"]


def test_a_project_that_is_not_there_is_told_and_looking_makes_nothing(tmp_path: Path) -> None:
    for call in (app.project_show, app.project_edit, app.project_archive):
        with pytest.raises(ProjectUnknown, match="project add TARGET"):
            call(tmp_path, "none")
    assert app.project_ls(tmp_path).rows == []
    assert list(tmp_path.iterdir()) == []
    added(tmp_path)
    with pytest.raises(ProjectUnknown, match="project ls"):
        app.project_edit(tmp_path, "' OR 1=1 --", name="x")


def test_from_python_it_is_the_same(tmp_path: Path) -> None:
    index = backlit.open(tmp_path)
    row = index.project_add("shop.test", brands=["Shop"])
    assert [each["slug"] for each in index.project_ls()] == [row["slug"]]
    assert index.project_edit("shop.test", name="Shop")["name"] == "Shop"
    assert [each["what"] for each in index.project_show("shop.test")["log"]] == ["changed", "added"]
    assert index.project_archive("shop.test")["archived_at"] is not None
    assert len(index.project_ls(archived=True)) == 1
    assert index.project_archive("shop.test", undo=True)["archived_at"] is None
