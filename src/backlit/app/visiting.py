"""How are pages visited, judged, kept, and read into the index? What verify and monitors share."""

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any

from backlit.app.answer import Row
from backlit.app.build import Clock, ingest
from backlit.app.decided import domain_of
from backlit.app.earlier import Earlier
from backlit.app.home import way_out
from backlit.app.progress import Progress, ProgressEvent, silent
from backlit.app.session import open_session
from backlit.errors import HomeMissing
from backlit.index.storage import VISIT_LOCK, write_lock
from backlit.index.visited import Stake, stakes
from backlit.ingest.compiled import is_compiled
from backlit.ingest.warc import plain_reader
from backlit.monitor.captures import END, Captures
from backlit.monitor.look import Leads, Look, Reading, look_at
from backlit.monitor.rounds import Rounds
from backlit.monitor.stakes import takes_from_others
from backlit.monitor.verdicts import (
    CONFIRM,
    Known,
    Past,
    Verdict,
    VerdictKind,
    confirmed,
    judge_lead,
    judge_link,
    judge_word,
    told,
)
from backlit.net.client import Client
from backlit.net.failure import Failure, FailureKind
from backlit.store.answers import Answers
from backlit.store.database import opened
from backlit.store.looks import LookRow, Looks
from backlit.urls import page_key

__all__ = ["PATIENCE", "THREADS", "Manner", "Told", "Visited", "ask_pages", "given", "unheard", "visit"]

#: Pages that are visited at once, and how long a host may put us off, in seconds.
THREADS, PATIENCE = 64, 600.0
#: Verdicts that are kept in one commit.
_COMMIT = 500
#: Links of a page that are kept beside the one that was judged, since any may keep or break a promise, and
#: what is kept of each.
_BESIDE, _PROMISED = 20, ("target_url", "kind", "rel", "anchor", "alt")
#: Bytes of captures from which on several processes read them.
_SEVERAL = 8 << 20
#: Bytes of a page, as files of captures hold it, for the choice of its reader.
_PAGE = 8_000
_GROUPS = ("found", "not_found", "blocked", "unreachable")
Told = Callable[[Row], None]


def unheard(_row: Row) -> None:
    """Nobody follows."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How to visit: who asks, how many at once, how patiently, and who hears of it."""

    client: Client | None
    threads: int
    patience: float
    told_each: Told
    progress: Progress
    clock: Clock


@dataclass(frozen=True, slots=True)
class Visited:
    """What came of a run: a row per verdict, the counts, and the version of the index that it made."""

    rows: list[Row]
    counts: Row
    snapshot: int | None


def visit(
    home: Path,
    pages: Mapping[str, Sequence[Known]],
    wanted: Callable[[str], Leads],
    manner: Manner,
    targets: Iterable[str] = (),
) -> Visited:
    """Read pages and judge the links that are known of them; a page without any is a lead.

    `wanted` says for a page which target keys are looked for. A run that is stopped keeps what it has. Where
    name servers know none of the `targets` and no page of the run answers, nothing is said of pages.
    """
    clock, client = manner.clock, manner.client or Client(way_out(home), random.random)
    with _begun(home, pages, "verify", manner.told_each, clock) as run:
        run.ingest_waiting(manner.progress)
        reading = Reading(Lock(), plain_reader(len(pages) * _PAGE) if is_compiled() else None)

        def work(url: str) -> Look:
            before = run.earlier.of(url, run.past.get(url, ()), clock())
            return look_at(client, url, wanted(url), clock, reading, before)

        rounds = Rounds(client, pages, work, threads=manner.threads, patience=manner.patience)
        try:
            is_known = partial(_any_known, client, targets)
            for done, look in enumerate(_trusted(rounds, is_known), 1):
                run.judge(look)
                manner.progress(ProgressEvent("reading pages", done, rounds.total, "pages"))
        finally:
            run.keep()
        return Visited(run.rows, run.summary(), run.ingest_waiting(manner.progress))


def ask_pages(home: Path, urls: Sequence[str], manner: Manner) -> int | None:
    """Find out how pages answer, by the rules, and keep that in the index: the version that it made.

    What would take links away waits until a look a day later agrees.
    """
    client = manner.client or Client(way_out(home), random.random)
    with _begun(home, {}, "targets", unheard, manner.clock, urls) as run:
        held = run.captures.held_ends(urls)

        def work(url: str) -> Look:
            return look_at(client, url, lambda _key: False, manner.clock)

        for look in Rounds(client, urls, work, threads=manner.threads, patience=manner.patience):
            if look.failure is None:
                run.keep_end(look, held.get(look.url, ()))
        run.keep()
        return run.ingest_waiting(manner.progress)


