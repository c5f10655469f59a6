"""Which links lead to dead pages of one's own, and where should they lead?"""

import time
from collections.abc import Iterator
from dataclasses import replace

from backlit.app.answer import Answer, Row
from backlit.app.look import answer_of
from backlit.app.session import Session
from backlit.index.profile import Profile
from backlit.index.questions import Question
from backlit.report.redirects import Pages
from backlit.urls import parse_url

__all__ = ["broken"]

#: Live pages that a suggestion is chosen among: those with most links.
_LIVE = 20_000
#: Words of links that are read per page.
_ANCHORS = 50


def broken(session: Session, target: str, *, scope: str | None = None, as_of: str | None = None) -> Answer:
    """The dead pages of a target that others link to, those with the most valuable links first, each with the
    live page that it should lead to, where one is near."""
    started = time.perf_counter()
    profile = session.profile(target, scope, as_of)
    dead = _dead(profile)
    live = Pages(_live(profile) if dead else ())
    rows = [_row(url, links, profile, live) for url, links in dead.items()]
    rows.sort(key=lambda row: (-(row["value"] or 0.0), -row["domains"], row["target_url"]))
    told = {"target": target, "scope": profile.target.scope}
    return replace(answer_of(profile, rows, told, started), total=len(rows), limit=len(rows))


def _dead(profile: Profile) -> dict[str, list[Row]]:
    """The links to pages that answered with an error when they were read last, by page."""
    found: dict[str, list[Row]] = {}
    for row in _all(profile, Question.ask("backlinks", "source", "is:broken", group="none")):
        if _is_own(profile, row["target_url"]):
            found.setdefault(row["target_url"], []).append(row)
    return found


def _is_own(profile: Profile, url: str) -> bool:
    return parse_url(url).domain == profile.domain


def _live(profile: Profile) -> list[str]:
    """The pages of the target that answered well, those with most links first."""
    question = Question.ask("pages", "-domains", "status:200")
    pages = (row["url"] for batch in profile.batches(question, _LIVE) for row in batch)
    return [url for url in pages if _is_own(profile, url)]


def _all(profile: Profile, question: Question) -> Iterator[Row]:
    for batch in profile.batches(question):
        yield from batch


def _row(url: str, links: list[Row], profile: Profile, live: Pages) -> Row:
    anchors = [link["anchor"] or link["alt"] or "" for link in links[:_ANCHORS]]
    suggestion, similarity = live.nearest(url, anchors)
    values = [link["value"] for link in links if link["value"] is not None]
    best = max(links, key=lambda link: (link["value"] or 0.0, link["source_authority"] or 0.0))
    return {
        "target_url": url,
        "status": _status(profile, url),
        "domains": len({link["source_domain"] for link in links}),
        "links": len(links),
        "value": round(sum(values), 1) if values else None,
        "value_low": _sum(links, "value_low"),
        "value_high": _sum(links, "value_high"),
        "best_link": best["source_url"],
        "suggestion": suggestion,
        "similarity": similarity,
    }


def _sum(links: list[Row], end: str) -> float | None:
    """One end of what the links are worth together, of those that were judged."""
    values = [link[end] for link in links if link[end] is not None]
    return round(sum(values), 1) if values else None


def _status(profile: Profile, url: str) -> int | None:
    from backlit.app.votes_left import quoted

    question = Question.ask("pages", "-domains", f"url:{quoted(url)}")
    found = [row["status"] for row in _all(profile, question) if row["url"] == url]
    return found[0] if found else None
