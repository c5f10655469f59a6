"""What did the owner of a site answer before its links were judged: is there any basis to disavow?

Nothing proposes to disavow anything without a recorded one.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa

from backlit.store.database import microseconds, moment
from backlit.store.tables import INTAKES

__all__ = ["Intake", "Intakes"]


@dataclass(frozen=True, slots=True)
class Intake:
    """The answers; None where a question was not answered.

    `manual_action` is whether Search Console told of one, on the day `manual_action_on`; `placed` whether
    links were bought or placed, `placed_by` by whom and `placed_when`; `old_file` whether Google has a
    disavow file of the site.
    """

    manual_action: bool | None = None
    manual_action_on: str | None = None
    placed: bool | None = None
    placed_by: str | None = None
    placed_when: str | None = None
    old_file: bool | None = None
    at: datetime | None = None
    who: str | None = None

    @property
    def basis(self) -> str | None:
        """Why disavowing may be proposed at all, in a sentence; None without a reason."""
        said = []
        if self.manual_action:
            on = f" of {self.manual_action_on}" if self.manual_action_on else ""
            said.append(f"a manual action{on}")
        if self.placed:
            by = f" by {self.placed_by}" if self.placed_by else ""
            when = f", {self.placed_when}" if self.placed_when else ""
            said.append(f"links bought or placed{by}{when}")
        return " and ".join(said) or None


class Intakes:
    """The intakes of a home; the newest of a target holds."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def add(self, target: str, intake: Intake, who: str, now: datetime) -> None:
        """Keep answers beside the earlier ones."""
        told = {name: value for name, value in asdict(intake).items() if name not in ("at", "who")}
        values = {"at": microseconds(now), "who": who, "target": target, "told": json.dumps(told)}
        with self._engine.begin() as connection:
            connection.execute(INTAKES.insert().values(values))

    def of(self, target: str) -> Intake | None:
        """The newest answers about a domain."""
        query = INTAKES.select().where(INTAKES.c.target == target).order_by(INTAKES.c.id.desc()).limit(1)
        with self._engine.connect() as connection:
            row = connection.execute(query).first()
        return None if row is None else Intake(**json.loads(row.told), at=moment(row.at), who=row.who)
