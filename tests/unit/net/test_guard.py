"""Is nothing spoken to that is not of the public web, however it is written, named or redirected to?"""

import ipaddress
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import cycle
from urllib.parse import urlsplit

import pytest

from backlit.errors import ConfigError, SourceError
from backlit.monitor.alerts import webhooks
from backlit.monitor.alerts.tries import OutcomeKind
from backlit.net.address import parsed, why_not_public
from backlit.net.client import Client
from backlit.net.download import look
from backlit.net.failure import FailureKind, Stopped
from backlit.net.fetch import fetch
from backlit.net.guard import Guard
from backlit.net.mail import Letter, MailServer, hand_over
from backlit.net.politeness import Manners
from backlit.store.alerts import Channel
from tests.unit.net.fakes import PUBLIC, answer, fake_network
from tests.unit.shared import SHARED, needs_shared

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SUITE = SHARED / "data/suites/ssrf"
RACES, NAMES = 1_000, 10_000

#: Spellings of forbidden places, for checkouts without the suite.
OWN = (
    *(
        "http://127.0.0.1/",
        "http://0x7f.1/",
        "http://2130706433/",
        "http://0177.0.0.1/",
        "http://127。0。0。1/",
    ),
    *("http://[::ffff:127.0.0.1]/", "http://[64:ff9b::a9fe:a9fe]/", "http://[2002:7f00:1::]/"),
    *("http://[fe80::1]/", "http://[::127.0.0.1]/", "http://[2a00:1::5efe:10.0.0.1]/", "http://localhost./"),
    *("http://metadata.google.internal/", "http://user@site.example.com/", "http://site.example.com:22/"),
    *("file:///etc/passwd", "gopher://127.0.0.1/", "http://168.63.129.16/", "http://[fd00:ec2::254]/"),
)


def vectors() -> list[str]:
    path = SUITE / "vectors.json"
    suite = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    return [*OWN, *(case["url"] for case in suite)]


def resolves_to_metadata(_host: str) -> list[str]:
    return ["169.254.169.254"]


@pytest.mark.parametrize("intranet", ["", "10.77.0.0/16"])
def test_no_vector_connects(intranet: str) -> None:
    network, sink = fake_network(resolves_to_metadata, intranet=intranet)
    kinds = {url: getattr(fetch(network, url).failure, "kind", None) for url in vectors()}
    assert {url: kind for url, kind in kinds.items() if kind is not FailureKind.REFUSED} == {}
    assert sink.connected == []


def start_is_public(host: str) -> list[str]:
    return [PUBLIC] if host == "start.example.com" else ["169.254.169.254"]


AGAIN = (FailureKind.LOOP, FailureKind.HOPS)


def sent_to(location: str) -> bytes:
    return answer(status=302, headers={"Location": location})


def test_no_vector_connects_by_a_redirect() -> None:
    for url in vectors():
        if "\n" in url:
            continue  # no header can carry it
        away = sent_to(url.encode().decode("latin-1"))
        network, sink = fake_network(start_is_public, _always(away))
        found = fetch(network, "http://start.example.com/")
        assert found.failure is not None, url
        # without a host it is a path of the same site, which sends us there again
        assert found.failure.kind in (FailureKind.REFUSED, FailureKind.LOCATION, *AGAIN), url
        assert {address for address, _ in sink.connected} == {PUBLIC}, url


def _always(given: bytes) -> Callable[[bytes, str], bytes]:
    return lambda _sent, _peer: given


START = "http://start.example.com/"
HASTY = Manners(delay=0.0, rest=0.0, backoff=0.0, broken=0.0, busy=0.0)


def test_no_vector_is_where_the_rules_of_a_host_or_its_sitemaps_stand() -> None:
    """robots.txt sends us there, or names it as a sitemap, which is asked for like a page."""
    for url in (url for url in vectors() if "\n" not in url):
        given = answer(f"User-agent: *\nAllow: /\nSitemap: {url}\n".encode())
        for robots in (sent_to(url.encode().decode("latin-1")), given):
            network, sink = fake_network(start_is_public, _first(robots))
            client = Client(network, lambda: 0.5, manners=HASTY, clock=lambda: 0.0)
            client.prepare(START)
            for each in client.sitemaps(START):
                client.visit(each)
            assert {address for address, _ in sink.connected} == {PUBLIC}, url


