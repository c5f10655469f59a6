"""When is a digest due, when is it quiet, what is news, and when is a try made again? Pure functions all."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backlit.app.alert_messages import sentence
from backlit.errors import UsageError
from backlit.monitor.alerts.news import Change, tidings
from backlit.monitor.alerts.rules import Due, due, kinds_named, quiet_until, require_quiet
from backlit.monitor.alerts.tries import SCHEDULE, Outcome, OutcomeKind, ending
from backlit.store.alerts import Channel, Rule, Told
from backlit.store.outbox import Delivery

MONDAY = datetime(2026, 3, 2, 7, tzinfo=UTC)


def rule(cadence: str, added: datetime = MONDAY - timedelta(days=2)) -> Rule:
    return Rule("shop.test", ("lost",), cadence, "00", added, id=1)


def slots(cadence: str, *moments: timedelta) -> list[datetime | None]:
    """The slots that a run at each moment finds due, when every run is remembered."""
    last: dict[int, datetime] = {}
    found: list[datetime | None] = []
    for moment in moments:
        runs = due([rule(cadence)], last, MONDAY + moment)
        last |= {run.rule: run.at for run in runs}
        found.append(runs[0].at if runs else None)
    return found


def test_a_weekly_digest_is_due_once_a_week_however_often_somebody_asks() -> None:
    hour, day, week = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
    asked = [-hour, 0 * hour, hour, day, 6 * day, week - hour, week + hour, 5 * week + day]
    assert slots("weekly", *asked) == [
        None, MONDAY, None, None, None, None, MONDAY + week, MONDAY + 5 * week,
    ]  # fmt: skip


def test_a_daily_digest_is_due_at_seven() -> None:
    hour, day = timedelta(hours=1), timedelta(days=1)
    assert slots("daily", -hour, hour, 23 * hour, day, 3 * day + hour) == [
        MONDAY - day, MONDAY, None, MONDAY + day, MONDAY + 3 * day,
    ]  # fmt: skip


def test_what_is_told_at_once_is_always_due() -> None:
    assert due([rule("now")], {1: MONDAY}, MONDAY) == [Due(1, MONDAY)]


def test_nothing_is_due_while_an_alert_is_mute() -> None:
    muted = replace(rule("now"), muted_until=MONDAY)
    assert due([muted], {}, MONDAY - timedelta(seconds=1)) == []
    assert due([muted], {}, MONDAY) == [Due(1, MONDAY)]


def test_a_clock_that_was_wrong_keeps_no_digest_back() -> None:
    years = timedelta(days=3_650)
    assert slots("weekly", timedelta(), years, timedelta(hours=2), timedelta(days=1)) == [
        MONDAY, MONDAY + timedelta(days=3_647), MONDAY, None,
    ]  # fmt: skip


@given(
    st.lists(st.timedeltas(timedelta(0), timedelta(days=60)), min_size=1, max_size=40),
    st.sampled_from(["daily", "weekly"]),
)
def test_no_slot_is_due_twice_while_time_goes_on(moments: list[timedelta], cadence: str) -> None:
    found = [slot for slot in slots(cadence, *sorted(moments)) if slot is not None]
    assert len(found) == len(set(found))
    assert all(slot.hour == 7 for slot in found)


BERLIN = "22:00-07:00 Europe/Berlin"
QUIET = [
    (BERLIN, "2026-03-02T20:59", "2026-03-02T20:59"),
    (BERLIN, "2026-03-02T21:00", "2026-03-03T06:00"),
    (BERLIN, "2026-03-03T05:59", "2026-03-03T06:00"),
    (BERLIN, "2026-03-03T06:00", "2026-03-03T06:00"),
    (BERLIN, "2026-03-28T23:30", "2026-03-29T05:00"),  # the night in which summer time begins
    ("12:00-13:30", "2026-03-02T12:00", "2026-03-02T13:30"),
    ("12:00-13:30", "2026-03-02T13:30", "2026-03-02T13:30"),
    (None, "2026-03-02T03:00", "2026-03-02T03:00"),
]


@pytest.mark.parametrize(("quiet", "now", "then"), QUIET)
def test_quiet_hours_put_off_to_their_end(quiet: str | None, now: str, then: str) -> None:
    asked, wanted = (datetime.fromisoformat(f"{text}:00+00:00") for text in (now, then))
    assert quiet_until(quiet, asked) == wanted


@pytest.mark.parametrize(
    "text", ["22-7", "22:00-22:00", "25:00-07:00", "22:00-07:00 Atlantis/Here", "22:00-07:00 ../x"]
)
def test_hours_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"be quiet in|count hours as in"):
        require_quiet(text)


def test_kinds_are_named_with_commas_or_not() -> None:
    assert kinds_named(["changed,lost", " NEW "]) == ("new", "lost", "changed")
    assert kinds_named([]) == ("new", "lost", "changed", "recovered", "promise")
    with pytest.raises(UsageError, match="tell of 'gone': there is no such change"):
        kinds_named(["gone"])


# what is news -------------------------------------------------------------------


def seen(kind: str, day: int, mark: str = "", *, after_loss: bool = False) -> Change:
    return Change("link", kind, MONDAY + timedelta(days=day), {}, mark, after_loss=after_loss)


NEWS: dict[str, tuple[list[Change], list[str]]] = {
    "two witnesses of one loss": ([seen("lost", 1), seen("lost", 1)], ["lost"]),
    "a loss, and all that follows": (
        [seen("lost", 1), seen("recovered", 2), seen("new", 2), seen("lost", 3), seen("new", 4)],
        ["lost", "recovered", "lost", "new"],
    ),
    "found where nothing was lost": ([seen("recovered", 1, after_loss=True)], []),
    "returned of a loss before the rule": ([seen("recovered", 1)], ["recovered"]),
    "new twice": ([seen("new", 1), seen("new", 1)], ["new"]),
    "the same words twice": ([seen("changed", 1, "a"), seen("changed", 1, "a")], ["changed"]),
    "to and fro": ([seen("changed", day, mark) for day, mark in enumerate("aba")], ["changed"] * 3),
    "changed while lost": ([seen("lost", 1), seen("changed", 2, "a"), seen("lost", 3)], ["lost"]),
    "older than what was told": ([seen("lost", 3), seen("recovered", 2, after_loss=True)], ["lost"]),
    "a promise broken, kept, broken": (
        [seen("promise", n, mark) for n, mark in enumerate(["", "rel", "rel", "", "rel"])],
        ["promise", "promise"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NEWS)
@pytest.mark.parametrize("runs", [1, 9], ids=["in one run", "run by run"])
def test_news_is_told_once(name: str, runs: int) -> None:
    changes, wanted = NEWS[name]
    told: dict[str, Told] = {}
    events = []
    for part in [changes] if runs == 1 else [[change] for change in changes]:
        found, now = tidings(
            part, told, ("new", "lost", "changed", "recovered", "promise"), MONDAY + timedelta(9)
        )
        told |= now
        events += found
        again, _ = tidings(part[-1:], told, ("lost",), MONDAY + timedelta(9))
        assert again == []
    assert [event.kind for event in events] == wanted
    assert len({event.key for event in events}) == len(events)


def test_what_nobody_wants_to_hear_of_is_remembered() -> None:
    changes = [seen("lost", 1), seen("recovered", 2), seen("lost", 3)]
    events, _ = tidings(changes, {}, ("lost",), MONDAY + timedelta(9))
    assert [(event.kind, event.happened) for event in events] == [
        ("lost", changes[0].at),
        ("lost", changes[2].at),
    ]


def test_a_clock_that_was_wrong_makes_nothing_old() -> None:
    told = {"link": Told("lost", MONDAY + timedelta(days=3_650))}
    events, _ = tidings([seen("recovered", 1)], told, ("recovered",), MONDAY + timedelta(days=2))
    assert [event.kind for event in events] == ["recovered"]


# tries --------------------------------------------------------------------------


def delivery(
    tries: int, *, failing_days: float | None = None, failures: int = 0, kind: str = "alert.fired"
) -> Delivery:
    since = None if failing_days is None else MONDAY - timedelta(days=failing_days)
    channel = Channel("webhook", "https://hook.test/", MONDAY, failing_since=since, failures=failures, id=1)
    return Delivery(1, 1, channel, "msg_1", {"type": kind}, "waiting", tries, MONDAY, MONDAY)


FAILED = Outcome(OutcomeKind.FAILED, "500")


def waits(chance: float) -> list[float]:
    ends = [ending(delivery(n), FAILED, MONDAY, lambda: chance) for n in range(len(SCHEDULE))]
    assert {end.state for end in ends} == {"waiting"}
    return [(end.next_at - MONDAY).total_seconds() for end in ends]


def test_the_schedule_is_that_of_the_standard_drawn_out_by_chance() -> None:
    hours = [5 / 3_600, 5 / 60, 0.5, 2, 5, 10, 14, 20, 24]
    assert waits(0.0) == [round(hour * 3_600) for hour in hours]
    assert waits(1.0) == pytest.approx([hour * 3_600 * 1.1 for hour in hours])


def test_after_the_last_try_a_message_is_given_up() -> None:
    end = ending(delivery(len(SCHEDULE)), FAILED, MONDAY, lambda: 0.0)
    assert (end.state, end.detail, end.disable) == ("failed", "500; given up after 10 tries", None)


def test_a_server_may_ask_for_a_longer_wait_within_a_day() -> None:
    for asked, wanted in ((3_600.0, 3_600.0), (1.0, 5.0), (9e9, 86_400.0)):
        end = ending(delivery(0), Outcome(OutcomeKind.FAILED, "503", asked), MONDAY, lambda: 0.0)
        assert (end.next_at - MONDAY).total_seconds() == wanted


GIVEN_UP = [(4.9, 50, False), (5.0, 50, True), (3_650.0, 3, False), (None, 0, False)]


@pytest.mark.parametrize(("days", "failures", "is_off"), GIVEN_UP)
def test_a_webhook_is_left_alone_after_five_days_and_ten_tries(
    days: float | None, failures: int, is_off: bool
) -> None:
    end = ending(delivery(1, failing_days=days, failures=failures), FAILED, MONDAY, lambda: 0.0)
    assert (end.state, end.disable) == (
        ("off", "nothing arrived for 5 days: 500") if is_off else ("waiting", None)
    )


ENDS = {"sent": "sent", "refused": "failed", "unknown": "unknown", "gone": "off"}


@pytest.mark.parametrize("kind", ENDS)
def test_what_is_over_is_over(kind: str) -> None:
    end = ending(delivery(0), Outcome(OutcomeKind(kind), "so"), MONDAY, lambda: 0.0)
    assert (end.outcome, end.state, end.disable) == (kind, ENDS[kind], "so" if kind == "gone" else None)


def test_a_test_is_tried_once() -> None:
    assert ending(delivery(0, kind="alert.test"), FAILED, MONDAY, lambda: 0.0).state == "failed"


def test_a_line_about_a_link_is_cut_off_after_a_word_and_says_so() -> None:
    event = {
        "source_url": "http://blog.example/", "target_url": "https://shop.example/",
        "reason": "anchor-differs", "anchor": "the best tea " * 10,
        "evidence": "green tea was promised, " * 20,
    }  # fmt: skip
    words, evidence = " ".join(["the best tea"] * 6) + "…", "green tea was promised, " * 8 + "green…"
    assert sentence(event) == (
        f"http://blog.example/ “{words}” → https://shop.example/ (anchor differs: {evidence})"
    )
