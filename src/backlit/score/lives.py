"""What do the comings and goings of a target's referring domains say, where their dates are known?

A crawl that reads a page for the first time finds old links, and its day is no date of theirs: such domains
are counted as unknown and make no burst. Where two looks at a page are weeks apart, what came between them
lies somewhere in that stretch and is spread over it. Weeks that no two looks enclose were watched by nobody.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from backlit.index.lives import LIVES
from backlit.index.profile import Profile
from backlit.score.velocity import (
    LEAST_WEEKS,
    SPIKE,
    Burst,
    Churn,
    Spike,
    Wave,
    bursts,
    churn,
    spikes,
    waves,
    weekly,
)

__all__ = ["Velocity", "velocity_in", "velocity_of"]

Floats = NDArray[np.float64]

#: Days between two looks within which a date is known to the week.
_TO_THE_WEEK = 14
#: Weeks looked back on: five years.
_MOST_WEEKS = 261
_MICROSECONDS = 86_400e6
_DAY_ONE = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Velocity:
    """Comings and goings by week, from the week of `start` on; NaN where nobody watched.

    `known` domains came between two looks, of `unknown` ones nobody knows when they came. Weeks in `bursts`
    and the rest count from `start`, days of `spikes` from 1970. `why` says why there can be no burst.
    """

    start: date | None
    gained: Floats
    lost: Floats
    bursts: tuple[Burst, ...]
    cliffs: tuple[Burst, ...]
    waves: tuple[Wave, ...]
    spikes: tuple[Spike, ...]
    churn: Churn
    known: int
    unknown: int
    why: str | None = None

    def rows(self) -> list[dict[str, Any]]:
        """What was noticed, in sentences with their numbers; empty where nothing was."""
        return [
            *(self._told("burst", each, "came") for each in self.bursts),
            *(self._told("loss-cliff", each, "went") for each in self.cliffs),
            *(self._wave(each) for each in self.waves),
            *(_spike(each) for each in self.spikes),
        ]

    def _week(self, week: int) -> date:
        assert self.start is not None
        return self.start + timedelta(weeks=week)

    def _told(self, name: str, each: Burst, verb: str) -> dict[str, Any]:
        first, last = self._week(each.first), self._week(each.last) + timedelta(days=6)
        said = f"{each.count:.0f} domains {verb} from {first} to {last}; {each.expected:.1f} would be usual."
        numbers = {"count": each.count, "expected": each.expected, "z": each.z, "by_chance": each.probability}
        return {"id": name, "from": first, "to": last, "sentence": said, "numbers": numbers}

    def _wave(self, each: Wave) -> dict[str, Any]:
        came, went = self._week(each.came), self._week(each.went)
        said = f"{each.count} domains came in the week of {came} and went in the week of {went}, together."
        numbers = {"count": each.count, "expected": each.expected, "by_chance": each.probability}
        return {
            "id": "wave",
            "from": came,
            "to": went + timedelta(days=6),
            "sentence": said,
            "numbers": numbers,
        }


def _spike(each: Spike) -> dict[str, Any]:
    first, last = (_DAY_ONE + timedelta(days=int(day)) for day in (each.first, each.last))
    said = (
        f"{each.count} of {each.total} domains took up “{each.phrase[:80]}” between {first} and {last}; "
        f"{each.expected:.1f} of them would have, had they come when others did."
    )
    numbers = {"count": each.count, "total": each.total, "expected": each.expected}
    numbers |= {"by_chance": each.probability}
    return {"id": "phrase-spike", "from": first, "to": last, "sentence": said, "numbers": numbers}


def velocity_in(profile: Profile) -> Velocity:
    """The comings and goings of a profile's referring domains, up to its date."""
    return velocity_of(profile.connect().sql(LIVES).to_arrow_table(), profile.as_of)


