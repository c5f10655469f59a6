"""Do people get where they want to go? Five journeys by clicks, typing and files alone."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, Page, expect

from backlit import app
from backlit.app.demo import DEMO_TARGET
from backlit.app.tasks import LIMITS, QUEUES
from backlit.index.storage import make_folder
from backlit.jobs.worker import Manner, Worker
from backlit.vweb import VirtualWeb, VPage, VResponse
from tests.alerts.sinks import Mailbox, mail_server
from tests.e2e import made_up_way
from tests.e2e.browsing import Journal, open_context, running
from tests.outreach.world import FROM, POSTAL
from tests.report.test_report import unpacked

pytestmark = pytest.mark.browser


@contextmanager
def working(home: Path) -> Iterator[None]:
    """A worker beside the server, whose network is the made-up web."""
    worker = Worker(home, Manner(made_up_way.COMMAND, QUEUES, LIMITS, look=0.05))
    thread = Thread(target=worker.run)
    thread.start()
    try:
        yield
    finally:
        worker.stop()
        thread.join()


def search_console(demo_home: Path, folder: Path) -> Path:
    """The archive that Search Console hands out of a site; a page of each host, since looks at one pause."""
    with zipfile.ZipFile(demo_home / "exports" / "search-console.zip") as archive:
        header, *rows = archive.read("Latest links.csv").decode().splitlines()
    hosts = {row.split("/")[2]: row for row in rows}
    path = folder / "https___gardenhaus.example_-Links.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("Latest links.csv", "\n".join([header, *list(hosts.values())[:8]]))
    return path


def until_done(page: Page) -> None:
    """The page of a job renews itself, and leads on when the job is done."""
    expect(page.get_by_role("heading", name="Go on")).to_be_visible(timeout=60_000)


def test_own_site_from_a_search_console_zip(browser: Browser, demo_home: Path, tmp_path: Path) -> None:
    home = make_folder(tmp_path / "home")
    with running(home) as base, working(home), open_context(browser) as context:
        page = context.new_page()
        journal = Journal(page, base)
        page.goto(base)
        page.get_by_role("searchbox").fill(DEMO_TARGET)
        page.get_by_role("button", name="Look up").click()
        page.get_by_role("link", name="Get its links").click()
        page.get_by_label("Exports, lists").set_input_files(search_console(demo_home, tmp_path))
        page.get_by_role("button", name="See what is in them").click()
        expect(page.get_by_role("main")).to_contain_text(
            "search-console latest links: pages that are said to link"
        )
        page.get_by_role("button", name="Read into the index").click()
        until_done(page)
        page.get_by_role("link", name="said to link").click()
        expect(page.get_by_role("row")).to_have_count(1 + 8)
        page.get_by_role("button", name="Read 8 pages now").click()
        until_done(page)
        expect(page.get_by_role("main")).to_contain_text("Found")
        page.get_by_role("link", name="Its links").click()
        expect(page.get_by_role("status")).to_have_text("7 rows")
        page.get_by_role("link", name="Overview").click()
        expect(page.get_by_role("button", name="Rank the domains")).to_be_visible()
        page.get_by_role("link", name="What comes next?").click()
        expect(page.get_by_role("region", name="What comes next")).to_contain_text("Look at ")
        assert [entry for entry in journal.entries if "status of 503" not in entry] == []


@pytest.fixture(scope="module")
def backup(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo, to make homes of one's own from."""
    path = tmp_path_factory.mktemp("backup") / "demo"
    app.backup(demo_home, path)
    (demo_home / ".backed-up.json").unlink()  # for whoever asks next, it never was
    return path


@pytest.fixture
def own_home(backup: Path, tmp_path: Path) -> Path:
    """A home of a test's own with the index of the demo."""
    app.restore(tmp_path / "home", backup)
    return tmp_path / "home"


class OnlyNoise(VirtualWeb):
    """The made-up web as it would be if nobody but spammers linked to the target."""

    def pages(self, crawl: int = 0) -> Iterator[VPage]:
        noise = {
            link.source_url
            for link in self.truth(crawl)
            if link.label == "comment_spam" and link.target_url.startswith(self.target.root)
        }
        return (page for page in super().pages(crawl) if page.url in noise)


