"""Does a score stay what it was when the web around it grows, and is its error what the data says?"""

import json
from itertools import pairwise

import numpy as np
import pytest

from backlit.rank.prior import Priors, agreeing, on_own_scale, prior_scores
from backlit.rank.scale import Scale, equated, first_scale, jackknife, panel_of, standing, steady
from tests.unit.graphs import random_graph
from tests.unit.shared import SHARED, needs_shared

RANKS = SHARED / "data" / "ranks" / "commoncrawl"


def test_the_best_has_100_and_the_mean_seed_50() -> None:
    raw = np.array([1e-1, 1e-3, 1e-5, 1e-7, 0.0, 1e-4])
    scale = first_scale(raw, np.array([1, 2, 4]))
    assert (scale.top, scale.decades) == pytest.approx((-1.0, 6.0))
    assert scale.score(raw).tolist() == pytest.approx([100, 200 / 3, 100 / 3, 0, np.nan, 50], nan_ok=True)


def test_domains_at_the_bottom_move_nobody() -> None:
    raw = np.geomspace(1e-1, 1e-6, 50)
    seeds = np.array([3, 20, 31])
    more = np.append(raw, np.full(5000, 1e-9))
    assert first_scale(more, seeds) == first_scale(raw, seeds)
    score = first_scale(raw, seeds).score
    assert standing(score(more))[:30].tolist() == pytest.approx(standing(score(raw))[:30].tolist())


def test_a_scale_has_a_length_even_if_all_seeds_are_alike() -> None:
    assert first_scale(np.array([0.5, 0.5]), np.array([0])).decades == 2
    assert first_scale(np.array([0.5, 0.0]), np.array([1])).decades == 2


def test_equating_keeps_the_quantiles_of_the_panel_and_the_order_of_all() -> None:
    random = np.random.default_rng(0)
    then = random.uniform(5, 95, 1500)
    now = 0.7 * then + 10  # a web that grew: all scores shrank
    assert np.abs(equated(now, now, then) - then).max() < 0.5
    scale = Scale(0.0, 4.0).equated(now, then)
    raw = 10 ** (-4.0 * (1 - now / 100))
    assert np.abs(scale.score(raw) - then).max() < 0.5
    everyone = np.sort(random.uniform(0, 100, 4000))
    moved = equated(everyone, now, then)
    assert (np.diff(moved) >= 0).all()
    assert (moved[0] >= 0, moved[-1] <= 100) == (True, True)
    assert np.isnan(equated(np.array([np.nan]), now, then)).all()


def test_a_panel_is_taken_from_every_power_of_ten() -> None:
    place = np.arange(1, 20_001, dtype=float)
    panel = panel_of([f"d{k}.test" for k in range(20_000)], place)
    decades = np.bincount(np.floor(np.log10(place[panel])).astype(int))
    assert decades.tolist() == [9, 90, 400, 400, 400]
    assert panel.tolist() == sorted(set(panel.tolist()))


def test_standing_counts_those_with_a_score_and_ties_half() -> None:
    found = standing(np.array([50.0, 0.0, np.nan, 20.0, 20.0]))
    assert found.tolist() == pytest.approx([250 / 3, 0, np.nan, 100 / 3, 100 / 3], nan_ok=True)


def test_the_error_is_the_jackknife_of_the_parts() -> None:
    parts = [random_graph(k, 20, 60) for k in range(4)]
    scores = {id(part): np.array([10.0 + k, 5.0, np.nan]) for k, part in enumerate(parts)}
    error = jackknife(lambda part: scores[id(part)], parts)
    assert error.tolist() == pytest.approx([np.sqrt(3 / 4 * 5), 0, 0])


def test_a_number_that_moved_within_its_error_is_shown_as_before() -> None:
    nan = np.nan
    score, shown = np.array([51.0, 53.0, 51.0, 51.0, nan]), np.array([50.0, 50.0, nan, 50.0, 50.0])
    error = np.array([1.0, 1.0, 1.0, nan, 1.0])
    np.testing.assert_array_equal(steady(score, shown, error), [50.0, 53.0, 51.0, 51.0, nan])


def test_priors_say_how_near_a_domain_is_next_to_the_best() -> None:
    harmonic = {"a.test": 3e7, "b.test": 1.5e7, "c.test": 3.0}
    scores = prior_scores(Priors("e", harmonic, {}))
    assert scores == pytest.approx({"a.test": 100.0, "b.test": 50.0, "c.test": 1e-5})
    assert agreeing(Priors("e", {}, {"a.test": (1, 1), "b.test": (1, 9999)})) == ["a.test"]
    assert prior_scores(Priors(None, {}, {})) == {}


def test_priors_are_read_on_the_scale_of_the_index() -> None:
    names = [f"d{k}.test" for k in range(200)]
    theirs = {name: 40 + 0.3 * k for k, name in enumerate(names)}
    own = np.arange(200) / 2.0
    own[120] = np.nan
    assert on_own_scale(theirs, names, own)["d120.test"] == pytest.approx(60, abs=1)
    assert on_own_scale(theirs, names[:20], own[:20]) == theirs


#: In the order of time.
EDITIONS = (
    *("2024-nov-feb-apr", "2024-feb-apr-may", "2024-apr-may-jun", "2024-may-jun-jul", "2024-jun-jul-aug"),
    *("2024-jul-aug-sep", "2024-aug-sep-oct", "2024-sep-oct-nov", "2024-oct-nov-dec"),
    *("2024-25-nov-dec-jan", "2024-25-dec-jan-feb"),
)


def published(edition: str) -> Priors:
    """The top 1,000 domains, best first."""
    rows = json.loads((RANKS / f"domain-cc-main-{edition}.json").read_text())["rows"]
    places = {row[4]: (int(row[0]), int(row[2])) for row in rows}
    return Priors(edition, {row[4]: float(row[1]) for row in rows}, places)


@pytest.mark.shared
@needs_shared
def test_the_order_of_a_published_edition_is_kept() -> None:
    found = published(EDITIONS[-1])
    scores = prior_scores(found)
    assert len(scores) >= 990
    assert sorted(scores, key=lambda name: -scores[name]) == list(found.places)


@pytest.mark.shared
@needs_shared
@pytest.mark.parametrize(("before", "after"), list(pairwise(EDITIONS)))
def test_scores_are_stable_from_one_edition_to_the_next(before: str, after: str) -> None:
    then, now = (prior_scores(published(name)) for name in (before, after))
    both = sorted(set(then) & set(now))
    assert len(both) > 750
    old, new = (np.array([scores[name] for name in both]) for scores in (then, now))
    moved = np.abs(equated(new, new, old) - old) > 3
    assert moved.mean() <= 0.02
