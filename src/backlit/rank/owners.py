"""Which domains are in one hand, and so vote as one?

A list is a text with a line for each domain: the domain, a tab or a comma, and a name for its owner; `#`
before a remark. The domains of an owner share one vote for each target, and have none for one another. The
list is kept with the ranking that used it, so that receipts, what-if and the next ranking know it too.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from backlit.errors import TargetError, UsageError
from backlit.urls import icann_domain, is_public_suffix, target_host

if TYPE_CHECKING:
    from backlit.rank.votes import DomainGraph

__all__ = ["MOST", "OwnerList", "owners_of", "parse_owners", "shared_change"]

#: Domains of a list: it is kept whole with each ranking.
MOST = 200_000
_parts = re.compile(r"([^\t,]{1,300})[\t,]\s*(.{1,200})").fullmatch
_HEADINGS = ("domain", "host", "site")


@dataclass(frozen=True, slots=True)
class OwnerList:
    """Domains (ICANN) with their owners, and what the list is called."""

    name: str
    owners: Mapping[str, str]

    @property
    def hash(self) -> str:
        """64 bits of BLAKE2b over domains and owners."""
        said = "\n".join(f"{domain}\t{owner}" for domain, owner in sorted(self.owners.items()))
        return hashlib.blake2b(said.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()

    def described(self) -> dict[str, Any]:
        """Plain values for the parameters of a release."""
        return {
            "list": self.name,
            "hash": self.hash,
            "domains": len(self.owners),
            "owners": len(set(self.owners.values())),
            "rules": dict(sorted(self.owners.items())),
        }


def owners_of(parameters: Mapping[str, Any] | str | None) -> OwnerList | None:
    """The list that a release was ranked with; None where it had none."""
    said = json.loads(parameters) if isinstance(parameters, str) else parameters or {}
    kept = said.get("owners")
    return OwnerList(kept["list"], kept["rules"]) if kept else None


def parse_owners(text: str, name: str) -> OwnerList:
    """Read a list; UsageError names the first line that cannot be read, or says that there is none."""
    owners: dict[str, str] = {}
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        said = line.partition("#")[0].strip()
        if not said or (not owners and re.split(r"[\t,]", said)[0].strip().lower() in _HEADINGS):
            continue
        domain, owner = _read(said, number, name)
        if owners.setdefault(domain, owner) != owner:
            other = owners[domain]
            found = f"line {number} gives {domain} to {owner[:60]!r}, and an earlier one to {other[:60]!r}"
            raise _refuse(name, found, "Name one owner for each domain.")
        if len(owners) > MOST:
            raise _refuse(
                name, f"it names more than {MOST:,} domains", "Leave out those with a single domain."
            )
    if not owners:
        raise _refuse(name, "it names no domain", _HOW)
    return OwnerList(name, owners)


_HOW = "Write a domain, a tab or a comma, and its owner in each line, such as example.org, Ann."


def _read(said: str, number: int, name: str) -> tuple[str, str]:
    match = _parts(said)
    owner = " ".join(match[2].strip().strip('"').split()) if match else ""
    if match is None or not owner:
        raise _refuse(name, f"line {number} is {said[:80]!r}", _HOW)
    try:
        host = target_host(match[1].strip().strip('"'))
    except TargetError as error:
        raise _refuse(
            name, f"line {number} begins with {match[1][:80]!r}, which is no domain", _HOW
        ) from error
    if is_public_suffix(host):
        found = f"line {number} names {host}, a public suffix under which anyone registers names"
        raise _refuse(name, found, f"Name a domain, such as example.{host}.")
    return icann_domain(host), owner


def _refuse(name: str, found: str, do: str) -> UsageError:
    return UsageError(f"use the owners of {name[:100]}", found, do)


def shared_change(
    found: "DomainGraph",
    node: int,
    add: Iterable[int] = (),
    remove: Iterable[int] = (),
    reweigh: Mapping[int, float] | None = None,
) -> tuple[list[int], list[int], dict[int, float]]:
    """A change of a node's voters where owners share their votes: what to add, to remove and to weigh anew.

    `reweigh` has weights as they are before they are shared. Where one domain of an owner goes, the others
    share the vote among fewer; where one comes, among more. What the node's own owner has is no vote.
    """
    added, removed, anew = list(add), list(remove), dict(reweigh or {})
    owner = found.owner
    if owner is None:
        return added, removed, anew
    mine = int(owner[node])
    if mine >= 0:
        added = [each for each in added if owner[each] != mine]
        anew = {each: weight for each, weight in anew.items() if owner[each] != mine}
    touched = {int(owner[each]) for each in (*added, *removed, *anew)} - {-1}
    voters = _voters(found, node)
    for hand in sorted(touched):
        had = {voter: weight for voter, weight in voters.items() if owner[voter] == hand}
        whole = {voter: weight * len(had) for voter, weight in had.items()}
        whole |= {voter: weight for voter, weight in anew.items() if owner[voter] == hand}
        for voter in added:
            if owner[voter] == hand:
                whole[voter] = whole.get(voter, 0.0) + 1.0
        left = {voter: weight for voter, weight in whole.items() if voter not in removed}
        anew |= {voter: weight / len(left) for voter, weight in left.items()}
    added = [each for each in added if owner[each] < 0]
    return added, removed, {voter: weight for voter, weight in anew.items() if voter not in removed}


def _voters(found: "DomainGraph", node: int) -> dict[int, float]:
    """The nodes that vote for one, with the weights of their votes."""
    graph = found.graph
    span = slice(int(graph.in_offsets[node]), int(graph.in_offsets[node + 1]))
    sources = graph.in_sources[span].tolist()
    weights = [1.0] * len(sources) if graph.in_weights is None else graph.in_weights[span].tolist()
    return dict(zip(sources, weights, strict=True))
