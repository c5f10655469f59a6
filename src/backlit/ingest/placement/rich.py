"""Is a link content? Answered with care, for the links of one page that is looked at.

Boosted trees over what `features` measures and `tokens` weighs. Reads the whole page, so it costs ten
times what `lean` costs; docs/concepts/placement.md has the figures of both.
"""

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from backlit.ingest.nodes import Node
from backlit.ingest.placement.features import LinkFacts, link_features
from backlit.ingest.placement.lean import FEW, Lean, address_weight, decided, trained
from backlit.ingest.placement.outline import Outline, outline
from backlit.ingest.placement.tokens import (
    MODEL,
    NEAR,
    Weights,
    address_words,
    anchor_words,
    element_tokens,
    heading_words,
    side_words,
    weigh,
    weights,
)
from backlit.ingest.placement.trees import Forest, sigmoid
from backlit.ingest.surroundings import Place, Surroundings, said
from backlit.ingest.text import Texts
from backlit.model import Kind, Placement
from backlit.urls import domain_of_key, page_key, resolve

__all__ = [
    "SCORES",
    "Judged",
    "LinkTokens",
    "Seen",
    "chances_of",
    "judged",
    "lean_logits",
    "lean_rows",
    "scores",
    "seen",
    "tokens_of",
]

Found = Sequence[tuple[Kind, str, Node | None]]
#: Where a link leads, its place in what was found, and what the rules and the lean model's signs say of it.
Told = tuple[str, int, "RawLink"]
Floats = NDArray[np.floating[Any]]

if TYPE_CHECKING:
    from backlit.ingest.assemble import RawLink

SCORES = ("score_path", "score_near", "score_heading", "score_address", "score_anchor", "score_sides")


class Judged(NamedTuple):
    """How likely a link stands in the main content, and the part of the page that follows from it."""

    p_content: float
    placement: Placement | None


class LinkTokens(NamedTuple):
    """The tokens of a link: of its ancestors from itself outwards, of heading, address and texts."""

    path: tuple[tuple[str, ...], ...]
    heading: frozenset[str]
    address: frozenset[str]
    anchor: frozenset[str]
    sides: frozenset[str]


@dataclass(frozen=True, slots=True)
class Seen:
    """The links of a page that stand in its tree: their ordinals, nodes, facts and addresses."""

    page: Outline
    ordinals: tuple[int, ...]
    at: NDArray[np.int64]
    facts: tuple[LinkFacts, ...]
    hrefs: tuple[str, ...]
    orders: Floats
    #: the weights of each link's path, of what is near it, and of its address
    walked: Floats

    def features(self, wanted: Set[str] | None = None) -> Mapping[str, Floats]:
        """All features but the scores of the tokens, by name; or at least those that are wanted."""
        return link_features(self.page, self.at, self.facts, wanted)


def judged(found: Found, base: str, domain: str, told: Sequence[Told] | None = None) -> dict[int, Judged]:
    """The judgement of every link of a page, by its place in `found`.

    `told` is what was told of those that lead anywhere, where somebody asked already.
    """
    few = len(found) < FEW
    looked = seen(found, base, domain) if told is None or few else _seen_of(found, told, domain)
    if looked is None:
        return {}
    forest, threshold = _model()
    columns = {**looked.features(frozenset(forest.names)), **_scores(looked)}
    chances = chances_of(forest, trained(), columns, looked.orders).tolist()
    rules = [Placement(fact.rule) if fact.rule else None for fact in looked.facts]
    placed = [
        Judged(p, rule if few else decided(rule, p, threshold))
        for p, rule in zip(chances, rules, strict=True)
    ]
    return dict(zip(looked.ordinals, placed, strict=True))


def chances_of(forest: Forest, lean: Lean, columns: Mapping[str, Floats], orders: Floats) -> Floats:
    """The probabilities of content: the mean of the log-odds of the trees and of the lean model."""
    rows = np.column_stack([columns[name] for name in forest.names]).astype(np.float32).astype(np.float64)
    return sigmoid((forest.raw(rows) + lean_logits(lean, columns, orders)) / 2)


def lean_logits(lean: Lean, columns: Mapping[str, Floats], orders: Floats) -> Floats:
    """What the lean model says of the same links."""
    codes = (2 * columns["rule"] + columns["is_running"]).astype(np.intp)
    logits = np.array(lean.rule)[codes]
    for column, steps, values in zip(lean_rows(columns, orders).T, lean.steps, lean.values, strict=True):
        logits += np.array(values)[np.searchsorted(np.array(steps), column)]
    return logits


def lean_rows(columns: Mapping[str, Floats], orders: Floats) -> Floats:
    """The lean model's numbers of each link, a column for each of `NUMBERS`."""
    around = columns["before"] + columns["after"]
    names = ("score_path", "score_near", "score_address", "anchor_chars")
    return np.column_stack(
        [*(columns[n] for n in names), orders, columns["before"], columns["after"], around]
    )


@lru_cache(maxsize=1)
def _model() -> tuple[Forest, float]:
    with np.load(MODEL, allow_pickle=False) as arrays:
        return Forest.unpacked(arrays, "rich"), float(arrays["rich_limit"])


