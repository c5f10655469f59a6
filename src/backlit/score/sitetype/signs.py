"""Which signs of its type does the name of a site show, and which does one of its pages?"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from backlit.urls import icann_domain, registrable_domain

if TYPE_CHECKING:
    from backlit.score.sitetype import PageFacts

__all__ = [
    "TYPES",
    "Sign",
    "is_known_site",
    "is_platform",
    "known_type",
    "signs",
    "signs_of_name",
    "signs_of_page",
]

TYPES = (
    *("academic", "adult", "blog", "code host", "company", "coupon", "directory", "documentation"),
    *("education", "forum", "gambling", "government", "news", "parked", "press release", "shop", "social"),
    "wiki",
)

_FOLDER = Path(__file__).parent
#: Characters of a title, path or generator that are looked at.
_LIMIT = 500
#: Types that the beginning or end of a name tells nothing of: `escortedtours`, `betsyross`.
_NEVER_WITHIN = ("adult", "gambling")
#: Letters of a word that a longer one may begin with.
_LONG = 7
_split = re.compile(r"[^.\-_]+").findall


class Sign(NamedTuple):
    """One line of the table: where the pattern is looked for, for which type it speaks, and how loudly."""

    where: str
    pattern: re.Pattern[str]
    type: str
    weight: float


@cache
def signs() -> dict[str, list[tuple[int, Sign]]]:
    """The numbered signs by where they are looked for."""
    found: dict[str, list[tuple[int, Sign]]] = {}
    for number, line in enumerate((_FOLDER / "signs.tsv").read_text("utf-8").splitlines()):
        if line.startswith(("#", "where\t")):
            continue
        where, pattern, kind, weight = line.split("\t")
        assert kind in TYPES, kind
        found.setdefault(where, []).append((number, Sign(where, re.compile(pattern), kind, float(weight))))
    return found


@cache
def _known() -> dict[str, dict[str, str]]:
    """Types by domain: of the domain itself, and of the sub-sites of its users."""
    found: dict[str, dict[str, str]] = {"": {}, "sub ": {}}
    for line in (_FOLDER / "known.txt").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            kind, _, domains = line.partition(": ")
            part = "sub " if kind.startswith("sub ") else ""
            kind = kind.removeprefix("sub ")
            assert kind in TYPES, kind
            found[part].update(dict.fromkeys(domains.split(), kind))
    return found


@lru_cache(maxsize=1 << 14)
def known_type(domain: str) -> str | None:
    """The type of a site that is known by name, or of a user's sub-site of a platform."""
    known, platforms = _known()[""], _known()["sub "]
    host = domain.removeprefix("www.")
    labels = host.split(".")
    for at in range(len(labels)):
        parent = ".".join(labels[at:])
        if at and parent in platforms and (parent not in known or _is_users(host, parent)):
            return platforms[parent]
        if parent in known and not _is_users(host, parent):
            return known[parent]
    return None


def is_platform(domain: str) -> bool:
    """Whether a name is one that everybody can have a site below."""
    return domain in _known()["sub "]


def is_known_site(domain: str) -> bool:
    """Whether a domain is one of the sites that everybody knows."""
    return domain in _known()[""]


def _is_users(host: str, parent: str) -> bool:
    """Whether a host below a platform is its user's rather than its own.

    It is where the public suffixes make it another site, and below those that give a name to everybody.
    """
    if host == parent:
        return False
    return registrable_domain(host) != registrable_domain(parent) or parent in _known()["sub "]


@lru_cache(maxsize=1 << 14)
def signs_of_name(domain: str) -> dict[tuple[str, str], float]:
    """The signs of a domain or host name: what speaks, for which type, how loudly."""
    host = domain.removeprefix("www.")
    site = icann_domain(host)
    label, _, suffix = site.partition(".")
    found: dict[tuple[str, str], float] = {}
    _take(found, "tld", suffix)
    if not found:  # gov.uk and europa.eu are sites themselves
        _take(found, "tld", site)
    for word in _words(label):
        _take(found, "name", word)
    for word in _split(host.removesuffix(site).rstrip(".")):
        _take(found, "host", word)
    return found


def _take(found: dict[tuple[str, str], float], where: str, text: str) -> None:
    for _, sign in signs().get(where, ()):
        if sign.pattern.fullmatch(text):
            key = f"{where} {text}", sign.type
            found[key] = max(sign.weight, found.get(key, 0.0))


def _words(label: str) -> list[str]:
    """The words of a name, and where it is one run the known ones that it begins or ends with."""
    words = _split(label)
    words += [word for word in _runs() if label != word and _holds(label, word)]
    return list(dict.fromkeys(words))


def _holds(label: str, word: str) -> bool:
    """Whether a run of letters ends with a word, or begins with a long one: `linksys` sells no links."""
    return label.endswith(word) or (len(word) >= _LONG and label.startswith(word))


@cache
def _runs() -> tuple[str, ...]:
    """The words of names that are long enough to be told within others."""
    told = (sign for _, sign in signs()["name"] if sign.type not in _NEVER_WITHIN)
    words = (word for sign in told for word in sign.pattern.pattern.split("|"))
    return tuple(word for word in words if word.isalpha() and len(word) > 3)


def signs_of_page(page: "PageFacts") -> Iterator[tuple[int, Sign, str]]:
    """The signs of one page, with what was met."""
    texts = (
        ("path", urlsplit(page.url).path),
        ("generator", page.generator or ""),
        ("title", page.title or ""),
    )
    for where, text in texts:
        looked = text[:_LIMIT].lower()
        for number, sign in signs()[where]:
            if looked and (met := sign.pattern.search(looked)):
                yield number, sign, met[0]
    for where, words in (("schema", page.schema_types), ("page", (page.page_type or "",))):
        for word in dict.fromkeys(word.lower() for word in words):
            yield from (
                (number, sign, word) for number, sign in signs()[where] if sign.pattern.fullmatch(word)
            )
