"""Is an audit worked off and a disavow file made in a browser without a script, and by nobody else?"""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from backlit import app
from backlit.store.place import FILE
from backlit.web.server import create_app
from tests.unit.deciding import TARGET
from tests.unit.google_rules import refused
from tests.unit.outline import Outline

pytestmark = pytest.mark.usefixtures("forgotten")
BASE = "http://127.0.0.1:8000"
OWN = {"Sec-Fetch-Site": "same-origin"}
PAGE = f"/t/{TARGET}"
REST = f"/api/v1/targets/{TARGET}"


@pytest.fixture(scope="module")
def client(demo_home: Path) -> TestClient:
    return TestClient(
        create_app(demo_home), base_url=BASE, raise_server_exceptions=False, follow_redirects=False
    )


def clusters(client: TestClient) -> list[app.Row]:
    found: list[app.Row] = client.get(f"{REST}/audit").json()["data"]["clusters"]
    return found


def test_each_group_has_a_form_with_the_verdicts(client: TestClient) -> None:
    page = Outline(client.get(f"{PAGE}/audit").text)
    found = clusters(client)
    forms = page.all("form", method="post", action=f"{PAGE}/decide")
    assert len(forms) == len(found) + 1  # and the noise
    for verdict in ("keep", "watch", "ask-removal", "disavow", "snooze"):
        assert len(page.all("button", name="verdict", value=verdict)) == len(found)
    assert {each["value"] for each in page.all("input", name="id")} >= {each["id"] for each in found}
    assert page.all("form", method="post", action=f"{PAGE}/intake")


def test_a_form_is_for_the_links_that_its_page_showed_and_twice_is_once(client: TestClient) -> None:
    first = clusters(client)[0]
    shown = Outline(client.get(f"{PAGE}/audit").text)
    assert first["digest"] in {each["value"] for each in shown.all("input", name="seen")}
    form = {"id": first["id"], "verdict": "keep", "why": "x"}
    stale = client.post(f"{PAGE}/decide", data={**form, "seen": "0" * 16}, headers=OWN)
    assert (stale.status_code, "not the one that was shown" in stale.text) == (400, True)
    assert client.post(f"{REST}/decisions", json={**form, "seen": "0" * 16}, headers=OWN).status_code == 400
    for _ in range(2):
        told = client.post(f"{PAGE}/decide", data={**form, "seen": first["digest"]}, headers=OWN)
        assert told.status_code == 303
    again = client.post(f"{REST}/decisions", json={**form, "seen": first["digest"]}, headers=OWN)
    assert again.json()["data"]["event"]["id"] == 1
    assert [row["id"] for row in client.get(f"{REST}/decisions").json()["data"]] == [1]


def test_a_document_to_send_has_no_form(client: TestClient) -> None:
    assert "<form" not in client.get(f"{PAGE}/audit.html").text


def test_a_form_decides_and_undoes(client: TestClient) -> None:
    first = clusters(client)[0]
    form = {"id": first["id"], "verdict": "watch", "why": "new <b>agency</b>\u202e"}
    answer = client.post(f"{PAGE}/decide", data=form, headers=OWN)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PAGE}/audit#clusters")
    text = client.get(f"{PAGE}/audit").text
    assert "new &lt;b&gt;agency&lt;/b&gt;&lt;U+202E&gt;" in text
    assert first["id"] not in {each["id"] for each in clusters(client)}
    assert client.post(f"{PAGE}/undo", data={"id": "1"}, headers=OWN).status_code == 303
    assert clusters(client)[0]["id"] == first["id"]
    for bad in ({"id": "x"}, {"id": "1"}, {"id": "9" * 30}, {}):
        assert client.post(f"{PAGE}/undo", data=bad, headers=OWN).status_code == 400
    for bad in ({**form, "why": ""}, {**form, "verdict": "burn"}, {**form, "id": "c1@" + TARGET}, {}):
        assert client.post(f"{PAGE}/decide", data=bad, headers=OWN).status_code == 400


