"""What does the index say about a target? The reading commands."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from backlit.cli.face import Face, command
from backlit.cli.helping import LOOK

if TYPE_CHECKING:
    from backlit.app.answer import Answer
    from backlit.app.lists import Whole
    from backlit.cli.tables import View

__all__ = ["AsOf", "Scope", "TargetName", "hint_at_folder"]

TargetName = Annotated[str, typer.Argument(metavar="TARGET", help="A URL, a host or a domain.")]
Scope = Annotated[
    str | None,
    typer.Option(
        metavar="url|prefix|host|domain", help="What the target stands for. Default: domain, for a URL url."
    ),
]
AsOf = Annotated[
    str | None,
    typer.Option(
        metavar="DATE|VERSION",
        help="As known by the end of that day, or from a version that `index ls` names.",
    ),
]
Limit = Annotated[
    int | None,
    typer.Option(
        metavar="N", min=1, help="At most so many. Default: 25 on a terminal, 100 in a pipe, all in a file."
    ),
]
Cursor = Annotated[str | None, typer.Option(metavar="C", help="Go on where an answer ended.")]
Filter = Annotated[
    str | None,
    typer.Option(
        "-q",
        metavar="FILTER",
        help="Only what a filter means, as 'rel:nofollow -domain:*.blog first_seen:<30d'.",
    ),
]
Facets = Annotated[
    str | None,
    typer.Option(
        metavar="NAMES", help="How the links are made up as well: rel,placement,language,tld and more."
    ),
]
Group = Annotated[
    str, typer.Option(metavar="none|domain|page|anchor|subnet", help="One link, the best, for each of these.")
]
States = Annotated[
    str | None,
    typer.Option(
        "--state",
        metavar="STATES",
        help="all, or with commas: live, unverified, lost, syndicated. Default: the first two.",
    ),
]
Leads = Annotated[
    bool,
    typer.Option("--leads", help="Instead: the pages that are said to link here, and were not read yet."),
]
Since = Annotated[
    str | None, typer.Option(metavar="DATE|30d", help="From that day on, or so long ago. Default: 30d.")
]
Versus = Annotated[
    str | None,
    typer.Option(
        "--vs",
        metavar="DATE|VERSION",
        help="Instead: against what was known at the end of a day, or a version.",
    ),
]
KindOfChange = Annotated[
    str | None,
    typer.Option(
        "--kind",
        metavar="KINDS",
        help="With commas, or all: new, lost, changed (the default), first-read, reported, reported-lost.",
    ),
]
Peers = Annotated[
    str | None, typer.Option(metavar="A,B", help="Domains to compare with. Default: found in the index.")
]
Sort = Annotated[str, typer.Option(metavar="FIELD", help="The order; a leading - means the greatest first.")]

#: The lists that go by another name than their command.
_VIEWS = {"best_pages": "pages"}

ALL_STATES = "live,unverified,lost"
ALL_KINDS = "new,lost,changed,first-read,reported,reported-lost"


@command(
    "overview",
    "backlit overview example.com",
    "backlit overview example.com --as-of 2026-03-01 --json",
    panel=LOOK,
    files=True,
)
def overview(face: Face, target: TargetName, *, scope: Scope = None, as_of: AsOf = None) -> None:
    """Show the profile of a target on one screen.

    Referring domains, links, authority, what is new and lost, and how the links are made up.
    """
    from backlit import app
    from backlit.cli.output import show_record
    from backlit.cli.profile import profile_of

    answer = app.overview(face.session(), target, scope=scope, as_of=as_of)
    hint_at_folder(face, target, scope)
    show_record(face, answer, profile_of)


@command(
    "backlinks",
    "backlit backlinks example.com --limit 20",
    "backlit backlinks example.com --group none --state all -o links.csv",
    "backlit backlinks example.com -q 'rel:follow placement:content first_seen:<30d'",
    "backlit backlinks example.com --leads",
    panel=LOOK,
    files=True,
)
def backlinks(
    face: Face,
    target: TargetName,
    *,
    q: Filter = None,
    group: Group = "domain",
    state: States = None,
    sort: Sort = "-authority",
    facets: Facets = None,
    limit: Limit = None,
    cursor: Cursor = None,
    leads: Leads = False,
    scope: Scope = None,
    as_of: AsOf = None,
) -> None:
    """List the links to a target, the best of each domain."""
    from backlit import app
    from backlit.cli.tables import BACKLINKS, LEADS, LOST

    if leads:
        _list(face, app.leads, target, {"scope": scope, "as_of": as_of}, limit, cursor, LEADS)
        return
    states = _names(ALL_STATES if state == "all" else state)
    more = {"q": q, "group": group, "state": states, "sort": sort, "scope": scope, "as_of": as_of}
    more["facets"] = _names(facets)
    view = LOST if states == ("lost",) else BACKLINKS
    _list(face, app.backlinks, target, more, limit, cursor, view)


@command(
    "domains",
    "backlit domains example.com",
    "backlit domains example.com --sort -links -o domains.parquet",
    panel=LOOK,
    files=True,
)
def domains(
    face: Face,
    target: TargetName,
    *,
    q: Filter = None,
    sort: Sort = "-authority",
    limit: Limit = None,
    cursor: Cursor = None,
    scope: Scope = None,
    as_of: AsOf = None,
) -> None:
    """List the domains that link to a target."""
    from backlit import app
    from backlit.cli.tables import DOMAINS

    more = {"q": q, "sort": sort, "scope": scope, "as_of": as_of}
    _list(face, app.domains, target, more, limit, cursor, DOMAINS)


@command(
    "anchors",
    "backlit anchors example.com",
    "backlit anchors example.com --sort -links | head",
    panel=LOOK,
    files=True,
)
def anchors(
    face: Face,
    target: TargetName,
    *,
    q: Filter = None,
    sort: Sort = "-domains",
    limit: Limit = None,
    cursor: Cursor = None,
    scope: Scope = None,
    as_of: AsOf = None,
) -> None:
    """List the texts of the links to a target."""
    from backlit import app
    from backlit.cli.tables import ANCHORS

    more = {"q": q, "sort": sort, "scope": scope, "as_of": as_of}
    _list(face, app.anchors, target, more, limit, cursor, ANCHORS)


@command(
    "best-pages",
    "backlit best-pages example.com",
    "backlit best-pages www.example.com --scope host",
    panel=LOOK,
    files=True,
)
def best_pages(
    face: Face,
    target: TargetName,
    *,
    q: Filter = None,
    sort: Sort = "-domains",
    limit: Limit = None,
    cursor: Cursor = None,
    scope: Scope = None,
    as_of: AsOf = None,
) -> None:
    """List the target's own pages by the links they earn, dead ones too."""
    from backlit import app
    from backlit.cli.tables import BEST_PAGES

    more = {"q": q, "sort": sort, "scope": scope, "as_of": as_of}
    _list(face, app.best_pages, target, more, limit, cursor, BEST_PAGES)


