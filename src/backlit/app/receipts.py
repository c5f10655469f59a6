"""Why does a domain have its authority, and what would change it?"""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from backlit.app.answer import Answer, Row
from backlit.app.link_receipts import explain_link, link_id_of
from backlit.app.look import backlinks, overview
from backlit.app.session import Session
from backlit.app.votes_left import Left, going_links, parted, without
from backlit.errors import UsageError
from backlit.index.filters.fields import nearest
from backlit.index.target import Target
from backlit.urls import domain_of_key, icann_domain

if TYPE_CHECKING:
    from backlit.rank.receipts import Ranked

__all__ = ["METRICS", "explain", "whatif"]

#: What the numbers mean, for whoever asks by name.
METRICS = {
    "authority": (
        "How much trusted domains have to do with a domain, 0 to 100. Walks start at named seeds and "
        "follow votes; counted is the probability that they ever come to the domain (by the group of "
        "seeds that trusts it least), times how near the seeds are. 100 is the best domain of the "
        "data, 50 the mean seed. Farms of throw-away domains add nothing: walks do not start there, "
        "and only the first visit counts."
    ),
    "trust": (
        "The probability that a walk from a seed, going on along votes with probability 0.85, ever "
        "comes to the domain: nine tenths by the group of seeds that trusts it least, a tenth by all."
    ),
    "percentile": (
        "The share of domains with an authority above 0 that are lower, half of the equals counted."
    ),
    "rank": (
        "The place among the ranked domains, which are those that have a score; 1 is best, and equals share "
        "the mean of their places."
    ),
    "se": (
        "The standard error of authority: how much it moves when a tenth of the input files, or of few "
        "files of the voting domains, is left out (jackknife), and when distances are estimates. Two "
        "scores closer than that are not different."
    ),
    "pagerank": (
        "The share of time of a reader who follows links at random and now and then starts anywhere. "
        "It can be farmed, so it stands beside authority and is not part of it where there are seeds."
    ),
    "harmonic": "The sum of 1/distance over all domains that lead to this one along links.",
    "spam_mass": (
        "The share of a domain's PageRank that trusted seeds do not account for. Near 1 with a high "
        "PageRank it is the mark of a farm."
    ),
    "measured": (
        "The authority that this ranking measured. Shown is that of the ranking before, where the two "
        "differ by no more than two standard errors."
    ),
    "robust": (
        "What is left of a domain's PageRank if no supporter counts for more than a thousandth of it. "
        "Near 0, few domains hold it up; unknown with fewer than five voters."
    ),
    "distant": (
        "What comes from more than two links away, next to a domain's PageRank. Farms stand near "
        "their target, so theirs is near 0."
    ),
    "reach": (
        "PageRank on turned links: high for who links to much, as directories do, and who sells links."
    ),
    "distrust": "Anti-TrustRank: how much a domain leads to domains that an imported list disavows.",
    "equity": (
        "Of a page: the probability that whoever arrives at the domain along a vote ever comes to the page, "
        "over internal links. Its authority is what the domain would have if only that share arrived."
    ),
    "supporters": "How many domains lead to this one over at most 1, 2, 3 and 4 links.",
    "prior": (
        "An authority taken from published ranks, because this data hardly knows the domain: 100 "
        "times its harmonic centrality there, divided by that of the best domain."
    ),
    "spam": (
        "How surely a link is noise of the kind that search engines discount by themselves, 0 to 100: copied "
        "text, words that sell in comments and signatures, pages that programs make. Ignore it."
    ),
    "unnatural": (
        "How surely a link was paid for, placed, exchanged or made by a network without being declared, 0 "
        "to 100; from 60 on it stands beside a clause of the link spam policy. The receipt of a link shows "
        "why."
    ),
    "value": (
        "What a link is worth for ranking, 0 to 100: authority of its domain, times attention, placement, "
        "rel, relevance, survival, what repetition leaves, and what it is not spam or unnatural. What is "
        "not known makes a range. Visitors are told apart."
    ),
    "counting_domains": (
        "Referring domains with a link that can be clicked, is not declined by rel, is seen by readers, and "
        "reads below 60 as spam and as unnatural, from a domain whose authority is known."
    ),
    "referring_domains": "Domains with at least one link to the target; its own do not count.",
    "follow": "Links whose rel says neither nofollow, ugc nor sponsored: people call them dofollow.",
    "nofollow": "Links whose rel asks search engines not to count them as a recommendation.",
    "sponsored": "Links whose rel says that somebody paid for them. That is how it should be, and no fault.",
    "ugc": "Links whose rel says that a user of the page left them, as in comments and forums.",
    "relevance": (
        "How near the page of a link is to what the target's own pages are about, 0 to 1, next to the pages "
        "of links to others. Unknown where the index has too few pages of the target, or in another language."
    ),
    "diversity": "Over how many kinds the links spread, as effective numbers: `backlit diversity TARGET`.",
    "lost": "Links whose page was looked at again and has them no more: removed, or the page gone or moved.",
    "new": "Links that came to a page which was read before without them. A page first read says nothing.",
}
#: What other tools, and people, call some of them.
_ALSO = {
    "dofollow": "follow",
    "dr": "authority",
    "da": "authority",
    "domain_rating": "authority",
    "domain_authority": "authority",
    "spam_score": "spam",
    "link_value": "value",
    "trust_flow": "trust",
    "rd": "referring_domains",
    "refdomains": "referring_domains",
}

