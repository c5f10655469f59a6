"""How many pages a second does a polite verification read? Also `python -m benchmarks.verify HOSTS PAGES`.

A farm on loopback, in a process of its own, has so many hosts (each an address of 127/8) with so many pages
of 25 kB (9 kB compressed) and a robots.txt that asks for nothing. All pages are leads of one target; four of
five link to it. Every page is read, judged, kept as WARC and ingested, with the pauses that are the default;
the kernels that read pages are compiled before. Beside it Scrapy reads the same pages with robots.txt and a
second between two requests to a host, and looks for the link; it keeps nothing. The farm takes its share
of the two cores.
"""

import asyncio
import json
import multiprocessing
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

__all__ = ["run"]

#: The farm, and requests that are made at once.
HOSTS, EACH, THREADS = 2_000, 5, 64

LINKS = "".join(f'<a href="https://other{n}.example/p/{n}">Other site {n}</a> ' for n in range(30))
MENU = "".join(f'<li><a href="/menu/{n}">Menu {n}</a>' for n in range(30))
HEAD = (
    f"<!doctype html><html><head><title>Tea</title></head><body><nav><ul>{MENU}</ul></nav><main><h1>Tea</h1>"
)


def page(path: str) -> bytes:
    """A page of about 25 kB; every fifth has no link."""
    number = int(path.rpartition("/")[2] or 0)
    link = '<p>See <a href="https://target.example/tea">the best tea</a>.' if number % 5 else ""
    return f"{HEAD}{text(number)}{link}{LINKS}</main></body></html>".encode()


def text(seed: int) -> str:
    """Paragraphs of made-up words, which compress as language does."""
    lot = random.Random(seed)
    words = ["".join(lot.choices("etaoinshrdlu", k=lot.randint(2, 9))) for _ in range(1500)]
    said = (" ".join(lot.choices(words, k=90)) for _ in range(35))
    return "".join(f"<p>{each}." for each in said)


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            path = head.split(b" ", 2)[1].decode()
            robots = b"User-agent: *\nDisallow: /private\n"
            body = robots if path == "/robots.txt" else PAGES.setdefault(path, page(path))
            close = b"connection: close" in head.lower()
            told = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(body)
            writer.write(told + body)
            await writer.drain()
            if close:
                break
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    writer.close()


PAGES: dict[str, bytes] = {}