def _first(robots: bytes) -> Callable[[bytes, str], bytes]:
    """A host whose robots.txt says something, and whose pages say hello."""
    return lambda sent, _peer: robots if sent.startswith(b"GET /robots.txt ") else answer(b"hello")


def test_no_vector_is_downloaded() -> None:
    network, sink = fake_network(resolves_to_metadata)
    for url in vectors():
        with pytest.raises((SourceError, ValueError)):
            look(network, url.rstrip("/") + "/file.gz")
    assert sink.connected == []


def test_no_vector_gets_a_webhook() -> None:
    network, sink = fake_network(resolves_to_metadata)
    for url in vectors():
        outcome = webhooks.send(network, Channel("webhook", url, NOON), "msg_1", b"{}", NOON)
        assert (outcome.kind, outcome.detail.partition(":")[0]) == (OutcomeKind.FAILED, "refused"), url
    assert sink.connected == []


def test_no_vector_is_handed_mail() -> None:
    network, sink = fake_network(resolves_to_metadata)
    hosts = {urlsplit(url).hostname or "" for url in vectors() if "://" in url}
    hosts -= {"2.2.2.2", ""}  # what one of them is taken for that tells a parser from another: a public host
    letter = Letter("me@shop.test", b"Subject: x\r\n\r\n")
    handed: list[str] = []
    for host in hosts:
        server = MailServer(host, 25, "smtp+plain", None, None, "me@shop.test")
        with pytest.raises(Stopped) as stopped:
            hand_over(network, server, letter, lambda host=host: handed.append(host))  # type: ignore[misc]  # a default
        assert stopped.value.failure.kind is FailureKind.REFUSED, host
    with pytest.raises(Stopped, match="port 80 is none of mail"):
        hand_over(
            fake_network(lambda _host: [PUBLIC])[0],
            MailServer("mail.example.com", 80, "smtps", None, None, "me@shop.test"),
            letter,
            lambda: None,
        )
    assert (sink.connected, handed) == ([], [])


def test_one_bad_answer_among_good_ones_refuses_the_name() -> None:
    network, sink = fake_network({"two.example.com": [PUBLIC, "10.0.0.5"]})
    failure = fetch(network, "http://two.example.com/").failure
    assert (
        (failure.kind, failure.why)
        == (
            FailureKind.REFUSED,
            "two.example.com is at 10.0.0.5: a private network",
        )
        if failure
        else False
    )
    assert sink.connected == []


BAD = ("127.0.0.1", "169.254.169.254", "10.0.0.1", "::1", "fd00::1", "::ffff:10.0.0.1")


class Rebinding:
    """A name server and a site that take turns: public and forbidden addresses, redirects and pages."""

    def __init__(self, draw: random.Random, hops: int) -> None:
        self.draw, self.hops, self.looked_up = draw, hops, 0
        self.turns = cycle(draw.sample([[PUBLIC], [draw.choice(BAD)], [PUBLIC, draw.choice(BAD)]], 3))

    def names(self, _host: str) -> list[str]:
        self.looked_up += 1
        return next(self.turns)

    def answers(self, _sent: bytes, _peer: str) -> bytes:
        self.hops -= 1
        return sent_to(f"http://n{self.draw.random()}.example.com/") if self.hops >= 0 else answer(b"hello")


def test_a_name_server_that_changes_its_mind_changes_nothing() -> None:
    """A thousand races: each hop looks its name up once, and connects to what was judged."""
    draw, endings = random.Random(6), Counter[object]()
    for _ in range(RACES):
        race = Rebinding(draw, draw.randrange(3))
        network, sink = fake_network(race.names, race.answers)
        found = fetch(network, "http://rebinds.example.com/")
        assert race.looked_up == len(found.hops)
        assert {address for address, _ in sink.connected} <= {PUBLIC}
        endings[found.failure.kind if found.failure else found.status] += 1
    assert set(endings) == {200, FailureKind.REFUSED}


