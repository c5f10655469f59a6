"""Which versions are kept, which files belong to none of them, and how does one go back?

Collecting first forgets old versions, then removes files that no kept version names. Only files above a safe
age go: younger ones may belong to a commit that is on its way. Versions that someone reads stay.
"""

import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from backlit.errors import UsageError
from backlit.index.leases import leased_versions, no_new_leases
from backlit.index.metadata import path_of
from backlit.index.storage import disk, sweep_workspaces
from backlit.index.sums import CATALOG, forget_sums, recorded_sums, seal
from backlit.index.tables import SCHEMAS, Index, Version

__all__ = ["KEEP", "SAFE_AGE", "Collected", "collect", "find_version", "is_overdue", "reachable"]

#: How long versions stay that are not the newest, and how old a file must be that nothing names.
KEEP = timedelta(days=7)
SAFE_AGE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Collected:
    """What a collection removed."""

    versions: int
    files: int
    bytes: int


def collect(
    index: Index, *, now: datetime, keep: timedelta = KEEP, safe_age: timedelta = SAFE_AGE, dry: bool = False
) -> Collected:
    """Forget the versions older than `keep`, and remove the files that no version names.

    Needs the write lock. With `dry` it only says what it would do, of the versions as they are.
    """
    with no_new_leases(index.home):
        expired = _expired(index, now - keep)
        if not dry and expired:
            _forget(index, expired)
    garbage = list(_garbage(index, set(reachable(index)), now - safe_age))
    size = sum(path.stat().st_size for path in garbage)
    if not dry:
        _remove(index, garbage)
    return Collected(len(expired), len(garbage), size)


def is_overdue(index: Index, now: datetime) -> bool:
    """Whether a version has been too old for a day: what is done once a day is not done after each ingest."""
    oldest = min(version.at for version in index.versions())
    return oldest < now - KEEP - SAFE_AGE


def _expired(index: Index, before: datetime) -> list[Version]:
    newest, leased = index.version().id, leased_versions(index.home)
    return [
        version
        for version in index.versions()
        if version.at < before and version.id != newest and version.id not in leased
    ]


def _forget(index: Index, expired: Collection[Version]) -> None:
    """Expire the versions' snapshots in every table; `links` first, since it decides what a version is."""
    gone = {version.id for version in expired}
    kept = [version for version in index.versions() if version.id not in gone]
    for name in reversed(list(SCHEMAS)):
        wanted = {version.tables[name] for version in kept if name in version.tables}
        table = index.load(name)
        current = table.current_snapshot()
        wanted |= {current.snapshot_id} if current else set()
        if name != "links":  # a version from before the table was added goes back to its empty snapshot
            wanted |= {index.empty_snapshot(name) or 0}
        old = [snapshot.snapshot_id for snapshot in table.snapshots() if snapshot.snapshot_id not in wanted]
        if old:
            table.maintenance.expire_snapshots().by_ids(old).commit()
    seal(index.home)


def reachable(index: Index, *, logs: bool = True) -> Iterator[Path]:
    """Every file that the catalog leads to: metadata, manifests and data of all versions that are kept.

    With `logs` also the metadata of before, which Iceberg keeps for a while and nothing here needs.
    """
    for name in SCHEMAS:
        table = index.table(name)
        if table is None:
            continue
        yield path_of(table.metadata_location)
        if logs:
            yield from (path_of(entry.metadata_file) for entry in table.metadata.metadata_log)
        seen: set[str] = set()
        for snapshot in table.snapshots():
            yield path_of(snapshot.manifest_list)
            for manifest in snapshot.manifests(table.io):
                if manifest.manifest_path not in seen:
                    seen.add(manifest.manifest_path)
                    yield path_of(manifest.manifest_path)
                    for entry in manifest.fetch_manifest_entry(table.io, discard_deleted=True):
                        yield path_of(entry.data_file.file_path)


def _garbage(index: Index, needed: Collection[Path], before: datetime) -> Iterator[Path]:
    for folder, _, names in os.walk(index.home.absolute() / "warehouse"):
        for name in names:
            path = Path(folder) / name
            if path not in needed and path.stat().st_mtime < before.timestamp():
                yield path


def _remove(index: Index, garbage: Collection[Path]) -> None:
    for path in garbage:
        disk().unlink(path)
    for folder in sorted({path.parent for path in garbage}):
        disk().sync_folder(folder)
    warehouse = index.home.absolute() / "warehouse"
    there = [path for path in recorded_sums(index.home / CATALOG) if not (warehouse / path).exists()]
    if there:
        forget_sums(index.home / CATALOG, there)
        seal(index.home)
    sweep_workspaces(index.home)


def find_version(index: Index, wanted: str, moment: datetime | None) -> Version:
    """The version of that id, or the newest one that was there at the moment; UsageError when none is."""
    versions = sorted(index.versions(), key=lambda version: version.at)
    if moment is None:
        found = [version for version in versions if str(version.id) == wanted]
    else:
        found = [version for version in versions if version.at <= moment][-1:]
    if found:
        return found[0]
    known = ", ".join(f"{version.id} ({version.at:%Y-%m-%d %H:%M})" for version in versions[-3:])
    raise UsageError(
        f"go back to {wanted}", "no such version is kept", f"The newest are {known}; `backlit index ls`."
    )
