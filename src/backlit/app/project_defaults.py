"""What does a project say where a question leaves it open: rivals, names of the brand, a name for reports?

There is one way in: what somebody named comes first, then what the project says, then what is found. A
project speaks for its host and all below it; of several the narrowest does. Looking makes no database.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from backlit.errors import UsageError
from backlit.index.target import Target
from backlit.store.place import has_state
from backlit.urls import registrable_domain

if TYPE_CHECKING:
    from backlit.store.projects import Project

__all__ = [
    "Chosen",
    "at_work",
    "brands_of",
    "kept_within",
    "name_for",
    "narrowest",
    "project_of",
    "rivals_of",
]

#: A portfolio asks for all of its projects with each name that something waits for.
_target = lru_cache(maxsize=4_096)(Target.parse)


@dataclass(frozen=True, slots=True)
class Chosen:
    """Some names, and whence: "named" in the question, of the "project", "found" in the index, or "none"."""

    names: tuple[str, ...]
    origin: str
    project: str | None = None


def at_work(home: Path) -> "list[Project]":
    """The projects of a home that are not archived."""
    if not has_state(home):
        return []
    from backlit.store.database import opened  # loaded where there is something to read, and only then
    from backlit.store.projects import Projects

    with opened(home) as engine:
        return Projects(engine).all()


def project_of(home: Path, target: Target) -> "Project | None":
    """The project that a target belongs to; None where it belongs to none."""
    return narrowest(at_work(home), target)


def narrowest(projects: "Sequence[Project]", target: Target) -> "Project | None":
    """The one of some projects that is about a target, or about the least more than it."""
    spans = [(_target(each.target), each) for each in projects]
    around = [
        (len(span.lower), each)
        for span, each in spans
        if span.lower <= target.lower and target.upper <= span.upper
    ]
    return max(around, key=lambda each: each[0], default=(0, None))[1]


def rivals_of(home: Path, target: Target, named: Sequence[str]) -> Chosen:
    """The rivals that are named, else those of the project."""
    if named:
        return Chosen(tuple(named), "named")
    project = project_of(home, target)
    if project is None or not project.rivals:
        return Chosen((), "none")
    return Chosen(project.rivals, "project", project.slug)


def brands_of(home: Path, target: Target, named: Sequence[str]) -> Chosen:
    """The names of the brand that are named, else those of the project."""
    if named:
        return Chosen(tuple(named), "named")
    project = project_of(home, target)
    if project is None or not project.brands:
        return Chosen((), "none")
    return Chosen(project.brands, "project", project.slug)


def kept_within(home: Path, internal: str | tuple[str, ...]) -> str | tuple[str, ...]:
    """Whose internal links are kept: for "projects" their domains, else what was said."""
    if internal != "projects":
        return internal
    domains = {registrable_domain(each.target) for each in at_work(home)}
    if not domains:
        do = "`backlit project add TARGET` adds one; `--internal all` keeps those of every site."
        raise UsageError("keep the internal links of projects", "there is no project here", do)
    return tuple(sorted(domains))


def name_for(home: Path, target: Target) -> str:
    """What a project is called by whoever named it; empty where nobody did."""
    project = project_of(home, target)
    return "" if project is None or project.name == project.target else project.name
