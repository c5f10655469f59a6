"""Is the board worked in the app and over REST, by nobody else's page, and with nobody named to strangers?"""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from backlit import app
from backlit.web.server import create_app
from tests.unit.fakes import HOSTILE
from tests.unit.outline import Outline

BASE = "http://127.0.0.1:8000"
WORDS = " ".join(HOSTILE)
OWN = {"Sec-Fetch-Site": "same-origin"}
ADD = {
    "target": "shop.test", "page": "https://blog.test/links", "kind": "resource", "contact": "ed@blog.test",
    "country": "US", "name": "Ed", "compensation": "product",
}  # fmt: skip
PAGE = "https://blog.test/links"


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BACKLIT_SMTP_URL", "BACKLIT_DATABASE_URL", "BACKLIT_OUTREACH_SEND"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("BACKLIT_OUTREACH_FROM", "Ann Lee <ann@shop.test>")
    monkeypatch.setenv("BACKLIT_OUTREACH_ADDRESS", "Shop Ltd, London")


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    return TestClient(
        create_app(tmp_path), base_url=BASE, raise_server_exceptions=False, follow_redirects=False
    )


def post(client: TestClient, path: str, **fields: str) -> str:
    """Send a form; the place that it leads to."""
    answer = client.post(path, data=fields, headers=OWN)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def test_a_card_from_the_form_to_the_approved_bytes_without_a_script(
    client: TestClient, tmp_path: Path
) -> None:
    empty = client.get("/outreach")
    assert (empty.status_code, "The board is empty" in empty.text) == (200, True)
    assert post(client, "/outreach/add", **ADD) == "/outreach/1"
    board = Outline(client.get("/outreach").text)
    assert [len(board.all(tag)) for tag in ("h1", "main")] == [1, 1]
    assert board.all("form", method="post", action="/outreach/1/move")
    assert "Nothing is drafted" in client.get("/outreach/1").text
    assert post(client, "/outreach/1/draft", template="", title="Ten teapots") == "/outreach/1#draft"
    shown = client.get("/outreach/1").text
    row = app.outreach_show(tmp_path, 1).row
    assert row["draft"]["digest"] in shown
    assert "What it is: Ten teapots" in shown
    assert "List-Unsubscribe: &lt;mailto:ann@shop.test?subject=no&gt;" in shown
    wrong = client.post("/outreach/1/approve", data={"digest": "00" * 32}, headers=OWN)
    assert wrong.status_code == 400
    assert post(client, "/outreach/1/approve", digest=row["draft"]["digest"]) == "/outreach/1#draft"
    assert "approved by" in client.get("/outreach/1").text
    message = client.get("/outreach/1/message.eml")
    assert message.headers["content-type"] == "message/rfc822"
    assert message.text == row["draft"]["bytes"]
    assert post(client, "/outreach/1/edit", contact="bo@blog.test") == "/outreach/1"
    assert "Nothing is drafted" in client.get("/outreach/1").text
    assert post(client, "/outreach/1/move", stage="qualified", back="1") == "/outreach"
    assert post(client, "/outreach/events/5/undo") == "/outreach/1#log"
    assert app.outreach_show(tmp_path, 1).row["stage"] == "new"


def test_people_are_listed_allowed_and_forgotten_by_forms(client: TestClient, tmp_path: Path) -> None:
    post(client, "/outreach/add", **ADD)
    assert post(client, "/outreach/people/suppress", who="evil.test", why="asked") == "/outreach/people"
    post(client, "/outreach/people/allow", who="ann@firm.test", basis="relationship", why="met")
    page = client.get("/outreach/people").text
    assert "evil.test" in page
    assert "ann@firm.test" in page
    post(client, "/outreach/people/suppress", who="evil.test", why="wrong one", lift="1")
    post(client, "/outreach/1/draft")
    post(client, "/outreach/people/suppress", who="blog.test", why="asked")
    assert "They are not written to" in client.get("/outreach/1").text
    assert client.get("/outreach/1/message.eml").status_code == 400
    post(client, "/outreach/people/suppress", who="blog.test", why="by mistake", lift="1")
    post(
        client, "/outreach/people/allow", who="ann@firm.test", basis="relationship", why="over", withdraw="1"
    )
    post(client, "/outreach/people/forget", who="ed@blog.test")
    rows = app.outreach_suppressed(tmp_path).rows
    assert [(row["list"], row["text"]) for row in rows] == [("suppressed", None)]
    assert "forgotten" in client.get("/outreach/people").text
    assert "the words were forgotten" in client.get("/outreach/1").text


