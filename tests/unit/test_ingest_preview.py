"""`backlit ingest FILE --preview` shows what would come of a file; without it, the same file comes in."""

import json
from pathlib import Path

import pytest

from backlit import app
from backlit.cli.root import run
from backlit.errors import SourceMissing, UsageError

DATA = Path(__file__).parent / "data" / "exports"
AHREFS = str(DATA / "ahrefs_backlinks_2026-02-10.csv")


def test_a_preview_is_read_by_people(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["ingest", AHREFS, str(DATA / "gsc_sites.csv"), "--preview", "--dir", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "ahrefs backlinks, links (99% sure" in said
    assert "  4 rows\n" in said
    assert "about example.com, exported 2026-02-10 (by the file's name" in said
    assert "'fine tea', follow, 2025-01-05 to 2026-02-01" in said
    assert "reported lost by ahrefs on 2025-12-24" in said
    assert "not usable, line 5: the linking page is no http or https URL" in said
    assert "search-console top linking sites, nothing to ingest" in said
    assert said.endswith("Nothing was written.\n")
    assert list(tmp_path.iterdir()) == []


def test_a_preview_is_read_by_programs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["ingest", str(DATA / "gsc_sample.csv"), "--preview", "--json", "--date", "2026-01-31"]) == 0
    [table] = json.loads(capsys.readouterr().out)["data"]
    assert (table["tool"], table["yields"], table["target"], table["date_from"]) == (
        "search-console", "leads", None, "as told",
    )  # fmt: skip
    assert table["rows"] == [
        {
            "source_url": "https://blog.example.org/teapots?p=1", "target_domain": None,
            "reported_at": "2026-01-31T00:00:00Z", "reported_by": "search-console", "offset": 2,
        }
    ]  # fmt: skip


def test_what_was_previewed_comes_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = ["--dir", str(tmp_path), "--json"]
    mapped = [str(DATA / "generic_windows1252.csv"), "--map", "source=von", "--map", "target=nach"]
    leads = [str(DATA / "gsc_sample.csv"), "--for", "shop.example.com", "--date", "2026-01-31"]
    counted = []
    for asked in ([AHREFS], mapped, leads):
        assert run(["ingest", *asked, *home]) == 0
        row = json.loads(capsys.readouterr().out)["data"]
        counted.append((row["links"], row["leads"], row["records_bad"]))
    assert counted == [(3, 0, 1), (1, 0, 0), (0, 1, 0)]
    session = app.open_session(tmp_path)
    rows = app.backlinks(session, "shop.example.com", group="none", sort="source").rows
    assert [(row["vendors"], row["reported_lost"] is not None) for row in rows] == [
        (["ahrefs"], False), (["ahrefs"], True), ([], False), (["ahrefs"], False),
    ]  # fmt: skip
    assert {row["state"] for row in rows} == {"unverified"}


def test_questions_that_cannot_be_are_refused() -> None:
    with pytest.raises(SourceMissing, match="no such file"):
        app.preview(["none.csv"])
    with pytest.raises(UsageError, match="Write it as 2026-03-01"):
        app.preview([AHREFS], date="yesterday")
    assert run(["ingest", AHREFS, "--map", "source", "--preview"]) == 2
