"""Is the table of markers whole, and do the rules of readings hold whatever the weights are?"""

import numpy as np
import pytest

from backlit.score.checks import checks
from backlit.score.findings import CLAUSES, FAMILIES, HARD, LIMIT, Marker, markers, weighted
from backlit.score.readings import Reading
from backlit.score.spam import SPAM
from backlit.score.unnatural import UNNATURAL

READINGS = (SPAM, UNNATURAL)


def seen(**strengths: float) -> dict[str, np.ndarray]:
    """One link on which some markers are seen, and nothing else is known."""
    return {marker.code: np.array([strengths.get(marker.code, np.nan)]) for marker in weighted()}


def score(reading: Reading, **strengths: float) -> float:
    return float(reading.scores(seen(**strengths))[0])


def test_every_marker_has_its_own_name_a_known_family_and_clause() -> None:
    table = markers().values()
    assert len(table) >= 99
    assert len({marker.id for marker in table}) == len(table)
    assert {marker.family for marker in table} == set(FAMILIES)
    assert {marker.policy for marker in table} - {None} <= set(CLAUSES)
    assert {marker.level for marker in table} == {"look", "info"}
    assert [marker.code for marker in table if not marker.needs] == []


def test_about_forty_markers_are_active_each_with_a_check() -> None:
    assert len(weighted()) >= 40
    assert list(checks()) == [marker.code for marker in weighted()]
    assert {marker.family for marker in weighted()} >= set("ABCDEFHNW")


@pytest.mark.parametrize("marker", weighted(), ids=lambda marker: marker.id)
def test_what_an_active_marker_says_is_a_sentence_and_has_a_remedy(marker: Marker) -> None:
    assert marker.sentence.endswith(".")
    assert marker.clears.endswith((".", "made.")) or min(marker.spam or 0, marker.unnatural or 0) < 0


@pytest.mark.parametrize("marker", weighted(), ids=lambda marker: marker.id)
def test_no_weak_marker_alone_goes_above_the_limit(marker: Marker) -> None:
    for reading in READINGS:
        found = score(reading, **{marker.code: 1.0})
        assert found < LIMIT or (marker.code in HARD and reading is UNNATURAL)


def test_a_hidden_link_alone_is_worth_a_look() -> None:
    assert {code: score(UNNATURAL, **{code: 1.0}) >= LIMIT for code in sorted(HARD)} == {
        "B1": True,
        "B2": True,
    }


def test_signs_of_one_family_are_no_independent_proofs() -> None:
    alike = [marker.code for marker in weighted() if marker.family == "D"]
    together = {code: np.array([1.0]) for code in alike}
    logit = UNNATURAL.logits({**seen(), **together})[0]
    assert logit == pytest.approx(UNNATURAL.bias + UNNATURAL.caps["D"])


def test_unnatural_without_a_clause_stays_below_the_limit() -> None:
    marks = {m.code: 1.0 for m in weighted() if m.policy is None and m.weight("unnatural") > 0}
    assert score(UNNATURAL, **marks) < LIMIT
    assert score(UNNATURAL, **marks, C8=1.0) >= LIMIT


def test_what_cannot_be_known_adds_nothing() -> None:
    nothing = {marker.code: np.zeros(1) for marker in weighted()}
    for reading in READINGS:
        assert reading.scores(seen())[0] == reading.scores(nothing)[0] < 15


def test_what_speaks_for_a_link_has_an_end() -> None:
    everything = {m.code: 1.0 for m in weighted() if m.family == "N"}
    assert score(UNNATURAL, B2=1.0, **everything) > score(UNNATURAL) / 10


def test_declared_links_are_no_fault() -> None:
    bought = {"B12": 1.0, "C8": 1.0, "D14": 1.0}
    assert score(UNNATURAL, **bought) >= LIMIT
    assert score(UNNATURAL, **bought, B13=1.0) < 25
