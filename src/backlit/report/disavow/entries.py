"""What does one line of a disavow file say: nothing, a remark, a domain, or the address of one page?

Read as leniently as people write, so that a file can be compared and mended; what Google would make of the
line is for the checks to say.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from backlit.report.disavow.reading import Source
from backlit.urls import host_of_key, page_key, resolve

__all__ = ["MOST_URL", "Entry", "Line", "entry_of", "host_of_name", "line_of", "plain"]

#: Characters of the longest URL that Google takes.
MOST_URL = 2_048
#: Of a name; DNS has no longer ones.
_MOST_NAME = 253

#: Characters that are not seen and mean nothing in an entry: zero width, directions, soft hyphens, tags.
_unseen = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]"
)
_keyword = re.compile(r"domain[ \t\xa0]*:", re.IGNORECASE)
_web = re.compile(r"https?://", re.IGNORECASE)
#: A name that is spelt as every server sees it, and whose last label no browser takes for a number.
_usual = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]").fullmatch


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """What is disavowed: everything on a domain and below it, or one page."""

    kind: Literal["domain", "url"]
    #: the host as it is written on the wire, or the URL as browsers write it
    value: str

    def __str__(self) -> str:
        return f"domain:{self.value}" if self.kind == "domain" else self.value

    @property
    def host(self) -> str:
        """The host that the entry is about."""
        return self.value if self.kind == "domain" else host_of_key(page_key(self.value))


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the file: where it stands, what it is, and the entry that it means."""

    source: Source
    kind: Literal["blank", "comment", "domain", "url", "other"]
    entry: Entry | None = None

    @property
    def number(self) -> int:
        """The number of the line, from 1."""
        return self.source.number

    @property
    def text(self) -> str:
        """The line as it stands, without its end."""
        return self.source.text


def line_of(source: Source) -> Line:
    """What a line says."""
    said = plain(source.text)
    if not said:
        return Line(source, "blank")
    if said.startswith("#"):
        return Line(source, "comment")
    entry = entry_of(said)
    return Line(source, entry.kind, entry) if entry else Line(source, "other")


def plain(text: str) -> str:
    """A line without what is not seen, and without the spaces around it."""
    return (text if text.isascii() and text.isprintable() else _unseen.sub("", text)).strip()


def entry_of(said: str) -> Entry | None:
    """The entry that a line means; None where it is none. The line is `plain`."""
    if keyword := _keyword.match(said):
        host = host_of_name(said[keyword.end() :].strip())
        return Entry("domain", host) if host else None
    if _web.match(said) and len(said) <= MOST_URL and not any(map(str.isspace, said)):
        href = resolve(said)
        return Entry("url", href) if href else None
    return None


@lru_cache(maxsize=1 << 17)
def host_of_name(name: str) -> str | None:
    """The host that a bare name means, in lower case and in ASCII, without a dot at its end; None of others.

    >>> host_of_name("Müller.example."), host_of_name("a.example/path"), host_of_name("a b.example")
    ('xn--mller-kva.example', None, None)
    """
    if len(name) > _MOST_NAME or not name:
        return None
    if _usual(name) and "xn--" not in name:
        return name
    if any(char in "/?#@\\:%[]*<>^|,;\"' " or char.isspace() for char in name):
        return None
    href = resolve(f"https://{name}/")
    host = host_of_key(page_key(href)).rstrip(".") if href else ""
    return host if host and ".." not in host and not host.startswith(".") else None
