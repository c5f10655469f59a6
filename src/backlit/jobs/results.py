"""What did a job give, what did it say, and where is that kept? A folder per job, in the home.

The result is published durably by the task itself before its end counts: a worker that is killed between the
two finds it there, and does not run the task again.
"""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

from backlit.errors import UsageError
from backlit.index.storage import JOBS_FOLDER, disk, make_folder

__all__ = ["Results"]

Row = dict[str, Any]
_ALLOWED = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")
_LONGEST = 200
#: Characters of a log that are told, from its end.
_LOG = 64 << 10


class Results:
    """The folders of a home's jobs."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def folder(self, job: str) -> Path:
        """The folder of a job; UsageError for an id that no job can have."""
        if not job or job.startswith(".") or len(job) > _LONGEST or not set(job) <= _ALLOWED:
            raise UsageError(f"job {job[:80]!r}", "no job can have that id", "`backlit jobs ls` names them.")
        return self._home / JOBS_FOLDER / job

    def keep(self, job: str, outcome: Row) -> None:
        """Publish what came of a job."""
        text = json.dumps(outcome, default=_plain, ensure_ascii=False, separators=(",", ":"))
        disk().write(make_folder(self.folder(job)) / "result.json", text.encode())

    def read(self, job: str) -> Row | None:
        """What came of a job; None where it has no end yet."""
        try:
            text = (self.folder(job) / "result.json").read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        outcome: Row = json.loads(text, object_hook=_restored)
        return outcome

    def forget(self, job: str) -> None:
        """Let go of what came of a job that is to run again."""
        (self.folder(job) / "result.json").unlink(missing_ok=True)

    def remove(self, job: str) -> None:
        """Let go of all that is kept of a job."""
        disk().remove_tree(self.folder(job))

    def log_path(self, job: str) -> Path:
        """Where a job's words go; the folder is made."""
        return make_folder(self.folder(job)) / "log.txt"

    def log(self, job: str) -> str:
        """What a job said, of much the end."""
        try:
            with (self.folder(job) / "log.txt").open("rb") as file:
                file.seek(0, 2)
                file.seek(max(0, file.tell() - _LOG))
                return file.read().decode("utf-8", "replace")
        except FileNotFoundError:
            return ""


_AT, _DAY = "$at", "$day"


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return {_AT: value.isoformat()}
    if isinstance(value, date):
        return {_DAY: value.isoformat()}
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    return str(value)


def _restored(value: Row) -> Any:
    if len(value) == 1:
        if isinstance(text := value.get(_AT), str):
            return datetime.fromisoformat(text)
        if isinstance(text := value.get(_DAY), str):
            return date.fromisoformat(text)
    return value
