"""Visits that other sites sent, search performance, and decisions of other tools: read, told apart, kept."""

import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from backlit import app
from backlit.errors import SourceUnknown, UsageError
from backlit.index.engine import connect, parquet, rows_of
from backlit.index.tables import Index
from backlit.ingest.assemble import Tally
from backlit.ingest.exports import detect, read_table
from backlit.ingest.exports.privacy import without_personal
from backlit.schemas import DECISIONS, PERFORMANCE, VISITS
from backlit.urls import url_of_key
from tests.unit.looks import Look, commit
from tests.unit.shared import SHARED

DATE = datetime(2026, 3, 1, tzinfo=UTC)
Rows = list[dict[str, object]]
SCHEMAS = {"visits": VISITS, "performance": PERFORMANCE, "decisions": DECISIONS}


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def read(path: Path, table: str, **options: object) -> tuple[Rows, Tally]:
    tally, rows = Tally(), Rows()
    told = {"default_date": DATE, "target": "shop.example", **options}
    for name, batch in read_table(path, "s", tally, **told):  # type: ignore[arg-type] # passed on as given
        if name == table:
            assert batch.schema == SCHEMAS[table]
            rows += batch.to_pylist()
    assert getattr(tally, table) == len(rows)
    return rows, tally


def brief(row: dict[str, object]) -> tuple[object, ...]:
    """A visit in short: from, to, level, what, how many, from when to when."""
    referrer = url_of_key(str(row["referring_key"])) if row["referring_key"] else row["referring_host"]
    landing = url_of_key(str(row["landing_key"])) if row["landing_key"] else None
    days = [
        at.date().isoformat() if isinstance(at, datetime) else None
        for at in (row["first_day"], row["last_day"])
    ]
    return referrer, landing, row["level"], row["measure"], row["count"], *days


GA4 = """# ----------------------------------------
# Traffic acquisition: Session source / medium
# Account: Shop
# Property: shop
# ----------------------------------------
#
# Start date: 20260101
# End date: 20260131
Session source / medium,Sessions,Total users,Engaged sessions
google / organic,900,800,1
blog.example.org / referral,"1,200",90,50
(direct) / (none),50,40,1
shop.example / referral,3,3,1
news.example.org / referral,many,1,1
"""
GA4_PAGES = """Page referrer,Landing page + query string,Date,Views
https://blog.example.org/post?p=1&email=ann%40mail.example,/tea?utm=x&token=abc,20260203,7
https://shop.example/,/tea,20260203,9
,/,20260203,99
"""
MATOMO = "Label\tUnique visitors\tVisits\tActions\nblog.example.org\t5\t8\t20\nKeyword not defined\t1\t1\t1\n"
PLAUSIBLE = """date,source,referrer,utm_source,utm_medium,pageviews,visitors,visits,visit_duration,bounces
2026-02-01,blog.example.org,blog.example.org/post,,,9,4,5,60,1
2026-02-01,Direct / None,,,,9,4,5,60,1
2026-02-01,Newsletter,mail.example.org,,email,9,4,5,60,1
"""
PLAUSIBLE_SOURCES = "name,visitors,bounce_rate,visit_duration\nblog.example.org,12,40,60\nGoogle,99,40,60\n"
UMAMI = """website_id,session_id,visit_id,created_at,url_path,referrer_path,referrer_query,referrer_domain
w,s,v,2026-02-01 10:00:00,/tea,/post,,blog.example.org
w,s,v,2026-02-01 11:00:00,/tea,/post,,blog.example.org
w,s,v,2026-02-01 12:00:00,/tea,,,
"""
BLOG, POST, TEA = "blog.example.org", "https://blog.example.org/post", "https://shop.example/tea"


