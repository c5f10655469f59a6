"""Are spellings joined and votes counted as they should, whatever the texts hold?"""

import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from backlit import app
from backlit.app import session as sessions
from backlit.report.anchor_mix import told
from backlit.score.anchors.groups import group_key, variation_groups
from backlit.score.anchors.kinds import AnchorKind
from backlit.score.anchors.mix import (
    AnchorMix,
    Votes,
    anchor_mix,
    beta_above,
    beta_interval,
    distance,
    outliers,
    sketch,
)
from tests.unit.looks import Look, commit

BRAND, EXACT, GENERIC = AnchorKind.BRAND, AnchorKind.EXACT, AnchorKind.GENERIC


def votes(*rows: tuple[int, int, AnchorKind, bool, int]) -> Votes:
    """Rows of domain, links, class, money and wording."""
    domains, links, kinds, money, wordings = (np.array(column) for column in zip(*rows, strict=True))
    return Votes(domains, links, kinds.astype(np.int64), money.astype(bool), wordings)


def mixed(exact: int, others: int) -> AnchorMix:
    rows = [(n, 1, EXACT if n < exact else BRAND, n < exact, n) for n in range(exact + others)]
    found = anchor_mix(votes(*rows))
    assert found is not None
    return found


# spellings -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["tea shop", "Tea Shops!", "the tea-shop", "shop, tea"], [0, 0, 0, 0]),
        (["teashop", "teashup", "teasho", "xteashop", "coffee"], [0, 0, 0, 0, 4]),
        (["tea", "ten"], [0, 1]),
        (["iphone 6 case", "iphone 7 case"], [0, 1]),
        (["best green tea from japanese gardens", "green tea from japanese gardens"], [0, 0]),
        (["buy green tea", "buy green pans"], [0, 1]),
        (["»", "«", "»", ""], [0, 1, 0, 3]),
        (["绿茶商店", "綠茶商店"], [0, 0]),
        ([], []),
    ],
)
def test_spellings_of_the_same_words_are_one(texts: list[str], expected: list[int]) -> None:
    assert variation_groups(texts).tolist() == expected


@given(st.lists(st.text("abcd", min_size=6, max_size=8), max_size=12, unique=True))
def test_words_a_letter_apart_are_never_parted(texts: list[str]) -> None:
    groups = variation_groups(texts)
    keys = [group_key(text) for text in texts]
    for a in range(len(texts)):
        assert groups[a] <= a
        for b in range(a):
            same = len(keys[a]) == len(keys[b]) > 5 and sum(map(str.__ne__, keys[a], keys[b])) <= 1
            if keys[a] == keys[b] or same:
                assert groups[a] == groups[b], (texts[a], texts[b])


def test_texts_made_to_collide_stay_few_pairs() -> None:
    texts = [f"{'a' * 30}{letter}{number}" for number in range(400) for letter in "bcdefgh"]
    assert len(set(variation_groups(texts).tolist())) == 400
    assert (
        len(set(variation_groups([f"same words all the time {n}" for n in range(3_000)]).tolist())) == 3_000
    )


# votes -----------------------------------------------------------------------


def test_a_domain_has_one_vote_split_where_it_is_of_two_minds() -> None:
    found = anchor_mix(
        votes(
            (0, 90, BRAND, False, 0),
            (0, 10, EXACT, True, 1),
            (1, 1, EXACT, True, 1),
            (2, 5, BRAND, False, 0),
            (2, 5, GENERIC, False, 2),
        )
    )
    assert found is not None
    assert (found.domains, found.links, found.wordings) == (3, 111, 3)
    told_of = [(each.name, round(each.share * 6, 9), round(each.of_links * 111, 9)) for each in found.classes]
    assert told_of == [("brand", 3, 95), ("exact", 2, 11), ("generic", 1, 5)]
    assert (round(found.money.share * 3, 9), round(found.money.of_links * 111, 9)) == (1, 11)
    assert found.top is not None
    assert (found.top[0], round(found.top[1] * 3, 9)) == (1, 1)
    assert sum(each.share for each in found.classes) == pytest.approx(1)


def test_without_links_there_is_no_mix_and_with_one_wording_no_variety() -> None:
    nothing = np.array([], np.int64)
    assert anchor_mix(Votes(nothing, nothing, nothing, nothing.astype(bool), nothing)) is None
    found = anchor_mix(votes((0, 3, BRAND, False, 0), (1, 1, BRAND, False, 0)))
    assert found is not None
    assert (round(found.effective, 9), round(found.entropy, 9), found.top) == (1, 0, None)


