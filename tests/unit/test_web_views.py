"""Are views saved, listed, opened and removed in the app and over REST, and by nobody else's page?"""

from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from backlit import app
from backlit.errors import ConfigError
from backlit.web.server import create_app
from tests.unit import fakes
from tests.unit.fakes import HOSTILE
from tests.unit.outline import Outline

BASE = "http://127.0.0.1:8000"
OWN = {"Sec-Fetch-Site": "same-origin"}
FOREIGN = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
TARGET = "/t/shop.example"
FORM = {
    "name": "Good ones",
    "page": "backlinks",
    "query": "q=rel%3Afollow&group=none",
    "target": "shop.example",
}
HERE = f"{TARGET}/backlinks?q=rel%3Afollow&group=none"
KEPT = [
    *("backlinks", "domains", "anchors", "pages", "changes", "diversity", "broken", "gap", "prospects"),
    *("leads", "impact", "report"),
]


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BACKLIT_DATABASE_URL", raising=False)
    monkeypatch.setenv("BACKLIT_USER", "ann")
    fakes.install(monkeypatch)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def client(home: Path) -> TestClient:
    return TestClient(create_app(home), base_url=BASE, raise_server_exceptions=False, follow_redirects=False)


def saved(home: Path, name: str = "Good ones", page: str = "backlinks", **more: Any) -> int:
    query = more.pop("query", {"q": "rel:follow", "group": "none"})
    return int(app.view_save(home, name, page, query=query, **more).row["id"])


