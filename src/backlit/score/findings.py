"""What can be noticed about a link, in which words, under which policy clause, and with what weight?

One table, `markers.tsv`, holds every marker: those that the data supports have weights, the others wait for
the input that they name. A weight is what the marker adds to the logit of a reading where it is seen in full;
markers with negative weights speak for a link. Clauses are those of Google's link spam policy, numbered LS-01
to LS-11 in the order in which it lists its examples (docs/reference/findings.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

__all__ = ["CLAUSES", "FAMILIES", "HARD", "LIMIT", "READINGS", "Finding", "Marker", "markers", "weighted"]

_TABLE = Path(__file__).with_name("markers.tsv")

READINGS = ("spam", "unnatural")

#: The reading from which on a link is worth a look.
LIMIT = 60.0

#: What the families of markers look at; those of one family are no independent proofs.
FAMILIES = {
    "A": "the page",
    "B": "the link itself",
    "W": "chosen words in a place that a template or a guest fills",
    "C": "the texts of the links to the target",
    "D": "the domain among others",
    "E": "whose the domain is",
    "F": "the domain's name and past",
    "G": "the course of time",
    "H": "what does not fit",
    "N": "what speaks for the link",
}

#: Google's link spam policy, in our words.
CLAUSES = {
    "LS-01": "buying or selling links that pass credit: for money, goods or services",
    "LS-02": "excessive exchanges of links, or pages of partners for that alone",
    "LS-03": "links made by programs or services",
    "LS-04": "links that a contract demands, without letting the owner qualify them",
    "LS-05": "text advertisements that do not block credit",
    "LS-06": "paid articles, or chosen words in articles, guest posts and press releases elsewhere",
    "LS-07": "links of low-quality directories and bookmark sites",
    "LS-08": "hidden, keyword-rich or low-quality links in widgets",
    "LS-09": "links in the footers and templates of many sites",
    "LS-10": "chosen words in comments and signatures",
    "LS-11": "content of low value made to manipulate links and ranking",
}

#: The markers that may lift a reading above 60 by themselves: nobody hides a link from readers by mistake.
HARD = frozenset({"B1", "B2"})


@dataclass(frozen=True, slots=True)
class Marker:
    """One line of the table. A weight of None: nothing computes the marker yet, for want of `needs`."""

    code: str
    id: str
    family: str
    spam: float | None
    unnatural: float | None
    level: str
    policy: str | None
    needs: str
    sentence: str
    clears: str

    @property
    def is_active(self) -> bool:
        return self.spam is not None

    def weight(self, reading: str) -> float:
        """What it adds to the logit of a reading where it is seen in full."""
        found = self.spam if reading == "spam" else self.unnatural
        return found or 0.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One marker as seen on one link: how clearly (0 to 1), on what evidence, and what it adds to each
    reading's logit. `sentence` is complete; `policy` names a clause or is None."""

    id: str
    level: str
    sentence: str
    policy: str | None
    evidence: Mapping[str, Any]
    strength: float
    spam: float
    unnatural: float


@cache
def markers() -> Mapping[str, Marker]:
    """All markers by their code, in the order of the table."""
    head, *lines = _TABLE.read_text("utf-8").splitlines()
    names = head.split("\t")
    rows = (dict(zip(names, line.split("\t"), strict=True)) for line in lines)
    return {row["code"]: _marker(row) for row in rows}


@cache
def weighted() -> tuple[Marker, ...]:
    """The markers that something computes."""
    return tuple(marker for marker in markers().values() if marker.is_active)


def _marker(row: Mapping[str, str]) -> Marker:
    return Marker(
        code=row["code"],
        id=row["id"],
        family=row["family"],
        spam=float(row["spam"]) if row["spam"] else None,
        unnatural=float(row["unnatural"]) if row["unnatural"] else None,
        level=row["level"],
        policy=row["policy"] or None,
        needs=row["needs"],
        sentence=row["sentence"],
        clears=row["clears"],
    )
