"""Which long tasks wait, run, and have ended, and who does them?"""

import os
import signal
import sys
import threading
from typing import TYPE_CHECKING, Annotated, Any

import typer

from backlit.cli.face import Face, command, program
from backlit.cli.helping import RUN, Group, example
from backlit.errors import UsageError

if TYPE_CHECKING:
    from backlit.app.answer import Answer, Row
    from backlit.jobs.worker import Worker

jobs = typer.Typer(
    name="jobs",
    cls=Group,
    help="Long tasks that go on by themselves: what waits, what runs, what came of it.",
    epilog=example("backlit ingest crawl/*.warc.wat.gz --background", "backlit jobs ls"),
    rich_markup_mode=None,
)
schedule = typer.Typer(
    name="schedule",
    cls=Group,
    help="What is done again and again while a worker runs.",
    epilog=example("backlit jobs schedule ls"),
    rich_markup_mode=None,
)
jobs.add_typer(schedule, rich_help_panel=RUN)
program.add_typer(jobs, rich_help_panel=RUN)

#: Characters of what a job is about that a line has room for.
_SUBJECT = 40

Id = Annotated[str, typer.Argument(metavar="ID", help="The id of a job, or its beginning.")]
State = Annotated[
    str | None, typer.Option(metavar="waiting|running|done|failed|cancelled", help="Only these.")
]
Most = Annotated[int, typer.Option("--limit", metavar="N", min=1, max=10_000, help="At most so many.")]
UntilIdle = Annotated[
    bool, typer.Option("--until-idle", help="End when nothing is left, and leave schedules alone.")
]
NoSchedules = Annotated[bool, typer.Option("--no-schedules", help="Do what was asked for and nothing else.")]
Nice = Annotated[int, typer.Option(metavar="N", min=0, max=19, help="Let other processes go first, so much.")]
Attached = Annotated[
    bool, typer.Option("--attached", help="End when stdin ends, as with the process that started us.")
]


@command("ls", "backlit jobs ls", "backlit jobs ls --state failed --json", panel=RUN, of=jobs, files=True)
def jobs_ls(face: Face, *, state: State = None, limit: Most = 50) -> None:
    """List jobs, the newest first."""
    from backlit import app
    from backlit.cli.output import show

    answer = app.jobs_ls(face.home, state=state, limit=limit)
    nothing = "No jobs. A long command with --background makes one.\n"
    screen = "".join(map(_line, answer.rows)) or nothing
    show(face, answer, lambda: screen + _by(answer), list(map(_flat, answer.rows)))


@command("show", "backlit jobs show ingest-2026", "backlit jobs show ingest-2026 --json", panel=RUN, of=jobs)
def jobs_show(face: Face, job: Id) -> None:
    """Show one job: what was asked, how far it is, what came of it."""
    from backlit import app

    _put(face, app.job_show(face.home, job))


@command("cancel", "backlit jobs cancel ingest-2026", panel=RUN, of=jobs)
def jobs_cancel(face: Face, job: Id) -> None:
    """Stop a job, or do not begin it. What it did stays, and `resume` goes on from there."""
    from backlit import app

    _put(face, app.job_cancel(face.home, job))


@command("resume", "backlit jobs resume ingest-2026", panel=RUN, of=jobs)
def jobs_resume(face: Face, job: Id) -> None:
    """Have a job that failed or was cancelled go on."""
    from backlit import app

    _put(face, app.job_resume(face.home, job))


@command("wait", "backlit jobs wait ingest-2026", panel=RUN, of=jobs)
def jobs_wait(face: Face, job: Id) -> None:
    """Wait for the end of a job and print what came of it.

    Where it fails, this fails in the same words and with the same exit code.
    """
    from backlit import app
    from backlit.cli.output import put_json
    from backlit.cli.progress import shown_progress

    with shown_progress(face.quiet) as progress:
        answer = app.job_wait(face.home, job, progress=progress)
    put_json(answer.envelope()) if face.as_json else _put(face, app.job_show(face.home, job))


@command("log", "backlit jobs log ingest-2026", panel=RUN, of=jobs)
def jobs_log(face: Face, job: Id) -> None:
    """Print what a job said besides its result."""
    from backlit import app
    from backlit.report.text import visible

    answer = app.job_log(face.home, job)
    lines = "".join(f"{visible(line)}\n" for line in answer.row["log"].splitlines())
    face.answer(answer, lines)


@command("work", "backlit jobs work", "backlit jobs work --until-idle", panel=RUN, of=jobs)
def jobs_work(
    face: Face,
    *,
    until_idle: UntilIdle = False,
    no_schedules: NoSchedules = False,
    nice: Nice = 0,
    attached: Attached = False,
) -> None:
    """Be the worker of the home, until Ctrl-C: do what waits, and what is due.

    There is one worker at a time; `backlit up` brings its own.
    """
    from backlit import app
    from backlit.app.answer import Answer
    from backlit.cli.output import put_json

    if nice:
        app.lower_priority(nice)
    worker = app.worker(face.home, schedules=not (no_schedules or until_idle))
    signal.signal(signal.SIGTERM, lambda *_: worker.stop())
    signal.signal(signal.SIGINT, lambda *_: worker.stop())
    if attached:
        threading.Thread(target=_stop_with_stdin, args=(worker,), daemon=True).start()
    if face.as_json:
        put_json(Answer({"home": str(face.home), "process": os.getpid()}, {}).envelope())
    face.remark(f"working on the jobs of {face.home}; Ctrl-C stops it, and what runs goes on the next time")
    worker.run(until_idle=until_idle)
    worker.leave()


