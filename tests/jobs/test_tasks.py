"""Does each kind of job do what its command does, with arguments that its function has?"""

import inspect
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from backlit import app
from backlit.app.tasks import COMMAND, LIMITS, TASKS
from backlit.errors import UsageError
from backlit.vweb import VirtualWeb

FUNCTIONS: dict[str, Callable[..., Any]] = {
    "ingest": app.ingest,
    "rank": app.rank,
    "verify": app.verify,
    "crawl": app.crawl,
    "monitor-check": app.monitor_check,
    "alert-run": app.alerts_run,
    "prepare": app.prepare_answers,
    "outreach-send": app.outreach_send,
    "audit": app.audit,
    "read-pages": app.read_pages,
    "report": app.report_to_home,
}
#: An argument that is called otherwise by its function.
RENAMED = {("ingest", "sources"): "names", ("read-pages", "sources"): "names"}


@pytest.mark.parametrize("kind", TASKS)
def test_a_task_takes_what_its_function_takes(kind: str) -> None:
    parameters = inspect.signature(FUNCTIONS[kind]).parameters
    taken = [RENAMED.get((kind, name), name) for name in TASKS[kind].takes]
    assert [name for name in taken if name not in parameters] == []
    assert set(TASKS[kind].needs) <= set(TASKS[kind].takes)
    assert TASKS[kind].queue in LIMITS


def test_no_module_comes_from_where_somebody_is(tmp_path: Path) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('taken from here')")
    done = subprocess.run(COMMAND, cwd=tmp_path, input=b"", capture_output=True, check=False)
    assert b"taken from here" not in done.stderr


def test_jobs_of_every_kind_that_needs_no_network(tmp_path: Path) -> None:
    crawl, home = tmp_path / "crawl.warc.gz", tmp_path / "home"
    VirtualWeb(seed=1, pages=60).write_warc(crawl, crawl=0)
    asked = [
        app.ask_job(home, "ingest", {"sources": [str(crawl)], "crawl": "first"}).row["id"],
        app.ask_job(home, "rank", {}).row["id"],
    ]
    app.worker(home, schedules=False).run(until_idle=True)
    asked += [
        app.ask_job(home, "audit", {"target": "gardenhaus.example"}).row["id"],
        app.ask_job(home, "report", {"target": "gardenhaus.example", "audience": "client"}).row["id"],
        app.ask_job(home, "monitor-check", {"everything": True}).row["id"],
        app.ask_job(home, "alert-run", {}).row["id"],
        app.ask_job(home, "verify", {"target": "nobody.example"}).row["id"],
    ]
    app.worker(home, schedules=False).run(until_idle=True)
    ended = {row["kind"]: row for row in app.jobs_ls(home).rows}
    assert {kind: row["error"] for kind, row in ended.items()} == dict.fromkeys(ended)
    assert len(ended) == len(asked)
    assert ended["ingest"]["result"]["crawl"] == "first"
    assert ended["monitor-check"]["result"]["checked"] == 0
    assert ended["alert-run"]["result"]["alerts"] == 0
    assert ended["verify"]["result"]["total"] == 0
    report = Path(ended["audit"]["result"]["file"])
    assert report.parent == home / "reports"
    assert report.read_text().startswith("<!doctype html>")
    written = Path(ended["report"]["result"]["file"])
    assert "Links won" in written.read_text()
    kept = {row["kind"]: row["name"] for row in app.reports_ls(home, "gardenhaus.example").rows}
    assert kept == {"audit": report.name, "report": written.name}
    assert app.kept_report(home, written.name) == written.read_bytes()
    assert app.reports_ls(home, "other.example").rows == []
    with pytest.raises(UsageError, match="none of that name"):
        app.kept_report(home, "../layout.json")
    assert app.job_wait(home, asked[0]).row["problems"] == []  # all of the answer, rows too


@pytest.mark.parametrize(
    ("kind", "arguments", "found"),
    [
        ("tidy", {}, "there is no such kind"),
        ("ingest", {}, "it needs sources"),
        ("ingest", {"sources": []}, "it needs sources"),
        ("ingest", {"sources": "one.gz"}, "sources is str, not list or tuple"),
        ("crawl", {"seeds": ["https://a.example/"], "deep": 3}, "it takes no 'deep'"),
        ("rank", {"anything": 1}, "Its arguments are seeds, owners"),
    ],
)
def test_what_no_task_takes_is_refused_at_once(
    tmp_path: Path, kind: str, arguments: dict[str, Any], found: str
) -> None:
    with pytest.raises(UsageError, match=found):
        app.ask_job(tmp_path, kind, arguments)
    assert not (tmp_path / "jobs.sqlite").exists()
