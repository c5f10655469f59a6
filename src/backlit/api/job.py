"""How is a long task followed from Python?"""

from pathlib import Path

from backlit import app
from backlit.app import Row

__all__ = ["Job"]


class Job:
    """A long task that a worker does: `backlit jobs work`, or `backlit up`."""

    def __init__(self, home: Path, job: str) -> None:
        self._home, self.id = home, job

    def show(self) -> Row:
        """What was asked, how far it is, what came of it: `state`, `progress`, `result`, `error` and more."""
        return app.job_show(self._home, self.id).row

    def wait(self) -> Row:
        """What came of it, once it is over; its error is raised."""
        return app.job_wait(self._home, self.id).row

    def cancel(self) -> None:
        """Stop it, or do not begin it; what it did stays."""
        app.job_cancel(self._home, self.id)

    def resume(self) -> None:
        """Go on with it, where it failed or was cancelled."""
        app.job_resume(self._home, self.id)

    def __repr__(self) -> str:
        return f"<Job {self.id}>"
