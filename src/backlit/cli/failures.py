"""How does a command that fails say so: in three lines, and with which exit code?

Every error reads the same: what was asked, what was found, what to do. Exit codes are those of
`backlit.errors`; 1 stands for an error nobody foresaw as well as for findings above `--fail-on`.
"""

import os
import re
import shlex
import sys
from collections.abc import Callable, Sequence
from typing import Any

import typer

from backlit.errors import BacklitError, UsageError
from backlit.report.text import shorten, visible

__all__ = ["INTERRUPTED", "ReaderGone", "guarded", "paint", "say", "tell", "usage_error"]

UNEXPECTED, INTERRUPTED = 1, 130

#: Characters of a command line that are worth repeating.
_ASKED = 120


class ReaderGone(Exception):
    """Whoever read our output has had enough (`| head`). Not an error."""


def guarded(task: Callable[[], int | None], *, debug: bool = False, resumable: bool = False) -> int:
    """Run a command and return its exit code; whatever it raises is told on stderr."""
    try:
        return task() or 0
    except typer.Exit:
        raise
    except ReaderGone:
        _close_stdout()
        return 0
    except KeyboardInterrupt:
        say("Interrupted. " + ("Run the same command again to continue." if resumable else ""))
        return INTERRUPTED
    except BacklitError as error:
        _trace(debug)
        tell(error)
        return error.exit_code
    except Exception as error:
        _trace(debug)
        what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        more = "" if debug else " (the same command with --debug shows where)"
        say(f"unexpected {what}{more}")
        return UNEXPECTED


def tell(error: BacklitError) -> None:
    """An error in three lines on stderr."""
    for label, text in (("asked", error.asked), ("found", error.found), ("do", error.do)):
        say(text, label=label)


def usage_error(arguments: Sequence[str], error: typer.TyperException) -> UsageError:
    """What the parser of the command line objects to, in our own form."""
    context: Any = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "backlit"
    asked = shorten(shlex.join(["backlit", *arguments]), _ASKED)
    pieces = context.command.collect_usage_pieces(context) if context is not None else []
    wanted = [re.sub(r"[{}]", "", each).replace("......", "...") for each in pieces if each != "[OPTIONS]"]
    form = f"Write `{' '.join([path, *wanted])}`; " if pieces and not _is_group(context.command) else ""
    return UsageError(asked, error.format_message(), f"{form}`{path} --help` shows what works.")


def _is_group(command: object) -> bool:
    """Whether a command only holds others, whose names its help lists."""
    return hasattr(command, "list_commands")


def say(text: str, *, label: str = "backlit") -> None:
    """One line on stderr; nothing in it can steer the terminal."""
    colour = "31" if label == "asked" else "1"
    print(paint(f"{label + ':':<7}", colour), visible(text), file=sys.stderr)


def paint(text: str, code: str) -> str:
    """The text in a colour of the terminal, where stderr is one that wants colours (no-color.org)."""
    wanted = sys.stderr.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return f"\x1b[{code}m{text}\x1b[0m" if wanted else text


def _trace(debug: bool) -> None:
    if debug:
        import traceback

        traceback.print_exc()


def _close_stdout() -> None:
    """The interpreter flushes stdout when it ends; give it one that takes everything."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
