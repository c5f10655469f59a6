"""What do the pages of the reference say that are made from the code: filters and tables?"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from backlit.cli.python_manual import python_page
from backlit.report.disavow.manual import manual as disavow_page
from backlit.report.filter_page import filters_page
from backlit.score.manual import manual as findings_page

__all__ = ["MANUAL", "tables_page"]

_TABLES = """\
# The tables

The index is made of Apache Iceberg tables over Parquet files, below `warehouse` in the home: DuckDB, Spark,
Trino, Polars and pyiceberg read them without us. The version of the whole index is a snapshot of `links`,
whose summary names the snapshots of the other tables (`backlit.tables`); see docs/adr/0003. Times are UTC.
Null means unknown. Page keys are URLs turned round: `com.example.www/path?q`, see docs/adr/0002.

    backlit sql "SELECT source_key, anchor FROM backlinks_of('example.com') WHERE state = 1"

`backlit sql` runs one SELECT over the tables of a version, and over two views:

| view | |
|---|---|
{views}

A view has the columns of `links`, without `canonical_version` and the tombstones' own rows, and with
`state`, `absent_at`, `vendors` and `reported_lost`. A statement may take {seconds:g} seconds (`--seconds`),
{memory} of memory, {spill} of disk for what does not fit, {threads} threads, and answers with the first
1,000 rows (`--limit`; a file gets all). It opens no other file, no network and no extension, and it sets
nothing.

This page is written by `scripts/docs`.
"""


def tables_page() -> str:
    """Every table with its columns, from the schemas and the comments beside them."""
    from dataclasses import asdict

    from backlit import model
    from backlit.index.query import LIMITS, VIEWS
    from backlit.index.tables import SCHEMAS

    views = "\n".join(f"| `{name}` | {told} |" for name, told in VIEWS.items())
    parts = [_TABLES.format(views=views, **asdict(LIMITS))]
    about = _comments(model)
    for name, schema in SCHEMAS.items():
        head = f"## {name}\n\n{_sentence(about.get((name.upper(), ''), ''))}\n"
        head += "\n| column | type | |\n|---|---|---|\n"
        parts.append(head + "\n".join(_column_line(about, name, each) for each in schema) + "\n")
    return "\n".join([*parts, *_code_lists(model)])


def _comments(model: Any) -> dict[tuple[str, str], str]:
    """What the comments `#:` in the source say of each schema and of each field in it."""
    import inspect

    found: dict[tuple[str, str], str] = {}
    schema, told = "", ""
    for line in inspect.getsource(model).splitlines():
        comment = re.match(r"\s*#: (.*)", line)
        opened = re.match(r"_?([A-Z_]+) = (?:pa\.schema\(|\[)", line)
        named = re.match(r'\s*(?:_required|pa\.field)\(\s*"(\w+)"', line)
        if comment:
            told = f"{told} {comment[1]}".strip()
            continue
        if opened:
            schema = opened[1]
            found[schema, ""] = told
        elif named:
            found[schema, named[1]] = told
        told = ""
    return found


def _column_line(about: Mapping[tuple[str, str], str], table: str, field: Any) -> str:
    told = about.get((table.upper(), field.name), "") or about.get(("VENDOR_FIELDS", field.name), "")
    cells = (f"`{field.name}`", _type(field.type), told.replace("|", "\\|"))
    return "| " + " | ".join(cells) + " |"


def _type(kind: Any) -> str:
    return {"string": "text", "timestamp[us, tz=UTC]": "time"}.get(
        str(kind), str(kind).replace(" not null", "")
    )


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _code_lists(model: Any) -> Iterator[str]:
    """What the numbers in the columns of codes and masks mean."""
    yield "## Codes\n"
    for kind in (model.Kind, model.Rel, model.Placement, model.Hidden, model.Robots, model.PageSign,
                 model.Reader, model.LostReason, model.State):  # fmt: skip
        codes = ", ".join(f"{int(each)} {each.name.lower().replace('_', '-')}" for each in kind)
        yield f"- **{kind.__name__}**: {codes}"
    yield ""


#: The pages by the names of their files.
MANUAL: Mapping[str, Callable[[], str]] = {
    "disavow.md": disavow_page,
    "filters.md": filters_page,
    "findings.md": findings_page,
    "python.md": python_page,
    "tables.md": tables_page,
}
