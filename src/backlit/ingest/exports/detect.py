"""What is this file: whose export, which table, which column means what, and how sure is that?

First what a vendor's header says, then names that everybody uses, then other tables of vendors, then a
name for the linking page alone, then the shape of the columns. An explicit mapping of columns goes
before all names.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import get_args

from backlit.errors import UsageError
from backlit.ingest.exports import (
    ahrefs,
    analytics,
    bing,
    dataforseo,
    decisions,
    generic,
    majestic,
    moz,
    performance,
    search_console,
    semrush,
)
from backlit.ingest.exports.files import TableFile, table_files
from backlit.ingest.exports.logs import looks_like_common_log, looks_like_log
from backlit.ingest.exports.shape import AGREEING, counts_shape, hold_pages, leads_shape
from backlit.ingest.exports.spec import FIELDS, GIVES_LINKS, Format, Table, Yields
from backlit.ingest.exports.tabular import JSON, LINES, SNIFF_ROWS, filled, head_of, readings
from backlit.ingest.exports.values import DateOrder, date_in_text, date_order
from backlit.urls import registrable_domain, resolve, target_host

__all__ = ["LOG", "Layout", "detect", "layout_of", "refusal"]

#: Every table that is known by its header.
TABLES: tuple[Table, ...] = tuple(
    table
    for module in (
        *(ahrefs, semrush, majestic, moz, dataforseo, bing, search_console),
        *(performance, analytics, decisions),
    )
    for table in module.TABLES
)
#: Headers are looked for in this many rows; the descriptions that come before are shorter.
PREAMBLE_ROWS = 12
#: Says that the rows are an access log.
LOG = "log"

_COMBINED = "Let the server write the combined format, which has referrer and user agent."
_DATED = ("day", "first_seen", "last_seen", "lost_at")
_NO_MAPPING: Mapping[str, str] = MappingProxyType({})
_Rows = list[list[str]]


@dataclass(frozen=True, slots=True)
class Layout:
    """How to read a table: its format, its columns by field, and where its rows begin."""

    format: Format
    delimiter: str
    columns: Mapping[str, int]
    first_row: int
    header: tuple[str, ...] = ()
    preamble: tuple[str, ...] = ()
    table: Table | None = None
    orders: Mapping[str, DateOrder] = field(default_factory=dict)
    #: of a list of decisions the one that all its rows mean
    decision: str | None = None
    #: the first column of a table of names and numbers
    sample: tuple[str, ...] = ()

    def date_in(self, name: str) -> datetime | None:
        """The date of the export, by its file's name or the lines above its header."""
        return date_in_text(name) or date_in_text("\n".join(self.preamble))

    def target_in(self, name: str) -> str | None:
        """The domain that the export is about, by its file's name or the lines above its header."""
        found = _property_in_name(name.rpartition("/")[2]) or _property_in_name(name.partition("/")[0])
        if found:
            return _domain_of(found[1])
        hosts = (_domain_of(host) for line in self.preamble for host in _host_in_text(line))
        return next((host for host in hosts if host and host.partition(".")[0] not in _TOOLS), None)


_TOOLS = frozenset(table.tool for table in TABLES)
_host_in_text = re.compile(r"(?<![\w.@-])(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}(?![\w@-])").findall
_property_in_name = re.compile(
    r"(?:https?_+)?(.+?)_*-(?:(?:Latest|More sample|Sample) links|Performance[ -]on[ -])\b", re.IGNORECASE
).match


def _domain_of(name: str) -> str | None:
    return registrable_domain(target_host(name)) if resolve(f"https://{name}/") else None


def detect(path: Path) -> Format:
    """What a file is; of a zip, what the most telling table in it is. Never raises for odd content."""
    order = {name: n for n, name in enumerate(get_args(Yields))}
    formats = [layout_of(file).format for file in table_files(path)]
    empty = Format(None, "empty archive", "nothing", 1.0, "it holds no file", GIVES_LINKS)
    return min(formats, key=lambda found: (order[found.yields], -found.confidence), default=empty)


