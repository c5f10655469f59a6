"""Among which days does a person choose, where the data were observed on many?"""

from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any

__all__ = ["MOST", "Span", "chosen_among"]

#: Stops of a slider: as many as can be hit one by one.
MOST = 60

#: The first and the last day on which a source was observed.
Span = tuple[date, date]

#: What days are told apart by when there are too many of them, the finest first.
_COARSER: Sequence[Callable[[date], Any]] = (
    lambda day: day,
    lambda day: day.isocalendar()[:2],
    lambda day: (day.year, day.month),
    lambda day: (day.year, (day.month - 1) // 3),
    lambda day: day.year,
    lambda day: day.year // 10,
)


def chosen_among(spans: Iterable[Span], today: date | None, most: int = MOST) -> Sequence[date]:
    """The days on which sources were first or last observed, none after `today`, which is the last; oldest
    first. Of a source that was observed over more than a month the end of each month between as well.

    Where they are more than `most`, only the last one of each week is left, else of each month, and so on.
    """
    if today is None:
        return ()
    days = sorted({day for span in spans for day in _within(*span) if day < today} | {today})
    for of in _COARSER:
        last = list({of(day): day for day in days}.values())
        if len(last) <= most:
            return last
    return days[-most:]


def _within(first: date, last: date) -> Iterator[date]:
    """Both ends, and the ends of the months between them."""
    yield from (first, last)
    end = _end_of_month(first)
    while end < last and last - first > timedelta(days=31):
        yield end
        end = _end_of_month(end + timedelta(days=1))


def _end_of_month(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])
