"""Is the right thing said of a link whatever its server does, and nothing ever lost that may be there?"""

import random
import ssl
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import trustme

from backlit.monitor.look import Look, look_at
from backlit.monitor.rounds import Rounds
from backlit.monitor.verdicts import Past, Verdict, VerdictKind, confirmed, judge_link
from backlit.net.client import Client
from backlit.net.exchange import Limits, Network
from backlit.net.politeness import Manners
from backlit.urls import page_key
from tests.faults.figures import record
from tests.monitor.scenarios import scenarios
from tests.monitor.served import PATH, TARGET, Scenario, known, page, said
from tests.servers import Request, Script, certificate, farm

CASES = {f"s{number}.example": scenario for number, scenario in enumerate(scenarios())}
HASTY = Manners(delay=0.0, rest=0.0, backoff=0.0, broken=0.0, retry_most=0.0, busy=0.01)
DAY_ONE = datetime(2026, 3, 1, 12, tzinfo=UTC)


def answers(request: Request) -> Script:
    host = request.host.partition(":")[0]
    return CASES[host].answers(request) if host in CASES else [said(page(""))]


def certificates() -> ssl.SSLContext:
    """A certificate for each name, with the fault that its scenario has."""
    stranger = trustme.CA(key_type=trustme.KeyType.ECDSA)

    def made(name: str, fault: str) -> ssl.SSLContext:
        wanted = "other.example" if fault == "wrong-host" else name
        return certificate(wanted, ca=stranger if fault == "untrusted" else None, expired=fault == "expired")

    context = certificate("fallback.example")

    def choose(connection: ssl.SSLObject | ssl.SSLSocket, name: str | None, _context: ssl.SSLContext) -> None:
        name = name or "fallback.example"
        connection.context = made(name, CASES[name].tls if name in CASES else "")

    context.sni_callback = choose
    return context


def url_of(host: str) -> str:
    return f"http{'s' if CASES[host].secure else ''}://{host}{PATH}"


@contextmanager
def web() -> Iterator[Network]:
    gone = [host for host, scenario in CASES.items() if scenario.gone]
    with farm(answers, certificates(), gone) as network:
        yield network


def looks(network: Network, at: datetime) -> dict[str, Look]:
    """One look at the page of every scenario."""
    client = Client(network, random.random, manners=HASTY, limits=Limits(connect=5.0, idle=4.0, total=8.0))
    lead = page_key(TARGET)

    def is_target(key: str) -> bool:
        return key.startswith("example.target") or key == lead

    rounds = Rounds(
        client,
        map(url_of, CASES),
        lambda url: look_at(client, url, is_target, lambda: at),
        threads=32,
        patience=60.0,
    )
    return {look.url: look for look in rounds}


def judged(scenario: Scenario, look: Look, past: list[Past]) -> Verdict:
    before = scenario.known or known()
    if before.canonical == "self":
        before = replace(before, canonical=look.url)
    return confirmed(judge_link(before, look, [before.link]), past, look.at)


def wrong(scenario: Scenario, verdict: Verdict, expected: str) -> str | None:
    reasons = scenario.reasons or verdict.reasons
    if (verdict.kind.value, verdict.reasons) == (expected, reasons):
        return None
    given = f"{verdict.kind.value} {verdict.reasons}: {verdict.evidence}"
    return f"{scenario.name}: {expected} {scenario.reasons}, but {given}"


def two_days() -> tuple[list[str], set[str]]:
    """What is said wrongly of the scenarios on two days, and what is called lost that may be there."""
    with web() as network:
        first, second = looks(network, DAY_ONE), looks(network, DAY_ONE + timedelta(hours=25))
    faults, lost = list[str](), set[str]()
    for host, scenario in CASES.items():
        url = url_of(host)
        one = judged(scenario, first[url], [])
        two = judged(scenario, second[url], [Past(first[url].at, one.kind)])
        expected = "lost" if scenario.verdict == "missing" else scenario.verdict
        faults += [
            each for each in (wrong(scenario, one, scenario.verdict), wrong(scenario, two, expected)) if each
        ]
        if VerdictKind.LOST in (one.kind, two.kind) and scenario.verdict != "missing":
            lost.add(scenario.name)
    return faults, lost


def test_every_scenario_gets_its_verdict_on_both_days() -> None:
    assert len(CASES) >= 400
    assert Counter(scenario.name for scenario in CASES.values()).most_common(1)[0][1] == 1
    faults, lost = two_days()
    assert lost == set()
    assert "\n".join(faults) == ""


@pytest.mark.slow
def test_verdicts_are_counted() -> None:
    faults, lost = two_days()
    figures = {
        "servers": len(CASES),
        "looks": 2 * len(CASES),
        "wrong": len(faults),
        "falsely_lost": len(lost),
    }
    record("verdicts", "pytest -m slow -k verdicts_are_counted", "99.5 % right, 0 falsely lost", figures)
    assert ("\n".join(faults), lost) == ("", set())


def at(hours: float) -> datetime:
    return DAY_ONE + timedelta(hours=hours)


MISS = Verdict(VerdictKind.MISSING, ("removed",))
#: What earlier looks said, by hours; when the link is missed again; what is said then, and since when.
HISTORIES = {
    "never before": ([], 0.0, "missing", 0.0),
    "an hour ago": ([(0, "missing")], 1.0, "missing", 0.0),
    "just under a day ago": ([(0, "missing")], 23.99, "missing", 0.0),
    "a day ago": ([(0, "missing")], 24.0, "lost", 0.0),
    "a day ago, and once between": ([(0, "missing"), (12, "missing")], 24.5, "lost", 0.0),
    "blocked between": ([(0, "missing"), (12, "blocked")], 25.0, "lost", 0.0),
    "unreachable between": ([(0, "missing"), (12, "unreachable"), (20, "unverified")], 25.0, "lost", 0.0),
    "found between": ([(0, "missing"), (12, "live")], 25.0, "missing", 25.0),
    "found between, then missed": ([(0, "missing"), (12, "changed"), (20, "missing")], 40.0, "missing", 20.0),
    "hidden between": ([(0, "missing"), (12, "hidden")], 25.0, "missing", 25.0),
    "only blocked before": ([(0, "blocked"), (30, "blocked")], 60.0, "missing", 60.0),
    "only unreachable before": ([(0, "unreachable")] * 9, 60.0, "missing", 60.0),
    "lost before": ([(0, "missing"), (25, "lost")], 26.0, "lost", 0.0),
    "a clock that was ahead": ([(100, "missing")], 0.0, "missing", 0.0),
    "a clock that was ahead, and a day": ([(100, "missing"), (0, "missing")], 24.0, "lost", 0.0),
}


def test_lost_takes_two_misses_a_day_apart_with_nothing_found_between() -> None:
    found = {}
    for name, (past, now, _, _) in HISTORIES.items():
        verdict = confirmed(MISS, [Past(at(hours), VerdictKind(kind)) for hours, kind in past], at(now))
        assert verdict.since is not None
        found[name] = (verdict.kind.value, (verdict.since - DAY_ONE) / timedelta(hours=1))
    assert found == {name: (kind, since) for name, (_, _, kind, since) in HISTORIES.items()}
