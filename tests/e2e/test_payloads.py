"""What hundreds of strangers wrote to be run, opened or believed: is it a text, wherever it is read back?

It comes in by a crawl and by the export of another tool, and somebody worked with it: it names projects,
views and reports, and stands in letters and notes.
"""

import csv
import email
import email.policy
import io
import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import Browser, Page
from selectolax.lexbor import LexborHTMLParser

from backlit import app
from backlit.app.alert_messages import digest, letter
from backlit.app.lists import LISTS as VIEWS
from backlit.prospect.outreach_letter import closed
from backlit.prospect.outreach_letter import letter as write
from backlit.prospect.outreach_words import FIELDS, Words, render
from backlit.report.brand import Brand
from backlit.report.document import audit_html
from backlit.report.sharing import SHARED
from backlit.store.alerts import Channel, Rule
from backlit.store.outbox import Delivery
from backlit.web.server import create_app
from tests.e2e.browsing import Journal, open_context, running
from tests.e2e.every_page import PAGES, filled
from tests.e2e.lived_in import lived_in
from tests.hostile.payloads import NEVER_SHOWN, PAYLOADS
from tests.hostile.planted import TARGET, plant
from tests.unit.cli.conftest import Backlit, backlit, terminal

__all__ = ["backlit", "terminal"]  # fixtures of the command line

#: What people here call everything that they name.
WORDS = "\"><img src=x onerror=hit('w')>\u202e=1+1"
#: Notes what runs, and what the policy of the page had to stop.
WATCH = """window.hits = [];
window.hit = number => { window.hits.push(`ran ${number}`); };
document.addEventListener("securitypolicyviolation", each => {
  window.hits.push(`stopped ${each.violatedDirective}: ${each.blockedURI} ${each.sample}`);
});"""
#: Elements, attributes and addresses that no page of ours has.
PROBE = """() => {
  const tags = ["IFRAME", "OBJECT", "EMBED", "BASE", "MATH", "VIDEO", "AUDIO", "NOSCRIPT", "TEMPLATE"];
  const leads = ["href", "src", "action", "formaction", "xlink:href", "data", "poster"];
  const ours = new RegExp("^(https?://|mailto:|[/?#.]|data:image/(png|svg[+]xml)[,;]|data:,$)" +
    "|^[\\w-]+([.]\\w+)*([?#].*)?$");
  const strange = [...document.querySelectorAll("*")].flatMap(one => [
    ...tags.includes(one.tagName) ? [one.tagName] : [],
    ...[...one.attributes].filter(each => /^on|^srcdoc$/.test(each.name)).map(each => each.name),
    ...leads.map(name => one.getAttribute(name)).filter(value => value && !ours.test(value)),
  ]);
  const scripts = [...document.scripts].map(one => one.getAttribute("src") || one.type || one.text);
  const others = scripts.filter(each => !/^[/]static[/][\\w./-]+$|^application[/]json$/.test(each));
  return [...window.hits, ...strange, ...others];
}"""
AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
#: The head of a letter of each kind, and nothing else.
_HEAD = ["from", "to", "subject", "date", "message-id"]
NEWS = [*_HEAD, "auto-submitted", "mime-version", "content-type"]
ASKS = [*_HEAD, "list-unsubscribe", "content-type", "content-transfer-encoding", "mime-version"]
TEMPLATE = Words(
    "About {{ title }}", "{{ greeting? }},\n\n{{ note? }} {{ page? }}\n\nSee {{ dead? }}, {{ anchor? }}."
)
NUMBER = re.compile(r"-?[0-9.]+(?:e-?[0-9]+)?")
#: What starts a formula somewhere.
FORMULA = re.compile(r"^[\s\u200b\ufeff]*[=+\-@＝＋－＠]|^[\t\r]")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("payloads") / "home"
    plant(home)
    return home


@pytest.fixture(scope="module")
def known(home: Path) -> Iterator[Mapping[str, str]]:
    with lived_in(home, TARGET, WORDS) as found:
        yield found


@pytest.fixture(scope="module")
def client(home: Path, known: Mapping[str, str]) -> TestClient:
    client = TestClient(create_app(home), base_url="http://127.0.0.1:8000", raise_server_exceptions=False)
    client.cookies.set("backlit", known["session"])
    return client


