"""Are alerts shown, tried and changed in the app and over REST, and by nobody else's page?"""

import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from backlit import app
from backlit.store.alerts import Event, Found, Rules
from backlit.store.database import opened
from backlit.web.server import create_app
from tests.unit.fakes import HOSTILE
from tests.unit.outline import Outline

BASE = "http://127.0.0.1:8000"
OWN = {"Sec-Fetch-Site": "same-origin"}
HOOK = "https://hook.shop.test/in"
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
parsed = ET.fromstring
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    for name in ("BACKLIT_SMTP_URL", "BACKLIT_DATABASE_URL", "BACKLIT_URL"):
        monkeypatch.delenv(name, raising=False)
    return TestClient(
        create_app(tmp_path), base_url=BASE, raise_server_exceptions=False, follow_redirects=False
    )


def find(home: Path, words: str = "the best tea", url: str = "http://blog.test/post") -> None:
    told = {
        "reason": "page-gone", "source_url": url, "target_url": "https://shop.test/", "link": None,
        "seen_by": "look", "anchor": words, "evidence": "the page answers 404", "before": None, "after": None,
    }  # fmt: skip
    with opened(home) as engine:
        rules = Rules(engine)
        for rule in rules.all():
            rules.decide(rule, Found([Event(f"key {words}", "lost", AT, told)], {}, rule.base), AT)


def test_a_home_without_alerts_says_how_to_get_one(client: TestClient) -> None:
    answer = client.get("/alerts")
    page = Outline(answer.text)
    assert answer.status_code == 200
    assert [len(page.all(tag)) for tag in ("h1", "main")] == [1, 1]
    assert page.all("form", method="post", action="/alerts/add")
    assert "Nothing was found yet. Add an alert below." in answer.text
    assert client.get("/api/v1/alerts").json()["data"] == []


def test_an_alert_is_added_tried_muted_and_removed_by_forms(client: TestClient, tmp_path: Path) -> None:
    form = {
        "target": "shop.test", "to": f"me@shop.test  {HOOK}", "on_lost": "on", "on_promise": "on",
        "q": "rel:follow", "every": "daily", "quiet": "22:00-07:00",
    }  # fmt: skip
    added = client.post("/alerts/add", data=form, headers=OWN)
    assert added.status_code == 200
    [row] = app.alert_ls(tmp_path).rows
    asked = {name: row[name] for name in ("target", "kinds", "q", "cadence", "quiet")}
    assert asked == {
        "target": "shop.test", "kinds": ["lost", "promise"], "q": "rel:follow", "cadence": "daily",
        "quiet": "22:00-07:00",
    }  # fmt: skip
    with opened(tmp_path) as engine:
        secret = Rules(engine).channels()[2].secret
    assert secret is not None
    assert secret in added.text
    assert secret not in client.get("/alerts").text
    tried = client.post("/alerts/1/test", headers=OWN)
    assert "no mail server: set BACKLIT_SMTP_URL" in tried.text
    assert client.post("/alerts/1/mute", data={"days": "7"}, headers=OWN).status_code == 303
    assert "muted until" in client.get("/alerts").text
    client.post("/alerts/1/mute", headers=OWN)
    assert app.alert_ls(tmp_path).rows[0]["muted_until"] is None
    assert client.post("/alerts/1/remove", headers=OWN).status_code == 303
    assert app.alert_ls(tmp_path).rows == []
    assert client.post("/alerts/1/remove", headers=OWN).status_code == 404


def test_an_alert_of_nothing_is_refused(client: TestClient, tmp_path: Path) -> None:
    assert client.post("/alerts/add", data={"target": "shop.test"}, headers=OWN).status_code == 400
    assert app.alert_ls(tmp_path).rows == []


def test_the_inbox_lists_what_was_found_until_it_is_seen(client: TestClient, tmp_path: Path) -> None:
    app.alert_add(tmp_path, "shop.test")
    find(tmp_path)
    text = client.get("/alerts").text
    assert "1 not seen" in text
    assert (
        "http://blog.test/post “the best tea” → https://shop.test/ (page gone: the page answers 404)" in text
    )
    assert client.post("/alerts/seen", data={"last": "1"}, headers=OWN).status_code == 303
    assert "not seen" not in client.get("/alerts").text