@pytest.mark.parametrize(
    ("text", "encoding", "tool", "expected"),
    [
        (GA4, "utf-8", "ga4", [(BLOG, None, "host", "sessions", 1200, "2026-01-01", "2026-01-31")]),
        (
            GA4_PAGES,
            "utf-8",
            "ga4",
            [
                (
                    *(f"{POST}?p=1", f"{TEA}?utm=x", "page to landing page"),
                    *("pageviews", 7, "2026-02-03", "2026-02-03"),
                )
            ],
        ),
        (MATOMO, "utf-16", "matomo", [(BLOG, None, "host", "visits", 8, None, None)]),
        (PLAUSIBLE, "utf-8", "plausible", [(POST, None, "page", "visits", 5, "2026-02-01", "2026-02-01")]),
        (PLAUSIBLE_SOURCES, "utf-8", "plausible", [(BLOG, None, "host", "visitors", 12, None, None)]),
        (
            UMAMI,
            "utf-8",
            "umami",
            [(POST, TEA, "page to landing page", "pageviews", 2, "2026-02-01", "2026-02-01")],
        ),
        (
            '[{"x": "blog.example.org", "y": 4}, {"x": "", "y": 9}]',
            "utf-8",
            "umami",
            [(BLOG, None, "host", "visitors", 4, None, None)],
        ),
    ],
    ids=["ga4", "ga4 pages", "matomo", "plausible", "plausible sources", "umami events", "umami api"],
)
def test_each_tools_referrals_are_counted_as_it_counts_them(
    tmp_path: Path, text: str, encoding: str, tool: str, expected: list[tuple[object, ...]]
) -> None:
    path = tmp_path / ("export.json" if text.startswith("[") else "export.csv")
    path.write_bytes(text.encode(encoding))
    assert (detect(path).tool, detect(path).yields) == (tool, "visits")
    rows, _ = read(path, "visits")
    assert [brief(row) for row in rows] == expected
    assert {(row["site_domain"], row["tool"]) for row in rows} == {("shop.example", tool)}


def test_rows_that_count_nothing_are_told_by_line_and_others_are_mentioned(tmp_path: Path) -> None:
    path = tmp_path / "ga4.csv"
    path.write_text(GA4)
    _, tally = read(path, "visits")
    assert tally.problems == [
        (10, "3 rows, the first of them here, say nothing of visitors whom another site sent"),
        (14, "no number of sessions: 'many'"),
    ]
    assert tally.records_bad == 1
    with pytest.raises(UsageError, match="counts of visits, which do not say to what site"):
        read(path, "visits", target=None)


COMBINED = '192.0.2.1 - - [01/Feb/2026:10:00:00 +0000] "GET {} HTTP/1.1" {} 512 "{}" "{}"\n'
PERSON = "Mozilla/5.0 (X11; Linux x86_64)"


def test_a_log_counts_what_people_asked_for_and_tells_leads_besides(tmp_path: Path) -> None:
    asked = [
        ("/tea", 200, f"{POST}?p=1&sid=5", PERSON),
        ("/tea", 200, f"{POST}?p=1", PERSON),
        ("/tea", 200, f"{POST}?p=1", "Googlebot/2.1 (+http://www.google.com/bot.html)"),
        ("/tea.css", 200, f"{POST}?p=1", PERSON),
        ("/old", 301, f"{POST}?p=1", PERSON),
        ("/tea", 200, "https://shop.example/", PERSON),
        ("/tea", 200, "-", PERSON),
    ]
    path = tmp_path / "access.log"
    path.write_text("".join(COMBINED.format(*each) for each in asked) + "broken\n")
    rows, tally = read(path, "visits")
    days = ("2026-02-01", "2026-02-01")
    assert [brief(row) for row in rows] == [
        (f"{POST}?p=1", TEA, "page to landing page", "requests", 2, *days)
    ]
    assert (rows[0]["row"], tally.leads, tally.problems) == (1, 1, [(8, "no line of an access log")])


CADDY = (
    '{"level":"info","ts":1769940000.5,"request":{"host":"shop.example","method":"GET","uri":"/tea","headers":'
    '{"Referer":["https://blog.example.org/post"],"User-Agent":["Mozilla/5.0"]}},"status":200}\n'
)
NGINX = (
    '{"time_iso8601":"2026-02-01T10:00:00+00:00","request":"GET /tea HTTP/2.0","status":"200",'
    '"host":"shop.example","http_referer":"https://blog.example.org/post","http_user_agent":"Mozilla/5.0"}\n'
)
APACHE = (
    '{"time":"[01/Feb/2026:10:00:00 +0000]","request_line":"GET /tea HTTP/1.1","status":200,'
    '"referer":"https://blog.example.org/post","user_agent":"Mozilla/5.0"}\n'
)


