"""Who links to rivals and not to the target? One row a domain, or a page, by how many rivals have it.

Whoever links to several sites of a kind, and not to the target, knows the subject and links out: likely to
do so once more. Who reads as spam, or sells and swaps links, is no prospect.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["LIMIT", "SORTS", "Gap", "gap_of", "ordered"]

Row = dict[str, Any]

#: Readings from which nobody is a prospect.
LIMIT = 60.0

#: What the rows can be sorted by, best first; then by name.
SORTS = ("rivals", "value", "authority", "relevance", "domain")


@dataclass(frozen=True, slots=True)
class Gap:
    """The rows, and how many were left out, by the reason."""

    rows: list[Row]
    left_out: dict[str, int] = field(default_factory=dict)


def gap_of(
    linking: Mapping[str, Iterable[Row]],
    *,
    by: str,
    at_least: int,
    has: Mapping[str, Row],
    own: frozenset[str],
) -> Gap:
    """Merge who links to each rival.

    `linking` has the best link of each domain or page by rival, as lists tell them; `by` names the field that
    tells sources apart, `source_domain` or `source_url`. `has` are the links to the target by the same field,
    lost ones too, and `own` the domains of the target and its rivals.
    """
    links_to: dict[str, dict[str, int]] = {}
    best: dict[str, Row] = {}
    for rival, rows in linking.items():
        for row in rows:
            name = row[by]
            links_to.setdefault(name, {})[rival] = row["links_in_group"]
            if name not in best or _worth(row) > _worth(best[name]):
                best[name] = row
    left_out = dict.fromkeys(("already", "own", "spam", "unnatural", "fewer"), 0)
    rows = []
    for name, row in best.items():
        why = _why_not(row, links_to[name], at_least, has.get(name), own)
        if why is not None:
            left_out[why] += 1
        else:
            rows.append(_row(row, links_to[name], by, has.get(name)))
    return Gap(rows, left_out)


def _worth(row: Row) -> tuple[float, float]:
    return row["value"] or 0.0, row["source_authority"] or 0.0


def _why_not(
    row: Row, links_to: Mapping[str, int], at_least: int, has: Row | None, own: frozenset[str]
) -> str | None:
    """Why a source is left out: the first reason that holds."""
    if row["source_domain"] in own:
        return "own"
    if has is not None and has["state"] != "lost":
        return "already"
    if (row["spam"] or 0.0) >= LIMIT:
        return "spam"
    if (row["unnatural"] or 0.0) >= LIMIT:
        return "unnatural"
    return "fewer" if len(links_to) < at_least else None


def _row(row: Row, links_to: Mapping[str, int], by: str, has: Row | None) -> Row:
    return {
        "domain": row["source_domain"],
        "page": row["source_url"] if by == "source_url" else None,
        "rivals": len(links_to),
        "links_to": dict(sorted(links_to.items())),
        "authority": row["source_authority"],
        "relevance": None,
        "value": row["value"],
        "value_low": row["value_low"],
        "value_high": row["value_high"],
        "spam": row["spam"],
        "unnatural": row["unnatural"],
        "lost_at": has["lost_at"] if has is not None else None,
        "link": row,
    }


def ordered(rows: Iterable[Row], sort: str) -> list[Row]:
    """The rows, the best first; what is not known comes last."""
    by = {"rivals": ("rivals", "value", "authority"), "domain": ()}.get(sort, (sort, "rivals", "authority"))
    return sorted(rows, key=lambda row: (*_places(row, by), row["domain"], row["page"] or ""))


def _places(row: Row, names: Iterable[str]) -> Iterator[tuple[bool, float]]:
    for name in names:
        yield row[name] is None, -(row[name] or 0.0)
