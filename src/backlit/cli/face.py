"""Which options does every command share, and how is a function of ours made a command?

A command is a function whose first parameter is a `Face`: the shared options, parsed. `command`
puts those options behind the function's own, runs it guarded, and makes its return value the exit
code. So a command's source shows only what is particular to it.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from backlit.cli.failures import guarded, say
from backlit.cli.helping import EVERYWHERE, OUTPUT, Command, Group, example
from backlit.errors import UsageError

if TYPE_CHECKING:
    from backlit.app import Session
    from backlit.app.answer import Answer

__all__ = ["Face", "command", "index", "program"]

program = typer.Typer(
    name="backlit",
    cls=Group,
    help="An open, self-hosted backlink engine: who links to you, what it is worth, and why.",
    epilog=example(
        "backlit demo                         a made-up web, indexed and served",
        "backlit ingest crawl/*.warc.wat.gz   read crawl files",
        "backlit overview example.com         one target on one screen",
    ),
    invoke_without_command=True,
    rich_markup_mode=None,  # plain text: it starts twice as fast and can be piped
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

index = typer.Typer(
    name="index",
    cls=Group,
    help="What the index is made of.",
    epilog=example("backlit index ls"),
    rich_markup_mode=None,
)

Dir = Annotated[
    str | None,
    typer.Option(
        "--dir",
        metavar="DIR",
        help="The home folder, which holds the index. Default: BACKLIT_DIR, else your data folder.",
        rich_help_panel=EVERYWHERE,
    ),
]
Quiet = Annotated[
    bool, typer.Option("--quiet", help="No progress and no remarks on stderr.", rich_help_panel=EVERYWHERE)
]
Debug = Annotated[
    bool, typer.Option("--debug", help="Show the traceback of an error.", rich_help_panel=EVERYWHERE)
]
Json = Annotated[
    bool, typer.Option("--json", help="Print one JSON envelope: data, page, meta.", rich_help_panel=OUTPUT)
]
Out = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--output",
        metavar="FILE",
        help="Write to a file, in the format of its suffix: .csv .tsv .json .ndjson .parquet .xlsx .md",
        rich_help_panel=OUTPUT,
    ),
]
NoHeader = Annotated[
    bool, typer.Option("--no-header", help="CSV and TSV without the line of names.", rich_help_panel=OUTPUT)
]
Raw = Annotated[
    bool,
    typer.Option(
        "--raw", help="CSV and TSV for programs only: formulas are not defused.", rich_help_panel=OUTPUT
    ),
]

_ALWAYS: dict[str, tuple[Any, Any]] = {"home": (Dir, None), "quiet": (Quiet, False), "debug": (Debug, False)}
_JSON: dict[str, tuple[Any, Any]] = {"as_json": (Json, False)}
_FILES: dict[str, tuple[Any, Any]] = {"out": (Out, None), "no_header": (NoHeader, False), "raw": (Raw, False)}


@dataclass(frozen=True, slots=True)
class Face:
    """How this call wants its answer, and from which home."""

    home: Path
    as_json: bool = False
    out: Path | None = None
    header: bool = True
    raw: bool = False
    quiet: bool = False

    def session(self) -> "Session":
        """The index of the home, opened."""
        from backlit import app

        return app.open_session(self.home)

    def answer(self, answer: "Answer", said: str) -> None:
        """What came of a command that is no table: the envelope where JSON is wanted, else the words."""
        from backlit.cli.output import put, put_json

        put_json(answer.envelope()) if self.as_json else put(said)

    def remark(self, text: str) -> None:
        """A line on stderr that a script may do without."""
        if not self.quiet:
            say(text)


def _face(given: dict[str, Any]) -> Face:
    from backlit.app import home_folder

    if str(given.get("out")) == "-":
        raise UsageError(
            "-o -",
            "a name is needed: its suffix chooses the format",
            "Leave -o out: results go to stdout, as tab-separated values in a pipe and as JSON with --json.",
        )

    return Face(
        home=home_folder(given.pop("home", None)),
        as_json=given.pop("as_json", False),
        out=given.pop("out", None),
        header=not given.pop("no_header", False),
        raw=given.pop("raw", False),
        quiet=given.pop("quiet", False),
    )


Code = int | None


def command(
    name: str,
    *examples: str,
    panel: str,
    of: typer.Typer = program,
    json: bool = True,
    files: bool = False,
    resumable: bool = False,
) -> Callable[[Callable[..., Code]], Callable[..., Code]]:
    """Make a function a command; `json` and `files` say which outputs it has."""
    shared = {**(_JSON if json else {}), **(_FILES if files else {}), **_ALWAYS}

    def register(function: Callable[..., Code]) -> Callable[..., Code]:
        def run(**given: Any) -> None:
            debug = bool(given.pop("debug"))
            code = guarded(lambda: function(_face(given), **given), debug=debug, resumable=resumable)
            if code:
                raise typer.Exit(code)

        own = list(inspect.signature(function).parameters.values())[1:]
        keyword = inspect.Parameter.KEYWORD_ONLY
        options = [inspect.Parameter(n, keyword, annotation=a, default=d) for n, (a, d) in shared.items()]
        run.__name__, run.__doc__ = function.__name__, function.__doc__
        run.__annotations__ = {each.name: each.annotation for each in (*own, *options)}
        vars(run)["__signature__"] = inspect.Signature([*own, *options])
        of.command(name, cls=Command, epilog=example(*examples), rich_help_panel=panel)(run)
        return function

    return register
