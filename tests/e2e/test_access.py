"""Can everybody use every page: by what axe knows of WCAG 2.2 AA, on a phone, enlarged, and left in peace?

The quick form looks at pages with data in light and dark, wide and narrow, and at others dark and narrow;
the slow one at all pages in all ways, to the last row.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from playwright.sync_api import Browser, Page, expect

from backlit import app
from backlit.app.demo import DEMO_TARGET
from backlit.report.document import audit_html
from backlit.report.sharing import SHARED
from tests.e2e.browsing import open_context, running
from tests.e2e.every_page import FILTERED, LISTS, PAGES, filled, is_of_target
from tests.e2e.lived_in import lived_in
from tests.e2e.looking import EVERY, FULL, NARROW, SHIFTS, Looker, Way

pytestmark = pytest.mark.browser

#: Pages that show more when they are asked more.
FURTHER = (
    "/t/{target}?as_of=2026-04-01",
    "/t/{target}?from=2026-03-01&to=2026-06-07&by=day",
    "/t/{target}/backlinks?state=all&group=none&facets=rel,placement&limit=8",
    "/t/{target}/backlinks?state=lost&limit=8",
    "/t/{target}/changes?kind=changed&limit=8",
    "/t/{target}/authority?remove=mossygarden.example",
    "/t/{target}/gap?with=rosenhof.example,webstudio.example&limit=8",
    "/find?target={target}&page=https%3A%2F%2Fmossygarden.example%2F",
    "/sql?q=SELECT+*+FROM+links&limit=8",
    "/settings?check=1",
    "/shares?address=%2Ft%2F{target}%2Fbacklinks",
)
Ways = Sequence[Way]
slow = pytest.param(EVERY, marks=pytest.mark.slow)


@pytest.fixture(scope="module")
def known(demo_home: Path) -> Iterator[Mapping[str, str]]:
    with lived_in(demo_home, DEMO_TARGET) as found:
        yield found


@pytest.fixture(scope="module")
def base(demo_home: Path, known: Mapping[str, str], browser: Browser) -> Iterator[str]:
    with running(demo_home) as found:
        yield found


@pytest.fixture
def page(browser: Browser, base: str, known: Mapping[str, str]) -> Iterator[Page]:
    """A window of somebody who may do all."""
    with open_context(browser, reduced_motion="reduce") as context:
        context.add_init_script(SHIFTS)
        context.add_cookies([{"name": "backlit", "value": known["session"], "url": base}])
        yield context.new_page()


@pytest.mark.parametrize("ways", [FULL, slow])
def test_pages_with_data(page: Page, base: str, known: Mapping[str, str], ways: Ways) -> None:
    is_whole = ways is EVERY
    looker = Looker(page, base, ways, whole=is_whole)
    for path in (*PAGES, *FURTHER):
        looker.look(filled(path, known) + ("?limit=8" if path in LISTS and not is_whole else ""))
    page.goto(f"{base}/vet")
    page.locator("#sites").fill("mossygarden.example\nnobody.example")
    page.get_by_role("button", name="Vet").click()
    expect(page.locator("main table")).to_be_visible()
    looker.wrong += looker.seen()
    assert not looker.wrong, "\n".join(looker.wrong)


@pytest.mark.parametrize("ways", [NARROW, slow])
def test_pages_that_are_shared(page: Page, base: str, known: Mapping[str, str], ways: Ways) -> None:
    looker = Looker(page, base, ways)
    for name in SHARED:
        status = 400 if name == "impact" else 200  # the demo knows of no clicks
        looker.look(f"/s/{known[f's {name}']}?{name}", status)
    assert not looker.wrong, "\n".join(looker.wrong)


@pytest.mark.parametrize("ways", [NARROW, slow])
def test_pages_without_data(
    page: Page, base: str, known: Mapping[str, str], tmp_path: Path, ways: Ways
) -> None:
    looker = Looker(page, base, ways)
    for path in filter(is_of_target, PAGES):
        looker.look(filled(path, {**known, "target": "nobody.example"}))
    with running(tmp_path / "empty") as empty:
        nothing = Looker(page, empty, ways)
        for path in PAGES:
            if is_of_target(path):
                nothing.look(filled(path, {"target": DEMO_TARGET}), 503)
            elif "{" not in path:
                nothing.look(path)
    wrong = looker.wrong + nothing.wrong
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("ways", [NARROW, slow])
def test_pages_that_cannot_be_shown(page: Page, base: str, known: Mapping[str, str], ways: Ways) -> None:
    looker = Looker(page, base, ways)
    for path in filter(is_of_target, PAGES):
        looker.look(filled(path, {"target": "com"}), 400)
    for path in FILTERED:
        looker.look(f"{filled(path, known)}?q=nope:1", 400)
    for path in PAGES:
        if "{" in path and not is_of_target(path):
            looker.look(filled(path, {}), 404)
    looker.look("/nowhere", 404)
    assert not looker.wrong, "\n".join(looker.wrong)


def test_what_opens_over_a_page(page: Page, base: str) -> None:
    looker = Looker(page, base, whole=True)
    for key in ("Control+k", "?"):
        page.goto(f"{base}/t/{DEMO_TARGET}/domains?limit=5")
        page.wait_for_load_state()
        page.keyboard.press(key)
        expect(page.get_by_role("dialog")).to_be_visible()
        looker.wrong += looker.seen()
    assert not looker.wrong, "\n".join(looker.wrong)


def test_nothing_moves_while_a_page_comes_in_slowly(page: Page, base: str) -> None:
    slow = {"offline": False, "latency": 40, "downloadThroughput": 60_000, "uploadThroughput": 60_000}
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", slow)
    looker = Looker(page, base, ())
    for report in ("", "/backlinks?limit=20", "/diversity", "/sources"):
        looker.look(f"/t/{DEMO_TARGET}{report}")
    assert not looker.wrong, "\n".join(looker.wrong)


def test_documents_that_are_taken_along(page: Page, base: str, demo_home: Path, tmp_path: Path) -> None:
    session = app.open_session(demo_home)
    audit = audit_html(app.audit(session, DEMO_TARGET).row)
    (tmp_path / "audit.html").write_text(audit, encoding="utf-8")
    (tmp_path / "report.html").write_bytes(app.report_file(session, DEMO_TARGET, "html"))
    with ZipFile(BytesIO(app.report_file(session, DEMO_TARGET, "zip"))) as bundle:
        bundle.extractall(tmp_path)
    looker = Looker(page, tmp_path.as_uri())
    documents = sorted(tmp_path.glob("*.html"))
    assert [each.stem for each in documents] == ["audit", "index", "method", "report"]
    for document in documents:
        page.goto(document.as_uri())
        looker.wrong += (f"{document.name}: {each}" for each in looker.seen())
    assert not looker.wrong, "\n".join(looker.wrong)


#: A picture without words, words that are light on light and dark on dark, too wide a box, two small buttons
#: of one name; and all of it moves the page.
_WRONG = """document.querySelector("main").insertAdjacentHTML("afterbegin", `
  <img id="one" src="/static/mark.svg"><p id="two">Words</p><div id="three"></div>
  <button id="four">a</button><button id="four">b</button>`);
