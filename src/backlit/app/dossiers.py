"""What is on record about the unnatural links to a site, for somebody who has to show it?"""

import time

from backlit.app.answer import Answer
from backlit.app.decided import domain_of, events_of, intake_of
from backlit.app.disavowing import versions_of
from backlit.app.link_facts import facts_of, linking_domains
from backlit.app.session import Session
from backlit.report.disavow import Disavow
from backlit.report.dossier import dossier_of
from backlit.store.decisions import in_force
from backlit.urls import registrable_domain

__all__ = ["dossier"]


def dossier(session: Session, target: str) -> Answer:
    """The removal attempts, what came of each, and what is disavowed."""
    started, site = time.perf_counter(), domain_of(target)
    events, versions = in_force(events_of(session.home, site)), versions_of(session.home, site)
    domains = {name for each in events for name in each.domains}
    domains |= linking_domains(session, site, {name for each in events for name in each.links})
    for version in versions[-1:]:
        entries = Disavow.parse(version.content).entries
        domains |= {registrable_domain(entry.host) for entry in entries}
    facts = facts_of(session, site, domains)
    told = dossier_of(site, intake_of(session.home, site), events, facts, versions)
    took = (time.perf_counter() - started) * 1000
    profile = session.profile(site)
    return Answer(
        told, {"target": site}, session.version.id, profile.as_of, profile.sources,
        sources_total=profile.sources_total, took_ms=took,
    )  # fmt: skip
