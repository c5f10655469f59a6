"""Which page does a URL name, where does it sort, and whose domain is it on?

Three names for one page. The **URL** is the WHATWG serialisation without fragment, made by Ada
(891 of 891 cases of the web platform tests; urllib gets 328). The **page key** is the same URL,
losslessly turned round so that a domain, a host and a folder are each one range of keys:

    https://www.example.com/path?q          com.example.www/path?q
    http://example.com:8080/                com.example/ http:8080

The **canonical form** folds spellings of one page (scheme, tracking parameters, session ids,
percent case); it is a policy with a version and stands beside the key, never in its place.
"""

import re
from copy import copy
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import ada_url
import can_ada
from publicsuffixlist import PSLFILE, PublicSuffixList

from backlit.errors import TargetError, UsageError

__all__ = [
    "CANONICAL_VERSION",
    "DROPPED_PARAMETERS",
    "DROPPED_PREFIX",
    "Url",
    "canonical_key",
    "canonical_url",
    "domain_of_key",
    "host_of_key",
    "host_range",
    "icann_domain",
    "is_public_suffix",
    "is_too_long",
    "page_key",
    "parse_url",
    "registrable_domain",
    "resolve",
    "reverse_host",
    "url_of_key",
]

CANONICAL_VERSION = 2

#: A URL longer than this is a trap or an accident, not a page.
URL_LIMIT = 8_192


def _suffix_rules() -> str:
    """The list with each rule in the letters of hosts, too: only those that have others are encoded."""
    rules = Path(PSLFILE).read_text("utf-8").splitlines()
    return "\n".join(
        rule if rule.isascii() or rule.startswith("//") else f"{rule}\n{rule.encode('idna').decode()}"
        for rule in rules
    )


_rules = _suffix_rules()
_suffixes = PublicSuffixList(_rules, accept_encoded_idn=False)
_icann_suffixes = PublicSuffixList(_rules, only_icann=True, accept_encoded_idn=False)
_listed_suffixes = copy(_icann_suffixes)
_listed_suffixes.accept_unknown = False
_is_ipv4 = re.compile(r"\d+\.\d+\.\d+\.\d+").fullmatch


@dataclass(frozen=True, slots=True)
class Url:
    """A parsed http or https URL: its serialisation without fragment, and what follows from it."""

    href: str
    host: str
    key: str
    domain: str


def parse_url(url: str, base: str | None = None) -> Url:
    """Parse an absolute URL, or a reference against a base; UsageError when it is no web page."""
    href = resolve(url, base)
    if href is None:
        raise UsageError(
            f"parse the URL {url[:200]!r}", "no http or https URL", "Write it as https://host/path."
        )
    key = page_key(href)
    host = host_of_key(key)
    return Url(href, host, key, registrable_domain(host))


def resolve(reference: str, base: str | None = None) -> str | None:
    """The serialised http(s) URL without fragment that `reference` means on page `base`, or None.

    None for another scheme, for what the standard calls a failure, and above URL_LIMIT.
    """
    if len(reference) > URL_LIMIT:
        return None
    href = _serialise(reference, base)
    if href is None or not href.startswith(("https://", "http://")) or len(href) > URL_LIMIT:
        return None
    return href.partition("#")[0]


def is_too_long(reference: str, base: str | None = None) -> bool:
    """Whether `resolve` finds nothing only because what `reference` means is longer than URL_LIMIT.

    >>> is_too_long("/?" + "x" * 9_000, "https://a.example/"), is_too_long("javascript:" + "x" * 9_000)
    (True, False)
    """
    href = _serialise(reference[:URL_LIMIT], base)  # what comes later changes neither scheme nor host
    is_web = href is not None and href.startswith(("https://", "http://"))
    return is_web and (len(reference) > URL_LIMIT or len(href or "") > URL_LIMIT)


