"""Which links are watched, and how are they? Monitors: added, listed, checked when they are due, removed."""

import sys
import time
from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from backlit.app.answer import Answer, Row
from backlit.app.belonging import Within
from backlit.app.clock import Clock, clock_of_looks, now
from backlit.app.progress import Progress, silent
from backlit.app.session import open_session
from backlit.app.verification import known_links, leads_to
from backlit.app.visiting import PATIENCE, THREADS, Manner, Told, ask_pages, unheard, visit
from backlit.errors import HomeMissing, UsageError
from backlit.index.aliases import names_of
from backlit.index.target import Target
from backlit.index.visited import Answered, answered
from backlit.monitor.captures import Captures
from backlit.monitor.look import Leads
from backlit.monitor.promises import due_at, shortcomings
from backlit.monitor.verdicts import CONFIRM, Known
from backlit.net.client import Client
from backlit.store.database import opened
from backlit.store.looks import LookRow, Looks
from backlit.store.monitors import Monitor, MonitorKind, Monitors
from backlit.urls import page_key, resolve

__all__ = ["monitor_add", "monitor_check", "monitor_ls", "monitor_rm"]

HISTORY = timedelta(days=90)
#: Of several links of one page to the target the best is told.
_BEST = ("live", "changed", "hidden", "missing", "lost", "not-found", "blocked", "unreachable", "unverified")

_NOT_THERE = ("lost", "not-found")


def monitor_add(
    home: Path,
    pages: Sequence[str],
    target: str,
    *,
    kind: str = "earned",
    anchor: str | None = None,
    lists: bool = True,
    clock: Clock = now,
) -> Answer:
    """Watch pages for links to a target; with `lists`, `-` reads their addresses from stdin, `@FILE` from a
    file.

    A target that is a URL is a promise: the link has to lead there. Lines that are no address are named
    and left out; UsageError where no line is one.
    """
    wanted = Target.parse(target)
    anchor = " ".join((anchor or "").split()) or None
    if kind not in MonitorKind._value2member_map_:
        known = ", ".join(MonitorKind)
        raise UsageError(f"watch {kind!r} links", "there is no such kind", f"Known are {known}.")
    good, bad = _addresses(pages, lists)
    if not good:
        raise UsageError("watch pages", f"none of {len(bad)} is an http or https address", "Name one a line.")
    promised = wanted.name if wanted.scope == "url" else None
    monitors = [Monitor(url, target, MonitorKind(kind), anchor, promised) for url in good]
    with opened(home) as engine:
        new = Monitors(engine).add(monitors, clock_of_looks(home, clock)())
    data = {"added": new, "renewed": len(good) - new, "refused": bad, "kind": kind, "target": target}
    return Answer(data, {"target": target})


def _addresses(pages: Iterable[str], lists: bool) -> tuple[list[str], list[str]]:
    good, bad = dict[str, None](), []
    for line in _lines(pages) if lists else pages:
        href = resolve(line if "://" in line else f"https://{line}")
        authority = (href or "").partition("://")[2].partition("/")[0]
        is_word = "://" not in line and "." not in authority and not authority.startswith("[")
        if href is None or " " in line or "@" in authority or is_word:
            bad.append(line[:200])
        else:
            good[href] = None
    return list(good), bad


def _lines(pages: Iterable[str]) -> Iterable[str]:
    for each in pages:
        if each == "-":
            yield from filter(None, map(str.strip, sys.stdin))
        elif each.startswith("@"):
            try:
                text = Path(each[1:]).read_text(encoding="utf-8", errors="replace")
            except OSError as error:
                found = error.strerror or str(error)
                raise UsageError(
                    f"read the list {each[1:]}", found, "Name a file with a page a line."
                ) from error
            yield from filter(None, map(str.strip, text.splitlines()))
        else:
            yield each


