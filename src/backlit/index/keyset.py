"""In which order do rows come, and which follow a given row? Paging by the last row seen, never by counting.

A page ends with the values that it was sorted by, and the next begins after them: "seek method", as
M. Winand, "SQL Performance Explained", 2012. Page 10,000 costs what page 1 costs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["KEY", "Key", "Order"]

Key = Sequence[Any]

#: The column that holds a row's place in the order, as a struct of its values.
KEY = "sort_key"


@dataclass(frozen=True, slots=True)
class Order:
    """Rows by an expression, unknown last; equal ones by columns that are never null and tell them apart."""

    expression: str
    descending: bool
    tie: tuple[str, ...]

    @property
    def sql(self) -> str:
        """What follows ORDER BY."""
        way = "DESC" if self.descending else "ASC"
        return f"{self.expression} {way} NULLS LAST, {', '.join(self.tie)}"

    @property
    def key(self) -> str:
        """The row's place in the order, as one column: its values are what `after` takes."""
        parts = ", ".join(f"k{at} := {part}" for at, part in enumerate((self.expression, *self.tie)))
        return f"struct_pack({parts}) AS {KEY}"

    def after(self, key: Key) -> tuple[str, Mapping[str, Any]]:
        """The condition that a row follows another of that key, and its parameters."""
        values = {f"k{at}": value for at, value in enumerate(key)}
        ties = [f"$k{at + 1}" for at in range(len(self.tie))]
        later = f"({', '.join(self.tie)}) > ({', '.join(ties)})"
        if values["k0"] is None:
            values.pop("k0")
            return f"({self.expression} IS NULL AND {later})", values
        beyond = f"{self.expression} {'<' if self.descending else '>'} $k0"
        equal = f"{self.expression} = $k0 AND {later}"
        return f"({beyond} OR {self.expression} IS NULL OR ({equal}))", values
