"""Where does the policy of a home lie, and how does a new version of it come about?

`HOME/policies/0003.toml` is version 3, and is never changed; the newest one holds. `HOME/policy.toml` is a
copy of it to edit: what is edited there holds once it was taken in, as a version of its own.
"""

import difflib
import re
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from backlit.errors import ConfigError, UsageError
from backlit.index.storage import POLICY_LOCK, disk, write_lock
from backlit.report.policy import Policy, parse_policy, stamped
from backlit.report.policy.text import without_head

__all__ = ["FILE", "FOLDER", "Kept", "Make", "PolicyFiles", "difference", "policy_text"]

FILE, FOLDER = "policy.toml", "policies"
#: Seconds that a writer waits for another.
_WAIT = 10.0
#: What was made before is no version: somebody wrote that by hand.
_FIRST_YEAR = 2000
#: The most that is read of a file: more is no policy, and is told so by whoever parses it.
_MOST = 300_000


@dataclass(frozen=True, slots=True)
class Kept:
    """A version as it is kept: its number and text."""

    number: int
    text: str

    @property
    def head(self) -> dict[str, Any]:
        """When it was made, by whom and why, as far as that can be read."""
        try:
            told = tomllib.loads(self.text)
        except (ValueError, RecursionError):
            told = {}
        at = told.get("at")
        is_known = isinstance(at, datetime) and at.tzinfo is not None and at.year >= _FIRST_YEAR
        row = {"at": at if is_known else None}
        return row | {name: str(told[key]) if key in told else None for name, key in _HEAD.items()}


_HEAD = {"who": "by", "why": "why"}


#: What makes the text of a version of the one before, which is None for the first.
Make = Callable[[Kept | None], str]


class PolicyFiles:
    """The versions of a home's policy. Looking makes no file."""

    def __init__(self, home: Path) -> None:
        self._home, self._folder = home, home / FOLDER

    def versions(self) -> list[Kept]:
        """All versions, oldest first."""
        return [Kept(number, _text(path)) for number, path in self._paths()]

    def number(self) -> int:
        """The number of the version that holds, 0 where there is none; nothing is read of it."""
        return max((number for number, _ in self._paths()), default=0)

    def newest(self) -> Kept | None:
        """The version that holds."""
        paths = self._paths()
        return Kept(paths[-1][0], _text(paths[-1][1])) if paths else None

    def policy(self) -> Policy | None:
        """The rules that hold; ConfigError where their file was damaged."""
        kept = self.newest()
        if kept is None:
            return None
        found = parse_policy(kept.text, f"{FOLDER}/{kept.number:04}.toml")
        return Policy(found.rules, kept.number)

    def edited(self) -> str | None:
        """What somebody wrote to the copy since; None where it is a version, or is not there."""
        path = self._home / FILE
        if not path.exists():
            return None
        text = _text(path)
        return None if any(text == each.text for each in self.versions()) else text

    def add(self, make: Make, at: datetime, who: str, why: str, name: str) -> Kept:
        """Keep a new version, of the text that is made of the newest one; UsageError where nothing would be
        another, or where what somebody wrote to the copy would be lost by it."""
        with write_lock(self._home, wait=_WAIT, name=POLICY_LOCK):
            before = self.newest()
            number = 1 if before is None else before.number + 1
            asked, draft = make(before), self.edited()
            if draft not in (None, asked):
                do = f"`backlit policy edit` takes that in first; or remove {self._home / FILE}."
                raise UsageError(
                    "keep another version of the policy", f"{FILE} was edited since the last", do
                )
            text = stamped(asked, number, at, who, why, name)
            if before is not None and without_head(text) == without_head(before.text):
                found = f"it says what version {before.number} says"
                raise UsageError("keep another version of the policy", found, "There is nothing to do.")
            disk().write(self._folder / f"{number:04}.toml", text.encode())
            disk().write(self._home / FILE, text.encode())
        return Kept(number, text)

    def _paths(self) -> list[tuple[int, Path]]:
        if not self._folder.is_dir():
            return []
        named = ((re.fullmatch(r"(\d{4,9})\.toml", path.name), path) for path in self._folder.iterdir())
        return sorted((int(match[1]), path) for match, path in named if match)


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(_MOST)
    except OSError as error:
        raise ConfigError(f"read {path}", error.strerror or "it cannot be read", "Mend that.") from error
    return policy_text(data, path.name)


def policy_text(data: bytes, name: str) -> str:
    """The text of a policy's bytes; ConfigError with the line where they are no UTF-8."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        found = f"line {line}: byte {error.start + 1} is no UTF-8"
        raise ConfigError(f"read {name}", found, "Save it as UTF-8.") from error


def difference(before: str, after: str) -> Sequence[str]:
    """What one text has that the other has not, in the lines of a unified diff."""
    old, new = (without_head(text).strip().splitlines() for text in (before, after))
    return list(difflib.unified_diff(old, new, "before", "after", lineterm="", n=1))[2:]
