"""Does a bundle work from a folder, without a network, and with strangers' text as text?"""

import csv
import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from backlit import app
from backlit.report import export
from backlit.report.brand import Brand
from backlit.report.bundle import bundle, filtered_rows
from backlit.report.period import build_report
from tests.report.conftest import TARGET, answer_for, file_for
from tests.report.test_period import AUDIT, change, material
from tests.unit.fakes import FORMULAS, HOSTILE, anchor_row, domain_row, link_row
from tests.unit.outline import Outline

ENDING = "</script><script>document.title='run'</script><!--"


def made(texts: list[str]) -> bytes:
    """A bundle in which every crawled text is one of these."""
    links = [
        link_row(id=f"l{at}", anchor=text, source_title=text, source_url=f"https://a{at}.example/{at}")
        for at, text in enumerate(texts)
    ]
    links.append(link_row(id="js", source_url="javascript:alert(3)"))
    changes = [change("lost", "removed", id="gone", anchor=text) for text in texts[:1]]
    tables: dict[str, Any] = {
        "backlinks": [link | {"decision": None} for link in links],
        "changes": changes,
        "domains": [domain_row(anchor=text) for text in texts],
        "anchors": [anchor_row(text) for text in texts],
    }
    audit = AUDIT | {"unknowns": texts, "sources": texts}
    report = build_report(material(changes=changes, counts={"lost": 1}, audit=audit), "client")
    return bundle(report, tables, Brand(texts[0], "data:image/png;base64,AA"))


def members(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_what_is_in_it_and_the_same_again() -> None:
    texts = [*HOSTILE, ENDING]
    assert list(members(made(texts))) == [
        "index.html",
        "method.html",
        *(f"csv/{name}.csv" for name in ("new-and-lost", "referring-domains", "links", "anchors")),
    ]
    assert made(texts) == made(texts)


def test_strangers_text_is_data_alone() -> None:
    page = members(made([*HOSTILE, ENDING]))["index.html"].decode()
    outline = Outline(page)
    scripts = outline.all("script")
    assert scripts == [{"type": "application/json", "id": "data"}, {}]
    assert [tag for tag in ("iframe", "object", "link") if outline.all(tag)] == []
    assert not [name for _, attributes in outline.tags for name in attributes if name.startswith("on")]
    assert {
        str(row["href"]).partition("://")[0] for row in outline.all("a") if "://" in str(row["href"])
    } == {"https"}
    (data,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    rows = json.loads(data)
    assert {row[1] for row in rows if row[1]} == {
        row[1] for row in rows if str(row[1]).startswith("https://")
    }
    assert ENDING in {row[3] for row in rows}
    assert "pay<U+202E>lap<U+202C> <U+200B>now<U+001B>[31m" in {row[3] for row in rows}


def test_the_policy_names_the_one_script() -> None:
    page = members(made(HOSTILE))["index.html"].decode()
    (policy,) = [r["content"] for r in Outline(page).all("meta") if r.get("http-equiv")]
    assert re.fullmatch(
        r"default-src 'none'; script-src 'sha256-[\w+/=]+'; style-src 'sha256-[\w+/=]+'; img-src data:; "
        r"base-uri 'none'; form-action 'none'",
        str(policy),
    )


def test_csv_runs_nowhere() -> None:
    text = members(made(FORMULAS))["csv/links.csv"].decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {row["anchor"][0] for row in rows[: len(FORMULAS)]} == {"'"}


def test_links_are_told_once_with_what_happened() -> None:
    standing, gone = link_row(id="a"), link_row(id="b", source_authority=None)
    rows = filtered_rows(
        {
            "backlinks": [standing, link_row(id="c", rel=["nofollow", "noopener"], source_authority=1.0)],
            "changes": [
                {"kind": "new", "link": standing},
                {"kind": "lost", "link": gone},
            ],
        }
    )
    assert [(row[5], row[7], row[10]) for row in rows] == [
        ("plain", 61, "won"),
        ("nofollow", 1, ""),
        ("plain", None, "lost"),
    ]


@pytest.mark.browser
def test_a_browser_filters_it_from_a_folder(tmp_path: Path, session: app.Session, browser: Browser) -> None:
    content = file_for(session, "zip")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(tmp_path)
    total = app.overview(session, TARGET).row["links"]
    page = browser.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("request", lambda request: said.append(request.url) if "file:" not in request.url else None)
    page.goto((tmp_path / "index.html").as_uri())
    lost = answer_for(session).row["lost_total"]
    assert page.locator("#count").inner_text().startswith(f"{total + lost} of {total + lost} links")
    page.select_option("#moved", "lost")
    assert page.locator("#count").inner_text().startswith(f"{lost} of ")
    assert page.locator("#links tbody tr").count() == min(lost, 100)
    page.fill("#text", "no such words anywhere")
    assert page.locator("#links tbody tr").count() == 0
    page.click("button[type=reset]")
    page.get_by_role("button", name="Site and page").click()
    names = page.locator("#links tbody th bdi").all_inner_texts()
    assert names == sorted(names)
    assert page.locator("#links thead th").nth(1).get_attribute("aria-sort") == "ascending"
    assert said == []


@pytest.mark.browser
def test_what_a_browser_saves_is_guarded_as_the_other_files_are(tmp_path: Path, browser: Browser) -> None:
    texts = [*FORMULAS, "a;=1", "a; @x", "a\t-1;+2\r\n=3", "\0=1", "\x1c=1", "plain; words", "\ufeff=1"]
    with zipfile.ZipFile(io.BytesIO(made(["words"] * len(texts)))) as archive:
        archive.extractall(tmp_path)
    file = tmp_path / "index.html"
    head, ids, rest = file.read_text().partition('id="data">')
    data, end, rest = rest.partition("</script>")
    rows = json.loads(data)
    for row, text in zip(rows, texts, strict=False):
        row[3] = text  # as a page would have it that does not spell out what cannot be seen
    file.write_text(head + ids + json.dumps(rows) + end + rest)
    page = browser.new_page()
    page.goto(file.as_uri())
    with page.expect_download() as saving:
        page.click("#save")
    told = saving.value.path().read_bytes().decode("utf-8-sig")
    saved = list(csv.DictReader(io.StringIO(told, newline="")))
    out = io.BytesIO()
    export.write_rows([{"words": text} for text in texts], None, "csv", out)
    asked = list(csv.DictReader(io.StringIO(out.getvalue().decode(), newline="")))
    assert {row["words"] for row in asked} <= {row["words"] for row in saved}


@pytest.mark.browser
def test_nothing_of_a_stranger_runs_in_it(tmp_path: Path, browser: Browser) -> None:
    with zipfile.ZipFile(io.BytesIO(made([*HOSTILE, ENDING]))) as archive:
        archive.extractall(tmp_path)
    page = browser.new_page()
    page.goto((tmp_path / "index.html").as_uri())
    title = page.title()
    assert title.startswith("Link report: shop.example")
    assert page.locator("#links tbody tr").count() == len(HOSTILE) + 3
    assert ENDING in page.locator("#links tbody").inner_text()
    page.fill("#text", "script")
    assert page.title() == title
