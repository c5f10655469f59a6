"""Where do the references of one page lead, and which of them are told?

Most links of the web stay on their own domain and are only counted, and most of the others are written in
normal form already: `Scope.locate` tells both by their shape and leaves the rest to the URL parser.
"""

import re
from collections.abc import Callable
from functools import lru_cache

from backlit.urls import Url, domain_of_key, is_too_long, page_key, resolve

__all__ = ["Scope", "TooMuchText", "Wants", "host_facts"]

#: Bytes of references that are resolved against a long base, which each repeats; takes a quarter of a second.
RESOLVED_BYTES = 64 << 20

#: A path, a query or a scheme that no page is served by. The first two have neither scheme nor
#: authority, whatever the URL standard strips or turns: no control character or backslash in front.
_relative = re.compile(
    r"(/(?![/\\\x00-\x20])|\?|[A-Za-z0-9_.~%-]++(?:[/?#]|\Z))"
    r"|(?:javascript|mailto|tel|data|sms|whatsapp|skype|viber|tg):"
).match
#: `s`, host and tail of an absolute URL; the tail is None unless it is its own serialisation: no
#: dot segment, and no character that is escaped.
_absolute = re.compile(
    r"http(s?)://([a-z0-9.-]++)(?=[/?#]|\Z)"
    r"((?:/(?!\.|%2[eE])[A-Za-z0-9_.~!$&'()*+,;=:@%-]*+)++(?:\?[A-Za-z0-9_.~!$&()*+,;=:@/?%-]*+)?(?=#|\Z)|\Z)?"
).match

#: Above these lengths a URL might pass URL_LIMIT once it is resolved and escaped (12 for 1 at worst).
_SHORT, _SHORT_BASE = 600, 900

#: Whether somebody wants to know of links to a page key.
Wants = Callable[[str], bool]


class TooMuchText(Exception):
    """A page's links resolve to more than they are worth."""


class Scope:
    """Where references on one page lead, seen from the page's own domain; of those to others, what `wants`
    does not ask for is only counted."""

    __slots__ = (
        *("_base", "_domain", "_home", "_keeps", "_only_counts_within", "_resolved", "_wants"),
        *("external", "internal", "is_based", "too_long"),
    )

    def __init__(self, page: Url, base: str | None, keeps_internal: bool, wants: Wants | None = None) -> None:
        self._base, self._wants = base or page.href, wants
        #: whether references are seen from another page than this one, so that `#part` is of that one
        self.is_based = self._base != page.href
        self._domain = page.domain
        self._keeps = keeps_internal
        base_domain = domain_of_key(page_key(self._base))
        is_short = len(self._base) <= _SHORT_BASE
        self._only_counts_within = not keeps_internal and is_short and base_domain == page.domain
        #: what most absolute links of a page start with: its own host
        self._home = () if keeps_internal else (f"https://{page.host}/", f"http://{page.host}/")
        #: links that were counted as leading elsewhere and within, and those longer than URL_LIMIT
        self.external = self.internal = self.too_long = self._resolved = 0

    @property
    def counts_within(self) -> bool:
        """Whether a reference without a host is within the page's domain, and only counted."""
        return self._only_counts_within

    @property
    def keeps_internal(self) -> bool:
        """Whether links within the page's domain are kept."""
        return self._keeps

    @property
    def home(self) -> tuple[str, ...]:
        """How references begin that lead to the page's own host, and are only counted; with that they are."""
        return self._home

    def locate(self, href: str) -> tuple[str, str] | None:
        """The page key and domain of a link to keep; None when it is only counted, or no link."""
        if not href or (href[0] == "#" and not self.is_based):  # this very page, not a link between pages
            return None
        if len(href) > _SHORT:
            return self._parse(href)
        if href.startswith(self._home) or (
            self._only_counts_within and href[0] == "/" and href[1:2].isalnum()
        ):
            self.internal += 1
            return None
        if not href.startswith("http"):
            return self._locate_relative(href)
        absolute = _absolute(href)
        if absolute is None:
            return self._parse(href)
        secure, host, tail = absolute.groups()
        facts = host_facts(host)
        if facts is None:
            return None
        if facts[1] == self._domain and not self._keeps:
            self.internal += 1
            return None
        if tail is None:
            return self._parse(href)
        return self._counted(f"{facts[0]}{tail or '/'}{'' if secure else ' http'}", facts[1])

    def _locate_relative(self, href: str) -> tuple[str, str] | None:
        if not self._only_counts_within:
            return self._parse(href)
        shape = _relative(href)
        if shape is None:
            return self._parse(href)
        if shape.lastindex is not None:
            self.internal += 1
        return None

    def _parse(self, href: str) -> tuple[str, str] | None:
        self._resolved += len(self._base)
        if self._resolved > RESOLVED_BYTES:
            raise TooMuchText
        target = resolve(href, self._base)
        if target is None:
            if len(href) + len(self._base) > _SHORT:
                self.too_long += is_too_long(href, self._base)
            return None
        key = page_key(target)
        return self._counted(key, domain_of_key(key))

    def _counted(self, key: str, domain: str) -> tuple[str, str] | None:
        if domain != self._domain:
            self.external += 1
            return (key, domain) if self._wants is None or self._wants(key) else None
        self.internal += 1
        return (key, domain) if self._keeps else None


@lru_cache(maxsize=1 << 17)
def host_facts(host: str) -> tuple[str, str] | None:
    """The host as page keys begin, and its domain; None when a URL cannot have it."""
    href = resolve(f"https://{host}/")
    if href is None:
        return None
    key = page_key(href)
    return key.partition("/")[0], domain_of_key(key)
