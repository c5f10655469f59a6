"""Where fuzzing starts from: small inputs that the project made, of every kind that a target reads."""

import json
import random
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from backlit.ingest.assemble import Tally
from backlit.ingest.records import records
from backlit.vweb import VirtualWeb
from tests.hostile import responses
from tests.hostile.pages import FAMILIES, made
from tests.unit.damage import damaged
from tests.unit.test_disavow_lint import LINES

assert responses.HTML  # its families are there
TESTS = Path(__file__).resolve().parents[1]


def write_seeds(target: str, folder: Path) -> None:
    """Write the seeds of a target into a folder: the same ones each time."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(_SEEDS[target](folder)):
        (folder / f"seed-{number:04}").write_bytes(seed)


def _warcs(folder: Path) -> Iterator[bytes]:
    draw = random.Random(1)
    for family in FAMILIES:
        block = made(family, 600, 0)[:4_000]
        head = b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://page.example/\r\n"
        head += b"WARC-Date: 2024-05-06T07:08:09Z\r\nContent-Length: %d\r\n\r\n" % len(block)
        whole = head + block + b"\r\n\r\n"
        yield bytes([draw.choice((0, 2, 4))]) + whole
        yield b"\0" + damaged(whole, draw)
    path = folder.with_suffix(".warc")
    VirtualWeb(seed=4, pages=50).write_warc(path)
    for record in islice(records(path, Tally()), 20):
        yield b"\0" + record.head + record.payload + b"\r\n\r\n"


def _wats(folder: Path) -> Iterator[bytes]:
    path = folder.with_suffix(".wat")
    VirtualWeb(seed=4, pages=50).write_wat(path)
    yield from (record.payload for record in records(path, Tally()) if record.type == "metadata")


def _pages(_folder: Path) -> Iterator[bytes]:
    for path in sorted((TESTS / "conformance").glob("*.json")):
        for case in json.loads(path.read_text(encoding="utf-8"))["cases"]:
            header = "; ".join(value for _, value in case.get("headers", ()))
            yield b"\1" + header.encode() + b"\n" + case["html"].encode()
    for family in FAMILIES:
        yield b"\0\n" + made(family, 600, 0).partition(b"\r\n\r\n")[2][:4_000]


def _tables(_folder: Path) -> Iterator[bytes]:
    for path in sorted((TESTS / "unit/data/exports").iterdir()):
        kind = ("csv", "tsv", "txt", "json", "log").index(path.suffix[1:])
        yield bytes([kind]) + path.read_bytes()


def _robots(_folder: Path) -> Iterator[bytes]:
    table = json.loads((TESTS / "unit/net/data/robots_txt.json").read_text(encoding="utf-8"))
    for case in table["cases"]:
        for _, url, _ in case["ask"][:2]:
            yield url.partition("://")[2].partition("/")[2].encode() + b"\n" + case["robots"].encode()


def _disavow(_folder: Path) -> Iterator[bytes]:
    lines = [text for text, _, _ in LINES if len(text) < 500]
    for text in lines:
        yield f"# why\n{text}\n".encode()
    for encoding in ("utf-8-sig", "utf-16", "cp1252"):
        yield "\r\n".join(lines).encode(encoding, "replace")


_SEEDS: dict[str, Callable[[Path], Iterator[bytes]]] = {
    "warc": _warcs,
    "wat": _wats,
    "html": _pages,
    "table": _tables,
    "robots": _robots,
    "disavow": _disavow,
}