def layout_of(file: TableFile, mapping: Mapping[str, str] = _NO_MAPPING) -> Layout:
    """How to read a table; one that is not understood yields nothing, with the reason.

    UsageError for a mapping of fields or columns that do not exist.
    """
    if not mapping and looks_like_log(head_of(file).splitlines()[:SNIFF_ROWS]):
        what = Format(None, "access log", "leads", 0.9, "its lines are those of a web server's access log")
        return Layout(what, LOG, {"source": 0, "last_seen": 1}, 0)
    ways = readings(file)
    found = _by_mapping(file, ways, mapping) if mapping else _by_header(ways) or _by_shape(file, ways)
    rows = [row for row in ways.get(found.delimiter, [])[found.first_row :] if filled(row)]
    columns = {name: found.columns[name] for name in _DATED if name in found.columns}
    orders = {name: date_order(row[at] for row in rows if at < len(row)) for name, at in columns.items()}
    at = found.columns.get("value", 0)
    sample = tuple(row[at] for row in rows if at < len(row)) if "value" in found.columns else ()
    return replace(found, orders=orders, sample=sample)


def refusal(name: str, layout: Layout) -> UsageError:
    """Why a table gives nothing, and what to export instead."""
    known = "A table of links needs the columns source and target."
    return UsageError(f"read {name} as links", layout.format.reason, layout.format.use or known)


# by header -------------------------------------------------------------------


def _headers(ways: Mapping[str, _Rows]) -> Iterator[tuple[str, int, list[str]]]:
    """What could be the header: way to read, number of the row, names."""
    for delimiter, rows in ways.items():
        for number, cells in enumerate(rows[:PREAMBLE_ROWS]):
            if filled(cells) and (len(cells) > 1 or delimiter in (LINES, JSON)):
                yield delimiter, number, cells


def _by_header(ways: Mapping[str, _Rows]) -> Layout | None:
    candidates = list(_headers(ways))
    return (
        _vendors(ways, candidates, gives_links=True)
        or _anybody(ways, candidates)
        or _vendors(ways, candidates, gives_links=False)
        or _one_end(ways, candidates)
    )


def _vendors(
    ways: Mapping[str, _Rows], candidates: list[tuple[str, int, list[str]]], *, gives_links: bool
) -> Layout | None:
    best: tuple[tuple[int, int], Layout] | None = None
    for delimiter, number, cells in candidates:
        names = generic.plain_places(cells)
        for table in TABLES:
            if (table.yields == "links") is gives_links and table.matches(names):
                layout = _laid_out(table, ways, delimiter, number, cells)
                rank = (len(layout.columns), len(table.marks))
                if best is None or rank > best[0]:
                    best = rank, layout
    return best[1] if best else None


def _laid_out(
    table: Table, ways: Mapping[str, _Rows], delimiter: str, number: int, cells: list[str]
) -> Layout:
    columns = table.place(generic.plain_places(cells))
    known = len(columns) / len(table.columns) if table.columns else 0.5
    of = f"{len(columns)} of the {len(table.columns)} columns" if table.columns else "the columns"
    reason = f"its header has {of} known of {table.tool} {table.name}"
    what = Format(table.tool, table.name, table.yields, round(0.7 + 0.29 * known, 2), reason, table.use)
    return Layout(what, delimiter, columns, number + 1, tuple(cells), _above(ways, delimiter, number), table)


def _anybody(ways: Mapping[str, _Rows], candidates: list[tuple[str, int, list[str]]]) -> Layout | None:
    for delimiter, number, cells in candidates:
        columns = generic.place(cells, _NO_MAPPING)
        if columns and "source" in columns and "target" in columns:
            ends = f"{cells[columns['source']].strip()!r} and {cells[columns['target']].strip()!r}"
            what = Format(None, "links", "links", 0.6, f"its header names both ends of a link, {ends}")
            above = _above(ways, delimiter, number)
            return Layout(what, delimiter, columns, number + 1, tuple(cells), above)
    return None


def _one_end(ways: Mapping[str, _Rows], candidates: list[tuple[str, int, list[str]]]) -> Layout | None:
    """A table of linking pages that does not say what they link to."""
    for delimiter, number, cells in candidates:
        columns = generic.place_source(cells)
        if columns is None:
            continue
        at = columns["source"]
        if hold_pages([row[at] for row in ways[delimiter][number + 1 :] if at < len(row)]):
            reason = f"its header names the linking page, {cells[at].strip()!r}, and no target"
            what = Format(None, "linking pages", "leads", 0.5, reason)
            above = _above(ways, delimiter, number)
            return Layout(what, delimiter, columns, number + 1, tuple(cells), above)
    return None


