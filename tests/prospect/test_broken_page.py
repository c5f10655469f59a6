"""Does the page of dead ends show them, where they should lead, and redirects that are text?"""

import pytest
from fastapi.testclient import TestClient

from backlit.web.server import create_app
from tests.unit.looks import Look, commit
from tests.unit.outline import Outline

OURS = "https://ours.test"
HOSTILE = f"{OURS}/<script>alert(1)</script>/old-tea"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    home = tmp_path_factory.mktemp("home")
    links = tuple((url, "the good tea") for url in (f"{OURS}/good-tea-old", HOSTILE, f"{OURS}/good-tea"))
    own = [
        Look(f"{OURS}/good-tea", 2),
        Look(f"{OURS}/good-tea-old", 2, status=404),
        Look(HOSTILE, 2, status=410),
    ]
    commit(home, "crawl", [Look("https://friend.test/", 1, links), *own])
    return TestClient(create_app(home), base_url="http://127.0.0.1:8000")


def test_dead_pages_are_shown_with_where_they_should_lead(client: TestClient) -> None:
    text = client.get("/t/ours.test/broken").text
    page = Outline(text)
    assert [len(page.all(tag)) for tag in ("h1", "main")] == [1, 1]
    assert "2 links lead to 2 dead pages" in text
    data = client.get("/t/ours.test/broken.json").json()["data"]
    assert {row["target_url"] for row in data} == {
        f"{OURS}/good-tea-old",
        f"{OURS}/%3Cscript%3Ealert(1)%3C/script%3E/old-tea",
    }
    [old] = [row for row in data if row["target_url"] == f"{OURS}/good-tea-old"]
    assert (old["status"], old["domains"], old["links"], old["suggestion"]) == (
        *(404, 1, 1),
        f"{OURS}/good-tea",
    )
    assert "/good-tea-old" in text.partition("nginx")[2]
    assert "ours.test/good-tea-old,https://ours.test/good-tea,301" in text.partition("Cloudflare")[2]


def test_what_a_crawl_found_stays_text(client: TestClient) -> None:
    assert "<script>alert" not in client.get("/t/ours.test/broken").text


def test_where_nothing_is_dead_the_page_says_how_to_find_out(client: TestClient) -> None:
    assert "Nothing is broken" in client.get("/t/friend.test/broken").text
    assert client.get("/t/ours.test/broken.json?limit=3").status_code == 400
