"""Which rules do decisions speak for?

A rule is proposed where at least LEAST decisions that stand agree, about as many different sites, and none is
against it. It never reaches beyond what was seen: its bound on the reading lies just above the highest of
those that agree, and below the lowest of those that do not; without a bound are names and platforms of which
so many were decided on whatever they read. A decision agrees where the rule holds for all that it was about,
and is against it where the rule holds for a part of that already and the verdict was another.
"""

import hashlib
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from backlit.model import Verdict
from backlit.report.policy.rules import VERDICTS, Case, Rule
from backlit.urls import icann_domain, is_public_suffix

__all__ = ["LEAST", "Example", "Proposal", "proposals"]

#: Decisions that have to agree.
LEAST = 3
#: Endings that sites of every kind have, as those of countries, which have two letters.
_COMMON = frozenset(["com", "edu", "gov", "int", "mil", "net", "org"])
#: Letters that a part of a name needs to say something.
_TELLING = 5


@dataclass(frozen=True, slots=True)
class Example:
    """A decision that stands, by its number, with what it was about."""

    number: int
    verdict: Verdict
    case: Case


@dataclass(frozen=True, slots=True)
class Proposal:
    """A rule, and the numbers of the decisions that agree with it; none is against it."""

    rule: Rule
    agree: tuple[int, ...]


def proposals(
    examples: Sequence[Example], target: str, accepted: Iterable[Rule] = (), groups: Sequence[Case] = ()
) -> list[Proposal]:
    """The rules that decisions about links to a target speak for, those with most of them first; without
    what `accepted` rules have learned already.

    Of several findings that the same decisions speak for, the one is taken that fewest of the `groups` of
    today show, and none that all of them do: it would tell nothing apart. A snoozed group says nothing: it
    is to be decided on later.
    """
    telling = [each for each in examples if each.verdict is not Verdict.SNOOZE and each.case.domains]
    found: dict[tuple[object, ...], Proposal] = {}
    names = ["\n".join(each.case.domains) for each in telling]
    for draft in _drafts(telling, target, groups):
        touched = _touched(draft, telling, names)
        for verdict in VERDICTS:
            made = _proposed(replace(draft, verdict=verdict), touched)
            if made is not None:
                asks = (draft.platform is None, draft.finding is None, made.agree)
                found.setdefault(asks, made)
    known = [each for each in accepted if each.is_for(target)]
    by_number = {each.number: each for each in telling}
    new = [
        each
        for each in found.values()
        if not any(_covers(rule, each, [by_number[number].case for number in each.agree]) for rule in known)
    ]
    return sorted(new, key=lambda each: (-len(each.agree), each.rule.id))


def _touched(draft: Rule, examples: Sequence[Example], names: Sequence[str]) -> list[Example]:
    """The decisions that a draft has something to say of, by the domains of each, a line each. Most words of
    names stand in one or two: a look for the letters tells, for a hundredth of what matching costs."""
    letters = draft.platform or "".join(draft.domains).strip("*")
    near = (each for each, told in zip(examples, names, strict=True) if letters in told)
    return [each for each in near if draft.touches(each.case)]


def _covers(rule: Rule, proposal: Proposal, cases: Sequence[Case]) -> bool:
    return rule.verdict is proposal.rule.verdict and all(map(rule.decides, cases))


def _drafts(examples: Sequence[Example], target: str, groups: Sequence[Case]) -> Iterator[Rule]:
    """What the cases have in common, the plainest first: platforms, findings, endings and parts of names."""
    empty = Rule("", Verdict.IGNORE, "", target)
    platforms, endings, parts = set[str](), set[str](), set[str]()
    for domain in {name for each in examples for name in each.case.domains}:
        platform = icann_domain(domain)
        if platform != domain:
            platforms.add(platform)
            name, ending = domain.removesuffix(f".{platform}"), ""
        else:
            name, _, ending = domain.partition(".")
        if ending and is_public_suffix(ending) and _tells(ending):
            endings.add(ending)
        parts.update(each for each in re.split(r"[^a-z]+", name) if len(each) >= _TELLING)
    yield from (replace(empty, platform=each) for each in sorted(platforms))
    findings = {name for each in examples for name in each.case.findings}
    shown = Counter(name for each in groups for name in each.findings)
    for each in sorted(findings, key=lambda name: (shown[name], name)):
        if not groups or shown[each] < len(groups):
            yield replace(empty, finding=each)
    yield from (replace(empty, domains=(f"*{each}*",)) for each in sorted(parts))
    yield from (replace(empty, domains=(f"*.{each}",)) for each in sorted(endings))


def _tells(ending: str) -> bool:
    return ending not in _COMMON and all(len(part) > 2 for part in ending.split("."))


def _proposed(draft: Rule, examples: Sequence[Example]) -> Proposal | None:
    """A draft with the bound that leaves out all that is against it, of the decisions that it touches; None
    where too few agree."""
    against = [each for each in examples if each.verdict is not draft.verdict]
    if len(examples) - len(against) < LEAST:
        return None
    if any(each.case.unnatural is None for each in against):
        return None  # nothing tells them apart
    limit = min((each.case.unnatural or 0.0 for each in against), default=math.inf)
    agree = [
        each
        for each in examples
        if each.verdict is draft.verdict
        and draft.decides(each.case)
        and (each.case.unnatural is None or each.case.unnatural < limit)
    ]
    readings = [each.case.unnatural for each in agree if each.case.unnatural is not None]
    unread = [each for each in agree if each.case.unnatural is None]
    if against or draft.finding or (readings and _sites(unread) < LEAST):
        # a bound, which what has no reading is never below
        agree = [each for each in agree if each.case.unnatural is not None]
        if not readings:
            return None
        bound = min(math.floor(max(readings)) + 1.0, limit)
        draft = replace(draft, unnatural_below=max(bound, 60.5))
        if any(draft.touches(each.case) for each in against):
            return None
    if _sites(agree) < LEAST:
        return None
    numbers = tuple(sorted(each.number for each in agree))
    named = ", ".join(map(str, numbers[:10])) + (", …" if len(numbers) > 10 else "")
    why = f"learned from {len(numbers)} decisions that agree, none against: {named}"
    return Proposal(replace(draft, id=_id(draft), why=why), numbers)


def _sites(examples: Sequence[Example]) -> int:
    """How many sites, or groups of them, decisions are about: three of one site say the same once."""
    return len({each.case.domains for each in examples})


def _id(rule: Rule) -> str:
    asks = (rule.verdict.value, rule.target, rule.domains, rule.platform, rule.finding, rule.unnatural_below)
    return "r" + hashlib.blake2b(repr(asks).encode(), digest_size=4).hexdigest()
