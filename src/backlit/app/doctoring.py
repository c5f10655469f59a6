"""Is all well with a home, and if not, what is to be done? What somebody looks at who is called for help.

Nothing is changed, no link is read and nobody is spoken to. What could not be found out is said as that, and
keeps nobody from the rest.
"""

import importlib.util
import os
import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

import backlit
from backlit.app.answer import Answer
from backlit.app.clock import Clock, now
from backlit.app.configuration import config_show
from backlit.app.entrance import has_accounts
from backlit.app.home import is_loopback, site_address
from backlit.app.jobs import counted_jobs
from backlit.app.session import open_session
from backlit.app.upkeep import check, last_backup
from backlit.errors import BacklitError, installing
from backlit.index.catalogue import observed
from backlit.index.layout import has_layout
from backlit.index.tables import Index
from backlit.jobs.lock import worker_of
from backlit.store.database import newest, opened
from backlit.store.place import SETTING, has_state

__all__ = ["FAILED", "OK", "UNKNOWN", "WARNING", "doctor"]

OK, WARNING, FAILED, UNKNOWN = "ok", "warning", "failed", "unknown"

#: Free bytes below which nothing can be trusted to be written, and below which room gets scarce.
_NO_ROOM, _LITTLE = 200 << 20, 5 << 30
_BACKUP_AGE = timedelta(days=30)
_AHEAD = timedelta(days=1)

