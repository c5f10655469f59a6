"""Do the commands that build, serve and measure do so, and say what they did?"""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from datetime import UTC, datetime
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from backlit import app
from backlit.app.answer import Answer
from backlit.cli import bench, serve
from backlit.cli.build import _next, _unusable, write_log
from tests.unit.cli.conftest import PROGRAM, TARGET, Backlit, process


def test_ingest_and_rank_from_an_empty_folder(
    backlit: Backlit, home: Path, session: app.Session, tmp_path: Path
) -> None:
    [known] = [row for row in app.sources(session).rows if row["name"] == "crawl-1.warc.gz"]
    here = ("--dir", str(tmp_path / "new"))
    crawl = str(home / "crawls" / "crawl-1.warc.gz")
    first, again = backlit("ingest", crawl, *here), backlit("ingest", crawl, "--json", *here)
    assert (first.code, first.err) == (0, "")
    assert first.out.startswith(f"Read 1 source: {known['pages']} pages, {known['links']} links.\n")
    data = again.envelope["data"]
    assert (data["already"], data["links"], data["problems"]) == (1, 0, [])
    assert backlit("rank", *here).out.startswith("Ranked ")
    assert backlit("rank", "--json", *here).envelope["data"]["domains"] > 0


def test_status_names_the_home_and_the_next_step(
    backlit: Backlit, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    contents, following = backlit().out.splitlines()[1:3]
    assert re.fullmatch(r"\d sources, \d+ pages read, the newest on \d+ \w{3} 2026\.", contents)
    assert following == f"Next: backlit overview {TARGET}, or backlit up"
    monkeypatch.setenv("BACKLIT_DIR", str(tmp_path / "none"))
    assert backlit().out.splitlines()[:3] == [
        f"Backlit 0.1.0, home {tmp_path / 'none'}",
        "There is no index yet.",
        "Next: backlit demo, or backlit ingest FILE",
    ]


def test_damaged_records_are_a_warning_and_a_log(backlit: Backlit, home: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.warc.gz"
    cut.write_bytes((home / "crawls" / "crawl-1.warc.gz").read_bytes()[:3000])
    said = backlit("ingest", str(cut), "--dir", str(tmp_path / "new"))
    [log] = (tmp_path / "new" / "logs").iterdir()
    lines = log.read_text().splitlines()
    assert said.code == 0
    assert said.err.splitlines()[:-1] == [f"backlit: {line}" for line in lines[:3]]
    assert said.err.splitlines()[-1].startswith("backlit: warning: ")
    assert said.err.endswith(f"see {log}\n")
    assert lines[0].startswith("cut.warc.gz, at ")


def test_a_log_keeps_hostile_names_on_their_line(tmp_path: Path) -> None:
    problems = [{"source": "a\nb\x1b.gz", "offset": 7, "why": "cut off"}]
    path = write_log(tmp_path, problems, datetime(2026, 3, 1, 12, tzinfo=UTC))
    assert path == tmp_path / "logs" / "ingest-20260301T120000.000000Z.log"
    assert path.read_text() == "a b<U+001B>.gz, at 7: cut off\n"


def test_nothing_readable_at_all_is_an_error(backlit: Backlit, tmp_path: Path) -> None:
    bad = tmp_path / "x.warc.gz"
    bad.write_bytes(b"\x1f\x8b" + bytes(range(200)))
    assert backlit("ingest", str(bad), "--dir", str(tmp_path / "new")).code == 5
    assert backlit("ingest", str(tmp_path / "none.wat"), "--dir", str(tmp_path / "new")).code == 5


@pytest.mark.parametrize(
    ("source", "bad", "said"),
    [
        ("links.csv", 2, "2 rows without a link"),
        ("links.csv", 1, "1 row without a link"),
        ("a.warc.gz", 2, "2 damaged records"),
    ],
)
def test_tables_have_no_damaged_records(source: str, bad: int, said: str) -> None:
    problems = [{"source": source, "offset": 1, "why": "no URL"}]
    assert _unusable({"records_bad": bad, "problems": problems}) == said


def test_after_leads_alone_the_next_step_is_to_look_at_them() -> None:
    told = {"leads": 3, "links": 0}
    assert _next(told, "DOMAIN") == "Next: backlit verify DOMAIN --leads, which reads those pages"
    assert _next({"leads": 3, "links": 1}, "DOMAIN").startswith("Next: backlit rank")


def test_the_next_step_names_the_domain_that_is_known(tmp_path: Path, backlit: Backlit) -> None:
    listed = tmp_path / "Latest links.csv"
    listed.write_text("Linking page,Last crawled\nhttp://one.example/post,2026-02-01\n")
    said = backlit("ingest", str(listed), "--for", "shop.test", "--dir", str(tmp_path / "home"))
    assert said.out.splitlines()[-1] == "Next: backlit verify shop.test --leads, which reads those pages"


def test_names_come_from_stdin_too(home: Path, tmp_path: Path) -> None:
    done = process(["ingest", "-", "--json"], tmp_path, text=f"{home / 'crawls' / 'crawl-1.warc.gz'}\n")
    assert json.loads(done.stdout)["data"]["files"] == 1


# demo and server -------------------------------------------------------------


def test_the_demo_is_built_and_removed(backlit: Backlit, tmp_path: Path) -> None:
    here = ("--dir", str(tmp_path))
    built = backlit("demo", "--pages", "120", "--no-serve", "--json", *here).envelope["data"]
    assert (built["home"], built["target"], built["pages"]) == (str(tmp_path / "demo"), TARGET, 120)
    again = backlit("demo", "--pages", "120", "--no-serve", *here)
    assert again.out.splitlines()[1] == f"Look:   backlit overview {TARGET} --dir {tmp_path / 'demo'}"
    assert backlit("overview", TARGET, "--dir", built["home"]).code == 0
    removed = [backlit("demo", "--remove", "--json", *here).envelope["data"]["removed"] for _ in range(2)]
    assert (removed, list(tmp_path.iterdir())) == ([True, False], [])


def come_up(monkeypatch: pytest.MonkeyPatch) -> list[uvicorn.Config]:
    """Servers come up, answer nobody and end; these are what they were told to be."""
    started: list[uvicorn.Config] = []

    async def startup(server: uvicorn.Server, sockets: object = None) -> None:
        server.started = True

    def run(server: uvicorn.Server) -> None:
        started.append(server.config)
        with pytest.raises(StopIteration):  # one step, for nothing in it waits
            server.startup().send(None)

    monkeypatch.setattr(uvicorn.Server, "startup", startup)
    monkeypatch.setattr(uvicorn.Server, "run", run)
    return started


def test_the_demo_is_shown_at_its_target(
    backlit: Backlit, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    come_up(monkeypatch)
    monkeypatch.setattr(serve, "_free_port", lambda _host, port: port)
    monkeypatch.setattr(app, "build_demo", lambda *_, **__: Answer({"target": TARGET}, {}), raising=False)
    url, serving = backlit("demo", "--port", "8123").out.splitlines()
    assert url == f"http://127.0.0.1:8123/t/{TARGET}"
    assert serving == f"Serving {home / 'demo'}. Ctrl-C stops it."
    assert os.environ["BACKLIT_DIR"] == str(home / "demo")


def test_a_port_that_is_taken_is_named_and_only_the_usual_one_is_replaced(
    backlit: Backlit, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    started = come_up(monkeypatch)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = backlit("up", "--port", str(port))  # before a worker is started
        monkeypatch.setattr(serve, "DEFAULT_PORT", port)
        moved = backlit("up", "--json", "--no-worker")
    assert (refused.code, refused.err.splitlines()[0]) == (3, f"asked:  listen on 127.0.0.1, port {port}")
    [config] = started
    assert config.port != port
    assert (config.app, config.factory, config.host) == (serve.FACTORY, True, "127.0.0.1")
    assert moved.envelope["data"] == {"url": f"http://127.0.0.1:{config.port}/", "home": str(home)}


def test_the_web_app_is_served_until_it_is_interrupted(home: Path) -> None:
    env = {**os.environ, "BACKLIT_DIR": str(home)}
    command = [*PROGRAM, "up", "--json", "--no-worker"]
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as served:
        assert served.stdout is not None
        told = "".join(takewhile(lambda line: line != "}\n", served.stdout))
        with urllib.request.urlopen(json.loads(told + "}")["data"]["url"], timeout=30) as answer:  # noqa: S310 - loopback
            assert answer.status == 200  # at once: it says where it is when it answers there
        served.send_signal(signal.SIGINT)
        assert served.wait(timeout=20) == 0


# benchmarks ------------------------------------------------------------------


def test_bench_runs_a_file_of_the_checkout(
    backlit: Backlit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "measures"
    folder.mkdir()
    row = {"name": "n", "figure": 2.0, "unit": "s", "peers": {"other": 5.0}, "ratio": {"other": 2.5}}
    (folder / "tiny.py").write_text(f"ROW = {row!r}\n\n\ndef run():\n    return [ROW]\n")
    monkeypatch.setattr(bench, "benchmarks_folder", lambda: folder)
    monkeypatch.setattr(sys, "path", [*sys.path])
    [measured] = backlit("bench", "tiny", "--json").envelope["data"]
    assert {name: measured[name] for name in row} == row
    assert set(measured) - set(row) == {"machine", "versions", "date"}
    assert backlit("bench", "tinny").err.splitlines()[2] == "do:     Did you mean tiny? Known are tiny."


@pytest.mark.usefixtures("terminal")
def test_bench_shows_our_figure_and_the_peers(backlit: Backlit, monkeypatch: pytest.MonkeyPatch) -> None:
    row = {"name": "n", "figure": 2.0, "unit": "s", "peers": {"other": 5.0}, "ratio": {"other": 2.5}}
    monkeypatch.setattr(bench, "_module", lambda *_: Runs([row]))
    assert [line.split() for line in backlit("bench", "any").screen] == [
        ["n"],
        ["backlit", "2", "s"],
        ["other", "5", "s", "ours", "is", "2.50", "times", "as", "good"],
    ]


class Runs:
    """A benchmark that is done already."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self.run = lambda: rows


def test_a_demo_that_is_removed_while_it_is_served_says_so(tmp_path: Path) -> None:
    from fastapi.testclient import TestClient

    from backlit.web.server import create_app

    home = tmp_path / "demo"
    app.build_demo(home, pages=120)
    row = app.explain(app.open_session(home), TARGET).row
    assert (row["method"], row["release"]["seeds"]["list"]) == ("trust-hc-1", "made-up seeds")
    client = TestClient(create_app(home), base_url="http://localhost", raise_server_exceptions=False)
    assert "Made-up web, seed 7." in client.get(f"/t/{TARGET}").text
    assert app.remove_demo(home)
    for path in (f"/t/{TARGET}", f"/t/{TARGET}/domains", "/", f"/t/{TARGET}"):
        answer = client.get(path)
        assert (answer.status_code, "The index is no longer there" in answer.text) == (503, True)
