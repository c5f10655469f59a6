"""What does SQL of one's own say about the index? The command for it."""

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from backlit.cli.face import Face, command
from backlit.cli.helping import LOOK
from backlit.cli.look import AsOf

if TYPE_CHECKING:
    from backlit.app.answer import Answer, Row
    from backlit.cli.tables import View

__all__ = ["sql"]

Text = Annotated[str, typer.Argument(metavar="SQL", help="One SELECT, as DuckDB reads it; - for stdin.")]
Rows = Annotated[
    int, typer.Option("--limit", metavar="N", min=1, help="At most so many rows. A file gets all of them.")
]
Seconds = Annotated[
    float | None, typer.Option(metavar="N", help="How long it may take. Default: 30.", show_default=False)
]


@command(
    "sql",
    'backlit sql "SELECT target_domain, count(*) FROM links GROUP BY 1 ORDER BY 2 DESC LIMIT 9"',
    "backlit sql \"SELECT * FROM backlinks_of('example.com') WHERE state = 1\" -o links.parquet",
    "backlit sql \"SELECT * FROM backlinks_of('example.com')\" --as-of 2026-03-31",
    panel=LOOK,
    files=True,
)
def sql(face: Face, text: Text, *, limit: Rows = 1_000, seconds: Seconds = None, as_of: AsOf = None) -> None:
    """Read the tables with SQL.

    One SELECT over `links`, `pages`, `ranks` and the others, and over `backlinks`, the links as they are
    known. It can read nothing else and change nothing. docs/reference/tables.md describes the columns.
    """
    from backlit import app
    from backlit.cli.output import draw, put, put_json, put_rows, way_of

    asked = sys.stdin.read() if text == "-" else text
    session = face.session()
    if face.out is not None:
        _write(face, app.sql_rows(session, asked, as_of=as_of, seconds=seconds))
        return
    answer = app.sql(session, asked, as_of=as_of, limit=limit, seconds=seconds)
    way = way_of(face)
    if way == "json":
        put_json(answer.envelope())
    elif way == "screen":
        from backlit.cli.tables import table_of

        put(draw(*table_of(answer, _view(answer))))
    else:
        put_rows(face, answer.rows)
    if answer.total_is == "at_least":
        face.remark(f"{limit:,} rows of more; --limit N for more, or all of them into a file: -o FILE.csv")


def _view(answer: "Answer") -> "View":
    from backlit.cli.tables import Column, View
    from backlit.report.text import visible

    def cell(name: str) -> Column:
        def shown(row: "Row") -> str:
            return "–" if row[name] is None else visible(str(row[name]))

        return Column(visible(name), shown, share=1)

    names = list(answer.rows[0]) if answer.rows else []
    return View("rows", [cell(name) for name in names], "The statement has no result.")


def _write(face: Face, batches: "Iterator[list[Row]]") -> None:
    """All rows into the file, as they are made."""
    from backlit.cli.output import replaced
    from backlit.report.export import format_of, write_rows

    assert face.out is not None
    kind = format_of(face.out)
    with replaced(face.out) as stream:
        rows = (row for batch in batches for row in batch)
        count = write_rows(rows, None, kind, stream, raw=face.raw, header=face.header)
    face.remark(f"wrote {count:,} rows to {face.out}")
