"""Are watched links looked at when they are due, and held to what was promised?"""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from backlit import app
from backlit.cli.root import run
from backlit.errors import UsageError
from backlit.monitor.archive import member, record_of
from backlit.monitor.promises import due_at, shortcomings
from backlit.net.client import Client
from backlit.net.exchange import Limits, Network
from backlit.net.fetch import Fetched, Hop
from backlit.net.guard import Guard
from backlit.store.monitors import Monitor, MonitorKind
from tests.monitor.served import page, said
from tests.monitor.test_verify import HASTY, LINK, TARGET, Web
from tests.servers import farm

DAY_ONE = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Watch:
    """Monitors of a few sites, on a calendar of their own."""

    def __init__(self, home: Path, network: Network, web: Web) -> None:
        self.home, self.network, self.web = home, network, web

    def check(self, day: float, *, everything: bool = False) -> dict[str, Any]:
        now = DAY_ONE + timedelta(days=day)
        client = Client(
            self.network, lambda: 0.5, manners=HASTY, limits=Limits(connect=3.0, idle=2.0, total=5.0)
        )
        row: dict[str, Any] = app.monitor_check(
            self.home, everything=everything, client=client, clock=lambda: now
        ).row
        return row

    def add(self, *hosts: str, target: str = TARGET, **more: Any) -> dict[str, Any]:
        pages = [f"http://{host}.example/post" for host in hosts]
        row: dict[str, Any] = app.monitor_add(self.home, pages, target, clock=lambda: DAY_ONE, **more).row
        return row


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    web = Web(tmp_path / "home", "one", "two")
    web.pages["target.example"] = [said(page("tea"))]
    with farm(web.answers) as network:
        yield Watch(tmp_path / "home", network, web)


def states(row: dict[str, Any]) -> dict[str, tuple[str, bool]]:
    return {each["url"].split("/")[2]: (each["state"], each["needs_attention"]) for each in row["monitors"]}


def test_a_link_is_watched_from_its_first_look_to_its_loss(watch: Watch) -> None:
    assert watch.add("one", "two") == {
        "added": 2, "renewed": 0, "refused": [], "kind": "earned", "target": TARGET,
    }  # fmt: skip
    assert states(watch.check(0)) == {"one.example": ("live", False), "two.example": ("live", False)}
    assert watch.check(0.5)["checked"] == 0  # nothing is due
    watch.web.pages["two.example"] = [said("", status=404)]
    assert states(watch.check(1)) == {"one.example": ("live", False), "two.example": ("missing", False)}
    found = watch.check(2.1)
    assert states(found) == {"one.example": ("live", False), "two.example": ("lost", True)}
    assert (found["attention"], found["lost"]) == (1, 1)
    quiet = watch.check(2.2)  # nothing is due, and what is lost stays lost
    assert (quiet["checked"], quiet["attention"], quiet["lost"]) == (0, 1, 1)
    later = watch.check(9, everything=True)
    assert states(later) == {"one.example": ("live", False), "two.example": ("lost", True)}
    [two] = [
        row
        for row in app.monitor_ls(watch.home, clock=lambda: DAY_ONE + timedelta(days=9)).rows
        if "two" in row["url"]
    ]
    assert [each["state"] for each in two["history"]] == ["live", "missing", "lost", "not-found"]
    old = app.monitor_ls(watch.home, clock=lambda: DAY_ONE + timedelta(days=93)).rows
    assert [len(row["history"]) for row in old] == [1, 1]  # of ninety days


