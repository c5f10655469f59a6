"""How does a table of Iceberg come by its columns, those that were added since included?"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import pyarrow as pa

from backlit.index.transaction import Making

if TYPE_CHECKING:
    from pyiceberg.catalog import Catalog
    from pyiceberg.table import Table, Transaction

__all__ = ["add_columns", "create_table"]


def create_table(
    catalog: "Catalog",
    name: str,
    schema: pa.Schema,
    properties: Mapping[str, str],
    facts: Mapping[str, str],
) -> int:
    """Make a table that does not exist, with an empty snapshot whose summary holds facts; its id."""
    staged = catalog.create_table_transaction(name, schema=_optional(schema), properties=dict(properties))
    with Making(staged) as transaction:
        _map_names(transaction)
        with transaction.update_snapshot(snapshot_properties=dict(facts)).merge_append():
            pass  # no file yet
        first = transaction.table_metadata.current_snapshot_id
    assert first is not None  # just made
    return first


def add_columns(table: "Table", schema: pa.Schema) -> None:
    """Give a table of an earlier version the columns that were added since."""
    if {field.name for field in table.schema().fields}.issuperset(schema.names):
        return
    with table.transaction() as transaction:
        with transaction.update_schema() as update:
            update.union_by_name(_optional(schema))
        _map_names(transaction)


def _map_names(transaction: "Transaction") -> None:
    """Data files carry no field ids: columns are found by name."""
    mapping = transaction.table_metadata.schema().name_mapping.model_dump_json()
    transaction.set_properties({"schema.name-mapping.default": mapping})


def _optional(schema: pa.Schema) -> pa.Schema:
    """The schema with every field nullable: DuckDB writes Parquet without required fields."""
    return pa.schema(list(_nullable(schema)))


def _nullable(fields: Iterator[pa.Field] | pa.Schema) -> Iterator[pa.Field]:
    for field in fields:
        kind = field.type
        if pa.types.is_list(kind) and pa.types.is_struct(kind.value_type):
            kind = pa.list_(pa.struct(list(_nullable(iter(kind.value_type)))))
        yield pa.field(field.name, kind)
