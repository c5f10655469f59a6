"""How does Iceberg change the files of a table without reckoning everything anew at every step?

pyiceberg asks a transaction for its metadata some fifteen times in one commit, and each time applies all
changes again and copies the whole, snapshots included; and it looks at a table's schema anew for each file.
That is most of the time that a small commit takes.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
from pyiceberg.io.pyarrow import (
    compute_statistics_plan,
    data_file_statistics_from_parquet_metadata,
    parquet_path_to_id_mapping,
)
from pyiceberg.manifest import DataFile, DataFileContent, FileFormat
from pyiceberg.table import CreateTableTransaction, Table, Transaction

from backlit.index.metadata import path_of

if TYPE_CHECKING:
    from pyiceberg.table.metadata import TableMetadata

__all__ = ["Making", "change_files"]


class _OneStep(Transaction):
    """A transaction of one step: whatever it is asked, it answers with the table as it was before."""

    @property
    def table_metadata(self) -> "TableMetadata":
        return self._table.metadata


class Making(CreateTableTransaction):
    """A transaction that makes a table; its metadata is reckoned once a change, not once a question."""

    def __init__(self, staged: CreateTableTransaction) -> None:
        self._reckoned: tuple[int, TableMetadata] | None = None
        super().__init__(staged._table)  # type: ignore[arg-type]  # a staged one

    @property
    def table_metadata(self) -> "TableMetadata":
        changes = len(self._updates)
        if self._reckoned is None or self._reckoned[0] != changes:
            self._reckoned = changes, super().table_metadata
        return self._reckoned[1]


def change_files(table: Table, added: Iterable[str], removed: Collection[str], facts: dict[str, str]) -> int:
    """Add data files to a table and take others out, with facts for its summary; the new snapshot's id."""
    with _OneStep(table) as transaction:
        update = transaction.update_snapshot(snapshot_properties=facts)
        with update.overwrite() if removed else update.merge_append() as change:
            for data_file in _files_of(table, removed):
                change.delete_data_file(data_file)
            for path in added:
                change.append_data_file(_data_file(table, path))
    current = table.current_snapshot()
    assert current is not None  # just made
    return current.snapshot_id


def _files_of(table: Table, paths: Collection[str]) -> Iterator[DataFile]:
    """The data files of a table that lie at these paths."""
    current = table.current_snapshot()
    if current is None or not paths:
        return
    for manifest in current.manifests(table.io):
        for entry in manifest.fetch_manifest_entry(table.io, discard_deleted=True):
            if entry.data_file.file_path in paths:
                yield entry.data_file


#: What is reckoned of a table's schema once: which statistics are kept, and which column has which id.
_plans: dict[tuple[object, int], tuple[Any, dict[str, int]]] = {}


def _data_file(table: Table, path: str) -> DataFile:
    """A file of ours as Iceberg describes it, from its footer."""
    schema, spec = table.schema(), table.spec()
    at = table.metadata.table_uuid, schema.schema_id
    if at not in _plans:
        kept = compute_statistics_plan(schema, table.properties)
        _plans[at] = kept, parquet_path_to_id_mapping(schema)
    statistics = data_file_statistics_from_parquet_metadata(pq.read_metadata(path_of(path)), *_plans[at])
    return DataFile.from_args(
        content=DataFileContent.DATA,
        file_path=path,
        file_format=FileFormat.PARQUET,
        partition=statistics.partition(spec, schema),
        file_size_in_bytes=path_of(path).stat().st_size,
        sort_order_id=None,
        spec_id=spec.spec_id,
        equality_ids=None,
        key_metadata=None,
        **statistics.to_serialized_dict(),
    )
