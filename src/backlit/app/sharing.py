"""How may anybody open one page, and nothing else, for a while? Links, made, listed, opened and ended.

What the page asks is kept here and never read from who opens it. The link ends in a random token, of which a
hash is kept, so that it is told once.
"""

import secrets
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

from backlit.app.accounts import token_hash
from backlit.app.acting import user
from backlit.app.answer import Answer, Row
from backlit.app.clock import Clock, now
from backlit.app.lists import LISTS
from backlit.app.project_defaults import rivals_of
from backlit.app.saved_views import require_answerable, view_open
from backlit.app.session import is_version, open_session, parse_as_of
from backlit.errors import ShareEnded, ShareUnknown, UsageError
from backlit.index.filters import compile_filter, parse
from backlit.index.target import Target
from backlit.prospect.outreach_words import clean
from backlit.report.places import PLACES, Place, address, asked_of, place_named
from backlit.report.sharing import SHARED
from backlit.store.database import opened
from backlit.store.place import has_state
from backlit.store.shares import Share, Shares

__all__ = ["SHARE_DAYS", "SHARE_PATH", "share_add", "share_ls", "share_open", "share_opened", "share_rm"]

#: Where links lead, before their token.
SHARE_PATH = "/s/"
#: How long a link opens its page unless somebody says, and at most.
SHARE_DAYS, _MOST_DAYS = 30, 365
#: In characters.
_NAME = 80


def share_add(
    home: Path,
    page: str = "",
    *,
    target: str | None = None,
    query: Mapping[str, str] | None = None,
    view: int | None = None,
    name: str = "",
    days: int = SHARE_DAYS,
    freeze: bool = False,
    csv: bool = False,
    who: str | None = None,
    clock: Clock = now,
) -> Answer:
    """Make a link by which anybody opens one page of a target, as it is asked; `link` is told this once.

    `page` and `query` are those of its address, or a saved `view` has them. With `freeze` it shows what is
    known now, whatever is read later; with `csv` its rows may be taken away. UsageError for a page that is
    not shared or more days than a year, FilterError for a filter that cannot be read.
    """
    asked = "share a page"
    if view is not None:
        row = view_open(home, view, target=target).row
        page, query, target = row["page"], {**row["query"], **(query or {})}, target or row["target"]
    place = _shared_place(asked, page)
    if not target:
        raise UsageError(asked, "no target is named", "Name one; a link is of one target.")
    kept = _locked(home, place, target, query or {}, freeze)
    _require(asked, place, kept, days, csv)
    said = clean(name, _NAME * 4)
    if len(said) > _NAME:
        raise UsageError(asked, f"its name has {len(said)} characters", f"{_NAME} at most.")
    token, at = secrets.token_urlsafe(32), clock()
    until = at + timedelta(days=days)
    share = Share(Target.parse(target).name, place.name, urlencode(kept), until, said, csv)
    with opened(home) as engine:
        made = Shares(engine).add(share, token_hash(token), who or user(), at)
    return Answer(_row(made, clock) | {"link": f"{SHARE_PATH}{token}"}, {"share": made.id})


def share_ls(home: Path, *, ended: bool = False, clock: Clock = now) -> Answer:
    """The links that open a page, the newest first; with `ended` also those that did."""
    if not has_state(home):
        return Answer([], {"ended": ended}, total=0)
    with opened(home) as engine:
        rows = [_row(each, clock) for each in Shares(engine).all(clock(), ended=ended)]
    return Answer(rows, {"ended": ended}, total=len(rows))


def share_rm(home: Path, share: int, *, who: str | None = None, clock: Clock = now) -> Answer:
    """Let a link open nothing any longer; ShareUnknown where there is none."""
    if not has_state(home):
        do = "`backlit share add ADDRESS` makes one."
        raise ShareUnknown(f"end the link {str(share)[:20]}", "there is no link here", do)
    with opened(home) as engine:
        ended = Shares(engine).end(share, who or user(), clock())
    return Answer(_row(ended, clock), {"share": share})


