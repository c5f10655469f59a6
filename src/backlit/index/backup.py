"""How is a home copied while others go on writing, and put back, perhaps somewhere else?

The catalog is copied by SQLite's own online backup; it says which files make up every version that is kept,
and leases keep those from being collected while they are copied. Iceberg names files by absolute paths, so a
backup that is restored elsewhere has its metadata, manifest lists and manifests written anew. The layout
number comes last: until then there is no index in the new home, and the same command goes on with it.
"""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from backlit.errors import AccessError, IndexDamaged
from backlit.index.bundle import Bundle, Listing, OpenBundle, bundle_for, copy, open_bundle
from backlit.index.check import check
from backlit.index.leases import Lease, no_new_leases
from backlit.index.relocate import relocate
from backlit.index.storage import (
    ALERT_LOCK,
    JOBS_FOLDER,
    JOBS_LOCK,
    OUTREACH_LOCK,
    POLICY_LOCK,
    VISIT_LOCK,
    WORKER_LOCK,
    WRITE_LOCK,
    Sum,
    disk,
    sum_of,
    workspace,
)
from backlit.index.sums import CATALOG, LAYOUT_FILE, SEAL, recorded_sums, seal
from backlit.index.tables import Index
from backlit.index.upkeep import reachable

__all__ = ["Copied", "back_up", "restore"]

#: Tells a home that a restore was begun in from a folder that holds something else.
_MARK = "restore.unfinished"
#: What no backup needs: locks, leases, spilled and half-made files, the words of tasks, and what is copied
#: apart.
_LEFT_OUT = {
    "tmp",
    "staging",
    "leases",
    "warehouse",
    WRITE_LOCK,
    VISIT_LOCK,
    ALERT_LOCK,
    OUTREACH_LOCK,
    POLICY_LOCK,
    WORKER_LOCK,
    JOBS_LOCK,
    JOBS_FOLDER,
    _MARK,
    CATALOG,
    SEAL,
}
_SQLITE_MAGIC = b"SQLite format 3\0"


@dataclass(frozen=True, slots=True)
class Copied:
    """What a backup or restore came to."""

    version: str
    files: int
    bytes: int
    skipped: int


def back_up(index: Index, target: Path, *, now: datetime) -> Copied:
    """Copy a home to a folder or a `.tar` file; what is there is never overwritten.

    A backup to a folder that was stopped goes on where it was. IndexDamaged when a file is not what was
    written: a backup of damage would be none.
    """
    home = index.home
    if target.resolve().is_relative_to(home):
        raise AccessError(
            f"back up to {target}",
            "it lies in the home itself",
            "Name a place outside: a backup holds no backups.",
        )
    with workspace(home, "backup") as work, ExitStack() as leases, bundle_for(target) as bundle:
        frozen = _freeze(index, work, leases)
        files, skipped = dict[str, Sum](), 0
        for name, path, known in _contents(home, frozen, work):
            files[name] = known or sum_of(path)
            skipped += _put(bundle, name, path, files[name])
        listing = Listing(str(home), str(frozen.version().id), now.isoformat(), files)
        bundle.finish(listing)
    size = sum(known.size for known in files.values())
    return Copied(listing.version, len(files), size, skipped)


def _freeze(index: Index, work: Path, leases: ExitStack) -> Index:
    """The index as of one moment: a copy of its catalog, whose versions nobody collects meanwhile."""
    with no_new_leases(index.home):
        _copy_database(index.home / CATALOG, work / CATALOG)
        frozen = Index(index.home, catalog=work / CATALOG)
        for version in frozen.versions():
            leases.enter_context(Lease(index.home, version.id, gated=False))
    return frozen


def _copy_database(source: Path, target: Path) -> None:
    with (
        closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as old,
        closing(sqlite3.connect(target)) as new,
    ):
        old.backup(new)


def _put(bundle: Bundle, name: str, path: Path, known: Sum) -> bool:
    if bundle.has(name, known):
        return True
    bundle.put(name, path, known)
    return False


def _contents(home: Path, frozen: Index, work: Path) -> Iterator[tuple[str, Path, Sum | None]]:
    """Name, place and known sum of every file, the shortest-lived first."""
    yield CATALOG, work / CATALOG, None
    sums = recorded_sums(work / CATALOG)
    warehouse = home / "warehouse"
    for path in dict.fromkeys(reachable(frozen, logs=False)):
        yield str(path.relative_to(home)), path, sums.get(str(path.relative_to(warehouse)))
    for top in sorted(home.iterdir()):
        if top.name in _LEFT_OUT or top.name.startswith(".") or (top / LAYOUT_FILE).exists():
            continue  # the last of these is a home of its own, such as the demo
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if path.is_file() and not path.name.endswith(("-journal", "-wal", "-shm")):
                yield str(path.relative_to(home)), _settled(path, work), None


