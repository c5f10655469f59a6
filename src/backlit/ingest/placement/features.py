"""Which numbers describe where each link of a page stands?

Every feature is named; the same names are stored with the trained model. All are functions of the
page alone: no list of sites, no network.
"""

from collections.abc import Callable, Mapping, Sequence, Set
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from backlit.ingest.placement.outline import MARKED_TAGS, PARTS, Ints, Outline
from backlit.ingest.surroundings import part_of
from backlit.model import Placement

__all__ = ["LinkFacts", "link_features"]

Floats = NDArray[np.floating[Any]]
Columns = dict[str, Floats]

#: Block ancestors that are described, from the link's own block outwards.
LEVELS = 5
#: A block is main text from this many characters outside its links on, and up to this share within.
MAIN_CHARACTERS, MAIN_LINK_SHARE = 80, 0.4
#: Shares of the page's main text: how many steps above the link holds as much?
SHARES = (0.02, 0.1, 0.25, 0.5, 0.8)
#: Characters outside links: how many steps above the link has as much, and how dense with links is it?
SIZES = (40, 200, 1_000)
#: Features of the link within its own block.
_IN_BLOCK = ("own_chars", "place_in_block", "chars_before_in_block", "chars_after_in_block", "anchor_share")
#: A step count for what is not there.
FAR = 40.0


class LinkFacts(NamedTuple):
    """What is known of a link besides its node."""

    external: bool
    anchor: str
    same_target: int
    rule: int
    is_running: bool
    before: str
    after: str


def link_features(
    page: Outline, at: Ints, facts: Sequence[LinkFacts], wanted: Set[str] | None = None
) -> Columns:
    """The features of the links that stand at nodes `at`, by name; of `wanted` ones those at least."""
    sums = _Sums(page)
    columns: Columns = {}
    columns.update(_of_facts(facts))
    columns.update(_of_page(page, sums))
    columns.update(_of_blocks(page, sums, at, wanted))
    columns.update(_of_sizes(page, sums, at, wanted))
    columns.update(_of_main_text(page, sums, at))
    columns.update(_of_marks(page, at))
    columns.update(_of_order(page, sums, at))
    columns.update(_of_neighbours(page, sums, at))
    columns.update(_of_repeats(page, sums, at))
    size = len(at)
    return {name: c if c.shape else np.full(size, c) for name, c in columns.items()}


class _Sums:
    """Running totals over a page, and its main text."""

    def __init__(self, page: Outline) -> None:
        self.page = page
        self.chars = page.total(page.chars)
        self.linked = page.total(page.linked)
        self.marks = page.total(page.marks)
        self.links = page.total(page.is_link)
        is_text = page.chars > 0
        size = len(page.tags)
        self.own = np.bincount(page.block[is_text], page.chars[is_text], size)
        own_linked = np.bincount(page.block[is_text], page.linked[is_text], size)
        plain = self.own - own_linked
        is_main = (plain >= MAIN_CHARACTERS) & (own_linked <= MAIN_LINK_SHARE * self.own)
        self.main = page.total(np.where(is_main, plain, 0).astype(np.int64))
        self.blocks = page.total((self.own > 0).astype(np.int64))
        self.paragraphs = page.total(is_main.astype(np.int64))

    def under(self, column: Ints, at: Ints) -> Floats:
        """The total of a column over each node and all under it."""
        return (column[self.page.end[at]] - column[at]).astype(np.float64)


def _share(part: Floats, whole: Floats | Ints | float) -> Floats:
    return np.asarray(part / np.maximum(whole, 1.0), np.float64)


_PLAIN = ("external", "same_target", "rule", "is_running")


