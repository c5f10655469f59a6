"""Is the house in order: versions, scripts, vendored files, changelog, glossary?"""

import hashlib
import os
import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import entry_points, version
from pathlib import Path

import pytest

import backlit

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = [*sorted((ROOT / "scripts").iterdir()), ROOT / ".ci" / "run"]
VENDORED = sorted((ROOT / "src/backlit/web/static/vendor").iterdir())

# Spelled in pieces, so that this file passes its own test.
MACHINE_PATHS = [f"/{top}/" for top in ("tmp", "root", "work/main", "work/shared", "work/.library")]
REGISTRIES = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("docker", "io"),
        ("ghcr", "io"),
        ("quay", "io"),
        ("deb", "debian", "org"),
    )
]


def project() -> dict[str, object]:
    table: dict[str, object] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return table


def texts() -> Iterator[tuple[Path, str]]:
    """Every text file of ours, with its content."""
    files = [path for path in ROOT.iterdir() if path.is_file() and path.name != ".git"]  # of a worktree
    for folder in ("src", "tests", "scripts", "docs", ".ci"):
        files += [path for path in (ROOT / folder).rglob("*") if path.is_file()]
    for path in sorted(files):
        if "__pycache__" in path.parts:
            continue
        content = path.read_bytes()
        if b"\0" not in content[:8192]:
            yield path.relative_to(ROOT), content.decode("utf-8", errors="replace")


def found(needles: list[str]) -> list[str]:
    return [f"{path}: {needle}" for path, text in texts() for needle in needles if needle in text]


def test_one_version_everywhere() -> None:
    assert (project()["version"], version("backlit")) == (backlit.__version__, backlit.__version__)


def test_the_command_is_installed() -> None:
    command = entry_points(group="console_scripts", name="backlit")
    assert [entry.value for entry in command] == ["backlit.cli:main"]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_run_and_stop_at_the_first_error(script: Path) -> None:
    lines = script.read_text().splitlines()
    assert lines[:2] == ["#!/usr/bin/env bash", "set -euo pipefail"]
    assert os.access(script, os.X_OK)


def test_no_file_knows_this_machine() -> None:
    assert found(MACHINE_PATHS) == []


def test_no_file_names_a_registry() -> None:
    assert found(REGISTRIES) == []


@pytest.mark.parametrize("folder", VENDORED, ids=lambda path: path.name)
def test_vendored_files_are_what_their_readme_says(folder: Path) -> None:
    readme = (folder / "README.md").read_text()
    stated = dict(re.findall(r"SHA-256 of (\S+): ([0-9a-f]{64})", readme))
    actual = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.iterdir()
        if path.name not in {"README.md", "LICENSE"}
    }
    assert stated == actual
    assert re.search(r"^- Version: \d", readme, re.MULTILINE)
    assert (folder / "LICENSE").stat().st_size > 0


def test_changelog_starts_with_what_is_unreleased() -> None:
    headings = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert headings[0] == "[Unreleased]"


def test_glossary_is_in_order_and_each_word_is_explained() -> None:
    text = (ROOT / "docs/glossary.md").read_text()
    entries = re.findall(r"^\*\*(.+?)\*\*(?: \(\*internal\*\))?: (.*)$", text, re.MULTILINE)
    words = [word.lower() for word, _ in entries]
    assert words == sorted(set(words))
    assert len(words) == text.count("\n**")
    assert [word for word, meaning in entries if not meaning.endswith(".")] == []
