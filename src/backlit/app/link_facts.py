"""What does the index know of the links of some domains to a site, however many domains they are?"""

import re
from collections.abc import Iterable, Iterator

from backlit.app.answer import Row
from backlit.app.session import Session
from backlit.index.filters.parser import BYTES
from backlit.index.profile import Profile
from backlit.index.questions import Question
from backlit.model import State
from backlit.report.disavow.plan import Fact, facts_by_domain

__all__ = ["facts_of", "linking_domains", "links_from"]

_DECLINES = frozenset(("nofollow", "ugc", "sponsored"))
_CLOSED = "is:page-nofollow"
_plain = re.compile(r"[a-z0-9_.-]+").fullmatch


def linking_domains(session: Session, site: str, links: set[str]) -> set[str]:
    """The domains of links by their ids."""
    if not links:
        return set()
    question = Question.ask("backlinks", "source", group="none", states=tuple(State))
    batches = session.profile(site).batches(question, judged=False)
    return {row["source_domain"] for batch in batches for row in batch if row["id"] in links}


def facts_of(
    session: Session, site: str, domains: Iterable[str], as_of: str | None = None
) -> dict[str, list[Fact]]:
    """What the index knows, or knew at a moment, of the links of some domains to a site; of a page that links
    twice what passes."""
    names, profile = set(domains), session.profile(site, as_of=as_of)
    if not names:
        return {}
    q = _within(names)
    closed = _ids(profile, f"({q}) {_CLOSED}" if q else _CLOSED)
    found: dict[str, Fact] = {}
    for row in links_from(profile, names):
        fact = _fact(row, closed)
        before = found.get(fact.id)
        if before is None or (fact.counts and not before.counts):
            found[fact.id] = fact
    return facts_by_domain(list(found.values()))


def links_from(profile: Profile, names: set[str], *, judged: bool = True) -> Iterator[Row]:
    """The links from some domains, whatever their state; judged ones, or as they were seen."""
    if not names:
        return
    question = Question.ask("backlinks", "source", _within(names), group="none", states=tuple(State))
    for batch in profile.batches(question, judged=judged):
        yield from (row for row in batch if row["source_domain"] in names)


def _within(names: set[str]) -> str:
    """A filter for some domains; empty where it would be longer than filters may be: then all links are read,
    once, which takes less than hundreds of questions."""
    q = f"domain:({','.join(sorted(names))})"
    fits = len(q.encode()) + len(_CLOSED) + 3 <= BYTES
    return q if fits and all(map(_plain, names)) else ""


def _ids(profile: Profile, q: str) -> set[str]:
    question = Question.ask("backlinks", "source", q, group="none", states=tuple(State))
    return {row["id"] for batch in profile.batches(question, judged=False) for row in batch}


def _fact(row: Row, closed: set[str]) -> Fact:
    declined = bool(_DECLINES & set(row["rel"] or ())) or row["id"] in closed
    return Fact(
        row["id"],
        row["source_domain"],
        row["source_url"],
        row["state"] != "lost",
        not declined,
        row["unnatural"],
        row["spam"],
        row["source_authority"],
        row["first_seen"],
        row["lost_at"],
    )
