"""What can be a job, and how is each done? A table of tasks by name, and the process that runs one.

    python -m backlit.app.tasks

reads one job from stdin, does it, and publishes what came of it. `backlit.jobs` starts this and knows no more
of the tasks than their names and queues.
"""

import json
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from backlit.app.answer import Answer, Row
from backlit.app.progress import Progress, ProgressEvent
from backlit.errors import BacklitError, ConfigError, UsageError
from backlit.index.storage import patient
from backlit.jobs.results import Results

__all__ = ["COMMAND", "LIMITS", "QUEUES", "TASKS", "Task"]

#: What runs a task: without the folder that somebody happens to be in, whose files may be called as modules
#: are.
COMMAND = (sys.executable, "-P", "-m", "backlit.app.tasks")
#: How many jobs of a queue run at once. One process writes to an index, one visits pages, one sends messages.
LIMITS: Mapping[str, int] = {"index": 1, "visits": 1, "messages": 1, "reading": 2}

#: Seconds that a task waits for a command somebody gave by hand: as good as for ever.
_PATIENCE = 7 * 86_400.0
#: What nobody waits for gives way to everything else on the machine.
_GIVES_WAY = 19
#: Seconds between two reports of progress.
_TICK = 0.5


@dataclass(frozen=True, slots=True)
class Task:
    """A task: in which queue it waits, and what does it, with a home, its arguments and a way to report.

    `takes` are its arguments with what each is, all of which may be null but those it `needs`.
    """

    queue: str
    run: Callable[[Path, Mapping[str, Any], Progress], Answer]
    takes: Mapping[str, tuple[type, ...]] = field(default_factory=dict)
    needs: tuple[str, ...] = ()

    def check(self, kind: str, arguments: Mapping[str, Any]) -> None:
        """UsageError for arguments that it cannot take."""
        asked = f"ask for a job of kind {kind}"
        for name in self.needs:
            if arguments.get(name) in (None, "", []):
                raise UsageError(asked, f"it needs {name}", f"Give {name}.")
        for name, value in arguments.items():
            if name not in self.takes:
                known = ", ".join(self.takes) or "none"
                raise UsageError(asked, f"it takes no {name[:40]!r}", f"Its arguments are {known}.")
            if value is not None and not isinstance(value, self.takes[name]):
                wanted = " or ".join(each.__name__ for each in self.takes[name])
                found = f"{name} is {type(value).__name__}, not {wanted}"
                raise UsageError(asked, found, "Give it another value, or none.")


def _ingest(home: Path, asked: Mapping[str, Any], progress: Progress) -> Answer:
    from backlit.app.build import ingest

    options = {name: value for name, value in asked.items() if name != "sources"}
    if isinstance(options.get("internal"), list):
        options["internal"] = tuple(options["internal"])
    return _told_board(home, ingest(home, asked["sources"], **options, progress=progress))


def _rank(home: Path, asked: Mapping[str, Any], progress: Progress) -> Answer:
    from backlit.app.build import rank

    progress(ProgressEvent("ranking", 0, None, "domains"))
    seeds = asked.get("seeds")
    return rank(home, seeds=None if seeds is None else Path(seeds), owners=asked.get("owners"))


def _verify(home: Path, asked: Mapping[str, Any], progress: Progress) -> Answer:
    from backlit.app.verification import verify

    return _told_board(home, verify(home, **asked, progress=progress))


def _crawl(home: Path, asked: Mapping[str, Any], progress: Progress) -> Answer:
    from backlit.app.crawling import crawl

    return _told_board(home, crawl(home, **asked, progress=progress))


def _monitor_check(home: Path, asked: Mapping[str, Any], progress: Progress) -> Answer:
    from backlit.app.watching import monitor_check

    return _told_board(home, monitor_check(home, **asked, progress=progress))


def _told_board(home: Path, answer: Answer) -> Answer:
    """Let the board of outreach hear of what the index has learned: cards whose link is there go to live."""
    from backlit.app.outreach_seeing import outreach_seen
    from backlit.store.place import has_state

    if has_state(home):
        outreach_seen(home)
    return answer


def _prepare(home: Path, _asked: Mapping[str, Any], progress: Progress) -> Answer:
    from backlit.app.preparing import prepare_answers

    os.nice(_GIVES_WAY)
    return prepare_answers(home, progress=progress)


def _outreach_send(home: Path, _asked: Mapping[str, Any], progress: Progress) -> Answer:
    from backlit.app.outreach_sending import outreach_send

    progress(ProgressEvent("sending what was approved", 0, None, "messages"))
    answer = outreach_send(home)
    states = [row["state"] for row in answer.rows]
    data = {"messages": len(states), **{name: states.count(name) for name in sorted(set(states))}}
    return Answer(data, answer.query)


def _alert_run(home: Path, _asked: Mapping[str, Any], progress: Progress) -> Answer:
    from backlit.app.alerting import alerts_run

    progress(ProgressEvent("looking for what to tell", 0, None, "alerts"))
    return alerts_run(home)


def _read_pages(home: Path, asked: Mapping[str, Any], progress: Progress) -> Answer:
    from backlit.app.reading import read_pages

    return read_pages(home, asked.get("sources") or (), workers=asked.get("workers") or 1, progress=progress)


