"""Are projects shown, added and changed in the app and over REST, and by nobody else's page?"""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from backlit import app
from backlit.web.server import create_app
from tests.prospect.test_gap import ONE, TWO, _page
from tests.unit.fakes import HOSTILE
from tests.unit.looks import commit
from tests.unit.outline import Outline

BASE = "http://127.0.0.1:8000"
OWN = {"Sec-Fetch-Site": "same-origin"}
FOREIGN = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
FORM = {
    "target": "ours.test", "slug": "", "name": "Ours", "rivals": "one.test, two.test\r\nthree.test",
    "brands": "Tea, Ours\r\nOurs", "country": "ie", "note": "a\r\nb",
}  # fmt: skip
KNOWN = {
    "slug": "ours.test", "target": "ours.test", "name": "Ours", "brands": ["Tea, Ours", "Ours"],
    "rivals": ["one.test", "two.test", "three.test"], "country": "IE", "note": "a\nb", "added_by": "ann",
    "archived_at": None,
}  # fmt: skip


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BACKLIT_DATABASE_URL", raising=False)
    monkeypatch.setenv("BACKLIT_USER", "ann")


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    return TestClient(
        create_app(tmp_path), base_url=BASE, raise_server_exceptions=False, follow_redirects=False
    )


@pytest.fixture
def linked(tmp_path: Path) -> Path:
    """An index in which some link to a rival."""
    commit(tmp_path, "first", [_page("both.test", ONE, TWO), _page("ours.test", ONE)])
    return tmp_path


def known(home: Path, slug: str = "ours.test") -> dict[str, object]:
    row = app.project_show(home, slug).row
    return {name: row[name] for name in KNOWN}


def test_the_front_page_becomes_a_portfolio_and_the_start_page_again(
    client: TestClient, linked: Path
) -> None:
    empty = client.get("/").text
    assert "Best linked in this index" in empty
    assert 'href="/projects"' in empty
    answer = client.post("/projects", data=FORM, headers=OWN)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert known(linked) == KNOWN
    page = Outline(client.get("/").text)
    assert [len(page.all(tag)) for tag in ("h1", "main")] == [1, 1]
    assert page.all("a", href="/t/ours.test")
    assert page.all("a", href="/t/ours.test/audit")
    assert page.all("a", href="/projects/ours.test")
    assert "not audited yet" in page.text
    assert "known after a second look" in page.text
    start = client.get("/start").text
    assert start.replace('name="back" value="/start"', 'name="back" value="/"') == empty
    archived = client.post("/projects/ours.test/archive", data={"undo": "no"}, headers=OWN)
    assert (archived.status_code, archived.headers["location"]) == (303, "/projects")
    assert client.get("/").text == empty
    assert "archived" in client.get("/projects").text
    client.post("/projects/ours.test/archive", data={"undo": "yes"}, headers=OWN)
    shown = client.get("/").text
    assert "1 project, 1 is not audited as of the newest data." in shown
    assert "nothing needs you" not in shown


def test_without_an_index_the_cards_say_what_is_missing(client: TestClient) -> None:
    assert "The index is empty" in client.get("/").text
    client.post("/projects", data=FORM, headers=OWN)
    page = client.get("/")
    assert (page.status_code, "There is no index yet" in page.text) == (200, True)


def test_a_form_changes_a_project_and_tells_what_was_changed(client: TestClient, tmp_path: Path) -> None:
    client.post("/projects", data=FORM, headers=OWN)
    shown = Outline(client.get("/projects/ours.test").text)
    assert shown.all("input", name="name")[0]["value"] == "Ours"
    answer = client.post("/projects/ours.test", data=FORM | {"rivals": "", "country": ""}, headers=OWN)
    assert (answer.status_code, answer.headers["location"]) == (303, "/projects/ours.test")
    assert known(tmp_path) == KNOWN | {"rivals": [], "country": None}
    assert "country: IE → none" in client.get("/projects/ours.test").text


def test_a_form_that_cannot_be_followed_says_why_and_keeps_what_was_typed(
    client: TestClient, tmp_path: Path
) -> None:
    answer = client.post("/projects", data=FORM | {"country": "IRL"}, headers=OWN)
    assert (answer.status_code, "is no country" in answer.text) == (400, True)
    assert 'value="IRL"' in answer.text
    assert list(tmp_path.iterdir()) == []
    client.post("/projects", data=FORM, headers=OWN)
    again = client.post("/projects", data=FORM | {"slug": "two"}, headers=OWN)
    assert (again.status_code, "project edit ours.test" in again.text) == (400, True)
    wrong = client.post("/projects/ours.test", data=FORM | {"rivals": "not a target"}, headers=OWN)
    assert (wrong.status_code, "not a target</textarea>" in wrong.text) == (400, True)
    assert known(tmp_path) == KNOWN
    for path in ("/projects/none", "/projects/none/archive"):
        assert client.post(path, data=FORM, headers=OWN).status_code == 404
    assert client.get("/projects/none").status_code == 404


