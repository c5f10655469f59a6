"""Is whatever a server does a value, within limits of time and bytes?"""

import gzip
import itertools
import ssl
import tracemalloc
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import trustme
import zstandard

from backlit.net.exchange import Limits, Network
from backlit.net.failure import FailureKind, Stopped
from backlit.net.fetch import Fetched, fetch, retry_after
from backlit.net.system import network, system_connector
from tests.servers import CUT, Request, Script, certificate, client_context, served
from tests.unit.shared import SHARED, needs_shared

QUICK = Limits(connect=2.0, idle=0.4, total=1.2)


def loopback(port: int = 0) -> Network:
    """A way out in which every name is at 127.0.0.1, where servers of the tests listen."""

    def resolver(host: str) -> Sequence[str]:
        if host.startswith("no-such"):
            raise Stopped(FailureKind.NO_HOST, f"{host}: no such host")
        return ["127.0.0.1"]

    return replace(
        network("127.0.0.0/8"), resolver=resolver, connector=system_connector, tls=client_context()
    )


def asked(
    script: Script, *, tls: ssl.SSLContext | None = None, host: str = "site.example", limits: Limits = QUICK
) -> Fetched:
    """What comes of asking a server that answers everything by one script."""
    with served(lambda _request: script, tls) as server:
        return fetch(loopback(), f"http{'s' if tls else ''}://{host}:{server.port}/", limits=limits)


def said(body: bytes, *headers: str, status: str = "200 OK", length: int | None = None) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def kind(found: Fetched) -> str | None:
    return found.failure.kind.value if found.failure else None


def test_an_answer_with_all_that_is_told_of_it() -> None:
    headers = (
        'ETag: "one"',
        "Last-Modified: Tue, 09 Jul 2024 10:00:00 GMT",
        "X-Name: Grüße".encode().decode("latin-1"),
    )
    with served(lambda _request: [said(b"<p>hello", *headers)]) as server:
        url = f"http://site.example:{server.port}/a?b=c#d"
        found = fetch(loopback(), url, limits=QUICK)
        again = fetch(loopback(), url, headers=found.validators, limits=QUICK)
    assert (found.status, found.body, found.missing, found.failure) == (200, b"<p>hello", None, None)
    assert found.url == url.partition("#")[0]
    assert found.header("x-name") == "Grüße"
    assert (found.hops[0].address, found.hops[0].status) == ("127.0.0.1", 200)
    assert again.status == 200
    first, second = server.asked
    assert (first.method, first.path, first.host) == ("GET", "/a?b=c", f"site.example:{server.port}")
    assert {"user-agent", "accept", "accept-encoding"} <= first.headers.keys()
    assert (second.headers["if-none-match"], second.headers["if-modified-since"]) == (
        '"one"',
        "Tue, 09 Jul 2024 10:00:00 GMT",
    )


GZIP = gzip.compress(b"<p>packed")
CODED = {
    "gzip": GZIP,
    "x-gzip": GZIP,
    "deflate": zlib.compress(b"<p>packed"),
    "zstd": zstandard.compress(b"<p>packed"),
    "gzip, deflate": zlib.compress(GZIP),
}


