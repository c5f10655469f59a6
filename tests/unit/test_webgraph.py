"""What is read from the files of a published web graph, and what becomes of a line that is none?"""

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from backlit import app
from backlit.cli.build import _ingested, _unusable
from backlit.errors import SourceMissing, SourceUnknown
from backlit.index.tables import Index
from backlit.ingest import webgraph
from backlit.ingest.assemble import Tally
from backlit.ingest.sources import find_sources
from backlit.ingest.webgraph import (
    GraphName,
    graph_kind,
    name_of_graph,
    read_edges,
    read_prior_ranks,
    read_vertices,
)
from backlit.model import PRIOR_RANKS
from tests.unit.shared import SHARED, needs_shared

HEADER = "#harmonicc_pos\t#harmonicc_val\t#pr_pos\t#pr_val\t#host_rev"
RANKS = f"{HEADER}\t#n_hosts\n1\t3.1E7\t2\t0.0166\tcom.example\t12\n2\t9.5\t1\t1.0E-8\tuk.co.other\t1\n"
Rows = list[dict[str, Any]]


def write(folder: Path, name: str, text: str | bytes) -> Path:
    data = text.encode() if isinstance(text, str) else text
    path = folder / name
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return path


def rows_of(batches: Any) -> Rows:
    return [row for batch in batches for row in batch.to_pylist()]


def test_ranks_are_kept_as_published_under_edition_and_domain(tmp_path: Path) -> None:
    path = write(tmp_path, "cc-main-2024-25-dec-jan-feb-domain-ranks.txt.gz", RANKS)
    tally = Tally()
    batches = list(read_prior_ranks(path, "src", tally))
    edition = {"release": "cc-main-2024-25-dec-jan-feb", "level": "domain", "source_id": "src"}
    assert all(batch.schema == PRIOR_RANKS for batch in batches)
    assert rows_of(batches) == [
        {
            **edition, "domain": "example.com", "harmonic_place": 1, "harmonic": 3.1e7,
            "pagerank_place": 2, "pagerank": 0.0166, "hosts": 12, "row": 2,
        },
        {
            **edition, "domain": "other.co.uk", "harmonic_place": 2, "harmonic": 9.5,
            "pagerank_place": 1, "pagerank": 1e-8, "hosts": 1, "row": 3,
        },
    ]  # fmt: skip
    assert (tally.records, tally.records_bad, tally.prior_ranks) == (3, 0, 2)
    assert tally.bytes_read == path.stat().st_size


@pytest.mark.parametrize(
    ("name", "edition", "level"),
    [
        ("cc-main-2024-nov-feb-apr-host-ranks.txt.gz", "cc-main-2024-nov-feb-apr", "host"),
        ("cc-main-2017-may-jun-jul-domain-vertices.txt", "cc-main-2017-may-jun-jul", "domain"),
        ("mine.txt.gz", "mine", "domain"),
        ("ranks", "ranks", "domain"),
    ],
)
def test_the_edition_is_in_the_name(name: str, edition: str, level: str) -> None:
    assert name_of_graph(Path("x", name)) == GraphName(edition, level)


BAD_RANKS = [
    ("", "not 5 columns but 1"),
    ("2\tx\t2\t0.1\tcom.b", "no harmonic: b'x'"),
    ("3\t1e999\t2\t0.1\tcom.b", "no harmonic: b'1e999'"),
    ("3\tnan\t2\t0.1\tcom.b", "no harmonic: b'nan'"),
    ("4\t1\t2\t7\tcom.b", "no pagerank: b'7'"),
    ("0\t1\t2\t0\tcom.b", "no harmonic place: b'0'"),
    ("-5\t1\t2\t0\tcom.b", "no harmonic place: b'-5'"),
    ("5\t1\t0x10\t0\tcom.b", "no pagerank place: b'0x10'"),
    ("5\t1\t 2\t0\tcom.b", "no pagerank place: b' 2'"),
    ("5\t1\t2\t0\tcom..b", "no name: b'com..b'"),
    ("5\t1\t2\t0\tcom.B", "no name: b'com.B'"),
    (f"5\t1\t2\t0\t{'c' * 254}", f"no name: {b'c' * 60!r}"),
    ("5\t1\t2\t0", "not 5 columns but 4"),
    ("5\t1\t2\t0\tcom.b\t1", "not 5 columns but 6"),
    ("5\t1\t2\t0\tcom.b\rx", "no name: b'com.b\\x00x'"),
]


