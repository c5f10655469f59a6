"""What is fuzzed: each target takes any bytes, reads them as its room does, and asserts what always holds."""

import gzip
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import zstandard

from backlit import Disavow, extract
from backlit.errors import BacklitError
from backlit.ingest import compiled
from backlit.ingest.assemble import Tally
from backlit.ingest.read import ReadOptions, read_source
from backlit.ingest.sources import find_sources
from backlit.ingest.warc import read_warc
from backlit.ingest.wat import read_wat
from backlit.net.robots import Robots, lines_of
from backlit.report.text import visible

__all__ = ["TARGETS"]

Target = Callable[[bytes], None]
FOLDER = Path(tempfile.mkdtemp(prefix="fuzz-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None))  # noqa: S108

#: Ways to pack a crawl file; the first byte of an input chooses.
PACKINGS: tuple[tuple[str, Callable[[bytes], bytes]], ...] = (
    ("warc", bytes),
    ("warc.gz", lambda data: data),  # packed already, or damaged
    ("warc.gz", lambda data: gzip.compress(data, 1, mtime=0)),
    ("warc.zst", lambda data: data),
    ("warc.zst", zstandard.ZstdCompressor(1).compress),
)
CONTENT_TYPES = (
    "text/html",
    "text/html; charset=utf-8",
    "text/html; charset=gb18030",
    "text/html; charset=utf-16",
)
SUFFIXES = ("csv", "tsv", "txt", "json", "log", "csv.gz", "zip", "jsonl")

Rows = Iterator[tuple[pa.RecordBatch, pa.RecordBatch]]


def _written(name: str, data: bytes) -> Path:
    path = FOLDER / f"{os.getpid()}.{name}"
    path.write_bytes(data)
    return path


def _rows(batches: Rows) -> tuple[list[object], list[object]]:
    pages: list[object] = []
    links: list[object] = []
    for page_batch, link_batch in batches:
        page_batch.validate(full=True)
        link_batch.validate(full=True)
        pages += page_batch.to_pylist()
        links += link_batch.to_pylist()
    return pages, links


def warc(data: bytes) -> None:
    """A WARC file: every byte is read or counted, and the counts are those of the rows."""
    name, pack = PACKINGS[data[0] % len(PACKINGS)] if data else PACKINGS[0]
    path, tally = _written(name, pack(data[1:])), Tally()
    pages, links = _rows(read_warc(path, "fuzz", tally, lambda _domain: True))
    assert tally.bytes_read == path.stat().st_size
    assert 0 <= tally.bytes_skipped <= tally.bytes_read
    assert (tally.pages, tally.links) == (len(pages), len(links))


def wat_json(data: bytes) -> None:
    """The JSON of a WAT record: read alone and together with others, the rows are the same."""
    head = "WARC/1.0\r\nWARC-Type: metadata\r\nContent-Length: {}\r\n\r\n"
    path = _written("wat", head.format(len(data)).encode() + data + b"\r\n\r\n")
    alone, together = Tally(), Tally()
    expected = _rows(read_wat(path, "fuzz", alone))
    least, compiled.COMPILED_BYTES = compiled.COMPILED_BYTES, 0
    try:
        found = _rows(read_wat(path, "fuzz", together))
    finally:
        compiled.COMPILED_BYTES = least
    assert (found, together.problems) == (expected, alone.problems)


def html(data: bytes) -> None:
    """A page, through the public `extract`, with all of the rich model."""
    content_type = CONTENT_TYPES[data[0] % len(CONTENT_TYPES)] if data else CONTENT_TYPES[0]
    header, line, page = data[1:].partition(b"\n")
    headers = [
        ("Content-Type", content_type),
        ("Link", header.decode("latin-1")),
        ("X-Robots-Tag", header.decode("latin-1")),
    ]
    found = extract(page if line else header, "https://page.example/dir/", headers=headers)
    for link in found.links:
        assert link.target_url.startswith(("http://", "https://"))
        assert link.target_domain


def table(data: bytes) -> None:
    """An export, a list or a log, in any form: rows, counted problems, or a sentence that says what to do."""
    suffix = SUFFIXES[data[0] % len(SUFFIXES)] if data else "csv"
    packed = gzip.compress(data[1:], 1, mtime=0) if suffix.endswith(".gz") else data[1:]
    path, tally = _written(suffix, packed), Tally()
    try:
        for source in find_sources([str(path)]):
            for batches in read_source(source, "fuzz", tally, ReadOptions(target="far.example")):
                for batch in batches:
                    if batch is not None:
                        batch.validate(full=True)
    except BacklitError as error:
        _must_teach(error)


def robots(data: bytes) -> None:
    """A robots.txt file and a URL: a decision, by a line that is there, whatever the case of the agent."""
    path, line, body = data.partition(b"\n")
    found = Robots(body if line else path)
    url = f"https://page.example/{path.decode('latin-1')}"
    for agent in ("Backlit", "googlebot", ""):
        decision = found.decision(agent, url)
        assert decision.allowed or decision.rule is not None
        if decision.rule is not None:
            assert 1 <= decision.rule.line <= len(lines_of(body if line else path))
        assert decision == found.decision(agent.upper(), url)
        delay = found.crawl_delay(agent)
        assert delay is None or delay >= 0


def disavow(data: bytes) -> None:
    """A disavow file: its bytes again, faults on lines that are there, and a text that changes no more."""
    read = Disavow.parse(data)
    assert read.encoded() == data
    for fault in read.lint(own=("far.example",), kept=("kept.example",), name="list.txt"):
        assert fault.line is None or 1 <= fault.line <= max(1, len(read.lines))
        assert visible(fault.sentence + fault.what_to_do) == fault.sentence + fault.what_to_do
    again = Disavow.of(read.reasons.items(), ["made again"])
    assert again.entries == read.entries
    assert not read.diff(again)
    assert Disavow.of(again.reasons.items(), ["made again"]).render() == again.render()


def _must_teach(error: BacklitError) -> None:
    assert error.asked
    assert error.found
    assert error.do


TARGETS: dict[str, Target] = {
    "warc": warc,
    "wat": wat_json,
    "html": html,
    "table": table,
    "robots": robots,
    "disavow": disavow,
}
