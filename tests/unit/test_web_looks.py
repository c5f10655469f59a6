"""Do pages look as their reader chose, from the first byte, and do forms lead back to a page of ours?"""

import gzip
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from backlit import app
from backlit.web.asking import VIEWS
from backlit.web.keys import KEYS
from backlit.web.looks import CHOICES, Looks, way_back
from backlit.web.render import GO, ROOMS
from backlit.web.server import _STATIC, create_app
from tests.unit import fakes
from tests.unit.fakes import HOSTILE
from tests.unit.outline import Outline

BASE = "http://127.0.0.1:8000"
OWN = {"Sec-Fetch-Site": "same-origin"}
TARGET = "/t/shop.example"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("BACKLIT_DATABASE_URL", raising=False)
    fakes.install(monkeypatch)
    return tmp_path / "home"


@pytest.fixture(params=["127.0.0.1", "0.0.0.0"])
def client(request: pytest.FixtureRequest, home: Path) -> TestClient:
    """A server that nobody else reaches, and one that others do: looks are of who reads."""
    made = create_app(home, host=request.param)
    return TestClient(made, base_url=BASE, follow_redirects=False, raise_server_exceptions=False)


def worn(client: TestClient, path: str = TARGET) -> dict[str, str | None]:
    [root] = Outline(client.get(path).text).all("html")
    return {name: value for name, value in root.items() if name.startswith("data-")}


def test_a_choice_is_worn_by_every_page_until_another(client: TestClient) -> None:
    assert worn(client) == {}
    answer = client.post("/looks", data={"theme": "dark", "back": f"{TARGET}/domains?q=a%20b"}, headers=OWN)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{TARGET}/domains?q=a%20b")
    cookie = answer.headers["set-cookie"]
    assert cookie == "backlit_looks=dark.compact.on; HttpOnly; Max-Age=31536000; Path=/; SameSite=lax"
    client.post("/looks", data={"density": "comfortable", "keys": "off"}, headers=OWN)
    for path in (TARGET, "/", "/nothing", "/words"):
        assert worn(client, path) == {"data-theme": "dark", "data-density": "comfortable", "data-keys": "off"}
    page = Outline(client.get(TARGET).text)
    assert page.all("meta", name="color-scheme", content="dark")
    assert [row["value"] for row in page.all("option") if "selected" in row][-2:] == ["dark", "comfortable"]
    client.post("/looks", data={"theme": "auto", "density": "compact", "keys": "on"}, headers=OWN)
    assert worn(client) == {}


@pytest.mark.parametrize(
    "cookie",
    [
        "", "x", "backlit_looks", "backlit_looks=", "backlit_looks=....", 'backlit_looks="><script>',
        "backlit_looks=purple.huge.maybe", "backlit_looks=\u00e9", "backlit_looks=" + "a" * 5_000, "=;=;;,",
    ],
)  # fmt: skip
def test_a_cookie_that_is_none_of_ours_is_no_choice(cookie: str) -> None:
    assert Looks.read(cookie) == Looks()


def test_a_cookie_is_read_as_far_as_it_goes() -> None:
    assert Looks.read("a=b; backlit_looks=contrast.x; c=d") == Looks(theme="contrast")
    assert Looks.read("backlit_looks=dark.comfortable.off.more") == Looks("dark", "comfortable", "off")
    for name, known in CHOICES.items():
        for value in known:
            chosen = Looks().chosen({name: value, "here": "/x", "other": "y"})
            assert Looks.read(f"backlit_looks={chosen.written()}") == chosen


@pytest.mark.parametrize(
    "back",
    [
        "//evil.example", "/\\evil.example", "https://evil.example/", "/\t/evil.example", "\n//evil.example",
        "javascript:alert(1)", "", "x", "/a\\b", "/a\r\nSet-Cookie: x=y", "/\x00", " /", "/" + "a" * 5_000,
    ],
)  # fmt: skip
def test_nobody_is_led_elsewhere(client: TestClient, back: str) -> None:
    answer = client.post("/looks", data={"theme": "dark", "back": back}, headers=OWN)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "x" not in answer.cookies


def test_a_form_leads_back_to_the_page_that_it_is_on(client: TestClient) -> None:
    for path in (
        f"{TARGET}/backlinks?q=%22%3Cb%3E%22+OR+x&group=none",
        "/t/https%3A%2F%2Fa.example%2Fb%3Fc",
        "/words",
    ):
        rows = [row["value"] for row in Outline(client.get(path).text).all("input", name="back")]
        assert set(rows) == {path}
        assert way_back(path) == path
    refused = client.post("/looks", data={"back": "/"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert refused.status_code == 403
    assert {row["value"] for row in Outline(refused.text).all("input", name="back")} == {"/"}


#: Rooms of whom the machine belongs to, which this client is not.
HIDDEN = ("/outreach", "/ingest", "/sql", "/settings")


def test_the_menu_has_everything_that_the_palette_finds(client: TestClient, home: Path) -> None:
    app.project_add(home, "ours.test", name="<b>Ours</b>")
    app.view_save(home, "Lost <i>ones</i>", "changes", query={"kind": "lost"})
    app.view_save(home, "Others", "domains", target="other.example")
    page = Outline(client.get("/menu?target=shop.example").text)
    links = {str(row["href"]) for row in page.all("a")}
    assert links >= {
        *(f"{TARGET}/{view}" for view in VIEWS if view != "overview"), TARGET, f"{TARGET}/changes?kind=lost",
        "/t/ours.test", *(url for _, url, _ in ROOMS if url not in HIDDEN),
        "/help/keys", "/help/filters", "/words", "/docs",
    }  # fmt: skip
    assert "/t/other.example/domains" not in links
    assert "<b>Ours</b>" in page.text
    assert (page.all("b"), page.all("i")) == ([], [])
    assert len(page.all("button", **{"aria-pressed": "true"})) == len(CHOICES)
    plain = {str(row["href"]) for row in Outline(client.get("/menu").text).all("a")}
    assert "/t/other.example/domains" in plain
    assert [url for url in plain if url.startswith(TARGET + "/")] == []
    assert (
        Outline(client.get(f"{TARGET}/backlinks").text).by_id("menu-link")["href"]
        == "/menu?target=shop.example"
    )
    for text in (*HOSTILE, "com", "no target", "//evil.example"):
        answer = client.get("/menu", params={"target": text})
        assert answer.status_code == 200
        assert [row for row in Outline(answer.text).all("img") if row["src"] != "/static/mark.svg"] == []


def test_every_report_and_room_has_a_letter_of_its_own() -> None:
    letters = [*GO.values(), *(key for _, _, key in ROOMS)]
    assert (len(letters), set(GO)) == (len(set(letters)), set(VIEWS))
    assert all(len(letter) == 1 and (letter.isalpha() or letter in "+=,") for letter in letters)


def test_the_page_of_keys_names_what_the_pages_wear(client: TestClient) -> None:
    page = Outline(client.get("/help/keys").text)
    told = {
        f"g {row['data-key']}" for row in Outline(client.get(TARGET).text).all("a") if row.get("data-key")
    }
    assert told <= {key for row in KEYS["Go to"] for key in row.keys}
    assert len(page.all("dt")) == sum(map(len, KEYS.values()))
    assert page.all("form", action="/looks", **{"aria-label": "Keys and looks"})


def test_what_runs_in_a_browser_stays_small() -> None:
    scripts = list(_STATIC.rglob("*.js"))
    assert len(scripts) >= 4
    assert sum(len(gzip.compress(path.read_bytes(), 9)) for path in scripts) <= 25 * 1024