_PARTS = 20


def explain(session: Session, what: str, *, target: str | None = None, limit: int = _PARTS) -> Answer:
    """The receipt of a domain's authority, of a link to `target` by its id, or what a metric means."""
    started = time.perf_counter()
    name = what.strip().lower().replace("-", "_").replace(" ", "_")
    name = _ALSO.get(name, name)
    if name in METRICS:
        return Answer({"kind": "metric", "name": name, "text": METRICS[name]}, {"what": what})
    if (link := link_id_of(what.strip())) is not None:
        return explain_link(session, link, target)
    if not 1 <= limit <= 1_000:
        raise UsageError(f"show {limit} parts", "out of range", "Ask for 1 to 1000.")
    try:
        row = _explained(session, _domain(what), limit)
    except UsageError as error:
        if "." in what or ":" in what:
            raise
        found = "there is no such metric, and no such domain in the data"
        raise UsageError(f"explain {what[:60]!r}", found, nearest(name, list(METRICS))) from error
    took = (time.perf_counter() - started) * 1000
    return Answer(row, {"what": what, "limit": limit}, session.version.id, row.pop("as_of"), took_ms=took)


def whatif(session: Session, target: str, *, add: Sequence[str] = (), remove: Sequence[str] = ()) -> Answer:
    """The authority of a target's domain with links from some domains more, or without those of others.

    `remove` names domains, or pages by their URL, whose links alone go, or is a filter that chooses links.
    """
    started = time.perf_counter()
    if not add and not remove:
        raise UsageError(
            f"change nothing about {target}", "neither a link to add nor one to remove", "Name one."
        )
    domain, ranked = _domain(target), _ranked(session)
    node = _node(ranked, domain)
    notes: list[str] = []
    going = parted(remove)
    more = _nodes(ranked, node, add, notes, wanted=False)
    less = _nodes(ranked, node, going.domains, notes, wanted=True)
    _refuse_both(add, [*going.domains, *going.pages])
    chosen, missing = going_links(session, ranked, node, domain, going)
    notes += missing
    left = without(session, ranked, node, domain, chosen) if chosen else Left(0, [], {})
    less = sorted({*less, *left.gone})
    lighter = {voter: weight for voter, weight in left.lighter.items() if voter not in less}
    if chosen:
        notes.append(_said(chosen, left))
    before, after = ranked.changed(node), ranked.changed(node, add=more, remove=less, reweigh=lighter)
    voters = set(ranked.pagerank_parts(node)[0].tolist())
    counts = len(voters), len((voters | set(more)) - set(less))
    told = [
        {
            "authority": state.score,
            "trust": state.trust,
            "nearness": state.nearness,
            "referring_domains": count,
        }
        for state, count in zip((before, after), counts, strict=True)
    ]
    row: Row = {"target": domain, "before": told[0], "after": told[1], "delta": _delta(*told), "notes": notes}
    row["method"], row["votes_touched"] = ranked.release["method"], len(less) + len(lighter)
    query = {"target": target, "add": list(add), "remove": list(remove)}
    took = (time.perf_counter() - started) * 1000
    return Answer(row, query, session.version.id, ranked.release["as_of"], took_ms=took)


def _said(chosen: str, left: Left) -> str:
    from backlit.report.text import plural

    return (
        f"{plural(left.links, 'link matches', 'links match')} {chosen}: without them "
        f"{plural(len(left.gone), 'domain has', 'domains have')} no vote left, "
        f"and {plural(len(left.lighter), 'domain', 'domains')} one that may weigh less."
    )


def _delta(before: Row, after: Row) -> Row:
    return {
        name: None if before[name] is None or after[name] is None else after[name] - before[name]
        for name in before
    }


def _domain(target: str) -> str:
    lower = Target.parse(target).lower
    return icann_domain(domain_of_key(f"{lower.partition('/')[0].rstrip('.')}/"))


def _ranked(session: Session) -> "Ranked":
    from backlit.rank.receipts import ranked_graph

    return ranked_graph(session.index, session.version.id)


def _node(ranked: "Ranked", domain: str) -> int:
    node = ranked.found.node(domain)
    if node is None:
        raise UsageError(
            f"take the authority of {domain} apart",
            "the domain is not in the graph that was ranked",
            "Ingest pages that link to it, and rank again.",
        )
    return node


