"""Who stands around a target, and who of them link to each other? The graph of its neighbourhood."""

import time
from typing import Any

import numpy as np

from backlit.app.answer import Answer, Row
from backlit.app.decided import decided_rows
from backlit.app.look import answer_of
from backlit.app.session import Session
from backlit.errors import UsageError
from backlit.index.neighbourhood import links_among
from backlit.index.profile import Profile
from backlit.index.questions import Question
from backlit.report.graph_layout import communities, layout

__all__ = ["MOST_DOMAINS", "graph"]

#: Domains of a graph: more are a cloud to look at, and their forces take seconds.
MOST_DOMAINS = 500
#: Groups that are described.
_GROUPS = 12
#: Of a domain's row what its node tells.
_TOLD = (
    "links",
    "authority",
    "spam",
    "unnatural",
    "sitetype",
    "anchor",
    "first_seen",
    "last_seen",
    "decision",
)


def graph(
    session: Session,
    target: str,
    *,
    q: str | None = None,
    limit: int = 100,
    scope: str | None = None,
    as_of: str | None = None,
) -> Answer:
    """The target and the domains that link to it, the `limit` strongest, as `nodes`; links among those as
    `edges`; and `communities`, groups that link more to each other than to the rest.

    Nodes have places `x` and `y` within -1 … 1, the same for the same graph. `q` chooses among the links.
    `left_out` counts the domains beyond the limit. UsageError for a limit out of range.
    """
    started = time.perf_counter()
    if not 1 <= limit <= MOST_DOMAINS:
        raise UsageError(f"draw {limit} domains", "out of range", f"Ask for 1 to {MOST_DOMAINS}.")
    profile = session.profile(target, scope, as_of)
    question = Question.ask("domains", "-authority", q)
    with_verdicts = decided_rows(session.home, target, "domains")
    rows = [row for batch in profile.batches(question, limit) for row in with_verdicts(batch)]
    names = [profile.domain, *(row["domain"] for row in rows)]
    src, dst, links = _among(profile, names)
    groups = communities(len(names), src, dst)
    places = layout(names, src, dst)
    nodes = [
        {
            "domain": name,
            "is_target": number == 0,
            **{field: rows[number - 1][field] if number else None for field in _TOLD},
            "community": int(groups[number]) or None,
            "x": round(float(places[number, 0]), 4),
            "y": round(float(places[number, 1]), 4),
        }
        for number, name in enumerate(names)
    ]
    edges = [
        {"source": names[a], "target": names[b], "links": n}
        for a, b, n in zip(src.tolist(), dst.tolist(), links.tolist(), strict=True)
    ]
    data: Row = {
        "target": target,
        "nodes": nodes,
        "edges": edges,
        "communities": _described(nodes, edges),
        "left_out": max(profile.count(question) - len(rows), 0),
    }
    told: dict[str, Any] = {"target": target, "scope": profile.target.scope, "q": q or "", "limit": limit}
    return answer_of(profile, data, told, started)


def _among(profile: Profile, names: list[str]) -> tuple[Any, Any, Any]:
    """The links among the domains around the target, by their places; those to it are everybody's."""
    found = links_among(profile, names[1:])
    place = {name: number for number, name in enumerate(names)}
    ends = [
        np.array([place[name] for name in found[end].to_pylist()], np.int64) for end in ("source", "target")
    ]
    return *ends, found["links"].to_numpy()


def _described(nodes: list[Row], edges: list[Row]) -> list[Row]:
    """The largest groups: how many domains, how many links within, the strongest of them, and the signs."""
    group = {node["domain"]: node["community"] for node in nodes}
    found = []
    for number in range(1, _GROUPS + 1):
        members = [node for node in nodes if node["community"] == number]
        if len(members) < 2:
            break
        within = sum(group[edge["source"]] == group[edge["target"]] == number for edge in edges)
        unnatural = [node["unnatural"] for node in members if node["unnatural"] is not None]
        found.append(
            {
                "community": number,
                "domains": len(members),
                "pairs_that_link": within,
                "strongest": [node["domain"] for node in members[:3]],
                "unnatural": round(sum(unnatural) / len(unnatural), 1) if unnatural else None,
            }
        )
    return found
