"""What do tests of every kind share? One made-up web in one home, and a state that each finds empty."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from backlit import app
from backlit.store.place import FILE
from tests.e2e.browsing import CHROMIUM, launch


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
    kept = (f"{FILE}*", "noted/*", "policy.toml", "policies/*")
    for path in (each for pattern in kept for each in demo_home.glob(pattern)):
        path.unlink()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of a process: Playwright does not start twice in one."""
    if not CHROMIUM.exists():
        pytest.skip(f"no Chromium at {CHROMIUM}")
    with sync_playwright() as playwright:
        found = launch(playwright)
        yield found
        found.close()
