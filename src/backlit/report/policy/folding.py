"""What does a policy decide of an audit, and of which decisions may it learn?

A rule leaves alone whatever anybody has ever decided on, also where that was taken back: then a person wants
to look. So no rule contradicts a person, and none decides the same links twice.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backlit.model import Verdict
from backlit.report.policy.learning import Example
from backlit.report.policy.rules import Case, Policy, Rule
from backlit.report.text import plural
from backlit.store.standing import Decision, Standing
from backlit.urls import parse_url

__all__ = ["Fold", "case_of", "examples_of", "fold", "policy_row", "who_of", "why_of"]

Row = dict[str, Any]

_DONE = {Verdict.KEEP: "kept", Verdict.IGNORE: "ignored", Verdict.WATCH: "watched"}


@dataclass(frozen=True, slots=True)
class Fold:
    """The groups that are left to people, and those that a rule decides."""

    left: list[Row]
    decided: list[tuple[Row, Rule]]


def fold(clusters: Sequence[Row], policy: Policy, target: str, events: Iterable[Decision]) -> Fold:
    """Part the open groups of an audit, as `score.review` tells them, by what a policy decides."""
    links, domains = _touched(events)
    left, decided = [], list[tuple[Row, Rule]]()
    for each in clusters:
        touched = links.intersection(each["link_ids"]) or domains.intersection(each["members"])
        rule = None if touched else policy.rule_for(case_of(each), target)
        if rule is None:
            left.append(each)
        else:
            decided.append((each, rule))
    return Fold(left, decided)


def _touched(events: Iterable[Decision]) -> tuple[set[str], set[str]]:
    links, domains = set[str](), set[str]()
    for event in events:
        links.update(event.links)
        domains.update(event.domains)
    return links, domains


def case_of(cluster: Mapping[str, Any]) -> Case:
    """A group of an audit as rules look at it."""
    findings = frozenset(each["id"] for each in (*cluster["findings"], *cluster["in_favour"]))
    return Case(frozenset(cluster["members"]), findings, cluster["unnatural"])


def who_of(version: int) -> str:
    """Who a decision by rule is of."""
    return f"policy version {version}"


def why_of(rule: Rule) -> str:
    """Why a rule decided, for whoever looks in a year."""
    return f"rule {rule.id}: {rule.why}"


def policy_row(folded: Fold, version: int, target: str, held: Standing) -> Row:
    """What an audit tells in one row: the groups that rules decide now, and those that they decided before
    and that stand; the latter with the number of the decision, by which it can be taken back."""
    groups = [
        {name: each[name] for name in ("cluster", "links", "domains", "unnatural")}
        | {"id": f"{each['id']}@{target}", "verdict": rule.verdict.value, "rule": rule.id}
        | {"version": version, "why": rule.why, "decision": None}
        for each, rule in folded.decided
    ]
    standing = {event.id: event for event in (*held.domains.values(), *held.links.values())}
    groups += [_kept(event, target) for _, event in sorted(standing.items(), reverse=True) if event.by_rule]
    links, domains = (sum(each[name] for each in groups) for name in ("links", "domains"))
    told = {"version": version, "groups": groups, "links": links, "domains": domains, "problem": None}
    return told | {"sentence": _sentence(groups, links)}


def _kept(event: Decision, target: str) -> Row:
    names = ("cluster", "links", "domains", "unnatural")
    made = event.by_rule or {}
    row = {name: event.known.get(name) for name in names}
    row |= {"id": f"{event.subject}@{target}", "verdict": event.verdict.value, **made}
    return row | {"why": event.known["policy"].get("why", event.why), "decision": event.id}


def _sentence(groups: Sequence[Row], links: int) -> str:
    if not groups:
        return "Your policy decides none of the groups that are open."
    counts = [(_DONE[each], sum(row["verdict"] == each for row in groups)) for each in _DONE]
    told = ", ".join(f"{number} {done}" for done, number in counts if number)
    return f"Your policy decides {plural(len(groups), 'group')} with {plural(links, 'link')}: {told}."


# learning --------------------------------------------------------------------


def examples_of(held: Standing, clusters: Iterable[Row]) -> list[Example]:
    """The decisions of people that stand, as rules would have looked at them; what was not kept with one is
    taken from the groups that its domain is in today."""
    today: dict[str, list[Case]] = {}
    for each in clusters:
        for domain in each["members"]:
            today.setdefault(domain, []).append(case_of(each))
    standing = {event.id: event for event in (*held.domains.values(), *held.links.values())}
    people = [event for _, event in sorted(standing.items()) if event.by_rule is None]
    return [Example(event.id, event.verdict, _case(event, today)) for event in people]


def _case(event: Decision, today: Mapping[str, Sequence[Case]]) -> Case:
    known = event.known
    domains = frozenset(known.get("members") or event.domains or _source(known))
    if isinstance(known.get("finding_ids"), list):
        return Case(domains, frozenset(known["finding_ids"]), known.get("unnatural"))
    cases = [case for domain in sorted(domains) for case in today.get(domain, ())]
    findings = frozenset(name for case in cases for name in case.findings)
    readings = [case.unnatural for case in cases if case.unnatural is not None]
    own = known.get("unnatural")
    return Case(domains, findings, own if own is not None else min(readings, default=None))


def _source(known: Mapping[str, Any]) -> tuple[str, ...]:
    url = known.get("source_url")
    return (parse_url(url).domain,) if isinstance(url, str) else ()
