"""Which method ranks, and can anybody choose it for others?"""

from pathlib import Path

import numpy as np
import pytest
from benchmarks.manipulation import Case, synthetic

from backlit import app
from backlit.rank.graph import Graph, Ints
from backlit.rank.headline import Headline, headline
from backlit.rank.seeds import Seeds
from tests.unit.looks import commit
from tests.unit.test_rank_release import SEEDS, SITES, a_web, page, ranks_of


def ring(size: int, target: int, first: int) -> tuple[Ints, Ints]:
    """Domains that each link to the target and to the next of them: all are voted for, none is reached."""
    farm = np.arange(first, first + size)
    return np.append(farm, farm), np.append(np.full(size, target), np.roll(farm, -1))


@pytest.mark.parametrize("reached", [True, False])
def test_a_ring_of_unreached_domains_does_not_switch_trust_off(reached: bool) -> None:
    case = Case.of(*synthetic(3_000, 24_000))
    src, dst, n = case.src, case.dst, case.n
    seeds = Seeds({f"group {at}": np.sort(ids) for at, ids in enumerate(case.groups)})

    def ranked(farm: tuple[Ints, Ints], n: int) -> Headline:
        graph = Graph.from_edges(np.append(src, farm[0]), np.append(dst, farm[1]), n)
        return headline(graph, seeds, insist=False, registers=64)

    nothing = np.empty(0, np.int64)
    before = ranked((nothing, nothing), n + 1)
    target = case.target if reached else n
    size = 2 * int((case.raw > 0).sum()) - len(np.unique(dst)) + 400  # they would be the most, were it of all
    after = ranked(ring(size, target, n + 1), n + 1 + size)
    assert (before.method, after.method, after.note) == ("trust-hc-1", "trust-hc-1", None)
    assert after.pagerank.scores.argmax() == target  # what it would win by the other method
    assert np.isnan(after.score[n + 1 :]).all()
    if reached:
        assert after.score[target] == pytest.approx(before.score[target], abs=0.01)
        assert after.place[target] >= before.place[target]
    else:
        assert np.isnan(after.score[target])


def test_a_farm_that_is_ingested_later_wins_nothing(tmp_path: Path) -> None:
    a_web(tmp_path)
    app.rank(tmp_path)
    before = ranks_of(tmp_path)
    farm = [page(f"ring{k}.test", ["me.test", SITES[40], f"ring{(k + 1) % 200}.test"]) for k in range(200)]
    commit(tmp_path, "farm", farm)
    assert app.rank(tmp_path).row["method"] == "trust-hc-1"
    after = ranks_of(tmp_path)
    assert after[SITES[40]]["authority"] == before[SITES[40]]["authority"]
    assert after["me.test"]["authority"] is after["ring7.test"]["authority"] is None
    own = app.overview(app.open_session(tmp_path), "me.test").row["authority"]
    assert own["why"] is not None
    assert [each["kind"] for each in own["warnings"]] == ["pagerank-gap"]


def test_seeds_that_lead_to_hardly_anybody_leave_the_method_that_says_it_can_be_farmed(
    tmp_path: Path,
) -> None:
    looks = [page(seed, SITES[:2]) for seed in SEEDS]
    looks += [
        page(site, [SITES[10 + (at * k + 1) % 50] for k in (1, 2, 3)])
        for at, site in enumerate(SITES)
        if at > 9
    ]
    commit(tmp_path, "a", looks)
    release = app.rank(tmp_path).row
    note = "Seeds lead to 2 of at least 50 domains that anybody votes for: too few to rank by trust."
    assert (release["method"], release["parameters"]["note"]) == ("pr-hc-1", note)
    own = app.overview(app.open_session(tmp_path), SITES[11]).row["authority"]
    [warning] = [each for each in own["warnings"] if each["kind"] == "fallback"]
    assert warning == {
        "kind": "fallback",
        "sentence": "Ranked by pr-hc-1, which knows no trust: "
        "a farm of throw-away domains can lift this score.",
        "evidence": {"method": "pr-hc-1", "note": note},
    }
    assert app.explain(app.open_session(tmp_path), SITES[11]).row["warnings"] == own["warnings"]
