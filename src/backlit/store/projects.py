"""Which sites does somebody work on, and what is taken for granted about each: its rivals, its names?

A project is changed where it stands; who changed what, and when, is kept in events that are only ever added.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backlit.errors import ProjectUnknown, UsageError
from backlit.store.database import microseconds, moment, writing
from backlit.store.tables import PROJECT_EVENTS, PROJECTS

__all__ = ["CHANGED", "Project", "ProjectEvent", "Projects"]

#: What of a project can be changed.
CHANGED = ("name", "rivals", "brands", "country", "note")


@dataclass(frozen=True, slots=True)
class Project:
    """A site that somebody works on. `target` is a host and all below it; `rivals` are targets, `brands` the
    names that the site is spoken of by, `country` two letters, or None where nobody said."""

    slug: str
    target: str
    name: str
    rivals: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    country: str | None = None
    note: str = ""
    at: datetime | None = None
    who: str = ""
    archived_at: datetime | None = None
    id: int = 0


@dataclass(frozen=True, slots=True)
class ProjectEvent:
    """What somebody did to a project; of a change, by field, what was and what is."""

    id: int
    at: datetime
    who: str
    what: str
    told: Mapping[str, Any]


class Projects:
    """The projects of a home."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def add(self, project: Project, who: str, now: datetime) -> Project:
        """Keep a new project; UsageError where its slug is taken, or its target has a project."""
        with writing(self._engine) as connection:
            _require_free(connection, project)
            values = {
                "at": microseconds(now),
                "who": who,
                "slug": project.slug,
                "target": project.target,
                **_stored({name: getattr(project, name) for name in CHANGED}),
            }
            kept = connection.execute(PROJECTS.insert().values(values)).inserted_primary_key
            assert kept is not None  # one row was added
            _event(connection, kept[0], "added", who, now, {})
            return replace(project, id=int(kept[0]), at=now, who=who)

    def change(self, slug: str, who: str, now: datetime, **values: Any) -> Project:
        """Change what is known of a project; nothing happens where nothing is different."""
        assert set(values) <= set(CHANGED)
        with writing(self._engine) as connection:
            project = _one(connection, slug)
            told = {
                name: (getattr(project, name), value)
                for name, value in values.items()
                if getattr(project, name) != value
            }
            if not told:
                return project
            new = {name: value for name, (_, value) in told.items()}
            known = PROJECTS.update().where(PROJECTS.c.id == project.id)
            connection.execute(known.values(_stored(new)))
            _event(connection, project.id, "changed", who, now, told)
            return replace(project, **new)

    def archive(self, slug: str, who: str, now: datetime, *, undo: bool = False) -> Project:
        """Put a project away, or with `undo` take it up again; UsageError where its target has another."""
        with writing(self._engine) as connection:
            project = _one(connection, slug)
            if (project.archived_at is None) == undo:
                return project
            if undo:
                _require_no_other(connection, project)
            at = None if undo else now
            known = PROJECTS.update().where(PROJECTS.c.id == project.id)
            connection.execute(known.values(archived_at=None if at is None else microseconds(at)))
            _event(connection, project.id, "restored" if undo else "archived", who, now, {})
            return replace(project, archived_at=at)

    def one(self, slug: str) -> Project:
        """A project by its slug; ProjectUnknown where there is none."""
        with self._engine.connect() as connection:
            return _one(connection, slug)

    def all(self, *, archived: bool = False) -> list[Project]:
        """Those at work, by their names; with `archived` the others, too."""
        query = PROJECTS.select().order_by(sa.func.lower(PROJECTS.c.name), PROJECTS.c.id)
        if not archived:
            query = query.where(PROJECTS.c.archived_at.is_(None))
        with self._engine.connect() as connection:
            return [_project(row) for row in connection.execute(query)]

    def events(self, project: Project) -> list[ProjectEvent]:
        """What happened to a project, newest first."""
        query = PROJECT_EVENTS.select().where(PROJECT_EVENTS.c.project == project.id)
        with self._engine.connect() as connection:
            rows = connection.execute(query.order_by(PROJECT_EVENTS.c.id.desc()))
            return [
                ProjectEvent(row.id, moment(row.at), row.who, row.what, json.loads(row.told)) for row in rows
            ]


def _require_free(connection: sa.Connection, project: Project) -> None:
    row = connection.execute(PROJECTS.select().where(PROJECTS.c.slug == project.slug)).first()
    if row is not None:
        put_away = row.archived_at is not None
        do = "Choose another with --slug."
        if put_away:
            do = f"Take that up again (`backlit project archive {row.slug} --undo`), or choose another slug."
        what = f"{'an archived' if put_away else 'a'} project about {row.target} is called so"
        raise UsageError(f"call a project {project.slug}", what, do)
    _require_no_other(connection, project)


def _require_no_other(connection: sa.Connection, project: Project) -> None:
    """Two projects about one target would leave open whose rivals are meant."""
    at_work = PROJECTS.c.archived_at.is_(None)
    row = connection.execute(PROJECTS.select().where(PROJECTS.c.target == project.target, at_work)).first()
    if row is not None:
        raise UsageError(
            f"work on {project.target}",
            f"the project {row.slug} does already",
            f"Change it (`backlit project edit {row.slug}`), or archive it first.",
        )


def _one(connection: sa.Connection, slug: str) -> Project:
    row = connection.execute(PROJECTS.select().where(PROJECTS.c.slug == slug)).first()
    if row is None:
        found = "there is none of that name"
        raise ProjectUnknown(f"look at project {slug[:100]!r}", found, "`backlit project ls` lists them.")
    return _project(row)


def _stored(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: json.dumps(value, ensure_ascii=True) if name in ("rivals", "brands") else value
        for name, value in values.items()
    }


def _project(row: Any) -> Project:
    return Project(
        row.slug,
        row.target,
        row.name,
        tuple(json.loads(row.rivals)),
        tuple(json.loads(row.brands)),
        row.country,
        row.note,
        moment(row.at),
        row.who,
        None if row.archived_at is None else moment(row.archived_at),
        row.id,
    )


def _event(
    connection: sa.Connection, project: int, what: str, who: str, now: datetime, told: Mapping[str, Any]
) -> None:
    values = {
        "at": microseconds(now),
        "who": who,
        "project": project,
        "what": what,
        "told": json.dumps(told, ensure_ascii=True),
    }
    connection.execute(PROJECT_EVENTS.insert().values(values))
