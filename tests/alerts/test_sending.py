"""Does every message arrive once, by webhook and by mail, whatever stands in its way?"""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from backlit.app import alerting
from backlit.errors import ConfigError, UsageError
from backlit.index.storage import ALERT_LOCK, write_lock
from backlit.net.guard import Guard
from backlit.net.mail import MailServer
from backlit.store.alerts import Event, Found, Rules
from backlit.store.database import opened
from tests.alerts.sinks import mail_server, verified
from tests.alerts.world import HOOK, World, with_mail, world
from tests.monitor.served import said
from tests.servers import CUT

HOUR = 1 / 24
ME = "me@shop.example"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path, crawled=False) as made:
        yield made


def find(here: World, name: str = "one", alert: int = 1, words: str = "the best tea") -> None:
    """Let a rule find a loss, without a web that has one."""
    told = {
        "reason": "removed", "source_url": f"http://{name}.example/post", "target_url": "https://target.example/tea",
        "link": None, "anchor": words, "evidence": None, "before": None, "after": None, "seen_by": "crawl",
    }  # fmt: skip
    with opened(here.home) as engine:
        rules = Rules(engine)
        [rule] = [each for each in rules.all() if each.id == alert]
        event = Event(f"{name} {here.day}", "lost", here.now, told)
        assert rules.decide(rule, Found([event], {}, rule.base), here.now) == 1


def states(here: World) -> list[tuple[str, str, int]]:
    return [(row["channel"].partition(":")[0], row["state"], row["tries"]) for row in reversed(here.log)]


# webhooks -----------------------------------------------------------------------


def test_a_message_is_signed_as_the_standard_says(here: World) -> None:
    secret = here.add(HOOK)["channels"][0]["secret"]
    find(here)
    here.run()
    [request] = here.hook.got
    assert (request.method, request.path, request.secure) == ("POST", "/in", True)
    assert request.headers["content-type"] == "application/json"
    assert request.headers["webhook-timestamp"] == str(int(here.now.timestamp()))
    assert verified(request, secret)
    assert not verified(request, "whsec_AAAA")
    body = json.loads(request.body)
    assert (body["type"], body["timestamp"]) == ("alert.fired", "2026-03-01T12:00:00Z")
    assert body["data"] == {
        "alert": 1, "target": "target.example", "q": "", "cadence": "now", "total": 1, "counts": {"lost": 1},
        "events": [{
            "type": "link.lost", "id": 1, "at": "2026-03-01T12:00:00+00:00", "reason": "removed",
            "source_url": "http://one.example/post", "target_url": "https://target.example/tea",
            "anchor": "the best tea", "evidence": None, "before": None, "after": None,
        }],
        "url": "http://127.0.0.1:8000/alerts", "api": "http://127.0.0.1:8000/api/v1/alerts/events?alert=1",
    }  # fmt: skip


def test_for_a_day_both_secrets_sign_after_an_exchange(here: World) -> None:
    old = here.add(HOOK)["channels"][0]["secret"]
    new = alerting.alert_rotate(here.home, 1, clock=lambda: here.now).row["secret"]
    for day, is_old_good in ((0.5, True), (1.5, False)):
        here.day = day
        find(here)
        here.run()
        request = here.hook.got[-1]
        assert (verified(request, new), verified(request, old)) == (True, is_old_good)


def test_a_webhook_that_fails_for_a_day_gets_each_message_once(here: World) -> None:
    here.add(HOOK)
    find(here)
    here.hook.answer = [said("broken", status=500)]
    moments = [n * 10 / 1_440 for n in range(24 * 6)]
    for day in moments:
        here.run(day)
    assert here.log[0]["state"] == "waiting"
    assert [each["detail"] for each in here.log[0]["attempts"]] == ["500 broken"] * len(here.hook.got)
    at = [
        round((each["at"] - here.log[0]["added_at"]).total_seconds() / 60) for each in here.log[0]["attempts"]
    ]
    assert at == [
        0,
        10,
        20,
        50,
        170,
        470,
        1_070,
    ]  # 5 s, 5 min, 30 min, 2 h, 5 h, 10 h; asked every ten minutes
    here.hook.answer = [said("", status=204)]
    for day in (1.1, 1.7, 2, 3):
        here.run(day)
    assert len(here.hook.taken) == 1
    assert len({request.headers["webhook-id"] for request in here.hook.got}) == 1
    assert states(here) == [("webhook", "sent", 8)]