#: Extras, the packages that show each to be there, and what it is for.
_EXTRAS = {
    "reports": (("weasyprint", "xlsxwriter"), "reports as PDF and workbooks"),
    "ml": (("safetensors", "tokenizers", "wordllama"), "relevance of short texts by word vectors"),
    "postgres": (("psycopg",), "the state in PostgreSQL"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found, and what to do about it where something is to be done."""

    check: str
    state: str
    found: str
    do: str | None = None


def doctor(home: Path, *, clock: Clock = now) -> Answer:
    """Look a home over: rows of `check`, `state` (ok, warning, failed, unknown), `found` and `do`."""
    started, found = time.perf_counter(), list[Finding]()
    for name, look in _CHECKS.items():
        try:
            found += look(home, clock())
        except BacklitError as error:
            found.append(Finding(name, FAILED, error.found, error.do))
        except OSError as error:
            found.append(Finding(name, UNKNOWN, f"it could not be looked at: {error.strerror or error}"))
    rows = [asdict(each) for each in found]
    return Answer(rows, {}, total=len(rows), took_ms=(time.perf_counter() - started) * 1000)


_Look = Callable[[Path, datetime], Sequence[Finding]]


def _program(_home: Path, _at: datetime) -> Sequence[Finding]:
    said = f"Backlit {backlit.__version__} on Python {platform.python_version()}"
    return [Finding("program", OK, said), *_extras()]


def _extras() -> Sequence[Finding]:
    found = []
    for extra, (modules, purpose) in _EXTRAS.items():
        missing = [each for each in modules if importlib.util.find_spec(each) is None]
        if missing:
            found.append(Finding("extras", OK, f"without {extra}: {purpose}", installing(extra)))
    return found or [Finding("extras", OK, "all optional packages are installed")]


def _settings(home: Path, _at: datetime) -> Sequence[Finding]:
    rows = config_show(home).rows
    wrong = [
        Finding("settings", FAILED, f"{row['name']}: {row['problem']['found']}", row["problem"]["do"])
        for row in rows
        if row["problem"]
    ]
    number = sum(row["origin"] != "default" for row in rows)
    return wrong or [Finding("settings", OK, f"{number} of {len(rows)} are set, and all can be meant")]


def _home(home: Path, _at: datetime) -> Sequence[Finding]:
    if not home.exists():
        do = "`backlit demo` builds a made-up web, `backlit ingest FILE` reads yours."
        return [Finding("home", UNKNOWN, f"{home} is not there yet", do)]
    if not os.access(home, os.R_OK | os.W_OK | os.X_OK):
        do = f"Have it belong to the user who runs Backlit: `chown -R USER {home}`."
        return [Finding("home", FAILED, f"{home} cannot be written by this user", do)]
    return [Finding("home", OK, f"{home} can be read and written")]


def _disk(home: Path, _at: datetime) -> Sequence[Finding]:
    there = next(each for each in (home, *home.parents) if each.exists())
    room = os.statvfs(there)
    free, do = room.f_bavail * room.f_frsize, "Make room; `backlit index gc` frees what old versions hold."
    if room.f_files and not room.f_favail:
        return [Finding("disk", FAILED, "no file can be made: no inode is free", do)]
    state = FAILED if free < _NO_ROOM else WARNING if free < _LITTLE else OK
    return [Finding("disk", state, f"{free / 1e9:,.1f} GB are free", None if state == OK else do)]


def _index(home: Path, at: datetime) -> Sequence[Finding]:
    if not has_layout(home):
        return [Finding("index", UNKNOWN, "there is none yet", "Read something: `backlit ingest FILE`.")]
    data = check(home).row
    damages = data["damages"]
    if damages:
        more = f", and {len(damages) - 1} more" if len(damages) > 1 else ""
        return [Finding("index", FAILED, f"{damages[0]['problem']}{more}", damages[0]["do"])]
    sound = f"{data['rows']:,} rows in {data['files']:,} files have their sizes and footers"
    return [Finding("index", OK, sound), *_ranks(home), *_clock(home, at)]


def _ranks(home: Path) -> Sequence[Finding]:
    if open_session(home).is_ranked:
        return [Finding("ranks", OK, "the domains of the index are ranked")]
    return [Finding("ranks", WARNING, "nothing is ranked: authority is not known", "Run `backlit rank`.")]


def _clock(home: Path, at: datetime) -> Sequence[Finding]:
    index = Index.open(home)
    seen = observed(index, index.version())[1]
    if seen is None or seen <= at + _AHEAD:
        return [Finding("clock", OK, f"it is {at:%Y-%m-%d %H:%M} UTC here, after the newest look")]
    do = "Set this machine's clock, or read that source again with its right date."
    said = f"the newest look is of {seen:%Y-%m-%d %H:%M} UTC, and here it is {at:%Y-%m-%d %H:%M}"
    return [Finding("clock", WARNING, said, do)]


def _state(home: Path, _at: datetime) -> Sequence[Finding]:
    if not has_state(home):
        return [Finding("state", OK, "nobody kept anything yet")]
    with opened(home) as engine:
        where = "PostgreSQL" if engine.dialect.name == "postgresql" else "a file in the home"
    return [Finding("state", OK, f"{where}, with the tables of version {newest()}")]


def _jobs(home: Path, at: datetime) -> Sequence[Finding]:
    counts, oldest = counted_jobs(home)
    failed = sum(number for (_, state), number in counts.items() if state == "failed")
    found = [_worker(home, oldest, at)]
    if failed:
        do = "`backlit jobs ls` says why; `backlit jobs resume ID` goes on with one."
        found.append(Finding("jobs", WARNING, f"{failed} of the newest failed", do))
    return found


def _worker(home: Path, oldest: datetime | None, at: datetime) -> Finding:
    process = worker_of(home)
    if process is not None:
        return Finding("worker", OK, f"process {process}" if process else "a process of somebody else's")
    if oldest is None:
        return Finding("worker", OK, "none runs, and nothing waits for one")
    hours = max(0.0, (at - oldest).total_seconds() / 3600)
    do = "`backlit up` does jobs while it runs, `backlit jobs work` without the web app."
    return Finding("worker", WARNING, f"none runs, and a job waits for {hours:,.1f} hours", do)


def _backup(home: Path, at: datetime) -> Sequence[Finding]:
    if not has_layout(home):
        return []
    do, last = "`backlit backup FOLDER` copies the home while others go on using it.", last_backup(home)
    if last is None:
        return [Finding("backup", WARNING, "nobody knows of any", do)]
    days = (at - last["at"]).days
    if at - last["at"] > _BACKUP_AGE:
        return [Finding("backup", WARNING, f"the last is {days} days old", do)]
    found = [Finding("backup", OK, f"of {last['at']:%Y-%m-%d}, {last['bytes'] / 1e6:,.1f} MB")]
    if os.environ.get(SETTING):
        do = "Back it up with `pg_dump`."
        found.append(Finding("backup", WARNING, "what is in PostgreSQL is not part of it", do))
    return found


def _access(home: Path, _at: datetime) -> Sequence[Finding]:
    host, address = os.environ.get("BACKLIT_HOST", "127.0.0.1"), site_address()
    if has_accounts(home):
        if address.startswith("http://") and not is_loopback(address.removeprefix("http://").split(":")[0]):
            do = "Serve behind a proxy with a certificate, and name its https address in BACKLIT_URL."
            return [Finding("access", WARNING, "passwords come to BACKLIT_URL in the clear", do)]
        return [Finding("access", OK, "people sign in")]
    if is_loopback(host):
        return [Finding("access", OK, "only this machine reaches the web app, where nobody signs in")]
    do = "Make an account: `backlit user add NAME@EXAMPLE.COM --role owner`."
    return [Finding("access", WARNING, f"others reach {host} and read what is here without signing in", do)]


_CHECKS: dict[str, _Look] = {
    "program": _program, "settings": _settings, "home": _home, "disk": _disk, "index": _index,
    "state": _state, "jobs": _jobs, "backup": _backup, "access": _access,
}  # fmt: skip
