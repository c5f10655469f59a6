"""What do browser tests share? The app over a small demo."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.browsing import running

#: What is expected of a page may take its time where several tests share a machine.
expect.set_options(timeout=30_000)


@pytest.fixture(scope="session")
def demo(demo_home: Path, browser: Browser) -> Iterator[str]:
    """The address of the app over the demo; asked for after the browser, which may be missing."""
    with running(demo_home) as base:
        yield base
