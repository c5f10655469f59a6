"""How do many questions share one open index?"""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path

from backlit.errors import UsageError
from backlit.index.profile import Profile
from backlit.index.tables import Index, Version
from backlit.index.target import Target

__all__ = ["Session", "open_session", "parse_as_of"]

#: Targets whose folded links stay in memory.
KEPT_PROFILES = 16


@dataclass(frozen=True, slots=True)
class _Key:
    version: int
    target: Target
    as_of: datetime | None


class Session:
    """An open index, and the profiles asked of it lately. Safe to share between threads."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.index = Index.open(home)
        self._lock = threading.Lock()
        self._version = self.index.version()
        self._profiles: OrderedDict[_Key, Profile] = OrderedDict()

    @property
    def version(self) -> Version:
        """The version of the index that this session reads."""
        return self._version

    def refresh(self) -> Version:
        """Read the newest version from now on."""
        self._version = self.index.version()
        return self._version

    def profile(self, target: str, scope: str | None = None, as_of: str | None = None) -> Profile:
        """The folded links of a target, from memory where they were asked for before."""
        version, moment = self._resolve(as_of)
        key = _Key(version.id, Target.parse(target, scope), moment)
        with self._lock:
            known = self._profiles.get(key)
            if known is not None:
                self._profiles.move_to_end(key)
                return known
        profile = Profile(self.index, version, key.target, moment)
        with self._lock:
            self._profiles[key] = profile
            while len(self._profiles) > KEPT_PROFILES:
                self._profiles.popitem(last=False)
        return profile

    def _resolve(self, as_of: str | None) -> tuple[Version, datetime | None]:
        if as_of is not None and as_of.isdigit() and len(as_of) > len("20260101"):
            return self.index.version(int(as_of)), None
        return self._version, parse_as_of(as_of) if as_of else None


def open_session(home: Path) -> Session:
    """Open the index of a home for reading; HomeMissing when there is none."""
    return Session(home)


def parse_as_of(text: str) -> datetime:
    """A date means the end of that day, UTC; a moment means itself."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            f"look at the index as of {text!r}",
            "neither a date nor a snapshot",
            "Write a date as 2026-03-01, or a snapshot of `backlit index ls`.",
        ) from error
    if "T" not in text and " " not in text:
        moment = datetime.combine(moment.date(), time.max)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