def test_all_that_waits_for_a_broken_webhook_arrives_in_the_end(here: World) -> None:
    here.add(HOOK)
    here.hook.answer = [said("", status=503)]
    for n in range(6):
        find(here, f"p{n}")
        here.run(n * HOUR)
    here.hook.answer = [said("")]
    for n in range(6, 40):
        here.run(n * HOUR)
    assert sorted(host for _, host, _ in here.hook.events) == [f"p{n}.example" for n in range(6)]
    assert len(here.hook.taken) == 6


FAILING: dict[str, tuple[list[Any], str]] = {
    "redirect": ([said("", "Location: https://two.example/", status=307)], "307: a redirect is not followed"),
    "not found": ([said("who?", status=404)], "404 who?"),
    "asked to wait": ([said("", "Retry-After: 7200", status=429)], "429"),
    "hangs up": ([CUT], "closed: the connection"),
    "no http": ([b"220 mail.example ESMTP\r\n"], "no-http: "),
}


@pytest.mark.parametrize("name", FAILING)
def test_what_is_no_success_is_tried_again_and_named(name: str, here: World) -> None:
    here.add(HOOK)
    find(here)
    here.hook.answer, said_of_it = FAILING[name]
    here.run()
    [row] = here.log
    assert (row["state"], row["tries"]) == ("waiting", 1)
    assert row["attempts"][0]["detail"].startswith(said_of_it)
    wait = timedelta(seconds=7_200 if name == "asked to wait" else 5)
    assert row["next_at"] == here.now + wait
    assert here.run()["tries"] == {}  # not before its time
    here.hook.answer = [said("")]
    here.run(0.1)
    assert [each[1] for each in here.hook.events] == ["one.example"]
    assert not any(host == "two.example" for host in here.web.asked)  # a redirect leads nowhere


def test_a_slow_webhook_is_given_up_on_by_the_clock_of_the_network(here: World) -> None:
    here.add(HOOK)
    find(here)
    ticks = iter(range(0, 10_000, 7))
    here.network = _with_timer(here, lambda: float(next(ticks)))
    here.hook.answer = [b"HTTP/1.1 200 OK\r\n", b"X-Slow: 1\r\n" * 3, 0.05, b"\r\n"]
    here.run()
    assert here.log[0]["attempts"][0]["detail"] == "timeout: it took more than 20 s in all"


def _with_timer(here: World, timer: Any) -> Any:
    return replace(here.network, timer=timer)


def test_410_turns_a_webhook_off_until_a_test_arrives(here: World) -> None:
    here.add(HOOK)
    find(here)
    here.hook.answer = [said("", status=410)]
    here.run()
    find(here, "two")
    here.run(1)
    assert len(here.hook.got) == 1
    [channel] = alerting.alert_ls(here.home).rows[0]["channels"]
    assert (channel["state"], channel["why"]) == ("off", "the receiver answers 410: it wants no more")
    assert [row["arrived"] for row in here.test()] == [False]
    here.hook.answer = [said("")]
    assert [row["arrived"] for row in here.test()] == [True]
    assert alerting.alert_ls(here.home).rows[0]["channels"][0]["state"] == "on"
    alerting.alert_replay(here.home, here.log[-1]["id"], clock=lambda: here.now)
    here.run(2)
    assert here.hook.events == [("link.lost", "one.example", "removed")]
    assert here.inbox == [("lost", "one.example", "removed"), ("lost", "two.example", "removed")]


def test_after_five_days_a_webhook_is_off_and_the_mailbox_hears_of_it(here: World) -> None:
    with mail_server(here.mailbox) as port:
        with_mail(here, port)
        here.add(HOOK, ME)
        here.hook.answer = [said("", status=500)]
        for n in range(6 * 12):
            if n % 12 == 0:
                find(here, f"p{n}")
            here.run(n / 12)
        [hook] = [each for each in alerting.alert_ls(here.home).rows[0]["channels"] if "hook" in each["name"]]
        assert (hook["state"], hook["why"]) == ("off", "nothing arrived for 5 days: 500")
        subjects = [letter["Subject"] for letter in here.mailbox.letters]
        assert subjects.count("target.example: a channel of your alert was turned off") == 1
        assert subjects.count("target.example: 1 lost") == 6
        asked = len(here.hook.got)
        here.run(7)
        assert len(here.hook.got) == asked