def _stop_with_stdin(worker: "Worker") -> None:
    while sys.stdin.read(1):
        pass
    worker.stop()


Name = Annotated[str, typer.Argument(metavar="NAME", help="monitors, alerts, links, audits or reports.")]
Every = Annotated[str | None, typer.Option(metavar="30m|12h|30d|13w", help="How often.")]
Switch = Annotated[bool | None, typer.Option("--on/--off", help="Whether it is done at all.")]
OfTargets = Annotated[
    list[str] | None, typer.Option("--target", metavar="TARGET", help="On what; may be repeated.")
]
Watched = Annotated[bool, typer.Option("--watched", help="On the targets that monitors and projects name.")]
OfProject = Annotated[
    str | None, typer.Option("--project", metavar="SLUG", help="For this project alone, from now on.")
]
Common = Annotated[bool, typer.Option("--common", help="Let the project go with the others again.")]


@command("ls", "backlit jobs schedule ls", panel=RUN, of=schedule, files=True)
def schedule_ls(face: Face) -> None:
    """List what is done again and again, how often, and when next."""
    from backlit import app
    from backlit.cli.output import show

    answer = app.schedule_ls(face.home)
    show(face, answer, lambda: "".join(map(_schedule, answer.rows)) + _by(answer))


@command(
    "set",
    "backlit jobs schedule set links --every 14d --target example.com",
    "backlit jobs schedule set audits --off",
    "backlit jobs schedule set reports --on --target example.com",
    "backlit jobs schedule set links --every 7d --project example.com",
    "backlit jobs schedule set links --project example.com --common",
    panel=RUN,
    of=schedule,
)
def schedule_set(
    face: Face,
    name: Name,
    *,
    every: Every = None,
    switch: Switch = None,
    targets: OfTargets = None,
    watched: Watched = False,
    project: OfProject = None,
    common: Common = False,
) -> None:
    """Change how often something is done, on what, or whether at all. Its days count from now on."""
    from backlit import app

    if watched and targets:
        raise UsageError(
            "set a schedule with --watched and --target", "these exclude each other", "Choose one."
        )
    chosen = [] if watched else targets
    answer = app.schedule_set(
        face.home, name, every=every, on=switch, targets=chosen, project=project, common=common
    )
    face.answer(answer, _schedule(answer.row))


# how it reads --------------------------------------------------------------------


def _put(face: Face, answer: "Answer") -> None:
    face.answer(answer, _told(answer.row) + _by(answer))


def _by(answer: "Answer") -> str:
    """A word where nobody does what waits."""
    waits = any(row.get("state") == "waiting" for row in answer.rows)
    return "No worker runs: `backlit up` or `backlit jobs work` starts one.\n" * (
        waits and answer.query.get("worker") is None
    )


def _flat(row: "Row") -> "Row":
    """A job in the same columns whatever it is about."""
    names = ("id", "kind", "state", "asked_by", "asked_at", "started_at", "ended_at", "attempts")
    stage, error = row["progress"] or {}, row["error"] or {}
    told = {name: row[name] for name in names}
    told |= {name: stage.get(name) for name in ("stage", "done", "total", "unit")}
    return {**told, "error": error.get("found")}


def _line(row: "Row") -> str:
    from backlit.report.progress import about
    from backlit.report.text import shorten, visible

    subject = shorten(visible(about(row["arguments"])), _SUBJECT)
    words = f"{row['state']:<9} {visible(row['id'])}  {row['asked_at']:%Y-%m-%d %H:%M}Z"
    return f"{words}{f'  {subject}' if subject else ''}{_amount(row)}\n"


def _amount(row: "Row") -> str:
    from backlit.report.progress import how_far
    from backlit.report.text import visible

    if row["state"] == "failed":
        return f"  {visible(row['error']['found'])}"
    far = how_far(row["progress"]) if row["state"] == "running" else ""
    return f"  {visible(far)}" if far else ""


def _told(row: "Row") -> str:
    from backlit.report.text import plural, visible

    lines = [f"{row['id']}: {row['state']}{_amount(row)}"]
    lines.append(f"Asked for by {row['asked_by']} on {row['asked_at']:%Y-%m-%d %H:%M:%S}Z.")
    if row["started_at"]:
        ended = f", ended {row['ended_at']:%Y-%m-%d %H:%M:%S}Z" if row["ended_at"] else ""
        begun = (
            f"Begun {plural(row['attempts'], 'time')}, last on {row['started_at']:%Y-%m-%d %H:%M:%S}Z{ended}."
        )
        lines.append(begun)
    lines += [f"  {name}: {_value(value)}" for name, value in row["arguments"].items() if value is not None]
    if row["result"]:
        lines.append("Result:")
        lines += [f"  {name}: {_value(value)}" for name, value in row["result"].items() if value is not None]
    if row["error"]:
        lines.append(f"Do: {row['error']['do']}")
    return "".join(f"{visible(line)}\n" for line in lines)


def _value(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _schedule(row: "Row") -> str:
    from backlit.report.progress import how_often
    from backlit.report.text import visible

    when = f"next {row['due_at']:%Y-%m-%d %H:%M}Z" if row["due_at"] else "counted from a worker's first start"
    state = when if row["on"] else "off"
    where = ", ".join(map(visible, row["targets"])) or "no target yet"
    of = f" of {visible(row['project'])}" if row["project"] else ""
    return f"{row['name'] + of:<9} {how_often(row['every_hours'])}, {state}: {where}\n"
