"""In which form is a job written down, and what of one that another version of Backlit wrote?

The number of this form is our own and changes with the form alone: a release that changes nothing here goes
on with every job that waits. An older form is brought up to date step by step when the job is begun; one
that cannot be is refused with a sentence, and so is a later one. Neither is left lying without a word.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from backlit.errors import JobRefused

__all__ = ["FORMAT", "RENEWALS", "Written", "brought_up", "written"]

FORMAT = 1

Written = dict[str, Any]
#: What makes of a job of one format one of the next.
Renewal = Callable[[Written], Written]
RENEWALS: Mapping[int, Renewal] = {}


def written(kind: str, arguments: Mapping[str, Any], *, by: str, folder: str) -> Written:
    """A job as it is kept; relative names in its arguments are meant from `folder` on."""
    return {"format": FORMAT, "kind": kind, "arguments": dict(arguments), "by": by, "folder": folder}


def brought_up(
    job: Written,
    kinds: Collection[str],
    *,
    renewals: Mapping[int, Renewal] = RENEWALS,
    to: int = FORMAT,
) -> Written:
    """The job in today's form; JobRefused where there is no way."""
    asked = f"begin a job of format {job.get('format')}"
    while (number := job.get("format")) != to:
        if not isinstance(number, int) or number > to:
            found = f"a later Backlit wrote it; this one knows formats up to {to}"
            raise JobRefused(asked, found, "Resume it with the later Backlit, or cancel it.")
        if number not in renewals:
            found = f"this Backlit writes format {to} and has no way from {number}"
            raise JobRefused(asked, found, "Ask for the same again; what was done already is not done twice.")
        job = {**renewals[number](job), "format": number + 1}
    if job["kind"] not in kinds:
        found = f"this Backlit knows no {job['kind']!r}; it knows {', '.join(sorted(kinds))}"
        raise JobRefused("begin a job", found, "Resume it with the Backlit that wrote it, or cancel it.")
    return job
