"""What do tests over the small demo share? A session on it, and a state that each of them finds empty."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from backlit import app
from backlit.store.database import FILE


@pytest.fixture(scope="module")
def session(demo_home: Path) -> app.Session:
    return app.open_session(demo_home)


@pytest.fixture
def forgotten(demo_home: Path) -> Iterator[None]:
    """After a test, nothing was ever decided."""
    yield
    for path in demo_home.glob(f"{FILE}*"):
        path.unlink()