def monitor_ls(home: Path, *, within: Within | None = None, clock: Clock = now) -> Answer:
    """All monitors with their last state, what is lacking, and ninety days of history; with `within` those
    alone whose target somebody sees."""
    at = clock_of_looks(home, clock)()
    with opened(home) as engine:
        monitors, looks = Monitors(engine).all(), Looks(engine)
        monitors = [each for each in monitors if within is None or within(each.target, None)]
        past = looks.of_pages(list(dict.fromkeys(each.url for each in monitors)))
    names = _names(home, monitors, past)
    rows = [_row(each, past.get(each.url, []), at, names.get(each.target, frozenset())) for each in monitors]
    pages = [row["target_page"] for row in rows if row["target_page"]]
    ends, held = _ends(home, pages), Captures(home, "").held_ends(pages)
    rows = [_with_end(row, ends.get(page_key(row["target_page"] or row["url"]))) for row in rows]
    rows = [
        _sooner(row, [when for when, _ in held.get(row["target_page"], ()) if when <= at]) for row in rows
    ]
    return Answer(rows, {}, total=len(rows), limit=len(rows))


def monitor_rm(
    home: Path,
    pages: Sequence[str],
    *,
    target: str | None = None,
    lists: bool = True,
    clock: Clock = now,
) -> Answer:
    """Watch pages no longer; what was seen of them stays."""
    good, bad = _addresses(pages, lists)
    with opened(home) as engine:
        removed = sum(Monitors(engine).remove(url, target, clock_of_looks(home, clock)()) for url in good)
    if not removed:
        raise UsageError(
            "stop watching", "none of these pages is watched", "`backlit monitor ls` lists them."
        )
    return Answer({"removed": removed, "refused": bad}, {"target": target})


def monitor_check(
    home: Path,
    *,
    everything: bool = False,
    client: Client | None = None,
    threads: int = THREADS,
    patience: float = PATIENCE,
    told_each: Told = unheard,
    progress: Progress = silent,
    clock: Clock = now,
) -> Answer:
    """Look at the pages that are due, or at all; the monitors looked at, as `monitor_ls` tells them.

    How many need attention, and how many links are lost, is counted over all that are watched.
    """
    started, clock = time.perf_counter(), clock_of_looks(home, clock)
    before = {(row["url"], row["target"]): row for row in monitor_ls(home, clock=clock).rows}
    with opened(home) as engine:
        monitors = Monitors(engine).all()
    due = [each for each in monitors if everything or before[each.url, each.target]["due_at"] <= clock()]
    pages, wanted = _pages(home, due)
    manner = Manner(client, threads, patience, told_each, progress, clock)
    targets = [each.target for each in due]
    done = visit(home, pages, wanted.__getitem__, manner, targets) if pages else None
    chosen = {(each.url, each.target) for each in due}
    snapshot = _ask_ends(home, chosen, manner)
    everyone = monitor_ls(home, clock=clock).rows
    rows = [row for row in everyone if (row["url"], row["target"]) in chosen]
    attention = sum(row["needs_attention"] for row in everyone)
    lost = sum(row["state"] in _NOT_THERE for row in everyone)
    seconds = round(time.perf_counter() - started, 3)
    counts = done.counts if done else {}
    data = {
        "checked": len(rows),
        "watched": len(monitors),
        "attention": attention,
        "lost": lost,
        **counts,
        "monitors": rows,
    }
    snapshot = snapshot or (done.snapshot if done else None)
    return Answer(data | {"seconds": seconds}, {"all": everything}, snapshot)


def _ask_ends(home: Path, chosen: Container[tuple[str, str]], manner: Manner) -> int | None:
    """Ask for the pages that links which were looked at lead to, unless that was done within a day."""
    rows = monitor_ls(home, clock=manner.clock).rows
    ends = {
        row["target_page"]
        for row in rows
        if row["target_page"]
        and (row["url"], row["target"]) in chosen
        and (row["target_at"] is None or manner.clock() - row["target_at"] >= CONFIRM)
    }
    return ask_pages(home, sorted(ends), manner) if ends else None


def _names(
    home: Path, monitors: Sequence[Monitor], past: Mapping[str, Sequence[LookRow]]
) -> Mapping[str, frozenset[str]]:
    """Other names of the pages of each target, by key, where a look was at a link to another site."""
    elsewhere = {
        each.target
        for each in monitors
        if any(not _is_of(look, Target.parse(each.target), ()) for look in past.get(each.url, ()))
    }
    if not elsewhere:
        return {}
    try:
        session = open_session(home)
    except HomeMissing:
        return {}
    spans = {name: (target.lower, target.upper) for name in elsewhere for target in [Target.parse(name)]}
    return {name: names_of(session.index, session.version, span) for name, span in spans.items()}


