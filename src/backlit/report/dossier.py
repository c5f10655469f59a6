"""What would somebody show who asks for reconsideration: what was asked for, what came of it, what is left?

Facts only, from events and looks; what no index can know is left to the owner to say, and named.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from backlit.report.disavow import Disavow
from backlit.report.disavow.entries import Entry
from backlit.report.disavow.plan import Fact
from backlit.report.readable import called
from backlit.report.text import plural, visible
from backlit.store.disavows import Step, Version
from backlit.store.intakes import Intake
from backlit.store.standing import Decision, Verdict

__all__ = ["OUTCOMES", "attempts_of", "dossier_of", "dossier_text"]

Row = dict[str, Any]

#: What came of a site, from the best on.
OUTCOMES = (
    "removed", "declined", "partly removed", "disavowed", "still there", "nothing left", "not known",
)  # fmt: skip


def dossier_of(
    site: str,
    intake: Intake | None,
    events: Sequence[Decision],
    facts: Mapping[str, Sequence[Fact]],
    versions: Sequence[Version],
    before: Mapping[str, Fact] | None = None,
) -> Row:
    """Everything that is on record about the unnatural links to a site; `events` are those that stand, and
    `before` what was known of each link when its site was first asked."""
    attempts = attempts_of(events, facts)
    file = _newest(versions)
    disavowed = Disavow.parse(file.content if file else "")
    sites = sorted({*attempts, *_named(disavowed, facts)})
    rows = [
        _site(name, attempts.get(name, []), facts.get(name, ()), disavowed, before or {}) for name in sites
    ]
    told = intake or Intake()
    return {
        "target": site,
        "basis": told.basis,
        "manual_action": told.manual_action,
        "placed": told.placed,
        "manual_action_on": told.manual_action_on,
        "placed_by": told.placed_by,
        "placed_when": told.placed_when,
        "sites": rows,
        "outcomes": {name: sum(row["outcome"] == name for row in rows) for name in OUTCOMES},
        "disavow_file": None if file is None else _file(file, disavowed),
    }


def attempts_of(events: Sequence[Decision], facts: Mapping[str, Sequence[Fact]]) -> dict[str, list[Decision]]:
    """The events that asked for removal, by site."""
    links = {each.id: each.domain for found in facts.values() for each in found}
    attempts: dict[str, list[Decision]] = {}
    for event in events:
        if event.verdict is Verdict.ASK_REMOVAL:
            for domain in {*event.domains, *(links[name] for name in event.links if name in links)}:
                attempts.setdefault(domain, []).append(event)
    return attempts


def _newest(versions: Sequence[Version]) -> Version | None:
    """The file that counts: the last that was uploaded, else exported, else imported."""
    for step in (Step.UPLOADED, Step.EXPORTED, Step.IMPORTED):
        found = [each for each in versions if each.step is step]
        if found:
            return found[-1]
    return None


def _file(file: Version, read: Disavow) -> Row:
    return {
        "step": file.step.value,
        "at": file.at,
        "uploaded_on": file.uploaded_on,
        "digest": file.digest,
        "entries": len(read.entries),
        "why": file.why,
    }


def _named(file: Disavow, facts: Mapping[str, Sequence[Fact]]) -> Iterator[str]:
    """The sites that a file disavows and that are known to link."""
    return (name for name, found in facts.items() if any(_is_disavowed(file, each) for each in found))


def _is_disavowed(file: Disavow, fact: Fact) -> bool:
    return file.covers(Entry("url", fact.source_url))


def _came_of(
    each: Fact, attempts: Sequence[Decision], before: Mapping[str, Fact]
) -> Literal["gone", "marked"] | None:
    """What came of a link after somebody asked for it; None of one that nobody asked for, that is as it was,
    or of which it is not known that it counted when it was asked for."""
    asked = [
        event.at
        for event in attempts
        if (each.id in event.links or each.domain in event.domains)
        and (each.first_seen is None or each.first_seen <= event.at)
    ]
    if not asked:
        return None
    then = before.get(each.id)
    if then is not None and not then.counts:
        return None
    if not each.live:
        return "gone" if each.lost_at is not None and each.lost_at > min(asked) else None
    return "marked" if not each.vouches and then is not None else None


def _site(
    name: str,
    attempts: Sequence[Decision],
    known: Sequence[Fact],
    file: Disavow,
    before: Mapping[str, Fact],
) -> Row:
    counting = [each for each in known if each.counts]
    came = [_came_of(each, attempts, before) for each in known]
    gone, marked = came.count("gone"), came.count("marked")
    disavowed = sum(_is_disavowed(file, each) for each in counting)
    return {
        "site": name,
        "asked": len(attempts),
        "first_asked": attempts[0].at if attempts else None,
        "last_asked": attempts[-1].at if attempts else None,
        "notes": " | ".join(dict.fromkeys(f"{each.at:%Y-%m-%d} {each.why}" for each in attempts)),
        "links": gone + marked + len(counting),
        "gone": gone,
        "declined": marked,
        "left": len(counting),
        "disavowed": disavowed,
        "outcome": _outcome(known, len(counting), gone, marked, disavowed),
    }


def _outcome(known: Sequence[Fact], left: int, gone: int, marked: int, disavowed: int) -> str:
    """What came of it: all gone, marked so that they pass nothing, disavowed, or still there; what was gone
    before anybody asked is nobody's merit."""
    if not known:
        return "not known"
    if not left:
        return "declined" if marked else "removed" if gone else "nothing left"
    if disavowed == left:
        return "disavowed"
    return "partly removed" if gone or marked else "still there"


