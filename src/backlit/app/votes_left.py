"""Which votes would a domain lose, and which keep a smaller one, without the links that a filter chooses?"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log2
from typing import TYPE_CHECKING

from backlit.app.session import Session
from backlit.errors import UsageError
from backlit.index.questions import Question
from backlit.urls import icann_domain

if TYPE_CHECKING:
    from backlit.rank.receipts import Ranked

__all__ = ["Left", "parted", "without"]

_is_filter = re.compile(r"[-(\s]*[a-z_]+:(?!//)").match


@dataclass(frozen=True, slots=True)
class Left:
    """How many links go, the nodes without a vote then, and the weights of those that keep one."""

    links: int
    gone: Sequence[int]
    lighter: Mapping[int, float]


def parted(remove: Sequence[str]) -> tuple[list[str], str | None]:
    """What shall go: names of pages and domains, and a filter. UsageError for two filters."""
    filters = [text for text in remove if _is_filter(text)]
    if len(filters) > 1:
        raise UsageError("take links away", f"{len(filters)} filters", "Join them with OR in one.")
    return [text for text in remove if text not in filters], next(iter(filters), None)


def without(session: Session, ranked: "Ranked", node: int, domain: str, q: str) -> Left:
    """The votes for a domain if none of the links that a filter chooses were there."""
    from backlit.rank.votes import Votes

    votes = Votes()
    question = Question.ask("backlinks", "source", q)
    profile = session.profile(domain, "domain")
    rows = profile.votes_left(question, votes.where(), votes.weight())
    kept: dict[int, float] = {}
    touched: set[int] = set()
    for row in rows:
        voter = ranked.found.node(icann_domain(row["domain"]))
        if voter is None or voter == node:
            continue
        if row["kept"]:
            weight = row["weight"] * min(2.0, 1 + votes.repeat * log2(row["kept"]))
            kept[voter] = max(kept.get(voter, 0.0), weight)
        if row["removed"]:
            touched.add(voter)
    gone = sorted(touched - kept.keys())
    lighter = {voter: kept[voter] for voter in sorted(touched & kept.keys())}
    return Left(profile.count(question), gone, lighter)
