"""What does the page about filters say? Written from the registered fields, for docs and app."""

from collections.abc import Sequence
from dataclasses import dataclass

from backlit.index.filters import Field, fields_of, predicates_of

__all__ = ["EXAMPLES", "Example", "filters_page"]


@dataclass(frozen=True, slots=True)
class Example:
    """A filter that can be tried as it is: on which list, and what it finds."""

    view: str
    q: str
    finds: str


EXAMPLES: Sequence[Example] = (
    Example("backlinks", "rel:follow placement:content", "followed links in the text"),
    Example("backlinks", "is:new", "links that came in the last 30 days, to pages read before"),
    Example("backlinks", "lost_at:<90d", "links lost in the last 90 days"),
    Example("backlinks", "is:hidden OR is:sitewide", "hidden links, and those in the frame of many pages"),
    Example("backlinks", "rel:(ugc,sponsored)", "links marked as left by users, or as paid"),
    Example("backlinks", "is:broken", "links to pages that answered with an error"),
    Example("backlinks", "-language:en has:language", "links on pages in a language other than English"),
    Example("domains", "authority:>40 links:>=2", "strong domains with several links"),
    Example("backlinks", "decision:none unnatural:>=60", "links to look at that nobody has decided on"),
    Example("domains", "decision:(ask-removal,watch)", "domains that are to be looked at again"),
    Example("domains", "first_seen:<90d", "domains whose first link came in the last 90 days"),
    Example("anchors", "domains:>=3 -anchor:~example", "words that three domains or more use"),
    Example("pages", "status:>=400", "pages of the target that have links and answer with an error"),
    Example("changes", "reason:removed authority:>20", "links that strong pages took out"),
)

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
    tries = [
        f"| `{each.q}` | {each.view.replace('pages', 'best pages')} | {each.finds} |" for each in EXAMPLES
    ]
    parts = [_FILTERS, "## Examples\n\n| filter | list | finds |\n|---|---|---|\n" + "\n".join(tries) + "\n"]
    for view, title in _VIEWS.items():
        fields = [each for each in fields_of(view) if view in ("backlinks", each.level)]
        lines = [_field_line(each) for each in fields]
        parts.append(f"## {title}\n\n| field | holds | meaning |\n|---|---|---|\n" + "\n".join(lines) + "\n")
    rows = [f"| `{each.verb}:{each.name}` | {each.help} |" for each in predicates_of("backlinks") if each.sql]
    parts.append("## What a link is\n\n| | |\n|---|---|\n" + "\n".join(rows) + "\n")
    return "\n".join(parts)


def _field_line(field: Field) -> str:
    names = ", ".join(f"`{name}`" for name in (field.name, *field.aliases))
    values = ", ".join(f"`{code}`" for code in field.codes or ())
    return f"| {names} | {_HOLDS[field.kind]} {values} | {field.help} |".replace("  ", " ")
