"""Are just those told from whom more links could come, and why the others are not?"""

import gzip
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

import backlit
from backlit import app
from backlit.cli.root import run
from backlit.errors import UsageError
from backlit.prospect.listing import KINDS, Found, merged, prospect, ranked
from backlit.web.server import create_app
from tests.unit.looks import Look, commit, day
from tests.unit.outline import Outline

OURS, ONE, TWO = ("https://ours.test/", "https://one.test/", "https://two.test/")
TEA, OLD = f"{OURS}good-tea", f"{OURS}good-tea-old"


def _page(domain: str, *links: str, on: int = 1, path: str = "", **more: Any) -> Look:
    return Look(f"https://{domain}/{path}", on, tuple((link, "words") for link in links), **more)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everybody who may give a link, and some who may not."""
    folder = tmp_path_factory.mktemp("home")
    commit(
        folder,
        "first",
        [
            _page("friend.test", OURS),
            _page("friend.test", TEA, path="again"),
            _page("dead.test", OLD),
            _page("former.test", OURS),
            _page("vanished.test", OURS),
            _page("rivals.test", ONE, TWO),
            _page("rivals.test", f"{ONE}good-tea-of-all", path="more"),
            _page("fan.test", f"{ONE}good-tea-of-all"),
            _page("seller.test", ONE),
            _page("seller.test", path="buy-guest-posts"),
            _page("ours.test", "https://supplier.test/", "https://friend.test/"),
            _page("keeper.test", "https://third.test/good-tea-guide", "https://third.test/about"),
            _page("third.test", path="good-tea-guide", status=404),
            _page("third.test", path="about", status=404),
            Look(TEA, 1),
            Look(OLD, 1, status=404),
        ],
    )
    commit(folder, "second", [_page("former.test", on=3), _page("vanished.test", on=3, status=404)])
    return folder


@pytest.fixture(scope="module")
def session(home: Path) -> app.Session:
    return app.open_session(home)


def _told(session: app.Session, kind: str) -> list[tuple[Any, ...]]:
    answer = app.prospects(session, "ours.test", kinds=[kind], rivals=["one.test", "two.test"])
    return [(row["domain"], row["url"], row["target_url"]) for row in answer.rows]


def test_links_to_dead_pages_come_with_the_page_that_should_answer(session: app.Session) -> None:
    [row] = app.prospects(session, "ours.test", kinds=["broken"]).rows
    assert (row["domain"], row["url"], row["target_url"]) == ("dead.test", "https://dead.test/", OLD)
    assert row["why"] == "1 link from 1 domain leads to /good-tea-old, a dead page of yours (status 404)."
    assert row["needs"] == f"A redirect to {TEA}."


def test_a_lost_link_is_asked_for_where_its_page_still_stands(session: app.Session) -> None:
    answer = app.prospects(session, "ours.test", kinds=["lost"])
    assert [(row["domain"], row["target_url"], row["seen_at"]) for row in answer.rows] == [
        ("former.test", OURS, day(3))
    ]
    assert answer.query["kinds"]["lost"] == {"found": 1, "left_out": {"page gone": 1}, "needs": None}


def test_who_links_to_rivals_is_told_but_for_sellers(session: app.Session) -> None:
    assert _told(session, "gap") == [
        ("fan.test", "https://fan.test/", None),
        ("rivals.test", "https://rivals.test/", None),
    ]


def test_partners_are_who_links_often_and_whom_own_pages_link_to(session: app.Session) -> None:
    assert sorted(_told(session, "partner")) == [
        ("friend.test", "https://friend.test/", OURS),
        ("supplier.test", "https://supplier.test/", None),
    ]


def test_content_ideas_are_pages_that_earned_rivals_links(session: app.Session) -> None:
    [row] = app.prospects(session, "ours.test", kinds=["content-idea"], rivals=["one.test"]).rows
    assert (row["url"], row["target_url"]) == (f"{ONE}good-tea-of-all", TEA)
    assert row["why"] == "2 domains link to this page of one.test; 2 do not link to you."
    assert row["evidence"] == "Linked from fan.test, rivals.test, as “words”."


def test_dead_pages_of_others_can_be_replaced_by_a_page_that_is_near(session: app.Session) -> None:
    [row] = app.prospects(session, "ours.test", kinds=["replacement"]).rows
    assert (row["domain"], row["target_url"]) == ("keeper.test", TEA)
    assert row["evidence"] == "https://keeper.test/ links to https://third.test/good-tea-guide"


def test_links_to_mend_and_to_win_back_come_first_and_sites_know_their_other_kinds(
    session: app.Session,
) -> None:
    answer = app.prospects(session, "ours.test", rivals=["one.test", "two.test"])
    assert {row["kind"] for row in answer.rows[:2]} == {"broken", "lost"}
    assert len({row["id"] for row in answer.rows}) == len(answer.rows) == answer.total
    assert list(answer.query["kinds"]) == list(KINDS)


def test_what_cannot_be_answered_says_what_it_needs(session: app.Session) -> None:
    answer = app.prospects(session, "rivals.test")
    needs = {kind: told["needs"] for kind, told in answer.query["kinds"].items()}
    assert "--with A,B" in needs["gap"]
    assert needs["gap"] == needs["content-idea"]
    of_nobody = app.prospects(session, "nobody.test").query["kinds"]
    told = {kind: str(of_nobody[kind]["needs"]) for kind in ("broken", "replacement", "partner")}
    assert {kind: said.partition("to know ")[2].partition(";")[0] for kind, said in told.items()} == {
        "broken": "which are dead",
        "replacement": "which could stand there",
        "partner": "whom they link to",
    }
    assert (
        "crawl nobody.test"
        in (app.prospects(session, "nobody.test", kinds=["broken"]).query["kinds"]["broken"]["needs"])
    )


def test_whom_somebody_decided_to_leave_alone_is_none(home: Path, tmp_path: Path) -> None:
    commit(tmp_path, "first", [_page("rivals.test", ONE), _page("fan.test", ONE)])
    session = app.open_session(tmp_path)
    app.decide(session, "fan.test", "ignore", why="a parked domain", target="ours.test")
    answer = app.prospects(session, "ours.test", kinds=["gap"], rivals=["one.test"])
    assert [row["domain"] for row in answer.rows] == ["rivals.test"]
    assert answer.query["kinds"]["gap"]["left_out"] == {"decided": 1}


LISTED = """
[[rules]]
id = "known-spam"
verdict = "ignore"
domains = ["fan.test", "*.spam.test"]
why = "known to all projects"

