"""Is nobody answered more often than is good for all others, nor taken for who asked before?"""

import socket
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NoReturn

import pytest
import sqlalchemy as sa
import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient

from backlit import app
from backlit.app import entrance, passwords
from backlit.errors import AccessError, TriedTooOften
from backlit.store import passes
from backlit.web.limits import Buckets
from backlit.web.security import MOST
from backlit.web.server import create_app

BASE = "http://127.0.0.1:8000"
WORDS = "correct horse battery"
AT = datetime(2026, 6, 1, tzinfo=UTC)
ANN = "ann@shop.test"


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords are kept as they are: hashing them is looked at elsewhere, and takes its time."""
    monkeypatch.setattr(entrance, "hashed", lambda password: password)
    monkeypatch.setattr(entrance, "is_password", lambda kept, given: kept == given)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    for email in (ANN, "bob@shop.test"):
        link = app.user_add(tmp_path, email, role="owner").row["link"]
        entrance.welcome(tmp_path, link.rsplit("/", 1)[1], WORDS, address="192.0.2.1", clock=lambda: AT)
    return tmp_path


def client(app_: FastAPI, token: str | None = None) -> TestClient:
    headers = {"Sec-Fetch-Site": "same-origin"} | ({"Authorization": f"Bearer {token}"} if token else {})
    return TestClient(app_, base_url=BASE, follow_redirects=False, headers=headers)


# requests -------------------------------------------------------------------------------


def test_a_key_asks_as_often_as_its_bucket_says_and_again_when_it_fills(home: Path) -> None:
    clock = [0.0]
    server = create_app(home, buckets=Buckets(6, lambda: clock[0]))
    tokens = [app.key_add(home, name).row["token"] for name in ("one", "two")]
    one, two = (client(server, token) for token in tokens)
    told = [one.get("/api/v1/me") for _ in range(7)]
    assert [answer.status_code for answer in told] == [200] * 6 + [429]
    assert told[0].headers["RateLimit-Policy"] == '"requests";q=6;w=60'
    assert [answer.headers.get("RateLimit") for answer in told[:2]] == [
        '"requests";r=5;t=10',
        '"requests";r=4;t=10',
    ]
    assert (told[6].headers["Retry-After"], told[6].json()["status"]) == ("10", 429)
    assert two.get("/api/v1/me").status_code == 200
    clock[0] = 9.9
    assert one.get("/api/v1/me").status_code == 429
    clock[0] = 10.0
    assert [one.get("/api/v1/me").status_code for _ in range(2)] == [200, 429]


def test_who_is_let_in_by_nothing_is_soon_not_looked_up_any_more(home: Path) -> None:
    server = create_app(home, buckets=Buckets(6, lambda: 0.0))
    stranger, known = client(server, "backlit_x_y"), client(server, app.key_add(home, "k").row["token"])
    assert known.get("/api/v1/me").status_code == 200
    assert [stranger.get("/api/v1/me").status_code for _ in range(5)] == [401, 401, 401, 429, 429]
    assert client(server).get("/sign-in").status_code == 200


def test_this_machine_is_not_limited_and_strangers_of_an_open_server_are(tmp_path: Path) -> None:
    alone = client(create_app(tmp_path, buckets=Buckets(2, lambda: 0.0)))
    told = [alone.get("/api/v1/me") for _ in range(5)]
    assert {answer.status_code for answer in told} == {200}
    assert "RateLimit" not in told[0].headers
    public = client(create_app(tmp_path, host="0.0.0.0", buckets=Buckets(4, lambda: 0.0)))
    assert [public.get("/api/v1/me").status_code for _ in range(3)] == [200, 200, 429]
    free = client(create_app(tmp_path, host="0.0.0.0", buckets=Buckets(0)))
    assert "RateLimit" not in free.get("/api/v1/me").headers


def test_pages_are_limited_as_programs_are(home: Path) -> None:
    server = create_app(home, buckets=Buckets(8, lambda: 0.0))
    ann, bob = client(server), client(server)
    for person, email in ((ann, ANN), (bob, "bob@shop.test")):
        assert person.post("/sign-in", data={"email": email, "password": WORDS}).status_code == 303
    told = [ann.get("/account") for _ in range(9)]
    assert [answer.status_code for answer in told] == [200] * 8 + [429]
    assert told[0].headers["RateLimit"] == '"requests";r=7;t=8'
    assert told[8].headers["Retry-After"] == "8"
    assert "there were more than 8 in a minute" in told[8].text
    assert "<h1" in told[8].text
    assert ann.get("/api/v1/me").status_code == 429  # it is the same bucket
    assert ann.get("/static/app.css").status_code == 200
    assert bob.get("/account").status_code == 200


def test_buckets_do_not_grow_without_end() -> None:
    buckets = Buckets(6, lambda: 0.0)
    for number in range(10_050):
        buckets.take(str(number), is_known=True)
    assert len(buckets._kept) == 10_000


def test_a_request_that_is_too_long_is_refused_before_it_is_read(home: Path) -> None:
    asked = client(create_app(home))
    assert asked.post("/api/v1/projects", content=b"x" * (MOST + 1)).status_code == 413
    pieces = (b" " * (1 << 20) for _ in range(6))  # of no length that is told
    answer = asked.post("/api/v1/projects", content=pieces, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    files = client(create_app(home), app.key_add(home, "k", scope="write").row["token"])
    assert files.post("/api/v1/uploads", content=b"x" * (MOST + 1)).status_code == 400  # no form, but read


# tries to sign in ------------------------------------------------------------------------


def tried(home: Path, address: str, *, email: str = ANN, password: str = "wrong") -> str:  # noqa: S107
    try:
        entrance.sign_in(home, email, password, address=address, clock=lambda: AT)
    except TriedTooOften:
        return "late"
    except AccessError:
        return "wrong"
    return "in"


def test_tries_of_others_keep_nobody_out_where_they_signed_in_before(home: Path) -> None:
    assert [tried(home, "203.0.113.1") for _ in range(11)] == ["wrong"] * 10 + ["late"]
    assert tried(home, "203.0.113.1", email=" ANN@Shop.test ") == "late"
    assert tried(home, "203.0.113.1", email="bob@shop.test", password=WORDS) == "in"
    for number in range(2, 11):
        assert {tried(home, f"203.0.113.{number}") for _ in range(10)} == {"wrong"}
    assert tried(home, "203.0.113.11") == "wrong"
    assert tried(home, "198.51.100.1", password=WORDS) == "late"  # from a hundred tries on, from nowhere new
    assert tried(home, "192.0.2.1", password=WORDS) == "in"


def test_signing_in_is_no_try_and_one_network_is_one(home: Path) -> None:
    assert {tried(home, "192.0.2.9", password=WORDS) for _ in range(30)} == {"in"}
    spread = [tried(home, f"2001:db8:0:7::{number:x}") for number in range(1, 12)]
    assert spread == ["wrong"] * 10 + ["late"]
    assert tried(home, "2001:db8:0:8::1") == "wrong"
    assert entrance.network_of("::ffff:192.0.2.7") == "192.0.2.7"
    assert tried(home, "192.0.2.10", email="a\0b", password="\0") == "wrong"


def test_guessing_the_password_of_before_ends_too(home: Path) -> None:
    for expected in (*[AccessError] * 10, TriedTooOften):
        with pytest.raises(AccessError) as found:
            entrance.change_password(home, ANN, "wrong", f"{WORDS} new", clock=lambda: AT)
        assert type(found.value) is expected


def test_more_passwords_than_can_wait_are_refused_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    may_go, began = threading.Event(), threading.Semaphore(0)

    class Slow:
        def hash(self, _password: str) -> str:
            began.release()
            assert may_go.wait(60)
            return "hash"

    monkeypatch.setattr(passwords, "_hasher", Slow())
    monkeypatch.setattr(passwords, "_waiting", threading.BoundedSemaphore(4))
    waiting = [threading.Thread(target=passwords.hashed, args=("x",)) for _ in range(4)]
    for each in waiting:
        each.start()
    for _ in waiting:
        assert began.acquire(timeout=60)
    with pytest.raises(TriedTooOften):
        passwords.hashed("x")
    may_go.set()
    for each in waiting:
        each.join()
    assert passwords.hashed("x") == "hash"


# sessions and keys -----------------------------------------------------------------------


def test_a_browser_that_signs_in_again_leaves_no_session_behind(home: Path) -> None:
    browser = client(create_app(home))
    given = {"email": ANN, "password": WORDS}
    first = browser.post("/sign-in", data=given).cookies["backlit"]
    assert browser.post("/sign-in", data=given | {"email": "bob@shop.test"}).status_code == 303
    assert browser.get("/api/v1/me").json()["data"]["who"] == "bob@shop.test"
    thief = client(create_app(home))
    thief.cookies.set("backlit", first)
    assert thief.get("/api/v1/me").status_code == 401


def test_what_is_somebodys_is_kept_nowhere(home: Path) -> None:
    browser = client(create_app(home))
    browser.post("/sign-in", data={"email": ANN, "password": WORDS})
    kept = {path: browser.get(path).headers["Cache-Control"] for path in ("/account", "/api/v1/me", "/words")}
    assert kept == {"/account": "no-store", "/api/v1/me": "no-store", "/words": "no-store"}
    link = app.user_link(home, ANN).row["link"]
    assert client(create_app(home)).get(link).headers["Cache-Control"] == "no-store"
    assert client(create_app(home)).get("/words").headers["Cache-Control"] == "no-cache"


def test_a_proxy_that_does_not_say_tls_is_known_by_the_address_of_the_server(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BACKLIT_URL", "https://links.example")
    behind = TestClient(
        create_app(home, public="links.example"),
        base_url="http://links.example",
        follow_redirects=False,
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    answer = behind.post("/sign-in", data={"email": ANN, "password": WORDS})
    assert answer.headers["set-cookie"].startswith("__Host-backlit=")
    assert "Secure" in answer.headers["set-cookie"]
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    here = client(create_app(home)).post("/sign-in", data={"email": ANN, "password": WORDS})
    assert here.headers["set-cookie"].startswith("backlit=")
    assert "Strict-Transport-Security" not in here.headers


@pytest.mark.parametrize("ending", ["removed", "no longer an owner"])
def test_the_keys_that_an_owner_made_end_with_their_rights(home: Path, ending: str) -> None:
    browser = client(create_app(home))
    browser.post("/sign-in", data={"email": ANN, "password": WORDS})
    first = browser.post("/api/v1/keys", json={"name": "back door", "scope": "admin"}).json()["data"]["token"]
    more = client(create_app(home), first).post("/api/v1/keys", json={"name": "another", "scope": "admin"})
    stays = app.key_add(home, "of this machine", who="root").row["token"]
    if ending == "removed":
        app.user_rm(home, ANN)
    else:
        app.user_edit(home, ANN, role="viewer")
    told = [client(create_app(home), token).get("/api/v1/me").status_code for token in (first, stays)]
    assert (more.status_code, told) == (200, [401, 200])


def test_reading_goes_on_where_nothing_can_be_kept(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    token = entrance.sign_in(home, ANN, WORDS, clock=lambda: AT).token
    key = app.key_add(home, "k").row["token"]

    def full(_engine: sa.Engine) -> NoReturn:
        raise sa.exc.OperationalError("UPDATE", None, Exception("attempt to write a readonly database"))

    monkeypatch.setattr(passes, "writing", full)
    seen = entrance.of_cookie(home, token, clock=lambda: AT + timedelta(hours=1))
    assert (seen.who if seen else None) == ANN
    assert entrance.of_bearer(home, key) is not None


# one request after the other -------------------------------------------------------------


def test_a_request_on_the_same_connection_is_not_taken_for_the_one_before(home: Path) -> None:
    config = uvicorn.Config(create_app(home), host="127.0.0.1", port=0, log_level="error", http="h11")
    server = uvicorn.Server(config)
    taken = config.bind_socket()
    taken.listen(8)
    serving = threading.Thread(target=server.run, args=([taken],))
    serving.start()
    try:
        host = f"Host: 127.0.0.1:{taken.getsockname()[1]}\r\n"
        bearer = f"Authorization: Bearer {app.key_add(home, 'k', scope='admin').row['token']}\r\n"
        last = f"GET /nowhere HTTP/1.1\r\n{host}Connection: close\r\n\r\n"
        asked = f"GET /api/v1/me HTTP/1.1\r\n{host}{bearer}\r\n{last}"
        with socket.create_connection(taken.getsockname(), timeout=60) as connection:
            connection.sendall(asked.encode())
            told = b"".join(iter(lambda: connection.recv(65_536), b"")).decode()
    finally:
        server.should_exit = True
        serving.join()
    first, found, second = told.partition("HTTP/1.1 404")
    assert ('"may":"admin"' in first, bool(found)) == (True, True)
    assert "/outreach" not in second  # which only those who may write are led to
