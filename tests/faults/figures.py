"""What the long tests found, kept as JSON with what is needed to repeat it; `scripts/scoreboard` tells it."""

import hashlib
import json
import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

__all__ = ["FIGURES", "main", "record"]

CHECKOUT = Path(__file__).resolve().parents[2]
FIGURES = CHECKOUT / "docs" / "reliability" / "figures"
SCOREBOARD = CHECKOUT / "docs" / "reliability" / "SCOREBOARD.md"

_PACKAGES = ("backlit", "duckdb", "pyarrow", "pyiceberg", "sqlalchemy")


def record(name: str, command: str, goal: str, figures: dict[str, Any], **more: str) -> None:
    """Keep the figures of one run; `goal` says what must hold, in words."""
    FIGURES.mkdir(parents=True, exist_ok=True)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    machine = f"{os.cpu_count()} cores, {memory:.0f} GB, {platform.machine()}, {platform.system()}"
    facts = {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": machine,
        "python": platform.python_version(),
        "versions": {package: version(package) for package in _PACKAGES},
    }
    found = {"name": name, "command": command, "goal": goal, "figures": figures, **facts, **more}
    (FIGURES / f"{name}.json").write_text(
        json.dumps(found, indent=1, sort_keys=True) + "\n", encoding="utf-8"
    )


def add_up(
    name: str, command: str, goal: str, figures: dict[str, Any], *, most: Sequence[str], seed: int
) -> None:
    """Keep the figures of one run with those of other seeds over the same code of the index: numbers are
    summed up, and of `most` the greatest is kept."""
    path, code = FIGURES / f"{name}.json", _code()
    before = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    seeds = [seed]
    if before.get("code") == code:
        then = before["figures"]
        seeds = sorted({*then["seeds"], seed})
        figures = {
            key: max(value, then[key]) if key in most else round(value + then[key], 1)
            for key, value in figures.items()
        }
    record(name, command, goal, {**figures, "seeds": seeds}, code=code)


def _code() -> str:
    """One number over the code that reads and writes the tables."""
    state = hashlib.blake2b(digest_size=8)
    for path in sorted((CHECKOUT / "src" / "backlit" / "index").rglob("*.py")):
        state.update(path.read_bytes())
    return state.hexdigest()


def main() -> None:
    """Write the scoreboard from the figures that are there."""
    found = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(FIGURES.glob("*.json"))]
    lines = [
        "# Scoreboard of the faults",
        "",
        "Written by `scripts/scoreboard` from `docs/reliability/figures`; each row names the command that "
        "repeats it. The seed stands among the figures.",
        "",
        "| what | must hold | found | date | machine | repeat |",
        "|---|---|---|---|---|---|",
        *(_row(each) for each in found),
        "",
        "Versions: " + "; ".join(sorted({_versions(each) for each in found})) + ".",
    ]
    SCOREBOARD.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _row(each: dict[str, Any]) -> str:
    figures = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in each["figures"].items())
    name = each["name"].replace("-", " ")
    return (
        f"| {name} | {each['goal']} | {figures} | {each['date']} | {each['machine']} | `{each['command']}` |"
    )


def _versions(each: dict[str, Any]) -> str:
    return f"Python {each['python']}, " + ", ".join(f"{n} {v}" for n, v in sorted(each["versions"].items()))


if __name__ == "__main__":
    main()