@pytest.mark.parametrize(("line", "why"), BAD_RANKS)
def test_a_bad_line_is_counted_by_its_number_and_costs_no_other(tmp_path: Path, line: str, why: str) -> None:
    good = "1\t1\t1\t1\tcom.a", "9\t1\t9\t0\tcom.z"
    path = write(tmp_path, "ranks.txt", "\r\n".join((HEADER, good[0], line, good[1])))
    tally = Tally()
    rows = rows_of(read_prior_ranks(path, "src", tally))
    assert [(row["domain"], row["row"], row["hosts"]) for row in rows] == [
        ("a.com", 2, None),
        ("z.com", 4, None),
    ]
    if why.startswith("not 5 columns but 1"):  # Arrow sees one empty cell
        assert [offset for offset, _ in tally.problems] == [3]
    else:
        assert tally.problems == [(3, why)]


def test_vertices_are_rows_by_id_and_edges_name_them(tmp_path: Path) -> None:
    vertices = write(tmp_path, "v.txt.gz", "0\tcom.a\t3\n1\tcom.b\t1\n7\tcom.c\t1\n3\torg.d\t2\n")
    edges = write(tmp_path, "e.txt.gz", "0\t1\n0\t3\n3\t4\n3\tx\n99999999999\t0\n3\t0\n")
    of_vertices, of_edges = Tally(), Tally()
    found = pa.Table.from_batches(read_vertices(vertices, of_vertices), webgraph.VERTICES)
    ends = pa.Table.from_batches(read_edges(edges, of_edges, nodes=4), webgraph.EDGES)
    assert found.to_pylist() == [
        {"id": 0, "domain": "a.com", "hosts": 3},
        {"id": 1, "domain": "b.com", "hosts": 1},
        {"id": 3, "domain": "d.org", "hosts": 2},
    ]
    assert of_vertices.problems == [(3, "an id that is not the number of its line")]
    assert list(zip(*ends.to_pydict().values(), strict=True)) == [(0, 1), (0, 3), (3, 0)]
    assert sorted(of_edges.problems) == [
        (3, "an id that no vertex has"),
        (4, "no target: b'x'"),
        (5, "no source: b'99999999999'"),
    ]


