"""Who may use this home over the network: people by accounts, programs by keys?"""

from typing import TYPE_CHECKING, Annotated

import typer

from backlit.cli.face import Face, command, program
from backlit.cli.helping import RUN, Group, example

if TYPE_CHECKING:
    from backlit.app.answer import Row

user = typer.Typer(
    name="user",
    cls=Group,
    help="Who may sign in to the web app; without an account nobody has to.",
    epilog=example(
        "backlit user add ann@example.com --role owner",
        "backlit user add client@example.org --project example-org",
    ),
    rich_markup_mode=None,
)
key = typer.Typer(
    name="key",
    cls=Group,
    help="Keys that let programs in over REST.",
    epilog=example("backlit key add 'Monday script' --scope read", "backlit key ls"),
    rich_markup_mode=None,
)
program.add_typer(user, rich_help_panel=RUN)
program.add_typer(key, rich_help_panel=RUN)

Email = Annotated[str, typer.Argument(metavar="ADDRESS", help="Their address of mail.")]
Role = Annotated[str, typer.Option(metavar="ROLE", help="viewer, editor or owner.")]
NewRole = Annotated[str | None, typer.Option("--role", metavar="ROLE", help="viewer, editor or owner.")]
Project = Annotated[
    list[str] | None,
    typer.Option("--project", metavar="SLUG", help="Only this project; again for more. Default: all data."),
]
NewProject = Annotated[
    list[str] | None,
    typer.Option(
        "--project", metavar="SLUG", help="Only this project; again for more, in place of those before."
    ),
]
AllData = Annotated[bool, typer.Option("--all-data", help="All data, and no longer only some projects.")]
NoFactor = Annotated[
    bool,
    typer.Option(
        "--no-second-factor", help="Take it off for somebody who lost it; they are signed out everywhere."
    ),
]
Name = Annotated[str | None, typer.Option(metavar="NAME", help="What they are called.")]
Limit = Annotated[int, typer.Option(metavar="N", min=1, max=10_000, help="How many events.")]
KeyName = Annotated[str, typer.Argument(metavar="NAME", help="What it is for.")]
KeyId = Annotated[str, typer.Argument(metavar="ID", help="The key, as `key ls` tells it.")]
Scope = Annotated[str, typer.Option(metavar="SCOPE", help="read, decide, write or admin.")]
Days = Annotated[int, typer.Option(metavar="N", help="How long it is good; two years at most.")]
Account = Annotated[
    str | None,
    typer.Option(metavar="ADDRESS", help="Whose it is: it does no more than they may, and ends with them."),
]

_WAY = "Programs send it in a header: Authorization: Bearer KEY\n"


@command(
    "add",
    "backlit user add ann@example.com --role owner",
    "backlit user add client@example.org --project example-org --name 'The client'",
    panel=RUN,
    of=user,
)
def add_user(
    face: Face, email: Email, *, role: Role = "viewer", project: Project = None, name: Name = None
) -> None:
    """Let somebody in. They choose a password where the link leads; it works once, for seven days.

    A viewer reads, an editor decides and changes, an owner does all and lets others in. From the first
    account on, everybody signs in, here as elsewhere.
    """
    from backlit import app

    answer = app.user_add(face.home, email, role=role, projects=project or (), name=name)
    face.answer(answer, _account(answer.row) + _link(answer.row["link"]))


@command("ls", "backlit user ls", "backlit user ls -o users.csv", panel=RUN, of=user, files=True)
def ls_users(face: Face) -> None:
    """List who may sign in, and what they may do."""
    from backlit import app
    from backlit.cli.output import show

    answer = app.user_ls(face.home)
    nobody = "Nobody: whoever uses this machine may do all. Next: backlit user add YOU@… --role owner\n"
    show(face, answer, lambda: "".join(map(_account, answer.rows)) or nobody)


@command(
    "edit",
    "backlit user edit ann@example.com --role editor",
    "backlit user edit client@example.org --project example-org --project example-net",
    "backlit user edit ann@example.com --no-second-factor",
    panel=RUN,
    of=user,
)
def edit_user(
    face: Face,
    email: Email,
    *,
    role: NewRole = None,
    project: NewProject = None,
    all_data: AllData = False,
    name: Name = None,
    no_second_factor: NoFactor = False,
) -> None:
    """Change what somebody may do. What you do not name stays."""
    from backlit import app

    seen = () if all_data else project
    factor = False if no_second_factor else None
    answer = app.user_edit(face.home, email, role=role, projects=seen, name=name, second_factor=factor)
    face.answer(answer, _account(answer.row))


