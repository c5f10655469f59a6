"""What was decided and answered about a target, as far as anybody did? Looking makes no database."""

import os
from collections.abc import Callable
from pathlib import Path

from backlit.app.answer import Row
from backlit.index.target import Target
from backlit.store.database import FILE, SETTING, opened
from backlit.store.decisions import NOTHING, Decision, Decisions, Standing, standing
from backlit.store.intakes import Intake, Intakes
from backlit.urls import domain_of_key

__all__ = [
    "decided_of",
    "decided_rows",
    "domain_of",
    "events_of",
    "has_state",
    "holding_row",
    "intake_of",
]


def domain_of(target: str) -> str:
    """The registrable domain that decisions about a target are kept by."""
    return domain_of_key(Target.parse(target, "domain").lower.rstrip(".") + "/")


def decided_of(home: Path, target: str) -> Standing:
    """What holds about the links to a target."""
    events = events_of(home, domain_of(target))
    return standing(events) if events else NOTHING


def events_of(home: Path, site: str) -> list[Decision]:
    """All events about a site, oldest first."""
    if not has_state(home):
        return []
    with opened(home) as engine:
        return Decisions(engine).of(site)


def has_state(home: Path) -> bool:
    """Whether anything was ever kept here: looking makes no database."""
    return bool(os.environ.get(SETTING)) or (home / FILE).exists()


def intake_of(home: Path, target: str) -> Intake | None:
    """The newest answers about a target."""
    if not has_state(home):
        return None
    with opened(home) as engine:
        return Intakes(engine).of(domain_of(target))


def decided_rows(home: Path, target: str, view: str) -> Callable[[list[Row]], list[Row]]:
    """What puts the verdict that holds, or None, to each row of a list of links or domains; other lists are
    left as they are."""
    if view not in ("backlinks", "domains"):
        return lambda rows: rows
    held = decided_of(home, target)

    def verdict(row: Row) -> str | None:
        found = (
            held.of(row["source_domain"], row["id"])
            if view == "backlinks"
            else held.domains.get(row["domain"])
        )
        return None if found is None else found.verdict.value

    return lambda rows: [row | {"decision": verdict(row)} for row in rows]


def holding_row(decision: Decision | None) -> Row | None:
    """A decision that holds, in short; None where there is none."""
    if decision is None:
        return None
    return {
        "id": decision.id,
        "verdict": decision.verdict.value,
        "at": decision.at,
        "who": decision.who,
        "why": decision.why,
        "until": decision.until,
    }
