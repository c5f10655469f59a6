"""Is nothing lost and nothing doubled when workers are killed at any moment, or several come at once?"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from backlit.jobs.job import JobState
from tests.faults.figures import CHECKOUT
from tests.jobs.fake_tasks import traces
from tests.jobs.helping import ask, book_of, until

#: A worker that comes back whenever it is refused, until a file says that it is over.
PROGRAM = """
import sys
from pathlib import Path
from backlit.errors import HomeBusy
from backlit.jobs.worker import Worker
from tests.jobs.helping import MANNER
home = Path(sys.argv[1])
while not (home / "over").exists():
    try:
        Worker(home, MANNER).run(until_idle=True)
    except HomeBusy:
        pass
"""


def killed(*what: str, kills: int, seed: int) -> None:
    """A series of kills, from a process that opened no engine before."""
    kept = ["--record"] if kills >= 100 else []
    command = [sys.executable, "-m", *what, "--kills", str(kills)]
    command += ["--seed", str(seed), "--minutes", "110", *kept]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    found = json.loads(done.stdout)
    assert (found["lost"], found["twice"], found["wrong"]) == (0, 0, 0), done.stderr
    assert found["kills"] == kills


WORKER, UP = "tests.jobs.kill_worker", "tests.jobs.kill_up"


@pytest.mark.slow
def test_ten_kills_of_a_worker_lose_and_double_nothing() -> None:
    killed(WORKER, "steps", kills=10, seed=1)


def test_an_ingest_and_a_verify_whose_worker_is_killed_leave_the_rows_of_one_that_was_not() -> None:
    killed(WORKER, "web", kills=2, seed=1)


@pytest.mark.slow
def test_a_thousand_kills_of_a_worker_that_counts() -> None:
    killed(WORKER, "steps", kills=1_000, seed=2)


@pytest.mark.slow
def test_a_thousand_kills_of_an_ingest_and_a_verify() -> None:
    killed(WORKER, "web", kills=1_000, seed=3)


@pytest.mark.slow
def test_two_hundred_kills_of_a_server_its_worker_and_their_tasks() -> None:
    killed(UP, kills=200, seed=4)


def test_of_workers_that_come_at_once_one_does_each_job(tmp_path: Path) -> None:
    workers = [subprocess.Popen([sys.executable, "-c", PROGRAM, str(tmp_path)]) for _ in range(3)]
    names = [f"job-{n}" for n in range(8)]
    for name in names:
        ask(tmp_path, "steps", name, steps=3)
    with book_of(tmp_path) as book:
        until(lambda: {each.state for each in book.jobs()} == {JobState.DONE})
        (tmp_path / "over").touch()
        assert [worker.wait() for worker in workers] == [0, 0, 0]
        assert {each.attempts for each in book.jobs()} == {1}
    assert sorted(traces(tmp_path)) == [f"ended {name}" for name in names]