def _of_facts(facts: Sequence[LinkFacts]) -> Columns:
    anchors = [fact.anchor for fact in facts]
    columns: Columns = {
        name: np.array([getattr(fact, name) for fact in facts], np.float64) for name in _PLAIN
    }
    words = [anchor.split() for anchor in anchors]
    capitals = [sum(word[:1].isupper() for word in spoken) for spoken in words]
    columns |= {
        "before": np.array([len(fact.before) for fact in facts], np.float64),
        "after": np.array([len(fact.after) for fact in facts], np.float64),
        "anchor_chars": np.array([len(anchor) for anchor in anchors], np.float64),
        "anchor_words": np.array([len(spoken) for spoken in words], np.float64),
        "anchor_capitals": _share(np.array(capitals, np.float64), np.array([len(w) for w in words])),
    }
    columns["page_external"] = np.full(len(facts), columns["external"].mean())
    return columns


def _of_page(page: Outline, sums: _Sums) -> Columns:
    chars, linked = float(sums.chars[-1]), float(sums.linked[-1])
    values = {
        "page_chars": chars,
        "page_link_share": linked / max(chars, 1.0),
        "page_links": float(sums.links[-1]),
        "page_main_share": float(sums.main[-1]) / max(chars, 1.0),
        "page_paragraphs": float(sums.paragraphs[-1]),
        "page_main_chars": float(sums.main[-1]),
    }
    return {name: np.array(value) for name, value in values.items()}


def _parents(page: Outline, at: Ints) -> Ints:
    """Each node's parent, the root's being itself."""
    return np.where(at > 0, np.maximum(page.parent[at], 0), 0)


def _some(makers: Mapping[str, Callable[[], Floats]], wanted: Set[str] | None) -> Columns:
    return {name: make() for name, make in makers.items() if wanted is None or name in wanted}


def _of_block(sums: _Sums, block: Ints, level: int, wanted: Set[str] | None) -> Columns:
    chars, linked = sums.under(sums.chars, block), sums.under(sums.linked, block)
    links = sums.under(sums.links, block)
    makers: dict[str, Callable[[], Floats]] = {
        f"block{level}_chars": lambda: chars,
        f"block{level}_plain": lambda: chars - linked,
        f"block{level}_link_share": lambda: _share(linked, chars),
        f"block{level}_links": lambda: links,
        f"block{level}_plain_per_link": lambda: _share(chars - linked, links),
        f"block{level}_marks": lambda: sums.under(sums.marks, block),
        f"block{level}_paragraphs": lambda: sums.under(sums.paragraphs, block),
        f"block{level}_mean_block": lambda: _share(chars, sums.under(sums.blocks, block)),
        f"block{level}_main": lambda: _share(sums.under(sums.main, block), float(sums.main[-1])),
    }
    return _some(makers, wanted)


def _of_blocks(page: Outline, sums: _Sums, at: Ints, wanted: Set[str] | None) -> Columns:
    """The nearest blocks around the link: their size, link density, and place."""
    columns: Columns = {}
    block = page.block[at]
    for level in range(LEVELS):
        columns |= _of_block(sums, block, level, wanted)
        if level == 0 and (wanted is None or not wanted.isdisjoint(_IN_BLOCK)):
            chars = sums.under(sums.chars, block)
            columns["own_chars"] = sums.own[block] * 1.0
            columns["place_in_block"] = _share((sums.chars[at] - sums.chars[block]) * 1.0, chars)
            columns["chars_before_in_block"] = (sums.chars[at] - sums.chars[block]) * 1.0
            columns["chars_after_in_block"] = (sums.chars[page.end[block]] - sums.chars[page.end[at]]) * 1.0
            columns["anchor_share"] = _share(sums.under(sums.chars, at), chars)
        above = page.block[_parents(page, block)]
        block = above
    return columns


