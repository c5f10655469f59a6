"""What comes back from Python's face? Rows, in whatever form is wanted."""

import html
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from backlit import app
from backlit.app import Answer, Row
from backlit.errors import MissingExtra
from backlit.report.export import format_of, write_rows
from backlit.report.streaming import STREAMED, encode

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

__all__ = ["Result"]


#: Rows that a notebook shows.
_SHOWN = 100


class Result:
    """The rows of an answer, in whatever form is wanted: all that exist, unless `limit` or `cursor` chose."""

    def __init__(self, answer: Answer, whole: Callable[[], app.Whole] | None = None) -> None:
        self._answer, self._whole = answer, whole

    @cached_property
    def rows(self) -> list[Row]:
        """The rows as dictionaries. Of a list of millions `batches` holds no more than some thousand."""
        return [row for batch in self.batches() for row in batch]

    @property
    def total(self) -> int:
        """How many rows exist; with a `limit` or a `cursor`, these are some of them."""
        return len(self._answer.rows) if self._answer.total is None else self._answer.total

    @property
    def total_is(self) -> str:
        """Whether the total is "exact", or "approx" where counting took too long."""
        return self._answer.total_is

    @property
    def facets(self) -> Row | None:
        """How the links behind the rows are made up, where `facets=` asked for it."""
        return None if self._answer.facets is None else dict(self._answer.facets)

    @property
    def next(self) -> str | None:
        """The cursor that continues after these rows; None after the last."""
        return self._answer.next if self._whole is None else None

    @property
    def query(self) -> Row:
        """What was asked, as it was understood, and what an answer says of itself as a whole."""
        return dict(self._answer.query)

    @property
    def snapshot(self) -> str | None:
        """The version of the index that was read."""
        return None if self._answer.snapshot is None else str(self._answer.snapshot)

    @property
    def as_of(self) -> datetime | None:
        """The moment after which nothing is known to this answer."""
        return self._answer.as_of

    def arrow(self) -> pa.Table:
        """The rows as an Arrow table."""
        return pa.Table.from_pylist(self.rows)

    def df(self) -> "pd.DataFrame":
        """The rows as a pandas frame; MissingExtra where pandas is not installed."""
        _need("pandas")
        return self.arrow().to_pandas()

    def pl(self) -> "pl.DataFrame":
        """The rows as a polars frame; MissingExtra where polars is not installed."""
        frame: pl.DataFrame = _need("polars").DataFrame(self.arrow())
        return frame

    def batches(self) -> Iterator[list[Row]]:
        """All rows that exist, some thousand at a time, where no `limit` or `cursor` chose among them."""
        if self._whole is None:
            yield self._answer.rows
        else:
            yield from self._whole().batches

    def to_parquet(self, path: str | Path) -> None:
        """Write the rows to a Parquet file: all that exist, as `write` does."""
        self.write(path, "parquet")

    def write(self, path: str | Path, form: str | None = None) -> None:
        """Write all rows that exist to a file, as `form` says, else as its suffix does.

        Those of `rows` only, where a `limit` or a `cursor` was asked for. They are written as they are read,
        so that memory holds some thousand of them at a time.
        """
        chosen = form or format_of(str(path))
        with Path(path).open("wb") as file:
            if self._whole is None or chosen not in STREAMED:
                rows = (row for batch in self.batches() for row in batch)
                write_rows(rows, None, chosen, file)
                return
            found = self._whole()
            file.writelines(encode(found.batches, found.view, chosen))

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        have = self.total if self._whole is not None else len(self._answer.rows)
        return f"<Result {have} of {self.total} rows, as of {self.as_of}>"

    def _repr_html_(self) -> str:
        """The first rows as a table for notebooks; crawled text is escaped."""
        first = self._answer.rows[:_SHOWN]
        names = list(first[0]) if first else []
        head = "".join(f"<th>{html.escape(name)}</th>" for name in names)
        body = "".join(
            "<tr>" + "".join(f"<td>{html.escape(str(row.get(name)))}</td>" for name in names) + "</tr>"
            for row in first
        )
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        return f"<p>{html.escape(repr(self))}</p>{table}"


def _need(package: str) -> Any:
    from importlib import import_module

    try:
        return import_module(package)
    except ImportError as error:
        raise MissingExtra(
            f"return rows as a {package} frame",
            f"{package} is not installed",
            f"Run `pip install {package}`.",
        ) from error
