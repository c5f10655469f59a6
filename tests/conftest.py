"""What do tests of every kind share? One made-up web in one home, and a state that each finds empty."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from backlit import app
from backlit.store.database import FILE


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo in small, made once a process; whoever leaves state there takes it away again."""
    home = tmp_path_factory.mktemp("home") / "demo"
    app.build_demo(home, pages=300)
    return home


@pytest.fixture
def forgotten(demo_home: Path) -> Iterator[None]:
    """After a test, nothing was ever decided."""
    yield
    for path in demo_home.glob(f"{FILE}*"):
        path.unlink()