def share_open(home: Path, token: str, *, clock: Clock = now) -> Answer:
    """What a link opens, by its token; ShareUnknown where there is none, ShareEnded where it did once."""
    asked = "open that link"
    found = None
    if has_state(home):
        with opened(home) as engine:
            found = Shares(engine).of(token_hash(token))
    if found is None:
        raise ShareUnknown(asked, "it is none of ours", "Ask for it again whoever gave it to you.")
    if not found.opens(clock()):
        ended = min(found.until, found.ended_at or found.until)
        raise ShareEnded(asked, f"it ended on {ended:%Y-%m-%d}", "Ask whoever gave it to you for another.")
    return Answer(_row(found, clock), {"share": found.id})


def share_opened(home: Path, share: int, *, clock: Clock = now) -> None:
    """Count that a link was opened, and answered."""
    with opened(home) as engine:
        Shares(engine).opened(share, clock())


def _row(share: Share, clock: Clock) -> Row:
    """A link as faces print it: what opens anything is not in it."""
    asked = dict(parse_qsl(share.query, keep_blank_values=True))
    return {
        "id": share.id,
        "name": share.name,
        "target": share.target,
        "page": share.page,
        "query": asked,
        "address": address(place_named(share.page), share.target, asked),
        "csv": share.csv,
        "opens": share.opens(clock()),
        "until": share.until,
        "openings": share.openings,
        "opened_at": share.opened_at,
        "made_at": share.at,
        "made_by": share.who,
        "ended_at": share.ended_at,
        "ended_by": share.ended_by,
    }


# what is shared -----------------------------------------------------------------------


def _shared_place(asked: str, page: str) -> Place:
    place = place_named(page)
    if place.segment not in SHARED:
        known = ", ".join(PLACES[segment].name for segment in SHARED)
        found = f"the page {place.name} is for those who work here"
        raise UsageError(asked, found, f"Shared are {known}.")
    return place


def _locked(
    home: Path, place: Place, target: str, query: Mapping[str, str], freeze: bool
) -> Mapping[str, str]:
    """What the page is asked, once and for all: nothing of it is left to what somebody changes later."""
    kept = dict(asked_of(place, query.items()))
    require_answerable(place, kept, target)
    wanted = Target.parse(target, kept.get("scope"))
    if place.segment == "gap" and not kept.get("with"):
        kept["with"] = ",".join(rivals_of(home, wanted, ()).names)
        if not kept["with"]:
            raise UsageError("share a gap", "no rival is named", "Name them in the address: with=A,B.")
    if freeze:
        kept["as_of"] = _moment(home, target, kept)
    return asked_of(place, kept.items())


def _moment(home: Path, target: str, asked: Mapping[str, str]) -> str:
    """Up to when the data go that the page shows now."""
    if asked.get("as_of"):
        do = "Leave --freeze out, or as_of out of the address."
        raise UsageError("freeze a page", f"it is one of {asked['as_of'][:40]} already", do)
    until = open_session(home).profile(target, asked.get("scope")).as_of
    if until is None:
        raise UsageError("freeze a page", "there are no data yet", "Read some first: `backlit ingest FILE…`.")
    return until.isoformat().replace("+00:00", "Z")


def _require(asked: str, place: Place, kept: Mapping[str, str], days: int, csv: bool) -> None:
    if not 0 < days <= _MOST_DAYS:
        raise UsageError(asked, f"it would open for {days} days", f"Choose 1 to {_MOST_DAYS}.")
    if csv and place.segment not in LISTS:
        do = f"There are files of {', '.join(PLACES[segment].name for segment in LISTS)}."
        raise UsageError(asked, f"the page {place.name} has no rows to take away", do)
    as_of = kept.get("as_of", "")
    if as_of and not is_version(as_of):
        parse_as_of(as_of)
    view = place.segment if place.segment in LISTS else "backlinks"
    if "decisions" in compile_filter(parse(kept.get("q", "")), view, None).needs:
        do = "Leave `decision` out of the filter."
        raise UsageError(asked, "its filter speaks of what was decided, which is nobody else's", do)