def _of_sizes(page: Outline, sums: _Sums, at: Ints, wanted: Set[str] | None) -> Columns:
    """The smallest elements around the link that have some text, and the steps up to them."""
    columns: Columns = {}
    plain = (sums.chars - sums.linked)[page.end] - (sums.chars - sums.linked)[:-1]
    main = sums.main[page.end] - sums.main[:-1]
    whole = max(float(sums.main[-1]), 1.0)
    goals = [(f"plain{size}", plain, float(size)) for size in SIZES]
    goals += [(f"main{round(share * 100)}", main, share * whole) for share in SHARES]
    for name, mass, goal in goals:
        if wanted is not None and not any(each.startswith(f"{name}_") for each in wanted):
            continue
        node, steps = at.copy(), np.zeros(len(at))
        for _ in range(int(FAR)):
            short = (mass[node] < goal) & (node > 0)
            if not short.any():
                break
            node, steps = np.where(short, _parents(page, node), node), steps + short
        columns[f"{name}_steps"] = np.where(mass[node] < goal, FAR, steps)
        chars = sums.under(sums.chars, node)
        columns[f"{name}_link_share"] = _share(sums.under(sums.linked, node), chars)
        columns[f"{name}_page_share"] = _share(chars, float(sums.chars[-1]))
        columns[f"{name}_depth"] = page.depth[node] * 1.0
        if name.startswith("plain"):
            columns[f"{name}_links"] = sums.under(sums.links, node)
            columns[f"{name}_main"] = _share(sums.under(sums.main, node), whole)
    return columns


def _of_main_text(page: Outline, sums: _Sums, at: Ints) -> Columns:
    """Where the link stands among the paragraphs of the page, in order and in the tree."""
    main = np.diff(sums.main)
    total = float(sums.main[-1])
    columns: Columns = {"main_before": _share(sums.main[at] * 1.0, total)}
    nodes = np.flatnonzero(main)
    if not len(nodes):
        lacking = ("main_gap_before", "main_gap_after", "main_rise", "main_rise_biggest", "main_node_gap")
        return columns | {name: np.full(len(at), FAR) for name in lacking}
    after = np.searchsorted(nodes, at)
    last, following = nodes[np.maximum(after - 1, 0)], nodes[np.minimum(after, len(nodes) - 1)]
    far = float(sums.chars[-1]) + 1
    gap_before = np.where(after > 0, sums.chars[at] - sums.chars[page.end[last]], far)
    gap_after = np.where(after < len(nodes), sums.chars[following] - sums.chars[page.end[at]], far)
    columns["main_gap_before"] = np.maximum(gap_before, -1) * 1.0
    columns["main_gap_after"] = gap_after * 1.0
    columns["main_rise"] = np.minimum(_rise(page, at, last), _rise(page, at, following))
    biggest = nodes[np.argmax(main[nodes])]
    columns["main_rise_biggest"] = _rise(page, at, np.full_like(at, biggest))
    columns["main_node_gap"] = np.minimum(np.abs(at - last), np.abs(following - at)) * 1.0
    return columns


def _rise(page: Outline, at: Ints, other: Ints) -> Floats:
    """Steps from a node up to the nearest ancestor that holds the other node as well."""
    node, steps = at.copy(), np.zeros(len(at))
    for _ in range(int(FAR)):
        apart = ((other < node) | (other >= page.end[node])) & (node > 0)
        if not apart.any():
            break
        node, steps = np.where(apart, _parents(page, node), node), steps + apart
    return steps


def _of_marks(page: Outline, at: Ints) -> Columns:
    """Steps up to the nearest ancestor of each marked tag, and to each named part of the page."""
    names = (*MARKED_TAGS, *(f"part_{part.name.lower()}" for part in PARTS))
    places = {name: place for place, name in enumerate(MARKED_TAGS)}
    steps = np.full((len(at), len(names)), FAR)
    known: dict[int, tuple[tuple[int, int], ...]] = {}
    for row, node in enumerate(at.tolist()):
        for place, depth in _marked(page, node, places, known):
            steps[row, place] = page.depth[node] - depth
    columns = {f"to_{name}": steps[:, place] for place, name in enumerate(names)}
    columns["depth"] = page.depth[at] * 1.0
    parts = steps[:, len(MARKED_TAGS) :]
    columns["nearest_part"] = np.where(parts.min(axis=1) < FAR, parts.argmin(axis=1) + 1.0, 0.0)
    return columns


