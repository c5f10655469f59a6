"""The steps by which a home is written, recorded, and every state that a loss of power may leave of them.

The storage model: what was fsynced is there; of what was not, anything may be. The bytes of a file that
was never synced may be missing, or torn at a multiple of 512 bytes. A name that was given or taken since its
folder was last synced may be the old one or the new one, each on its own. SQLite's commits are one step: that
they are atomic and durable is SQLite's own promise, which it tests in the same way.
"""

import itertools
import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from backlit.index.storage import Storage, using
from backlit.index.sums import CATALOG
from backlit.index.tables import Index
from backlit.index.upkeep import reachable

SECTOR = 512

#: Equal bytes are kept once, so that comparing them costs nothing.
_same: dict[bytes, bytes] = {}


@dataclass(frozen=True)
class Step:
    """One primitive step; `data` are bytes that are not yet durable, `catalog` is a commit of SQLite."""

    kind: str
    path: Path
    other: Path | None = None
    data: bytes = b""


class Recorder(Storage):
    """A storage that does everything and remembers it."""

    def __init__(self, home: Path) -> None:
        super().__init__()
        self.steps: list[Step] = []
        #: by the bytes of the catalog: every file that it leads to, which must be whole wherever it is
        self.needs: dict[bytes, dict[Path, bytes]] = {}
        self._home = home
        self._catalog = home / CATALOG
        self._known = b""
        self._note_catalog()
        self.steps.clear()

    def _note_catalog(self) -> None:
        """SQLite writes by its own hand: whatever it committed since the last step comes before the next."""
        now = _bytes(self._catalog) if self._catalog.exists() else b""
        if now != self._known:
            self._known = now
            self.needs[now] = needs_of(self._home)
            self.steps.append(Step("catalog", self._catalog, data=now))

    def _note(self, step: Step) -> None:
        self._note_catalog()
        self.steps.append(step)

    def done(self) -> None:
        """The job is acknowledged: from here on it may not be lost."""
        self._note_catalog()
        self.steps.append(Step("done", self._catalog))

    def sync_file(self, path: Path) -> None:
        self._note(Step("data", path, data=_bytes(path)))
        super().sync_file(path)
        self._note(Step("sync", path))

    def sync_folder(self, folder: Path) -> None:
        super().sync_folder(folder)
        self._note(Step("folder", folder))

    def rename(self, old: Path, new: Path) -> None:
        super().rename(old, new)
        self._note(Step("rename", old, new))

    def mkdir(self, folder: Path) -> None:
        super().mkdir(folder)
        self._note(Step("mkdir", folder))

    def unlink(self, path: Path) -> None:
        super().unlink(path)
        self._note(Step("unlink", path))


@contextmanager
def recording(home: Path) -> Iterator[Recorder]:
    """Record what is written to a home for a while."""
    recorder = Recorder(home)
    with using(recorder):
        yield recorder
    recorder.done()


@dataclass(frozen=True)
class State:
    """What one loss of power left: the files by path, and how many jobs had been acknowledged."""

    files: Mapping[Path, bytes]
    acknowledged: int


@dataclass
class Disk:
    """The model: names that are durable, names that may be, and the bytes of each file."""

    names: dict[Path, bytes]
    #: changes of names since their folder was last synced, in order: (folder, path, bytes or None for gone)
    pending: list[tuple[Path, Path, bytes | None]] = field(default_factory=list)
    #: bytes of files that were written and not synced
    unsynced: dict[Path, bytes] = field(default_factory=dict)
    acknowledged: int = 0

    def apply(self, step: Step) -> None:
        """Take one step."""
        match step.kind:
            case "data":
                self.unsynced[step.path] = step.data
            case "sync":
                self._settle(step.path, self.unsynced.pop(step.path))
            case "rename":
                self._rename(step.path, step.other or step.path)
            case "unlink":
                self.pending.append((step.path.parent, step.path, None))
            case "folder":
                for _, path, data in (change for change in self.pending if change[0] == step.path):
                    _set(self.names, path, data)
                self.pending = [change for change in self.pending if change[0] != step.path]
            case "catalog":
                self.names[step.path] = step.data
            case "done":
                self.acknowledged += 1

    def _settle(self, path: Path, data: bytes) -> None:
        """A file is synced: its bytes are safe, its name is only once its folder is synced."""
        self.pending.append((path.parent, path, data))

    def _rename(self, old: Path, new: Path) -> None:
        moved = {path: data for _, path, data in self.pending if path == old or path.is_relative_to(old)}
        moved |= {
            p: d for p, d in self.names.items() if p not in moved and (p == old or p.is_relative_to(old))
        }
        for path, data in moved.items():
            place = new / path.relative_to(old) if path != old else new
            self.pending.append((new.parent, place, data))
            self.pending.append((old.parent, path, None))

    def states(self, chance: random.Random, most: int) -> Iterator[State]:
        """The states that a loss of power may leave now: all of them where they are few, else a sample."""
        places = len(self.pending)
        few = 2**places <= most
        choices = itertools.product((False, True), repeat=places) if few else None
        for _ in range(2**places if few else most):
            kept = next(choices) if choices else [chance.random() < 0.5 for _ in range(places)]
            files = dict(self.names)
            for keep, (_, path, data) in zip(kept, self.pending, strict=True):
                if keep:
                    _set(files, path, data)
            for path, data in self.unsynced.items():
                torn = chance.randrange(0, len(data) + SECTOR, SECTOR)
                _set(files, path, chance.choice([None, data[:torn], b"\0" * torn + data[torn:], data]))
            yield State(files, self.acknowledged)


def _set(files: dict[Path, bytes], path: Path, data: bytes | None) -> None:
    if data is None:
        files.pop(path, None)
    else:
        files[path] = data


def _bytes(path: Path) -> bytes:
    data = path.read_bytes()
    return _same.setdefault(data, data)


def needs_of(home: Path) -> dict[Path, bytes]:
    """The files that the catalog of a home leads to, and their bytes."""
    return {path: _bytes(path) for path in reachable(Index.open(home), logs=False)}


def files_of(home: Path) -> dict[Path, bytes]:
    """All that lies in a home now."""
    return {path: _bytes(path) for path in home.rglob("*") if path.is_file()}
