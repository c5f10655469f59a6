"""Is everything that was asked for done, once, when the server, its worker and their tasks are killed?

`backlit up` is asked over REST for a verification of leads and a crawl, on servers of loopback, and answers
questions meanwhile. After a random time one of its processes gets SIGKILL, or all of them at once; a server
that was killed comes up again. When all is done the index has to hold the rows of a home that nobody
disturbed, and each job one end; one whose own process was killed says so, and is resumed.

    python -m tests.jobs.kill_up --kills 200 --seed 0 --record
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from backlit.jobs.lock import held_lock, worker_of
from tests.faults.figures import add_up
from tests.jobs.kill_worker import answers, in_child, pages_served

#: A moment at which something is killed comes within so many seconds.
_MOST = 9.0
#: Nothing takes so long but what will never come.
_NEVER = 300.0
_ROUND = 12
_UP = [sys.executable, "-c", "from backlit.cli import main; main()", "up", "--json", "--no-browser"]

Row = dict[str, Any]


class Served:
    """`backlit up` on a home, in a session of its own, which comes up again where it was killed."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._start()

    def __enter__(self) -> "Served":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()

    def again(self) -> None:
        """Come up again after a kill, once the worker and its tasks are gone by themselves."""
        self.process.wait()
        with held_lock(self._home, wait=60.0):
            pass
        self._start()

    def _start(self) -> None:
        home = self._home
        with home.with_name("said").open("ab") as said:
            env = {**os.environ, "BACKLIT_DIR": str(home)}
            pipe = subprocess.PIPE
            self.process = subprocess.Popen(_UP, stdout=pipe, stderr=said, env=env, start_new_session=True)
        assert self.process.stdout is not None
        lines = iter(self.process.stdout.readline, b"}\n")
        self._base = str(json.loads(b"".join(lines) + b"}")["data"]["url"]).rstrip("/")

    def call(self, path: str, asked: Row | None = None) -> Any:
        """What a call answers; None where nobody does, or not any more."""
        body = None if asked is None else json.dumps(asked).encode()
        request = urllib.request.Request(  # noqa: S310 - the address is ours
            f"{self._base}/api/v1/{path}", body, {"Content-Type": "application/json"}
        )
        try:
            with urllib.request.urlopen(request, timeout=_NEVER) as answer:  # noqa: S310
                return json.loads(answer.read())
        except urllib.error.HTTPError:
            raise
        except OSError:
            return None

    def asked(self, kind: str, **arguments: Any) -> str:
        """The id of a job that was asked for, once the server answers: asked again it would be another."""
        _until(lambda: self.call("health"))
        return str(self.call("jobs", {"kind": kind, "arguments": arguments})["data"]["id"])

    def states(self) -> dict[str, str]:
        """How far each job is; none where the server does not say."""
        told = self.call("jobs")
        return {row["id"]: row["state"] for row in told["data"]} if told else {}

    def is_done(self) -> bool:
        """Whether nothing is left to do; a job whose own process was killed has failed, and is resumed."""
        states = self.states()
        failed = [job for job, state in states.items() if state == "failed"]
        for job in failed:
            self.call(f"jobs/{job}/resume", {})
        return bool(states) and not failed and not {"waiting", "running"} & set(states.values())

    def victims(self) -> dict[str, list[int]]:
        """The processes of each kind that are there."""
        worker = worker_of(self._home) or None
        tasks = _children(worker) if worker else []
        found = {"server": [self.process.pid], "worker": [worker] if worker else [], "task": tasks}
        return found | {"all": [pid for pids in found.values() for pid in pids]}

    def end(self) -> None:
        """Have it end by itself, with its worker."""
        self.process.terminate()
        self.process.wait()
        _until(lambda: worker_of(self._home) is None)


def _children(pid: int) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            if int(path.read_text(encoding="utf-8").rpartition(")")[2].split()[1]) == pid:
                found.append(int(path.parent.name))
    return found


def _until(ask: Callable[[], Any]) -> Any:
    """What something answers at last."""
    deadline = time.monotonic() + _NEVER
    while not (found := ask()):
        assert time.monotonic() < deadline, "what was waited for did not come"
        time.sleep(0.1)
    return found


def _round(home: Path, seeds: list[str], chance: random.Random, kills: int) -> dict[str, int]:
    """Ask, kill until it is done or enough were killed, and let the rest be done: what came of it."""
    counts = {"kills": 0, "server": 0, "worker": 0, "task": 0, "all": 0}
    with Served(home) as served:
        asked = {
            served.asked("verify", target="shop.example", leads=True, threads=4),
            served.asked("crawl", seeds=seeds, depth=1, sitemaps=False),
        }
        while counts["kills"] < kills:
            time.sleep(chance.uniform(0.0, _MOST))
            if served.is_done():
                break
            kind = _killed(served.victims(), chance)
            counts["kills"] += 1
            counts[kind] += 1
            if kind in ("server", "all"):
                served.again()
        _until(served.is_done)
        states = _until(served.states)
        served.end()
    lost = sum(states.get(job) != "done" for job in asked)
    return counts | {"jobs": len(states), "lost": lost, "twice": len(states.keys() - asked)}


def _killed(victims: dict[str, list[int]], chance: random.Random) -> str:
    """Kill the processes of one kind; which it was."""
    kind = chance.choice(sorted(kind for kind, pids in victims.items() if pids))
    for pid in victims[kind]:
        with suppress(ProcessLookupError):  # it went with the one before it
            os.kill(pid, signal.SIGKILL)
    return kind


def series(folder: Path, kills: int, seed: int, seconds: float) -> dict[str, float]:
    """Rounds in new homes until so many processes were killed."""
    began, chance = time.monotonic(), random.Random(seed)
    home, template = folder / "home", folder / "template"
    counts: dict[str, float] = {"rounds": 0, "wrong": 0}
    with ExitStack() as stack:
        leads, seeds = stack.enter_context(pages_served(folder))
        assert in_child(lambda: _laid_out(home, leads)) == 0
        home.rename(template)  # an index is where it was made: it comes back to where it was
        wanted = None
        while wanted is None or (counts["kills"] < kills and time.monotonic() < began + seconds):
            shutil.rmtree(home, ignore_errors=True)
            shutil.copytree(template, home)
            most = 0 if wanted is None else min(_ROUND, kills - int(counts["kills"]))
            found = _round(home, seeds, chance, most)
            told = answers(home, folder)
            if wanted is not None:
                counts["rounds"] += 1
                counts["wrong"] += told != wanted
            wanted = wanted or told
            counts = {name: counts.get(name, 0) + found.get(name, 0) for name in {**counts, **found}}
    return {**counts, "seconds": round(time.monotonic() - began, 1)}


def _laid_out(home: Path, leads: Path) -> None:
    from backlit import app

    app.ingest(home, [str(leads)], target="shop.example", workers=1)


def main() -> None:
    """Run the kills and print what came of them as one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=600.0, help="end after so long with what was done")
    parser.add_argument("--record", action="store_true", help="add the figures to those of other seeds")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kill-") as folder:
        found = series(Path(folder), asked.kills, asked.seed, asked.minutes * 60)
    if asked.record:
        command = f"python -m tests.jobs.kill_up --kills {asked.kills} --seed SEED --record"
        goal = "0 jobs lost or done twice, 0 answers unlike those of a home that nobody disturbed"
        add_up("kills-up", command, goal, dict(found), most=[], seed=asked.seed)
    sys.stdout.write(json.dumps(found) + "\n")
    sys.exit(0 if found["lost"] == found["twice"] == found["wrong"] == 0 else 1)


if __name__ == "__main__":
    main()
