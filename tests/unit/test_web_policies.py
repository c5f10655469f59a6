"""Is a policy read, edited, applied and taken back in a browser without a script, and by nobody else?"""

from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree

import pytest
from fastapi.testclient import TestClient

from backlit import app
from backlit.app.policy_files import FILE, FOLDER
from backlit.index.storage import POLICY_LOCK
from backlit.web.server import create_app
from tests.unit.deciding import TARGET
from tests.unit.outline import Outline

pytestmark = pytest.mark.usefixtures("forgotten", "unruled")
OWN = {"Sec-Fetch-Site": "same-origin"}
PAGE = f"/t/{TARGET}"
REST = f"/api/v1/targets/{TARGET}"
HAPPY = '[[rules]]\nid = "happy"\nverdict = "ignore"\ndomains = ["*happy*"]\nwhy = "<b>one</b> owner"\n'


@pytest.fixture(scope="module")
def client(demo_home: Path) -> TestClient:
    base = "http://127.0.0.1:8000"
    app_of_home = create_app(demo_home)
    return TestClient(app_of_home, base_url=base, raise_server_exceptions=False, follow_redirects=False)


@pytest.fixture
def unruled(demo_home: Path) -> Iterator[None]:
    """After a test, there was never a policy."""
    yield
    rmtree(demo_home / FOLDER, ignore_errors=True)
    for name in (FILE, POLICY_LOCK):
        (demo_home / name).unlink(missing_ok=True)


def post(client: TestClient, path: str, **fields: str) -> str:
    answer = client.post(f"{PAGE}/{path}", data=fields, headers=OWN)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def told(client: TestClient) -> app.Row:
    found: app.Row = client.get(f"{REST}/audit").json()["data"]
    return found


def test_the_whole_way_in_a_browser(client: TestClient) -> None:
    assert "No policy yet" in client.get(f"{PAGE}/policy").text
    assert (
        post(client, "policy/edit", text=HAPPY.replace("\n", "\r\n"), why="one owner")
        == f"{PAGE}/policy#held"
    )
    page = client.get(f"{PAGE}/audit").text
    assert "&lt;b&gt;one&lt;/b&gt; owner" in page
    forms = Outline(page).all("form", action=f"{PAGE}/policy/undo")
    groups = told(client)["by_policy"]["groups"]
    assert len(forms) == len(groups) == 2
    assert post(client, "policy/undo", id=groups[0]["id"]) == f"{PAGE}/audit#clusters"
    assert [each["id"] for each in told(client)["by_policy"]["groups"]] == [groups[1]["id"]]
    assert post(client, "policy/apply") == f"{PAGE}/audit#by-policy"
    (entered,) = told(client)["by_policy"]["groups"]
    page = client.get(f"{PAGE}/audit").text
    assert not Outline(page).all("form", action=f"{PAGE}/policy/apply")
    assert post(client, "undo", id=str(entered["decision"])) == f"{PAGE}/audit#decided"
    assert told(client)["by_policy"]["groups"] == []


def test_a_rule_is_accepted_where_its_evidence_is_shown(client: TestClient) -> None:
    for name in ("happy-fresh-page-0", "honest-fresh-page-6", "north-fresh-page-4"):
        post(client, "decide", id=f"{name}.example", verdict="ignore", why="blast")
    rows = client.get(f"{REST}/policy/suggestions").json()["data"]
    page = client.get(f"{PAGE}/policy").text
    assert "3 decisions agree (1, 2, 3), none is against it." in page
    inputs = Outline(page).all("input", name="id")
    assert [each["value"] for each in inputs] == [row["id"] for row in rows]
    assert post(client, "policy/accept", id=rows[0]["id"], why="agreed") == f"{PAGE}/policy#held"
    held = client.get("/api/v1/policy").json()["data"]
    assert (held["version"], held["why"], len(held["rules"])) == (1, "agreed", 1)
    assert Outline(client.get(f"{PAGE}/policy").text).all("details")


def test_what_was_edited_in_the_home_is_shown_and_let_hold(client: TestClient, demo_home: Path) -> None:
    post(client, "policy/edit", text=HAPPY)
    (demo_home / FILE).write_text((demo_home / FILE).read_text() + "# mine <i>\n")
    page = client.get(f"{PAGE}/policy").text
    assert "# mine &lt;i&gt;" in page
    assert not Outline(page).all("textarea")
    post(client, "policy/edit", why="a note")
    assert client.get("/api/v1/policy").json()["data"]["version"] == 2
    (demo_home / FILE).write_bytes(b"\xff")
    assert "byte 1 is no UTF-8" in client.get(f"{PAGE}/policy").text


