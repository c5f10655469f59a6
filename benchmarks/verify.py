"""How many pages a second does a polite verification read? `python -m benchmarks.verify [HOSTS] [PAGES]`

A farm on loopback, in a process of its own, has so many hosts (each an address of 127/8) with so many pages
of 25 kB (9 kB compressed) and a robots.txt that asks for nothing. All pages are leads of one target; four of
five link to it. Every page is read, judged, kept as WARC and ingested, with the pauses that are the default;
the kernels that read pages are compiled before. Beside it Scrapy reads the same pages with robots.txt and a
second between two requests to a host, and looks for the link; it keeps nothing.
"""

import asyncio
import json
import multiprocessing
import random
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

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


def ours(urls: list[str], folder: Path) -> dict[str, Any]:
    """Verify the pages as leads."""
    from backlit import app
    from backlit.ingest.compiled import compile_apart, is_compiled
    from backlit.net.client import Client
    from backlit.net.system import network

    if not is_compiled():
        compile_apart()
    leads = folder / "leads.csv"
    leads.write_text("Linking page,Last crawled\n" + "".join(f"{url},2026-02-01\n" for url in urls))
    app.ingest(folder / "home", [str(leads)], target="target.example", workers=1)
    client = Client(network("127.0.0.0/8"), random.random)
    started, worked, first = time.perf_counter(), _worked(), []
    row = app.verify(
        folder / "home", "target.example", leads=True, client=client, threads=THREADS,
        told_each=lambda _row: first.append(time.perf_counter() - started),
    ).row  # fmt: skip
    reading, worked = first[-1], _worked() - worked
    counts = {name: row[name] for name in ("found", "not_found", "blocked", "unreachable")}
    within = sum(each <= 60 for each in first)
    return {
        "pages_a_second": round(len(first) / row["seconds"], 1),
        "reading_alone": round(len(first) / reading, 1),
        "seconds": row["seconds"],
        "cpu_ms_a_page": round(worked * 1000 / len(first), 2),
        "in_the_first_minute": within,
        **counts,
    }


THREADS = 64


def _worked() -> float:
    """Seconds of processor time that this process and those that it started have used, less the farm's."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)


def scrapy(urls: list[str]) -> dict[str, Any]:
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

    started, worked = time.perf_counter(), _worked()
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
    process.start()
    seconds = time.perf_counter() - started
    return {
        "pages_a_second": round(found[0] / seconds, 1),
        "seconds": round(seconds, 1),
        "cpu_ms_a_page": round((_worked() - worked) * 1000 / found[0], 2),
        "found": found[1],
    }


def main() -> None:
    """Run both against one farm; a line of JSON."""
    hosts, pages = (int(each) for each in sys.argv[1:3]) if len(sys.argv) > 2 else (2000, 5)
    port: multiprocessing.Queue[int] = multiprocessing.Queue()
    server = multiprocessing.Process(target=farm, args=(port,), daemon=True)
    server.start()
    urls = addresses(port.get(), hosts, pages)
    with tempfile.TemporaryDirectory() as folder:
        told = {"hosts": hosts, "pages": len(urls), "backlit": ours(urls, Path(folder))}
    told["peak_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    if "--alone" not in sys.argv:
        told["scrapy"] = scrapy(urls)
    sys.stdout.write(json.dumps(told) + "\n")
    server.terminate()


if __name__ == "__main__":
    main()
