"""How do browser tests and screenshots get a running app and a Chromium?"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import uvicorn
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page, Playwright, Request

from backlit.web.server import create_app

__all__ = ["CHROMIUM", "Journal", "launch", "open_context", "running"]

CHROMIUM = Path("/usr/bin/chromium")

_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@contextmanager
def running(home: Path) -> Iterator[str]:
    """The app over a home on a free loopback port; yields its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(create_app(home), log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()


def launch(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path=str(CHROMIUM), args=_ARGUMENTS)


def open_context(
    browser: Browser, scheme: Literal["light", "dark"] = "light", width: int = 1280, **more: Any
) -> BrowserContext:
    return browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900}, **more)


class Journal:
    """Everything that a page complained about or asked of others."""

    def __init__(self, page: Page, base: str) -> None:
        self.entries: list[str] = []
        self._base = base
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.entries.append(f"exception: {error}"))
        page.on("dialog", self._dialog)
        page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.entries.append(f"{message.type}: {message.text}")

    def _dialog(self, dialog: Dialog) -> None:
        self.entries.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self._base, "data:")):
            self.entries.append(f"request: {request.url}")