def test_a_clock_that_jumps_turns_nothing_off_and_keeps_nothing_back(here: World) -> None:
    here.add(HOOK)
    find(here)
    here.hook.answer = [said("", status=500)]
    here.run(0)
    here.run(3_650)
    assert here.log[0]["state"] == "waiting"
    here.hook.answer = [said("")]
    here.run(0.5)  # the clock is right again
    assert states(here) == [("webhook", "sent", 3)]
    find(here, "two")
    here.run(0.6)
    here.run(0.4)
    assert [host for _, host, _ in here.hook.events] == ["one.example", "two.example"]


def test_nobody_is_told_of_an_address_that_has_become_private(here: World) -> None:
    here.add(HOOK)
    find(here)
    here.network = replace(here.network, guard=Guard())  # no network of one's own
    here.run()
    assert here.hook.got == []
    assert re.match(
        r"refused: hook\.example is at 127\..*BACKLIT_INTRANET", here.log[0]["attempts"][0]["detail"]
    )


# mail ---------------------------------------------------------------------------


def parts(letter: EmailMessage) -> list[str]:
    """What a letter says, as text and as HTML."""
    found = [letter.get_body((kind,)) for kind in ("plain", "html")]
    return [part.get_content().replace("\r\n", "\n") for part in found if part is not None]


@pytest.fixture
def mailed(here: World) -> Iterator[World]:
    with mail_server(here.mailbox) as port:
        yield with_mail(here, port)


def test_a_letter_says_what_happened_in_text_and_html(mailed: World) -> None:
    mailed.add(ME)
    find(mailed, words='<script>alert(1)</script> "tea"\u202e & Größe \ud800')
    mailed.run()
    [letter] = mailed.mailbox.letters
    assert mailed.mailbox.logins == [(b"me", b"right")]
    names = ("From", "To", "Subject", "Date", "Auto-Submitted")
    assert [letter[name] for name in names] == [
        "alerts@shop.example", ME, "target.example: 1 lost",
        "Sun, 01 Mar 2026 12:00:00 +0000", "auto-generated",
    ]  # fmt: skip
    assert letter["Message-ID"] == f"<{mailed.log[0]['message_id']}@shop.example>"
    text, html = parts(letter)
    line = 'http://one.example/post “<script>alert(1)</script> "tea"<U+202E> & Größe '
    assert text.startswith("1 change of links to target.example.\n\nLost\n- 1 Mar 2026  " + line)
    assert "<script>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "http://127.0.0.1:8000/alerts" in text


