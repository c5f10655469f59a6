"""What is a table without a header that we know, by the shape of its columns?

Search Console writes its headers in the user's language, and people paste lists without any. One column
of pages, perhaps with one of dates, is a list of linking pages; names beside numbers are counts.
"""

import re
from collections.abc import Callable, Sequence

from backlit.ingest.exports.spec import GIVES_LINKS, Format
from backlit.ingest.exports.tabular import filled
from backlit.ingest.exports.values import date_of, is_numeric_date

__all__ = ["counts_shape", "hold_pages", "leads_shape"]

#: The share of rows that must agree on the shape.
AGREEING = 0.8

_is_url = re.compile(r"\s*'?https?://", re.IGNORECASE).match
_is_site = re.compile(r"\s*(?:[\w-]+\.)+[\w-]{2,}/?\s*$").match
_is_count = re.compile(r"\s*\d{1,3}(?:[,. \xa0\u202f]?\d{3})*\s*$").match

_PER = {
    "url": ("counts per page", "It counts links per page and does not say from where to where. "),
    "site": ("counts per site", "It counts links per site and names no page. "),
    "text": ("counts per text", "It counts links per text and names no page. "),
}


def leads_shape(rows: Sequence[list[str]]) -> tuple[Format, dict[str, int], bool] | None:
    """The format of a list of linking pages, where its columns are, and whether it has a header."""
    rows = [row for row in rows if filled(row)]
    if not rows:
        return None
    has_header = not any(_is_url(cell) for cell in rows[0])
    body = rows[1:] if has_header else rows
    width = max(map(len, rows))
    if width > 2 or not body:
        return None
    kinds = [_kind([row[n] for row in body if n < len(row)]) for n in range(width)]
    if sorted(kinds) not in (["url"], ["date", "url"]):
        return None
    columns = {"source": kinds.index("url")}
    if "date" in kinds:
        columns["last_seen"] = kinds.index("date")
    dated = " and one of dates" if "date" in kinds else ""
    reason = f"one column of pages{dated}" + (f", under {' and '.join(rows[0])!r}" if has_header else "")
    tool = "search-console" if has_header else None
    name = ("latest links" if dated else "sample links") if has_header else "list"
    return Format(tool, name, "leads", 0.6 if has_header else 0.7, reason), columns, has_header


def hold_pages(cells: Sequence[str]) -> bool:
    """Whether the filled cells of a column are the addresses of pages."""
    said = [cell for cell in cells if cell.strip()]
    return bool(said) and _kind(said) == "url"


def counts_shape(rows: Sequence[list[str]]) -> Format | None:
    """The format of a table of names and numbers, which tells of no link."""
    rows = [row for row in rows if filled(row)]
    body = rows[1:]
    if not body or len(rows[0]) not in (2, 3) or any(_is_count(cell) for cell in rows[0]):
        return None
    agreeing = [row for row in body if len(row) == len(rows[0])]
    if len(agreeing) < AGREEING * len(body) or not agreeing:
        return None
    first, *rest = (_kind([row[n] for row in agreeing]) for n in range(len(rows[0])))
    if any(kind != "count" for kind in rest) or first not in ("url", "site", "other"):
        return None
    table, use = _PER["text" if first == "other" else first]
    reason = f"one column of names and {len(rest)} of numbers, under {', '.join(rows[0])[:100]!r}"
    return Format(None, table, "nothing", 0.5, reason, use + GIVES_LINKS)


def _kind(cells: Sequence[str]) -> str:
    known = ("url", "count", "date", "site") if filled(cells) or not cells else ("date",)
    for kind in known:
        if sum(1 for cell in cells if _TESTS[kind](cell)) >= AGREEING * len(cells):
            return kind
    return "other"


def _may_be_date(cell: str) -> bool:
    return not cell.strip() or date_of(cell) is not None or is_numeric_date(cell)


_TESTS: dict[str, Callable[[str], object]] = {
    "url": _is_url,
    "count": _is_count,
    "date": _may_be_date,
    "site": _is_site,
}
