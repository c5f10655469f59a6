"""What do the tests of the state share? Each runs on SQLite and on a real PostgreSQL server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from backlit.store.place import SETTING
from tests.store.postgres import Server, serving


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def home(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home whose state is in a file of its own, or in a new database of the server."""
    monkeypatch.delenv(SETTING, raising=False)
    if request.param == "postgresql":
        monkeypatch.setenv(SETTING, request.getfixturevalue("server").database())
    return tmp_path / "home"
