"""What do tests of reports share? The small demo, opened once, and a Chromium."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from backlit import app
from tests.e2e.browsing import CHROMIUM, launch

TARGET = "gardenhaus.example"
SINCE = "60d"


@cache
def answer_for(session: app.Session, audience: str = "owner") -> app.Answer:
    """A report of the demo, made once."""
    return app.report(session, TARGET, audience=audience, since=SINCE)


def file_for(session: app.Session, form: str, audience: str = "owner") -> bytes:
    """The same as a file, with the lists of its period."""
    return app.file_of(session, answer_for(session, audience), form, None, {"since": SINCE})


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
