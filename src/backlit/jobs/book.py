"""Which jobs are there? Asked for, looked up, cancelled, resumed: from any process, worker or not."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from dbos import DBOSClient, EnqueueOptions, WorkflowStatus

from backlit.errors import JobUnknown, UsageError
from backlit.jobs.database import PROGRESS, connected
from backlit.jobs.formats import Written
from backlit.jobs.job import Job, JobState, Stage
from backlit.jobs.lock import worker_of
from backlit.jobs.results import Results
from backlit.jobs.serial import JsonText

__all__ = ["ENVELOPE", "NAME", "JobBook", "opened_book"]

#: What DBOS calls the version of an application: that a job is one written value. It never changes; what the
#: value looks like has a number of its own (`formats`).
ENVELOPE = "jobs-1"
#: The one workflow, and the application whose it is.
NAME = "job"
APPLICATION = "backlit"

_WAITING, _RUNNING = ("ENQUEUED", "DELAYED"), ("PENDING",)
ACTIVE = [*_WAITING, *_RUNNING]
#: Jobs that are forgotten in one go.
_AT_ONCE = 100
#: An id whose beginning is meant has to be as long as this.
_BEGINNING = 4


@contextmanager
def opened_book(home: Path, queues: Mapping[str, str]) -> "Iterator[JobBook]":
    """The jobs of a home; `queues` says for each kind in which queue it waits."""
    with connected(home) as engine:
        client = DBOSClient(
            system_database_engine=engine, serializer=JsonText(), application_name=APPLICATION
        )
        try:
            yield JobBook(home, engine, client, queues)
        finally:
            client.destroy()


class JobBook:
    """What is asked of the jobs of a home, and written to them."""

    def __init__(self, home: Path, engine: sa.Engine, client: DBOSClient, queues: Mapping[str, str]) -> None:
        self.engine, self.results = engine, Results(home)
        self._home, self._client, self._queues = home, client, queues

    def ask(self, job: str, written: Written) -> bool:
        """Have a job done, under an id; whether it is new: what was asked for under an id before stays."""
        from dbos import error

        options: EnqueueOptions = {
            "workflow_name": NAME,
            "queue_name": self._queues[written["kind"]],
            "workflow_id": job,
            "workflow_id_reuse_policy": "reject",
            "app_version": ENVELOPE,
            "application_name": APPLICATION,
        }
        self.results.folder(job)  # refuses what is no id
        try:
            self._client.enqueue(options, written)
        except error.DBOSWorkflowIDInUseError:
            return False
        return True

    def jobs(self, *, limit: int = 50, only: Sequence[JobState] = ()) -> list[Job]:
        """Jobs, the newest first."""
        states = [name for state in only for name in _NAMES[state]] or None
        found = self._client.list_workflows(status=states, limit=limit, sort_desc=True)
        told = self._told(found)
        return [job for job in told if not only or job.state in only]

    def active(self) -> list[Job]:
        """The jobs that are not over, the oldest first."""
        return self._told(self._client.list_workflows(status=ACTIVE))

    def is_idle(self) -> bool:
        """Whether nothing waits and nothing runs."""
        found = self._client.list_workflows(status=ACTIVE, limit=1, load_input=False, load_output=False)
        return not found

    def job(self, job: str) -> Job:
        """A job by its id, or by a beginning that is its alone; JobUnknown where there is none."""
        return self._told([self._find(job)])[0]

    def states(self, jobs: Sequence[str]) -> dict[str, bool]:
        """Of some jobs whether they are to run on."""
        if not jobs:
            return {}
        found = self._client.list_workflows(workflow_ids=list(jobs), load_input=False, load_output=False)
        return {each.workflow_id: each.status in _RUNNING for each in found}

    def newest(self, beginning: str) -> Job | None:
        """The newest job whose id begins so."""
        found = self._client.list_workflows(workflow_id_prefix=beginning, limit=1, sort_desc=True)
        return self._told(found)[0] if found else None

    def forget(self, beginning: str, keep: int) -> None:
        """Let go of jobs that are over and whose id begins so, but for the newest."""
        old = self._client.list_workflows(
            workflow_id_prefix=beginning,
            offset=keep,
            limit=_AT_ONCE,
            sort_desc=True,
            load_input=False,
            load_output=False,
        )
        jobs = [each.workflow_id for each in old if each.status not in ACTIVE]
        if not jobs:
            return
        self._client.delete_workflows(jobs)
        with self.engine.begin() as connection:
            connection.execute(sa.delete(PROGRESS).where(PROGRESS.c.job.in_(jobs)))
        for job in jobs:
            self.results.remove(job)

    def known(self, jobs: Sequence[str]) -> set[str]:
        """Which of some jobs were asked for."""
        if not jobs:
            return set()
        found = self._client.list_workflows(workflow_ids=list(jobs), load_input=False, load_output=False)
        return {each.workflow_id for each in found}

    def cancel(self, job: str) -> Job:
        """Stop a job, or do not begin it; UsageError where it is over."""
        found = self.job(job)
        if found.state.is_over:
            raise UsageError(f"cancel {found.id}", f"it is {found.state.value}", "There is nothing to stop.")
        self._client.cancel_workflow(found.id)
        return self.job(found.id)

    def resume(self, job: str) -> Job:
        """Have a job that failed or was cancelled go on, under its id; UsageError for any other."""
        found = self.job(job)
        if found.state not in (JobState.FAILED, JobState.CANCELLED):
            do = "A job goes on by itself while a worker runs: `backlit up`, or `backlit jobs work`."
            raise UsageError(f"resume {found.id}", f"it is {found.state.value}", do)
        self.results.forget(found.id)
        queue = self._queues.get(found.kind) or sorted(set(self._queues.values()))[0]
        self._client.rewind_workflow(found.id, application_version=ENVELOPE, queue_name=queue)
        return self.job(found.id)

    def set_limits(self, limits: Mapping[str, int], look: float) -> None:
        """Say how many jobs of a queue run at once, and how often a worker looks for one, in seconds."""
        for queue, limit in limits.items():
            self._client.register_queue(
                queue, worker_concurrency=limit, polling_interval_sec=look, on_conflict="always_update"
            )

    # progress -------------------------------------------------------------------

    def tell(self, job: str, stage: Stage) -> None:
        """Write down how far a job is."""
        row = {name: getattr(stage, name) for name in ("stage", "done", "total", "unit")}
        row |= {"job": job, "at": int(stage.at.timestamp() * 1_000)}
        with self.engine.begin() as connection:
            changed = connection.execute(sa.update(PROGRESS).where(PROGRESS.c.job == job).values(row))
            if not changed.rowcount:
                connection.execute(sa.insert(PROGRESS).values(row))

    def _stages(self, jobs: Sequence[str]) -> dict[str, Stage]:
        query = sa.select(PROGRESS).where(PROGRESS.c.job.in_(jobs))
        with self.engine.connect() as connection:
            rows = connection.execute(query).all()
        return {row.job: Stage(row.stage, row.done, row.total, row.unit, _moment(row.at)) for row in rows}

    # reading --------------------------------------------------------------------

    def _find(self, job: str) -> WorkflowStatus:
        found = self._client.list_workflows(workflow_ids=[job])
        if not found and len(job) >= _BEGINNING:
            found = self._client.list_workflows(workflow_id_prefix=job, limit=2)
        if len(found) != 1:
            what = "more than one job begins so" if found else "there is no such job"
            raise JobUnknown(f"job {job[:80]!r}", what, "`backlit jobs ls` names them.")
        return found[0]

    def _told(self, found: Sequence[WorkflowStatus]) -> list[Job]:
        stages = self._stages([each.workflow_id for each in found]) if found else {}
        is_worked_on = worker_of(self._home) is not None
        return [_job(each, stages.get(each.workflow_id), is_worked_on) for each in found]


_NAMES: Mapping[JobState, Sequence[str]] = {
    JobState.WAITING: ACTIVE,  # what ran when its worker died waits for the next one
    JobState.RUNNING: _RUNNING,
    JobState.DONE: ("SUCCESS",),
    JobState.FAILED: ("SUCCESS", "ERROR", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"),
    JobState.CANCELLED: ("CANCELLED",),
}


def _job(found: WorkflowStatus, stage: Stage | None, is_worked_on: bool) -> Job:
    written: Written = found.input["args"][0] if found.input else {}
    outcome = found.output if isinstance(found.output, dict) else {}
    state = _state(found.status, outcome, is_worked_on)
    return Job(
        found.workflow_id,
        str(written.get("kind", "")),
        written.get("arguments", {}),
        str(written.get("by", "")),
        state,
        _moment(found.created_at or 0),
        _known(found.dequeued_at),
        _known(found.completed_at) if state.is_over else None,
        found.recovery_attempts or 0,
        stage,
        outcome.get("result"),
        _error(found, outcome) if state is JobState.FAILED else None,
    )


def _state(status: str, outcome: Mapping[str, Any], is_worked_on: bool) -> JobState:
    if status in _RUNNING:
        return JobState.RUNNING if is_worked_on else JobState.WAITING
    if status in _WAITING:
        return JobState.WAITING
    if status == "CANCELLED":
        return JobState.CANCELLED
    return JobState.DONE if status == "SUCCESS" and not outcome.get("error") else JobState.FAILED


def _error(found: WorkflowStatus, outcome: Mapping[str, Any]) -> dict[str, Any]:
    if error := outcome.get("error"):
        return dict(error)
    do = f"`backlit jobs log {found.workflow_id}` may say why; `backlit jobs resume` tries again."
    if found.status == "ERROR":
        return {"asked": "run a job", "found": f"the worker failed: {found.error}", "do": do}
    what = f"its worker was killed {found.recovery_attempts} times while it ran"
    return {"asked": "run a job", "found": what, "do": do}


def _known(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else _moment(milliseconds)


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1_000, UTC)