def test_the_log_shows_tries_and_sends_again(client: TestClient, tmp_path: Path) -> None:
    app.alert_add(tmp_path, "shop.test", to=["me@shop.test"], cadence="now")
    find(tmp_path)
    app.alert_test(tmp_path, 1)
    page = Outline(client.get("/alerts").text)
    assert page.all("form", action="/alerts/deliveries/1/replay")
    answer = client.post("/alerts/deliveries/1/replay", headers=OWN)
    assert (answer.status_code, answer.headers["location"]) == (303, "/alerts#log")
    assert app.alert_log(tmp_path).rows[0]["state"] == "waiting"


@pytest.mark.parametrize("text", HOSTILE)
def test_crawled_text_stays_text(text: str, client: TestClient, tmp_path: Path) -> None:
    row = app.alert_add(tmp_path, "shop.test").row
    find(tmp_path, text)
    page = Outline(client.get("/alerts").text)
    assert [set(script) & {"src"} for script in page.all("script")] == [{"src"}] * 3
    assert (page.all("img", src="x"), page.all("svg")) == ([], [])
    feed = client.get(f"/feeds/{row['feed'].rsplit('/', 1)[1]}")
    [entry] = parsed(feed.text).iter(f"{ATOM}entry")
    assert [child.tag for child in entry] == [
        f"{ATOM}{name}" for name in ("id", "title", "updated", "link", "content")
    ]


def test_a_feed_is_read_by_whoever_has_its_address(client: TestClient, tmp_path: Path) -> None:
    row = app.alert_add(tmp_path, "shop.test", q="rel:follow").row
    find(tmp_path)
    path = f"/feeds/{row['feed'].rsplit('/', 1)[1]}"
    answer = client.get(path)
    assert answer.headers["content-type"].startswith("application/atom+xml")
    feed = parsed(answer.text)
    assert feed.findtext(f"{ATOM}title") == "Links to shop.test, rel:follow"
    assert feed.findtext(f"{ATOM}updated") == "2026-03-01T12:00:00Z"
    [entry] = feed.iter(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}title") == "Lost: http://blog.test/post"
    ids = [each.text for each in feed.iter(f"{ATOM}id")]
    assert ids == [each.text for each in parsed(client.get(path).text).iter(f"{ATOM}id")]
    assert all(path[7:20] not in str(each) for each in ids)
    assert client.get(f"/feeds/{'0' * 32}.atom").status_code == 404
    app.alert_rm(tmp_path, 1)
    assert client.get(path).status_code == 404


CALLS: list[tuple[str, str, Any]] = [
    ("POST", "/alerts/add", None),
    ("POST", "/alerts/1/test", None),
    ("POST", "/alerts/1/mute", None),
    ("POST", "/alerts/1/remove", None),
    ("POST", "/alerts/seen", None),
    ("POST", "/alerts/deliveries/1/replay", None),
    ("POST", "/api/v1/alerts", {"target": "shop.test"}),
    ("POST", "/api/v1/alerts/1/test", None),
    ("POST", "/api/v1/alerts/1/mute", {"days": 1}),
    ("DELETE", "/api/v1/alerts/1", None),
    ("POST", "/api/v1/alerts/events/seen", {"last": 1}),
    ("POST", "/api/v1/alerts/deliveries/1/replay", None),
    ("POST", "/api/v1/alerts/channels/1/rotate", None),
]
FOREIGN = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.test"},
    {"Origin": "null"},
]


