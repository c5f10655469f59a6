"""What link or lead does one row of an export assert?

A row with both ends is a link, as of its own last date or the export's; a row with only the linking
page is a lead. That a vendor counts a link as lost is kept as the vendor's word and nothing more.
"""

import re
from collections.abc import Mapping
from datetime import datetime

from backlit.errors import UsageError
from backlit.ingest.exports.detect import Layout
from backlit.ingest.exports.values import (
    DateOrder,
    date_of,
    is_odd_date,
    is_set,
    number_of,
    truth_of,
    unescaped,
)
from backlit.model import (
    ANCHOR_LIMIT,
    CONTEXT_LIMIT,
    TITLE_LIMIT,
    VENDOR_METRICS,
    Kind,
    Placement,
    Reader,
    Rel,
)
from backlit.urls import CANONICAL_VERSION, Url, canonical_key, parse_url

__all__ = ["Cells", "Internal", "LeadMaker", "LinkMaker", "NoLink", "Row", "Skipped", "Unusable"]

Row = dict[str, object]


class Unusable(ValueError):
    """Why a row gives nothing; counted by the reader, seen by nobody else."""


class Internal(Unusable):
    """The row is about a link within one domain: no backlink, and in a log nothing to mention."""


class Skipped(Unusable):
    """Nothing is wrong with the row, and nothing comes of it: `said` is what it says. Counted in a note."""

    said = ""
    is_silent = False


class NoLink(Skipped):
    """The row says that the page was looked at and has no link."""

    said = "that there is no link"


class Cells:
    """One row's cells by field."""

    __slots__ = ("_by_presence", "_cells", "_columns", "_orders")

    def __init__(self, layout: Layout) -> None:
        self._columns: Mapping[str, int] = layout.columns
        self._orders = layout.orders
        self._by_presence = bool(layout.table and layout.table.flags_by_presence)
        self._cells: list[str] = []

    def take(self, cells: list[str]) -> None:
        self._cells = cells

    def has(self, field: str) -> bool:
        return field in self._columns

    def __getitem__(self, field: str) -> str:
        at = self._columns.get(field)
        return self._cells[at].strip() if at is not None and at < len(self._cells) else ""

    def text(self, field: str, limit: int) -> str | None:
        """The text with single blanks; None where there is none."""
        return " ".join(unescaped(self[field]).split())[:limit] or None

    def flag(self, field: str) -> bool | None:
        if field not in self._columns:
            return None
        return is_set(self[field]) if self._by_presence else truth_of(self[field])

    def date(self, field: str) -> datetime | None:
        return date_of(unescaped(self[field]), self._orders.get(field, DateOrder.UNKNOWN))

    def look(self, field: str) -> datetime | None:
        """The date of a look at the page; a row that states an impossible one cannot be placed in time."""
        if not self[field]:
            return None
        date = self.date(field)
        if date is None and is_odd_date(unescaped(self[field]), self._orders.get(field, DateOrder.UNKNOWN)):
            raise Unusable(f"no date from 1990 to 2100: {self[field][:40]!r}")
        return date

    def page(self, field: str, role: str) -> Url:
        text = unescaped(self[field], address=True)
        if not text:
            raise Unusable(f"no {role}")
        try:
            return parse_url(text)
        except UsageError:
            raise Unusable(f"the {role} is no http or https URL: {text[:200]!r}") from None


class LinkMaker:
    """Makes rows of LINKS of one export; `undated` counts those that took the export's date.

    A row asserts a link, not which of several on its page: rows alike are one link once they are folded,
    and what was read before need not be remembered.
    """

    def __init__(self, layout: Layout, source_id: str, export_date: datetime) -> None:
        self._cells, self._vendor = Cells(layout), layout.format.tool
        self._source_id, self._export_date = source_id, export_date
        self._metrics = [name for name in VENDOR_METRICS if name in layout.columns]
        self.undated = 0

    def __call__(self, cells: list[str], line: int) -> Row:
        row = self._cells
        row.take(cells)
        _refuse_absent(row, needs_target=True)
        source, target = row.page("source", "linking page"), row.page("target", "target")
        _refuse_internal(source, target.domain)
        if row.flag("mention"):
            raise Unusable("a mention, which is no link")
        kind, is_image = _kind(row)
        anchor, alt = _texts(row, is_image)
        return {
            "target_key": target.key,
            "target_domain": target.domain,
            "source_key": source.key,
            "source_domain": source.domain,
            "kind": int(kind),
            "occurrence": 0,
            "rel": _rel(row),
            "placement": _placement(row),
            "anchor": anchor,
            "alt": alt,
            "before": row.text("before", CONTEXT_LIMIT),
            "after": row.text("after", CONTEXT_LIMIT),
            "target_canonical": canonical_key(target.key),
            "canonical_version": CANONICAL_VERSION,
            "source_title": row.text("title", TITLE_LIMIT),
            "source_language": _language(row),
            "source_ip": row.text("ip", 45),
            "reader": int(Reader.EXPORT),
            "source_id": self._source_id,
            "offset": line,
            "vendor": self._vendor,
            "reported_at": self._export_date,
            **self._times(row),
            **{name: number_of(unescaped(row[name])) for name in self._metrics},
        }

    def _times(self, row: Cells) -> Row:
        """First and last seen, and the vendor's word on its loss: no later sight of it can be in the row."""
        seen, lost = row.look("last_seen"), row.look("lost_at")
        self.undated += seen is None and lost is None
        lost_at = _lost_at(row, lost, self._export_date)
        last_seen = seen or lost_at or self._export_date
        if lost_at is not None:
            last_seen = min(last_seen, lost_at)
        first_seen = row.date("first_seen") or last_seen
        return {
            "first_seen": min(first_seen, last_seen),
            "last_seen": last_seen,
            "reported_lost_at": lost_at,
            "reported_lost_reason": row.text("lost_reason", TITLE_LIMIT) if lost_at else None,
        }


