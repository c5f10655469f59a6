"""Are links kept whole without what opens them, counted, ended once and with whoever made them?"""

import multiprocessing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NoReturn

import pytest
import sqlalchemy as sa

from backlit.errors import ShareUnknown, UsageError
from backlit.store import shares
from backlit.store.account_log import logged
from backlit.store.accounts import Account, Accounts
from backlit.store.database import opened
from backlit.store.shares import Share, Shares

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
LOST = Share("shop.test", "changes", "kind=lost", NOON + timedelta(days=30), "Läden <b> 日本", csv=True)


def test_a_link_comes_back_whole_by_the_hash_of_its_token(home: Path) -> None:
    with opened(home) as engine:
        kept = Shares(engine).add(LOST, "0a", "ann", NOON)
        assert kept == replace(LOST, id=1, at=NOON, who="ann")
    with opened(home) as engine:
        assert (Shares(engine).of("0a"), Shares(engine).of("0b")) == (kept, None)
        assert Shares(engine).all(NOON) == [kept]
        with engine.connect() as connection:
            [event] = logged(connection, 10)
    assert (event.who, event.what, event.about) == ("ann", "page shared", "1, changes of shop.test")
    assert "0a" not in str(event)


def test_openings_are_counted_also_where_several_open_it_at_once(home: Path) -> None:
    with opened(home) as engine:
        Shares(engine).add(LOST, "0a", "ann", NOON)
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        pool.map(_open, [home] * 6)
    with opened(home) as engine:
        found = Shares(engine).of("0a")
        assert found is not None
        assert (found.openings, found.opened_at) == (6, LATER)


def _open(home: Path) -> None:
    with opened(home) as engine:
        Shares(engine).opened(1, LATER)


def test_what_cannot_be_counted_is_answered_all_the_same(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_engine: sa.Engine) -> NoReturn:
        raise sa.exc.OperationalError("UPDATE", None, Exception("attempt to write a readonly database"))

    with opened(home) as engine:
        Shares(engine).add(LOST, "0a", "ann", NOON)
        monkeypatch.setattr(shares, "writing", full)
        Shares(engine).opened(1, LATER)


def test_a_link_ends_by_its_time_or_once_by_somebody(home: Path) -> None:
    with opened(home) as engine:
        links = Shares(engine)
        one, two = (links.add(LOST, token, "ann", NOON) for token in ("0a", "0b"))
        assert [each.opens(LOST.until) for each in (one, two)] == [False, False]
        assert one.opens(LOST.until - timedelta(microseconds=1))
        ended = links.end(1, "ben", LATER)
        assert ended == replace(one, ended_at=LATER, ended_by="ben")
        assert links.end(1, "eve", LOST.until) == ended
        assert (links.all(LATER), links.all(LATER, ended=True)) == ([two], [two, ended])
        assert links.all(LOST.until) == []
        with engine.connect() as connection:
            told = [(event.who, event.what) for event in logged(connection, 10)]
        assert told == [("ben", "share ended"), ("ann", "page shared"), ("ann", "page shared")]


@pytest.mark.parametrize("number", [0, -1, 2, 1 << 31, 1 << 63, 10**30])
def test_a_number_that_no_link_has_is_refused(home: Path, number: int) -> None:
    with opened(home) as engine:
        Shares(engine).add(LOST, "0a", "ann", NOON)
        with pytest.raises(ShareUnknown, match="share ls"):
            Shares(engine).end(number, "ann", NOON)


def test_there_is_an_end_to_them_and_those_that_ended_make_room(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shares, "MOST", 2)
    with opened(home) as engine:
        links = Shares(engine)
        for token in ("0a", "0b"):
            links.add(LOST, token, "ann", NOON)
        with pytest.raises(UsageError, match="there are 2 links already"):
            links.add(LOST, "0c", "ann", NOON)
        links.end(1, "ann", NOON)
        links.add(LOST, "0c", "ann", NOON)


@pytest.mark.parametrize(
    ("change", "is_open"),
    [
        (None, False),
        ({"role": "viewer"}, False),
        ({"projects": ("shop",)}, False),
        ({"name": "Ben"}, True),
        ({"role": "owner"}, True),
    ],
)
def test_links_end_with_the_rights_of_whoever_made_them(
    home: Path, change: dict[str, object] | None, is_open: bool
) -> None:
    with opened(home) as engine:
        accounts, links = Accounts(engine), Shares(engine)
        accounts.add(Account("ann@shop.test", "Ann", "owner"), "root", NOON)
        accounts.add(Account("ben@shop.test", "ben", "editor"), "ann@shop.test", NOON)
        makers = ("ben@shop.test", "ben@shop.test by key Skript", "ben@shop.testament", "ann@shop.test")
        for number, who in enumerate(makers):
            links.add(LOST, str(number), who, NOON)
        if change is None:
            accounts.remove("ben@shop.test", "ann@shop.test", LATER)
        else:
            accounts.change("ben@shop.test", "ann@shop.test", LATER, **change)
        found = {each.who: each for each in links.all(LATER, ended=True)}
    assert [found[who].opens(LATER) for who in makers] == [is_open, is_open, True, True]
    assert found[makers[0]].ended_by == (None if is_open else "ann@shop.test")