document.querySelector("#two").style.color = "light-dark(#ddd, #333)";
Object.assign(document.querySelector("#three").style, {height: "9px", width: "2000px"});
for (const one of document.querySelectorAll("#four"))
  Object.assign(one.style, {padding: 0, height: "9px", width: "9px"});"""


def test_what_is_wrong_is_found(page: Page, base: str) -> None:
    looker = Looker(page, base)
    page.goto(f"{base}/words")
    page.evaluate(_WRONG)
    found = {re.sub(r": (?:Element|Target|\d+ pixels) .+", "", each) for each in looker.seen()}
    assert found == {
        "several are called four",
        "1280 light",
        "1280 light: color-contrast: #two",
        "1280 light: image-alt: #one",
        "1280 light: target-size: button:nth-child(4)",
        "1280 light: target-size: button:nth-child(5)",
        "640 light",
        "320 dark",
        "320 dark: color-contrast: #two",
        "320 dark: target-size: button:nth-child(4)",
        "320 dark: target-size: button:nth-child(5)",
    }
    page.evaluate("new Promise(done => setInterval(() => window.moved.length && done(), 20))")
    page.evaluate("fetch('http://elsewhere.example/').catch(() => 0)")
    looker.look("/words?", 404)
    assert "/words?: answers 200" in looker.wrong
    assert any("elsewhere.example" in each for each in looker.wrong)
