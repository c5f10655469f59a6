"""How did pages do in search and in visits before and after their links were won or lost, beside the others?

Counts lie side by side, page by page. Pages that no link changed for are what would have happened anyway, as
far as anybody can tell; no sentence says that links did it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np

from backlit.index.performance import MOST_PAGES, PageCounts, Visits, Window
from backlit.report.text import count, day, plural
from backlit.score.effect import Effect, TooFew, effect_of

__all__ = ["CAVEAT", "chosen", "impact_of"]

Row = dict[str, Any]

CAVEAT = (
    "That both came together is no sign that one made the other: pages that do well also earn links, and "
    "much else changed in these days."
)
_NOTHING = PageCounts(0, 0, None)


@dataclass(slots=True)
class _Page:
    """What happened to the links of a page, by when it was seen."""

    won: list[Row] = field(default_factory=list)
    lost: list[Row] = field(default_factory=list)
    #: why it is neither touched nor untouched
    unclear: str | None = None


def chosen(windows: Sequence[Window], since: date | None) -> tuple[Window | None, Window | None]:
    """The two exports to compare: the newest, and the newest that ends before it begins; with `since` those
    that lie before and from that day on. None for one that is not there."""
    dated = [each for each in windows if each.days]
    later = [each for each in dated if since is None or each.days[0] >= since]
    after = max(later, key=lambda each: (each.days[-1], len(each.days), each.reported_at), default=None)
    ends = since if after is None else after.days[0]
    earlier = [each for each in dated if ends is not None and each.days[-1] < (since or ends)]
    before = max(earlier, key=lambda each: (each.days[-1], len(each.days), each.reported_at), default=None)
    return before, after


def impact_of(
    before: Window,
    after: Window,
    changes: Iterable[Row],
    visits: Sequence[Visits],
    rng: np.random.Generator,
    others: Iterable[Row] = (),
) -> Row:
    """The pages of both exports with what changed, and what pages with won or lost links did beside the rest.

    `changes` are those of links since the first day of `before`, of every kind; `others` those that are not
    asked about: their pages are not compared.
    """
    touched = _touched(before, after, changes, others)
    tool = visits[0] if visits else None
    rows = [_row(page, before, after, touched.get(_bare(page)), tool) for page in _both(before, after)]
    rows.sort(key=lambda row: (-(row["won"] + row["lost"]), -row["clicks_after"], row["page"]))
    effects = [
        _effect(rows, of, measure, _days(before, after, tool, measure), rng)
        for of in ("won", "lost")
        for measure in ("clicks", "impressions", *(("visits",) if tool else ()))
    ]
    return {
        "before": _told(before),
        "after": _told(after),
        "effects": effects,
        "pages": rows,
        "visits": None if tool is None else {"tool": tool.tool, "measure": tool.measure},
        "left_out": _left_out(rows, before, after),
        "notes": list(_notes(before, after, rows, tool)),
        "caveat": CAVEAT,
    }


def _bare(url: str) -> str:
    """A page by its address without the scheme: both name the same page."""
    return url.partition("://")[2]


def _both(before: Window, after: Window) -> list[str]:
    return sorted(before.pages.keys() & after.pages.keys())


def _told(window: Window) -> Row:
    return {
        "name": window.name,
        "first_day": window.days[0],
        "last_day": window.days[-1],
        "days": len(window.days),
        "missing_days": window.missing,
        "pages": len(window.pages),
        "cut": window.is_cut,
    }


# links -------------------------------------------------------------------------


def _touched(
    before: Window, after: Window, changes: Iterable[Row], others: Iterable[Row]
) -> dict[str, _Page]:
    """Pages whose links changed: after the first window, and till the end of the second. A page whose links
    changed earlier, or at a time that nobody knows, is no page that nothing happened to."""
    pages: dict[str, _Page] = {}
    for change, when in _within(before, after, changes):
        page = pages.setdefault(_bare(_target(change["link"])), _Page())
        if change["kind"] not in ("new", "lost"):
            page.unclear = page.unclear or f"a link {_UNCLEAR.get(change['kind'], 'changed')}"
        elif when <= before.days[-1]:
            page.unclear = "links were won or lost in the first period already"
        else:
            (page.won if change["kind"] == "new" else page.lost).append(change)
    for change, _ in _within(before, after, others):
        page = pages.setdefault(_bare(_target(change["link"])), _Page())
        page.unclear = page.unclear or "a link that the filter leaves out was won, lost or changed"
    return pages


def _within(before: Window, after: Window, changes: Iterable[Row]) -> Iterator[tuple[Row, date]]:
    """The changes from the first day of the first window to the last of the second, with the day of each."""
    for change in changes:
        when = change["at"].date() if change["at"] is not None else None
        if when is not None and before.days[0] <= when <= after.days[-1]:
            yield change, when


_UNCLEAR = {
    "first-read": "stands on a page that was read for the first time",
    "reported": "is named by an export alone",
    "reported-lost": "is said to be gone, and nobody has looked",
}


def _target(link: Mapping[str, Any]) -> str:
    """The page that a link leads to in the end."""
    return str(link["via"][-1]["to"] if link["via"] else link["target_url"])


# pages -------------------------------------------------------------------------


def _row(page: str, before: Window, after: Window, known: _Page | None, tool: Visits | None) -> Row:
    was, became = before.pages.get(page, _NOTHING), after.pages.get(page, _NOTHING)
    links = known or _Page()
    row: Row = {"page": page, "won": len(links.won), "lost": len(links.lost), "unclear": links.unclear}
    for name in ("clicks", "impressions"):
        then, now = getattr(was, name), getattr(became, name)
        row |= {f"{name}_before": then, f"{name}_after": now}
        row[f"{name}_change"] = _ratio(then / len(before.days), now / len(after.days))
    row |= {"position_before": was.position, "position_after": became.position}
    row |= _visited(page, before, after, links, tool)
    return row | {"won_links": [*map(_link, links.won)], "lost_links": [*map(_link, links.lost)]}


def _ratio(was: float, now: float) -> float | None:
    return now / was - 1 if was else None


def _link(change: Row) -> Row:
    link = change["link"]
    return {
        "source_url": link["source_url"],
        "source_domain": link["source_domain"],
        "anchor": link["anchor"] or link["alt"],
        "at": change["at"],
        "reason": change["reason"],
        "authority": link["source_authority"],
    }


def _visited(page: str, before: Window, after: Window, links: _Page, tool: Visits | None) -> Row:
    """Visits in both windows, and from the sites that links were won from; None for what no tool counted."""
    if tool is None:
        return dict.fromkeys(("visits_before", "visits_after", "visits_from_won"))
    won = {change["link"]["source_domain"] for change in links.won}
    counted = [_visits_in(tool, window, page, None) for window in (before, after)]
    sent = _visits_in(tool, after, page, won) if won else None
    return {"visits_before": counted[0], "visits_after": counted[1], "visits_from_won": sent}


def _visits_in(tool: Visits, window: Window, page: str, of: set[str] | None) -> int | None:
    """Visits of a page within a window; None where the tool tells of no day in it."""
    first, last = window.days[0], window.days[-1]
    inside = [row for row in tool.rows if first <= row[2] and row[3] <= last]
    if not inside:
        return None
    wanted = (row for row in inside if _bare(row[0]) == _bare(page) and (of is None or row[1] in of))
    return sum(row[4] for row in wanted)


def _days(before: Window, after: Window, tool: Visits | None, measure: str) -> tuple[float, float]:
    """How many days each count is over: those that the exports have, of visits those the tool tells of."""
    if measure != "visits" or tool is None:
        return float(len(before.days)), float(len(after.days))
    told = [float(len(_days_told(tool, window))) for window in (before, after)]
    return told[0], told[1]


def _days_told(tool: Visits, window: Window) -> set[date]:
    first, last = window.days[0], window.days[-1]
    spans = {(row[2], row[3]) for row in tool.rows if first <= row[2] and row[3] <= last}
    return {date.fromordinal(at) for a, b in spans for at in range(a.toordinal(), b.toordinal() + 1)}


# the comparison ------------------------------------------------------------------


def _effect(
    rows: Sequence[Row], of: str, measure: str, days: tuple[float, float], rng: np.random.Generator
) -> Row:
    """What pages with links won, or lost, did in a measure beside the pages whose links did not change."""
    other = "lost" if of == "won" else "won"
    kept = [
        row
        for row in rows
        if row["unclear"] is None and not row[other] and row[f"{measure}_before"] is not None
        and row[f"{measure}_after"] is not None
    ]  # fmt: skip
    told: Effect | TooFew = TooFew(0, 0)
    if kept and all(days):
        columns = [np.array([row[f"{measure}_{side}"] for row in kept]) for side in ("before", "after")]
        flags = np.array([row[of] > 0 for row in kept])
        told = effect_of(columns[0], columns[1], flags, days=days, rng=rng)
    some = any(row[of] for row in rows)
    found: Row = {"of": of, "measure": measure, "touched": told.touched, "untouched": told.untouched}
    names = ("change", "low", "high", "untouched_change", "level")
    if isinstance(told, TooFew):
        said = f"What pages that {of} links did in {measure} is not told: {told.why}"
        sentence = said if some else f"No link to these pages was {of} between the exports."
        return found | dict.fromkeys(names) | {"why": told.why, "sentence": sentence}
    found |= {name: getattr(told, name) for name in names}
    return found | {"why": None, "sentence": _said(told, of, measure)}


def _said(told: Effect, of: str, measure: str) -> str:
    """The comparison in a sentence, with its interval."""
    pages = f"{plural(told.touched, 'page')} that {of} links"
    others = f"{count(told.untouched)} of like size that did not"
    interval = f"{_percent(told.low)} to {_percent(told.high)}, {100 * told.level:.0f} % interval"
    if told.low <= 0 <= told.high:
        said = f"Between {pages} and {others} no difference in {measure} can be told from chance"
        return f"{said}: {_percent(told.change)} ({interval})."
    more = "more" if told.change > 0 else "fewer"
    share = _percent(abs(told.change)).lstrip("+")
    return f"The {pages} had {share} {more} {measure} than {others} ({interval})."


def _percent(share: float) -> str:
    return f"{100 * share:+.0f} %".replace("-", "−")


def _left_out(rows: Sequence[Row], before: Window, after: Window) -> dict[str, int]:
    """Pages that are not compared, by the reason."""
    return {
        "one_export_only": len(before.pages.keys() ^ after.pages.keys()),
        "unclear": sum(row["unclear"] is not None for row in rows),
        "won_and_lost": sum(row["unclear"] is None and row["won"] > 0 < row["lost"] for row in rows),
    }


def _notes(before: Window, after: Window, rows: Sequence[Row], tool: Visits | None) -> Iterator[str]:
    """What a reader has to know of the data."""
    left = _left_out(rows, before, after)
    for window in (before, after):
        if window.missing:
            many = plural(window.missing, "day is", "days are")
            yield f"{many} missing of {_span(window)}: what happened on them is not known."
        if window.is_cut:
            yield f"The export of {_span(window)} ends at {MOST_PAGES:,} pages: there may be more."
    if left["one_export_only"]:
        yield (
            f"{plural(left['one_export_only'], 'page is', 'pages are')} in one of the exports alone, and not "
            "compared: what they had in the other is not known."
        )
    if left["unclear"]:
        yield (
            f"{plural(left['unclear'], 'page is', 'pages are')} neither: links to them changed earlier, or "
            "at a time that nobody knows, or are left out by the filter."
        )
    if left["won_and_lost"]:
        both = plural(left["won_and_lost"], "page")
        yield f"{both} both won and lost links, and count as neither."
    if tool is not None:
        yield f"Visits are what {tool.tool} counts as {tool.measure}, over the days that it tells of."


def _span(window: Window) -> str:
    return f"{day(window.days[0])} to {day(window.days[-1])}"
