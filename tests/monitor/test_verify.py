"""Does what a verify run sees come into the index, and only what a second look confirms go out of it?"""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from backlit import app, extract
from backlit.app.answer import Answer
from backlit.cli.root import run
from backlit.errors import HomeBusy, HomeMissing, UsageError
from backlit.index.storage import VISIT_LOCK, write_lock
from backlit.net.client import Client
from backlit.net.exchange import Limits, Network
from backlit.net.politeness import Manners
from backlit.store.database import opened
from backlit.store.looks import Looks
from backlit.vweb import VirtualWeb
from tests.monitor.served import page, said
from tests.servers import Request, Script, farm

HASTY = Manners(delay=0.0, rest=0.0, backoff=0.0, broken=0.0, retry_most=0.0, busy=0.01)
TARGET = "target.example"
LINK = '<a href="https://target.example/tea">the best tea</a>'
DAY_ONE = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Web:
    """Three sites that link to the target, on a calendar of their own; `pages` is what they answer now."""

    def __init__(self, home: Path, *names: str) -> None:
        self.home, self.now = home, DAY_ONE - timedelta(days=30)
        self.pages: dict[str, list[bytes | float]] = {
            f"{name}.example": [said(page(LINK))] for name in names or ("one", "two", "three")
        }
        self.asked: list[str] = []

    def answers(self, request: Request) -> Script:
        self.asked.append(f"{request.host}{request.path}")
        if request.path == "/robots.txt":
            return [said("", status=404)]
        return self.pages.get(request.host, [said("", status=404)])

    def ingest(self) -> None:
        """Let a crawl see all pages as they are."""
        from backlit.monitor.archive import member, record_of
        from backlit.net.fetch import Fetched, Hop

        def packed(host: str, answer: bytes | float) -> bytes:
            assert isinstance(answer, bytes)
            head, _, body = answer.partition(b"\r\n\r\n")
            hop = Hop(f"http://{host}/post", "192.0.2.1", 200, (("Content-Type", "text/html"),))
            assert head.startswith(b"HTTP/1.1 200")
            return member(record_of(hop, self.now, Fetched(hop.url, (hop,), 0.0, None, body, body)))

        file = self.home.parent / f"crawl-{self.now:%Y%m%d}.warc.gz"
        file.write_bytes(b"".join(packed(host, script[0]) for host, script in self.pages.items()))
        app.ingest(self.home, [str(file)], workers=1, clock=lambda: self.now)

    def verify(self, network: Network, day: float, **more: Any) -> Answer:
        self.now = DAY_ONE + timedelta(days=day)
        client = Client(network, lambda: 0.5, manners=HASTY, limits=Limits(connect=3.0, idle=2.0, total=5.0))
        return app.verify(self.home, TARGET, client=client, clock=lambda: self.now, **more)

    def states(self) -> dict[str, tuple[str, str | None]]:
        """What the index says of each site's link."""
        rows = app.backlinks(
            app.open_session(self.home), TARGET, group="none", state=["live", "unverified", "lost"]
        ).rows
        return {row["source_domain"]: (row["state"], row["lost_reason"]) for row in rows}


@pytest.fixture
def web(tmp_path: Path) -> Iterator[tuple[Web, Network]]:
    made = Web(tmp_path / "home")
    made.ingest()
    with farm(made.answers) as network:
        yield made, network


def verdicts(answer: Answer) -> dict[str, tuple[str, list[str]]]:
    return {
        row["source_url"].split("/")[2]: (row["verdict"], row["reasons"]) for row in answer.row["results"]
    }


LIVE = ("live", None)


def test_links_that_are_there_are_seen_again(web: tuple[Web, Network]) -> None:
    made, network = web
    heard: list[dict[str, Any]] = []
    answer = made.verify(network, 0, told_each=heard.append)
    assert {name: answer.row[name] for name in ("found", "not_found", "blocked", "unreachable", "total")} == {
        "found": 3, "not_found": 0, "blocked": 0, "unreachable": 0, "total": 3,
    }  # fmt: skip
    assert heard == answer.row["results"]
    [row] = [row for row in heard if row["source_url"] == "http://one.example/post"]
    assert row["chain"][0]["url"] == "http://one.example/post"
    assert (row["before"]["anchor"], row["after"]["anchor"]) == ("the best tea", "the best tea")
    assert (row["after"]["before"], row["after"]["after"]) == ("Here is", "that I know.")
    links = app.backlinks(app.open_session(made.home), TARGET, group="none").rows
    assert {link["last_seen"] for link in links} == {made.now}
    assert sorted(path for path in made.asked if "robots" in path) == [
        f"{n}.example/robots.txt" for n in ("one", "three", "two")
    ]


