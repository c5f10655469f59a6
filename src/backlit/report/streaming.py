"""How does a whole result leave as it is read, so that memory never holds more than some of it?

NDJSON, CSV, TSV, Parquet and workbooks are written batch by batch, in the columns that their list always has.
"""

import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from backlit.report.columns import COLUMNS, flat_names
from backlit.report.export import Row, sheet_pieces, write_rows
from backlit.report.pieces import Sink

__all__ = ["STREAMED", "encode", "encode_rows"]

#: The formats that can be written without knowing what comes; the others need all rows at once.
STREAMED = ("csv", "tsv", "ndjson", "parquet", "xlsx")


def encode(
    batches: Iterable[Sequence[Row]],
    view: str,
    form: str,
    *,
    raw: bool = False,
    header: bool = True,
    names: Sequence[str] | None = None,
) -> Iterator[bytes]:
    """The rows of a list in one of STREAMED, piece by piece; `raw` and `header` as for `write_rows`.

    `names` are the columns of CSV, TSV and workbooks, in the place of all that the list has.
    """
    if form == "ndjson":
        return (b"".join(msgspec.json.encode(row) + b"\n" for row in batch) for batch in batches)
    if form == "parquet":
        return _parquet(batches, COLUMNS[view])
    named = names or list(flat_names(COLUMNS[view]))
    if form == "xlsx":
        return sheet_pieces(chain.from_iterable(batches), named)
    return _table(batches, named, form, raw=raw, header=header)


def encode_rows(batches: Iterable[Sequence[Row]], form: str) -> Iterator[bytes]:
    """Rows of which nobody knows the columns before the first is there, as csv, ndjson or xlsx, piece by
    piece."""
    if form == "xlsx":
        yield from _sheet(chain.from_iterable(batches))
        return
    names: list[str] = []
    for batch in batches:
        is_first = not names and bool(batch)
        names = names or [*batch[0]] if batch else names
        yield _written(batch, names, form, raw=False, header=is_first)


def _sheet(rows: Iterator[Row]) -> Iterator[bytes]:
    first = next(rows, None)
    return sheet_pieces(chain((first,), rows), [*first]) if first is not None else sheet_pieces((), ())


def _table(
    batches: Iterable[Sequence[Row]], names: Sequence[str], form: str, *, raw: bool, header: bool
) -> Iterator[bytes]:
    if header:
        yield _written((), names, form, raw=raw, header=True)
    for batch in batches:
        yield _written(batch, names, form, raw=raw, header=False)


def _written(rows: Iterable[Row], names: Sequence[str], form: str, *, raw: bool, header: bool) -> bytes:
    text = io.BytesIO()
    write_rows(rows, names, form, text, raw=raw, header=header)
    return text.getvalue()


def _parquet(batches: Iterable[Sequence[Row]], schema: pa.Schema) -> Iterator[bytes]:
    sink = Sink()
    with pq.ParquetWriter(pa.PythonFile(sink, mode="w"), schema, compression="zstd") as writer:
        for batch in batches:
            writer.write_table(pa.Table.from_pylist(list(batch), schema=schema))
            yield sink.taken()
    yield sink.taken()
