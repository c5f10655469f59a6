"""The page for SQL, and the same for programs: it reads, is bounded, and is for owners."""

import io
import json
from pathlib import Path
from urllib.parse import urlencode

import openpyxl
import pytest
from fastapi.testclient import TestClient
from selectolax.lexbor import LexborHTMLParser

from backlit import app
from backlit.report.text import visible
from backlit.web import sql
from backlit.web.server import create_app
from tests.unit.looks import Look, commit

BASE = "http://127.0.0.1:8000"
HOSTILE = "<img src=x onerror=alert(1)>\x1b[31m"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("sql")
    links = (("https://shop.test/a", HOSTILE), ("https://shop.test/b", "=1+1"), ("https://else.test/", "c"))
    commit(home, "crawl", [Look("https://one.test/", 1, links)])
    return home


@pytest.fixture(scope="module")
def client(home: Path) -> TestClient:
    return TestClient(create_app(home), base_url=BASE, raise_server_exceptions=False)


def address(text: str, path: str = "/sql", **more: str) -> str:
    return f"{path}?{urlencode({'q': text, **more})}"


def texts(page: str, selector: str) -> list[str]:
    """What some elements of a page say."""
    return [each.text().strip() for each in LexborHTMLParser(page).css(selector)]


ROWS = "SELECT target_key, anchor, NULL AS nothing FROM backlinks_of('shop.test') ORDER BY 1"


def test_rows_are_shown_as_text_and_null_as_unknown(client: TestClient) -> None:
    answer = client.get(address(ROWS))
    assert answer.status_code == 200
    assert HOSTILE not in answer.text
    assert "2 rows" in texts(answer.text, "#status")[0]
    assert texts(answer.text, "td")[:3] == ["test.shop/a", visible(HOSTILE), "–"]
    assert texts(answer.text, "#statement") == [ROWS]


def test_the_page_lists_the_tables_with_their_columns(client: TestClient) -> None:
    page = client.get("/sql").text
    assert {"links", "pages", "ranks"} <= {*texts(page, "summary")}
    assert "target_key" in texts(page, "dt")


def test_each_example_runs(client: TestClient) -> None:
    for _, text in sql._EXAMPLES:
        assert client.get(address(text)).status_code == 200, text


@pytest.mark.parametrize(
    "text",
    [
        "DROP TABLE links",
        "SELECT 1; SELECT 2",
        "SELEC",
        "SELECT * FROM read_csv('/etc/passwd')",
        "COPY links TO 'x'",
    ],
)
def test_what_is_no_question_is_refused_in_words(client: TestClient, text: str) -> None:
    page = client.get(address(text))
    assert page.status_code == 400
    assert "run SQL" in texts(page.text, "[role=alert]")[0]
    told = client.get(address(text, "/api/v1/sql"))
    assert (told.status_code, told.headers["content-type"]) == (400, "application/problem+json")
    assert "root:" not in page.text + told.text


def test_programs_get_the_first_rows_and_are_told_that_there_are_more(client: TestClient) -> None:
    answer = client.get(address(ROWS, "/api/v1/sql", limit="1")).json()
    assert answer["data"] == [{"target_key": "test.shop/a", "anchor": HOSTILE, "nothing": None}]
    assert answer["page"]["total_is"] == "at_least"


def test_files_have_all_rows_and_no_formula(client: TestClient) -> None:
    csv = client.get(address(ROWS, "/api/v1/sql", format="csv"))
    assert csv.headers["content-disposition"] == 'attachment; filename="rows.csv"'
    lines = csv.text.splitlines()
    assert lines[0] == "target_key,anchor,nothing"
    assert lines[2] == "test.shop/b,'=1+1,"
    told = client.get(address(ROWS, "/api/v1/sql", format="ndjson")).text.splitlines()
    assert [json.loads(line)["anchor"] for line in told] == [HOSTILE, "=1+1"]
    book = client.get(address(ROWS, "/api/v1/sql", format="xlsx"))
    assert book.headers["content-disposition"] == 'attachment; filename="rows.xlsx"'
    [sheet] = openpyxl.load_workbook(io.BytesIO(book.content))
    head, *told_there = sheet.values
    assert head == ("target_key", "anchor", "nothing")
    assert [row[1] for row in told_there] == [visible(HOSTILE), "=1+1"]
    assert {cell.data_type for row in sheet.iter_rows(max_col=2) for cell in row} == {"s"}
    nothing = client.get(address("SELECT 1 AS a WHERE false", "/api/v1/sql", format="xlsx"))
    assert [sheet.title for sheet in openpyxl.load_workbook(io.BytesIO(nothing.content))] == ["Rows"]
    assert client.get(address(ROWS, "/api/v1/sql", format="parquet")).status_code == 400


def test_rows_of_a_day_before_are_of_that_day(client: TestClient) -> None:
    count = "SELECT count(*) AS n FROM backlinks"
    assert client.get(address(count, "/api/v1/sql")).json()["data"] == [{"n": 3}]
    then = client.get(address(count, "/api/v1/sql", as_of="2026-01-02"))
    assert then.json()["data"] == [{"n": 3}]
    assert client.get(address(count, "/api/v1/sql", as_of="yesterday")).status_code == 400


def test_a_link_on_another_page_runs_nothing(client: TestClient) -> None:
    page = client.get(address(ROWS), headers={"Sec-Fetch-Site": "cross-site"}).text
    assert texts(page, "#status, td") == []
    assert texts(page, "#statement") == [ROWS]
    assert "was not run" in texts(page, "[role=status]")[0]


def test_more_statements_than_there_is_room_for_are_told_to_wait(client: TestClient) -> None:
    with sql._place(), sql._place():
        told = client.get(address(ROWS, "/api/v1/sql"))
        assert (told.status_code, told.headers["retry-after"]) == (429, "5")
        assert client.get(address(ROWS)).status_code == 429
        assert client.get(address(ROWS, "/api/v1/sql", format="csv")).status_code == 429
    assert client.get(address(ROWS, "/api/v1/sql")).status_code == 200


def test_only_owners_ask(tmp_path: Path) -> None:
    commit(tmp_path, "crawl", [Look("https://one.test/", 1, (("https://shop.test/", "a"),))])
    app.project_add(tmp_path, "shop.test")
    tokens = {
        scope: app.key_add(tmp_path, scope, scope=scope).row["token"] for scope in ("read", "write", "admin")
    }
    app.user_add(tmp_path, "ann@shop.test", role="owner")
    client = TestClient(create_app(tmp_path), base_url=BASE, raise_server_exceptions=False)
    for scope, status in (("read", 403), ("write", 403), ("admin", 200)):
        headers = {"Authorization": f"Bearer {tokens[scope]}"}
        assert client.get(address(ROWS, "/api/v1/sql"), headers=headers).status_code == status, scope
        assert client.get(address(ROWS), headers=headers).status_code == status, scope
        shown = texts(client.get("/", headers=headers).text, "a[href='/sql']")
        assert shown == (["SQL"] if scope == "admin" else []), scope