#: What a page answers that has lost its link, what is said of it, and what the index says in the end.
GONE: dict[str, tuple[list[bytes | float], str, str]] = {
    "removed": ([said(page("nothing"))], "removed", "removed"),
    "gone": ([said("", status=410)], "page-gone", "page-gone"),
    "moved": ([said("", "Location: http://else.example/", status=301)], "page-gone", "page-redirected"),
    "soft": ([said(page("", title="Page not found"))], "soft-404", "soft-404"),
    "parked": (
        [said("<title>parked.example</title><p>This domain is for sale. Buy this domain.</p>")],
        "parked",
        "parked",
    ),
    "dead": ([said("")], "domain-dead", "domain-dead"),
}


def test_a_link_that_is_gone_is_lost_after_a_second_look_a_day_later(tmp_path: Path) -> None:
    made = Web(tmp_path / "home", "stays", *GONE)
    made.ingest()
    made.pages |= {f"{name}.example": script for name, (script, _, _) in GONE.items()}
    reasons = {f"{name}.example": [reason] for name, (_, reason, _) in GONE.items()}
    with farm(made.answers, gone=["dead.example"]) as network:
        for day in (0, 0.5):
            found = verdicts(made.verify(network, day))
            assert found == {"stays.example": ("live", [])} | {n: ("missing", r) for n, r in reasons.items()}
            assert set(made.states().values()) == {LIVE}
        found = verdicts(made.verify(network, 1.1))
        assert found == {"stays.example": ("live", [])} | {n: ("lost", r) for n, r in reasons.items()}
        in_index = {f"{name}.example": ("lost", reason) for name, (_, _, reason) in GONE.items()}
        assert made.states() == {"stays.example": LIVE} | in_index
        changes = app.changes(app.open_session(made.home), TARGET, since="2026-02-20", kind=["lost"]).rows
        assert [change["at"] for change in changes] == [DAY_ONE] * 6  # the first look without it
        assert list((made.home / "captures/held").iterdir()) == []
        assert made.verify(network, 2).row["total"] == 1  # what is lost is not asked for any more


def test_a_page_that_was_broken_for_an_hour_lost_nothing(web: tuple[Web, Network]) -> None:
    made, network = web
    made.pages["two.example"] = [said(page("nothing"))]
    assert verdicts(made.verify(network, 0))["two.example"] == ("missing", ["removed"])
    made.pages["two.example"] = [said(page(LINK))]
    assert verdicts(made.verify(network, 1.5))["two.example"] == ("live", [])
    assert made.states()["two.example"] == LIVE
    assert app.changes(app.open_session(made.home), TARGET, since="2026-02-20").rows == []
    made.pages["two.example"] = [said(page("nothing"))]
    assert verdicts(made.verify(network, 1.6))["two.example"] == ("missing", ["removed"])
    assert made.states()["two.example"] == LIVE


NO_ANSWER: dict[str, tuple[list[bytes | float], tuple[str, list[str]]]] = {
    "error": ([said("", status=503)], ("unreachable", ["server-error"])),
    "wall": ([said("<title>Just a moment...</title>", status=403)], ("blocked", ["bot-wall"])),
    "friendly": ([said("<title>Just a moment...</title>")], ("blocked", ["bot-wall"])),
    "works": (
        [said("<title>Site maintenance</title><p>Back in an hour.</p>")],
        ("unreachable", ["maintenance"]),
    ),
    "script": (
        [said("<title>App</title><div id=root></div><script src=a.js></script>")],
        ("unverified", ["script-only"]),
    ),
    "silence": ([9.0], ("unreachable", ["timeout"])),
    "cut": ([said(page("nothing"))[:2_000]], ("unverified", ["cut-off"])),
}


