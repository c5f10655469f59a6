"""What is wrong with a page: by WCAG 2.2 AA as axe knows it, in what does not fit, and in what moves?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files

from playwright.sync_api import Page

from tests.e2e.browsing import Journal

__all__ = ["EVERY", "FULL", "NARROW", "SHIFTS", "Looker", "Way"]

_AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
#: What axe is asked: rules by their tags, or some by name: what is said by colour, and what needs room.
_ALL = ("tag", ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"))
_COLOURS = ("color-contrast", "link-in-text-block")
_ROOM = ("target-size", "scrollable-region-focusable")
#: What comes after the first few of its kind, from the same lines of a template; and what is on all pages.
_REST = (
    "tbody tr:nth-of-type(n+5)", "main li:nth-of-type(n+5)", "main > * > :nth-child(n+25)",
    "section > :nth-child(n+12)", "svg > :nth-child(n+30)",
)  # fmt: skip
_FRAME = (".top", ".side", ".foot")


@dataclass(frozen=True, slots=True)
class Way:
    """A way to look: how wide the window is, what the system or the reader wants, and what axe is asked."""

    width: int
    theme: str = "light"
    asked: tuple[str, tuple[str, ...]] | None = _ALL


#: A window of 1280 pixels is 640 wide at 200 %; 320 are a phone.
FULL = (Way(1280), Way(640, asked=None), Way(320, "dark", ("rule", (*_COLOURS, *_ROOM))))
NARROW = (Way(320, "dark"),)
EVERY = (
    *(Way(1280, theme, ("rule", _COLOURS)) for theme in ("dark", "contrast", "dark contrast")),
    Way(1280), Way(640), Way(320), Way(320, "dark"),
)  # fmt: skip

#: Notes what was drawn already and moved, unless the reader moved it.
SHIFTS = """window.moved = [];
new PerformanceObserver(list => {
  for (const each of list.getEntries())
    if (!each.hadRecentInput) moved.push(
      `${each.value} moved: ${each.sources.map(one => one.node?.outerHTML?.slice(0, 80)).join(" and ")}`);
}).observe({type: "layout-shift", buffered: true});"""
_SETTLED = (
    "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(window.moved))))"
)
_RUN = """async ([by, values, rest]) => {
  const found = await axe.run({include: [["html"]], exclude: rest.map(one => [one])},
    {runOnly: {type: by, values}, resultTypes: ["violations"], preload: false});
  return found.violations.flatMap(rule => rule.nodes.map(node =>
    `${rule.id}: ${node.target.join(" ")}: ${node.failureSummary.split("\\n").slice(1).join(" ").trim()}`));
}"""
_WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
_OPEN = "document.querySelectorAll('main details').forEach(one => one.open = true)"
_WEAR = "theme => document.documentElement.dataset.theme = theme"
#: Names that more than one element has.
_TWICE = """[...document.querySelectorAll("[id]")].map(one => one.id)
  .filter((name, at, all) => all.indexOf(name) !== at)"""
#: Two pages with the same are the same for axe.
_SKELETON = """[...document.querySelectorAll("*")].map(one => one.tagName + [...one.attributes]
  .filter(each => !["href", "value", "content", "action", "title"].includes(each.name))
  .map(each => ` ${each.name}=${each.value}`)).join()"""


class Looker:
    """Looks at the pages of one server in some ways, and keeps what is wrong, with where.

    A page that is built as one before was looked at already. Unless they are `whole`, of long lists the first
    rows are looked at, and not what is around every page.
    """

    def __init__(self, page: Page, base: str, ways: Sequence[Way] = FULL, *, whole: bool = False) -> None:
        self.page, self.base = page, base
        self.wrong: list[str] = []
        self._ways, self._left_out = ways, () if whole else (*_REST, *_FRAME)
        self._skeletons: set[str] = set()
        self._journal = Journal(page, base)

    def look(self, path: str, status: int = 200) -> None:
        """Open a page and look at it."""
        for way in self._ways[:1]:
            self._turn(way)
        answer = self.page.goto(self.base + path)
        assert answer is not None
        wrong = self.page.evaluate(_SETTLED)
        wrong += [each for each in self._journal.entries if f"status of {status} " not in each]
        wrong += [f"answers {answer.status}"] if answer.status != status else []
        self._journal.entries.clear()
        self.wrong += (f"{path}: {each}" for each in sorted({*wrong, *self.seen()}))

    def seen(self) -> Iterator[str]:
        """What is wrong with the page as it stands, with all of it opened."""
        skeleton = self.page.evaluate(_SKELETON) if self._ways else ""
        if not self._ways or skeleton in self._skeletons:
            return
        self._skeletons.add(skeleton)
        self.page.evaluate(_AXE)
        self.page.evaluate(_OPEN)
        yield from (f"several are called {each}" for each in self.page.evaluate(_TWICE))
        for way in self._ways:
            self._turn(way)
            self.page.evaluate(_WEAR, "contrast" if way.theme.endswith("contrast") else "auto")
            if wider := self.page.evaluate(_WIDER):
                yield f"{way.width} {way.theme}: {wider} pixels wider than the window"
            for each in self.page.evaluate(_RUN, [*way.asked, self._left_out]) if way.asked else ():
                yield f"{way.width} {way.theme}: {each}"

    def _turn(self, way: Way) -> None:
        self.page.emulate_media(color_scheme="dark" if way.theme.startswith("dark") else "light")
        self.page.set_viewport_size({"width": way.width, "height": 900})