def seen(found: Found, base: str, domain: str) -> Seen | None:
    """What is to be seen of the links of a page; None when it has none in its tree."""
    links = [
        (ordinal, kind, href, node, target)
        for ordinal, (kind, href, node) in enumerate(found)
        if node is not None and (target := resolve(href, base)) is not None
    ]
    if not links:
        return None
    page = outline(_root(links[0][3]))
    links = [link for link in links if link[3].mem_id in page.index]
    if not links:
        return None
    counts = Counter(link[4] for link in links)
    texts, surroundings = Texts(), Surroundings()
    facts, walked = [], []
    for _, kind, href, node, target in links:
        place = surroundings.of(node)
        total, own, parent, grandparent = place.path
        walked.append((total, own + parent + grandparent, address_weight(href)))
        facts.append(_facts(kind, node, target, counts[target], domain, texts, place))
    at = [page.index[link[3].mem_id] for link in links]
    return _looked(
        page, [link[0] for link in links], at, facts, [link[2] for link in links], walked, len(found)
    )


def _seen_of(found: Found, told: Sequence[Told], domain: str) -> Seen | None:
    """The same from what was told of the links, with their signs."""
    nodes = [(found[ordinal][2], ordinal, target, link) for target, ordinal, link in told]
    links = [(node, ordinal, target, link) for node, ordinal, target, link in nodes if node is not None]
    if not links:
        return None
    page = outline(_root(links[0][0]))
    links = [link for link in links if link[0].mem_id in page.index]
    if not links:
        return None
    counts = Counter(target for _, _, target, _ in links)
    facts, walked = [], []
    for _, _, target, link in links:
        assert link.signs is not None  # there are enough links
        walked.append((link.signs[1], link.signs[2], link.signs[3]))
        facts.append(
            LinkFacts(
                external=domain_of_key(page_key(target)) != domain,
                anchor=link.anchor or "",
                same_target=counts[target],
                rule=int(link.placement or 0),
                is_running=bool(int(link.signs[0]) & 1),
                before=link.before or "",
                after=link.after or "",
            )
        )
    at = [page.index[node.mem_id] for node, _, _, _ in links]
    hrefs = [link.href for _, _, _, link in links]
    return _looked(page, [ordinal for _, ordinal, _, _ in links], at, facts, hrefs, walked, len(found))


def _looked(
    page: Outline,
    ordinals: Sequence[int],
    at: Sequence[int],
    facts: Sequence[LinkFacts],
    hrefs: Sequence[str],
    walked: Sequence[tuple[float, float, float]],
    size: int,
) -> Seen:
    orders = np.array(ordinals) / size
    places, sums = np.array(at, np.int64), np.array(walked, np.float64)
    return Seen(page, tuple(ordinals), places, tuple(facts), tuple(hrefs), orders, sums)


def _root(node: Node) -> Node:
    while node.parent is not None:
        node = node.parent
    return node


def _facts(
    kind: Kind, node: Node, target: str, count: int, domain: str, texts: Texts, place: Place
) -> LinkFacts:
    before, after, is_running = texts.around(node)
    return LinkFacts(
        external=domain_of_key(page_key(target)) != domain,
        anchor=texts.inside(node)[0] if kind is Kind.A else "",
        same_target=count,
        rule=int(said(place, is_running=is_running) or 0),
        is_running=is_running,
        before=before,
        after=after,
    )


def tokens_of(looked: Seen, row: int) -> LinkTokens:
    """The tokens of one link of a page."""
    page, fact = looked.page, looked.facts[row]
    node = int(looked.at[row])
    heading = heading_words(page.heading_text.get(int(page.heading[node]), ""))
    path = []
    while node >= 0:
        path.append(element_tokens(page.tags[node], *page.names[node]))
        node = int(page.parent[node])
    own, sides = anchor_words(fact.anchor), side_words(fact.before, fact.after)
    return LinkTokens(tuple(path), heading, address_words(looked.hrefs[row]), own, sides)


def _scores(looked: Seen) -> dict[str, Floats]:
    """The sums of the trained weights, the paths' as the walk up from the links has them already.

    Those of headings are left out: no tree asks for them.
    """
    given = weights()
    anchors = [weigh(anchor_words(fact.anchor), given.anchor) for fact in looked.facts]
    sides = [weigh(side_words(fact.before, fact.after), given.sides) for fact in looked.facts]
    path, near, address = looked.walked.T
    return {
        "score_path": path,
        "score_near": near,
        "score_address": address,
        "score_anchor": np.array(anchors, np.float64),
        "score_sides": np.array(sides, np.float64),
    }


def scores(tokens: Sequence[LinkTokens], given: Weights) -> dict[str, Floats]:
    """The sums of the tokens' weights, a column per group."""
    rows = [
        (
            sum(weigh(element, given.path) for element in link.path),
            sum(weigh(element, given.near) for element in link.path[:NEAR]),
            weigh(link.heading, given.heading),
            weigh(link.address, given.address),
            weigh(link.anchor, given.anchor),
            weigh(link.sides, given.sides),
        )
        for link in tokens
    ]
    table = np.array(rows, np.float64).reshape(len(rows), len(SCORES))
    return {name: table[:, place] for place, name in enumerate(SCORES)}