def given(home: Path, look: Look, known: Sequence[Known], note: str | None, clock: Clock) -> Visited:
    """Judge and keep a look that a person took, like one of ours."""
    with _begun(home, {look.url: known}, "by-hand", unheard, clock) as run:
        run.judge(look, note)
        run.keep()
        return Visited(run.rows, run.summary(), run.ingest_waiting(silent))


@contextmanager
def _begun(
    home: Path,
    pages: Mapping[str, Sequence[Known]],
    name: str,
    told_each: Told,
    clock: Clock,
    ends: Sequence[str] = (),
) -> "Iterator[_Run]":
    """A run over pages, and pages that links lead to, alone in the home; what it captures has `name` in its
    name."""
    with ExitStack() as stack:
        stack.enter_context(write_lock(home, name=VISIT_LOCK))
        engine = stack.enter_context(opened(home))
        looks, urls = Looks(engine), list(pages)
        captures = Captures(home, f"{name}-{clock():%Y%m%dT%H%M%S%f}")
        earlier = Earlier(Answers(engine), captures, urls)
        at_stake = _stakes(home, [*urls, *ends])
        yield _Run(home, pages, looks, looks.of_pages(urls), captures, earlier, at_stake, told_each, clock)


def _stakes(home: Path, urls: Iterable[str]) -> Mapping[str, Stake]:
    """What rests on how pages answer; nothing where there is no index."""
    try:
        session = open_session(home)
    except HomeMissing:
        return {}
    return stakes(session.index, session.version, map(page_key, urls))


def _any_known(client: Client, targets: Iterable[str]) -> bool:
    """Whether name servers, if there are any, know one of the sites that links lead to."""
    return any(client.has_address(domain_of(each)) for each in dict.fromkeys(targets))


def _trusted(looks: Iterable[Look], has_names: Callable[[], bool]) -> Iterator[Look]:
    """The looks, those at hosts that no name server knows once any host has answered.

    Where several hosts are unknown and none answers, it is our own network that is not there; so it is where
    one is, and name servers do not know the targets either.
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
    is_ours = len(unknown) > 1 or (bool(unknown) and not has_names())
    for look in unknown:
        yield replace(look, failure=Failure(FailureKind.DNS, why)) if is_ours else look


# what is done with each look ---------------------------------------------------


@dataclass
class _Run:
    """One run: the verdicts given so far, and what is not yet on the disk."""

    home: Path
    pages: Mapping[str, Sequence[Known]]
    looks: Looks
    past: Mapping[str, Sequence[LookRow]]
    captures: Captures
    earlier: Earlier
    stakes: Mapping[str, Stake]
    hear: Told
    clock: Clock
    rows: list[Row] = field(default_factory=list)
    _unkept: list[LookRow] = field(default_factory=list)
    _released: list[str] = field(default_factory=list)

    def judge(self, look: Look, note: str | None = None) -> None:
        """Give the verdicts on a page's links, and keep what was seen."""
        known = self.pages[look.url]
        past = self.past.get(look.url, [])
        verdicts = _verdicts(look, known, past, note)
        held = self._keep_records(look, known, verdicts, past)
        for target_url, kind, verdict in verdicts:
            row = _row(look, target_url, kind, verdict, past)
            self.rows.append(row)
            kept = row | {"beside": _beside(look, verdict)}
            self._unkept.append(LookRow(look.url, target_url, kind, look.at, verdict.kind.value, kept, held))
            self.hear(row)
        if len(self._unkept) >= _COMMIT or self.captures.is_full:
            self.keep()

    def keep_end(self, look: Look, waiting: Sequence[tuple[datetime, str]]) -> None:
        """Gather what a page answers that links lead to, or let it wait, as the looks in `waiting` do."""
        names = [name for _, name in waiting]
        if not takes_from_others(look, self.stakes):
            self.captures.add(look.packed)
            if look.complete or _ended(look):
                self._released += names  # what they said was not so
            return
        stake = self.stakes.get(page_key(look.url))
        seen = _until(stake.seen_at, look.at) if stake is not None else None
        first = min((at for at, _ in waiting if at <= look.at and (seen is None or at > seen)), default=None)
        if first is None:
            self._released += names  # refuted by a crawl since, or of a clock that ran ahead
            self.captures.hold(look.url, look.at, look.packed, END)
        elif look.at - first >= CONFIRM:
            self.captures.confirm(names)
            self.captures.add(look.packed)
            self._released += names

    def keep(self) -> None:
        """Put captures, then verdicts, on the disk; then let go of what waited."""
        self.captures.flush()
        self.earlier.keep()
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
        unchanged = len({row["source_url"] for row in self.rows if row["unchanged_since"] is not None})
        told = {"total": len(self.rows), "pages": len(self.pages), "unchanged": unchanged}
        return counts | told | {"verdicts": given}

    def _keep_records(
        self, look: Look, known: Sequence[Known], verdicts: "Sequence[_Given]", past: Sequence[LookRow]
    ) -> str | None:
        """Gather a page's responses for the index; the name of their file where they wait instead."""
        self._released += _refuted(known, past, look.at)
        waiting = list(dict.fromkeys(row.held for row in past if row.held is not None))
        waiting = [name for name in waiting if name not in self._released]
        if look.by_hand is not None and not look.packed:
            self._released += waiting  # somebody saw the link
            return None
        if not look.packed or not (look.complete or _ended(look)) or _says_nothing(look, known, verdicts):
            return None
        if not _takes_away(look, known) and not takes_from_others(look, self.stakes):
            self.earlier.took(look, self.captures.add(look.packed))
            self._released += waiting  # what they said was not so
            return None
        first = min((row.at for row in past if row.held in waiting), default=look.at)
        if waiting and look.at - first >= CONFIRM:
            self.captures.confirm(waiting)
            self.captures.add(look.packed)
            self._released += waiting
            return None
        return self.captures.hold(look.url, look.at, look.packed)


