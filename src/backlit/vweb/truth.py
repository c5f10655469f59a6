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
    joined by commas; or "one_more" or "one_fewer" of several links to one target, with one side alone.
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
    old = _by_link(before) if before is not None else {}
    gone = {404: "page_gone", 301: "page_redirected", 302: "page_redirected"}
    why_lost = gone.get(after.status, "removed")
    for identity, links in _by_link(after).items():
        former = old.pop(identity, None)
        if former is None:
            why = "page_new" if before is None else "added"
            yield from (TrueChange("new", why, None, link) for link in links)
        else:
            yield from _occurrences(former, links)
    for links in old.values():
        yield from (TrueChange("lost", why_lost, link, None) for link in links)


def _by_link(scene: Scene) -> dict[tuple[str, str], list[TrueLink]]:
    """The links of a page by target and kind: several of one are its occurrences, in order."""
    found: dict[tuple[str, str], list[TrueLink]] = {}
    for link in links_of(scene):
        found.setdefault((link.target_url, link.kind), []).append(link)
    return found


def _occurrences(former: list[TrueLink], links: list[TrueLink]) -> Iterator[TrueChange]:
    """What changed among the occurrences of one link: alike ones are the same, the rest go by order."""
    came, went = list(links), []
    for link in former:
        same = next((each for each in came if _says(each) == _says(link)), None)
        if same is None:
            went.append(link)
        else:
            came.remove(same)
    for old, new in zip(went, came, strict=False):
        differs = [name for name in _ATTRIBUTES if getattr(old, name) != getattr(new, name)]
        yield TrueChange("changed", ",".join(differs), old, new)
    yield from (TrueChange("changed", "one_fewer", link, None) for link in went[len(came) :])
    yield from (TrueChange("changed", "one_more", None, link) for link in came[len(went) :])


def _says(link: TrueLink) -> tuple[object, ...]:
    return link.anchor or link.alt, link.rel, link.placement, link.hidden
