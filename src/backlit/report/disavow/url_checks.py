"""What is wrong with a line that names one page?"""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from backlit.report.disavow.domain_checks import breadth_of
from backlit.report.disavow.entries import MOST_URL, Line, entry_of
from backlit.report.disavow.faults import Fault, fault
from backlit.urls import DROPPED_PARAMETERS, DROPPED_PREFIX

__all__ = ["url_faults"]

_default_port = re.compile(r"(http://[^/]*):80(?=/|\Z)|(https://[^/]*):443(?=/|\Z)")
#: What of a host may be wrong for a page, too.
_OF_HOST = ("not-public", "domain-one-label", "unknown-ending")


def url_faults(line: Line, said: str) -> Iterator[Fault]:
    """The faults of a line that begins as a URL."""

    def told(kind: str, found: str = "", mended: str | None = None) -> Fault:
        return fault(kind, line.number, line.text, found=found, mended=mended)

    if len(said) > MOST_URL:
        yield told("url-too-long", f"{len(said):,}")
        return
    if re.search(r"\s", said):
        yield told("url-has-space")
        return
    entry = entry_of(said)
    if entry is None:
        yield told("url-malformed")
        return
    href = entry.value
    parts = urlsplit(href)
    if "@" in parts.netloc:
        yield told("url-has-login")
    yield from (told(kind, found) for kind, found in breadth_of(entry.host) if kind in _OF_HOST)
    yield from (told(kind, found) for kind, found in _of_page(said, parts.path, parts.query))
    if spelling := _spelling(said, href):
        yield told(spelling, href, href)


def _of_page(said: str, path: str, query: str) -> Iterator[tuple[str, str]]:
    if "*" in path:
        yield "url-has-wildcard", ""
    if "#" in said:
        yield "url-fragment", ""
    names = [part.partition("=")[0].lower() for part in query.split("&")]
    tracking = [name for name in names if name in DROPPED_PARAMETERS or name.startswith(DROPPED_PREFIX)]
    if tracking:
        yield "url-tracking", ", ".join(tracking[:3])
    if path == "/" and not query:
        yield "url-is-home", ""
    elif path.endswith("/") and not query:
        yield "url-is-folder", ""


def _spelling(said: str, href: str) -> str | None:
    """Whether a URL is spelt otherwise than browsers do; a slash after a bare host is no matter."""
    plain = said.partition("#")[0]
    if plain in (href, href.removesuffix("/")):
        return None
    return "url-spelling" if plain.isascii() else "url-not-encoded"
