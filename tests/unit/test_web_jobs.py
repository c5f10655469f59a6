"""Are jobs shown in the app and over REST, and changed by nobody but a page of ours or a program?"""

from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from backlit import app
from backlit.app.answer import Row
from backlit.app.tasks import QUEUES
from backlit.index.storage import make_folder
from backlit.jobs.book import opened_book
from backlit.jobs.formats import written
from backlit.jobs.results import Results
from backlit.web.afterwards import afterwards
from backlit.web.server import create_app
from tests.unit.fakes import HOSTILE
from tests.unit.outline import Outline

BASE = "http://127.0.0.1:8000"
OWN = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return make_folder(tmp_path / "home")


@pytest.fixture
def client(home: Path) -> TestClient:
    return TestClient(create_app(home), base_url=BASE, raise_server_exceptions=False, follow_redirects=False)


def job_of(home: Path, target: str = "shop.example") -> str:
    return str(app.ask_job(home, "verify", {"target": target}).row["id"])


def state(home: Path, job: str) -> str:
    return str(app.job_show(home, job).row["state"])


def test_a_home_without_jobs_says_how_to_get_one(client: TestClient, home: Path) -> None:
    text = client.get("/jobs").text
    assert "Nothing was asked for yet" in text
    assert "every 30 days" in text
    assert client.get("/api/v1/jobs").json()["data"] == []
    assert client.get("/jobs/some").status_code == 404
    assert list(home.iterdir()) == []  # looking makes nothing


def test_jobs_are_listed_with_what_can_be_done(client: TestClient, home: Path) -> None:
    job = job_of(home)
    page = Outline(client.get("/jobs").text)
    assert [len(page.all(tag)) for tag in ("h1", "main")] == [1, 1]
    assert page.all("form", method="post", action=f"/jobs/{job}/cancel")
    assert "waits for a worker" in client.get("/jobs?state=waiting").text
    assert "No job is done" in client.get("/jobs?state=done").text
    assert client.get("/jobs?state=lost").status_code == 400
    assert client.get("/jobs.json?state=waiting").json()["data"][0]["id"] == job
    shown = client.get(f"/jobs/{job}")
    assert shown.status_code == 200
    assert "shop.example" in shown.text


def test_a_form_cancels_and_resumes(client: TestClient, home: Path) -> None:
    job = job_of(home)
    answer = client.post(f"/jobs/{job}/cancel", headers=OWN)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/jobs/{job}")
    assert state(home, job) == "cancelled"
    again = client.post(f"/jobs/{job}/cancel", headers=OWN)
    assert (again.status_code, "it is cancelled" in again.text) == (400, True)
    assert client.post(f"/jobs/{job}/resume", headers={"Origin": BASE}).status_code == 303
    assert state(home, job) == "waiting"
    assert client.post(f"/jobs/{job}/explode", headers=OWN).status_code == 400
    assert client.post("/jobs/nothing/cancel", headers=OWN).status_code == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1:9000"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "cross-site", "Origin": BASE},
        {"Origin": "https://evil.example"},
        {"Origin": "http://127.0.0.1:9000"},
        {"Origin": "null"},
        {"Origin": f"{BASE}.evil.example"},
    ],
)
def test_whatever_another_site_sends_changes_nothing(
    client: TestClient, home: Path, headers: dict[str, str]
) -> None:
    job = job_of(home)
    for path in writing_paths(job):
        refused = client.post(path, headers=headers, json={"kind": "rank"})
        assert (path, refused.status_code) == (path, 403)
    assert [row["state"] for row in app.jobs_ls(home).rows] == ["waiting"]


def test_a_server_that_others_reach_changes_nothing(home: Path) -> None:
    job = job_of(home)
    client = TestClient(create_app(home, host="0.0.0.0"), base_url=BASE)
    # where nobody has an account, the ways in lead nowhere
    ways_in = {"/sign-in", "/sign-in/code", "/welcome/{token}"}
    looks = "/looks"  # a cookie of whoever asks: how their pages look, and whether single keys act
    for path in set(writing_paths(job)) - ways_in - {looks}:
        refused = client.post(path, headers=OWN, json={"kind": "rank"})
        assert (path, refused.status_code) == (path, 403)
    answers = {client.post(path, headers=OWN, follow_redirects=False).status_code for path in ways_in}
    assert answers == {403, 404}
    assert state(home, job) == "waiting"


