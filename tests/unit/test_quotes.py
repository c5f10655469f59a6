"""What becomes of rows of a table around a quote that never closes?"""

from pathlib import Path

import pytest

from backlit import app


@pytest.mark.parametrize("rows", [6, 9_000])
def test_a_quote_that_never_closes_costs_one_row_and_is_named(tmp_path: Path, rows: int) -> None:
    lines = [f"https://c{n}.example/p,https://t.test/{n},anchor" for n in range(rows)]
    lines[2] = 'https://c2.example/p,https://t.test/2,"open'
    path = tmp_path / "links.csv"
    path.write_text("\n".join(["Source URL,Target URL,Anchor", *lines]) + "\n")
    done = app.ingest(tmp_path / "home", [str(path)], date="2026-01-01", workers=1).row
    assert (done["links"], done["records_bad"]) == (rows - 1, 1)
    [problem] = done["problems"]
    assert (problem["offset"], problem["why"].startswith("no row: ")) == (4, True)


def test_cells_of_several_lines_stay_whole(tmp_path: Path) -> None:
    path = tmp_path / "links.csv"
    path.write_text(
        'Source URL,Target URL,Anchor\nhttps://a.example/,https://t.test/1,"two\nlines, ""quoted"""\n'
        "https://b.example/,https://t.test/2,one\n"
    )
    done = app.ingest(tmp_path / "home", [str(path)], date="2026-01-01", workers=1).row
    assert (done["links"], done["records_bad"]) == (2, 0)
    found = app.backlinks(app.open_session(tmp_path / "home"), "t.test", group="none", sort="source").rows
    assert [row["anchor"] for row in found] == ['two lines, "quoted"', "one"]