class LeadMaker:
    """Makes rows of LEADS of one list; `target` is the domain that its pages are said to link to, and
    `undated` counts the rows that took the export's date."""

    def __init__(self, layout: Layout, source_id: str, export_date: datetime, target: str | None) -> None:
        self._cells = Cells(layout)
        self._reporter = layout.format.tool or layout.format.table.replace(" ", "-")
        self._source_id, self._export_date, self._target = source_id, export_date, target
        self.undated = 0

    def __call__(self, cells: list[str], line: int) -> Row:
        row = self._cells
        row.take(cells)
        _refuse_absent(row, needs_target=False)
        source = row.page("source", "linking page")
        _refuse_internal(source, self._target)
        last_seen = row.look("last_seen")
        self.undated += last_seen is None
        return {
            "target_domain": self._target,
            "source_key": source.key,
            "source_domain": source.domain,
            "reported_at": last_seen or self._export_date,
            "reported_by": self._reporter,
            "source_id": self._source_id,
            "row": line,
        }


def _refuse_internal(source: Url, target_domain: str | None) -> None:
    if source.domain == target_domain:
        raise Internal(f"the link stays within {target_domain}")


_is_http_status = re.compile(r"[1-5]\d\d").fullmatch


def _refuse_absent(row: Cells, *, needs_target: bool) -> None:
    """A checker's table says of each page whether the link is there, or what the page answered."""
    if not (row.has("exists") or row.has("status")):
        return
    exists = row.flag("exists")
    was_checked = row.has("exists") or _is_http_status(row["status"])
    if exists is False or (needs_target and exists is None and was_checked and not row["target"]):
        raise NoLink("the row says that there is no link")


def _lost_at(row: Cells, stated: datetime | None, export_date: datetime) -> datetime | None:
    is_lost = row.flag("is_lost")
    if is_lost is False:
        return None
    return stated or (export_date if is_lost or row["lost_reason"] else None)


_words = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])").findall
_KINDS = {
    "redirect": Kind.REDIRECT,
    "frame": Kind.IFRAME,
    "iframe": Kind.IFRAME,
    "form": Kind.FORM,
    "canonical": Kind.CANONICAL,
    "alternate": Kind.ALTERNATE,
    "rss": Kind.FEED,
    "feed": Kind.FEED,
    "meta": Kind.META_REFRESH,
}


def _kind(row: Cells) -> tuple[Kind, bool]:
    """The element, by its flag or its name, and whether it is an image that one can click."""
    words = {word.lower() for word in _words(row["type"])}
    for field in ("redirect", "frame", "form"):
        if row.flag(field):
            words.add(field)
    kind = next((_KINDS[word] for word in _KINDS if word in words), Kind.A)
    return kind, kind is Kind.A and ("image" in words or bool(row.flag("image")))


def _texts(row: Cells, is_image: bool) -> tuple[str | None, str | None]:
    """Anchor and alt: the only text that a vendor gives of an image is its alternative text."""
    alt = row.text("alt", ANCHOR_LIMIT)
    if not row.has("anchor"):
        return None, alt
    anchor = row.text("anchor", ANCHOR_LIMIT) or ""
    if is_image and not row.has("alt"):
        return "", anchor or None
    return anchor, alt


def _language(row: Cells) -> str | None:
    """The first language code that is given."""
    codes = re.split(r"[\s,;]+", row["language"].lower())
    return codes[0] if re.fullmatch(r"[a-z]{2,3}(-[a-z0-9]{2,8})*", codes[0]) else None


_PLACES = {
    "article": Placement.CONTENT,
    "main": Placement.CONTENT,
    "section": Placement.CONTENT,
    "header": Placement.HEADER,
    "footer": Placement.FOOTER,
    "nav": Placement.NAV,
    "aside": Placement.SIDEBAR,
}


def _placement(row: Cells) -> int | None:
    """Content or not is half an answer: "not" leaves all the other places open."""
    if row.flag("content"):
        return int(Placement.CONTENT)
    place = _PLACES.get(row["location"].lower())
    return None if place is None else int(place)


_REL = {bit.name.lower(): int(bit) for bit in Rel if bit.name and bit is not Rel.OTHER}
_FLAGS = (("nofollow", Rel.NOFOLLOW), ("ugc", Rel.UGC), ("sponsored", Rel.SPONSORED))


def _rel(row: Cells) -> int | None:
    """The rel bits that a row states; None where it states nothing."""
    bits = 0
    for token in re.split(r"[\s,]+", unescaped(row["rel"]).lower()):
        bits |= _REL.get(token, int(Rel.OTHER)) if token else 0
    stated = [(bit, truth) for field, bit in _FLAGS if (truth := row.flag(field)) is not None]
    if (dofollow := row.flag("dofollow")) is not None:
        stated.append((Rel.NOFOLLOW, not dofollow))
    words = {word.lower() for word in re.findall(r"[A-Za-z]+", row["type"])}
    if "nofollow" in words or words & {"dofollow", "follow"}:
        stated.append((Rel.NOFOLLOW, "nofollow" in words))
    # of a page with several links to the target Moz says whether all of them are, or none
    if row.flag("only_nofollow") or row.flag("only_follow"):
        stated.append((Rel.NOFOLLOW, bool(row.flag("only_nofollow"))))
    if not stated and not row.has("rel"):
        return None
    for bit, truth in stated:
        bits |= int(bit) if truth else 0
    return bits
