"""Does somebody with a second factor come in by a password and a code, and by nothing less?"""

import re
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import segno
from fastapi import FastAPI
from fastapi.testclient import TestClient

from backlit import app
from backlit.app import codes, entrance, second_factor
from backlit.app.clock import now
from backlit.errors import SignInNeeded, UsageError
from backlit.store import second_factors
from backlit.web.second_factor import _qr
from backlit.web.server import create_app
from tests.unit.outline import Outline

BASE = "http://127.0.0.1:8000"
WORDS = "correct horse battery"
ANN, BOB, CLIENT = "ann@shop.test", "bob@shop.test", "client@shop.test"
FOREIGN = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}


class Time:
    """The time step that codes are of."""

    step = 1000


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords are kept as they are, which takes no time, and time goes on when a test says so."""
    monkeypatch.setattr(entrance, "hashed", lambda password: password)
    for module in (entrance, second_factor):
        monkeypatch.setattr(module, "is_password", lambda kept, given: kept == given)
    monkeypatch.setattr(Time, "step", 1000)
    monkeypatch.setattr(codes, "step_of", lambda _at: Time.step)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    app.project_add(tmp_path, "shop.test", name="Shop")
    for email, role, projects in ((ANN, "owner", ()), (BOB, "owner", ()), (CLIENT, "viewer", ("shop.test",))):
        link = app.user_add(tmp_path, email, role=role, projects=projects).row["link"]
        app.welcome(tmp_path, link.rsplit("/", 1)[1], WORDS)
    return tmp_path


@pytest.fixture
def server(home: Path) -> FastAPI:
    return create_app(home)


def browser(server: FastAPI, address: str = "192.0.2.1", base: str = BASE) -> TestClient:
    return TestClient(
        server,
        base_url=base,
        follow_redirects=False,
        client=(address, 1),
        headers={"Sec-Fetch-Site": "same-origin"},
    )


def signed_in(server: FastAPI, email: str = ANN, code: str | None = None) -> TestClient:
    client = browser(server)
    answer = client.post("/sign-in", data={"email": email, "password": WORDS})
    assert answer.status_code == 303
    if code is not None:
        assert client.post("/sign-in/code", data={"code": code}).headers["location"] == "/"
    assert who(client) == email
    return client


def who(client: TestClient) -> str | None:
    answer = client.get("/api/v1/me")
    return answer.json()["data"]["who"] if answer.status_code == 200 else None


def secret_in(text: str) -> str:
    found = re.search(r'<code class="secret">([A-Z2-7 ]+)</code>', text)
    assert found
    return found[1].replace(" ", "")


def turned_on(client: TestClient) -> tuple[str, list[str]]:
    """The secret and the recovery codes of whom a browser is signed in for; a step has gone by since."""
    secret = secret_in(client.post("/account/second-factor").text)
    data = {"password": WORDS, "code": codes.code_at(secret, Time.step)}
    answer = client.post("/account/second-factor/on", data=data)
    assert answer.status_code == 200
    Time.step += 1
    return secret, re.findall(r"<code>([A-Z2-7-]{29})</code>", answer.text)


def events(home: Path, count: int) -> list[tuple[str, str, str]]:
    return [(row["who"], row["what"], row["about"]) for row in app.user_log(home, limit=count).rows]


# on and off --------------------------------------------------------------------------------


def test_it_is_set_up_by_secret_link_or_picture_and_codes_are_shown_once(home: Path, server: FastAPI) -> None:
    client, other = signed_in(server), signed_in(server)
    assert "Off: a password is enough" in client.get("/account").text
    begun = client.post("/account/second-factor")
    page, secret = Outline(begun.text), secret_in(begun.text)
    assert (len(secret), begun.headers["Cache-Control"]) == (32, "no-store")
    [link] = [row["href"] or "" for row in page.all("a") if (row["href"] or "").startswith("otpauth:")]
    assert parse_qs(urlsplit(link).query)["secret"] == [secret]
    size, path = _qr(link)
    [drawn] = [row["d"] for row in page.all("path") if "z" in (row["d"] or "") and row["d"] == path]
    assert drawn
    assert page.all("svg", **{"class": "qr"})[0]["viewbox"] == f"0 0 {size} {size}"
    assert "Off: a password is enough" in client.get("/account").text

    kept = client.cookies["backlit"]
    data = {"password": WORDS, "code": codes.code_at(secret, Time.step)}
    for wrong in ({"code": "000000"}, {"password": "another"}, {"code": ""}):
        refused = client.post("/account/second-factor/on", data=data | wrong | {"secret": secret})
        assert (refused.status_code, secret_in(refused.text)) == (400, secret)
    for guess in ("", "A" * 32, "\ud7ff"):  # as whoever has the cookie, and never saw the page, would
        refused = other.post("/account/second-factor/on", data={"code": "000000", "secret": guess})
        assert (refused.status_code, 'class="secret"' in refused.text) == (400, False)
    done = client.post("/account/second-factor/on", data=data)
    shown = re.findall(r"<code>([A-Z2-7-]{29})</code>", done.text)
    assert (done.status_code, len(set(shown)), done.headers["Cache-Control"]) == (200, 10, "no-store")
    assert (who(client), who(other)) == (ANN, None)  # the others were opened by a password alone
    thief = browser(server)
    thief.cookies.set("backlit", kept)
    assert who(thief) is None  # and so was whoever had the cookie of this one
    own = client.get("/account").text
    assert "10 recovery codes left" in own
    assert not any(code in own or secret in own for code in shown)
    assert events(home, 3) == [
        (ANN, "second factor turned on", ANN), (ANN, "sign-in tried", ANN), (ANN, "sign-in tried", ANN),
    ]  # fmt: skip
    again = client.post("/account/second-factor")
    assert (again.status_code, "it is on" in again.text) == (400, True)


def test_what_was_begun_and_left_for_an_hour_is_begun_anew(home: Path) -> None:
    secret = app.begin_factor(home, ANN).row["secret"]
    given = app.Given(WORDS, codes.code_at(secret, Time.step))

    def late() -> datetime:
        return now() + timedelta(hours=1)

    assert app.factor_begun(home, ANN) == secret
    assert app.factor_begun(home, ANN, clock=late) is None
    with pytest.raises(UsageError, match="nothing was set up within an hour"):
        app.turn_on_factor(home, ANN, given, clock=late)


def test_turning_off_and_new_recovery_codes_take_password_and_code(home: Path, server: FastAPI) -> None:
    client = signed_in(server)
    secret, before = turned_on(client)
    right = {"password": WORDS, "code": codes.code_at(secret, Time.step)}
    for path in ("/account/second-factor/codes", "/account/second-factor/off"):
        for wrong in ({"code": "000000"}, {"password": "another"}, {"code": "", "password": ""}):
            refused = client.post(path, data=right | wrong)
            assert (refused.status_code, "the password is another, or the code" in refused.text) == (
                400,
                True,
            )
    renewed = client.post("/account/second-factor/codes", data=right)
    after = re.findall(r"<code>([A-Z2-7-]{29})</code>", renewed.text)
    assert (len(after), set(after) & set(before)) == (10, set())
    replayed = client.post("/account/second-factor/off", data=right)
    assert replayed.status_code == 400
    other = signed_in(server, code=after[0])
    assert client.post("/account/second-factor/off", data=right | {"code": before[1]}).status_code == 400
    off = client.post("/account/second-factor/off", data=right | {"code": after[1].lower()})
    assert (off.status_code, off.headers["location"]) == (303, "/account")
    assert (who(client), who(other)) == (ANN, None)
    assert who(signed_in(server)) == ANN
    assert (ANN, "second factor turned off", ANN) in events(home, 10)


# signing in -------------------------------------------------------------------------------


def test_a_password_alone_gives_nothing_and_a_code_leads_on(home: Path, server: FastAPI) -> None:
    secret, _ = turned_on(signed_in(server))
    client = browser(server)
    first = client.post("/sign-in", data={"email": ANN, "password": WORDS, "next": "/t?x=a b"})
    assert (first.status_code, first.headers["location"]) == (303, "/sign-in/code?next=/")
    first = client.post("/sign-in", data={"email": ANN, "password": WORDS, "next": "/account?x=1"})
    assert first.headers["location"] == "/sign-in/code?next=/account%3Fx%3D1"
    assert list(client.cookies) == ["backlit_code"]
    cookie = first.headers["set-cookie"]
    assert all(part in cookie for part in ("HttpOnly", "SameSite=lax", "Path=/", "Max-Age=300"))
    asked = client.get(first.headers["location"])
    assert (asked.status_code, asked.headers["Cache-Control"]) == (200, "no-store")
    assert Outline(asked.text).all("input", name="next")[0]["value"] == "/account?x=1"
    assert ANN not in asked.text
    half = client.cookies["backlit_code"]
    for name in ("backlit", "backlit_code"):  # stolen, and kept under either name
        thief = browser(server)
        thief.cookies.set(name, half)
        assert who(thief) is None
        assert thief.get("/account").status_code == 303
        assert thief.post("/account/keys", data={"name": "k"}).status_code in (303, 401)
    given = {"code": codes.code_at(secret, Time.step), "next": "/account?x=1"}
    done = client.post("/sign-in/code", data=given)
    assert (done.status_code, done.headers["location"]) == (303, "/account?x=1")
    assert list(client.cookies) == ["backlit"]
    assert client.cookies["backlit"] != half
    assert who(client) == ANN
    thief = browser(server)
    thief.cookies.set("backlit_code", half)
    Time.step += 1
    late = thief.post("/sign-in/code", data={"code": codes.code_at(secret, Time.step)})
    assert (late.status_code, who(thief)) == (403, None)  # it was used


def test_over_tls_both_cookies_are_of_this_host_alone(home: Path, server: FastAPI) -> None:
    secret, _ = turned_on(signed_in(server))
    client = browser(server, base="https://127.0.0.1:8000")
    cookie = client.post("/sign-in", data={"email": ANN, "password": WORDS}).headers["set-cookie"]
    assert cookie.startswith("__Host-backlit_code=")
    assert all(part in cookie for part in ("HttpOnly", "SameSite=lax", "Path=/", "Secure"))
    done = client.post("/sign-in/code", data={"code": codes.code_at(secret, Time.step)})
    assert [line.partition("=")[0] for line in done.headers.get_list("set-cookie")] == [
        "__Host-backlit", "__Host-backlit_code",
    ]  # fmt: skip
    assert all("Secure" in line for line in done.headers.get_list("set-cookie"))


def test_without_the_first_step_there_is_no_second(home: Path, server: FastAPI) -> None:
    secret, recovery = turned_on(signed_in(server))
    for code in (codes.code_at(secret, Time.step), recovery[0]):
        for half in (None, "", "guessed", "x" * 5000):
            client = browser(server)
            if half is not None:
                client.cookies.set("backlit_code", half)
            answer = client.post("/sign-in/code", data={"code": code, "email": ANN, "next": "/account"})
            assert (answer.status_code, who(client)) == (403, None)
            assert "Begin with your password again" in answer.text
            [following] = Outline(answer.text).all("input", name="next")
            assert following["value"] == "/account"


def test_wrong_old_and_used_codes_are_refused_in_the_same_words(home: Path, server: FastAPI) -> None:
    secret, recovery = turned_on(signed_in(server))
    Time.step += 5
    client = browser(server)
    client.post("/sign-in", data={"email": ANN, "password": WORDS})
    used = codes.code_at(secret, Time.step)
    assert who(signed_in(server, code=used)) == ANN
    assert who(signed_in(server, code=recovery[0])) == ANN
    told = set()
    for code in (
        used,
        codes.code_at(secret, Time.step - 1),  # within the tolerance, and before the one that was used
        codes.code_at(secret, Time.step - 2),
        codes.code_at(secret, Time.step + 2),
        recovery[0],
        "",
        "\0 \ud7ff",
    ):
        answer = client.post("/sign-in/code", data={"code": code})
        told.add((answer.status_code, answer.text))
    assert [status for status, _ in told] == [403]
    assert who(client) is None
    slow = codes.code_at(secret, Time.step + 1)  # the clock of a phone that is ahead
    assert client.post("/sign-in/code", data={"code": f" {slow[:3]} {slow[3:]} "}).status_code == 303
    assert who(client) == ANN


def test_a_recovery_code_is_good_once_and_counted(home: Path, server: FastAPI) -> None:
    _, recovery = turned_on(signed_in(server))
    client = signed_in(server, code=recovery[3].replace("-", " ").lower())
    assert "9 recovery codes left" in client.get("/account").text
    assert events(home, 2) == [(ANN, "signed in", ANN), (ANN, "recovery code used", ANN)]
    again = browser(server)
    again.post("/sign-in", data={"email": ANN, "password": WORDS})
    assert again.post("/sign-in/code", data={"code": recovery[3]}).status_code == 403


def test_what_waits_for_a_code_waits_for_five_minutes(home: Path, server: FastAPI) -> None:
    secret, _ = turned_on(signed_in(server))
    entry = app.sign_in(home, ANN, WORDS)
    assert entry.waits
    given = app.Given(code=codes.code_at(secret, Time.step))
    with pytest.raises(SignInNeeded, match="in the last 5 minutes"):
        app.enter_code(home, entry.token, given, clock=lambda: now() + timedelta(minutes=5))
    assert not app.is_code_waited_for(home, entry.token, lambda: now() + timedelta(minutes=5))
    assert not app.enter_code(home, entry.token, given).waits


def test_a_browser_that_was_signed_in_is_so_once(home: Path, server: FastAPI) -> None:
    client = signed_in(server)
    secret, _ = turned_on(client)
    before = client.cookies["backlit"]
    client.post("/sign-in", data={"email": ANN, "password": WORDS})
    assert who(client) == ANN  # until the second step
    client.post("/sign-in/code", data={"code": codes.code_at(secret, Time.step)})
    thief = browser(server)
    thief.cookies.set("backlit", before)
    assert (who(thief), who(client)) == (None, ANN)


@pytest.mark.parametrize("kind", ["code", "recovery code"])
def test_a_form_of_a_code_that_is_sent_twice_leads_on_twice(
    home: Path, server: FastAPI, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret, recovery = turned_on(signed_in(server))
    client, other = browser(server), browser(server)
    for each in (client, other):
        each.post("/sign-in", data={"email": ANN, "password": WORDS})
    half = client.cookies["backlit_code"]
    given = {"code": recovery[0] if kind == "recovery code" else codes.code_at(secret, Time.step)}
    assert client.post("/sign-in/code", data=given).status_code == 303
    again = browser(server)
    again.cookies.set("backlit_code", half)
    Time.step += 1
    more = ({"code": recovery[1]}, {"code": codes.code_at(secret, Time.step)}, {"code": ""})
    assert [again.post("/sign-in/code", data=each).status_code for each in more] == [403] * 3
    assert again.post("/sign-in/code", data=given).status_code == 303
    assert (who(client), who(again)) == (ANN, ANN)
    assert other.post("/sign-in/code", data=given).status_code == 403  # another browser
    late = browser(server)
    late.cookies.set("backlit_code", half)
    monkeypatch.setattr(second_factors, "_TWICE", timedelta(0))
    assert late.post("/sign-in/code", data=given).status_code == 403
    assert who(late) is None


@pytest.mark.parametrize("what", ["password", "sessions"])
def test_what_signs_out_everywhere_ends_what_a_code_began_a_moment_ago(server: FastAPI, what: str) -> None:
    secret, _ = turned_on(signed_in(server))
    client, again = browser(server), browser(server)
    client.post("/sign-in", data={"email": ANN, "password": WORDS})
    again.cookies.set("backlit_code", client.cookies["backlit_code"])
    given = {"code": codes.code_at(secret, Time.step)}
    client.post("/sign-in/code", data=given)
    new = "an entirely other phrase"
    client.post(f"/account/{what}", data={"before": WORDS, "password": new, "again": new})
    assert again.post("/sign-in/code", data=given).status_code == 403
    assert (who(client), who(again)) == (None, None)


def test_a_new_password_by_a_link_asks_for_the_code_too(home: Path, server: FastAPI) -> None:
    secret, _ = turned_on(signed_in(server))
    link, new = app.user_link(home, ANN).row["link"], "an entirely other phrase"
    client = browser(server)
    page = client.get(link).text
    assert ("asked for a code" in page, "you are signed in afterwards" in page) == (True, False)
    answer = client.post(link, data={"password": new, "again": new})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in/code?next=/")
    assert who(client) is None
    client.post("/sign-in/code", data={"code": codes.code_at(secret, Time.step)})
    assert who(client) == ANN


# tries ------------------------------------------------------------------------------------


def test_codes_are_tried_no_more_often_than_passwords(home: Path, server: FastAPI) -> None:
    secret, _ = turned_on(signed_in(server))
    client = browser(server, "203.0.113.1")
    client.post("/sign-in", data={"email": ANN, "password": WORDS})
    told = [client.post("/sign-in/code", data={"code": "000000"}).status_code for _ in range(11)]
    assert told == [403] * 10 + [429]
    late = client.post("/sign-in/code", data={"code": codes.code_at(secret, Time.step)})
    assert (late.status_code, late.headers["Retry-After"], who(client)) == (429, "900", None)
    assert client.post("/sign-in", data={"email": ANN, "password": WORDS}).status_code == 429
    assert who(signed_in(server, code=codes.code_at(secret, Time.step))) == ANN  # from elsewhere


@pytest.mark.parametrize("path", ["second-factor/on", "second-factor/off", "second-factor/codes", "password"])
def test_forms_of_an_account_say_when_to_come_again(server: FastAPI, path: str) -> None:
    client = signed_in(server)
    if path == "second-factor/on":
        secret = secret_in(client.post("/account/second-factor").text)
    else:
        secret, _ = turned_on(client)
    told = {"password": "guess", "again": "guess", "before": "guess", "code": "000000", "secret": secret}
    found = [client.post(f"/account/{path}", data=told) for _ in range(11)]
    assert [each.status_code for each in found] == [400] * 10 + [429]
    assert found[-1].headers["Retry-After"] == "900"


def test_many_networks_try_thirty_codes_a_day_between_them(home: Path, server: FastAPI) -> None:
    secret, recovery = turned_on(signed_in(server))
    for network in range(1, 4):
        client = browser(server, f"203.0.113.{network}")
        client.post("/sign-in", data={"email": ANN, "password": WORDS})
        assert {client.post("/sign-in/code", data={"code": "000000"}).status_code for _ in range(10)} == {403}
    right = {"code": codes.code_at(secret, Time.step)}
    for address in ("203.0.113.9", "192.0.2.1"):  # the latter is where Ann signed in before
        client = browser(server, address)
        client.post("/sign-in", data={"email": ANN, "password": WORDS})
        late = client.post("/sign-in/code", data=right)
        assert (late.status_code, "30 wrong codes in a day" in late.text, who(client)) == (429, True, None)
    assert who(signed_in(server, code=recovery[0])) == ANN
    assert who(signed_in(server, BOB)) == BOB


def test_what_was_right_is_no_try_that_failed(server: FastAPI) -> None:
    client = signed_in(server)
    secret, _ = turned_on(client)
    for _ in range(12):
        assert who(signed_in(server, code=codes.code_at(secret, Time.step))) == ANN
        Time.step += 1
        given = {"password": WORDS, "code": codes.code_at(secret, Time.step)}
        assert client.post("/account/second-factor/codes", data=given).status_code == 200
        Time.step += 1


def test_who_has_no_account_and_who_has_no_password_are_told_the_same(home: Path, server: FastAPI) -> None:
    turned_on(signed_in(server))
    told = set()
    for email in (ANN, BOB, "nobody@shop.test"):
        answer = browser(server).post("/sign-in", data={"email": email, "password": "wrong"})
        told.add((answer.status_code, re.sub("(ann|nobody|bob)@shop.test", "", answer.text)))
    assert [status for status, _ in told] == [403]


# owners -----------------------------------------------------------------------------------


def test_an_owner_takes_it_off_for_who_lost_it_and_not_their_own(home: Path, server: FastAPI) -> None:
    bob = signed_in(server, BOB)
    client = signed_in(server, CLIENT)
    turned_on(client)
    turned_on(bob)
    page = bob.get("/people").text
    assert page.count('<span class="badge">second factor</span>') == 2
    assert re.findall(r'Take off the second factor of ([^"]+)"', page) == [CLIENT]
    assert bob.post("/people/second-factor", data={"email": BOB}).status_code == 400
    own = bob.patch(f"/api/v1/users/{BOB}", json={"second_factor": False})
    assert (own.status_code, "it is your own" in own.json()["detail"]) == (400, True)
    key = app.key_add(home, "k", scope="admin", account=BOB).row["token"]
    program = TestClient(server, base_url=BASE, headers={"Authorization": f"Bearer {key}"})
    assert program.patch(f"/api/v1/users/{BOB}", json={"second_factor": False}).status_code == 400
    assert bob.patch(f"/api/v1/users/{CLIENT}", json={"second_factor": True}).status_code == 400
    assert bob.post("/people/second-factor", data={"email": "nobody@shop.test"}).status_code == 404
    assert who(client) == CLIENT
    assert bob.post("/people/second-factor", data={"email": CLIENT}).status_code == 303
    assert who(client) is None
    assert events(home, 1) == [(BOB, "second factor taken off", CLIENT)]
    assert who(signed_in(server, CLIENT)) == CLIENT
    done = signed_in(server).patch(f"/api/v1/users/{BOB}", json={"second_factor": False})
    assert (done.json()["data"]["second_factor"], who(bob)) == (False, None)


def test_who_is_no_owner_takes_nothing_off(home: Path, server: FastAPI) -> None:
    turned_on(signed_in(server))
    client = signed_in(server, CLIENT)
    assert client.post("/people/second-factor", data={"email": ANN}).status_code == 403
    assert client.patch(f"/api/v1/users/{ANN}", json={"second_factor": False}).status_code == 403
    assert [row["second_factor"] for row in app.user_ls(home).rows] == [True, False, False]


def test_who_sees_some_projects_has_one_as_others_do(server: FastAPI) -> None:
    secret, _ = turned_on(signed_in(server, CLIENT))
    assert who(signed_in(server, CLIENT, codes.code_at(secret, Time.step))) == CLIENT


def test_no_page_of_another_site_and_no_key_changes_one(home: Path, server: FastAPI) -> None:
    client = signed_in(server)
    secret, recovery = turned_on(client)
    data = {"password": WORDS, "code": codes.code_at(secret, Time.step), "email": CLIENT}
    own = [f"/account/second-factor{end}" for end in ("", "/on", "/off", "/codes")]
    for path in (*own, "/people/second-factor", "/sign-in/code"):
        assert client.post(path, data=data, headers=FOREIGN).status_code == 403, path
    key = app.key_add(home, "k", scope="admin", account=ANN).row["token"]
    program = TestClient(server, base_url=BASE, headers={"Authorization": f"Bearer {key}"})
    for path in own:
        assert program.post(path, data=data | {"code": recovery[0]}).status_code == 403, path
    assert who(signed_in(server, code=data["code"])) == ANN


def test_the_picture_is_the_link_within_a_white_margin() -> None:
    text = "otpauth://totp/Backlit:ann%40shop.test?secret=GEZDGNBV&issuer=Backlit"
    size, path = _qr(text)
    dark = {
        (int(x) + each, int(y))
        for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", path)
        for each in range(int(length))
    }
    rows = segno.make_qr(text, error="m").matrix
    wanted = {(x + 4, y + 4) for y, row in enumerate(rows) for x, module in enumerate(row) if module}
    assert (size, dark) == (len(rows) + 8, wanted)