#: An absolute URL whose host is spelt in ASCII. The tables of can_ada are older than those of ada-url,
#: so that a host in other letters, escaped or not, may be another one there (`ẞ` was `ss`).
_ascii_host = re.compile(r"https?://[/\\]*+[^/?#\\%\t\n\r\x80-\U0010ffff]*+(?:[/?#\\]|\Z)").match
_surrogate = re.compile("[\ud800-\udfff]")


def _serialise(reference: str, base: str | None) -> str | None:
    if _ascii_host(reference):
        try:
            return can_ada.parse(reference).href
        except (ValueError, TypeError):
            pass  # a few xn-- labels that ada-url reads; half a surrogate pair, which cannot be passed
    reference = _surrogate.sub("\ufffd", reference)
    try:
        return ada_url.join_url(base, reference) if base else ada_url.normalize_url(reference)
    except ValueError:
        return None


@lru_cache(maxsize=1 << 17)
def reverse_host(host: str) -> str:
    """`www.example.com` → `com.example.www`; addresses stay as they are."""
    if host.startswith("[") or _is_ipv4(host):
        return host
    return ".".join(reversed(host.split(".")))


def page_key(href: str) -> str:
    """The sort key of a serialised URL; `url_of_key` turns it back, character for character."""
    scheme, _, rest = href.partition("://")
    authority, _, tail = rest.partition("/")
    host, mark = authority, ""
    if "@" in authority or ":" in authority:
        credentials, _, host = authority.rpartition("@")
        name, _, port = host.rpartition(":")
        if name and not port.endswith("]"):
            host, mark = name, f":{port}"
        if credentials:
            mark += f" {credentials}@"
    if scheme != "https" or mark:
        return f"{reverse_host(host)}/{tail} {scheme}{mark}"
    return f"{reverse_host(host)}/{tail}"


def url_of_key(key: str) -> str:
    """The serialised URL that a page key was made of."""
    path, _, mark = key.partition(" ")
    reversed_host, _, tail = path.partition("/")
    host = reverse_host(reversed_host)
    if not mark:
        return f"https://{host}/{tail}"
    mark, _, credentials = mark.partition(" ")
    scheme, colon, port = mark.partition(":")
    return f"{scheme}://{credentials}{host}{colon}{port}/{tail}"


def host_of_key(key: str) -> str:
    """The host in a page key, in its usual order."""
    return reverse_host(key.partition("/")[0])


def domain_of_key(key: str) -> str:
    """The registrable domain in a page key, private section of the suffix list included."""
    return registrable_domain(host_of_key(key))


def host_range(host: str) -> tuple[str, str]:
    """The half-open range of page keys on a host and on all hosts below it."""
    name = reverse_host(host)
    return f"{name}.", f"{name}0"  # "." and "/" are neighbours; "0" is the next character


@lru_cache(maxsize=1 << 17)
def registrable_domain(host: str, *, private: bool = True) -> str:
    """The registrable domain of a serialised host, e.g. `www.example.co.uk` → `example.co.uk`.

    With the private section of the public suffix list `alice.github.io` is a domain of its own;
    without it (for authority) it is part of `github.io`. An address or a bare suffix is its own.
    """
    if host.startswith("[") or _is_ipv4(host):
        return host
    suffixes = _suffixes if private else _icann_suffixes
    return suffixes.privatesuffix(host.rstrip(".")) or host.rstrip(".")


def icann_domain(domain: str) -> str:
    """The domain that someone registered, whatever platforms sell below it."""
    return registrable_domain(domain, private=False)


def is_public_suffix(host: str) -> bool:
    """Whether names are registered directly below this one at an ICANN registry, as `co.uk`."""
    return _listed_suffixes.publicsuffix(host) == host


def suffix_of(host: str) -> str | None:
    """Whose names stand below this one: "public" for a registry's (`co.uk`), "private" for a platform's
    (`github.io`); "unknown" where no registry has its ending; else None."""
    known = _listed_suffixes.publicsuffix(host)
    if known is None:
        return "unknown"
    if known == host:
        return "public"
    return "private" if _suffixes.publicsuffix(host) == host else None


