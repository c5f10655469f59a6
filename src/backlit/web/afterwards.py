"""Where does a job that is done lead? To the pages that show what came of it, and to what comes next."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

__all__ = ["afterwards"]

Row = Mapping[str, Any]
#: Words and an address.
Way = tuple[str, str]


def afterwards(job: Row) -> Sequence[Way]:
    """The ways on from a job, the one most wanted first; none from one that is not done."""
    ways = _WAYS.get(job["kind"])
    if ways is None or job["state"] != "done":
        return ()
    return ways(job["arguments"], job["result"] or {})


def _at(target: str, view: str = "") -> str:
    return f"/t/{quote(target, safe='')}" + (f"/{view}" if view else "")


def _ingest(asked: Row, result: Row) -> Sequence[Way]:
    target = asked.get("target")
    if not target:
        return [("What the index holds", "/start")]
    leads = [("The pages that are said to link, to have them read", _at(target, "leads"))]
    return [*(leads if result.get("leads") else ()), (f"The overview of {target}", _at(target))]


def _verify(asked: Row, _result: Row) -> Sequence[Way]:
    target = asked["target"]
    return [
        (f"The overview of {target}", _at(target)),
        ("Its links", _at(target, "backlinks")),
        ("What comes next", _at(target, "report#next")),
    ]


def _crawl(asked: Row, _result: Row) -> Sequence[Way]:
    return [(f"The overview of {seed}", _at(seed)) for seed in asked["seeds"][:3]]


def _audit(asked: Row, _result: Row) -> Sequence[Way]:
    return [("The audit, to decide in", _at(asked["target"], "audit"))]


def _report(asked: Row, result: Row) -> Sequence[Way]:
    name = quote(PurePath(result.get("file", "")).name, safe="")
    file = [("The report", _at(asked["target"], f"reports/{name}"))] if name else []
    return [*file, ("All reports on it", _at(asked["target"], "report"))]


_WAYS: Mapping[str, Callable[[Row, Row], Sequence[Way]]] = {
    "ingest": _ingest,
    "verify": _verify,
    "crawl": _crawl,
    "audit": _audit,
    "report": _report,
    "rank": lambda _asked, _result: [("What the index holds", "/start")],
    "monitor-check": lambda _asked, _result: [("Watched links", "/monitors")],
    "alert-run": lambda _asked, _result: [("Alerts", "/alerts")],
    "outreach-send": lambda _asked, _result: [("The board", "/outreach")],
}
