"""Is each change told, and no letter sent twice, when runs are killed at random moments?"""

import json
import subprocess
import sys
from pathlib import Path

import pytest


def kill(folder: Path, kills: int, seed: int) -> None:
    kept = ["--record"] if kills >= 100 else []
    command = [sys.executable, "-m", "tests.alerts.kill_run", str(folder), str(kills), str(seed), *kept]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found = json.loads(done.stdout)
    assert (found["wrong"], found["kills"]) == ([], kills)
    assert found["events"] > 20


def test_eight_kills_lose_and_double_nothing(tmp_path: Path) -> None:
    kill(tmp_path, 8, 1)


@pytest.mark.slow
def test_a_thousand_kills_lose_and_double_nothing(tmp_path: Path) -> None:
    kill(tmp_path, 1_000, 2)
