"""What was decided and answered about a target, as far as anybody did? Looking makes no database."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import pyarrow as pa

from backlit.app.answer import Row
from backlit.index.decided import DECIDED_LINKS, Decided
from backlit.index.target import Target
from backlit.model import link_id
from backlit.store.place import has_state
from backlit.store.standing import NOTHING, Decision, Standing, standing
from backlit.urls import domain_of_key, parse_url

if TYPE_CHECKING:
    from backlit.index.profile import Profile
    from backlit.store.intakes import Intake

__all__ = [
    "decided_now",
    "decided_of",
    "decided_rows",
    "domain_of",
    "events_of",
    "holding_row",
    "intake_of",
]

#: Of a link its page, its target, its kind, and its domain.
_Ends = tuple[str, str, int, str]
#: Of the targets in memory the links that somebody decided on, by their ids; None of one that is not there.
_ends: "WeakKeyDictionary[Profile, dict[str, _Ends | None]]" = WeakKeyDictionary()


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
    from backlit.store.database import opened  # loaded where there is something to read, and only then
    from backlit.store.decisions import Decisions

    with opened(home) as engine:
        return Decisions(engine).of(site)


def intake_of(home: Path, target: str) -> "Intake | None":
    """The newest answers about a target."""
    if not has_state(home):
        return None
    from backlit.store.database import opened
    from backlit.store.intakes import Intakes

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


def decided_now(profile: "Profile", before: Decided | None) -> Decided | None:
    """What holds about the links of a profile, for filters; None where it is what it was `before`."""
    held = decided_of(profile.index.home, profile.domain)
    domains = {name: each.verdict.value for name, each in held.domains.items()}
    links = {link: str(each.id) for link, each in held.links.items()}
    if before is not None and (before.domains, before.links) == (domains, links):
        return None
    return Decided(domains, links, lambda: _decided_links(profile, held))


def _decided_links(profile: "Profile", held: Standing) -> pa.Table:
    """The links that have a decision of their own, by their ends, with what holds for each."""
    known = _ends.setdefault(profile, {})
    if missing := {link: each for link, each in held.links.items() if link not in known}:
        known |= _ends_of(profile, missing)
    rows: list[tuple[str, str, int, str]] = []
    for link in held.links:
        if (ends := known[link]) is not None:
            source, target, kind, domain = ends
            found = held.of(domain, link)
            if found is not None:
                rows.append((source, target, kind, found.verdict.value))
    return pa.Table.from_pylist(
        [dict(zip(DECIDED_LINKS.names, row, strict=True)) for row in rows], DECIDED_LINKS
    )


def _ends_of(profile: "Profile", links: Mapping[str, Decision]) -> dict[str, _Ends | None]:
    """Of the ids of some links their ends; None of one that is not there. Ids are made of every link within
    the domains that the decisions name, since none is kept."""
    query = "SELECT DISTINCT source_key, target_key, kind, source_domain FROM links"
    within = _domains_of(links.values())
    where, values = ("", []) if within is None else (" WHERE list_contains(?, source_domain)", [within])
    found: dict[str, _Ends | None] = dict.fromkeys(links)
    for source, target, kind, domain in profile.connect().execute(query + where, values).fetchall():
        if (link := str(link_id(source, target, kind))) in found:
            found[link] = (source, target, kind, domain)
    return found


def _domains_of(decisions: Iterable[Decision]) -> list[str] | None:
    """The domains that all links of some decisions are of, by what was kept with each; None where that does
    not tell, and all links have to be looked through."""
    found: set[str] = set()
    for each in {decision.id: decision for decision in decisions}.values():
        url, members = each.known.get("source_url"), each.known.get("members")
        if each.kind == "link" and isinstance(url, str):
            found.add(parse_url(url).domain)
        elif isinstance(members, list):
            found.update(map(str, members))
        else:
            return None
    return sorted(found)


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
        "policy": decision.by_rule,
    }
