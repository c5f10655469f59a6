"""Is a server told in figures that others can read, that say no name, and that cost little?"""

import os
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from backlit import app
from backlit.report.exposition import CONTENT_TYPE, Family, Figure, exposed, gauge, gauges
from backlit.store.alert_tables import DELIVERIES
from backlit.store.database import opened, writing
from backlit.store.outreach_tables import SENDS
from backlit.store.place import FILE
from backlit.web.measuring import BOUNDS, Measured, Measures
from backlit.web.metrics import Kept
from backlit.web.process import process_families
from backlit.web.server import create_app
from tests.unit.deciding import TARGET

BASE = "http://127.0.0.1:8000"
AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
#: A line of the format: a name, labels, a number; https://prometheus.io/docs/instrumenting/exposition_formats/
_LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"'
LINE = re.compile(rf"([a-z_:][a-z0-9_:]*)(?:\{{({_LABEL}(?:,{_LABEL})*)\}})? ([+-]?(?:[0-9.e+-]+|Inf))")


def read(text: str) -> dict[str, float]:
    """The figures of a text by name and labels; it is one of the format, each name once and with its kind."""
    found: dict[str, float] = {}
    kinds: dict[str, str] = {}
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            name, kind = line.removeprefix("# TYPE ").split()
            assert name not in kinds
            kinds[name] = kind
        elif not line.startswith("# HELP "):
            match = LINE.fullmatch(line)
            assert match, line
            family = re.sub(r"_(bucket|sum|count)$", "", match[1]) if match[1] not in kinds else match[1]
            assert family in kinds, line
            key = match[1] + (f"{{{match[2]}}}" if match[2] else "")
            assert key not in found, key
            found[key] = float(match[3])
    assert text.endswith("\n")
    return found


@pytest.fixture
def home(demo_home: Path, forgotten: None) -> Path:
    return demo_home


# the format ------------------------------------------------------------------------------


def test_figures_are_written_as_the_format_says() -> None:
    families = [
        Family("a_total", "counter", 'a "b"\n\\', [Figure(3, {"x": 'a"b\\c\nd'}), Figure(0.5)]),
        gauge("b", "b", AT),
        gauges("c", "c", "of", {"one": 1e15, "two": float("inf"), "three": -1.5}),
        gauge("none", "not known", None),
        gauges("nobody", "nothing", "of", {}),
    ]
    assert exposed(families) == (
        '# HELP a_total a "b"\\n\\\\\n# TYPE a_total counter\n'
        'a_total{x="a\\"b\\\\c\\nd"} 3\na_total 0.5\n'
        "# HELP b b\n# TYPE b gauge\nb 1780315200\n"
        '# HELP c c\n# TYPE c gauge\nc{of="one"} 1000000000000000.0\nc{of="two"} +Inf\nc{of="three"} -1.5\n'
    )


# requests ----------------------------------------------------------------------------------


def test_requests_are_counted_by_route_and_how_long_they_took() -> None:
    measures = Measures()
    for method, route, status, seconds in (
        ("GET", "/t/{target}", 200, 0.005),
        ("GET", "/t/{target}", 200, 0.3),
        ("GET", "/t/{target}", 404, 99.0),
        ("BREW", "none", 405, 0.0),
    ):
        measures.begin()
        measures.end(method, route, status, seconds)
    measures.begin()
    found = read(exposed(measures.families))
    assert {name: number for name, number in found.items() if name.startswith("backlit_requests")} == {
        'backlit_requests_total{method="GET",route="/t/{target}",status="200"}': 2,
        'backlit_requests_total{method="GET",route="/t/{target}",status="404"}': 1,
        'backlit_requests_total{method="other",route="none",status="405"}': 1,
        "backlit_requests_open": 1,
    }
    took = "backlit_request_duration_seconds"
    within = [found[f'{took}_bucket{{route="/t/{{target}}",le="{bound:g}"}}'] for bound in BOUNDS]
    assert within == [1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2]
    assert found[f'{took}_bucket{{route="/t/{{target}}",le="+Inf"}}'] == 3
    assert found[f'{took}_count{{route="/t/{{target}}"}}'] == 3
    assert found[f'{took}_sum{{route="/t/{{target}}"}}'] == pytest.approx(99.305)