def test_what_was_promised_is_held_against_what_stands_there(watch: Watch) -> None:
    watch.add("one", kind="compensated")
    watch.add("two", target="https://target.example/coffee", anchor="fine coffee")
    watch.web.pages["two.example"] = [
        said(page('<a rel=nofollow href="https://target.example/coffee">my coffee</a>'))
    ]
    found = {row["url"].split("/")[2]: row["shortcomings"] for row in watch.check(0)["monitors"]}
    unsaid = "a paid link has to say sponsored or nofollow; it says nothing"
    differs = "'fine coffee' was promised, 'my coffee' stands there"
    assert found == {
        "one.example": [{"id": "rel-missing", "sentence": unsaid}],
        "two.example": [{"id": "anchor-differs", "sentence": differs}],
    }
    watch.web.pages["one.example"] = [said(page(LINK.replace("<a", "<a rel=sponsored")))]
    assert watch.check(40)["monitors"][0]["shortcomings"] == []


PROMISED = '<a href="https://target.example/tea" rel=sponsored>fine coffee</a>'
PICTURE = '<a href="https://target.example/tea"><img src=x alt=pot></a>'
HOME = '<a href="https://target.example/" rel=nofollow>home</a>'
OTHERS: dict[str, tuple[str, list[str]]] = {
    "a-picture-before": (PICTURE + PROMISED, ["rel-missing"]),
    "the-site-beside": (HOME + PROMISED, []),
    "a-paid-one-first": (PROMISED + LINK, ["rel-missing"]),
    "not-there": (LINK + HOME, ["rel-missing", "anchor-differs"]),
    "of-another-site": (PROMISED + '<a href="https://other.example/">fine coffee</a>', []),
}


def test_of_several_links_of_a_page_one_keeps_the_words_and_each_says_that_it_is_paid(watch: Watch) -> None:
    watch.web.pages |= {f"{host}.example": [said(page(links))] for host, (links, _) in OTHERS.items()}
    watch.add(*OTHERS, kind="compensated", anchor="fine coffee")
    for day in (0, 2):  # as leads, and as links that are known
        rows = watch.check(day, everything=True)["monitors"]
        lacking = {row["url"].split("/")[2]: [each["id"] for each in row["shortcomings"]] for row in rows}
        assert lacking == {f"{host}.example": ids for host, (_, ids) in OTHERS.items()}


def test_a_page_that_never_had_the_link_needs_attention(watch: Watch) -> None:
    watch.web.pages["one.example"] = [said(page("nothing"))]
    watch.add("one")
    assert states(watch.check(0)) == {"one.example": ("not-found", True)}


def ends(row: dict[str, Any]) -> list[tuple[Any, ...]]:
    fields = ("target_page", "target_status", "target_broken", "needs_attention")
    return [tuple(each[name] for name in fields) for each in row["monitors"]]


def test_a_page_that_a_link_leads_to_is_broken_when_two_looks_found_it_gone(watch: Watch) -> None:
    page_of = "https://target.example/tea"
    watch.web.pages["target.example"] = [said(page("tea"))]
    watch.add("one")
    assert ends(watch.check(0)) == [(page_of, 200, False, False)]
    watch.web.pages["target.example"] = [said("", status=404)]
    assert ends(watch.check(2)) == [(page_of, 404, False, False)]
    assert ends(watch.check(2.5, everything=True)) == [(page_of, 404, False, False)]
    assert ends(watch.check(3.5, everything=True)) == [(page_of, 404, True, True)]
    [row] = app.best_pages(app.open_session(watch.home), TARGET).rows
    assert (row["url"], row["status"]) == (page_of, 404)
    watch.web.pages["target.example"] = [said(page("tea"))]
    assert ends(watch.check(5, everything=True)) == [(page_of, 200, False, False)]


def test_a_target_that_is_in_trouble_is_not_broken(watch: Watch) -> None:
    watch.web.pages["target.example"] = [said("", status=503)]
    watch.add("one")
    for day in (0, 2, 4):
        [(_, _, broken, attention)] = ends(watch.check(day, everything=True))
        assert (broken, attention) == (False, False)


