"""Is a project added and changed in a browser without JavaScript, and the portfolio whole on a phone?"""

from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, expect

from backlit import app
from tests.e2e.browsing import Journal, open_context, running

pytestmark = pytest.mark.browser


def test_a_project_is_added_changed_and_put_away_without_javascript(
    browser: Browser, demo_home: Path, forgotten: None
) -> None:
    with running(demo_home) as base, open_context(browser, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(base)
        page.get_by_role("link", name="Add a project").click()
        page.get_by_label("Domain or host").fill("gardenhaus.example")
        page.get_by_label("What it is called").fill("The garden shop")
        page.get_by_label("Rivals").fill("rosenhof.example")
        page.get_by_role("button", name="Add").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Projects")
        page.get_by_role("link", name="Change the project The garden shop").click()
        page.get_by_label("Brand terms").fill("Garden Haus")
        page.get_by_role("button", name="Save").click()
        assert app.project_show(demo_home, "gardenhaus.example").row["brands"] == ["Garden Haus"]
        page.get_by_role("button", name="Archive").click()
        expect(page.get_by_text("archived")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_portfolio_is_quiet_whole_on_a_phone_and_can_be_hit(
    browser: Browser, demo_home: Path, forgotten: None, scheme: Literal["light", "dark"]
) -> None:
    app.project_add(demo_home, "gardenhaus.example", name="A" * 80, rivals=["rosenhof.example"])
    app.project_add(demo_home, "webstudio.example")
    app.audit(app.open_session(demo_home), "gardenhaus.example")
    with running(demo_home) as base, open_context(browser, scheme, 360) as context:
        page = context.new_page()
        journal = Journal(page, base)
        for path in ("/", "/projects", "/projects/gardenhaus.example"):
            page.goto(base + path)
            assert page.evaluate(
                "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
            )
        page.goto(base)
        expect(page.get_by_text("to decide on")).to_be_visible()
        heights = "[...document.querySelectorAll('.projects a')].map(a => a.getBoundingClientRect().height)"
        assert min(page.evaluate(heights)) >= 24
        assert journal.entries == []