def _above(ways: Mapping[str, _Rows], delimiter: str, number: int) -> tuple[str, ...]:
    return tuple(" ".join(cells) for cells in ways[delimiter][:number] if filled(cells))


# by mapping ------------------------------------------------------------------


def _by_mapping(file: TableFile, ways: Mapping[str, _Rows], mapping: Mapping[str, str]) -> Layout:
    fields = f"Name the columns, such as source and target; known fields are {', '.join(FIELDS)}."
    if unknown := sorted(set(mapping) - set(FIELDS)):
        raise UsageError(f"map columns of {file.name}", f"no such field: {', '.join(unknown)}", fields)
    known = _by_header(ways)
    for delimiter, number, cells in _headers(ways):
        columns = generic.place(cells, mapping)
        if not columns or "source" not in columns:
            continue
        what = Format(None, "links", "links" if "target" in columns else "leads", 1.0, "the mapping says so")
        if known and known.table and (known.delimiter, known.first_row) == (delimiter, number + 1):
            what = replace(known.format, yields=what.yields, reason=f"{known.format.reason}, and the mapping")
            columns = {**known.columns, **{name: columns[name] for name in mapping}}
        above = _above(ways, delimiter, number)
        table = known.table if known else None
        return Layout(what, delimiter, columns, number + 1, tuple(cells), above, table)
    first = next(filter(filled, next(iter(ways.values()))), [])
    wanted = f"{', '.join(map(repr, mapping.values()))} as "
    begins = f"it begins with {','.join(first)[:200]!r}"
    raise UsageError(
        f"read {file.name} as a table", f"no header with {wanted}source, the linking page; {begins}", fields
    )


# by shape --------------------------------------------------------------------


def _by_shape(file: TableFile, ways: Mapping[str, _Rows]) -> Layout:
    lines = [row[0] if row else "" for row in ways.get(LINES, [])]
    if what := decisions.disavow_list(lines):
        return Layout(what, LINES, {"subject": 0}, 0, decision=decisions.meaning_of(file.name, lines))
    if looks_like_common_log(lines):
        what = Format(
            None, "access log", "nothing", 0.9, "an access log that does not tell referrers", _COMBINED
        )
        return Layout(what, LINES, {}, 0)
    delimiter = _agreed(ways)
    if delimiter and (shaped := performance.performance_shape(ways[delimiter])):
        what, columns, first = shaped
        return Layout(what, delimiter, columns, first, tuple(ways[delimiter][first - 1]))
    if delimiter and (found := leads_shape(ways[delimiter])):
        what, columns, has_header = found
        rows = ways[delimiter]
        header = next(n for n, row in enumerate(rows) if filled(row))
        return Layout(
            what, delimiter, columns, header + has_header, tuple(rows[header]) if has_header else ()
        )
    if delimiter and (counts := counts_shape(ways[delimiter])):
        return Layout(counts, delimiter, {}, 0)
    return _unknown(ways, delimiter or LINES)


def _agreed(ways: Mapping[str, _Rows]) -> str | None:
    """The delimiter by which nearly all rows have the same number of cells, more than one; else none."""
    for delimiter, rows in ways.items():
        widths = Counter(len(row) for row in rows if filled(row))
        width, agreeing = widths.most_common(1)[0] if widths else (0, 0)
        if width > 1 and agreeing >= AGREEING * widths.total():
            return delimiter
    return LINES if LINES in ways else None


def _first(rows: _Rows) -> tuple[str, ...]:
    return tuple(next(filter(filled, rows), []))


def _unknown(ways: Mapping[str, _Rows], delimiter: str) -> Layout:
    rows = ways.get(delimiter) or next(iter(ways.values()), [])
    begins = ",".join(_first(rows))[:200]
    reason = (
        f"no columns that name both ends of a link, and no list of linking pages; it begins with {begins!r}"
        if begins
        else "there is nothing in it"
    )
    use = f"{GIVES_LINKS} Or name its columns: --map source=COLUMN, with --map target=COLUMN or --for DOMAIN."
    return Layout(Format(None, "unknown", "nothing", 0.0, reason, use), delimiter, {}, 0)
