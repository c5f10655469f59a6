"""Is everything that was asked for done, once, when its worker is killed at any moment, again and again?

A warm parent that never opens an engine itself forks one worker per attempt and kills it with SIGKILL after a
random time; its tasks have to die by themselves. What is asked for:

- `steps`: tasks that count, and hold a lock while they do: two at once, or a count that is off, is seen.
- `web`: an ingest of leads and of a crawl, then a verify of the leads on servers of loopback; the index that
  comes of it holds the rows of one that nobody disturbed.

    python -m tests.jobs.kill_worker web --kills 1000 --seed 0 --minutes 110 --record
"""

import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import dbos  # loaded before the forks, and nothing of it started
import sqlalchemy.dialects.sqlite

from backlit.app import tasks
from backlit.jobs.book import opened_book
from backlit.jobs.formats import written
from backlit.jobs.job import JobState
from backlit.jobs.lock import held_lock
from backlit.jobs.worker import Manner, Worker
from backlit.vweb import VirtualWeb
from tests.faults.figures import add_up
from tests.jobs import fake_tasks

LOADED = (dbos, sqlalchemy.dialects.sqlite)
#: Seconds after which a lock that no task of ours may hold is called stuck.
_STUCK = 60.0

#: What a task counts to.
_STEPS = 200

Asked = tuple[str, str, dict[str, object]]


