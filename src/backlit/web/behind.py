"""Which list holds the rows behind a number? Filters, and the addresses of the lists that they choose from.

What a number counts, the list must count too: each function here says in the filter language what the
number's own query says in SQL, and the tests open every address and compare.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import quote

from backlit.errors import FilterError
from backlit.index.filters import parse
from backlit.index.filters.fields import LINK, field_of
from backlit.index.filters.syntax import And, Compare, Node, Not, Or, Value, Words, render
from backlit.urls import icann_domain
from backlit.web.asking import Ask

__all__ = ["Behind", "addresses", "authority_of"]

#: Addresses stay below what proxies and logs take; a number with a longer one is no link.
_LONGEST = 3_000
_REL = {
    "follow": "rel:follow",
    "nofollow": "rel:nofollow -rel:(ugc,sponsored)",
    "ugc": "rel:ugc -rel:sponsored",
    "sponsored": "rel:sponsored",
}


def authority_of(domain: str, score: float | None) -> str | None:
    """Where an authority is taken apart; None where there is none to take apart."""
    return None if score is None else f"/t/{quote(icann_domain(domain), safe='')}/authority"


class Behind:
    """Addresses of lists for one target on one day, of links that a list in view counts.

    `ask` is the question of the page that shows the number, `view` the list that it shows.
    """

    def __init__(self, ask: Ask, view: str = "overview") -> None:
        self._plain = Ask(ask.target, ask.scope, ask.as_of)
        self._kept = _on_links(ask.q, view)
        self._state = ask.state if view == "backlinks" else "known"

    def links(
        self, *conditions: str, group: str = "none", state: str | None = None, sort: str = ""
    ) -> str | None:
        """The links, or one of each group, that meet the conditions and those of the list in view."""
        more: dict[str, Any] = {"group": group, "state": state or self._state, "sort": sort or None}
        return self._list("backlinks", conditions, **more)

    def domains(self, *conditions: str) -> str | None:
        """The domains with links that meet the conditions and those of the list in view."""
        return self._list("domains", conditions)

    def _list(self, view: str, conditions: Sequence[str], **more: Any) -> str | None:
        q = " ".join([*self._kept, *(each for each in conditions if each)])
        address = self._plain.url(view, q=q or None, **more)
        return address if len(address) <= _LONGEST else None

    # what a row is about ----------------------------------------------------------

    def group(self, link: Mapping[str, Any], by: str) -> str | None:
        """The links that a grouped list tells by this one."""
        if by == "anchor":
            return self.links(_words(link["anchor"] or ""))
        if by == "page":
            return self.links(_says("page", link["source_url"]))
        network = f"{link['source_ip'].rpartition('.')[0]}.0/24" if "." in (link["source_ip"] or "") else None
        if by == "subnet" and network:
            return self.links(f"network:{network}")
        return self.domain(link["source_domain"], "network:unknown" if by == "subnet" else "")

    def domain(self, name: str, *conditions: str) -> str | None:
        """The links of one domain."""
        return self.links(_says("domain", name), *conditions)

    def anchor(self, words: str, *conditions: str, as_domains: bool = False) -> str | None:
        """The links that people can click with exactly these words, or their domains."""
        listed = self.domains if as_domains else self.links
        return listed(_words(words), "is:clickable", *conditions)

    def page(self, url: str, *, as_domains: bool = False) -> str | None:
        """The links to one page of the target, or their domains."""
        return (self.domains if as_domains else self.links)(_says("target", url))

    def month(self, month: str, *, as_domains: bool = False) -> str | None:
        """The links, or the domains, that were first seen in a month such as `2026-03`."""
        return (self.domains if as_domains else self.links)(f"first_seen:{month}")

    def period(self, first: date, last: date, *, as_domains: bool = False) -> str | None:
        """The links, or the domains, that were first seen on days from the first to the last."""
        span = f"{first}" if first == last else f"{first}..{last}"
        return (self.domains if as_domains else self.links)(f"first_seen:{span}")

    def lost(self, first: date, last: date) -> str | None:
        """The links that looks found gone on days from the first to the last."""
        span = f"{first}" if first == last else f"{first}..{last}"
        return self.links(f"lost_at:{span}", state="lost", sort="-lost_at")

    def mix(self, name: str, shown: Sequence[str]) -> Callable[[str], str | None]:
        """For each part of a mix, of which `shown` have a name of their own, its links."""

        def address(key: str) -> str | None:
            if name == "state":
                return self.links(state=key)
            if key == "unknown":
                return self.links(f"{name}:unknown")
            if key == "other":
                listed = ",".join(each for each in shown if each not in ("other", "unknown"))
                return self.links(f"has:{name} -{name}:({listed})")
            if name == "tld" and not re.fullmatch("[a-z]+|xn--[a-z0-9-]+", key):
                return self.links(f"host:*.{key}")
            return self.links(_REL[key] if name == "rel" else f"{name}:{key.replace('_', '-')}")

        return address


def _says(field: str, text: str, op: str = ":") -> str:
    return render(Compare(field, op, (Value(text, exact=True),)))


def _words(anchor: str) -> str:
    """Links with just this text. Without text are those that keep an empty one, or none: a negation holds
    for what is not known, too."""
    return _says("anchor", anchor, "=") if anchor.strip() else '-anchor:~"."'


def _on_links(q: str | None, view: str) -> list[str]:
    """The conditions of a list's filter that choose links; those on its rows have chosen the row already."""
    try:
        node = parse(q or "")
    except FilterError:
        return []
    parts = node.nodes if isinstance(node, And) else (node,)
    kept = [each for each in parts if all(_is_of_links(name, view) for name in _fields(each))]
    return [f"({render(each)})" if isinstance(each, Or) else render(each) for each in kept]


def _is_of_links(name: str, view: str) -> bool:
    found = field_of(view, name)
    return found is None or found.level == LINK


def _fields(node: Node) -> Sequence[str]:
    if isinstance(node, Compare):
        return [node.field]
    if isinstance(node, Words):
        return []
    inner = [node.node] if isinstance(node, Not) else node.nodes
    return [name for each in inner for name in _fields(each)]


#: Links that make their domain count (see `index.judgements.COUNTS`).
_COUNTS = "is:clickable -is:nofollow -is:hidden spam:<60 unnatural:<60 authority:>=0"


def addresses(behind: Behind) -> Mapping[str, str | None]:
    """Where each number of an overview leads, by its name there."""
    return {
        "referring_domains": behind.domains(),
        "counting_domains": behind.links(_COUNTS, group="domain"),
        "links": behind.links(),
        "pages": behind.links(group="page"),
        "follow": behind.links("rel:follow"),
        "referring_subnets": behind.links("has:network", group="subnet"),
        "new_30d": behind.links("is:new", sort="-first_seen"),
        "first_looks_30d": behind.links("is:first-read reader:(wat,warc)", sort="-first_seen"),
        "lost_30d": behind.links("lost_at:<30d", state="lost", sort="-lost_at"),
        "lost": behind.links(state="lost", sort="-lost_at"),
        "hidden_links": behind.links("is:hidden"),
    }
