"""What is a job: a task that somebody asked for, where it stands, and what came of it?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

__all__ = ["Job", "JobState", "Stage"]

Row = dict[str, Any]


class JobState(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_over(self) -> bool:
        """Whether nothing more happens unless somebody resumes it."""
        return self not in (JobState.WAITING, JobState.RUNNING)


@dataclass(frozen=True, slots=True)
class Stage:
    """How far a job is: of its present stage so much is done of so much; `total` None is not known."""

    stage: str
    done: int
    total: int | None
    unit: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Job:
    """One job. `attempts` counts how often it was begun; `error` is told in asked, found and do."""

    id: str
    kind: str
    arguments: Mapping[str, Any]
    asked_by: str
    state: JobState
    asked_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    attempts: int
    progress: Stage | None = None
    result: Row | None = None
    error: Row | None = None

    @property
    def told(self) -> Row:
        """The job as users meet it."""
        stage = self.progress
        progress = None
        if stage is not None:
            progress = {name: getattr(stage, name) for name in ("stage", "done", "total", "unit", "at")}
        return {
            "id": self.id,
            "kind": self.kind,
            "state": self.state.value,
            "asked_by": self.asked_by,
            "asked_at": self.asked_at,
            "started_at": self.started_at,
            "ended_at": self.ended_at,
            "attempts": self.attempts,
            "arguments": dict(self.arguments),
            "progress": progress,
            "result": self.result,
            "error": self.error,
        }
