"""Do places, percentiles and scores keep the order, share ties and use the whole scale?"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import rankdata

from backlit.errors import GraphError
from backlit.rank.calibrate import (
    METHOD,
    MIN_DOMAINS,
    MIN_EDGES,
    authority_scores,
    percentiles,
    places,
    why_unrankable,
)
from backlit.rank.graph import Graph
from backlit.rank.harmonic import harmonic_graph
from backlit.rank.pagerank import pagerank_graph

few_values = st.lists(st.sampled_from([0.0, 0.1, 0.5, 0.25, 1e-9, 3.0]), min_size=1, max_size=40)


def test_places_start_at_the_best_and_ties_share_the_mean() -> None:
    assert places([0.1, 0.4, 0.4, 0.0, 0.0, 0.0, 0.9]).tolist() == [4, 2.5, 2.5, 6, 6, 6, 1]
    assert places([]).tolist() == []
    assert places([7]).tolist() == [1.0]


@given(few_values)
def test_places_equal_those_of_scipy(scores: list[float]) -> None:
    assert places(scores).tolist() == rankdata([-score for score in scores]).tolist()


def test_sums_in_another_order_tie() -> None:
    assert 0.1 + 0.2 + 0.3 != 0.3 + 0.2 + 0.1
    assert places([0.1 + 0.2 + 0.3, 0.3 + 0.2 + 0.1, 0.6 + 1e-9]).tolist() == [2.5, 2.5, 1.0]


def test_percentiles_count_ties_and_oneself_half() -> None:
    assert percentiles([0.1, 0.4, 0.4, 0.9]).tolist() == [12.5, 50.0, 50.0, 87.5]
    assert percentiles([3]).tolist() == [50.0]
    assert percentiles([]).tolist() == []


def test_the_best_gets_100_and_the_tied_tail_0() -> None:
    authority = authority_scores([0.4, 0.3, 0.1, 0.1, 0.1], [5, 4, 0, 0, 0])
    assert authority.place.tolist() == [1, 2, 4, 4, 4]
    assert authority.percentile.tolist() == [90, 70, 30, 30, 30]
    assert authority.score.tolist() == pytest.approx([100, 50, 0, 0, 0])
    assert (authority.score.max(), authority.score.min()) == (100.0, 0.0)
    assert authority.method == METHOD == "pr-hc-1"


def test_the_best_gets_100_also_where_the_two_disagree() -> None:
    authority = authority_scores([4, 3, 2, 1], [3, 4, 1, 1])
    assert authority.place.tolist() == [1.5, 1.5, 3, 4]
    assert authority.score[:2].tolist() == [100.0, 100.0]
    assert 0 < authority.score[2] < 100
    assert authority.score[3] == 0


def test_each_halving_of_the_place_is_worth_the_same() -> None:
    falling = np.arange(1024, 0, -1)
    score = authority_scores(falling, falling).score
    assert score[[0, 1, 3, 7, 511, 1023]].tolist() == pytest.approx([100, 90, 80, 70, 10, 0])


def test_products_of_places_tie_exactly() -> None:
    # By (PageRank, harmonic) place: (1, 4) and (2, 2) have the same geometric mean.
    authority = authority_scores([9, 8, 7, 6, 5], [6, 8, 9, 7, 1])
    assert authority.place[0] == authority.place[1]
    assert authority.score[0] == authority.score[1]


def test_if_all_tie_nobody_stands_out() -> None:
    authority = authority_scores([0.25] * 4, [1.0] * 4)
    assert authority.score.tolist() == [0.0] * 4
    assert authority.place.tolist() == [2.5] * 4
    assert authority_scores([], []).score.tolist() == []


@given(st.lists(st.tuples(st.sampled_from([0.1, 0.2, 0.3]), st.sampled_from([0.0, 1.0, 2.5])), min_size=2))
def test_better_in_both_is_never_worse(pairs: list[tuple[float, float]]) -> None:
    authority = authority_scores(*zip(*pairs, strict=True))
    for one, (walk, near) in enumerate(pairs):
        for two, (other_walk, other_near) in enumerate(pairs):
            if walk >= other_walk and near >= other_near:
                assert authority.score[one] >= authority.score[two]
                assert authority.place[one] <= authority.place[two]


def test_on_a_graph_only_domains_without_in_links_get_0() -> None:
    random = np.random.default_rng(0)
    src, dst = random.integers(0, 400, 1200), (400 * random.random(1200) ** 3).astype(np.int64)
    graph = Graph.from_edges(src, dst, 400)
    authority = authority_scores(pagerank_graph(graph).scores, harmonic_graph(graph).scores)
    unlinked = np.diff(graph.in_offsets) == 0
    assert 10 < unlinked.sum() < 390
    assert authority.score[unlinked].tolist() == [0.0] * int(unlinked.sum())
    assert authority.score[~unlinked].min() > 0


@pytest.mark.parametrize("wrong", [float("nan"), float("inf")])
def test_an_unknown_score_has_no_place(wrong: float) -> None:
    with pytest.raises(GraphError, match=f"score {wrong} at node 1"):
        places([1.0, wrong])


def test_scores_come_in_pairs() -> None:
    with pytest.raises(GraphError, match="2 PageRank and 3 harmonic scores"):
        authority_scores([1, 2], [1, 2, 3])
    with pytest.raises(GraphError, match="shape"):
        places([[1.0]])


def test_small_graphs_are_not_ranked_and_the_reason_is_given() -> None:
    assert why_unrankable(MIN_DOMAINS, MIN_EDGES) is None
    few_domains = why_unrankable(MIN_DOMAINS - 1, 5000)
    few_links = why_unrankable(1000, 1)
    both = why_unrankable(0, 0)
    assert few_domains is not None
    assert few_links is not None
    assert both is not None
    assert few_domains.startswith("The data holds 49 domains of at least 50: too few to rank anybody. Ingest")
    assert few_links.startswith("The data holds 1 link between domains of at least 100: too few")
    assert both.startswith(
        "The data holds 0 domains of at least 50 and 0 links between domains of at least 100"
    )