@pytest.mark.parametrize(
    "path", ["decide", "undo", "intake", "disavow/import", "disavow/approve", "disavow/export"]
)
def test_other_sites_change_nothing(client: TestClient, demo_home: Path, path: str) -> None:
    for foreign in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        form = {"id": "noise@" + TARGET, "verdict": "ignore", "why": "x", "content": "domain:a.com"}
        assert client.post(f"{PAGE}/{path}", data=form, headers=foreign).status_code == 403
    assert not (demo_home / FILE).exists()


def test_looking_makes_no_state(client: TestClient, demo_home: Path) -> None:
    for path in (f"{PAGE}/audit", f"{PAGE}/disavow", f"{PAGE}/disavow.json", f"{REST}/decisions"):
        assert client.get(path).status_code == 200
    assert client.get(f"{REST}/disavow/versions").json()["data"] == []
    assert client.get(f"{REST}/disavow/review").status_code == 400
    assert not (demo_home / FILE).exists()


def test_without_a_basis_there_is_nothing_to_disavow(client: TestClient) -> None:
    text = client.get(f"{PAGE}/disavow").text
    assert "There is nothing to disavow. Most sites never need a disavow file." in text
    assert "none is recorded, so nothing can be added" in text
    assert "dossier" not in text
    form = {"id": clusters(client)[0]["id"], "verdict": "disavow", "why": "x"}
    answer = client.post(f"{PAGE}/decide", data=form, headers=OWN)
    assert answer.status_code == 400
    assert "no basis is recorded" in answer.text


def test_the_whole_way_in_a_browser(client: TestClient) -> None:
    answers = {"manual_action": "2026-10-01", "placed": "agency X", "placed_when": "", "old_file": ""}
    assert client.post(f"{PAGE}/intake", data=answers, headers=OWN).status_code == 303
    assert "there is a manual action of 2026-10-01" in client.get(f"{PAGE}/audit").text
    for each in clusters(client):
        form = {"id": each["id"], "verdict": "disavow", "why": "bought"}
        assert client.post(f"{PAGE}/decide", data=form, headers=OWN).status_code == 303
    old = "# old\r\ndomain:nobody.example\r\nnobody.example\r\n"
    assert client.post(f"{PAGE}/disavow/import", data={"content": old}, headers=OWN).status_code == 303
    page = client.get(f"{PAGE}/disavow")
    outline = Outline(page.text)
    assert [len(outline.all(tag)) for tag in ("h1", "main")] == [1, 1]
    assert "No link from it is known here." in page.text
    assert "A bare name is no entry." in page.text
    assert "Lines that say nothing, and leave" in page.text
    digest = client.get(f"{PAGE}/disavow.json").json()["data"]["digest"]
    assert outline.all("input", name="digest", value=digest)
    assert client.post(f"{PAGE}/disavow/export", data={"why": "x"}, headers=OWN).status_code == 400
    for bad in ({"digest": digest}, {"digest": "0" * 64, "why": "x"}):
        assert client.post(f"{PAGE}/disavow/approve", data=bad, headers=OWN).status_code == 400
    done = client.post(f"{PAGE}/disavow/approve", data={"digest": digest, "why": "action"}, headers=OWN)
    assert done.headers["location"] == f"{PAGE}/disavow#export"
    assert "Download disavow.txt" in client.get(f"{PAGE}/disavow").text
    file = client.post(f"{PAGE}/disavow/export", data={"why": "action"}, headers=OWN)
    assert file.headers["content-disposition"] == 'attachment; filename="disavow.txt"'
    assert refused(file.content) == []
    assert client.post(f"{PAGE}/disavow/uploaded", data={"on": "2026-01-02"}, headers=OWN).status_code == 303
    steps = [row["step"] for row in client.get(f"{REST}/disavow/versions").json()["data"]]
    assert steps == ["uploaded", "exported", "approved", "imported"]
    page = client.get(f"{PAGE}/disavow")
    assert "the file that Google has is the file that was decided on" in page.text
    assert Outline(page.text).all("a", href=f"{PAGE}/dossier.md")
    dossier = client.get(f"{PAGE}/dossier.md")
    assert dossier.headers["content-disposition"] == 'attachment; filename="dossier.md"'
    assert dossier.text.startswith(f"# Links to {TARGET}: what was done\n")
    assert client.get(f"{PAGE}/dossier.xlsx").content.startswith(b"PK")


