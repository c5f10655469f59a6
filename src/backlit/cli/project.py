"""Which sites are worked on, and what is taken for granted about each?"""

from typing import TYPE_CHECKING, Annotated

import typer

from backlit.cli.face import Face, command, program
from backlit.cli.helping import RUN, Group, example

if TYPE_CHECKING:
    from backlit.app.answer import Row

#: Seconds for counting what was not counted before.
_PATIENCE = 5.0

project = typer.Typer(
    name="project",
    cls=Group,
    help="The sites that you work on, each with its rivals and the names of its brand.",
    epilog=example(
        "backlit project add example.com --with rival.com,other.org --brand 'Example Tea'",
        "backlit project ls",
    ),
    rich_markup_mode=None,
)
program.add_typer(project, rich_help_panel=RUN)

Site = Annotated[str, typer.Argument(metavar="TARGET", help="A domain, or a host: it and all below it.")]
Slug = Annotated[str, typer.Argument(metavar="SLUG", help="Its short name, as `project ls` tells it.")]
Short = Annotated[
    str | None, typer.Option("--slug", metavar="SLUG", help="A short name for it. Default: the target.")
]
Name = Annotated[
    str | None, typer.Option(metavar="NAME", help="What it is called; reports wear it. '' takes it away.")
]
With = Annotated[
    str | None,
    typer.Option("--with", metavar="A,B", help="Its rivals, with commas, in place of those before."),
]
Brand = Annotated[
    list[str] | None,
    typer.Option(
        "--brand",
        metavar="NAME",
        help="A name that the site is spoken of by; again for more, in place of those before.",
    ),
]
Country = Annotated[
    str | None, typer.Option(metavar="CC", help="Where it does business, by two letters; for your eyes only.")
]
Note = Annotated[str | None, typer.Option(metavar="TEXT", help="For whoever looks in a year.")]
Archived = Annotated[bool, typer.Option("--archived", help="Also those that were put away.")]
Undo = Annotated[bool, typer.Option("--undo", help="Take it up again.")]


@command(
    "add",
    "backlit project add example.com --with rival.com,other.org --brand 'Example Tea' --brand ExTea",
    "backlit project add shop.example.com --slug shop --name 'The shop' --country IE",
    panel=RUN,
    of=project,
)
def add(
    face: Face,
    target: Site,
    *,
    slug: Short = None,
    name: Name = None,
    rivals: With = None,
    brand: Brand = None,
    country: Country = None,
    note: Note = None,
) -> None:
    """Work on a site from now on.

    Its rivals hold for `gap` and `prospects`, the names of its brand for `prospects`, and its own name for
    reports, wherever you name no others.
    """
    from backlit import app

    answer = app.project_add(
        face.home,
        target,
        slug=slug,
        name=name,
        rivals=_names(rivals) or (),
        brands=brand or (),
        country=country,
        note=note or "",
    )
    face.answer(answer, f"{_line(answer.row)}Next: backlit project ls\n")


@command(
    "ls",
    "backlit project ls",
    "backlit project ls --archived -o projects.csv",
    panel=RUN,
    of=project,
    files=True,
)
def ls(face: Face, *, archived: Archived = False) -> None:
    """List the projects, those that need somebody most first.

    Each with its referring domains, how many were won and lost in 30 days, and what waits for you. Numbers
    that take long are left out, with how to get them.
    """
    from backlit import app
    from backlit.cli.output import show

    answer = app.project_ls(face.home, archived=archived, seconds=_PATIENCE)
    nothing = "There are no projects. Next: backlit project add TARGET --with RIVAL,RIVAL\n"
    show(face, answer, lambda: "".join(_line(row) + _numbers(row) for row in answer.rows) or nothing)


@command("show", "backlit project show example.com", panel=RUN, of=project)
def show_one(face: Face, slug: Slug) -> None:
    """Show a project, and who changed what of it when."""
    from backlit import app
    from backlit.report.text import visible

    answer = app.project_show(face.home, slug)
    row = answer.row
    note = "".join(f"   {visible(line)}\n" for line in row["note"].splitlines())
    face.answer(answer, f"{_line(row)}{note}{''.join(map(_event, row['log']))}")


@command(
    "edit",
    "backlit project edit example.com --with rival.com,third.net",
    "backlit project edit example.com --brand '' --note 'asked the client for names'",
    panel=RUN,
    of=project,
)
def edit(
    face: Face,
    slug: Slug,
    *,
    name: Name = None,
    rivals: With = None,
    brand: Brand = None,
    country: Country = None,
    note: Note = None,
) -> None:
    """Change what is known of a project. What you do not name stays, and '' takes it away."""
    from backlit import app

    answer = app.project_edit(
        face.home, slug, name=name, rivals=_names(rivals), brands=brand, country=country, note=note
    )
    face.answer(answer, _line(answer.row))


@command(
    "archive",
    "backlit project archive example.com",
    "backlit project archive example.com --undo",
    panel=RUN,
    of=project,
)
def archive(face: Face, slug: Slug, *, undo: Undo = False) -> None:
    """Put a project away. Nothing of it is lost, and --undo takes it up again."""
    from backlit import app

    answer = app.project_archive(face.home, slug, undo=undo)
    again = "" if undo else f"Take it up again: backlit project archive {slug} --undo\n"
    face.answer(answer, _line(answer.row) + again)


def _names(text: str | None) -> tuple[str, ...] | None:
    return None if text is None else tuple(name.strip() for name in text.split(",") if name.strip())


def _line(row: "Row") -> str:
    from backlit.report.text import day, visible

    called = "" if row["name"] == row["target"] else f"  {visible(row['name'])}"
    about = "" if row["slug"] == row["target"] else f"  {visible(row['target'])}"
    where = f"  {row['country']}" if row["country"] else ""
    away = f"  archived {day(row['archived_at'])}" if row["archived_at"] else ""
    lines = [f"{row['slug']}{about}{called}{where}{away}"]
    for words, name in (("rivals", "rivals"), ("brand", "brands")):
        if row[name]:
            lines.append(f"   {words}: {', '.join(map(visible, row[name]))}")
    return "\n".join(lines) + "\n"


def _numbers(row: "Row") -> str:
    from backlit.report.portfolio import needs_of, period_of
    from backlit.report.text import day, plural, visible

    if row["archived_at"]:
        return ""
    lines = [f"   {visible(row['why'])}"] if row["why"] else []
    if row["referring_domains"] is not None:
        fresh = f"; data of {day(row['as_of'])}" if row["as_of"] else ""
        domains = plural(row["referring_domains"], "referring domain")
        lines.append(f"   {domains}; won and lost: {period_of(row)}{fresh}")
    if row["leads"]:
        said = f"{plural(row['leads'], 'page is', 'pages are')} said to link, not read yet"
        lines.append(f"   {said}: backlit verify {row['target']} --leads")
    lines.append(f"   {', '.join(words for words, _ in needs_of(row)) or 'nothing is known to need you'}")
    if row["needs"]["audit"] is None:
        lines.append(f"   not audited yet: backlit audit {row['target']}")
    elif row["audit_is_old"]:
        lines.append(f"   audited {day(row['audited_at'])}; newer since: backlit audit {row['target']}")
    return "\n".join(lines) + "\n"


def _event(row: "Row") -> str:
    from backlit.report.text import day, visible

    changed = "; ".join(f"{name}: {_told(was)} → {_told(now)}" for name, (was, now) in row["changed"].items())
    said = f": {visible(changed)}" if changed else ""
    return f"   {day(row['at'])}  {visible(row['who'])} {row['what']} it{said}\n"


def _told(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return str(value) if value else "none"
