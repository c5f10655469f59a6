"""Does nobody mind being asked? Pauses, robots.txt and Retry-After, also over a day with a thousand hosts."""

import heapq
import random
from dataclasses import replace
from itertools import count

import pytest

from backlit.net.client import Client
from backlit.net.failure import Failure, FailureKind
from backlit.net.fetch import Fetched, Hop
from backlit.net.politeness import Manners, Politeness, Told
from backlit.net.robots_files import DAY, RobotsFiles, robots_url, standing_of
from tests.faults.figures import record
from tests.unit.net.fakes import PUBLIC, answer, fake_network
from tests.unit.net.town import Town


def polite() -> Politeness:
    return Politeness(Manners(), lambda: 0.0)


def asked(book: Politeness, host: str, now: float, told: Told) -> float:
    """Ask a host at once, and give the seconds until it may be asked again."""
    assert book.claim(host, now) == 0
    book.end(host, now + told.seconds, told)
    return book.wait(host, now + told.seconds)


def test_a_host_rests_a_second_or_five_times_its_answer() -> None:
    waits = [asked(polite(), "h", 100.0, Told(seconds, 200)) for seconds in (0.01, 0.2, 1.5, 60.0)]
    assert waits == [1.0, 1.0, 7.5, 30.0]


def test_crawl_delay_counts_up_to_five_minutes_and_from_robots_txt_on() -> None:
    for stated, expected in ((None, 1.0), (0.5, 1.0), (20.0, 20.0), (86_400.0, 300.0)):
        book = polite()
        asked(book, "h", 0.0, Told(0.0, 200))
        book.set_crawl_delay("h", stated)
        assert book.wait("h", 0.0) == expected
        assert asked(book, "h", 500.0, Told(0.0, 200)) == expected


def test_one_connection_to_a_host_and_to_an_address() -> None:
    book = polite()
    for host in ("a", "b", "c"):
        book.learn(host, "192.0.2.1" if host != "c" else "192.0.2.2")
    assert book.claim("a", 0.0) == 0
    assert book.claim("a", 0.0) > 0
    assert book.claim("b", 0.0) > 0  # on the same machine
    assert book.claim("c", 0.0) == 0
    book.end("a", 2.0, Told(2.0, 200))
    assert (book.wait("a", 2.0), book.wait("b", 2.0), book.wait("b", 12.0)) == (10.0, 10.0, 0.0)


def test_retry_after_is_kept_and_above_a_day_cut() -> None:
    assert asked(polite(), "h", 0.0, Told(0.1, 429, 120.0)) == 120.0
    assert asked(polite(), "h", 0.0, Told(0.1, 503, 10.0)) == 30.0  # our own pause is longer
    assert asked(polite(), "h", 0.0, Told(0.1, 503, 1e7)) == 86_400.0
    assert asked(polite(), "h", 0.0, Told(0.1, 200, 50.0)) == 50.0


def test_failures_in_a_row_are_asked_ever_more_rarely_and_then_left_alone() -> None:
    book, now, waits = polite(), 0.0, []
    for _ in range(7):
        waits.append(asked(book, "h", now, Told(0.1, None)))
        now += 0.1 + waits[-1]
    assert [round(wait) for wait in waits] == [30, 60, 120, 240, 3_600, 7_200, 14_400]
    assert book.is_broken("h")
    assert asked(book, "h", now, Told(0.1, 200)) == 1.0
    assert not book.is_broken("h")


def test_pauses_differ_between_hosts() -> None:
    book = Politeness(Manners(), random.Random(1).random)
    waits = [asked(book, f"h{number}", 0.0, Told(0.1, 503)) for number in range(50)]
    assert len(set(waits)) == 50
    assert all(30.0 <= wait <= 45.0 for wait in waits)


def test_a_clock_that_is_set_back_parks_nobody_for_ever() -> None:
    book = polite()
    asked(book, "h", 1e12, Told(0.1, 200))
    assert book.wait("h", 0.0) == 1.5 * 86_400


