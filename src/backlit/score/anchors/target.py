"""What does the address of a target say: whose site it is, and what its page is about?

A host is read from its registrable domain outwards. `www.cs.example.ac.uk` names `example`, then `cs`;
words that only say which service it is (`docs`, `blog`, `m`) name nobody, but may stand beside a name. On
platforms and in personal folders the path names whom the page belongs to: `/~ann`, `/@ann`, and on a code
host `/ann/project`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from urllib.parse import unquote

from backlit.score.anchors.normal import fold, normalise, tokens
from backlit.urls import Url, icann_domain, parse_url, registrable_domain, resolve, url_of_key

__all__ = ["Address", "address_of", "address_of_key", "label_words", "labels"]

#: Where a path names whom a page belongs to: how many folders do, after which marker if there is one.
PLATFORMS: dict[str, tuple[int, tuple[str, ...]]] = {
    **dict.fromkeys(
        ("github.com", "gitlab.com", "bitbucket.org", "codeberg.org", "sr.ht", "gitee.com"), (2, ())
    ),
    **dict.fromkeys(("huggingface.co", "sourcehut.org", "gitea.com", "launchpad.net"), (2, ())),
    **dict.fromkeys(
        ("twitter.com", "x.com", "instagram.com", "t.me", "medium.com", "dev.to", "vk.com"), (1, ())
    ),
    **dict.fromkeys(("fb.com", "soundcloud.com", "vimeo.com", "patreon.com", "ko-fi.com"), (1, ())),
    **dict.fromkeys(
        ("pinterest.com", "flickr.com", "tiktok.com", "twitch.tv", "threads.net", "weibo.com"), (1, ())
    ),
    **dict.fromkeys(("buymeacoffee.com", "keybase.io", "linktr.ee", "about.me", "plus.google.com"), (1, ())),
    **dict.fromkeys(("slideshare.net", "speakerdeck.com", "codepen.io", "jsfiddle.net"), (1, ())),
    "linkedin.com": (1, ("in", "company", "school", "showcase", "pub")),
    "youtube.com": (1, ("user", "c")),
    "reddit.com": (1, ("r", "u", "user")),
    "crates.io": (1, ("crates",)),
    "rubygems.org": (1, ("gems",)),
    "packagist.org": (2, ("packages",)),
    "bsky.app": (1, ("profile",)),
    "zhihu.com": (1, ("people", "column")),
    "sourceforge.net": (1, ("projects", "p")),
    "docker.com": (2, ("r", "_")),
    "google.com": (0, ()),
}
_separators = re.compile(r"[-_+. ,;:()'’\"!]+")
_camel = re.compile(r"(?<=[a-z])(?=[A-Z])")
_suffix = re.compile(r"\.(?:x?html?|php\d?|aspx?|jsp|cgi|pl|md|pdf|txt|shtml|do)$", re.IGNORECASE)
_brackets = re.compile(r"[\s_-]*\([^()]*\)\s*$")
#: What is no word of a path: numbers, digests, ids.
_number = re.compile(r"[0-9]+|[0-9a-f]{7,}|[ivx]+|(?=(?:[a-z]*[0-9]){2})[a-z0-9]{8,}")
_vowel = re.compile("[aeiouy0-9]|[^a-z]")
_nested = re.compile(r"[/=&?#]")


@dataclass(frozen=True, slots=True)
class Address:
    """What a URL names. All words are normalised, folded to what addresses are spelt with."""

    url: Url
    #: the owner: the first label of the registrable domain, decoded
    owner: str
    #: further names: accounts and projects in the path, the platform below
    names: tuple[str, ...]
    #: labels of sub-domains that say more than which service it is
    outer: tuple[str, ...]
    #: labels and words that may stand beside a name
    beside: frozenset[str]
    #: the words of the last part of the path that has some; what a page is called in its address
    slug: tuple[str, ...]
    #: words of the last value of the query
    query: tuple[str, ...]
    #: words of all parts of the path and of the query
    path_words: frozenset[str]
    #: host and path as one would write them, without scheme, `www.` and last slash; in lower case
    written: str


@lru_cache(maxsize=1 << 14)
def address_of(url: str) -> Address:
    """What a URL names, or a bare domain; UsageError when it is neither."""
    href = resolve(url) or resolve(f"https://{url}/")
    return _address(parse_url(href if href is not None else url))


def address_of_key(key: str) -> Address:
    """The same of a page key."""
    return address_of(url_of_key(key))


def _address(url: Url) -> Address:
    rest = url.href.split("://", 1)[1]
    _, _, tail = rest.partition("/")
    path, _, query = tail.partition("?")
    parts = [unquote(part) for part in path.split("/") if part]
    spelt = [_decoded(label) for label in url.host.split(".")]
    own = registrable_domain(url.host)
    before = spelt[: len(spelt) - len(own.split("."))]
    outer = [label for label in before if label not in labels()["services"]]
    platform = icann_domain(own)
    names = _path_names(platform, parts)
    short = [label for label in outer if len(label) > 2 and not _vowel.search(label)]  # cnx, edgp: no words
    names, outer = [*names, *short], [label for label in outer if label not in short]
    if own in labels()["tenants"]:
        names, outer = [*names, *outer], []
    if platform != own:
        names.append(_decoded(platform.split(".")[0]))
    beside = frozenset(word for label in spelt for word in label_words(label))
    slug, words = _path_words(parts)
    asked = _asked(query[:500])
    words |= frozenset(asked)
    written = f"{'.'.join(spelt).removeprefix('www.')}/{unquote(tail)}".rstrip("/").lower()
    owner = _decoded(own.split(".")[0])
    return Address(
        url, owner, tuple(dict.fromkeys(names)), tuple(reversed(outer)), beside, slug, asked, words, written
    )


def _decoded(label: str) -> str:
    if label.startswith("xn--"):
        try:
            return label[4:].encode().decode("punycode")
        except (UnicodeError, ValueError):
            return label
    return label


@lru_cache(maxsize=1)
def labels() -> Mapping[str, frozenset[str]]:
    """Lists of parts of addresses: services, people, endings, before, after."""
    text = (files("backlit.score.anchors") / "labels.txt").read_text("utf-8")
    parted = (line.partition(": ") for line in text.splitlines() if not line.startswith("#"))
    return {kind: frozenset(rest.split()) for kind, _, rest in parted}


@lru_cache(maxsize=1 << 16)
def label_words(label: str) -> tuple[str, ...]:
    """The words of a label or a part of a path, folded; those of CamelCase apart."""
    apart = (
        _separators.sub(" ", _camel.sub(" ", label)) if not label.islower() else _separators.sub(" ", label)
    )
    return tuple(fold(word) for word in tokens(normalise(apart)))


def _path_names(platform: str, parts: list[str]) -> list[str]:
    """Whom the path says that the page belongs to."""
    found = [part.lstrip("~@") for part in parts[:2] if part[0] in "~@" and len(part) > 2]
    depth, markers = PLATFORMS.get(platform, (0, ()))
    if platform == "youtube.com" and len(parts) == 1 and parts[0].lower() not in labels()["youtube"]:
        return [*found, parts[0].lstrip("@")]
    if platform == "facebook.com":
        depth, parts = 1, parts[1:] if parts and parts[0].lower() in ("pages", "groups") else parts
    if depth and markers:
        parts = parts[1:] if parts and parts[0].lower() in markers else []
    elif not depth and len(parts) > 1 and parts[0].lower() in labels()["people"]:
        depth, parts = 1, parts[1:]
    return [*found, *(part.removeprefix("@").removesuffix(".git") for part in parts[:depth])]


def _asked(query: str) -> tuple[str, ...]:
    """The words of the last value of a query, or of the last part of the address that it holds."""
    values = [piece for piece in _nested.split(unquote(unquote(query)).replace("+", " ")) if piece]
    words = label_words(_suffix.sub("", values[-1])) if len(values) > 1 else ()
    return words[:40] if any(not _number.fullmatch(word) for word in words) else ()


def _path_words(parts: list[str]) -> tuple[tuple[str, ...], frozenset[str]]:
    every: list[str] = []
    slug: tuple[str, ...] = ()
    for part in parts:
        words = label_words(_suffix.sub("", part))
        every += words if part.islower() else (*words, *label_words(part.lower()))
        bare = label_words(_brackets.sub("", _suffix.sub("", part)))
        if any(not _number.fullmatch(word) for word in bare) and "index" not in bare:
            slug = bare
    return slug[:40], frozenset(every[:200])
