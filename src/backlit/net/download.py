"""How does one named file come from the network: seen before it is read, bounded, and resumed?

Only what somebody named is asked for, over http and https. A redirect may not leave https for http.
"""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from backlit.errors import DiskFull, SourceError, SourceMissing, UsageError
from backlit.net.exchange import Exchange, Limits, Network
from backlit.net.failure import Failure, FailureKind, Stopped
from backlit.net.fetch import Gate, opened

__all__ = ["Offer", "download", "look"]

Told = Callable[[int, int | None], None]

_LIMITS = Limits(idle=30.0, total=None, body=None, hops=5)
_PIECE = 1 << 20
_MOST = 64 << 30  # bytes of one file
_name = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,200}").fullmatch


@dataclass(frozen=True, slots=True)
class Offer:
    """A file as its server describes it, before any of it is read; None where that is not said."""

    url: str
    name: str
    size: int | None
    changed: datetime | None
    etag: str | None


def look(network: Network, url: str) -> Offer:
    """Ask what a file is, without reading it. UsageError for an address that names no file."""
    parts = urlsplit(url)
    name = unquote(parts.path.rpartition("/")[2])
    if parts.scheme not in ("http", "https") or not parts.hostname or not _name(name):
        found = "that is no http or https address of a file"
        raise UsageError(f"fetch {url[:200]}", found, "Name the file, as https://host.example/path/file.gz.")
    with _answer(network, url, "HEAD", {}) as answer:
        size = answer.header("Content-Length") or ""
        changed = _date(answer.header("Last-Modified"))
        return Offer(url, name, int(size) if size.isdigit() else None, changed, answer.header("ETag"))


def download(network: Network, offer: Offer, folder: Path, told: Told) -> Path:
    """The file in a folder; what an earlier try of the same file left there is not read again.

    SourceError when the server stops early or sends more than it said; DiskFull before anything is read.
    """
    asked = f"fetch {offer.url}"
    target, part = folder / offer.name, folder / f"{offer.name}.part"
    have = part.stat().st_size if part.exists() and offer.etag else 0
    if offer.size is not None and offer.size - have > shutil.disk_usage(folder).free:
        found = f"the file has {offer.size / 1e6:,.0f} MB, more than is free in {folder}"
        raise DiskFull(asked, found, "Make room, or use --dir on another disk.")
    headers = {"Range": f"bytes={have}-", "If-Range": offer.etag} if have and offer.etag else {}
    if have != offer.size:
        with _answer(network, offer.url, "GET", headers) as answer:
            have = have if answer.status == 206 else 0
            _write(answer, part, have, offer, told)
    if offer.size is not None and part.stat().st_size != offer.size:
        found = f"{part.stat().st_size:,} of {offer.size:,} bytes came"
        raise SourceError(asked, found, "Run the same command again: it goes on from there.")
    return part.replace(target)


def _write(answer: Exchange, part: Path, have: int, offer: Offer, told: Told) -> None:
    limit = _MOST if offer.size is None else offer.size
    with part.open("ab" if have else "wb") as file:
        try:
            for piece in iter(lambda: answer.read(_PIECE), b""):
                have += len(piece)
                if have > limit:
                    found = f"more than {limit:,} bytes came"
                    again = "The file changes while it is read: try later."
                    raise SourceError(f"fetch {offer.url}", found, again)
                file.write(piece)
                told(have, offer.size)
        finally:  # what came is not asked for again
            file.flush()
            os.fsync(file.fileno())


@contextmanager
def _answer(network: Network, url: str, method: str, headers: dict[str, str]) -> Iterator[Exchange]:
    """The server's answer; whatever goes wrong with it in one sentence."""
    asked, again = f"fetch {url}", "Run the same command again, or import a file that you have."
    try:
        with opened(
            network, url, method=method, headers=headers, limits=_LIMITS, gate=_never_less_safe()
        ) as answer:
            if answer.status in (404, 410):
                raise SourceMissing(asked, f"the server answers {answer.status}", "Check the address.")
            if answer.status not in (200, 206):
                raise SourceError(asked, f"the server answers {answer.status} {answer.reason}", again)
            yield answer
    except Stopped as stopped:
        raise _told(asked, again, stopped) from stopped


def _never_less_safe() -> Gate:
    """A gate that lets no redirect leave https."""
    last: list[str] = []

    def gate(url: str) -> Failure | None:
        if last and last[-1].startswith("https:") and url.startswith("http:"):
            return Failure(FailureKind.LOCATION, f"a redirect from https to {url[:200]}")
        last.append(url)
        return None

    return gate


def _told(asked: str, again: str, stopped: Stopped) -> SourceError:
    """What stopped a download, and what to do about it."""
    failure = stopped.failure
    if failure.kind is FailureKind.REFUSED:
        again = "Name a public address, or the networks of your own that may be read in BACKLIT_INTRANET."
    elif failure.kind is FailureKind.LOCATION:
        again = "Name the file's own https address."
    return SourceError(asked, failure.why, again)


def _date(text: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(text) if text else None
    except ValueError:
        return None