def test_a_connection_that_went_elsewhere_is_refused() -> None:
    network, sink = fake_network({"site.example.com": [PUBLIC]})
    real = sink.__class__.__call__

    def diverted(address: str, port: int, seconds: float) -> object:
        made = real(sink, address, port, seconds)
        made.peer = "10.0.0.1"
        return made

    found = fetch(replace(network, connector=diverted), "http://site.example.com/")  # type: ignore[arg-type]
    assert found.failure is not None
    assert found.failure.kind is FailureKind.REFUSED
    assert sink.sent == []


def test_ten_thousand_public_names_are_not_refused() -> None:
    draw = random.Random(1)
    given, guard, refused = _public_addresses(draw), Guard(), []
    before, after = ["www.", "", "a-b.", "xn--bcher-kva."], ["com", "de", "co.uk", "dev"]
    for number in range(NAMES):
        several = [next(given) for _ in range(draw.randrange(1, 5))]
        host = f"{draw.choice(before)}n{number}.{draw.choice(after)}"
        place = guard.place(f"{draw.choice(['http', 'https'])}://{host}{draw.choice(['', ':8080'])}/")
        try:
            assert 1 <= len(guard.addresses(place, dict.fromkeys([host], several).__getitem__)) <= 4
        except Stopped as stopped:
            refused.append((host, several, stopped.failure))
    assert refused == []


def _public_addresses(draw: random.Random) -> Iterator[str]:
    prefixes = (
        "2400:cb00::",
        "2600:9000::",
        "2606:4700::",
        "2a00:1450::",
        "2a02:26f0::",
        "2001:4860::",
        "2803:f800::",
    )
    while True:
        v4 = ipaddress.IPv4Address(draw.getrandbits(32))
        multicast_or_more = int(v4) >> 29 == 7
        special = ("192.31.196.", "192.52.193.", "192.175.48.", "192.88.99.", "168.63.129.16")
        if v4.is_global and not multicast_or_more and not str(v4).startswith(special):
            yield str(v4)
        yield str(
            ipaddress.IPv6Address(int(ipaddress.IPv6Address(draw.choice(prefixes))) + draw.getrandbits(60))
        )


def test_ones_own_network_may_be_spoken_to_at_any_port_and_by_any_name() -> None:
    network, sink = fake_network(
        {"wiki": ["10.77.3.4"], "wiki2": ["10.78.0.1"]}, intranet="10.77.0.0/16, fd00::/64"
    )
    assert fetch(network, "http://wiki:9000/").status == 200
    assert sink.connected == [("10.77.3.4", 9000)]
    failure = fetch(network, "http://wiki2/").failure
    assert failure is not None
    assert failure.kind is FailureKind.REFUSED


def test_a_network_that_is_none_is_named() -> None:
    with pytest.raises(ConfigError, match=r"10\.1\.0\.0/16"):
        Guard.parse("10.1.2.3/8")


@needs_shared
def test_every_range_of_the_published_list_is_refused() -> None:
    listed = json.loads((SUITE / "ip_ranges_microsoft_antissrf_v1.json").read_text())
    ranges = {text for several in listed.values() if isinstance(several, list) for text in several}
    through = []
    for text in sorted(ranges):
        network = ipaddress.ip_network(text)
        for number in (0, network.num_addresses // 2, network.num_addresses - 1):
            address = network[number]
            if (
                why_not_public(address) is None and text != "64:ff9b::/96"
            ):  # of which the inner address decides
                through.append((text, str(address)))
    assert through == []


@pytest.mark.parametrize(
    ("text", "is_public"),
    [
        *(("8.8.8.8", True), ("2606:4700::1111", True), ("::ffff:8.8.8.8", True), ("64:ff9b::808:808", True)),
        *(("::ffff:10.0.0.1", False), ("64:ff9b::a00:1", False), ("64:ff9b:1::808:808", False)),
        *(("2002:808:808::1", False), ("2001:0:4136:e378:8000:63bf:5601:5601", False), ("::8.8.8.8", False)),
        *(("2a00::5efe:8.8.8.8", True), ("2a00::200:5efe:192.168.0.1", False), ("4000::1", False)),
    ],
)
def test_an_address_inside_another_is_judged(text: str, is_public: bool) -> None:
    address = parsed(text)
    assert address is not None
    assert (why_not_public(address) is None) is is_public
