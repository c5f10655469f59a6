"""Which targets were judged already, at this very version of the index?

Judging takes a second or more, which a command that only looks should not wait for. What came of it is kept
in `HOME/judged`, in files that are named by a digest of all it hangs on: none can be out of date, and each
may be removed at any time.
"""

import contextlib
import hashlib
import importlib.util
import os
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from backlit.index.judgements import COLUMNS
from backlit.index.storage import disk, make_folder
from backlit.index.tables import Version
from backlit.index.target import Target

__all__ = ["KeptJudgements"]

#: Part of every name: another number when links are judged differently.
_EDITION = 2
#: Files that are kept; those that were not asked for longest go first.
_MOST = 500


class KeptJudgements:
    """The judgements of one home."""

    def __init__(self, home: Path) -> None:
        self._folder = home / "judged"

    def path(self, version: Version, target: Target, as_of: datetime | None, method: str) -> Path:
        """Where the judgements of a target by a method lie, whether or not they are there."""
        asked = target.scope, target.lower, target.upper, as_of
        with_vectors = importlib.util.find_spec("wordllama") is not None
        told = _EDITION, method, version.id, sorted(version.tables.items()), asked, with_vectors
        name = hashlib.blake2b(repr(told).encode(), digest_size=16).hexdigest()
        return self._folder / f"{name}.parquet"

    def read(self, path: Path) -> pa.Table | None:
        """What is kept there; None where nothing is that can be read, which is removed."""
        try:
            found = pq.read_table(path)
            os.utime(path)
        except FileNotFoundError:
            return None
        except (OSError, pa.ArrowException):
            found = None
        if found is not None and found.column_names == list(COLUMNS):
            return found
        with contextlib.suppress(OSError):
            disk().unlink(path)
        return None

    def write(self, path: Path, found: pa.Table) -> None:
        """Keep judgements. A home that cannot be written to keeps none."""
        with contextlib.suppress(OSError):
            make_folder(self._folder)
            self._make_room()
            draft = path.with_name(f"{path.stem}.{os.getpid()}.new")
            pq.write_table(found, draft, compression="zstd")
            disk().publish(draft, path)

    def _make_room(self) -> None:
        kept = sorted(self._folder.iterdir(), key=lambda path: -path.stat().st_mtime)
        for path in kept[_MOST - 1 :]:
            with contextlib.suppress(OSError):
                disk().unlink(path)
