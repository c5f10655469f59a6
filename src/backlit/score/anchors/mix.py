"""How do the domains that link call a site, is that one voice or many, and is it like its peers?

Every domain has one vote, whatever the number of its links: for the class it uses most, split evenly where
several are level. The same holds for wordings, spellings of the same words being one. There is no share of
keyword anchors that is natural everywhere: where peers are given, a class stands out when it is above the
95th percentile of theirs with 95 % certainty (beta posterior of the votes with Jeffreys' prior). Without
peers three thresholds from the trade's experience serve as a sketch, and the answer says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, lgamma, log, log1p

import numpy as np
from numpy.typing import NDArray

from backlit.score.anchors.kinds import AnchorKind, class_name
from backlit.score.diversity import effective_number, shannon

__all__ = ["AnchorMix", "ClassShare", "Outlier", "Votes", "anchor_mix", "beta_above", "outliers", "sketch"]

#: Votes below which one domain more or less decides everything.
LEAST_VOTES = 20
#: Peers below which their 95th percentile is the largest of them and little more.
LEAST_PEERS = 10
CERTAIN, PERCENTILE = 0.95, 95
#: Classes that carry no words of their own choice: a name, an address, or no text at all.
PLAIN = frozenset(
    (AnchorKind.BRAND, AnchorKind.NAKED_URL, AnchorKind.EMPTY, AnchorKind.IMAGE_NOALT, AnchorKind.IMAGE)
)

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Votes:
    """What is counted, row by row of a domain and a text: all of the same length."""

    domains: Ints  # numbers of domains from 0
    links: Ints
    kinds: Ints  # of AnchorKind
    money: NDArray[np.bool_]
    wordings: Ints  # numbers of wordings from 0: texts that are spellings of the same words share one


@dataclass(frozen=True, slots=True)
class ClassShare:
    """One class: its share of the domains' votes with an interval of 95 %, and of the links."""

    name: str
    share: float
    low: float
    high: float
    of_links: float


@dataclass(frozen=True, slots=True)
class AnchorMix:
    """The anchors of a profile. Shares are 0 to 1; `top` is the most used wording that is not plain."""

    domains: int
    links: int
    classes: tuple[ClassShare, ...]
    money: ClassShare
    wordings: int
    #: Shannon's entropy of wordings in nats, and the number of equally frequent wordings as varied
    entropy: float
    effective: float
    #: number of a wording and its share of the votes; None where all anchors are plain
    top: tuple[int, float] | None

    def share(self, name: str) -> float:
        """The share of a class; 0 where no domain votes for it."""
        return next((each.share for each in self.classes if each.name == name), 0.0)


def anchor_mix(votes: Votes) -> AnchorMix | None:
    """The mix of a profile; None where it has no link."""
    if not len(votes.domains):
        return None
    number = int(votes.domains.max()) + 1
    by_class = _shares(votes, votes.kinds, number)
    of_links = np.bincount(votes.kinds, votes.links, minlength=len(by_class)) / votes.links.sum()
    paid = _shares(votes, votes.money.astype(np.int64), number, size=2)[1]
    by_wording = _shares(votes, votes.wordings, number)
    held = by_wording[by_wording > 0]
    kinds = [kind for kind in AnchorKind if kind < len(by_class) and of_links[kind] > 0]
    told = [_told(class_name(kind), by_class[kind], number, of_links[kind]) for kind in kinds]
    money_links = float(votes.links[votes.money].sum() / votes.links.sum())
    return AnchorMix(
        number,
        int(votes.links.sum()),
        tuple(sorted(told, key=lambda each: (-each.share, each.name))),
        _told("money", paid, number, money_links),
        len(held),
        shannon(held),
        effective_number(held),
        _top(votes, by_wording),
    )


def _shares(votes: Votes, of: Ints, number: int, size: int | None = None) -> Floats:
    """The share of the domains' votes for each value of a column: a domain's goes to the value that most of
    its links have, in even parts where several are level."""
    width = max(int(of.max()) + 1, size or 0)
    pairs, where = np.unique(votes.domains * width + of, return_inverse=True)
    links = np.bincount(where, votes.links)
    domains = pairs // width
    most = np.zeros(number)
    np.maximum.at(most, domains, links)
    wins = links == most[domains]
    parts = wins / np.bincount(domains, wins, minlength=number)[domains]
    shares: Floats = np.bincount(pairs % width, parts, minlength=width) / number
    return shares


def _told(name: str, share: float, number: int, of_links: float) -> ClassShare:
    low, high = beta_interval(share * number, number)
    return ClassShare(name, float(share), low, high, float(of_links))


def _top(votes: Votes, by_wording: Floats) -> tuple[int, float] | None:
    plain = np.isin(votes.kinds, [int(kind) for kind in PLAIN])
    own = np.unique(votes.wordings[~plain])
    if not len(own):
        return None
    best = int(own[np.argmax(by_wording[own])])
    return best, float(by_wording[best])


