"""Is a report one file that runs nothing, the same for the same data, and the same on each face?"""

import io
import json
import re
import sys
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from fastapi.testclient import TestClient

import backlit
from backlit import app
from backlit.cli.root import run
from backlit.errors import MissingExtra, UsageError
from backlit.report.brand import Brand, brand_of
from backlit.report.period import build_report
from backlit.report.report_html import report_html
from backlit.report.report_pdf import report_pdf
from backlit.report.text import day
from backlit.store.place import FILE
from backlit.web.server import create_app
from tests.report.conftest import SINCE, TARGET, answer_for, file_for
from tests.report.test_period import AUDIT, change, material
from tests.unit.fakes import HOSTILE, anchor_row, domain_row
from tests.unit.outline import Outline

BASE = "http://127.0.0.1:8000"
AUDIENCES = ("owner", "client", "executive")


def told(session: app.Session, audience: str = "owner") -> dict[str, Any]:
    return answer_for(session, audience).row


def hostile(audience: str) -> dict[str, Any]:
    """A report in which every crawled text tries to break out."""
    changes = [
        change(kind, "removed" if kind == "lost" else "added", anchor=text, source_title=text)
        for kind in ("new", "lost")
        for text in HOSTILE
    ]
    changes.append(change("new", "added", source_url="javascript:alert(3)"))
    audit = AUDIT | {
        "referring_domains": [domain_row(anchor=text) for text in HOSTILE],
        "anchors": [anchor_row(text) | {"share": None} for text in HOSTILE],
        "unknowns": HOSTILE,
        "sources": HOSTILE,
    }
    return build_report(material(changes=changes, counts={"new": 6, "lost": 5}, audit=audit), audience)


# the figures -------------------------------------------------------------------


def test_a_report_counts_what_the_lists_count(session: app.Session) -> None:
    report = told(session)
    moved = app.changes(session, TARGET, since=SINCE, limit=1_000)
    kinds = [row["kind"] for row in moved.rows]
    assert (report["won_total"], report["lost_total"]) == (kinds.count("new"), kinds.count("lost"))
    assert min(report["won_total"], report["lost_total"]) > 0
    now = app.overview(session, TARGET).row
    then = app.overview(session, TARGET, as_of=report["since"].isoformat()).row
    sites = report["numbers"][0]
    assert (sites["value"], sites["before"]) == (now["referring_domains"], then["referring_domains"])
    # what is known grows with every file that is read: that is said, and not called a growth of the profile
    assert f"{sites['before']} known on {day(report['since'])}" in Outline(report_html(report)).text
    assert report["won_sites"] == len({r["link"]["source_domain"] for r in moved.rows if r["kind"] == "new"})


def test_a_day_begins_the_period_and_its_command_gives_the_same_changes(session: app.Session) -> None:
    report = app.report(session, TARGET, since="2026-04-13").row
    assert f"{report['since']:%Y-%m-%d %H:%M:%S}" == "2026-04-13 00:00:00"
    for asked in (report, told(session)):
        command = next(row["command"] for row in asked["method"] if row["figure"] == "Links lost")
        since = command.split("--since ")[1].split()[0]
        assert app.changes(session, TARGET, since=since, kind=("lost",)).total == asked["lost_total"]


def test_of_a_target_that_nobody_links_to_nothing_is_claimed(session: app.Session) -> None:
    report = app.report(session, "nobody.example").row
    assert report["narrative"][0] == "No link to nobody.example was found in these sources."
    assert report["narrative"][-1] == "There is nothing to judge yet."
    never = "Not known: no page was read a second time in these days."
    assert Outline(report_html(report)).text.count(never) == 2


def test_a_period_before_the_data_is_not_known(session: app.Session) -> None:
    report = app.report(session, TARGET, since="900d").row
    assert "the data begin on" in report["narrative"][1]
    assert report["numbers"][0]["before"] is None


