"""Which files a version holds: as Iceberg's own library reads it, and never guessed from damaged bytes."""

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import fastavro
import pytest

from backlit.errors import IndexDamaged
from backlit.index import manifests
from backlit.index.compact import compact
from backlit.index.manifests import DataFile, data_files
from backlit.index.metadata import path_of, read_metadata
from backlit.index.storage import write_lock
from backlit.index.tables import SCHEMAS, Index
from tests.unit.looks import Look, commit


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """Two commits whose links are merged, a third that was taken back, and a fourth."""
    home = tmp_path_factory.mktemp("manifests")
    for n in (0, 1):
        commit(home, f"crawl{n}", looks(n, ("https://all.test/", "all")))
    index = Index.open(home)
    before = compact(index, whole=True, tables=["links"]).version
    commit(home, "crawl2", looks(2))
    with write_lock(home):
        index.roll_back(before)
    commit(home, "crawl3", looks(3))
    return index


def looks(n: int, *others: tuple[str, str]) -> list[Look]:
    """A page with a link, another on each day."""
    return [Look(f"https://p{n}.test/", n, ((f"https://shop{n}.test/é", f"text {n}"), *others))]


def as_iceberg_has_them(index: Index, name: str, snapshot: int) -> list[DataFile]:
    """The data files of a snapshot by Iceberg's own library."""
    table = index.table(name)
    assert table is not None
    made = [
        DataFile(f.file_path, f.record_count, f.file_size_in_bytes, f.lower_bounds, f.upper_bounds)
        for f in (task.file for task in table.scan(snapshot_id=snapshot).plan_files())
    ]
    return sorted(made, key=lambda file: file.path)


def test_every_version_of_every_table_has_the_files_that_iceberg_says(index: Index) -> None:
    seen = 0
    for version in index.versions():
        for name, snapshot in version.tables.items():
            ours = data_files(read_metadata(f"file://{index.metadata_file(name)}"), snapshot)
            assert ours == as_iceberg_has_them(index, name, snapshot), (version, name)
            seen += len(ours)
    assert set(index.version().tables) == set(SCHEMAS)
    assert seen > 20  # of at least three tables in each version


def test_versions_are_those_that_iceberg_has(index: Index) -> None:
    table = index.table("links")
    assert table is not None
    versions, current = index.versions(), table.current_snapshot()
    assert current is not None
    assert [version.id for version in versions] == [each.snapshot_id for each in table.snapshots()]
    jobs = [version.job.partition("-")[0] for version in versions]
    assert jobs == ["create", "ingest", "ingest", "compact", "ingest", "ingest"]
    assert index.version() == versions[-1]
    assert index.version().id == current.snapshot_id
    assert index.version(versions[1].id) == versions[1]


def test_files_are_chosen_by_their_bounds(index: Index) -> None:
    version = index.version()
    [one] = index.files(version, "links", ("test.shop1/", "test.shop1/~"))
    [other] = index.files(version, "links", ("test.shop3/", "test.shop3/~"))
    assert index.files(version, "links") == sorted([one, other])
    assert index.files(version, "links", ("test.shop4/", "test.shop5/")) == []

    def of(*domains: str) -> list[str]:
        return index.files(version, "links", column="target_domain", keys=domains)

    assert of("shop3.test") == [other]
    assert of("zz.test", "shop0.test") == [one]
    assert of("shop9.test", "a.test") == []


@pytest.mark.parametrize(
    ("lower", "upper", "may"),
    [("a", "b", False), ("a", "b\0", True), ("d", "e", True), ("d\0", "e", False), ("", "\U0010ffff", True)],
)
def test_a_range_is_half_open(lower: str, upper: str, may: bool) -> None:
    assert DataFile("f", 1, 1, {3: b"b"}, {3: b"d"}).may_hold(3, lower, upper) is may


@pytest.mark.parametrize(("values", "may"), [(["a", "x"], False), (["a", "c", "x"], True), (["d"], True)])
def test_of_some_values_one_within_the_bounds_is_enough(values: list[str], may: bool) -> None:
    assert DataFile("f", 1, 1, {3: b"b"}, {3: b"d"}).may_hold_one(3, values) is may


def test_a_column_without_bounds_may_hold_anything() -> None:
    file = DataFile("f", 1, 1, {}, {})
    assert file.may_hold(4, "x", "y")
    assert file.may_hold_one(4, ["x"])


@pytest.mark.parametrize("kind", ["list", "manifest"])
@pytest.mark.parametrize("share", [0, 0.01, 0.5, 0.95])
def test_a_manifest_that_was_cut_is_named(index: Index, kind: str, share: float) -> None:
    version, listed = index.version(), manifest_list_of(index)
    path = listed if kind == "list" else path_of(rows_of(listed)[0]["manifest_path"])
    whole = path.read_bytes()
    with damaged(path, whole[: int(len(whole) * share)]), pytest.raises(IndexDamaged, match=path.name):
        Index.open(index.home).files(version, "links")


def test_rows_that_another_program_deleted_do_not_come_back(index: Index) -> None:
    version, listed = index.version(), manifest_list_of(index)
    with listed.open("rb") as file:
        reader = fastavro.reader(file)
        rows, schema = list(reader), reader.writer_schema
    assert schema is not None
    made = io.BytesIO()
    fastavro.writer(made, schema, [{**row, "content": 1} for row in rows if isinstance(row, dict)])
    with damaged(listed, made.getvalue()), pytest.raises(IndexDamaged, match="deleted by another program"):
        Index.open(index.home).files(version, "links")


@contextmanager
def damaged(path: Path, content: bytes) -> Iterator[None]:
    """A file with other bytes for a while, and nothing in memory of what it was."""
    whole = path.read_bytes()
    path.write_bytes(content)
    manifests._manifests_of.cache_clear()
    manifests._files_of.cache_clear()
    try:
        yield
    finally:
        path.write_bytes(whole)


def manifest_list_of(index: Index) -> Path:
    """Where the newest version of the links lists its manifests."""
    found = read_metadata(f"file://{index.metadata_file('links')}").snapshot(index.version().id)
    assert found is not None
    return path_of(found.manifest_list)


def rows_of(path: Path) -> list[Mapping[str, Any]]:
    """The rows of an Avro file."""
    with path.open("rb") as file:
        return [row for row in fastavro.reader(file) if isinstance(row, dict)]