def _audit(home: Path, asked: Mapping[str, Any], progress: Progress) -> Answer:
    """An audit as a document of the home, to be read later."""
    from backlit.app.look import audit
    from backlit.app.report_files import keep_report, plain_name
    from backlit.app.session import open_session
    from backlit.report.document import audit_html

    progress(ProgressEvent("judging links", 0, None, "links"))
    answer = audit(open_session(home, may_wait=True), asked["target"], scope=asked.get("scope"))
    name = f"audit-{plain_name(asked['target'])}-{answer.snapshot}.html"
    path = keep_report(home, name, audit_html(answer.row).encode())
    data: Row = {"target": asked["target"], "clusters": answer.row["clusters_total"], "file": str(path)}
    return Answer(data, dict(asked), answer.snapshot, answer.as_of)


def _report(home: Path, asked: Mapping[str, Any], progress: Progress) -> Answer:
    """A report as a file of the home, to be handed on."""
    from backlit.app.report_files import report_to_home
    from backlit.app.session import open_session

    progress(ProgressEvent("judging links", 0, None, "links"))
    return report_to_home(open_session(home, may_wait=True), **asked)


_TEXT, _NUMBER, _MANY, _SWITCH = (str,), (int,), (list, tuple), (bool,)
_VISITS = {"threads": _NUMBER, "patience": (int, float)}

TASKS: Mapping[str, Task] = {
    "ingest": Task(
        "index",
        _ingest,
        {
            "sources": _MANY,
            **dict.fromkeys(("crawl", "target", "date"), _TEXT),
            "workers": _NUMBER,
            "internal": (str, list, tuple),
            "mapping": (dict,),
            "upkeep": _SWITCH,
        },
        ("sources",),
    ),
    "rank": Task("index", _rank, {"seeds": _TEXT, "owners": _TEXT}),
    "verify": Task(
        "visits",
        _verify,
        {
            **dict.fromkeys(("target", "scope", "q", "page"), _TEXT),
            "leads": _SWITCH,
            "limit": _NUMBER,
            **_VISITS,
        },
        ("target",),
    ),
    "crawl": Task(
        "visits",
        _crawl,
        {
            "seeds": _MANY,
            **dict.fromkeys(("depth", "limit"), _NUMBER),
            "sitemaps": _SWITCH,
            "internal": _TEXT,
            **_VISITS,
        },
        ("seeds",),
    ),
    "monitor-check": Task("visits", _monitor_check, {"everything": _SWITCH, **_VISITS}),
    "alert-run": Task("messages", _alert_run),
    "prepare": Task("reading", _prepare),
    "read-pages": Task("reading", _read_pages, {"sources": _MANY, "workers": _NUMBER}),
    "outreach-send": Task("messages", _outreach_send),
    "audit": Task("reading", _audit, {"target": _TEXT, "scope": _TEXT}, ("target",)),
    "report": Task(
        "reading",
        _report,
        dict.fromkeys(
            ("target", "scope", "audience", "since", "vs", "form", "brand_name", "logo", "colour"), _TEXT
        ),
        ("target",),
    ),
}
#: Kind → queue.
QUEUES: Mapping[str, str] = {kind: task.queue for kind, task in TASKS.items()}


# the process of one task ---------------------------------------------------------


class _Teller:
    """Writes progress to the worker, now and then: a new stage at once, the rest so often."""

    def __init__(self, out: IO[str]) -> None:
        self._out = out
        self._stage: str | None = None
        self._next = 0.0

    def __call__(self, event: ProgressEvent) -> None:
        now = time.monotonic()
        if event.stage == self._stage and now < self._next and event.done != event.total:
            return
        self._stage, self._next = event.stage, now + _TICK
        told = {"stage": event.stage, "done": event.done, "total": event.total, "unit": event.unit}
        print(json.dumps(told), file=self._out, flush=True)  # the worker reads it


def main(tasks: Mapping[str, Task] = TASKS) -> int:
    """Do the job on stdin; 0 where it has an end, good or bad, that is published."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever prints, prints to the log
    asked = json.loads(sys.stdin.readline())
    os.set_inheritable(asked["lock"], False)  # it is for this process, not for those that it starts
    threading.Thread(target=_die_with_worker, daemon=True).start()
    home = Path(asked["home"])
    try:
        outcome = _done(tasks[asked["kind"]], home, asked, _Teller(out))
    except KeyboardInterrupt:
        return 130
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it is done: too late to be stopped
    Results(home).keep(asked["job"], outcome)
    return 0


def _done(task: Task, home: Path, asked: Row, progress: Progress) -> Row:
    try:
        _enter(asked["folder"])
        with patient(_PATIENCE):
            answer = task.run(home, asked["arguments"], progress)
    except BacklitError as error:
        return {"error": _told(error)}
    except Exception as error:
        traceback.print_exc()
        what = f"unexpected {type(error).__name__}: {error}"
        do = f"`backlit jobs log {asked['job']}` has where; `backlit jobs resume {asked['job']}` tries again."
        return {"error": _told(BacklitError(f"run a job of kind {asked['kind']}", what, do))}
    snapshot = None if answer.snapshot is None else str(answer.snapshot)
    return {
        "result": answer.row,
        "query": dict(answer.query),
        "snapshot": snapshot,
        "took_ms": answer.took_ms,
    }


def _enter(folder: str) -> None:
    try:
        os.chdir(folder)
    except OSError as error:
        raise ConfigError(
            f"work in {folder}",
            (error.strerror or str(error)).lower(),
            "Ask for it again from a folder that stays.",
        ) from error


def _told(error: BacklitError) -> Row:
    name = type(error).__name__
    told = {"class": name, "asked": error.asked, "found": error.found, "do": error.do}
    return {**told, "exit_code": error.exit_code}


def _die_with_worker() -> None:
    """A task whose worker was killed has nobody to work for."""
    while sys.stdin.read(1):
        pass
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
