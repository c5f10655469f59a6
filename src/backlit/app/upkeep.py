"""How is an index kept sound, small and safe? Check, compact, collect, go back, back up, restore."""

import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

from backlit.app.answer import Answer, Row
from backlit.app.progress import Progress, ProgressEvent, silent
from backlit.app.session import Session, is_version, parse_as_of
from backlit.errors import BacklitError
from backlit.index import backup as backups
from backlit.index.catalogue import largest_targets
from backlit.index.check import check as check_files
from backlit.index.compact import compact as compact_files
from backlit.index.compact import plan_groups
from backlit.index.explain import explain_damage, explain_full_disk
from backlit.index.prepared import LEAST
from backlit.index.storage import write_json, write_lock
from backlit.index.tables import Index
from backlit.index.upkeep import KEEP, SAFE_AGE, collect, find_version, is_overdue

__all__ = ["backup", "check", "compact", "gc", "last_backup", "prepare", "restore", "rollback", "tidy"]

Clock = Callable[[], datetime]

#: More bytes than these are not merged in passing: a quarter of a minute on one core.
_IN_PASSING = 256 << 20

#: Seconds for putting large targets together in passing; the rest are put together when they are asked for.
PREPARING = 10.0

#: What says that a home was backed up; the dot keeps it out of backups, which would else speak of themselves.
_BACKED_UP = ".backed-up.json"

#: How long a short piece of upkeep waits for a writer, in seconds.
_PATIENCE = 60.0


def _now() -> datetime:
    return datetime.now(UTC)


def check(home: Path, *, deep: bool = False, progress: Progress | None = None) -> Answer:
    """Check every file of the index; with `deep`, every byte. The rows of `damages` name what is wrong."""
    started, tell = time.perf_counter(), progress or silent
    index = Index.open(home)

    def told(files: int, size: int) -> None:
        tell(ProgressEvent("checking", size, None, "bytes"))

    found = check_files(index, deep=deep, told=told)
    data = {**asdict(found), "damages": [asdict(each) for each in found.damages], "deep": deep}
    return _answer(data, {"deep": deep}, started)


def compact(home: Path, *, whole: bool = False) -> Answer:
    """Merge small files into few sorted ones, beside readers and writers; no answer changes."""
    started = time.perf_counter()
    Index.open(home)
    with explain_full_disk(home), explain_damage(home):
        with write_lock(home, wait=_PATIENCE):
            index = Index.create(home)  # of an older layout: its tables get the columns that rows need now
        done = compact_files(index, whole=whole)
    data: Row = {name: getattr(done, name) for name in done.__slots__ if name != "version"}
    data["prepared"] = prepare(home, None)
    return _answer(data, {"whole": whole}, started, done.version.id)


def tidy(home: Path, *, clock: Clock = _now) -> Row | None:
    """Do the upkeep that is due after something was written, beside readers: merge small files, and once a
    day forget old versions. None where nothing was due.

    What keeps it from being done is told as `problem`: what was written before is safe, and it is tried again
    after the next time.
    """
    done: Row = {"merged": 0, "versions": 0, "files": 0, "prepared": 0, "problem": None}
    try:
        index = Index.open(home)
        small, old = plan_groups(index, index.version(), largest=_IN_PASSING), is_overdue(index, clock())
        if small:
            with explain_full_disk(home), explain_damage(home):
                found = compact_files(index, largest=_IN_PASSING)
            done["merged"] = found.files_before - found.files_after
        if old:
            gone = gc(home, clock=clock).row
            done |= {"versions": gone["versions"], "files": gone["files"]}
        done["prepared"] = prepare(home, PREPARING)
    except BacklitError as error:
        return {**done, "problem": str(error)}
    return done if small or old or done["prepared"] else None


def prepare(home: Path, budget: float | None = PREPARING) -> int:
    """Put the targets together that are too large for that when they are asked for, the largest first, for so
    many seconds; how many were not yet."""
    end = None if budget is None else time.monotonic() + budget
    session = Session(home)
    with explain_damage(home):
        if not session.is_ranked:  # the first ranking would have them made anew
            return 0
        largest = largest_targets(session.index, session.version, LEAST)
    made = 0
    for domain in largest:
        if end is not None and time.monotonic() > end:
            break
        made += session.prepare(domain)
    return made


def gc(
    home: Path,
    *,
    keep: timedelta = KEEP,
    safe_age: timedelta = SAFE_AGE,
    dry: bool = False,
    clock: Clock = _now,
) -> Answer:
    """Forget old versions and remove the files that no version names."""
    started = time.perf_counter()
    Index.open(home)
    with explain_full_disk(home), explain_damage(home), write_lock(home, wait=_PATIENCE):
        index = Index.create(home)
        gone = collect(index, now=clock(), keep=keep, safe_age=safe_age, dry=dry)
        version = index.version().id
    days = keep.total_seconds() / 86_400
    return _answer({**asdict(gone), "dry_run": dry}, {"keep_days": days}, started, version)


def rollback(home: Path, to: str) -> Answer:
    """Make an earlier version the newest: by its id, or the one that was there on a date."""
    started = time.perf_counter()
    Index.open(home)
    with explain_full_disk(home), explain_damage(home), write_lock(home, wait=_PATIENCE):
        index = Index.create(home)
        before = index.version()
        version = find_version(index, to, None if is_version(to) else parse_as_of(to))
        if version.id != before.id:
            index.roll_back(version)
    data: Row = {"snapshot": str(version.id), "at": version.at, "job": version.job, "before": str(before.id)}
    return _answer(data, {"to": to}, started, version.id)


def backup(home: Path, target: Path, *, clock: Clock = _now) -> Answer:
    """Copy the home, as of its newest version, into a folder or a `.tar` file; others may go on writing."""
    started, at = time.perf_counter(), clock()
    with explain_full_disk(target), explain_damage(home):
        made = backups.back_up(Index.open(home), target, now=at)
    with suppress(OSError):  # a home that can only be read has its backup all the same
        told = {"at": at.isoformat(), "version": made.version, "files": made.files, "bytes": made.bytes}
        write_json(home / _BACKED_UP, told)
    return _answer(asdict(made), {"target": str(target)}, started)


def last_backup(home: Path) -> Row | None:
    """When a home was backed up last (`at`), and what that came to; None where nobody knows of any."""
    try:
        told = json.loads((home / _BACKED_UP).read_text(encoding="utf-8"))
        return {**told, "at": datetime.fromisoformat(told["at"])}
    except (OSError, ValueError, TypeError, KeyError):
        return None


def restore(home: Path, source: Path) -> Answer:
    """Restore a backup into a home that holds no index; it need not be where it was."""
    started = time.perf_counter()
    with explain_full_disk(home), write_lock(home, wait=_PATIENCE):
        made = backups.restore(source, home)
    return _answer(asdict(made), {"source": str(source)}, started)


def _answer(data: Row, query: Row, started: float, version: int | None = None) -> Answer:
    took = time.perf_counter() - started
    return Answer({**data, "seconds": round(took, 3)}, query, version, took_ms=took * 1000)
