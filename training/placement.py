"""How was the placement model made? Tokens are weighed first, then trees are grown on their sums.

The weights that a tree sees come from pages of other domains than its own, as they will in use. The
figures are cross-validated: everything that is learned or chosen, thresholds too, comes from domains
other than those it is judged on. The models that ship are then learned from all of them.
"""

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import log
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from backlit.ingest.placement.lean import NUMBERS, RULES, Lean
from backlit.ingest.placement.rich import (
    SCORES,
    LinkTokens,
    chances_of,
    lean_logits,
    lean_rows,
    scores,
    tokens_of,
)
from backlit.ingest.placement.tokens import MODEL, NEAR, Weights
from backlit.ingest.placement.trees import Forest, sigmoid
from training.boosting import Floats, forest_of, grown, stumps_of, written
from training.corpus import Labelled, digest, labelled, pages
from training.figures import auc, best_threshold, f1, figures

__all__ = ["main"]

SEED = 7
FOLDS, INNER_FOLDS = 5, 3
#: A token is weighed when it stands on pages of so many domains.
TOKEN_DOMAINS = 5
#: Strength of the penalty on weights (inverse, as scikit-learn has it); smaller weights are dropped.
PENALTY, LEAST_WEIGHT = 0.05, 0.004
#: Links to other domains are what counts: they weigh so much more than internal ones.
EXTERNAL_WEIGHT = 4.0
#: A label that models of other domains find less likely than this is not learned from: two in five of
#: such contradictions are mistakes of the marking.
UNLIKELY = 0.1
#: How much a page of many links counts: the links of a page weigh as if they were this power of them.
PAGE_POWER = 0.25
#: The features that the trees use: the best so many of a first, shorter growth.
FEATURES, FIRST_ROUNDS = 48, 60
RICH = {"learning_rate": 0.05, "num_leaves": 10, "min_data_in_leaf": 60, "feature_fraction": 0.3}
RICH_ROUNDS = 180
LEAN = {"learning_rate": 0.1, "num_leaves": 2, "min_data_in_leaf": 60, "feature_fraction": 0.8}
LEAN_ROUNDS = 300

#: The weight of what is not learned from: trees need one above zero.
NOTHING = 1e-9

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Links:
    """The labelled links of many pages, in rows."""

    columns: dict[str, Floats]
    tokens: list[LinkTokens]
    is_content: Bools
    doubtful: Bools
    external: Bools
    other_host: Bools
    domains: Ints
    pages: Ints
    orders: Floats
    types: NDArray[np.str_]

    def weight(self) -> Floats:
        """Long pages count by a root of their links; what contradicts itself does not count."""
        on_page = np.bincount(self.pages)[self.pages] * 1.0
        known = np.where(self.doubtful, NOTHING, 1.0)
        return np.asarray(
            known * np.where(self.external, EXTERNAL_WEIGHT, 1.0) * on_page ** (PAGE_POWER - 1), np.float64
        )

    def part(self, rows: Ints) -> "Links":
        """Some of the rows."""
        columns = {name: column[rows] for name, column in self.columns.items()}
        tokens = [self.tokens[row] for row in rows.tolist()]
        return Links(
            columns,
            tokens,
            is_content=self.is_content[rows],
            doubtful=self.doubtful[rows],
            external=self.external[rows],
            other_host=self.other_host[rows],
            domains=self.domains[rows],
            pages=self.pages[rows],
            orders=self.orders[rows],
            types=self.types[rows],
        )


def gathered(of_pages: Sequence[Labelled]) -> Links:
    """The labelled links of pages."""
    names = sorted({page.page.domain for page in of_pages})
    place = {name: at for at, name in enumerate(names)}
    parts, tokens = [], []
    for page in of_pages:
        rows = np.array(page.rows)
        parts.append({name: column[rows] for name, column in page.seen.features().items()})
        tokens += [tokens_of(page.seen, row) for row in page.rows]
    columns = {name: np.concatenate([part[name] for part in parts]) for name in sorted(parts[0])}
    sizes = [len(page.rows) for page in of_pages]
    return Links(
        columns,
        tokens,
        np.concatenate([page.is_content for page in of_pages]),
        np.concatenate([page.doubtful for page in of_pages]),
        columns["external"] > 0,
        np.concatenate([page.other_host for page in of_pages]),
        np.repeat([place[page.page.domain] for page in of_pages], sizes),
        np.repeat(np.arange(len(of_pages)), sizes),
        np.concatenate([page.seen.orders[np.array(page.rows)] for page in of_pages]),
        np.repeat([page.page.type for page in of_pages], sizes),
    )


_GROUPS: dict[str, Callable[[LinkTokens], Sequence[str]]] = {
    "path": lambda link: [token for element in link.path for token in element],
    "near": lambda link: [token for element in link.path[:NEAR] for token in element],
    "heading": lambda link: sorted(link.heading),
    "address": lambda link: sorted(link.address),
    "anchor": lambda link: sorted(link.anchor),
    "sides": lambda link: sorted(link.sides),
}


