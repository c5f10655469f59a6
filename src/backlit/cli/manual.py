"""What do the pages of the reference say that are made from the code: the fields of filters?"""

from collections.abc import Callable, Mapping

__all__ = ["MANUAL", "filters_page"]

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
| `target:/shop/*`, `target:example.com/a`, `target:https://…` | an address: path, without scheme, whole |
| `field:unknown`, `has:field` | nobody knows it; somebody does |
| `a b`, `a OR b`, `-a`, `NOT a`, `( )` | both, either, everything but; blanks bind tighter than `OR` |

What is not known is neither true nor false. `-rel:nofollow` is everything that `rel:nofollow` is not, and so
keeps links whose rel was not read; `rel!=nofollow` is only what is known to differ.

A list starts from links that are not lost. A filter that speaks of `state`, of losses, or says `is:lost` or
`is:live` chooses from all of them.

In a list of domains, anchors or pages a condition on links chooses the links that are counted, one on the
columns of the list chooses among its rows. The two join with AND, not with `OR`.

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


#: The pages by the names of their files.
MANUAL: Mapping[str, Callable[[], str]] = {"filters.md": filters_page}