def test_over_rest(client: TestClient) -> None:
    body = {"id": "noise@" + TARGET, "verdict": "ignore", "why": "comment spam"}
    event = client.post(f"{REST}/decisions", json=body).json()["data"]["event"]
    assert (event["id"], event["verdict"], event["subject"]) == (1, "ignore", "noise")
    rows = client.get(f"{REST}/decisions").json()["data"]
    assert [(row["id"], row["holds"]) for row in rows] == [(1, True)]
    assert (
        client.post("/api/v1/decisions/1/undo", json={"why": "wrong"}).json()["data"]["event"]["undoes"] == 1
    )
    assert client.post("/api/v1/decisions/1/undo", json={}).status_code == 400
    told = client.post(f"{REST}/intake", json={"manual_action": "yes"}).json()["data"]
    assert told["basis"] == "a manual action"
    assert client.get(f"{REST}/disavow/diff").json()["data"]["added"] == []
    assert (
        client.get(f"{REST}/disavow/simulate").json()["data"]["conclusion"] == "There is nothing to disavow."
    )
    assert client.get(f"{REST}/dossier").json()["data"]["sites"] == []
    for row in client.get(f"{REST}/broken").json()["data"]:
        assert row["status"] >= 400
    for path in ("lint", "review"):
        assert client.get(f"{REST}/disavow/{path}").status_code == 400
    bad = client.post(f"{REST}/decisions", json={**body, "verdict": "burn"})
    assert bad.status_code in (400, 422)
    assert client.get(f"{REST}/decisions?x=1").status_code == 400


def test_what_has_errors_is_not_offered_for_approval(client: TestClient) -> None:
    assert client.post(f"{PAGE}/intake", data={"placed": "agency X"}, headers=OWN).status_code == 303
    found = client.get(f"/t/{TARGET}/backlinks.json?group=none&state=live").json()["data"]
    link = next(row for row in found if not row["rel"])
    old = f"# old\ndomain:{link['source_domain']}\ndomain:nobody.example\n"
    assert client.post(f"{PAGE}/disavow/import", data={"content": old}, headers=OWN).status_code == 303
    for what in (link["id"], "nobody.example"):
        form = {"id": what, "verdict": "keep", "why": "editorial"}
        assert client.post(f"{PAGE}/decide", data=form, headers=OWN).status_code == 303
    page = client.get(f"{PAGE}/disavow").text
    assert "Nothing can be approved before its errors are mended" in page
    assert "Approve these bytes" not in page


def test_lists_are_chosen_by_what_was_decided(client: TestClient) -> None:
    domain = client.get(f"{REST}/domains?limit=1").json()["data"][0]["domain"]
    body = {"id": domain, "verdict": "ask-removal", "why": "bought"}
    assert client.post(f"{REST}/decisions", json=body).status_code == 200
    rows = client.get(f"{REST}/domains?q=decision:ask-removal").json()["data"]
    assert [(row["domain"], row["decision"]) for row in rows] == [(domain, "ask-removal")]
    page = Outline(client.get(f"{PAGE}/domains?q=decision:ask-removal").text)
    assert len(page.all("abbr", title="what was decided about all of it")) == 1
    links = client.get(f"{REST}/backlinks?q=has:decision").json()["data"]
    assert [row["source_domain"] for row in links] == [domain]
    assert client.get(f"{REST}/backlinks?q=decision:burn").status_code == 400
