"""How is the record of a dossier laid out as a workbook?"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from backlit.report.readable import called
from backlit.report.workbook import Column, Sheet, facts, workbook

__all__ = ["dossier_workbook"]

_SITES = (
    Column("Site", "site"),
    Column("What came of it", "outcome"),
    Column("Asked", "asked", "number"),
    Column("First asked", "first_asked", "day"),
    Column("Last asked", "last_asked", "day"),
    Column("Links", "links", "number"),
    Column("Taken out", "gone", "number"),
    Column("Marked", "declined", "number"),
    Column("Left", "left", "number"),
    Column("Disavowed", "disavowed", "number"),
    Column("Notes", "notes", width=60),
)
_OWN_WORDS = "To be said in your own words: how the links came about, and what keeps it from happening again."


def dossier_workbook(told: Mapping[str, Any], as_of: datetime | None) -> bytes:
    """The record as XLSX: what it is about and what came of it, and a line for each site."""
    sites = Sheet("Sites", _SITES, told["sites"], "A line for each site that was asked or is disavowed.")
    title = f"Links to {called(told['target'])}: what was done"
    return workbook([facts("Summary", _summary(told, as_of), _OWN_WORDS), sites], title=title, at=as_of)


def _summary(told: Mapping[str, Any], as_of: datetime | None) -> dict[str, Any]:
    file = told["disavow_file"]
    outcomes = {f"Sites: {name}": number for name, number in told["outcomes"].items() if number}
    return {
        "Site": called(told["target"]),
        "Data as of": as_of,
        "Basis": told["basis"],
        "Manual action": _answer(told["manual_action"], told["manual_action_on"]),
        "Links bought or placed": _answer(told["placed"], told["placed_by"], told["placed_when"]),
        "Sites asked or disavowed": len(told["sites"]),
        "Sites asked": sum(row["asked"] > 0 for row in told["sites"]),
        **outcomes,
        "Disavow file": f"{file['step']} on {file['uploaded_on'] or file['at'].date()}" if file else "none",
        **({"Entries": file["entries"], "SHA-256": file["digest"], "Reason": file["why"]} if file else {}),
    }


def _answer(said: bool | None, *more: str | None) -> str | None:
    """A yes or no with what is known of it; None where nobody answered."""
    if said is None:
        return None
    return ", ".join(filter(None, more)) or "yes" if said else "no"
