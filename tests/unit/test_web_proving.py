"""Does a session change people and keys only where its password was given lately?"""

from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from backlit import app
from backlit.app import codes
from backlit.store.account_tables import SESSIONS
from backlit.store.database import opened, writing
from tests.unit.outline import Outline
from tests.unit.test_web_second_factor import (
    ANN,
    BASE,
    BOB,
    CLIENT,
    FOREIGN,
    WORDS,
    Time,
    browser,
    events,
    home,
    plain,
    server,
    signed_in,
    turned_on,
)

__all__ = ["home", "plain", "server"]  # fixtures


def aged(home: Path) -> None:
    """All sessions began a quarter of an hour earlier."""
    with opened(home) as engine, writing(engine) as connection:
        earlier = SESSIONS.c.at - 15 * 60 * 1_000_000
        connection.execute(SESSIONS.update().values(at=earlier, proven_at=None))


#: What a session changes about who may come in.
FORMS = {
    "/people": {"email": "eve@shop.test", "role": "owner"},
    "/people/edit": {"email": CLIENT, "role": "owner", "projects": ""},
    "/people/link": {"email": BOB},
    "/people/second-factor": {"email": BOB},
    "/people/remove": {"email": BOB},
    "/people/keys/end": {"key": "k"},
    "/account/keys": {"name": "mine", "scope": "admin", "days": "700"},
}


@pytest.mark.parametrize("path", FORMS)
def test_a_session_of_a_while_ago_changes_nobody_without_the_password(
    home: Path, server: FastAPI, path: str
) -> None:
    client = signed_in(server)
    aged(home)
    before, kept = app.user_ls(home).rows, app.key_ls(home).rows
    told = {"name": "<b>"} | FORMS[path]
    answer = client.post(path, data=told)
    page = Outline(answer.text)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (403, "no-store")
    assert [form["action"] for form in page.all("form") if form["action"] == path] == [path]
    hidden = {row["name"]: row["value"] for row in page.all("input", type="hidden")}
    assert {name: hidden[name] for name in told} == told
    assert not page.all("input", name="proof_code")
    wrong = client.post(path, data=told | {"proof_password": "another"})
    assert (wrong.status_code, 'role="alert"' in wrong.text) == (403, True)
    assert client.post(path, data=told | {"proof_password": WORDS}, headers=FOREIGN).status_code == 403
    assert (app.user_ls(home).rows, app.key_ls(home).rows) == (before, kept)
    done = client.post(path, data=told | {"proof_password": WORDS})
    assert done.status_code in ({404} if path == "/people/keys/end" else {200, 303})
    assert client.post("/people/link", data={"email": CLIENT}).status_code == 200  # for a while


def test_who_has_a_second_factor_gives_a_code_too_and_once(home: Path, server: FastAPI) -> None:
    client, thief = signed_in(server), browser(server, "203.0.113.1")
    secret, recovery = turned_on(client)
    thief.cookies.set("backlit", client.cookies["backlit"])
    aged(home)
    told = {"email": BOB, "proof_password": WORDS}
    assert Outline(thief.post("/people/remove", data=told).text).all("input", name="proof_code")
    for code in ("", "000000", codes.code_at(secret, Time.step - 1)):
        assert thief.post("/people/remove", data=told | {"proof_code": code}).status_code == 403
    right = {"email": CLIENT, "proof_password": WORDS, "proof_code": codes.code_at(secret, Time.step)}
    assert client.post("/people/link", data=right).status_code == 200
    aged(home)
    assert client.post("/people/link", data=right).status_code == 403
    assert client.post("/people/link", data=right | {"proof_code": recovery[0]}).status_code == 200
    assert (ANN, "password given again", ANN) in events(home, 3)
    assert [row["email"] for row in app.user_ls(home).rows] == [ANN, BOB, CLIENT]


def test_a_session_of_a_while_ago_changes_nobody_over_rest(home: Path, server: FastAPI) -> None:
    client = signed_in(server)
    key = app.key_add(home, "k", scope="admin", account=ANN).row["token"]
    aged(home)
    tries = [
        client.patch(f"/api/v1/users/{BOB}", json={"second_factor": False}),
        client.post("/api/v1/users", json={"email": "eve@shop.test", "role": "owner"}),
        client.post(f"/api/v1/users/{BOB}/link"),
        client.delete(f"/api/v1/users/{BOB}"),
        client.post("/api/v1/keys", json={"name": "k", "scope": "admin"}),
        client.delete("/api/v1/keys/k"),
    ]
    assert [(each.status_code, each.json()["code"]) for each in tries] == [(403, "proof-needed")] * 6
    assert client.get("/api/v1/users").status_code == 200
    program = TestClient(server, base_url=BASE, headers={"Authorization": f"Bearer {key}"})
    assert program.post(f"/api/v1/users/{BOB}/link").status_code == 200


def test_what_a_stolen_session_gives_is_tried_no_more_often_than_passwords(
    home: Path, server: FastAPI
) -> None:
    client = signed_in(server)
    aged(home)
    told = {"email": BOB, "proof_password": "guess"}
    found = [client.post("/people/remove", data=told) for _ in range(11)]
    assert [each.status_code for each in found] == [403] * 10 + [429]
    assert found[-1].headers["Retry-After"] == "900"
