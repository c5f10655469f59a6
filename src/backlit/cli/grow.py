"""Where could more links come from? gap and prospects."""

from typing import Annotated

import typer

from backlit.cli.face import Face, command
from backlit.cli.handing import Background, done
from backlit.cli.helping import LOOK
from backlit.cli.look import AsOf, Filter, Scope, TargetName
from backlit.errors import UsageError

With = Annotated[
    str | None,
    typer.Option(
        "--with", metavar="A,B", help="The rivals: domains, hosts or URLs. Default: those of the project."
    ),
]
By = Annotated[str, typer.Option(metavar="domain|page", help="One row for each of these.")]
AtLeast = Annotated[
    int, typer.Option(metavar="K", min=1, help="Who links to so many of the rivals, or more.")
]
Order = Annotated[
    str,
    typer.Option(
        "--sort", metavar="FIELD", help="Best first: rivals, value, authority, relevance or domain."
    ),
]
Most = Annotated[
    int | None,
    typer.Option("--limit", metavar="N", min=1, help="At most so many. Default: 25 on a terminal, else all."),
]
_ON_SCREEN, _ALL = 25, 10_000


@command(
    "gap",
    "backlit gap example.com --with rival.com,other.org",
    "backlit gap example.com --with rival.com,other.org --at-least 2 --by page -o gap.csv",
    "backlit gap example.com --with rival.com -q 'rel:follow placement:content' --sort relevance",
    panel=LOOK,
    files=True,
)
def gap(
    face: Face,
    target: TargetName,
    *,
    rivals: With = None,
    by: By = "domain",
    at_least: AtLeast = 1,
    q: Filter = None,
    sort: Order = "rivals",
    limit: Most = None,
    scope: Scope = None,
    as_of: AsOf = None,
) -> None:
    """List who links to rivals and not to the target.

    Value is what the best of their links is worth to the rival that has it, relevance how near its page is
    to what the target is about. Who reads as spam, or as selling and swapping links, is left out and counted.
    """
    from dataclasses import replace

    from backlit import app
    from backlit.cli.output import draw, show, way_of
    from backlit.cli.tables import GAP, table_of
    from backlit.report.gap import left_out_sentence, rivals_from

    names = _names(rivals)
    most = limit or (_ON_SCREEN if way_of(face) == "screen" else _ALL)
    answer = app.gap(
        face.session(),
        target,
        rivals=names,
        by=by,
        at_least=at_least,
        q=q,
        sort=sort,
        limit=most,
        scope=scope,
        as_of=as_of,
    )
    view = replace(GAP, noun="pages that link to rivals alone") if by == "page" else GAP
    said = " ".join(filter(None, (rivals_from(answer.query), left_out_sentence(answer.query))))
    show(face, answer, lambda: draw(*table_of(answer, view), said))
    if way_of(face) in ("pipe", "file") and said:
        face.remark(said)


Kinds = Annotated[
    str | None,
    typer.Option(
        "--kind",
        metavar="KINDS",
        help="Only these, with commas: broken, lost, mention, replacement, resource, gap, author, partner, "
        "guest-post, content-idea.",
    ),
]
Rivals = Annotated[
    str | None,
    typer.Option(
        "--with",
        metavar="A,B",
        help="The rivals. Default: those of the project, else whom the same sites vote for.",
    ),
]
Brand = Annotated[
    list[str] | None,
    typer.Option(
        "--brand",
        metavar="NAME",
        help="A name to look for; again for more. Default: those of the project, else as links say.",
    ),
]
Read = Annotated[
    bool,
    typer.Option("--read", help="First read what pages say, from the WARC files of the index; once each."),
]
From = Annotated[
    list[str] | None,
    typer.Option("--from", metavar="FILE", help="With --read: WARC files that were moved; again for more."),
]
Workers = Annotated[int, typer.Option(metavar="N", min=1, help="With --read: files that are read at once.")]
Best = Annotated[
    str,
    typer.Option(
        "--sort", metavar="FIELD", help="Best first: worth, value, relevance, authority, kind or domain."
    ),
]


@command(
    "prospects",
    "backlit prospects example.com",
    "backlit prospects example.com --kind broken,lost",
    "backlit prospects example.com --read",
    "backlit prospects example.com --kind mention --brand 'Example Tea' --brand ExTea",
    "backlit prospects example.com --with rival.com,other.org -o prospects.xlsx",
    panel=LOOK,
    files=True,
    resumable=True,
)
def prospects(
    face: Face,
    target: TargetName,
    *,
    kind: Kinds = None,
    rivals: Rivals = None,
    brand: Brand = None,
    read: Read = False,
    files: From = None,
    workers: Workers = 1,
    background: Background = False,
    sort: Best = "worth",
    limit: Most = None,
    scope: Scope = None,
    as_of: AsOf = None,
) -> None:
    """List where more links could come from, the best first.

    Links to mend and to win back come before those that have to be won. Each has why, its evidence, what
    it takes, what a link would be worth as a range, and contacts where its page names some. Who sells or
    swaps links is never among them.

    Mentions, lists of links, authors and sites that ask for articles are told by what pages say, which the
    index does not keep: --read reads it from the same WARC files, in the background if you like.
    """
    from backlit import app
    from backlit.cli.cards import cards
    from backlit.cli.output import draw, show, way_of
    from backlit.report.prospects import left_out_lines, needs_lines

    if read and not _read_pages(face, files or [], workers, background=background):
        return
    if not read and (files or background):
        raise UsageError("--from or --background", "nothing is to be read", "Add --read.")
    way = way_of(face)
    answer = app.prospects(
        face.session(),
        target,
        kinds=_names(kind),
        rivals=_names(rivals),
        brands=tuple(brand or ()),
        sort=sort,
        limit=limit or (_ON_SCREEN if way == "screen" else _EVERY),
        scope=scope,
        as_of=as_of,
    )
    said = [*needs_lines(answer.query), *left_out_lines(answer.query)]
    show(face, answer, lambda: draw(*cards(answer, said)))
    if way in ("pipe", "file"):
        for line in said:
            face.remark(line)


_EVERY = 100_000


def _read_pages(face: Face, files: list[str], workers: int, *, background: bool) -> bool:
    """Read what pages say; whether it is done."""
    from backlit import app
    from backlit.report.text import plural

    told = {"sources": files, "workers": workers}
    answer = done(
        face,
        "read-pages",
        told,
        lambda progress: app.read_pages(face.home, files, workers=workers, progress=progress),
        background=background,
    )
    if answer is None:
        return False
    row = answer.row
    face.remark(f"what {plural(row['pages'], 'page')} of {plural(row['files'], 'file')} say is read")
    for name in row["missing"]:
        face.remark(f"not where it was: {name} (--from FILE names it anew)")
    return True


def _names(text: str | None) -> tuple[str, ...]:
    return tuple(name.strip() for name in (text or "").split(",") if name.strip())
