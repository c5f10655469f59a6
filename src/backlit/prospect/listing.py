"""How do prospects of every kind become one list? What a row holds, which come first, who is none.

Whoever names a price for links, offers followed ones for sale or swaps them is no prospect, whatever else
speaks for the site.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from backlit.errors import UsageError

__all__ = [
    "ASK_NOBODY", "KINDS", "SORTS", "Found", "advised", "kinds_named", "merged", "prospect", "ranked",
]  # fmt: skip

Row = dict[str, Any]

#: Kinds in the order in which they are worth the work: what is there already and only has to be mended, what
#: was there, who speaks of the target, who links to others of its kind, and what takes writing.
KINDS = (
    *("broken", "lost", "mention", "replacement", "resource", "gap"),
    *("author", "partner", "guest-post", "content-idea"),
)
#: Kinds that come before all others: the link is there, or was.
_FIRST = frozenset(("broken", "lost"))

#: What the rows can be sorted by, best first. `worth` is value and relevance together.
SORTS = ("worth", "value", "relevance", "authority", "kind", "domain")

#: What a page counts for of which it is not known how near it is: as if it were half way.
_HALF = 0.5


@dataclass(slots=True)
class Found:
    """What was found of one kind: rows, how many were left out by the reason, and what it would need where it
    cannot be answered, or not in full."""

    rows: list[Row] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)
    needs: str | None = None

    def leave_out(self, why: str) -> None:
        """Count one that is no prospect."""
        self.left_out[why] = self.left_out.get(why, 0) + 1


def kinds_named(names: Iterable[str]) -> tuple[str, ...]:
    """The kinds of these names in the order of KINDS, all where none is named; UsageError for one that is
    none."""
    wanted = [name.strip().lower() for name in names if name.strip()]
    for name in wanted:
        if name not in KINDS:
            raise UsageError(
                f"list prospects of kind {name[:40]!r}", "there is none", f"Known are {', '.join(KINDS)}."
            )
    return tuple(kind for kind in KINDS if kind in wanted) or KINDS


def prospect(kind: str, domain: str | None, url: str, why: str, **told: Any) -> Row:
    """One row. `value` is the middle of its range; what is not told is not known, and null."""
    low, high = told.get("value_low"), told.get("value_high")
    middle = None if low is None or high is None else round((low + high) / 2, 1)
    return {
        "id": id_of(kind, url, told.get("target_url")),
        "kind": kind,
        "domain": domain,
        "url": url,
        "title": told.get("title"),
        "why": why,
        "evidence": told.get("evidence"),
        "needs": told.get("needs"),
        "target_url": told.get("target_url"),
        "value": told.get("value", middle),
        "value_low": low,
        "value_high": high,
        "relevance": told.get("relevance"),
        "authority": told.get("authority"),
        "seller_signs": told.get("seller_signs"),
        "advice": None,
        "contact_hints": told.get("contact_hints"),
        "language": told.get("language"),
        "seen_at": told.get("seen_at"),
        "also": [],
    }


def id_of(kind: str, url: str, target_url: str | None) -> str:
    """The name of a prospect, the same each time that it is found."""
    told = "\0".join((kind, url, target_url or ""))
    return hashlib.blake2b(told.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def merged(
    found: Mapping[str, Found],
    sellers: Mapping[str, str],
    closed: frozenset[str],
    refusing: frozenset[str] = frozenset(),
) -> dict[str, Found]:
    """What is left of each kind without the sites that sell or swap links (with the words that say so), those
    about which somebody decided, and those that want no mail; each row with the other kinds of its site."""
    kept = {kind: _without(each, sellers, closed, refusing) for kind, each in found.items()}
    kinds_of: dict[str, set[str]] = {}
    for kind, each in kept.items():
        for row in each.rows:
            if row["domain"] is not None:
                kinds_of.setdefault(row["domain"], set()).add(kind)
    for kind, each in kept.items():
        for row in each.rows:
            row["also"] = [
                other for other in KINDS if other != kind and other in kinds_of.get(row["domain"], ())
            ]
    return kept


#: Kinds that are about pages of one's own or a rival's: nobody is asked for anything.
ASK_NOBODY = frozenset(("broken", "content-idea"))


def _without(
    found: Found, sellers: Mapping[str, str], closed: frozenset[str], refusing: frozenset[str]
) -> Found:
    left = Found([], dict(found.left_out), found.needs)
    for row in found.rows:
        asks = row["kind"] not in ASK_NOBODY
        if asks and row["domain"] in closed:
            left.leave_out("decided")
        elif asks and row["domain"] in refusing:
            left.leave_out("no mail")
        elif asks and row["domain"] in sellers:
            left.leave_out("seller")
        else:
            left.rows.append(row)
    return left


def advised(found: Mapping[str, Found], advice: Mapping[str, str]) -> dict[str, Found]:
    """Each kind with the advice of `vet` on its sites, and without those to be avoided, which are counted.

    `advice` is by domain; a site that is not in it was not read, and nothing is said of it.
    """
    told = {}
    for kind, each in found.items():
        told[kind] = left = Found([], dict(each.left_out), each.needs)
        for row in each.rows:
            word = advice.get(row["domain"]) if kind not in ASK_NOBODY else None
            if word == "avoid":
                left.leave_out("avoid")
            else:
                left.rows.append(row | {"advice": word})
    return told


def ranked(rows: Iterable[Row], sort: str = "worth") -> list[Row]:
    """The rows, the best first; what is not known comes last, and equals in the order of their names.

    By worth, links that are there or were come before those that have to be won.
    """
    return sorted(rows, key=_KEYS[sort])


def _worth(row: Row) -> tuple[Any, ...]:
    value, near = row["value"], row["relevance"]
    worth = (value or 0.0) * (_HALF if near is None else near)
    return (
        row["kind"] not in _FIRST,
        value is None,
        -worth if row["kind"] not in _FIRST else -(value or 0.0),
        KINDS.index(row["kind"]),
        *_names(row),
    )


def _names(row: Row) -> tuple[str, str]:
    return row["domain"] or "", row["url"]


def _by(name: str) -> Any:
    def key(row: Row) -> tuple[Any, ...]:
        return row[name] is None, -(row[name] or 0.0), -(row["value"] or 0.0), *_names(row)

    return key


_KEYS: Mapping[str, Any] = {
    "worth": _worth,
    **{name: _by(name) for name in ("value", "relevance", "authority")},
    "kind": lambda row: (KINDS.index(row["kind"]), *_worth(row)),
    "domain": _names,
}