def test_what_breaks_off_is_counted_as_broken_and_is_open_no_longer() -> None:
    class Broken(Exception):
        pass

    async def broken(_scope: Any, _receive: Any, _send: Any) -> None:
        raise Broken

    measures, seconds = Measures(), iter([1.0, 3.0])
    measured = Measured(broken, measures, lambda: next(seconds))

    async def nothing(*_: Any) -> Any:
        return None

    with pytest.raises(Broken):  # one step, as nothing waits: a browser of other tests may hold the loop
        measured({"type": "http", "method": "GET", "path": "/x"}, nothing, nothing).send(None)
    found = read(exposed(measures.families))
    assert found['backlit_requests_total{method="GET",route="none",status="500"}'] == 1
    assert found['backlit_request_duration_seconds_sum{route="none"}'] == 2
    assert found["backlit_requests_open"] == 0


# the server --------------------------------------------------------------------------------


def test_a_server_tells_of_itself_in_figures_that_name_nobody(home: Path) -> None:
    client = TestClient(create_app(home), base_url=BASE, raise_server_exceptions=False)
    app.project_add(home, TARGET, slug="secret-client")
    link = app.share_add(home, "overview", target=TARGET).row["link"]
    for path in (
        f"/t/{TARGET}", "/t/evil%22%0A.example/anchors", "/t/com", link, f"/s/{'x' * 43}", "/nowhere/x",
        "/static/app.css", "/projects/secret-client", "/api/v1/health", "/welcome/token",
    ):  # fmt: skip
        client.get(path)
    client.post("/views", data={"name": "secret view"})
    answer = client.get("/metrics")
    assert (answer.status_code, answer.headers["content-type"]) == (200, CONTENT_TYPE)
    found = read(answer.text)
    routes = set(re.findall(r'route="([^"]*)"', answer.text))
    assert routes == {
        "/t/{target}", "/t/{target}/anchors", "/s/{token}", "none", "/static/", "/projects/{slug}",
        "/api/v1/health", "/welcome/{token}", "/views",
    }  # fmt: skip
    for secret in (TARGET, "evil", "secret", link.removeprefix("/s/"), "xxx", str(home)):
        assert secret not in answer.text, secret
    assert found['backlit_requests_total{method="GET",route="/s/{token}",status="200"}'] == 1
    assert found['backlit_requests_total{method="GET",route="/s/{token}",status="404"}'] == 1
    assert found['backlit_requests_total{method="POST",route="/views",status="400"}'] == 1
    session = app.open_session(home)
    assert found['backlit_index_rows{table="sources"}'] == len(app.sources(session).rows)
    assert found['backlit_index_rows{table="links"}'] >= app.overview(session, TARGET).row["links"]
    assert found["backlit_data_timestamp_seconds"] == session.facts.observed[1].timestamp()  # type: ignore[union-attr]  # the demo has looks
    assert found["backlit_index_versions"] == len(app.versions(session).rows)
    assert sum(number for name, number in found.items() if name.startswith("backlit_home_bytes")) > 100_000
    assert found["process_resident_memory_bytes"] > 1 << 20
    assert found['backlit_part_up{part="index"}'] == found['backlit_part_up{part="messages"}'] == 1
    assert "backlit_last_backup_timestamp_seconds" not in found
    assert client.get("/metrics?x=1").status_code == 400
    assert client.post("/metrics").status_code == 405


