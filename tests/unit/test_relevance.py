"""How near are two texts in what they are about?"""

import numpy as np
import pytest

import backlit
from backlit.score.relevance import LEAST, Topic, relevance, static
from backlit.score.relevance.background import BUCKETS, CLASSES, PLACES, background
from backlit.score.relevance.features import LIMIT, counted, likenesses, packed, vectors_of

BREAD = "Sourdough starter and rye bread recipes"
BAKING = "How to bake rye bread with a starter"
TRUCKS = "Truck insurance quotes in Ohio"


@pytest.fixture(params=["with word vectors", "without"])
def _either(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "without":
        monkeypatch.setattr(static, "model", lambda: None)


@pytest.mark.usefixtures("_either")
@pytest.mark.parametrize(
    ("one", "near", "far"),
    [
        (BREAD, BAKING, TRUCKS),
        ("Brotrezepte mit Sauerteig", "Roggenbrot aus Sauerteig backen", "Kfz-Versicherung für Lastwagen"),
        ("Рецепты хлеба на закваске", "ржаной хлеб с закваской", "страхование грузовиков"),
        ("東京のラーメン屋おすすめ", "東京で食べるラーメン", "自動車保険の見積もり"),
        ("วิธีทำขนมปัง", "สูตรขนมปังโฮมเมด", "ประกันรถยนต์"),
    ],
)
def test_what_is_about_the_same_is_nearer(one: str, near: str, far: str) -> None:
    found = Topic(one).relevance_of([near, far, one])
    assert found[0] > found[1]
    assert found[2] == 1.0


@pytest.mark.parametrize("nothing", ["", "   ", "… → !", "the of and", "\0\0", "\ud800"])
def test_a_text_without_words_says_nothing(nothing: str) -> None:
    assert relevance(nothing, BREAD) is None
    assert relevance(BREAD, nothing) is None
    assert np.isnan(Topic(BREAD).relevance_of([nothing, BAKING])).tolist() == [True, False]


def test_it_is_public_and_the_same_both_ways() -> None:
    assert backlit.relevance(BREAD, BAKING) == relevance(BAKING, BREAD)


def test_texts_together_are_told_as_each_alone() -> None:
    texts = [BAKING, "", TRUCKS, BREAD * 300, "rye", "日本語のパン"]
    alone = [relevance(BREAD, text) for text in texts]
    together = Topic(BREAD).relevance_of(texts)
    assert [None if np.isnan(each) else float(each) for each in together] == alone
    assert Topic(BREAD).relevance_of([]).tolist() == []


def test_words_and_runs_are_what_a_plain_count_finds() -> None:
    text = "rye bread, RYE"
    runs = ["_rye_", "_brea", "bread", "read_"]
    vectors = vectors_of(packed([text]), background())
    halves = vectors[:BUCKETS], vectors[BUCKETS:]
    assert [int((half > 0).sum()) for half in halves] == [2, len(runs)]
    assert [round(float(half @ half), 12) for half in halves] == [1.0, 1.0]
    known = background().rarity
    places = np.flatnonzero(halves[0])
    weights = sorted(float(halves[0][at] / known[at]) for at in places)
    assert weights[1] / weights[0] == pytest.approx(1 + np.log(2))  # rye stands twice


def test_likeness_is_the_cosine() -> None:
    known = background()
    texts = packed([BREAD, BAKING, TRUCKS, ""])
    target = vectors_of(packed([BAKING]), known)
    found = likenesses(texts, known, target)
    for row, text in zip(found, (BREAD, BAKING, TRUCKS, ""), strict=True):
        other = vectors_of(packed([text]), known)
        halves = [slice(0, BUCKETS), slice(BUCKETS, None)]
        assert row.tolist() == pytest.approx([float(other[half] @ target[half]) for half in halves])


def test_words_that_more_texts_have_weigh_less() -> None:
    more = ["Roggenbrot aus dem Ofen", "Roggenbrot vom Blech"] * 50
    known = background().with_texts(counted(packed(more)), len(more))
    place = int(np.flatnonzero(vectors_of(packed(["Roggenbrot"]), known)[:BUCKETS])[0])
    added = known.documents[place] - background().documents[place], known.total - background().total
    assert added == (100, 100)
    assert known.rarity[place] < background().rarity[place]


def test_texts_that_have_nothing_to_do_with_it_make_the_scale() -> None:
    unrelated = [f"Versicherung Nummer {n} für Lastwagen" for n in range(LEAST)]
    topic = Topic("Brotrezepte mit Sauerteig", against=unrelated)
    near, far, none = topic.relevance_of(["Sauerteig Brot", unrelated[7], ""])
    assert (near, 0.0 < far < 1.0, np.isnan(none)) == (1.0, True, True)
    assert Topic(BREAD, against=unrelated[: LEAST - 1]).relevance_of([BAKING]) == [relevance(BREAD, BAKING)]


def test_the_scale_rises_from_nothing_to_all() -> None:
    quantiles = background().scale.quantiles
    assert quantiles.shape == (len(CLASSES) + 1, 5, PLACES)
    assert (np.diff(quantiles) >= 0).all()
    for length in (3, 20, 100, 1_000):
        rising = np.linspace(0, 1, 50)
        placed = background().scale.fused(np.column_stack([rising, rising]), np.full(50, float(length)))
        assert (np.diff(placed) >= 0).all()
        assert (placed.min() >= 0, placed[-1]) == (True, 1.0)


def test_long_and_hostile_texts_are_bounded() -> None:
    long = "ab " * 1_000_000
    assert packed([long]).starts[1] <= LIMIT + 2
    assert relevance("x" * 1_000_000, "\u0300" * 100_000 + "x") is not None
    assert relevance("a\u202eb \x00 c" * 1_000, "<script>" * 1_000) is not None
