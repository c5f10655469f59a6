"""What do browser tests share? One Chromium, and the app over a small demo."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.e2e.browsing import CHROMIUM, launch, running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"no Chromium at {CHROMIUM}")
    with sync_playwright() as playwright:
        found = launch(playwright)
        yield found
        found.close()


@pytest.fixture(scope="session")
def demo(demo_home: Path, browser: Browser) -> Iterator[str]:
    """The address of the app over the demo; asked for after the browser, which may be missing."""
    with running(demo_home) as base:
        yield base
