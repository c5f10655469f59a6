"""What does the page that describes every command say? Written from the commands themselves.

`python -m backlit.cli.reference FILE…` writes it and its neighbours (see `manual`), with `--check` it fails
where a file differs.
"""

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from backlit.cli.helping import EVERYWHERE, OUTPUT, arranged
from backlit.cli.root import program

__all__ = ["commands", "main", "reference"]

_INTRO = """\
# The command line

`TARGET` is a URL, a host or a domain. Results go to stdout: a table on a terminal, tab-separated values
with a header in a pipe, one JSON envelope with `--json`, a file with `-o`. Progress and remarks go to
stderr. An unknown value is an empty cell or `null`, never zero. In CSV and TSV, text that a spreadsheet
would run as a formula gets a leading apostrophe; `--raw` leaves it as it is. This page is written by
`scripts/docs`.

## Exit codes

| code | meaning |
|---|---|
| 0 | done; what could not be read is counted in the answer |
| 1 | findings at or above `--fail-on`, or an error nobody foresaw |
| 2 | the question is wrong: a command, an option, a target |
| 3 | settings or the home folder: nothing indexed yet, a port that is taken |
| 4 | not allowed, or another process is writing |
| 5 | a source cannot be read |
| 6 | data contradicts itself, or no space is left |
| 7 | a partial result |
| 130 | interrupted; the same command goes on |
"""


def commands() -> Iterator[tuple[str, Any]]:
    """Every command with its full name, groups opened, in the order of the help."""
    yield from _opened("backlit", typer.main.get_command(program))


def _opened(path: str, group: Any) -> Iterator[tuple[str, Any]]:
    for _, name, each in arranged(group):
        if hasattr(each, "commands"):
            yield from _opened(f"{path} {name}", each)
        else:
            yield f"{path} {name}", each


def reference() -> str:
    """The whole page."""
    known = list(commands())
    parts = [_INTRO, _shared(known), *(_described(path, each) for path, each in known)]
    return "\n".join(parts)


def _shared(known: list[tuple[str, Any]]) -> str:
    """The options that several commands have, told once."""
    parts = []
    for panel, title in ((EVERYWHERE, "Options of every command"), (OUTPUT, "Options of the output")):
        seen: dict[str, str] = {}
        for _, each in known:
            seen.update({_names(param): _option(param) for param in each.params if _panel(param) == panel})
        parts.append(f"## {title}\n\n| option | |\n|---|---|\n" + "\n".join(seen.values()) + "\n")
    return "\n".join(parts)


def _described(path: str, each: Any) -> str:
    arguments = [param for param in each.params if param.param_type_name == "argument"]
    usage = " ".join([path, *(str(param.metavar) for param in arguments)])
    own = [_option(param) for param in each.params if _panel(param) is None and param not in arguments]
    outputs = [_names(param) for param in each.params if _panel(param) == OUTPUT]
    lines = [f"## {usage}", "", inspect.cleandoc(each.help or ""), ""]
    lines += [f"`{param.metavar}`: {param.help}\n" for param in arguments]
    lines += ["| option | |", "|---|---|", *own, ""] if own else []
    lines += [f"Output: {', '.join(outputs)}.\n"] if outputs else []
    return "\n".join([*lines, "```", *_examples(each.epilog), "```", ""])


def _panel(param: Any) -> str | None:
    panel = getattr(param, "rich_help_panel", None)
    return panel if isinstance(panel, str) else None


def _names(param: Any) -> str:
    metavar = "" if param.is_flag or not param.metavar else f" {param.metavar}"
    return "`" + ", ".join(param.opts) + f"{metavar}`"


def _option(param: Any) -> str:
    default = param.default
    shown = f" Default: `{default}`." if default not in (None, False) and not callable(default) else ""
    cells = (_names(param), f"{param.help}{shown}")
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _examples(epilog: str | None) -> list[str]:
    return [line.strip() for line in (epilog or "").splitlines()[2:]]


def main(arguments: list[str]) -> int:
    """Write the pages at some paths, or with --check compare them; the name of a file says which page."""
    from backlit.cli.manual import MANUAL

    check, wrong = "--check" in arguments, 0
    for path in (Path(each) for each in arguments if each != "--check"):
        page = MANUAL.get(path.name, reference)()
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(page, encoding="utf-8")
        elif not path.is_file() or path.read_text(encoding="utf-8") != page:
            print(f"{path} is not what the code says; scripts/docs writes it again.", file=sys.stderr)
            wrong = 1
    return wrong


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
