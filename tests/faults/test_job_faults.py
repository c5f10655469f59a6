"""Killed or without power: every job that writes leaves the old state or the new."""

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.figures import CHECKOUT
from tests.faults.power import keep, survey


def kill_many(job: str, kills: int, seed: int) -> dict[str, object]:
    """A series of kills from a process that opened no engine before."""
    program = [sys.executable, "-m", "tests.faults.kill_jobs", job]
    kept = ["--record"] if kills >= 100 else []
    command = [*program, "--kills", str(kills), "--seed", str(seed), *kept]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    result: dict[str, object] = json.loads(done.stdout)
    return result


def _killed(job: str, kills: int, seed: int) -> None:
    found = kill_many(job, kills, seed)
    assert (found["kills"], found["torn"], found["wrong"], found["failed"]) == (kills, 0, 0, 0)


@pytest.mark.parametrize("job", ["compact"])
def test_a_job_that_is_killed_leaves_the_old_rows_or_the_new(job: str) -> None:
    _killed(job, 1, seed=1)


@pytest.mark.slow
def test_two_thousand_kills_of_ingest() -> None:
    _killed("ingest", 2_000, seed=2)


@pytest.mark.slow
def test_two_thousand_kills_of_compact() -> None:
    _killed("compact", 2_000, seed=3)


@pytest.mark.slow
def test_two_thousand_kills_of_gc() -> None:
    _killed("gc", 2_000, seed=4)


@pytest.mark.slow
def test_two_thousand_kills_of_rollback() -> None:
    _killed("rollback", 2_000, seed=5)


@pytest.mark.slow
def test_two_thousand_kills_of_backup() -> None:
    _killed("backup", 2_000, seed=6)


def test_a_loss_of_power_at_any_step_leaves_a_whole_index(tmp_path: Path) -> None:
    found = survey(tmp_path, states=2_000, recoveries=4, seed=1)
    assert found.violations == []
    assert (found.states >= 2_000, found.recoveries) == (True, 4)


@pytest.mark.slow
def test_a_million_states_of_a_loss_of_power(tmp_path: Path) -> None:
    found = survey(tmp_path, states=1_000_000, recoveries=1_000, seed=2)
    keep(found, 2)
    assert found.violations == []


def test_a_state_in_which_a_needed_file_is_torn_is_seen(tmp_path: Path) -> None:
    """The model can fail: an index that did not sync its files is found out."""
    from tests.faults.power import ORDER, Found, traces, try_model

    [trace, *_] = traces(tmp_path / "home", ORDER[:1])
    trace.steps[:] = [step for step in trace.steps if step.kind != "folder"]
    found = Found()
    try_model(trace, tmp_path / "home", random.Random(1), 200, found)
    assert found.violations
