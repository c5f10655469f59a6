"""Whose are alerts, monitors and jobs, where somebody sees some projects only? Those about their targets.

None of them keeps a project: each says what it is about, and so belongs to every project which that lies in,
also to one that was added later.
"""

from collections.abc import Callable, Mapping
from typing import Any

from backlit.errors import BacklitError

__all__ = ["Within", "is_job_within"]

#: Whether a target, by itself or in a scope, is within what somebody sees.
Within = Callable[[str, str | None], bool]
#: Jobs that are about targets, by the argument that names them. All others are of the whole home: what reads
#: files of the server, ranks, looks at all that is due, or sends what waits.
_ABOUT: Mapping[str, str] = {"verify": "target", "audit": "target", "report": "target", "crawl": "seeds"}


def is_job_within(kind: str, arguments: Mapping[str, Any], within: Within) -> bool:
    """Whether all that a job is about is within what somebody sees."""
    named = arguments.get(_ABOUT.get(kind, ""))
    targets = [named] if isinstance(named, str) else named
    scope = arguments.get("scope")
    if (
        not isinstance(targets, list | tuple)
        or not targets
        or not all(isinstance(each, str) for each in targets)
    ):
        return False
    try:
        return all(within(each, scope) for each in targets)
    except BacklitError:  # it names something that is no target
        return False
