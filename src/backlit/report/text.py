"""How is a stranger's text shown so that it can neither run, hide, nor reorder what stands around it?

Anchors, titles and URLs are written by the people whose links are being judged. Every face shows
them through `visible` (then escapes for its own medium) and links to them through `web_address`.
Unicode TR 36 and CVE-2021-42574 ("Trojan Source") say what bidirectional controls can do to a line.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

__all__ = [
    "above",
    "by_name",
    "count",
    "day",
    "found_instead",
    "host_of",
    "landing",
    "month",
    "nothing_before",
    "path_of",
    "percent",
    "place",
    "plural",
    "relevance_read",
    "seldom_looked",
    "shorten",
    "spelled",
    "standing",
    "tail",
    "technique",
    "visible",
    "web_address",
]

# Format characters with a glyph of their own (Arabic, Syriac and Kaithi number signs): text, not tricks.
_DRAWN = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")
# Joiners spell Persian and Indic words and build emoji; between two such characters they are letters.
_JOINERS = frozenset("\u200c\u200d")
_SPACES = frozenset("\t\n\v\f\r\u0085\u2028\u2029")
_PLAIN = re.compile(r"[\x20-\x7e]*\Z")
_ADDRESS = re.compile(r"https?://[^\s/?#\\@]+(?:[/?#]|\Z)", re.IGNORECASE)
_TECHNIQUES = {
    "display-none": "not displayed",
    "visibility": "made invisible",
    "opacity": "transparent",
    "zero-size": "no size",
    "off-screen": "moved off the screen",
    "clip": "clipped away",
    "same-colour": "colour of its background",
    "hidden-attribute": "marked as hidden",
    "noscript": "for readers without scripts only",
    "tiny-image": "on a picture of one pixel",
}
_LONG_AGO = timedelta(days=365)
_FOUND = {
    "removed": "the page without the link",
    "page-gone": "no page any more",
    "page-redirected": "the page leads elsewhere",
    "soft-404": "no page any more, though it answers 200",
    "parked": "a domain for sale or parked",
    "domain-dead": "no such host any more",
    "alias-ended": "the link, whose address leads here no more",
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def visible(text: str | None) -> str:
    """The text with every invisible or reordering character spelled out: `pay<U+202E>lap`.

    Line breaks and tabs become spaces: a cell or a terminal line stays one line.
    """
    if not text:
        return ""
    if _PLAIN.match(text):
        return text
    return "".join(_shown(text, at) for at in range(len(text)))


def spelled(char: str) -> str:
    """A character that nobody sees, by its number."""
    return f"<U+{ord(char):04X}>"


def _shown(text: str, at: int) -> str:
    char = text[at]
    if char in _SPACES:
        return " "
    if unicodedata.category(char) not in {"Cc", "Cf", "Cs"} or char in _DRAWN:
        return char
    if char in _JOINERS and _joins(text, at):
        return char
    return spelled(char)


def _joins(text: str, at: int) -> bool:
    """Whether a joiner stands between two characters that it can join: neither is ASCII or invisible."""
    around = (text[at - 1] if at else "", text[at + 1 : at + 2])
    return all(char and ord(char) > 0x2FF and unicodedata.category(char)[0] in "LMS" for char in around)


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters, the end cut off by an ellipsis."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def clip(text: str, limit: int) -> str:
    """At most `limit` characters, cut off after a word by an ellipsis; a very long word is cut itself."""
    if len(text) <= limit:
        return text
    words = text[:limit].rpartition(" ")[0].rstrip()
    return words + "…" if len(words) >= limit // 2 else shorten(text, limit)


def tail(text: str, limit: int) -> str:
    """The last words of a text, at most `limit` characters, after an ellipsis."""
    if len(text) <= limit:
        return text
    cut = text[-limit:]
    return "…" + (cut.partition(" ")[2] or cut)


def web_address(url: str | None) -> str | None:
    """The URL if a click on it may leave the page: http(s), with a host, without credentials; else None."""
    if not url or not _ADDRESS.match(url) or visible(url) != url:
        return None
    return url


def host_of(url: str) -> str:
    """The host (and port) of an address, for a column that is too narrow for all of it."""
    return url.partition("://")[2].partition("/")[0] or url


def path_of(url: str) -> str:
    """What follows the host; `/` for a bare host."""
    rest = url.partition("://")[2]
    return "/" + rest.partition("/")[2] if rest else url


def landing(url: str, target: str) -> str:
    """Where a link to a target points: the path on its host or on the www of that, and on any other host the
    whole address without its scheme. Links lead to a target by redirects elsewhere, too, and the path of one
    would be looked for at the target."""
    hosts = [(each.partition("://")[2] or each).partition("/")[0].lower() for each in (url, target)]
    own = hosts[0].removeprefix("www.") == hosts[1].removeprefix("www.")
    return path_of(url) if own else url.partition("://")[2] or url


def count(value: float | None) -> str:
    """`12,045`; a dash for unknown, so that unknown never looks like zero."""
    if value is None:
        return "–"
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


def plural(number: int, one: str, many: str | None = None) -> str:
    """`1 link`, `12 links`."""
    return f"{count(number)} {one if number == 1 else many or one + 's'}"


def place(rank: float, of: int, tied: int | None = None) -> str:
    """`place 12 of 351 ranked domains`; equals, whose rank is the mean, by the first."""
    first = rank - ((tied or 1) - 1) / 2
    shared = f", shared by {count(tied)}" if tied and tied > 1 else ""
    if not float(first).is_integer():  # a release that did not count its ties
        shared = ", tied"
    return f"place {count(int(first))} of {count(of)} ranked domains{shared}"


def above(percentile: float) -> str:
    """`above 98 %` of those that were ranked: never all of them, for nobody is above themselves."""
    return f"above {percent(min(percentile, 99.99), 100)}"


def standing(state: str, last_seen: datetime | None, as_of: datetime | None) -> str:
    """The state of a link in words; live is not claimed of pages that nobody read for a year."""
    if state == "live" and last_seen and as_of and as_of - last_seen > _LONG_AGO:
        return "live when last read"
    return {"unverified": "not verified", "syndicated": "to a copy elsewhere"}.get(state, state)


def found_instead(reason: str | None) -> str:
    """What a later look found where a link had been, in words."""
    return _FOUND.get(reason or "", (reason or "not known").replace("-", " "))


def technique(name: str) -> str:
    """How a link is hidden, in words: `zero-size` is `no size`."""
    return _TECHNIQUES.get(name, name.replace("-", " "))


def by_name(name: str) -> list[tuple[int, str]]:
    """What names are sorted by: numbers in them by their size, so that `site 2` comes before `site 10`."""
    parts = re.split(r"([0-9]+)", name.casefold())
    numbers = (each.lstrip("0") for each in parts)
    return [
        (len(number), number) if at % 2 else (0, each)
        for at, (each, number) in enumerate(zip(parts, numbers, strict=True))
    ]


def percent(part: float, whole: float) -> str:
    """A share for people: `37 %`, `0.4 %`, never `0 %` for something that exists."""
    if not whole or not part:
        return "0 %"
    share = 100 * part / whole
    if share < 0.1:
        return "< 0.1 %"
    if 99.5 <= share < 100:
        return "> 99 %"
    return f"{share:.1f} %" if share < 1 else f"{share:.0f} %"


def month(name: str) -> str:
    """`Mar 2026` for `2026-03`."""
    return f"{_MONTHS[int(name[5:7]) - 1]} {name[:4]}"


def day(moment: datetime | date | None) -> str:
    """`3 Mar 2026`, in English whatever the machine's locale; a dash for unknown."""
    return "–" if moment is None else f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"


