"""Which tables hold people's decisions about links (whitelists, tags, disavow lists) and no links?

They are kept as what somebody decided in another tool, and never taken for links. Their columns are known
from what such tools share, a page or domain beside a verdict, and from the disavow file's own syntax.
"""

import re

from backlit.ingest.exports.spec import Format, Table
from backlit.ingest.exports.values import plain_name

__all__ = ["TABLES", "disavow_list", "meaning_of"]

_WHAT = "url urls domain rootdomain sourceurl sourcedomain from fromurl link backlink"
_COLUMNS = {
    "subject": _WHAT,
    "verdict": "list action decision whitelisted whitelist movedto disavow disavowed userrating"
    " linkrating rating",
    "tags": "tag tags category riskscore toxicityscore",
    "note": "note notes comment comments evidence reason",
}

TABLES = (
    Table(
        "linkresearchtools",
        "ratings and tags",
        (_WHAT, "tag tags rating userrating linkrating disavow disavowed"),
        _COLUMNS,
        "decisions",
        width=8,
    ),
    Table(
        "semrush",
        "whitelist or disavow list",
        (_WHAT, "list action decision whitelisted whitelist movedto"),
        _COLUMNS,
        "decisions",
        width=4,
    ),
    Table(
        "domain list",
        "rated domains",
        ("domain", "category riskscore toxicityscore", "evidence reason notes source"),
        _COLUMNS,
        "decisions",
    ),
)


def disavow_list(lines: list[str]) -> Format | None:
    """Whether lines are those of a disavow file, or of a whitelist in its syntax."""
    said = [line.strip() for line in lines if line.strip()]
    remarks = [line for line in said if line.startswith("#")]
    rules = [line for line in said if line.lower().startswith("domain:")]
    pages = [line for line in said if line.lower().startswith(("http://", "https://"))]
    if not (rules or (remarks and pages) or (remarks and remarks == said)):
        return None
    if len(remarks) + len(rules) + len(pages) < 0.8 * len(said):
        return None
    maker = "linkresearchtools" if any("linkdetox" in plain_name(line) for line in remarks) else None
    reason = f"{len(rules)} of its first {len(said)} lines begin with `domain:`, {len(remarks)} with `#`"
    return Format(maker, "disavow list or whitelist", "decisions", 0.95 if rules else 0.8, reason)


_is_whitelist = re.compile(r"white.?list|allow.?list|green.?list|keep|safe", re.IGNORECASE).search


def meaning_of(name: str, lines: list[str]) -> str:
    """Whether a list in the disavow file's syntax keeps or disavows: its name or a remark says so."""
    remarks = " ".join(line for line in lines if line.startswith("#"))
    return "keep" if _is_whitelist(name) or _is_whitelist(remarks) else "disavow"
