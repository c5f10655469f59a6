"""Do pages, twins and REST answer the same questions, safely, and say what to do when they cannot?"""

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from fastapi.testclient import TestClient

import backlit
from backlit import app
from backlit.web.asking import Ask
from backlit.web.security import HEADERS, allowed_host
from backlit.web.server import create_app
from tests.unit import fakes
from tests.unit.outline import Outline

TARGET = "/t/shop.example"
VIEWS = ["", "/backlinks", "/domains", "/anchors", "/pages", "/changes", "/sources", "/diversity", "/audit"]
TABLES = ["backlinks", "domains", "anchors", "pages", "changes", "leads"]
KNOWN = ["shop.example", "nobody.example"]
REST = [
    *("overview", "backlinks", "domains", "anchors", "best-pages", "changes", "leads", "sources"),
    *("diversity", "audit"),
]
URL = "https%3A%2F%2Fshop.example%2Fa%252Fb%3Fq%3D1"


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> TestClient:
    fakes.install(monkeypatch)
    return TestClient(
        create_app(tmp_path / "home"), base_url="http://127.0.0.1:8000", raise_server_exceptions=False
    )


@pytest.fixture
def empty(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> TestClient:
    fakes.install(monkeypatch)
    return TestClient(create_app(tmp_path / "empty"), base_url="http://localhost")


def outline(client: TestClient, path: str, status: int = 200) -> Outline:
    response = client.get(path)
    assert (response.status_code, response.headers["content-type"]) == (status, "text/html; charset=utf-8")
    return Outline(response.text)


# pages -----------------------------------------------------------------------


@pytest.mark.parametrize("view", VIEWS)
def test_every_report_has_one_heading_landmarks_and_its_place_in_the_navigation(
    client: TestClient, view: str
) -> None:
    page = outline(client, TARGET + view)
    choices = {"": 2, "/backlinks": 2, "/changes": 1}.get(view, 0)
    assert [len(page.all(tag)) for tag in ("h1", "main", "nav")] == [1, 1, 3 + choices]
    assert page.all("a", **{"class": "skip", "href": "#main"})
    assert [link["href"] for link in page.all("a", **{"aria-current": "page"})] == [TARGET + view]
    assert "Data as of 7 Jun 2026" in page.text
    assert "crawl-1.warc.gz, crawl-2.warc.gz" in page.text


@pytest.mark.parametrize("view", VIEWS)
def test_every_table_has_a_caption_and_every_heading_a_scope(client: TestClient, view: str) -> None:
    page = outline(client, TARGET + view)
    assert len(page.all("table")) == len(page.all("caption"))
    assert [cell for cell in page.all("th") if cell.get("scope") not in ("col", "row")] == []


@pytest.mark.parametrize("view", ["/", *[TARGET + view for view in VIEWS], "/t/nobody.example", "/t/com"])
def test_pages_carry_no_inline_style_script_or_foreign_file(client: TestClient, view: str) -> None:
    page = Outline(client.get(view).text)
    assert page.all("style") == []
    assert [name for _, row in page.tags for name in row if name == "style" or name.startswith("on")] == []
    own = {"app.js", "keys.js", "vendor/htmx/htmx.min.js"}
    own |= {"audit.js"} if view.endswith("/audit") else set()
    own |= {"days.js"} if view not in ("/", "/t/com") else set()
    own |= {"timeline.js"} if view == TARGET else set()
    assert {str(script["src"]) for script in page.all("script")} == {f"/static/{name}" for name in own}
    loaded = [str(row.get("src") or row.get("href")) for tag in ("link", "img") for row in page.all(tag)]
    # nothing is drawn before the end of the page is there, so that nothing moves
    assert [path for path in loaded if not path.startswith("/static/")] == ["#end"]


@pytest.mark.parametrize("view", VIEWS)
def test_hostile_text_is_text(client: TestClient, view: str) -> None:
    page = outline(client, TARGET + view)
    assert len(page.all("script")) == 4 + (view in ("", "/audit"))
    assert [row for row in page.all("img") if row["src"] != "/static/mark.svg"] == []
    assert "\u202e" not in page.text
    if view in ("/backlinks", "/domains", "/anchors", "/audit"):
        assert "pay<U+202E>lap<U+202C> <U+200B>now<U+001B>[31m" in page.text
        assert "{{ 7 * 7 }}" in page.text


@pytest.mark.parametrize("view", VIEWS)
def test_links_to_strangers_vouch_for_nobody(client: TestClient, view: str) -> None:
    outside = [row for row in outline(client, TARGET + view).all("a") if "//" in str(row["href"])]
    assert {row["rel"] for row in outside} <= {"noopener noreferrer nofollow ugc"}
    assert {str(row["href"])[:8] for row in outside} <= {"https://"}


def test_an_address_that_is_none_is_shown_and_not_linked(client: TestClient) -> None:
    page = outline(client, f"{TARGET}/backlinks")
    assert "javascript:alert(3)" in page.text
    assert [row for row in page.all("a") if str(row["href"]).startswith("javascript")] == []


def test_the_overview_leads_from_numbers_to_rows(client: TestClient) -> None:
    page = outline(client, TARGET)
    hrefs = {row["href"] for row in page.all("a")}
    assert hrefs >= {
        f"{TARGET}/domains",
        f"{TARGET}/backlinks?group=none",
        f"{TARGET}/backlinks?q=is%3Anew&group=none&sort=-first_seen",
        f"{TARGET}/backlinks?q=lost_at%3A%3C30d&group=none&state=lost&sort=-lost_at",
        f"{TARGET}/domains?q=first_seen%3A2026-05",
        f"{TARGET}/authority",
    }
    assert "place 12 of 351 ranked domains, shared by 2" in page.text
    assert [len(page.all("svg", role=role)) for role in ("group", "img")] == [7, 0]


def test_a_link_is_marked_in_its_context_with_its_evidence(client: TestClient) -> None:
    text = client.get(f"{TARGET}/backlinks").text
    assert re.search(r"I bought my </span>\s*<mark><bdi>garden chairs</bdi></mark>", text)
    page = Outline(text)
    assert len([row for row in page.all("details") if "menu" not in (row.get("class") or "")]) == len(
        fakes.LINKS
    )
    assert "crawl-1.warc.gz at byte 1,234 (warc)" in page.text


def test_the_help_for_filters_has_examples_that_work_and_every_field(client: TestClient) -> None:
    from backlit.index.filters import fields_of, parse
    from backlit.report.filter_page import EXAMPLES

    [link] = [
        row for row in outline(client, f"{TARGET}/anchors").all("a") if "help/filters?" in str(row["href"])
    ]
    page = outline(client, str(link["href"]))
    assert page.all("a", **{"class": "button", "href": f"{TARGET}/anchors"})
    tried = [str(row["href"]) for row in page.all("a") if "?q=" in str(row["href"])]
    assert len(tried) == len([parse(each.q) for each in EXAMPLES])
    assert {href.partition("?")[0] for href in tried} == {
        f"{TARGET}/{view}" for view in ("backlinks", "domains", "anchors", "pages", "changes")
    }
    assert [each.name for each in fields_of("backlinks") if each.name not in page.text] == []
    assert {"examples", "fields-of-a-link", "what-a-link-is"} <= {row.get("id") for row in page.all("h2")}


def test_sorting_is_a_link_and_is_announced(client: TestClient) -> None:
    page = outline(client, f"{TARGET}/domains?sort=-links")
    assert [row.get("aria-sort") for row in page.all("th", scope="col")].count("descending") == 1
    assert page.by_id("sort-links")["href"] == f"{TARGET}/domains?sort=links"
    assert page.by_id("sort-authority")["href"] == f"{TARGET}/domains"


def test_pages_of_rows_follow_one_another(client: TestClient) -> None:
    first = outline(client, f"{TARGET}/domains?limit=3&sort=links")
    assert "Rows 1 to 3 of 7 rows" in first.text
    second = outline(client, str(first.by_id("next-top")["href"]))
    assert "Rows 4 to 6 of 7 rows" in second.text
    assert second.by_id("first-top")["href"] == f"{TARGET}/domains?sort=links&limit=3"
    last = outline(client, str(second.by_id("next-bottom")["href"]))
    assert "Rows 7 to 7 of 7 rows" in last.text
    assert [row for row in last.all("a") if row.get("rel") == "next"] == []


def test_choices_keep_the_rest_of_the_question(client: TestClient) -> None:
    page = outline(client, f"{TARGET}/backlinks?scope=host&sort=-last_seen&state=all")
    hrefs = {row["href"] for row in page.all("a")}
    assert f"{TARGET}/backlinks?scope=host&group=page&state=all&sort=-last_seen" in hrefs
    assert f"{TARGET}/backlinks?scope=domain&state=all&sort=-last_seen" in hrefs
    assert f"{TARGET}/domains?scope=host" in hrefs


def test_a_choice_without_rows_is_no_dead_end(client: TestClient) -> None:
    page = outline(client, f"{TARGET}/backlinks?state=lost")
    assert "No link to this target is in the state you chose" in page.text
    assert f"{TARGET}/backlinks?state=all" in {row["href"] for row in page.all("a")}


def test_a_target_may_be_a_url(client: TestClient) -> None:
    page = outline(client, f"/t/{URL}/anchors")
    assert "https://shop.example/a%2Fb?q=1" in page.text
    assert [row["href"] for row in page.all("a", **{"aria-current": "page"})] == [f"/t/{URL}/anchors"]
    assert len([row for row in page.all("a") if "scope=prefix" in str(row["href"])]) == 1


def test_the_search_box_leads_to_the_target(client: TestClient) -> None:
    found = client.get("/t", params={"target": " https://shop.example/a b "}, follow_redirects=False)
    assert (found.status_code, found.headers["location"]) == (303, "/t/https%3A%2F%2Fshop.example%2Fa%20b")
    assert client.get("/t?target=", follow_redirects=False).headers["location"] == "/"


def test_an_unknown_target_says_what_the_index_holds(client: TestClient) -> None:
    page = outline(client, "/t/nobody.example")
    assert "The index holds no link to this target" in page.text
    assert "backlit ingest" in page.text
    assert "From Search Console, Bing or any tool you have" in page.text
    assert "backlit ingest FILE… --for nobody.example" in page.text
    assert "/find?target=nobody.example" in {row["href"] for row in page.all("a")}
    assert "3 pages are said to link here" in page.text
    assert "/t/nobody.example/leads" in {row["href"] for row in page.all("a")}
    assert "/t/shop.example" in {row["href"] for row in page.all("a")}


def test_the_start_page_lists_the_best_linked_domains(client: TestClient) -> None:
    page = outline(client, "/")
    assert page.all("a", href="/t/shop.example")
    assert page.all("form", action="/t", method="get")
    assert "Data as of 7 Jun 2026" in page.text


def test_an_empty_home_says_what_to_do(empty: TestClient) -> None:
    page = outline(empty, "/")
    assert [command in page.text for command in ("backlit demo", "backlit ingest FILE…")] == [True, True]
    assert "Run `backlit demo`" in outline(empty, TARGET, 503).text
    assert empty.get("/api/v1/health").json() == {
        "status": "empty",
        "version": backlit.__version__,
        "snapshot": None,
        "worker": None,
    }


# leads, lost links, dates -------------------------------------------------------


def test_leads_have_a_page_where_there_are_any(client: TestClient) -> None:
    page = outline(client, "/t/nobody.example/leads")
    assert "https://said.example/0" in page.text
    assert "google search console" in page.text
    assert [row["href"] for row in page.all("a", **{"aria-current": "page"})] == ["/t/nobody.example/leads"]
    hrefs = {view: {row["href"] for row in outline(client, f"/t/{view}").all("a")} for view in KNOWN}
    assert [f"/t/{view}/leads" in hrefs[view] for view in KNOWN] == [False, True]


def test_empty_backlinks_point_to_the_leads(client: TestClient) -> None:
    page = outline(client, "/t/nobody.example/backlinks?state=lost")
    assert "3 pages are said to link here" in page.text


def test_lost_links_say_when_and_what_was_found(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = fakes.link_row(state="lost", lost_at=fakes.AS_OF, lost_reason="page-gone")
    monkeypatch.setattr(app, "backlinks", lambda *_, **__: fakes._answer([gone], "shop.example", None, 100))
    page = outline(client, f"{TARGET}/backlinks?state=lost&sort=-lost_at")
    assert page.all("th", **{"aria-sort": "descending"}) != []
    assert ("Lost on" in page.text, "Last seen" in page.text) == (True, False)
    assert ("What was found" in page.text, "no page any more" in page.text) == (True, True)
    labels = [row["data-label"] for row in page.all("span") if row.get("data-label")]
    assert labels == ["Authority", "Value", "First seen", "Lost on"]


def test_a_live_link_that_was_not_read_for_a_year_says_so(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = fakes.link_row(last_seen=fakes.AS_OF.replace(year=2024))
    monkeypatch.setattr(app, "backlinks", lambda *_, **__: fakes._answer([old], "shop.example", None, 100))
    assert "live when last read" in outline(client, f"{TARGET}/backlinks").text


@pytest.mark.parametrize("view", VIEWS)
def test_every_report_can_be_asked_for_another_day(client: TestClient, view: str) -> None:
    page = outline(client, f"{TARGET}{view}?as_of=2026-03-01&scope=host")
    [form] = [row for row in page.all("form") if row["action"] == TARGET + view and row["class"] == "as-of"]
    assert form["method"] == "get"
    kept = [(row["name"], row["value"]) for row in page.all("input", type="hidden")]
    assert kept[:1] == [("scope", "host")]
    assert page.by_id("as-of")["value"] == "2026-03-01"
    assert "You are looking at" in page.text
    assert f"{TARGET}{view}?scope=host" in {row["href"] for row in page.all("a")}
    assert "You are looking at" not in outline(client, f"{TARGET}{view}?as_of=").text


@pytest.mark.parametrize("view", VIEWS)
def test_the_days_with_looks_stand_beside_the_day_of_a_page(client: TestClient, view: str) -> None:
    page = outline(client, f"{TARGET}{view}?as_of=2026-04-20&scope=host")
    [slide, *_] = page.all("span", **{"class": "slide"})
    assert (slide["data-days"], slide["data-now"]) == ("2026-03-01 2026-04-12 2026-06-07", "2026-06-07")
    assert "hidden" in slide  # it takes a script
    [slider, *_] = page.all("input", type="range")
    told = {name: slider[name] for name in ("min", "max", "value", "aria-valuetext", "aria-label")}
    assert list(told.values()) == ["0", "2", "1", "20 Apr 2026", "As known on"]
    assert page.by_id("as-of-earlier")["href"] == f"{TARGET}{view}?scope=host&as_of=2026-04-12"
    assert page.by_id("as-of-later")["href"] == f"{TARGET}{view}?scope=host"
    assert f"{TARGET}/changes?scope=host&since=2026-04-21" in {row["href"] for row in page.all("a")}


def test_of_the_first_day_none_is_earlier_and_after_today_nothing_changed(client: TestClient) -> None:
    first, today = (outline(client, TARGET + query) for query in ("?as_of=2026-03-01", "?as_of=2026-06-07"))
    assert [row["id"] for row in first.all("a", **{"class": "step"})] == ["as-of-later"]
    assert [row["id"] for row in today.all("a", **{"class": "step"})] == ["as-of-earlier"]
    assert [row for row in today.all("a") if "since=" in str(row["href"])] == []


def test_after_a_version_what_changed_is_told_against_it(client: TestClient) -> None:
    links = outline(client, f"{TARGET}/domains?as_of=7226382376481239824").all("a")
    assert f"{TARGET}/changes?vs=7226382376481239824" in {row["href"] for row in links}


def test_changes_are_told_since_days_with_looks(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    page = outline(client, f"{TARGET}/changes?since=2026-04-12&kind=lost")
    assert page.by_id("since")["value"] == "2026-04-12"
    assert page.by_id("since-earlier")["href"] == f"{TARGET}/changes?since=2026-03-01&kind=lost"
    [_, slide] = page.all("span", **{"class": "slide"})
    assert slide["data-days"] == "2026-03-01 2026-04-12"
    compared = outline(client, f"{TARGET}/changes?vs=2026-04-12")
    assert "Against what was known by the end of 2026-04-12" in compared.text
    assert ("vs", "2026-04-12") in {
        (row["name"], row["value"]) for row in compared.all("input", type="hidden")
    }
    assert compared.by_id("since-earlier")["href"] == f"{TARGET}/changes?since=2026-04-12"


@pytest.mark.parametrize("days", [(), (fakes.AS_OF.date(),)])
def test_where_nobody_looked_twice_there_is_a_date_field_only(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, days: Any
) -> None:
    monkeypatch.setattr(fakes.FakeSession, "days", days)
    page = outline(client, f"{TARGET}/changes")
    assert page.all("input", type="range") == []
    assert [row["name"] for row in page.all("input", type="date")] == ["as_of", "since"]


def test_a_date_keeps_the_rest_of_the_question_and_starts_at_the_first_row(client: TestClient) -> None:
    page = outline(client, f"{TARGET}/backlinks?state=all&sort=-links&limit=2&cursor=2&at=2")
    kept = [(row["name"], row["value"]) for row in page.all("input", type="hidden")]
    assert kept[:3] == [("state", "all"), ("sort", "-links"), ("limit", "2")]


def test_a_list_has_a_box_for_filters_that_keeps_the_rest_of_the_question(client: TestClient) -> None:
    page = outline(client, f"{TARGET}/backlinks?q=rel:ugc&state=all&cursor=2&at=2")
    assert [row["method"] for row in page.all("form", action=f"{TARGET}/backlinks")] == ["get", "get"]
    assert (page.by_id("q")["name"], page.by_id("q")["value"]) == ("q", "rel:ugc")
    kept = [(row["name"], row["value"]) for row in page.all("input", type="hidden")]
    assert kept[:2] == [("q", "rel:ugc"), ("state", "all")]  # the form of the date
    assert kept[-2] == ("state", "all")  # ours, after that of views and before that of looks
    assert "Nothing like that" in page.text
    assert f"{TARGET}/backlinks?state=all" in {row["href"] for row in page.all("a")}
    assert "backlit backlinks shop.example -q rel:ugc --state all" in page.text


def test_changes_show_both_sides_and_count_what_is_told_apart(client: TestClient) -> None:
    page = outline(client, f"{TARGET}/changes")
    words = " ".join(page.text.split())
    for said in ("no page any more", "follow → ugc", "placement:", "first read 5", "all seen 3"):
        assert said in words
    lost = outline(client, f"{TARGET}/changes?kind=lost&since=2026-03-01")
    assert len(lost.all("time")) < len(page.all("time"))
    assert lost.by_id("since")["value"] == "2026-03-01"
    assert "backlit changes shop.example --since 2026-03-01 --kind lost" in lost.text


def test_a_filter_that_cannot_be_read_is_answered_where_it_was_written(client: TestClient) -> None:
    page = outline(client, f"{TARGET}/backlinks?q=nope:1", status=400)
    assert page.by_id("q")["value"] == "nope:1"
    assert "no such field here" in page.text
    problem = client.get("/api/v1/targets/shop.example/backlinks?q=nope:1")
    assert (problem.status_code, problem.json()["code"]) == (400, "filter-error")
    assert problem.json()["errors"] == [{"parameter": "q", "position": 0}]


def test_a_star_at_the_end_of_an_address_is_no_pattern(client: TestClient) -> None:
    page = outline(client, "/t/https%3A%2F%2Fshop.example%2Fblog%2F*")
    assert "/t/https%3A%2F%2Fshop.example%2Fblog%2F?scope=prefix" in {row["href"] for row in page.all("a")}
    assert "no pattern" not in outline(client, f"/t/{URL}").text


def test_sources_are_counted_and_not_only_those_that_are_named(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = replace(fakes.domains(None, "shop.example"), sources_total=52)
    monkeypatch.setattr(app, "domains", lambda *_, **__: many)
    page = outline(client, f"{TARGET}/domains")
    assert "52 sources" in page.text
    assert "and 50 more" in page.text


@pytest.mark.parametrize("view", ["backlinks", "domains", "anchors", "pages"])
def test_every_number_of_a_stacked_row_has_its_name(client: TestClient, view: str) -> None:
    page = outline(client, f"{TARGET}/{view}")
    cells = [str(row.get("class")).split() for row in page.all("td")]
    named = [row for row in page.all("td") if row.get("data-label")]
    named += [row | {"class": ""} for row in page.all("span") if row.get("data-label")]
    shown = [kinds for kinds in cells if kinds[0] in ("n", "d", "class") and "w" not in kinds]
    twice = [kinds for kinds in shown if view == "backlinks" and (kinds[0] == "d" or "two" in kinds)]
    shown += twice  # two dates in a cell, or authority and value
    assert len([row for row in named if "w" not in str(row["class"]).split()]) == len(shown)


# the words, the demo ---------------------------------------------------------


def test_the_words_are_those_of_the_glossary(client: TestClient) -> None:
    page = outline(client, "/words")
    text = (Path(__file__).resolve().parents[2] / "docs" / "glossary.md").read_text(encoding="utf-8")
    told = re.findall(r"^\*\*(.+?)\*\*:", text, re.MULTILINE)
    assert [row["id"] for row in page.all("div") if row.get("id")] == [
        word.lower().replace(" ", "-") for word in told
    ]
    assert "Snapshot" not in page.text
    assert {"authority", "network", "rel", "canonical", "lead"} <= {row.get("id") for row in page.all("div")}
    assert page.all("a", href="/words")


def test_words_link_to_words_that_are_explained(client: TestClient) -> None:
    known = {row.get("id") for row in outline(client, "/words").all("div")}
    for path in (TARGET, f"{TARGET}/backlinks", "/t/nobody.example/leads"):
        named = {str(row["href"]) for row in outline(client, path).all("a")}
        assert {name.partition("#")[2] for name in named if name.startswith("/words#")} <= known


@pytest.mark.parametrize(
    "path", ["/", *[TARGET + view for view in VIEWS], "/t/nobody.example", "/words", "/t/com"]
)
def test_a_demo_says_so_on_every_page(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, path: str) -> None:
    fakes.install(monkeypatch)
    monkeypatch.setattr(app, "open_session", lambda _home, **_: fakes.FakeSession(is_demo=True))
    home = tmp_path / "demo"
    home.mkdir()
    (home / "demo.json").write_text('{"pages": 50, "seed": 7}')
    client = TestClient(create_app(home), base_url="http://localhost")
    client.get("/")
    page = Outline(client.get(path).text)
    assert "Made-up web, seed 7." in page.text
    assert f"backlit ingest FILE… --dir {tmp_path}" in page.text
    assert f"--dir {home}, then" not in page.text


def test_an_index_that_was_removed_is_told_as_that(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fakes.install(monkeypatch)
    (tmp_path / "layout.json").write_text("{}")
    client = TestClient(create_app(tmp_path), base_url="http://localhost", raise_server_exceptions=False)
    assert client.get(TARGET).status_code == 200
    monkeypatch.setattr(app, "overview", _broken)
    monkeypatch.setattr(app, "targets", _broken)
    assert client.get(TARGET).status_code == 500
    (tmp_path / "layout.json").unlink()
    for path in (TARGET, "/"):
        assert "The index is no longer there" in outline(client, path, 503).text
    assert client.get(f"{TARGET}/overview.json").json()["code"] == "index-gone"


def _broken(*_: Any, **__: Any) -> Any:
    raise FileNotFoundError("catalog.db")


def test_a_home_of_its_own_is_named_in_the_commands(client: TestClient, tmp_path: Path) -> None:
    option = f" --dir {tmp_path / 'home'}"
    assert f"backlit ingest FILE… --for nobody.example{option}" in outline(client, "/t/nobody.example").text


# twins and REST --------------------------------------------------------------


@pytest.mark.parametrize("view", ["overview", "audit", "diversity", *TABLES])
def test_the_json_twin_is_the_answer_of_rest(client: TestClient, view: str) -> None:
    twin = client.get(f"{TARGET}/{view}.json")
    rest = client.get(f"/api/v1/targets/shop.example/{'best-pages' if view == 'pages' else view}")
    assert twin.headers["content-type"] == "application/json"
    assert twin.json() == rest.json()
    assert list(twin.json())[:4] == ["data", "page", "meta", "schema_version"]


def test_unknown_stays_null(client: TestClient) -> None:
    data = client.get(f"{TARGET}/overview.json").json()["data"]
    assert (data["trust"], data["lost"], data["rel_unknown"]) == (None, 1, 1)


@pytest.mark.parametrize("view", TABLES)
def test_files_hold_every_row(client: TestClient, view: str) -> None:
    here = "/t/nobody.example" if view == "leads" else TARGET
    total = client.get(f"{here}/{view}.json").json()["page"]["total"]
    rows = client.get(f"{here}/{view}.ndjson").text.splitlines()
    assert len(rows) == total > 1
    assert len(client.get(f"{here}/{view}.ndjson?limit=1").text.splitlines()) == 1
    assert client.get(f"{here}/{view}.parquet").content[:4] == b"PAR1"
    [sheet] = openpyxl.load_workbook(io.BytesIO(client.get(f"{here}/{view}.xlsx").content))
    assert sheet.max_row == total + 1


def test_a_csv_defuses_formulas_and_is_a_download(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = fakes.anchor_row("=HYPERLINK(1)")
    monkeypatch.setattr(app, "anchors", fakes._listed([rows]))
    response = client.get(f"{TARGET}/anchors.csv")
    assert response.headers["content-disposition"] == 'attachment; filename="shop.example-anchors.csv"'
    assert "'=HYPERLINK(1)" in response.text
    response = client.get(f"{TARGET}/anchors.xlsx")
    assert response.headers["content-disposition"] == 'attachment; filename="shop.example-anchors.xlsx"'
    assert response.headers["content-type"].endswith("spreadsheetml.sheet")
    cell = openpyxl.load_workbook(io.BytesIO(response.content))["Rows"]["A2"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == ("=HYPERLINK(1)", "s", True)


@pytest.mark.parametrize("view", ["overview", "diversity"])
def test_answers_that_are_no_list_leave_as_a_workbook_too(client: TestClient, view: str) -> None:
    [sheet] = openpyxl.load_workbook(io.BytesIO(client.get(f"{TARGET}/{view}.xlsx").content))
    table = list(csv.reader(io.StringIO(client.get(f"{TARGET}/{view}.csv").text, newline="")))
    assert [cell.value for cell in sheet[1]] == table[0]
    assert sheet.max_row == len(table) > 1


@pytest.mark.parametrize("view", ["diversity", *TABLES])
def test_a_page_leads_to_its_files(client: TestClient, view: str) -> None:
    here = f"{'/t/nobody.example' if view == 'leads' else TARGET}/{view}"
    files = {str(link["href"]) for link in outline(client, here).all("a") if "download" in link}
    kinds = ("csv", "xlsx") if view == "diversity" else ("csv", "xlsx", "parquet")
    assert files == {f"{here}.{kind}" for kind in kinds}


@pytest.mark.parametrize("page", ["", "/backlinks", "/anchors"])
def test_a_heading_calls_the_site_by_its_letters(client: TestClient, page: str) -> None:
    text = client.get(f"/t/xn--grtnerblog-q5a.example{page}").text
    for tag in ("title", "h1"):
        told = re.sub(r"<[^>]+>", "", text.partition(f"<{tag}>")[2].partition(f"</{tag}>")[0])
        assert "gärtnerblog.example" in told
        assert "xn--" not in told


def test_the_audit_leaves_as_one_file(client: TestClient) -> None:
    response = client.get(f"{TARGET}/audit.html")
    assert "attachment" in response.headers["content-disposition"]
    assert response.text.startswith("<!doctype html>")


def test_rest_pages_are_linked_in_the_header_too(client: TestClient) -> None:
    response = client.get("/api/v1/targets/shop.example/domains?limit=5")
    assert response.headers["link"] == '</api/v1/targets/shop.example/domains?limit=5&cursor=5>; rel="next"'
    following = client.get(response.links["next"]["url"]).json()
    assert (len(following["data"]), following["page"]["next"]) == (2, None)


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/api/v1/targets/com/overview", 400, "target-error"),
        ("/api/v1/targets/shop.example/backlinks?sort=nope", 400, "usage-error"),
        ("/api/v1/targets/shop.example/backlinks?limit=0", 400, "parameter"),
        ("/api/v1/targets/shop.example/nothing", 404, "not-found"),
        ("/api/v1/targets/boom.example/overview", 500, "unexpected"),
        ("/t/com/overview.json", 400, "target-error"),
        ("/api/v1/targets/shop.example/overview?sort=links", 400, "usage-error"),
        ("/api/v1/targets/shop.example/domains?state=lost", 400, "usage-error"),
        ("/api/v1/targets?order=links", 400, "usage-error"),
        ("/api/v1/sources?limit=1", 400, "usage-error"),
        ("/t/shop.example/anchors.csv?group=none", 400, "usage-error"),
    ],
)
def test_errors_are_problems(client: TestClient, path: str, status: int, code: str) -> None:
    response = client.get(path)
    assert (response.status_code, response.headers["content-type"]) == (status, "application/problem+json")
    problem = response.json()
    assert list(problem) == ["type", "title", "status", "detail", "instance", "code", "do"]
    assert (problem["status"], problem["code"], problem["type"]) == (
        status,
        code,
        f"urn:backlit:problem:{code}",
    )
    assert "secret" not in response.text


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/t/com", 400, "a public suffix, under which anyone registers names"),
        ("/t/shop.example/backlinks?limit=many", 400, "read `limit`"),
        ("/nowhere", 404, "There is no such page"),
        ("/static/nowhere.css", 404, "There is no such page"),
        ("/t/boom.example", 500, "your data is untouched"),
    ],
)
def test_errors_are_pages_with_a_next_step(client: TestClient, path: str, status: int, said: str) -> None:
    page = outline(client, path, status)
    assert said in page.text
    assert page.all("a", **{"class": "button", "href": "/"})
    assert "secret" not in page.text


OUTREACH = (
    *("", "/{card}", "/{card}/approve", "/{card}/draft", "/{card}/move", "/events/{event}/undo"),
    *("/log", "/log/check", "/people", "/people/allow", "/people/forget", "/people/suppress"),
    *("/send", "/templates"),
)


def test_the_description_names_every_report(client: TestClient) -> None:
    described = client.get("/api/v1/openapi.json").json()
    assert set(described["paths"]) == {
        *(f"/api/v1/targets/{{target}}/{name}" for name in REST),
        "/api/v1/targets/{target}/explain",
        "/api/v1/targets/{target}/whatif",
        "/api/v1/targets/{target}/gap",
        "/api/v1/targets/{target}/graph",
        "/api/v1/targets/{target}/prospects",
        "/api/v1/targets/{target}/report",
        "/api/v1/targets/{target}/impact",
        "/api/v1/targets",
        "/api/v1/sources",
        "/api/v1/health",
        "/api/v1/shares",
        "/api/v1/shares/{share}",
        "/api/v1/uploads",
        "/api/v1/uploads/{upload}",
        "/api/v1/uploads/{upload}/ingest",
        "/api/v1/me",
        "/api/v1/users",
        "/api/v1/users/{email}",
        "/api/v1/users/{email}/link",
        "/api/v1/keys",
        "/api/v1/keys/{key}",
        "/api/v1/log",
        "/api/v1/jobs",
        "/api/v1/jobs/{job}",
        "/api/v1/jobs/{job}/cancel",
        "/api/v1/jobs/{job}/resume",
        "/api/v1/schedules",
        "/api/v1/alerts",
        "/api/v1/alerts/{alert}",
        "/api/v1/alerts/{alert}/mute",
        "/api/v1/alerts/{alert}/test",
        "/api/v1/alerts/channels/{channel}/rotate",
        "/api/v1/alerts/deliveries",
        "/api/v1/alerts/deliveries/{delivery}/replay",
        "/api/v1/alerts/events",
        "/api/v1/alerts/events/seen",
        "/api/v1/monitors",
        "/api/v1/monitors/remove",
        "/api/v1/find",
        "/api/v1/vet",
        "/api/v1/sql",
        "/api/v1/config",
        "/api/v1/doctor",
        *(f"/api/v1/outreach{rest}" for rest in OUTREACH),
        *(f"/api/v1/projects{rest}" for rest in ("", "/{slug}", "/{slug}/archive")),
        *(f"/api/v1/views{rest}" for rest in ("", "/{view}")),
        "/api/v1/decisions/{number}/undo",
        *(f"/api/v1/targets/{{target}}/{name}" for name in ("broken", "decisions", "dossier")),
        "/api/v1/targets/{target}/intake",
        "/api/v1/policy",
        "/api/v1/policy/versions",
        *(f"/api/v1/targets/{{target}}/policy/{name}" for name in ("accept", "apply", "suggestions")),
        *(
            f"/api/v1/targets/{{target}}/disavow/{name}"
            for name in ("diff", "lint", "review", "simulate", "versions")
        ),
    }
    taken = {
        path.rpartition("/")[2]: [each["name"] for each in rows["get"].get("parameters", [])]
        for path, rows in described["paths"].items()
        if "get" in rows
    }
    assert taken["overview"] == taken["audit"] == ["target", "scope", "as_of"]
    assert taken["leads"] == ["target", "scope", "as_of", "limit", "cursor"]
    assert taken["anchors"] == ["target", "scope", "as_of", "q", "sort", "limit", "cursor"]
    assert taken["backlinks"] == [
        *("target", "scope", "as_of", "q", "group", "state", "sort", "facets", "limit", "cursor")
    ]
    assert (taken["targets"], taken["sources"]) == (["limit"], [])
    assert client.get("/redoc").status_code == 404


def test_the_description_says_what_is_answered_and_how_it_is_refused(client: TestClient) -> None:
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    for path, told in ((path, told) for path, methods in paths.items() for told in methods.values()):
        responses = told["responses"]
        assert "HTTPValidationError" not in str(responses), path
        if path.endswith("/health"):
            continue
        envelope = responses["200"]["content"]["application/json"]["schema"]
        data = envelope["properties"]["data"]
        assert list(envelope["properties"]) == ["data", "page", "meta", "schema_version"]
        # what a statement answers with is for the statement to say
        assert path.endswith("/sql") or (data.get("items") or data)["properties"], path
        assert responses["400"]["content"]["application/problem+json"]["schema"]["required"][0] == "type"


def test_the_page_about_rest_names_every_path_and_needs_no_script_of_others(client: TestClient) -> None:
    page = outline(client, "/docs")
    for path, methods in client.get("/api/v1/openapi.json").json()["paths"].items():
        assert [method for method in methods if f"{method.upper()} {path}" not in page.text] == []
    assert page.all("a", href="/api/v1/openapi.json")
    assert page.all("a", href="/docs")
    assert len(page.all("script")) == 3


# safety ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/", TARGET, "/static/app.css", "/api/v1/health", "/nowhere", "/t/com", "/t/boom.example"]
)
def test_every_answer_carries_the_security_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert {name: headers.get(name) for name in HEADERS} == dict(HEADERS)


def test_the_policy_is_the_strict_one() -> None:
    assert HEADERS["Content-Security-Policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


@pytest.mark.parametrize(
    ("header", "bound", "answer"),
    [
        ("127.0.0.1:8000", "127.0.0.1", True),
        ("LOCALHOST", "127.0.0.1", True),
        ("[::1]:8000", "127.0.0.1", True),
        ("evil.example:8000", "127.0.0.1", False),
        ("127.0.0.1.evil.example", "127.0.0.1", False),
        ("localhost.", "127.0.0.1", False),
        ("192.0.2.1:8000", "127.0.0.1", False),
        ("192.0.2.1:8000", "192.0.2.1", True),
        ("192.0.2.1:8000", "0.0.0.0", True),
        ("evil.example", "0.0.0.0", False),
        ("links.example", "0.0.0.0", True),
        ("user@localhost", "127.0.0.1", False),
        ("localhost:8000:9", "127.0.0.1", False),
        ("", "127.0.0.1", False),
    ],
)
def test_only_its_own_names_are_answered(header: str, bound: str, answer: bool) -> None:
    assert allowed_host(header, bound, ["links.example"]) is answer


def test_a_foreign_host_is_refused_before_anything_is_read(client: TestClient) -> None:
    response = client.get("/", headers={"host": "rebound.example"})
    assert response.status_code == 400
    assert "shop.example" not in response.text
    assert response.headers["Content-Security-Policy"]


def test_every_request_reads_the_newest_version(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    session = fakes.FakeSession()
    monkeypatch.setattr(app, "open_session", lambda _home, **_: session)
    for _ in range(3):
        client.get(f"{TARGET}/domains")
    assert session.refreshed == 2


# the question ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "command"),
    [
        ({}, "backlit backlinks shop.example"),
        ({"group": "none", "state": "all"}, "backlit backlinks shop.example --group none --state all"),
        ({"sort": "-links", "cursor": "c", "at": 9}, "backlit backlinks shop.example --sort -links"),
        ({"target": "a b;rm"}, "backlit backlinks 'a b;rm'"),
    ],
)
def test_a_page_names_its_command(changes: dict[str, Any], command: str) -> None:
    assert Ask(**({"target": "shop.example"} | changes)).command("backlinks") == command


def test_style_sheets_are_there(client: TestClient) -> None:
    for path in ("/static/app.css", "/static/charts.css"):
        response = client.get(path)
        assert response.headers["content-type"].startswith("text/css")
        assert "url(" not in response.text


def test_json_is_small_and_plain(client: TestClient) -> None:
    body = client.get(f"{TARGET}/backlinks.json").content
    assert json.loads(body)["page"]["total_is"] == "exact"
    assert b"\n" not in body