def test_a_link_that_a_crawl_saw_since_it_was_missed_is_missed_anew(web: tuple[Web, Network]) -> None:
    made, network = web
    pages = dict(made.pages)
    gone: dict[str, list[bytes | float]] = {"one.example": [said("", status=404)]}
    made.pages |= gone
    assert verdicts(made.verify(network, 0))["one.example"][0] == "missing"
    made.pages |= pages
    made.now = DAY_ONE + timedelta(days=10)
    made.ingest()
    made.pages |= gone
    assert verdicts(made.verify(network, 30))["one.example"][0] == "missing"
    assert made.states()["one.example"] == LIVE
    assert verdicts(made.verify(network, 31.1))["one.example"][0] == "lost"
    assert made.states()["one.example"] == ("lost", "page-gone")


def test_who_does_not_let_us_look_loses_nothing_however_often(tmp_path: Path) -> None:
    made = Web(tmp_path / "home", *NO_ANSWER)
    made.ingest()
    made.pages = {f"{name}.example": script for name, (script, _) in NO_ANSWER.items()}
    with farm(made.answers) as network:
        for day in (0, 1.2, 30):
            expected = {f"{name}.example": verdict for name, (_, verdict) in NO_ANSWER.items()}
            assert verdicts(made.verify(network, day)) == expected
    assert set(made.states().values()) == {LIVE}


def test_a_wall_does_not_confirm_what_an_earlier_look_missed(web: tuple[Web, Network]) -> None:
    made, network = web
    made.pages["two.example"] = [said(page("nothing"))]
    assert verdicts(made.verify(network, 0))["two.example"] == ("missing", ["removed"])
    made.pages["two.example"] = [said("<title>Just a moment...</title>")]
    for day in (1.5, 3):
        assert verdicts(made.verify(network, day))["two.example"] == ("blocked", ["bot-wall"])
        assert made.states()["two.example"] == LIVE
    made.pages["two.example"] = [said(page("nothing"))]
    assert verdicts(made.verify(network, 4))["two.example"] == ("lost", ["removed"])
    assert made.states()["two.example"] == ("lost", "removed")


WITHDRAWN = {
    "noindex": (said(page(LINK), "X-Robots-Tag: noindex"), "noindex"),
    "names another": (
        said(page(LINK, head='<link rel=canonical href="https://else.example/copy">')),
        "canonical-moved",
    ),
}


@pytest.mark.parametrize("case", WITHDRAWN)
def test_a_page_that_leaves_search_engines_changes_its_link_and_does_not_lose_it(
    web: tuple[Web, Network], case: str
) -> None:
    made, network = web
    answer, reason = WITHDRAWN[case]
    made.pages["two.example"] = [answer]
    assert verdicts(made.verify(network, 0))["two.example"] == ("changed", [reason])
    assert set(made.states().values()) == {LIVE}
    [change] = app.changes(app.open_session(made.home), TARGET, since="2026-02-20").rows
    sides = [(change[side]["noindex"], change[side]["canonical_elsewhere"]) for side in ("before", "after")]
    after = (True, False) if reason == "noindex" else (False, True)
    assert (change["kind"], change["reason"], sides) == ("changed", reason, [(False, False), after])
    assert verdicts(made.verify(network, 2))["two.example"] == ("live", [])  # known by now
    made.pages["two.example"] = [said(page(LINK))]
    made.verify(network, 3)
    assert app.changes(app.open_session(made.home), TARGET, since="2026-02-20").rows == []


def test_where_no_host_is_known_it_is_our_own_network_that_is_down(tmp_path: Path) -> None:
    made = Web(tmp_path / "home")
    made.ingest()
    with farm(made.answers, gone=list(made.pages)) as network:
        assert set(_pairs(made.verify(network, 0))) == {("unreachable", "dns-failed")}
    with farm(made.answers, gone=["one.example", "two.example"]) as network:
        found = verdicts(made.verify(network, 1))
    dead = ("missing", ["domain-dead"])
    assert found == {"one.example": dead, "two.example": dead, "three.example": ("live", [])}


@pytest.mark.parametrize("leads", [False, True])
def test_one_page_alone_is_not_dead_where_our_own_network_is_down(tmp_path: Path, leads: bool) -> None:
    made = Web(tmp_path / "home", "one")
    if not leads:
        made.ingest()
    else:
        listed = tmp_path / "Latest links.csv"
        listed.write_text("Linking page,Last crawled\nhttp://one.example/post,2026-02-01\n")
        app.ingest(made.home, [str(listed)], target=TARGET, workers=1)
    with farm(made.answers, gone=["one.example", "target.example"]) as network:
        assert _pairs(made.verify(network, 0, leads=leads)) == [("unreachable", "dns-failed")]
    with farm(made.answers, gone=["one.example"]) as network:
        [(verdict, reason)] = _pairs(made.verify(network, 1, leads=leads))
    assert (verdict, reason) == ("not-found" if leads else "missing", "domain-dead")


