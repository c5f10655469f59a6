"""Are a target's links still there? Their pages are read, and what each look shows goes into the index."""

import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock
from typing import Any

from backlit.app.answer import Answer, Row
from backlit.app.build import Clock, ingest, now
from backlit.app.home import way_out
from backlit.app.progress import Progress, ProgressEvent, silent
from backlit.app.session import Session, open_session
from backlit.errors import UsageError
from backlit.index.questions import Question
from backlit.index.storage import VISIT_LOCK, write_lock
from backlit.index.visited import visited
from backlit.model import Reader, State, name_of
from backlit.monitor.captures import Captures
from backlit.monitor.look import Look, Sighting, look_at
from backlit.monitor.rounds import Rounds
from backlit.monitor.verdicts import (
    CONFIRM,
    Known,
    Past,
    Verdict,
    VerdictKind,
    confirmed,
    judge_lead,
    judge_link,
    told,
)
from backlit.net.client import Client
from backlit.net.failure import Failure, FailureKind
from backlit.store.looks import LookRow, Looks, opened
from backlit.urls import page_key, url_of_key

__all__ = ["THREADS", "verify"]

#: Pages that are visited at once, and how long a host may put us off, in seconds.
THREADS, PATIENCE = 64, 600.0
#: Verdicts that are kept in one commit.
_COMMIT = 500
#: Bytes of captures from which on several processes read them.
_SEVERAL = 8 << 20
_GROUPS = ("found", "not_found", "blocked", "unreachable")
Told = Callable[[Row], None]


def _unheard(_row: Row) -> None:
    """Nobody follows."""


def verify(
    home: Path,
    target: str,
    *,
    scope: str | None = None,
    leads: bool = False,
    q: str | None = None,
    limit: int | None = None,
    threads: int = THREADS,
    patience: float = PATIENCE,
    client: Client | None = None,
    told_each: Told = _unheard,
    progress: Progress = silent,
    clock: Clock = now,
) -> Answer:
    """Read the pages of a target's links, or of its leads, and say of each whether the link is there.

    A page that no longer has its link is missing at first, and lost when a look a day later agrees; until
    then the index keeps the link. `told_each` hears every verdict as it is given. A run that is stopped
    keeps what it has: the next one goes on with the index as it is.
    """
    started = time.perf_counter()
    if leads and q is not None:
        raise UsageError("verify with --leads and a filter", "leads have no fields", "Leave one of them out.")
    session = open_session(home)
    profile = session.profile(target, scope)
    bounds = (profile.target.lower, profile.target.upper)
    asked = _leads(session, target, scope) if leads else _links(session, target, scope, q)
    pages = dict(list(asked.items())[:limit])
    client = client or Client(way_out(), random.random)
    with ExitStack() as stack:
        stack.enter_context(write_lock(home, name=VISIT_LOCK))
        looks = stack.enter_context(opened(home))
        captures = Captures(home, f"{clock():%Y%m%dT%H%M%S%f}")
        run = _Run(home, pages, looks, looks.of_pages(list(pages)), captures, told_each, clock)
        run.ingest_waiting(progress)
        keys = {page_key(known.link.target_url) for several in pages.values() for known in several}
        turn = Lock()

        def is_wanted(key: str) -> bool:
            return bounds[0] <= key < bounds[1] or key in keys

        def work(url: str) -> Look:
            return look_at(client, url, is_wanted, clock, turn)

        rounds = Rounds(client, pages, work, threads=threads, patience=patience)
        try:
            for done, look in enumerate(_trusted(rounds), 1):
                run.judge(look)
                progress(ProgressEvent("reading pages", done, rounds.total, "pages"))
        finally:
            run.keep()
        snapshot = run.ingest_waiting(progress)
    seconds = time.perf_counter() - started
    data = run.summary() | {"seconds": round(seconds, 3), "results": run.rows}
    query = {"target": target, "scope": profile.target.scope, "leads": leads, "q": q or ""}
    return Answer(data, query, snapshot or session.version.id, took_ms=seconds * 1000)


def _trusted(looks: Iterable[Look]) -> Iterator[Look]:
    """The looks, those at hosts that no name server knows once any host has answered.

    Where several hosts are unknown and none answers, it is our own network that is not there.
    """
    unknown, any_answered = list[Look](), False
    for look in looks:
        any_answered = any_answered or any(hop.status is not None for hop in look.hops)
        if look.failure is not None and look.failure.kind is FailureKind.NO_HOST and not any_answered:
            unknown.append(look)
            continue
        yield from (*unknown, look) if any_answered else (look,)
        if any_answered:
            unknown = []
    why = "no host of this run has an address or answers: perhaps our own network is down"
    for look in unknown:
        yield replace(look, failure=Failure(FailureKind.DNS, why)) if len(unknown) > 1 else look


# what is asked -----------------------------------------------------------------


def _leads(session: Session, target: str, scope: str | None) -> dict[str, list[Known]]:
    profile = session.profile(target, scope)
    batches = profile.batches(Question.ask("leads", "source"))
    return {row["source_url"]: [] for batch in batches for row in batch}


def _links(session: Session, target: str, scope: str | None, q: str | None) -> dict[str, list[Known]]:
    """The links that are not lost, by page; of several alike on one page the first."""
    profile = session.profile(target, scope)
    states = () if q else (State.LIVE, State.UNVERIFIED)
    found: dict[str, dict[tuple[str, str], Row]] = {}
    for batch in profile.batches(Question.ask("backlinks", "-authority", q, states=states)):
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
    return Known(link, row["noindex"], canonical, was_seen)


