"""What does the app look like? Writes pictures of the demo for the documentation: screenshots.py FOLDER."""

import os
import sys
import tempfile
from pathlib import Path
from typing import Literal

from playwright.sync_api import sync_playwright

from backlit import app
from backlit.app.demo import DEMO_TARGET
from tests.e2e.browsing import launch, open_context, running

_PAGES = {
    "start": "/",
    "overview": f"/t/{DEMO_TARGET}",
    "authority": f"/t/{DEMO_TARGET}/authority",
    "backlinks": f"/t/{DEMO_TARGET}/backlinks",
    "audit": f"/t/{DEMO_TARGET}/audit",
}
_SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def take(home: Path, folder: Path) -> None:
    """One picture of each page in each colour scheme, and of the narrow layout."""
    folder.mkdir(parents=True, exist_ok=True)
    with running(home) as base, sync_playwright() as playwright:
        browser = launch(playwright)
        for scheme in _SCHEMES:
            page = open_context(browser, scheme, 1440, reduced_motion="reduce").new_page()
            for name, path in _PAGES.items():
                page.goto(base + path)
                if name == "backlinks":
                    page.locator(".context summary").nth(4).click()
                page.screenshot(path=folder / f"{name}-{scheme}.png")
        page = open_context(browser, width=360).new_page()
        for name in ("overview", "authority", "backlinks"):
            page.goto(base + _PAGES[name])
            page.screenshot(path=folder / f"{name}-narrow.png")
        browser.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        os.environ["XDG_DATA_HOME"] = temporary  # the usual place, so that no picture shows a path
        demo = Path(temporary) / "backlit" / "demo"
        app.build_demo(demo)
        take(demo, Path(sys.argv[1]))