def nothing_before(begins: str) -> str:
    """What is hidden where changes are asked for since a day before the first look, `begins` in ISO 8601."""
    return (
        f"Nothing was known before {begins[:10]}: links that were lost or changed since their first look"
        " are not told."
    )


def seldom_looked(row: Mapping[str, Any]) -> str:
    """That few links of an overview were looked at in the 30 days before the data end, so that nobody knows
    what came and went; nothing where that was so for many, or where none was looked at before."""
    if not row.get("seldom_looked"):
        return ""
    looked = row["looked_30d"]
    few = f"Only {count(looked)} of {plural(row['looked_ever'], 'link')} {'was' if looked == 1 else 'were'}"
    others = f"the others on {day(row['looked_before'])} or before: what else came and went is not known."
    return f"{few} looked at in the 30 days before the data end, {others}"


def relevance_read(method: str | None) -> str:
    """By which method relevance is read: numbers of two machines may differ by it."""
    if method is None:
        return ""
    near = "How near a page is to what the target is about is read from its words"
    if method == "words":
        return (
            f"{near} alone: the extra ml, which adds word vectors, is not installed. "
            "With it a few links may read otherwise."
        )
    return (
        f"{near} and, of targets with no more than 5,000 texts, from word vectors (the extra ml). "
        "Without it a few links may read otherwise."
    )