@command(
    "changes",
    "backlit changes example.com --since 2026-03-01",
    "backlit changes example.com --vs 2026-01-31 --as-of 2026-03-31 --kind lost",
    "backlit changes example.com --since 90d -q 'reason:anchor' -o changes.csv",
    panel=LOOK,
    files=True,
)
def changes(
    face: Face,
    target: TargetName,
    *,
    since: Since = None,
    vs: Versus = None,
    q: Filter = None,
    kind: KindOfChange = None,
    sort: Sort = "-at",
    limit: Limit = None,
    cursor: Cursor = None,
    scope: Scope = None,
    as_of: AsOf = None,
) -> None:
    """List what is new, lost and changed, each with its reason.

    Only a page that was read again can show a change. Links on pages read for the first time, and what
    exports say, are counted apart: --kind names them.
    """
    from backlit import app
    from backlit.cli.tables import CHANGES

    kinds = ALL_KINDS if kind == "all" else kind
    more = {"since": since, "vs": vs, "q": q, "kind": _names(kinds), "sort": sort}
    _list(face, app.changes, target, more | {"scope": scope, "as_of": as_of}, limit, cursor, CHANGES)


@command(
    "diversity",
    "backlit diversity example.com",
    "backlit diversity example.com --peers rival.com,other.org",
    panel=LOOK,
    files=True,
)
def diversity(
    face: Face, target: TargetName, *, peers: Peers = None, scope: Scope = None, as_of: AsOf = None
) -> None:
    """Show how widely the links spread, over networks, countries, words and more.

    Each referring domain has one vote. Without --peers, domains of about the same size and language are
    looked for in the index.
    """
    from backlit import app
    from backlit.cli.output import draw, show
    from backlit.cli.tables import DIVERSITY, table_of
    from backlit.report.spread import peers_sentence

    answer = app.diversity(face.session(), target, peers=_names(peers), scope=scope, as_of=as_of)
    hint_at_folder(face, target, scope)
    said = peers_sentence(answer.query, answer.rows)
    show(face, answer, lambda: draw(*table_of(answer, DIVERSITY), said))


def _names(listed: str | None) -> tuple[str, ...]:
    return tuple(name.strip() for name in (listed or "").split(",") if name.strip())


def hint_at_folder(face: Face, target: str, scope: str | None) -> None:
    """Whoever ends an address with a star means all that begins like it; say how that is asked."""
    if "/" in target and target.endswith("*") and scope != "prefix":
        face.remark(
            f"the * is part of the address; for all that begins like it: {target.rstrip('*')} --scope prefix"
        )


def _list(
    face: Face,
    ask: "Callable[..., Answer]",
    target: str,
    more: dict[str, Any],
    limit: int | None,
    cursor: str | None,
    view: "View",
) -> None:
    from backlit import app
    from backlit.cli.output import Pages, show_rows

    session = face.session()
    hint_at_folder(face, target, more["scope"])

    def page(size: int, after: str | None) -> "Answer":
        return ask(session, target, limit=size, cursor=after, **more)

    def whole() -> "Whole":
        asked = {name: value for name, value in more.items() if name != "facets"}
        return app.whole(session, _VIEWS.get(ask.__name__, ask.__name__), target, limit=limit, **asked)

    # what goes on after a cursor, or counts facets, is asked for page by page
    paged = cursor is not None or bool(more.get("facets"))
    show_rows(face, Pages(page, limit, cursor, None if paged else whole), view)