# beside peers ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Outlier:
    """A class whose share is above what peers have; `certainty` is that it is above `bound`, 0 to 1."""

    name: str
    share: float
    bound: float
    certainty: float


def outliers(mix: AnchorMix, peers: Sequence[Mapping[str, float]]) -> list[Outlier] | None:
    """The classes, and money, of which a profile has more than 95 in 100 peers, surely.

    `peers` are shares of the votes by class, and of `money`; a missing class is 0. None where there are fewer
    than ten of them or fewer than twenty votes: nothing can be said then.
    """
    if len(peers) < LEAST_PEERS or mix.domains < LEAST_VOTES:
        return None
    found = []
    for each in (*mix.classes, mix.money):
        bound = float(np.percentile([peer.get(each.name, 0.0) for peer in peers], PERCENTILE))
        certainty = beta_above(each.share * mix.domains, mix.domains, bound)
        if certainty > CERTAIN:
            found.append(Outlier(each.name, each.share, bound, certainty))
    return sorted(found, key=lambda each: (-each.certainty, each.name))


def distance(mix: AnchorMix, peers: Sequence[Mapping[str, float]]) -> float:
    """How far the classes are from those of all peers together: Jensen–Shannon distance, 0 to 1."""
    names = sorted(
        {each.name for each in mix.classes} | {name for peer in peers for name in peer} - {"money"}
    )
    own = np.array([mix.share(name) for name in names])
    pooled = np.array([np.mean([peer.get(name, 0.0) for peer in peers]) for name in names])
    middle = (own + pooled) / 2
    return float(np.sqrt(max(0.0, (_divergence(own, middle) + _divergence(pooled, middle)) / 2)))


def _divergence(p: Floats, q: Floats) -> float:
    some = p > 0
    return float((p[some] * np.log2(p[some] / q[some])).sum())


#: What people who look at profiles for a living hold for unusual: a share of plain anchors below, of money
#: above, and far above. No study stands behind them.
FEW_PLAIN, SOME_MONEY, MUCH_MONEY, MOST_MONEY = 0.40, 0.10, 0.25, 0.50


def sketch(mix: AnchorMix) -> tuple[str, str] | None:
    """A level ("look" or "info") and a sentence, by thresholds of the trade; None with too few votes."""
    if mix.domains < LEAST_VOTES:
        return None
    plain = sum(mix.share(class_name(kind)) for kind in PLAIN)
    by = "There are no peers to compare with; by the trade's experience "
    if mix.money.low > MOST_MONEY:
        return (
            "look",
            f"{by}more than half of the domains with a buyer's words is far from what grows by itself.",
        )
    if mix.money.low > MUCH_MONEY:
        return "look", f"{by}more than a quarter of the domains with a buyer's words is worth a look."
    if mix.money.low > SOME_MONEY and beta_interval(plain * mix.domains, mix.domains)[1] < FEW_PLAIN:
        return (
            "look",
            f"{by}more words of a buyer than a tenth, and few names and addresses, are worth a look.",
        )
    return "info", f"{by}nothing stands out."


# the beta distribution -------------------------------------------------------


def beta_above(votes: float, of: float, bound: float) -> float:
    """The probability that the share behind so many votes is above a bound, by Jeffreys' prior."""
    if bound <= 0:
        return 1.0
    return 0.0 if bound >= 1 else 1 - _incomplete(votes + 0.5, of - votes + 0.5, bound)


def beta_interval(votes: float, of: float) -> tuple[float, float]:
    """Where the share behind so many votes lies with 95 %: equal tails of the beta posterior."""
    a, b = votes + 0.5, of - votes + 0.5
    low = 0.0 if votes <= 0 else _quantile(a, b, 0.025)
    return low, 1.0 if votes >= of else _quantile(a, b, 0.975)


def _quantile(a: float, b: float, at: float) -> float:
    low, high = 0.0, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if _incomplete(a, b, middle) < at else (low, middle)
    return (low + high) / 2


#: What stands for a zero that would be divided by, and a change that is none.
_TINY, _EXACT = 1e-300, 1e-15


def _incomplete(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function I_x(a, b), 0 < x < 1, by its continued fraction."""
    if x > (a + 1) / (a + b + 2):
        return 1 - _incomplete(b, a, 1 - x)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)) / a
    # The fraction 1/(1+ d1/(1+ d2/(1+ …))) from its front, by Lentz's method, until a term changes nothing:
    # below the mean some dozens do, of which there are never more than some √(a + b).
    value, above, below = 1.0, 1.0, 0.0
    for n in range(1, max(200, int(3 * (a + b) ** 0.5)) + 1):
        coefficient = _coefficient(a, b, x, n)
        below = 1 / ((1 + coefficient * below) or _TINY)
        above = (1 + coefficient / above) or _TINY
        value *= above * below
        if abs(above * below - 1) < _EXACT:
            break
    return front / value


def _coefficient(a: float, b: float, x: float, n: int) -> float:
    m = n // 2
    if n % 2:
        return -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
    return m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
