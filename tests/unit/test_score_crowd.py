"""What do all links to a target say of each, and does it matter how they are cut into pieces?"""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from backlit.score import readings
from backlit.score.batch import Batch
from backlit.score.links import Links
from backlit.score.numbers import distinct, grouped, ramp
from backlit.score.readings import read, strengths_of
from backlit.score.spam import SPAM
from backlit.score.unnatural import UNNATURAL

START = datetime(2026, 1, 1, tzinfo=UTC)


def batch(*rows: dict[str, Any]) -> Batch:
    base = {
        "target_key": "test.shop/",
        "target_domain": "shop.test",
        "kind": 1,
        "rel": 0,
        "placement": 1,
        "hidden": None,
        "anchor": "Shop",
        "before": "",
        "after": "",
        "first_seen": START,
        "source_ip": None,
        "source_title": "",
        "authority": None,
    }
    made = []
    for at, row in enumerate(rows):
        domain = row.get("source_domain", f"site{at}.example")
        key = ".".join(reversed(domain.split("."))) + f"/page-{at}"
        made.append(base | {"source_domain": domain, "source_key": key} | row)
    return Batch.whole(Links.from_table(pa.Table.from_pylist(made)))


def test_domains_are_counted_and_not_links() -> None:
    found = batch(
        {"source_domain": "a.example", "anchor": "cheap loans"},
        {"source_domain": "a.example", "anchor": "cheap loans", "placement": 4},
        {"source_domain": "b.example", "anchor": "Cheap Loans"},
        {"source_domain": "c.example"},
    ).crowd
    assert found.referring.tolist() == [3, 3, 3, 3]
    assert found.domain_links.tolist() == [2, 2, 1, 1]
    assert found.template_links.tolist() == [1, 1, 0, 0]
    assert found.anchor_domains.tolist() == [2, 2, 2, 1]
    assert found.anchor_places.tolist() == [2, 1, 2, 1]
    assert found.money_share.tolist() == [pytest.approx(2 / 3)] * 4
    assert found.names.tolist() == [0, 0, 0, 1]


def test_guests_of_a_platform_have_no_address_and_no_owner_of_their_own() -> None:
    rows = [{"source_domain": f"{name}.blogspot.com", "source_ip": "192.0.2.1"} for name in "abcdefgh"]
    own = [
        {"source_domain": f"{name}.example", "source_ip": f"198.51.100.{at}"} for at, name in enumerate("abc")
    ]
    found = batch(*rows, *own).crowd
    assert np.isnan(found.ip_domains[:8]).all()
    assert found.subnet_domains[8:].tolist() == [3, 3, 3]
    assert found.ip_known[8:].tolist() == [3, 3, 3]


WORDS = {
    "before": "For years the old harbour had no place for tea, until a neighbour opened ",
    "after": " there.",
}


def test_the_first_to_write_the_words_is_the_author() -> None:
    found = batch(
        {"source_domain": "early.example", **WORDS},
        {
            "source_domain": "late.example",
            **WORDS,
            "first_seen": START + timedelta(days=60),
            "authority": 90.0,
        },
        {"source_domain": "other.example", "before": "Short."},
    ).crowd
    assert found.copies.tolist()[:2] == [2, 2]
    assert found.is_copy.tolist() == [0, 1, 0]


def test_within_one_crawl_the_best_known_is_the_author() -> None:
    found = batch(
        {"source_domain": "copy.example", **WORDS},
        {
            "source_domain": "known.example",
            **WORDS,
            "first_seen": START + timedelta(days=2),
            "authority": 50.0,
        },
    ).crowd
    assert found.is_copy.tolist() == [1, 0]


def test_words_that_many_take_up_at_once_are_noticed_and_the_first_crawl_tells_nothing() -> None:
    old = [{"source_domain": f"old{at}.example"} for at in range(12)]
    same = {"anchor": "cheap garden chairs"}
    new = [
        same | {"source_domain": f"new{at}.example", "first_seen": START + timedelta(days=100 + at % 5)}
        for at in range(12)
    ]
    at_once = strengths_of(batch(*old, *new))["C5"]
    assert at_once.tolist() == [0.0] * 12 + [1.0] * 12
    assert (strengths_of(batch(*[row | {"first_seen": START} for row in new]))["C5"] == 0).all()


def test_one_name_under_many_endings() -> None:
    rows = [{"source_domain": f"cheap-tea.{ending}"} for ending in ("com", "net", "org", "info")]
    assert strengths_of(batch(*rows, {"source_domain": "a.com"}))["D16"].tolist() == [1, 1, 1, 1, 0]


def test_pieces_give_the_readings_of_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        {"anchor": ("Shop", "cheap loans", "online casino")[at % 3], "placement": at % 8 + 1}
        for at in range(50)
    ]
    whole = read(batch(*rows), SPAM, UNNATURAL)
    monkeypatch.setattr(readings, "CHUNK", 7)
    pieces = read(batch(*rows), SPAM, UNNATURAL)
    assert [scores.tolist() for scores in pieces] == [scores.tolist() for scores in whole]


def test_an_empty_batch_has_no_readings() -> None:
    table = pa.table({"source_key": pa.array([], pa.string()), "target_key": pa.array([], pa.string())})
    assert [len(scores) for scores in read(Batch.whole(Links.from_table(table)), SPAM, UNNATURAL)] == [0, 0]


def test_groups_and_ramps() -> None:
    group = grouped(np.array([0, 0, 1, -1]), np.array([2, 2, 2, 2]))
    assert group.tolist()[0] == group.tolist()[1] != group.tolist()[2]
    assert group.tolist()[3] == -1
    assert distinct(group, np.array([5, 6, 5, 5])).tolist()[:3] == [2, 2, 1]
    assert ramp(np.array([0.0, 5.0, 20.0, np.nan]), 0.0, 10.0).tolist()[:3] == [0.0, 0.5, 1.0]
    assert ramp(np.array([0.0, 5.0, 20.0]), 10.0, 0.0).tolist() == [1.0, 0.5, 0.0]


@pytest.mark.parametrize(
    ("share", "strength"), [(0.24, 1.0), (0.4, 1.0), (0.5, 0.5), (0.6, None), (0.96, None)]
)
def test_what_most_of_the_data_lacks_tells_nothing_of_one_site(share: float, strength: float | None) -> None:
    ranks: dict[str, Any] = {
        "referring_domains": 0,
        "linked_domains": 5_000,
        "in_graph": 1,
        "ranked_by_trust": 1,
        "trust": None,
    }
    ranks |= {"spam_mass": 1.0, "pagerank_percentile": 90.0}
    found = strengths_of(batch(ranks | {"lonely_share": share, "untrusted_share": share}))
    for code in ("D1", "D10", "D12", "D14"):
        told = float(found[code][0])
        assert (None if np.isnan(told) else round(told, 6)) == strength, code


def test_a_title_sells_nothing_unless_its_trade_lives_on_spam() -> None:
    rows = [{"anchor": "Cheap flights", "money": money} for money in (None, 0.0, 0.8)]
    rows.append({"anchor": "online casino", "money": 0.0})
    assert batch(*rows).crowd.money.tolist() == [0.8, 0.0, 0.8, 1.0]
