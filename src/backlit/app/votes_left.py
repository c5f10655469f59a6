"""Which votes would a domain lose, and which keep a smaller one, without some pages, or links of a filter?"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log2
from typing import TYPE_CHECKING

from backlit.app.session import Session
from backlit.errors import UsageError
from backlit.index.questions import Question
from backlit.index.target import Target
from backlit.urls import icann_domain

if TYPE_CHECKING:
    from backlit.rank.receipts import Ranked

__all__ = ["Going", "Left", "going_links", "parted", "quoted", "without"]

_is_filter = re.compile(r"[-(\s]*[a-z_]+:(?!//)").match


@dataclass(frozen=True, slots=True)
class Going:
    """What shall go: every vote of some domains, the links of some pages, and those that a filter chooses."""

    domains: Sequence[str]
    pages: Sequence[str]
    chosen: str | None


@dataclass(frozen=True, slots=True)
class Left:
    """How many links go, the nodes without a vote then, and the weights of those that keep one."""

    links: int
    gone: Sequence[int]
    lighter: Mapping[int, float]


def parted(remove: Sequence[str]) -> Going:
    """What shall go; a name with a scheme or a path is a page. UsageError for two filters."""
    filters = [text for text in remove if _is_filter(text)]
    if len(filters) > 1:
        raise UsageError("take links away", f"{len(filters)} filters", "Join them with OR in one.")
    names = [text.strip() for text in remove if text not in filters]
    pages = [Target.parse(name).name for name in names if "/" in name]
    domains = [name for name in names if "/" not in name]
    return Going(domains, list(dict.fromkeys(pages)), next(iter(filters), None))


def quoted(text: str) -> str:
    """A text as one value of a filter."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def going_links(
    session: Session, ranked: "Ranked", node: int, domain: str, going: Going
) -> tuple[str | None, list[str]]:
    """The filter of all links that go, and notes on the pages without a vote, which change nothing."""
    filters, notes = [f"({going.chosen})"] if going.chosen and going.pages else [], []
    for page in going.pages:
        q = f"page:{quoted(page)}"
        left = without(session, ranked, node, domain, q)
        if left.gone or left.lighter:
            filters.append(q)
        elif left.links:
            notes.append(f"{page} links here and has no vote for this domain that could be taken away.")
        else:
            notes.append(f"{page} is not among the pages that link here: nothing to take away.")
    return (" OR ".join(filters) or going.chosen), notes


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
        if voter is None or voter == node or ranked.is_own(node, voter):
            continue
        if row["kept"]:
            weight = row["weight"] * min(2.0, 1 + votes.repeat * log2(row["kept"]))
            kept[voter] = max(kept.get(voter, 0.0), weight)
        if row["removed"]:
            touched.add(voter)
    gone = sorted(touched - kept.keys())
    lighter = {voter: kept[voter] for voter in sorted(touched & kept.keys())}
    return Left(profile.count(question), gone, lighter)
