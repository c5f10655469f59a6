"""Do whole lists leave in every format, row for row, in little memory, and does nothing stay open?"""

import asyncio
import csv
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

import backlit
from backlit import app
from backlit.app.lists import LISTS
from backlit.errors import FilterError, UsageError
from backlit.index.leases import leased_versions
from backlit.model import Reader
from backlit.report.columns import COLUMNS, flat_names
from backlit.report.export import flatten
from backlit.report.text import visible
from backlit.web.server import create_app
from backlit.web.twins import FILES, wanted_format
from tests.unit.looks import Look, commit

TARGET = "shop.test"
HOSTILE = ('=HYPERLINK("http://evil.test")', "<script>x</script>", "\u202egnp.exe", "\x1b[31mred", "a,b\n\tc")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Links of many pages with hostile anchors; one goes, one comes, one is only said."""
    folder = tmp_path_factory.mktemp("lists")
    links = tuple((f"https://{TARGET}/{n}", text) for n, text in enumerate(HOSTILE))
    looks = [Look(f"https://p{n}.test/", 1, links[n % 5 :]) for n in range(12)]
    commit(folder, "first", [*looks, Look("https://said.test/", 3, links[:1], Reader.EXPORT)])
    commit(folder, "second", [Look("https://p0.test/", 20, links[1:]), Look("https://p4.test/", 20, links)])
    return folder


@pytest.fixture(scope="module")
def session(home: Path) -> app.Session:
    return app.open_session(home, may_wait=True)


@pytest.fixture
def server(home: Path) -> FastAPI:
    return create_app(home)


@pytest.fixture
def client(server: FastAPI) -> TestClient:
    return TestClient(server, base_url="http://127.0.0.1:8000", raise_server_exceptions=False)


ASKS: dict[str, dict[str, Any]] = {
    "backlinks": {"group": "none", "sort": "source"},
    "domains": {"sort": "domain"},
    "anchors": {"sort": "anchor"},
    "pages": {"sort": "url"},
    "changes": {"sort": "source", "since": "2026-01-10"},
    "leads": {},
}


def paged(session: app.Session, view: str) -> list[dict[str, Any]]:
    ask = getattr(app, {"pages": "best_pages"}.get(view, view))
    rows: list[dict[str, Any]] = ask(session, TARGET, limit=10_000, **ASKS[view]).rows
    return rows


@pytest.mark.parametrize("view", LISTS)
def test_a_whole_list_is_its_pages_in_one(session: app.Session, view: str) -> None:
    rows = paged(session, view)
    found = app.whole(session, view, TARGET, **ASKS[view])
    assert [row for batch in found.batches for row in batch] == rows
    assert (found.answer.total, found.answer.total_is, found.answer.data) == (len(rows), "exact", [])
    assert rows or view == "leads"


@pytest.mark.parametrize("view", LISTS)
def test_every_field_of_a_row_has_its_column(session: app.Session, view: str) -> None:
    names = set(flat_names(COLUMNS[view]))
    for row in paged(session, view):
        assert set(row) == set(COLUMNS[view].names)
        left = {name for name in set(flatten(row)) - names if flatten(row)[name] is not None}
        assert left == set()


def test_a_limit_and_a_filter_hold_for_whole_lists(session: app.Session) -> None:
    found = app.whole(session, "backlinks", TARGET, group="none", sort="source", limit=3)
    assert [len(batch) for batch in found.batches] == [3]
    every = len(paged(session, "backlinks"))
    assert (found.answer.total, found.answer.limit) == (every, 3)
    found = app.whole(session, "domains", TARGET, q="domain:p1.test")
    assert [row["domain"] for batch in found.batches for row in batch] == ["p1.test"]
    for wrong, arguments in ((UsageError, {"limit": 0}), (FilterError, {"q": "achor:x"})):
        with pytest.raises(wrong):
            app.whole(session, "domains", TARGET, **arguments)


# the formats ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "query"),
    [
        ({"accept": "text/csv"}, ""),
        ({"accept": "application/json;q=0.5, text/csv"}, ""),
        ({"accept": "application/json"}, "&format=csv"),
    ],
)
def test_rest_answers_with_all_rows_as_csv(
    client: TestClient, session: app.Session, headers: dict[str, str], query: str
) -> None:
    here = f"/api/v1/targets/{TARGET}/backlinks?group=none&sort=source{query}"
    response = client.get(here, headers=headers)
    rows = paged(session, "backlinks")
    assert (response.status_code, response.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    assert (response.headers["backlit-rows"], response.headers["backlit-total"]) == (str(len(rows)),) * 2
    table = list(csv.DictReader(io.StringIO(response.text, newline="")))
    assert list(table[0]) == list(flat_names(COLUMNS["backlinks"]))
    assert [row["id"] for row in table] == [row["id"] for row in rows]
    anchors = {row["anchor"] for row in table}
    assert "'" + HOSTILE[0] in anchors
    assert HOSTILE[0] not in anchors


@pytest.mark.parametrize("view", ["backlinks", "domains", "changes"])
def test_ndjson_and_parquet_hold_the_same_rows(client: TestClient, session: app.Session, view: str) -> None:
    query = "&".join(f"{name}={value}" for name, value in ASKS[view].items())
    here = f"/api/v1/targets/{TARGET}/{view}?{query}"
    lines = client.get(here, headers={"accept": "application/x-ndjson"}).text.splitlines()
    told = client.get(f"{here}&limit=500").json()["data"]
    assert [json.loads(line) for line in lines] == told
    response = client.get(here, headers={"accept": "application/vnd.apache.parquet"})
    table = pq.read_table(io.BytesIO(response.content))
    assert table.schema.equals(COLUMNS[view])
    assert table.num_rows == len(told)
    first = paged(session, view)[0]
    assert (
        table.slice(0, 1).to_pylist()[0]["first_seen" if view != "changes" else "at"]
        == (first["first_seen" if view != "changes" else "at"])
    )
    again = client.get(f"/t/{TARGET}/{view}.parquet?{query}").content
    assert pq.read_table(io.BytesIO(again)).equals(table)


@pytest.mark.parametrize("view", LISTS)
def test_a_workbook_has_the_cells_of_the_csv_and_hostile_ones_are_text(client: TestClient, view: str) -> None:
    query = "&".join(f"{name}={value}" for name, value in ASKS[view].items())
    path = "best-pages" if view == "pages" else view
    here = f"/api/v1/targets/{TARGET}/{path}?{query}"
    response = client.get(here, headers={"accept": FILES["xlsx"]})
    assert (response.status_code, response.headers["content-type"]) == (200, FILES["xlsx"])
    assert response.headers["content-disposition"] == f'attachment; filename="{TARGET}-{view}.xlsx"'
    [sheet] = openpyxl.load_workbook(io.BytesIO(response.content))
    table = list(csv.reader(io.StringIO(client.get(f"{here}&format=csv").text, newline="")))
    assert [[spoken(cell.value) for cell in line] for line in sheet] == [
        [visible(cell.removeprefix("'")).replace(" '", " ") for cell in line] for line in table
    ]
    cells = [cell for line in sheet for cell in line]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    assert [cell.hyperlink for cell in cells if cell.hyperlink] == []
    again = client.get(f"/t/{TARGET}/{view}.xlsx?{query}")
    assert again.content == response.content


def spoken(value: Any) -> str:
    """A cell of a workbook as CSV writes it."""
    if isinstance(value, datetime):
        return value.isoformat() + "Z"
    return "" if value is None else {"yes": "true", "no": "false"}.get(value, str(value))


def test_a_limit_is_told_beside_what_exists(client: TestClient, session: app.Session) -> None:
    response = client.get(f"/api/v1/targets/{TARGET}/domains?format=ndjson&limit=2")
    assert len(response.text.splitlines()) == 2
    total = len(paged(session, "domains"))
    assert (response.headers["backlit-rows"], response.headers["backlit-total"]) == ("2", str(total))


def test_what_cannot_be_answered_is_a_problem_before_the_first_byte(client: TestClient) -> None:
    here = f"/api/v1/targets/{TARGET}/domains"
    for query in (
        "format=docx",
        "format=csv&q=achor:x",
        "format=csv&sort=nothing",
        "format=csv&odd=1",
        "format=csv&cursor=x",
    ):
        response = client.get(f"{here}?{query}")
        assert (response.status_code, response.headers["content-type"]) == (400, "application/problem+json")
    assert client.get(f"/api/v1/targets/{TARGET}/overview?format=csv").status_code == 400


@pytest.mark.parametrize(
    ("name", "accept", "expected"),
    [
        (None, "", None),
        (None, "*/*", None),
        (None, "text/html, application/xhtml+xml, */*;q=0.8", None),
        (None, "text/csv;q=0.1, application/x-ndjson", "ndjson"),
        (None, "text/csv;q=0, */*", None),
        (None, "text/csv;q=x", None),
        ("json", "text/csv", None),
        ("parquet", "application/json", "parquet"),
    ],
)
def test_the_format_is_what_the_request_prefers(name: str | None, accept: str, expected: str | None) -> None:
    assert wanted_format(name, accept) == expected


def test_a_result_in_python_writes_all_rows_that_exist(home: Path, tmp_path: Path) -> None:
    target = backlit.open(home).target(TARGET)
    every = target.backlinks(group="none").total
    target.backlinks(group="none").to_parquet(tmp_path / "all.parquet")
    assert pq.read_table(tmp_path / "all.parquet").num_rows == every
    some = target.backlinks(group="none", limit=2)
    for path in (tmp_path / "some.parquet", tmp_path / "some.csv"):
        some.write(path)
    assert pq.read_table(tmp_path / "some.parquet").num_rows == 2
    assert sum(len(batch) for batch in target.domains().batches()) == target.domains().total


# nothing stays open ---------------------------------------------------------------


def test_who_goes_away_in_the_middle_leaves_nothing_open(
    server: FastAPI, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backlit.app.lists._BATCH", 1)
    closed = []
    real = app.whole

    def watched(*given: Any, **asked: Any) -> Any:
        found = real(*given, **asked)
        batches = found.batches

        def rows() -> Iterator[Any]:
            try:
                yield from batches
            finally:
                closed.append(True)

        object.__setattr__(found, "batches", rows())
        return found

    monkeypatch.setattr(app, "whole", watched, raising=False)
    leaving = _leave_after_one_piece(server, f"/api/v1/targets/{TARGET}/backlinks", b"format=ndjson")
    with ThreadPoolExecutor(1) as apart:  # a browser of other tests may hold the loop of this thread
        sent = apart.submit(asyncio.run, leaving).result()
    assert 0 < sent < 5
    assert closed == [True]
    server.state.desk._session = None  # the session holds the version that it reads itself
    assert leased_versions(home) <= {app.open_session(home).version.id}


async def _leave_after_one_piece(server: FastAPI, path: str, query: bytes) -> int:
    """How many pieces of a body were sent to a client that goes away with the first."""
    pieces, gone = 0, asyncio.Event()

    async def receive() -> dict[str, Any]:
        if not pieces:
            await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        nonlocal pieces
        if message["type"] == "http.response.body" and message.get("body"):
            pieces += 1
            gone.set()
            await asyncio.sleep(0.05)

    scope = {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1",
        "method": "GET", "path": path, "raw_path": path.encode(), "query_string": query, "root_path": "",
        "scheme": "http", "headers": [(b"host", b"127.0.0.1:8000")], "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8000), "state": {},
    }  # fmt: skip
    await server(scope, receive, send)  # type: ignore[arg-type]  # plain dictionaries do
    return pieces


_STREAM = """
import resource, sys
from pathlib import Path
from backlit import app
from backlit.report.streaming import encode

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

