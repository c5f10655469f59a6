"""What do tests of reports share? The small demo, opened once, and a Chromium."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from backlit import app
from tests.e2e.browsing import CHROMIUM, launch

TARGET = "gardenhaus.example"


@pytest.fixture(scope="session")
def session(demo_home: Path) -> app.Session:
    """The index of the demo, opened; links are judged."""
    return app.open_session(demo_home, may_wait=True)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"no Chromium at {CHROMIUM}")
    with sync_playwright() as playwright:
        found = launch(playwright)
        yield found
        found.close()
