"""What did a person see on a page that does not let us look? Their source of it, or their word."""

import time
from pathlib import Path

from backlit.app.acting import user
from backlit.app.answer import Answer, Row
from backlit.app.clock import Clock, clock_of_looks, now
from backlit.app.session import open_session
from backlit.app.verification import STANDING, known_links, leads_to, page_address
from backlit.app.visiting import given
from backlit.errors import HomeMissing, UsageError
from backlit.index.target import Target
from backlit.ingest.http import BODY_LIMIT
from backlit.monitor.look import look_by_hand
from backlit.monitor.verdicts import Known

__all__ = ["confirm"]

#: Characters of a name and of a note.
_NAME, _NOTE = 200, 2_000


def confirm(
    home: Path,
    page: str,
    target: str,
    *,
    html: bytes | None = None,
    seen: bool = False,
    who: str | None = None,
    note: str | None = None,
    scope: str | None = None,
    clock: Clock = now,
) -> Answer:
    """Keep what a person saw of a page: its source, which is read like an answer of the server, or with
    `seen` their word that the link is there, which changes a verdict and no row of the index.

    The verdicts say who it was, and when. `who` is whoever uses this machine where nobody is named.
    UsageError where it is neither, both, empty, or longer than a page that is read.
    """
    started, clock = time.perf_counter(), clock_of_looks(home, clock)
    _require_one(html, seen)
    url, wanted = page_address(page), Target.parse(target, scope)
    name = " ".join((who or user()).split())[:_NAME]
    if not name:
        raise UsageError("keep what somebody saw", "nobody is named", "Say who it was with `who`.")
    known = _known(home, url, target, scope)
    look = look_by_hand(url, name, clock(), leads_to(wanted, {url: known}), html)
    done = given(home, look, known, note[:_NOTE] if note else None, clock)
    data: Row = {"page": url, "target": target, "by_hand": name, "note": note, "results": done.rows}
    took = (time.perf_counter() - started) * 1000
    return Answer(data, {"page": page, "target": target}, done.snapshot, took_ms=took)


def _require_one(html: bytes | None, seen: bool) -> None:
    asked, do = "keep what somebody saw", "Give the source of the page, or say that the link was seen."
    if (html is not None) == seen:
        raise UsageError(asked, "there are both" if seen else "there is neither source nor word", do)
    if html is not None and not html.strip():
        raise UsageError(asked, "the source is empty", do)
    if html is not None and len(html) > BODY_LIMIT:
        found = f"the source has {len(html):,} bytes, and a page is read to {BODY_LIMIT:,}"
        raise UsageError(asked, found, "Say that the link was seen.")


def _known(home: Path, url: str, target: str, scope: str | None) -> list[Known]:
    try:
        session = open_session(home)
    except HomeMissing:
        return []
    return known_links(session, target, scope, f'page:"{url}" {STANDING}').get(url, [])
