"""What does one disavow file disavow that another does not, and for which reason?"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from backlit.report.disavow.entries import Entry
from backlit.report.disavow.file_checks import covering
from backlit.report.text import visible

__all__ = ["Change", "Diff", "diff_of"]


@dataclass(frozen=True, slots=True)
class Change:
    """An entry that one file has and the other has not, with the remark that gives its reason.

    `covered_by` is a `domain:` line of the newer file that covers what was taken out, or of the older one
    that covered already what came: then the change has no effect.
    """

    change: str
    entry: Entry
    reason: str
    covered_by: str | None

    def row(self) -> dict[str, Any]:
        """As faces print it."""
        return {
            "change": self.change,
            "entry": str(self.entry),
            "reason": self.reason or None,
            "covered_by": self.covered_by,
        }


@dataclass(frozen=True, slots=True)
class Diff:
    """What came and what went between two files, in the order of the files, and how much stayed."""

    added: tuple[Change, ...]
    removed: tuple[Change, ...]
    same: int

    def __bool__(self) -> bool:
        return bool(self.added or self.removed)

    def render(self) -> str:
        """The difference as text: `+` and `-` before each entry, its reason as a remark above."""
        return "".join(f"{line}\n" for line in self._lines())

    def _lines(self) -> Iterator[str]:
        for changes, mark in ((self.removed, "-"), (self.added, "+")):
            reason = ""
            for each in changes:
                if each.reason and each.reason != reason:
                    yield f"{mark} # {visible(each.reason)}"
                reason = each.reason
                yield f"{mark} {visible(str(each.entry))}"
                if each.covered_by:
                    yield f"{mark} # without effect: domain:{each.covered_by} covers it"


def diff_of(before: Mapping[Entry, str], after: Mapping[Entry, str]) -> Diff:
    """The difference between two files, each as its entries with their reasons."""
    domains = [{each.value for each in side if each.kind == "domain"} for side in (before, after)]
    added = [_change("added", each, why, domains[0]) for each, why in after.items() if each not in before]
    gone = [_change("removed", each, why, domains[1]) for each, why in before.items() if each not in after]
    return Diff(tuple(added), tuple(gone), len(before) - len(gone))


def _change(change: str, entry: Entry, reason: str, others: set[str]) -> Change:
    return Change(change, entry, reason, covering(entry, others))
