"""What do tests of reports share? The small demo, opened once."""

from functools import cache
from pathlib import Path

import pytest

from backlit import app

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