@pytest.mark.parametrize(
    "asked",
    [
        {"vs": "2026-12-31"},
        {"vs": "9999-12-31"},
        {"since": "2026-12-31"},
        {"vs": "2026-06-01", "as_of": "2026-04-13"},
        {"vs": "2026-04-13", "as_of": "2026-04-13"},
        {"vs": "2027-01-01", "as_of": "2030-01-01"},
        {"vs": "9999-12-31", "as_of": "9999-12-31"},
    ],
)
def test_a_period_after_the_data_is_an_error(session: app.Session, asked: dict[str, Any]) -> None:
    named = asked.get("vs") or asked["since"]
    ends = session.facts.observed[1]
    assert ends is not None
    told = "2026-04-13" if asked.get("as_of") == "2026-04-13" else f"{ends:%Y-%m-%d}"
    with pytest.raises(UsageError, match=f"{named}.*end on {told}.*earlier day"):
        app.report(session, TARGET, **asked)


def test_a_version_is_compared_by_the_newest_look_that_it_knows(session: app.Session) -> None:
    report = app.report(session, TARGET, vs=str(session.version.id)).row
    assert report["since"] == report["until"] == session.facts.observed[1]
    assert (report["won_total"], report["lost_total"]) == (0, 0)


def test_what_was_decided_in_the_period_is_done(demo_home: Path, session: app.Session) -> None:
    domain = app.domains(session, TARGET, limit=1).rows[0]["domain"]
    app.decide(session, domain, "keep", why="a <friend>", target=TARGET)
    (row,) = app.report(session, TARGET).row["done"]
    for path in demo_home.glob(f"{FILE}*"):
        path.unlink()
    assert (row["what"], row["why"]) == (f"Decided to keep {domain}.", "a <friend>")


def test_to_how_many_sites_was_written_is_told_and_not_to_whom(demo_home: Path, session: app.Session) -> None:
    cards = [("gap", "one"), ("gap", "two"), ("removal", "three"), ("gap", "taken-back"), ("gap", "waiting")]
    for number, (kind, name) in enumerate(cards, 1):
        app.outreach_add(demo_home, TARGET, f"https://{name}.example/", kind=kind)
        if name != "waiting":
            app.outreach_move(demo_home, number, "contacted")
    [last] = app.outreach_log(demo_home, card=4, limit=1).rows
    app.outreach_undo(demo_home, last["id"])
    done = app.report(session, TARGET).row["done"]
    earlier = app.report(session, TARGET, as_of=f"{session.facts.observed[1]:%Y-%m-%d}").row["done"]
    for path in demo_home.glob(f"{FILE}*"):
        path.unlink()
    assert [row["what"] for row in done] == [
        "Wrote to 2 sites about a link.",
        "Wrote to 1 site to have links taken out.",
    ]
    assert earlier == []  # what was done after the day that is asked for


def test_a_reader_that_is_none_is_an_error(session: app.Session) -> None:
    with pytest.raises(UsageError, match="Known are owner, client, executive"):
        app.report(session, TARGET, audience="boss")


# HTML --------------------------------------------------------------------------


@pytest.mark.parametrize("audience", AUDIENCES)
def test_strangers_text_is_text_and_nothing_is_loaded(audience: str) -> None:
    html = report_html(hostile(audience), Brand(HOSTILE[0], "data:image/png;base64,AA", "#0f766e"))
    outline = Outline(html)
    assert [tag for tag in ("script", "iframe", "object", "form", "link") if outline.all(tag)] == []
    assert [row["src"] for row in outline.all("img")] == ["data:image/png;base64,AA"]
    assert not [name for _, attributes in outline.tags for name in attributes if name.startswith("on")]
    assert not re.search(r"url\(|@import", html)
    assert {str(row["href"]).partition("://")[0] for row in outline.all("a")} <= {"https"}
    (policy,) = [r["content"] for r in outline.all("meta") if r.get("http-equiv")]
    assert "default-src 'none'" in str(policy)


