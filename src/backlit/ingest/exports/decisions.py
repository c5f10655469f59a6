"""Which tables hold people's decisions about links (whitelists, tags, disavow lists) and no links?

They are recognised so that they are never taken for links. Their columns are known from what such
tools share, a page or domain beside a verdict, and from the disavow file's own syntax.
"""

from backlit.ingest.exports.spec import Format, Table
from backlit.ingest.exports.values import plain_name

__all__ = ["TABLES", "disavow_list"]

_LATER = "Such decisions are not imported yet; nothing was read. Keep the file."
_WHAT = "url urls domain rootdomain sourceurl sourcedomain from fromurl link backlink"

TABLES = (
    Table(
        "linkresearchtools",
        "ratings and tags",
        (_WHAT, "tag tags rating userrating linkrating disavow disavowed"),
        {},
        "nothing",
        _LATER,
        width=8,
    ),
    Table(
        "semrush",
        "whitelist or disavow list",
        (_WHAT, "list action decision whitelisted whitelist movedto"),
        {},
        "nothing",
        _LATER,
        width=4,
    ),
    Table(
        "domain list",
        "rated domains",
        ("domain", "category riskscore toxicityscore", "evidence reason notes source"),
        {},
        "nothing",
        _LATER,
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
    return Format(maker, "disavow list or whitelist", "nothing", 0.95 if rules else 0.8, reason, _LATER)
