"""How soon does a page of the web app come, and how large is it, on an index of ten million links?

The index is that of `query`, made up and kept with the temporary files. `backlit up` serves it; each page is
asked of targets of all sizes, as a browser asks: compressed, on a connection that stays. Half of them are
projects, whose answers a job prepares after data came in; nobody has opened a page of any before. What counts
is the time to the first byte. Scripts and styles are counted as they are sent.
"""

import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from benchmarks.made_index import MadeWeb, domain_name, home_of
from benchmarks.query import built

from backlit import app

__all__ = ["Asked", "ask", "run", "up"]

#: The pages of a target that are asked for.
PAGES = ("", "/backlinks", "/domains", "/anchors", "/pages", "/changes", "/diversity", "/broken", "/audit")
_TARGETS, _LARGEST_TARGET = 24, 1_000_000
#: What a home keeps of answers, of which there are none at first.
_KEPT = ("answers", "judged", "prepared")


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of a request: its status, seconds to the first byte and to the last, and the body as sent.
    `until` are the seconds until the page itself came, where another came first."""

    status: int
    first: float
    whole: float
    body: bytes
    until: float = 0.0

    @property
    def text(self) -> str:
        return zlib.decompress(self.body, 31).decode() if self.body[:2] == b"\x1f\x8b" else self.body.decode()


@contextmanager
def up(home: Path, *more: str) -> Iterator[tuple[str, int]]:
    """`backlit up` on a home, with further options: its address, and its process."""
    command = [sys.executable, "-c", "from backlit.cli import main; main()"]
    command += ["up", "--json", "--no-browser", "--dir", str(home), *more]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            if line == "}\n":
                break
        try:
            yield json.loads("".join(lines))["data"]["url"], process.pid
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)


def ask(connection: http.client.HTTPConnection, path: str) -> Asked:
    """Ask for a page on a connection that stays."""
    started = time.perf_counter()
    connection.request("GET", path, headers={"Accept-Encoding": "gzip", "Accept": "text/html"})
    answer = connection.getresponse()
    first = time.perf_counter() - started
    body = answer.read()
    return Asked(answer.status, first, time.perf_counter() - started, body)


def run() -> list[dict[str, Any]]:
    """Times to the first byte of each page, and the largest sizes."""
    links = int(os.environ.get("BACKLIT_BENCH_LINKS", "10_000_000"))
    web, home = MadeWeb(links), home_of(links)
    built(web, home)
    for kept in _KEPT:
        shutil.rmtree(home / kept, ignore_errors=True)
    projects, others = targets(web)
    prepared = _prepare(home, projects)
    with up(home, "--no-worker") as (url, _):
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=120)
        ask(connection, "/")
        of_projects = {page: [_page(connection, name, page) for name in projects] for page in PAGES}
        of_others = {page: [_page(connection, name, page) for name in others] for page in PAGES}
        scripts = _scripts(connection, of_projects[""][0].text)
    every = [each for found in (*of_projects.values(), *of_others.values()) for each in found]
    return [
        *_of_pages(f"of a project, {links:,} links", of_projects),
        _row(f"preparing a project, mean of {len(projects)}, {links:,} links", prepared, "s"),
        *_of_pages(f"of a target nobody asked about, {links:,} links", of_others),
        *_until("of a target nobody asked about", of_others),
        _row("largest page, as sent", max(len(each.body) for each in every) / 1e3, "kB"),
        _row("its scripts, as sent", scripts / 1e3, "kB"),
    ]


def targets(web: MadeWeb) -> tuple[list[str], list[str]]:
    """Targets whose sizes are spread evenly over their orders of magnitude, in any order, and others about as
    large as these."""
    first = next(rank for rank in range(web.domains) if web.links_to(rank) <= _LARGEST_TARGET)
    spread = set(np.geomspace(first + 1, web.domains - 2, _TARGETS).astype(int).tolist())
    next_to = {rank + 1 for rank in spread} - spread
    mix = np.random.default_rng(3).permutation
    return [domain_name(rank) for rank in mix(sorted(spread))], [domain_name(r) for r in mix(sorted(next_to))]


def _prepare(home: Path, names: list[str]) -> float:
    """Make projects of targets, and prepare their answers; seconds for each."""
    known = {row["target"]: row["slug"] for row in app.project_ls(home).rows}
    for name in names:
        if name not in known:
            app.project_add(home, name)
    done = app.prepare_answers(home).row
    return float(done["seconds"]) / int(done["targets"])


def _of_pages(said: str, asked: dict[str, list[Asked]]) -> list[dict[str, Any]]:
    rows = [_times(f"{page or '/overview'} {said}", found) for page, found in asked.items()]
    return [_times(f"all pages {said}", [each for found in asked.values() for each in found]), *rows]


def _page(connection: http.client.HTTPConnection, name: str, page: str) -> Asked:
    """The page, for which somebody waits who looks again every second, with the first byte of what came
    first."""
    path, started = f"/t/{name}{page}", time.perf_counter()
    first = found = ask(connection, path)
    while found.status == 202:
        time.sleep(1)
        found = ask(connection, path)
    if found.status != 200:
        raise RuntimeError(f"{path} answered {found.status}")
    return replace(found, first=first.first, until=time.perf_counter() - started)


def _until(said: str, asked: dict[str, list[Asked]]) -> list[dict[str, Any]]:
    """When the pages themselves came, of those that some waited for."""
    waited = {page or "/overview": [each.until for each in found] for page, found in asked.items()}
    return [
        _row(f"until it came, p95, {page} {said}", float(np.percentile(seconds, 95)), "s")
        for page, seconds in waited.items()
        if max(seconds) > 1
    ]


def _scripts(connection: http.client.HTTPConnection, text: str) -> int:
    paths = re.findall(r'<script[^>]* src="(/static/[^"]+)"', text)
    return sum(len(ask(connection, path).body) for path in paths)


def _times(name: str, found: list[Asked]) -> dict[str, Any]:
    p95 = float(np.percentile([each.first for each in found], 95))
    return _row(f"time to the first byte, p95, {name}", p95 * 1000, "ms")


def _row(name: str, figure: float, unit: str) -> dict[str, Any]:
    return {"name": name, "figure": figure, "unit": unit, "peers": {}, "ratio": {}, "runs": 1}
