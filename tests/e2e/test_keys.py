"""Is everything reached by keys, found by typing and told to a screen reader, and is none of it forced?"""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from backlit import app
from backlit.app.demo import DEMO_TARGET
from tests.e2e.browsing import Journal, open_context
from tests.unit.fakes import HOSTILE

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("forgotten")]
TARGET = f"/t/{DEMO_TARGET}"


def palette(page: Page) -> Locator:
    page.wait_for_load_state()  # before that a page has no keys
    page.keyboard.press("Control+k")
    box = page.get_by_role("dialog").get_by_role("combobox")
    expect(box).to_be_focused()
    return box


def active(page: Page) -> Locator:
    """The option that a screen reader tells, which is the one that looks chosen."""
    told = page.get_by_role("dialog").get_by_role("combobox").get_attribute("aria-activedescendant")
    chosen = page.locator("[role=option][aria-selected=true]")
    expect(chosen).to_have_attribute("id", str(told))
    return chosen


def test_rows_and_pages_are_reached_by_keys(browser: Browser, demo: str) -> None:
    with open_context(browser) as context:
        page = context.new_page()
        journal = Journal(page, demo)
        page.goto(f"{demo}{TARGET}/backlinks")
        rows = page.locator("main tbody tr")
        page.keyboard.press("j")
        expect(rows.nth(0)).to_be_focused()
        page.keyboard.press("j")
        page.keyboard.press("k")
        expect(rows.nth(0)).to_be_focused()
        page.keyboard.press("x")  # there is nothing to select
        page.keyboard.press("Enter")
        expect(rows.nth(0).locator(".evidence")).to_be_visible()
        page.keyboard.press("Escape")
        expect(rows.nth(0).locator(".evidence")).to_be_hidden()
        page.keyboard.press("/")
        expect(page.locator("#q")).to_be_focused()
        page.keyboard.type("j/k?gd rel:follow")
        expect(page.locator("#q")).to_have_value("j/k?gd rel:follow")
        page.keyboard.press("Escape")
        expect(page.locator("#q")).to_have_value("")
        expect(page.locator("#q")).to_be_focused()
        page.keyboard.press("Escape")
        expect(page.locator("#q")).not_to_be_focused()
        page.locator("#copy summary").click()
        page.keyboard.press("Escape")
        expect(page.locator("#copy .sheet")).to_be_hidden()
        expect(page.locator("#copy summary")).to_be_focused()
        for keys, path in (("gd", "/domains"), ("gq", "/audit"), ("ga", "/anchors"), ("gb", "/backlinks")):
            with page.expect_navigation():
                page.keyboard.type(keys)
            expect(page).to_have_url(f"{demo}{TARGET}{path}")
        with page.expect_navigation():
            page.keyboard.type("gn")
        expect(page).to_have_url(f"{demo}/alerts")
        page.wait_for_load_state()
        page.keyboard.press("/")
        expect(page.locator("#look-up")).to_be_focused()
        assert journal.entries == []


def test_the_help_tells_what_works_here_and_switches_single_keys_off(browser: Browser, demo: str) -> None:
    with open_context(browser) as context:
        page = context.new_page()
        page.goto(f"{demo}{TARGET}/domains?limit=5")
        page.keyboard.press("?")
        told = page.get_by_role("dialog", name="Keys")
        expect(told.get_by_text("next and previous row")).to_be_visible()
        expect(told.get_by_text("snooze")).to_have_count(0)
        expect(told.get_by_text("selects a row")).to_have_count(0)
        page.keyboard.press("Escape")
        expect(told).to_have_count(0)
        page.get_by_role("link", name="Keys").click()
        told.get_by_label("Keys without Ctrl or Cmd").select_option("off")
        told.get_by_role("button", name="Set").click()
        expect(page).to_have_url(f"{demo}{TARGET}/domains?limit=5")
        page.wait_for_load_state()
        for key in ("j", "/", "?", "g", "d"):
            page.keyboard.press(key)
        expect(page.locator("main tbody tr:focus, #q:focus, dialog")).to_have_count(0)
        expect(page).to_have_url(f"{demo}{TARGET}/domains?limit=5")
        palette(page)  # a key with Ctrl stays
        page.keyboard.press("Control+k")
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.goto(f"{demo}{TARGET}/audit")
        page.keyboard.press("j")
        expect(page.locator("[data-group]:focus")).to_have_count(0)


def test_everything_is_found_by_typing(browser: Browser, demo: str, demo_home: Path) -> None:
    app.view_save(demo_home, "Lost ones", "changes", query={"kind": "lost"})
    with open_context(browser) as context:
        page = context.new_page()
        journal = Journal(page, demo)
        page.goto(f"{demo}{TARGET}/backlinks?group=none")
        before = page.locator(".brand")
        before.focus()
        box = palette(page)
        expect(box).to_have_attribute("aria-controls", "palette-list")
        expect(page.locator("#palette-list")).to_have_attribute("role", "listbox")
        box.type("lost one")
        expect(active(page)).to_contain_text("Lost ones")
        page.keyboard.press("Enter")
        expect(page).to_have_url(f"{demo}{TARGET}/changes?kind=lost")
        box = palette(page)
        box.type("referring")
        first = active(page).inner_text()
        page.keyboard.press("ArrowDown")
        assert active(page).inner_text() == first  # one alone
        page.keyboard.press("Enter")
        expect(page).to_have_url(f"{demo}{TARGET}/domains")
        assert journal.entries == []