@pytest.mark.parametrize("audience", AUDIENCES)
def test_it_can_be_listened_to(session: app.Session, audience: str) -> None:
    outline = Outline(report_html(told(session, audience), brand_of("Hedge & Co")))
    assert [row["lang"] for row in outline.all("html")] == ["en"]
    assert (
        len(outline.all("h1"))
        == len(outline.all("title"))
        - len(outline.all("svg"))
        - len([tag for tag, _ in outline.tags if tag == "rect"])
        or len(outline.all("h1")) == 1
    )
    assert len(outline.all("table")) == len(outline.all("caption"))
    assert [row for row in outline.all("th") if "scope" not in row] == []
    assert len(outline.all("desc")) == len(outline.all("svg"))
    assert "Hedge & Co" in outline.text


def test_each_reader_gets_their_own(session: app.Session) -> None:
    pages = {name: Outline(report_html(told(session, name))).text for name in AUDIENCES}
    assert ["What stands out" in pages[name] for name in AUDIENCES] == [True, False, False]
    assert ["backlit changes" in pages[name] for name in AUDIENCES] == [True, False, False]
    assert ["What this report cannot know" in pages[name] for name in AUDIENCES] == [True, True, False]
    assert all("Data as of" in page and "Read from 3 sources" in page for page in pages.values())


# PDF ---------------------------------------------------------------------------


def pages_of(report: dict[str, Any]) -> int:
    import weasyprint

    return len(weasyprint.HTML(string=report_html(report, for_paper=True)).render().pages)


def unpacked(pdf: bytes) -> bytes:
    """What stands in a PDF, its compressed streams too."""
    streams = re.findall(rb"/FlateDecode.*?>>\nstream\n(.*?)\nendstream", pdf, re.DOTALL)
    return pdf + b"".join(zlib.decompressobj().decompress(each) for each in streams)


def test_a_pdf_is_tagged_and_the_same_for_the_same_data(session: app.Session) -> None:
    report = told(session, "client")
    first, second = (report_pdf(report, brand_of("Hedge")) for _ in range(2))
    assert first == second
    assert first.startswith(b"%PDF-1.7")
    inside = unpacked(first)
    for part in (b"pdfuaid:part", b"/MarkInfo", b"/StructTreeRoot", b"/Lang", b"/Figure", b"/TH"):
        assert part in inside, part
    assert first != report_pdf(report)


def test_the_executive_has_one_page(session: app.Session) -> None:
    assert pages_of(told(session, "executive")) == 1
    assert pages_of(hostile("executive")) == 1


def test_a_hostile_report_asks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.socket.connect", lambda *_: pytest.fail("it connected"))
    report = hostile("owner")
    report["target"] = "x.example"
    assert report_pdf(report).startswith(b"%PDF")


@pytest.mark.parametrize(
    ("error", "found"), [(ImportError("no"), "WeasyPrint is not installed"), (OSError("no"), "Pango")]
)
def test_without_its_parts_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, error: Exception, found: str
) -> None:
    class Broken:
        def find_spec(self, name: str, *_: object) -> None:
            if name == "weasyprint":
                raise error

    monkeypatch.setattr(sys, "meta_path", [Broken(), *sys.meta_path])
    monkeypatch.delitem(sys.modules, "weasyprint", raising=False)
    with pytest.raises(MissingExtra, match=found) as caught:
        report_pdf(hostile("client"))
    if isinstance(error, ImportError):
        packages = "'weasyprint<71,>=70' 'xlsxwriter~=3.2'"
        assert caught.value.do == f"Run `{sys.executable} -m pip install {packages}`."


# XLSX --------------------------------------------------------------------------


def test_the_workbook_has_every_list(session: app.Session) -> None:
    first = file_for(session, "xlsx")
    assert first == file_for(session, "xlsx")
    book = openpyxl.load_workbook(io.BytesIO(first))
    assert book.sheetnames == [
        *("Summary", "New and lost", "Referring domains", "Links", "Anchors", "Findings", "Sources", "Method")
    ]
    assert book["Links"].max_row - 3 == app.overview(session, TARGET).row["links"]
    assert book["Referring domains"].max_row - 1 == app.domains(session, TARGET, limit=1).total
    assert book["New and lost"].max_row - 3 == app.changes(session, TARGET, since=SINCE, limit=1).total
    cells = [cell for page in book for row in page.iter_rows() for cell in row]
    assert "f" not in {cell.data_type for cell in cells}
    brief = file_for(session, "xlsx", "executive")
    assert len(openpyxl.load_workbook(io.BytesIO(brief)).sheetnames) == 3