def test_nothing_is_changed_by_another_sites_page(client: TestClient, tmp_path: Path) -> None:
    post(client, "/outreach/add", **ADD)
    before = app.outreach_log(tmp_path).rows
    foreign = {"Sec-Fetch-Site": "cross-site"}
    for path in ("add", "send", "1/edit", "1/move", "1/draft", "1/approve", "events/1/undo",
                 "people/suppress",
                 "people/allow", "people/forget"):  # fmt: skip
        assert client.post(f"/outreach/{path}", data=ADD, headers=foreign).status_code == 403, path
    for path in ("", "/send", "/1/move", "/1/draft", "/1/approve", "/people/suppress", "/people/forget"):
        assert client.post(f"/api/v1/outreach{path}", json=ADD, headers=foreign).status_code == 403, path
    assert app.outreach_log(tmp_path).rows == before


def test_a_server_that_others_reach_names_nobody(tmp_path: Path) -> None:
    app.outreach_add(
        tmp_path, "shop.test", "https://blog.test/links", kind="gap", contact="ed@blog.test", name="Ed"
    )
    app.outreach_draft(tmp_path, 1)
    public = TestClient(
        create_app(tmp_path, host="192.0.2.7"), base_url="http://192.0.2.7", follow_redirects=False
    )
    for path in ("", ".json", ".csv", ".xlsx", "/1", "/people", "/1/message.eml"):
        assert public.get(f"/outreach{path}").status_code == 403, path
    for path in ("", "/1", "/log", "/people", "?drafts=true"):
        assert public.get(f"/api/v1/outreach{path}").status_code == 403, path
    assert public.post("/outreach/add", data=ADD, headers=OWN).status_code == 403


def test_names_stand_in_their_own_letters_and_no_kind_reads_like_a_stage(client: TestClient) -> None:
    form = {"target": "münchen.test", "page": "https://bücher.example/links", "kind": "lost"}
    assert post(client, "/outreach/add", **form) == "/outreach/1"
    for path in ("/outreach", "/outreach/1"):
        page = Outline(client.get(path).text)
        assert "bücher.example" in page.text
        assert "münchen.test" in page.text
        assert "xn--" not in page.text
        assert {"xn--bcher-kva.example", "xn--mnchen-3ya.test"} <= {
            row.get("title") for row in page.all("bdi")
        }
    board = client.get("/outreach").text
    assert '<span class="badge" title="they linked, and do no longer">win back</span>' in board


def test_hostile_words_stay_words(client: TestClient, tmp_path: Path) -> None:
    app.outreach_add(tmp_path, "shop.test", PAGE, kind="gap", contact="ed@blog.test", country="US",
                     name=WORDS, anchor=WORDS, why=WORDS)  # fmt: skip
    app.outreach_draft(tmp_path, 1, fields={"note": WORDS})
    app.outreach_move(tmp_path, 1, "agreed", why=WORDS)
    for path in ("/outreach", "/outreach/1", "/outreach/people"):
        page = Outline(client.get(path).text)
        assert [each for each in page.all("script") if "src" not in each] == []
        assert not page.all("img", src="x")


def test_rest_does_what_the_pages_do(client: TestClient) -> None:
    def call(method: str, path: str, **body: object) -> dict[str, object]:
        answer = client.request(method, f"/api/v1/outreach{path}", json=body or None)
        assert answer.status_code == 200, answer.text
        data = answer.json()["data"]
        return data if isinstance(data, dict) else {"rows": data}

    assert call("POST", "", **ADD)["added"] is True
    assert call("PATCH", "/1", country="GB", due="2027-01-15")["country"] == "GB"
    draft = call("POST", "/1/draft", fields={"title": "Ten teapots"})["draft"]
    assert isinstance(draft, dict)
    assert call("POST", "/1/approve", digest=draft["digest"])["id"] == 1
    assert call("POST", "/send", all=True, dry_run=True)["rows"] == [
        {"card": 1, "to": "ed@blog.test", "state": "would go", "detail": "", "next_at": None}
    ]
    moved = call("POST", "/1/move", stage="agreed", why="a call")
    assert call("POST", f"/events/{moved['event']}/undo")["stage"] == "new"
    assert call("GET", "/log/check") == {"whole": True, "broken_at": None}
    assert call("POST", "/people/suppress", who="ed@blog.test", why="asked")["list"] == "suppressed"
    assert call("POST", "/people/allow", who="x.test", basis="consent", why="wrote")["basis"] == "consent"
    assert len(call("GET", "/people")["rows"]) == 2  # type: ignore[arg-type]
    assert call("GET", "/1")["suppressed"] is True
    assert call("POST", "/people/forget", who="ed@blog.test")["cards"] == 1
    assert len(call("GET", "/templates")["rows"]) == 9  # type: ignore[arg-type]
    assert call("GET", "/log?card=1&limit=1")["rows"][0]["what"] == "undone"  # type: ignore[index]
    assert call("GET", f"/log?card={'9' * 30}") == call("GET", "/log?card=-1") == {"rows": []}
    assert client.get("/api/v1/outreach/9").status_code == 404
    assert client.get("/api/v1/outreach?stage=never").status_code == 400
    assert client.get("/api/v1/outreach?colour=red").status_code == 400


