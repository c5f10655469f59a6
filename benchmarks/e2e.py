"""How long does a person wait: for help, for an answer, for the demo, for a real crawl?"""

import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from benchmarks.corpora import crawl_files, scratch

__all__ = ["run"]

_BACKLIT = str(Path(sys.executable).with_name("backlit"))
_RUNS = 5


def run() -> list[dict[str, Any]]:
    """Wall-clock figures of whole commands, each in processes of its own."""
    home = scratch() / "real"
    files = [str(path) for path in crawl_files()]
    ingest = _seconds(["ingest", *files, "--dir", str(home)], 1)
    alone = scratch() / "alone"
    before = _peak()
    _seconds(["ingest", *files, "--dir", str(alone), "--workers", "1"], 1)
    peak = max(_peak(), before)
    rank = _seconds(["rank", "--dir", str(home)], 1)
    target = "github.com" if len(files) > 1 else "gardenhaus.example"
    overview = _seconds(["overview", target, "--json", "--dir", str(home)], _RUNS)
    demo = scratch() / "demo"
    built = _seconds(["demo", "--no-serve", "--dir", str(demo)], 1)
    shutil.rmtree(demo, ignore_errors=True)
    return [
        _row("`backlit --help`", _seconds(["--help"], _RUNS) * 1000, "ms", _RUNS),
        _row(f"`backlit overview {target}`, cold", overview * 1000, "ms", _RUNS),
        _row("`backlit demo`, built: three crawls of 2,000 pages, ingested and ranked", built, "s", 1),
        _row(f"`backlit ingest` of {len(files)} crawl files, {os.cpu_count()} cores", ingest, "s", 1),
        _row("`backlit rank` on that", rank, "s", 1),
        _row("peak memory of an ingest with one worker", peak, "MB", 1),
    ]


def _row(name: str, figure: float, unit: str, runs: int) -> dict[str, Any]:
    return {"name": name, "figure": round(figure, 2), "unit": unit, "peers": {}, "ratio": {}, "runs": runs}


def _seconds(arguments: list[str], runs: int) -> float:
    taken = []
    for _ in range(runs):
        started = perf_counter()
        subprocess.run(
            [_BACKLIT, *arguments], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        taken.append(perf_counter() - started)
    return median(taken)


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