# faces -------------------------------------------------------------------------


@pytest.fixture
def typed(demo_home: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    monkeypatch.setenv("BACKLIT_DIR", str(demo_home))
    return lambda *words: run(["report", TARGET, "--since", SINCE, *words])


def test_the_command_line(
    typed: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert typed("-o", str(tmp_path / "r.html"), "--for", "client", "--brand-name", "Hedge") == 0
    assert "Hedge" in (tmp_path / "r.html").read_text()
    assert "wrote" in capsys.readouterr().err
    assert typed("--json", "--for", "client") == 0
    assert json.loads(capsys.readouterr().out)["data"]["for"] == "client"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["-o", "r.docx"], ".html, .pdf, .xlsx, .zip"),
        (["--for", "boss"], "Known are owner"),
        (["--colour", "red"], "no colour"),
        (["--logo", "none.png"], "no such file"),
        (["--brand-name", "x" * 99], "80 at most"),
    ],
)
def test_bad_input_is_one_clear_error(
    typed: Callable[..., int], words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert typed(*words) == 2
    assert said in capsys.readouterr().err


def test_python(demo_home: Path, tmp_path: Path) -> None:
    target = backlit.open(demo_home).target(TARGET)
    told = target.report(tmp_path / "r.html", audience="client", since=SINCE, brand_name="Hedge")
    assert told["for"] == "client"
    assert "Hedge" in (tmp_path / "r.html").read_text()


def test_the_page_and_rest(demo_home: Path) -> None:
    client = TestClient(create_app(demo_home), base_url=BASE, raise_server_exceptions=False)
    page = Outline(client.get(f"/t/{TARGET}/report?since={SINCE}&for=client&brand_name=A%22B").text)
    downloads = [row["formaction"] for row in page.all("button") if "formaction" in row]
    assert downloads == [f"/t/{TARGET}/report.{kind}" for kind in app.REPORT_FORMS]
    assert page.all("input", name="brand_name")[0]["value"] == 'A"B'
    ways = {row["href"] for row in page.all("a")}
    assert ways >= {
        f"/t/{TARGET}/broken",
        f"/t/{TARGET}/audit",
        f"/jobs?target={TARGET}",
    }
    # each site that took a link to it out has another; of a neighbour that is not so
    assert f"/t/{TARGET}/backlinks?group=none&state=lost" not in ways
    other = Outline(client.get("/t/mossygarden.example/report?since=2026-03-02").text)
    assert "/t/mossygarden.example/backlinks?group=none&state=lost" in {row["href"] for row in other.all("a")}
    late = Outline(client.get(f"/t/{TARGET}/changes?kind=reported").text).text
    assert "No page that was read again since 2026-05-08 shows another link than before." in late
    got = client.get(f"/t/{TARGET}/report.html?since={SINCE}&for=executive&colour=%230f766e")
    assert (got.status_code, got.headers["content-type"]) == (200, app.REPORT_FORMS["html"])
    assert got.headers["content-disposition"] == f'attachment; filename="{TARGET}-executive.html"'
    rest = f"/api/v1/targets/{TARGET}/report"
    data = client.get(rest, params={"since": SINCE, "for": "client"}).json()["data"]
    described = client.get("/api/v1/openapi.json").json()["paths"]["/api/v1/targets/{target}/report"]["get"]
    schema = described["responses"]["200"]["content"]["application/json"]["schema"]["properties"]["data"]
    assert set(schema["properties"]) == set(data)
    assert client.get(rest, params={"format": "pdf"}).content.startswith(b"%PDF")
    assert client.get(rest, params={"form": "pdf"}).status_code == 400
    assert client.get(f"/t/{TARGET}/report?since=soon").status_code == 400


def test_the_clock_is_that_of_the_data(session: app.Session) -> None:
    report = told(session)
    assert report["until"] == session.profile(TARGET).as_of
    assert report["until"].tzinfo is not None
    assert report["until"] < datetime(2026, 7, 1, tzinfo=UTC)