@pytest.mark.parametrize("line", [CADDY, NGINX, APACHE.replace("[", "", 1).replace("]", "", 1)])
def test_servers_that_log_in_json_are_read_the_same(tmp_path: Path, line: str) -> None:
    path = tmp_path / "access.json"
    path.write_text(line * 3 + line.replace("/post", "/other") + '{"no": "request"}\n')
    rows, tally = read(path, "visits")
    assert [(row["referring_key"], row["count"]) for row in rows] == [
        ("org.example.blog/post", 3),
        ("org.example.blog/other", 1),
    ]
    assert (tally.leads, tally.problems) == (2, [(5, "no line of an access log")])


def test_a_log_of_another_site_counts_nothing_and_one_without_referrers_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "access.json"
    path.write_text(CADDY.replace("shop.example", "other.example"))
    assert read(path, "visits")[0] == []
    common = tmp_path / "common.log"
    common.write_text('192.0.2.1 - - [01/Feb/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 512\n')
    with pytest.raises(SourceUnknown, match="does not tell referrers"):
        app.ingest(tmp_path / "home", [str(common)])


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://a.test/p?id=7&page=2", "https://a.test/p?id=7&page=2"),
        ("https://a.test/p?E-Mail=x&id=7", "https://a.test/p?id=7"),
        ("https://a.test/p?x=ann%40mail.test", "https://a.test/p"),
        ("https://a.test/p?x=%2B49%20151%201234567", "https://a.test/p"),
        ("https://a.test/p?x=9f86d081884c7d659a2feaa0c55ad015", "https://a.test/p"),
        ("https://ann:secret@a.test/p", "https://a.test/p"),
        ("https://a.test/p?", "https://a.test/p"),
    ],
)
def test_what_may_name_a_person_is_left_out_of_addresses(url: str, kept: str) -> None:
    assert without_personal(url) == kept


def test_visits_stand_beside_the_domain_that_sent_them_with_the_tools_name(tmp_path: Path) -> None:
    """The newest export of each tool, not the sum of exports that overlap."""
    home = tmp_path / "home"
    commit(home, "crawl", [Look("https://blog.example.org/post", 1, (("https://shop.example/", "tea"),))])
    old, new, log = tmp_path / "old.csv", tmp_path / "new.csv", tmp_path / "access.log"
    old.write_text(GA4.replace("date: 202601", "date: 202512").replace("1,200", "7"))
    new.write_text(GA4)
    log.write_text(COMBINED.format("/tea", 200, POST, PERSON))
    for path in (new, old, log):
        app.ingest(home, [str(path)], workers=1, target="shop.example", date="2026-02-10")
    session = app.open_session(home)
    [row] = app.domains(session, "shop.example").rows
    ga4 = {"tool": "ga4", "measure": "sessions", "count": 1200}
    logged = {"tool": "access-log", "measure": "requests", "count": 1}
    logged |= {"first_day": day("2026-02-01"), "last_day": day("2026-02-01")}
    ga4 |= {"first_day": day("2026-01-01"), "last_day": day("2026-01-31")}
    assert row["visits"] == [logged, ga4]
    told = app.overview(session, "shop.example").row["visits"]
    assert told == [{**logged, "domains": 1}, {**ga4, "domains": 1}]
    assert app.overview(session, "else.example").row["visits"] is None


# search performance ----------------------------------------------------------

PERFORMANCE_ZIP = {
    "Queries.csv": 'Top queries,Clicks,Impressions,CTR,Position\ngreen tea,"1,240",9000,13.78%,3.2\n',
    "Pages.csv": "Top pages,Clicks,Impressions,CTR,Position\nhttps://shop.example/tea,5,10,50%,1\n",
    "Dates.csv": "Date,Clicks,Impressions,CTR,Position\n2026-02-01,2,4,50%,1.5\n",
    "Devices.csv": "Device,Clicks,Impressions,CTR,Position\nMobile,2,4,50%,1.5\n",
    "Filters.csv": "Filter,Value\nSearch type,Web\nDate,Last 3 months\n",
}


def archive(folder: Path, members: dict[str, str], name: str) -> Path:
    with zipfile.ZipFile(folder / name, "w") as file:
        for member, text in members.items():
            file.writestr(member, text)
    return folder / name