def test_this_machine_reads_them_and_others_by_a_key_for_all_data(home: Path) -> None:
    client = TestClient(create_app(home), base_url=BASE, follow_redirects=False)
    public = TestClient(create_app(home, host="0.0.0.0"), base_url=BASE, follow_redirects=False)
    assert (client.get("/metrics").status_code, public.get("/metrics").status_code) == (200, 403)
    app.user_add(home, "ann@shop.test", role="owner")
    app.project_add(home, TARGET)
    tokens = {
        scope: app.key_add(home, scope, scope=scope).row["token"] for scope in ("read", "decide", "admin")
    }
    tokens["some"] = app.key_add(home, "some", projects=[TARGET]).row["token"]
    told = {
        name: [
            each.get("/metrics", headers={"Authorization": f"Bearer {token}"}).status_code
            for each in (client, public)
        ]
        for name, token in (tokens | {"none": "x"}).items()
    }
    assert told == {
        "read": [200, 200], "decide": [200, 200], "admin": [200, 200], "some": [403, 403], "none": [401, 401],
    }  # fmt: skip
    refused = client.get("/metrics")
    assert (refused.status_code, refused.headers["content-type"]) == (401, "application/problem+json")


def test_a_home_without_an_index_has_no_fault(tmp_path: Path) -> None:
    client = TestClient(create_app(tmp_path / "none"), base_url=BASE)
    found = read(client.get("/metrics").text)
    assert {name: number for name, number in found.items() if name.startswith("backlit_part_up")} == {
        f'backlit_part_up{{part="{part}"}}': 1 for part in ("index", "jobs", "messages")
    }
    assert [
        name for name in found if name.startswith(("backlit_index", "backlit_data", "backlit_jobs{"))
    ] == []
    assert found["backlit_worker_up"] == 0
    assert not (tmp_path / "none").exists()  # asking makes nothing


# the home ----------------------------------------------------------------------------------


def figures(home: Path, at: datetime = AT) -> dict[str, float]:
    return read(exposed(app.home_families(home, clock=lambda: at)))


def test_jobs_and_messages_are_counted_by_what_became_of_them(home: Path) -> None:
    for kind, asked in (("rank", {}), ("audit", {"target": TARGET}), ("audit", {"target": TARGET})):
        app.ask_job(home, kind, asked)
    jobs = app.jobs_ls(home).rows
    app.job_cancel(home, jobs[0]["id"])
    oldest = min(row["asked_at"] for row in app.jobs_ls(home, state="waiting").rows)
    with opened(home) as engine, writing(engine) as connection:
        for number, state in enumerate(("sent", "sent", "failed"), 1):
            connection.execute(_row(DELIVERIES, state, number))
        connection.execute(_row(SENDS, "unknown", 1))
    found = figures(home, oldest + timedelta(seconds=90))
    assert sum(number for name, number in found.items() if 'state="waiting"' in name and "jobs{" in name) == 2
    assert sum(number for name, number in found.items() if 'state="cancelled"' in name) == 1
    assert found["backlit_jobs_oldest_waiting_seconds"] == 90
    alerts = {name: number for name, number in found.items() if name.startswith("backlit_alert_deliveries")}
    assert sorted(alerts.values()) == [0, 0, 0, 0, 1, 2]
    assert alerts['backlit_alert_deliveries{state="sent"}'] == 2
    assert found['backlit_outreach_sends{state="unknown"}'] == 1
    for path in home.glob("jobs*"):
        path.unlink() if path.is_file() else shutil.rmtree(path)


def _row(table: sa.Table, state: str, number: int) -> sa.Insert:
    """A message in a state, with something of its own in every column that needs it."""
    kinds: dict[type[Any], Any] = {str: f"x{number}", int: number, bool: True, bytes: b"x"}
    needed = [column for column in table.columns if not column.nullable and not column.primary_key]
    values = {column.name: kinds[column.type.python_type] for column in needed}
    return table.insert().values(values | {"state": state})