def writing_paths(job: str) -> list[str]:
    """Every address that takes a POST, but where who got a letter declines it from anywhere, and where a home
    asks itself whether strangers come in."""
    routes = [route for route in flat(create_app(Path("nowhere")).routes) if "POST" in (route.methods or ())]
    paths = [route.path.replace("{job}", job).replace("{change}", "cancel") for route in routes]
    for path in ("/unsubscribe/{token}", "/reached/{token}"):
        paths.remove(path)
    assert len(paths) >= 4
    return paths


def flat(routes: Any) -> list[APIRoute]:
    found = []
    for route in routes:
        inner = getattr(route, "routes", None) or getattr(
            getattr(route, "original_router", None), "routes", None
        )
        found += flat(inner) if inner else [route] if isinstance(route, APIRoute) else []
    return found


def test_programs_ask_look_and_change(client: TestClient, home: Path) -> None:
    asked = client.post("/api/v1/jobs", json={"kind": "audit", "arguments": {"target": "shop.example"}})
    assert asked.status_code == 200
    job = asked.json()["data"]
    assert (job["kind"], job["state"], job["asked_by"]) == ("audit", "waiting", "REST")
    assert client.get(f"/api/v1/jobs/{job['id']}").json()["data"] == job
    cancelled = client.post(f"/api/v1/jobs/{job['id']}/cancel").json()["data"]
    assert cancelled["state"] == "cancelled"
    assert client.post(f"/api/v1/jobs/{job['id']}/resume").json()["data"]["state"] == "waiting"
    listed = client.get("/api/v1/jobs?state=waiting&limit=1").json()
    assert [row["id"] for row in listed["data"]] == [job["id"]]
    assert [row["name"] for row in client.get("/api/v1/schedules").json()["data"]] == [
        "monitors",
        "alerts",
        "answers",
        "links",
        "audits",
        "reports",
    ]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"kind": "ingest", "arguments": {"sources": ["/etc/passwd"]}}, "that cannot be asked for here"),
        ({"kind": "rank", "arguments": {"seeds": "/etc/passwd"}}, "they are files of the server"),
        ({"kind": "verify"}, "it needs target"),
        (
            {"kind": "report", "arguments": {"target": "a.example", "logo": "/etc/passwd"}},
            "it is a file of the server",
        ),
        ({"kind": "verify", "arguments": {"target": "a.example", "client": 1}}, "it takes no 'client'"),
        ({"kind": "verify", "arguments": {"target": "a.example", "limit": "9"}}, "limit is str, not int"),
    ],
)
def test_what_cannot_be_asked_for_is_a_problem(
    client: TestClient, home: Path, body: dict[str, Any], found: str
) -> None:
    refused = client.post("/api/v1/jobs", json=body)
    assert (refused.status_code, refused.headers["content-type"]) == (400, "application/problem+json")
    assert found in refused.json()["detail"]
    assert app.jobs_ls(home).rows == []


def test_what_others_wrote_stays_text(client: TestClient, home: Path) -> None:
    with opened_book(home, QUEUES) as book:
        book.ask("one", written("ingest", {"sources": HOSTILE}, by=HOSTILE[0], folder="/"))
    Results(home).log_path("one").write_text("\n".join(HOSTILE))
    for path in ("/jobs", "/jobs/one", "/jobs/one/progress"):
        text = client.get(path).text
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert "<svg onload" not in text
        assert "\u202e" not in text


def test_a_job_that_runs_is_looked_at_again_and_one_that_ended_is_not(client: TestClient, home: Path) -> None:
    from tests.jobs.fake_tasks import traces
    from tests.jobs.helping import ask, until, working

    ask(home, "held", "one")
    with working(home):
        until(lambda: traces(home) == ["began one"])
        until(lambda: "waiting to go" in client.get("/jobs/one/progress").text)
        assert 'hx-get="/jobs/one/progress"' in client.get("/jobs/one/progress").text
        (home / "go").touch()
        until(lambda: "ended" in client.get("/jobs/one/progress").text)
    assert "hx-get" not in client.get("/jobs/one/progress").text


