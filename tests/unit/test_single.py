"""Links that one row tells whole are the same, column by column, as the fold would have them."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from backlit.index.engine import connect
from backlit.index.fold import fold_query
from backlit.index.single import folded_query, troubled_events, troubled_query
from backlit.model import LINK_ROWS, Reader

START = datetime(2026, 1, 1, tzinfo=UTC)
KEY = "target_key, source_key, kind, occurrence"


def event(chance: random.Random) -> dict[str, Any]:
    """A row as a reader or the compaction writes it: mostly of its own link, at times of another's."""
    last = START + timedelta(days=chance.randint(5, 8))
    reader = chance.choice([Reader.EXPORT, Reader.WAT, Reader.WARC, Reader.WARC, Reader.WARC])
    row: dict[str, Any] = {
        "target_key": f"example.shop/{chance.randint(0, 3)}",
        "target_domain": "shop.example",
        "source_key": f"test.blog/{chance.randint(0, 30)}",
        "source_domain": "blog.test",
        "kind": chance.choice([1, 1, 1, 2]),
        "occurrence": chance.choice([0, 0, 0, 1, 2, 70]),
        "ordinal": chance.choice([None, 3, 4]),
        "anchor": chance.choice([None, "a shop", "b"]),
        "rel": chance.choice([None, 0, 1]),
        "canonical_version": 2,
        "first_seen": last - timedelta(days=chance.choice([0, 0, 2])) if reader == Reader.EXPORT else last,
        "last_seen": last,
        "reader": int(reader),
        "source_id": chance.choice("xyz"),
        "offset": chance.randint(0, 9),
    }
    if chance.random() < 0.15:
        at = last - timedelta(days=chance.randint(1, 4))
        row["earlier"] = [{"at": at, "source_id": "w", "offset": 1, "ordinal": chance.choice([None, 7])}]
    if reader == Reader.EXPORT and chance.random() < 0.5:
        row |= {"vendor": "moz", "reported_at": last, "reported_lost_at": chance.choice([None, last])}
    if chance.random() < 0.05:
        row |= {"gone_at": last, "first_seen": None, "last_seen": None, "gone_reason": 1}
    return row


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("day", [None, 6])
def test_rows_that_are_left_as_they_are_equal_the_fold(seed: int, day: int | None) -> None:
    chance = random.Random(seed)
    rows = [event(chance) for _ in range(60)]
    connection = connect(threads=1)  # an instance of its own: tables are made in it
    connection.register("events", pa.Table.from_pylist(rows, schema=LINK_ROWS))
    moment = f"TIMESTAMPTZ '{START + timedelta(days=day)}'" if day else None

    connection.execute(f"CREATE TABLE troubled AS {troubled_query('events', moment)}")
    rest = fold_query(troubled_events("events"), "true", as_of=moment)
    ours = connection.sql(f"FROM ({folded_query('events', rest)}) ORDER BY {KEY}").to_arrow_table()
    theirs = connection.sql(
        f"FROM ({fold_query('events', 'true', as_of=moment)}) ORDER BY {KEY}"
    ).to_arrow_table()

    assert ours.select(theirs.column_names).to_pylist() == theirs.to_pylist()
    single = connection.sql(f"FROM ({folded_query('events', None)}) LIMIT 0").to_arrow_table().schema
    assert {f.name: f.type for f in single} == {f.name: f.type for f in theirs.schema}
    left_alone = len(rows) - connection.sql(f"FROM {troubled_events('events')}").to_arrow_table().num_rows
    assert 5 < left_alone < len(rows)  # both ways were gone