def farm(port: "multiprocessing.Queue[int]") -> None:
    """Serve until the process is ended."""

    async def run() -> None:
        server = await asyncio.start_server(_serve, "0.0.0.0", 0, backlog=4096)  # noqa: S104 - all of 127/8
        port.put(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


def addresses(port: int, hosts: int, pages: int) -> list[str]:
    """The pages, host by host."""
    names = [f"127.{1 + n // 65_000}.{n // 250 % 250}.{1 + n % 250}" for n in range(hosts)]
    return [f"http://{name}:{port}/post/{number}" for name in names for number in range(1, pages + 1)]


def _linking(urls: list[str]) -> int:
    """How many of the pages link to the target."""
    return sum(int(url.rpartition("/")[2]) % 5 > 0 for url in urls)


def ours(urls: list[str]) -> dict[str, float]:
    """Verify the pages as leads, in a home of its own."""
    from backlit import app
    from backlit.ingest.compiled import compile_apart, is_compiled
    from backlit.net.client import Client
    from backlit.net.system import network

    if not is_compiled():
        compile_apart()
    heard: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        home, leads = Path(folder) / "home", Path(folder) / "leads.csv"
        leads.write_text("Linking page,Last crawled\n" + "".join(f"{url},2026-02-01\n" for url in urls))
        app.ingest(home, [str(leads)], target="target.example", workers=1)
        client = Client(network("127.0.0.0/8"), random.random)
        started, worked = time.perf_counter(), time.process_time()
        row = app.verify(
            home, "target.example", leads=True, client=client, threads=THREADS,
            told_each=lambda _row: heard.append(time.perf_counter() - started),
        ).row  # fmt: skip
    linking = _linking(urls)
    assert (row["found"], row["not_found"]) == (linking, len(urls) - linking)
    return {
        "rate": len(urls) / row["seconds"],
        "reading": len(urls) / heard[-1],
        "cpu_ms": (time.process_time() - worked) * 1_000 / len(urls),
        "first_minute": sum(each <= 60 for each in heard),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024,
    }


def scrapy(urls: list[str]) -> dict[str, float]:
    """Read the same pages with Scrapy, politely, and look for the link."""
    from scrapy import Request, Spider
    from scrapy.crawler import CrawlerProcess
    from scrapy.linkextractors import LinkExtractor

    found = [0, 0]

    class Reader(Spider):
        name = "reader"

        async def start(self) -> Any:
            for url in urls:
                yield Request(url)

        def parse(self, response: Any) -> None:
            found[0] += 1
            links = LinkExtractor(allow_domains=["target.example"]).extract_links(response)
            found[1] += bool(links)

    process = CrawlerProcess(
        {
            "ROBOTSTXT_OBEY": True,
            "DOWNLOAD_DELAY": 1,
            "RANDOMIZE_DOWNLOAD_DELAY": False,
            "CONCURRENT_REQUESTS": THREADS * 4,
            "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
            "LOG_LEVEL": "ERROR",
            "TELNETCONSOLE_ENABLED": False,
            "RETRY_ENABLED": False,
            "SCHEDULER_PRIORITY_QUEUE": "scrapy.pqueues.DownloaderAwarePriorityQueue",
        }
    )
    process.crawl(Reader)
    started, worked = time.perf_counter(), time.process_time()
    process.start()
    assert found == [len(urls), _linking(urls)]
    cpu_ms = (time.process_time() - worked) * 1_000 / len(urls)
    return {"rate": len(urls) / (time.perf_counter() - started), "cpu_ms": cpu_ms}


def _apart(work: Callable[[list[str]], dict[str, float]], urls: list[str]) -> dict[str, float]:
    """What something comes to in a process of its own, whose memory and reactor are no one else's."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(work, urls).result()


def run(hosts: int = HOSTS, each: int = EACH) -> list[dict[str, Any]]:
    """Both against one farm, one after the other."""
    port: multiprocessing.Queue[int] = multiprocessing.Queue()
    server = multiprocessing.Process(target=farm, args=(port,), daemon=True)
    server.start()
    try:
        urls = addresses(port.get(), hosts, each)
        us, them = _apart(ours, urls), _apart(scrapy, urls)
    finally:
        server.terminate()
    what = f"{len(urls):,} pages of {hosts:,} hosts, verified with default pauses"
    peer = "Scrapy, as polite, which looks for the link and keeps nothing"
    first = "judged, kept as WARC and in the index"
    return [
        _row(f"{what}: {first}", us["rate"], "pages/s", {peer: them["rate"]}),
        _row(f"{what}: to the last verdict", us["reading"], "pages/s", {peer: them["rate"]}),
        _row(f"{what}: processor time, less that of the readers of the ingest", us["cpu_ms"], "ms/page",
             {peer: them["cpu_ms"]}, more_is_better=False),
        _row(f"{what}: verdicts in the first minute", us["first_minute"], "verdicts", {}),
        _row(f"{what}: peak of memory", us["peak_mb"], "MB", {}),
    ]  # fmt: skip


def _row(
    name: str, figure: float, unit: str, peers: dict[str, float], *, more_is_better: bool = True
) -> dict[str, Any]:
    ratio = {peer: figure / other if more_is_better else other / figure for peer, other in peers.items()}
    return {"name": name, "figure": figure, "unit": unit, "peers": peers, "ratio": ratio, "runs": 1}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(run(*map(int, sys.argv[1:3]))) + "\n")
