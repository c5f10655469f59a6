"""What stands in the reference of findings? The table of markers, as a page."""

from backlit.score.findings import CLAUSES, FAMILIES, HARD, Marker, markers

__all__ = ["manual"]

_HEAD = """# Findings

What Backlit can notice about a link, in one table (`src/backlit/score/markers.tsv`). A finding has a sentence
with the quoted text or the numbers that it rests on. Its weights say what it adds to the logit of the two
readings where it is seen in full: *spam* is noise to ignore, *unnatural* is paid, placed, exchanged or made
by a network. Negative weights speak for a link. Findings of one family are added up to a cap, since they are
no independent proofs. What cannot be looked at adds nothing, and is named. docs/concepts/spam.md and
unnatural.md say how weights become readings, and how often they are wrong.

Only {hard} may lift a reading above 60 by themselves. A reading of unnatural above 60 always stands beside a
clause.

This page is written by `scripts/docs`.
"""

_ACTIVE = """| finding | level | clause | spam | unnatural | says | needs | what would clear it |
|---|---|---|---|---|---|---|---|
"""
_WAITING = """Not computed yet, for want of what they need:

| finding | clause | would say | needs |
|---|---|---|---|
"""


def manual() -> str:
    """The page, in Markdown."""
    hard = " and ".join(f"`{markers()[code].id}`" for code in sorted(HARD))
    parts = [_HEAD.format(hard=hard), "## Clauses\n", _clauses()]
    for family, told in FAMILIES.items():
        rows = [marker for marker in markers().values() if marker.family == family]
        active = [marker for marker in rows if marker.is_active]
        parts.append(f"## {family}: {told}\n")
        if active:
            parts.append(_active(active))
        waiting = [marker for marker in rows if not marker.is_active]
        if waiting:
            parts.append(_waiting(waiting))
    return "\n".join(parts)


def _clauses() -> str:
    rows = "\n".join(f"| {clause} | {told} |" for clause, told in CLAUSES.items())
    return (
        "Google's link spam policy lists examples; numbered in its order, in our words. A link that is\n"
        f"marked nofollow or sponsored is no violation.\n\n| clause | |\n|---|---|\n{rows}\n"
    )


def _active(rows: list[Marker]) -> str:
    return _ACTIVE + "".join(
        f"| `{m.id}` ({m.code}) | {m.level} | {m.policy or ''} | {m.spam:g} | {m.unnatural:g} | {m.sentence} "
        f"| {m.needs} | {m.clears} |\n"
        for m in rows
    )


def _waiting(rows: list[Marker]) -> str:
    return _WAITING + "".join(
        f"| `{m.id}` ({m.code}) | {m.policy or ''} | {m.sentence} | {m.needs} |\n" for m in rows
    )