def test_a_link_that_leads_there_over_another_address_is_watched_as_what_it_is(watch: Watch) -> None:
    watch.web.pages["one.example"] = [said(page('<a href="http://short.example/t">the best tea</a>'))]
    watch.web.pages["short.example"] = [said("", "Location: https://target.example/tea", status=301)]
    watch.add("one", target="short.example")
    watch.check(0)  # the address is asked for, and found to lead to the target
    watch.add("one")
    states_of = [(each["target"], each["state"]) for each in watch.check(2)["monitors"]]
    assert states_of == [("short.example", "live"), (TARGET, "live")]


def test_a_page_that_a_link_leads_to_is_asked_again_after_a_day_where_it_was_missed(watch: Watch) -> None:
    watch.web.pages["target.example"] = [said(page('<a href="https://shop.example/">our shop</a>'))]
    watch.add("one")
    watch.check(0)
    watch.check(60)
    watch.web.pages["target.example"] = [said("", status=404)]
    assert ends(watch.check(90)) == [("https://target.example/tea", 200, False, False)]  # to be confirmed
    assert watch.check(90.5)["checked"] == 0
    assert ends(watch.check(91.1)) == [("https://target.example/tea", 404, True, True)]


def test_a_page_that_a_crawl_read_since_it_was_missed_is_missed_anew(watch: Watch, tmp_path: Path) -> None:
    url, shop = "https://target.example/tea", page('<a href="https://shop.example/">our shop</a>')
    watch.web.pages["target.example"] = [said(shop)]
    watch.add("one")
    watch.check(0)
    watch.web.pages["target.example"] = [said("", status=404)]
    watch.check(30)
    hop = Hop(url, "192.0.2.1", 200, (("Content-Type", "text/html"),))
    body = shop.encode()
    crawled = record_of(hop, DAY_ONE + timedelta(days=40), Fetched(url, (hop,), 0.0, None, body, body))
    (tmp_path / "crawl.warc.gz").write_bytes(member(crawled))
    app.ingest(watch.home, [str(tmp_path / "crawl.warc.gz")], workers=1)
    assert ends(watch.check(60, everything=True)) == [(url, 200, False, False)]
    assert ends(watch.check(61.1, everything=True)) == [(url, 404, True, True)]


def test_a_look_of_a_clock_that_ran_ahead_is_no_last_word(watch: Watch) -> None:
    watch.add("one")
    watch.check(400)
    watch.web.pages["one.example"] = [said(page("nothing"))]
    assert states(watch.check(1)) == {"one.example": ("missing", False)}
    assert states(watch.check(2.5)) == {"one.example": ("lost", True)}


@pytest.mark.parametrize(
    "address", ["http://example.org:8081/x", "http://example.org:2083/", "http://10.1.2.3/", "http://wiki/"]
)
def test_an_address_that_may_not_be_asked_for_is_told_at_once(watch: Watch, address: str) -> None:
    app.monitor_add(watch.home, [address], TARGET, clock=lambda: DAY_ONE)
    asked: list[str] = []
    visited = Client.visit

    def counted(client: Client, url: str, **more: Any) -> Any:
        asked.append(url)
        assert len(asked) < 5
        return visited(client, url, **more)

    guarded = replace(watch.network, guard=Guard.parse(""))
    client = Client(guarded, lambda: 0.5, manners=HASTY)
    prepared = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Client, "visit", counted)
        patch.setattr(Client, "prepare", lambda _client, url: prepared.append(url))
        row = app.monitor_check(watch.home, client=client, clock=lambda: DAY_ONE).row
    [told] = row["monitors"]
    assert told["state"] in ("unreachable", "blocked", "missing")
    assert len(prepared) <= 1  # it was not asked for again and again


def test_lines_with_a_password_or_of_one_word_are_no_pages(watch: Watch) -> None:
    lines = ["http://u:p@example.org/x", "-", "word", "http://wiki/page", "example.org/y"]
    answer = app.monitor_add(watch.home, lines, TARGET, lists=False, anchor="the\r\nbest")
    assert answer.row["refused"] == ["http://u:p@example.org/x", "-", "word"]
    rows = app.monitor_ls(watch.home).rows
    assert [(row["url"], row["promised_anchor"]) for row in rows] == [
        ("http://wiki/page", "the best"),
        ("https://example.org/y", "the best"),
    ]