# what is done with each look ---------------------------------------------------


@dataclass
class _Run:
    """One run: the verdicts given so far, and what is not yet on the disk."""

    home: Path
    pages: Mapping[str, Sequence[Known]]
    looks: Looks
    past: Mapping[str, Sequence[LookRow]]
    captures: Captures
    hear: Told
    clock: Clock
    rows: list[Row] = field(default_factory=list)
    _unkept: list[LookRow] = field(default_factory=list)
    _released: list[str] = field(default_factory=list)

    def judge(self, look: Look) -> None:
        """Give the verdicts on a page's links, and keep what was seen."""
        known = self.pages[look.url]
        past = self.past.get(look.url, [])
        verdicts = _verdicts(look, known, past)
        held = self._keep_records(look, known, verdicts, past)
        for target_url, kind, verdict in verdicts:
            row = _row(look, target_url, kind, verdict)
            self.rows.append(row)
            self._unkept.append(LookRow(look.url, target_url, kind, look.at, verdict.kind.value, row, held))
            self.hear(row)
        if len(self._unkept) >= _COMMIT or self.captures.is_full:
            self.keep()

    def keep(self) -> None:
        """Put captures, then verdicts, on the disk; then let go of what waited."""
        self.captures.flush()
        self.looks.add(self._unkept)
        self.looks.release(self._released)
        self.captures.drop(self._released)
        self._unkept, self._released = [], []

    def ingest_waiting(self, progress: Progress) -> int | None:
        """Read what was captured into the index, also what an earlier run left; the version made."""
        paths = self.captures.waiting()
        if not paths:
            return None
        names = [str(path) for path in paths]
        workers = 1 if sum(path.stat().st_size for path in paths) < _SEVERAL else None
        answer = ingest(
            self.home, names, crawl="verify", workers=workers, clock=self.clock, progress=progress
        )
        self.captures.ingested(paths)
        return answer.snapshot

    def summary(self) -> Row:
        """The four counts, which add up, and how often each verdict was given."""
        counts, verdicts = dict.fromkeys(_GROUPS, 0), dict.fromkeys((k.value for k in VerdictKind), 0)
        for row in self.rows:
            counts[VerdictKind(row["verdict"]).group] += 1
            verdicts[row["verdict"]] += 1
        given = {name: number for name, number in verdicts.items() if number}
        return {**counts, "total": len(self.rows), "pages": len(self.pages), "verdicts": given}

    def _keep_records(
        self, look: Look, known: Sequence[Known], verdicts: "Sequence[_Given]", past: Sequence[LookRow]
    ) -> str | None:
        """Gather a page's responses for the index; the name of their file where they wait instead."""
        waiting = list(dict.fromkeys(row.held for row in past if row.held is not None))
        waiting = [name for name in waiting if name not in self._released]
        if not look.records or look.failure is not None or not (look.complete or _ended(look)):
            return None
        if not _takes_away(look, known):
            self.captures.add(look.records)
            self._released += waiting  # what they said was not so
            return None
        first = min((row.at for row in past if row.held in waiting), default=look.at)
        if waiting and look.at - first >= CONFIRM:
            self.captures.confirm(waiting)
            self.captures.add(look.records)
            self._released += waiting
            return None
        return self.captures.hold(look.url, look.at, look.records)


_Given = tuple[str, str, Verdict]


def _verdicts(look: Look, known: Sequence[Known], past: Iterable[LookRow]) -> list[_Given]:
    links = [each.link for each in known]
    given = [(each.link.target_url, each.link.kind, judge_link(each, look, links)) for each in known]
    if not known:
        verdict = judge_lead(look)
        link = verdict.after
        return [(link.target_url if link else "", link.kind if link else "", verdict)]
    return [(url, kind, confirmed(each, _past(past, url, kind), look.at)) for url, kind, each in given]


def _past(rows: Iterable[LookRow], target_url: str, kind: str) -> list[Past]:
    same = (row for row in rows if (row.target_url, row.kind) == (target_url, kind))
    return [Past(row.at, VerdictKind(row.verdict)) for row in same]


def _ended(look: Look) -> bool:
    """Whether the page's own answer was whole although no page was read: it is gone, or leads elsewhere."""
    return look.status in (404, 410) or look.moved


def _takes_away(look: Look, known: Sequence[Known]) -> bool:
    """Whether the index would call a known link lost if it read this look."""
    there = {(each.target_url, each.kind) for each in look.sightings}
    links = {(each.link.target_url, each.link.kind) for each in known}
    return bool(links) and (_ended(look) or not links <= there)


def _row(look: Look, target_url: str, kind: str, verdict: Verdict) -> Row:
    since = verdict.since
    return {
        "verdict": verdict.kind.value,
        "reasons": list(verdict.reasons),
        "source_url": look.url,
        "target_url": target_url or None,
        "kind": kind or None,
        "evidence": verdict.evidence,
        "status": look.status,
        "checked_at": look.at,
        "missing_since": since,
        "confirm_after": since + CONFIRM if since and verdict.kind is VerdictKind.MISSING else None,
        "chain": list(_chain(look)),
        "title": look.title,
        "before": told(verdict.before),
        "after": told(verdict.after),
    }


def _chain(look: Look) -> Iterator[dict[str, Any]]:
    for hop in look.hops:
        yield {"url": hop.url, "status": hop.status, "address": hop.address}
