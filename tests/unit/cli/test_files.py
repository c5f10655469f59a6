"""Does `-o FILE` write what was asked for, whole or not at all?"""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest

from backlit import app
from backlit.app.answer import Answer, Row
from backlit.app.lists import Whole
from backlit.cli.output import replaced
from backlit.errors import AccessError, DataError, DiskFull
from tests.unit.cli.conftest import TARGET, Backlit

FORMATS = ("csv", "json", "md", "ndjson", "parquet", "tsv", "xlsx")


def test_a_file_gets_every_row_in_the_format_of_its_suffix(
    backlit: Backlit, session: app.Session, tmp_path: Path
) -> None:
    ids = [row["id"] for row in app.backlinks(session, TARGET, group="none", limit=10_000).rows]
    for suffix in FORMATS:
        path = tmp_path / f"links.{suffix}"
        said = backlit("backlinks", TARGET, "--group", "none", "-o", str(path))
        assert (said.code, said.out, said.err) == (0, "", f"backlit: wrote {len(ids)} rows to {path}\n")
    assert [row["id"] for row in json.loads((tmp_path / "links.json").read_text())["data"]] == ids
    with (tmp_path / "links.csv").open(newline="") as file:
        assert [row["id"] for row in csv.DictReader(file)] == ids
    lines = (tmp_path / "links.ndjson").read_text().splitlines()
    assert [json.loads(line)["id"] for line in lines] == ids
    assert pq.read_table(tmp_path / "links.parquet")["id"].to_pylist() == ids
    [sheet] = openpyxl.load_workbook(tmp_path / "links.xlsx")
    head, *cells = sheet.values
    assert [line[head.index("id")] for line in cells] == ids
    assert len((tmp_path / "links.md").read_text().splitlines()) == len(ids) + 2
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"links.{suffix}" for suffix in FORMATS]


def test_a_limit_holds_for_files_too(backlit: Backlit, session: app.Session, tmp_path: Path) -> None:
    path, total = tmp_path / "a.ndjson", app.domains(session, TARGET).total
    said = backlit("domains", TARGET, "--limit", "4", "-o", str(path))
    assert said.err == f"backlit: wrote 4 of {total} rows to {path}\n"
    assert len(path.read_text().splitlines()) == 4


@pytest.mark.parametrize("arguments", [("overview", TARGET), ("index", "ls"), ("audit", TARGET)])
@pytest.mark.parametrize("suffix", FORMATS)
def test_other_answers_are_written_too(
    backlit: Backlit, tmp_path: Path, arguments: tuple[str, ...], suffix: str
) -> None:
    path = tmp_path / f"a.{suffix}"
    said = backlit(*arguments, "-o", str(path))
    assert (said.code, said.out, said.err) == (0, "", f"backlit: wrote {path}\n")
    if suffix == "json":
        assert json.loads(path.read_text()) | {"meta": {}} == backlit(*arguments, "--json").envelope | {
            "meta": {}
        }


def test_audit_writes_one_html_document(backlit: Backlit, tmp_path: Path) -> None:
    path = tmp_path / "audit.html"
    assert backlit("audit", TARGET, "-o", str(path)).code == 0
    page = path.read_text()
    assert page.lstrip().lower().startswith("<!doctype html>")
    assert TARGET in page


def test_a_format_that_does_not_exist_is_named_before_anything_is_written(
    backlit: Backlit, tmp_path: Path
) -> None:
    said = backlit("domains", TARGET, "-o", str(tmp_path / "a.docx"))
    assert (said.code, list(tmp_path.iterdir())) == (2, [])
    assert "do:     Name a file that ends in .csv, .tsv, .json" in said.err


def test_a_dash_is_no_file_and_says_what_works(backlit: Backlit) -> None:
    said = backlit("domains", TARGET, "-o", "-")
    assert (said.code, said.out) == (2, "")
    assert "do:     Leave -o out: results go to stdout" in said.err


def test_two_formats_at_once_are_refused(backlit: Backlit, tmp_path: Path) -> None:
    assert backlit("domains", TARGET, "--json", "-o", str(tmp_path / "a.csv")).code == 2
    assert backlit("domains", TARGET, "--json", "-o", str(tmp_path / "a.json")).code == 0


def test_a_failure_on_the_way_leaves_the_old_file(
    backlit: Backlit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "domains.csv"
    path.write_text("the old one")
    monkeypatch.setattr(app, "whole", _breaking_off, raising=False)
    said = backlit("domains", TARGET, "-o", str(path))
    assert (said.code, path.read_text(), list(tmp_path.iterdir())) == (6, "the old one", [path])


def _breaking_off(*_: object, **__: object) -> Whole:
    def batches() -> Iterator[list[Row]]:
        yield [{"domain": "a.example"}]
        raise DataError("read on", "the rest is damaged", "Restore it.")

    return Whole("domains", Answer([], {}, total=2), batches())


def test_a_folder_that_is_not_there_is_named(backlit: Backlit, tmp_path: Path) -> None:
    said = backlit("overview", TARGET, "-o", str(tmp_path / "no" / "a.csv"))
    assert said.code == 2
    assert f"there is no folder {tmp_path / 'no'}" in said.err


def test_a_full_disk_and_a_folder_in_the_way_say_so(tmp_path: Path) -> None:
    import errno

    with pytest.raises(DiskFull), replaced(tmp_path / "a.csv"):
        raise OSError(errno.ENOSPC, "No space left on device")
    (tmp_path / "b.csv").mkdir()
    with pytest.raises(AccessError, match="is a directory"), replaced(tmp_path / "b.csv"):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["b.csv"]
