"""Does `backlit up` bring a worker that does jobs, keeps to its place, and goes when it goes?"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from backlit import app
from backlit.jobs.lock import held_lock, worker_of
from backlit.vweb import VirtualWeb
from tests.jobs.helping import until

PROGRAM = [sys.executable, "-c", "from backlit.cli import main; main()"]


@contextmanager
def up(home: Path) -> Iterator["subprocess.Popen[str]"]:
    env = {**os.environ, "BACKLIT_DIR": str(home)}
    command = [*PROGRAM, "up", "--json", "--no-browser"]
    with (
        said_by(home).open("w") as said,
        subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=said, text=True) as served,
    ):
        try:
            yield served
        finally:
            if served.poll() is None:
                served.kill()


def said_by(home: Path) -> Path:
    """Where stands what the server of a home says on stderr."""
    return home.with_name("said.txt")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


def test_jobs_are_done_beside_the_web_app_by_a_process_that_lets_others_go_first(
    home: Path, tmp_path: Path
) -> None:
    path = tmp_path / "small.warc.gz"
    VirtualWeb(seed=1, pages=50).write_warc(path, crawl=0)
    with up(home) as served:
        until(lambda: worker_of(home))
        worker = worker_of(home)
        assert worker not in (None, 0, served.pid)
        assert os.getpriority(os.PRIO_PROCESS, worker or 0) == os.getpriority(os.PRIO_PROCESS, 0) + 10
        job = app.ask_job(home, "ingest", {"sources": [str(path)]}).row["id"]
        assert app.job_wait(home, job).row["files"] == 1
        served.terminate()
        served.wait()
    until(lambda: worker_of(home) is None)
    due = {row["name"]: row["due_at"] for row in app.schedule_ls(home).rows}
    assert [name for name, at in due.items() if at is None] == ["reports"]  # off until somebody wants them


def test_a_worker_goes_with_the_server_that_is_killed(home: Path) -> None:
    with up(home) as served:
        until(lambda: worker_of(home))
        served.kill()
        served.wait()
    until(lambda: worker_of(home) is None)


def test_a_worker_that_was_killed_is_followed_by_another_which_does_what_was_asked(
    home: Path, tmp_path: Path
) -> None:
    path = tmp_path / "small.warc.gz"
    VirtualWeb(seed=1, pages=50).write_warc(path, crawl=0)
    with up(home) as served:
        until(lambda: worker_of(home))
        killed = worker_of(home)
        assert killed
        os.kill(killed, signal.SIGKILL)
        until(lambda: "was killed by signal 9; it is started again" in said_by(home).read_text())
        until(lambda: worker_of(home) not in (None, 0, killed))
        job = app.ask_job(home, "ingest", {"sources": [str(path)]}).row["id"]
        assert app.job_wait(home, job).row["files"] == 1
        served.terminate()
        served.wait()
    until(lambda: worker_of(home) is None)


def test_a_server_leaves_the_jobs_to_the_worker_that_is_there_until_that_one_ends(home: Path) -> None:
    ours = ExitStack()
    ours.enter_context(held_lock(home))
    with ours, up(home) as served:
        assert served.stdout is not None
        lines = iter(served.stdout.readline, "}\n")
        assert json.loads("".join(lines) + "}")["data"]["home"] == str(home)
        said = f"process {os.getpid()} works on the jobs of this home already"
        until(lambda: said in said_by(home).read_text())
        ours.close()
        until(lambda: worker_of(home) not in (None, 0, os.getpid()))
        served.terminate()
        served.wait()
    until(lambda: worker_of(home) is None)
