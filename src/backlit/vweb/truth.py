"""What is really on the made-up web? Records of links, sites, mentions and changes.

Everything is read from the scenes that the pages are written from, never from the HTML.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from backlit.vweb.scene import Scene

__all__ = ["Mention", "TrueChange", "TrueLink", "compare", "links_of"]


@dataclass(frozen=True, slots=True)
class TrueLink:
    """One link occurrence in a page as served at one crawl.

    `target_url` is absolute, as the WHATWG URL standard writes it, without fragment. `occurrence`
    counts links of one kind to one target on one page, in document order. `anchor` has single
    blanks; it is empty for links that hold an image only, and for kinds that have no text.
    """

    source_url: str
    target_url: str
    kind: str
    occurrence: int
    rel: frozenset[str]
    anchor: str
    alt: str
    image: bool
    placement: str
    hidden: str | None
    label: str

    @property
    def key(self) -> tuple[str, str, int]:
        """What makes it the same link in another crawl: target, kind, occurrence."""
        return self.target_url, self.kind, self.occurrence


@dataclass(frozen=True, slots=True)
class TrueChange:
    """What happened to a link between two crawls.

    kind "new": reason "page_new" or "added". kind "lost": "removed", "page_gone" or
    "page_redirected". kind "changed": what differs, of anchor, alt, rel, placement and hidden,
    joined by commas.
    """

    kind: str
    reason: str
    before: TrueLink | None
    after: TrueLink | None


@dataclass(frozen=True, slots=True)
class Mention:
    """A brand named on a page that has no link to it."""

    source_url: str
    brand: str
    domain: str


def links_of(scene: Scene) -> Iterator[TrueLink]:
    """The links of one page, those of its head first."""
    seen: dict[tuple[str, str], int] = {}
    for placement, link in scene.links():
        occurrence = seen.get((link.target, link.kind), 0)
        seen[link.target, link.kind] = occurrence + 1
        yield TrueLink(
            source_url=scene.url,
            target_url=link.target,
            kind=link.kind,
            occurrence=occurrence,
            rel=frozenset(link.rel.lower().split()),
            anchor=" ".join(link.anchor.split()),
            alt=link.alt if link.image or link.kind == "area" else "",
            image=link.image,
            placement=placement,
            hidden=link.hidden,
            label=link.label,
        )


_ATTRIBUTES = ("anchor", "alt", "rel", "placement", "hidden")


def compare(before: Scene | None, after: Scene) -> Iterator[TrueChange]:
    """The changes between two looks at one page; None: it had never been looked at."""
    old = {} if before is None else {link.key: link for link in links_of(before)}
    gone = {404: "page_gone", 301: "page_redirected", 302: "page_redirected"}
    why_lost = gone.get(after.status, "removed")
    for link in links_of(after):
        former = old.pop(link.key, None)
        if former is None:
            yield TrueChange("new", "page_new" if before is None else "added", None, link)
            continue
        differs = [name for name in _ATTRIBUTES if getattr(former, name) != getattr(link, name)]
        if differs:
            yield TrueChange("changed", ",".join(differs), former, link)
    for former in old.values():
        yield TrueChange("lost", why_lost, former, None)
