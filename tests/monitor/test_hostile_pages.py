"""Does no page, however hostile, end a run or lose a link by being unreadable?"""

import tracemalloc
from datetime import UTC, datetime

import pytest

from backlit.monitor.look import Look, look_at
from backlit.monitor.verdicts import VerdictKind, judge_lead
from backlit.net.client import Client
from backlit.urls import page_key
from tests.hostile import responses
from tests.hostile.pages import FAMILIES, made
from tests.monitor.test_verify import HASTY
from tests.unit.net.fakes import PUBLIC, answer, fake_network

assert responses.HTML  # its families are there
LEAD = page_key("https://target.example/tea")


def look(block: bytes) -> Look:
    """A visit to a page that answers just these bytes."""
    network, _ = fake_network(
        lambda _host: [PUBLIC],
        lambda sent, _peer: answer(status=404) if b"/robots.txt" in sent[:20] else block,
    )
    client = Client(network, lambda: 0.5, manners=HASTY, sleeper=lambda _seconds: None)
    return look_at(client, "http://page.example.com/", LEAD.__eq__, lambda: datetime(2026, 3, 1, tzinfo=UTC))


@pytest.mark.parametrize("family", FAMILIES)
def test_a_hostile_page_gets_a_verdict(family: str) -> None:
    for size in (600, 60_000):
        found = judge_lead(look(made(family, size, 0)))
        assert found.kind in VerdictKind
        assert found.kind is VerdictKind.LIVE or found.reasons


def test_a_bomb_costs_no_more_than_a_page() -> None:
    from tests.unit.net.test_fetch import bombs, said

    for coding, body in bombs().items():
        block = said(body, f"Content-Encoding: {coding}", "Content-Type: text/html")
        tracemalloc.start()
        found = judge_lead(look(block))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert (found.kind, peak < 32 << 20) == (VerdictKind.UNVERIFIED, True), (coding, peak)
