"""How is a home, for a program that watches servers? Its index, jobs, messages and disk, in figures.

No link is looked at: rows are counted by what the index keeps of its files, and messages by their states. A
part that cannot be read is told as down, and the others are there.
"""

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from backlit.app.clock import Clock, now
from backlit.app.jobs import counted_jobs
from backlit.app.upkeep import last_backup
from backlit.errors import BacklitError, HomeMissing
from backlit.index.catalogue import observed
from backlit.index.layout import has_layout
from backlit.index.tables import SCHEMAS, Index
from backlit.jobs.lock import worker_of
from backlit.report.exposition import Family, Figure, gauge, gauges
from backlit.store.alert_tables import DELIVERIES
from backlit.store.database import opened
from backlit.store.outbox import STATES
from backlit.store.outreach_tables import SENDS
from backlit.store.place import has_state
from backlit.store.sends import SEND_STATES

__all__ = ["disk_families", "disk_of", "home_families"]

#: Parts of a home that are told apart on the disk; the rest is one. Names of files are nobody's business.
_PARTS = {
    "warehouse": "index", "catalog.db": "index", "judged": "judgements", "prepared": "judgements",
    "answers": "judgements",
    "captures": "captures", "crawls": "captures", "texts": "texts", "reports": "reports",
    "uploads": "uploads", "jobs": "jobs", "jobs.sqlite": "jobs", "state.sqlite": "state", "tmp": "unfinished",
    "staging": "unfinished", "demo": "demo",
}  # fmt: skip


def home_families(home: Path, *, clock: Clock = now) -> list[Family]:
    """The figures of a home that cost little: of its index, its jobs and its messages."""
    parts: Mapping[str, Callable[[], Sequence[Family]]] = {
        "index": lambda: _index(home),
        "jobs": lambda: _jobs(home, clock()),
        "messages": lambda: _messages(home),
    }
    found: list[Family] = []
    up: dict[str, float] = {}
    for name, read in parts.items():
        try:
            found += read()
            up[name] = 1
        except (BacklitError, OSError, sa.exc.SQLAlchemyError):
            up[name] = 0
    found.append(gauges("backlit_part_up", "Whether a part of the home can be read.", "part", up))
    found.append(gauge("backlit_last_backup_timestamp_seconds", "When it was backed up last.", _backup(home)))
    return found


def _backup(home: Path) -> datetime | None:
    row = last_backup(home)
    return None if row is None else row["at"]


def _index(home: Path) -> list[Family]:
    """Of a home without an index nothing is told, which is no fault."""
    if not has_layout(home):
        return []
    try:
        index = Index.open(home)
    except HomeMissing:  # removed meanwhile
        return []
    version, rows, files = index.version(), {}, {}
    for name in SCHEMAS:
        entries = index.entries(version, name)
        rows[name], files[name] = sum(each.rows for each in entries), len(entries)
    lives, newest = "Rows of the tables: of links one for each time of its life.", observed(index, version)[1]
    return [
        gauges("backlit_index_rows", lives, "table", rows),
        gauges("backlit_index_files", "Files of the tables.", "table", files),
        gauge("backlit_index_versions", "Versions of the index that are kept.", len(index.versions())),
        gauge("backlit_index_version_timestamp_seconds", "When the newest version was made.", version.at),
        gauge("backlit_data_timestamp_seconds", "The newest look that the index holds.", newest),
    ]


def _jobs(home: Path, at: datetime) -> list[Family]:
    found, waiting = counted_jobs(home)
    states = [
        Figure(number, {"kind": kind, "state": state}) for (kind, state), number in sorted(found.items())
    ]
    is_worked_on = worker_of(home) is not None
    waits = 0.0 if waiting is None else max(0.0, (at - waiting).total_seconds())
    return [
        Family("backlit_jobs", "gauge", "Jobs that are kept, of the newest 1,000.", states),
        gauge("backlit_jobs_oldest_waiting_seconds", "How long the oldest job waits; 0 without any.", waits),
        gauge("backlit_worker_up", "Whether a worker does the jobs of the home.", is_worked_on),
    ]


def _messages(home: Path) -> list[Family]:
    told: dict[str, dict[str, float]] = {"alerts": {}, "outreach": {}}
    if has_state(home):
        with opened(home) as engine, engine.connect() as connection:
            for name, table in (("alerts", DELIVERIES), ("outreach", SENDS)):
                states = sa.select(table.c.state, sa.func.count()).group_by(table.c.state)
                told[name] = {row[0]: row[1] for row in connection.execute(states)}
    alerts = dict.fromkeys(STATES, 0.0) | told["alerts"]
    letters = dict.fromkeys(SEND_STATES, 0.0) | told["outreach"]
    return [
        gauges("backlit_alert_deliveries", "Messages of alerts, by what became of them.", "state", alerts),
        gauges("backlit_outreach_sends", "Letters of outreach, by what became of them.", "state", letters),
    ]


def disk_families(home: Path) -> list[Family]:
    """What a home takes of the disk, and what is free there: every file of it is asked for its size."""
    sizes, free = disk_of(home)
    return [
        gauges("backlit_home_bytes", "What the parts of the home take of the disk.", "part", sizes),
        gauge("backlit_disk_free_bytes", "What is free where the home lies.", free),
    ]


def disk_of(home: Path) -> tuple[Mapping[str, int], int | None]:
    """Bytes of each part of a home, and those that are free there; None where that is not known."""
    sizes: Counter[str] = Counter()
    with suppress(OSError):
        for top in os.scandir(home):
            part = _PARTS.get(top.name.removesuffix("-wal").removesuffix("-shm"), "other")
            sizes[part] += _size(top)
    free = None
    with suppress(OSError):
        room = os.statvfs(home)
        free = room.f_bavail * room.f_frsize
    return sizes, free


def _size(entry: "os.DirEntry[str]") -> int:
    """The bytes of a file, or of a folder with all below it; of links and of what is gone meanwhile none."""
    try:
        if entry.is_symlink():
            return 0
        if not entry.is_dir():
            return entry.stat().st_size
        with os.scandir(entry.path) as inner:
            return sum(map(_size, inner))
    except OSError:
        return 0
