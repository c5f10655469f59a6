"""How do the folded links of a target get from one process of ours into another, with what was asked of them?

Small tables go as they are; those of a large target lie in a file (see `prepared`), which both open.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from backlit.errors import IndexDamaged
from backlit.index.gather import Events, Gathered, open_tables
from backlit.index.instance import Instance, Row, Schema

__all__ = ["FINDINGS", "Carried", "receive"]

#: What higher rooms find out about links, anchors and pages, and the tables that it is kept in.
FINDINGS = {"judge": "judgements", "classify": "anchor_classes", "rank_pages": "page_ranks"}


@dataclass(frozen=True, slots=True, eq=False)
class Carried:
    """What was gathered of a target, its tables by name, the findings by who found them, and the answers that
    were given, as bytes. It can be pickled, and holds nothing of the process that made it."""

    events: Events
    release: Row | None
    kept: Path | None
    size: int
    tables: Mapping[str, pa.Table]
    findings: Mapping[str, pa.Table]
    answers: Sequence[tuple[Hashable, bytes]]


def receive(instance: Instance, schema: Schema, carried: Carried) -> Gathered:
    """Take the tables of a target into a schema; IndexDamaged where the file that holds them is gone."""
    name = instance.attach(carried.kept) if carried.kept else None
    if carried.kept and name is None:
        raise IndexDamaged("take the kept tables of a target", "their file is gone", "Ask again.")
    with schema.connect() as making:
        for table, rows in carried.tables.items():
            making.register("received", rows)
            making.execute(f"CREATE TABLE {schema.name}.{table} AS FROM received")
            making.unregister("received")
    connection = open_tables(schema, name, carried.events)
    return Gathered(connection, carried.events, carried.release, carried.kept, False, carried.size)
