"""Who does a long task: this process, or the worker of the home?

Where a worker runs, it does it, in its turn, and we wait for the end; otherwise the task is done here and
now. With `--background` we do not wait, and a worker is started where there is none.
"""

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from backlit.cli.face import Face
from backlit.errors import Interrupted

if TYPE_CHECKING:
    from backlit.app.answer import Answer
    from backlit.app.progress import Progress

__all__ = ["Background", "done", "in_background", "worker_command"]

Background = Annotated[
    bool, typer.Option("--background", help="Have the worker of the home do it; do not wait for the end.")
]

#: So much later than other processes a worker has its turn (nice).
_NICE = 10


def done(
    face: Face,
    kind: str,
    arguments: Mapping[str, Any],
    here: "Callable[[Progress], Answer]",
    *,
    background: bool = False,
) -> "Answer | None":
    """The answer of a long task; None where it is done in the background."""
    from backlit.app import worker_of
    from backlit.cli.progress import shown_progress

    if background:
        in_background(face, kind, arguments)
        return None
    if worker_of(face.home) is not None:
        return _by_worker(face, kind, arguments)
    with shown_progress(face.quiet) as progress:
        return here(progress)


def in_background(face: Face, kind: str, arguments: Mapping[str, Any]) -> None:
    """Have something done, and say how to follow."""
    from backlit import app
    from backlit.cli.output import put, put_json

    asked = app.ask_job(face.home, kind, _spelled_out(arguments))
    if app.worker_of(face.home) is None:
        _start_worker(face.home)
    job = asked.row["id"]
    put_json(asked.envelope()) if face.as_json else put(f"{job}\nFollow: backlit jobs wait {job}\n")


def _by_worker(face: Face, kind: str, arguments: Mapping[str, Any]) -> "Answer":
    from backlit import app
    from backlit.cli.progress import shown_progress

    job = app.ask_job(face.home, kind, _spelled_out(arguments)).row["id"]
    face.remark(f"the worker of this home does it, as job {job}")
    try:
        with shown_progress(face.quiet) as progress:
            return app.job_wait(face.home, job, progress=progress)
    except KeyboardInterrupt:
        do = f"`backlit jobs wait {job}` waits again, `backlit jobs cancel {job}` stops it."
        raise Interrupted(f"wait for job {job}", "stopped waiting; the job goes on", do) from None


def _spelled_out(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments without `-`, which stands for names on our stdin: the worker has another one."""
    told = dict(arguments)
    for name, value in arguments.items():
        if isinstance(value, list) and "-" in value:
            typed = [line.strip() for line in sys.stdin if line.strip()]
            told[name] = [each for item in value for each in (typed if item == "-" else [item])]
    return told


def worker_command(home: Path, *options: str) -> list[str]:
    """What starts a worker of a home."""
    program = [sys.executable, "-c", "from backlit.cli import main; main()", "jobs", "work"]
    return [*program, "--nice", str(_NICE), "--dir", str(home), *options]


def _start_worker(home: Path) -> None:
    """A worker that outlives us, and ends when nothing is left to do."""
    command = worker_command(home, "--until-idle", "--quiet")
    nowhere = [(os.POSIX_SPAWN_OPEN, handle, os.devnull, os.O_RDWR, 0) for handle in range(3)]
    os.posix_spawn(command[0], command, os.environ, file_actions=nowhere, setsid=True)
