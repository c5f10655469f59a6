"""Which commands look at pages on the network? verify, find and crawl."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from backlit.cli.build import INTERNAL, Internal
from backlit.cli.face import Face, command
from backlit.cli.handing import Background, done
from backlit.cli.helping import LOOK, START
from backlit.cli.look import Filter, Scope, TargetName
from backlit.errors import UsageError

if TYPE_CHECKING:
    from backlit.app.answer import Answer, Row

Leads = Annotated[
    bool, typer.Option("--leads", help="Instead: the pages that somebody says link here, and nobody read.")
]
Pages = Annotated[int | None, typer.Option("--limit", metavar="N", min=1, help="At most so many pages.")]
Threads = Annotated[
    int, typer.Option(metavar="N", min=1, max=512, help="Pages that are visited at once, of different hosts.")
]
Patience = Annotated[
    float,
    typer.Option(metavar="SECONDS", min=0, help="How long the pages of a host that puts us off are kept."),
]

#: What is told of a verdict in one line, for a person.
_WORDS = {
    "missing": "missing, confirming",
    "not-found": "no link found",
}

OfPage = Annotated[str | None, typer.Option("--page", metavar="URL", help="Only the links of this page.")]
Html = Annotated[
    str | None,
    typer.Option(
        "--html",
        metavar="FILE",
        help="Instead of looking: its source, as you saved it.",
    ),
]
Seen = Annotated[bool, typer.Option("--seen", help="Instead of looking: you saw the link yourself.")]
Who = Annotated[
    str | None, typer.Option("--who", metavar="NAME", help="Who saw it. Default: whoever is logged in here.")
]
Note = Annotated[str | None, typer.Option("--note", metavar="TEXT", help="What else should be kept of it.")]


@command(
    "verify",
    "backlit verify example.com",
    "backlit verify example.com --leads --limit 200",
    "backlit verify example.com -q 'rel:follow last_seen:>90d' -o verdicts.csv",
    "backlit verify example.com --page https://walled.example/post --html saved.html",
    "backlit verify example.com --page https://walled.example/post --seen --note 'in the last part'",
    panel=START,
    files=True,
    resumable=True,
)
def verify(
    face: Face,
    target: TargetName,
    *,
    leads: Leads = False,
    q: Filter = None,
    scope: Scope = None,
    limit: Pages = None,
    threads: Threads = 64,
    patience: Patience = 600.0,
    background: Background = False,
    page: OfPage = None,
    html: Html = None,
    seen: Seen = False,
    who: Who = None,
    note: Note = None,
) -> None:
    """Read the pages of known links, or of leads, and say whether the link is there.

    Pages are asked for by robots.txt and without haste, and what they show goes into the index. A link
    that is not there any more is missing at first; it is lost when a look a day later agrees. Who does
    not let us look is named and counted, and loses nothing.

    What you saw yourself on such a page you can tell with --page: a saved source is read like an answer of
    the server, and goes into the index; your word alone makes the link live for whoever watches it, under
    your name, and changes nothing in the index.
    """
    if html is not None or seen:
        _confirm(face, page, target, scope, _Hand(html, seen, who, note))
        return
    from backlit import app
    from backlit.cli.output import put, show, way_of

    way = way_of(face)

    streamed: list[str] = []

    def told(row: "Row") -> None:
        streamed.append(row["verdict"])
        if way == "screen":
            put(_line(row))

    options: dict[str, Any] = {"scope": scope, "leads": leads, "q": q, "page": page, "limit": limit}
    options |= {"threads": threads, "patience": patience}
    answer = done(
        face,
        "verify",
        {"target": target, **options},
        lambda progress: app.verify(face.home, target, **options, told_each=told, progress=progress),
        background=background,
    )
    if answer is None:
        return
    if not streamed:  # a worker did it: its verdicts come together
        for row in answer.row["results"]:
            told(row)
    show(face, answer, lambda: _summary(answer, leads), answer.row["results"])
    if way in ("pipe", "file"):
        face.remark(_summary(answer, leads).rstrip())


Seeds = Annotated[list[str], typer.Argument(metavar="URL...", help="Where to begin; its domain is not left.")]
Depth = Annotated[int, typer.Option(metavar="N", min=0, help="At most so many links from where it began.")]
Most = Annotated[int, typer.Option("--limit", metavar="N", min=1, help="At most so many pages.")]
Maps = Annotated[bool, typer.Option("--sitemaps/--no-sitemaps", help="Whether to begin at sitemaps, too.")]


@command(
    "crawl",
    "backlit crawl https://example.com/",
    "backlit crawl https://blog.example/ --depth 2 --limit 500 --internal all",
    panel=START,
    resumable=True,
)
def crawl(
    face: Face,
    seeds: Seeds,
    *,
    depth: Depth = 3,
    limit: Most = 1_000,
    sitemaps: Maps = True,
    internal: Internal = "none",
    threads: Threads = 64,
    patience: Patience = 600.0,
    background: Background = False,
) -> None:
    """Visit the pages of a site by its rules, and read them into the index.

    robots.txt is obeyed and nobody is hurried. What was stopped, or came to its limit, goes on when it is
    asked for again with the same addresses.
    """
    from backlit import app
    from backlit.cli.output import put, put_json
    from backlit.report.text import count, plural

    if internal not in INTERNAL:
        known = "Known are none, projects and all."
        raise UsageError(f"--internal {internal}", "there is no such choice", known)
    options: dict[str, Any] = {"depth": depth, "limit": limit, "sitemaps": sitemaps, "internal": internal}
    options |= {"threads": threads, "patience": patience}
    answer = done(
        face,
        "crawl",
        {"seeds": seeds, **options},
        lambda progress: app.crawl(face.home, seeds, **options, progress=progress),
        background=background,
    )
    if answer is None:
        return
    data = answer.row
    if face.as_json:
        put_json(answer.envelope())
        return
    said = ", ".join(f"{count(data[name])} {name}" for name in ("read", "blocked", "unreachable"))
    lines = [
        f"Visited {plural(data['visited'], 'page')}: {said}; {plural(data.get('links', 0), 'link')} kept."
    ]
    if data["waiting"]:
        lines.append(f"{plural(data['waiting'], 'page')} left: the same command goes on.")
    put("\n".join(lines) + "\n")


PageName = Annotated[str, typer.Argument(metavar="PAGE", help="The address of the page that should link.")]
For = Annotated[str, typer.Option("--for", metavar="TARGET", help="What it should link to.")]


@command(
    "find",
    "backlit find https://blog.example/post --for example.com",
    "backlit find https://blog.example/post --for https://example.com/tea --json",
    panel=LOOK,
    files=True,
)
def find(face: Face, page: PageName, *, target: For, scope: Scope = None) -> None:
    """Say why a link is counted, or not: look at one page now, step by step.

    The page is asked for by robots.txt. A link that is there is added to the index on the spot.
    """
    from backlit import app
    from backlit.cli.output import show

    steps = (answer := app.find(face.home, page, target, scope=scope)).row["steps"]
    show(face, answer, lambda: "".join(map(_told, steps)), steps)


@dataclass(frozen=True, slots=True)
class _Hand:
    """What somebody saw of a page: the file with its source, or their word."""

    html: str | None
    seen: bool
    who: str | None
    note: str | None


def _confirm(face: Face, page: str | None, target: str, scope: str | None, hand: _Hand) -> None:
    from backlit import app
    from backlit.cli.output import show

    if page is None:
        raise UsageError("keep what you saw", "no page is named", "Name it with --page URL.")
    source = None if hand.html is None else _source(hand.html)
    answer = app.confirm(
        face.home, page, target, html=source, seen=hand.seen, who=hand.who, note=hand.note, scope=scope
    )
    rows = answer.row["results"]
    show(face, answer, lambda: "".join(map(_line, rows)), rows)


def _source(name: str) -> bytes:
    """The bytes of a file, one more at most than are read of a page."""
    from backlit.ingest.http import BODY_LIMIT

    if name == "-":
        return sys.stdin.buffer.read(BODY_LIMIT + 1)
    try:
        with Path(name).open("rb") as file:
            return file.read(BODY_LIMIT + 1)
    except OSError as error:
        found = error.strerror or str(error)
        raise UsageError(f"read {name}", found, "Name a file with the source of the page.") from error


def _told(step: "Row") -> str:
    from backlit.report.text import visible

    evidence = f"\n    {visible(step['evidence'])}" if step["evidence"] else ""
    return f"{visible(step['question'])} {visible(step['answer'])}{evidence}\n"


def _line(row: "Row") -> str:
    from backlit.report.text import visible

    said = _WORDS.get(row["verdict"], row["verdict"])
    reasons = f" ({', '.join(row['reasons'])})" if row["reasons"] else ""
    evidence = f": {row['evidence']}" if row["evidence"] else ""
    return f"{said}{reasons}  {visible(row['source_url'])}{visible(evidence)}\n"


def _of_blocked(data: "Row") -> str:
    """Which share of links does not let us look, and since when the first of them."""
    from backlit.report.text import day, percent

    since = [row["state_since"] for row in data["results"] if row["verdict"] == "blocked"]
    return f" ({percent(len(since), data['total'])}, the first since {day(min(since))})" if since else ""


def _summary(answer: "Answer", leads: bool) -> str:
    from backlit.report.text import count, plural

    data = answer.row
    if not data["total"]:
        what = "no leads that were not read" if leads else "no known links that are not lost"
        more = "" if leads else " Pages that are only said to link: the same with --leads."
        return f"There are {what}: nothing to verify.{more}\n"
    parts = [
        f"{count(data['found'])} found",
        f"{count(data['not_found'])} not found",
        f"{count(data['blocked'])} blocked{_of_blocked(data)}",
        f"{count(data['unreachable'])} could not be looked at",
    ]
    said = f"{plural(data['total'], 'link')} on {plural(data['pages'], 'page')}: {', '.join(parts)}"
    lines = [f"{said}; in {data['seconds']:,.1f} s."]
    if data["unchanged"]:
        lines.append(f"{plural(data['unchanged'], 'page')} not sent again: unchanged, say their servers.")
    if missing := data["verdicts"].get("missing"):
        lines.append(f"{plural(missing, 'link')} missing: verify again after a day to confirm.")
    return "\n".join(lines) + "\n"
