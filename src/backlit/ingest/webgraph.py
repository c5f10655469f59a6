"""What do the files of a published web graph hold: its domains, the edges between them, their ranks?

Common Crawl publishes each graph as three tab-separated texts, gzip-packed
(github.com/commoncrawl/cc-webgraph; names are reversed, `com.example`):

    …-vertices.txt.gz   id, name[, number of hosts]       ids are 0, 1, … in the order of the lines
    …-edges.txt.gz      from id, to id
    …-ranks.txt.gz      #harmonicc_pos, #harmonicc_val, #pr_pos, #pr_val, #host_rev[, #n_hosts]

All three are read as streams of Arrow batches. To build a graph, read the vertices for the names
(`Vertex.id` is the row), then the edges: `source` and `target` are uint32 ids of those rows.
Every line is checked; one that cannot be used is counted in the tally under its line number.
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyarrow import csv

from backlit.errors import SourceError, SourceMissing
from backlit.ingest.assemble import Tally
from backlit.model import PRIOR_RANKS
from backlit.urls import reverse_host

__all__ = [
    "EDGES",
    "VERTICES",
    "GraphName",
    "graph_kind",
    "name_of_graph",
    "read_edges",
    "read_prior_ranks",
    "read_vertices",
]

#: One row per node: its id, its name in the usual order, how many hosts were folded into it.
VERTICES = pa.schema(
    [
        pa.field("id", pa.uint32(), nullable=False),
        pa.field("domain", pa.string(), nullable=False),
        pa.field("hosts", pa.int64()),
    ]
)
#: One row per edge between two nodes, by their ids.
EDGES = pa.schema(
    [
        pa.field("source", pa.uint32(), nullable=False),
        pa.field("target", pa.uint32(), nullable=False),
    ]
)

#: Bytes of lines that become one batch, and the longest line.
_PIECE, _LINE_LIMIT = 4 << 20, 64 << 10
#: Packed bytes read at a time.
_FEED = 1 << 20
_LARGEST_ID = (1 << 32) - 1

_WHOLE = "^[0-9]{1,18}$"
_FRACTION = r"^[0-9]{1,20}(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?$"
_NAME = r"^[a-z0-9_-]+(\.[a-z0-9_-]+)*$"
_NAME_LIMIT = 253  # RFC 1035, in its written form


class _Column(NamedTuple):
    name: str
    pattern: str
    kind: pa.DataType
    largest: float = float("inf")
    smallest: float = 0


_ID = _LARGEST_ID
_HOSTS = _Column("hosts", _WHOLE, pa.int64())
_VERTEX = (_Column("id", _WHOLE, pa.int64(), _ID), _Column("name", _NAME, pa.string()), _HOSTS)
_EDGE = (_Column("source", _WHOLE, pa.int64(), _ID), _Column("target", _WHOLE, pa.int64(), _ID))
_RANK = (
    _Column("harmonic_place", _WHOLE, pa.int64(), smallest=1),
    _Column("harmonic", _FRACTION, pa.float64(), largest=1e300),
    _Column("pagerank_place", _WHOLE, pa.int64(), smallest=1),
    _Column("pagerank", _FRACTION, pa.float64(), largest=1),
    _Column("name", _NAME, pa.string()),
    _HOSTS,
)
_RANK_HEADER = b"#harmonicc_pos\t#harmonicc_val\t#pr_pos\t#pr_val\t#host_rev"

_digits = re.compile(rb"[0-9]{1,18}").fullmatch
_reversed_name = re.compile(rb"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*").fullmatch


def graph_kind(head: bytes) -> str | None:
    """`vertices`, `edges` or `prior_ranks` by the first unpacked bytes of a file; None for others.

    Of a few edges, one line may be damaged: what else would hold pairs of numbers?
    """
    lines = head[:4096].split(b"\n")[:-1][:5] or [head[:4096]]
    rows = [line.rstrip(b"\r").split(b"\t") for line in lines]
    if lines[0].startswith(_RANK_HEADER):
        return "prior_ranks"
    pairs = [len(row) == 2 and all(map(_digits, row)) for row in rows]
    if pairs[0] and 2 * sum(pairs) >= len(rows):
        return "edges"
    if all(_is_vertex(row, number) for number, row in enumerate(rows)):
        return "vertices"
    return None


def _is_vertex(row: list[bytes], number: int) -> bool:
    if len(row) not in (2, 3) or row[0] != b"%d" % number or _digits(row[1]):
        return False
    return _reversed_name(row[1]) is not None and all(map(_digits, row[2:]))


@dataclass(frozen=True, slots=True)
class GraphName:
    """The edition that a file belongs to, e.g. `cc-main-2024-25-dec-jan-feb`, and its level."""

    release: str
    level: str  # domain or host


_graph_file = re.compile(r"(.+)-(domain|host)(?:-[a-z]+)+\.(?:txt|tsv)(?:\.gz)?$").match


def name_of_graph(path: Path) -> GraphName:
    """By the file's name; one that is not named after that custom is its own edition, of domains."""
    found = _graph_file(path.name.lower())
    if found:
        return GraphName(found[1], found[2])
    return GraphName(path.name.removesuffix(".gz").rpartition(".")[0] or path.name, "domain")


