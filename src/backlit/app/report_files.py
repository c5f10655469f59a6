"""Which reports lie in a home, and how does one get there by itself?"""

import re
from datetime import UTC, datetime
from pathlib import Path

from backlit.app.answer import Answer, Row
from backlit.app.reporting import REPORT_FORMS, file_of, report
from backlit.app.session import Session
from backlit.errors import UsageError
from backlit.index.storage import disk, make_folder
from backlit.report.brand import brand_of

__all__ = ["keep_report", "kept_report", "plain_name", "report_to_home", "reports_ls"]

_FOLDER = "reports"
#: What follows a target in the name of its files, a day or a version of the index: else `a.test` had those
#: of `a.test-b.test`.
_of = re.compile(r"-(?:\d{4}-\d{2}-\d{2}(?:-|$)|\d+$)")


def plain_name(target: str) -> str:
    """A target as a part of a file's name."""
    return "".join(c if c.isalnum() or c in ".-" else "_" for c in target)[:100]


def keep_report(home: Path, name: str, content: bytes) -> Path:
    """Write a report to the home, whole or not at all; in the place of an older one of that name."""
    path = make_folder(home / _FOLDER) / name
    disk().write(path, content)
    return path


def report_to_home(
    session: Session,
    target: str,
    *,
    form: str | None = None,
    audience: str | None = None,
    since: str | None = None,
    vs: str | None = None,
    scope: str | None = None,
    brand_name: str | None = None,
    logo: str | None = None,
    colour: str | None = None,
) -> Answer:
    """Write a report of a target to the home, HTML for the owner unless another is asked for; in the answer
    its file, its first sentences, and what comes next."""
    kind, reader = form or "html", audience or "owner"
    if kind not in REPORT_FORMS:
        known = f"Known are {', '.join(REPORT_FORMS)}."
        raise UsageError(f"write a report as {kind[:40]!r}", "there is no such format", known)
    brand = brand_of(brand_name, Path(logo) if logo else None, colour)
    asked = {"since": since, "vs": vs, "scope": scope}
    answer = report(session, target, audience=reader, since=since, vs=vs, scope=scope)
    made = file_of(session, answer, kind, brand, asked)
    told = answer.row
    name = f"report-{plain_name(target)}-{told['until']:%Y-%m-%d}-{reader}.{kind}"
    data: Row = {
        "target": target,
        "file": str(keep_report(session.home, name, made)),
        "narrative": told["narrative"],
        "next": len(told["next"]),
    }
    return Answer(data, dict(answer.query), answer.snapshot, answer.as_of)


def reports_ls(home: Path, target: str | None = None) -> Answer:
    """The audits and reports that lie in the home, of one target or of all, newest first."""
    rows: list[Row] = []
    named = "" if target is None else plain_name(target)
    for path in (home / _FOLDER).glob("*"):
        kind, _, rest = path.stem.partition("-")
        wanted = target is None or (_of.match(rest.removeprefix(named)) and rest.startswith(named))
        if path.is_file() and kind in ("audit", "report") and wanted:
            at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            rows.append({"name": path.name, "kind": kind, "bytes": path.stat().st_size, "written_at": at})
    rows.sort(key=lambda row: row["name"])
    rows.sort(key=lambda row: row["written_at"], reverse=True)
    return Answer(rows, {"target": target}, total=len(rows), limit=len(rows))


def kept_report(home: Path, name: str, target: str | None = None) -> bytes:
    """The bytes of one of them; UsageError for a name that is none of theirs, or of another target's."""
    if name not in {row["name"] for row in reports_ls(home, target).rows}:
        raise UsageError(
            f"read the report {name[:100]!r}", "there is none of that name", "Ask for one first."
        )
    return (home / _FOLDER / name).read_bytes()
