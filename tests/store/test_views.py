"""Are views kept whole, removed on record, and is none doubled or lost between processes?"""

import multiprocessing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from backlit.errors import UsageError, ViewUnknown
from backlit.store import views
from backlit.store.database import opened
from backlit.store.tables import VIEWS
from backlit.store.views import SavedView, Views

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
LOST = SavedView("Läden <b> 日本", "changes", "q=a%0Ab&kind=lost", "shop.test")
ANY = SavedView("any", "best-pages")


def test_views_come_back_whole_by_their_names(home: Path) -> None:
    with opened(home) as engine:
        kept = [Views(engine).save(each, "ann", NOON) for each in (LOST, ANY)]
    with opened(home) as engine:
        assert Views(engine).all() == [kept[1], kept[0]]
        assert Views(engine).one(1) == kept[0]
    assert kept[0] == replace(LOST, id=1, at=NOON, who="ann")


def test_what_is_removed_stays_with_who_did_it_and_is_never_listed(home: Path) -> None:
    with opened(home) as engine:
        kept = Views(engine).save(LOST, "ann", NOON)
        gone = Views(engine).remove(kept.id, "ben", LATER)
        assert gone == replace(kept, removed_at=LATER, removed_by="ben")
        assert Views(engine).all() == []
        for again in (Views(engine).one, lambda number: Views(engine).remove(number, "eve", LATER)):
            with pytest.raises(ViewUnknown, match="none of that number"):
                again(kept.id)
        assert Views(engine).save(LOST, "ann", LATER).id == 2
        with engine.connect() as connection:
            [first, _] = connection.execute(sa.select(VIEWS).order_by(VIEWS.c.id)).mappings()
    assert dict(first) == {
        "id": 1, "at": 1772366400000000, "who": "ann", "name": LOST.name, "page": "changes",
        "target": "shop.test", "project": None, "query": LOST.query, "removed_at": 1772370000000000,
        "removed_by": "ben",
    }  # fmt: skip


@pytest.mark.parametrize("number", [0, -1, 2, 1 << 31, 1 << 63, 10**30])
def test_a_number_that_no_view_has_is_refused(home: Path, number: int) -> None:
    with opened(home) as engine:
        Views(engine).save(ANY, "ann", NOON)
        with pytest.raises(ViewUnknown, match="view ls"):
            Views(engine).one(number)


def test_two_views_of_the_same_target_have_two_names(home: Path) -> None:
    with opened(home) as engine:
        Views(engine).save(LOST, "ann", NOON)
        with pytest.raises(UsageError, match="view 1 is called so already"):
            Views(engine).save(replace(LOST, name=LOST.name.upper(), page="domains"), "ann", NOON)
        for other in ({"target": "b.test"}, {"target": None}, {"target": None, "project": 1}):
            Views(engine).save(replace(LOST, **other), "ann", NOON)
        assert len(Views(engine).all()) == 4


def test_there_is_an_end_to_them(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "MOST", 2)
    with opened(home) as engine:
        for name in "ab":
            Views(engine).save(replace(ANY, name=name), "ann", NOON)
        with pytest.raises(UsageError, match="there are 2 already"):
            Views(engine).save(ANY, "ann", NOON)
        Views(engine).remove(1, "ann", NOON)
        Views(engine).save(ANY, "ann", NOON)


def _save(home: Path) -> str:
    with opened(home) as engine:
        try:
            return str(Views(engine).save(ANY, "ann", NOON).id)
        except UsageError as error:
            return error.found


def test_of_those_who_save_the_same_at_once_one_does(home: Path) -> None:
    with opened(home):  # made before they meet
        pass
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        assert sorted(pool.map(_save, [home] * 3)) == ["1", *["view 1 is called so already"] * 2]
