"""Do the answers that a form asks for leave as files, and does what stands below them ask the same?"""

import csv
import io
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import openpyxl
import pytest
from fastapi.testclient import TestClient

from backlit.app.demo import DEMO_TARGET
from backlit.web.server import create_app
from tests.unit.outline import Outline

HERE = f"/t/{DEMO_TARGET}"
ASKED = "scope=domain&as_of=2026-06-07"
RIVALS = "with=rosenhof.example%2Cgreenthumb.example"
PAGES = [
    ("gap", f"{ASKED}&{RIVALS}&by=page&q=rel:follow&sort=authority&limit=3"),
    ("prospects", f"{ASKED}&kind=gap,mention&{RIVALS}&sort=domain&limit=3"),
    ("broken", ASKED),
]


@pytest.fixture(scope="module")
def client(demo_home: Path) -> TestClient:
    return TestClient(create_app(demo_home), base_url="http://127.0.0.1:8000")


def first_column(rows: list[list[Any]]) -> tuple[Any, list[Any]]:
    return rows[0][0], [row[0] for row in rows[1:]]


@pytest.mark.parametrize(("view", "query"), PAGES)
def test_all_rows_leave_as_a_table_and_a_workbook(client: TestClient, view: str, query: str) -> None:
    page = Outline(client.get(f"{HERE}/{view}?{query}").text)
    [twin] = [str(row["href"]) for row in page.all("a") if _is_json(row)]
    files = [str(row["href"]) for row in page.all("a") if "download" in row]
    assert [urlsplit(each).path for each in files] == [f"{HERE}/{view}.csv", f"{HERE}/{view}.xlsx"]
    asked = {name: value for name, value in _pairs(query) if name != "limit"}
    for each in (twin, *files):
        assert asked.items() <= dict(_pairs(urlsplit(each).query)).items(), each
    whole = client.get(twin.replace("limit=3", "limit=10000")).json()["data"]
    table = list(csv.reader(io.StringIO(client.get(files[0]).text, newline="")))
    answer = client.get(files[1])
    assert answer.headers["content-disposition"] == f'attachment; filename="{DEMO_TARGET}-{view}.xlsx"'
    [sheet] = openpyxl.load_workbook(io.BytesIO(answer.content))
    wanted = next(iter(whole[0])), [next(iter(row.values())) for row in whole]
    assert len(whole) > 3 or view != "gap"
    assert first_column(table) == wanted
    assert first_column([[cell.value for cell in line] for line in sheet]) == wanted


def _is_json(row: dict[str, str | None]) -> bool:
    path = urlsplit(str(row["href"])).path
    return path.startswith("/api/v1/targets/") or path.endswith(".json")


def _pairs(query: str) -> list[tuple[str, str]]:
    return [(name, unquote(value)) for name, _, value in (each.partition("=") for each in query.split("&"))]


def test_the_command_below_asks_what_the_page_asked(client: TestClient) -> None:
    said = client.get(f"{HERE}/gap?{PAGES[0][1]}").text.rpartition("In a terminal: <code>")[2]
    assert said.startswith(
        f"backlit gap {DEMO_TARGET} --scope domain --as-of 2026-06-07"
        " --with rosenhof.example,greenthumb.example"
        " --by page -q rel:follow --sort authority --limit 3 --dir "
    )


def test_reports_and_impact_ask_the_same_elsewhere(client: TestClient) -> None:
    page = client.get(f"{HERE}/report?{ASKED}&for=client&since=60d&brand_name=A+%26+B").text
    said = page.rpartition("In a terminal: <code>")[2]
    assert said.startswith(
        f"backlit report {DEMO_TARGET} --scope domain --as-of 2026-06-07 --since 60d --for client"
        " --brand-name &#39;A &amp; B&#39; -o report.pdf --dir "
    )
    page = client.get(f"{HERE}/impact?{ASKED}&since=2026-04-01&limit=7").text
    said = page.rpartition("In a terminal: <code>")[2]
    assert said.startswith(
        f"backlit impact {DEMO_TARGET} --scope domain --as-of 2026-06-07 --since 2026-04-01 --limit 7 --dir "
    )


def test_a_file_is_of_what_the_page_takes_and_of_those_who_see_it(client: TestClient) -> None:
    for view in ("gap", "prospects", "broken"):
        assert client.get(f"{HERE}/{view}.csv?moon=1").status_code == 400
    assert client.get(f"{HERE}/gap.xlsx").status_code == 400  # no rival is named


@pytest.mark.parametrize(
    ("view", "asked"), [("gap", f"{RIVALS}&q=authority:>100"), ("prospects", "kind=author"), ("broken", "")]
)
def test_a_file_without_rows_has_its_headings(client: TestClient, view: str, asked: str) -> None:
    full, none = (
        next(csv.reader(io.StringIO(client.get(f"/t/{target}/{view}.csv?{query}").text, newline="")))
        for target, query in (
            (DEMO_TARGET, RIVALS if view == "gap" else ""),
            ("nobody.example" if view == "broken" else DEMO_TARGET, asked),
        )
    )
    told, wanted = (
        {".".join(name.split(".")[:2]) for name in names if not name.startswith("links_to.")}
        if view == "gap"  # a part of a link that is null in each row is one column there
        else set(names)
        for names in (none, full)
    )
    assert {name.split(".")[0] for name in told} == {name.split(".")[0] for name in wanted}
    assert wanted <= told
    book = client.get(f"/t/nobody.example/{view}.xlsx" if view == "broken" else f"{HERE}/{view}.xlsx?{asked}")
    [sheet] = openpyxl.load_workbook(io.BytesIO(book.content))
    assert [cell.value for cell in sheet[1]] == none
    assert sheet.max_row == 1


def test_a_refused_decision_leads_back_to_where_it_can_be_made_possible(client: TestClient) -> None:
    page = client.get(f"{HERE}/backlinks?limit=none").text
    assert Outline(page).all("a", href=HERE)
    own = {"Sec-Fetch-Site": "same-origin"}
    sent = client.post(f"{HERE}/decide", data={"id": "0", "status": "disavow", "why": "bought"}, headers=own)
    assert sent.status_code >= 400
    assert Outline(sent.text).all("a", href=f"{HERE}/audit")


@pytest.mark.parametrize(("view", "query"), PAGES[:2])
def test_rest_answers_with_the_same_files_as_the_page(client: TestClient, view: str, query: str) -> None:
    at = f"/api/v1/targets/{DEMO_TARGET}/{view}?{query}"
    for kind in ("csv", "xlsx"):
        answer, page = client.get(f"{at}&format={kind}"), client.get(f"{HERE}/{view}.{kind}?{query}")
        assert (answer.status_code, answer.content) == (200, page.content)
        assert answer.headers["content-disposition"] == page.headers["content-disposition"]
    by_header = client.get(at, headers={"Accept": "text/csv"})
    assert by_header.text == client.get(f"{at}&format=csv").text
    assert client.get(f"{at}&format=doc").status_code == 400
    assert len(client.get(at).json()["data"]) <= 3
