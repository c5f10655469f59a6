"""What did reading one source yield, and is it already on disk?

Each source is read once into a folder of its own under `HOME/staging`, which takes its name only
when it is whole. A killed ingest finds the folders that are there and reads the rest. The name is
made of the file's bytes and of how it was read, so neither path nor time matters.
"""

import hashlib
import json
import os
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

import pyarrow.parquet as pq

from backlit.errors import IndexDamaged, SourceError
from backlit.index.storage import disk, make_folder, publish, sweep_workspaces
from backlit.ingest.assemble import Tally
from backlit.ingest.read import Batches, ReadOptions, read_source
from backlit.ingest.sources import REFUSED, Source, digest_of, why_refused
from backlit.model import LEADS, LINKS, PAGES, PRIOR_RANKS
from backlit.schemas import DECISIONS, PERFORMANCE, VISITS

__all__ = ["Part", "extract", "load_part", "source_id_of", "staging_folder", "sweep"]

#: Raised when a reader's output changes, so that files are read again when they are named again.
READER_VERSION = 4

_SCHEMAS = {
    "pages": PAGES,
    "links": LINKS,
    "leads": LEADS,
    "prior_ranks": PRIOR_RANKS,
    "visits": VISITS,
    "performance": PERFORMANCE,
    "decisions": DECISIONS,
}


@dataclass(frozen=True, slots=True)
class Part:
    """The outcome of reading one source; `folder` is None when it was refused or the index has it already."""

    source_id: str
    name: str
    kind: str
    folder: Path | None
    tally: Tally


def staging_folder(home: Path) -> Path:
    """Where parts wait for their commit."""
    return make_folder(home / "staging")


def source_id_of(source: Source, options: ReadOptions) -> str:
    """The id of a source: its bytes, and how they are read."""
    how = json.dumps([READER_VERSION, source.kind, options.identity(source)])
    return hashlib.blake2b(f"{digest_of(source.path)} {how}".encode(), digest_size=16).hexdigest()


def extract(
    source: Source, home: Path, options: ReadOptions, known: Collection[str], progress: Callable[[int], None]
) -> Part:
    """Read one source into its staged part, unless the index or the staging folder has it.

    `progress` is told the bytes of the file read so far.
    """
    if source.kind == REFUSED:  # it may not even be readable
        progress(source.bytes)
        return _refused(source)
    source_id = source_id_of(source, options)
    if source_id in known:
        progress(source.bytes)
        return Part(source_id, source.name, source.kind, None, Tally())
    final = staging_folder(home) / source_id
    part = load_part(final)
    if part is None:
        _read_into(source, final, source_id, options, progress)
        part = load_part(final)
    progress(source.bytes)
    if part is None:
        raise IndexDamaged(f"read back {final}", "it was written and cannot be read", "Check the disk.")
    return part


def _refused(source: Source) -> Part:
    tally = Tally()
    tally.bad(0, f"not read: {why_refused(source)}")
    return Part("", source.name, source.kind, None, tally)


def _read_into(
    source: Source, final: Path, source_id: str, options: ReadOptions, progress: Callable[[int], None]
) -> None:
    temporary = final.with_name(f".{source_id}.{os.getpid()}")
    disk().remove_tree(temporary)
    disk().mkdir(temporary)
    tally = Tally()
    before = _state_of(source.path)
    try:
        batches = read_source(source, source_id, tally, options)
        with PartWriter(temporary) as part:
            for batch in batches:
                part.write(batch)
                progress(min(tally.bytes_read, source.bytes))
        facts = {
            "source_id": source_id,
            "name": source.name,
            "kind": source.kind,
            "tally": asdict(tally),
        }
        (temporary / "part.json").write_text(json.dumps(facts), encoding="utf-8")
        _refuse_change(source.path, before)
        _publish_once(temporary, final)
    except BaseException:
        disk().remove_tree(temporary)
        raise


def _state_of(path: Path) -> tuple[int, int, int]:
    """What differs when a file was written to or replaced; its digest was taken before it was read."""
    state = path.stat()
    return state.st_ino, state.st_size, state.st_mtime_ns


def _refuse_change(path: Path, before: tuple[int, int, int]) -> None:
    if _state_of(path) != before:
        raise SourceError(
            f"read {path}", "the file changed while it was read", "Ingest it again when it is whole."
        )


def _publish_once(temporary: Path, final: Path) -> None:
    """Publish a part; the same file under another name may have been read at the same time."""
    try:
        publish(temporary, final)
    except OSError:
        if load_part(final) is None:
            raise
        disk().remove_tree(temporary)


def load_part(folder: Path) -> Part | None:
    """A part that was staged before; None where there is none. One that cannot be read is removed."""
    try:
        facts = json.loads((folder / "part.json").read_text(encoding="utf-8"))
        problems = [(int(offset), str(why)) for offset, why in facts["tally"]["problems"]]
        tally = Tally(**{**facts["tally"], "problems": problems})
        return Part(facts["source_id"], facts["name"], facts["kind"], folder, tally)
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        disk().remove_tree(folder)
        return None


def sweep(home: Path) -> None:
    """Remove what readers that were killed left half written; needs the write lock."""
    for left in staging_folder(home).glob(".*"):
        disk().remove_tree(left)
    sweep_workspaces(home)


class PartWriter:
    """Writes batches to one unsorted, lightly packed Parquet file per table; sorting comes at the commit."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._writers: dict[str, pq.ParquetWriter] = {}
        self._stack = ExitStack()

    def write(self, batches: Batches) -> None:
        for name, batch in zip(_SCHEMAS, batches, strict=True):
            if batch is not None and batch.num_rows:
                self._writer(name).write_batch(batch)

    def _writer(self, name: str) -> pq.ParquetWriter:
        if name not in self._writers:
            writer = pq.ParquetWriter(self._folder / f"{name}.parquet", _SCHEMAS[name], compression="lz4")
            self._writers[name] = self._stack.enter_context(writer)
        return self._writers[name]

    def __enter__(self) -> "PartWriter":
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()


def part_files(parts: Collection[Part], table: str) -> Iterator[str]:
    """The staged files of one table."""
    for part in parts:
        path = part.folder / f"{table}.parquet" if part.folder else None
        if path is not None and path.exists():
            yield str(path)
