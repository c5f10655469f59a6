"""What is on a page, before anyone writes it as HTML?

A scene is zones (header, nav, content, …) of paragraphs of text and links, in document order. The
truth reads the links from it and `html` writes it down, so both tell of the same page.
"""

from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["HIDING", "Link", "Para", "Scene", "Zone"]

#: Techniques of hiding, and how each is written. Names follow `model.Hidden`.
HIDING = {
    "display_none": 'style="display: none"',
    "off_screen": 'style="position:absolute; left:-9999px"',
    "zero_size": 'style="font-size:0"',
    "same_colour": 'style="color:#ffffff; background-color:#fff"',
    "visibility": 'style="visibility:hidden"',
    "opacity": 'style="opacity:0"',
    "clip": 'style="position:absolute;clip:rect(0,0,0,0)"',
    "hidden_attribute": "hidden",
}


@dataclass(frozen=True, slots=True)
class Link:
    """One link: where it leads, what it says, and how its href is spelled."""

    target: str
    anchor: str
    label: str
    kind: str = "a"
    rel: str = ""  # as written: any case, any order
    alt: str = ""
    image: bool = False
    hidden: str | None = None
    spelling: int = 0


@dataclass(frozen=True, slots=True)
class Para:
    """A block element and what is in it."""

    tag: str
    parts: tuple[str | Link, ...]


@dataclass(frozen=True, slots=True)
class Zone:
    """A part of the page; its name is the placement of its links."""

    placement: str
    paras: tuple[Para, ...]

    def links(self) -> Iterator[Link]:
        for para in self.paras:
            for part in para.parts:
                if not isinstance(part, str):
                    yield part


@dataclass(frozen=True, slots=True)
class Scene:
    """One page as served at one crawl. An empty `zones` with status 200 is an empty page."""

    page: int
    url: str
    title: str
    language: str
    template: int
    status: int = 200
    zones: tuple[Zone, ...] = ()
    head: tuple[Link, ...] = ()  # canonical, alternate, feed, meta refresh, redirect
    charset: str = "utf-8"
    base: str | None = None
    robots: str | None = None  # the meta tag
    x_robots: str | None = None  # the header
    tracker: str | None = None
    style: str = "plain"  # "broken", "shouting" (upper-case, unquoted) or "plain"
    mentions: tuple[tuple[str, str], ...] = ()  # (brand, its domain) named without a link
    invites: bool = False  # asks strangers for articles, and for no money

    def links(self) -> Iterator[tuple[str, Link]]:
        """(placement, link) in document order; links of the head have none."""
        for link in self.head:
            yield "unknown", link
        for zone in self.zones:
            for link in zone.links():
                yield zone.placement, link
