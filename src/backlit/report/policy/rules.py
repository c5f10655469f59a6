"""Which groups of an audit does a rule decide, and as what?

A rule asks for one thing or several, and all of them must hold for the whole group: one domain that does not
match leaves it to people. It keeps, ignores or watches; to ask for removal and to disavow take a person.
"""

from dataclasses import dataclass

from backlit.model import Verdict
from backlit.urls import icann_domain

__all__ = ["VERDICTS", "Case", "Policy", "Rule", "matches"]

#: What a rule may settle.
VERDICTS = (Verdict.KEEP, Verdict.IGNORE, Verdict.WATCH)


@dataclass(frozen=True, slots=True)
class Case:
    """What rules look at: the domains of a group, the ids of what was found, and its reading, 0 to 100, None
    where it is not known. Of a decision, as it was when it was made."""

    domains: frozenset[str]
    findings: frozenset[str] = frozenset()
    unnatural: float | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `domains` are patterns in which `*` stands for anything, `platform` the site whose sub-sites
    are meant, `finding` the id of a finding; `unnatural_below` bounds the reading. `target` is the site whose
    links it decides on, None for every one."""

    id: str
    verdict: Verdict
    why: str
    target: str | None = None
    domains: tuple[str, ...] = ()
    platform: str | None = None
    finding: str | None = None
    unnatural_below: float | None = None

    def decides(self, case: Case) -> bool:
        """Whether all that it asks for holds for all of a group."""
        return bool(case.domains) and all(map(self._names, case.domains)) and self._reads(case)

    def touches(self, case: Case) -> bool:
        """Whether it would have something to say of a part of a group."""
        return any(map(self._names, case.domains)) and self._reads(case)

    def is_for(self, target: str) -> bool:
        """Whether it decides on links to a site."""
        return self.target in (None, target)

    def told(self) -> str:
        """What it does, in a sentence."""
        asked = []
        if self.domains:
            asked.append(f"whose domains all match {' or '.join(self.domains)}")
        if self.platform:
            asked.append(f"that lie on {self.platform}")
        if self.finding:
            asked.append(f"that show {self.finding}")
        if self.unnatural_below is not None:
            asked.append(f"that read as unnatural below {self.unnatural_below:g}")
        to = f"links to {self.target}" if self.target else "links to any target"
        return f"{self.verdict.value.capitalize()} groups of {to} {' and '.join(asked)}."

    def _names(self, domain: str) -> bool:
        if self.domains and not any(matches(pattern, domain) for pattern in self.domains):
            return False
        return self.platform is None or (domain != self.platform and icann_domain(domain) == self.platform)

    def _reads(self, case: Case) -> bool:
        if self.finding is not None and self.finding not in case.findings:
            return False
        if self.unnatural_below is None:
            return True
        return case.unnatural is not None and case.unnatural < self.unnatural_below


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules of one version, in the order in which they are asked: the first that decides does."""

    rules: tuple[Rule, ...]
    version: int = 0

    def rule_for(self, case: Case, target: str) -> Rule | None:
        """The rule that decides a group of links to a target; None where it is left to people."""
        return next((each for each in self.rules if each.is_for(target) and each.decides(case)), None)


def matches(pattern: str, name: str) -> bool:
    """Whether a name is what a pattern means, from end to end. Its cost is bounded by both lengths: patterns
    may come from anywhere."""
    first, *rest = pattern.split("*")
    if not rest:
        return name == pattern
    *middle, last = rest
    if len(name) < len(first) + len(last) or not (name.startswith(first) and name.endswith(last)):
        return False
    at, end = len(first), len(name) - len(last)
    for part in middle:
        found = name.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True
