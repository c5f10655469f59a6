"""What vendors say of a link stands beside its state: who asserts it, who reports it lost, their figures."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from backlit.index import tables
from backlit.index.parts import Part, PartWriter, load_part, staging_folder
from backlit.index.profile import Profile
from backlit.index.storage import write_json
from backlit.index.tables import Index
from backlit.index.target import Target
from backlit.index.write import commit_parts
from backlit.ingest.assemble import Tally
from backlit.ingest.read import Batches
from backlit.model import LATER_COLUMNS, LINK_ROWS, LINKS, Kind, Placement, State
from backlit.urls import parse_url
from tests.unit.looks import Look, commit, day

SOURCE, TARGET = "https://blog.test/post", "https://shop.test/tea"
LINK = (TARGET, "fine tea")


def said(vendor: str | None, first: int, last: int, **more: Any) -> dict[str, Any]:
    """A row of an export made on the day that the link was last seen, unless `on` says otherwise."""
    source, target = parse_url(SOURCE), parse_url(TARGET)
    on, lost = more.pop("on", last), more.pop("lost", None)
    return {
        "target_key": target.key, "target_domain": target.domain,
        "source_key": source.key, "source_domain": source.domain,
        "kind": int(Kind.A), "occurrence": 0, "canonical_version": 1, "anchor": "fine tea",
        "first_seen": day(first), "last_seen": day(last), "reader": 1, "vendor": vendor,
        "reported_at": day(on), "reported_lost_at": None if lost is None else day(lost), **more,
    }  # fmt: skip


def stage(home: Path, name: str, rows: Iterable[dict[str, Any]]) -> Part:
    folder = staging_folder(home) / name
    folder.mkdir()
    batch = pa.RecordBatch.from_pylist([{**row, "source_id": name} for row in rows], schema=LINKS)
    with PartWriter(folder) as part:
        part.write(Batches(links=batch))
    tally = {field: getattr(Tally(), field) for field in Tally.__dataclass_fields__}
    write_json(folder / "part.json", {"source_id": name, "name": name, "kind": "links", "tally": tally})
    staged = load_part(folder)
    assert staged is not None
    return staged


def export(home: Path, name: str, *rows: dict[str, Any]) -> None:
    commit_parts(Index.create(home), [stage(home, name, rows)], crawl=None, now=day(999))


def known(home: Path, as_of: datetime | None = None) -> dict[str, Any]:
    index = Index.open(home)
    profile = Profile(index, index.version(), Target.parse("shop.test"), as_of)
    [row] = profile.backlinks(group="none", states=list(State)).rows
    wanted = ("state", "first_seen", "last_seen", "vendors", "reported_lost", "vendor_metrics")
    return {name: row[name] for name in wanted}


def test_a_vendors_row_is_one_link_with_its_figures_beside_it(tmp_path: Path) -> None:
    export(tmp_path, "a", said("ahrefs", 1, 9, ahrefs_dr=71.0, ahrefs_ur=0.0))
    assert known(tmp_path) == {
        "state": "unverified", "first_seen": day(1), "last_seen": day(9), "vendors": ["ahrefs"],
        "reported_lost": None, "vendor_metrics": {"ahrefs_dr": 71.0, "ahrefs_ur": 0.0},
    }  # fmt: skip


def test_a_link_that_only_we_saw_has_no_vendor(tmp_path: Path) -> None:
    commit(tmp_path, "a", [Look(SOURCE, 1, (LINK,))])
    row = known(tmp_path)
    assert (row["vendors"], row["reported_lost"], row["vendor_metrics"]) == ([], None, None)


def test_the_same_link_from_several_vendors_is_one_row_with_all_of_them(tmp_path: Path) -> None:
    export(tmp_path, "m", said("moz", 3, 8, moz_da=40.0, moz_spam=1.0))
    export(tmp_path, "a", said("ahrefs", 1, 5, ahrefs_dr=71.0), said(None, 2, 6))
    commit(tmp_path, "w", [Look(SOURCE, 4, (LINK,))])
    assert known(tmp_path) == {
        "state": "live", "first_seen": day(1), "last_seen": day(8), "vendors": ["ahrefs", "moz"],
        "reported_lost": None, "vendor_metrics": {"ahrefs_dr": 71.0, "moz_da": 40.0, "moz_spam": 1.0},
    }  # fmt: skip


def test_a_vendors_lost_is_its_word_and_never_loses_the_link(tmp_path: Path) -> None:
    export(tmp_path, "a", said("ahrefs", 1, 5, lost=7, on=9, reported_lost_reason="pageerror"))
    row = known(tmp_path)
    assert row["reported_lost"] == {"by": "ahrefs", "at": day(7), "reason": "pageerror"}
    assert (row["state"], row["last_seen"]) == ("unverified", day(5))


def test_what_a_look_read_of_a_link_stands_against_a_later_claim(tmp_path: Path) -> None:
    commit(tmp_path, "w", [Look(SOURCE, 4, (LINK,), rel=1, placement=int(Placement.COMMENT))])
    export(tmp_path, "a", said("ahrefs", 1, 9, rel=0, placement=int(Placement.CONTENT), source_language="fr"))
    index = Index.open(tmp_path)
    [row] = Profile(index, index.version(), Target.parse("shop.test")).backlinks(group="none").rows
    assert (row["rel"], row["placement"]) == (["nofollow"], "comment")
    assert row["language"] == "fr"  # no look knows one


@pytest.mark.parametrize(("seen", "shown"), [(6, True), (7, True), (8, False)])
def test_a_link_seen_by_us_stays_live_and_a_later_look_refutes_the_report(
    tmp_path: Path, seen: int, shown: bool
) -> None:
    export(tmp_path, "a", said("ahrefs", 1, 5, lost=7, on=9))
    commit(tmp_path, "w", [Look(SOURCE, seen, (LINK,))])
    row = known(tmp_path)
    assert (row["state"], row["reported_lost"] is not None) == ("live", shown)


def test_a_report_is_taken_back_only_by_the_vendor_that_made_it(tmp_path: Path) -> None:
    export(tmp_path, "a", said("ahrefs", 1, 5, lost=7, on=9))
    export(tmp_path, "s", said("semrush", 1, 20))
    assert known(tmp_path)["reported_lost"] == {"by": "ahrefs", "at": day(7), "reason": None}
    export(tmp_path, "b", said("ahrefs", 1, 30))
    assert known(tmp_path)["reported_lost"] is None


def test_of_several_reports_the_earliest_that_still_stands_is_shown(tmp_path: Path) -> None:
    export(tmp_path, "c", said("ahrefs", 1, 25, lost=28, on=40), said("majestic", 1, 5, lost=26, on=41))
    export(tmp_path, "a", said("ahrefs", 1, 5, lost=7, on=9))
    assert known(tmp_path)["reported_lost"] == {"by": "majestic", "at": day(26), "reason": None}


def test_our_own_loss_stands_beside_a_vendors_claim_that_the_link_is_there(tmp_path: Path) -> None:
    export(tmp_path, "a", said("ahrefs", 1, 5))
    commit(tmp_path, "w", [Look(SOURCE, 4, (LINK,)), Look(SOURCE, 8)])
    row = known(tmp_path)
    assert (row["state"], row["vendors"]) == ("lost", ["ahrefs"])


def test_as_of_a_date_later_exports_figures_and_reports_are_not_known(tmp_path: Path) -> None:
    export(tmp_path, "b", said("ahrefs", 1, 15, lost=17, on=20, ahrefs_dr=50.0))
    export(tmp_path, "a", said("ahrefs", 1, 9, on=10, ahrefs_dr=30.0))
    early, late = known(tmp_path, day(12)), known(tmp_path, day(21))
    assert (early["vendor_metrics"], early["reported_lost"], early["last_seen"]) == (
        {"ahrefs_dr": 30.0}, None, day(9),
    )  # fmt: skip
    assert (late["vendor_metrics"], late["reported_lost"]) == (
        {"ahrefs_dr": 50.0},
        {"by": "ahrefs", "at": day(17), "reason": None},
    )
    assert known(tmp_path, day(5))["vendor_metrics"] is None


# homes from before the columns were added ------------------------------------


def old_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home whose tables and files know nothing of vendors."""
    fields = [field for field in LINKS if field.name not in LATER_COLUMNS]
    with monkeypatch.context() as before:
        before.setattr(tables, "SCHEMAS", {**tables.SCHEMAS, "links": pa.schema(fields)})
        index = Index.create(home)
        row = {**said(None, 1, 3), "reader": 3, "source_id": "w"}
        path = index.data_folder("links") / "old.parquet"
        pq.write_table(pa.Table.from_pylist([row], schema=pa.schema(fields)), path)
        index.commit("old", {"links": [path]})


def test_a_home_from_before_vendors_can_be_read_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old_home(tmp_path, monkeypatch)
    assert known(tmp_path) == {
        "state": "live", "first_seen": day(1), "last_seen": day(3), "vendors": [], "reported_lost": None,
        "vendor_metrics": None,
    }  # fmt: skip


def test_a_home_from_before_vendors_takes_their_columns_and_reads_files_of_both_kinds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old_home(tmp_path, monkeypatch)
    export(tmp_path, "a", said("ahrefs", 2, 9, lost=12, on=20, ahrefs_dr=71.0))
    assert known(tmp_path) == {
        "state": "live", "first_seen": day(1), "last_seen": day(9), "vendors": ["ahrefs"],
        "reported_lost": {"by": "ahrefs", "at": day(12), "reason": None},
        "vendor_metrics": {"ahrefs_dr": 71.0},
    }  # fmt: skip
    assert [v.job for v in Index.open(tmp_path).versions()][:2] == ["create", "old"]
    schema = Index.create(tmp_path)._catalog.load_table("backlit.links").schema()
    assert [field.name for field in schema.fields] == LINK_ROWS.names