def read_vertices(path: Path, tally: Tally) -> Iterator[pa.RecordBatch]:
    """The nodes of a graph in order of their ids, in the schema VERTICES.

    A line whose id is not its place in the file, counted from 0, is bad: an edge could not name it.
    """
    for numbers, columns in _rows(path, _VERTEX, tally):
        right = columns["id"].to_numpy() == numbers - 1
        for number in numbers[~right]:
            tally.bad(int(number), "an id that is not the number of its line")
        kept = pa.array(right)
        domains = [reverse_host(name) for name in columns["name"].filter(kept).to_pylist()]
        ids = columns["id"].filter(kept).cast(pa.uint32())
        yield pa.RecordBatch.from_arrays(
            [ids, pa.array(domains, pa.string()), columns["hosts"].filter(kept)], schema=VERTICES
        )


def read_edges(path: Path, tally: Tally, nodes: int | None = None) -> Iterator[pa.RecordBatch]:
    """The edges of a graph in the order of the file, in the schema EDGES.

    With `nodes`, the number of vertices, a line that names an id from there on is bad.
    """
    for numbers, columns in _rows(path, _EDGE, tally):
        source, target = columns["source"].to_numpy(), columns["target"].to_numpy()
        if nodes is not None:
            known = (source < nodes) & (target < nodes)
            for number in numbers[~known]:
                tally.bad(int(number), "an id that no vertex has")
            source, target = source[known], target[known]
        ends = [pa.array(each.astype(np.uint32)) for each in (source, target)]
        yield pa.RecordBatch.from_arrays(ends, schema=EDGES)


def read_prior_ranks(path: Path, source_id: str, tally: Tally) -> Iterator[pa.RecordBatch]:
    """The ranks that others computed for their graph, in the schema `model.PRIOR_RANKS`."""
    named = name_of_graph(path)
    for numbers, columns in _rows(path, _RANK, tally):
        rows = len(numbers)
        tally.prior_ranks += rows
        columns |= {
            "release": pa.repeat(named.release, rows),
            "level": pa.repeat(named.level, rows),
            "domain": pa.array([reverse_host(n) for n in columns["name"].to_pylist()], pa.string()),
            "source_id": pa.repeat(source_id, rows),
            "row": pa.array(numbers),
        }
        yield pa.RecordBatch.from_arrays([columns[name] for name in PRIOR_RANKS.names], schema=PRIOR_RANKS)


_Rows = tuple[NDArray[np.int64], dict[str, pa.Array]]


def _rows(path: Path, layout: tuple[_Column, ...], tally: Tally) -> Iterator[_Rows]:
    """The usable rows of each piece with the numbers of their lines, counted from 1."""
    columns: tuple[_Column, ...] | None = None
    for first, piece in _pieces(path, tally):
        columns = columns or _columns_of(piece, layout)
        numbers, texts = _split(first, piece, columns, tally)
        numbers, found = _checked(numbers, texts, columns, tally)
        if len(numbers):
            for absent in layout[len(columns) :]:
                found[absent.name] = pa.nulls(len(numbers), absent.kind)
            yield numbers, found


def _columns_of(piece: bytes, layout: tuple[_Column, ...]) -> tuple[_Column, ...]:
    """The layout, without its last column where the first line that is no remark lacks that."""
    line = next((line for line in piece.split(b"\n", 8) if not line.startswith(b"#")), b"")
    lacks_hosts = layout[-1] is _HOSTS and line.count(b"\t") == len(layout) - 2
    return layout[:-1] if lacks_hosts else layout


def _split(
    first: int, piece: bytes, columns: tuple[_Column, ...], tally: Tally
) -> tuple[NDArray[np.int64], list[pa.Array]]:
    """The cells of the lines that have as many as they should."""
    bad: list[int] = []

    def skip(row: csv.InvalidRow) -> str:
        at = first + (row.number or 1) - 1
        bad.append(at)
        if not row.text.startswith("#"):
            tally.bad(at, f"not {row.expected_columns} columns but {row.actual_columns}")
        return "skip"

    lines = piece.count(b"\n")
    names = [column.name for column in columns]
    table = csv.read_csv(
        pa.BufferReader(piece),
        read_options=csv.ReadOptions(use_threads=False, column_names=names, block_size=len(piece) + 1),
        parse_options=csv.ParseOptions(
            delimiter="\t", quote_char=False, ignore_empty_lines=False, invalid_row_handler=skip
        ),
        convert_options=csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.binary()), strings_can_be_null=False
        ),
    )
    tally.records += lines
    numbers = np.setdiff1d(np.arange(first, first + lines), np.array(bad, np.int64), assume_unique=True)
    return numbers, [column.combine_chunks() for column in table.columns]


