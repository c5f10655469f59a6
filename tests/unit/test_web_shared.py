"""Does a link open its one page to anybody, and can nobody make it open more?"""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import parse_qsl, quote, urlsplit

import openpyxl
import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from backlit import app
from backlit.report.places import PLACES
from backlit.report.sharing import SHARED, csv_names
from backlit.store import shares
from backlit.store.accounts import Account, Accounts
from backlit.store.database import opened
from backlit.web import shared
from backlit.web.limits import Buckets
from backlit.web.server import create_app
from tests.unit import fakes
from tests.unit.deciding import TARGET
from tests.unit.outline import Outline

BASE = "http://127.0.0.1:8000"
PRIVATE = ("WHY-NOT", "EVE-WHO", "NOTE-OF-OURS", "SECRET-CLIENT", "secret-client.test", "OUTREACH-LETTER")
ASKED: dict[str, dict[str, str]] = {
    "backlinks": {"q": "rel:follow", "group": "none", "limit": "5"},
    "gap": {"with": "mossygarden.example"},
    "report": {"for": "owner"},
}
#: What every page of a link loads.
STYLE = {"/static/app.css", "/static/charts.css", "/static/mark.svg"}


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BACKLIT_DATABASE_URL", "BACKLIT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("BACKLIT_USER", "EVE-WHO")


@pytest.fixture(scope="module")
def serving(demo_home: Path) -> TestClient:
    return TestClient(
        create_app(demo_home, buckets=Buckets(0)), base_url=BASE, raise_server_exceptions=False,
        follow_redirects=False,
    )  # fmt: skip


@pytest.fixture
def client(serving: TestClient, forgotten: None) -> Iterator[TestClient]:
    yield serving
    serving.cookies.clear()


def link(home: Path, segment: str = "backlinks", **more: Any) -> str:
    """A link to a page as it is asked here, or otherwise."""
    more = {"target": TARGET, "query": ASKED.get(segment, {})} | more
    return str(app.share_add(home, PLACES[segment].name, **more).row["link"])


def places(page: Outline) -> set[str]:
    """Where a page leads, what it loads and what it sends to, without the fragment of this one."""
    named = [row.get(name) for _, row in page.tags for name in ("href", "src", "action", "formaction")]
    return {str(each).partition("#")[0] for each in named if each} - {""}


# what is shown ---------------------------------------------------------------------------


@pytest.mark.parametrize("segment", [each for each in SHARED if each != "impact"])
def test_a_page_leads_to_itself_and_to_those_that_link_and_asks_for_nothing(
    client: TestClient, demo_home: Path, segment: str
) -> None:
    at = link(demo_home, segment)
    answer = client.get(at)
    page = Outline(answer.text)
    assert answer.status_code == 200
    own = {each for each in places(page) if not each.startswith(("http://", "https://"))}
    assert {each.partition("?")[0] for each in own} <= {at, *STYLE}
    asked = [parse_qsl(urlsplit(each).query) for each in own]
    assert {name for pairs in asked for name, _ in pairs} <= {"sort", "cursor", "at"}
    outside = [row for row in page.all("a") if str(row["href"]).startswith("http")]
    assert {row["rel"] for row in outside} <= {"noopener noreferrer nofollow ugc"}
    for tag in ("form", "input", "button", "script", "iframe", "nav"):
        assert page.all(tag) == [], tag
    assert [name for _, row in page.tags for name in row if name == "style" or name.startswith("on")] == []
    assert len(page.all("h1")) == 1
    assert len(page.all("table")) == len(page.all("caption"))
    assert "backlit " not in answer.text  # no command
    assert "Made-up web" in page.text


def test_an_overview_shows_the_days_that_were_chosen(client: TestClient, demo_home: Path) -> None:
    days = {"from": "2026-03-02", "to": "2026-04-30", "by": "week"}
    at = link(demo_home, "overview", query=days)
    page = Outline(client.get(f"{at}?from=2026-05-01&by=day").text)
    assert "New referring domains by week, 2 Mar to 30 Apr 2026" in page.text
    assert {row.get("href") for row in page.all("a")} & {at} == set()


def test_every_answer_is_kept_out_of_search_and_out_of_caches(client: TestClient, demo_home: Path) -> None:
    at = link(demo_home, csv=True)
    for path in (at, f"{at}.csv", "/s/x", f"{at}/more", "/s/", at[:-1]):
        headers = client.get(path).headers
        assert headers["X-Robots-Tag"] == "noindex, nofollow", path
        assert "no-store" in headers["Cache-Control"], path
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert "set-cookie" not in headers
    assert Outline(client.get(at).text).all("meta", name="robots", content="noindex, nofollow")


