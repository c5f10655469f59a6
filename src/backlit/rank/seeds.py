"""Who vouches? Named, versioned lists of seeds, and which domains of a graph they name.

A list is a text: a rule a line, `[group]` lines between, `#` before a remark. A rule is a domain, a suffix as
`*.gov`, or a suffix below any country as `*.gov.??`; with `!` in front it takes domains out again. A list
without groups is dealt into five by the hash of the names, so that one seed gone bad spoils one group only.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from backlit.errors import UsageError
from backlit.rank.graph import Ints

__all__ = ["SeedList", "Seeds", "built_in_seeds", "find_seeds", "parse_seeds"]

_DEALT = 5
_rule = re.compile(r"!?(\*\.)?([a-z0-9_-]+\.)*([a-z0-9_-]+|\?\?)").fullmatch
_fact = re.compile(r"#\s*(name|version):\s*(.+)").fullmatch
_group = re.compile(r"\[\s*([^\[\]]{1,60}?)\s*\]").fullmatch


@dataclass(frozen=True, slots=True)
class SeedList:
    """The rules of each group, and what the list calls itself."""

    name: str
    version: str
    groups: Mapping[str, tuple[str, ...]]

    @property
    def hash(self) -> str:
        """64 bits of BLAKE2b over the rules: two lists that choose alike by other words differ."""
        said = "\n".join(f"[{name}]\n" + "\n".join(rules) for name, rules in self.groups.items())
        return hashlib.blake2b(said.encode(), digest_size=8).hexdigest()


@dataclass(frozen=True, slots=True, eq=False)
class Seeds:
    """The seeds of one graph: the groups that have any, as disjoint, ascending node ids."""

    groups: Mapping[str, Ints]

    @property
    def count(self) -> int:
        """How many seeds there are in all groups."""
        return sum(map(len, self.groups.values()))


@cache
def built_in_seeds() -> SeedList:
    """The list that comes with Backlit."""
    text = files("backlit.rank").joinpath("seeds.txt").read_text(encoding="utf-8")
    return parse_seeds(text, "backlit seeds")


def parse_seeds(text: str, name: str) -> SeedList:
    """Read a list; UsageError names the first line that is no rule, or says that there is none."""
    facts = {"name": name, "version": ""}
    groups: dict[str, list[str]] = {}
    current = ""
    named: dict[str, str] = {}
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        fact = _fact(line.strip())
        if fact:
            facts[fact[1]] = fact[2].strip()[:60]
        rule = line.partition("#")[0].strip().lower()
        heading = _group(rule)
        if heading:
            current = heading[1]
        elif rule:
            groups.setdefault(current, []).append(_checked(rule, number, name))
            if not rule.startswith(("*", "!")) and named.setdefault(rule, current) != current:
                found = f"line {number} names {rule}, which [{named[rule]}] names too"
                raise _refuse(name, found, "Leave it in one group: none may have two voices.")
    if not any(not rule.startswith("!") for rules in groups.values() for rule in rules):
        raise _refuse(name, "it names no domain", "Write a domain a line, such as example.org or *.gov.")
    version = facts["version"] or hashlib.blake2b(text.encode(), digest_size=4).hexdigest()
    return SeedList(facts["name"], version, {group: tuple(rules) for group, rules in groups.items()})


def _refuse(name: str, found: str, do: str) -> UsageError:
    return UsageError(f"use the seeds of {name}", found, do)


def _checked(rule: str, number: int, name: str) -> str:
    if not _rule(rule) or len(rule) > 255:
        found = f"line {number} is {rule[:80]!r}"
        raise _refuse(name, found, "Write a domain as example.org, a suffix as *.gov or *.gov.??.")
    return rule


def find_seeds(
    rules: SeedList, names: Sequence[str], more: Mapping[str, Iterable[str]] | None = None
) -> Seeds:
    """The seeds among the domains of a graph, names in the order of node ids; `more` adds groups of names.

    A domain that several groups name belongs to the first.
    """
    place = {name: node for node, name in enumerate(names)}
    ending = _endings(names)
    taken: set[int] = set()
    groups: dict[str, Ints] = {}
    for group, given in {**rules.groups, **{k: tuple(v) for k, v in (more or {}).items()}}.items():
        found = _matching(given, place, ending) - taken
        taken |= found
        if found:
            groups[group] = np.array(sorted(found), np.int64)
    if list(groups) == [""]:
        groups = _dealt(groups[""], names)
    return Seeds(groups)


def _matching(given: Iterable[str], place: Mapping[str, int], ending: Mapping[str, list[int]]) -> set[int]:
    found: set[int] = set()
    gone: set[int] = set()
    for rule in given:
        chosen = gone if rule.startswith("!") else found
        bare = rule.removeprefix("!")
        if bare.startswith("*."):
            chosen.update(ending.get(bare[2:], ()))
        elif bare in place:
            chosen.add(place[bare])
    return found - gone


def _endings(names: Sequence[str]) -> dict[str, list[int]]:
    """Nodes by what follows their first label, and by that with any country: `gov`, `gov.uk`, `gov.??`."""
    ending: dict[str, list[int]] = {}
    for node, name in enumerate(names):
        rest = name.partition(".")[2]
        while rest:
            ending.setdefault(rest, []).append(node)
            body, dot, country = rest.rpartition(".")
            if dot and len(country) == 2:
                ending.setdefault(f"{body}.??", []).append(node)
            rest = rest.partition(".")[2]
    return ending


def _dealt(seeds: Ints, names: Sequence[str]) -> dict[str, Ints]:
    """Ten or more seeds as five groups, each seed by the hash of its name; fewer stay one."""
    if len(seeds) < 2 * _DEALT:
        return {"seeds": seeds}
    hand = np.array(
        [hashlib.blake2b(names[seed].encode(), digest_size=1).digest()[0] % _DEALT for seed in seeds]
    )
    return {f"seeds {at + 1}": seeds[hand == at] for at in range(_DEALT) if (hand == at).any()}