def test_what_cannot_be_read_is_refused_with_its_line_and_stops_nothing(client: TestClient) -> None:
    post(client, "policy/edit", text=HAPPY)
    broken = client.post(
        f"{PAGE}/policy/edit", data={"text": HAPPY.replace("ignore", "disavow")}, headers=OWN
    )
    assert broken.status_code == 400
    assert "line 3: a rule never decides to disavow" in broken.text
    over_rest = client.post("/api/v1/policy", json={"text": "[[rules]]\n"})
    assert over_rest.status_code == 400
    assert "line 1: the rule has no id" in over_rest.text
    assert len(told(client)["by_policy"]["groups"]) == 2


def edited(client: TestClient, **fields: str) -> str:
    answer = client.post(f"{PAGE}/policy/edit", data=fields, headers=OWN)
    assert answer.status_code == 400
    return answer.text


def test_what_was_typed_stays_where_it_is_wrong(client: TestClient) -> None:
    wrong = HAPPY.replace("ignore", "disavow")
    page = edited(client, text=wrong.replace("\n", "\r\n"), why="my <reason>", version="0")
    assert "line 3: a rule never decides to disavow" in page
    assert "&lt;b&gt;one&lt;/b&gt; owner" in page
    assert [each["value"] for each in Outline(page).all("input", id="why-edit")] == ["my <reason>"]
    assert client.get("/api/v1/policy").json()["data"]["version"] is None


def test_what_came_meanwhile_is_put_away_by_nobody_unseen(client: TestClient) -> None:
    seen = Outline(client.get(f"{PAGE}/policy").text).all("input", name="version")
    assert [each["value"] for each in seen] == ["0"]
    post(client, "policy/edit", text=HAPPY)
    page = edited(client, text="# mine", version="0")
    assert "version 1 came meanwhile" in page
    assert "# mine</textarea>" in page
    assert [each["value"] for each in Outline(page).all("input", name="version")] == ["1"]
    post(client, "policy/edit", text="# mine", version="1")
    assert client.get("/api/v1/policy").json()["data"]["rules"] == []


def test_an_emptied_text_lets_no_rule_hold(client: TestClient) -> None:
    post(client, "policy/edit", text=HAPPY, version="0")
    post(client, "policy/edit", text="", version="1")
    held = client.get("/api/v1/policy").json()["data"]
    assert (held["version"], held["rules"]) == (2, [])


def test_over_rest(client: TestClient) -> None:
    made = client.post("/api/v1/policy", json={"text": HAPPY, "why": "one owner"}).json()["data"]
    assert (made["version"], made["why"]) == (1, "one owner")
    events = client.post(f"{REST}/policy/apply", json={}).json()["data"]
    assert [event["known"]["policy"]["version"] for event in events] == [1, 1]
    rows = client.get("/api/v1/policy/versions").json()["data"]
    assert [row["version"] for row in rows] == [1]
    assert client.post(f"{REST}/policy/accept", json={"id": f"r0@{TARGET}"}).status_code == 400
    link = events[0]["links"][0]
    receipt = client.get(f"{REST}/explain?link={link}").json()["data"]
    assert receipt["decision"]["policy"] == {"rule": "happy", "version": 1}


@pytest.mark.parametrize("path", ["accept", "apply", "edit", "undo"])
def test_other_sites_change_nothing(client: TestClient, demo_home: Path, path: str) -> None:
    for foreign in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        answer = client.post(f"{PAGE}/policy/{path}", data={"text": HAPPY, "id": "x"}, headers=foreign)
        assert answer.status_code == 403
    assert not (demo_home / FOLDER).exists()


def test_a_text_of_an_older_version_is_refused_over_rest(client: TestClient) -> None:
    rule = '[[rules]]\nid = "{}"\nverdict = "ignore"\nwhy = "x"\ndomains = ["*.spam.example"]\n'
    sent = [
        client.post("/api/v1/policy", json={"text": rule.format(name), "of": 0}, headers=OWN) for name in "ab"
    ]
    assert [each.status_code for each in sent] == [200, 400]
    assert "version 1 came meanwhile" in sent[1].text
    assert 'id = "a"' in client.get("/api/v1/policy").json()["data"]["text"]
    newer = client.post("/api/v1/policy", json={"text": rule.format("b"), "of": 1}, headers=OWN)
    assert newer.json()["data"]["version"] == 2
    assert client.post("/api/v1/policy", json={"text": rule.format("c")}, headers=OWN).status_code == 200
