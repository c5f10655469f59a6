"""What is wrong with the name of a `domain:` line?"""

import ipaddress
import re
from collections.abc import Iterator
from functools import lru_cache

from backlit.report.disavow.characters import scripts_of
from backlit.report.disavow.entries import Line, host_of_name
from backlit.report.disavow.faults import Fault, fault
from backlit.report.disavow.mending import mended
from backlit.score.sitetype.signs import is_known_site, is_platform
from backlit.urls import registrable_domain, suffix_of

__all__ = ["breadth_of", "domain_faults"]

_keyword = re.compile(r"(domain)([ \t\xa0]*):([\s]*)", re.IGNORECASE)
_address = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}").fullmatch
#: Endings of names that stand for any (RFC 2606): in examples and tests.
_EXAMPLES = (".example", ".test")
#: Endings of names that no registry sells: RFC 6761, RFC 6762, and what routers call themselves.
_LOCAL = frozenset(("localhost", "local", "internal", "lan", "home", "intranet", "localdomain", "invalid"))


def domain_faults(line: Line, said: str) -> Iterator[Fault]:
    """The faults of a line that begins with the word domain."""
    match = _keyword.match(said)
    assert match is not None  # it was looked at before

    def told(kind: str, found: str = "") -> Fault:
        right = mended(said)
        return fault(kind, line.number, line.text, found=found, mended=right if right != line.text else None)

    if match[1] != "domain":
        yield told("domain-in-capitals", match[1])
    if match[2] or match[3]:
        yield told("domain-space")
    name = said[match.end() :]
    if (bad := _bad_shape(name)) is not None:
        yield told(bad)
        return
    host = host_of_name(name)
    if host is None:
        is_coded = any(label.startswith("xn--") for label in name.lower().split("."))
        yield told("bad-punycode", name) if is_coded else told("domain-not-a-name")
        return
    yield from (told(kind, found) for kind, found in _spelling(name, host))
    yield from (told(kind, found) for kind, found in breadth_of(host))


def _bad_shape(name: str) -> str | None:
    """What follows the colon, where it is more or less than a name."""
    if not name:
        return "domain-empty"
    if re.match(r"[a-z]+:/", name, re.IGNORECASE):
        return "domain-has-scheme"
    if "/" in name or "\\" in name or "?" in name:
        return "domain-has-path"
    if "@" in name:
        return "domain-is-address"
    if "*" in name:
        return "domain-has-wildcard"
    if re.search(r":\d*\Z", name) and "[" not in name and name.count(":") == 1:
        return "domain-has-port"
    if name.startswith(".") and name.strip("."):
        return "domain-leading-dot"
    return "domain-comma" if "," in name else None


def _spelling(name: str, host: str) -> Iterator[tuple[str, str]]:
    bare = name.rstrip(".")
    if bare != name:
        yield "domain-trailing-dot", ""
    if bare.lower() == host:
        if bare != host:
            yield "upper-case", ""
    elif _address(host):
        yield "ip-spelling", host
    else:
        yield "idn", host
    labels = [_letters(label) for label in (host if bare.isascii() else bare.lower()).split(".")]
    if None in labels:
        yield "bad-punycode", host
    elif any(len(scripts_of(label or "")) > 1 for label in labels):
        yield "mixed-scripts", host


def _letters(label: str) -> str | None:
    """A label of a host in its own letters; None where it claims to have some and has none."""
    if not label.startswith("xn--"):
        return label
    try:
        found = label[4:].encode().decode("punycode")
    except UnicodeError:
        return None
    return None if found.isascii() else found


@lru_cache(maxsize=1 << 16)
def breadth_of(host: str) -> tuple[tuple[str, str], ...]:
    """What a host covers that nobody may mean: kinds of faults, with a name each."""
    return tuple(_breadth(host))


def _breadth(host: str) -> Iterator[tuple[str, str]]:
    if _address(host):
        number = ipaddress.ip_address(host)
        yield ("ip-address", host) if number.is_global else ("not-public", host)
        return
    if host.rpartition(".")[2] in _LOCAL:
        yield "not-public", host
        return
    ending = suffix_of(host)
    if ending == "public":
        yield "public-suffix", host
    elif "." not in host:
        yield "domain-one-label", host
    elif ending == "private" or is_platform(host):
        yield "platform", host
    elif ending == "unknown" and not host.endswith(_EXAMPLES):
        yield "unknown-ending", host
    elif is_known_site(host.removeprefix("www.")):
        yield "well-known", host.removeprefix("www.")
    elif host.startswith("www.") and registrable_domain(host) == host[4:]:
        yield "only-www", host