def test_programs_do_the_same(client: TestClient, tmp_path: Path) -> None:
    body = {"target": "ours.test", "name": "Ours", "rivals": ["one.test"], "brands": ["Tea"]}
    added = client.post("/api/v1/projects", json=body).json()["data"]
    assert (added["slug"], added["rivals"], added["country"]) == ("ours.test", ["one.test"], None)
    changed = client.patch("/api/v1/projects/ours.test", json={"country": "DE", "rivals": []}).json()["data"]
    assert changed == added | {"country": "DE", "rivals": []}
    shown = client.get("/api/v1/projects/ours.test").json()["data"]
    assert [each["what"] for each in shown.pop("log")] == ["changed", "added"]
    assert shown == changed
    [row] = client.get("/api/v1/projects").json()["data"]
    assert row | changed == row
    assert client.get("/projects.json").json()["data"] == [row]
    assert client.post("/api/v1/projects/ours.test/archive", json={}).json()["data"]["archived_at"]
    assert client.get("/api/v1/projects").json()["data"] == []
    assert len(client.get("/api/v1/projects?archived=true").json()["data"]) == 1
    back = client.post("/api/v1/projects/ours.test/archive", json={"undo": True}).json()["data"]
    assert back["archived_at"] is None
    for refused, status in (
        (client.post("/api/v1/projects", json=body), 400),
        (client.post("/api/v1/projects", json=body | {"nmae": "x"}), 400),
        (client.patch("/api/v1/projects/none", json={"name": "x"}), 404),
        (client.get("/api/v1/projects/none"), 404),
    ):
        assert (refused.status_code, refused.headers["content-type"]) == (status, "application/problem+json")


@pytest.mark.parametrize("path", ["/projects", "/projects/ours.test", "/projects/ours.test/archive"])
def test_a_form_of_another_site_changes_nothing(client: TestClient, tmp_path: Path, path: str) -> None:
    assert client.post(path, data=FORM, headers=FOREIGN).status_code == 403
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_others_reach_changes_nothing_and_tells_no_notes(tmp_path: Path) -> None:
    app.project_add(tmp_path, "ours.test", note="owes us money", name="Ours")
    client = TestClient(create_app(tmp_path, host="0.0.0.0"), base_url=BASE)
    for path in ("/projects", "/projects/ours.test", "/projects/ours.test/archive"):
        assert client.post(path, data=FORM, headers=OWN).status_code == 403
        assert client.post(f"/api/v1{path}", json={}, headers=OWN).status_code in (403, 405)
    assert client.patch("/api/v1/projects/ours.test", json={"name": "x"}).status_code == 403
    for path in ("/", "/projects.json", "/api/v1/projects?archived=true"):
        text = client.get(path).text
        assert ("Ours" in text, "owes us money" in text, "ann" in text) == (True, False, False)
    answer = client.get("/projects", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    for path in ("/projects/ours.test", "/api/v1/projects/ours.test"):
        assert client.get(path).status_code == 403
    assert app.project_show(tmp_path, "ours.test").row["name"] == "Ours"


def test_what_others_wrote_stays_text(client: TestClient, tmp_path: Path) -> None:
    words = " ".join(HOSTILE)
    app.project_add(tmp_path, "ours.test", name=words[:80], note=words[:2_000], brands=[words[:60]])
    client.post("/projects", data=FORM | {"name": words, "note": words, "brands": words}, headers=OWN)
    for path in ("/", "/projects", "/projects/ours.test"):
        text = client.get(path).text
        for planted in ("<script>alert", "<img src=x", "<svg onload", "\u202e"):
            assert planted not in text


def test_the_gap_page_compares_with_the_rivals_of_the_project(client: TestClient, linked: Path) -> None:
    assert client.get("/api/v1/targets/ours.test/gap").status_code == 400
    app.project_add(linked, "ours.test", rivals=["one.test"])
    page = Outline(client.get("/t/ours.test/gap").text)
    assert page.all("a", href="/t/both.test")
    assert page.all("a", href="/projects/ours.test")
    answer = client.get("/api/v1/targets/ours.test/gap").json()
    assert [row["domain"] for row in answer["data"]] == ["both.test"]
    assert answer["meta"]["query"]["with_from"] == "project"
    assert "Compared with the rivals of its" in client.get("/t/ours.test/prospects").text
