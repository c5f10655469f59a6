"""What is set, and is all well? For whoever runs Backlit, or is called for help."""

from typing import TYPE_CHECKING

import typer

from backlit.cli.face import Face, command, program
from backlit.cli.helping import RUN, Group, example
from backlit.errors import ConfigError, DataError

if TYPE_CHECKING:
    from backlit.app.answer import Row

__all__ = ["config"]

config = typer.Typer(
    name="config",
    cls=Group,
    help="What is set, and where each value comes from.",
    epilog=example("backlit config show"),
    rich_markup_mode=None,
)
program.add_typer(config, rich_help_panel=RUN)

#: The mark of a state, for eyes that run down a column.
_MARKS = {"ok": "ok      ", "warning": "warning ", "failed": "FAILED  ", "unknown": "unknown "}


@command("show", "backlit config show", "backlit config show --json", panel=RUN, of=config, files=True)
def show_config(face: Face) -> int:
    """List every setting with its value, where that comes from, and what is wrong with it.

    Settings are variables of the environment. Passwords are never shown. Exit code 3 where a value cannot be
    meant, or a variable that begins with BACKLIT_ is no setting.
    """
    from backlit import app
    from backlit.cli.output import show

    answer = app.config_show(face.home)
    show(face, answer, lambda: "".join(map(_setting, answer.rows)))
    return ConfigError.exit_code if any(row["problem"] for row in answer.rows) else 0


@command("doctor", "backlit doctor", "backlit doctor --json", panel=RUN, files=True)
def doctor(face: Face) -> int:
    """Look over settings, disk, index, state, jobs, backups and who may come in, and say what to do.

    Nothing is changed and nobody is spoken to. Exit code 6 where the index or the state is damaged, 3 where
    anything else failed; warnings leave it at 0.
    """
    from backlit import app
    from backlit.cli.output import show

    answer = app.doctor(face.home)
    show(face, answer, lambda: "".join(map(_finding, answer.rows)))
    failed = {row["check"] for row in answer.rows if row["state"] == "failed"}
    if failed & {"index", "state"}:
        return DataError.exit_code
    return ConfigError.exit_code if failed else 0


def _setting(row: "Row") -> str:
    from backlit.report.text import visible

    held = f"{row['usual']} (default)" if row["value"] is None else visible(row["value"])
    lines = [f"{visible(row['name'])}: {held}"]
    if row["origin"] == "option":
        lines[0] += " (by --dir)"
    if row["about"]:
        lines.append(f"  {row['about']}")
    if row["problem"]:
        lines.append(f"  WRONG: {visible(row['problem']['found'])}. {visible(row['problem']['do'])}")
    return "\n".join(lines) + "\n"


def _finding(row: "Row") -> str:
    from backlit.report.text import visible

    line = f"{_MARKS[row['state']]}{row['check']:<9} {visible(row['found'])}\n"
    return line + (f"{'':18}{visible(row['do'])}\n" if row["do"] else "")