def look(verdict: str, **link: Any) -> dict[str, Any]:
    after = {
        "target_url": "https://target.example/tea",
        "rel": [],
        "anchor": "the best tea",
        "alt": None,
    } | link
    return {"verdict": verdict, "after": after}


@pytest.mark.parametrize(
    ("kind", "seen", "expected"),
    [
        ("earned", look("changed", rel=["nofollow"]), []),
        ("own", look("live"), []),
        ("compensated", look("live"), ["rel-missing"]),
        ("compensated", look("live", rel=["ugc"]), ["rel-missing"]),
        ("compensated", look("live", rel=["sponsored", "noopener"]), []),
        ("compensated", look("live", rel=["nofollow"]), []),
        ("compensated", look("live", rel=None), []),
        ("compensated", {"verdict": "blocked", "after": None}, []),
        ("compensated", {"verdict": "missing", "after": None}, []),
        ("earned", look("live", anchor="The  best TEA"), []),
    ],
)
def test_only_a_link_that_was_seen_can_lack_something(
    kind: str, seen: dict[str, Any], expected: list[str]
) -> None:
    anchor = "the best tea" if kind == "earned" else None
    monitor = Monitor("https://a.example/", TARGET, MonitorKind(kind), anchor)
    assert [each["id"] for each in shortcomings(monitor, seen)] == expected


def test_young_links_are_looked_at_sooner_than_old_ones() -> None:
    since = DAY_ONE
    waits = []
    for age in (0, 2, 8, 40, 400):
        checked = since + timedelta(days=age)
        waits.append((due_at(since, checked, "live") - checked) / timedelta(days=1))
    assert waits == [1.0, 1.0, 2.0, 10.0, 30.0]
    assert due_at(since, since + timedelta(days=400), "missing") == since + timedelta(days=401)
    assert due_at(since, None, None) == since


def test_lists_with_garbage_name_what_they_leave_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    home, listed = tmp_path / "home", tmp_path / "pages.txt"
    listed.write_text(
        "https://a.example/post\n\nb.example/post\nmailto:x\nnot an address\nftp://c.example/\n"
    )
    command = ["monitor", "add", f"@{listed}", "--for", TARGET, "--dir", str(home)]
    assert run([*command, "--json"]) == 0
    said_so = capsys.readouterr()
    assert json.loads(said_so.out)["data"]["added"] == 2
    assert [line for line in said_so.err.splitlines() if "left out" in line] == [
        f"backlit: no address, left out: {line}"
        for line in ("mailto:x", "not an address", "ftp://c.example/")
    ]
    assert run(command) == 0
    assert "Watching 0 more pages, 2 renewed." in capsys.readouterr().out
    assert run(["monitor", "ls", "--dir", str(home)]) == 0
    assert capsys.readouterr().out.splitlines()[0].startswith("url\ttarget\tkind\tstate")
    assert run(["monitor", "rm", "https://a.example/post", "--dir", str(home)]) == 0
    assert [row["url"] for row in app.monitor_ls(home).rows] == ["https://b.example/post"]
    assert run(["monitor", "rm", "https://a.example/post", "--dir", str(home)]) == 2
    assert run(["monitor", "check", "--fail-on", "never", "--dir", str(home)]) == 2


@pytest.mark.parametrize(
    ("pages", "more", "said_so"),
    [
        (["nothing here"], {}, "none of 1 is an http or https address"),
        (["https://a.example/"], {"kind": "bought"}, "no such kind"),
        (["@/no/such/file"], {}, "No such file"),
    ],
)
def test_what_cannot_be_watched_is_said(
    tmp_path: Path, pages: list[str], more: dict[str, Any], said_so: str
) -> None:
    with pytest.raises(UsageError, match=said_so):
        app.monitor_add(tmp_path, pages, TARGET, **more)