def location(client: TestClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 303
    return str(answer.headers["location"])


def form_of(text: str) -> dict[str, str | None]:
    """What the form of a page that saves it would send."""
    page = Outline(text)
    assert page.all("form", method="post", action="/views")
    hidden = {row["name"]: row["value"] for row in page.all("input", type="hidden")}
    return {str(name): hidden[name] for name in ("page", "query", "target")}


def test_a_page_is_saved_as_it_is_and_listed_where_it_can_be_used(client: TestClient, home: Path) -> None:
    text = client.get(f"{HERE}&sort=-authority&limit=100").text
    assert form_of(text) == {name: FORM[name] for name in ("page", "query", "target")}
    answer = client.post("/views", data=FORM, headers=OWN)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{HERE}#view-1")
    [row] = app.view_ls(home).rows
    assert (row["target"], row["added_by"], row["address"]) == ("shop.example", "ann", HERE)
    for path, current in ((HERE, "true"), (f"{TARGET}/backlinks", None), (TARGET, None)):
        link = Outline(client.get(path).text).by_id("view-1")
        assert (link["href"], link.get("aria-current")) == (HERE, current)
    assert "Good ones" not in client.get("/t/other.example/backlinks").text
    client.post("/views", data=FORM | {"of": "any"}, headers=OWN)
    elsewhere = HERE.replace("shop", "other")
    assert Outline(client.get("/t/other.example/backlinks").text).all("a", href=elsewhere)


def test_a_view_can_be_of_the_project(client: TestClient, home: Path) -> None:
    app.project_add(home, "shop.example", slug="shop")
    page = Outline(client.get(f"{TARGET}/backlinks").text)
    offered = [row["value"] for row in page.all("option") if row.get("value") == "project shop"]
    assert offered == ["project shop"]
    client.post("/views", data=FORM | {"of": "project shop"}, headers=OWN)
    assert app.view_ls(home).rows[0]["project"] == "shop"


@pytest.mark.parametrize("view", KEPT)
def test_every_list_can_be_saved(client: TestClient, view: str) -> None:
    answer = client.get(f"{TARGET}/{view}")
    if answer.status_code == 200:  # the made-up answers leave some out
        assert form_of(answer.text)["target"] == "shop.example"


@pytest.mark.parametrize("view", ["/audit", "/sources"])
def test_a_page_that_is_asked_nothing_shows_views_and_saves_none(
    client: TestClient, home: Path, view: str
) -> None:
    saved(home)
    page = Outline(client.get(TARGET + view).text)
    assert page.all("a", href=HERE)
    assert page.all("form", action="/views") == []


def test_a_view_of_an_overview_has_the_days_of_its_picture(client: TestClient, home: Path) -> None:
    days = {"from": "2026-03-01", "to": "2026-03-31", "by": "week"}
    number = saved(home, "March", "overview", query={**days, "as_of": "2026-05-01"})
    asked = "as_of=2026-05-01&from=2026-03-01&to=2026-03-31&by=week"
    assert location(client, f"{TARGET}?view={number}") == f"{TARGET}?{asked}"
    assert location(client, f"{TARGET}?view={number}&by=day") == f"{TARGET}?{asked.replace('week', 'day')}"
    assert location(client, f"{TARGET}/overview.json?view={number}") == f"{TARGET}.json?as_of=2026-05-01"


def test_an_address_with_a_view_leads_to_the_whole_address(client: TestClient, home: Path) -> None:
    number = saved(home, target="shop.example")
    saved(home, page="changes", query={"kind": "lost"})
    assert location(client, f"{TARGET}/backlinks?view={number}") == HERE
    assert location(client, f"{TARGET}?view={number}") == HERE
    assert location(client, f"{TARGET}/backlinks.json?view={number}") == HERE.replace("links?", "links.json?")
    assert location(client, f"{TARGET}/backlinks?view={number}&group=page&as_of=2026-03-01&x=1") == (
        f"{TARGET}/backlinks?as_of=2026-03-01&q=rel%3Afollow&group=page"
    )
    assert location(client, f"{TARGET}/backlinks?view=2") == f"{TARGET}/changes?kind=lost"
    url = "/t/https%3A%2F%2Fshop.example%2Fa%252Fb%3Fq%3D1/backlinks"
    assert location(client, f"{url}?view=2") == url.replace("backlinks", "changes") + "?kind=lost"
    assert location(client, "/t/other.example/domains?view=1") == HERE.replace("shop", "other")
    for wrong in ("3", "x", "", "-1", "٣", "9" * 30):
        assert client.get(f"{TARGET}/backlinks?view={wrong}").status_code == 404
    assert location(client, "/t/%2F%2Fevil.example/backlinks?view=1").startswith("/t/%2F%2Fevil.example/")


def test_a_view_has_an_address_of_its_own(client: TestClient, home: Path) -> None:
    saved(home, target="shop.example")
    saved(home)
    assert location(client, "/views/1") == HERE
    assert location(client, "/views/1?target=other.example") == HERE.replace("shop", "other")
    assert location(client, "/views/2?target=shop.example") == HERE
    asked = client.get("/views/2")
    assert (asked.status_code, "it is of any target" in asked.text) == (400, True)
    assert Outline(asked.text).all("form", action="/views/2", method="get")
    assert client.get("/views/3").status_code == 404
    assert client.get("/views/x").status_code == 400


def test_a_form_that_cannot_be_kept_is_there_to_be_mended(client: TestClient, home: Path) -> None:
    client.post("/views", data=FORM, headers=OWN)
    again = client.post("/views", data=FORM, headers=OWN)
    assert (again.status_code, "view 1 is called so already" in again.text) == (400, True)
    hidden = {row["name"]: row["value"] for row in Outline(again.text).all("input", type="hidden")}
    assert hidden == {name: FORM[name] for name in ("page", "query", "target")} | {"of": "", "back": "/"}
    assert client.post("/views", data={}, headers=OWN).status_code == 400
    for name, value in (
        ("query", "q=rel:"),
        ("query", "x=1"),
        ("page", "moon"),
        ("target", "com"),
        ("name", ""),
    ):
        assert (
            client.post("/views", data=FORM | {"of": "target", name: value}, headers=OWN).status_code == 400
        )
    assert client.post("/views", data=FORM | {"of": "project none"}, headers=OWN).status_code == 400
    assert len(app.view_ls(home).rows) == 1


def test_a_view_is_removed_by_its_button(client: TestClient, home: Path) -> None:
    saved(home)
    assert Outline(client.get("/views").text).all("form", action="/views/1/remove")
    assert client.post("/views/1/remove", headers=OWN).headers["location"] == "/views"
    assert app.view_ls(home).rows == []
    assert client.post("/views/1/remove", headers=OWN).status_code == 404
    assert "There is no view yet" in client.get("/views").text


def test_a_view_of_links_fills_the_form_of_an_alert(client: TestClient, home: Path) -> None:
    saved(home, target="shop.example", query={"q": 'anchor:"a&b"', "scope": "host", "state": "lost"})
    saved(home, "other", "domains", query={})
    alert = "/alerts?target=shop.example&scope=host&q=anchor%3A%22a%26b%22&kinds=lost#add"
    for path in ("/views", f"{TARGET}/domains"):
        assert [
            row["href"] for row in Outline(client.get(path).text).all("a") if "/alerts?" in str(row["href"])
        ] == [alert]
    page = Outline(client.get(alert).text)
    told = {row["name"]: row.get("value") for row in page.all("input") if row.get("name")}
    assert (told["target"], told["q"], told["scope"]) == ("shop.example", 'anchor:"a&b"', "host")
    checked = [row["name"] for row in page.all("input", type="checkbox") if "checked" in row]
    assert checked == ["on_lost"]
    sent = {
        "target": "shop.example",
        "q": 'anchor:"a&b"',
        "scope": "host",
        "on_lost": "on",
        "every": "weekly",
    }
    assert client.post("/alerts/add", data=sent, headers=OWN).status_code == 200
    [rule] = app.alert_ls(home).rows
    assert (rule["scope"], rule["q"], rule["kinds"]) == ("host", "anchor:a&b", ["lost"])


def test_programs_do_the_same(client: TestClient) -> None:
    body = {"name": "Good ones", "page": "backlinks", "query": {"q": "rel:follow", "group": "none"}}
    any_target = client.post("/api/v1/views", json=body).json()["data"]
    assert (any_target["id"], any_target["target"], any_target["address"]) == (1, None, None)
    mine = client.post("/api/v1/views", json=body | {"target": "shop.example"}).json()["data"]
    assert (mine["id"], mine["address"], mine["added_by"]) == (2, HERE, "ann")
    assert client.get("/api/v1/views").json()["data"] == [any_target, mine]
    assert client.get("/views.json").json()["data"] == [any_target, mine]
    for path in ("/api/v1/views", "/views.json"):
        rows = client.get(f"{path}?target=other.example&page=backlinks").json()["data"]
        assert [row["address"] for row in rows] == [HERE.replace("shop", "other")]
        assert client.get(f"{path}?page=changes").json()["data"] == []
    assert client.get("/api/v1/views/2").json()["data"] == mine
    opened = client.get("/api/v1/views/1?target=shop.example").json()["data"]
    assert opened["command"] == "backlit backlinks shop.example -q rel:follow --group none"
    gone = client.delete("/api/v1/views/2").json()["data"]
    assert (gone["id"], gone["removed_by"]) == (2, "ann")
    for refused, status in (
        (client.post("/api/v1/views", json=body), 400),
        (client.post("/api/v1/views", json=body | {"nmae": "x"}), 400),
        (client.post("/api/v1/views", json=body | {"query": {"q": 1}}), 400),
        (client.post("/api/v1/views", json=body | {"query": {"q": "rel:"}}), 400),
        (client.post("/api/v1/views", json=body | {"name": "x", "project": "none"}), 404),
        (client.get("/api/v1/views/1"), 400),
        (client.get("/api/v1/views/2"), 404),
        (client.get("/api/v1/views?x=1"), 400),
        (client.delete("/api/v1/views/2"), 404),
    ):
        assert (refused.status_code, refused.headers["content-type"]) == (status, "application/problem+json")


def test_whatever_another_site_sends_changes_nothing(client: TestClient, home: Path) -> None:
    saved(home)
    for path in ("/views", "/views/1/remove", "/api/v1/views"):
        assert client.post(path, data=FORM, headers=FOREIGN).status_code == 403
    assert client.delete("/api/v1/views/1", headers=FOREIGN).status_code == 403
    assert len(app.view_ls(home).rows) == 1


def test_a_server_that_others_reach_shows_views_and_changes_none(home: Path) -> None:
    saved(home, target="shop.example")
    client = TestClient(create_app(home, host="0.0.0.0"), base_url=BASE, follow_redirects=False)
    for path in ("/views", "/views/1/remove", "/api/v1/views"):
        assert client.post(path, data=FORM, headers=OWN).status_code == 403
    assert client.delete("/api/v1/views/1", headers=OWN).status_code == 403
    assert client.get("/views/1").headers["location"] == HERE
    for path in ("/views", "/views.json", "/api/v1/views", "/api/v1/views/1", f"{TARGET}/backlinks"):
        text = client.get(path).text
        assert ("Good ones" in text, '"ann"' in text, ">ann<" in text) == (True, False, False)
    for path in ("/views", f"{TARGET}/backlinks"):
        page = Outline(client.get(path).text)
        assert {row["action"] for row in page.all("form", method="post")} == {"/looks"}
        assert [row for row in page.all("a") if str(row["href"]).startswith("/alerts?")] == []


def test_what_somebody_wrote_stays_text(client: TestClient, home: Path) -> None:
    for at, text in enumerate(HOSTILE):
        saved(home, f"{at} {text}", query={"q": "rel:follow", "as_of": text}, target="shop.example")
    for path in ("/views", f"{TARGET}/backlinks"):
        text = client.get(path).text
        assert "0 &lt;img src=x onerror" in text
        assert [row for row in Outline(text).all("img") if row["src"] != "/static/mark.svg"] == []
        assert "\u202e" not in text


def test_a_report_is_there_when_its_views_are_not(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = ConfigError("use the database", "it cannot be reached", "Start it.")

    def refuse(*_: Any, **__: Any) -> None:
        raise problem

    monkeypatch.setattr(app, "view_ls", refuse)
    answer = client.get(f"{TARGET}/backlinks")
    assert (answer.status_code, "views cannot be read" in answer.text) == (200, True)
