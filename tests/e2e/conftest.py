"""What do browser tests share? The app over a small demo."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.e2e.browsing import running


@pytest.fixture(scope="session")
def demo(demo_home: Path, browser: Browser) -> Iterator[str]:
    """The address of the app over the demo; asked for after the browser, which may be missing."""
    with running(demo_home) as base:
        yield base