class Counts:
    """How often each token is said of each link, group by group, with the tokens of few domains left out."""

    def __init__(self, links: Links) -> None:
        self._links, self._weight = links, links.weight()
        self._groups = {name: _counted(links, spoken) for name, spoken in _GROUPS.items()}

    def weights(self, rows: Ints) -> Weights:
        """Weights learned from some rows."""
        labels, weight = self._links.is_content[rows], self._weight[rows]
        groups = self._groups.values()
        return Weights(
            *(_weighed(names, counts[rows], labels, weight / weight.mean()) for names, counts in groups)
        )

    def apart(self, rows: Ints, fold: Ints) -> dict[str, Floats]:
        """The scores of some rows, those of each fold by weights of the others."""
        summed: dict[str, Floats] = {name: np.zeros(len(rows)) for name in SCORES}
        for at in np.unique(fold):
            held = np.flatnonzero(fold == at)
            given = self.weights(rows[fold != at])
            for name, column in self.scores(rows[held], given).items():
                summed[name][held] = column
        return summed

    def scores(self, rows: Ints, given: Weights) -> dict[str, Floats]:
        """The scores of some rows by given weights."""
        return scores([self._links.tokens[row] for row in rows.tolist()], given)


def _counted(
    links: Links, spoken: Callable[[LinkTokens], Sequence[str]]
) -> tuple[list[str], sparse.csr_matrix]:
    domains: dict[str, set[int]] = {}
    said = [spoken(link) for link in links.tokens]
    for tokens, domain in zip(said, links.domains.tolist(), strict=True):
        for token in set(tokens):
            domains.setdefault(token, set()).add(domain)
    names = sorted(token for token, where in domains.items() if len(where) >= TOKEN_DOMAINS)
    place = {token: at for at, token in enumerate(names)}
    pairs = [(row, place[token]) for row, tokens in enumerate(said) for token in tokens if token in place]
    rows, columns = zip(*pairs, strict=True)
    shape = (len(said), len(names))
    return names, sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=shape)


def _weighed(names: list[str], counts: sparse.csr_matrix, labels: Bools, weight: Floats) -> dict[str, float]:
    model = LogisticRegression(C=PENALTY, solver="liblinear", random_state=SEED, max_iter=200)
    model.fit(counts, labels, sample_weight=weight)
    learned = zip(names, model.coef_[0].tolist(), strict=True)
    return {name: round(value, 4) for name, value in learned if abs(value) >= LEAST_WEIGHT}


def folds(domains: Ints, count: int, seed: int) -> Ints:
    """The fold of each row, whole domains together."""
    order = np.random.default_rng(seed).permutation(int(domains.max()) + 1)
    return np.asarray(order[domains] % count, np.int64)


@dataclass(frozen=True, slots=True)
class Model:
    """What is learned from some rows."""

    weights: Weights
    rich: Forest
    lean: Lean

    def chances(self, links: Links, summed: dict[str, Floats]) -> tuple[Floats, Floats]:
        """The probabilities of the rich and of the lean model; `summed` are the scores by its weights."""
        columns = {**links.columns, **summed}
        rich = chances_of(self.rich, self.lean, columns, links.orders)
        return rich, sigmoid(lean_logits(self.lean, columns, links.orders))


def learned(links: Links, counts: Counts, rows: Ints) -> Model:
    """Weights, then both models on sums of weights that were learned from other domains."""
    part = links.part(rows)
    fold = folds(part.domains, INNER_FOLDS, SEED + 1)
    columns = {**part.columns, **counts.apart(rows, fold)}
    names = sorted(columns)
    table = np.column_stack([columns[name] for name in names])
    weight = np.where(_unlikely(table, part, fold), NOTHING, part.weight())
    first = grown(table, part.is_content, weight, FIRST_ROUNDS, SEED, **RICH)
    best = np.argsort(-first.feature_importance("gain"), kind="stable")[:FEATURES]
    chosen = sorted(best.tolist(), key=names.__getitem__)
    trees = grown(table[:, chosen], part.is_content, weight, RICH_ROUNDS, SEED, **RICH)
    rich = forest_of(trees, [names[at] for at in chosen])
    return Model(counts.weights(rows), rich, _lean(part, columns, weight))


def _unlikely(table: Floats, links: Links, fold: Ints) -> Bools:
    """Whose label would surprise a model of the other folds' domains very much?"""
    chance = np.zeros(len(table))
    for at in range(INNER_FOLDS):
        others, held = fold != at, fold == at
        trees = grown(
            table[others], links.is_content[others], links.weight()[others], FIRST_ROUNDS, SEED, **RICH
        )
        chance[held] = np.asarray(trees.predict(table[held].astype(np.float32), num_threads=1))
    return np.asarray(np.where(links.is_content, chance, 1 - chance) < UNLIKELY, np.bool_)


def _rule_codes(links: Links) -> Ints:
    return np.asarray(2 * links.columns["rule"] + links.columns["is_running"], np.int64)