@pytest.mark.parametrize(("method", "path", "body"), CALLS)
def test_no_page_of_another_site_changes_anything(
    method: str, path: str, body: Any, client: TestClient, tmp_path: Path
) -> None:
    app.alert_add(tmp_path, "shop.test", to=[HOOK])
    before = app.alert_ls(tmp_path).rows
    for headers in FOREIGN:
        assert client.request(method, path, json=body, headers=headers).status_code == 403, headers
    others = TestClient(create_app(tmp_path, host="0.0.0.0"), base_url=BASE, raise_server_exceptions=False)
    assert others.request(method, path, json=body, headers=OWN).status_code == 403
    assert (app.alert_ls(tmp_path).rows, app.alert_log(tmp_path).rows) == (before, [])


def test_a_server_that_others_reach_tells_no_addresses(client: TestClient, tmp_path: Path) -> None:
    row = app.alert_add(tmp_path, "shop.test", to=["me@shop.test", HOOK]).row
    find(tmp_path)
    app.alert_test(tmp_path, 1)
    others = TestClient(create_app(tmp_path, host="0.0.0.0"), base_url=BASE, raise_server_exceptions=False)
    for path in ("/alerts", "/alerts.json", "/api/v1/alerts", "/api/v1/alerts/events"):
        text = others.get(path).text
        assert ("me@shop.test" in text, "hook.shop.test" in text, row["feed"][-20:] in text) == (False,) * 3
    assert others.get("/api/v1/alerts/deliveries").status_code == 403
    assert "the best tea" in others.get("/alerts").text
    assert others.get(f"/feeds/{row['feed'].rsplit('/', 1)[1]}").status_code == 200


def test_programs_do_the_same(client: TestClient) -> None:
    added = client.post(
        "/api/v1/alerts", json={"target": "shop.test", "to": [HOOK], "kinds": ["lost"]}
    ).json()
    assert added["data"]["channels"][0]["secret"].startswith("whsec_")
    [row] = client.get("/api/v1/alerts").json()["data"]
    assert (row["target"], row["kinds"], row["cadence"]) == ("shop.test", ["lost"], "weekly")
    assert client.post("/api/v1/alerts/1/mute", json={"days": 2}).json()["data"]["muted_until"]
    for wrong in ({"day": 2}, {"days": "2"}, {"days": True}):
        assert client.post("/api/v1/alerts/1/mute", json=wrong).status_code == 400
    assert client.post("/api/v1/alerts/channels/1/rotate").json()["data"]["secret"].startswith("whsec_")
    assert client.get("/api/v1/alerts/events?limit=5").json()["data"] == []
    assert client.get("/api/v1/alerts/deliveries").json()["data"] == []
    assert client.delete("/api/v1/alerts/1").json()["data"] == {"removed": 1}
    gone = client.delete("/api/v1/alerts/1")
    assert (gone.status_code, gone.json()["code"]) == (404, "alert-unknown")
    assert client.post("/api/v1/alerts", json={"target": "co.uk"}).status_code == 400
    assert client.get("/api/v1/alerts/events?limit=0").status_code == 400
    assert client.post("/alerts/add", content=b"x" * 1_100_000, headers=OWN).status_code == 400


def test_the_inbox_is_narrowed_to_one_alert(client: TestClient, tmp_path: Path) -> None:
    app.alert_add(tmp_path, "shop.test")
    find(tmp_path, "of the shop")
    assert not Outline(client.get("/alerts").text).all("a", href="/alerts?alert=1")  # there is but one
    app.alert_add(tmp_path, "tea.test")
    with opened(tmp_path) as engine:
        rules = Rules(engine)
        told = {
            "reason": "page-gone", "source_url": "http://b.test/", "target_url": "https://tea.test/",
            "link": None, "seen_by": "look", "anchor": "of the tea", "evidence": "404", "before": None,
            "after": None,
        }  # fmt: skip
        rule = rules.all()[-1]
        rules.decide(rule, Found([Event("key tea", "lost", AT, told)], {}, rule.base), AT)
    page = client.get("/alerts").text
    assert [each in page for each in ("of the shop", "of the tea")] == [True, True]
    assert Outline(page).all("a", href="/alerts?alert=2")
    page = client.get("/alerts?alert=2").text
    assert [each in page for each in ("of the shop", "of the tea")] == [False, True]
    assert client.get("/alerts?alert=x").status_code == 400
