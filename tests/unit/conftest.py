"""What do tests over the small demo share? A session on it."""

from pathlib import Path

import pytest

from backlit import app


@pytest.fixture(scope="module")
def session(demo_home: Path) -> app.Session:
    return app.open_session(demo_home)
