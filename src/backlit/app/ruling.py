"""What does the policy of a home decide of the open groups of an audit?"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from backlit.app.answer import Row
from backlit.app.decided import domain_of, events_of
from backlit.app.policy_files import PolicyFiles
from backlit.errors import ConfigError
from backlit.model import Verdict
from backlit.report.policy import Case, Policy
from backlit.report.policy.folding import Fold, fold, policy_row
from backlit.score.review import CLUSTERS
from backlit.store.standing import NOTHING, Decision, Standing, standing

__all__ = ["Ruling", "ignored_by_rule"]


@dataclass(frozen=True, slots=True)
class Ruling:
    """A policy beside what was decided about the links to a site. Where its file cannot be read, nothing is
    decided by rule, and `problem` says why: an audit goes on without."""

    site: str
    policy: Policy | None
    events: tuple[Decision, ...]
    held: Standing
    problem: str | None = None

    @classmethod
    def of(cls, home: Path, target: str) -> "Ruling":
        """What holds for a target in a home."""
        site = domain_of(target)
        events = tuple(events_of(home, site))
        problem = None
        try:
            policy = PolicyFiles(home).policy()
        except ConfigError as error:
            policy, problem = None, str(error)
        return cls(site, policy, events, standing(events) if events else NOTHING, problem)

    @property
    def is_on(self) -> bool:
        """Whether there are rules to ask."""
        return self.policy is not None and bool(self.policy.rules)

    @property
    def newest(self) -> int:
        """The number of the newest decision; 0 where there is none."""
        return max((each.id for each in self.events), default=0)

    def folded(self, clusters: list[Row]) -> Fold:
        """The open groups, parted by what is decided by rule."""
        return fold(clusters, self.policy or Policy(()), self.site, self.events)

    def apart(self, reviewed: Row) -> Row:
        """What `judging.review` tells, with what rules decide in a row of its own."""
        found = self.folded(reviewed["clusters"])
        told: Row | None = None
        if self.problem is not None:
            told = {"version": None, "groups": [], "links": 0, "domains": 0, "sentence": None}
            told |= {"problem": self.problem}
        elif self.policy is not None:
            told = policy_row(found, self.policy.version, self.site, self.held)
        total = reviewed["clusters_total"] - len(found.decided)
        return reviewed | {"clusters": found.left[:CLUSTERS], "clusters_total": total, "by_policy": told}


def ignored_by_rule(home: Path, target: str, domains: Iterable[str]) -> frozenset[str]:
    """Those of some domains that rules ignore by their names alone and about which nobody decided.

    What a rule asks of findings and readings is asked of groups of an audit.
    """
    ruling = Ruling.of(home, target)
    if ruling.policy is None:
        return frozenset()
    named = tuple(
        rule for rule in ruling.policy.rules if rule.finding is None and rule.unnatural_below is None
    )
    by_name = Policy(named, ruling.policy.version)
    found = set()
    for domain in set(domains) - ruling.held.domains.keys():
        rule = by_name.rule_for(Case(frozenset((domain,))), ruling.site)
        if rule is not None and rule.verdict is Verdict.IGNORE:
            found.add(domain)
    return frozenset(found)
