"""Can anybody look at a page as of another day: by pointer, by keyboard, and without JavaScript?"""

import re

import pytest
from playwright.sync_api import Browser, expect

from backlit.app.demo import DEMO_TARGET
from tests.e2e.browsing import Journal, open_context

pytestmark = pytest.mark.browser

TARGET = f"/t/{DEMO_TARGET}"
FIRST, SECOND, NOW = "2026-03-01", "2026-04-12", "2026-06-07"  # the days of the demo's crawls


def test_keys_move_the_slider_and_enter_shows_the_day(browser: Browser, demo: str) -> None:
    with open_context(browser) as context:
        page = context.new_page()
        journal = Journal(page, demo)
        page.goto(f"{demo}{TARGET}?scope=host")
        slider = page.get_by_role("slider", name="As known on")
        expect(slider).to_have_attribute("aria-valuetext", "7 Jun 2026")
        expect(page.locator(".slide .said")).to_have_text("today")
        slider.press("ArrowLeft")
        expect(slider).to_have_attribute("aria-valuetext", "12 Apr 2026")
        expect(page.locator(".slide .said")).to_have_text("12 Apr 2026 ⏎")
        slider.press("ArrowLeft")
        slider.press("ArrowRight")
        assert page.url == f"{demo}{TARGET}?scope=host"  # passing a day leads nowhere
        slider.press("Enter")
        expect(page).to_have_url(f"{demo}{TARGET}?scope=host&as_of={SECOND}")
        expect(page.get_by_role("note")).to_contain_text("You are looking at 12 Apr 2026")
        page.get_by_role("slider", name="As known on").press("End")
        page.keyboard.press("Enter")
        expect(page).to_have_url(f"{demo}{TARGET}?scope=host")
        assert journal.entries == []


@pytest.mark.parametrize("report", ["/domains?sort=-links", "/diversity?peers=rosenhof.example"])
def test_letting_go_of_the_slider_shows_its_day_and_keeps_the_question(
    browser: Browser, demo: str, report: str
) -> None:
    with open_context(browser) as context:
        page = context.new_page()
        page.goto(f"{demo}{TARGET}{report}")
        slider = page.get_by_role("slider", name="As known on")
        slider.click(position={"x": 3, "y": 15})
        expect(page).to_have_url(re.compile(f"as_of={FIRST}"))
        assert report.partition("?")[2] in page.url
        expect(page.get_by_role("note")).to_contain_text("1 Mar 2026")
        expect(page.locator("#as-of")).to_have_value(FIRST)
        expect(page.get_by_role("slider", name="As known on")).to_have_value(
            "0"
        )  # a swapped page has it, too
        page.get_by_role("link", name="What changed since then").click()
        expect(page).to_have_url(f"{demo}{TARGET}/changes?since=2026-03-02")
        expect(page.locator("#since")).to_have_value("2026-03-02")
        page.go_back()
        page.get_by_role("link", name="Back to today").click()
        expect(page.get_by_role("note")).to_have_count(0)


def test_changes_have_a_slider_for_the_day_to_start_from(browser: Browser, demo: str) -> None:
    with open_context(browser) as context:
        page = context.new_page()
        page.goto(f"{demo}{TARGET}/changes?vs={SECOND}&kind=lost")
        expect(page.locator("main")).to_contain_text("Against what was known by the end of 2026-04-12")
        page.get_by_role("slider", name="Since").press("Home")
        page.keyboard.press("Enter")
        expect(page).to_have_url(f"{demo}{TARGET}/changes?kind=lost&since={FIRST}")


def test_days_need_no_javascript(browser: Browser, demo: str) -> None:
    with open_context(browser, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{demo}{TARGET}/anchors")
        expect(page.locator(".slide")).to_be_hidden()
        page.locator("#as-of-earlier").click()
        expect(page).to_have_url(f"{demo}{TARGET}/anchors?as_of={SECOND}")
        page.locator("#as-of-earlier").click()
        expect(page.get_by_role("note")).to_contain_text("1 Mar 2026")
        page.locator("#as-of").fill("2026-05-20")
        page.get_by_role("button", name="Show").click()
        expect(page.get_by_role("note")).to_contain_text("20 May 2026")
        page.locator("#as-of-later").click()
        expect(page).to_have_url(f"{demo}{TARGET}/anchors")