def test_the_page_of_a_job_renews_itself_once_more_when_the_job_ends(client: TestClient, home: Path) -> None:
    job = job_of(home)
    for path in (f"/jobs/{job}", f"/jobs/{job}/progress?alone=page"):
        assert f'hx-get="/jobs/{job}/progress?alone=page" hx-trigger="every 1s"' in client.get(path).text
    assert "hx-get" not in client.get("/jobs").text  # in a list it waits quietly
    app.job_cancel(home, job)
    ended = client.get(f"/jobs/{job}/progress?alone=page").text
    assert f'hx-get="/jobs/{job}" hx-trigger="load" hx-target="#job"' in ended
    assert "hx-get" not in client.get(f"/jobs/{job}").text


@pytest.mark.parametrize(
    ("kind", "arguments", "result", "leads_to"),
    [
        ("ingest", {"target": "a b.example"}, {"leads": 2}, ["/t/a%20b.example/leads", "/t/a%20b.example"]),
        ("ingest", {"target": "shop.example"}, {"leads": 0}, ["/t/shop.example"]),
        ("ingest", {"sources": ["x.warc"]}, {"leads": 0}, ["/start"]),
        ("crawl", {"seeds": ["a.example", "b.example"]}, {}, ["/t/a.example", "/t/b.example"]),
        (
            "report",
            {"target": "shop.example"},
            {"file": "/somewhere/r.pdf"},
            ["/t/shop.example/reports/r.pdf", "/t/shop.example/report"],
        ),
        ("rank", {}, None, ["/start"]),
        ("monitor-check", {}, {}, ["/monitors"]),
        ("read-pages", {}, {}, []),
    ],
)
def test_a_job_that_is_done_leads_on(
    kind: str, arguments: Row, result: Row | None, leads_to: list[str]
) -> None:
    job = {"kind": kind, "arguments": arguments, "result": result, "state": "done"}
    assert [url for _, url in afterwards(job)] == leads_to
    assert afterwards(job | {"state": "failed"}) == ()


def test_projects_that_were_not_audited_are_each_once(client: TestClient, home: Path) -> None:
    for target in ("one.example", "two.example"):
        app.project_add(home, target)
    page = Outline(client.get("/").text)
    assert page.all("input", name="what", value="audits")
    for _ in range(2):
        answer = client.post("/jobs", data={"what": "audits"}, headers=OWN)
        assert (answer.status_code, answer.headers["location"]) == (303, "/jobs")
    asked = [(job["kind"], job["arguments"]["target"]) for job in app.jobs_ls(home).rows]
    assert sorted(asked) == [("audit", "one.example"), ("audit", "two.example")]


@pytest.mark.parametrize(
    ("what", "kind", "arguments"),
    [
        ("verify", "verify", {"target": "shop.example"}),
        ("leads", "verify", {"target": "shop.example", "leads": True}),
        ("crawl", "crawl", {"seeds": ["shop.example"]}),
        ("audit", "audit", {"target": "shop.example"}),
        ("rank", "rank", {}),
    ],
)
def test_a_form_asks_for_a_job(
    client: TestClient, home: Path, what: str, kind: str, arguments: dict[str, Any]
) -> None:
    assert Outline(client.get("/jobs?target=shop.example").text).all("input", value="shop.example")
    answer = client.post("/jobs", data={"what": what, "target": " shop.example "}, headers=OWN)
    [job] = app.jobs_ls(home).rows
    assert (answer.status_code, answer.headers["location"]) == (303, f"/jobs/{job['id']}")
    assert (job["kind"], job["arguments"]) == (kind, arguments)


@pytest.mark.parametrize(
    "form",
    [{}, {"what": "verify"}, {"what": "ingest", "target": "/etc/passwd"}, {"what": "crawl", "target": "a b"}],
)
def test_a_form_that_asks_for_nothing_makes_no_job(
    client: TestClient, home: Path, form: dict[str, str]
) -> None:
    assert client.post("/jobs", data=form, headers=OWN).status_code == 400
    assert app.jobs_ls(home).rows == []