# robots.txt over time ---------------------------------------------------------

URL = "http://site.example.com/a"
FORBIDS = b"User-agent: Backlit\nDisallow: /a\n"


def fetched(
    status: int | None = 200,
    body: bytes = b"",
    kind: FailureKind | None = None,
    *,
    missing: str | None = None,
) -> Fetched:
    failure = Failure(kind, "it did") if kind else None
    return Fetched(robots_url(URL), (Hop(robots_url(URL), status=status),), 0.1, failure, body, body, missing)


NO_FILE = (FailureKind.LOOP, FailureKind.HOPS, FailureKind.LOCATION)
NO_SENSE = (FailureKind.PROTOCOL, FailureKind.HEADERS)
NO_HOST = (FailureKind.NO_HOST, FailureKind.TIMEOUT, FailureKind.TLS_EXPIRED)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (fetched(body=FORBIDS), FailureKind.ROBOTS),
        (fetched(body=b"<html>nonsense"), None),
        *((fetched(status), None) for status in (204, 400, 401, 403, 404, 410, 451)),
        *((fetched(status), FailureKind.ROBOTS) for status in (429, 500, 502, 503, 599)),
        *((fetched(None, kind=kind), None) for kind in NO_FILE),
        *((fetched(None, kind=kind), FailureKind.ROBOTS) for kind in NO_SENSE),
        *((fetched(None, kind=kind), kind) for kind in NO_HOST),
        (fetched(body=b"User-agent: *\n", missing="9 bytes fewer came"), FailureKind.ROBOTS),
    ],
)  # fmt: skip
def test_what_an_answer_for_robots_txt_means(found: Fetched, expected: FailureKind | None) -> None:
    files = RobotsFiles("Backlit")
    failure = files.why_not(files.read(URL, lambda _url: found, 0.0), URL)
    assert (failure.kind if failure else None) is expected


def test_a_file_is_kept_for_a_day_and_stands_in_for_thirty() -> None:
    files = RobotsFiles("Backlit")
    files.read(URL, lambda _url: fetched(body=FORBIDS), 0.0)
    assert files.standing(URL, DAY - 1) is not None
    assert files.standing(URL, DAY) is None
    down = files.read(URL, lambda _url: fetched(503), 2 * DAY)
    assert down.robots is not None  # the older one decides
    assert files.standing(URL, 2.4 * DAY) is not None
    assert files.standing(URL, 2.6 * DAY) is None  # and a new one is asked for after half a day
    later = files.read(URL, lambda _url: fetched(503), 31 * DAY)
    assert later.robots is None
    assert standing_of(fetched(404), 0.0).robots is not None


# the client ------------------------------------------------------------------


class Desk:
    """A client of one site, on a clock of its own."""

    def __init__(self, **pages: bytes) -> None:
        self.now, self.slept = 0.0, list[float]()
        self.pages = {f"/{name.replace('_', '.')}": page for name, page in pages.items()}
        network, self.sink = fake_network({"site.example.com": [PUBLIC]}, self.answer)
        network = replace(network, timer=lambda: self.now)
        self.client = Client(network, lambda: 0.0, sleeper=self.sleep, clock=lambda: self.now)

    def answer(self, sent: bytes, _peer: str) -> bytes:
        return self.pages.get(sent.split(b" ")[1].decode(), answer(b"page"))

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    @property
    def paths(self) -> list[str]:
        return [sent.split(b" ")[1].decode() for sent in self.sink.sent]


def test_robots_txt_is_read_first_and_once() -> None:
    desk = Desk(robots_txt=answer(FORBIDS))
    assert not desk.client.is_ready(URL)
    assert desk.client.visit(URL).failure == Failure(FailureKind.ROBOTS, "Disallow: /a (line 2)")
    assert desk.client.is_ready(URL)
    assert [desk.client.visit(f"http://site.example.com/{page}").body for page in "bc"] == [b"page"] * 2
    assert (desk.paths, desk.slept) == (["/robots.txt", "/b", "/c"], [1.0, 1.0])