def _rule_design(codes: Ints) -> Floats:
    """One column for each rule, each code, and running text."""
    rules = [codes // 2 == rule for rule in range(RULES // 2)]
    return np.column_stack([*rules, *(codes == code for code in range(RULES)), codes % 2 == 1]) * 1.0


def _lean(links: Links, columns: dict[str, Floats], weight: Floats) -> Lean:
    codes, table = _rule_codes(links), lean_rows(columns, links.orders)
    design = np.column_stack([table, _rule_design(codes)])
    stumps = stumps_of(grown(design, links.is_content, weight, LEAN_ROUNDS, SEED, **LEAN))
    steps, values = [], []
    for number in range(len(NUMBERS)):
        own = [stump for stump in stumps if stump[0] == number]
        limits = sorted({limit for _, limit, _, _ in own})
        steps.append(limits)
        values.append(
            [sum(low if at <= limit else high for _, limit, low, high in own) for at in [*limits, np.inf]]
        )
    every = _rule_design(np.arange(RULES))
    others = [
        (feature - len(NUMBERS), limit, low, high)
        for feature, limit, low, high in stumps
        if feature >= len(NUMBERS)
    ]
    rule = [
        sum(low if row[feature] <= limit else high for feature, limit, low, high in others) for row in every
    ]
    return Lean(rule, steps, values, 0.0)


def cross_validated(links: Links, counts: Counts, fold: Ints) -> tuple[Floats, Floats]:
    """The chances of each link by models that saw none of its domain."""
    rich, lean = np.zeros(len(fold)), np.zeros(len(fold))
    for at in range(FOLDS):
        held = np.flatnonzero(fold == at)
        model = learned(links, counts, np.flatnonzero(fold != at))
        rich[held], lean[held] = model.chances(links.part(held), counts.scores(held, model.weights))
    return rich, lean


def _limits(links: Links, chance: Floats, fold: Ints) -> tuple[float, Floats]:
    """The threshold to ship, and for each link one chosen without its fold: what it is judged by."""
    truth, external = links.is_content, links.external
    apart = np.zeros(len(fold))
    for at in range(FOLDS):
        others = external & (fold != at)
        apart[fold == at] = best_threshold(truth[others], chance[others])
    return best_threshold(truth[external], chance[external]), apart


def _rules(links: Links) -> Floats:
    """The rules alone, as a chance: what the models are compared with."""
    return np.asarray(links.columns["rule"] == 1, np.float64)


def _report(links: Links, judged: dict[str, tuple[Floats, Floats]]) -> dict[str, Any]:
    scopes = {
        "external": links.external,
        "other_host": links.other_host | links.external,
        "all": np.ones(len(links.tokens), bool),
    }
    found: dict[str, Any] = {}
    for name, (chance, limits) in judged.items():
        for scope, chosen in scopes.items():
            truth, domains = links.is_content[chosen], links.domains[chosen]
            said = chance[chosen] >= limits[chosen]
            found.setdefault(name, {})[scope] = figures(truth, said, chance[chosen], domains, SEED)
    return found


def _by_type(links: Links, chance: Floats, limits: Floats) -> dict[str, Any]:
    """The rich model's figures on external links, one page type at a time."""
    found = {}
    for kind in np.unique(links.types).tolist():
        rows = links.external & (links.types == kind)
        truth, said = links.is_content[rows], chance[rows] >= limits[rows]
        found[kind] = {
            "links": int(rows.sum()),
            "content_share": round(float(truth.mean()), 3),
            "f1": round(f1(truth, said), 3),
            "auc": round(auc(truth, chance[rows]), 3),
        }
    return found


def main() -> None:
    """Judge by cross-validation, learn from everything, and write the model with its figures beside it."""
    links = gathered([page for page in map(labelled, pages()) if page is not None])
    counts, fold = Counts(links), folds(links.domains, FOLDS, SEED)
    rich, lean = cross_validated(links, counts, fold)
    rich_limit, rich_limits = _limits(links, rich, fold)
    lean_limit, lean_limits = _limits(links, lean, fold)
    model = learned(links, counts, np.arange(len(links.tokens)))
    least = log(lean_limit / (1 - lean_limit))
    shipped = Lean(model.lean.rule, model.lean.steps, model.lean.values, least)
    packed = {**model.weights.packed(), **model.rich.packed("rich"), **shipped.packed()}
    written(MODEL, {**packed, "rich_limit": np.array(rich_limit)})
    half = np.full(len(fold), 0.5)
    judged = {"rules": (_rules(links), half), "lean": (lean, lean_limits), "rich": (rich, rich_limits)}
    report = {
        "corpus_sha256": digest(),
        "seed": SEED,
        "folds": FOLDS,
        "thresholds": {"rich": rich_limit, "lean": lean_limit},
        "cross_validated": _report(links, judged),
        "rich_by_page_type": _by_type(links, rich, rich_limits),
        "features": list(model.rich.names),
    }
    MODEL.with_name("figures.json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