def test_an_audit_of_pure_noise_ends_in_nothing_to_do(browser: Browser, tmp_path: Path) -> None:
    OnlyNoise(seed=7, pages=300).write_warc(tmp_path / "noise.warc.gz", crawl=2)
    app.ingest(tmp_path / "home", [str(tmp_path / "noise.warc.gz")], workers=1)
    with running(tmp_path / "home") as base, open_context(browser) as context:
        page = context.new_page()
        journal = Journal(page, base)
        page.goto(base)
        page.get_by_role("searchbox").fill(DEMO_TARGET)
        page.get_by_role("button", name="Look up").click()
        page.get_by_role("link", name="Audit", exact=True).click()
        expect(page.get_by_text("Nothing here asks for action.")).to_be_visible()
        expect(
            page.get_by_text("There is nothing to do. What is noise stays noise: ignore it.")
        ).to_be_visible()
        expect(page.get_by_role("button", name="disavow")).to_have_count(0)
        page.get_by_role("link", name="Show it").click()
        expect(page.get_by_role("status")).to_have_text("11 rows")
        page.locator(".context summary").first.click()
        expect(page.locator(".evidence").first).to_contain_text("spam")
        page.get_by_role("link", name="Disavow", exact=True).click()
        expect(page.get_by_text("There is nothing to disavow.")).to_be_visible()
        expect(page.get_by_role("link", name="Dossier")).to_have_count(0)
        page.get_by_role("link", name="Audit", exact=True).click()
        page.get_by_role("region", name="Noise to ignore").get_by_label("Why").fill("comment spam")
        page.get_by_role("button", name="ignore").click()
        expect(page.get_by_role("region", name="Decided")).to_contain_text("ignore")
        assert journal.entries == []


def test_a_manual_action_to_the_disavow_file_and_the_dossier(browser: Browser, own_home: Path) -> None:
    with running(own_home) as base, open_context(browser, accept_downloads=True) as context:
        page = context.new_page()
        journal = Journal(page, base)
        page.goto(f"{base}/t/{DEMO_TARGET}")
        page.get_by_role("link", name="Audit", exact=True).click()
        page.get_by_label("Is there a manual action").fill("2026-10-01")
        page.get_by_label("Who bought or placed links").fill("agency X")
        page.get_by_role("button", name="Keep the answers").click()
        expect(page.get_by_text("Before you act: there is a manual action of 2026-10-01")).to_be_visible()
        decide(page, "cheap garden furniture", "ask removal", "placed by agency X, asked on Monday")
        decide(page, "all-happy-news-0.example", "disavow", "bought by agency X, no answer")
        page.get_by_role("link", name="the disavow file").click()
        page.get_by_label("Why may these bytes be uploaded?").fill("manual action of 2026-10-01")
        page.get_by_role("button", name="Approve these bytes").click()
        page.get_by_label("Why is it exported?").fill("to be uploaded")
        with page.expect_download() as download:
            page.get_by_role("button", name="Download disavow.txt").click()
        *_, asked = rows = app.decisions(own_home, DEMO_TARGET).rows
        assert [row["verdict"] for row in rows] == ["disavow", "ask-removal"]
        assert download.value.suggested_filename == "disavow.txt"
        assert download.value.path().read_bytes() == (
            b"# Disavow file of gardenhaus.example.\n"
            b"# Basis: a manual action of 2026-10-01 and links bought or placed by agency X.\n"
            b"\n"
            b"# %s bought by agency X, no answer. Decision 2 of %s.\n"
            b"https://all-happy-news-0.example/\n"
        ) % (f"{rows[0]['at']:%Y-%m-%d}".encode(), rows[0]["who"].encode())
        page.get_by_role("link", name="note when").click()
        page.get_by_role("button", name="Note it").click()
        expect(page.get_by_text("the file that Google has is the file that was decided on")).to_be_visible()
        with page.expect_download() as download:
            page.get_by_role("link", name="Dossier to edit").click()
        dossier = download.value.path().read_text(encoding="utf-8")
        assert "- 7 sites were asked to take links out.\n" in dossier
        assert "| all-happy-news-0.example | – | 2 | 0 | 0 | 2 | 2 | disavowed |  |\n" in dossier
        asked_on = f"{asked['at']:%Y-%m-%d}"
        assert (
            f"| tiny-fresh-page-2.example | {asked_on} (1×) | 1 | 0 | 0 | 1 | 0 | still there | "
            f"{asked_on} placed by agency X, asked on Monday |\n"
        ) in dossier
        assert journal.entries == []


def decide(page: Page, words: str, verdict: str, why: str) -> None:
    group = page.locator("article[data-group]").filter(has_text=words).first
    group.get_by_label("Why").fill(why)
    with page.expect_navigation():  # what is decided before the page is there again is decided on the old one
        group.get_by_role("button", name=verdict).click()


LOST_BY = [
    f"the page {what}"
    for what in ("without the link", "leads elsewhere", "without the link", "leads elsewhere")
]
LOST = "https://xn--grtnerblog-q5a.example/"


@pytest.fixture
def mailbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    """The mail server of somebody who writes."""
    taken = Mailbox()
    with mail_server(taken, starttls=False) as port:
        for name, value in {
            "SMTP_URL": f"smtp+plain://127.0.0.1:{port}", "INTRANET": "127.0.0.0/8", "OUTREACH_SEND": "on",
            "OUTREACH_FROM": FROM, "OUTREACH_ADDRESS": POSTAL,
        }.items():  # fmt: skip
            monkeypatch.setenv(f"BACKLIT_{name}", value)
        yield taken


