"""What is suggested for each group of an audit, given what was answered before it and decided since?

Disavowing is never the first suggestion, and none at all without a recorded basis: a manual action, or links
that were bought or placed. Then removal is asked for first, and only what is still there later is suggested.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from backlit.report.text import count, plural
from backlit.store.intakes import Intake
from backlit.store.standing import Decision, Standing, Verdict

__all__ = ["queued"]

Row = dict[str, Any]

#: What decisions are made of, and no list tells.
_MEMBERS = ("members", "member_links", "link_ids")

_NOTHING = (
    "Strangers made these links, and there is no manual action: search engines leave them out. Ignore them."
)


def queued(
    clusters: Sequence[Mapping[str, Any]], site: str, intake: Intake | None, decided: Standing
) -> list[Row]:
    """The groups that are open, each with its full id, what was decided before, and what is suggested."""
    return [_queued(each, site, intake or Intake(), decided) for each in clusters]


def _queued(cluster: Mapping[str, Any], site: str, intake: Intake, decided: Standing) -> Row:
    row = {name: value for name, value in cluster.items() if name not in _MEMBERS}
    links = cluster["member_links"]
    found = [decided.links.get(each) for each in links] or [decided.of(each) for each in cluster["members"]]
    before = max((each for each in found if each), key=lambda each: each.id, default=None)
    everywhere = before is not None and all(found)
    verdict, sentence = _suggested(intake, before if everywhere else None, row["suggestion"])
    return row | {
        "id": f"{cluster['id']}@{site}",
        "decision": None if before is None else _told(before),
        "suggested_verdict": verdict,
        "suggestion": sentence,
        "held_for": held_for(cluster),
    }


def held_for(cluster: Mapping[str, Any]) -> str:
    """What a decision on a group holds for, in a sentence, where that is more than its links."""
    covers, links = cluster["covers"], cluster["links"]
    if not covers["domains"]:
        return ""
    whole = "the whole domain" if covers["domains"] == 1 else f"the {count(covers['domains'])} whole domains"
    more = plural(covers["more"], "link that no check flagged", "links that no check flagged")
    also = f", {more}" if covers["more"] else ""
    return f"A decision holds for {whole}: {_these(links)}{also}, and those still to come."


def _these(links: int) -> str:
    return "this link" if links == 1 else f"these {count(links)} links"


def _told(before: Decision) -> Row:
    return {"id": before.id, "verdict": before.verdict.value, "at": before.at, "why": before.why}


def _suggested(intake: Intake, before: Decision | None, usual: str) -> tuple[str | None, str]:
    """A verdict and why; none as long as nobody has answered."""
    if intake.basis is None:
        if intake.placed is False and intake.manual_action is False:
            return "ignore", _NOTHING
        return None, usual
    if before is not None and before.verdict is Verdict.ASK_REMOVAL:
        asked = f"Removal was asked for on {before.at:%Y-%m-%d}, and the links are still there."
        return "disavow", f"{asked} There is {intake.basis}: disavow what you or your agency placed."
    return "ask-removal", f"There is {intake.basis}. If these are such links, ask for their removal first."
