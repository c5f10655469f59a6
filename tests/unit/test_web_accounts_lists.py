"""Do people of some projects see the alerts, monitors and jobs of those, and nothing of any other?"""

import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from backlit import app
from backlit.app.belonging import is_job_within
from backlit.index.target import Target
from backlit.store.alerts import Event, Found, Rules
from backlit.store.database import opened
from tests.unit.outline import Outline
from tests.unit.test_web_accounts import browser, welcome

AT = datetime(2026, 6, 7, 12, tzinfo=UTC)
#: Two clients, and what says which of them something is about.
OURS, OTHERS = "shop.test", "secret.test"
PEOPLE = {
    "ann@shop.test": ("owner", ()),
    "ed@shop.test": ("editor", ()),
    "vi@shop.test": ("viewer", ()),
    "client@shop.test": ("viewer", (OURS,)),
    "writer@shop.test": ("editor", (OURS,)),
    "stranger@shop.test": ("editor", ("empty.test",)),
}
#: What each of them sees.
SEES = {
    "ann@shop.test": {OURS, OTHERS},
    "ed@shop.test": {OURS, OTHERS},
    "vi@shop.test": {OURS, OTHERS},
    "client@shop.test": {OURS},
    "writer@shop.test": {OURS},
    "stranger@shop.test": set(),
}
#: Every list, as people and as programs read it.
LISTS = (
    "/alerts", "/alerts.json", "/api/v1/alerts", "/api/v1/alerts/events", "/monitors", "/monitors.json",
    "/api/v1/monitors", "/jobs", "/jobs.json", "/api/v1/jobs",
)  # fmt: skip
#: What those who see some projects only must meet nowhere: another's site, page, mailbox and words.
SECRETS = (OTHERS, "secret-blog", "boss@", "whispered")


def watched(home: Path, target: str, word: str, mailbox: str) -> None:
    """An alert with something in its inbox, a monitor, and a job of each kind that is about a target."""
    app.alert_add(home, target, to=[mailbox], clock=lambda: AT)
    told = {
        "reason": "page-gone", "source_url": f"https://{word}-blog.test/post", "target_url": f"https://{target}/",
        "link": None, "seen_by": "look", "anchor": word, "evidence": word, "before": None, "after": None,
    }  # fmt: skip
    with opened(home) as engine:
        rules = Rules(engine)
        rule = rules.all()[-1]
        rules.decide(rule, Found([Event(f"key {target}", "lost", AT, told)], {}, rule.base), AT)
    app.monitor_add(home, [f"https://{word}-blog.test/post"], target, anchor=word)
    app.ask_job(home, "verify", {"target": target})
    app.ask_job(home, "crawl", {"seeds": [f"https://{target}/"]})


@pytest.fixture(scope="module")
def peopled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("lists")
    for target in (OURS, OTHERS, "empty.test"):
        app.project_add(home, target)
    watched(home, OURS, "open", "me@shop.test")
    watched(home, OTHERS, "secret", "boss@agency.test")
    app.ask_job(home, "ingest", {"sources": ["/srv/whispered.csv"], "target": OURS})
    app.ask_job(home, "crawl", {"seeds": [f"https://{OURS}/", f"https://{OTHERS}/"]})
    app.ask_job(home, "rank", {})
    for email, (role, projects) in PEOPLE.items():
        welcome(home, email, role, projects)
    return home


@pytest.fixture
def home(peopled: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(peopled, tmp_path / "home"))