def put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """An editor puts the link back that was lost."""
    fetch = VirtualWeb.fetch

    def edited(web: VirtualWeb, url: str, crawl: int = 2) -> VResponse:
        found = fetch(web, url, crawl)
        if url != LOST:
            return found
        link = f'</h1><p>Mehr über <a href="https://{DEMO_TARGET}/">Kompost</a>.</p>'.encode()
        body = found.body.replace(b"</h1>", link)
        headers = dict(found.headers) | {"Content-Length": str(len(body))}
        return replace(found, headers=list(headers.items()), body=body)

    monkeypatch.setattr(VirtualWeb, "fetch", edited)


def test_links_are_won_and_recovered(
    browser: Browser, own_home: Path, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_back(monkeypatch)
    with running(own_home) as base, open_context(browser) as context:
        page = context.new_page()
        journal = Journal(page, base)
        page.goto(f"{base}/t/{DEMO_TARGET}")
        page.get_by_role("link", name="Broken", exact=True).click()
        page.get_by_role("link", name="Prospects", exact=True).click()
        page.get_by_role("button", name="Put littlevelo.test on the board").click()
        page.get_by_label("Mailbox").fill("ed@littlevelo.test")
        page.get_by_label("Country").fill("US")
        page.get_by_label("Your page").fill(f"https://{DEMO_TARGET}/blog/garden-tools-3")
        page.get_by_role("button", name="Keep").click()
        page.get_by_role("button", name="Draft", exact=True).click()
        page.get_by_text("The exact bytes").click()
        shown = page.locator("details pre.letter").inner_text()
        page.get_by_role("button", name="approve these bytes").click()
        page.get_by_role("button", name="Send it").click()
        expect(page.get_by_role("main")).to_contain_text("sent card 1 ed@littlevelo.test: 250 taken")
        [letter] = mailbox.letters
        assert shown.rstrip("\n").splitlines() == letter.as_bytes().decode().splitlines()
        page.get_by_role("link", name="card 1").click()
        page.get_by_label("To", exact=True).select_option("agreed")
        page.get_by_role("button", name="Move", exact=True).click()
        page.get_by_role("link", name=DEMO_TARGET).click()
        page.get_by_role("link", name="New and lost").click()
        page.get_by_role("link", name="lost 4").click()
        expect(page.locator("td.why")).to_have_text(LOST_BY)
        page.get_by_role("link", name="Backlinks", exact=True).click()
        page.get_by_role("link", name="lost", exact=True).click()
        page.get_by_role("button", name="Put xn--grtnerblog-q5a.example on the board").click()
        expect(page.get_by_text("They linked, and do no longer")).to_be_visible()
        page.get_by_role("button", name="Look at their page now").click()
        expect(page.get_by_role("heading", name="It counts", exact=True)).to_be_visible()
        page.get_by_role("link", name="the board").click()
        expect(page.get_by_role("region", name="Agreed 1")).to_contain_text("littlevelo.test")
        expect(page.get_by_role("region", name="Live 1")).to_contain_text("gärtnerblog.example")
        assert journal.entries == []


@pytest.mark.slow
def test_the_monday_of_an_agency(browser: Browser, own_home: Path) -> None:
    sites = [row["domain"] for row in app.targets(app.open_session(own_home), 20).rows]
    for number, site in enumerate(sites):
        app.project_add(own_home, site, name=f"Client {number:02}")
    app.audit(app.open_session(own_home), DEMO_TARGET)
    with running(own_home) as base, open_context(browser) as context:
        page = context.new_page()
        journal = Journal(page, base)
        page.goto(base)
        expect(page.get_by_role("status")).to_contain_text("20 projects, 1 needs you")
        expect(page.get_by_text("Counting:")).to_have_count(0, timeout=30_000)
        expect(page.get_by_role("button", name="Audit 19 projects")).to_be_visible()
        client = page.get_by_role("listitem").filter(
            has=page.get_by_role("link", name="Client 06", exact=True)
        )
        client.get_by_role("link", name="2 lost in 30 days").click()
        page.get_by_role("link", name="lost 3").click()
        expect(page.locator("td.why")).to_have_text(["the page without the link"] * 3)
        page.get_by_role("link", name="Vet", exact=True).click()
        page.get_by_label("Sites, one a line").fill(
            "\n".join(f"site-{n}.example" for n in range(480)) + "\n" + "\n".join(sites)
        )
        page.get_by_label("For").fill(DEMO_TARGET)
        page.get_by_role("button", name="Vet").click()
        expect(page.get_by_role("status")).to_have_text("500 sites: 16 good, 0 mixed, 1 avoid, 483 unknown.")
        page.get_by_role("link", name="Backlit", exact=True).click()
        page.get_by_role("link", name="Client 00", exact=True).click()
        page.get_by_role("link", name="Report", exact=True).click()
        page.get_by_role("combobox", name="For").select_option("client")
        page.get_by_label("Name on it").fill("Gardenhaus & Sons")
        with page.expect_download() as download:
            page.get_by_role("button", name="PDF").click()
        pdf = download.value.path().read_bytes()
        assert (download.value.suggested_filename, pdf[:5]) == ("gardenhaus.example-client.pdf", b"%PDF-")
        assert b"/Author (Gardenhaus & Sons)" in unpacked(pdf)
        assert journal.entries == []
