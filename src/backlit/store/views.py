"""Which pages does somebody come back to, and what did they ask of them? Kept under names.

A view is never changed: one that is removed stays, with who removed it when.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backlit.errors import UsageError, ViewUnknown
from backlit.store.database import microseconds, moment, writing
from backlit.store.tables import VIEWS

__all__ = ["MOST", "SavedView", "Views"]

#: Views of a home that stand; all of them are in menus.
MOST = 500


@dataclass(frozen=True, slots=True)
class SavedView:
    """A page by the name that commands have for it, and its parameters as `name=value&…`.

    It is of one `target`, of the target of a `project` by its id, or of any where both are None.
    """

    name: str
    page: str
    query: str = ""
    target: str | None = None
    project: int | None = None
    at: datetime | None = None
    who: str = ""
    removed_at: datetime | None = None
    removed_by: str | None = None
    id: int = 0


class Views:
    """The saved views of a home."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def save(self, view: SavedView, who: str, now: datetime) -> SavedView:
        """Keep a new view; UsageError where one of the same target is called so, or there are too many."""
        with writing(self._engine) as connection:
            _require_room(view, [_view(row) for row in connection.execute(_standing())])
            kept = connection.execute(
                VIEWS.insert().values(
                    at=microseconds(now),
                    who=who,
                    name=view.name,
                    page=view.page,
                    target=view.target,
                    project=view.project,
                    query=view.query,
                )
            ).inserted_primary_key
            assert kept is not None  # one row was added
            return replace(view, id=int(kept[0]), at=now, who=who)

    def remove(self, number: int, who: str, now: datetime) -> SavedView:
        """End a view; ViewUnknown where there is none, or it was removed before."""
        with writing(self._engine) as connection:
            found = _one(connection, number)
            chosen = VIEWS.update().where(VIEWS.c.id == number)
            connection.execute(chosen.values(removed_at=microseconds(now), removed_by=who))
            return replace(found, removed_at=now, removed_by=who)

    def one(self, number: int) -> SavedView:
        """A view that stands, by its number; ViewUnknown where there is none."""
        with self._engine.connect() as connection:
            return _one(connection, number)

    def all(self) -> list[SavedView]:
        """Those that stand, by their names."""
        with self._engine.connect() as connection:
            found = [_view(row) for row in connection.execute(_standing())]
        return sorted(found, key=lambda view: (view.name.casefold(), view.id))


def _standing() -> sa.Select[Any]:
    return VIEWS.select().where(VIEWS.c.removed_at.is_(None))


def _require_room(view: SavedView, standing: list[SavedView]) -> None:
    asked = f"save the view {view.name}"
    if len(standing) >= MOST:
        found = f"there are {len(standing)} already"
        raise UsageError(asked, found, "Remove some first: `backlit view ls`, `backlit view rm VIEW`.")
    for each in standing:
        same = (each.target, each.project) == (view.target, view.project)
        if same and each.name.casefold() == view.name.casefold():
            found = f"view {each.id} is called so already"
            raise UsageError(asked, found, f"Choose another name, or `backlit view rm {each.id}` first.")


def _one(connection: sa.Connection, number: int) -> SavedView:
    # a longer number than an INTEGER holds is refused by PostgreSQL, not answered with nothing
    known = VIEWS.select().where(VIEWS.c.id == number, VIEWS.c.removed_at.is_(None))
    row = connection.execute(known).first() if 0 < number < 1 << 31 else None
    if row is None:
        raise ViewUnknown(
            f"look at view {str(number)[:20]}",
            "there is none of that number",
            "`backlit view ls` lists them.",
        )
    return _view(row)


def _view(row: Any) -> SavedView:
    return SavedView(
        row.name,
        row.page,
        row.query,
        row.target,
        row.project,
        moment(row.at),
        row.who,
        None if row.removed_at is None else moment(row.removed_at),
        row.removed_by,
        row.id,
    )
