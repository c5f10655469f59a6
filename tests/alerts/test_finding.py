"""Is what is told true, told once, and nothing else?"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from backlit import app
from backlit.app import alerting
from backlit.errors import TargetError, UsageError
from backlit.net.client import Client
from tests.alerts.world import HOOK, World, world
from tests.monitor.served import page, said
from tests.monitor.test_verify import HASTY, TARGET

NOFOLLOW = '<a href="https://target.example/tea" rel="nofollow">the best tea</a>'
OTHER = '<a href="https://target.example/tea">a kettle</a>'


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as made:
        yield made


def test_a_loss_is_told_once_it_is_confirmed_and_never_again(here: World) -> None:
    here.add(HOOK)
    here.web.pages["one.example"] = [said("", status=404)]
    here.verify(0)
    assert (here.run()["found"], here.hook.bodies) == (0, [])  # missing, to be confirmed
    here.verify(1.1)
    assert (here.run()["found"], here.run()["found"]) == (1, 0)
    for day in (2, 5, 9):
        here.verify(day)
        here.run()
    assert here.hook.events == [("link.lost", "one.example", "page-gone")]
    assert here.inbox == [("lost", "one.example", "page-gone")]


def test_a_link_that_comes_back_is_told_and_its_next_loss_too(here: World) -> None:
    here.add(HOOK, kinds=["lost", "recovered"])
    here.lose("one", 0)
    here.run()
    here.web.pages["one.example"] = [said(page())]
    here.web.pages["one.example"] = [said(page('<a href="https://target.example/tea">the best tea</a>'))]
    here.web.now = here.now + timedelta(days=5)
    here.web.ingest()  # a crawl sees it again
    here.run(8)
    here.lose("one", 10)
    here.run()
    assert here.hook.events == [
        ("link.lost", "one.example", "page-gone"),
        ("link.recovered", "one.example", "returned"),
        ("link.lost", "one.example", "page-gone"),
    ]


def test_somebody_s_word_is_no_look(here: World) -> None:
    here.add(HOOK)
    here.lose("one", 0)
    here.run()
    here.day = 3
    app.confirm(here.home, "http://one.example/post", TARGET, seen=True, who="me", clock=lambda: here.now)
    here.run()
    assert here.inbox == [("lost", "one.example", "page-gone")]


def test_other_words_are_told(here: World) -> None:
    here.add(HOOK)
    here.web.pages["two.example"] = [said(page(OTHER))]
    here.verify(0)
    here.run()
    here.verify(1)
    here.run()
    assert here.hook.events == [("link.changed", "two.example", "anchor")]
    [event] = here.hook.bodies[0]["data"]["events"]
    assert (event["before"]["anchor"], event["after"]["anchor"]) == ("the best tea", "a kettle")


def test_what_could_not_be_looked_at_is_no_news(here: World) -> None:
    here.add(HOOK)
    for day, script in enumerate([said("", status=503), said("", status=403), said(page("x"))[:900]]):
        here.web.pages["one.example"] = [script]
        for more in (0.0, 1.1):
            here.verify(10 * day + more)
            here.run()
    assert (here.inbox, here.hook.got) == ([], [])


def test_pages_that_are_read_for_the_first_time_are_no_news(here: World) -> None:
    here.add(HOOK)
    here.web.pages |= {f"more{n}.example": [said(page(OTHER))] for n in range(5)}
    here.web.ingest()
    assert here.run(1)["found"] == 0


def test_an_old_crawl_that_comes_late_is_no_news(tmp_path: Path) -> None:
    """It holds a page with and without a link, both before anybody asked."""
    with world(tmp_path, "one") as here:
        here.add(HOOK)
        here.web.pages = {"late.example": [said(page("nothing"))]}
        here.web.now -= timedelta(days=300)
        here.web.ingest()
        here.web.pages = {"late.example": [said(page(OTHER))]}
        here.web.now += timedelta(days=100)
        here.web.ingest()
        assert here.run(1)["found"] == 0
        rows = app.changes(app.open_session(here.home), TARGET, since="2025-01-01", kind=["new"]).rows
        assert [row["link"]["source_url"] for row in rows] == ["http://late.example/post"]


def test_a_link_that_is_added_to_a_known_page_is_new(here: World) -> None:
    here.web.pages["three.example"] = [said(page("nothing"))]
    here.web.now += timedelta(days=1)
    here.web.ingest()
    here.add(HOOK)
    here.web.pages["three.example"] = [said(page(OTHER))]
    here.web.now += timedelta(days=1)
    here.web.ingest()
    here.run(1)
    assert here.hook.events == [("link.new", "three.example", "added")]


def test_a_version_that_is_gone_back_to_is_no_news(here: World) -> None:
    here.add(HOOK)
    here.web.pages["two.example"] = [said(page(OTHER))]
    before = app.open_session(here.home).version.id
    here.verify(0)
    here.run()
    app.rollback(here.home, str(before))
    assert here.run(1)["found"] == 0
    assert here.hook.events == [("link.changed", "two.example", "anchor")]


def test_what_changed_while_a_version_was_forgotten_is_told_all_the_same(
    here: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.add(HOOK)
    here.lose("one", 3)
    monkeypatch.setattr("backlit.app.alert_search._kept", lambda _session: {})
    here.run()
    assert here.hook.events == [("link.lost", "one.example", "page-gone")]


def test_a_filter_chooses_what_is_told(here: World) -> None:
    here.add(HOOK, q="host:two.example")
    here.add(q="host:one.example")
    here.lose("one", 0)
    here.lose("two", 3)
    here.run()
    assert here.hook.events == [("link.lost", "two.example", "page-gone")]
    assert sorted(here.inbox) == [("lost", "one.example", "page-gone"), ("lost", "two.example", "page-gone")]


def test_a_paid_link_has_to_say_so_and_an_earned_one_may_change_its_rel(here: World) -> None:
    app.monitor_add(
        here.home, ["http://one.example/post"], TARGET, kind="compensated", clock=lambda: here.now
    )
    app.monitor_add(here.home, ["http://two.example/post"], TARGET, clock=lambda: here.now)
    here.web.pages = {f"{name}.example": [said(page(NOFOLLOW))] for name in ("one", "two")}
    here.check(0)
    here.add(HOOK)
    here.run()
    here.web.pages["one.example"] = [said(page())]
    here.web.pages["one.example"] = [said(page('<a href="https://target.example/tea">the best tea</a>'))]
    here.web.pages["two.example"] = here.web.pages["one.example"]
    here.check(2)
    here.run()
    here.check(3)
    here.run()
    assert [each for each in here.hook.events if each[0] == "link.promise"] == [
        ("link.promise", "one.example", "rel-missing")
    ]
    alone = [row for row in alerting.alert_inbox(here.home).rows if row["kind"] == "changed"]
    assert {row["is_alert"] for row in alone} == {False}


def test_a_rel_of_an_earned_link_is_no_message_of_its_own(here: World) -> None:
    app.monitor_add(here.home, ["http://two.example/post"], TARGET, clock=lambda: here.now)
    here.check(0)
    here.add(HOOK)
    here.web.pages["two.example"] = [said(page(NOFOLLOW))]
    here.check(2)
    assert (here.run()["found"], here.hook.got) == (1, [])
    here.lose("one", 3)
    here.run()
    assert here.hook.events == [  # it goes along with what is
        ("link.changed", "two.example", "rel"),
        ("link.lost", "one.example", "page-gone"),
    ]


def test_promised_words_are_held_to(here: World) -> None:
    app.monitor_add(
        here.home, ["http://one.example/post"], TARGET, anchor="green tea", clock=lambda: here.now
    )
    here.add(HOOK)
    here.check(0)
    here.run()
    [event] = here.hook.bodies[0]["data"]["events"]
    assert (event["type"], event["reason"], event["evidence"]) == (
        "link.promise", "anchor-differs", "'green tea' was promised, 'the best tea' stands there",
    )  # fmt: skip


def pay_for(here: World, name: str, **more: Any) -> None:
    """Watch the link of a page that was paid for."""
    app.monitor_add(
        here.home, [f"http://{name}.example/post"], TARGET, kind="compensated", clock=lambda: here.now, **more
    )


def promises(here: World) -> list[tuple[str, str]]:
    """What was told of promises, oldest first: the host of the page, and what its link lacks."""
    return [(host, why) for kind, host, why in here.inbox if kind == "promise"]


def test_what_a_link_lacked_before_is_no_news_until_it_lacks_something_else(here: World) -> None:
    pay_for(here, "one", anchor="the best tea")
    here.check(0)
    here.day = 1
    here.add(HOOK, kinds=["promise"])
    for day in (2, 3):
        here.check(day)
        assert here.run()["found"] == 0
    here.web.pages["one.example"] = [said(page(OTHER))]  # other words, too
    here.check(4)
    here.run()
    here.check(5)
    here.run()
    assert promises(here) == [("one.example", "rel-missing,anchor-differs")]


def test_what_a_link_lacked_before_and_lacks_again_is_told(here: World) -> None:
    pay_for(here, "one")
    here.check(0)
    before = here.web.pages["one.example"]
    here.day = 1
    here.add(HOOK, kinds=["promise"])
    for day, script in ((2, [said(page(NOFOLLOW))]), (3, before)):
        here.web.pages["one.example"] = [*script]
        here.check(day)
        here.run()
    assert promises(here) == [("one.example", "rel-missing")]


def test_a_page_that_does_not_answer_makes_no_news_of_what_its_link_lacks(here: World) -> None:
    """Neither of what stood before the alert, nor of what was told."""
    pay_for(here, "one")
    here.check(0)
    here.day = 1
    here.add(HOOK, kinds=["promise"])
    pay_for(here, "two")
    pages = dict(here.web.pages)
    for day in (2, 3, 4, 5):
        here.web.pages = pages if day % 2 else {name: [said("", status=503)] for name in pages}
        here.check(day)
        here.run()
    assert promises(here) == [("two.example", "rel-missing")]


def test_a_promise_that_is_made_again_is_as_old_as_it_was_and_another_is_new(here: World) -> None:
    pay_for(here, "one")
    app.monitor_add(here.home, ["http://two.example/post"], TARGET, clock=lambda: here.now)
    here.check(0)
    here.day = 1
    here.add(HOOK, kinds=["promise"])
    here.day = 1.5
    pay_for(here, "one")
    pay_for(here, "two")  # was watched as earned: nothing was promised of it
    here.check(2)
    here.run()
    assert promises(here) == [("two.example", "rel-missing")]


SHORT = '<a href="http://short.example/tea">the best tea</a>'
LEADS = said("", "Location: https://target.example/tea", status=301)


def shortened(here: World, **more: Any) -> None:
    """A watched link that leads to the target over another site, which has links of its own."""
    here.web.pages |= {"two.example": [said(page(SHORT))], "short.example": [LEADS]}
    here.web.pages["target.example"] = [said(page("tea"))]
    app.monitor_add(here.home, ["http://two.example/post"], "short.example", clock=lambda: here.now)
    here.check(-20)  # the address is asked for, and found to lead to the target
    app.monitor_add(here.home, ["http://two.example/post"], TARGET, clock=lambda: here.now, **more)
    here.check(-10)
    here.add(HOOK)


def test_an_address_that_once_did_not_lead_here_loses_nothing(here: World) -> None:
    shortened(here)
    gone, elsewhere = said("", status=404), said("", "Location: https://parking.example/", status=302)
    for day, answer in ((0, gone), (2, LEADS), (4, elsewhere)):
        here.web.pages["short.example"] = [answer]
        here.check(day)
        here.run()
        assert here.hook.events == []
    here.check(5.1)
    here.run()
    here.run(9)
    assert sorted(here.hook.events) == [
        ("link.lost", "short.example", "page-redirected"),  # a redirect counts as a link, too
        ("link.lost", "two.example", "alias-ended"),
    ]


def test_what_a_link_over_another_address_lacked_before_is_no_news(here: World) -> None:
    shortened(here, kind="compensated", anchor="another tea")
    here.check(0)
    assert (here.run()["found"], here.hook.events) == (0, [])


def test_a_page_that_is_asked_for_another_link_loses_none_at_once(here: World, tmp_path: Path) -> None:
    """A lead of another site, on a page that has a link to ours."""
    here.add(HOOK)
    (tmp_path / "links.csv").write_text("Linking page,Last crawled\nhttp://one.example/post,2026-02-01\n")
    app.ingest(here.home, [str(tmp_path / "links.csv")], target="other.example", workers=1)
    here.web.pages["one.example"] = [said("", status=404)]

    def verify(day: float) -> list[str]:
        here.day = day
        client = Client(here.network, lambda: 0.5, manners=HASTY)
        row = app.verify(here.home, "other.example", leads=True, client=client, clock=lambda: here.now).row
        here.run()
        return [each["verdict"] for each in row["results"]]

    assert (verify(0), here.hook.events) == (["not-found"], [])
    assert (verify(1.1), here.hook.events) == (["not-found"], [("link.lost", "one.example", "page-gone")])


def test_a_home_without_an_index_may_wait_for_one(tmp_path: Path) -> None:
    alerting.alert_add(tmp_path, "shop.test")
    assert alerting.alerts_run(tmp_path).row["found"] == 0


REFUSED: dict[str, tuple[dict[str, Any], type[UsageError]]] = {
    "no target": ({"target": "co.uk"}, TargetError),
    "no filter": ({"q": "nonsense:1"}, UsageError),
    "a filter of changes": ({"q": "change:lost"}, UsageError),
    "a filter of judgements": ({"q": "spam:>50"}, UsageError),
    "no kind": ({"kinds": ["gone"]}, UsageError),
    "no cadence": ({"cadence": "hourly"}, UsageError),
    "no hours": ({"quiet": "late"}, UsageError),
    "no address": ({"to": ["nobody"]}, UsageError),
    "an address of two lines": ({"to": ["a@b.test\r\nBcc: c@d.test"]}, UsageError),
    "no web": ({"to": ["http://user:pass@hook.test/"]}, UsageError),
    "a name within": ({"to": ["http://localhost/hook"]}, UsageError),
    "an address within": ({"to": ["http://169.254.169.254/x"]}, UsageError),
    "an address within, of the newer kind": ({"to": ["https://[::ffff:10.0.0.1]/x"]}, UsageError),
    "a number that is one": ({"to": ["http://2130706433/x"]}, UsageError),
    "an option": ({"to": ["-oQ/tmp@x.example"]}, UsageError),
    "no word between dots": ({"to": ["a..b@x.example"]}, UsageError),
    "a mailbox at a number": ({"to": ["me@10.0.0.1"]}, UsageError),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_kept_is_refused_and_leaves_nothing(name: str, tmp_path: Path) -> None:
    asked, error = REFUSED[name]
    with pytest.raises(error):
        alerting.alert_add(tmp_path, **{"target": "shop.test", **asked})
    assert alerting.alert_ls(tmp_path).rows == []


def test_an_address_of_a_network_of_one_s_own_can_be_sent_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BACKLIT_INTRANET", "10.1.0.0/16")
    added = alerting.alert_add(tmp_path, "shop.test", to=["http://10.1.2.3:9000/in", "https://new.test/in"])
    names = [each["name"] for each in added.row["channels"]]
    assert names == ["webhook:http://10.1.2.3:9000/in", "webhook:https://new.test/in"]
    with pytest.raises(UsageError, match=r"169\.254\.169\.254 is at .*link-local"):
        alerting.alert_add(tmp_path, "shop.test", to=["http://169.254.169.254/x"])