ANSWERS = {
    "taken": ("250 taken", "250 ok", "sent", "sent", 1),
    "for now not": ("451 busy", "250 ok", "waiting", "failed", 0),
    "never": ("554 no", "250 ok", "failed", "refused", 0),
    "nobody of that name": ("250 taken", "550 who?", "failed", "refused", 0),
    "greylisted": ("250 taken", "450 later", "waiting", "failed", 0),
    "hung up after it was handed over": (None, "250 ok", "unknown", "unknown", 1),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_what_a_mail_server_says_is_what_is_put_down(name: str, mailed: World) -> None:
    mailed.add(ME)
    find(mailed)
    mailed.mailbox.reply, mailed.mailbox.recipient, state, outcome, letters = ANSWERS[name]
    mailed.run()
    assert (mailed.log[0]["state"], mailed.log[0]["attempts"][0]["outcome"]) == (state, outcome)
    assert len(mailed.mailbox.letters) == letters
    mailed.mailbox.reply, mailed.mailbox.recipient = "250 taken", "250 ok"
    for day in range(1, 6):
        mailed.run(day)
    assert len(mailed.mailbox.letters) == (0 if state == "failed" else 1)  # never twice by our doing


def test_a_letter_of_unknown_fate_is_named_and_may_be_sent_again_by_hand(mailed: World) -> None:
    mailed.add(ME)
    find(mailed)
    mailed.mailbox.reply = None
    mailed.run()
    [attempt] = mailed.log[0]["attempts"]
    assert attempt["detail"].startswith("the server hung up after it was given the message")
    mailed.mailbox.reply = "250 taken"
    alerting.alert_replay(mailed.home, 1, clock=lambda: mailed.now)
    mailed.run(1)
    first, second = mailed.mailbox.letters
    assert first["Message-ID"] == second["Message-ID"]
    assert first.as_bytes() == second.as_bytes()


def test_a_hand_over_that_was_cut_off_is_named(mailed: World) -> None:
    mailed.add(ME)
    find(mailed)
    mailed.mailbox.recipient = "450 later"
    mailed.run()
    with opened(mailed.home) as engine, engine.begin() as connection:
        connection.execute(sa.text("UPDATE alert_deliveries SET state = 'handing'"))
    assert mailed.run(1)["interrupted"] == 1
    assert (mailed.log[0]["state"], mailed.mailbox.letters) == ("unknown", [])
    assert "was stopped while it handed the message over" in mailed.log[0]["attempts"][-1]["detail"]


def test_a_wrong_password_and_a_stranger_s_certificate_are_named(mailed: World) -> None:
    mailed.add(ME)
    find(mailed)
    mailed.mail = MailServer("mail.example", 587, "smtp", "me", "wrong", ME)
    mailed.run()
    mailed.mail = MailServer("other.example", 587, "smtp", "me", "right", ME)
    mailed.run(1)
    said_of_it = [each["detail"] for each in mailed.log[0]["attempts"]]
    assert said_of_it[0].startswith("login: 535 ")
    assert said_of_it[1].startswith("tls-untrusted: certificate: Hostname mismatch")
    assert mailed.log[0]["state"] == "waiting"
    mailed.mail = MailServer("mail.example", 587, "smtp", "me", "right", ME)
    mailed.run(2)
    assert len(mailed.mailbox.letters) == 1


def test_a_server_without_tls_gets_nothing_unless_it_was_named_so(here: World) -> None:
    with mail_server(here.mailbox, starttls=False) as port:
        with_mail(here, port)
        here.add(ME)
        find(here)
        here.mail = MailServer("mail.example", 587, "smtp", None, None, ME)
        here.run()
        assert here.log[0]["attempts"][0]["detail"].startswith("connecting: it offers no STARTTLS")
        here.mail = MailServer("mail.example", 25, "smtp+plain", None, None, ME)
        here.run(1)
        assert len(here.mailbox.letters) == 1


def test_mail_hosts_pass_the_guard_too(mailed: World) -> None:
    mailed.add(ME)
    find(mailed)
    mailed.network = replace(mailed.network, guard=Guard())
    mailed.run()
    assert re.match(r"refused: mail\.example is at 127\.", mailed.log[0]["attempts"][0]["detail"])
    assert mailed.mailbox.logins == []


def test_without_a_mail_server_the_letter_waits_and_says_why(
    here: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BACKLIT_SMTP_URL", raising=False)
    here.add(ME)
    find(here)
    here.mail = None  # type: ignore[assignment]  # as where none is set
    here.run()
    assert here.log[0]["attempts"][0]["detail"].startswith("no mail server: set BACKLIT_SMTP_URL")


SERVERS = {
    "smtps://me%40x.test:p%40ss@mail.test": MailServer(
        "mail.test", 465, "smtps", "me@x.test", "p@ss", "me@x.test"
    ),
    "smtp://mail.test:2525": MailServer("mail.test", 2525, "smtp", None, None, "from@x.test"),
    "smtp+plain://[::1]": MailServer("::1", 25, "smtp+plain", None, None, "from@x.test"),
}


@pytest.mark.parametrize("url", SERVERS)
def test_mail_servers_are_named_by_a_url(url: str) -> None:
    sender = None if "me%40" in url else "from@x.test"
    assert MailServer.parse(url, sender) == SERVERS[url]


@pytest.mark.parametrize(
    "url", ["imap://mail.test", "smtp://", "smtp+plain://me:secret@mail.test", "smtp://me:secret@mail.test:x"]
)
def test_what_is_no_mail_server_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(ConfigError) as caught:
        MailServer.parse(url, "me@x.test")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "sender",
    [
        "a@x.test\r\nBcc: b@x.test", "a@x.test\u2028b", "a@x.test\0", "a@", "@x.test", "a@[", "a b@x.test",
        "a@x.test, b@x.test", "ä@x.test", "<a@x.test", "me", "",
    ],
)  # fmt: skip
def test_what_no_letter_can_be_from_is_refused(sender: str) -> None:
    with pytest.raises(ConfigError) as caught:
        MailServer.parse("smtp://mail.test", sender)
    assert caught.value.do == "Set BACKLIT_MAIL_FROM to an address of yours."


@pytest.mark.parametrize(
    "sender", ["a@x.test", "Alerts of Ä <a@x.test>", '"Doe, J." <a@x.test>', "a@x.test\n"]
)
def test_a_sender_may_have_a_name(sender: str) -> None:
    assert MailServer.parse("smtp://mail.test", sender).sender == sender.strip()


# digests ------------------------------------------------------------------------


def test_a_week_s_changes_are_one_message_on_monday(here: World) -> None:
    here.add(HOOK, cadence="weekly")  # on Sunday 1 March at noon
    for day in (0.1, 0.9, 2, 4):
        here.day = day
        find(here, f"p{day}")
        here.run()
    for day in (5, 6, 7.7, 7.9, 9, 14.8, 21.9):
        here.run(day)
    assert [body["timestamp"][:10] for body in here.hook.bodies] == ["2026-03-02", "2026-03-09"]
    assert [len(body["data"]["events"]) for body in here.hook.bodies] == [2, 2]


def test_a_message_names_how_much_it_leaves_out(mailed: World) -> None:
    mailed.add(HOOK, ME)
    for n in range(203):
        find(mailed, f"p{n}")
    mailed.run()
    [body] = mailed.hook.bodies
    assert (body["data"]["total"], len(body["data"]["events"])) == (203, 200)
    [letter] = mailed.mailbox.letters
    assert letter["Subject"] == "target.example: 203 changes"
    assert "And 3 more changes, on the page of your alerts." in parts(letter)[0]


def test_what_is_found_while_an_alert_is_mute_is_never_sent(here: World) -> None:
    here.add(HOOK)
    alerting.alert_mute(here.home, 1, days=3, clock=lambda: here.now)
    find(here)
    here.run()
    here.run(4)
    find(here, "two")
    here.run()
    assert here.hook.events == [("link.lost", "two.example", "removed")]
    assert len(here.inbox) == 2


def test_letters_wait_for_the_end_of_quiet_hours_and_programs_do_not(mailed: World) -> None:
    mailed.add(HOOK, ME, quiet="11:00-20:00")
    find(mailed)
    mailed.run()
    assert (len(mailed.hook.taken), len(mailed.mailbox.letters)) == (1, 0)
    mailed.run(7.9 * HOUR)
    assert len(mailed.mailbox.letters) == 0
    mailed.run(8 * HOUR)
    assert len(mailed.mailbox.letters) == 1


def test_two_alerts_share_a_channel_and_each_tells_its_own(here: World) -> None:
    assert here.add(HOOK)["channels"][0]["secret"] is not None
    assert here.add(HOOK)["channels"][0] == {
        "id": 1, "name": f"webhook:{HOOK}", "state": "on", "failing_since": None, "why": None, "secret": None,
    }  # fmt: skip
    find(here)
    find(here, alert=2)
    here.run()
    assert [body["data"]["alert"] for body in here.hook.bodies] == [1, 2]


def test_an_alert_that_was_removed_finds_nothing_more_and_sends_what_waits(here: World) -> None:
    here.add(HOOK)
    find(here)
    here.hook.answer = [said("", status=500)]
    here.run()
    alerting.alert_rm(here.home, 1, clock=lambda: here.now)
    here.hook.answer = [said("")]
    here.run(1)
    assert len(here.hook.taken) == 1
    assert alerting.alert_ls(here.home).rows == []


def test_one_process_sends_at_a_time(here: World) -> None:
    here.add(HOOK)
    find(here)
    with write_lock(here.home, name=ALERT_LOCK):
        assert here.run() == {
            "alerts": None, "found": 0, "told": 0, "tries": {}, "interrupted": 0, "problems": [],
            "busy": True,
        }  # fmt: skip
        assert (here.hook.got, here.log) == ([], [])
    assert (here.run()["busy"], len(here.hook.taken)) == (False, 1)


def test_the_inbox_knows_what_was_seen(here: World) -> None:
    here.add()
    find(here)
    find(here, "two")
    assert alerting.alert_inbox(here.home).query["unseen"] == 2
    assert alerting.alert_seen(here.home, 1, clock=lambda: here.now).row == {"seen": 1}
    assert [row["id"] for row in alerting.alert_inbox(here.home, unseen=True).rows] == [2]


@pytest.mark.parametrize("call", ["rm", "mute", "test", "replay", "rotate"])
def test_what_is_not_there_is_named(call: str, tmp_path: Path) -> None:
    calls: dict[str, Any] = {
        "rm": lambda: alerting.alert_rm(tmp_path, 7),
        "mute": lambda: alerting.alert_mute(tmp_path, 7, days=1),
        "test": lambda: alerting.alert_test(tmp_path, 7),
        "replay": lambda: alerting.alert_replay(tmp_path, 7),
        "rotate": lambda: alerting.alert_rotate(tmp_path, 7),
    }
    with pytest.raises(UsageError, match="there is n"):
        calls[call]()
