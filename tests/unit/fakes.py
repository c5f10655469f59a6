"""What does an index look like to the faces, without an index? The app layer's answers, made up.

One target, `shop.example`, with a friend, a forum, and a spammer whose texts try to break out.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from backlit import app
from backlit.app.answer import Answer, Row
from backlit.app.lists import Whole
from backlit.app.session import parse_as_of, parse_since
from backlit.errors import FilterError, HomeMissing, TargetError, UsageError
from backlit.index.tables import Version

__all__ = ["AS_OF", "HOSTILE", "anchor_row", "domain_row", "install", "link_row", "overview_row"]

AS_OF = datetime(2026, 6, 7, 4, 39, 57, tzinfo=UTC)
SOURCES = ("crawl-1.warc.gz", "crawl-2.warc.gz")
#: Anchors and titles as spammers write them.
HOSTILE = [
    '<img src=x onerror="document.title=1">',
    "</bdi></td><script>alert(1)</script>",
    "pay\u202elap\u202c \u200bnow\x1b[31m",
    "{{ 7 * 7 }} {% raw %}",
    '"><svg onload=alert(2)>',
]

_FIRST, _LAST = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)


def link_row(**changes: Any) -> Row:
    """A plain, visible, followed link in the text, with some fields changed."""
    row: Row = {
        "id": "00000000-0000-0000-0000-000000000001",
        "source_url": "https://friend.example/post",
        "source_domain": "friend.example",
        "source_title": "A post",
        "target_url": "https://shop.example/chairs",
        "via": None,
        "kind": "a",
        "rel": [],
        "placement": "content",
        "hidden": "visible",
        "anchor": "garden chairs",
        "alt": None,
        "before": "I bought my",
        "after": "there, and like them.",
        "language": "en",
        "first_seen": _FIRST,
        "last_seen": _LAST,
        "state": "live",
        "lost_at": None,
        "lost_reason": None,
        "source_authority": 61.4,
        "source_ip": "192.0.2.7",
        "links_in_group": 1,
        "value": None,
        "spam": None,
        "unnatural": None,
        "relevance": None,
        "provenance": {"source": "crawl-1.warc.gz", "offset": 1234, "unit": "byte", "reader": "warc"},
    }
    return row | changes


def domain_row(domain: str = "friend.example", **changes: Any) -> Row:
    row: Row = {
        "domain": domain,
        "links": 2,
        "follow": 2,
        "first_seen": _FIRST,
        "last_seen": _LAST,
        "authority": 61.4,
        "trust": None,
        "spam": None,
        "unnatural": None,
        "sitetype": None,
        "platform": None,
        "topic": None,
        "ip": "192.0.2.7",
        "subnet": "192.0.2.0/24",
        "country": None,
        "anchor": "garden chairs",
        "url": f"https://{domain}/post",
        "visits": None,
    }
    return row | changes


def anchor_row(anchor: str = "garden chairs", **changes: Any) -> Row:
    row: Row = {
        "anchor": anchor,
        "class": None,
        "money": None,
        "links": 2,
        "domains": 1,
        "follow": 2,
        "first_seen": _FIRST,
        "last_seen": _LAST,
    }
    return row | changes


def noticed_row(**changes: Any) -> Row:
    """What an index would have counted over all links of a healthy profile."""
    nothing: Row = {"hidden": [], "hidden_rows": [], "repeated": [], "noindex": 0, "noindex_rows": []}
    return {**nothing, "network": None, **changes}


def overview_row(**changes: Any) -> Row:
    row: Row = {
        "target": "shop.example",
        "scope": "domain",
        "links": 9,
        "pages": 7,
        "referring_domains": 7,
        "referring_hosts": 7,
        "referring_ips": 3,
        "referring_subnets": 2,
        "counting_domains": None,
        "follow": 7,
        "nofollow": 1,
        "ugc": 0,
        "sponsored": 0,
        "rel_unknown": 1,
        "hidden_links": 0,
        "links_by_alias": 0,
        "syndicated": {"links": 0, "domains": 0},
        "visits": None,
        "authority": {
            "score": 48.2,
            "percentile": 90.0,
            "rank": 12.5,
            "tied": 2,
            "se": None,
            "of": 351,
            "pagerank_of": 900,
            "method": "m",
            "why": None,
        },
        "trust": None,
        "judged_domains": None,
        "spam_share": None,
        "unnatural_share": None,
        "relevance": None,
        "diversity": None,
        "new_30d": 2,
        "first_looks_30d": 4,
        "lost_30d": 1,
        "social": None,
        "first_seen": _FIRST,
        "last_seen": _LAST,
        "lost": 1,
        "leads": 0,
        "mix": {
            "rel": {"follow": 7, "nofollow": 1, "unknown": 1},
            "placement": {"content": 8, "unknown": 1},
            "kind": {"a": 9},
            "language": {"en": 8, "unknown": 1},
            "tld": {"example": 9},
            "state": {"live": 9, "lost": 1},
        },
        "timeline": [
            {"month": "2026-03", "new_domains": 5, "new_links": 6},
            {"month": "2026-05", "new_domains": 2, "new_links": 3},
        ],
    }
    return row | changes


LINKS = [link_row()] + [
    link_row(
        id=f"00000000-0000-0000-0000-00000000001{at}",
        source_url=f"https://spam{at}.example/p",
        source_domain=f"spam{at}.example",
        source_title=text,
        anchor=text,
        before=text,
        after=text,
        source_authority=None,
    )
    for at, text in enumerate(HOSTILE)
]
LINKS.append(
    link_row(
        id="00000000-0000-0000-0000-000000000002",
        source_url="javascript:alert(3)",
        source_domain="odd.example",
    )
)

#: Texts that a spreadsheet would run.
FORMULAS = [
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1)",
    " =1",
    "\t=1",
    "＝1+1",
    '=HYPERLINK("http://x")',
]


class FakeSession:
    """Remembers how often it was asked for news, and on which days it looked."""

    days = (date(2026, 3, 1), date(2026, 4, 12), AS_OF.date())
    version = Version(1, AS_OF, "", {})
    is_large = False

    def __init__(self, *, is_demo: bool = False) -> None:
        self.refreshed, self.is_demo = 0, is_demo

    def refresh(self) -> None:
        self.refreshed += 1


def _answer(
    rows: Row | list[Row], target: str, scope: str | None, limit: int | None = None, cursor: str | None = None
) -> Answer:
    query = {"target": target, "scope": scope or ("url" if "/" in target else "domain")}
    if limit is None or isinstance(rows, dict):
        return Answer(rows, query, 1, AS_OF, SOURCES, 1.0, sources_total=2)
    start = int(cursor or 0)
    end = start + limit
    following = str(end) if end < len(rows) else None
    return Answer(rows[start:end], query, 1, AS_OF, SOURCES, 1.0, len(rows), limit, following, 2)


def arrivals(_session: Any, target: str, *, scope: str | None = None, as_of: str | None = None) -> Answer:
    days = {date(2026, 3, 4): (5, 6, 0, 0), date(2026, 5, 9): (2, 3, 1, 1)}
    names = ("new_domains", "new_links", "lost_domains", "lost_links")
    rows = [{"day": day} | dict(zip(names, counts, strict=True)) for day, counts in days.items()]
    return Answer(rows, {"target": target, "scope": scope or "domain"}, 1, AS_OF)


def overview(_session: Any, target: str, *, scope: str | None = None, as_of: str | None = None) -> Answer:
    if target == "com":
        raise TargetError(
            "look up 'com'", "a public suffix, under which anyone registers names", "Name a domain."
        )
    if target == "boom.example":
        raise RuntimeError("secret detail")
    row = overview_row(target=target)
    if target == "nobody.example":
        row |= {"links": 0, "lost": 0, "referring_domains": 0, "leads": 3, "timeline": []}
    return _answer(row, target, scope)


def backlinks(
    _session: Any,
    target: str,
    *,
    scope: str | None = None,
    q: str | None = None,
    group: str = "domain",
    sort: str = "-authority",
    state: Sequence[str] | None = None,
    facets: Sequence[str] = (),
    limit: int = 100,
    cursor: str | None = None,
    as_of: str | None = None,
) -> Answer:
    if sort == "nope":
        raise UsageError("sort by 'nope'", "there is no such field here", "Known are authority, first_seen.")
    if q == "nope:1":
        raise FilterError(
            "filter by 'nope'", "at character 1 there is no such field here", "Known are anchor."
        )
    if q:
        return _answer([], target, scope, limit, cursor)
    rows = [link for link in LINKS if link["state"] in (state or ("live", "unverified"))]
    return _answer(rows, target, scope, limit, cursor)


def _listed(rows: list[Row]) -> Callable[..., Answer]:
    def rows_of(
        _session: Any, target: str, *, scope: str | None = None, q: str | None = None, sort: str = "",
        limit: int = 100, cursor: str | None = None, as_of: str | None = None,
    ) -> Answer:  # fmt: skip
        return _answer(rows, target, scope, limit, cursor)

    return rows_of


domains = _listed([domain_row(f"site{at}.example", anchor=HOSTILE[at % len(HOSTILE)]) for at in range(7)])
anchors = _listed([anchor_row(text) for text in ["garden chairs", "", *HOSTILE]])
best_pages = _listed(
    [
        {
            "url": "https://shop.example/chairs",
            "links": 9,
            "domains": 7,
            "status": 404,
            "authority": None,
            "equity": None,
            "internal_links": None,
            "why": "The index has not been ranked yet: run `backlit rank`.",
            "leads_on": False,
        },
        {
            "url": "https://shop.example/",
            "links": 1,
            "domains": 1,
            "status": None,
            "authority": None,
            "equity": None,
            "internal_links": None,
            "why": "The index has not been ranked yet: run `backlit rank`.",
            "leads_on": False,
        },
    ]
)


def change_row(kind: str, reason: str, **changes: Any) -> Row:
    """A change of a plain link; `changes` are those of its later side."""
    link = link_row(**changes)
    names = ("anchor", "alt", "rel", "placement", "hidden")
    before, after = ({name: side[name] for name in names} | {"via": None} for side in (link_row(), link))
    return {
        "at": _LAST,
        "kind": kind,
        "reason": reason,
        "link": link,
        "before": None if kind == "new" else before,
        "after": None if kind == "lost" else after,
    }


CHANGES = [
    change_row("new", "added"),
    change_row("lost", "page-gone"),
    change_row("changed", "anchor,rel,placement", anchor=HOSTILE[1], rel=["ugc"], placement="footer"),
]


def changes(
    _session: Any, target: str, *, scope: str | None = None, since: str | None = None, vs: str | None = None,
    q: str | None = None, kind: Sequence[str] = (), sort: str = "-at", limit: int = 100,
    cursor: str | None = None, as_of: str | None = None,
) -> Answer:  # fmt: skip
    rows = [row for row in CHANGES if not kind or row["kind"] in kind]
    answer = _answer([] if q else rows, target, scope, limit, cursor)
    before = parse_as_of(vs) if vs else parse_since(since or "30d", AS_OF)
    told = {**answer.query, "before": before.isoformat()}
    return replace(
        answer, query=told, facets={"change": {"new": 1, "lost": 1, "changed": 1, "first-read": 5}}
    )


def lead_row(url: str = "https://said.example/list", **changes: Any) -> Row:
    row: Row = {
        "source_url": url,
        "source_domain": "said.example",
        "target_domain": "shop.example",
        "reported_at": _FIRST,
        "reported_by": "google search console",
        "source": "latest-links.csv",
    }
    return row | changes


def leads(
    _session: Any, target: str, *, scope: str | None = None, limit: int = 100,
    cursor: str | None = None, as_of: str | None = None,
) -> Answer:  # fmt: skip
    rows = [lead_row(f"https://said.example/{at}") for at in range(3)] if target == "nobody.example" else []
    return _answer(rows, target, scope, limit, cursor)


def audit(session: Any, target: str, *, scope: str | None = None, as_of: str | None = None) -> Answer:
    from backlit.report.audit import build_audit

    answer = overview(session, target, scope=scope)
    model = build_audit(
        answer.rows[0],
        domains(session, target).rows,
        anchors(session, target).rows,
        LINKS,
        noticed_row(),
        sources=SOURCES,
        sources_total=2,
        as_of=AS_OF,
    )
    return _answer(model, target, scope)


def targets(_session: Any, limit: int = 20) -> Answer:
    return Answer([{"domain": "shop.example", "domains": 7, "links": 9}][:limit], {}, 1, total=1, limit=limit)


def spread_rows() -> list[Row]:
    """Three dimensions: all, one with a hostile name, and one that nothing tells."""
    told: Row = {
        "dimension": "anchor",
        "effective": 2.5,
        "evenness": 0.5,
        "ci": [1.9, 3.2],
        "kinds": 5,
        "known": 9,
        "top": {"value": HOSTILE[0], "votes": 6, "share": 6 / 9},
        "percentile": 3.0,
        "unknown": 1,
        "peers": 60,
        "rarefied_to": 9,
        "narrow": True,
        "why": None,
    }
    nothing = dict.fromkeys(told) | {"known": 0, "unknown": 10, "peers": 0}
    every = dict.fromkeys(told) | {"dimension": "all", "percentile": 3.0}
    return [every, told, nothing | {"dimension": "ip", "why": "No source kept addresses."}]


def diversity(
    _session: Any,
    target: str,
    *,
    peers: Sequence[str] = (),
    scope: str | None = None,
    as_of: str | None = None,
) -> Answer:
    answer = _answer(spread_rows(), target, scope)
    named = list(peers) or ["rival.example"]
    return replace(answer, query={**answer.query, "peers": named, "peers_named": bool(peers), "why": None})


def sources_row() -> Row:
    """Two sources with hostile names, and a third."""
    names = ("ahrefs", HOSTILE[0], "crawl-1")
    return {
        "target": "shop.example",
        "scope": "domain",
        "sources": [
            {
                "name": name,
                "kind": "export" if name == "ahrefs" else "crawl",
                "files": 1,
                "links": 9,
                "pages": 9,
            }
            | {
                "domains": 6,
                "only_here": 2,
                "only_here_share": 1 / 3,
                "first_seen": _FIRST,
                "last_seen": _LAST,
            }
            for name in names
        ],
        "overlap": [{"a": a, "b": b, "domains": 2, "share": 1 / 3} for a in names for b in names if a != b],
        "unseen": {
            "at_least": 12,
            "interval": [5, 31],
            "seen": 9,
            "inputs": {"m": 3, "Q1": 6, "Q2": 1},
            "formula": "(m - 1) / m * Q1^2 / (2 * Q2)",
            "method": "Chao's lower bound, 95 % log-normal interval",
            "assumptions": "None copies another.",
            "why": None,
        },
        "leads": [{"name": HOSTILE[1], "leads": 3, "domains": 2, "last_reported": _FIRST}],
        "visits": [
            {"tool": "ga4", "measure": "sessions", "count": 1200, "domains": 4}
            | {"first_day": _FIRST, "last_day": _LAST}
        ],
    }


def sources(
    _session: Any, target: str | None = None, *, scope: str | None = None, as_of: str | None = None
) -> Answer:
    if target is not None:
        return _answer(sources_row(), target, scope)
    rows = [{"name": name, "last_observed": AS_OF} for name in SOURCES]
    return Answer(rows, {}, 1, total=len(rows), limit=len(rows))


def open_session(
    home: Path, *, may_wait: bool = False, is_busy: Callable[[], bool] = lambda: False
) -> FakeSession:
    assert isinstance(may_wait, bool)
    assert not is_busy()
    if home.name == "empty":
        raise HomeMissing(f"open {home}", "no index there", "Run `backlit demo` or `backlit ingest FILE`.")
    return FakeSession()


def whole(session: Any, view: str, target: str, *, limit: int | None = None, **asked: Any) -> Whole:
    """All rows of the list that stands in the place of the app layer's, two at a time."""
    ask = getattr(app, {"pages": "best_pages"}.get(view, view))
    answer = ask(session, target, limit=10_000, **asked)
    rows = answer.rows[:limit]
    told = replace(answer, data=[], limit=limit or answer.total)
    return Whole(view, told, (rows[at : at + 2] for at in range(0, len(rows), 2)))


def install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put these answers in the place of the app layer's."""
    for fake in (
        audit,
        anchors,
        arrivals,
        backlinks,
        best_pages,
        changes,
        diversity,
        domains,
        leads,
        open_session,
        overview,
        sources,
        targets,
        whole,
    ):
        name = next(key for key, value in globals().items() if value is fake)
        monkeypatch.setattr(app, name, fake, raising=False)
