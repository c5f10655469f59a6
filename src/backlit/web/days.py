"""As of which day is a page, and which days stand beside it? Those on which something was observed."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from backlit.web.asking import Ask

__all__ = ["Days", "Times", "as_of_days", "changes_after", "since_days"]


@dataclass(frozen=True, slots=True)
class Days:
    """The days that `as_of` or `since` of a page may name, and the one that it names.

    `stops` are those worth choosing, the oldest first; `now` is the one that the page shows without the
    parameter, if any is.
    """

    name: str
    ask: Ask
    view: str
    day: date
    stops: Sequence[date]
    now: date | None = None

    @property
    def at(self) -> int:
        """The place of the day among the stops, or of the last one before it."""
        return max(bisect_right(self.stops, self.day) - 1, 0)

    @property
    def earlier(self) -> date | None:
        """The stop before the day."""
        before = bisect_left(self.stops, self.day)
        return self.stops[before - 1] if before else None

    @property
    def later(self) -> date | None:
        """The stop after the day."""
        after = bisect_right(self.stops, self.day)
        return self.stops[after] if after < len(self.stops) else None

    def url(self, day: date) -> str:
        """The page with another day; it begins at the first row."""
        if self.name == "since":
            return self.ask.url(self.view, since=day.isoformat(), vs=None)
        return self.ask.url(self.view, as_of=None if day == self.now else day.isoformat())


@dataclass(frozen=True, slots=True)
class Times:
    """What stands beside the day of a page: other days up to which it can be known, for changes also those to
    start from, and where all changes `after` its day are listed."""

    as_of: Days | None = None
    since: Days | None = None
    after: str | None = None


def as_of_days(ask: Ask, view: str, stops: Sequence[date], as_of: datetime | None) -> Days | None:
    """The days up to which a page can be known, where the data were observed on any; `as_of` is how far its
    answer goes."""
    if not stops:
        return None
    shown = as_of.date() if as_of else stops[-1]
    day = date.fromisoformat(ask.date) if ask.date else shown if ask.as_of else stops[-1]
    return Days("as_of", ask, view, min(day, stops[-1]), stops, now=stops[-1])


def since_days(ask: Ask, stops: Sequence[date], before: str) -> Days | None:
    """The days since which changes can be told: those before the last. `before` is the moment that they are
    told from in ISO 8601, or the version that they are told against."""
    if len(stops) < 2:
        return None
    try:
        moment = datetime.fromisoformat(before)
    except ValueError:
        return None
    is_whole = moment.time() == time.max and moment.date() < date.max  # it is the end of the day before
    day = moment.date() + timedelta(days=1) if is_whole else moment.date()
    return Days("since", ask, "changes", day, stops[:-1])


def changes_after(ask: Ask, stops: Sequence[date]) -> str | None:
    """Where what changed after the day of a page is listed; None where it is the newest."""
    if not ask.as_of or not stops:
        return None
    plain = Ask(ask.target, ask.scope)
    if not ask.date:  # a version
        return plain.url("changes", vs=ask.as_of)
    day = date.fromisoformat(ask.date)
    return plain.url("changes", since=(day + timedelta(days=1)).isoformat()) if day < stops[-1] else None