def _settled(path: Path, work: Path) -> Path:
    """The file, or of a database that may be written to, a copy as of one moment."""
    with path.open("rb") as file:
        if file.read(16) != _SQLITE_MAGIC:
            return path
    copied = work / f"copy-{path.name}"
    _copy_database(path, copied)
    return copied


def restore(source: Path, home: Path) -> Copied:
    """Put a backup back into a home that holds no index; needs the write lock of that home.

    Every byte is checked on the way and once more when it is in place. A restore that was stopped goes on.
    """
    home = home.resolve()
    with open_bundle(source) as bundle, workspace(home, "restore") as work:
        _begin(home)
        skipped = sum(_fetch(bundle, name, home, known) for name, known in _files_of(bundle.listing))
        _fetch_as(bundle, CATALOG, work / CATALOG, bundle.listing.files[CATALOG])
        _relocated(work / CATALOG, bundle, home)
        shutil.copy(work / CATALOG, work / "published")
        disk().publish(work / "published", home / CATALOG)
        _fetch_as(bundle, LAYOUT_FILE, home / LAYOUT_FILE, bundle.listing.files[LAYOUT_FILE])
        seal(home)
        disk().unlink(home / _MARK)
    _verify(source, home)
    files = bundle.listing.files
    return Copied(bundle.listing.version, len(files), sum(known.size for known in files.values()), skipped)


def _begin(home: Path) -> None:
    """Refuse a folder that holds anything but locks, unless an earlier restore was begun in it."""
    if (home / LAYOUT_FILE).exists():
        raise AccessError(
            f"restore into {home}", "it holds an index already", "Name another home, or move that one away."
        )
    strange = sorted(path.name for path in home.iterdir() if path.name not in ("write.lock", "tmp"))
    if strange and _MARK not in strange:
        raise AccessError(
            f"restore into {home}",
            f"something is there already ({strange[0]})",
            "Name a new folder: nothing is overwritten.",
        )
    disk().write(home / _MARK, b"This restore is not finished.\n")


def _relocated(catalog: Path, bundle: OpenBundle, home: Path) -> None:
    """Let the catalog and what it leads to speak of the home that the files lie in now."""
    if Path(bundle.listing.home) == home:
        return
    try:
        relocate(catalog, Path(bundle.listing.home), home)
    except ValueError as error:
        raise IndexDamaged(
            f"restore {bundle.source}",
            f"its tables do not lie in the home it names, {bundle.listing.home} ({error})",
            "Take another backup: this one cannot be trusted.",
        ) from error


def _files_of(listing: Listing) -> Iterator[tuple[str, Sum]]:
    missing = {CATALOG, LAYOUT_FILE} - set(listing.files)
    if missing:
        raise IndexDamaged(
            "restore a backup", f"it lacks {', '.join(sorted(missing))}", "Take another backup."
        )
    return ((name, known) for name, known in listing.files.items() if name not in (CATALOG, LAYOUT_FILE))


def _fetch(bundle: OpenBundle, name: str, home: Path, known: Sum) -> bool:
    """Copy one file into the home, unless an earlier run did."""
    path = home / name
    if path.exists() and path.stat().st_size == known.size and sum_of(path) == known:
        return True
    _fetch_as(bundle, name, path, known)
    return False


def _fetch_as(bundle: OpenBundle, name: str, path: Path, known: Sum) -> None:
    try:
        with bundle.open(name) as file, disk().create(path) as stream:
            if not name.startswith("warehouse/"):  # there are keys among the others
                stream.keep_from_others()
            copy(file, stream, bundle.source / name, known)
    except (FileNotFoundError, KeyError) as error:
        raise IndexDamaged(
            f"restore {bundle.source}", f"{name} is missing from it", "Take another backup."
        ) from error


def _verify(source: Path, home: Path) -> None:
    found = check(Index.open(home), deep=True)
    if found.damages:
        first = found.damages[0]
        raise IndexDamaged(
            f"restore {source}",
            f"{first.file}: {first.problem}",
            "Check the disk, then restore into a new home.",
        )