def _checked(
    numbers: NDArray[np.int64], texts: list[pa.Array], columns: tuple[_Column, ...], tally: Tally
) -> _Rows:
    """Only the rows of which every cell is what it should be, in the columns' types."""
    found: dict[str, pa.Array] = {}
    usable = np.ones(len(numbers), bool)
    for column, text in zip(columns, texts, strict=True):
        values, right = _values(column, text)
        for at in np.flatnonzero(usable & ~right):
            cell = text[int(at)].as_py()
            if not (at == 0 and cell.startswith(b"#")):  # the header, or a remark, where rows begin
                tally.bad(int(numbers[at]), f"no {column.name.replace('_', ' ')}: {cell[:60]!r}")
        usable &= right
        found[column.name] = values
    kept = pa.array(usable)
    return numbers[usable], {name: values.filter(kept) for name, values in found.items()}


def _values(column: _Column, text: pa.Array) -> tuple[pa.Array, NDArray[np.bool_]]:
    """A column's values and which of them are right; the others are some value of the type."""
    shaped = pc.match_substring_regex(text, column.pattern)
    if column.pattern == _NAME:
        shaped = pc.and_(shaped, pc.less_equal(pc.binary_length(text), _NAME_LIMIT))
    safe = pc.if_else(shaped, text, pa.scalar(b"0", pa.binary()))
    if column.kind == pa.string():
        return safe.cast(pa.string()), shaped.to_numpy(zero_copy_only=False)
    values = safe.cast(pa.string()).cast(column.kind)
    numbers = values.to_numpy(zero_copy_only=False)
    within = (numbers >= column.smallest) & (numbers <= column.largest)
    return values, shaped.to_numpy(zero_copy_only=False) & within


def _pieces(path: Path, tally: Tally) -> Iterator[tuple[int, bytes]]:
    """Whole lines of a file, packed or not, each piece with the number of its first line."""
    try:
        with path.open("rb") as raw:
            is_packed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            yield from _whole_lines(
                _unpacked(raw) if is_packed else iter(partial(raw.read, _PIECE), b""), raw, tally
            )
    except FileNotFoundError as error:
        raise SourceMissing(f"read {path}", "no such file", "Check the path.") from error
    except OSError as error:
        raise SourceError(f"read {path}", str(error), "Check that it is a readable file.") from error


def _whole_lines(stretches: Iterator[bytes], raw: IO[bytes], tally: Tally) -> Iterator[tuple[int, bytes]]:
    number, rest, counted = 1, b"", 0
    ended: str | None = None
    while ended is None:
        data, ended = _next_of(stretches)
        tally.bytes_read, counted = tally.bytes_read + raw.tell() - counted, raw.tell()
        piece, end, rest = (rest + data).rpartition(b"\n")
        piece += end
        if len(rest) > _LINE_LIMIT:
            rest = b"\0"  # of an endless line only that it is none
        if ended == "" and rest:
            piece += rest + b"\n"
        if piece:
            # a lone CR is no end of a line here, and no part of a cell either
            yield number, piece.replace(b"\r\n", b"\n").replace(b"\r", b"\0")
            number += piece.count(b"\n")
    if ended:
        tally.bad(number, ended)  # with the line that it cut, which may look like a shorter one


def _next_of(stretches: Iterator[bytes]) -> tuple[bytes, str | None]:
    """The next bytes and None; at the end none, and what was wrong with that end or an empty text."""
    try:
        data = next(stretches, None)
    except EOFError:
        return b"", "the file ends within a compressed member"
    except zlib.error as error:
        return b"", f"damaged from here on ({error})"
    return (b"", "") if data is None else (data, None)


def _unpacked(raw: IO[bytes]) -> Iterator[bytes]:
    """The bytes of all gzip members, bounded in size whatever they unpack to.

    EOFError or zlib.error come after everything that could be unpacked.
    """
    decoder, fed, is_within = zlib.decompressobj(31), b"", True
    while fed := fed or raw.read(_FEED):
        if not is_within:
            fed = fed.lstrip(b"\0")  # padding between members
            decoder, is_within = zlib.decompressobj(31), bool(fed)
            continue
        yield decoder.decompress(fed, _PIECE)
        is_within = not decoder.eof
        fed = decoder.unconsumed_tail if is_within else decoder.unused_data
    if is_within:
        raise EOFError