def velocity_of(lives: pa.Table, now: datetime | None = None) -> Velocity:
    """The same from a table as `index.lives` describes it; nothing after `now` is watched."""
    absent, first, last, gone = (
        _days(lives, name) for name in ("absent_at", "first_seen", "last_seen", "gone_at")
    )
    words = lives["words"].to_pylist() if "words" in lives.column_names else [None] * len(first)
    known, went = ~np.isnan(absent), ~np.isnan(gone)
    lived = np.where(went, gone, last) - np.where(known, absent, first)
    shortly = churn(lived[known], went[known])
    end = np.nanmax(np.concatenate([last, gone, [np.nan if now is None else _day(now)], [-np.inf]]))
    start = max(np.min(np.concatenate([absent[known], first, [np.inf]])), end - 7 * _MOST_WEEKS)
    counted = int(known.sum()), int((~known).sum())
    if not np.isfinite(start):
        return Velocity(None, np.empty(0), np.empty(0), (), (), (), (), shortly, *counted, why=_NOBODY)
    week = int(start // 7)
    weeks = int(end // 7) - week + 1
    watched = _watched(np.where(known, absent, first), np.where(went, gone, last), week, weeks)
    gained = np.where(watched, weekly(absent[known], first[known], week, weeks), np.nan)
    lost = np.where(watched, weekly(last[went], gone[went], week, weeks), np.nan)
    precise = known & (first - absent <= _TO_THE_WEEK)
    return Velocity(
        start=_DAY_ONE + timedelta(days=7 * week),
        gained=gained,
        lost=lost,
        bursts=tuple(bursts(gained)),
        cliffs=tuple(bursts(lost)),
        waves=tuple(_waves(first, last, gone, precise, week)),
        spikes=tuple(_spikes(words, first, precise)),
        churn=shortly,
        known=counted[0],
        unknown=counted[1],
        why=_FEW_WEEKS if int(watched.sum()) <= LEAST_WEEKS else None,
    )


_NOBODY = "No look at a page has seen a link of a known date."
_FEW_WEEKS = (
    f"No more than {LEAST_WEEKS} weeks were watched: that takes two looks at the same pages, as a second "
    "crawl or `backlit monitor check` makes."
)


def _watched(since: Floats, until: Floats, week: int, weeks: int) -> NDArray[np.bool_]:
    """The weeks that lie whole or in part between two looks at one page."""
    enclosed = until > since
    starts = np.clip((since[enclosed] // 7).astype(np.int64) - week, 0, weeks)
    ends = np.clip((until[enclosed] // 7).astype(np.int64) - week + 1, 0, weeks)
    turns = np.bincount(starts, minlength=weeks + 1) - np.bincount(ends, minlength=weeks + 1)
    watched: NDArray[np.bool_] = np.cumsum(turns)[:weeks] > 0
    return watched


def _waves(
    first: Floats, last: Floats, gone: Floats, precise: NDArray[np.bool_], week: int
) -> Sequence[Wave]:
    """Of domains whose coming, and going if they went, is known to the week."""
    usable = precise & (np.isnan(gone) | (gone - last <= _TO_THE_WEEK))
    came = first[usable] // 7 - week
    went = np.nan_to_num(gone[usable] // 7 - week, nan=-1)
    return waves(came.astype(np.int64), went.astype(np.int64))


def _spikes(words: Sequence[str | None], first: Floats, precise: NDArray[np.bool_]) -> Sequence[Spike]:
    """Of domains whose coming is known to the week, phrase by phrase beside all others."""
    days: dict[str, list[float]] = {}
    for at in np.flatnonzero(precise).tolist():
        said = words[at]
        if said:
            days.setdefault(said, []).append(float(first[at]))
    every = [day for each in days.values() for day in each]
    found: list[Spike] = []
    for phrase, when in sorted(days.items()):
        if len(when) >= SPIKE:
            others = Counter(every)
            others.subtract(when)
            found += spikes({phrase: when}, list(others.elements()))
    return found


def _days(lives: pa.Table, name: str) -> Floats:
    """Days since 1970, NaN where it is not known."""
    column = lives[name].cast(pa.timestamp("us", tz="UTC")).cast(pa.int64())
    return np.asarray(column.to_numpy(zero_copy_only=False), np.float64) / _MICROSECONDS


def _day(moment: datetime) -> float:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(days=1)
