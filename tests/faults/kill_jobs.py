"""Does a home that is written to and killed at any moment hold exactly the right rows, at once and after?

A warm parent that never opens an engine itself forks one child per attempt, which runs one of the jobs of
`tests.faults.jobs` and is killed with SIGKILL after a random time. A second child opens the home (that is all
the recovery there is), reads every byte, compares its answers with those before and after the job, runs the
job again and does the same once more. Answers are worked out once for each set of data files that is met, and
besides in one attempt of `SAMPLE`, which is where the time of recovery is taken.

    python -m tests.faults.kill_jobs ingest --kills 200 --seed 0 --minutes 90 --record
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

from tests.faults.figures import add_up
from tests.faults.jobs import JOBS, answers, build, contents, fork, in_child, place, run, sound

MATCH, TORN, WRONG = 0, 7, 9

#: Recovery: from the start of the next process's reading to the first answer, in seconds.
RECOVERY = 2.0

SAMPLE = 20


def main() -> None:
    """Run the kills of one job and print what came of them as one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("job", choices=sorted(JOBS))
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=600.0, help="end after so long with what was done")
    parser.add_argument("--record", action="store_true", help="add the figures to those of other seeds")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kill-") as folder:
        result = Killer(asked.job, Path(folder), random.Random(asked.seed)).run(
            asked.kills, asked.minutes * 60
        )
    if asked.record:
        command = f"python -m tests.faults.kill_jobs {asked.job} --kills {asked.kills} --seed SEED --record"
        figures = {name: value for name, value in result.items() if name != "job"}
        goal = f"0 torn, 0 wrong, 0 failed; first answer of the next process within {RECOVERY:g} s"
        most = ["slowest_recovery"]
        add_up(f"kills-{asked.job}", command, goal, figures, most=most, seed=asked.seed)
    sys.stdout.write(json.dumps(result) + "\n")
    sys.exit(0 if result["torn"] == result["wrong"] == result["failed"] == 0 else 1)


class Killer:
    """One series of kills of one job, each of a home that is laid out anew."""

    def __init__(self, job: str, folder: Path, chance: random.Random) -> None:
        self._job, self._chance = job, chance
        self._home, self._template = folder / "home", folder / "template"
        self._report = folder / "report"
        self._known: dict[str, str] = {}

    def run(self, kills: int, seconds: float) -> dict[str, object]:
        """Kill the job until so many were killed at work or the time is over; count what was wrong after."""
        began = time.monotonic()
        before, after, duration = self._undisturbed()
        counts = {"attempts": 0, "kills": 0, "torn": 0, "wrong": 0, "failed": 0}
        slowest = 0.0
        while counts["kills"] < kills and time.monotonic() < began + seconds:
            is_sample = counts["attempts"] % SAMPLE == 0
            killed, status, recovery = self._attempt(before, after, duration, is_sample=is_sample)
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

    def _attempt(
        self, before: str, after: str, duration: float, *, is_sample: bool
    ) -> tuple[int, int, float]:
        place(self._template, self._home)
        child = fork(lambda: run(self._job, self._home))
        time.sleep(self._chance.uniform(0, duration * 1.05))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        self._report.write_text("[{}, 0]", encoding="ascii")
        verdict = in_child(lambda: self._judge(before, after, is_sample=is_sample))
        learned, recovery = json.loads(self._report.read_text(encoding="ascii"))
        self._known |= learned
        return int(os.WIFSIGNALED(status)), verdict, float(recovery)

    def _judge(self, before: str, after: str, *, is_sample: bool) -> None:
        began, recovery = time.monotonic(), 0.0
        if is_sample:
            self._known.clear()  # of this child only
        found = self._told()
        if is_sample:
            recovery = time.monotonic() - began
        if found not in (before, after) or not sound(self._home):
            os._exit(TORN)
        run(self._job, self._home)
        if self._told() != after or not sound(self._home):
            os._exit(WRONG)
        self._report.write_text(json.dumps([self._known, recovery]), encoding="ascii")

    def _told(self) -> str:
        files = contents(self._home)
        if files not in self._known:
            self._known[files] = answers(self._home)
        return self._known[files]

    def _must(self, work: object) -> None:
        if in_child(work) != 0:  # type: ignore[arg-type]  # a lambda that returns what write_text does
            raise RuntimeError("a job that nobody disturbed failed")


if __name__ == "__main__":
    main()