def test_no_link_is_looked_at_and_a_part_that_is_broken_is_told(home: Path, tmp_path: Path) -> None:
    before = figures(home)
    moved = [path for path in home.rglob("*.parquet") if "/links/" in str(path)]
    for path in moved:
        path.rename(path.with_suffix(".away"))
    try:
        assert moved
        assert figures(home) == before
    finally:
        for path in moved:
            path.with_suffix(".away").rename(path)
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / FILE).write_bytes(b"no database at all" * 100)
    found = figures(tmp_path / "broken")
    assert found['backlit_part_up{part="messages"}'] == 0
    assert found['backlit_part_up{part="jobs"}'] == 1
    assert [name for name in found if "deliveries" in name] == []


def test_a_backup_is_known_from_then_on_and_holds_no_word_of_itself(home: Path, tmp_path: Path) -> None:
    mark = home / ".backed-up.json"
    try:
        assert app.last_backup(home) is None
        app.backup(home, tmp_path / "backup", clock=lambda: AT)
        row = app.last_backup(home)
        assert row is not None
        assert (row["at"], row["bytes"] > 0) == (AT, True)
        assert figures(home)["backlit_last_backup_timestamp_seconds"] == AT.timestamp()
        app.restore(tmp_path / "other", tmp_path / "backup")
        assert app.last_backup(tmp_path / "other") is None
        for wrong in ("", "[]", '{"at": 1}', '{"at": "soon"}', "\xff"):
            mark.write_text(wrong, encoding="latin-1")
            assert app.last_backup(home) is None
    finally:
        mark.unlink(missing_ok=True)


def test_the_disk_is_told_by_parts_and_no_link_is_followed(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "warehouse" / "deep").mkdir(parents=True)
    (home / "warehouse" / "deep" / "a.parquet").write_bytes(b"x" * 700)
    (home / "state.sqlite-wal").write_bytes(b"x" * 30)
    (home / "secret-client.csv").write_bytes(b"x" * 5)
    (home / "captures").symlink_to(tmp_path)
    found = read(exposed(app.disk_families(home)))
    free = found.pop("backlit_disk_free_bytes")
    assert (found, free > 0) == (
        {
            'backlit_home_bytes{part="index"}': 700,
            'backlit_home_bytes{part="state"}': 30,
            'backlit_home_bytes{part="other"}': 5,
            'backlit_home_bytes{part="captures"}': 0,
        },
        True,
    )


def test_what_a_process_takes_is_told_where_it_is_known(tmp_path: Path) -> None:
    names = {family.name for family in process_families() if family.figures}
    assert {"process_cpu_seconds_total", "process_open_fds", "process_start_time_seconds"} <= names
    assert os.getpid()  # of this very process
    unknown = {family.name for family in process_families(tmp_path / "none") if not family.figures}
    assert unknown == {
        "process_resident_memory_bytes", "process_virtual_memory_bytes", "process_open_fds",
        "process_start_time_seconds",
    }  # fmt: skip


# what is read seldom -------------------------------------------------------------------------


def test_figures_are_read_again_when_they_are_too_old() -> None:
    clock, numbers = [0.0], iter(range(9))

    def looked() -> Iterator[Family]:
        yield gauge("a", "a", next(numbers))

    kept = Kept(lambda: list(looked()), 10.0, lambda: clock[0])
    told = []
    for now in (0.0, 9.9, 10.0, 10.1, 25.0):
        clock[0] = now
        told.append(kept.families[0].figures[0].value)
    assert told == [0, 0, 1, 1, 2]


def test_whoever_asks_while_another_reads_has_the_figures_of_before() -> None:
    clock, found = [0.0], []
    kept: Kept

    def read_again() -> list[Family]:
        if clock[0]:
            found.append(kept.families[0].figures[0].value)  # asked for within the reading
        return [gauge("a", "a", clock[0])]

    kept = Kept(read_again, 10.0, lambda: clock[0])
    assert kept.families[0].figures[0].value == 0
    clock[0] = 20.0
    assert kept.families[0].figures[0].value == 20
    assert found == [0]