def _pairs(answer: Answer) -> list[tuple[str, str]]:
    return [(row["verdict"], row["reasons"][0]) for row in answer.row["results"]]


def test_an_export_may_spell_the_target_otherwise(tmp_path: Path) -> None:
    made = Web(tmp_path / "home", "one")
    listed = tmp_path / "links.csv"
    listed.write_text("Source URL,Target URL\nhttp://one.example/post,http://www.target.example/tea/\n")
    app.ingest(made.home, [str(listed)], workers=1, date="2026-02-01")
    with farm(made.answers) as network:
        assert verdicts(made.verify(network, 0)) == {"one.example": ("live", [])}


def test_changes_of_a_link_show_among_the_changes(web: tuple[Web, Network]) -> None:
    made, network = web
    made.pages["two.example"] = [
        said(page('<a rel=nofollow href="https://target.example/tea">green tea</a>'))
    ]
    answer = made.verify(network, 0)
    [row] = [row for row in answer.row["results"] if row["verdict"] == "changed"]
    assert (row["reasons"], row["before"]["rel"], row["after"]["rel"]) == (
        ["anchor", "rel"],
        [],
        ["nofollow"],
    )
    [change] = app.changes(app.open_session(made.home), TARGET, since="2026-02-20").rows
    assert (change["kind"], change["reason"], change["link"]["source_domain"]) == (
        "changed",
        "anchor,rel",
        "two.example",
    )


def test_every_look_is_remembered(web: tuple[Web, Network]) -> None:
    made, network = web
    for day in (0, 3):
        made.verify(network, day)
    with opened(made.home) as engine:
        looks = list(Looks(engine).history("http://one.example/post"))
    assert [(look.at, look.verdict, look.kind, look.target_url) for look in looks] == [
        (DAY_ONE + timedelta(days=day), "live", "a", "https://target.example/tea") for day in (3, 0)
    ]
    assert looks[0].told["after"]["anchor"] == "the best tea"


def test_a_run_that_was_stopped_loses_no_page_that_it_read(web: tuple[Web, Network]) -> None:
    made, network = web

    def stop(_row: dict[str, Any]) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        made.verify(network, 0, told_each=stop, threads=1)
    assert len(list((made.home / "captures/new").iterdir())) == 1
    made.verify(network, 0.1, limit=1)
    assert list((made.home / "captures/new").iterdir()) == []
    read = [row["first_observed"] for row in app.sources(app.open_session(made.home)).rows]
    assert sorted(read) == [DAY_ONE - timedelta(days=30), DAY_ONE, DAY_ONE + timedelta(days=0.1)]


def test_one_process_visits_at_a_time(web: tuple[Web, Network]) -> None:
    made, network = web
    with write_lock(made.home, name=VISIT_LOCK), pytest.raises(HomeBusy):
        made.verify(network, 0)


# leads -------------------------------------------------------------------------


def test_leads_are_found_not_found_blocked_or_unreachable_and_add_up(tmp_path: Path) -> None:
    made = Web(tmp_path / "home")
    made.pages = {
        "yes.example": [said(page(LINK))],
        "no.example": [said(page("nothing"))],
        "gone.example": [said("", status=404)],
        "wall.example": [said("", status=403)],
        "down.example": [said("", status=500)],
        "hides.example": [said(page(f"<p hidden>{LINK}"))],
    }
    hosts = [*made.pages, "never.example"]
    lines = "".join(f"http://{host}/post\n" for host in hosts) + "garbage\nhttp://[/\n"
    listed = tmp_path / "Latest links.csv"
    listed.write_text("Linking page,Last crawled\n" + lines.replace("\n", ",2026-02-01\n"))
    app.ingest(made.home, [str(listed)], target=TARGET, workers=1)
    with farm(made.answers, gone=["never.example"]) as network:
        answer = made.verify(network, 0, leads=True)
    assert verdicts(answer) == {
        "yes.example": ("live", []),
        "no.example": ("not-found", ["removed"]),
        "gone.example": ("not-found", ["page-gone"]),
        "wall.example": ("blocked", ["refused"]),
        "down.example": ("unreachable", ["server-error"]),
        "hides.example": ("hidden", ["hidden-attribute"]),
        "never.example": ("not-found", ["domain-dead"]),
    }
    counts = [answer.row[name] for name in ("found", "not_found", "blocked", "unreachable")]
    assert (counts, sum(counts)) == ([2, 3, 1, 1], answer.row["total"])
    links = app.backlinks(app.open_session(made.home), TARGET, group="none").rows
    assert {link["source_domain"] for link in links} == {"yes.example", "hides.example"}


