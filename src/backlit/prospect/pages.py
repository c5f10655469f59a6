"""Is a page a list of links, or does it ask strangers for articles? By the signs that were kept of it."""

import re
from collections.abc import Mapping
from typing import Any

from backlit.prospect.cues import LISTS

__all__ = ["invitation", "is_list"]

Row = Mapping[str, Any]

#: Other sites of a list that says that it is one, and of one that only is; the share of the page's text that
#: is in items of such a list.
_CALLED, _UNCALLED = 3, 5
_CALLED_SHARE, _SHARE = 0.15, 0.4
#: Characters of an item above which a list is prose with links in it, such as references.
_ITEM = 260
_says_list = re.compile(LISTS).search
#: Headings under which a paper or an article lists what it quotes.
_quotes = re.compile(
    r"\b(?:references|bibliograph\w*|footnotes|citations|einzelnachweise|works cited)\b"
).search
#: A line that is longer than a button.
_SENTENCE = 30


def is_list(row: Row) -> bool:
    """Whether a page is a list of links to other sites: by its name with a few, without it with more, where
    most of it is that list."""
    many, characters = len(row["listed"]), row["characters"] or 0
    if not characters or many < _CALLED or row["listed_characters"] > many * _ITEM:
        return False
    named = " \n".join(part for part in (row["title"], row["heading"]) if part).lower()
    if _quotes(named):
        return False
    share = row["listed_characters"] / characters
    if _says_list(f"{named} \n{row['page_key'].rpartition('/')[2].lower()}"):
        return bool(share >= _CALLED_SHARE)
    return bool(many >= _UNCALLED and share >= _SHARE)


def invitation(row: Row) -> float:
    """How surely a page asks strangers for articles: 0 not at all, 1 by a button, 2 in a sentence, 3 more by
    its title."""
    quote = row["invites"]
    if not quote:
        return 0.0
    named = f"{row['title'] or ''} {row['heading'] or ''}".lower()
    return 1.0 + (len(quote) >= _SENTENCE) + 3.0 * (quote[:_SENTENCE].lower() in named)
