"""Can jobs be stopped in a browser without JavaScript, followed with it, and not from a stranger's page?"""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from backlit import app
from backlit.index.storage import make_folder
from tests.e2e.browsing import Journal, open_context, running
from tests.jobs.fake_tasks import traces
from tests.jobs.helping import ask, until, working

pytestmark = pytest.mark.browser


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return make_folder(tmp_path / "home")


def state(home: Path, job: str) -> str:
    return str(app.job_show(home, job).row["state"])


def test_a_job_is_cancelled_and_resumed_without_javascript(browser: Browser, home: Path) -> None:
    job = app.ask_job(home, "verify", {"target": "shop.example"}).row["id"]
    with running(home) as base, open_context(browser, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{base}/jobs")
        page.get_by_role("button", name=f"Cancel {job}").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(job)
        assert (page.url, state(home, job)) == (f"{base}/jobs/{job}", "cancelled")
        page.get_by_role("button", name=f"Resume {job}").click()
        expect(page.get_by_text("waits for a worker")).to_be_visible()
        assert state(home, job) == "waiting"


def test_a_job_that_runs_is_followed_and_nothing_moves_under_the_keyboard(
    browser: Browser, home: Path
) -> None:
    ask(home, "held", "one")
    with working(home), running(home) as base, open_context(browser, width=390) as context:
        until(lambda: traces(home) == ["began one"])
        page = context.new_page()
        journal = Journal(page, base)
        page.goto(f"{base}/jobs")
        expect(page.get_by_text("waiting to go")).to_be_visible()
        cancel = page.get_by_role("button", name="Cancel one")
        cancel.focus()
        (home / "go").touch()
        expect(page.locator("#progress-one")).to_contain_text("ended", timeout=30_000)
        expect(cancel).to_be_focused()
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        assert journal.entries == []


class Stranger(BaseHTTPRequestHandler):
    """A page of somebody else, which sends a form as soon as it is open."""

    action = ""

    def do_GET(self) -> None:
        body = (
            f'<form method="post" action="{self.action}"><button>Win</button></form>'
            "<script>document.forms[0].submit()</script>"
        ).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def stranger() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Stranger)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def test_the_page_of_a_stranger_stops_nothing(
    browser: Browser, home: Path, stranger: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = app.ask_job(home, "verify", {"target": "shop.example"}).row["id"]
    with running(home) as base, open_context(browser) as context:
        monkeypatch.setattr(Stranger, "action", f"{base}/jobs/{job}/cancel")
        page = context.new_page()
        page.goto(stranger)
        expect(page.get_by_text("the request comes from another site").first).to_be_visible()
    assert state(home, job) == "waiting"
