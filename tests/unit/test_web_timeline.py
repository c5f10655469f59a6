"""Does the timeline of the overview show the days that its address names, and lead to others?"""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from html import escape
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from backlit import app
from backlit.app.answer import Answer
from backlit.app.demo import DEMO_TARGET
from backlit.errors import UsageError
from backlit.web.asking import Ask
from backlit.web.behind import Behind
from backlit.web.server import create_app
from backlit.web.timeline import Timeline, choice_of, span_words, timeline_of
from tests.unit.outline import Outline

TARGET = "/t/shop.test"
TODAY = datetime(2026, 6, 10, 12, tzinfo=UTC)


def asked(**query: str) -> Ask:
    return Ask(
        "shop.test",
        as_of=query.get("as_of"),
        sent=tuple((name.rstrip("_"), value) for name, value in query.items()),
    )


def days(*came: tuple[str, int]) -> list[dict[str, Any]]:
    return [{"day": date.fromisoformat(day), "new_domains": 1, "new_links": links} for day, links in came]


def drawn(arrivals: Sequence[dict[str, Any]], gone: Sequence[dict[str, Any]] = (), **query: str) -> Timeline:
    months: dict[str, dict[str, Any]] = {}
    for row in arrivals:
        month = months.setdefault(f"{row['day']:%Y-%m}", {"new_domains": 0, "new_links": 0})
        for name in month:
            month[name] += row[name]
    rows = [{"month": name} | counts for name, counts in months.items()]
    ask = asked(**query)
    found = timeline_of(
        ask, Answer({"timeline": rows}, {}, 1, TODAY), Behind(ask), choice_of(ask), [*arrivals, *gone]
    )
    assert found
    return found


ENDS = "The data end on 10 Jun 2026."
CAME = days(("2026-03-02", 3), ("2026-03-08", 2), ("2026-03-09", 1), ("2026-05-31", 4))


def told(timeline: Timeline) -> list[tuple[str, int | None, int]]:
    return [(bar.words, bar.domains, bar.links) for bar in timeline.bars if bar.links]


def test_nobody_chose_and_months_are_shown() -> None:
    found = drawn(CAME)
    assert (found.title, len(found.bars)) == ("New referring domains by month", 12)
    assert told(found) == [("Mar 2026", 3, 6), ("May 2026", 1, 4)]
    assert [bar.domains for bar in found.bars[-4:]] == [None, 3, 0, 1]
    assert found.bars[-1].domains_url == f"{TARGET}/domains?q=first_seen%3A2026-05"
    assert (found.ways.earlier, found.ways.later, found.known) == (
        None,
        None,
        (date(2026, 3, 2), date(2026, 5, 31)),
    )


def test_what_was_lost_is_drawn_below_and_leads_to_its_links() -> None:
    gone = {"day": date(2026, 6, 9), "new_domains": 0, "new_links": 0, "lost_domains": 2, "lost_links": 5}
    found = drawn(CAME, [gone], from_="2026-06-01", to="2026-06-10", by="day")
    assert (found.title, found.note) == (
        "New and lost referring domains by day, 1 to 10 Jun 2026", "0 new domains and 2 lost on these days.",
    )  # fmt: skip
    [bar] = [bar for bar in found.bars if bar.lost]
    rows = f"{TARGET}/backlinks?q=lost_at%3A2026-06-09&group=none&state=lost&sort=-lost_at"
    assert (bar.words, bar.domains, bar.links, bar.lost, bar.lost_links, bar.lost_url) == (
        "9 Jun 2026", 0, 0, 2, 5, rows,
    )  # fmt: skip
    picture = found.figure
    assert "2 lost at most" in picture
    assert f'href="{escape(rows)}" aria-label="Lost, 9 Jun 2026: 2 domains, 5 links"' in picture
    by_month = drawn(CAME, [gone])
    assert by_month.title == "New and lost referring domains by month"
    assert [(bar.words, bar.lost) for bar in by_month.bars][-1] == ("Jun 2026", 2)  # after the last that came


