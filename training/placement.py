"""How was the placement model made? Tokens are weighed first, then trees are grown on their sums.

The weights that a tree sees come from pages of other domains than its own, as they will in use. One
domain in five is never touched; thresholds come from cross-validation over the other four.
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
from training.corpus import HELD_OUT, Labelled, digest, is_held_out, labelled, pages
from training.figures import best_threshold, figures

__all__ = ["main"]

SEED = 7
FOLDS, INNER_FOLDS = 5, 3
#: A token is weighed when it stands on pages of so many domains.
TOKEN_DOMAINS = 5
#: Strength of the penalty on weights (inverse, as scikit-learn has it); smaller weights are dropped.
PENALTY, LEAST_WEIGHT = 0.05, 0.004
#: Links to other domains are what counts: they weigh so much more than internal ones.
EXTERNAL_WEIGHT = 4.0
#: The features that the trees use: the best so many of a first, shorter growth.
FEATURES, FIRST_ROUNDS = 48, 60
RICH = {"learning_rate": 0.05, "num_leaves": 10, "min_data_in_leaf": 60, "feature_fraction": 0.3}
RICH_ROUNDS = 180
LEAN = {"learning_rate": 0.1, "num_leaves": 2, "min_data_in_leaf": 60, "feature_fraction": 0.8}
LEAN_ROUNDS = 300

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
    domains: Ints
    pages: Ints
    orders: Floats
    types: NDArray[np.str_]

    def weight(self) -> Floats:
        """Long pages count by the root of their links; what contradicts itself does not count."""
        on_page = np.bincount(self.pages)[self.pages]
        known = np.where(self.doubtful, 1e-9, 1.0)
        return np.asarray(
            known * np.where(self.external, EXTERNAL_WEIGHT, 1.0) / np.sqrt(on_page), np.float64
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
        hrefs = [page.seen.hrefs[row] for row in page.rows]
        tokens += tokens_of(page.seen.page, page.seen.at[rows], hrefs)
    columns = {name: np.concatenate([part[name] for part in parts]) for name in sorted(parts[0])}
    sizes = [len(page.rows) for page in of_pages]
    return Links(
        columns,
        tokens,
        np.concatenate([page.is_content for page in of_pages]),
        np.concatenate([page.doubtful for page in of_pages]),
        columns["external"] > 0,
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
}


class Counts:
    """How often each token is said of each link, group by group, with the tokens of few domains left out."""

    def __init__(self, links: Links) -> None:
        self._groups = {name: _counted(links, spoken) for name, spoken in _GROUPS.items()}

    def weights(self, links: Links, rows: Ints) -> Weights:
        """Weights learned from some rows."""
        weight = links.weight()[rows]
        return Weights(
            *(
                _weighed(names, counts[rows], links.is_content[rows], weight / weight.mean())
                for names, counts in self._groups.values()
            )
        )


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

    def chances(self, links: Links) -> tuple[Floats, Floats]:
        """The probabilities of the rich and of the lean model."""
        columns = {**links.columns, **scores(links.tokens, self.weights)}
        rich = chances_of(self.rich, self.lean, columns, links.orders)
        return rich, sigmoid(lean_logits(self.lean, columns, links.orders))


def learned(links: Links) -> Model:
    """Weights, then both models on sums of weights that were learned from other domains."""
    counts, every = Counts(links), np.arange(len(links.tokens))
    fold = folds(links.domains, INNER_FOLDS, SEED + 1)
    summed = {name: np.zeros(len(every)) for name in SCORES}
    for at in range(INNER_FOLDS):
        held = every[fold == at]
        given = counts.weights(links, every[fold != at])
        for name, column in scores([links.tokens[row] for row in held.tolist()], given).items():
            summed[name][held] = column
    columns = {**links.columns, **summed}
    return Model(counts.weights(links, every), _rich(links, columns), _lean(links, columns))


def _rich(links: Links, columns: dict[str, Floats]) -> Forest:
    names = sorted(columns)
    weight = links.weight()
    table = np.column_stack([columns[name] for name in names])
    first = grown(table, links.is_content, weight, FIRST_ROUNDS, SEED, **RICH)
    best = np.argsort(-first.feature_importance("gain"), kind="stable")[:FEATURES]
    chosen = sorted(names[at] for at in best.tolist())
    table = np.column_stack([columns[name] for name in chosen])
    return forest_of(grown(table, links.is_content, weight, RICH_ROUNDS, SEED, **RICH), chosen)


def _rule_codes(links: Links) -> Ints:
    return np.asarray(2 * links.columns["rule"] + links.columns["is_running"], np.int64)


def _rule_design(codes: Ints) -> Floats:
    """One column for each rule, each code, and running text."""
    rules = [codes // 2 == rule for rule in range(RULES // 2)]
    return np.column_stack([*rules, *(codes == code for code in range(RULES)), codes % 2 == 1]) * 1.0


def _lean(links: Links, columns: dict[str, Floats]) -> Lean:
    codes, table = _rule_codes(links), lean_rows(columns, links.orders)
    design = np.column_stack([table, _rule_design(codes)])
    stumps = stumps_of(grown(design, links.is_content, links.weight(), LEAN_ROUNDS, SEED, **LEAN))
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


def cross_validated(links: Links) -> tuple[Floats, Floats]:
    """The chances of each link by models that saw none of its domain."""
    fold = folds(links.domains, FOLDS, SEED)
    rich, lean = np.zeros(len(fold)), np.zeros(len(fold))
    for at in range(FOLDS):
        held = np.flatnonzero(fold == at)
        rich[held], lean[held] = learned(links.part(np.flatnonzero(fold != at))).chances(links.part(held))
    return rich, lean


def _rules(links: Links) -> Floats:
    """The rules alone, as a chance: what the models are compared with."""
    return np.asarray(links.columns["rule"] == 1, np.float64)


def _report(links: Links, chances: dict[str, tuple[Floats, float]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, (chance, threshold) in chances.items():
        for scope, chosen in (("external", links.external), ("all", np.ones(len(links.tokens), bool))):
            truth, domains = links.is_content[chosen], links.domains[chosen]
            found.setdefault(name, {})[scope] = figures(truth, chance[chosen], domains, threshold, SEED)
    return found


def main() -> None:
    """Train, judge, and write the model with its figures beside it."""
    known = [page for page in map(labelled, pages()) if page is not None]
    train = gathered([page for page in known if not is_held_out(page.page.domain)])
    held = gathered([page for page in known if is_held_out(page.page.domain)])
    rich, lean = cross_validated(train)
    external = train.external
    limits = [best_threshold(train.is_content[external], chance[external]) for chance in (rich, lean)]
    model = learned(train)
    shipped = Lean(model.lean.rule, model.lean.steps, model.lean.values, log(limits[1] / (1 - limits[1])))
    packed = {**model.weights.packed(), **model.rich.packed("rich"), **shipped.packed()}
    written(MODEL, {**packed, "rich_limit": np.array(limits[0])})
    held_rich, held_lean = model.chances(held)
    report = {
        "corpus_sha256": digest(),
        "seed": SEED,
        "held_out_domains": f"one in {HELD_OUT}",
        "thresholds": {"rich": limits[0], "lean": limits[1]},
        "cross_validated": _report(
            train, {"rules": (_rules(train), 0.5), "lean": (lean, limits[1]), "rich": (rich, limits[0])}
        ),
        "held_out": _report(
            held,
            {"rules": (_rules(held), 0.5), "lean": (held_lean, limits[1]), "rich": (held_rich, limits[0])},
        ),
        "features": list(model.rich.names),
    }
    MODEL.with_name("figures.json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    shown = {name: report[name] for name in ("thresholds", "cross_validated", "held_out")}
    sys.stdout.write(json.dumps(shown, indent=1) + "\n")


if __name__ == "__main__":
    main()
