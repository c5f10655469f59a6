"""By which names did somebody say that a target is spoken of? The brand terms of projects, as of now."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from backlit.app.project_defaults import at_work, narrowest
from backlit.index.target import Target
from backlit.store.place import FILE, SETTING

if TYPE_CHECKING:
    from backlit.store.projects import Project

__all__ = ["BrandTerms"]

#: Whose change says that a state in a file has changed.
_FILES = (FILE, f"{FILE}-wal")
_Mark = tuple[tuple[int, int] | None, ...]


class BrandTerms:
    """The brand terms of the projects of a home, read again when its state may have changed."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._mark: _Mark | None = None
        self._projects: list[Project] | None = None

    def refresh(self) -> None:
        """Let what was read go, unless the file that it was read from is as it was."""
        if self._mark is None or self._mark != self._now():
            self._projects = None

    def of(self, target: Target) -> tuple[str, ...]:
        """The terms of the project that a target belongs to."""
        projects = self._projects
        if projects is None:
            self._mark = self._now()  # before it is read: what is written meanwhile is read the next time
            self._projects = projects = at_work(self._home)
        found = narrowest(projects, target)
        return () if found is None else found.brands

    def _now(self) -> _Mark | None:
        """What a change of the file changes; None of a database elsewhere, which is asked each time."""
        return None if os.environ.get(SETTING) else tuple(_stat(self._home / name) for name in _FILES)


def _stat(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