@pytest.mark.parametrize("coding", CODED)
def test_packed_bodies_are_unpacked_and_kept_as_they_came(coding: str) -> None:
    found = asked([said(CODED[coding], f"Content-Encoding: {coding}")])
    assert (found.body, found.stored, found.missing) == (b"<p>packed", CODED[coding], None)


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
TORN = "the body ended before its last chunk"
UNKNOWN = "content coding 'lzma': not known here"
FRAMED: dict[str, tuple[Script, bytes, str | None]] = {
    "chunks": ([CHUNKED + b"4\r\n<p>a\r\n1;x=y\r\nb\r\n0\r\nT: t\r\n\r\n"], b"<p>ab", None),
    "until it closes": ([b"HTTP/1.0 200 OK\r\n\r\n<p>a", 0.05, b"b"], b"<p>ab", None),
    "bare line ends": ([b"HTTP/1.1 200 OK\nContent-Type: text/html\n\n<p>ab"], b"<p>ab", None),
    "no reason": ([b"HTTP/1.1 200\r\nContent-Length: 5\r\n\r\n<p>ab"], b"<p>ab", None),
    "early hints": ([b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", said(b"<p>ab")], b"<p>ab", None),
    "continue": ([b"HTTP/1.1 100 Continue\r\n\r\n" * 3, said(b"<p>ab")], b"<p>ab", None),
    "says less": ([said(b"<p>ab", length=3)], b"<p>", None),
    "says more": ([said(b"<p>ab", length=9)], b"<p>ab", "4 bytes fewer came than were said"),
    "cut in chunks": ([CHUNKED + b"9\r\n<p>ab"], b"<p>ab", TORN),
    "no chunks": ([CHUNKED + b"<p>ab"], b"", TORN),
    "dies slowly": ([said(b"<p>ab", length=9), 5], b"<p>ab", "0.4 s without a byte"),
    "cut gzip": ([said(GZIP[:-9], "Content-Encoding: gzip")], b"<p>packed", "packed, and cut off"),
    "no gzip": ([said(b"<p>ab", "Content-Encoding: gzip")], b"<p>ab", None),
    "unknown coding": ([said(b"<p>ab", "Content-Encoding: lzma")], b"", UNKNOWN),
    "empty": ([said(b"")], b"", None),
}  # fmt: skip


@pytest.mark.parametrize("name", FRAMED)
def test_what_is_framed_oddly_is_read_as_far_as_it_goes(name: str) -> None:
    script, body, missing = FRAMED[name]
    found = asked(script)
    assert (kind(found), found.status, found.missing) == (None, 200, missing)
    assert found.body == body or (name == "cut gzip" and body.startswith(found.body))


def flood(line: bytes) -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\n"
    yield from itertools.repeat(line, 40_000)


BROKEN: dict[str, tuple[Script, str]] = {
    "says nothing": ([5], "timeout"),
    "hangs up": ([], "closed"),
    "resets": ([CUT], "closed"),
    "no http": ([b"SSH-2.0-OpenSSH_9.6\r\n\r\n"], "no-http"),
    "no status": ([b"HTTP/1.1 OK\r\n\r\n"], "no-http"),
    "drips headers": ([b"HTTP/1.1 200 OK\r\n", *[b"X", 0.2] * 50], "timeout"),
    "many headers": (flood(b"X: y\r\n"), "headers-too-large"),
    "a long header": (flood(b"y" * 1000), "headers-too-large"),
    "1xx for ever": (itertools.repeat(b"HTTP/1.1 100 Continue\r\n\r\n", 40_000), "headers-too-large"),
    "other coding": ([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nabc"], "no-http"),
    "to nowhere": ([said(b"", "Location: http://[", status="302 X")], "redirect-to-nowhere"),
    "to a file": ([said(b"", "Location: file:///etc/passwd", status="301 X")], "redirect-to-nowhere"),
    "to itself": ([said(b"", "Location: /", status="301 X")], "redirect-loop"),
    "to the inside": ([said(b"", "Location: http://169.254.169.254/", status="301 X")], "refused"),
    "to a port": ([said(b"", "Location: http://8.8.8.8:22/", status="301 X")], "refused"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_what_brings_no_answer_has_a_name(name: str) -> None:
    script, expected = BROKEN[name]
    found = asked(script)
    assert (kind(found), found.status, found.body) == (expected, None, b"")
    assert found.failure
    assert found.failure.why
    assert len(found.hops) >= 1


def test_a_chain_is_kept_and_ends_after_ten_hops() -> None:
    def answers(request: Request) -> Script:
        number = int(request.path.strip("/"))
        return [said(b"", f"Location: /{number + 1}", status="302 X") if number < 30 else said(b"end")]

    with served(answers) as server:
        base = f"http://site.example:{server.port}"
        short, long = (
            fetch(loopback(), f"{base}/20", limits=QUICK),
            fetch(loopback(), f"{base}/1", limits=QUICK),
        )
    assert (short.body, short.url, len(short.hops)) == (b"end", f"{base}/30", 11)
    assert [(hop.status, hop.location) for hop in short.hops[:2]] == [(302, "/21"), (302, "/22")]
    assert (kind(long), len(long.hops)) == ("too-many-redirects", 11)


def tls_cases() -> dict[str, tuple[ssl.SSLContext, str | None]]:
    stranger = trustme.CA(key_type=trustme.KeyType.ECDSA)
    return {
        "good": (certificate("site.example"), None),
        "expired": (certificate("site.example", expired=True), "tls-expired"),
        "other name": (certificate("other.example"), "tls-wrong-host"),
        "stranger": (certificate("site.example", ca=stranger), "tls-untrusted"),
    }


@pytest.mark.parametrize("name", ["good", "expired", "other name", "stranger"])
def test_certificates_are_verified_and_what_is_wrong_is_named(name: str) -> None:
    context, expected = tls_cases()[name]
    found = asked([said(b"secret")], tls=context)
    assert (kind(found), found.body) == (expected, b"" if expected else b"secret")


def test_https_of_a_server_without_tls_is_named() -> None:
    with served(lambda _request: [said(b"plain")]) as server:
        found = fetch(loopback(), f"https://site.example:{server.port}/", limits=QUICK)
    assert kind(found) == "tls-failed"


def test_who_is_not_there_is_named() -> None:
    with served(lambda _request: []) as server:
        pass
    assert kind(fetch(loopback(), f"http://site.example:{server.port}/", limits=QUICK)) == "connect-failed"
    assert kind(fetch(loopback(), "http://no-such.example/", limits=QUICK)) == "no-such-host"


def bombs() -> dict[str, bytes]:
    zeros = bytes(1 << 20)
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    body = b"".join(packer.compress(zeros) for _ in range(400)) + packer.flush()
    return {"gzip": body, "gzip, gzip": gzip.compress(body), "zstd": zstandard.compress(zeros * 200)}


def test_a_bomb_costs_no_more_than_a_page() -> None:
    for coding, body in bombs().items():
        script = [said(body, f"Content-Encoding: {coding}")]
        tracemalloc.start()
        found = asked(script, limits=replace(QUICK, total=10.0))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert (len(found.body), found.missing) == (5 << 20, "more than 5,120 KiB, unpacked")
        assert peak < 32 << 20


def test_an_endless_body_is_read_to_the_limit() -> None:
    def endless() -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        yield from itertools.repeat(b"10000\r\n" + bytes(65536) + b"\r\n")

    found = asked(endless(), limits=replace(QUICK, total=10.0))
    assert (len(found.stored), found.missing) == (5 << 20, "more than 5,120 KiB")


@needs_shared
def test_published_bombs_and_odd_bodies() -> None:
    folder = SHARED / "data/suites/http/scrapy_compressed"
    found = {
        path.name: asked([said(path.read_bytes(), f"Content-Encoding: {_coding(path)}")])
        for path in sorted(folder.glob("*.bin"))
    }
    bombs = {name: each.missing for name, each in found.items() if name.startswith("bomb")}
    assert set(bombs.values()) == {"more than 5,120 KiB, unpacked"}
    assert [
        name for name, each in found.items() if name.startswith("html") and b"<html" not in each.body
    ] == []


def _coding(path: Path) -> str:
    names = [part for part in path.stem.split("-")[1:] if part in ("gzip", "deflate", "br", "zstd")]
    return ", ".join(names) or "deflate"


def test_retry_after_in_both_forms() -> None:
    assert retry_after("120", 0.0) == 120.0
    assert retry_after("Thu, 01 Jan 1970 00:02:00 GMT", 60.0) == 60.0
    assert retry_after("Thu, 01 Jan 1970 00:00:01 GMT", 60.0) == 0.0
    assert [retry_after(text, 0.0) for text in (None, "", "soon", "-5", "1e3", "9" * 30)] == [None] * 6