def main() -> None:
    """Run the kills and print what came of them as one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", choices=("steps", "web"))
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=600.0, help="end after so long with what was done")
    parser.add_argument("--record", action="store_true", help="add the figures to those of other seeds")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kill-") as folder:
        found = _series(asked.work, Path(folder), asked.kills, asked.seed, asked.minutes * 60)
    if asked.record:
        command = f"python -m tests.jobs.kill_worker {asked.work} --kills {asked.kills} --seed SEED --record"
        goal = "0 jobs lost, 0 run twice at once, 0 answers unlike those of a run that nobody disturbed"
        add_up(f"kills-worker-{asked.work}", command, goal, dict(found), most=[], seed=asked.seed)
    sys.stdout.write(json.dumps(found) + "\n")
    sys.exit(0 if found["lost"] == found["twice"] == found["wrong"] == 0 else 1)


def _series(work: str, folder: Path, kills: int, seed: int, seconds: float) -> dict[str, float]:
    """Rounds of all that is asked for, each in a new home, until so many workers were killed at work."""
    began, chance = time.monotonic(), random.Random(seed)
    counts = {"kills": 0, "rounds": 0, "jobs": 0, "lost": 0, "twice": 0, "wrong": 0}
    with _steps(folder) if work == "steps" else _web(folder) as rounds:
        while counts["kills"] < kills and time.monotonic() < began + seconds:
            for name, number in rounds(chance, kills - counts["kills"]).items():
                counts[name] += number
            counts["rounds"] += 1
    return {**counts, "seconds": round(time.monotonic() - began, 1)}


Rounds = Callable[[random.Random, int], dict[str, int]]


@contextmanager
def _steps(folder: Path) -> Iterator[Rounds]:
    manner = Manner(fake_tasks.COMMAND, fake_tasks.QUEUES, fake_tasks.LIMITS, look=0.02)
    home = folder / "home"

    def once(chance: random.Random, kills: int) -> dict[str, int]:
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir()
        asked: list[Asked] = [(f"job-{n}", "steps", {"steps": _STEPS, "pause": 0.01}) for n in range(4)]
        asked = [(job, kind, {"name": job, **rest}) for job, kind, rest in asked]
        killed = _killed_until_done(home, manner, asked, chance, 1.5, kills)
        traces = fake_tasks.traces(home)
        return {
            "kills": killed,
            "jobs": len(asked),
            "lost": sum(f"ended {job}" not in traces for job, _, _ in asked),
            "twice": sum(line.startswith("twice") for line in traces),
            "wrong": sum((home / f"steps-{job}").stat().st_size != _STEPS for job, _, _ in asked),
        }

    yield once


# the web ---------------------------------------------------------------------------

_HOSTS, _PAGES = 8, 2


class _Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = f'<title>Page</title><p>See <a href="https://shop.example{self.path}">the shop</a>.'.encode()
        is_page = self.path.startswith("/page")
        self.send_response(200 if is_page else 404)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body) if is_page else 0))
        self.end_headers()
        self.wfile.write(body if is_page else b"")

    def log_message(self, *_: object) -> None:
        """Quiet."""


@contextmanager
def pages_served(folder: Path) -> Iterator[tuple[Path, list[str]]]:
    """Pages on hosts of loopback that link to a shop: a list of them as leads, and the first of each host."""
    servers = [ThreadingHTTPServer((f"127.0.0.{n + 2}", 0), _Page) for n in range(_HOSTS)]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    os.environ["BACKLIT_INTRANET"] = "127.0.0.0/8"
    pages = [
        f"http://{s.server_address[0]!s}:{s.server_port}/page{n}" for s in servers for n in range(_PAGES)
    ]
    leads = folder / "leads.txt"
    leads.write_text("".join(f"{page}\n" for page in pages))
    try:
        yield leads, pages[::_PAGES]
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()


@contextmanager
def _web(folder: Path) -> Iterator[Rounds]:
    crawl, leads = folder / "crawl.warc.gz", folder / "leads.txt"
    VirtualWeb(seed=3, pages=60).write_warc(crawl, crawl=0)
    manner = Manner(tasks.COMMAND, tasks.QUEUES, tasks.LIMITS, look=0.05)
    first: Asked = ("ingest-1", "ingest", {"sources": [str(leads), str(crawl)], "target": "shop.example"})
    then: Asked = ("verify-1", "verify", {"target": "shop.example", "leads": True})
    home, wanted = folder / "home", list[str]()

    def once(chance: random.Random, kills: int) -> dict[str, int]:
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir()
        killed = _killed_until_done(home, manner, [first], chance, 5.0, kills)
        killed += _killed_until_done(home, manner, [then], chance, 6.0, kills - killed)
        lost = in_child(lambda: _lost(home, [first, then]))
        wrong = int(answers(home, folder) != wanted[0])
        return {"kills": killed, "jobs": 2, "lost": lost, "twice": 0, "wrong": wrong}

    with pages_served(folder):
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir()
        for asked in (first, then):
            _killed_until_done(home, manner, [asked], random.Random(0), 1.0, 0)
        wanted.append(answers(home, folder))
        yield once


def answers(home: Path, folder: Path) -> str:
    """What the index tells of the links, and what it was told twice; a second look at a page may be there."""

    def tell() -> None:
        from backlit import app

        session = app.open_session(home)
        texts = (
            "SELECT DISTINCT source_key, target_key, kind, anchor FROM links ORDER BY ALL",
            """SELECT source_id, "offset", source_key, target_key, kind, occurrence FROM links
            WHERE first_seen IS NOT NULL GROUP BY ALL HAVING count(*) > 1 ORDER BY ALL""",
            "SELECT source_key, target_domain, count(*) AS n FROM leads GROUP BY ALL ORDER BY ALL",
        )
        told: list[object] = [app.sql(session, text, limit=10_000).rows for text in texts]
        live = app.backlinks(session, "shop.example", group="none", limit=1_000).rows
        told.append(sorted((row["source_url"], row["target_url"], row["state"]) for row in live))
        (folder / "answers").write_text(json.dumps(told, default=str))

    assert in_child(tell) == 0
    return (folder / "answers").read_text()


# killing ---------------------------------------------------------------------------


def _killed_until_done(
    home: Path, manner: Manner, asked: Sequence[Asked], chance: random.Random, most: float, kills: int
) -> int:
    """Ask, and kill the worker after random times up to `most` seconds until all is done; how often."""

    def ask() -> None:
        with opened_book(home, manner.queues) as book:
            for job, kind, arguments in asked:
                book.ask(job, written(kind, arguments, by="a test", folder=str(home)))

    def work() -> None:
        Worker(home, replace(manner)).run(until_idle=True, wait=_STUCK)

    assert in_child(ask) == 0
    killed = 0
    while killed < kills:
        worker = _fork(work)
        time.sleep(chance.uniform(0.0, most))
        os.kill(worker, signal.SIGKILL)
        status = os.waitpid(worker, 0)[1]
        if not os.WIFSIGNALED(status):
            return killed  # it was done before
        killed += 1
        with held_lock(home, wait=_STUCK):  # all of its tasks are gone
            pass
    assert in_child(work) == 0
    return killed


def _lost(home: Path, asked: Sequence[Asked]) -> None:
    with opened_book(home, tasks.QUEUES) as book:
        lost = [job for job, _, _ in asked if book.job(job).state is not JobState.DONE]
        for job in lost:
            sys.stderr.write(f"{book.job(job).told}\n{book.results.log(job)}\n")
        os._exit(len(lost))


def _fork(work: Callable[[], object]) -> int:
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        work()
        status = 0
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        os._exit(status)


def in_child(work: Callable[[], object]) -> int:
    """The exit code of a forked child, or minus the signal that ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(_fork(work), 0)[1])


if __name__ == "__main__":
    main()
