"""Would a page stop or fill the process that parses it? One that may is parsed first where it can do no harm.

No parser can be stopped from within its own process. So a page that is large enough for that is read
once in a process beside, which may use so much processor time and memory and is killed beyond them;
only what came through is read again for its links. That costs the second reading of one page in a
thousand and nothing for the others: they are too small to cost much, whatever is in them.
The limits count processor time, so that a busy machine changes no verdict.
"""

import atexit
import contextlib
import json
import os
import resource
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import numpy as np
from selectolax.lexbor import SelectolaxError

from backlit.ingest.assemble import Assembler, PageFacts, Tally
from backlit.ingest.html import read_html
from backlit.model import Reader
from backlit.urls import parse_url

__all__ = ["CPU_SECONDS", "LARGE_PAGE", "MEMORY_BYTES", "has_few_tags", "is_small", "rehearsed"]

#: A page that is shorter, and has fewer tags, cannot cost more than the limits.
LARGE_PAGE, MANY_TAGS = 1 << 20, 20_000
#: No page under this has so many tags.
FEW_BYTES = 3 * MANY_TAGS
#: What one page may cost there: processor time in seconds, half of what both readings may, and bytes beyond
#: what the process had before.
CPU_SECONDS, MEMORY_BYTES = 1.0, 64 << 20


def is_small(page: bytes) -> bool:
    """Whether a page cannot cost more than the limits."""
    return len(page) <= LARGE_PAGE and has_few_tags(page)


def has_few_tags(page: bytes) -> bool:
    """Whether a page has no more than MANY_TAGS, which bounds the nodes of its tree."""
    if len(page) < FEW_BYTES:
        return True
    tags = np.count_nonzero(np.frombuffer(page, np.uint8) == ord("<"))  # a third of what `count` takes
    return int(tags) <= MANY_TAGS


def rehearsed(page: bytes, url: str, *, keeps_internal: bool) -> str | None:
    """Why a page, given in UTF-8, is not to be parsed here; None when it may be."""
    if is_small(page):
        return None
    return _stage.played(page, json.dumps([url, keeps_internal]).encode())


@dataclass(slots=True)
class _Stage:
    """The process beside: started when it is needed, and again after it was killed."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    owner: int = 0
    process: subprocess.Popen[bytes] | None = None

    def played(self, page: bytes, how: bytes) -> str | None:
        with self.lock:
            process = self._ready()
            assert process.stdin is not None
            assert process.stdout is not None
            with contextlib.suppress(BrokenPipeError):  # it died; its status says of what
                for part in (how, page):
                    process.stdin.write(len(part).to_bytes(8, "little") + part)
                process.stdin.flush()
            answer = process.stdout.readline()
            if answer:
                return answer.decode().strip() or None
            status = process.wait()
            self._forget(process)
            return _end(status)

    def _ready(self) -> "subprocess.Popen[bytes]":
        if self.process is not None and self.owner == os.getpid():  # a fork does not share its parent's
            if self.process.poll() is None:
                return self.process
            self._forget(self.process)
        self.process, self.owner = _started(), os.getpid()
        return self.process

    def _forget(self, process: "subprocess.Popen[bytes]") -> None:
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()
        self.process = None

    def clear(self) -> None:
        """Let go of the process, which nobody needs after ours."""
        if self.process is not None and self.owner == os.getpid():
            self.process.kill()
            self.process.wait()
            self._forget(self.process)


_stage = _Stage()
atexit.register(_stage.clear)


def beside() -> int | None:
    """The id of the process beside, while there is one."""
    return _stage.process.pid if _stage.process and _stage.owner == os.getpid() else None


def _started() -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-P", "-m", "backlit.ingest.rehearsal"]  # no module of where somebody is
    pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL  # what libraries say when they die is in the verdict
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=nowhere)


def _end(status: int) -> str:
    """What a process died of that should have read a page."""
    if status == -signal.SIGPROF:
        return f"not parsed: takes more than {CPU_SECONDS:g} s of processor time"
    how = signal.Signals(-status).name if status < 0 else f"status {status}"
    return f"not parsed: it ended the process that tried it ({how})"


def _play(page: bytes, url: str, keeps_internal: bool) -> None:
    """All that reading a page for its links does."""
    place = parse_url(url)
    read = read_html(page, url=place, headers={"content-type": "text/html; charset=utf-8"})
    assembler = Assembler(Reader.WARC, "", Tally(), lambda _domain: keeps_internal)
    scope = assembler.scope(place, read.base)
    facts = PageFacts(place, 0, 200, complete=True)
    assembler.add_located(facts, scope, read.kept(scope.locate))


def _within_limits(page: bytes, url: str, keeps_internal: bool, memory: int) -> str:
    resource.setrlimit(resource.RLIMIT_AS, (memory, resource.RLIM_INFINITY))
    signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)  # SIGPROF ends the process, in the midst of C code too
    try:
        _play(page, url, keeps_internal)
    except (MemoryError, SelectolaxError):  # the latter where Lexbor is refused memory
        return f"not parsed: takes more than {MEMORY_BYTES >> 20} MiB of memory"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    return ""


def _virtual_bytes() -> int:
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[0]
    return int(pages) * resource.getpagesize()


def _part(source: BinaryIO) -> bytes:
    length = source.read(8)
    return source.read(int.from_bytes(length, "little")) if len(length) == 8 else b""


def main() -> None:
    """Read pages from standard input and answer each with a line, empty for yes, until there are no more."""
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it is the parent's to stop, which closes the pipe
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _play(
        b"<p>words <a href=//far.example/>x</a>", "https://page.example/", False
    )  # models load at first use
    memory = _virtual_bytes() + MEMORY_BYTES
    while how := _part(sys.stdin.buffer):
        url, keeps_internal = json.loads(how)
        answer = _within_limits(_part(sys.stdin.buffer), url, keeps_internal, memory)
        sys.stdout.buffer.write(answer.encode() + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
