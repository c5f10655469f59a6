"""Are links to pages made, listed and ended in the app and over REST, by those who may, and told once?"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from backlit import app
from backlit.report.places import PLACES
from backlit.report.sharing import SHARED
from backlit.web.server import create_app
from tests.unit import fakes
from tests.unit.fakes import HOSTILE
from tests.unit.outline import Outline

BASE = "http://127.0.0.1:8000"
OWN = {"Sec-Fetch-Site": "same-origin"}
FOREIGN = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
TARGET = "/t/shop.example"
HERE = f"{TARGET}/backlinks?q=rel%3Afollow&group=none"
FORM = {"address": HERE, "name": "For the board", "days": "14"}


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BACKLIT_DATABASE_URL", "BACKLIT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("BACKLIT_USER", "ann")
    fakes.install(monkeypatch)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def client(home: Path) -> TestClient:
    return TestClient(create_app(home), base_url=BASE, raise_server_exceptions=False, follow_redirects=False)


def link_of(text: str) -> str:
    [link] = {str(row["href"]) for row in Outline(text).all("a") if str(row["href"]).startswith("/s/")}
    return link


def test_a_report_offers_a_link_that_opens_it_and_is_told_once(client: TestClient, home: Path) -> None:
    page = Outline(client.get(f"{HERE}&sort=-authority&cursor=&limit=100").text)
    [form] = page.all("form", method="post", action="/shares")
    assert form["hx-boost"] == "false"
    assert page.all("input", name="address", value=HERE)
    assert [row["name"] for row in page.all("input", type="checkbox")] == ["freeze", "csv"]
    made = client.post("/shares", data=FORM | {"csv": "on"}, headers=OWN)
    assert made.status_code == 200
    link = link_of(made.text)
    assert f">{BASE}{link}<" in made.text
    assert "Only this machine reaches it there" in made.text
    assert client.get(link).status_code == 200
    [row] = app.share_ls(home).rows
    assert (row["name"], row["query"], row["csv"], row["made_by"], row["openings"]) == (
        "For the board", {"q": "rel:follow", "group": "none"}, True, "ann", 1,
    )  # fmt: skip
    assert row["until"] - row["made_at"] == timedelta(days=14)
    listed = client.get("/shares").text
    assert ("For the board" in listed, "1 time" in listed, link in listed) == (True, True, False)
    assert Outline(listed).all("a", href=HERE)


def test_a_link_begins_where_others_reach_the_server(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BACKLIT_URL", "https://links.example/")
    text = client.post("/shares", data=FORM, headers=OWN).text
    assert f">https://links.example{link_of(text)}<" in text
    assert "Only this machine" not in text


def test_every_page_that_is_shared_offers_it_and_no_other(client: TestClient) -> None:
    for view in PLACES:
        answer = client.get(f"{TARGET}/{view}".removesuffix("/overview"))
        if answer.status_code == 200:  # the made-up answers leave some out
            offered = Outline(answer.text).all("form", action="/shares")
            assert bool(offered) == (view in SHARED), view


def test_a_page_of_a_day_is_not_frozen_twice(client: TestClient) -> None:
    page = Outline(client.get(f"{TARGET}/changes?as_of=2026-06-01").text)
    assert [row["name"] for row in page.all("input", type="checkbox")] == ["csv"]
    assert [row["name"] for row in Outline(client.get(TARGET).text).all("input", type="checkbox")] == [
        "freeze"
    ]


def test_a_saved_view_leads_to_the_form_filled_in(client: TestClient, home: Path) -> None:
    app.view_save(home, "Good ones", "backlinks", query={"q": "a&b"}, target="shop.example")
    app.view_save(home, "Any", "changes", query={"kind": "lost"})
    app.view_save(home, "Work", "prospects")
    page = Outline(client.get("/views").text)
    paths = [str(row["href"]) for row in page.all("a") if str(row["href"]).startswith("/shares?")]
    shown = [str(Outline(client.get(path).text).by_id("s-address")["value"]) for path in paths]
    assert shown == ["changes?kind=lost", f"{TARGET}/backlinks?q=a%26b"]
    form = {"address": shown[0], "target": "b.example", "days": "1"}
    assert client.post("/shares", data=form, headers=OWN).status_code == 200
    assert app.share_ls(home).rows[0]["address"] == "/t/b.example/changes?kind=lost"


#: What makes the form above one that cannot be kept.
WRONG = [
    {"days": "0"},
    {"days": "366"},
    {"days": "x"},
    {"days": ""},
    {"address": ""},
    {"address": "https://evil.example/"},
    {"address": f"{TARGET}/audit"},
    {"address": f"{TARGET}/backlinks?q=rel:"},
    {"address": f"{TARGET}/backlinks?q=decision:keep"},
    {"address": "backlinks"},
    {"target": "com"},
    {"name": "x" * 81},
    {"csv": "on", "address": TARGET},
    {"freeze": "on", "address": f"{TARGET}?as_of=2026-06-01"},
]


def test_a_form_that_cannot_be_kept_is_there_to_be_mended(client: TestClient, home: Path) -> None:
    for change in WRONG:
        answer = client.post("/shares", data=FORM | change, headers=OWN)
        assert (answer.status_code, 'role="alert"' in answer.text) == (400, True), change
        kept = Outline(answer.text).by_id("s-address")["value"]
        assert kept == (FORM | change)["address"]
    assert app.share_ls(home).rows == []


def test_a_link_is_ended_by_its_button(client: TestClient, home: Path) -> None:
    link = link_of(client.post("/shares", data=FORM, headers=OWN).text)
    assert Outline(client.get("/shares").text).all("form", action="/shares/1/end")
    assert client.post("/shares/1/end", headers=OWN).headers["location"] == "/shares"
    assert client.get(link).status_code == 410
    page = client.get("/shares").text
    assert ("No link opens anything" in page, "1 link that opens nothing" in page) == (True, True)
    assert client.post("/shares/2/end", headers=OWN).status_code == 404
    assert (app.share_ls(home).rows, app.share_ls(home, ended=True).rows[0]["ended_by"]) == ([], "ann")


def test_programs_do_the_same(client: TestClient) -> None:
    body = {"page": "backlinks", "query": {"q": "rel:follow"}, "target": "shop.example", "csv": True}
    made = client.post("/api/v1/shares", json=body).json()["data"]
    assert client.get(made["link"]).status_code == 200
    [row] = client.get("/api/v1/shares").json()["data"]
    told = {name: value for name, value in made.items() if name != "link"}
    assert {name: row[name] for name in row if name not in ("openings", "opened_at")} == {
        name: told[name] for name in told if name not in ("openings", "opened_at")
    }
    assert client.get("/shares.json").json()["data"] == [row]
    client.post("/api/v1/views", json={"name": "Any", "page": "changes"})
    viewed = client.post("/api/v1/shares", json={"view": 1, "target": "shop.example"}).json()["data"]
    assert viewed["page"] == "changes"
    gone = client.delete("/api/v1/shares/1").json()["data"]
    assert (gone["opens"], gone["ended_by"]) == (False, "ann")
    assert len(client.get("/api/v1/shares?ended=true").json()["data"]) == 2
    for refused, status in (
        (client.post("/api/v1/shares", json=body | {"nmae": "x"}), 400),
        (client.post("/api/v1/shares", json=body | {"days": "30"}), 400),
        (client.post("/api/v1/shares", json=body | {"csv": 1}), 400),
        (client.post("/api/v1/shares", json=body | {"days": 366}), 400),
        (client.post("/api/v1/shares", json=body | {"page": "audit"}), 400),
        (client.post("/api/v1/shares", json={"view": 9}), 404),
        (client.post("/api/v1/shares", json={}), 400),
        (client.get("/api/v1/shares?x=1"), 400),
        (client.get("/api/v1/shares/1"), 405),
        (client.delete("/api/v1/shares/9"), 404),
    ):
        assert (refused.status_code, refused.headers["content-type"]) == (status, "application/problem+json")


def test_whatever_another_site_sends_changes_nothing(client: TestClient, home: Path) -> None:
    app.share_add(home, "backlinks", target="shop.example")
    for path in ("/shares", "/shares/1/end", "/api/v1/shares"):
        assert client.post(path, data=FORM, headers=FOREIGN).status_code == 403
    assert client.delete("/api/v1/shares/1", headers=FOREIGN).status_code == 403
    assert [row["opens"] for row in app.share_ls(home).rows] == [True]


def test_a_server_that_others_reach_lists_and_makes_none_and_opens_them(home: Path) -> None:
    link = app.share_add(home, "backlinks", target="shop.example").row["link"]
    client = TestClient(create_app(home, host="0.0.0.0"), base_url=BASE, follow_redirects=False)
    for path in ("/shares", "/shares.json", "/api/v1/shares"):
        assert client.get(path).status_code == 403
        assert client.post(path, data=FORM, headers=OWN).status_code in (403, 405)
    assert Outline(client.get(f"{TARGET}/backlinks").text).all("form", action="/shares") == []
    assert client.get(link).status_code == 200


def test_who_changes_all_shares_and_nobody_else(client: TestClient, home: Path) -> None:
    app.project_add(home, "shop.example")
    app.user_add(home, "ann@shop.example", role="owner")
    body = {"page": "backlinks", "target": "shop.example"}
    for scope, projects, status in (
        ("read", (), 403),
        ("decide", (), 403),
        ("write", ("shop.example",), 403),
        ("write", (), 200),
    ):
        token = app.key_add(home, "edge", scope=scope, projects=projects).row["token"]
        client.headers = {"Authorization": f"Bearer {token}"} | OWN
        assert client.get("/shares").status_code == status
        offered = Outline(client.get(f"{TARGET}/backlinks").text).all("form", action="/shares")
        assert bool(offered) == (status == 200)
        assert client.post("/api/v1/shares", json=body).status_code == status
    assert [row["made_by"] for row in app.share_ls(home).rows] == ["key edge"]


def test_what_somebody_wrote_stays_text(client: TestClient, home: Path) -> None:
    for text in HOSTILE:
        app.share_add(home, "backlinks", target="shop.example", name=text)
    over = datetime.now(UTC) - timedelta(days=40)
    app.share_add(home, "backlinks", target="shop.example", name=HOSTILE[0], clock=lambda: over)
    text = client.get("/shares").text
    assert "&lt;img src=x onerror" in text
    assert [row for row in Outline(text).all("img") if row["src"] != "/static/mark.svg"] == []
    assert len(Outline(text).all("script")) == 3
    assert "\u202e" not in text
