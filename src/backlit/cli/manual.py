"""What do the pages of the reference say that are made from the code: filters and tables?"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

__all__ = ["MANUAL", "filters_page", "tables_page"]

_FILTERS = """\
# Filters

One line says which rows are meant. It is the same after `-q` on the command line, as `q=` in addresses and
over REST, in Python, and in the box above every list of the web app. This page is written by `scripts/docs`.

    backlit backlinks example.com -q 'rel:follow placement:content -domain:*.blogspot.com first_seen:<30d'

| written | meaning |
|---|---|
| `chairs`, `"garden chairs"` | the link's text, what stands round it, or the page's title holds this |
| `field:value` | text holds the value, a name or an address is it, a number or a day is it |
| `field:=value`, `!=`, `>`, `>=`, `<`, `<=` | compares; the colon may be left out: `authority>=40` |
| `field:^value` | begins with it |
| `field:~"expression"` | a regular expression of RE2, anywhere in it; `(?i)` ignores case |
| `domain:*.blogspot.com` | `*` stands for anything, `?` for one character; in quotes they mean themselves |
| `rel:(nofollow,ugc)` | any of these |
| `authority:60..80`, `first_seen:2026-01..2026-03` | from, to, both included; one end may be left out |
| `first_seen:2026-03`, `first_seen:>2026-01-01` | a year, a month, a day or a moment |
| `seen:<30d` | younger than 30 days (`d`, `w`, `m`, `y`), counted back from the date of the data |
| `target:/shop/*`, `target:example.com/a`, `target:https://…` | a path, without scheme, whole |
| `domain:www.example.com`, `tld:.org`, `host:bücher.example` | however it is written |
| `ip:10.0.0.0/8`, `ip:192.0.2.1..192.0.2.9`, `network:192.0.2.1` | those in it; that of it |
| `language:en`, `language:en-GB` | a language with all its regions, or one of them |
| `field:unknown`, `has:field` | nobody knows it; somebody does |
| `a b`, `a OR b`, `-a`, `NOT a`, `( )` | both, either, everything but; blanks bind tighter than `OR` |

What is not known is neither true nor false. `-rel:nofollow` is everything that `rel:nofollow` is not, and so
keeps links whose rel was not read; `rel!=nofollow` is only what is known to differ.

A list starts from links that are not lost. A filter that speaks of `state`, of losses, or says `is:lost` or
`is:live` chooses from all of them.

In a list of domains, anchors or pages a condition on links chooses the links that are counted, one on the
columns of the list chooses among its rows. The two join with AND, not with `OR`.

Names and addresses are found however they are written: with `www.`, a scheme or a dot, in ASCII or in letters
of their own. Capitals count only after `:=`. `ip:` takes a network or a range of any size, `network:` one
address of it too.

A value that nothing can equal is an error rather than an empty list: a range that runs backwards
(`authority:80..60`), a host where a domain is asked for (`domain:blog.example.com`), a page that is only a
host (`page:example.com`), a word where a code is kept (`language:English`). It names the form to use.

At most 4,096 bytes, 64 conditions, and 8 levels of nesting. What cannot be read is answered with the place
and the nearest names, on the command line with exit code 2, over REST with a problem of status 400.
"""

_VIEWS = {
    "backlinks": "Fields of a link",
    "domains": "Columns of a list of domains",
    "anchors": "Columns of a list of anchors",
    "pages": "Columns of a list of best pages",
    "changes": "Columns of a list of changes",
}
_HOLDS = {
    "words": "text",
    "name": "name",
    "address": "address",
    "number": "number",
    "date": "date",
    "code": "one of",
    "bits": "any of",
    "names": "names",
    **dict.fromkeys(("domain", "host", "suffix", "ip", "network", "language"), "name"),
}


def filters_page() -> str:
    """The filter language, and every field and predicate that is registered."""
    from backlit.index.filters import fields_of, predicates_of

    parts = [_FILTERS]
    for view, title in _VIEWS.items():
        fields = [each for each in fields_of(view) if view in ("backlinks", each.level)]
        lines = [_field_line(each) for each in fields]
        parts.append(f"## {title}\n\n| field | holds | |\n|---|---|---|\n" + "\n".join(lines) + "\n")
    rows = [f"| `{each.verb}:{each.name}` | {each.help} |" for each in predicates_of("backlinks") if each.sql]
    parts.append("## What a link is\n\n| | |\n|---|---|\n" + "\n".join(rows) + "\n")
    return "\n".join(parts)


def _field_line(field: "object") -> str:
    from backlit.index.filters import Field

    assert isinstance(field, Field)
    names = ", ".join(f"`{name}`" for name in (field.name, *field.aliases))
    values = ", ".join(f"`{code}`" for code in field.codes or ())
    return f"| {names} | {_HOLDS[field.kind]} {values} | {field.help} |".replace("  ", " ")


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
    for kind in (model.Kind, model.Rel, model.Placement, model.Hidden, model.Robots, model.Reader,
                 model.LostReason, model.State):  # fmt: skip
        codes = ", ".join(f"{int(each)} {each.name.lower().replace('_', '-')}" for each in kind)
        yield f"- **{kind.__name__}**: {codes}"
    yield ""


#: The pages by the names of their files.
MANUAL: Mapping[str, Callable[[], str]] = {"filters.md": filters_page, "tables.md": tables_page}