@command("link", "backlit user link ann@example.com", panel=RUN, of=user)
def link_user(face: Face, email: Email) -> None:
    """Make a link by which somebody chooses a password anew. One of before works no longer."""
    from backlit import app

    answer = app.user_link(face.home, email)
    face.answer(answer, _account(answer.row) + _link(answer.row["link"]))


@command("rm", "backlit user rm client@example.org", panel=RUN, of=user)
def rm_user(face: Face, email: Email) -> None:
    """Let somebody in no longer: they are signed out, and their keys end."""
    from backlit import app

    answer = app.user_rm(face.home, email)
    face.answer(answer, f"{answer.row['email']} is let in no longer.\n")


@command(
    "log", "backlit user log", "backlit user log --limit 1000 -o log.csv", panel=RUN, of=user, files=True
)
def log_users(face: Face, *, limit: Limit = 100) -> None:
    """List what people did, the newest first: who signed in or tried to, whose rights changed, what was taken
    out as a file."""
    from backlit import app
    from backlit.cli.output import show

    answer = app.user_log(face.home, limit=limit)
    show(face, answer, lambda: "".join(map(_event, answer.rows)) or "Nothing yet.\n")


@command(
    "add",
    "backlit key add 'Monday script'",
    "backlit key add dashboard --scope write --project example-org --days 365",
    panel=RUN,
    of=key,
)
def add_key(
    face: Face,
    name: KeyName,
    *,
    scope: Scope = "read",
    project: Project = None,
    days: Days = 90,
    account: Account = None,
) -> None:
    """Make a key for a program. It is shown this once; what is kept would let nobody in."""
    from backlit import app

    answer = app.key_add(face.home, name, scope=scope, projects=project or (), days=days, account=account)
    token = answer.row["token"]
    face.answer(answer, f"{token}\n{_key(answer.row)}{_WAY}")


@command("ls", "backlit key ls", "backlit key ls -o keys.csv", panel=RUN, of=key, files=True)
def ls_keys(face: Face) -> None:
    """List the keys that let programs in."""
    from backlit import app
    from backlit.cli.output import show

    answer = app.key_ls(face.home)
    show(face, answer, lambda: "".join(map(_key, answer.rows)) or "There are no keys.\n")


@command("rm", "backlit key rm 0123456789ab", panel=RUN, of=key)
def rm_key(face: Face, number: KeyId) -> None:
    """Let nobody in by a key any longer."""
    from backlit import app

    answer = app.key_rm(face.home, number)
    face.answer(answer, f"The key {answer.row['id']} lets nobody in any longer.\n")


def _account(row: "Row") -> str:
    from backlit.report.text import visible

    seen = "" if row["projects"] is None else f" of {', '.join(map(visible, row['projects']))}"
    waits = "" if row["may_sign_in"] else "  has no password yet"
    waits += "  second factor" if row["second_factor"] else ""
    called = "" if row["name"] == row["email"].partition("@")[0] else f"  {visible(row['name'])}"
    return f"{visible(row['email'])}  {row['role']}{seen}{called}{waits}\n"


def _link(link: str) -> str:
    import os

    base = os.environ.get("BACKLIT_URL", "http://127.0.0.1:8000").rstrip("/")
    return f"They choose a password here, once, within seven days:\n{base}{link}\n"


def _key(row: "Row") -> str:
    from backlit.report.text import day, visible

    seen = "" if row["projects"] is None else f" of {', '.join(map(visible, row['projects']))}"
    whose = f"  {visible(row['account'])}" if row["account"] else ""
    used = f"used {day(row['used_at'])}" if row["used_at"] else "never used"
    good = f"until {day(row['until'])}, {used}"
    return f"{row['id']}  {visible(row['name'])}  {row['scope']}{seen}{whose}  {good}\n"


def _event(row: "Row") -> str:
    from backlit.report.text import visible

    whence = f"  from {visible(row['address'])}" if row["address"] else ""
    about = "" if row["about"] == row["who"] else f" {visible(row['about'])}"
    return f"{row['at']:%Y-%m-%d %H:%M}  {visible(row['who'])}: {row['what']}{about}{whence}\n"
