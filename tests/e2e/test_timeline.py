"""Can anybody choose days on the timeline: by dragging, by keyboard, and without JavaScript?"""

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from backlit.app.demo import DEMO_TARGET
from tests.e2e.browsing import Journal, open_context

pytestmark = pytest.mark.browser

TARGET = f"/t/{DEMO_TARGET}"


def drag(page: Page, first: float, last: float) -> None:
    """Over the picture, from one share of its width to another; the button stays down."""
    place = page.locator(".timeline")
    place.scroll_into_view_if_needed()
    box = place.bounding_box()
    assert box
    page.mouse.move(box["x"] + first * box["width"], box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + last * box["width"], box["y"] + 60, steps=4)


@pytest.mark.parametrize(("first", "last"), [(0.70, 0.99), (0.99, 0.70)])
def test_dragging_shows_the_days_between(browser: Browser, demo: str, first: float, last: float) -> None:
    with open_context(browser) as context:
        page = context.new_page()
        journal = Journal(page, demo)
        page.goto(demo + TARGET)  # July 2025 to June 2026
        drag(page, first, last)
        expect(page.locator(".brush")).to_be_visible()
        expect(page.locator("#days [role=status]")).to_have_text("1 Mar 2026 to 30 Jun 2026")
        page.mouse.up()
        expect(page).to_have_url(f"{demo}{TARGET}?from=2026-03-01&to=2026-06-30#growth")
        expect(page.locator("#growth")).to_have_text("New referring domains by week, 1 Mar to 7 Jun 2026")
        page.get_by_role("button", name="What changed on them").click()
        expect(page).to_have_url(f"{demo}{TARGET}/changes?since=2026-03-01")
        page.go_back()
        expect(page.locator("#growth")).to_contain_text("by week")
        assert journal.entries == []


def test_a_click_on_a_bar_still_opens_its_rows_and_escape_lets_go(browser: Browser, demo: str) -> None:
    with open_context(browser) as context:
        page = context.new_page()
        page.goto(demo + TARGET)
        drag(page, 0.70, 0.99)
        page.keyboard.press("Escape")
        expect(page.locator(".brush")).to_be_hidden()
        page.mouse.up()
        assert page.url == demo + TARGET
        page.get_by_role("link", name="Mar 2026:").click()
        expect(page).to_have_url(re.compile(r"/domains\?q=first_seen%3A2026-03$"))


def press(page: Page, what: Locator) -> None:
    """Press Enter, and wait for the page that it leads to: what is pressed before it is drawn is lost."""
    with page.expect_navigation():
        what.press("Enter")


def test_days_are_chosen_without_a_pointer_or_javascript(browser: Browser, demo: str) -> None:
    with open_context(browser, java_script_enabled=False, width=320) as context:
        page = context.new_page()
        page.goto(demo + TARGET)
        press(page, page.get_by_role("link", name="by week"))
        expect(page.locator("#growth")).to_contain_text("by week")
        page.locator("#from").fill("2026-04-01")
        page.locator("#to").fill("2026-04-30")
        press(page, page.get_by_role("button", name="Show these days"))
        expect(page.locator("#growth")).to_have_text("New referring domains by day, 1 to 30 Apr 2026")
        press(page, page.get_by_role("link", name="The days after"))
        expect(page.locator("#growth")).to_contain_text("1 to 30 May 2026")
        press(page, page.get_by_role("link", name=re.compile("^12 months$")))
        expect(page.locator("#growth")).to_have_text("New referring domains by month")
