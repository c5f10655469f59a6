"""Does a home that is written to and killed at any moment hold exactly the right rows, at once and after?

A warm parent that never opens an engine itself forks one child per attempt, which runs one of the jobs of
`tests.faults.jobs` and is killed with SIGKILL after a random time. A second child opens the home (that is all
the recovery there is), compares its answers with those before and after the job, runs the job again and
compares once more, and reads every byte.

    python -m tests.faults.kill_jobs ingest --kills 200 --seed 0
"""

import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

from tests.faults.figures import record
from tests.faults.jobs import JOBS, answers, build, fork, in_child, place, run, sound

MATCH, TORN, WRONG = 0, 7, 9

#: Recovery: from the start of the next process's reading to the first answer, in seconds.
RECOVERY = 2.0


def main() -> None:
    """Run the kills of one job and print what came of them as one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("job", choices=sorted(JOBS))
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--record", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kill-") as folder:
        result = Killer(asked.job, Path(folder), random.Random(asked.seed)).run(asked.kills)
    if asked.record:
        command = f"python -m tests.faults.kill_jobs {asked.job} --kills {asked.kills} --seed {asked.seed}"
        figures = {name: value for name, value in result.items() if name != "job"} | {"seed": asked.seed}
        goal = f"0 torn, 0 wrong, 0 failed; first answer of the next process within {RECOVERY:g} s"
        record(f"kills-{asked.job}", command, goal, figures)
    sys.stdout.write(json.dumps(result) + "\n")
    sys.exit(0 if result["torn"] == result["wrong"] == result["failed"] == 0 else 1)


class Killer:
    """One series of kills of one job, each of a home that is laid out anew."""

    def __init__(self, job: str, folder: Path, chance: random.Random) -> None:
        self._job, self._chance = job, chance
        self._home, self._template = folder / "home", folder / "template"
        self._report = folder / "report"

    def run(self, kills: int) -> dict[str, object]:
        """Kill the job until so many were killed at work; count what was wrong after."""
        began = time.monotonic()
        before, after, duration = self._undisturbed()
        counts = {"attempts": 0, "kills": 0, "torn": 0, "wrong": 0, "failed": 0}
        slowest = 0.0
        while counts["kills"] < kills:
            killed, status, recovery = self._attempt(before, after, duration)
            counts["attempts"] += 1
            counts["kills"] += killed
            counts["torn"] += status == TORN
            counts["wrong"] += status == WRONG
            counts["failed"] += status not in (MATCH, TORN, WRONG)
            slowest = max(slowest, recovery)
        seconds = round(time.monotonic() - began, 1)
        return {"job": self._job, **counts, "seconds": seconds, "slowest_recovery": round(slowest, 3)}

    def _undisturbed(self) -> tuple[str, str, float]:
        """The answers before and after the job, and how long it takes."""
        self._must(lambda: build(self._home))
        shutil.copytree(self._home, self._template)
        before = self._answers()
        took = time.monotonic()
        self._must(lambda: run(self._job, self._home))
        duration = time.monotonic() - took
        return before, self._answers(), duration

    def _answers(self) -> str:
        self._must(lambda: self._report.write_text(answers(self._home), encoding="ascii"))
        return self._report.read_text(encoding="ascii")

    def _attempt(self, before: str, after: str, duration: float) -> tuple[int, int, float]:
        place(self._template, self._home)
        child = fork(lambda: run(self._job, self._home))
        time.sleep(self._chance.uniform(0, duration * 1.05))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        self._report.write_text("0", encoding="ascii")
        verdict = in_child(lambda: self._judge(before, after))
        return int(os.WIFSIGNALED(status)), verdict, float(self._report.read_text(encoding="ascii"))

    def _judge(self, before: str, after: str) -> None:
        began = time.monotonic()
        found = answers(self._home)
        self._report.write_text(str(time.monotonic() - began), encoding="ascii")
        if found not in (before, after):
            os._exit(TORN)
        run(self._job, self._home)
        if answers(self._home) != after or not sound(self._home):
            os._exit(WRONG)

    def _must(self, work: object) -> None:
        if in_child(work) != 0:  # type: ignore[arg-type]  # a lambda that returns what write_text does
            raise RuntimeError("a job that nobody disturbed failed")


if __name__ == "__main__":
    main()
