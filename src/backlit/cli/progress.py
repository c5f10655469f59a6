"""How does a long task show how far it is? One line on stderr, where a person is there to see it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from backlit.app.progress import Progress, ProgressEvent, silent

if TYPE_CHECKING:
    from rich.progress import Progress as Line
    from rich.progress import Task, TaskID

__all__ = ["Stages", "shown_progress"]


@contextmanager
def shown_progress(quiet: bool) -> Iterator[Progress]:
    """A receiver of progress events; it draws on a terminal and is silent elsewhere."""
    if quiet or not sys.stderr.isatty():
        yield silent
        return
    with _line() as line:
        yield Stages(line)


class Stages:
    """One bar per stage; the one before is done when the next begins."""

    def __init__(self, line: "Line") -> None:
        self._line = line
        self._stage: str | None = None
        self._task: TaskID | None = None

    def __call__(self, event: ProgressEvent) -> None:
        """Draw one event."""
        if self._task is None or event.stage != self._stage:
            self._finish()
            self._stage = event.stage
            self._task = self._line.add_task(event.stage, total=event.total, unit=event.unit)
        self._line.update(self._task, completed=event.done, total=event.total)

    def _finish(self) -> None:
        if self._task is not None:
            self._line.remove_task(self._task)


def _line() -> "Line":
    from rich.console import Console
    from rich.progress import BarColumn, ProgressColumn, SpinnerColumn, TextColumn
    from rich.progress import Progress as Line
    from rich.table import Column
    from rich.text import Text

    class Amount(ProgressColumn):
        """Done of all, the rate, and the time left."""

        def render(self, task: "Task") -> Text:
            return Text(_amount(task), "dim", no_wrap=True, overflow="ellipsis")

    fixed = Column(no_wrap=True)
    columns = (
        SpinnerColumn(table_column=fixed),
        TextColumn("{task.description}", table_column=fixed),
        BarColumn(24),
        Amount(table_column=Column(no_wrap=True)),
    )
    return Line(*columns, console=Console(stderr=True), transient=True)


def _amount(task: "Task") -> str:
    """`12.5 of 80.0 MB · 3.1 MB/s · 22 s left`, as far as each is known."""
    scale, unit = _scale(task.total or task.completed, task.fields.get("unit", ""))
    digits = 1 if scale > 1 else 0
    said = []
    if task.total is not None:
        said.append(f"{task.completed / scale:,.{digits}f} of {task.total / scale:,.{digits}f} {unit}")
    elif task.completed:
        said.append(f"{task.completed / scale:,.{digits}f} {unit}")
    if task.speed and unit in ("MB", "GB"):
        said.append(f"{task.speed / 1e6:,.1f} MB/s")
    if task.time_remaining:
        said.append(f"{_duration(task.time_remaining)} left")
    elif task.elapsed is not None and task.total is None:
        said.append(_duration(task.elapsed))
    return " · ".join(said)


def _scale(number: float, unit: str) -> tuple[float, str]:
    if unit != "bytes":
        return 1, unit
    if number < 1e6:
        return (1e3, "KB")
    return (1e9, "GB") if number >= 1e10 else (1e6, "MB")


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{rest} s"
