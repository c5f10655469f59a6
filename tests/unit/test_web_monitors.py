"""Are links watched from the app and over REST, and is one page diagnosed there, by pages of ours alone?"""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from backlit import app
from backlit.app import finding
from backlit.index.storage import make_folder
from backlit.net.client import Client
from backlit.web.server import create_app
from tests.monitor.served import page, said
from tests.monitor.test_verify import HASTY, LINK, TARGET
from tests.servers import Request, Script, farm
from tests.unit.fakes import HOSTILE
from tests.unit.outline import Outline

BASE = "http://127.0.0.1:8000"
OWN = {"Sec-Fetch-Site": "same-origin"}
FOREIGN = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return make_folder(tmp_path / "home")


@pytest.fixture
def client(home: Path) -> TestClient:
    return TestClient(create_app(home), base_url=BASE, raise_server_exceptions=False, follow_redirects=False)


def watched(home: Path) -> list[tuple[str, str, str, str | None]]:
    rows = app.monitor_ls(home).rows
    return [(row["url"], row["target"], row["kind"], row["promised_anchor"]) for row in rows]


def test_a_form_watches_pages_and_another_ends_it(client: TestClient, home: Path) -> None:
    assert "Nothing is watched" in client.get("/monitors").text
    form = {
        "pages": "https://blog.example/a\r\n\r\n blog.example/b \r\n",
        "target": "shop.example",
        "kind": "compensated",
        "anchor": "fine tea",
    }
    answer = client.post("/monitors", data=form, headers=OWN)
    assert (answer.status_code, answer.headers["location"]) == (303, "/monitors")
    rest = ("shop.example", "compensated", "fine tea")
    assert watched(home) == [("https://blog.example/a", *rest), ("https://blog.example/b", *rest)]
    shown = Outline(client.get("/monitors").text)
    assert [len(shown.all(tag)) for tag in ("h1", "main")] == [1, 1]
    assert len(shown.all("form", method="post", action="/monitors/remove")) == 2
    gone = {"url": "https://blog.example/a", "target": "shop.example"}
    assert client.post("/monitors/remove", data=gone, headers=OWN).status_code == 303
    assert watched(home) == [("https://blog.example/b", *rest)]
    assert client.get("/monitors.json").json()["data"] == client.get("/api/v1/monitors").json()["data"]


def test_lines_that_are_no_address_come_back_in_the_form(client: TestClient, home: Path) -> None:
    form = {"pages": "https://blog.example/a\nno address\n@/etc/passwd", "target": "shop.example"}
    answer = client.post("/monitors", data=form, headers=OWN)
    assert answer.status_code == 200
    assert [url for url, *_ in watched(home)] == ["https://blog.example/a"]
    assert "no address\n@/etc/passwd</textarea>" in answer.text
    assert "root:" not in answer.text


@pytest.mark.parametrize(
    ("form", "found"),
    [
        ({"pages": "", "target": "shop.example"}, "none of 0 is an http or https address"),
        ({"pages": "https://a.example/", "target": "not a target"}, "not a target"),
        ({"pages": "https://a.example/", "target": "shop.example", "kind": "bought"}, "no such kind"),
    ],
)
def test_a_form_that_cannot_be_followed_says_why_and_keeps_what_was_typed(
    client: TestClient, home: Path, form: dict[str, str], found: str
) -> None:
    answer = client.post("/monitors", data=form, headers=OWN)
    assert (answer.status_code, found in answer.text) == (400, True)
    assert f'value="{form["target"]}"' in answer.text
    assert watched(home) == []


def test_due_pages_are_looked_at_by_a_job(client: TestClient, home: Path) -> None:
    answer = client.post("/monitors/check", headers=OWN)
    [job] = app.jobs_ls(home).rows
    assert (answer.status_code, answer.headers["location"]) == (303, f"/jobs/{job['id']}")
    assert job["kind"] == "monitor-check"


