"""How does one named file come from the network: seen before it is read, bounded, and resumed?

Only what somebody named is asked for, over http and https. A redirect may not leave https for http, nor lead
from a public address into a private network.
"""

import ipaddress
import os
import re
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPException, HTTPMessage
from pathlib import Path
from typing import IO, Any
from urllib.error import HTTPError
from urllib.parse import unquote, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from backlit.errors import DiskFull, SourceError, SourceMissing, UsageError

__all__ = ["Offer", "download", "look"]

Told = Callable[[int, int | None], None]

_TIMEOUT = 30.0  # seconds without a byte
_PIECE = 1 << 20
_MOST = 64 << 30  # bytes of one file
_name = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,200}").fullmatch
_AGENT = "Backlit"


@dataclass(frozen=True, slots=True)
class Offer:
    """A file as its server describes it, before any of it is read; None where that is not said."""

    url: str
    name: str
    size: int | None
    changed: datetime | None
    etag: str | None


class _Redirects(HTTPRedirectHandler):
    max_redirections = 5

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        """Follow within the rules of this module."""
        before, after = urlsplit(req.full_url), urlsplit(newurl)
        asked = f"fetch {req.full_url}"
        if after.scheme not in ("http", "https") or (before.scheme, after.scheme) == ("https", "http"):
            raise SourceError(asked, f"it sends us to {newurl[:200]}", "Name the file's own https address.")
        if _is_public(before.hostname) and not _is_public(after.hostname):
            raise SourceError(
                asked, f"it sends us into a private network, {newurl[:200]}", "Name another one."
            )
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def look(url: str) -> Offer:
    """Ask what a file is, without reading it. UsageError for an address that names no file."""
    parts = urlsplit(url)
    name = unquote(parts.path.rpartition("/")[2])
    if parts.scheme not in ("http", "https") or not parts.hostname or not _name(name):
        found = "that is no http or https address of a file"
        raise UsageError(f"fetch {url[:200]}", found, "Name the file, as https://host.example/path/file.gz.")
    with _answer(Request(url, method="HEAD", headers={"User-Agent": _AGENT})) as answer:  # noqa: S310 - checked above
        headers = answer.headers
        size = headers.get("Content-Length", "")
        return Offer(
            url, name, int(size) if size.isdigit() else None, _date(headers.get("Last-Modified")),
            headers.get("ETag"),
        )  # fmt: skip


def download(offer: Offer, folder: Path, told: Told) -> Path:
    """The file in a folder; what an earlier try of the same file left there is not read again.

    SourceError when the server stops early or sends more than it said; DiskFull before anything is read.
    """
    asked = f"fetch {offer.url}"
    target, part = folder / offer.name, folder / f"{offer.name}.part"
    have = part.stat().st_size if part.exists() and offer.etag else 0
    if offer.size is not None and offer.size - have > shutil.disk_usage(folder).free:
        found = f"the file has {offer.size / 1e6:,.0f} MB, more than is free in {folder}"
        raise DiskFull(asked, found, "Make room, or use --dir on another disk.")
    headers = {"User-Agent": _AGENT}
    if have and offer.etag:
        headers |= {"Range": f"bytes={have}-", "If-Range": offer.etag}
    if have != offer.size:
        with _answer(Request(offer.url, headers=headers)) as answer:  # noqa: S310 - `look` checked it
            have = have if answer.status == 206 else 0
            _write(answer, part, have, offer, told)
    if offer.size is not None and part.stat().st_size != offer.size:
        found = f"{part.stat().st_size:,} of {offer.size:,} bytes came"
        raise SourceError(asked, found, "Run the same command again: it goes on from there.")
    return part.replace(target)


def _write(answer: Any, part: Path, have: int, offer: Offer, told: Told) -> None:
    limit = _MOST if offer.size is None else offer.size
    with part.open("ab" if have else "wb") as file:
        while piece := answer.read(_PIECE):
            have += len(piece)
            if have > limit:
                found = f"more than {limit:,} bytes came"
                raise SourceError(
                    f"fetch {offer.url}", found, "The file changes while it is read: try later."
                )
            file.write(piece)
            told(have, offer.size)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _answer(request: Request) -> Iterator[Any]:
    """The server's answer; whatever goes wrong with it in one sentence."""
    asked, again = f"fetch {request.full_url}", "Run the same command again, or import a file that you have."
    try:
        with build_opener(_Redirects).open(request, timeout=_TIMEOUT) as answer:
            yield answer
    except HTTPError as error:
        if error.code in (404, 410):
            raise SourceMissing(asked, f"the server answers {error.code}", "Check the address.") from error
        raise SourceError(asked, f"the server answers {error.code} {error.reason}", again) from error
    except (OSError, HTTPException) as error:
        if isinstance(error, SourceError | DiskFull):
            raise
        raise SourceError(
            asked, str(getattr(error, "reason", error)) or type(error).__name__, again
        ) from error


def _is_public(host: str | None) -> bool:
    try:
        found = socket.getaddrinfo(host, None)
    except OSError:
        return False
    return all(ipaddress.ip_address(each[4][0]).is_global for each in found)


def _date(text: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(text) if text else None
    except ValueError:
        return None