def test_each_hop_is_ruled_by_its_host() -> None:
    away = answer(status=302, headers={"Location": "/a/secret"})
    desk = Desk(robots_txt=answer(FORBIDS), start=away)
    found = desk.client.visit("http://site.example.com/start")
    assert found.failure == Failure(FailureKind.ROBOTS, "Disallow: /a (line 2)")
    assert [hop.status for hop in found.hops] == [302, None]
    assert desk.paths == ["/robots.txt", "/start"]


def test_who_asks_for_patience_is_not_waited_for() -> None:
    desk = Desk(
        robots_txt=answer(b"User-agent: *\nCrawl-delay: 20\n"),
        b=answer(status=429, headers={"Retry-After": "90"}),
    )
    assert desk.client.visit("http://site.example.com/b").status == 429
    assert desk.client.wait(URL) == 90.0
    found = desk.client.visit(URL)
    assert found.failure == Failure(
        FailureKind.WAIT, "site.example.com wants to be asked later: 90 s from now"
    )
    assert (desk.paths, desk.slept) == (["/robots.txt", "/b"], [20.0])


def test_a_page_that_somebody_owns_may_be_read_against_the_rules_but_not_hastily() -> None:
    desk = Desk(robots_txt=answer(FORBIDS))
    assert [desk.client.visit(URL, obeys=False).body for _ in range(2)] == [b"page"] * 2
    assert (desk.paths, desk.slept) == (["/a", "/a"], [1.0])


PATHS = ("/", "/a", "/b?c", "/private/x", "/cart/1")


@pytest.mark.parametrize(("hosts", "hours"), [(60, 6), pytest.param(1_000, 24, marks=pytest.mark.slow)])
def test_a_day_in_town(hosts: int, hours: int) -> None:
    """Every page of every host each half hour: no rule of any host is ever broken."""
    town = Town(hosts, hosts)
    client = Client(
        town.network(), town.draw.random, clock=lambda: town.now, sleeper=town.sleep, patience=5.0
    )
    end, numbers = town.now + hours * 3_600, count()
    validators: dict[str, dict[str, str]] = {}
    due = [(town.now, next(numbers), f"http://{name}{path}") for name in town.names for path in PATHS]
    heapq.heapify(due)
    while due[0][0] < end and town.now < end:
        ready, _, url = heapq.heappop(due)
        town.now = max(town.now, ready)
        wait = client.wait(url)
        if wait <= 0 and client.is_ready(url):
            found = client.visit(url, headers=validators.get(url))
            if found.status == 200:
                validators[url] = found.validators
            wait = 1_800.0
        elif wait <= 0:
            client.prepare(url)
        heapq.heappush(due, (town.now + wait, next(numbers), url))
    assert town.faults == {}
    assert town.seen["unchanged, in full"] == 0
    assert town.seen["304"] > town.seen["requests"] / 2
    assert town.seen["429 or 503"] > hosts / 10
    if hosts == 1_000:
        record("politeness", "pytest -m slow -k a_day_in_town", TOWN, figures_of(town, hosts, hours))


TOWN = (
    "0 requests that a rule forbids, too early, or before Retry-After; of unchanged pages 95 % answered 304"
)


def figures_of(town: Town, hosts: int, hours: int) -> dict[str, float]:
    unchanged = town.seen["304"] + town.seen["unchanged, in full"]
    return {
        "hosts": hosts,
        "hours": hours,
        "requests": town.seen["requests"],
        "faults": town.faults.total(),
        "asked_for_patience": town.seen["429 or 503"],
        "unchanged_answered_304_percent": round(100 * town.seen["304"] / unchanged, 1),
    }