def _marked(
    page: Outline, node: int, places: dict[str, int], known: dict[int, tuple[tuple[int, int], ...]]
) -> tuple[tuple[int, int], ...]:
    """(place, depth) of the nearest marked ancestors of a node, itself included."""
    pending = []
    while node >= 0 and node not in known:
        pending.append(node)
        node = int(page.parent[node])
    marked = known[node] if node >= 0 else ()
    for element in reversed(pending):
        tag = page.tags[element]
        classes, element_id, role = page.names[element]
        fired = [places[tag]] if tag in places else []
        part = _part(tag, role, classes, element_id)
        if part is not None:
            fired.append(len(places) + int(part) - 1)
        if fired:
            depth = int(page.depth[element])
            marked = (*((p, d) for p, d in marked if p not in fired), *((place, depth) for place in fired))
        known[element] = marked
    return marked


@lru_cache(maxsize=1 << 15)
def _part(tag: str, role: str, classes: str, element_id: str) -> Placement | None:
    if tag in ("html", "body"):  # their classes name the site's layout, not a part of the page
        return None
    return part_of(tag, role or None, classes, element_id or None)


def _of_order(page: Outline, sums: _Sums, at: Ints) -> Columns:
    size, chars, links = len(page.tags), float(sums.chars[-1]), float(sums.links[-1])
    heading = page.heading[at]
    known = heading >= 0
    node = np.maximum(heading, 0)
    first = next((at for at, tag in enumerate(page.tags) if tag == "h1"), -1)
    return {
        "order_nodes": at / max(size, 1),
        "order_chars": _share(sums.chars[at] * 1.0, chars),
        "order_links": _share(sums.links[at] * 1.0, links),
        "chars_to_end": chars - sums.chars[at],
        "heading_gap": np.where(known, sums.chars[at] - sums.chars[node], chars) * 1.0,
        "heading_rise": np.where(known, _rise(page, at, node), FAR),
        "after_h1": (at > first) * 1.0 if first >= 0 else np.full(len(at), 0.5),
        "h1_gap": (sums.chars[at] - sums.chars[first]) * 1.0 if first >= 0 else np.full(len(at), chars),
    }


def _of_neighbours(page: Outline, sums: _Sums, at: Ints) -> Columns:
    """The plain text between a link and the ones before and after it."""
    links = np.flatnonzero(page.is_link)
    far = float(sums.chars[-1])
    gap_before = gap_after = np.full(len(at), far)
    if len(links):  # a page may have areas and forms alone
        after = np.searchsorted(links, at, "right")
        before = np.searchsorted(links, at, "left") - 1
        last, following = links[np.maximum(before, 0)], links[np.minimum(after, len(links) - 1)]
        gap_before = np.where(before >= 0, sums.chars[at] - sums.chars[page.end[last]], far)
        gap_after = np.where(after < len(links), sums.chars[following] - sums.chars[page.end[at]], far)
    return {
        "link_gap_before": np.maximum(gap_before, -1) * 1.0,
        "link_gap_after": np.maximum(gap_after, -1) * 1.0,
        "link_gap_least": np.minimum(gap_before, gap_after) * 1.0,
    }


def _of_repeats(page: Outline, sums: _Sums, at: Ints) -> Columns:
    """How many links of the page stand in elements of the same make, and how much text is in them."""
    groups: dict[tuple[object, ...], list[int]] = {}
    for row, node in enumerate(at.tolist()):
        make: list[object] = []
        for _ in range(4):
            make.append((page.tags[node], page.names[node][0]))
            node = int(page.parent[node])  # noqa: PLW2901  # climbing is what the loop is for
            if node < 0:
                break
        groups.setdefault(tuple(make), []).append(row)
    count, plain = np.ones(len(at)), np.zeros(len(at))
    block = page.block[at]
    own_plain = sums.under(sums.chars, block) - sums.under(sums.linked, block)
    for rows in groups.values():
        count[rows] = len(rows)
        plain[rows] = own_plain[rows].mean()
    return {"alike": count, "alike_plain": plain, "alike_share": count / max(len(at), 1)}
