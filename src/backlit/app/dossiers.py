"""What is on record about the unnatural links to a site, for somebody who has to show it?"""

import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

from backlit.app.answer import Answer
from backlit.app.decided import domain_of, events_of, intake_of
from backlit.app.disavowing import versions_of
from backlit.app.link_facts import facts_of, linking_domains
from backlit.app.session import Session
from backlit.report.disavow import Disavow
from backlit.report.disavow.plan import Fact
from backlit.report.dossier import attempts_of, dossier_of
from backlit.store.database import opened
from backlit.store.outreach import Board
from backlit.store.place import has_state
from backlit.store.standing import Decision, Verdict, in_force
from backlit.urls import registrable_domain

__all__ = ["dossier"]

#: What happens to a card of the board that is an attempt to have links taken out, in words.
_SAID = {
    "sent": "a message was sent",
    "unknown": "a message was sent that may not have arrived",
    "contacted": "they were written to by hand",
}


def dossier(session: Session, target: str) -> Answer:
    """The removal attempts, what came of each, and what is disavowed."""
    started, site = time.perf_counter(), domain_of(target)
    events = [*in_force(events_of(session.home, site)), *_written(session.home, site)]
    events.sort(key=lambda each: each.at)
    versions = versions_of(session.home, site)
    domains = {name for each in events for name in each.domains}
    domains |= linking_domains(session, site, {name for each in events for name in each.links})
    for version in versions[-1:]:
        entries = Disavow.parse(version.content).entries
        domains |= {registrable_domain(entry.host) for entry in entries}
    facts = facts_of(session, site, domains)
    before = _before(session, site, attempts_of(events, facts))
    told = dossier_of(site, intake_of(session.home, site), events, facts, versions, before)
    took = (time.perf_counter() - started) * 1000
    profile = session.profile(site)
    return Answer(
        told, {"target": site}, session.version.id, profile.as_of, profile.sources,
        sources_total=profile.sources_total, took_ms=took,
    )  # fmt: skip


def _written(home: Path, site: str) -> Iterator[Decision]:
    """The requests for removal that went out by the board of outreach, as the attempts that they are."""
    if not has_state(home):
        return
    with opened(home) as engine:
        board = Board(engine)
        for card in (each for each in board.all(site) if each.kind == "removal"):
            for event in board.log(card.id):
                said = _SAID.get(event.what if event.what != "moved" else str(event.stage))
                if said is not None:
                    why = f"{said} (card {card.id})"
                    yield Decision(
                        event.at, event.who, site, "domain", card.domain, Verdict.ASK_REMOVAL, why,
                        (card.domain,),
                    )  # fmt: skip


def _before(session: Session, site: str, attempts: Mapping[str, Sequence[Decision]]) -> dict[str, Fact]:
    """What was known of each link when its site was first asked: on each day at the first time that anybody
    asked. Before the data begin nothing was."""
    days: dict[date, list[tuple[datetime, str]]] = {}
    for name, asked in attempts.items():
        days.setdefault(asked[0].at.date(), []).append((asked[0].at, name))
    found: dict[str, Fact] = {}
    for each in days.values():
        moment = min(at for at, _ in each)
        if session.begins is not None and moment >= session.begins:
            known = facts_of(session, site, {name for _, name in each}, moment.isoformat())
            found |= {fact.id: fact for facts in known.values() for fact in facts}
    return found
