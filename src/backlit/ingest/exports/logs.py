"""Which pages sent visitors, by the referrers in a web server's access log (combined format)?

A referrer says that a page seems to link here, not where to: a lead. A page refers thousands of
times, so each is told once, with its latest day.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from backlit.ingest.assemble import Tally
from backlit.ingest.exports.files import BROKEN, DAMAGE, TableFile
from backlit.ingest.exports.tabular import Lines, TooLong
from backlit.urls import URL_LIMIT

__all__ = ["looks_like_log", "referrers"]

#: Host, user, [time], "request", status, bytes, "referrer".
_line = re.compile(
    r'\S+ \S+ [^\[]{1,80}\[([^\]]{1,40})\] "(?:[^"\\]|\\.)*+" \d{3} \S+ "((?:[^"\\]|\\.)*+)"'
).match
_TIME = "%d/%b/%Y:%H:%M:%S %z"

#: Pages remembered before they are handed out; bounds the memory.
_PAGES = 100_000


def looks_like_log(lines: list[str]) -> bool:
    """Whether most lines are those of an access log."""
    said = [line for line in lines if line.strip()]
    return bool(said) and sum(1 for line in said if _line(line)) >= 0.8 * len(said)


def referrers(file: TableFile, tally: Tally) -> Iterator[tuple[int, list[str]]]:
    """Each page that sent visitors and its latest time as cells, with the first line that names it."""
    pages: dict[str, tuple[int, datetime]] = {}
    with file.open_text() as text:
        for number, line in _lines(Lines(text), tally):
            _note(line, number, pages, tally)
            if len(pages) >= _PAGES:
                yield from _told(pages)
                pages.clear()
    yield from _told(pages)


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


def _note(line: str, number: int, pages: dict[str, tuple[int, datetime]], tally: Tally) -> None:
    found = _line(line)
    if found is None:
        if line.strip():
            tally.bad(number, "no line of an access log")
        return
    page = found[2].partition("#")[0]
    if not page.startswith(("http://", "https://")):
        return  # "-": typed in, or not told
    if len(page) > URL_LIMIT:
        tally.bad(number, f"a referrer longer than {URL_LIMIT:,} characters")
        return
    try:
        at = datetime.strptime(found[1], _TIME).astimezone(UTC)
    except ValueError:
        tally.bad(number, f"no time of a request: {found[1]!r}")
        return
    first, latest = pages.get(page, (number, at))
    pages[page] = first, max(latest, at)


def _told(pages: dict[str, tuple[int, datetime]]) -> Iterator[tuple[int, list[str]]]:
    for page, (line, latest) in pages.items():
        yield line, [page, latest.isoformat()]
