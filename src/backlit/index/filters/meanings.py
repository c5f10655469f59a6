"""What does a person mean by the name of a host, a network, a language or a page, as it may be written?

Names come from address bars, from other tools and from memory: with a scheme, in capitals, in letters of
their own. Each function gives what stands in the data for what was written; `Unmeant` says what is wrong and
what to write instead, where the one cannot be told from the other.
"""

import ipaddress
import re
from urllib.parse import quote

from backlit.urls import page_key, registrable_domain, resolve, url_of_key

__all__ = [
    "Unmeant",
    "address_of",
    "addresses_of",
    "backwards",
    "domain_of",
    "host_of",
    "language_of",
    "suffix_of",
]

_WILD = re.compile(r"[*?]")


class Unmeant(Exception):
    """A value that nothing in the data can be equal to: what it is, and what to write."""

    def __init__(self, found: str, do: str) -> None:
        super().__init__(found)
        self.found, self.do = found, do


def backwards(field: str, low: str, high: str) -> Unmeant:
    """What a range is that runs from the greater to the smaller."""
    return Unmeant(f"{low}..{high} runs backwards, and holds nothing", f"Write {field}:{high}..{low}.")


def host_of(field: str, text: str, *, wild: bool = False) -> str:
    """A host as it is kept, in lower case and ASCII; with `wild` it may hold stars."""
    rest = text.partition("://")[2] or text
    host, slash, path = rest.partition("/")
    if slash and path:
        page = url_of_key(page_key(href)) if (href := resolve(f"https://{rest}")) else text
        raise Unmeant(f"{text!r} is a page", f"Write {field}:{host}, or page:{page} for that page.")
    if wild:
        return ".".join(_ascii_label(label) for label in host.lower().split("."))
    href = resolve(f"https://{host.rpartition('@')[2].strip().strip('.')}/")
    if not href or re.search(r"\s", host):
        raise Unmeant(
            f"{text!r} is no name of a host", f"Write {field}:example.com or {field}:*.example.com."
        )
    return re.sub(r":[0-9]+$", "", href.split("/")[2])


def domain_of(text: str, *, wild: bool = False) -> str:
    """The registrable domain that is meant: `www.` and a scheme are habits, any other host is a question."""
    host = host_of("domain", text, wild=wild)
    domain = host if wild else registrable_domain(host)
    if host in (domain, f"www.{domain}"):
        return domain
    raise Unmeant(f"{host} is a host of {domain}", f"Write host:{host}, or domain:{domain} for all of it.")


def suffix_of(text: str, *, wild: bool = False) -> str:
    """A top-level domain, with or without its dot; with `wild` it may hold stars."""
    name = text.removeprefix("*.").strip(".")
    if wild and _WILD.search(name):
        return _ascii_label(name)
    if "." in name:
        last = name.rpartition(".")[2]
        raise Unmeant(f"{text!r} has more than one part", f"Write host:*.{name}, or tld:{last}.")
    href = resolve(f"https://a.{name}/") if name else None
    if href is None:
        raise Unmeant(f"{text!r} is no top-level domain", "Write tld:org.")
    return href.split("/")[2].removeprefix("a.")


def _ascii_label(label: str) -> str:
    href = None if label.isascii() or _WILD.search(label) else resolve(f"https://{label}.test/")
    return href.split("/")[2].removesuffix(".test") if href else label


# addresses of hosts ------------------------------------------------------------


def addresses_of(text: str, *, network: bool = False) -> tuple[str, str]:
    """The first and the last address that is meant, in hexadecimal of one length.

    An address, a network (`10.0.0.0/8`) or a range (`10.0.0.1..10.0.0.9`); with `network` an address means
    the network of it that links are counted by, /24 or /48.
    """
    low, dots, high = text.partition("..")
    try:
        if dots:
            ends = ipaddress.ip_address(low), ipaddress.ip_address(high)
        else:
            given = text if "/" in text or not network else f"{text}/{48 if ':' in text else 24}"
            found = ipaddress.ip_network(given, strict=False)
            ends = found.network_address, found.broadcast_address
    except ValueError as error:
        do = "Write 192.0.2.1, 192.0.2.0/24, 192.0.2.1..192.0.2.9 or 192.0.2.*."
        raise Unmeant(f"{text!r} is no address and no network", do) from error
    if ends[0].version != ends[1].version or int(ends[0]) > int(ends[1]):
        raise backwards("network" if network else "ip", low, high)
    return ends[0].packed.hex(), ends[1].packed.hex()


# the rest ----------------------------------------------------------------------


def language_of(text: str) -> str:
    """A language as `de`, or one of a region as `en-gb`."""
    tag = text.lower().replace("_", "-")
    if not re.fullmatch(r"[a-z]{2,3}(-[a-z0-9]{2,8})*", tag):
        raise Unmeant(f"{text!r} is no code of a language", "Write language:en, or language:en-GB.")
    return tag


def address_of(field: str, text: str, *, wild: bool = False) -> str:
    """What follows the scheme in the URL that is meant, or its path from the first slash on.

    With `wild`, in a pattern, only the letters are put as they are kept.
    """
    if wild:
        host, slash, path = text.partition("/")
        return ".".join(map(_ascii_label, host.split("."))) + slash + _escaped(path)
    if text.startswith("/"):
        return _escaped(text)
    href = None if re.search(r"\s", text) else resolve(f"https://{text}")
    if href is None:
        raise Unmeant(f"{text!r} is no address", f"Write {field}:host/path, or {field}:https://host/path.")
    if "/" not in text:
        pages = f"{field}:{text}/*"
        raise Unmeant(
            f"{text!r} is no whole address",
            f"Write {field}:{text}/ for the first page there, {pages} for all of them"
            + (f", or host:{text}." if field == "page" else "."),
        )
    return href.partition("://")[2]


def _escaped(text: str) -> str:
    """Letters beyond ASCII as they stand in a URL."""
    return quote(text, safe="".join(map(chr, range(33, 127))))
