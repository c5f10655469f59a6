"""What does every use case give back? Data, how much of it there is, and what it was read from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

__all__ = ["SCHEMA_VERSION", "Answer", "Row"]

#: Version of the envelope and of the fields in `data`; raised when one changes its meaning.
SCHEMA_VERSION = 1

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question, the same for every face.

    `data` is one row or a list of rows; `total` counts the rows that exist, of which `limit` were
    asked for and `next` continues; `sources` names some of the `sources_total` files
    that the index was read from. `total_is` is "approx" where counting took too long, and `facets` says
    how the links behind the rows are made up, where that was asked for.
    """

    data: Row | list[Row]
    query: Mapping[str, Any]
    snapshot: int | None = None
    as_of: datetime | None = None
    sources: Sequence[str] = ()
    took_ms: float = 0.0
    total: int | None = None
    limit: int | None = None
    next: str | None = None
    sources_total: int = 0
    total_is: str = "exact"
    facets: Mapping[str, Mapping[str, int] | None] | None = None

    @property
    def rows(self) -> list[Row]:
        """The rows of a list answer; a single row as a list of one."""
        return self.data if isinstance(self.data, list) else [self.data]

    @property
    def row(self) -> Row:
        """The row of an answer that is about one thing."""
        return self.rows[0]

    def envelope(self) -> Row:
        """The JSON envelope of surface: data, page, meta, schema_version."""
        page = {"next": self.next, "limit": self.limit, "total": self.total, "total_is": self.total_is}
        meta = {
            "snapshot": None if self.snapshot is None else str(self.snapshot),
            "as_of": self.as_of.isoformat().replace("+00:00", "Z") if self.as_of else None,
            "sources": list(self.sources),
            "sources_total": self.sources_total,
            "query": dict(self.query),
            "took_ms": round(self.took_ms, 1),
        }
        envelope = {
            "data": self.data,
            "page": page if self.total is not None else None,
            "meta": meta,
            "schema_version": SCHEMA_VERSION,
        }
        return envelope if self.facets is None else envelope | {"facets": self.facets}