# the command -------------------------------------------------------------------


def test_the_command_tells_verdicts_and_counts(
    web: tuple[Web, Network], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made, network = web
    monkeypatch.setattr("backlit.app.visiting.way_out", lambda _home: network)
    monkeypatch.setattr("backlit.net.client.Manners", lambda: HASTY)
    made.pages["two.example"] = [said("", status=403)]
    assert run(["verify", TARGET, "--json", "--dir", str(made.home)]) == 0
    data = json.loads(capsys.readouterr().out)["data"]
    assert (data["found"], data["blocked"], len(data["results"])) == (2, 1, 3)
    assert run(["verify", TARGET, "--limit", "1", "--dir", str(made.home)]) == 0
    said_so = capsys.readouterr()
    assert said_so.out.splitlines()[0].startswith("verdict\treasons\tsource_url")
    assert "1 link on 1 page: " in said_so.err
    assert run(["verify", "unknown.example", "--dir", str(made.home)]) == 0
    assert "nothing to verify" in capsys.readouterr().err


def test_what_cannot_be_asked_is_said(tmp_path: Path, web: tuple[Web, Network]) -> None:
    made, network = web
    with pytest.raises(UsageError, match="leads have no fields"):
        made.verify(network, 0, leads=True, q="rel:follow")
    with pytest.raises(HomeMissing):
        app.verify(tmp_path / "nowhere", TARGET)


# the virtual web ---------------------------------------------------------------


def test_the_virtual_web_is_told_as_it_is(tmp_path: Path) -> None:
    """A second crawl by verify: what is lost, and nothing else, is what the made-up web took away."""
    web, home = VirtualWeb(seed=4, pages=400), tmp_path / "home"
    web.write_warc(tmp_path / "crawl.warc.gz")
    app.ingest(home, [str(tmp_path / "crawl.warc.gz")], workers=1)
    target = app.targets(app.open_session(home)).rows[0]["domain"]

    def answers(request: Request) -> Script:
        scheme = "https" if request.secure else "http"
        response = web.fetch(f"{scheme}://{request.host.lower()}{request.path}", 1)
        return [_wire(response.status, response.headers, response.body)]

    now = [datetime(2027, 1, 1, tzinfo=UTC)]
    with farm(answers) as network:
        client = Client(network, lambda: 0.5, manners=HASTY)
        first = app.verify(home, target, client=client, clock=lambda: now[0])
        now[0] += timedelta(hours=25)
        second = app.verify(home, target, client=client, clock=lambda: now[0])
    for row in [*first.row["results"], *second.row["results"]]:
        assert row["verdict"] in _true_verdicts(web, row), row
    assert {"live", "missing"} <= first.row["verdicts"].keys()
    assert "lost" in second.row["verdicts"]


def _wire(status: int, headers: Sequence[tuple[str, str]], body: bytes) -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return f"HTTP/1.1 {status} X\r\n{lines}\r\n".encode("latin-1") + body


def _true_verdicts(web: VirtualWeb, row: dict[str, Any]) -> tuple[str, ...]:
    """What may be said of a page, by what the made-up web answers for it."""
    response = web.fetch(row["source_url"], 1)
    if response.status == 200:
        found = extract(response.body, row["source_url"], headers=response.headers)
        if (row["target_url"], row["kind"]) in {(link.target_url, link.kind) for link in found.links}:
            return ("live", "changed", "hidden")
    if response.status >= 500 or response.status == 403:
        return ("unreachable", "blocked")
    if response.status in (301, 302, 307, 308):
        return ("missing", "lost", "changed", "live", "unreachable")
    return ("missing", "lost")