_CAMPAIGN = ("campaign", "cid", "content", "group", "keyword", "kwd", "medium", "placement", "source")
_ADVERT = ("acc", "ad", "cam", "grp", "kw", "la", "mt", "net", "ol", "src", "tgt", "ver")
_TRACKING = frozenset(
    {
        *("gclid", "gclsrc", "dclid", "wbraid", "gbraid", "fbclid", "msclkid", "yclid", "twclid", "ttclid"),
        *("li_fat_id", "igshid", "mc_cid", "mc_eid", "_ga", "_gl", "_hsenc", "_hsmi", "mkt_tok"),
        *("oly_anon_id", "oly_enc_id", "vero_id", "s_kwcid", "srsltid", "ref_src"),
        *("gad_source", "gad_campaignid", "epik", "rdt_cid", "irclickid", "_branch_match_id", "wickedid"),
        *("ymclid", "_openstat", "sccid", "ndclid", "qclid", "trk_contact", "trk_msg", "elqtrackid"),
        *(f"{tool}_{part}" for tool in ("mtm", "pk", "piwik", "matomo") for part in _CAMPAIGN),
        *(f"hsa_{part}" for part in _ADVERT),
    }
)
_SESSIONS = frozenset(("phpsessid", "jsessionid", "aspsessionid", "cfid", "cftoken", "sessionid"))
#: Names of parameters that the canonical form drops, in lower case, and how others that it drops begin.
DROPPED_PARAMETERS = _TRACKING | _SESSIONS
DROPPED_PREFIX = "utm_"
_path_session = re.compile(r";(?:jsessionid|phpsessid)=[^/?;]*", re.IGNORECASE)
#: Escapes that the canonical form writes otherwise: with a small letter, or of an unreserved character.
_percent = re.compile(r"%([a-f][0-9A-Fa-f]|[0-9A-F][a-f]|2[DE]|3[0-9]|[46][1-9A-F]|[57][0-9A]|5F|7E)")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def canonical_url(url: str) -> str:
    """The canonical form of a URL by policy version CANONICAL_VERSION, always https."""
    key = parse_url(url).key
    return url_of_key(canonical_key(key) or key.partition(" ")[0])


def canonical_key(key: str) -> str | None:
    """The page key of the canonical form; None when it is `key` without its scheme mark.

    Policy 2: scheme folded to https; explicit port and credentials kept; percent escapes in upper
    case, unreserved characters unescaped; tracking parameters and session ids dropped (1 knew fewer
    of both). Slash, www and parameter order stay: only an alias that was observed may join those.
    Default ports, dot segments, the case of hosts and their spellings are folded in the URL itself.
    """
    plain, _, mark = key.partition(" ")
    kept_mark = mark if ":" in mark or "@" in mark else ""
    if "?" not in plain and "%" not in plain and ";" not in plain and not kept_mark:
        return None
    path, question, query = plain.partition("?")
    path = _percent.sub(_fold_escape, _path_session.sub("", path))
    if question:
        kept = [p for p in _percent.sub(_fold_escape, query).split("&") if not _is_tracking(p)]
        path += "?" + "&".join(kept) if kept and kept != [""] else ""
    canonical = f"{path} {kept_mark}" if kept_mark else path
    return None if canonical == plain else canonical


def _fold_escape(match: re.Match[str]) -> str:
    character = chr(int(match[1], 16))
    return character if character in _UNRESERVED else match[0].upper()


def _is_tracking(parameter: str) -> bool:
    name = parameter.partition("=")[0].lower()
    return name in DROPPED_PARAMETERS or name.startswith(DROPPED_PREFIX)


def target_host(name: str) -> str:
    """The serialised host of a bare name that a person typed, also with the dot that ends it in name servers;
    TargetError when it is none."""
    typed = name.strip().removesuffix(".")
    href = resolve(f"https://{typed}/") if typed else None
    key = page_key(href) if href else ""
    if href is None or key.partition("/")[2] or " " in key:
        raise TargetError(
            f"look up {name[:200]!r}",
            "neither a URL, a host nor a domain",
            "Try example.com or https://example.com/page.",
        )
    return host_of_key(key)
