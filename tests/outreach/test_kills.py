"""Is no message sent twice when senders are killed at random moments?"""

import json
import subprocess
import sys
from pathlib import Path

import pytest


def kill(folder: Path, kills: int, seed: int) -> None:
    command = [sys.executable, "-m", "tests.outreach.kill_run", str(folder), str(kills), str(seed)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found = json.loads(done.stdout)
    assert (found["wrong"], found["doubled"], found["kills"]) == ([], 0, kills)


def test_five_kills_double_nothing(tmp_path: Path) -> None:
    kill(tmp_path, 5, 1)


@pytest.mark.slow
def test_five_thousand_kills_double_nothing(tmp_path: Path) -> None:
    kill(tmp_path, 5_000, 2)
