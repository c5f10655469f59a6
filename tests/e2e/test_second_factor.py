"""Does somebody turn a second factor on and sign in with it in a browser, also without scripts?"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from backlit import app
from backlit.app import codes
from backlit.store.account_tables import SESSIONS
from backlit.store.database import opened, writing
from tests.e2e.browsing import open_context, running
from tests.e2e.looking import EVERY, FULL, Looker, Way

pytestmark = pytest.mark.browser

ANN, WORDS = "ann@shop.test", "correct horse battery"
STEP = 1000
slow = pytest.param(EVERY, marks=pytest.mark.slow)


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(codes, "step_of", lambda _at: STEP)
    link = app.user_add(tmp_path, ANN, role="owner").row["link"]
    app.welcome(tmp_path, link.rsplit("/", 1)[1], WORDS)
    with running(tmp_path) as found:
        yield found


def give_password(page: Page, base: str) -> None:
    page.goto(f"{base}/sign-in?next=/account")
    page.get_by_label("Address of mail").fill(ANN)
    page.get_by_label("Password").fill(WORDS)
    page.get_by_role("button", name="Sign in").click()


def begin(page: Page) -> str:
    page.get_by_role("button", name="Set up a second factor").click()
    return page.locator("code.secret").inner_text().replace(" ", "")


def confirm(page: Page, code: str) -> None:
    page.get_by_label("Your password").fill(WORDS)
    page.get_by_role("textbox", name="The code").fill(code)
    page.get_by_role("button", name="Turn it on").click()


def click_twice(page: Page, name: str) -> None:
    """As somebody does: the second time while the first is being answered."""
    page.wait_for_load_state()
    twice = "button => { button.click(); setTimeout(() => button.click(), 30); }"
    page.get_by_role("button", name=name).evaluate(twice)


@pytest.mark.parametrize("ways", [FULL, slow])
def test_each_page_of_the_way_can_be_used(browser: Browser, base: str, ways: tuple[Way, ...]) -> None:
    with open_context(browser) as context:
        page = context.new_page()
        looker = Looker(page, base, ways)

        def look() -> None:
            looker.wrong += [f"{page.url}: {each}" for each in looker.seen()]

        give_password(page, base)
        look()
        secret = begin(page)
        look()
        confirm(page, "000000")
        look()
        confirm(page, codes.code_at(secret, STEP))
        expect(page.locator(".codes li")).to_have_count(10)
        kept = page.locator(".codes li").first.inner_text()
        look()
        page.get_by_role("link", name="I have kept them").click()
        look()
        context.clear_cookies()
        give_password(page, base)
        look()
        page.get_by_role("textbox").fill(codes.code_at(secret, STEP))  # it was used
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("alert")).to_contain_text("was used")
        look()
        page.get_by_role("textbox").fill(kept)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_text("9 recovery codes left")).to_be_visible()
        look()
        assert not looker.wrong, "\n".join(looker.wrong)


def test_a_double_click_shows_the_recovery_codes_and_signs_in(browser: Browser, base: str) -> None:
    with open_context(browser) as context:
        page = context.new_page()
        give_password(page, base)
        secret = begin(page)
        page.get_by_label("Your password").fill(WORDS)
        page.get_by_role("textbox", name="The code").fill(codes.code_at(secret, STEP))
        click_twice(page, "Turn it on")
        expect(page.locator(".codes li")).to_have_count(10)
        context.clear_cookies()
        give_password(page, base)
        page.get_by_role("textbox").fill(codes.code_at(secret, STEP + 1))
        click_twice(page, "Sign in")
        page.wait_for_url(f"{base}/account")


def test_who_signed_in_a_while_ago_says_that_it_is_them(browser: Browser, base: str, tmp_path: Path) -> None:
    with open_context(browser) as context:
        page = context.new_page()
        looker = Looker(page, base, FULL)
        give_password(page, base)
        with opened(tmp_path) as engine, writing(engine) as connection:
            connection.execute(SESSIONS.update().values(at=SESSIONS.c.at - 3_600_000_000))
        page.goto(f"{base}/people")
        page.get_by_label("Address of mail").fill("eve@shop.test")
        page.get_by_role("button", name="Let in").click()
        expect(page.get_by_role("heading", name="Is it you?")).to_be_visible()
        assert not list(looker.seen())
        page.get_by_label("Your password").fill(WORDS)
        page.get_by_role("button", name="Go on").click()
        expect(page.get_by_role("heading", name="A link for eve@shop.test")).to_be_visible()


def test_it_takes_no_script(browser: Browser, base: str) -> None:
    with open_context(browser, java_script_enabled=False) as context:
        page = context.new_page()
        give_password(page, base)
        secret = begin(page)
        assert page.locator("svg.qr path").count() == 1
        confirm(page, codes.code_at(secret, STEP))
        expect(page.locator(".codes li")).to_have_count(10)
        page.get_by_role("link", name="I have kept them").click()
        context.clear_cookies()
        give_password(page, base)
        page.get_by_role("textbox").fill(codes.code_at(secret, STEP + 1))
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{base}/account")
        page.get_by_label("Your password").fill(WORDS)
        page.get_by_label("A code of the app").fill("000000")
        page.get_by_role("button", name="Turn it off").click()
        expect(page.get_by_role("alert")).to_contain_text("Turn off the second factor")
