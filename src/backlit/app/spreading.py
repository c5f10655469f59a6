"""Over how many networks, countries, words… do the links to a target spread, and is that usual?"""

import time
from collections.abc import Sequence
from typing import Any

from backlit.app.answer import Answer, Row
from backlit.app.look import answer_of
from backlit.app.session import Session
from backlit.errors import UsageError
from backlit.index.kinds import BEST_PAGES, Kinds, given_kinds, kinds_of_peers
from backlit.index.peers import FEWEST, alike, peers_within
from backlit.index.profile import Profile
from backlit.index.target import Target
from backlit.report.languages import language_name
from backlit.report.text import plural
from backlit.urls import domain_of_key, url_of_key

__all__ = ["diversity"]

#: Sites whose type is found out, by name: each takes a moment.
_TYPED = 20_000
#: Peers that somebody names; each is read.
_MOST_NAMED = 200

Rows = dict[str, dict[str, Kinds]]


def diversity(
    session: Session,
    target: str,
    *,
    peers: Sequence[str] = (),
    scope: str | None = None,
    as_of: str | None = None,
) -> Answer:
    """One row per dimension: the effective number of kinds, its interval, and the place among peers.

    `peers` are domains to compare with; without any the index is searched for domains of about the same
    size and language. UsageError for more than 200 of them, or a name that is none.
    """
    started = time.perf_counter()
    profile = session.profile(target, scope, as_of)
    named = _named(peers)
    rows, found, why = profile.once(("spread", tuple(named)), lambda: _spread(profile, named))
    told: dict[str, Any] = {"target": target, "scope": profile.target.scope}
    told |= {"peers": found, "peers_named": bool(named), "why": why}
    return answer_of(profile, rows, told, started)


def _spread(profile: Profile, named: Sequence[str]) -> tuple[list[Row], list[str], str | None]:
    """The rows, the peers by name, and why there are none."""
    from backlit.score.spread import spread

    own = profile.kinds | given_kinds(profile.connect(), _given(profile) | _found_out(profile))
    size = len(own["domain"].counts) if "domain" in own else 0
    found, why = (_those(profile, named) if named else _alike(profile, size)) if size else ({}, _NO_LINKS)
    return spread(own, list(found.values()), why=why), sorted(found), why


_NO_LINKS = "No page in this index links to the target."


def _named(peers: Sequence[str]) -> list[str]:
    if len(peers) > _MOST_NAMED:
        raise UsageError(
            f"compare with {len(peers)} domains", f"at most {_MOST_NAMED} are read", "Name fewer of them."
        )
    targets = (Target.parse(name, "domain") for name in peers)
    return sorted({domain_of_key(f"{each.lower.rstrip('.')}/") for each in targets})


def _those(profile: Profile, names: Sequence[str]) -> tuple[Rows, str | None]:
    others = [name for name in names if name != profile.domain]
    found = _kinds_of(profile, others)
    if found:
        return found, None
    why = f"No page in this index links to {', '.join(names[:5])}: their exports, or a crawl, would tell."
    return {}, why


def _kinds_of(profile: Profile, domains: Sequence[str]) -> Rows:
    return kinds_of_peers(profile.index, profile.version, domains, profile.asked, _given(profile))


def _found_out(profile: Profile) -> dict[str, dict[str, str]]:
    """What higher rooms find out of the target's own referring domains: the class of what most of a domain's
    links say, and the type of its site."""
    classes: dict[str, tuple[int, str]] = {}
    for use in profile.anchor_texts(uses=True).to_pylist():
        most = classes.get(use["domain"], (0, ""))
        classes[use["domain"]] = max(most, (use["links"], use["class"]))
    types: dict[str, str] = {}
    for page in profile.connect().sql(BEST_PAGES).to_arrow_table().slice(0, _TYPED).to_pylist():
        if profile.type_site is not None:
            found = profile.type_site(page["domain"], url_of_key(page["page_key"]), page["title"])
            types |= {page["domain"]: found} if found else {}
    return {"anchor_class": {name: each for name, (_, each) in classes.items()}, "site_type": types}


def _given(profile: Profile) -> dict[str, dict[str, str]]:
    """What lists tell of domains: their owners, where the ranking had a list."""
    from backlit.rank.owners import owners_of

    owners = owners_of(profile.release["parameters"]) if profile.release else None
    return {"owner": dict(owners.owners)} if owners else {}


def _alike(profile: Profile, size: int) -> tuple[Rows, str | None]:
    """Peers that the index holds; fewer than FEWEST are none."""
    release = profile.release["release"] if profile.release else None
    candidates = peers_within(profile.index, profile.version, profile.domain, size, release)
    found = _kinds_of(profile, candidates.names) if len(candidates.names) >= FEWEST else {}
    found = {name: kinds for name, kinds in found.items() if alike(size, len(kinds["domain"].counts))}
    if len(found) >= FEWEST:
        return found, None
    many = len(found) or len(candidates.names)
    written = f" linked to from pages in {language_name(candidates.language)}" if candidates.language else ""
    return {}, (
        f"This index holds {plural(many, 'domain')} of about this size{written}; {FEWEST} are needed. "
        "A month of Common Crawl's WAT files holds them, or name some of your rivals as peers and read "
        "their exports."
    )