def approved_cards(home: Path) -> None:
    for number, domain in enumerate(("a.test", "b.test"), 1):
        app.outreach_add(home, "shop.test", domain, kind="gap", contact=f"ed@{domain}", country="US")
        app.outreach_approve(home, number, app.outreach_draft(home, number).row["draft"]["digest"])


def test_a_card_that_is_no_number_is_not_all_of_them(client: TestClient, tmp_path: Path) -> None:
    approved_cards(tmp_path)
    before = app.outreach_log(tmp_path).rows
    for text in ("1 x", "", " ", "-1", "1.0", "9" * 30, "²"):
        answer = client.post("/outreach/send", data={"card": text}, headers=OWN)
        assert (answer.status_code, "no number" in answer.text) == (400, True), text
    assert "sending is off" in client.post("/outreach/send", data={"card": "1"}, headers=OWN).text
    assert app.outreach_log(tmp_path).rows == before


@pytest.mark.parametrize("body", [None, {}, {"dry_run": True}, {"cards": []}, {"all": False}])
def test_sending_names_cards_or_says_all(
    client: TestClient, tmp_path: Path, body: dict[str, object] | None
) -> None:
    approved_cards(tmp_path)
    before = app.outreach_log(tmp_path).rows
    answer = (
        client.post("/api/v1/outreach/send", json=body)
        if body is not None
        else client.post("/api/v1/outreach/send")
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "nothing-named"), answer.text
    assert "no card is named" in answer.json()["detail"]
    assert client.post("/outreach/send", data={}, headers=OWN).status_code == 422
    assert app.outreach_log(tmp_path).rows == before
    for chosen in ({"cards": [1]}, {"card": 1}, {"all": True}):
        answer = client.post("/api/v1/outreach/send", json=chosen | {"dry_run": True})
        assert answer.status_code == 200, answer.text
        assert 1 in [row["card"] for row in answer.json()["data"]]


@pytest.mark.parametrize(
    ("method", "path", "body", "said"),
    [
        ("POST", "/send", {"cards": ["1"], "dry_run": True}, "cards is of another kind"),
        ("POST", "/send", {"everything": True}, "there is no 'everything'"),
        ("POST", "/send", {"dryrun": True}, "there is no 'dryrun'"),
        ("POST", "/send", {"crad": 1, "dry_run": True}, "there is no 'crad'"),
        ("POST", "/send", {"card": True, "dry_run": True}, "card is of another kind"),
        ("POST", "/send", {"card": "1", "dry_run": True}, "card is of another kind"),
        ("POST", "/send", {"card": 1.0, "dry_run": True}, "card is of another kind"),
        ("POST", "/send", {"dry_run": "yes"}, "dry_run is of another kind"),
        ("POST", "/send", {"dry_run": 1}, "dry_run is of another kind"),
        ("POST", "/send", [], "no JSON object"),
        ("PATCH", "/1", {"contcat": "x@y.test"}, "there is no 'contcat'"),
        ("PATCH", "/1", {"card": 2}, "there is no 'card'"),
        ("POST", "/1/draft", {"fields": {"note": 5}}, "fields is of another kind"),
        ("POST", "/1/draft", {"tempalte": "mine"}, "there is no 'tempalte'"),
        ("POST", "/1/approve", {"digest": "00", "by": "me"}, "there is no 'by'"),
        ("POST", "/people/suppress", {"who": "x.test", "lfit": True}, "there is no 'lfit'"),
        ("POST", "/people/forget", {"who": "x@y.test", "dry_run": True}, "there is no 'dry_run'"),
    ],
)
def test_a_body_is_taken_as_it_is_meant_or_not_at_all(
    client: TestClient, tmp_path: Path, method: str, path: str, body: object, said: str
) -> None:
    approved_cards(tmp_path)
    before = app.outreach_log(tmp_path).rows
    answer = client.request(method, f"/api/v1/outreach{path}", json=body)
    assert (answer.status_code, said in answer.text) == (400, True), answer.text
    assert app.outreach_log(tmp_path).rows == before


def test_a_body_that_is_not_told_to_be_json_is_not_sending_all(client: TestClient, tmp_path: Path) -> None:
    approved_cards(tmp_path)
    for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
        for content in ('{"card": 1, "dry_run": true}', "card=1", "{"):
            answer = client.post(
                "/api/v1/outreach/send", content=content, headers={"content-type": kind} if kind else {}
            )
            assert answer.status_code == 400, (kind, content)


def test_a_card_leads_to_a_look_at_its_page(client: TestClient) -> None:
    post(client, "/outreach/add", **ADD)
    page = Outline(client.get("/outreach/1").text)
    assert page.all("form", method="post", action="/find")
    assert page.all("input", name="page", value=PAGE)
