"""How does a long task tell a face how far it is?"""

from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Progress", "ProgressEvent", "silent"]


@dataclass(frozen=True, slots=True)
class ProgressEvent:
    """A stage of a long task: what is done of how much, in which unit; `total` None is not known."""

    stage: str
    done: int
    total: int | None
    unit: str


Progress = Callable[[ProgressEvent], None]


def silent(_event: ProgressEvent) -> None:
    """Tell nobody."""
