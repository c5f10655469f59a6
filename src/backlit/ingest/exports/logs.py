"""Which pages sent visitors, and to where, by a web server's access log?

Read are the combined format of Apache and nginx, and lines of JSON as Caddy, nginx and Apache write them.
A referrer says that a page seems to link here, not with which link: a lead. How often it sent somebody is
a count of visits.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec

from backlit.ingest.assemble import Tally
from backlit.ingest.exports.files import BROKEN, DAMAGE, TableFile
from backlit.ingest.exports.privacy import without_personal
from backlit.ingest.exports.tabular import Lines, TooLong
from backlit.ingest.exports.values import date_of
from backlit.urls import URL_LIMIT

__all__ = ["Hit", "hits", "is_page_view", "looks_like_common_log", "looks_like_log", "referrers"]

#: Host, user, [time], "request", status, bytes, "referrer", and "user agent" where it is there.
_line = re.compile(
    r'\S+ \S+ [^\[]{1,80}\[([^\]]{1,40})\] "((?:[^"\\]|\\.)*+)" (\d{3}) \S+ "((?:[^"\\]|\\.)*+)"'
    r'(?: "((?:[^"\\]|\\.)*+)")?'
).match
_common = re.compile(r'\S+ \S+ [^\[]{1,80}\[[^\]]{1,40}\] "(?:[^"\\]|\\.)*+" \d{3} \S+\s*$').match
_TIME = "%d/%b/%Y:%H:%M:%S %z"

#: Pages remembered before they are handed out; bounds the memory.
_PAGES = 100_000

#: Programs that say what they are; a person's browser names none of these.
_is_program = re.compile(
    r"bot\b|bot[/_-]|crawl|spider|slurp|archiver|preview|monitor|uptime|headless|phantomjs|lighthouse"
    r"|facebookexternalhit|embedly|curl|wget|python|okhttp|go-http|java/|libwww|httpclient|scrapy|axios|feed",
    re.IGNORECASE,
).search
_is_asset = re.compile(
    r"\.(?:css|js|mjs|map|png|jpe?g|gif|svg|webp|avif|ico|woff2?|ttf|eot|otf|mp4|webm|mp3|json|xml|txt|rss|atom)$",
    re.IGNORECASE,
).search


@dataclass(frozen=True, slots=True)
class Hit:
    """One request: when, from which page (None: not told), for what, and by whom."""

    at: datetime
    referrer: str | None
    path: str | None
    host: str | None
    status: int | None
    agent: str | None


def looks_like_log(lines: list[str]) -> bool:
    """Whether most lines are those of an access log that tells referrers."""
    said = [line for line in lines if line.strip()]
    return bool(said) and sum(1 for line in said if _line(line) or _json_record(line)) >= 0.8 * len(said)


def looks_like_common_log(lines: list[str]) -> bool:
    """Whether most lines are those of an access log without referrers."""
    said = [line for line in lines if line.strip()]
    return bool(said) and sum(1 for line in said if _common(line)) >= 0.8 * len(said)


def referrers(file: TableFile, tally: Tally) -> Iterator[tuple[int, list[str]]]:
    """Each page that sent visitors and its latest time as cells, with the first line that names it."""
    pages: dict[str, tuple[int, datetime]] = {}
    for number, hit in hits(file, tally):
        page = without_personal(hit.referrer) if hit.referrer else None
        if page is None:
            continue
        first, latest = pages.get(page, (number, hit.at))
        pages[page] = first, max(latest, hit.at)
        if len(pages) >= _PAGES:
            yield from _told(pages)
            pages.clear()
    yield from _told(pages)


def _told(pages: dict[str, tuple[int, datetime]]) -> Iterator[tuple[int, list[str]]]:
    for page, (line, latest) in pages.items():
        yield line, [page, latest.isoformat()]


def is_page_view(hit: Hit) -> bool:
    """Whether a person seems to have asked for a page: no program, no part of a page, no redirect."""
    if not hit.agent or hit.agent == "-" or _is_program(hit.agent):
        return False
    answered = hit.status is None or 200 <= hit.status < 300 or hit.status in (304, 404, 410)
    return answered and not _is_asset((hit.path or "").partition("?")[0])


def hits(file: TableFile, tally: Tally) -> Iterator[tuple[int, Hit]]:
    """The requests of a log that name a referring page, with their lines; what is no request is counted."""
    with file.open_text() as text:
        for number, line in _lines(Lines(text), tally):
            hit = _hit(line, number, tally)
            if hit is not None:
                yield number, hit


def _lines(lines: Lines, tally: Tally) -> Iterator[tuple[int, str]]:
    while True:
        number = lines.begin_row()
        try:
            yield number, next(lines)
        except StopIteration:
            return
        except TooLong as error:
            tally.bad(number, f"no line of an access log: {error}")
        except BROKEN as error:
            tally.bad(number, DAMAGE.format(error))
            return


def _hit(line: str, number: int, tally: Tally) -> Hit | None:
    """The request on a line; None, which is counted, for no such line, and for one without a referrer."""
    found = _json_record(line) if line.startswith("{") else _combined_record(line)
    if found is None:
        if line.strip():
            tally.bad(number, "no line of an access log")
        return None
    page = found["referrer"].partition("#")[0]
    if not page.startswith(("http://", "https://")):
        return None  # "-": typed in, or not told
    if len(page) > URL_LIMIT:
        tally.bad(number, f"a referrer longer than {URL_LIMIT:,} characters")
        return None
    at = _time(found["time"])
    if at is None:
        tally.bad(number, f"no time of a request: {found['time']!r}")
        return None
    status = int(found["status"]) if found["status"].isdigit() else None
    return Hit(at, page, found["path"] or None, found["host"] or None, status, found["agent"] or None)


def _time(written: str) -> datetime | None:
    try:
        return datetime.strptime(written, _TIME).astimezone(UTC)
    except ValueError:
        return date_of(written.partition(".")[0] if written.replace(".", "").isdigit() else written)


def _combined_record(line: str) -> dict[str, str] | None:
    found = _line(line)
    if found is None:
        return None
    time, request, status, referrer, agent = found.groups("")
    told = {"time": time, "path": _path(request), "status": status, "referrer": referrer}
    return {**told, "agent": agent, "host": ""}


def _path(request: str) -> str:
    """The target of a request line, `GET /tea HTTP/1.1`."""
    words = request.split(" ")
    return words[1] if len(words) > 1 else ""


#: By what names the fields go in lines of JSON; `a.b` is within an object.
_JSON_NAMES = {
    "time": "ts time time_iso8601 time_local timestamp @timestamp start_time",
    "path": "request.uri request_uri uri path request request_line url",
    "host": "request.host host server_name http_host vhost",
    "status": "status status_code response_code",
    "referrer": "request.headers.Referer http_referer referer referrer http_referrer",
    "agent": "request.headers.User-Agent http_user_agent user_agent agent useragent",
}


def _json_record(line: str) -> dict[str, str] | None:
    """The fields of a line of JSON; None where it has no request."""
    if not line.startswith("{"):
        return None
    try:
        record = msgspec.json.decode(line)
    except (msgspec.DecodeError, RecursionError):
        return None
    found = {field: _first(record, names.split()) for field, names in _JSON_NAMES.items()}
    if not found["time"] or not found["path"] or not (found["status"] or found["agent"]):
        return None
    if " " in found["path"]:
        found["path"] = _path(found["path"])
    return found


def _first(record: object, names: list[str]) -> str:
    return next((text for name in names if (text := _text(record, name.split(".")))), "")


def _text(node: object, path: list[str]) -> str:
    for name in path:
        node = node.get(name) if isinstance(node, dict) else None
    if isinstance(node, list):  # Caddy lists the values of a header
        node = node[0] if node else None
    return str(node) if isinstance(node, str | int | float) else ""