def test_programs_watch_and_stop_watching(client: TestClient, home: Path) -> None:
    body = {"pages": ["https://blog.example/a", "@/etc/passwd"], "target": "https://shop.example/tea"}
    answer = client.post("/api/v1/monitors", json=body).json()["data"]
    assert (answer["added"], answer["refused"]) == (1, ["@/etc/passwd"])
    [row] = client.get("/api/v1/monitors").json()["data"]
    assert (row["url"], row["promised_url"], row["state"]) == (
        *("https://blog.example/a", "https://shop.example/tea"),
        None,
    )
    assert client.post("/api/v1/monitors/remove", json={"pages": [row["url"]]}).json()["data"]["removed"] == 1
    assert client.post("/api/v1/monitors/remove", json={"pages": [row["url"]]}).status_code == 400


@pytest.mark.parametrize("path", ["/monitors", "/monitors/remove", "/monitors/check", "/find"])
def test_a_form_of_another_site_changes_nothing(client: TestClient, home: Path, path: str) -> None:
    form = {"pages": "https://blog.example/a", "target": "shop.example", "url": "https://blog.example/a"}
    assert client.post(path, data=form, headers=FOREIGN).status_code == 403
    assert list(home.iterdir()) == []


def test_a_form_of_any_size_is_read_within_limits(client: TestClient, home: Path) -> None:
    body = b"pages=" + b"a" * (2 << 20)
    assert client.post("/monitors", content=body, headers=OWN).status_code == 400
    many = "&".join(f"f{n}=1" for n in range(500)).encode()
    assert client.post("/monitors", content=many, headers=OWN).status_code == 400
    assert client.post("/monitors", content=b"pages=\xff\xfe&target=%00", headers=OWN).status_code == 400


# one page, now --------------------------------------------------------------------


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def answers(request: Request) -> Script:
        return [said("", status=404) if request.path == "/robots.txt" else said(page(LINK))]

    with farm(answers) as network:
        monkeypatch.setattr(
            finding, "Client", lambda _network, chance: Client(network, chance, manners=HASTY)
        )
        yield


@pytest.mark.usefixtures("served")
def test_a_page_is_diagnosed_and_can_be_watched(client: TestClient) -> None:
    assert "Look now" in client.get(f"/find?page={quote('http://one.example/post')}&target={TARGET}").text
    answer = client.post("/find", data={"page": "http://one.example/post", "target": TARGET}, headers=OWN)
    assert (answer.status_code, "It counts" in answer.text) == (200, True)
    [hidden] = Outline(answer.text).all("input", type="hidden", name="pages")
    assert hidden["value"] == "http://one.example/post"
    rest = client.post("/api/v1/find", json={"page": "http://one.example/post", "target": TARGET}).json()
    assert rest["data"]["counted"] is True
    assert rest["data"]["steps"][0]["answer"] == "yes"  # the form's look put it into the index


def test_a_page_within_our_own_network_is_not_asked_for(client: TestClient) -> None:
    answer = client.post("/find", data={"page": "http://127.0.0.1/", "target": TARGET}, headers=OWN)
    assert (answer.status_code, "Nobody could tell" in answer.text) == (200, True)


def test_what_is_no_address_is_told_beside_the_form(client: TestClient) -> None:
    answer = client.post("/find", data={"page": "ftp://x", "target": TARGET}, headers=OWN)
    assert (answer.status_code, "no http or https address" in answer.text) == (400, True)


def test_what_others_wrote_stays_text(client: TestClient, home: Path) -> None:
    for text in HOSTILE:
        form = {"pages": text, "target": text, "anchor": text, "page": text, "kind": text}
        for path in ("/monitors", "/find"):
            answered = client.post(path, data=form, headers=OWN).text
            assert "<script>alert" not in answered
            assert "<img src=x" not in answered
            assert "<svg onload" not in answered
    pages = [f"https://blog.example/{quote(text)}" for text in HOSTILE]
    app.monitor_add(home, pages, "shop.example", anchor=HOSTILE[0])
    text = client.get("/monitors").text
    assert "<img src=x" not in text
