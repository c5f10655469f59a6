"""When did domains begin and cease to link: by day, week or month, over the days that somebody chose?

The address says which days (`from`, `to`) and by what (`by`), so that a picture can be kept and gone back to.
"""

from bisect import bisect_right
from calendar import monthrange
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode

from backlit.app.answer import Answer, Row
from backlit.errors import UsageError
from backlit.report import charts, text
from backlit.report.document import months_shown
from backlit.web.asking import Ask
from backlit.web.behind import Behind

__all__ = ["Bar", "Choice", "Timeline", "Ways", "changes_within", "choice_of", "span_words", "timeline_of"]

#: What days are counted by, the finest first.
_GRAINS = ("day", "week", "month")
#: Bars that can still be told apart and hit.
_MOST_BARS = 160
#: Days up to which a range is shown by day, and by week, where nobody says.
_BY_DAY, _BY_WEEK = 45, 400
#: Ranges that are offered, by their days.
_RANGES = {"30 days": 30, "90 days": 90, "a year": 365}
_HEIGHT = 170
#: What is counted of each day.
_COUNTED = ("new_domains", "new_links", "lost_domains", "lost_links")
#: Before this day there was no web to link on.
_OLDEST = date(1990, 1, 1)

Span = tuple[date, date]


@dataclass(frozen=True, slots=True)
class Choice:
    """What an address asks of a timeline: its days and by what they are counted, None where it leaves that
    open. With `is_changes` it asks for what changed on these days instead."""

    first: date | None = None
    last: date | None = None
    by: str | None = None
    is_changes: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether the months that an overview holds are enough."""
        return self.first is None and self.last is None and self.by in (None, "month")


@dataclass(frozen=True, slots=True)
class Bar:
    """Some days in a row, and what came on them: `domains` is None before the data begin. `lost` are domains
    of which the last link was found gone on these days."""

    span: Span
    words: str
    short: str
    domains: int | None
    links: int
    lost: int = 0
    lost_links: int = 0
    domains_url: str | None = None
    links_url: str | None = None
    lost_url: str | None = None

    @property
    def part(self) -> charts.Part:
        """What is drawn of it: what came above the line, and what went below."""
        gone = None
        if self.lost:
            note = f"{text.plural(self.lost, 'domain')}, {text.plural(self.lost_links, 'link')}"
            gone = charts.Part(f"Lost, {self.words}", self.lost, note, href=self.lost_url)
        return charts.Part(
            self.words,
            self.domains,
            "no data" if self.domains is None else "",
            href=self.domains_url if self.domains else None,
            short=self.short,
            below=gone,
        )


@dataclass(frozen=True, slots=True)
class Ways:
    """Where other pictures of a timeline are, each with its words and whether it is this one: by finer or
    coarser bars, and of other days."""

    grains: Sequence[tuple[str, str, bool]]
    ranges: Sequence[tuple[str, str, bool]]
    earlier: str | None
    later: str | None


@dataclass(frozen=True, slots=True)
class Timeline:
    """A picture, the same as rows, and the ways to others."""

    by: str
    bars: Sequence[Bar]
    note: str
    ways: Ways
    #: the first and the last day that the data tell of
    data: Span
    #: whether it is what an overview shows where nobody chose
    is_plain: bool

    @property
    def title(self) -> str:
        days = "" if self.is_plain else f", {span_words(*self.span)}"
        came = "New and lost" if any(bar.lost for bar in self.bars) else "New"
        return f"{came} referring domains by {self.by}{days}"

    @property
    def figure(self) -> charts.Svg:
        return charts.columns(self.title, [bar.part for bar in self.bars], height=_HEIGHT, below="lost")

    @property
    def span(self) -> Span:
        return self.bars[0].span[0], self.bars[-1].span[1]

    @property
    def known(self) -> Span:
        """As much of its days as the data tell of."""
        first, last = max(self.span[0], self.data[0]), min(self.span[1], self.data[1])
        return (first, last) if first <= last else self.span


# what is asked --------------------------------------------------------------------


def choice_of(ask: Ask) -> Choice:
    """What the address of an overview asks of its timeline; UsageError where that is no day."""
    sent = dict(ask.sent)
    first, last = (_day(sent.get(name, "")) for name in ("from", "to"))
    if first and last and last < first:  # days have been chosen from right to left
        first, last = last, first
    by = sent.get("by")
    return Choice(first, last, by if by in _GRAINS else None, sent.get("show") == "changes")


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value) if value else None
    except ValueError as error:
        found, do = "that is no date", "Write a date as 2026-03-01."
        raise UsageError(f"show the days from or to {value[:60]!r}", found, do) from error


def changes_within(ask: Ask, choice: Choice, today: date | None) -> str:
    """Where it is listed what changed on some days: since the first, as known by the end of the last, unless
    that is `today`."""
    last = choice.last if choice.last and today and choice.last < today else None
    known = min(filter(None, (ask.date, last.isoformat() if last else "")), default=None)
    since = choice.first.isoformat() if choice.first else None
    return Ask(ask.target, ask.scope).url("changes", since=since, as_of=known)


# what is answered -----------------------------------------------------------------


def timeline_of(
    ask: Ask, answer: Answer, behind: Behind, choice: Choice, arrivals: Sequence[Row]
) -> Timeline | None:
    """The timeline of an overview; None of a target without links.

    `arrivals` are domains and links by day, new and lost ones.
    """
    months: Sequence[Row] = answer.row["timeline"]
    if not months:
        return None
    rows = arrivals or [{**row, "day": _first_of(row["month"])} for row in months]
    begins, newest = rows[0]["day"], rows[-1]["day"]
    today = max(newest, answer.as_of.date()) if answer.as_of else newest
    shown = months_shown(months)
    oldest = _first_of(shown.new[0][0])
    if choice.is_plain:
        ends = max(_first_of(shown.new[-1][0]), newest)  # the last that happened may be a loss
        first, last, by = oldest, _end_of_month(ends), "month"
    else:
        first = choice.first or (begins if choice.last else max(oldest, begins))
        first, last = _within(first, today), _within(choice.last or today, today)
        first = min(first, last)  # where all that was chosen is before the data
        by = _fitting(choice.by or _usual(first, last), first, last)
    spans = list(_spans(first, last, by))[-_MOST_BARS:]
    bars = _bars(spans, by, rows, begins, behind)
    note = shown.note if choice.is_plain else _note(bars, begins) + _left_out(ask, choice, today)
    url = partial(_url, Ask(ask.target, ask.scope, ask.as_of))
    span, data = (bars[0].span[0], last), (begins, today)
    ways = Ways(
        _grains(choice, (max(span[0], begins), last), by, url),
        _ranges(choice, span, data, len(shown.new), url),
        *_beside(choice, span, data, url),
    )
    return Timeline(by, bars, note, ways, data, choice.is_plain)


def _within(day: date, today: date) -> date:
    """The day, or the nearest that anything can be known of: none came after the data end."""
    return min(max(day, _OLDEST), today)


def _usual(first: date, last: date) -> str:
    days = (last - first).days + 1
    return "day" if days <= _BY_DAY else "week" if days <= _BY_WEEK else "month"


def _fitting(by: str, first: date, last: date) -> str:
    """As it was asked for, or coarser where there would be too many bars."""
    return next(
        (
            grain
            for grain in _GRAINS[_GRAINS.index(by) :]
            if sum(1 for _ in _spans(first, last, grain)) <= _MOST_BARS
        ),
        "month",
    )


def _spans(first: date, last: date, by: str) -> Iterator[Span]:
    """The days, weeks from Monday on or months within a range, cut off where it begins and ends."""
    while first <= last:
        end = first
        if by == "week":
            end = first + timedelta(days=min(6 - first.weekday(), (last - first).days))
        elif by == "month":
            end = _end_of_month(first)
        yield first, min(end, last)
        if end >= last:
            return  # the last day that there is has none after it
        first = end + timedelta(days=1)


def _bars(spans: Sequence[Span], by: str, rows: Sequence[Row], begins: date, behind: Behind) -> Sequence[Bar]:
    starts, counted = [span[0] for span in spans], [[0] * len(_COUNTED) for _ in spans]
    for row in rows:
        at = bisect_right(starts, row["day"]) - 1
        if at >= 0 and row["day"] <= spans[at][1]:
            counted[at] = [
                so_far + row.get(name, 0) for so_far, name in zip(counted[at], _COUNTED, strict=True)
            ]
    years = len({day.year for span in spans for day in span})
    return [
        _bar(span, by, [None if span[1] < begins else domains, *others], behind, years=years)
        for span, (domains, *others) in zip(spans, counted, strict=True)
    ]


def _bar(span: Span, by: str, counted: Sequence[Any], behind: Behind, *, years: int) -> Bar:
    first, last = span
    month = f"{first:%Y-%m}"
    if by == "month" and span == (_first_of(month), _end_of_month(first)):
        words = short = text.month(month)
        urls = [behind.month(month, as_domains=whose) for whose in (True, False)]
    else:
        words = span_words(first, last)
        short = text.month(month) if years > 1 else text.day(first).rpartition(" ")[0]
        urls = [behind.period(first, last, as_domains=whose) for whose in (True, False)]
    domains, links, lost, lost_links = counted
    lost_url = behind.lost(first, last)
    return Bar(span, words, short, domains, links, lost, lost_links, urls[0], urls[1], lost_url)


def _note(bars: Sequence[Bar], begins: date) -> str:
    came = sum(bar.domains or 0 for bar in bars)
    lost = sum(bar.lost for bar in bars)
    said = (
        f"{text.plural(came, 'new domain')}{f' and {text.count(lost)} lost' if lost else ''} on these days."
    )
    if bars[-1].span[1] < begins:
        said = f"The data begin on {text.day(begins)}: of days before nothing is known."
    elif bars[0].span[0] <= begins:
        said = f"The data begin on {text.day(begins)}; that day also holds what was there before."
    return said


def _left_out(ask: Ask, choice: Choice, today: date) -> str:
    """Why there is nothing of days that were asked for as well."""
    if max(filter(None, (choice.first, choice.last)), default=today) <= today:
        return ""
    told = "This is as it was known on" if ask.as_of else "The data end on"
    return f" {told} {text.day(today)}."


# the ways to others ------------------------------------------------------------------

_Url = Callable[..., str]
_Way = tuple[str, str, bool]


def _grains(choice: Choice, span: Span, by: str, url: _Url) -> Sequence[_Way]:
    """The same days by finer or coarser bars, of which there would not be too many."""
    chosen = {"from": choice.first, "to": choice.last}
    return [
        (f"by {grain}", url(**chosen, by=grain), grain == by)
        for grain in _GRAINS
        if sum(1 for _ in _spans(*span, grain)) <= _MOST_BARS
    ]


def _ranges(choice: Choice, span: Span, data: Span, months: int, url: _Url) -> Sequence[_Way]:
    """Days that are often asked for, as far as there are any; the last months are what nobody chose."""
    begins, today = data
    ways = [(f"{months} months", url(), choice.is_plain)]
    for words, length in _RANGES.items():
        since = today - timedelta(days=length - 1)
        if since > begins:
            ways.append((words, url(**{"from": since, "to": today}), span == (since, today)))
    whole = not choice.is_plain and span == data
    return [*ways, ("all days", url(**{"from": begins, "to": today}), whole)]


def _beside(choice: Choice, span: Span, data: Span, url: _Url) -> tuple[str | None, str | None]:
    """As many days before and after those that were chosen."""
    (first, last), (begins, today) = span, data
    if choice.is_plain:
        return None, None
    length, one = last - first + timedelta(days=1), timedelta(days=1)
    earlier = url(**{"from": max(first - length, begins), "to": first - one}) if first > begins else None
    later = url(**{"from": last + one, "to": min(last + length, today)}) if last < today else None
    return earlier, later


def _url(ask: Ask, **asked: Any) -> str:
    address = ask.url("overview")
    query = urlencode({name: str(value) for name, value in asked.items() if value is not None})
    join = "&" if "?" in address else "?"
    return address + (join + query if query else "") + "#growth"


# days -----------------------------------------------------------------------------


def span_words(first: date, last: date) -> str:
    """`2 Mar 2026`, `2 to 8 Mar 2026`, `28 Feb to 6 Mar 2026`, `29 Dec 2025 to 4 Jan 2026`."""
    if first == last:
        return text.day(first)
    if first.year != last.year:
        return f"{text.day(first)} to {text.day(last)}"
    begin = str(first.day) if first.month == last.month else text.day(first).rpartition(" ")[0]
    return f"{begin} to {text.day(last)}"


def _first_of(month: str) -> date:
    return date.fromisoformat(f"{month}-01")


def _end_of_month(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])