def test_a_performance_export_is_kept_with_its_days_and_its_period(tmp_path: Path) -> None:
    name = "https___shop.example_-Performance-on-Search-2026-02-10.zip"
    path = archive(tmp_path, PERFORMANCE_ZIP, name)
    [answer] = [app.ingest(tmp_path / "home", [str(path)], workers=1)]
    assert (answer.row["performance"], answer.row["refused"]) == (4, 1)
    index = Index.open(tmp_path / "home")
    files = parquet(index.files(index.version(), "performance"))
    told = "site_domain, dimension, value, page_key, clicks, impressions, ctr, position, day, period, tool"
    rows = rows_of(connect(), f"SELECT {told} FROM {files} ORDER BY dimension")
    both = {"site_domain": "shop.example", "period": "Last 3 months", "tool": "search-console"}
    blank = {"page_key": None, "day": None, **both}
    assert rows == [
        {**blank, "dimension": "date", "value": "2026-02-01", "clicks": 2, "impressions": 4, "ctr": 0.5}
        | {"position": 1.5, "day": day("2026-02-01")},
        {**blank, "dimension": "device", "value": "Mobile", "clicks": 2, "impressions": 4, "ctr": 0.5}
        | {"position": 1.5},
        {**blank, "dimension": "page", "value": TEA, "clicks": 5, "impressions": 10, "ctr": 0.5}
        | {"position": 1.0, "page_key": "example.shop/tea"},
        {**blank, "dimension": "query", "value": "green tea", "clicks": 1240, "impressions": 9000}
        | {"ctr": pytest.approx(0.1378), "position": 3.2},
    ]


@pytest.mark.parametrize(
    ("text", "dimension"),
    [
        (
            'Häufigste Suchanfragen,Klicks,Impressionen,CTR,Position\ngrüner tee,5,10,"50,0 %","1,5"\n',
            "query",
        ),
        (
            'Pages les plus fréquentes,Clics,Impressions,CTR,Position\nhttps://shop.example/,5,10,"50 %",1\n',
            "page",
        ),
        ("上位のクエリ,クリック数,表示回数,CTR,掲載順位\n緑茶,5,10,50%,1.5\n", "query"),
        ("Dag,Klik,Visninger,CTR,Placering\n2026-02-01,5,10,50%,1.5\n", "date"),
        ("Ország,Kattintás,Megjelenés,CTR,Pozíció\nMagyarország,5,10,50%,1.5\n", "ország"),
    ],
)
def test_performance_is_known_by_its_shape_in_any_language(tmp_path: Path, text: str, dimension: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(text)
    [row], _ = read(path, "performance")
    assert (row["dimension"], row["clicks"], row["impressions"], row["ctr"]) == (dimension, 5, 10, 0.5)


# decisions -------------------------------------------------------------------

DATA = Path(__file__).parent / "data" / "exports"


def decided(path: Path) -> list[tuple[object, ...]]:
    rows, _ = read(path, "decisions", target=None)
    return [(row["decision"], row["page_key"] or row["host"], row["note"]) for row in rows]


def test_decisions_of_other_tools_come_along_and_are_no_links(tmp_path: Path) -> None:
    text = "# no answer to two letters\ndomain:Spam.example\nhttps://blog.example/a\n\ndomain:bad/path\n"
    disavow, whitelist = tmp_path / "disavow.txt", tmp_path / "whitelist_urls.csv"
    for path in (disavow, whitelist):
        path.write_text(text)
    why = "no answer to two letters"
    assert decided(disavow) == [("disavow", "spam.example", why), ("disavow", "example.blog/a", why)]
    assert decided(whitelist) == [("keep", "spam.example", why), ("keep", "example.blog/a", why)]
    _, tally = read(disavow, "decisions", target=None)
    assert tally.problems == [(5, "neither a page nor a domain: 'domain:bad/path'")]


@pytest.mark.parametrize("name", ["semrush_whitelist.csv", "lrt_ratings.csv", "disavow.txt"])
def test_every_row_of_a_list_of_decisions_is_read(name: str) -> None:
    rows, tally = read(DATA / name, "decisions", target=None)
    assert rows
    assert (len(rows) + tally.records_bad, tally.records_bad) == (len(rows), 0)


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="no ../shared beside the checkout")
def test_a_real_whitelist_is_read_whole() -> None:
    path = SHARED / "data" / "exports" / "maesitos_whitelist_urls.csv"
    lines = [line for line in path.read_text().splitlines() if line.strip()]
    rows, tally = read(path, "decisions", target=None)
    assert {row["decision"] for row in rows} == {"keep"}
    assert (len(rows), tally.records_bad) == (len(lines), 0)