def _sooner(row: Row, held: Sequence[datetime]) -> Row:
    """A monitor that is due when a day has passed since the page that its link leads to was missed."""
    return row | {"due_at": min(row["due_at"], min(held) + CONFIRM)} if held else row


def _ends(home: Path, urls: Sequence[str]) -> Mapping[str, Answered]:
    """What the pages answered last that links lead to, by key."""
    if not urls:
        return {}
    try:
        session = open_session(home)
    except HomeMissing:
        return {}
    return answered(session.index, session.version, map(page_key, urls))


def _with_end(row: Row, end: Answered | None) -> Row:
    """A monitor with what the page answers that its link leads to: broken where two looks found it gone."""
    end = end if row["target_page"] else None
    broken = end is not None and end.gone_since is not None and end.at - end.gone_since >= CONFIRM
    told = {
        "target_status": end.status if end else None,
        "target_at": end.at if end else None,
        "target_broken": broken,
    }
    return row | told | {"needs_attention": row["needs_attention"] or broken}


def _pages(home: Path, due: Sequence[Monitor]) -> tuple[dict[str, list[Known]], dict[str, Leads]]:
    """The pages of monitors with the links that are known of them, and what each is looked at for."""
    try:
        session = open_session(home)
    except HomeMissing:
        session = None
    known = {
        target: known_links(session, target, None, None) if session else {}
        for target in dict.fromkeys(each.target for each in due)
    }
    pages: dict[str, list[Known]] = {}
    targets: dict[str, list[Target]] = {}
    for each in due:
        links = pages.setdefault(each.url, [])
        links += [link for link in known[each.target].get(each.url, []) if link not in links]
        targets.setdefault(each.url, []).append(Target.parse(each.target))
    return pages, {url: _any_of([leads_to(t, {url: pages[url]}) for t in targets[url]]) for url in pages}


def _any_of(leads: Sequence[Leads]) -> Leads:
    return lambda key: any(each(key) for each in leads)


def _row(monitor: Monitor, looks: Sequence[LookRow], at: datetime, names: Container[str]) -> Row:
    """A monitor as users meet it; `names` are keys of pages elsewhere that lead to the target."""
    assert monitor.added_at is not None  # it was kept
    # a look under a clock that ran ahead is no last word: the page would not be looked at until then
    target = Target.parse(monitor.target)
    mine = [look for look in looks if look.at <= at and _is_of(look, target, names)]
    last = max((look.at for look in mine), default=None)
    best = min(
        (look for look in mine if look.at == last), key=lambda look: _BEST.index(look.verdict), default=None
    )
    state = best.verdict if best else None
    if state == "not-found" and any(look.verdict not in ("not-found", *_BEST[6:]) for look in mine):
        state = "lost"  # it was there, and the index has let go of it
    lacking = shortcomings(monitor, best.told) if best else []
    known_since = min((look.at for look in mine), default=min(monitor.added_at, at))
    return {
        "url": monitor.url,
        "target": monitor.target,
        "kind": monitor.kind.value,
        "state": state,
        "reasons": best.told["reasons"] if best else [],
        "evidence": best.told["evidence"] if best else None,
        "checked_at": last,
        "due_at": due_at(known_since, last, state),
        "target_page": (best.told["after"] or {}).get("target_url") if best else None,
        "shortcomings": lacking,
        "needs_attention": bool(lacking) or state in _NOT_THERE,
        "promised_anchor": monitor.anchor,
        "promised_url": monitor.promised_url,
        "added_at": monitor.added_at,
        "history": [
            {"at": look.at, "state": look.verdict, "target_url": look.target_url or None}
            for look in mine
            if at - look.at <= HISTORY
        ],
    }


def _is_of(look: LookRow, target: Target, names: Container[str]) -> bool:
    """Whether a look was at a link to the target, by whatever name of it, or found none at all."""
    if not look.target_url:
        return True
    key = page_key(look.target_url)
    return target.lower <= key < target.upper or key in names
