"""The command line, run in this process on a small index."""

import csv
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from backlit import app
from backlit.app.answer import Answer
from backlit.cli import output
from backlit.cli.root import run

TARGET = "gardenhaus.example"

PROGRAM = [sys.executable, "-c", "from backlit.cli import main; main()"]


@dataclass(frozen=True)
class Said:
    """What one command left behind."""

    code: int
    out: str
    err: str

    @property
    def table(self) -> list[dict[str, str]]:
        return list(csv.DictReader(self.out.splitlines(), delimiter="\t"))

    @property
    def envelope(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.out)
        return found

    @property
    def screen(self) -> list[str]:
        """The lines a person sees, without the styles that we set ourselves."""
        return plain(self.out).splitlines()


Backlit = Callable[..., Said]


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small index of the made-up web; nothing may write to it."""
    folder = tmp_path_factory.mktemp("home")
    app.build_demo(folder, pages=120)
    return folder


@pytest.fixture(scope="session")
def session(home: Path) -> app.Session:
    """The same index, asked without the command line."""
    return app.open_session(home)


@pytest.fixture
def backlit(home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Backlit:
    """The command line on the small index."""
    monkeypatch.setenv("BACKLIT_DIR", str(home))
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("NO_COLOR", "1")

    def call(*arguments: str) -> Said:
        capsys.readouterr()
        code = run(arguments)
        heard = capsys.readouterr()
        return Said(code, heard.out, heard.err)

    return call


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if a person read stdout."""
    monkeypatch.setattr(output, "on_terminal", lambda: True)


def process(
    arguments: Sequence[str], home: Path, *, stdout: int = subprocess.PIPE, text: str | None = None
) -> subprocess.CompletedProcess[str]:
    """The command line as a process of its own."""
    return subprocess.run(
        [*PROGRAM, *arguments],
        env={**os.environ, "BACKLIT_DIR": str(home)},
        stdout=stdout,
        stderr=subprocess.PIPE,
        input=text,
        text=True,
        timeout=60,
        check=False,
    )


def failing(error: BaseException) -> Callable[..., Answer]:
    """A use case that goes wrong."""

    def fail(*_: object, **__: object) -> Answer:
        raise error

    return fail


def plain(text: str) -> str:
    """The text without bold, dim and colours."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)