def test_pieces_of_any_size_give_the_same_edges(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = np.random.default_rng(3).integers(0, 1 << 32, (3_000, 2))
    lines = "".join(f"{a}\t{b}\n" for a, b in made)
    path = tmp_path / "e.txt.gz"  # of several members, as parallel packers write
    path.write_bytes(
        gzip.compress(lines[:20_000].encode()) + b"\0\0" + gzip.compress(lines[20_000:].encode())
    )
    for piece, feed in ((4 << 20, 1 << 20), (1_000, 97), (640, 7)):
        monkeypatch.setattr(webgraph, "_PIECE", piece)
        monkeypatch.setattr(webgraph, "_FEED", feed)
        tally = Tally()
        found = pa.Table.from_batches(read_edges(path, tally), webgraph.EDGES)
        assert (np.stack([found["source"], found["target"]], axis=1) == made).all()
        assert (tally.records, tally.records_bad, tally.bytes_read) == (3_000, 0, path.stat().st_size)


def test_what_is_cut_or_damaged_ends_there_and_is_counted(tmp_path: Path) -> None:
    made = np.random.default_rng(4).integers(0, 1 << 32, (50_000, 2))
    whole = gzip.compress("".join(f"{a}\t{b}\n" for a, b in made).encode())
    for broken in (whole[: len(whole) // 2], whole[: len(whole) // 2] + b"\xff" * 40 + whole[-200:]):
        path = tmp_path / "e.txt.gz"
        path.write_bytes(broken)
        tally = Tally()
        found = pa.Table.from_batches(read_edges(path, tally), webgraph.EDGES)
        ends = np.stack([found["source"], found["target"]], axis=1)
        assert 0 < len(ends) < 50_000
        assert tally.records_bad >= 1
        assert (ends[: len(ends) // 2] == made[: len(ends) // 2]).all()


def test_an_endless_line_is_one_bad_line(tmp_path: Path) -> None:
    path = write(tmp_path, "e.txt", b"1\t2\n" + b"9" * 10_000_000 + b"\t1\n3\t4\n")
    tally = Tally()
    found = rows_of(read_edges(path, tally))
    assert found == [{"source": 1, "target": 2}, {"source": 3, "target": 4}]
    assert [offset for offset, _ in tally.problems] == [2]


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (RANKS, "prior_ranks"),
        ("0\tcom.a\n1\tcom.b\n", "vertices"),
        ("0\tcom.a\t3\n", "vertices"),
        ("0\t1\n0\t2\n", "edges"),
        ("0\t1\n0\t7\n-3\t1\nx\ty\n", "edges"),
        ("a\tb\n0\t7\n1\t2\n", None),
        ("3\tcom.a\n4\tcom.b\n", None),
        ("5\t7\tcom.a\n", None),
        ("https://a.com/\thttps://b.com/\n", None),
        ("2024-01-01\t17\n", None),
        ("", None),
    ],
)
def test_a_file_is_known_by_its_shape(head: str, kind: str | None) -> None:
    assert graph_kind(head.encode()) == kind


def test_an_ingest_keeps_the_ranks_in_a_table_of_their_own(tmp_path: Path) -> None:
    path = write(tmp_path, "cc-main-2024-nov-feb-apr-domain-ranks.txt.gz", RANKS + "3\tx\t3\t0\tcom.bad\t1\n")
    data = app.ingest(tmp_path / "home", [str(path)]).data
    again = app.ingest(tmp_path / "home", [str(path)]).data
    assert isinstance(data, dict)
    assert isinstance(again, dict)
    assert (data["prior_ranks"], data["records_bad"], data["links"]) == (2, 1, 0)
    assert (again["already"], again["prior_ranks"]) == (1, 0)
    assert data["problems"] == [{"source": path.name, "offset": 4, "why": "no harmonic: b'x'"}]
    assert _ingested(data).startswith("Read 1 source: 2 prior ranks.")
    assert _unusable(data) == "1 row that cannot be used"
    index = Index.open(tmp_path / "home")
    [file] = index.files(index.version(), "prior_ranks")
    assert [(row["domain"], row["row"]) for row in pq.read_table(file).to_pylist()] == [
        ("example.com", 2),
        ("other.co.uk", 3),
    ]


def test_vertices_and_edges_are_refused_with_a_way_on(tmp_path: Path) -> None:
    edges = write(tmp_path, "e.txt.gz", "0\t1\n")
    with pytest.raises(SourceUnknown, match="edges of a web graph"):
        find_sources([str(edges)])
    with pytest.raises(SourceMissing):
        list(read_edges(tmp_path / "none.txt", Tally()))


@needs_shared
def test_the_published_tables_of_all_editions_are_read_whole(tmp_path: Path) -> None:
    tables = sorted((SHARED / "data" / "ranks" / "commoncrawl").glob("*-cc-main-*.json"))
    assert len(tables) > 10
    for table in tables:
        content = json.loads(table.read_text())
        level, _, edition = table.stem.partition("-")
        text = "".join("\t".join(row) + "\n" for row in (content["header"], *content["rows"]))
        path = write(tmp_path, f"{edition}-{level}-ranks.txt.gz", text)
        tally = Tally()
        rows = rows_of(read_prior_ranks(path, "src", tally))
        assert (len(rows), tally.records_bad) == (len(content["rows"]), 0)
        assert {(row["release"], row["level"]) for row in rows} == {(edition, level)}
        for row, published in zip(rows, content["rows"], strict=True):
            place, harmonic, pagerank_place, pagerank, name, *hosts = published
            assert (row["harmonic_place"], row["pagerank_place"]) == (int(place), int(pagerank_place))
            assert (row["harmonic"], row["pagerank"]) == (float(harmonic), float(pagerank))
            assert row["domain"] == ".".join(reversed(name.split(".")))
            assert row["hosts"] == (int(hosts[0]) if hosts else None)
