"""Among which days does a person choose, and do they cost a page nothing?"""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from backlit import app
from backlit.index import instance
from backlit.index.catalogue import observed_days
from backlit.report.days import chosen_among
from tests.unit.looks import Look, commit

NEW_YEAR = date(2026, 1, 1)


def days(*numbers: int) -> list[date]:
    return [NEW_YEAR + timedelta(days=number) for number in numbers]


def test_the_first_and_the_last_day_of_each_source_and_today() -> None:
    [a, b, c, today, later] = days(3, 3, 20, 40, 50)
    assert chosen_among([(a, b), (a, c), (c, later)], today) == [a, c, today]
    assert chosen_among([], today) == [today]
    assert chosen_among([(a, b)], None) == ()


def test_of_a_source_over_months_the_ends_of_months_stand_between() -> None:
    first, last, today = date(2025, 11, 30), date(2026, 3, 5), date(2026, 3, 9)
    between = [date(2025, 12, 31), date(2026, 1, 31), date(2026, 2, 28)]
    assert chosen_among([(first, last)], today) == [first, *between, last, today]
    short = (date(2026, 1, 20), date(2026, 2, 10))
    assert chosen_among([short], today) == [*short, today]


@pytest.mark.parametrize(
    ("apart", "count", "left"),
    [
        (1, 60, days(*range(59), 59)),
        (1, 61, days(3, 10, 17, 24, 31, 38, 45, 52, 59, 60)),  # Sundays, the last days of their weeks
        (7, 61, None),
    ],
)
def test_of_too_many_the_last_of_each_week_or_month_is_left(
    apart: int, count: int, left: list[date] | None
) -> None:
    every = days(*(apart * number for number in range(count)))
    found = list(chosen_among([(day, day) for day in every], every[-1]))
    by_month = {(day.year, day.month): day for day in every}
    assert found == (left or list(by_month.values()))


def test_however_long_it_was_there_are_no_more_than_can_be_hit() -> None:
    found = chosen_among([(date(1, 1, 1), date(2026, 1, 1))], date(2026, 1, 1))
    assert len(found) == 60
    assert found[-1] == date(2026, 1, 1)


def test_a_session_reads_them_once_a_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def counted(*given: Any) -> Any:
        asked.append(given)
        return observed_days(*given)

    monkeypatch.setattr(instance, "observed_days", counted)
    link = (("https://shop.test/", "a"),)
    commit(tmp_path, "first", [Look("https://one.test/", 1, link), Look("https://two.test/", 4, link)])
    session = app.open_session(tmp_path)
    assert [*session.days, *session.days] == days(1, 4) * 2
    commit(tmp_path, "second", [Look("https://one.test/", 20, link)])
    commit(tmp_path, "third", [Look("https://two.test/", 9, link)])
    session.refresh()
    assert list(session.days) == days(1, 4, 9, 20)
    assert len(asked) == 2


def test_a_day_in_the_past_is_told_by_the_sources_of_then(tmp_path: Path) -> None:
    link = (("https://shop.test/", "a"),)
    commit(tmp_path, "first", [Look("https://one.test/", 1, link)])
    commit(tmp_path, "second", [Look("https://two.test/", 9, link)])
    session = app.open_session(tmp_path)

    def told(as_of: date | None) -> tuple[list[str], int]:
        answer = app.overview(session, "shop.test", as_of=as_of.isoformat() if as_of else None)
        return list(answer.sources), answer.sources_total

    before, on, whole = told(days(8)[0]), told(days(9)[0]), told(None)
    assert (before[1], on[1], whole) == (1, 2, on)
    assert before[0] == on[0][:1]