def rows(client: TestClient, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(f"/api/v1/{path}").json()["data"]
    return found


def jobs(home: Path) -> Mapping[str, str]:
    """The id of a job of each client, and of one of the whole home."""
    found = {}
    for row in app.jobs_ls(home).rows:
        if row["kind"] in ("verify", "ingest"):
            found[str(row["arguments"]["target"]) if row["kind"] == "verify" else "home"] = str(row["id"])
    return found


@pytest.mark.parametrize("email", PEOPLE)
def test_lists_hold_what_is_about_the_projects_of_who_asks_and_nothing_else(home: Path, email: str) -> None:
    client, seen = browser(home, email), SEES[email]
    for path in LISTS:
        answer = client.get(path)
        assert answer.status_code == 200, path
        if OTHERS not in seen:
            assert [word for word in SECRETS if word in answer.text] == [], path
    assert {row["target"] for row in rows(client, "alerts")} == seen
    assert {row["target"] for row in rows(client, "monitors")} == seen
    assert {row["anchor"] for row in rows(client, "alerts/events")} == {
        {OURS: "open", OTHERS: "secret"}[target] for target in seen
    }
    assert client.get("/api/v1/alerts").json()["meta"]["query"]["unseen"] == len(seen)
    kinds = sorted(row["kind"] for row in rows(client, "jobs"))
    whole = ["crawl", "ingest", "rank"] if OTHERS in seen else []
    assert kinds == sorted([*whole, *(["verify", "crawl"] * len(seen))])
    assert len(rows(client, "jobs?limit=1")) == min(1, len(kinds))


@pytest.mark.parametrize("email", ["client@shop.test", "writer@shop.test", "stranger@shop.test"])
def test_no_page_around_the_lists_names_what_is_anothers(home: Path, email: str) -> None:
    client = browser(home, email)
    for path in ("/", "/menu", "/projects.json", "/api/v1/projects", "/account", "/alerts?target=secret"):
        assert [word for word in SECRETS if word in client.get(path).text] == [], path
    menu = Outline(client.get("/menu").text)
    rooms = {
        row["href"] for row in menu.all("a") if row["href"] in ("/alerts", "/monitors", "/jobs", "/views")
    }
    assert rooms == {"/alerts", "/monitors", "/jobs"}
    for path in ("/api/v1/schedules", "/api/v1/alerts/deliveries", "/views", "/vet", "/find"):
        assert client.get(path).status_code == 403, path
    assert "Again and again" not in client.get("/jobs").text
    assert "Deliveries" not in client.get("/alerts").text


@pytest.mark.parametrize("email", PEOPLE)
def test_a_job_opens_for_those_whose_targets_it_is_about(home: Path, email: str) -> None:
    client, known, seen = browser(home, email), jobs(home), SEES[email]
    for about, job in known.items():
        may = about in seen if about != "home" else OTHERS in seen
        for path in (f"/jobs/{job}", f"/jobs/{job}/progress", f"/api/v1/jobs/{job}"):
            assert (client.get(path).status_code == 200) == may, path
    restricted = OTHERS not in seen
    for unknown in ("verify", known[OURS][:-1], "nothing"):  # a beginning could tell whether there are others
        if restricted:
            assert client.get(f"/jobs/{unknown}").status_code == 403


@pytest.mark.parametrize("email", PEOPLE)
def test_what_may_be_changed_of_a_list(home: Path, email: str) -> None:
    """Role by project by every change there is: editors change what is about their projects."""
    known, may_write = jobs(home), PEOPLE[email][0] != "viewer"
    for number, target in enumerate((OURS, OTHERS), 1):
        client, may = browser(home, email), may_write and target in SEES[email]
        page = f"https://{'open' if target == OURS else 'secret'}-blog.test/post"
        form = {"target": target, "url": page, "pages": page, "on_lost": "on", "what": "verify"}
        for path, body in (
            (f"/api/v1/alerts/{number}/mute", {"days": 3}),
            (f"/api/v1/jobs/{known[target]}/cancel", None),
            ("/api/v1/alerts", {"target": target}),
            ("/api/v1/monitors", {"pages": [page], "target": target}),
            ("/api/v1/monitors/remove", {"pages": [page], "target": target}),
            ("/api/v1/jobs", {"kind": "audit", "arguments": {"target": target}}),
        ):
            answer = client.post(path, json=body)
            assert (answer.status_code == 200) == may, (path, answer.text)
            assert may or answer.status_code == 403, path
        for path in ("/alerts/add", "/monitors", "/monitors/remove", "/jobs", f"/alerts/{number}/mute",
                     f"/alerts/{number}/remove", f"/jobs/{known[target]}/resume"):  # fmt: skip
            answer = client.post(path, data=form)
            assert (answer.status_code in (200, 303)) == may, (path, answer.text)
            assert may or answer.status_code == 403, path
        assert client.delete(f"/api/v1/alerts/{number}").status_code == (
            404 if may and OTHERS in SEES[email] else 403
        )


def test_an_editor_of_a_project_does_nothing_to_the_whole_home(home: Path) -> None:
    writer, before = browser(home, "writer@shop.test"), len(app.jobs_ls(home).rows)
    for kind, arguments in (
        ("rank", {}),
        ("monitor-check", {}),
        ("read-pages", {}),
        ("crawl", {"seeds": [f"https://{OURS}/", f"https://{OTHERS}/"]}),
        ("crawl", {"seeds": []}),
        ("audit", {"target": OURS, "scope": "nonsense"}),
        ("verify", {}),
    ):
        answer = writer.post("/api/v1/jobs", json={"kind": kind, "arguments": arguments})
        assert answer.status_code == 403, kind
    for what in ("rank", "read-pages"):
        assert writer.post("/jobs", data={"what": what, "target": OURS}).status_code == 403
    assert writer.post("/monitors/check").status_code == 403
    assert writer.post("/api/v1/alerts/channels/1/rotate").status_code == 403
    assert writer.post("/alerts/deliveries/1/replay").status_code == 403
    for body in ({"pages": ["https://secret-blog.test/post"]}, {"pages": ["x"], "target": "com"}):
        assert writer.post("/api/v1/monitors/remove", json=body).status_code in (400, 403)
    assert len(app.monitor_ls(home).rows) == 2
    assert len(app.jobs_ls(home).rows) == before
    writer.post("/jobs", data={"what": "audits"})
    assert {row["arguments"]["target"] for row in app.jobs_ls(home).rows if row["kind"] == "audit"} == {OURS}


def test_marking_as_seen_marks_what_was_seen(home: Path) -> None:
    writer = browser(home, "writer@shop.test")
    assert writer.post("/api/v1/alerts/events/seen", json={"last": 99}).json()["data"] == {"seen": 1}
    assert [(row["anchor"], row["seen_at"] is None) for row in app.alert_inbox(home).rows] == [
        ("secret", True), ("open", False),
    ]  # fmt: skip


def test_what_was_found_by_an_alert_that_is_gone_stays_with_whose_it_was(home: Path) -> None:
    app.alert_rm(home, 1)
    app.alert_rm(home, 2)
    client = browser(home, "client@shop.test")
    assert [row["anchor"] for row in rows(client, "alerts/events")] == ["open"]
    assert rows(client, "alerts") == []


def test_a_client_reads_and_meets_no_button_that_is_refused(home: Path) -> None:
    client = browser(home, "client@shop.test")
    for path in ("/alerts", "/monitors", "/jobs", f"/jobs/{jobs(home)[OURS]}"):
        page = Outline(client.get(path).text)
        posts = {row["action"] for row in page.all("form", method="post")}
        assert posts <= {"/looks", "/sign-out"}, path
    assert "me@shop.test" not in client.get("/alerts").text
    writer = browser(home, "writer@shop.test")
    assert "me@shop.test" in writer.get("/alerts").text
    shown = Outline(writer.get("/jobs").text)
    assert {row["value"] for row in shown.all("option")} & {"verify", "rank", "read-pages"} == {"verify"}


def test_a_key_of_a_project_sees_as_much(home: Path) -> None:
    token = app.key_add(home, "Script", scope="write", projects=[OURS]).row["token"]
    client = TestClient(
        browser(home).app, base_url="http://127.0.0.1:8000", headers={"Authorization": f"Bearer {token}"}
    )
    assert {row["target"] for row in rows(client, "alerts")} == {OURS}
    assert client.post("/api/v1/alerts", json={"target": OTHERS}).status_code == 403
    assert client.post("/api/v1/alerts/2/mute", json={"days": 1}).status_code == 403


@pytest.mark.parametrize(
    ("kind", "arguments", "is_within"),
    [
        ("verify", {"target": "www.shop.test"}, True),
        ("verify", {"target": "https://shop.test/a", "scope": "prefix"}, True),
        ("report", {"target": "shop.test"}, True),
        ("crawl", {"seeds": "https://shop.test/"}, True),
        ("crawl", {"seeds": ["https://shop.test/", "https://other.test/"]}, False),
        ("crawl", {"seeds": [1]}, False),
        ("crawl", {"seeds": []}, False),
        ("verify", {"target": "notshop.test"}, False),
        ("verify", {"target": "test"}, False),
        ("verify", {}, False),
        ("audit", {"target": None}, False),
        ("ingest", {"target": "shop.test", "sources": ["a.csv"]}, False),
        ("rank", {}, False),
        ("outreach-send", {}, False),
        ("a kind of later", {"target": "shop.test"}, False),
    ],
)
def test_a_job_is_about_its_targets_or_about_the_home(
    kind: str, arguments: dict[str, Any], is_within: bool
) -> None:
    site = Target.parse("shop.test")

    def within(name: str, scope: str | None) -> bool:
        wanted = Target.parse(name, scope)
        return site.lower <= wanted.lower and wanted.upper <= site.upper

    assert is_job_within(kind, arguments, within) is is_within