def test_the_palette_says_what_it_has_and_acts_where_it_was_opened(
    browser: Browser, demo: str, demo_home: Path
) -> None:
    app.project_add(demo_home, DEMO_TARGET, name=HOSTILE[0][:60])
    with open_context(browser) as context:
        page = context.new_page()
        journal = Journal(page, demo)
        page.goto(f"{demo}{TARGET}/domains")
        box = palette(page)
        box.fill("img src")
        expect(active(page)).to_contain_text(HOSTILE[0][:30])
        box.fill("zzz")
        expect(page.get_by_text("Nothing is called so.")).to_be_visible()
        expect(box).to_have_attribute("aria-expanded", "false")
        assert box.get_attribute("aria-activedescendant") is None
        page.keyboard.press("Enter")
        box.fill("")
        page.keyboard.press("ArrowUp")
        expect(page.locator("[role=option]").last).to_have_attribute("aria-selected", "true")
        box.fill("filter the")
        page.keyboard.press("Enter")
        expect(page.locator("#q")).to_be_focused()
        box = palette(page)
        box.fill("https://mossygarden.example/a b")
        expect(page.locator("[role=option]")).to_have_count(0)
        box.fill("mossygarden.example")
        expect(page.locator("[role=option]").first).to_contain_text("Open target mossygarden.example")
        page.locator("[role=option]").first.click()
        expect(page).to_have_url(f"{demo}/t/mossygarden.example")
        page.wait_for_load_state()
        page.locator(".brand").focus()
        palette(page)
        page.keyboard.press("Escape")
        expect(page.locator(".brand")).to_be_focused()
        palette(page).fill("rows: comfortable")
        page.keyboard.press("Enter")
        expect(page.locator("html")).to_have_attribute("data-density", "comfortable")
        expect(page).to_have_url(f"{demo}/t/mossygarden.example")
        assert journal.entries == []


def test_a_page_is_taken_elsewhere_and_saved(browser: Browser, demo: str, demo_home: Path) -> None:
    with open_context(browser, permissions=["clipboard-read", "clipboard-write"]) as context:
        page = context.new_page()
        journal = Journal(page, demo)
        page.goto(f"{demo}{TARGET}/domains")
        page.locator("#sort-links").press("Enter")  # the middle is swapped
        expect(page).to_have_url(re.compile("sort=-links"))
        page.locator("#copy summary").click()
        page.locator("[data-copy]").nth(1).click()
        expect(page.get_by_text("Copied: Command line.")).to_be_visible()
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied.startswith(f"backlit domains {DEMO_TARGET} --sort -links --limit 100 --dir ")
        page.keyboard.press("Escape")
        page.locator("#views summary").click()
        page.get_by_label("Save this view as").fill("Many links")
        page.keyboard.press("Enter")
        expect(page.locator("#view-1")).to_be_visible()
        assert app.view_ls(demo_home).rows[0]["query"] == {"sort": "-links"}
        assert journal.entries == []


def test_without_javascript_the_same_is_there(browser: Browser, demo: str, demo_home: Path) -> None:
    with open_context(browser, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{demo}{TARGET}/backlinks?group=none")
        page.locator("#copy summary").click()
        expect(page.locator("#copy pre").nth(1)).to_contain_text("backlit backlinks")
        expect(page.locator("[data-copy]").first).to_be_hidden()
        page.locator("#views summary").click()
        page.get_by_label("Save this view as").fill("All links")
        page.get_by_label("For", exact=True).select_option("any")
        page.get_by_role("button", name="Save").click()
        expect(page.locator("#view-1")).to_have_attribute("aria-current", "true")
        page.get_by_role("contentinfo").get_by_label("Theme").select_option("dark")
        page.get_by_role("contentinfo").get_by_role("button", name="Set").click()
        expect(page).to_have_url(f"{demo}{TARGET}/backlinks?group=none")
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        page.get_by_role("link", name="Menu").click()
        page.get_by_role("main").get_by_role("link", name="Referring domains").click()
        expect(page).to_have_url(f"{demo}{TARGET}/domains")
        page.get_by_role("link", name="Keys").click()
        expect(page.get_by_role("heading", name="Keys")).to_be_visible()


@pytest.mark.parametrize(
    ("theme", "background"),
    [("light", "rgb(246, 246, 243)"), ("dark", "rgb(17, 18, 22)"), ("contrast", "rgb(0, 0, 0)")],
)
def test_a_chosen_theme_wins_over_the_system_and_everything_fits(
    browser: Browser, demo: str, theme: str, background: str
) -> None:
    with open_context(browser, "dark", width=320) as context:
        context.add_cookies([{"name": "backlit_looks", "value": f"{theme}.comfortable.on", "url": demo}])
        wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        page = context.new_page()
        for path in (f"{TARGET}/backlinks", "/menu", "/help/keys", "/views"):
            page.goto(demo + path)
            assert page.evaluate("getComputedStyle(document.body).backgroundColor") == background
            assert not page.evaluate(wide), path
        palette(page)
        assert not page.evaluate(wide)
        small = page.locator("dialog [role=option]").evaluate_all(
            "all => all.filter(one => one.getBoundingClientRect().height < 24).length"
        )
        assert small == 0


def test_rows_have_more_room_where_that_is_chosen(browser: Browser, demo: str) -> None:
    with open_context(browser, width=1440) as context:
        context.add_cookies([{"name": "backlit_looks", "value": "auto.comfortable.on", "url": demo}])
        page = context.new_page()
        page.goto(f"{demo}{TARGET}/domains?limit=30")
        heights = page.locator("tbody tr").evaluate_all("all => all.map(row => Math.floor(row.offsetHeight))")
        assert (len(heights), min(heights) >= 40) == (30, True)