def test_weeks_begin_on_monday_and_end_where_the_range_does() -> None:
    found = drawn(CAME, from_="2026-03-04", to="2026-03-12", by="week")
    assert [(bar.words, bar.domains, bar.links) for bar in found.bars] == [
        ("4 to 8 Mar 2026", 1, 2),
        ("9 to 12 Mar 2026", 1, 1),
    ]
    assert found.title == "New referring domains by week, 4 to 12 Mar 2026"
    assert found.bars[0].links_url == f"{TARGET}/backlinks?q=first_seen%3A2026-03-04..2026-03-08&group=none"


@pytest.mark.parametrize(
    ("first", "last", "by", "bars"),
    [
        ("2026-03-01", "2026-04-14", "day", 45),
        ("2026-03-01", "2026-04-15", "week", 8),
        ("2025-01-01", "2026-06-10", "month", 18),
        ("1990-01-01", "2026-06-10", "month", 160),
    ],
)
def test_a_range_is_cut_as_finely_as_can_be_seen(first: str, last: str, by: str, bars: int) -> None:
    found = drawn(CAME, from_=first, to=last)
    assert (found.by, len(found.bars)) == (by, bars)
    assert found.span[1] == date.fromisoformat(last)


def test_what_would_be_too_many_bars_is_coarser_and_not_offered() -> None:
    found = drawn(CAME, from_="2022-01-01", to="2026-06-10", by="day")
    assert found.by == "month"
    assert [words for words, *_ in drawn(days(("2022-01-01", 1)), from_="2022-01-01").ways.grains] == [
        "by month"
    ]


def test_ranges_have_no_direction_and_one_end_may_be_open() -> None:
    assert drawn(CAME, from_="2026-03-12", to="2026-03-04").span == (date(2026, 3, 4), date(2026, 3, 12))
    assert drawn(CAME, from_="2026-06-01").span == (date(2026, 6, 1), TODAY.date())
    assert drawn(CAME, to="2026-03-31").span == (date(2026, 3, 2), date(2026, 3, 31))


def test_days_beside_a_range_are_as_many_and_end_with_the_data() -> None:
    found = drawn(CAME, from_="2026-04-01", to="2026-05-31", as_of="2026-06-10")
    assert found.ways.earlier == f"{TARGET}?as_of=2026-06-10&from=2026-03-02&to=2026-03-31#growth"
    assert found.ways.later == f"{TARGET}?as_of=2026-06-10&from=2026-06-01&to=2026-06-10#growth"
    ranges = {words: (url, current) for words, url, current in found.ways.ranges}
    assert list(ranges) == ["12 months", "30 days", "90 days", "all days"]
    assert ranges["30 days"] == (f"{TARGET}?as_of=2026-06-10&from=2026-05-12&to=2026-06-10#growth", False)
    whole = drawn(CAME, from_="2026-03-02", to="2026-06-10")
    assert [words for words, _, current in whole.ways.ranges if current] == ["all days"]


@pytest.mark.parametrize(
    ("query", "span", "note"),
    [
        ({"from_": "9999-12-31"}, ("2026-06-10", "2026-06-10"),
         f"0 new domains on these days. {ENDS}"),
        ({"from_": "0001-01-01", "to": "9999-12-31", "by": "day"}, ("2013-03-01", "2026-06-10"),
         f"The data begin on 2 Mar 2026; that day also holds what was there before. {ENDS}"),
        ({"from_": "2026-03-03", "to": "9999-12-31"}, ("2026-03-03", "2026-06-10"),
         f"3 new domains on these days. {ENDS}"),
        ({"to": "0001-01-01"}, ("1990-01-01", "1990-01-01"),
         "The data begin on 2 Mar 2026: of days before nothing is known."),
        ({"from_": "2026-03-03", "to": "2026-06-11", "as_of": "2026-06-10"}, ("2026-03-03", "2026-06-10"),
         "3 new domains on these days. This is as it was known on 10 Jun 2026."),
    ],
)  # fmt: skip
def test_days_of_which_nothing_can_be_known_are_left_out(
    query: dict[str, str], span: tuple[str, str], note: str
) -> None:
    found = drawn(CAME, (), **query)
    assert (found.span, found.note) == (tuple(map(date.fromisoformat, span)), note)