def test_nothing_of_the_work_behind_it_is_in_it(
    client: TestClient, demo_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = app.open_session(demo_home)
    for row in app.domains(session, TARGET, limit=3).rows:
        app.decide(session, row["domain"], "ask-removal", target=TARGET, why="WHY-NOT")
    rivals = ["secret-client.test"]
    app.project_add(demo_home, TARGET, note="NOTE-OF-OURS", rivals=rivals, name="SECRET-CLIENT")
    app.project_add(demo_home, rivals[0], name="SECRET-CLIENT")
    app.outreach_add(demo_home, TARGET, "mossygarden.example", kind="resource", name="OUTREACH-LETTER")
    files = {row["name"] for row in app.sources(session).rows}
    assert len(files) > 1
    for segment in SHARED:
        for csv_too in (False, True) if segment in ("backlinks", "domains", "changes") else (False,):
            at = link(demo_home, segment, csv=csv_too)
            text = client.get(at + (".csv" if csv_too else "")).text
            told = [each for each in (*PRIVATE, *files, str(demo_home), "Decided to keep") if each in text]
            assert told == [], segment
            verdict = "removal" in text.lower() and segment != "report"  # which says what was done, no more
            assert not verdict, segment


def test_a_report_tells_what_was_done_without_why_and_who(client: TestClient, demo_home: Path) -> None:
    session = app.open_session(demo_home)
    name = app.domains(session, TARGET, limit=1).rows[0]["domain"]
    app.decide(session, name, "watch", target=TARGET, why="WHY-NOT")
    open_, frozen = (link(demo_home, "report", freeze=each) for each in (False, True))
    app.decide(session, name, "keep", target=TARGET, why="WHY-NOT")
    told = [client.get(each).text for each in (open_, frozen)]
    assert [f"Decided to keep {name}" in text for text in told] == [True, False]
    assert [text for text in told if "WHY-NOT" in text or "EVE-WHO" in text] == []


def test_hostile_text_is_text(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fakes.install(monkeypatch)
    hostile = TestClient(create_app(tmp_path / "home"), base_url=BASE)
    for segment in ("overview", "backlinks", "domains", "anchors", "pages", "changes", "diversity"):
        at = link(tmp_path / "home", segment, target="shop.example", query={}, name=fakes.HOSTILE[0])
        answer = hostile.get(at)
        page = Outline(answer.text)
        assert answer.status_code == 200
        assert page.all("script") == []
        assert [row for row in page.all("img") if row["src"] != "/static/mark.svg"] == []
        assert "\u202e" not in page.text
        assert [row for row in page.all("a") if str(row["href"]).startswith("javascript")] == []
        assert "crawl-1.warc.gz" not in answer.text
    nothing = link(tmp_path / "home", "overview", target="nobody.example", query={})
    assert "No link to this target is known" in hostile.get(nothing).text


def test_clicks_are_shown_without_the_files_that_they_were_read_from(
    client: TestClient, demo_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = link(demo_home, "impact")
    assert client.get(at).status_code == 400  # the demo has no exports to compare
    days = {"first_day": date(2026, 5, 1), "last_day": date(2026, 5, 31), "name": "SECRET-CLIENT.zip"}
    won = {"source_url": "https://a.example/", "at": datetime.now(UTC), "anchor": "x", "reason": "WHY-NOT"}
    page: dict[str, Any] = {"page": "https://b.example/", "unclear": None, "visits_from_won": 1}
    for name in ("clicks", "impressions", "visits"):
        page |= {f"{name}_before": 7, f"{name}_after": 7, f"{name}_change": 0.5}
    told = {
        "before": days, "after": days, "effects": [{"sentence": "Pages did.", "rows": "EVE-WHO"}],
        "caveat": "No cause.", "notes": [], "visits": {"tool": "SECRET-CLIENT", "measure": "visits"},
        "pages": [page | {"won_links": [won], "lost_links": []}],
    }  # fmt: skip
    answer = app.Answer(told, {}, 1, datetime.now(UTC), ["SECRET-CLIENT.zip"], total=1)
    monkeypatch.setattr(app, "impact", lambda *_, **__: answer)
    text = client.get(at).text
    assert ("Pages did." in text, "7 → 7" in text, "https://a.example/" in text) == (True, True, True)
    assert [each for each in PRIVATE if each in text] == []


def test_peers_that_were_found_are_not_named(client: TestClient, demo_home: Path) -> None:
    named = client.get(link(demo_home, "diversity", query={"peers": "mossygarden.example"})).text
    assert "Compared with 1 domain that you named: mossygarden.example." in named


# what may be chosen ----------------------------------------------------------------------


def rows_of(text: str) -> list[str]:
    """The pages that a list of links names, in order."""
    page = Outline(text)
    return [str(row["title"]) for row in page.all("span") if row.get("class") == "one-line first"]


def test_rows_are_sorted_and_gone_through_to_the_last(client: TestClient, demo_home: Path) -> None:
    session = app.open_session(demo_home)
    every = app.backlinks(session, TARGET, q="rel:follow", group="none", limit=1_000).rows
    at = link(demo_home)
    found, path = [], at
    while path:
        text = client.get(path).text
        found += rows_of(text)
        path = str(next((row["href"] for row in Outline(text).all("a", rel="next")), ""))
    assert sorted(found) == sorted(row["source_url"] for row in every)
    assert len(found) > 10
    ordered = client.get(f"{at}?sort=source").text
    following = str(Outline(ordered).all("a", rel="next")[0]["href"])
    first = app.backlinks(session, TARGET, q="rel:follow", group="none", sort="source", limit=10).rows
    assert [*rows_of(ordered), *rows_of(client.get(following).text)] == [row["source_url"] for row in first]


WIDER = [
    "q=", "q=rel:nofollow", "q=-rel:follow", "state=all", "state=lost", "group=domain", "limit=500",
    "limit=0", "as_of=2026-03-01", "scope=host", "scope=url", "target=mossygarden.example", "view=1",
    "facets=rel", "format=json", "kind=lost", "since=2020-01-01", "vs=2020-01-01", "peers=a.example",
    "with=a.example",
    "sort=decision", "sort=-spam", "sort=provenance", "sort=", "sort=-authority%20OR%201", "at=-1", "at=9e9",
    "at=" + "9" * 30, "sort=source&sort=beauty", "fbclid=x&utm_source=y", "Q=x", "q%00=x", "token=x", "csv=1",
]  # fmt: skip


def test_no_parameter_makes_it_show_more(client: TestClient, demo_home: Path) -> None:
    at = link(demo_home)
    plain = client.get(at)
    for query in WIDER:
        answer = client.get(f"{at}?{query}")
        assert (answer.status_code, answer.text) == (200, plain.text), query


def test_no_cursor_of_another_question_is_gone_on_from(client: TestClient, demo_home: Path) -> None:
    at = link(demo_home)

    def next_of(path: str) -> str:
        cursor: str = client.get(path).json()["page"]["next"]
        return cursor

    others = [
        next_of(f"/t/{TARGET}/backlinks.json?limit=5&group=none"),
        next_of(f"/t/{TARGET}/backlinks.json?limit=5&group=none&q=rel%3Afollow&scope=host"),
        next_of(f"/t/{TARGET}/backlinks.json?limit=5&group=none&q=rel%3Afollow&as_of=2026-06-01"),
        next_of(f"/t/{TARGET}/domains.json?limit=5"),
        next_of(f"/t/{TARGET}/anchors.json?limit=5"),
        "x", "A" * 60, "%00",
    ]  # fmt: skip
    for cursor in others:
        for more in ("", "&sort=source", "&at=5"):
            answer = client.get(f"{at}?cursor={quote(cursor)}{more}")
            assert (answer.status_code, rows_of(answer.text)) == (400, []), cursor
            assert "This cannot be shown" in answer.text
            assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"


def test_no_other_method_does_anything(client: TestClient, demo_home: Path) -> None:
    at = link(demo_home, csv=True)
    before = app.share_ls(demo_home).rows
    for path in (at, f"{at}.csv"):
        for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "HEAD"):
            answer = client.request(method, path, content=b"sort=source&q=x")
            assert (answer.status_code, rows_of(answer.text)) == (405, []), method
    assert app.share_ls(demo_home).rows == before


def test_no_other_path_leads_anywhere(client: TestClient, demo_home: Path) -> None:
    at = link(demo_home)
    token = at.removeprefix("/s/")
    for path in (at + "?", at + "#x", at + "/"):  # which are the link itself
        answer = client.get(path)
        assert (answer.status_code, answer.headers.get("location")) in ((200, None), (307, BASE + at))
    tails = ("/backlinks", f"/../t/{TARGET}", f"/%2e%2e/t/{TARGET}", f"%2F..%2F..%2Ft%2F{TARGET}", ".json",
             ".csv", ".parquet", ".ndjson", ".xlsx", ".html", ".csv.csv", "%00", "%20", "=", "A")  # fmt: skip
    others = ("/s", "/s/", f"/S/{token}", f"//s/{token}", at[:-1], f"/s/{token.swapcase()}",
              f"/api/v1/s/{token}", f"/s/{token}{token}")  # fmt: skip
    for path in (*(at + tail for tail in tails), *others):
        answer = client.get(path)
        assert (answer.status_code in (303, 400, 404), rows_of(answer.text)) == (True, []), path
        if path.startswith("/s/") and "/../" not in path:
            assert (answer.status_code, places(Outline(answer.text))) == (404, STYLE), path


def test_who_signs_in_sees_no_more_and_a_link_is_no_way_in(client: TestClient, demo_home: Path) -> None:
    at = link(demo_home)
    plain = client.get(at).text
    owner = {"Authorization": f"Bearer {app.key_add(demo_home, 'k', scope='admin').row['token']}"}
    assert client.get(at, headers=owner).text == plain
    app.user_add(demo_home, "ann@shop.test", role="owner")
    assert client.get(at).text == plain
    assert client.get(at, headers={"Authorization": "Bearer x"}).text == plain
    token = at.removeprefix("/s/")
    for path in (f"/t/{TARGET}", "/", "/shares"):
        assert client.get(path, headers={"Authorization": f"Bearer {token}"}).status_code in (303, 401)
        client.cookies.set("backlit", token)
        assert client.get(path).status_code == 303
        client.cookies.clear()


# files -----------------------------------------------------------------------------------


def test_rows_are_taken_away_where_the_link_says_so_and_no_more_of_them(
    client: TestClient, demo_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.get(f"{link(demo_home)}.csv").status_code == 404
    at = link(demo_home, csv=True)
    assert Outline(client.get(at).text).all("a", href=f"{at}.csv")
    answer = client.get(f"{at}.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == f'attachment; filename="{TARGET}-backlinks.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert list(rows[0]) == csv_names("backlinks")
    every = app.backlinks(app.open_session(demo_home), TARGET, q="rel:follow", group="none", limit=1_000)
    assert len(rows) == every.total
    assert {row["rel"] for row in rows} & {"nofollow", "ugc", "sponsored"} == set()
    for query in ("q=", "state=all", "limit=1", "sort=source", "format=json", "cursor=x"):
        assert client.get(f"{at}.csv?{query}").text == answer.text, query
    monkeypatch.setattr(shared, "FILE_ROWS", 3)
    assert len(client.get(f"{at}.csv").text.splitlines()) == 4
    assert "CSV, the first 3 rows" in client.get(at).text


def test_the_same_rows_are_a_workbook(client: TestClient, demo_home: Path) -> None:
    assert client.get(f"{link(demo_home)}.xlsx").status_code == 404
    at = link(demo_home, csv=True)
    assert Outline(client.get(at).text).all("a", href=f"{at}.xlsx")
    answer = client.get(f"{at}.xlsx?q=&limit=1")
    assert answer.headers["content-disposition"] == f'attachment; filename="{TARGET}-backlinks.xlsx"'
    [sheet] = openpyxl.load_workbook(io.BytesIO(answer.content))
    head, *lines = sheet.values
    table = list(csv.DictReader(io.StringIO(client.get(f"{at}.csv").text)))
    assert list(head) == csv_names("backlinks")
    at_url = head.index("source_url")
    assert [line[at_url] for line in lines] == [row["source_url"] for row in table]


# until when ------------------------------------------------------------------------------


def gone(client: TestClient, at: str) -> tuple[int, str]:
    """What a link that opens nothing says, on its page and in the place of its file."""
    pages = [client.get(each) for each in (at, f"{at}.csv")]
    assert len({page.text for page in pages}) == 1
    assert places(Outline(pages[0].text)) == STYLE
    assert TARGET not in pages[0].text
    return pages[0].status_code, Outline(pages[0].text).text


def test_what_is_over_ended_or_never_was_says_so_and_nothing_else(
    client: TestClient, demo_home: Path
) -> None:
    over = link(demo_home, csv=True, days=30, clock=lambda: datetime.now(UTC) - timedelta(days=31))
    ended = link(demo_home, csv=True)
    app.share_rm(demo_home, 2)
    never = f"/s/{'A' * 43}"
    for at in (over, ended):
        status, text = gone(client, at)
        assert (status, "This link has ended" in text) == (410, True)
    status, text = gone(client, never)
    assert (status, "There is no such link" in text) == (404, True)
    assert [row["openings"] for row in app.share_ls(demo_home, ended=True).rows] == [0, 0]


def test_data_that_are_forgotten_are_told_of(client: TestClient, demo_home: Path) -> None:
    at = link(demo_home, "domains", query={"as_of": "7226382376481239824"}, csv=True)
    status, text = gone(client, at)
    assert (status, "What this link showed is no longer kept" in text) == (410, True)
    assert app.share_ls(demo_home).rows[0]["openings"] == 0


def test_a_link_ends_with_the_rights_of_whoever_made_it(client: TestClient, demo_home: Path) -> None:
    at = link(demo_home, who="ben@shop.test", csv=True)
    with opened(demo_home) as engine:
        accounts, now = Accounts(engine), datetime.now(UTC)
        accounts.add(Account("ann@shop.test", "Ann", "owner"), "root", now)
        accounts.add(Account("ben@shop.test", "ben", "editor"), "root", now)
        assert client.get(at).status_code == 200
        accounts.change("ben@shop.test", "root", now, role="viewer")
    assert gone(client, at)[0] == 410


def test_each_opening_is_counted_also_where_it_cannot_be(
    client: TestClient, demo_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = link(demo_home, csv=True)
    for path in (at, f"{at}?sort=source", f"{at}.csv", f"{at}?cursor=x", f"{at}.json"):
        client.get(path)
    assert app.share_ls(demo_home).rows[0]["openings"] == 3

    def full(_engine: sa.Engine) -> NoReturn:
        raise sa.exc.OperationalError("UPDATE", None, Exception("attempt to write a readonly database"))

    monkeypatch.setattr(shares, "writing", full)
    assert client.get(at).status_code == 200


def test_an_error_that_should_not_happen_leaks_nothing(
    client: TestClient, demo_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = link(demo_home)

    def broken(*_: Any, **__: Any) -> NoReturn:
        raise RuntimeError(f"secret detail of {demo_home}")

    monkeypatch.setattr(app, "backlinks", broken)
    answer = client.get(at)
    assert (answer.status_code, "secret detail" in answer.text) == (500, False)
    assert places(Outline(answer.text)) == STYLE
    assert app.share_ls(demo_home).rows[0]["openings"] == 0


# how often, and by which name ---------------------------------------------------------------


def test_guessing_ends_and_keeps_nobody_else_out(demo_home: Path, forgotten: None) -> None:
    clock = [0.0]
    server = create_app(demo_home, buckets=Buckets(120, lambda: clock[0]))
    at = link(demo_home)
    guesser, reader = (
        TestClient(server, base_url=BASE, client=(host, 1)) for host in ("192.0.2.1", "192.0.2.2")
    )
    told = [guesser.get(f"/s/{number:043}") for number in range(7)]
    assert [answer.status_code for answer in told] == [404] * 6 + [429]  # each costs eleven of sixty
    late = guesser.get(at)
    assert (late.status_code, late.headers["Retry-After"]) == (429, "7")
    assert "That was too often" in late.text
    assert late.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert reader.get(at).status_code == 200
    clock[0] = 7.0
    assert guesser.get(at).status_code == 200


def test_the_public_name_opens_links_and_nothing_else_where_nobody_signs_in(
    demo_home: Path, forgotten: None
) -> None:
    at = link(demo_home)
    public = TestClient(create_app(demo_home, public="links.example"), base_url="http://links.example")
    for path, status in (
        (at, 200), ("/static/app.css", 200), (f"/t/{TARGET}", 400), ("/", 400), ("/shares", 400),
        (f"/s/%2e%2e/t/{TARGET}", 404), (f"/static/%2e%2e/t/{TARGET}", 404), ("/sx", 400),
        ("/static/%2e%2e/%2e%2e/views.py", 404), ("/api/v1/health", 400),
    ):  # fmt: skip
        assert public.get(path).status_code == status, path
