"""Is an audit worked off by keys, with nothing lost to a stray one, and still without JavaScript?"""

from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from backlit import app
from backlit.app.demo import DEMO_TARGET
from tests.e2e.browsing import Journal, open_context

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("forgotten")]
AUDIT = f"/t/{DEMO_TARGET}/audit"


def decided(home: Path) -> list[tuple[str, str, str]]:
    rows = app.decisions(home, DEMO_TARGET).rows
    return [(row["verdict"], row["known"].get("cluster") or row["subject"], row["why"]) for row in rows]


def groups(page: Page) -> list[str]:
    return page.locator("[data-group] h2, [data-group] h3").all_inner_texts()


def status(page: Page, said: str) -> None:
    expect(page.locator("#keys [role=status]")).to_contain_text(said)


def test_a_queue_is_worked_off_by_keys(browser: Browser, demo: str, demo_home: Path) -> None:
    with open_context(browser) as context:
        page = context.new_page()
        journal = Journal(page, demo)
        page.goto(demo + AUDIT)
        first, second, *_ = groups(page)
        page.keyboard.press("j")
        expect(page.locator("[data-group]").nth(0)).to_be_focused()
        page.keyboard.press("3")
        page.keyboard.type("new here")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        expect(page.locator("[data-group]").nth(0)).to_be_focused()
        assert groups(page)[0] == second
        page.keyboard.press("s")
        expect(page.locator("[data-group] [name=why]").nth(0)).to_have_value("new here")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert [(verdict, why) for verdict, _, why in decided(demo_home)] == [
            ("snooze", "new here"), ("watch", "new here"),
        ]  # fmt: skip
        with page.expect_navigation():
            page.keyboard.press("u")
        assert decided(demo_home)[0][0] == "undo"
        assert groups(page)[0] == second
        assert decided(demo_home)[-1][1] in first
        assert journal.entries == []


def test_what_is_held_or_pressed_twice_decides_once(browser: Browser, demo: str, demo_home: Path) -> None:
    with open_context(browser) as context:
        page = context.new_page()
        journal = Journal(page, demo)
        page.goto(demo + AUDIT)
        held(page, "2")
        page.keyboard.type("aab")
        expect(page.locator("[data-group] [name=why]").first).to_have_value("aab")
        with page.expect_navigation():
            held(page, "Enter")
        page.locator("[data-group]").first.get_by_label("Why").fill("again")
        with page.expect_navigation():
            page.locator("[data-group]").first.get_by_role("button", name="watch").dblclick()
        page.wait_for_load_state()
        expect(page.locator("[data-group]").first).to_be_visible()
        assert [(verdict, why) for verdict, _, why in decided(demo_home)] == [
            ("watch", "again"), ("ignore", "aab"),
        ]  # fmt: skip
        page.locator("h1").first.click()
        with page.expect_navigation():
            held(page, "u")
        page.wait_for_load_state()
        assert [verdict for verdict, *_ in decided(demo_home)] == ["undo", "watch", "ignore"]
        assert journal.entries == []


def held(page: Page, key: str) -> None:
    """A key that stays down for a while, as the keyboard tells it."""
    for _ in range(4):
        page.keyboard.down(key)
    page.keyboard.up(key)


def test_what_a_key_cannot_do_is_said_and_nothing_is_sent(
    browser: Browser, demo: str, demo_home: Path
) -> None:
    with open_context(browser) as context:
        page = context.new_page()
        page.goto(demo + AUDIT)
        page.keyboard.press("u")
        status(page, "nothing to undo")
        page.keyboard.press("5")
        status(page, "Disavowing needs a basis")
        page.keyboard.type("we bought 12 of us")
        expect(page.locator("[data-group] [name=why]").first).to_have_value("we bought 12 of us")
        page.keyboard.press("Enter")
        status(page, "Disavowing needs a basis")
        page.keyboard.press("Escape")
        for _ in groups(page):
            page.keyboard.press("j")
        expect(page.locator("[data-group]").last).to_be_focused()
        page.keyboard.press("1")
        status(page, "not offered here")
        page.keyboard.type("us 2")
        status(page, "not offered here")
        page.keyboard.press("Escape")
        page.keyboard.press("k")
        why = page.locator("[data-group]").nth(-2).locator("[name=why]")
        why.click()
        page.keyboard.type("2 s j")
        page.keyboard.press("Enter")
        status(page, "choose a verdict first")
        page.keyboard.press("Escape")
        expect(page.locator("[data-group]").nth(-2)).to_be_focused()
        page.keyboard.press("?")
        expect(page.get_by_role("dialog").get_by_text("snooze; undo the newest decision")).to_be_visible()
        page.keyboard.press("Escape")
        page.keyboard.press("Control+2")
        expect(why).not_to_be_focused()
        page.get_by_label("Keys decide").uncheck()
        page.reload()
        page.keyboard.press("2")
        expect(page.locator("[data-group] [name=why]:focus")).to_have_count(0)
        assert decided(demo_home) == []


def test_with_a_basis_a_key_disavows(browser: Browser, demo: str, demo_home: Path) -> None:
    app.intake(demo_home, DEMO_TARGET, placed="agency X")
    with open_context(browser) as context:
        page = context.new_page()
        page.goto(demo + AUDIT)
        page.keyboard.press("5")
        page.keyboard.type("bought")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert [(verdict, why) for verdict, _, why in decided(demo_home)] == [("disavow", "bought")]


def test_without_javascript_a_button_decides_and_enter_does_not(
    browser: Browser, demo: str, demo_home: Path
) -> None:
    with open_context(browser, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(demo + AUDIT)
        expect(page.locator("#keys")).to_be_hidden()
        form = page.locator("[data-group]").first
        form.get_by_label("Why").fill("strangers")
        form.get_by_label("Why").press("Enter")
        assert decided(demo_home) == []
        form.get_by_role("button", name="ignore").click()
        expect(page.get_by_role("heading", name="Decided", exact=True)).to_be_visible()
        assert [verdict for verdict, *_ in decided(demo_home)] == ["ignore"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_has_room_for_the_keys(browser: Browser, demo: str, scheme: Literal["light", "dark"]) -> None:
    with open_context(browser, scheme, width=320) as context:
        page = context.new_page()
        page.goto(demo + AUDIT)
        page.locator("#keys summary").click()
        expect(page.locator("#keys details p")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
