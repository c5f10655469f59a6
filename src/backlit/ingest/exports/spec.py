"""How is a vendor's table described: by what it is known, and which column means what?

One `Table` per kind of export, as data: a module per tool lists its own. Names of columns are written
as `values.plain_name` leaves them, without case, spaces and signs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from backlit.model import VENDOR_METRICS

__all__ = ["FIELDS", "GIVES_LINKS", "PER_ANCHOR", "PER_DOMAIN", "PER_PAGE", "Format", "Table", "Yields"]

Yields = Literal["links", "leads", "visits", "performance", "decisions", "nothing"]

#: What a column can be, and how a mapping names it. Beside these: the vendors' metrics.
FIELDS = (
    *("source", "target", "anchor", "alt", "before", "after", "title", "language", "ip"),
    *("rel", "nofollow", "dofollow", "ugc", "sponsored", "type", "first_seen", "last_seen"),
    *("exists", "status"),
)
#: Fields that only a vendor's own table has: which kind of link, and whether it still counts it.
VENDOR_FIELDS = (
    *("image", "frame", "form", "redirect", "mention", "content", "location", "only_nofollow", "only_follow"),
    *("is_lost", "lost_at", "lost_reason"),
)

#: Fields of tables that tell of visits, of search performance, and of decisions.
OTHER_FIELDS = (
    *("referrer", "referrer_path", "medium", "source_medium", "landing", "day"),
    *("sessions", "visits", "visitors", "pageviews"),
    *("value", "clicks", "impressions", "ctr", "position"),
    *("subject", "verdict", "tags", "note"),
)

#: What tables that count are good for, and what to export instead.
GIVES_LINKS = (
    "Export the table with one row per link, which has source and target, or a list of linking pages."
)
PER_DOMAIN = f"It counts links per domain and names no page. {GIVES_LINKS}"
PER_ANCHOR = f"It counts links per anchor text and names no page. {GIVES_LINKS}"
PER_PAGE = f"It counts the links to each of your own pages. {GIVES_LINKS}"


@dataclass(frozen=True, slots=True)
class Table:
    """One kind of export of one tool.

    `marks` are groups of names, of each of which a header must have one; `columns` gives the names of
    each field, the surest first; `use` says what a table that yields nothing is good for.
    """

    tool: str
    name: str
    marks: tuple[str, ...]
    columns: Mapping[str, str]
    yields: Yields = "links"
    use: str = ""
    #: flags are empty when unset, and anything else when set
    flags_by_presence: bool = False
    #: more columns than these: another table (a short header is in many longer ones)
    width: int | None = None

    def __post_init__(self) -> None:
        known = {*FIELDS, *VENDOR_FIELDS, *OTHER_FIELDS, *VENDOR_METRICS}
        assert known.issuperset(self.columns), f"{self.tool} {self.name}: {set(self.columns) - known}"

    def matches(self, names: Mapping[str, int]) -> bool:
        """Whether a header, by its plain names, can be this table's."""
        if self.width is not None and len(names) > self.width:
            return False
        return all(any(name in names for name in group.split()) for group in self.marks)

    def place(self, names: Mapping[str, int]) -> dict[str, int]:
        """The column of each field that the header has."""
        placed: dict[str, int] = {}
        for field, known in self.columns.items():
            column = next((names[name] for name in known.split() if name in names), None)
            if column is not None and column not in placed.values():
                placed[field] = column
        return placed


@dataclass(frozen=True, slots=True)
class Format:
    """What a file is taken for, how surely (0 to 1), and on what grounds.

    `tool` is None for a table of unknown origin. Of a format that yields nothing `use` says what it is
    good for and what to export instead.
    """

    tool: str | None
    table: str
    yields: Yields
    confidence: float
    reason: str
    use: str = ""