@pytest.mark.parametrize("value", ["yesterday", "2026-13-01", "1e9", "2026-03-01T00:00"])
def test_what_is_no_day_is_refused(value: str) -> None:
    with pytest.raises(UsageError, match="no date"):
        choice_of(asked(from_=value))


def test_days_are_said_as_people_say_them() -> None:
    first = date(2025, 12, 29)
    spans = [
        (first, first),
        (first, first + timedelta(2)),
        (first, date(2026, 1, 4)),
        (date(2026, 2, 28), date(2026, 3, 6)),
    ]
    assert [span_words(*span) for span in spans] == [
        "29 Dec 2025", "29 to 31 Dec 2025", "29 Dec 2025 to 4 Jan 2026", "28 Feb to 6 Mar 2026",
    ]  # fmt: skip


# in the app ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def client(demo_home: Path) -> TestClient:
    return TestClient(create_app(demo_home), base_url="http://localhost", follow_redirects=False)


def test_the_days_of_a_target_add_up_to_its_months(demo_home: Path) -> None:
    session = app.open_session(demo_home)
    for as_of in (None, "2026-04-30"):
        months: dict[str, list[int]] = {}
        for row in app.arrivals(session, DEMO_TARGET, as_of=as_of).rows:
            counts = months.setdefault(f"{row['day']:%Y-%m}", [0, 0])
            counts[0] += row["new_domains"]
            counts[1] += row["new_links"]
        timeline = app.overview(session, DEMO_TARGET, as_of=as_of).row["timeline"]
        assert months == {row["month"]: [row["new_domains"], row["new_links"]] for row in timeline}


def test_what_was_lost_by_day_is_what_is_lost(demo_home: Path) -> None:
    session = app.open_session(demo_home)
    for as_of in (None, "2026-04-30"):
        rows = app.arrivals(session, DEMO_TARGET, as_of=as_of).rows
        lost = app.backlinks(session, DEMO_TARGET, group="none", state=["lost"], limit=500, as_of=as_of).rows
        standing = {row["domain"] for row in app.domains(session, DEMO_TARGET, limit=500, as_of=as_of).rows}
        ends = {row["source_domain"] for row in lost} - standing
        assert sum(row["lost_links"] for row in rows) == len(lost)
        assert sum(row["lost_domains"] for row in rows) == len(ends)
        last = Counter(
            max(row["lost_at"] for row in lost if row["source_domain"] == end).date() for end in ends
        )
        assert {row["day"]: row["lost_domains"] for row in rows if row["lost_domains"]} == last


def test_what_changed_on_some_days_is_one_step_away(client: TestClient) -> None:
    here = f"/t/{DEMO_TARGET}"
    answer = client.get(f"{here}?scope=host&from=2026-04-01&to=2026-04-30&show=changes")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{here}/changes?scope=host&as_of=2026-04-30&since=2026-04-01"
    assert client.get(answer.headers["location"]).status_code == 200
    until_now = client.get(f"{here}?from=2026-04-01&to=2026-06-30&show=changes").headers["location"]
    assert until_now == f"{here}/changes?since=2026-04-01"
    earlier = client.get(f"{here}?as_of=2026-04-20&from=2026-04-01&to=2026-04-30&show=changes")
    assert "as_of=2026-04-20" in earlier.headers["location"]


