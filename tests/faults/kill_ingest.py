"""Does an ingest that is killed at any moment, and run again, hold exactly the right rows?

A warm parent that never opens an engine itself forks one child per attempt. The child ingests and is
killed with SIGKILL after a random time; the next child runs the same ingest to its end; a third reads
everything back and compares it with an ingest that nobody disturbed.

    python -m tests.faults.kill_ingest --kills 200 --seed 0
"""

import argparse
import hashlib
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

# All that a child needs is imported here, once; none of it starts a thread before it is used.
from backlit.app.build import ingest
from backlit.index.engine import connect, parquet, rows_of
from backlit.index.tables import SCHEMAS, Index
from backlit.vweb import VirtualWeb

PAGES = 60
MATCH, DIFFER = 0, 9


def main() -> None:
    """Run the kills and print what came of them as one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kill-") as folder:
        result = Killer(Path(folder), random.Random(asked.seed)).run(asked.kills)
    sys.stdout.write(json.dumps(result) + "\n")
    sys.exit(0 if result["wrong"] == 0 and result["failed"] == 0 else 1)


class Killer:
    """One series of kills, alternately of a first ingest and of one into a home that has data."""

    def __init__(self, folder: Path, chance: random.Random) -> None:
        self._folder, self._chance = folder, chance
        web = VirtualWeb(seed=3, pages=PAGES)
        self._crawls = [str(folder / f"{number}.warc.gz") for number in range(3)]
        for number, path in enumerate(self._crawls):
            web.write_warc(path, crawl=number)
        self._base = folder / "base"
        _must(self._ingest, self._base, self._crawls[:1])

    def run(self, kills: int) -> dict[str, float]:
        """Kill ingests until so many were killed at work; count what was wrong after."""
        began = time.monotonic()
        goals = [self._undisturbed(fresh) for fresh in (True, False)]
        counts = {"attempts": 0, "kills": 0, "wrong": 0, "failed": 0}
        slowest = 0.0
        while counts["kills"] < kills:
            fresh = counts["attempts"] % 2 == 0
            goal, duration = goals[0] if fresh else goals[1]
            outcome, recovery = self._attempt(fresh, goal, duration)
            counts["attempts"] += 1
            counts["kills"] += outcome["killed"]
            counts["wrong"] += outcome["status"] == DIFFER
            counts["failed"] += outcome["status"] not in (MATCH, DIFFER)
            slowest = max(slowest, recovery)
        seconds = round(time.monotonic() - began, 1)
        return {**counts, "seconds": seconds, "slowest_second_run": round(slowest, 2)}

    def _attempt(self, fresh: bool, goal: str, duration: float) -> tuple[dict[str, int], float]:
        home = self._home("victim", fresh)
        child = _fork(self._ingest, home, self._crawls)
        time.sleep(self._chance.uniform(0, duration * 1.05))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        began = time.monotonic()
        again = _wait(_fork(self._ingest, home, self._crawls))
        recovery = time.monotonic() - began
        verdict = _wait(_fork(_compare, home, goal)) if again == 0 else again
        return {"killed": int(os.WIFSIGNALED(status)), "status": verdict}, recovery

    def _undisturbed(self, fresh: bool) -> tuple[str, float]:
        home = self._home("whole", fresh)
        began = time.monotonic()
        _must(self._ingest, home, self._crawls)
        duration = time.monotonic() - began
        report = self._folder / "digest"
        _must(lambda: report.write_text(digest(home), encoding="ascii"))
        return report.read_text(encoding="ascii"), duration

    def _home(self, name: str, fresh: bool) -> Path:
        """An empty home, or one that holds the first crawl, at a path that stays the same."""
        home = self._base if not fresh else self._folder / name
        shutil.rmtree(home, ignore_errors=True)
        if not fresh:
            _must(self._ingest, home, self._crawls[:1])
        return home

    @staticmethod
    def _ingest(home: Path, crawls: list[str]) -> None:
        ingest(home, crawls, workers=1)


def digest(home: Path) -> str:
    """One number over all rows of all tables; a lost, doubled or torn row changes it."""
    index = Index.open(home)
    version = index.version()
    state = hashlib.blake2b(digest_size=16)
    for table in ("pages", "links", "leads", "sources"):
        files = index.files(version, table)
        if not files:
            continue
        moment = {"ingested_at", "job"}  # they tell of the run, not of the data
        columns = ", ".join(f'"{name}"' for name in SCHEMAS[table].names if name not in moment)
        for row in rows_of(connect(threads=1), f"SELECT {columns} FROM {parquet(files)} ORDER BY ALL"):
            state.update(repr(sorted(row.items())).encode())
    return state.hexdigest()


def _compare(home: Path, goal: str) -> None:
    os._exit(MATCH if digest(home) == goal else DIFFER)


def _fork(work: Callable[..., object], *arguments: object) -> int:
    child = os.fork()
    if child == 0:
        status = 1
        try:
            work(*arguments)
            status = 0
        finally:
            os._exit(status)
    return child


def _wait(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _must(work: Callable[..., object], *arguments: object) -> None:
    if _wait(_fork(work, *arguments)) != 0:
        raise RuntimeError("an ingest that nobody disturbed failed")


if __name__ == "__main__":
    main()
