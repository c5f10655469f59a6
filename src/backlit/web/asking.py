"""What does a URL ask? Its parameters, read the same way by pages and REST, and written back into links."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote, unquote, urlencode

from fastapi import Query, Request

from backlit.errors import UsageError

__all__ = ["GROUPS", "SORTS", "STATES", "VIEWS", "Ask", "asked"]

#: The reports of a target: path segment → (name in the navigation, words before the target in the heading).
VIEWS: Mapping[str, tuple[str, str]] = {
    "overview": ("Overview", "Links to"),
    "backlinks": ("Backlinks", "Backlinks of"),
    "domains": ("Referring domains", "Domains that link to"),
    "anchors": ("Anchors", "Anchors that point to"),
    "pages": ("Best pages", "Best linked pages of"),
    "audit": ("Audit", "Link audit of"),
}

#: What each table can be sorted by; the first is the default.
SORTS: Mapping[str, tuple[str, ...]] = {
    "backlinks": ("-authority", "first_seen", "last_seen", "source", "target", "anchor", "links", "lost_at"),
    "domains": ("-authority", "domain", "links", "follow", "first_seen", "last_seen"),
    "anchors": ("-domains", "links", "anchor", "follow", "first_seen", "last_seen"),
    "pages": ("-domains", "links", "url"),
}
GROUPS = {
    "domain": "one per domain",
    "page": "one per page",
    "anchor": "one per anchor",
    "subnet": "one per network",
    "none": "every link",
}
STATES: Mapping[str, tuple[str, ...]] = {
    "known": ("live", "unverified"),
    "live": ("live",),
    "unverified": ("unverified",),
    "lost": ("lost",),
    "all": ("live", "unverified", "lost"),
}

DEFAULT_LIMIT, MOST = 100, 500
_ORDER = ("scope", "as_of", "group", "state", "sort", "limit", "cursor", "at")


@dataclass(frozen=True, slots=True)
class Ask:
    """One question: a target, and how the answer should be cut.

    `at` counts the rows before this page, for the eye only; `given` names the parameters that were sent.
    """

    target: str
    scope: str | None = None
    as_of: str | None = None
    group: str = "domain"
    state: str = "known"
    sort: str | None = None
    limit: int = DEFAULT_LIMIT
    cursor: str | None = None
    at: int = 0
    given: frozenset[str] = field(default=frozenset(), compare=False)

    def url(self, view: str, suffix: str = "", **changes: Any) -> str:
        """The address of a view with these changes; any change but of the page starts at the first row."""
        changed = replace(self, **({"cursor": None, "at": 0} | changes))
        name = "" if view == "overview" and not suffix else f"/{view}"
        query = urlencode(changed._query(view))
        return f"/t/{quote(self.target, safe='')}{name}{suffix}" + (f"?{query}" if query else "")

    def _query(self, view: str) -> dict[str, str]:
        kept = {"scope", "as_of"}
        if view in SORTS:
            kept |= {"sort", "limit", "cursor", "at"}
        if view == "backlinks":
            kept |= {"group", "state"}
        plain = Ask(self.target, sort=SORTS[view][0] if view in SORTS else None)
        values = {name: getattr(self, name) for name in _ORDER if name in kept}
        return {
            name: str(value) for name, value in values.items() if value not in (None, getattr(plain, name))
        }

    def command(self, view: str) -> str:
        """The same question on the command line."""
        words = ["backlit", "best-pages" if view == "pages" else view, _shell(self.target)]
        for name, value in self._query(view).items():
            if name not in ("cursor", "at"):
                words += [f"--{name.replace('_', '-')}", _shell(value)]
        return " ".join(words)

    def arguments(self, view: str) -> dict[str, Any]:
        """What the use case of a view is called with."""
        arguments: dict[str, Any] = {"scope": self.scope, "as_of": self.as_of}
        if view in SORTS:
            sort = self.sort or SORTS[view][0]
            arguments |= {"sort": sort, "limit": self.limit, "cursor": self.cursor}
        if view == "backlinks":
            arguments |= {"group": self.group, "state": _states(self.state)}
        return arguments


def asked(
    request: Request,
    target: str,
    scope: str | None = Query(None, description="url, prefix, host or domain; the default fits the target"),
    as_of: str | None = Query(None, description="a date such as 2026-03-01"),
    group: str = Query("domain", description="backlinks only: none, domain, page, anchor or subnet"),
    state: str = Query(
        "known", description="backlinks only: live, unverified, lost, several with commas; known, all"
    ),
    sort: str | None = Query(None, description="a field; with - in front, largest first"),
    limit: int = Query(DEFAULT_LIMIT, ge=1, le=MOST, description="rows per answer"),
    cursor: str | None = Query(None, description="`page.next` of the answer before"),
    at: int = Query(0, ge=0, include_in_schema=False),
) -> Ask:
    """The question of a request. The path arrives as it was sent (see Guard), so it is decoded here, once."""
    given = frozenset(request.query_params)
    return Ask(
        unquote(target),
        scope or None,
        as_of or None,
        group,
        state,
        sort or None,
        limit,
        cursor or None,
        at,
        given,
    )


def _states(text: str) -> tuple[str, ...]:
    if text in STATES:
        return STATES[text]
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    if not names:
        raise UsageError("choose links by state", "the list is empty", f"Name some of {', '.join(STATES)}.")
    return names


def _shell(word: str) -> str:
    import shlex

    return shlex.quote(word)
