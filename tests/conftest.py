"""What do tests of every kind share? One made-up web in one home."""

from pathlib import Path

import pytest

from backlit import app


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo in small, made once a process; whoever leaves state there takes it away again."""
    home = tmp_path_factory.mktemp("home") / "demo"
    app.build_demo(home, pages=300)
    return home
