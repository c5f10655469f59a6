"""Which lines of an old disavow file should be taken out, or looked at again?

Most old files hold sites that are gone, links that never passed anything, and now and then a site whose links
are worth having. Every one that is taken out is one fewer that nobody can give a reason for.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from backlit.report.disavow import Disavow
from backlit.report.disavow.entries import Entry
from backlit.report.disavow.plan import Fact
from backlit.report.text import plural
from backlit.score.findings import LIMIT
from backlit.store.standing import Decision, Standing, Verdict
from backlit.urls import registrable_domain

__all__ = ["GOOD", "reviewed"]

Row = dict[str, Any]

#: Authority from which on a link is worth having, where it reads as natural.
GOOD = 20.0


def reviewed(
    file: Disavow, facts: Mapping[str, Sequence[Fact]], decided: Standing, now: datetime
) -> list[Row]:
    """A row for each entry that should be taken out, reasoned or looked at again: those to take out first."""
    lines = {line.entry: line.number for line in reversed(file.lines) if line.entry is not None}
    rows = [
        {"entry": str(entry), "line": lines[entry], **found}
        for entry, reason in file.reasons.items()
        for found in _of(entry, reason, facts.get(registrable_domain(entry.host), ()), decided, now)
    ]
    return sorted(rows, key=lambda row: (_ORDER.index(row["finding"]), row["line"]))


_ORDER = ("good", "gone", "passes-nothing", "kept", "due", "unknown", "no-reason")


def _of(entry: Entry, reason: str, known: Sequence[Fact], decided: Standing, now: datetime) -> Iterator[Row]:
    mine = [each for each in known if _is_of(entry, each)]
    decision = decided.of(registrable_domain(entry.host))
    kept = _kept(mine, decided)
    if decision is not None and decision.verdict.value == "keep":
        yield _row("kept", f"It was decided to keep it: {decision.why}", "Take it out.", mine)
    elif kept is not None:
        said = f"It covers {kept[0].source_url}, which decision {kept[1].id} keeps: {kept[1].why}"
        do = "Take it out" + (", and name its other pages one by one." if entry.kind == "domain" else ".")
        yield _row("kept", said, do, mine)
    elif decision is not None and decision.verdict.value == "disavow" and decision.is_due(now):
        said = f"It was disavowed on {decision.at:%Y-%m-%d}, to be looked at again by now."
        yield _row("due", said, "Look whether it is still needed, and decide again.", mine)
    yield from _of_links(mine)
    if not reason:
        yield _row("no-reason", "Nothing says why.", "Write down why, or take it out.", mine)


def _kept(mine: Sequence[Fact], decided: Standing) -> tuple[Fact, Decision] | None:
    """The first of some links that was itself decided to be kept."""
    for each in mine:
        found = decided.links.get(each.id)
        if found is not None and found.verdict is Verdict.KEEP:
            return each, found
    return None


def _of_links(mine: Sequence[Fact]) -> Iterator[Row]:
    live, counting = [each for each in mine if each.live], [each for each in mine if each.counts]
    good = [each for each in counting if _is_good(each)]
    if not mine:
        said = "No link from it is known here."
        yield _row(
            "unknown", said, "Search Console's export would tell; if there is none, take it out.", mine
        )
    elif not live:
        yield _row("gone", f"{_many(mine)} known from it, and all are gone.", "Take it out.", mine)
    elif not counting:
        said = f"{_many(live)} there, and none passes anything (nofollow, ugc or sponsored)."
        yield _row("passes-nothing", said, "Take it out.", mine)
    elif good:
        best = max(each.authority or 0.0 for each in good)
        many = plural(len(good), "live link reads", "live links read")
        said = f"{many} as natural, from authority {best:.0f}."
        yield _row("good", said, "Look at them, and take it out unless they were paid for.", mine)


def _many(found: Sequence[Fact]) -> str:
    return plural(len(found), "link is", "links are")


def _is_of(entry: Entry, fact: Fact) -> bool:
    if entry.kind == "url":
        return fact.source_url == entry.value
    host = fact.source_url.partition("://")[2].partition("/")[0].partition(":")[0]
    return host == entry.value or host.endswith(f".{entry.value}")


def _is_good(fact: Fact) -> bool:
    natural = fact.unnatural is not None and fact.unnatural < LIMIT
    return natural and (fact.spam or 0.0) < LIMIT and (fact.authority or 0.0) >= GOOD


def _row(finding: str, sentence: str, do: str, mine: Sequence[Fact]) -> Row:
    known = [each.authority for each in mine if each.authority is not None]
    readings = [each.unnatural for each in mine if each.counts and each.unnatural is not None]
    return {
        "finding": finding,
        "sentence": sentence,
        "what_to_do": do,
        "links": len(mine),
        "live": sum(each.live for each in mine),
        "authority": max(known, default=None),
        "unnatural": max(readings, default=None),
    }
