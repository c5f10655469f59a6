"""Does a page that takes long say so, to everybody, and show itself when it is made, with and without
JavaScript?"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from backlit import app
from backlit.app.demo import DEMO_TARGET
from backlit.index import judgements
from backlit.web.meanwhile import Meanwhile
from tests.e2e.browsing import Journal, open_context, running
from tests.e2e.looking import EVERY, SHIFTS, Looker
from tests.unit.test_web_waiting import Gate

pytestmark = pytest.mark.browser

AUDIT = f"/t/{DEMO_TARGET}/audit"
#: The page does not ask again.
_STAYS = """const later = window.setTimeout;
window.setTimeout = (task, after, ...more) => after === 1000 ? 0 : later(task, after, ...more);"""


@pytest.fixture
def gate(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    """What holds up the audit; asked for after the `browser`, which may be missing."""
    gate = Gate(app.audit)
    monkeypatch.setattr(app, "audit", gate)
    monkeypatch.setattr(judgements, "QUICK_INDEX", 0)
    monkeypatch.setattr("backlit.web.desk.Meanwhile", lambda: Meanwhile(0.01))
    yield gate
    gate.may_go.set()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_the_page_shows_itself_when_it_is_made(
    browser: Browser, demo_home: Path, gate: Gate, *, scripts: bool
) -> None:
    with running(demo_home) as base, open_context(browser, java_script_enabled=scripts) as context:
        page = context.new_page()
        journal = Journal(page, base)
        page.goto(base + AUDIT)
        expect(page.get_by_role("heading", name="This is being put together")).to_be_visible()
        gate.may_go.set()
        expect(page.get_by_role("heading", name=f"Link audit of {DEMO_TARGET}")).to_be_visible()
        expect(page.locator("[data-again]")).to_have_count(0, timeout=60_000)
        expect(page.get_by_role("navigation", name="Reports on this target")).to_be_visible()
        assert page.url == base + AUDIT
        assert journal.entries == []


def test_everybody_can_use_the_page_that_says_so(browser: Browser, demo_home: Path, gate: Gate) -> None:
    assert not gate.may_go.is_set()
    with running(demo_home) as base, open_context(browser) as context:
        page = context.new_page()
        page.add_init_script(f"{_STAYS} {SHIFTS}")
        looker = Looker(page, base, EVERY, whole=True)
        looker.look(AUDIT, 202)
        assert looker.wrong == []
        gate.may_go.set()
