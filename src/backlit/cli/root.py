"""Which commands make up `backlit`, and what does it say when it is given none?"""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from backlit.cli import (
    alert,
    audit,
    bench,
    broken,
    build,
    decide,
    disavow,
    explain,
    graph,
    grow,
    impact,
    jobs,
    look,
    monitor,
    outreach,
    people,
    policy,
    project,
    ranks,
    reach,
    report,
    serve,
    settings,
    share,
    sql,
    upkeep,
    verify,
    vetting,
    view,
)
from backlit.cli.face import Face, command, index, program
from backlit.cli.failures import INTERRUPTED, guarded, tell, usage_error
from backlit.cli.helping import RUN

if TYPE_CHECKING:
    from backlit.app.answer import Row

__all__ = ["GROUPS", "program", "run"]

#: Importing these made their functions commands.
GROUPS = (
    serve,
    build,
    verify,
    ranks,
    look,
    sql,
    graph,
    audit,
    broken,
    decide,
    policy,
    disavow,
    explain,
    grow,
    monitor,
    impact,
    report,
    alert,
    outreach,
    reach,
    project,
    people,
    jobs,
    bench,
    upkeep,
    vetting,
    view,
    share,
    settings,
)

#: Packages whose version changes what Backlit says or does.
_NAMED = ("duckdb", "fastwarc", "numba", "pyarrow", "pyiceberg", "publicsuffixlist")


@program.callback()
def status(context: typer.Context) -> None:
    """What there is, and what to do next, when no command is given."""
    if context.invoked_subcommand is None:
        code = guarded(_status)
        if code:
            raise typer.Exit(code)


def _status() -> None:
    from backlit import __version__, app
    from backlit.cli.output import put
    from backlit.errors import HomeMissing

    home = app.home_folder(None)
    lines = [f"Backlit {__version__}, home {home}"]
    try:
        session = app.open_session(home)
    except HomeMissing:
        lines += ["There is no index yet.", "Next: backlit demo, or backlit ingest FILE"]
    else:
        lines += [_contents(app.sources(session).rows), _next(app.targets(session, limit=1).rows)]
    put("\n".join([*lines, "Help: backlit --help"]) + "\n")


def _contents(sources: "list[Row]") -> str:
    from backlit.report.text import count, day, plural

    newest = max((row["last_observed"] for row in sources if row["last_observed"]), default=None)
    said = f"{plural(len(sources), 'source')}, {count(sum(row['pages'] for row in sources))} pages read"
    return said + (f", the newest on {day(newest)}." if newest else ".")


def _next(targets: "list[Row]") -> str:
    from backlit.report.text import visible

    return f"Next: backlit overview {visible(targets[0]['domain']) if targets else 'DOMAIN'}, or backlit up"


@command("version", "backlit version", "backlit version --json", panel=RUN)
def version(face: Face) -> None:
    """Print the version; with --json also what it runs on."""
    from backlit import __version__
    from backlit.cli.output import put, put_json

    if not face.as_json:
        put(f"backlit {__version__}\n")
        return
    from backlit.app.answer import Answer

    put_json(Answer({"backlit": __version__, **_versions()}, {}).envelope())


def _versions() -> "Row":
    import platform
    from importlib.metadata import version as installed

    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        **{name: installed(name) for name in _NAMED},
    }


program.add_typer(index, rich_help_panel=RUN)


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code."""
    try:
        parsed = typer.main.get_command(program)
        code = parsed.main(list(arguments), prog_name="backlit", standalone_mode=False)
    except typer.TyperException as error:
        wrong = usage_error(arguments, error)
        tell(wrong)
        return wrong.exit_code
    except typer.Abort:
        print(file=sys.stderr)
        return INTERRUPTED
    return code if isinstance(code, int) else 0
