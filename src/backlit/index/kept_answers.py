"""Which questions about the targets of a large index were answered before, by this process or another?

There, some answers take seconds: the peers of a target are looked for among millions of links, and its links
are judged by the networks around them. They are kept in `HOME/answers`, in a folder for each target at a
version, which is named by a digest of all that its answers hang on, our own code included: none can be out
of date, and each may be removed at any time.

A home may come from somebody else. What is read from it is therefore made of nothing but values.
"""

import contextlib
import hashlib
import io
import os
import pickle
import sys
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, is_dataclass
from datetime import datetime
from enum import Enum
from functools import cache
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from backlit.index.storage import disk, make_folder
from backlit.index.tables import Version
from backlit.index.target import Target

__all__ = ["KeptAnswers", "Shelf", "values_of"]

#: What all answers may take together, in bytes, and targets whose answers are kept; those that were not asked
#: for longest go first.
_MOST, _TARGETS = 1 << 30, 1_000
#: Bytes of the digest before an answer, which tells whether it is whole.
_SUM = 16
#: Rooms whose values answers are made of.
_ROOMS = ("backlit.app.", "backlit.index.", "backlit.model", "backlit.rank.", "backlit.score.")
#: What other libraries make values of.
_MAKES = {
    ("collections", "Counter"),
    ("collections", "OrderedDict"),
    ("datetime", "date"),
    ("datetime", "datetime"),
    ("datetime", "timedelta"),
    ("datetime", "timezone"),
    ("numpy", "dtype"),
    ("numpy", "ndarray"),
    ("numpy._core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "scalar"),
    ("numpy._core.numeric", "_frombuffer"),
    ("pyarrow.lib", "_restore_array"),
    ("pyarrow.lib", "py_buffer"),
    ("pyarrow.lib", "type_for_alias"),
}
#: Libraries that decide what answers are and how they look as bytes; without the last, words alone are
#: compared.
_LIBRARIES = ("duckdb", "numpy", "pyarrow", "wordllama")
#: Rooms that show answers and make none.
_SHOWING = ("__pycache__", "web", "cli", "vweb")


class KeptAnswers:
    """The answers of one home. Two processes may write the same one, which then says the same."""

    def __init__(self, home: Path, *, most: int = _MOST, targets: int = _TARGETS) -> None:
        self._folder, self._most, self._targets = home / "answers", most, targets

    def shelf(self, version: Version, target: Target, as_of: datetime | None, how: str) -> "Shelf":
        """Where the answers about a target lie, whose links are judged as `how` says."""
        asked = target.scope, target.lower, target.upper, as_of
        told = _code(), how, version.id, sorted(version.tables.items()), asked
        return Shelf(self, self._folder / _digest(repr(told).encode()).hex())

    def make_room(self) -> None:
        """Remove the answers of targets that were not asked about for longest."""
        kept = 0
        with contextlib.suppress(OSError):
            for number, folder in enumerate(sorted(self._folder.iterdir(), key=_age)):
                kept += sum(each.stat().st_size for each in folder.iterdir())
                if kept > self._most or number >= self._targets:
                    disk().remove_tree(folder)


@dataclass(frozen=True, slots=True)
class Shelf:
    """The answers about one target."""

    _all: KeptAnswers
    folder: Path

    def read(self, asked: Hashable) -> bytes | None:
        """The answer to a question, as bytes; None where none is kept. One that is damaged is removed."""
        path = self._path(asked)
        try:
            found = path.read_bytes()
            os.utime(self.folder)
        except OSError:
            return None
        if _digest(found[_SUM:]) == found[:_SUM]:
            return found[_SUM:]
        with contextlib.suppress(OSError):
            disk().unlink(path)
        return None

    def write(self, asked: Hashable, answer: bytes) -> None:
        """Keep an answer. A home that cannot be written to keeps none."""
        path = self._path(asked)
        with contextlib.suppress(OSError):
            if not self.folder.exists():
                make_folder(self.folder)
                self._all.make_room()
            disk().write(path, _digest(answer) + answer)

    def _path(self, asked: Hashable) -> Path:
        return self.folder / _digest(repr(asked).encode()).hex()


def values_of(pickled: bytes) -> object:
    """What bytes from a file stand for. They make values of ours, of times and of numbers, and call nothing:
    pickle.UnpicklingError where they would."""
    return _Reader(io.BytesIO(pickled)).load()


class _Reader(pickle.Unpickler):
    """Reads what is made of values alone."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("builtins", "getattr"):
            return _attribute
        if module == "zoneinfo" and name == "ZoneInfo":
            return ZoneInfo
        is_ours = module.startswith(_ROOMS)
        found = super().find_class(module, name) if is_ours or (module, name) in _MAKES else None
        if found is None or (is_ours and not _is_value(found)):
            raise pickle.UnpicklingError(f"{module}.{name} is no value")
        return found


def _is_value(found: object) -> bool:
    return isinstance(found, type) and (is_dataclass(found) or issubclass(found, Enum))


def _attribute(of: object, name: str) -> object:
    """What a zone of time is made by; nothing else is asked for an attribute."""
    if of is ZoneInfo and name == "_unpickle":
        return getattr(of, name)
    raise pickle.UnpicklingError(f"{name} is no value")


def _age(folder: Path) -> float:
    return -folder.stat().st_mtime


def _digest(told: bytes) -> bytes:
    return hashlib.blake2b(told, digest_size=_SUM).digest()


@cache
def _code() -> str:
    """What answers are made by: other ones where a file of ours or a library differs."""
    root = Path(__file__).parents[1]
    files = sorted(f"{path.relative_to(root)} {_look(path)}" for path in _files(root))
    libraries = [f"{name} {_version(name)}" for name in _LIBRARIES]
    return _digest("\n".join([sys.version, *libraries, *files]).encode()).hex()


def _files(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        folders[:] = [each for each in folders if each not in _SHOWING]
        yield from (Path(folder, name) for name in names)


def _version(library: str) -> str | None:
    with contextlib.suppress(PackageNotFoundError):
        return version_of(library)
    return None


def _look(path: Path) -> str:
    found = path.stat()
    return f"{found.st_size} {found.st_mtime_ns}"
