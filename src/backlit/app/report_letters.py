"""To how many sites was written about links to a target, day by day, for whoever reads a report?

Who they are stays on the board: a report is handed on.
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from backlit.app.answer import Row
from backlit.report.text import plural
from backlit.store.database import opened
from backlit.store.outreach import Board
from backlit.store.place import has_state

__all__ = ["letters_of"]


def letters_of(home: Path, site: str, after: datetime, until: datetime | None) -> Iterator[Row]:
    """A row for each day on which messages went out or cards were moved to *contacted*, in the form of a
    report's `done`; without `until` up to now."""
    if not has_state(home):
        return
    with opened(home) as engine:
        board = Board(engine)
        cards = {card.id: card for card in board.all(site)}
        events = board.log() if cards else []
    undone = {event.undoes for event in events}
    days: dict[tuple[str, bool], tuple[datetime, set[str]]] = {}
    for event in reversed(events):  # the oldest first
        card = cards.get(event.card or 0)
        went = event.what == "sent" or (event.what == "moved" and event.stage == "contacted")
        if card is None or not went or event.id in undone:
            continue
        if event.at > after and (until is None or event.at <= until):
            day = event.at.date().isoformat(), card.kind == "removal"
            days.setdefault(day, (event.at, set()))[1].add(card.domain)
    for (_, is_removal), (at, domains) in days.items():
        what = "to have links taken out" if is_removal else "about a link"
        said = f"Wrote to {plural(len(domains), 'site')} {what}."
        yield {"at": at, "what": said, "why": "", "who": "", "verdict": None}
