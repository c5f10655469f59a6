"""Which rows does a filter mean? The language of `-q`, of `q=` in addresses, and of saved views.

    rel:nofollow placement:(content,comment) first_seen:>2026-01-01 -domain:*.blogspot.com "garden chairs"

A word or a quoted phrase is looked for in a link's text and around it. `field:value` compares, with
`= != > >= < <= ~ ^` in the place of or after the colon (`~` a regular expression, `^` the beginning);
`(a,b)` is any of them, `60..80` a range, `<30d` an age, `*` and `?` stand for what is not known.
`is:` and `has:` ask for what a link is and what is known of it. Blanks mean AND; `OR`, `-` or `NOT`,
and parentheses work as everywhere. `-x` is all that is not x, the unknown included; `field!=value`
only what is known to differ.

`parse` makes a frozen tree, `render` writes it in its one canonical form, `compile_filter` turns it into
DuckDB's SQL in which every value is a parameter. Higher rooms add their fields with `register`.
docs/reference/filters.md lists them all.
"""

from backlit.index.filters import known as _known  # the index's own fields register themselves
from backlit.index.filters.fields import Field, Predicate, fields_of, predicates_of, register
from backlit.index.filters.parser import parse
from backlit.index.filters.sql import Filter, compile_filter
from backlit.index.filters.syntax import And, Compare, Node, Not, Or, Value, Words, render

__all__ = [
    "And",
    "Compare",
    "Field",
    "Filter",
    "Node",
    "Not",
    "Or",
    "Predicate",
    "Value",
    "Words",
    "compile_filter",
    "fields_of",
    "parse",
    "predicates_of",
    "register",
    "render",
]

_known.register_all()
