"""What would the next disavow file take from the authority of a site, by our own score?"""

from collections.abc import Sequence

from backlit.app.answer import Answer, Row
from backlit.app.decided import domain_of
from backlit.app.disavowing import NOTHING_TO_DISAVOW, next_file
from backlit.app.session import Session
from backlit.app.votes_left import quoted
from backlit.index.filters.parser import BYTES, CONDITIONS
from backlit.index.questions import Question
from backlit.report.disavow import Disavow, Entry
from backlit.report.disavow.entries import entry_of
from backlit.urls import icann_domain

__all__ = ["disavow_simulate"]

#: What every simulation says.
FORECAST = "Backlit's own score, not a ranking forecast."
_TOO_MANY = "So many pages are named one by one that the authority without them is not worked out here."


def disavow_simulate(session: Session, target: str, *, platforms: Sequence[str] = ()) -> Answer:
    """What the next file would take from the target's authority, by our own score."""
    from backlit.app.receipts import whatif

    site = domain_of(target)
    plan, base = next_file(session, site, platforms)
    added = [each.entry for each in base.diff(plan.file).added if not each.covered_by]
    row: Row = {"target": site, "entries": len(added), "note": FORECAST, "before": None, "after": None}
    row |= {"delta": None, "links": 0, "domains": 0, "best_links": 0}
    if not added:
        return Answer(row | {"conclusion": NOTHING_TO_DISAVOW}, {"target": site}, session.version.id)
    row["links"], row["domains"] = _counted(session, site, added)
    row["best_links"] = _among_the_best(session, site, plan.file)
    gone = _removed(added)
    if gone is None:
        row["note"] = f"{FORECAST} {_TOO_MANY}"
    elif session.is_ranked:
        told = whatif(session, site, remove=gone).row
        row |= {name: told[name] for name in ("before", "after", "delta")}
    return Answer(row | {"conclusion": None}, {"target": site}, session.version.id)


def _counted(session: Session, site: str, added: list[Entry]) -> tuple[int, int]:
    """How many links some entries cover, and from how many domains: read once, however many entries."""
    file = Disavow.of((each, "") for each in added)
    domains = []
    question = Question.ask("backlinks", "source", group="none")
    for batch in session.profile(site).batches(question, judged=False):
        domains += [row["source_domain"] for row in batch if file.covers(Entry("url", row["source_url"]))]
    return len(domains), len(set(domains))


def _removed(added: list[Entry]) -> list[str] | None:
    """What goes, as `whatif` takes it: whole domains by name, and one filter for the rest; None where that
    would be longer than a filter may be."""
    names = [each.value for each in added if each.kind == "domain"]
    whole = [name for name in names if icann_domain(name) == name and not name[-1].isdigit()]
    parts = [name for name in names if name not in set(whole)]
    pages = [f"page:{quoted(each.value)}" for each in added if each.kind == "url"]
    q = " OR ".join([f"domain:({','.join(parts)})", *pages] if parts else pages)
    if len(q.encode()) > BYTES or len(pages) >= CONDITIONS:
        return None
    return [*whole, q] if q else whole


def _among_the_best(session: Session, site: str, file: Disavow) -> int:
    """How many of the 100 most valuable links are disavowed."""
    from backlit.app.look import backlinks

    rows = backlinks(session, site, group="none", sort="-value", limit=100).rows
    found = [entry_of(row["source_url"]) or Entry("domain", row["source_domain"]) for row in rows]
    return sum(file.covers(each) for each in found)
