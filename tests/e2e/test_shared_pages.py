"""Is a page that was shared quiet, and does it fit a phone, in light and in dark?"""

from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, expect

from backlit import app
from backlit.app.demo import DEMO_TARGET
from tests.e2e.browsing import Journal, open_context

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("forgotten")]

ASKED = {"backlinks": {"q": "rel:follow"}, "gap": {"with": "mossygarden.example,greenmeadow.example"}}


@pytest.mark.parametrize(("scheme", "width"), [("light", 320), ("dark", 1280)])
def test_shared_pages_are_quiet_and_fit(
    browser: Browser, demo: str, demo_home: Path, scheme: Literal["light", "dark"], width: int
) -> None:
    with open_context(browser, scheme, width, java_script_enabled=width == 320) as context:
        page = context.new_page()
        journal = Journal(page, demo)
        for name in ("overview", "backlinks", "changes", "report", "graph", "gap"):
            made = app.share_add(
                demo_home,
                name,
                target=DEMO_TARGET,
                query=ASKED.get(name, {}),
                name="For the board",
                csv=name == "backlinks",
            )
            page.goto(demo + made.row["link"])
            expect(page.locator("h1")).to_contain_text(DEMO_TARGET)
            if width == 320:
                wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
                assert page.evaluate(wide) == 0, name
        assert journal.entries == []


def test_a_link_is_made_opened_and_ended_by_hand(browser: Browser, demo: str) -> None:
    with open_context(browser) as context:
        page = context.new_page()
        journal = Journal(page, demo)
        page.goto(f"{demo}/t/{DEMO_TARGET}/backlinks?q=rel%3Afollow&limit=10")
        page.locator("#share summary").click()
        page.get_by_label("Above it stands").fill("For the board")
        page.get_by_label("Let its rows be taken away").check()
        page.get_by_role("button", name="Make a link").click()
        expect(page.locator("#made")).to_contain_text(DEMO_TARGET)
        page.locator("[aria-labelledby=made] a").click()
        expect(page.locator(".shared-name")).to_have_text("For the board")
        page.locator("#sort-links").click()
        expect(page.locator("th[aria-sort=descending]")).to_contain_text("Links")
        page.locator("#next-top").click()
        expect(page.locator("#status")).to_contain_text("Rows 11 to 20 of ")
        assert "sort=-links" in page.url
        opened = page.url
        page.goto(f"{demo}/shares")
        expect(page.locator(".shares tbody")).to_contain_text("3 times")
        page.get_by_role("button", name="End the link").click()
        expect(page.locator("main")).to_contain_text("No link opens anything")
        assert journal.entries == []
        page.goto(opened)
        expect(page.locator("h1")).to_have_text("This link has ended")
