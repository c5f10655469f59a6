"""Which disavow files of a target were imported, approved, exported and uploaded, byte for byte?"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from backlit.store.database import microseconds, moment
from backlit.store.tables import DISAVOWS

__all__ = ["Disavows", "Step", "Version", "digest_of"]


class Step(StrEnum):
    """What was done with a file."""

    IMPORTED = "imported"
    APPROVED = "approved"
    EXPORTED = "exported"
    UPLOADED = "uploaded"


@dataclass(frozen=True, slots=True)
class Version:
    """A file as it was then: its exact bytes, what was done with it, by whom, and why."""

    at: datetime
    who: str
    target: str
    step: Step
    content: bytes
    why: str
    uploaded_on: str | None = None
    id: int = 0

    @property
    def digest(self) -> str:
        """SHA-256 of the bytes."""
        return digest_of(self.content)


def digest_of(content: bytes) -> str:
    """SHA-256 of the bytes of a file, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


class Disavows:
    """The disavow files of a home."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def add(self, version: Version) -> int:
        """Keep a version; its number."""
        values = {
            "at": microseconds(version.at),
            "who": version.who,
            "target": version.target,
            "step": version.step.value,
            "digest": version.digest,
            "content": version.content,
            "why": version.why,
            "uploaded_on": version.uploaded_on,
        }
        with self._engine.begin() as connection:
            found = connection.execute(DISAVOWS.insert().values(values)).inserted_primary_key
        assert found is not None  # one row was added
        return int(found[0])

    def of(self, target: str) -> list[Version]:
        """The versions of a target, oldest first."""
        query = DISAVOWS.select().where(DISAVOWS.c.target == target).order_by(DISAVOWS.c.id)
        with self._engine.connect() as connection:
            return [_version(row) for row in connection.execute(query)]


def _version(row: Any) -> Version:
    return Version(
        moment(row.at),
        row.who,
        row.target,
        Step(row.step),
        bytes(row.content),
        row.why,
        row.uploaded_on,
        row.id,
    )