@pytest.fixture(scope="module")
def session(home: Path) -> app.Session:
    return app.open_session(home)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with open_context(browser) as context:
        context.add_init_script(WATCH)
        yield context.new_page()


def unseen(text: str) -> list[str]:
    """The letters of a text that nobody sees and that do something."""
    return sorted({f"U+{ord(each):04X}" for each in NEVER_SHOWN.intersection(text)})


def wrong(page: Page, journal: Journal, path: str, statuses: tuple[int, ...] = (200,)) -> list[str]:
    """What is wrong with a page once it is open."""
    answer = page.goto(path)
    found = [] if answer is None or answer.status in statuses else [f"answers {answer.status}"]
    found += page.evaluate(PROBE) + unseen(page.locator("body").inner_text())
    found += [each for each in journal.entries if "status of" not in each]
    journal.entries.clear()
    return [f"{path[:120]}: {each}" for each in sorted(set(found))]


def all_pages(page: Page, address: str) -> Iterator[str]:
    """A list from its first row to its last."""
    following: str | None = f"{address}&limit=500"
    while following:
        yield following
        rest = page.locator("#next-bottom")
        following = rest.evaluate("one => one.href") if rest.count() else None


def test_there_are_hundreds_of_payloads_and_all_came_in(session: app.Session) -> None:
    assert len(PAYLOADS) >= 500
    rows = app.backlinks(session, TARGET, group="none", limit=5_000).rows
    numbers = {
        int(row["target_url"].split("/")[3]) for row in rows if not row["target_url"].endswith("/told")
    }
    assert len(numbers) >= len(PAYLOADS) - 12  # those of one page, whose address is too long for a server