session = app.open_session(Path(sys.argv[1]))
session.profile("shop.test").count  # the links of the target are folded
app.backlinks(session, "shop.test", group="none", limit=10_000)
begun = peak()
session.profile("shop.test").load_judgements()
before = peak()
print(before - begun)
for form in ("ndjson", "csv", "parquet", "xlsx"):
    found = app.whole(session, "backlinks", "shop.test", group="none")
    size = sum(map(len, encode(found.batches, "backlinks", form)))
    print(form, found.answer.total, size, peak() - before)
"""


@pytest.mark.slow
def test_a_target_of_200_000_links_leaves_in_little_memory(tmp_path: Path) -> None:
    looks = [
        Look(
            f"https://p{n}.test/",
            1,
            tuple((f"https://{TARGET}/{n}/{i}", f"text {n} {i}") for i in range(100)),
        )
        for n in range(2_000)
    ]
    commit(tmp_path / "home", "many", looks)
    (tmp_path / "stream.py").write_text(_STREAM)  # after -c, DuckDB would draw a bar for a person
    command = [sys.executable, str(tmp_path / "stream.py"), str(tmp_path / "home")]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    judged = int(said.pop(0))
    forms, totals, sizes, grown = (said[at::4] for at in range(4))
    assert (forms, totals) == (["ndjson", "csv", "parquet", "xlsx"], ["200000"] * 4)
    assert int(sizes[0]) > 100_000_000
    assert max(map(int, grown)) < 100, grown
    assert judged < 500  # MB: 2.5 kB a link, of which no more are judged