def _nodes(ranked: "Ranked", node: int, names: Sequence[str], notes: list[str], *, wanted: bool) -> list[int]:
    """The domains of some names; one that changes nothing is told in a note."""
    have = set(ranked.pagerank_parts(node)[0].tolist())
    found = []
    for domain in dict.fromkeys(
        _domain(name) for name in names
    ):  # a domain has one vote, however often named
        other = ranked.found.node(domain)
        if other is None:
            notes.append(
                f"{domain} is not in the data: nobody who is known leads to it, so it has nothing to send."
            )
        elif other == node:
            notes.append(f"{domain} is the target itself: its own links are no votes for it.")
        elif wanted and other not in have:
            notes.append(f"{domain} has no vote for this domain that could be taken away.")
        elif not wanted and other in have:
            notes.append(f"{domain} votes for this domain already, and a domain has one vote.")
        else:
            found.append(other)
    return found


def _refuse_both(add: Sequence[str], remove: Sequence[str]) -> None:
    both = {_domain(name) for name in add} & {_domain(name) for name in remove}
    if both:
        raise UsageError(
            f"add and remove {', '.join(sorted(both))}", "it stands on both sides", "Name it on one."
        )


# the receipt -----------------------------------------------------------------


def _explained(session: Session, domain: str, limit: int) -> Row:
    ranked = _ranked(session)
    node = _node(ranked, domain)
    shown = overview(session, domain).row["authority"]
    value = shown.pop("score")
    row: Row = {"kind": "domain", "target": domain, "value": value, **shown, "marks": ranked.marks(node)}
    row |= {"as_of": ranked.release["as_of"], "release": _release(ranked)}
    evidence = _evidence(session, domain)
    row |= (
        _trust_parts(ranked, node, limit, evidence)
        if ranked.by_trust
        else _rank_parts(ranked, node, limit, evidence)
    )
    row["related"] = [
        {"domain": name, "similarity": cosine, "shared": shared}
        for name, cosine, shared in ranked.related(node)
    ]
    row["would_change"] = [
        {"add": wish.source, "links_to": wish.links_to, "points": wish.points} for wish in ranked.wishes(node)
    ]
    return row


_OWNERS = ("list", "hash", "domains", "owners")


def _release(ranked: "Ranked") -> Row:
    seeds, release = ranked.parameters["seeds"], ranked.release
    owners = ranked.parameters.get("owners")
    return {
        "made_at": release["made_at"],
        "domains": release["domains"],
        "edges": release["edges"],
        "iterations": release["iterations"],
        "residual": release["residual"],
        "note": ranked.parameters["note"],
        "seeds": {name: seeds[name] for name in ("list", "version", "hash", "groups")},
        "owners": None if owners is None else {name: owners[name] for name in _OWNERS},
    }


def _trust_parts(ranked: "Ranked", node: int, limit: int, evidence: dict[str, Row]) -> Row:
    told = ranked.receipt(node, valued=min(limit, 10))
    assert told is not None  # asked only of rankings by trust
    names = ranked.found.names
    parts = [
        {
            "name": names[part.node],
            "contribution": part.share,
            "weight": part.vote,
            "points": part.worth,
            "evidence": evidence.get(names[part.node]),
        }
        for part in told.parts
    ]
    behind, places = ranked.seeds_behind(node), ranked.places_by_group(node, told.hits)
    return {
        "seed_of": next((name for name, seeds in ranked.groups.items() if node in seeds), None),
        "trust": told.trust,
        "nearness": told.nearness,
        "groups": [
            {
                "name": name,
                "hit": hit,
                "seeds": behind[name],
                "of": len(ranked.groups[name]),
                "place": places[name][0],
                "reached": places[name][1],
            }
            for name, hit in told.hits.items()
        ],
        "parts": parts[:limit],
        "parts_total": len(parts),
        "rest": sum(part["contribution"] for part in parts[limit:]),
        "nearest_seeds": [{"domain": names[seed], "distance": steps} for seed, steps in told.nearest],
    }


def _rank_parts(ranked: "Ranked", node: int, limit: int, evidence: dict[str, Row]) -> Row:
    """Without trust: the shares of PageRank, of which part is given to every domain."""
    voters, shares = ranked.pagerank_parts(node)
    names = [ranked.found.names[voter] for voter in voters.tolist()]
    worth = ranked.worths(node, voters[: min(limit, 10)].tolist())
    parts: list[dict[str, Any]] = [
        {
            "name": name,
            "contribution": share,
            "weight": None,
            "points": worth.get(voter),
            "evidence": evidence.get(name),
        }
        for name, voter, share in zip(names, voters.tolist(), shares.tolist(), strict=True)
    ]
    given = 1 - float(shares.sum())
    return {
        "seed_of": None,
        "trust": None,
        "nearness": None,
        "groups": [],
        "parts": parts[:limit],
        "parts_total": len(parts),
        "rest": sum(part["contribution"] for part in parts[limit:]),
        "given_to_all": given,
        "nearest_seeds": [],
    }


def _evidence(session: Session, domain: str) -> dict[str, Row]:
    """The best link of each referring domain, by its ICANN domain."""
    rows = backlinks(session, domain, group="domain", limit=1_000).rows
    found: dict[str, Row] = {}
    for row in rows:
        name = icann_domain(row["source_domain"])
        found.setdefault(
            name, {key: row.get(key) for key in ("source_url", "target_url", "anchor", "placement", "rel")}
        )
    return found