@pytest.mark.parametrize("whole", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_no_page_runs_or_hides_anything(
    home: Path, known: Mapping[str, str], page: Page, whole: bool
) -> None:
    """Every page, and every payload in a list; the slow form reads each list to its last row."""
    with running(home) as base:
        page.context.add_cookies([{"name": "backlit", "value": known["session"], "url": base}])
        journal, found = Journal(page, base), list[str]()
        for path in PAGES:
            found += wrong(page, journal, base + filled(path, known), (200, 400))
        for path in ("backlinks?group=none&state=all", "anchors?sort=anchor", "domains?", "pages?"):
            for address in all_pages(page, f"{base}/t/{TARGET}/{path}"):
                found += wrong(page, journal, address)
                if not whole and not path.startswith("anchors"):  # which have them all
                    break
        for name in SHARED if whole else ():
            found += wrong(page, journal, f"{base}/s/{known[f's {name}']}", (200, 400))
        for each in PAYLOADS[:: 20 if whole else 200]:
            page.goto(f"{base}/t/{TARGET}/anchors")
            page.locator("input[name=q]").first.fill(each.text[:500])
            page.keyboard.press("Enter")
            page.wait_for_load_state()
            found += page.evaluate(PROBE)
        assert not found, "\n".join(found)


def test_no_document_runs_or_hides_anything(session: app.Session, tmp_path: Path, page: Page) -> None:
    journal, found = Journal(page, "file://"), list[str]()
    documents = {"audit": audit_html(app.audit(session, TARGET).row).encode()}
    for reader in ("owner", "client", "executive"):
        documents[reader] = app.report_file(session, TARGET, "html", brand=Brand(WORDS), audience=reader)
    for name, content in documents.items():
        path = tmp_path / f"{name}.html"
        path.write_bytes(content)
        found += wrong(page, journal, path.as_uri())
    assert not found, "\n".join(found)


# files ----------------------------------------------------------------------------


@pytest.mark.parametrize("view", sorted(VIEWS))
def test_no_cell_of_a_table_is_a_formula_or_commands_a_terminal(client: TestClient, view: str) -> None:
    path = "best-pages" if view == "pages" else view
    answer = client.get(f"/api/v1/targets/{TARGET}/{path}?format=csv")
    rows = list(csv.reader(io.StringIO(answer.text, newline="")))
    active = {cell for row in rows for cell in row if FORMULA.search(cell) and not NUMBER.fullmatch(cell)}
    assert (answer.status_code, active) == (200, set())
    assert {len(row) for row in rows} == {len(rows[0])}
    assert unseen(answer.text.replace("\r\n", "\n")) == []
    lines = client.get(f"/api/v1/targets/{TARGET}/{path}?format=ndjson").content.splitlines()
    assert len([json.loads(line) for line in lines]) == len(rows) - 1
    data = client.get(f"/api/v1/targets/{TARGET}/{path}?format=parquet").content
    assert pq.read_table(io.BytesIO(data)).num_rows == len(rows) - 1
    content = client.get(f"/api/v1/targets/{TARGET}/{path}?format=xlsx").content
    [sheet] = openpyxl.load_workbook(io.BytesIO(content))
    cells = [cell for line in sheet for cell in line if cell.value is not None]
    assert [cell.coordinate for cell in cells if cell.data_type == "f" or cell.hyperlink] == []
    assert [cell.coordinate for cell in cells if unseen(str(cell.value))] == []
    assert sheet.max_row == len(rows)


def test_no_cell_of_a_workbook_is_active(session: app.Session) -> None:
    content = app.report_file(session, TARGET, "xlsx", brand=Brand(WORDS))
    book = openpyxl.load_workbook(io.BytesIO(content))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert len(cells) > len(PAYLOADS)
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
    assert [cell.coordinate for cell in cells if unseen(str(cell.value).replace("\n", ""))] == []
    links = {cell.hyperlink.target for cell in cells if cell.hyperlink}
    assert {link for link in links if link and not link.startswith(("https://", "http://", "#"))} == set()


# letters --------------------------------------------------------------------------


def test_no_letter_says_more_than_its_writer() -> None:
    rule = Rule(TARGET, ("lost",), "now", "token", AT)
    channel = Channel("mail", "me@shop.example", AT, id=1)
    told = {"at": AT.isoformat(), "reason": "removed", "before": None, "after": None, "kind": "lost"}
    for each in PAYLOADS:
        event = told | {
            "id": each.number, "source_url": f"https://blog.example/{each.text}", "anchor": each.text,
            "target_url": f"https://{TARGET}/", "evidence": each.text,
        }  # fmt: skip
        body = digest(rule, [event], 1, AT, "https://links.example")
        news = letter(Delivery(1, 1, channel, "key", body, "waiting", 0, AT, AT), "Ann <ann@links.example>")
        asked = render(TEMPLATE, "own", dict.fromkeys(FIELDS, f"{each.text} x"))
        words = closed(asked, given=each.text, postal="1 Street", name=each.text)
        asks = write(words, "Ann <ann@links.example>", "ed@blog.example", "key", AT)
        for content, to, names in ((news, "me@shop.example", NEWS), (asks, "ed@blog.example", ASKS)):
            read = email.message_from_bytes(content, policy=email.policy.default)
            assert ([name.lower() for name in read], read["To"]) == (names, to), each
            assert not read.defects, each
            parts = {
                part.get_content_type(): part.get_content() for part in read.walk() if not part.is_multipart()
            }
            assert [unseen(part) for part in parts.values()] == [[] for _ in parts], each
            markup = LexborHTMLParser(parts.get("text/html", ""))
            assert markup.css("img,script,svg,iframe,style,form,[onload],[onerror]") == [], each
            assert all(len(line) <= 998 for line in content.split(b"\r\n")), each


# the terminal -----------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["terminal", pytest.param("pipe", marks=pytest.mark.slow)])
def test_no_line_commands_a_terminal(
    backlit: Backlit, kind: str, request: pytest.FixtureRequest, home: Path
) -> None:
    if kind == "terminal":
        request.getfixturevalue("terminal")
    for command in (
        ("backlinks", TARGET, "--group", "none", "--limit", "300"), ("anchors", TARGET, "--limit", "900"),
        ("domains", TARGET, "--limit", "200"), ("best-pages", TARGET, "--limit", "900"), ("overview", TARGET),
        ("audit", TARGET), ("changes", TARGET, "--kind", "all", "--limit", "300"), ("index", "ls"),
        ("prospects", TARGET), ("report", TARGET), ("explain", TARGET), ("diversity", TARGET),
    ):  # fmt: skip
        said = backlit(*command)
        text = re.sub(r"\x1b\[[0-9;]*m", "", said.out) if kind == "terminal" else said.out
        assert (said.code, unseen(text)) == (0, []), command