def test_the_form_and_the_picture_name_the_same_days(client: TestClient) -> None:
    page = Outline(client.get(f"/t/{DEMO_TARGET}?from=2026-03-01&to=2026-03-31&as_of=2026-05-01").text)
    [picture] = [row for row in page.all("div") if "data-starts" in row]
    starts, ends = str(picture["data-starts"]).split(), str(picture["data-ends"]).split()
    assert (len(starts), starts[0], ends[-1]) == (31, "2026-03-01", "2026-03-31")
    assert (page.by_id("from")["value"], page.by_id("to")["value"]) == ("2026-03-01", "2026-03-31")
    assert ("as_of", "2026-05-01") in {
        (row["name"], row["value"]) for row in page.all("input", type="hidden")
    }
    assert client.get(f"/t/{DEMO_TARGET}?from=x").status_code == 400


def test_the_days_stay_where_something_else_is_chosen(client: TestClient) -> None:
    here, days = f"/t/{DEMO_TARGET}", "from=2026-03-02&to=2026-04-30&by=week"
    page = Outline(client.get(f"{here}?{days}&by=week").text)
    led = {row["href"] for row in page.all("a")}
    assert f"{here}?scope=host&{days}" in led
    assert page.by_id("as-of-earlier")["href"] == f"{here}?as_of=2026-04-12&{days}"
    sent = [(row["name"], row["value"]) for row in page.all("input", type="hidden")]
    assert [pair for pair in sent if pair[0] == "by"] == [("by", "week")]  # not of the form for other days
    assert [value for name, value in sent if name == "address"] == [f"{here}?{days}"]
    assert ("query", days) in sent
    assert not [each for each in led if "from=" in str(each) and ".json" in str(each)]
    past = Outline(client.get(f"{here}?as_of=2026-04-12&{days}").text)
    assert f"{here}?{days}" in {row["href"] for row in past.all("a")}
    assert f"{here}?by=day" not in Outline(client.get(f"{here}/gap?by=page").text).text


def test_no_ranking_of_a_day_in_the_past_is_no_reason_to_rank(client: TestClient) -> None:
    page = client.get(f"/t/{DEMO_TARGET}?as_of=2026-04-12").text
    assert "There is no ranking of data that ends by this date." in page
    assert "Rank the domains" not in page


@pytest.mark.parametrize(
    "asked",
    ["?from=9999-12-31", "?from=0001-01-01&to=9999-12-31&by=day", "?from=2026-03-02&to=9999-12-31",
     "?from=0001-01-01&by=month&as_of=9999-12-31", "/changes?vs=9999-12-31", "/changes?since=9999-12-31"],
)  # fmt: skip
def test_the_first_and_the_last_day_that_there_is_are_days(client: TestClient, asked: str) -> None:
    assert client.get(f"/t/{DEMO_TARGET}{asked}").status_code == 200


def test_a_day_after_the_data_is_told_as_their_last_day(client: TestClient) -> None:
    page = client.get(f"/t/{DEMO_TARGET}?as_of=2099-01-01").text
    assert "Nothing was observed after 7 Jun 2026" in page
    assert "You are looking at" not in page
    later, today = (
        client.get(f"/api/v1/targets/{DEMO_TARGET}/overview{asked}").json()
        for asked in ("?as_of=2099-01-01", "")
    )
    assert later["meta"]["as_of"] == today["meta"]["as_of"]
    assert later["data"] == today["data"]


def test_lost_domains_of_the_table_lead_to_the_links_that_were_lost(
    client: TestClient, demo_home: Path
) -> None:
    session = app.open_session(demo_home)
    names = (row["domain"] for row in app.targets(session, 50).rows)
    losing = next(
        name for name in names if any(row["lost_domains"] for row in app.arrivals(session, name).rows)
    )
    page = client.get(f"/t/{losing}").text
    table = page.partition("Lost links</th>")[2].partition("</table>")[0]
    ways = [str(each["href"]) for each in Outline(table).all("a") if "lost_at" in str(each["href"])]
    assert len(ways) > len(set(ways)) > 0  # domains and links of the same days
