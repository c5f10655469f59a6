"""One made-up web for all tests of reports: three crawls, links won and lost between them."""

from pathlib import Path

import pytest

from backlit import app

TARGET = "gardenhaus.example"


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's home; nobody writes to it."""
    folder = tmp_path_factory.mktemp("reports") / "home"
    app.build_demo(folder, pages=120)
    return folder


@pytest.fixture(scope="session")
def session(home: Path) -> app.Session:
    """Its index, opened; links are judged."""
    return app.open_session(home, may_wait=True)