@given(st.integers(1, 40))
def test_as_many_equal_wordings_count_as_many(number: int) -> None:
    assert mixed(number, 0).effective == pytest.approx(number)


# peers -----------------------------------------------------------------------


def test_a_share_beyond_all_peers_stands_out_and_one_like_theirs_does_not() -> None:
    draw = random.Random(7)
    shares = [draw.uniform(0, 0.1) for _ in range(40)]
    peers = [{"exact": share, "brand": 1 - share, "money": share} for share in shares]
    assert outliers(mixed(3, 97), peers) == []
    found = outliers(mixed(30, 70), peers)
    assert found is not None
    assert [each.name for each in found] == ["exact", "money"]
    assert min(each.certainty for each in found) > 0.99
    assert max(each.bound for each in found) <= 0.1
    assert outliers(mixed(30, 70), peers[:9]) is None
    assert outliers(mixed(9, 10), peers) is None


def test_draws_from_the_peers_themselves_rarely_stand_out() -> None:
    draw = np.random.default_rng(3)
    true = draw.beta(2, 20, 400)
    peers = [{"exact": share, "money": share, "brand": 1 - share} for share in true]
    flagged = 0
    for share in draw.beta(2, 20, 200):
        exact = int(draw.binomial(80, share))
        flagged += any(each.name == "exact" for each in outliers(mixed(exact, 80 - exact), peers) or [])
    assert flagged <= 10


def test_the_distance_from_peers_is_none_for_the_same_and_whole_for_others() -> None:
    assert distance(mixed(25, 75), [{"exact": 0.25, "brand": 0.75}]) == pytest.approx(0)
    assert distance(mixed(10, 0), [{"brand": 1.0}]) == pytest.approx(1)


@pytest.mark.parametrize(
    ("exact", "others", "level"), [(3, 16, None), (2, 98, "info"), (45, 55, "look"), (80, 20, "look")]
)
def test_without_peers_the_trade_is_quoted_and_named(exact: int, others: int, level: str | None) -> None:
    found = sketch(mixed(exact, others))
    assert (found and found[0]) == level
    if found:
        assert "no peers" in found[1]


@given(st.floats(0, 5e3), st.floats(0, 5e3), st.floats(0.0001, 0.9999))
def test_the_posterior_is_that_of_the_beta_distribution(
    votes_for: float, against: float, bound: float
) -> None:
    of = votes_for + against
    expected = 1 - special.betainc(votes_for + 0.5, of - votes_for + 0.5, bound)
    assert beta_above(votes_for, of, bound) == pytest.approx(expected, abs=1e-8)
    low, high = beta_interval(votes_for, of)
    assert 0 <= low <= high <= 1


def test_bounds_at_the_ends_are_certain() -> None:
    assert (beta_above(3, 10, 0), beta_above(3, 10, 1)) == (1.0, 0.0)
    assert beta_interval(0, 10)[0] == 0
    assert beta_interval(10, 10)[1] == 1


# told ------------------------------------------------------------------------


def test_the_mix_is_part_of_the_audit(tmp_path: Path) -> None:
    site = "https://teahouse.test/"
    said = ["Teahouse", "teahouse", "teahouse.test", "Click here", "cheap teas", "cheap tea"]
    looks = [Look(f"https://s{n}.test/", n, ((site, text),)) for n, text in enumerate(said)]
    commit(tmp_path, "a", looks)
    session = sessions.open_session(tmp_path)
    mix = app.audit(session, "teahouse.test").row["anchor_mix"]
    assert [(each["name"], round(each["share"], 3)) for each in mix["classes"]] == [
        ("brand", 0.333),
        ("partial", 0.333),
        ("generic", 0.167),
        ("naked-url", 0.167),
    ]
    assert (mix["domains"], mix["links"], mix["wordings"], mix["level"]) == (6, 6, 3 + 1, None)
    assert mix["top"] == {"anchor": "cheap teas", "share": pytest.approx(2 / 6)}
    assert mix["told"] == [
        "Of 6 domains 33 % call the site by its name, 33 % in a commercial phrase, "
        "17 % in words like “click here”, 17 % by its address.",
        "33 % use words of a buyer. There are 4 wordings, as varied as 4 used equally often. "
        "The most used that is no name is “cheap teas”.",
    ]


def test_of_few_domains_no_shares_are_told() -> None:
    row = {"domains": 1, "classes": [], "money": {"share": 0.0}, "wordings": 1, "effective": 1.0, "top": None}
    assert told(row, None) == ["1 domain links here: too few for shares."]
