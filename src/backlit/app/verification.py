"""Are a target's links still there? Their pages are read, and what each look shows goes into the index."""

import time
from pathlib import Path

from backlit.app.answer import Answer, Row
from backlit.app.clock import Clock, clock_of_looks, now
from backlit.app.progress import Progress, silent
from backlit.app.session import Session, open_session
from backlit.app.visiting import PATIENCE, THREADS, Manner, Told, unheard, visit
from backlit.errors import TargetError, UsageError
from backlit.index.questions import Question
from backlit.index.target import Target
from backlit.index.visited import visited
from backlit.model import Reader, State, name_of
from backlit.monitor.look import Leads, Sighting
from backlit.monitor.verdicts import Known
from backlit.net.client import Client
from backlit.urls import page_key, resolve, url_of_key

__all__ = ["STANDING", "known_links", "leads_to", "page_address", "verify"]

#: The links that are not lost, in a filter that would otherwise choose from all.
STANDING = "state:(live,unverified)"


def verify(
    home: Path,
    target: str,
    *,
    scope: str | None = None,
    leads: bool = False,
    q: str | None = None,
    page: str | None = None,
    limit: int | None = None,
    threads: int = THREADS,
    patience: float = PATIENCE,
    client: Client | None = None,
    told_each: Told = unheard,
    progress: Progress = silent,
    clock: Clock = now,
) -> Answer:
    """Read the pages of a target's links, or of its leads, and say of each whether the link is there.

    A page that no longer has its link is missing at first, and lost when a look a day later agrees; until
    then the index keeps the link. `told_each` hears every verdict as it is given. A run that is stopped
    keeps what it has: the next one goes on with the index as it is.
    """
    started, clock = time.perf_counter(), clock_of_looks(home, clock)
    if leads and (q is not None or page is not None):
        raise UsageError("verify with --leads and a filter", "leads have no fields", "Leave one of them out.")
    session = open_session(home)
    wanted = Target.parse(target, scope)
    if page is not None:
        q = f'page:"{page_address(page)}" ' + (f"({q})" if q else STANDING)
    asked = _leads(session, target, scope) if leads else known_links(session, target, scope, q)
    pages = dict(list(asked.items())[:limit])
    find = leads_to(wanted, pages)
    manner = Manner(client, threads, patience, told_each, progress, clock)
    done = visit(home, pages, lambda _url: find, manner, [target])
    seconds = time.perf_counter() - started
    data = done.counts | {"seconds": round(seconds, 3), "results": done.rows}
    query = {"target": target, "scope": wanted.scope, "leads": leads, "q": q or ""}
    return Answer(data, query, done.snapshot or session.version.id, took_ms=seconds * 1000)


def leads_to(wanted: Target, pages: dict[str, list[Known]]) -> Leads:
    """Which target keys are looked for: those of the target, and of links that are known to lead there."""
    keys = {page_key(known.link.target_url) for several in pages.values() for known in several}
    return lambda key: wanted.lower <= key < wanted.upper or key in keys


def page_address(page: str) -> str:
    """The URL of a page as somebody writes it; TargetError where it is none."""
    url = resolve(page if "://" in page else f"https://{page}")
    if url is None:
        raise TargetError(
            f"look at {page[:200]!r}", "no http or https address", "Write it as https://host/path."
        )
    return url


def _leads(session: Session, target: str, scope: str | None) -> dict[str, list[Known]]:
    profile = session.profile(target, scope)
    batches = profile.batches(Question.ask("leads", "source"))
    return {row["source_url"]: [] for batch in batches for row in batch}


def known_links(session: Session, target: str, scope: str | None, q: str | None) -> dict[str, list[Known]]:
    """The links that are not lost, by page; of several alike on one page the first."""
    profile = session.profile(target, scope)
    states = () if q else (State.LIVE, State.UNVERIFIED)
    found: dict[str, dict[tuple[str, str], Row]] = {}
    for batch in profile.batches(Question.ask("backlinks", "-authority", q, states=states), judged=False):
        for row in batch:
            if row["source_domain"] != profile.domain:
                found.setdefault(row["source_url"], {}).setdefault((row["target_url"], row["kind"]), row)
    before = visited(session.index, session.version, [page_key(url) for url in found])
    known = {}
    for url, links in found.items():
        page = before.get(page_key(url))
        canonical = url_of_key(page.canonical_key) if page and page.canonical_key else None
        known[url] = [_known(row, canonical or (url if page else None)) for row in links.values()]
    return known


def _known(row: Row, canonical: str | None) -> Known:
    names = ("target_url", "kind", "placement", "hidden", "anchor", "alt", "before", "after")
    rel = None if row["rel"] is None else tuple(row["rel"])
    link = Sighting(**{name: row[name] for name in names}, occurrence=0, rel=rel)
    was_seen = row["provenance"]["reader"] != name_of(Reader, Reader.EXPORT)
    return Known(link, row["noindex"], canonical, was_seen, row["last_seen"] if was_seen else None)