[[rules]]
id = "only-there"
verdict = "ignore"
target = "other.test"
domains = ["rivals.test"]
why = "for another target"

[[rules]]
id = "of-groups"
verdict = "ignore"
domains = ["*.test"]
unnatural_below = 70
why = "asks for a reading"
"""


def test_whom_the_policy_ignores_by_name_is_none_in_any_project(home: Path, tmp_path: Path) -> None:
    commit(tmp_path, "first", [_page("rivals.test", ONE), _page("fan.test", ONE)])
    session = app.open_session(tmp_path)
    app.policy_edit(tmp_path, LISTED, why="")
    for target, left in (("ours.test", ["rivals.test"]), ("other.test", [])):
        rows = app.prospects(session, target, kinds=["gap"], rivals=["one.test"]).rows
        assert [row["domain"] for row in rows] == left
    app.decide(session, "fan.test", "watch", why="a person decides otherwise", target="ours.test")
    rows = app.prospects(session, "ours.test", kinds=["gap"], rivals=["one.test"]).rows
    assert [row["domain"] for row in rows] == ["fan.test", "rivals.test"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"kinds": ["gaps"]}, "there is none"),
        ({"sort": "best"}, "no such order"),
        ({"limit": 0}, "out of range"),
        ({"rivals": ["ours.test"]}, "is the target itself"),
        ({"rivals": [f"r{n}.test" for n in range(21)]}, "each of them is read"),
    ],
)
def test_what_cannot_be_asked_says_why(session: app.Session, asked: dict[str, Any], found: str) -> None:
    with pytest.raises(UsageError, match=found):
        app.prospects(session, "ours.test", **asked)


# the list alone -------------------------------------------------------------------


def _row(kind: str, domain: str, low: float | None, near: float | None = None) -> dict[str, Any]:
    return prospect(kind, domain, f"https://{domain}/", "why", value_low=low, value_high=low, relevance=near)


def test_the_best_comes_first_and_what_is_not_known_last() -> None:
    rows = [
        _row("gap", "a.test", 90.0, 0.1),
        _row("gap", "b.test", 50.0, 0.9),
        _row("gap", "c.test", None, 1.0),
        _row("gap", "d.test", 50.0),
        _row("lost", "e.test", 1.0),
        _row("broken", "f.test", 2.0),
    ]
    assert [row["domain"][0] for row in ranked(rows)] == ["f", "e", "b", "d", "a", "c"]
    assert [row["domain"][0] for row in ranked(rows, "value")] == ["a", "b", "d", "f", "e", "c"]
    assert [row["domain"][0] for row in ranked(rows, "domain")] == ["a", "b", "c", "d", "e", "f"]
    assert ranked(reversed(rows)) == ranked(rows)


def test_who_sells_is_asked_for_nothing_but_a_dead_page_is_ones_own() -> None:
    found = {kind: Found([_row(kind, "seller.test", 1.0)]) for kind in ("gap", "broken")}
    left = merged(found, {"seller.test": "dofollow links $5"}, frozenset())
    assert [row["kind"] for each in left.values() for row in each.rows] == ["broken"]
    assert left["gap"].left_out == {"seller": 1}


@pytest.mark.slow
def test_a_hundred_thousand_are_ranked_as_few_are() -> None:
    chance = random.Random(7)
    kinds = [kind for kind in KINDS if kind not in ("broken", "content-idea")]
    rows = [
        _row(kinds[n % len(kinds)], f"d{n % 40_000}.test", chance.random() * 90 or None, chance.random())
        for n in range(100_000)
    ]
    found = {kind: Found([row for row in rows if row["kind"] == kind]) for kind in kinds}
    left = merged(found, {"d7.test": "dofollow"}, frozenset(("d8.test",)))
    told = ranked(row for each in left.values() for row in each.rows)
    assert not {"d7.test", "d8.test"} & {row["domain"] for row in told}
    assert len(told) == 100_000 - sum(each.left_out.get("seller", 0) for each in left.values()) - sum(
        each.left_out.get("decided", 0) for each in left.values()
    )
    assert [row["kind"] for row in told[:100]] == ["lost"] * 100


# the faces ------------------------------------------------------------------------


def test_python_has_the_same(home: Path) -> None:
    result = backlit.open(home).target("ours.test").prospects("one.test", kinds=["gap"])
    assert [row["domain"] for row in result.rows] == ["fan.test", "rivals.test"]
    assert result.query["kinds"]["gap"]["left_out"] == {"seller": 1}


def test_the_page_and_rest_have_the_same(home: Path) -> None:
    client = TestClient(create_app(home), base_url="http://127.0.0.1:8000")
    order = "then those to win, by worth times nearness."
    assert order in client.get("/t/ours.test/prospects?with=one.test").text
    assert order not in client.get("/t/ours.test/prospects?with=one.test&sort=value").text
    text = client.get("/t/ours.test/prospects?with=one.test&kind=gap").text
    page = Outline(text)
    assert [len(page.all(tag)) for tag in ("h1", "main")] == [1, 1]
    assert "https://fan.test/" in text
    assert "seller.test" not in text
    assert "1 selling or swapping links" in text
    data = client.get("/api/v1/targets/ours.test/prospects?with=one.test&kind=gap").json()
    assert [row["domain"] for row in data["data"]] == ["fan.test", "rivals.test"]
    assert client.get("/t/ours.test/prospects?kind=gaps").status_code == 400
    assert client.get("/api/v1/targets/ours.test/prospects?kinds=gap").status_code == 400


def test_the_command_tells_who_was_left_out_beside_the_rows(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["prospects", "ours.test", "--kind", "gap", "--with", "one.test", "--dir", str(home)]
    assert run(asked) == 0
    told = capsys.readouterr()
    assert [line.split("\t")[2] for line in told.out.splitlines()] == ["domain", "fan.test", "rivals.test"]
    assert "left out 1 selling or swapping links" in told.err


# what pages say ----------------------------------------------------------------------

_FILLER = (
    "<p>We write about pots and tea, and know the makers, the clay and the glaze of every region.</p>" * 6
)
_NAMED = "<p>My friend showed me a fine brown pot from Teapots Direct last year in the spring.</p>"


def _article(*more: str, named: bool = True, author: str = "") -> str:
    head = f"<title>A tea page</title><meta name=author content='{author}'>"
    body = "".join(more)
    return f"<html lang=en><head>{head}</head><body><article>{_NAMED * named}{body}{_FILLER}</article></body>"


def _warc(pages: Mapping[str, str]) -> bytes:
    records = []
    for at, (url, page) in enumerate(pages.items()):
        body = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + page.encode()
        head = (
            f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:{at:032x}>\r\n"
            f"WARC-Date: 2026-05-01T00:00:00Z\r\nWARC-Target-URI: {url}\r\n"
            f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        records.append(gzip.compress(head.encode() + body + b"\r\n\r\n"))
    return b"".join(records)


@pytest.fixture(scope="module")
def tea(tmp_path_factory: pytest.TempPathFactory) -> app.Session:
    """Pages that name a shop: with a link to its home, to a page of it, or with words that sell."""
    folder = tmp_path_factory.mktemp("tea")
    fans = {
        f"https://fan{at}.com/": _article("<a href='https://teapots.com/'>Teapots Direct</a>")
        for at in range(3)
    }
    links = "".join(f"<li><a href='https://s{at}.com/'>Site {at} about pots</a>" for at in range(7))
    away = "<a href='https://rival.com/'>pots</a> <a href='https://rival2.com/'>more</a>"
    mails = "<p><a href='mailto:ann@plain.com'>a</a> <a href='mailto:-x@plain.com'>b</a>"
    bad = "<a href='mailto:=cmd|x@plain.com%0d%0aBcc:x@y.com'>c</a> ..dot@plain.com</p>"
    pages = fans | {
        "https://plain.com/": _article(mails, bad),
        "https://inner.com/": _article("<p>see <a href='https://teapots.com/brown'>the pot</a></p>"),
        "https://lists.com/links": f"<title>Links</title><ul>{links}</ul>",
        "https://lists.com/b": _article("<a href='https://teapots.com/brown'>pot</a>", named=False),
        "https://swap.com/": _article("<p>What a dofollow link is, told for gardeners.</p>"),
        "https://deal.com/": _article(f"<p>About link exchanges. {away}</p>", named=False, author="Ann Lee"),
        "https://pen.com/": _article(f"<p>{away}</p>", named=False, author="Bea Lee"),
    }
    (folder / "tea.warc.gz").write_bytes(_warc(pages))
    app.ingest(folder / "home", [str(folder / "tea.warc.gz")], workers=1)
    app.read_pages(folder / "home")
    return app.open_session(folder / "home")


@pytest.mark.parametrize("target", ["teapots.com", "https://teapots.com/", "https://teapots.com/brown"])
def test_who_links_to_another_page_of_the_site_is_not_said_never_to(tea: app.Session, target: str) -> None:
    told = app.prospects(tea, target, kinds=["mention", "resource"], brands=["Teapots Direct"])
    assert [(row["kind"], row["domain"]) for row in told.rows] == [("mention", "plain.com")]
    assert told.query["kinds"]["mention"]["left_out"] == {"already": 4, "deal": 1}
    assert told.query["kinds"]["resource"]["left_out"] == {"already": 1}


def test_the_gap_of_a_page_leaves_out_who_links_to_its_site(session: app.Session) -> None:
    of_site, of_page = (
        app.prospects(session, target, kinds=["gap"], rivals=["third.test"]).total
        for target in ("friend.test", "https://friend.test/again")
    )
    assert of_site == of_page


def test_who_takes_money_for_articles_is_never_asked_for_one(tmp_path: Path) -> None:
    asks = "<h1>Write for us</h1><p>We welcome guest posts from gardeners and potters alike."
    pages = {
        "https://teapots.com/": _article(),
        "https://fee.com/": _article(asks, " Each article is 75$ via PayPal, two links included.</p>"),
        "https://unseen.com/": _article(asks, "<p>Do&shy;fol&#8203;low gue&shy;st post: 40 &euro;</p>"),
        "https://pays.com/": _article(asks, " We pay $100 per article.</p>"),
        "https://free.com/": _article(asks, " There is no fee for guest posts.</p>")
        + "<title>No fee for guest posts</title>",
        "https://shop.com/": _article("<p>The book costs $30, and this article is free.</p>"),
    }
    (tmp_path / "asks.warc.gz").write_bytes(_warc(pages))
    app.ingest(tmp_path / "home", [str(tmp_path / "asks.warc.gz")], workers=1)
    app.read_pages(tmp_path / "home")
    told = app.prospects(app.open_session(tmp_path / "home"), "teapots.com", brands=["Teapots Direct"])
    asked = {
        kind: {r["domain"] for r in told.rows if r["kind"] == kind} for kind in ("guest-post", "mention")
    }
    assert asked == {
        "guest-post": {"pays.com", "free.com"},
        "mention": {"pays.com", "free.com", "shop.com"},
    }


def test_authors_who_speak_of_deals_are_counted(tea: app.Session) -> None:
    told = app.prospects(tea, "teapots.com", kinds=["author"], rivals=["rival.com", "rival2.com"])
    assert [row["domain"] for row in told.rows] == ["pen.com"]
    assert told.query["kinds"]["author"]["left_out"] == {"deal": 1}


def test_hints_are_addresses_that_mail_is_sent_to(tea: app.Session) -> None:
    [row] = app.prospects(tea, "teapots.com", kinds=["mention"], brands=["Teapots Direct"]).rows
    assert [each["value"] for each in row["contact_hints"] if each["kind"] == "mail"] == ["ann@plain.com"]


@pytest.mark.parametrize("brand", ["%00%ff", "%00", "Caf%C3%A9%E2%84%A2%20%E2%80%93", "%5C", "%F4%8F%BF%BF"])
def test_any_name_can_be_asked_for(tea: app.Session, brand: str) -> None:
    client = TestClient(create_app(tea.home), base_url="http://127.0.0.1:8000")
    answer = client.get(f"/api/v1/targets/teapots.com/prospects?brand={brand}&kind=mention")
    assert answer.status_code == 200
    assert answer.json()["data"] == []