# as text ---------------------------------------------------------------------


def dossier_text(told: Row) -> str:
    """The record as a draft in Markdown: to be read, finished and sent by the owner."""
    return "\n".join([*_head(told), *_done(told), *_table(told), *_own_words()]) + "\n"


def _head(told: Row) -> list[str]:
    on = f" of {told['manual_action_on']}" if told["manual_action_on"] else ""
    said = f"This is about the manual action{on}." if told["manual_action"] else ""
    by = f" by {visible(told['placed_by'])}" if told["placed_by"] else ""
    when = f" ({visible(told['placed_when'])})" if told["placed_when"] else ""
    placed = f"Links to the site were bought or placed{by}{when}." if told["placed"] else ""
    return [f"# Links to {called(told['target'])}: what was done", "", *filter(None, (said, placed)), ""]


def _done(told: Row) -> list[str]:
    asked = [row for row in told["sites"] if row["asked"]]
    lines = ["## What was done", ""]
    lines.append(f"- {plural(len(asked), 'site was', 'sites were')} asked to take links out.")
    words = {
        "removed": "have taken all of them out",
        "declined": "have marked them so that they pass nothing",
        "partly removed": "have taken some of them out",
        "disavowed": "still have them, and are disavowed",
        "still there": "still have them",
        "nothing left": "have no link that counts, and had none before anybody asked",
        "not known": "were not looked at since",
    }
    lines += [
        f"- {plural(number, 'site')}: {words[name]}." for name, number in told["outcomes"].items() if number
    ]
    file = told["disavow_file"]
    if file:
        on = f"uploaded on {file['uploaded_on']}" if file["uploaded_on"] else file["step"]
        many = plural(file["entries"], "entry", "entries")
        lines.append(f"- The disavow file has {many} ({on}, SHA-256 {file['digest']}).")
    return [*lines, ""]


def _table(told: Row) -> list[str]:
    if not told["sites"]:
        return ["No site was asked, and none is disavowed.", ""]
    names = ("site", "asked", "links", "gone", "marked", "left", "disavowed", "outcome", "notes")
    head = ["## Site by site", "", f"| {' | '.join(names)} |", "|---" * len(names) + "|"]
    return [*head, *map(_line, told["sites"]), ""]


def _line(row: Row) -> str:
    asked = f"{row['last_asked']:%Y-%m-%d} ({row['asked']}×)" if row["asked"] else "–"
    names = ("links", "gone", "declined", "left", "disavowed", "outcome", "notes")
    cells = (row["site"], asked, *(row[name] for name in names))
    return (
        "| "
        + " | ".join(visible(str(cell)).replace("|", "\\|").replace("<", "&lt;") for cell in cells)
        + " |"
    )


def _own_words() -> list[str]:
    return [
        "## In your own words",
        "",
        "No record can say these for you: how the links came about, who is no longer in charge, and what",
        "keeps it from happening again. Say it briefly, and send this with the table.",
    ]
