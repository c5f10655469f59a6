"""How do the texts of pages come beside an index that keeps none? A second reading of its WARC files."""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from backlit.app.answer import Answer, Row
from backlit.app.progress import Progress, ProgressEvent, silent
from backlit.errors import SourceMissing, UsageError
from backlit.index.places import places, remember_places
from backlit.index.storage import make_folder
from backlit.index.texts import Texts
from backlit.ingest.assemble import Tally
from backlit.ingest.sources import WARC, digest_of, find_sources

__all__ = ["read_pages"]

#: What one file came to: its path, its name, pages, whether it was read before, and what could not be used.
_Done = tuple[str, str, int, bool, list[tuple[int, str]]]


def read_pages(
    home: Path, names: Sequence[str] = (), *, workers: int = 1, progress: Progress | None = None
) -> Answer:
    """Read what pages say from WARC files, each once; those the index was read from where none is named.

    How many `files` and `pages` there are, how many files were read `already`, which are `missing` since they
    were moved or removed, and what could not be used.
    """
    started, tell = time.perf_counter(), progress or silent
    files, missing = _files(home, names)
    make_folder(home / "texts")
    done: list[_Done] = []
    total = sum(path.stat().st_size for path in files)
    size = 0
    for each in _each(home, files, workers):
        done.append(each)
        size += Path(each[0]).stat().st_size
        tell(ProgressEvent("reading what pages say", size, total, "bytes"))
    data: Row = {
        "files": len(done),
        "already": sum(was_there for *_, was_there, _ in done),
        "pages": sum(pages for _, _, pages, _, _ in done),
        "missing": missing,
        "problems": [
            {"source": name, "offset": offset, "why": why}
            for _, name, _, _, problems in done
            for offset, why in problems
        ],
        "seconds": round(time.perf_counter() - started, 3),
    }
    return Answer(data, {"sources": list(names)}, took_ms=(time.perf_counter() - started) * 1000)


def _each(home: Path, files: Sequence[Path], workers: int) -> Iterator[_Done]:
    """Read files one after the other, or several at once in processes of their own."""
    if workers <= 1 or len(files) <= 1:
        yield from (_read(home, path) for path in files)
        return
    with ProcessPoolExecutor(min(workers, len(files)), mp_context=get_context("spawn")) as pool:
        yield from pool.map(_read, [home] * len(files), files)


def _read(home: Path, path: Path) -> _Done:
    from backlit.ingest.reading import TEXTS, read_texts

    texts, tally = Texts(home), Tally()
    place = texts.path(digest_of(path))
    was_there = place.exists()
    if not was_there:
        texts.write(place, path.name, read_texts(path, tally), TEXTS)
    return str(path), path.name, texts.pages(place), was_there, list(tally.problems)


def _files(home: Path, names: Sequence[str]) -> tuple[list[Path], list[str]]:
    """The WARC files to read, and the names of those that are not where they were."""
    if names:
        found = [source.path for source in find_sources(names) if source.kind == WARC]
        if not found:
            raise UsageError(
                f"read what pages say from {names[0]}",
                "there is no WARC file",
                "WAT files and exports hold no texts: name the WARC files of the same crawl.",
            )
        remember_places(home, found)
        return found, []
    known = places(home)
    there = [path for path in known if path.is_file()]
    if not there:
        found_none = "none of its WARC files is where it was" if known else "it was read from no WARC file"
        raise SourceMissing(
            "read what pages say", found_none, "Name the files: --read FILE, or crawl: `backlit crawl URL`."
        )
    return there, [str(path) for path in known if not path.is_file()]
