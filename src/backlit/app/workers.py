"""How are many sources read at once, each in a process that may die without harm?"""

import multiprocessing
import os
import sys
import threading
from collections.abc import Collection, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import connection
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from types import ModuleType

from backlit.app.progress import Progress, ProgressEvent
from backlit.errors import SourceError
from backlit.index.parts import Part, extract
from backlit.ingest.compiled import compile_apart, is_compiled, pays
from backlit.ingest.read import ReadOptions
from backlit.ingest.sources import WARC, WAT, Source

__all__ = ["extract_all"]

#: Seconds between two reports of progress.
_TICK = 0.5


def extract_all(
    sources: list[Source],
    home: Path,
    options: ReadOptions,
    known: Collection[str],
    workers: int,
    progress: Progress,
) -> list[Part]:
    """The parts of all sources, in their order; one worker reads in this very process."""
    total = sum(source.bytes for source in sources)
    if any(source.kind in (WARC, WAT) and pays(source.bytes) for source in sources) and not is_compiled():
        progress(ProgressEvent("compiling the readers, once", 0, None, "bytes"))
        compile_apart()
    if workers <= 1 or len(sources) <= 1:
        return _extract_here(sources, home, options, known, total, progress)
    return _extract_apart(sources, home, options, known, min(workers, len(sources)), total, progress)


def _extract_here(
    sources: list[Source],
    home: Path,
    options: ReadOptions,
    known: Collection[str],
    total: int,
    progress: Progress,
) -> list[Part]:
    parts, before = [], 0
    for source in sources:

        def report(done: int, before: int = before) -> None:
            progress(ProgressEvent("reading", before + done, total, "bytes"))

        parts.append(extract(source, home, options, known, report))
        before += source.bytes
    return parts


@dataclass(slots=True)
class _Worker:
    """What a reading process was given when it started."""

    counter: "Synchronized[int] | None" = None


_worker = _Worker()


def _extract_apart(
    sources: list[Source],
    home: Path,
    options: ReadOptions,
    known: Collection[str],
    workers: int,
    total: int,
    progress: Progress,
) -> list[Part]:
    context = multiprocessing.get_context("forkserver")
    counter = context.Value("q", 0)
    largest_first = sorted(range(len(sources)), key=lambda n: -sources[n].bytes)
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_start_worker, initargs=(counter,))
    try:
        with _no_script():
            futures = {pool.submit(_extract_one, sources[n], home, options, known): n for n in largest_first}
        _wait_for(set(futures), counter, total, progress)
        parts = {futures[future]: _part_of(future, sources[futures[future]]) for future in futures}
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    return [parts[n] for n in range(len(sources))]


@contextmanager
def _no_script() -> Iterator[None]:
    """Start processes that do not run the caller's script again, as Python has them do where it is a file.

    They need nothing of it, and a script without a guard would ingest once more in each of them.
    """
    script = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = script


def _wait_for(
    futures: set[Future[Part]], counter: "Synchronized[int]", total: int, progress: Progress
) -> None:
    while futures:
        done, futures = wait(futures, timeout=_TICK, return_when=FIRST_COMPLETED)
        progress(ProgressEvent("reading", counter.value, total, "bytes"))
        if any(future.exception() for future in done):
            return


def _part_of(future: Future[Part], source: Source) -> Part:
    try:
        return future.result()
    except BrokenProcessPool as broken:
        raise SourceError(
            f"read {source.path}",
            "a reading process was killed, most likely for want of memory",
            "Run it again with --workers 1.",
        ) from broken


def _start_worker(counter: "Synchronized[int]") -> None:
    _worker.counter = counter
    threading.Thread(target=_die_with_parent, daemon=True).start()


def _die_with_parent() -> None:
    """A worker whose parent was killed has nobody to report to."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def _extract_one(source: Source, home: Path, options: ReadOptions, known: Collection[str]) -> Part:
    reported = 0

    def report(done: int) -> None:
        nonlocal reported
        if _worker.counter is not None:
            with _worker.counter.get_lock():
                _worker.counter.value += done - reported
        reported = done

    return extract(source, home, options, known, report)
