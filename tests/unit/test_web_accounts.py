"""Does everybody who has to say who they are, and does nobody get further than they may?"""

import re
import shutil
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from backlit import app
from backlit.web.admission import need_of
from backlit.web.server import create_app
from tests.unit import fakes
from tests.unit.outline import Outline

BASE = "http://127.0.0.1:8000"
OWN = {"Sec-Fetch-Site": "same-origin"}
WORDS = "correct horse battery"
#: What anybody may open: nothing of a home is in it but what its secret says.
OPEN = {
    "/words", "/docs", "/help/filters", "/sign-in", "/sign-in/code", "/welcome/{token}",
    "/feeds/{token}.atom", "/unsubscribe/{token}", "/reached/{token}", "/api/v1/health", "/help/keys",
    "/looks", "/s/{token}",
    "/s/{token}.csv", "/s/{token}.xlsx",
}  # fmt: skip


@pytest.fixture(scope="module")
def peopled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of five people and two projects, made once: passwords take their time."""
    home = tmp_path_factory.mktemp("accounts")
    app.project_add(home, "shop.test", rivals=["rival.test"], name="Shop")
    app.project_add(home, "secret.test", name="Secret client")
    for email, role, projects in (
        ("ann@shop.test", "owner", ()),
        ("ed@shop.test", "editor", ()),
        ("vi@shop.test", "viewer", ()),
        ("client@shop.test", "viewer", ("shop.test",)),
        ("writer@shop.test", "editor", ("shop.test",)),
    ):
        welcome(home, email, role, projects)
    return home


def welcome(home: Path, email: str, role: str, projects: Sequence[str]) -> None:
    """Let somebody in, who says WORDS and their role."""
    link = app.user_add(home, email, role=role, projects=projects).row["link"]
    app.welcome(home, link.rsplit("/", 1)[1], f"{WORDS} {role}")


@pytest.fixture
def home(peopled: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(peopled, tmp_path / "home"))


@lru_cache(maxsize=2)
def serving(home: Path) -> FastAPI:
    """One app a home: building it takes as long as many questions."""
    return create_app(home)


def browser(home: Path, email: str | None = None) -> TestClient:
    client = TestClient(
        serving(home), base_url=BASE, follow_redirects=False, raise_server_exceptions=False, headers=OWN
    )
    if email is not None:
        role = next(row["role"] for row in app.user_ls(home).rows if row["email"] == email)
        answer = client.post("/sign-in", data={"email": email, "password": f"{WORDS} {role}"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
    return client


def routes() -> Iterator[tuple[str, str]]:
    """Each method and template that the app answers."""

    def flat(found: Any) -> Iterator[APIRoute]:
        for route in found:
            inner = getattr(route, "routes", None) or getattr(
                getattr(route, "original_router", None), "routes", None
            )
            if inner:
                yield from flat(inner)
            elif isinstance(route, APIRoute):
                yield route

    for route in flat(create_app(Path("nowhere")).routes):
        for method in route.methods or ():
            if not route.path.startswith("/static/"):
                yield method, route.path


ROUTES = sorted(set(routes()))


def filled(path: str, target: str = "shop.test") -> str:
    given = {"target": target, "slug": target, "name": "2026-01-01.html"}
    return re.sub(r"\{(\w+)\}", lambda field: given.get(field[1], "1"), path)


def refused(client: TestClient, method: str, path: str, target: str = "shop.test") -> bool:
    status = client.request(method, filled(path, target)).status_code
    assert status != 500, (method, path)
    return status in (401, 403)


def test_every_route_is_in_the_table_and_open_ones_are_few() -> None:
    assert [route for route in ROUTES if need_of(*route) is None] == []
    found = {path for method, path in ROUTES if (need := need_of(method, path)) and not need.right}
    assert found <= OPEN
    assert need_of("GET", "/something/new") is None


def test_nobody_gets_anything_without_saying_who_asks(home: Path) -> None:
    nobody = browser(home)
    for method, path in ROUTES:
        if path in OPEN:
            continue
        answer = nobody.request(method, filled(path))
        is_program = path.startswith(("/api/", "/metrics"))
        is_program = is_program or path.endswith((".json", ".csv", ".ndjson", ".parquet", ".xlsx"))
        told = (answer.status_code, answer.headers.get("location", "").partition("?")[0])
        assert told == ((401, "") if is_program else (303, "/sign-in")), (method, path)
        assert "Secret client" not in answer.text
    assert nobody.get("/api/v1/me").headers["WWW-Authenticate"] == "Bearer"
    asked = nobody.get("/t/shop.test/backlinks?q=rel:follow").headers["location"]
    assert asked == "/sign-in?next=/t/shop.test/backlinks%3Fq%3Drel%3Afollow"
    app.view_save(home, "Secret client", "backlinks", query={"q": "anchor:secret"})
    assert nobody.get("/t/shop.test?view=1").headers["location"] == "/sign-in?next=/t/shop.test%3Fview%3D1"
    assert browser(home, "client@shop.test").get("/t/shop.test?view=1").status_code == 404


def test_who_reads_changes_nothing_and_sees_no_outreach(home: Path) -> None:
    viewer = browser(home, "vi@shop.test")
    own = {"/sign-out", "/account/password", "/account/sessions", "/account/keys", "/account/keys/end"}
    own |= {f"/account/second-factor{end}" for end in ("", "/on", "/off", "/codes")}
    for method, path in ROUTES:
        if path in OPEN or path in own:
            continue
        private = "/outreach" in path or path.startswith(("/people", "/projects/{", "/api/v1/projects/{"))
        private = private or path.startswith(("/api/v1/users", "/api/v1/keys", "/api/v1/log"))
        private = private or path in ("/api/v1/alerts/deliveries", "/sql", "/api/v1/sql")
        private = private or path in ("/settings", "/api/v1/config", "/api/v1/doctor")
        private = private or path.startswith("/ingest")
        private = private or path.startswith(("/shares", "/api/v1/shares"))
        assert refused(viewer, method, path) == (method != "GET" or private), (method, path)
    assert viewer.get("/api/v1/me").json()["data"] == {
        "who": "vi@shop.test", "may": "read", "projects": None, "key": None,
    }  # fmt: skip


@pytest.mark.parametrize("email", ["client@shop.test", "writer@shop.test"])
def test_who_sees_one_project_sees_nothing_of_another(home: Path, email: str) -> None:
    client = browser(home, email)
    shown = {
        "/",
        "/t",
        "/projects",
        "/projects.json",
        "/api/v1/projects",
        "/api/v1/me",
        "/account",
        "/sign-out",
        "/menu",
        *(f"{face}/{name}" for face in ("", "/api/v1") for name in ("alerts", "monitors", "jobs")),
        "/alerts.json",
        "/monitors.json",
        "/jobs.json",
        "/api/v1/alerts/events",
    }
    named = {  # they say in their body what they are about
        *("/alerts/add", "/alerts/seen", "/api/v1/alerts/events/seen"),
        *("/monitors/remove", "/api/v1/monitors/remove"),
    }
    for method, path in ROUTES:
        if path in OPEN | shown | named or path.startswith("/account/"):
            continue
        assert refused(client, method, path, "secret.test"), (method, path)
        if "{target}" in path and "policy" not in path and method == "GET":
            assert not refused(client, method, path), (method, path)
    for path in shown - {"/sign-out"}:
        assert "Secret client" not in client.get(path).text
    assert [row["slug"] for row in client.get("/api/v1/projects").json()["data"]] == ["shop.test"]
    ways = {row["href"] for row in Outline(client.get("/").text).all("a")}
    assert ways.isdisjoint({"/start", "/projects"})  # they would be refused there
    assert not refused(client, "GET", "/t/{target}", "www.shop.test")
    gap = "/api/v1/targets/shop.test/gap"
    assert client.get(f"{gap}?with=rival.test").status_code != 403
    assert client.get(f"{gap}?with=rival.test,secret.test").status_code == 403
    for path in ("/t/notshop.test", "/t/test", "/t/https%3A%2F%2Fsecret.test%2F?scope=domain"):
        assert client.get(path).status_code in (400, 403), path


def test_an_editor_decides_in_their_own_name_and_lets_nobody_in(home: Path) -> None:
    editor = browser(home, "ed@shop.test")
    done = editor.post("/api/v1/projects", json={"target": "new.test"})
    assert (done.status_code, done.json()["data"]["added_by"]) == (200, "ed@shop.test")
    for method, path in ROUTES:
        if path.startswith(("/people", "/api/v1/users", "/api/v1/keys", "/api/v1/log")):
            assert refused(editor, method, path), (method, path)
    writer = browser(home, "writer@shop.test")
    assert writer.patch("/api/v1/projects/shop.test", json={"name": "Mine"}).status_code == 200
    assert writer.patch("/api/v1/projects/secret.test", json={"name": "Mine"}).status_code == 403
    assert [row["name"] for row in app.project_ls(home).rows if row["slug"] == "secret.test"] == [
        "Secret client"
    ]


def test_an_owner_lets_in_changes_and_lets_out(home: Path) -> None:
    owner = browser(home, "ann@shop.test")
    page = Outline(owner.post("/people", data={"email": "New@Shop.test ", "role": "viewer"}).text)
    [link] = [each["href"] or "" for each in page.all("a") if "/welcome/" in (each["href"] or "")]
    guest = browser(home)
    assert "new@shop.test" in guest.get(link).text
    data = {"password": f"{WORDS} new", "again": f"{WORDS} new"}
    assert guest.post(link, data=data | {"again": "x"}).status_code == 400
    assert guest.post(link, data={"password": "short", "again": "short"}).status_code == 400
    assert guest.post(link, data=data).status_code == 303
    assert guest.get("/api/v1/me").json()["data"]["who"] == "new@shop.test"
    assert browser(home).post(link, data=data).status_code == 404
    owner.post("/people/edit", data={"email": "new@shop.test", "role": "editor", "projects": "shop.test"})
    assert guest.get("/api/v1/me").json()["data"]["projects"] == ["shop.test"]
    owner.post("/people/remove", data={"email": "new@shop.test"})
    assert guest.get("/api/v1/me").status_code == 401
    assert owner.post("/people/remove", data={"email": "ann@shop.test"}).status_code == 400
    log = owner.get("/people/log").text
    assert all(words in log for words in ("account added", "signed in", "account removed"))


def test_tries_end_and_say_nothing_of_who_is_there(home: Path) -> None:
    client = browser(home)
    told = [
        client.post("/sign-in", data={"email": email, "password": "wrong wrong wrong"})
        for email in ("ann@shop.test", "nobody@shop.test")
    ]
    assert [answer.status_code for answer in told] == [403, 403]
    bodies = [re.sub("(ann|nobody)@shop.test", "", answer.text) for answer in told]
    assert bodies[0] == bodies[1]
    for _ in range(9):
        client.post("/sign-in", data={"email": "ann@shop.test", "password": "wrong wrong wrong"})
    right = {"email": "ann@shop.test", "password": f"{WORDS} owner"}
    late = client.post("/sign-in", data=right)
    assert (late.status_code, late.headers["Retry-After"]) == (429, "900")
    assert "set-cookie" not in late.headers
    assert browser(home, "ed@shop.test").get("/api/v1/me").status_code == 200  # others are not kept out


@pytest.mark.parametrize(
    ("following", "leads_to"),
    [
        ("/t/shop.test/backlinks?q=a%20b", "/t/shop.test/backlinks?q=a%20b"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("/a\r\nSet-Cookie: x=y", "/"),
        ("", "/"),
    ],
)
def test_signing_in_leads_nowhere_else(home: Path, following: str, leads_to: str) -> None:
    given = {"email": "ann@shop.test", "password": f"{WORDS} owner", "next": following}
    answer = browser(home).post("/sign-in", data=given)
    assert (answer.status_code, answer.headers["location"]) == (303, leads_to)


def test_a_cookie_is_for_this_server_alone_and_is_new_each_time(home: Path) -> None:
    client = browser(home)
    given = {"email": "ann@shop.test", "password": f"{WORDS} owner"}
    cookies = [client.post("/sign-in", data=given).headers["set-cookie"] for _ in range(2)]
    assert cookies[0].split(";")[0] != cookies[1].split(";")[0]
    assert "HttpOnly" in cookies[0]
    assert "SameSite=lax" in cookies[0]
    secure = TestClient(
        create_app(home), base_url="https://127.0.0.1:8000", follow_redirects=False, headers=OWN
    )
    cookie = secure.post("/sign-in", data=given).headers["set-cookie"]
    assert cookie.startswith("__Host-backlit=")
    assert all(part in cookie for part in ("HttpOnly", "Path=/", "SameSite=lax", "Secure"))
    assert "Domain" not in cookie


def test_signing_out_ends_the_session_itself(home: Path) -> None:
    client = browser(home, "ann@shop.test")
    kept = client.cookies["backlit"]
    assert client.get("/api/v1/me").status_code == 200
    client.post("/sign-out")
    thief = browser(home)
    thief.cookies.set("backlit", kept)
    assert thief.get("/api/v1/me").status_code == 401


def test_another_password_signs_out_everywhere(home: Path) -> None:
    one, two = browser(home, "ann@shop.test"), browser(home, "ann@shop.test")
    new = "an entirely other phrase"
    wrong = one.post("/account/password", data={"before": "x", "password": new, "again": new})
    assert wrong.status_code == 400
    right = {"before": f"{WORDS} owner", "password": new, "again": new}
    assert one.post("/account/password", data=right).status_code == 303
    assert [each.get("/api/v1/me").status_code for each in (one, two)] == [401, 401]
    assert browser(home).post("/sign-in", data={"email": "ann@shop.test", "password": new}).status_code == 303


def test_no_page_of_another_site_uses_a_session(home: Path) -> None:
    client = browser(home, "ann@shop.test")
    foreign = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
    for method, path in ROUTES:
        if method != "GET" and path not in ("/unsubscribe/{token}", "/reached/{token}"):
            answer = client.request(method, filled(path), headers=foreign)
            assert answer.status_code == 403, (method, path)
    assert len(app.user_ls(home).rows) == 5


@pytest.mark.parametrize(
    ("scope", "reads", "decides", "writes", "admits"),
    [
        ("read", True, False, False, False),
        ("decide", True, True, False, False),
        ("write", True, True, True, False),
        ("admin", True, True, True, True),
    ],
)
def test_a_key_does_what_its_scope_says(
    home: Path, scope: str, reads: bool, decides: bool, writes: bool, admits: bool
) -> None:
    token = app.key_add(home, "Skript", scope=scope).row["token"]
    client = TestClient(serving(home), base_url=BASE, headers={"Authorization": f"Bearer {token}"})
    calls: tuple[tuple[str, str, dict[str, str]], ...] = (
        ("GET", "/api/v1/projects", {}),
        ("POST", "/api/v1/targets/shop.test/intake", {}),
        ("PATCH", "/api/v1/projects/shop.test", {"note": "x"}),
        ("POST", "/api/v1/keys", {"name": "more"}),
    )
    allowed = [
        client.request(method, path, json=body or None).status_code not in (401, 403)
        for method, path, body in calls
    ]
    assert allowed == [reads, decides, writes, admits]


def test_a_key_does_no_more_than_whose_it_is_and_ends(home: Path) -> None:
    def ask(token: str, path: str = "/api/v1/me") -> Any:
        return TestClient(serving(home), base_url=BASE, headers={"Authorization": f"Bearer {token}"}).get(
            path
        )

    made = app.key_add(home, "Skript", scope="admin", account="client@shop.test").row
    assert ask(made["token"]).json()["data"] == {
        "who": "client@shop.test by key Skript", "may": "read", "projects": ["shop.test"], "key": made["id"],
    }  # fmt: skip
    assert ask(made["token"], "/api/v1/targets/secret.test/overview").status_code == 403
    changed = made["token"][:-1] + ("A" if made["token"][-1] != "A" else "B")
    for wrong in (changed, made["token"].replace("backlit_", ""), "backlit__", "x", "backlit_" + "a" * 300):
        assert ask(wrong).status_code == 401
    assert made["token"] not in app.key_ls(home).rows[0].values()
    app.user_rm(home, "client@shop.test")
    assert ask(made["token"]).status_code == 401


def test_without_accounts_this_machine_does_all_and_nobody_signs_in(tmp_path: Path) -> None:
    client = browser(tmp_path)
    assert client.get("/api/v1/me").json()["data"] == {
        "who": None,
        "may": "admin",
        "projects": None,
        "key": None,
    }
    assert "Nobody has an account" in client.get("/sign-in").text
    assert client.get("/people").status_code == 200
    assert client.post("/sign-in", data={"email": "a@b.test", "password": "x"}).status_code == 403
    assert list(tmp_path.iterdir()) == []  # asking makes no database


def test_the_first_account_is_made_by_its_link_and_from_then_on_all_sign_in(tmp_path: Path) -> None:
    link = app.first_link(tmp_path)
    client = TestClient(
        create_app(tmp_path, host="0.0.0.0"), base_url=BASE, follow_redirects=False, headers=OWN
    )
    assert client.get("/api/v1/projects").status_code == 200
    given = {"email": "me@shop.test", "name": "<script>alert(1)</script>", "password": WORDS, "again": WORDS}
    assert client.post(link, data=given).status_code == 303
    assert client.get("/api/v1/me").json()["data"]["may"] == "admin"
    assert "<script>alert" not in client.get("/people").text
    stranger = TestClient(create_app(tmp_path, host="0.0.0.0"), base_url=BASE)
    assert stranger.get("/api/v1/projects").status_code == 401


@pytest.mark.parametrize(
    "password",
    ["short words", "aaaaaaaaaaaaaaaaaa", "password12345", "ann@shop.test1", "Backlit Passwort!", "x" * 501],
)
def test_passwords_that_are_easily_guessed_are_refused(home: Path, password: str) -> None:
    link = app.user_link(home, "ann@shop.test").row["link"]
    answer = browser(home).post(link, data={"password": password, "again": password})
    assert answer.status_code == 400
    assert "choose that password" in answer.text.lower()
    assert password not in answer.text


def test_what_is_taken_out_is_in_the_log(home: Path) -> None:
    client = browser(home, "ann@shop.test")
    client.get("/outreach.csv")
    client.get("/projects.json")
    newest = app.user_log(home).rows[0]
    assert (newest["who"], newest["what"], newest["about"]) == ("ann@shop.test", "exported", "/outreach.csv")


def test_recipients_of_letters_reach_the_public_name_and_others_once_they_sign_in(home: Path) -> None:
    public = TestClient(
        create_app(home, public="links.example"), base_url="http://links.example", headers=OWN
    )
    assert public.get("/sign-in").status_code == 200
    assert public.get("/api/v1/projects").status_code == 401
    alone = TestClient(create_app(home / "other", public="links.example"), base_url="http://links.example")
    assert alone.get("/sign-in").status_code == 400


def test_who_sees_some_projects_finds_no_others_by_name(home: Path) -> None:
    app.view_save(home, "Of the secret one", "backlinks", target="secret.test")
    app.view_save(home, "Of any", "backlinks")
    for email, sees_all in (("client@shop.test", False), ("ed@shop.test", True)):
        client = browser(home, email)
        text = client.get("/menu").text
        assert ("Shop" in text, "Secret client" in text, "Of the secret one" in text) == (
            True,
            sees_all,
            sees_all,
        )
        assert ('href="/alerts"' in text, 'href="/views"' in text) == (True, sees_all)
        opened = client.get("/t/shop.test/backlinks?view=2")
        assert opened.status_code == (303 if sees_all else 404)
    assert browser(home).get("/menu").headers["location"].startswith("/sign-in")


def test_who_sees_one_project_reads_its_reports_without_the_views_of_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fakes.install(monkeypatch)
    app.project_add(tmp_path, "shop.example")
    app.user_add(tmp_path, "ann@shop.test", role="owner")
    link = app.user_add(tmp_path, "c@shop.test", role="viewer", projects=["shop.example"]).row["link"]
    app.welcome(tmp_path, link.rsplit("/", 1)[1], f"{WORDS} viewer")
    client = browser(tmp_path, "c@shop.test")
    for view in ("", "/backlinks", "/audit"):
        answer = client.get(f"/t/shop.example{view}")
        assert answer.status_code == 200
        page = Outline(answer.text)
        menus = [row["id"] for row in page.all("details") if "menu" in (row.get("class") or "")]
        assert menus == ["copy"]


def test_a_stranger_chooses_how_the_way_in_looks(home: Path) -> None:
    client = browser(home)
    answer = client.post("/looks", data={"theme": "contrast", "back": "/sign-in"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert 'data-theme="contrast"' in client.get("/sign-in").text