_Given = tuple[str, str, Verdict]


def _verdicts(
    look: Look, known: Sequence[Known], past: Iterable[LookRow], note: str | None = None
) -> list[_Given]:
    if look.by_hand is not None and not look.packed:
        word = [
            (each.link.target_url, each.link.kind, judge_word(each, look.by_hand, note)) for each in known
        ]
        return word or [("", "", judge_word(None, look.by_hand, note))]
    links = [each.link for each in known]
    given = [(each.link.target_url, each.link.kind, judge_link(each, look, links)) for each in known]
    if not known:
        verdict = judge_lead(look)
        link = verdict.after
        return [(link.target_url if link else "", link.kind if link else "", verdict)]
    seen = [_until(each.seen_at, look.at) for each in known]
    return [
        (url, kind, confirmed(each, _past(past, url, kind, after), look.at))
        for (url, kind, each), after in zip(given, seen, strict=True)
    ]


def _past(rows: Iterable[LookRow], target_url: str, kind: str, after: datetime | None = None) -> list[Past]:
    same = (row for row in rows if (row.target_url, row.kind) == (target_url, kind))
    return [Past(row.at, VerdictKind(row.verdict)) for row in same if after is None or row.at > after]


def _until(seen_at: datetime | None, now: datetime) -> datetime | None:
    """When something was seen; under a clock that ran ahead it says nothing of what was missed since."""
    return seen_at if seen_at is not None and seen_at <= now else None


def _refuted(known: Sequence[Known], past: Iterable[LookRow], now: datetime) -> list[str]:
    """What waits of looks at a page whose links were all seen since, by a crawl for one."""
    seen = [at for each in known if (at := _until(each.seen_at, now)) is not None]
    last = min(seen) if known and len(seen) == len(known) else None
    return [row.held for row in past if row.held is not None and last is not None and row.at <= last]


def _ended(look: Look) -> bool:
    """Whether the page's own answer was whole although no page was read: it is gone, leads elsewhere, or no
    name server knows its host."""
    return look.status in (404, 410) or look.moved or _is_dead(look)


def _is_dead(look: Look) -> bool:
    return look.failure is not None and look.failure.kind is FailureKind.NO_HOST


def _says_nothing(look: Look, known: Sequence[Known], verdicts: Iterable[_Given]) -> bool:
    """Whether a look neither confirms nor contradicts what others showed: no answer, or only a wall."""
    if look.failure is not None and not (known and _is_dead(look)):
        return True
    groups = {verdict.kind.group for _, _, verdict in verdicts}
    return bool(known) and groups <= {"blocked", "unreachable"}


def _takes_away(look: Look, known: Sequence[Known]) -> bool:
    """Whether the index would call a known link lost if it read this look."""
    there = {(each.target_url, each.kind) for each in look.sightings}
    links = {(each.link.target_url, each.link.kind) for each in known}
    return bool(links) and (_ended(look) or not links <= there)


def _beside(look: Look, verdict: Verdict) -> list[Row]:
    others = [each for each in look.sightings[: _BESIDE + 1] if each != verdict.after][:_BESIDE]
    return [{name: getattr(each, name) for name in _PROMISED} for each in others]


def _since(verdict: Verdict, at: datetime, past: Iterable[Past]) -> datetime:
    """Since when every look has said the same."""
    since = at
    for each in past:
        if each.at <= at:
            since = at if each.kind is not verdict.kind else min(since, each.at)
    return since


def _row(look: Look, target_url: str, kind: str, verdict: Verdict, past: Iterable[LookRow]) -> Row:
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
        "by_hand": look.by_hand,
        "unchanged_since": look.unchanged_since,
        "state_since": _since(verdict, look.at, _past(past, target_url, kind)),
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
