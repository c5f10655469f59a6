"""What is a link worth, and how far is that known?"""

from typing import Any

import numpy as np
import pytest

from backlit.model import Kind, Placement, Rel, Robots
from backlit.score.batch import Batch
from backlit.score.links import Links
from backlit.score.value import FACTORS, NARROWS, values_of

TODAY = 20_000.0
KNOWN: dict[str, float] = {
    "kind": Kind.A,
    "authority": 80,
    "placement": Placement.CONTENT,
    "rel": 0,
    "hidden": 0,
    "relevance": 1,
    "external_links": 10,
    "first_seen": TODAY - 365,
    "last_seen": TODAY,
}


def value(**changes: Any) -> tuple[float, float]:
    numbers = {
        name: np.array([float(each)]) for name, each in {**KNOWN, **changes}.items() if each is not None
    }
    spam, unnatural = (numbers.pop(name, np.zeros(1)) for name in ("spam", "unnatural"))
    found = values_of(Batch.whole(Links(1, {}, numbers)), spam, unnatural, TODAY)
    assert list(found.factors) == list(FACTORS)
    assert found.middle[0] == (found.low[0] + found.high[0]) / 2
    return round(float(found.low[0]), 3), round(float(found.high[0]), 3)


def test_a_link_of_which_all_is_known_has_one_value() -> None:
    assert value() == (80, 80)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"rel": Rel.NOFOLLOW}, 8),
        ({"rel": Rel.UGC | Rel.NOFOLLOW}, 4),
        ({"rel": Rel.SPONSORED}, 0),
        ({"placement": Placement.FOOTER}, 8),
        ({"hidden": 1}, 0),
        ({"kind": Kind.CANONICAL}, 0),
        ({"kind": Kind.REDIRECT}, 80),
        ({"relevance": 0.5}, 56),
        ({"external_links": 2000}, 8),
        ({"source_robots": Robots.NOINDEX}, 8),
        ({"unnatural": 75}, 20),
        ({"spam": 50, "unnatural": 50}, 20),
    ],
)
def test_each_factor_takes_its_share(change: dict[str, Any], expected: float) -> None:
    assert value(**change) == (expected, expected)


@pytest.mark.parametrize(
    ("unknown", "low", "high"),
    [
        ("authority", 0, 15),
        ("placement", 8, 80),
        ("rel", 4, 80),
        ("relevance", 32, 80),
        ("external_links", 40, 80),
    ],
)
def test_what_is_not_known_makes_a_range(unknown: str, low: float, high: float) -> None:
    assert value(**{unknown: None}) == (low, high)


def test_what_would_narrow_a_range_is_told() -> None:
    assert set(NARROWS) <= set(FACTORS)


def test_a_link_that_nobody_saw_for_long_may_be_gone_and_a_young_one_sooner() -> None:
    young = value(first_seen=TODAY - 400, last_seen=TODAY - 390)[0]
    old = value(first_seen=TODAY - 4000, last_seen=TODAY - 390)[0]
    assert 60 < young < old < 80


def test_repeated_links_of_a_domain_share_what_two_are_worth_at_most() -> None:
    import pyarrow as pa

    texts = {name: pa.array(["a.example"] * 100) for name in ("source_domain", "source_key")}
    numbers = {name: np.full(100, float(each)) for name, each in KNOWN.items()}
    found = values_of(Batch.whole(Links(100, texts, numbers)), np.zeros(100), np.zeros(100), TODAY)
    assert found.low.sum() == pytest.approx(160)
