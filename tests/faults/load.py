"""Do those who look get their pages while others write, for as long as it takes, and in as little memory?

    python -m tests.faults.load FOLDER SECONDS SEED [--record]

Fifty readers, each on a connection of its own, open a page of any target, read it for some seconds and go on,
while a crawl is ingested each minute into the same home, by the worker that `backlit up` brings. Each page
was opened once before, as on every morning but the first.
Prints what came of it as JSON; --record keeps it. `before` is the share of pages that told of an earlier
version than the newest, which the server puts together in a process beside.
"""

import http.client
import json
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from benchmarks.web import ask, up

from backlit import app
from backlit.errors import BacklitError
from backlit.vweb import VirtualWeb
from tests.faults.figures import record

READERS = 50
#: Seconds from one import to the next.
EVERY = 60.0
#: Seconds that somebody looks at a page, from and to.
READING = (1.0, 5.0)
_PAGES = (
    "",
    "",
    "/backlinks",
    "/backlinks",
    "/domains",
    "/anchors",
    "/changes",
    "/pages",
    "/diversity",
    "/audit",
)
_WEB = 1_500
_IS_BEFORE = "Newer data has come in"


@dataclass
class Log:
    """What the readers saw; `settled` is when the first tenth was over."""

    ends: float
    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int | str] = field(default_factory=Counter)
    memory: list[float] = field(default_factory=list)
    before: int = 0
    sources: int = 0


def main(folder: Path, seconds: float, seed: int) -> dict[str, Any]:
    """Read and write for so many seconds; what came of it."""
    home = folder / "home"
    app.build_demo(home, pages=_WEB)
    crawls = [_crawl(folder, number) for number in range(int(seconds // EVERY) + 1)]
    targets = [row["domain"] for row in app.targets(app.open_session(home), limit=200).rows]
    with up(home) as (url, process):
        place = urlsplit(url).netloc
        for target in targets:
            for page in sorted(set(_PAGES)):
                _once(place, f"/t/{target}{page}")
        log = Log(time.monotonic() + seconds)
        threads = [
            threading.Thread(target=_read, args=(log, place, targets, random.Random(f"{seed} {number}")))
            for number in range(READERS)
        ]
        threads.append(threading.Thread(target=_write, args=(log, home, crawls)))
        threads.append(threading.Thread(target=_watch, args=(log, process)))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return _told(log, seconds)


def _told(log: Log, seconds: float) -> dict[str, Any]:
    tenth = max(1, len(log.memory) // 10)
    return {
        "readers": READERS,
        "seconds": seconds,
        "pages": len(log.seconds),
        "p50_ms": round(float(np.percentile(log.seconds, 50)) * 1000),
        "p99_ms": round(float(np.percentile(log.seconds, 99)) * 1000),
        "slowest_ms": round(max(log.seconds) * 1000),
        "not_200": sum(number for status, number in log.statuses.items() if status != 200),
        "statuses": {str(status): number for status, number in sorted(log.statuses.items(), key=str)},
        "before": round(log.before / len(log.seconds), 3),
        "sources_ingested": log.sources,
        "memory_mb": round(log.memory[-1]),
        "grown_mb": round(max(log.memory[tenth:]) - max(log.memory[:tenth])),
    }


def _once(place: str, path: str) -> None:
    connection = http.client.HTTPConnection(place, timeout=60)
    ask(connection, path)
    connection.close()


def _read(log: Log, place: str, targets: Sequence[str], chance: random.Random) -> None:
    """One reader: the best linked targets more often, as people do."""
    connection = http.client.HTTPConnection(place, timeout=60)
    time.sleep(chance.uniform(0, READING[1]))
    while time.monotonic() < log.ends:
        path = f"/t/{targets[int(len(targets) * chance.random() ** 3)]}{chance.choice(_PAGES)}"
        try:
            found = ask(connection, path)
            log.statuses[found.status] += 1
            log.seconds.append(found.whole)
            log.before += _IS_BEFORE in found.text
        except (OSError, http.client.HTTPException) as error:
            log.statuses[type(error).__name__] += 1
            connection.close()
        time.sleep(chance.uniform(*READING))


def _crawl(folder: Path, number: int) -> Path:
    """A crawl of another web."""
    path = folder / f"crawl-{number}.warc.gz"
    VirtualWeb(pages=2_000, seed=1_000 + number).write_warc(path, crawl=1)
    return path


def _write(log: Log, home: Path, crawls: Sequence[Path]) -> None:
    """One crawl after the other, each a job."""
    for number, crawl in enumerate(crawls, start=1):
        begun = time.monotonic()
        if begun > log.ends - EVERY / 2:
            return
        job = app.ask_job(home, "ingest", {"sources": [str(crawl)]}).row["id"]
        try:
            app.job_wait(home, job)
            log.sources += 1
        except BacklitError as error:
            log.statuses[f"job {number}: {error.found}"] += 1
        time.sleep(max(0.0, begun + EVERY - time.monotonic()))


def _watch(log: Log, process: int) -> None:
    """What the server holds of memory, in MB."""
    while time.monotonic() < log.ends:
        lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
        [held] = [line for line in lines if line.startswith("VmRSS:")]
        log.memory.append(int(held.split()[1]) / 1024)
        time.sleep(1)


def keep(found: dict[str, Any], seed: int) -> None:
    """Put what came of it among the figures of the scoreboard."""
    figures = {name: value for name, value in found.items() if name != "statuses"} | {"seed": seed}
    command = f"python -m tests.faults.load FOLDER {found['seconds']:g} {seed} --record"
    record("load", command, "p99 at most 500 ms, every answer 200, memory grown by less than 64 MB", figures)


if __name__ == "__main__":
    result = main(Path(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]))
    if sys.argv[4:] == ["--record"]:
        keep(result, int(sys.argv[3]))
    sys.stdout.write(json.dumps(result) + "\n")
