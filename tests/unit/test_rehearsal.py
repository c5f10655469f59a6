"""Is a page that would stop or fill a reader tried elsewhere first, and named when it does?"""

import gzip
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from backlit import extract
from backlit.ingest import rehearsal
from backlit.ingest.assemble import Tally
from backlit.ingest.rehearsal import rehearsed
from backlit.ingest.warc import read_warc

URL = "https://page.example/dir/"
LARGE = b"<p>x" * 25_000
#: One attribute costs a parser about 200 bytes: this page of 2.5 MB holds 750,000.
FULL = (b"<a " + b" ".join(b"d%d" % n for n in range(300)) + b" href=//far.example/>x</a>") * 2_500
TOO_MUCH = "not parsed: takes more than 64 MiB of memory"


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[rehearsal._Stage]:
    """Nobody beside, and nobody left behind."""
    stage = rehearsal._Stage()
    monkeypatch.setattr(rehearsal, "_stage", stage)
    yield stage
    if stage.process is not None:
        stage.process.kill()
        stage.process.wait()
        stage._forget(stage.process)


def tried(page: bytes) -> str | None:
    return rehearsed(page, URL, keeps_internal=False)


@pytest.mark.usefixtures("stage")
def test_a_page_of_people_is_not_tried() -> None:
    assert tried(b"<p>x" * 19_000) is None
    assert rehearsal.beside() is None


def test_a_large_page_is_tried_and_read() -> None:
    assert tried(LARGE) is None
    beside = rehearsal.beside()
    assert beside is not None
    assert tried(b"x" * 2_000_000) is None
    assert rehearsal.beside() == beside


def test_a_page_that_fills_the_memory_is_named_and_the_next_is_read() -> None:
    assert tried(FULL) == TOO_MUCH
    assert tried(LARGE) is None


@pytest.mark.usefixtures("stage")
def test_a_page_that_takes_too_long_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = "from backlit.ingest import rehearsal as r; r.CPU_SECONDS = 0.01; r.main()"

    def impatient() -> "subprocess.Popen[bytes]":
        return subprocess.Popen([sys.executable, "-c", quick], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    monkeypatch.setattr(rehearsal, "_started", impatient)
    assert tried(LARGE) == "not parsed: takes more than 1 s of processor time"
    assert rehearsal.beside() is None


def test_a_process_that_somebody_else_ended_is_started_again() -> None:
    assert tried(LARGE) is None
    beside = rehearsal.beside()
    assert beside is not None
    os.kill(beside, signal.SIGKILL)
    assert rehearsal._stage.process is not None
    rehearsal._stage.process.wait()
    assert tried(LARGE) is None
    assert rehearsal.beside() != beside


def test_the_process_ends_with_ours_and_nothing_is_left_open() -> None:
    ours = "from backlit.ingest import rehearsal as r; r._stage._ready(); print(r.beside())"
    command = [sys.executable, "-X", "dev", "-W", "error", "-c", ours]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    with pytest.raises(ProcessLookupError):
        os.kill(int(done.stdout), 0)


@pytest.mark.usefixtures("stage")
def test_a_page_that_ends_its_reader_is_named_after_the_signal(monkeypatch: pytest.MonkeyPatch) -> None:
    fatal = "import os, sys; sys.stdin.buffer.read(8); os.kill(os.getpid(), 11)"

    def doomed() -> "subprocess.Popen[bytes]":
        return subprocess.Popen([sys.executable, "-c", fatal], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    monkeypatch.setattr(rehearsal, "_started", doomed)
    assert tried(LARGE) == "not parsed: it ended the process that tried it (SIGSEGV)"


def record(page: bytes) -> bytes:
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + page
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {URL}\r\n"
        f"WARC-Date: 2024-05-06T07:08:09Z\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return gzip.compress(head.encode() + block + b"\r\n\r\n")


def test_a_killed_page_is_a_counted_problem_of_its_file_and_no_complete_look(tmp_path: Path) -> None:
    first, link = record(b"<p>first"), b"<p><a href=//far.example/>x</a>"
    (tmp_path / "crawl.warc.gz").write_bytes(first + record(FULL) + record(link))
    tally = Tally()
    ((pages, links),) = read_warc(tmp_path / "crawl.warc.gz", "s", tally)
    assert pages.column("complete").to_pylist() == [True, False, True]
    assert links.column("target_key").to_pylist() == ["example.far/"]
    assert tally.problems == [(len(first), TOO_MUCH)]


def test_extract_says_it_too() -> None:
    page = extract(FULL, URL).page
    assert (page.complete, page.problem) == (False, TOO_MUCH)
