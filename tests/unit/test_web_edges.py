"""Does nobody see or change anything beyond the edges of the projects that they are let in to?"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from backlit import app
from backlit.app.report_files import keep_report
from backlit.errors import UsageError
from backlit.store.database import opened
from backlit.store.decisions import Decisions
from backlit.store.standing import Decision, Verdict
from backlit.web.server import create_app
from tests.unit import fakes
from tests.unit.outline import Outline

BASE = "http://127.0.0.1:8000"
MINE, OTHER = "shop.example", "secret.test"
REST = f"/api/v1/targets/{MINE}"


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    fakes.install(monkeypatch)
    home = tmp_path / "home"
    app.project_add(home, MINE, rivals=["rival.test"])
    app.project_add(home, OTHER, name="Secret client")
    app.key_add(home, "somebody", scope="admin")
    app.user_add(home, "ann@shop.example", role="owner")
    return home


def let_in(home: Path, scope: str = "read", *projects: str) -> TestClient:
    """A program that is let in to some projects only, by default to one."""
    token = app.key_add(home, "edge", scope=scope, projects=projects or (MINE,)).row["token"]
    headers = {"Authorization": f"Bearer {token}", "Sec-Fetch-Site": "same-origin"}
    return TestClient(
        create_app(home), base_url=BASE, headers=headers, follow_redirects=False,
        raise_server_exceptions=False,
    )  # fmt: skip


VIEWS = ("", *(f"/{view}" for view in ("backlinks", "domains", "anchors", "pages", "changes", "sources")))


@pytest.mark.parametrize("view", VIEWS)
def test_pages_of_their_project_open_and_name_no_folder_of_the_server(home: Path, view: str) -> None:
    answer = let_in(home).get(f"/t/{MINE}{view}")
    assert answer.status_code == 200
    assert str(home) not in answer.text
    assert Outline(answer.text).all("details", id="views") == []


def test_a_page_of_their_project_is_theirs_however_it_is_spelled(home: Path) -> None:
    client = let_in(home)
    for spelled in (
        f"https%3A%2F%2F{MINE}%2Fa", f"http%3A%2F%2Fwww.{MINE}%2F", f"{MINE}.", "SHOP.example",
        "shop%2Eexample", "shop\u3002example", f"blog.{MINE}",
    ):  # fmt: skip
        assert client.get(f"/api/v1/targets/{spelled}/overview").status_code == 200, spelled
    for spelled in (
        OTHER, f"not{MINE}", f"{MINE}.{OTHER}", "example",
        f"https%3A%2F%2F{OTHER}%2F{MINE}", f"https%3A%2F%2F{MINE}%40{OTHER}%2F",
        f"https%3A%2F%2F{OTHER}%5C%40{MINE}%2F", f"%2F%2F{OTHER}%2F", f"{OTHER}%2F.{MINE}",
        f"{OTHER}%252F.{MINE}", f"{OTHER}%23.{MINE}", f"{MINE}%0A.{OTHER}",
    ):  # fmt: skip
        for path in (f"/api/v1/targets/{spelled}/overview", f"/t/{spelled}", f"/t/{spelled}/backlinks.csv"):
            assert client.get(path).status_code in (400, 403), path
            assert client.get(f"{path}?scope=domain").status_code in (400, 403), path


BESIDE = (
    OTHER, f"rival.test,{OTHER}", f"{OTHER}%0Aa.{MINE}", f"{OTHER}%0D%0Aa.{MINE}", f"{OTHER}%09a.{MINE}",
    f"a.{MINE}&with={OTHER}",
)  # fmt: skip


@pytest.mark.parametrize("beside", BESIDE)
def test_nobody_compares_with_more_than_their_rivals(home: Path, beside: str) -> None:
    assert let_in(home).get(f"{REST}/gap?with={beside}").status_code == 403
    assert let_in(home).get(f"/t/{MINE}/prospects?with={beside}").status_code == 403


def test_a_receipt_is_of_their_target_or_of_a_link_to_it(home: Path) -> None:
    answer = let_in(home).get(f"{REST}/explain?link={OTHER}")
    assert (answer.status_code, "that is no id of a link" in answer.text) == (400, True)


def test_a_target_without_links_does_not_tell_what_else_the_index_holds(home: Path) -> None:
    app.project_add(home, "nobody.example")
    mine = let_in(home, "read", "nobody.example").get("/t/nobody.example").text
    assert "holds no link to this target" in mine
    assert "What the index holds" not in mine
    token = app.key_add(home, "whole").row["token"]
    whole = TestClient(create_app(home), base_url=BASE, headers={"Authorization": f"Bearer {token}"})
    assert "What the index holds" in whole.get("/t/nobody.example").text


def test_reports_of_another_target_stay_where_they_are(home: Path) -> None:
    names = {
        MINE: f"report-{MINE}-2026-01-01-owner.html",
        OTHER: f"report-{OTHER}-2026-01-01-owner.html",
        f"{MINE}-b.test": f"audit-{MINE}-b.test-2026-01-01.html",
    }
    for target, name in names.items():
        keep_report(home, name, target.encode())
    client = let_in(home)
    found = {target: client.get(f"/t/{MINE}/reports/{name}") for target, name in names.items()}
    assert {target: answer.status_code for target, answer in found.items()} == {
        MINE: 200, OTHER: 400, f"{MINE}-b.test": 400,
    }  # fmt: skip
    assert found[MINE].text == MINE
    assert [row["name"] for row in app.reports_ls(home, MINE).rows] == [names[MINE]]


def test_a_decision_is_taken_back_from_its_own_target_only(home: Path) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    with opened(home) as engine:
        kept = [
            Decisions(engine).add(
                Decision(at, "ann", target, "domain", "a.test", Verdict.KEEP, "why", ("a.test",))
            )
            for target in (OTHER, MINE)
        ]
    client = let_in(home, "decide")
    told = [client.post(f"/t/{MINE}/undo", data={"id": str(each.id)}).status_code for each in kept]
    assert told == [400, 303]
    assert [row["verdict"] for row in app.decisions(home, OTHER).rows] == ["keep"]
    assert [row["verdict"] for row in app.decisions(home, MINE).rows] == ["undo", "keep"]


def test_who_sees_one_project_adds_no_rival_to_see_more(home: Path) -> None:
    client = let_in(home, "write")
    rest = f"/api/v1/projects/{MINE}"
    assert client.patch(rest, json={"rivals": ["rival.test", OTHER]}).status_code == 403
    form = {"rivals": f"rival.test\n{OTHER}", "name": "", "brands": "", "country": "", "note": ""}
    assert client.post(f"/projects/{MINE}", data=form).status_code == 403
    assert app.project_show(home, MINE).row["rivals"] == ["rival.test"]
    assert client.patch(rest, json={"rivals": ["rival.test"], "note": "x"}).status_code == 200
    whole = TestClient(create_app(home), base_url=BASE)
    token = app.key_add(home, "whole", scope="write").row["token"]
    whole.headers["Authorization"] = f"Bearer {token}"
    assert whole.patch(rest, json={"rivals": [OTHER]}).status_code == 200


@pytest.mark.parametrize("projects", [[""], [MINE, " "]])
def test_a_project_without_a_name_lets_in_to_nothing(home: Path, projects: list[str]) -> None:
    calls: list[Any] = [
        lambda: app.user_add(home, "new@shop.example", projects=projects),
        lambda: app.user_edit(home, "ann@shop.example", role="viewer", projects=projects),
        lambda: app.key_add(home, "script", projects=projects),
    ]
    for call in calls:
        with pytest.raises(UsageError, match="without a name"):
            call()
