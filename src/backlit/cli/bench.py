"""How fast are we beside our peers? Runs the benchmarks of a source checkout."""

import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from backlit.cli.face import Face, command
from backlit.cli.helping import RUN
from backlit.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from backlit.app.answer import Row

__all__ = ["benchmarks_folder"]

Name = Annotated[str, typer.Argument(metavar="NAME", help="A file of the folder benchmarks.")]


@command("bench", "backlit bench pagerank", "backlit bench pagerank --json", panel=RUN)
def bench(face: Face, name: Name) -> None:
    """Measure one thing, ours and our peers', in one run.

    Every row has our figure, the peers' and the ratio: above 1, ours is better.
    """
    from backlit.app.answer import Answer
    from backlit.cli.output import draw, put, put_json, way_of

    result = [row | _circumstances() for row in _module(benchmarks_folder(), name).run()]
    if way_of(face) == "screen":
        put(draw(*_picture(result)))
    else:
        put_json(Answer(result, {"name": name}).envelope())


def _circumstances() -> "Row":
    """Where and when, and with which versions of what does the work."""
    import os
    import platform
    from datetime import UTC, datetime
    from importlib.metadata import version

    packages = ("backlit", "duckdb", "fastwarc", "msgspec", "numba", "pyarrow", "selectolax")
    system = f"{platform.machine()}, {platform.system()}, Python {platform.python_version()}"
    return {
        "machine": f"{os.cpu_count()} cores, {system}",
        "versions": {name: version(name) for name in packages},
        "date": datetime.now(UTC).date().isoformat(),
    }


def benchmarks_folder() -> Path:
    """The benchmarks of the checkout that this package runs from; ConfigError outside of one."""
    import backlit

    folder = Path(backlit.__file__).resolve().parents[2] / "benchmarks"
    if not folder.is_dir():
        raise ConfigError(
            "run a benchmark",
            f"this Backlit came without them: there is no {folder}",
            "Run it from a checkout of the source, set up with scripts/setup --dev.",
        )
    return folder


def _module(folder: Path, name: str) -> Any:
    files = folder.glob("*.py")
    known = sorted(path.stem for path in files if "\ndef run(" in path.read_text(encoding="utf-8"))
    if name not in known:
        from difflib import get_close_matches

        near = "".join(f"Did you mean {each}? " for each in get_close_matches(name, known, 1))
        hint = f"{near}Known are {', '.join(known)}."
        raise UsageError(f"bench {name}", "there is no such benchmark", hint)
    sys.path.insert(0, str(folder.parent))  # the benchmarks import one another
    return import_module(f"{folder.name}.{name}")


def _picture(rows: "list[Row]") -> "list[RenderableType]":
    from rich.text import Text

    parts: list[RenderableType] = []
    for row in rows:
        unit = str(row.get("unit", ""))
        parts.append(Text(str(row["name"]), "bold"))
        parts.append(Text(f"  {'backlit':<32} {_figure(row['figure'])} {unit}"))
        for peer, figure in (row.get("peers") or {}).items():
            ratio = (row.get("ratio") or {}).get(peer)
            better = "" if ratio is None else f"   ours is {ratio:,.2f} times as good"
            parts.append(Text(f"  {peer:<32} {_figure(figure)} {unit}{better}", "dim"))
    return parts


def _figure(value: float | None) -> str:
    return "–".rjust(10) if value is None else f"{value:,.4g}".rjust(10)
