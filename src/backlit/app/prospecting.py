"""Where could more links come from? One list of all kinds of prospects, the best first."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from backlit.app import prospect_ideas, prospect_links, prospect_pages, prospect_people
from backlit.app.answer import Answer, Row
from backlit.app.look import answer_of
from backlit.app.project_defaults import brands_of, rivals_of
from backlit.app.prospect_hints import with_hints
from backlit.app.prospect_scene import NO_OFFER, Scene, kept_decision
from backlit.app.ruling import ignored_by_rule
from backlit.app.session import Session
from backlit.app.vetting import advice_on
from backlit.errors import UsageError
from backlit.index.filters.fields import nearest
from backlit.index.outlook import titles_that_say
from backlit.index.target import Target
from backlit.prospect.cues import OFFERS
from backlit.prospect.listing import ASK_NOBODY, KINDS, SORTS, Found, advised, kinds_named, merged, ranked
from backlit.store.contacts import Contacts
from backlit.store.database import opened
from backlit.store.place import has_state

__all__ = ["KINDS", "SORTS", "prospects"]

_LIMIT = 100_000
#: Sites that are vetted: each has its links read.
_VETTED = 500

_FINDERS: Mapping[str, Callable[[Scene], Found]] = {
    "broken": prospect_links.broken,
    "lost": prospect_links.lost,
    "gap": prospect_links.gap,
    "replacement": prospect_people.replacements,
    "author": prospect_people.authors,
    "mention": prospect_pages.mentions,
    "resource": prospect_pages.resources,
    "guest-post": prospect_pages.guest_posts,
    "partner": prospect_ideas.partners,
    "content-idea": prospect_ideas.content_ideas,
}


def prospects(
    session: Session,
    target: str,
    *,
    kinds: Sequence[str] = (),
    rivals: Sequence[str] = (),
    brands: Sequence[str] = (),
    sort: str = "worth",
    limit: int = 100,
    scope: str | None = None,
    as_of: str | None = None,
) -> Answer:
    """Where more links could come from: links to mend and to win back first, then whom to ask, by what a link
    would be worth (0 to 100, a range) and how near the page is (0 to 1).

    What pages say has to be read once (`read_pages`): mentions, lists of links, sites that ask for articles,
    by-lines and contacts come from there. `brands` are the names to look for in place of those in links.
    Without `rivals` those of the target's project are taken, else those that the same sites vote for; so
    with `brands`, and `query.with_from` and `query.names_from` say whence they are. `query.kinds` says of
    each kind how many there are, how many were left out and why, and what it would need where it cannot be
    answered. Who sells or swaps links is left out, and about whom somebody decided. `advice` is the word of
    `vet` on a site that does not link here, of the best 500: null where too little of it was read; who is to
    be avoided is left out and counted.
    """
    started = time.perf_counter()
    chosen = kinds_named(kinds)
    _require(sort, limit)
    wanted = Target.parse(target, scope)
    named, spoken = rivals_of(session.home, wanted, rivals), brands_of(session.home, wanted, brands)
    scene = Scene(session, session.profile(target, scope, as_of), named.names, as_of, spoken.names)
    found = {kind: _FINDERS[kind](scene) for kind in chosen}
    names = {row["domain"] for each in found.values() for row in each.rows} - {None}
    decided = kept_decision(session, target) | ignored_by_rule(session.home, target, names)
    held = decided, _refusing(session, names)
    left = merged(found, titles_that_say(scene.profile, names, OFFERS, NO_OFFER) | scene.sellers, *held)
    left = advised(left, _advice(scene, left, sort))
    rows = ranked((row for each in left.values() for row in each.rows), sort)
    told = {
        "target": target,
        "scope": scene.profile.target.scope,
        "kinds": {kind: _kind(each) for kind, each in left.items()},
        "with": list(scene.rivals) if _compares(chosen) else [],
        "names": list(scene.names) if "mention" in chosen else [],
        "with_found": _compares(chosen) and not named.names,
        "with_from": _origin(named.origin, "found" if _compares(chosen) and scene.rivals else "none"),
        "names_from": _origin(spoken.origin, "found"),
        "project": named.project or spoken.project,
        "sort": sort,
    }
    return replace(
        answer_of(scene.profile, with_hints(scene, rows[:limit]), told, started), total=len(rows), limit=limit
    )


def _advice(scene: Scene, found: Mapping[str, Found], sort: str) -> dict[str, str]:
    """The word on the best of the sites that are asked and do not link here; of a day in the past there is
    none, since a site is vetted by what is known now."""
    if scene.as_of is not None:
        return {}
    rows = ranked((row for kind, each in found.items() if kind not in ASK_NOBODY for row in each.rows), sort)
    names = dict.fromkeys(row["domain"] for row in rows if row["domain"] not in scene.has)
    return advice_on(scene.session, scene.profile, list(names)[:_VETTED])


def _require(sort: str, limit: int) -> None:
    if sort not in SORTS:
        raise UsageError(f"sort by {sort[:60]!r}", "there is no such order", nearest(sort, list(SORTS), 6))
    if not 1 <= limit <= _LIMIT:
        raise UsageError(f"return {limit} rows", "out of range", f"Ask for 1 to {_LIMIT:,}.")


def _compares(kinds: Sequence[str]) -> bool:
    """Whether any of the kinds needs rivals."""
    return not {"gap", "content-idea", "author"}.isdisjoint(kinds)


def _origin(told: str, otherwise: str) -> str:
    return otherwise if told == "none" else told


def _refusing(session: Session, domains: set[str]) -> frozenset[str]:
    """Those of the sites to which nobody writes any more, in any project."""
    if not has_state(session.home):
        return frozenset()
    with opened(session.home) as engine:
        return Contacts(engine).suppressed_among(domains)


def _kind(found: Found) -> Row:
    return {"found": len(found.rows), "left_out": found.left_out, "needs": found.needs}
