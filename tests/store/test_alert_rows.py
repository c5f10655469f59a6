"""Are alerts, what they found and what was sent kept whole, on either database?"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from backlit.store.alerts import Base, Channel, Event, Found, Rule, Rules, Told
from backlit.store.database import opened
from backlit.store.looks import LookRow, Looks
from backlit.store.outbox import Ending, Outbox, Sendable

NOON = datetime(2026, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC)
HOUR = timedelta(hours=1)
HOOK = Channel("webhook", "https://hook.test/in", NOON, "whsec_bmV3")
BOX = Channel("email", "me@shop.test", NOON)
BASE = Base(7_226_382_376_481_239_824, NOON - HOUR, 1)
RULE = Rule(
    "shop.test", ("lost", "changed"), "weekly", "00ff", NOON, "domain", "rel:follow", quiet="22:00-07:00",
    base=BASE,
)  # fmt: skip


def event(key: str, *, is_alert: bool = True) -> Event:
    return Event(key, "lost", NOON, {"anchor": "Läden\0 \ud800 日本", "at_once": None}, is_alert)


def kept(engine: sa.Engine) -> Rule:
    """A rule with two channels, after one look was kept."""
    Looks(engine).add([LookRow("https://a.test/", "https://shop.test/", "a", NOON, "live", {})])
    return Rules(engine).add(RULE, [HOOK, BOX])


def test_rules_and_channels_come_back_whole(home: Path) -> None:
    with opened(home) as engine:
        rule = kept(engine)
        rules = Rules(engine)
        assert rules.all() == [rule]
        assert (rule.id, rule.channels, rule.base) == (1, (1, 2), BASE)
        again = rules.add(RULE_TOO, [BOX])
        assert (again.channels, len(rules.channels())) == ((2,), 2)
        assert rules.rotate(1, "whsec_bmV4", NOON + HOUR)
        assert not rules.rotate(2, "whsec_bmV4", NOON + HOUR)  # a mailbox signs nothing
        assert rules.mute(1, NOON + HOUR)
        assert rules.remove(2, NOON)
        assert not rules.remove(2, NOON)
        [muted] = rules.all()
        assert (muted.is_muted(NOON), muted.is_muted(NOON + HOUR)) == (True, False)
        hook = rules.channels()[1]
        assert (hook.secret, hook.old_secret, hook.old_until) == ("whsec_bmV4", "whsec_bmV3", NOON + HOUR)


RULE_TOO = Rule("other.test", ("new",), "now", "00fe", NOON)


def test_what_is_found_is_decided_once(home: Path) -> None:
    with opened(home) as engine:
        rule, rules = kept(engine), Rules(engine)
        later = Base(BASE.version, NOON, 9)
        found = Found([event("a"), event("b", is_alert=False)], {"link": Told("lost", NOON)}, later)
        assert rules.decide(rule, found, NOON) == 2
        assert rules.decide(rule, found, NOON) is None  # somebody was there already
        [now] = rules.all()
        assert now.base == later
        assert rules.decide(now, Found([event("a")], {"link": Told("standing", NOON)}, later), NOON) == 0
        assert rules.told(rule.id) == {"link": Told("standing", NOON)}
        rows = rules.inbox()
        assert [(row["id"], row["is_alert"], row["anchor"]) for row in rows] == [
            (2, False, "Läden\0 \ud800 日本"), (1, True, "Läden\0 \ud800 日本"),
        ]  # fmt: skip
        assert (rules.unseen(), rules.see(1, NOON), rules.unseen()) == (2, 1, 1)
        assert [row["id"] for row in rules.inbox(unseen=True)] == [2]
        assert [look.id for look in rules.looks_since(0, 10)] == [1]


def test_a_digest_is_closed_once_and_its_messages_run_their_course(home: Path) -> None:
    with opened(home) as engine:
        rule, rules, outbox = kept(engine), Rules(engine), Outbox(engine)
        rules.decide(rule, Found([event("a")], {}, BASE), NOON)
        to = [Sendable(1, "msg_1", NOON), Sendable(2, "msg_2", NOON + HOUR)]
        body = {"type": "alert.fired", "data": {"total": 1}}
        assert outbox.gather(rule, NOON, to, lambda _rows, _total: body, NOON) == 1
        assert outbox.gather(rule, NOON + HOUR, to, lambda _rows, _total: body, NOON) == 0
        assert rules.all()[0].digest_at == NOON + HOUR
        [first] = outbox.ready(NOON)
        assert (first.key, first.body, first.channel.secret) == ("msg_1", body, "whsec_bmV3")
        outbox.end(first, Ending("failed", "500", "waiting", NOON + HOUR, failed=True), NOON)
        assert outbox.ready(NOON) == []
        second, third = outbox.ready(NOON + HOUR)
        assert (second.tries, second.channel.failing_since, second.channel.failures) == (1, NOON, 1)
        outbox.hand_over(third, NOON + HOUR)
        assert outbox.end_interrupted("cut off", NOON + HOUR) == 1
        notice = (rule.id, Sendable(2, "msg_3", NOON), {"type": "channel.disabled", "data": {}})
        gone = Ending("gone", "410", "off", NOON, failed=True, disable="410", notices=[notice])
        outbox.end(second, gone, NOON + HOUR)
        assert rules.channels()[1].disabled_why == "410"
        log = outbox.log()
        assert [(row["message_id"], row["state"], row["tries"]) for row in log] == [
            ("msg_3", "waiting", 0), ("msg_2", "unknown", 1), ("msg_1", "off", 2),
        ]  # fmt: skip
        assert [each["outcome"] for each in log[2]["attempts"]] == ["failed", "gone"]
        assert not outbox.replay(log[0]["id"], NOON)  # it waits
        assert outbox.replay(log[1]["id"], NOON)
        assert rules.enable(1)
        assert rules.channels()[1].disabled_at is None


def test_what_goes_along_with_others_waits_for_them(home: Path) -> None:
    with opened(home) as engine:
        rule, outbox = kept(engine), Outbox(engine)
        Rules(engine).decide(rule, Found([event("a", is_alert=False)], {}, BASE), NOON)
        told: list[int] = []

        def compose(rows: object, total: int) -> dict[str, object]:
            told.append(total)
            return {"type": "alert.fired", "data": {}}

        assert outbox.gather(rule, NOON, [Sendable(1, "msg_1", NOON)], compose, NOON) == 0
        Rules(engine).decide(rule, Found([event("b")], {}, BASE), NOON)
        assert outbox.gather(rule, NOON, [Sendable(1, "msg_1", NOON)], compose, NOON) == 2
        assert told == [2]


def test_one_message_id_is_one_message(home: Path) -> None:
    with opened(home) as engine:
        rule, outbox = kept(engine), Outbox(engine)
        body = {"type": "alert.test", "data": {}}
        outbox.put(rule.id, Sendable(1, "msg_1", NOON), body, NOON)
        with pytest.raises(sa.exc.IntegrityError):
            outbox.put(rule.id, Sendable(1, "msg_1", NOON), body, NOON)
