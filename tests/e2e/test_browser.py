"""Does the app work in a browser: by keyboard, without JavaScript, on a phone, against hostile text?"""

import re
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from backlit.app.demo import DEMO_TARGET
from tests.e2e.browsing import Journal, open_context, running
from tests.unit import fakes

pytestmark = pytest.mark.browser

TARGET = f"/t/{DEMO_TARGET}"
REPORTS = ["", "/backlinks", "/domains", "/anchors", "/pages", "/audit"]


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than the window."""
    width: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_quiet_and_ask_nobody_else(
    browser: Browser, demo: str, scheme: Literal["light", "dark"]
) -> None:
    with open_context(browser, scheme) as context:
        page = context.new_page()
        journal = Journal(page, demo)
        for path in ["/", *[TARGET + report for report in REPORTS]]:
            page.goto(demo + path)
            expect(page.locator("h1")).to_be_visible()
        assert journal.entries == []
        background = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert background == {"light": "rgb(246, 246, 243)", "dark": "rgb(17, 18, 22)"}[scheme]


@pytest.mark.parametrize("report", [*REPORTS, "/report"])
def test_a_phone_needs_no_sideways_scrolling(browser: Browser, demo: str, report: str) -> None:
    with open_context(browser, width=320) as context:
        page = context.new_page()
        page.goto(demo + TARGET + report)
        assert overflow(page) == 0
        for field in page.locator("main select, main input:not([type=hidden])").all():
            box = field.bounding_box()
            assert box is None or box["x"] + box["width"] <= 320
        if report == "/backlinks":
            page.locator(".context summary").first.click()
            assert overflow(page) == 0


def test_rows_are_28_pixels_and_the_heading_stays(browser: Browser, demo: str) -> None:
    with open_context(browser, width=1440) as context:
        page = context.new_page()
        page.goto(f"{demo}{TARGET}/domains?limit=30")
        heights = page.locator("tbody tr").evaluate_all(
            "rows => rows.map(row => Math.floor(row.offsetHeight))"
        )
        assert (len(heights), set(heights) <= {28, 29}) == (30, True)
        page.mouse.wheel(0, 500)
        expect(page.locator("thead th").first).to_be_in_viewport()


def test_small_targets_can_be_hit(browser: Browser, demo: str) -> None:
    """WCAG 2.2, 2.5.8: controls of at least 24 by 24 pixels."""
    with open_context(browser, width=1440) as context:
        page = context.new_page()
        page.goto(f"{demo}{TARGET}/backlinks")
        controls = page.locator("nav a, .button, summary, thead a, button, input")
        small = controls.evaluate_all(
            "all => all.map(one => [one.outerHTML.slice(0, 200), one.getBoundingClientRect()])"
            ".filter(([, box]) => box.width && (box.height < 24 || box.width < 24)).map(([text]) => text)"
        )
        assert small == []


def test_paging_works_from_the_keyboard_and_keeps_its_place(browser: Browser, demo: str) -> None:
    with open_context(browser) as context:
        page = context.new_page()
        journal = Journal(page, demo)
        page.goto(f"{demo}{TARGET}/domains?limit=10")
        first = page.locator("tbody th").first.inner_text()
        page.locator("#next-top").focus()
        page.keyboard.press("Enter")
        expect(page.locator("#status")).to_have_text(re.compile("^Rows 11 to 20 of "))
        expect(page.locator("#next-top")).to_be_focused()
        assert "cursor=" in page.url
        page.keyboard.press("Enter")
        expect(page.locator("#status")).to_have_text(re.compile("^Rows 21 to 30 of "))
        page.go_back()
        expect(page.locator("#status")).to_have_text(re.compile("^Rows 11 to 20 of "))
        page.go_back()
        expect(page.locator("tbody th").first).to_have_text(first)
        assert journal.entries == []


def test_sorting_swaps_the_rows_and_keeps_the_focus(browser: Browser, demo: str) -> None:
    with open_context(browser) as context:
        page = context.new_page()
        page.goto(f"{demo}{TARGET}/domains")
        page.evaluate("window.stayed = true")
        page.locator("#sort-links").press("Enter")
        expect(page.locator("th[aria-sort=descending]")).to_contain_text("Links")
        expect(page.locator("#sort-links")).to_be_focused()
        expect(page).to_have_url(re.compile("sort=-links"))
        assert page.evaluate("window.stayed") is True


def test_the_first_tab_skips_to_the_content(browser: Browser, demo: str) -> None:
    with open_context(browser) as context:
        page = context.new_page()
        page.goto(demo + TARGET)
        page.keyboard.press("Tab")
        expect(page.locator(".skip")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("#main")).to_be_focused()


def test_reading_needs_no_javascript(browser: Browser, demo: str) -> None:
    with open_context(browser, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(demo)
        page.locator("#look-up").fill(DEMO_TARGET)
        page.locator("#look-up").press("Enter")
        expect(page.locator("h1")).to_contain_text(DEMO_TARGET)
        page.get_by_role("link", name="Referring domains", exact=True).first.click()
        expect(page.locator("caption")).to_contain_text("Referring domains")
        page.goto(f"{demo}{TARGET}/backlinks?limit=10")
        page.locator("#next-top").click()
        expect(page.locator("#status")).to_have_text(re.compile("^Rows 11 to 20 of "))
        evidence = page.locator(".evidence").first
        expect(evidence).to_be_hidden()
        page.locator(".context summary").first.click()
        expect(evidence).to_be_visible()
        page.get_by_role("link", name="lost", exact=True).click()
        expect(page).to_have_url(re.compile("state=lost"))


def test_hostile_text_does_nothing(browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fakes.install(monkeypatch)
    with running(tmp_path / "home") as base, open_context(browser) as context:
        page = context.new_page()
        journal = Journal(page, base)
        for report in REPORTS:
            page.goto(f"{base}/t/shop.example{report}")
            assert page.title().endswith("Backlit")
        page.goto(f"{base}/t/shop.example/backlinks")
        for summary in page.locator(".context summary").all():
            summary.click()
        expect(page.locator("mark").filter(has_text="<img src=x onerror").first).to_be_visible()
        page.locator("#sort-links").click()
        expect(page.locator("th[aria-sort=descending]")).to_contain_text("Links")
        assert journal.entries == []


def test_the_audit_as_a_file_is_quiet_too(browser: Browser, demo: str, tmp_path: Path) -> None:
    with open_context(browser, accept_downloads=True) as context:
        page = context.new_page()
        page.goto(f"{demo}{TARGET}/audit")
        with page.expect_download() as download:
            page.get_by_role("link", name="one HTML file").click()
        kept = tmp_path / "audit.html"
        download.value.save_as(kept)
        journal = Journal(page, kept.as_uri())
        page.goto(kept.as_uri())
        expect(page.locator("h1")).to_have_text(DEMO_TARGET)
        assert journal.entries == []
        page.set_viewport_size({"width": 320, "height": 800})
        assert overflow(page) == 0


#: What a person would call broken about the tables of a page: a heading that its column cuts off, a
#: column too narrow for a word, the name of a row that has less than a dozen letters of room.
_CRAMPED = """() => [...document.querySelectorAll("main > .table thead th")].filter(head => head.offsetParent)
  .flatMap(head => {
    const column = head.getBoundingClientRect(), words = document.createRange();
    words.selectNodeContents(head);
    const told = words.getBoundingClientRect(), named = head.matches(".t") ? 90 : 56;
    const cut = told.right > column.right + 1 || told.left < column.left - 1;
    return cut || column.width < named ? [`${head.innerText.trim()}: ${Math.round(column.width)}`] : [];
  })"""


@pytest.mark.parametrize("width", [780, 1024, 1280])
def test_no_column_of_a_table_is_cut_off_or_too_narrow_to_read(
    browser: Browser, demo: str, width: int
) -> None:
    cramped = {}
    with open_context(browser, width=width) as context:
        page = context.new_page()
        for report in ("/backlinks", "/backlinks?state=lost", "/domains", "/anchors", "/pages", "/changes"):
            page.goto(demo + TARGET + report)
            expect(page.locator("main > .table tbody tr").first).to_be_visible()
            cramped[report] = page.evaluate(_CRAMPED)
            dates = page.locator("main > .table tbody td.d").evaluate_all(
                "all => all.filter(cell => cell.scrollWidth > cell.clientWidth).map(cell => cell.innerText)"
            )
            cramped[report] += dates
    assert {report: heads for report, heads in cramped.items() if heads} == {}
