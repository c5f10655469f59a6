"""Does only what was approved go out, once, to those who may be written to?"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from backlit import app
from backlit.cli.root import run
from backlit.errors import ConfigError, NothingNamed, UsageError
from tests.alerts.sinks import mail_server
from tests.outreach.world import MAIL, World, network_to, world


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with world(tmp_path, monkeypatch) as found:
        yield found


def test_what_arrives_is_what_was_approved_to_the_byte(made: World) -> None:
    card = made.ready(name="Ed")
    shown = made.show(card)["draft"]
    assert made.send() == [(card, "sent")]
    (got,) = made.mailbox.letters
    assert got["Message-ID"] in shown["bytes"]
    assert got.get_content() == made_text(shown["bytes"])
    assert made.mailbox.logins == [(b"me", b"right")]
    row = made.show(card)
    assert (row["stage"], row["draft"]["state"]) == ("contacted", "sent")
    assert row["due"] is not None
    assert [each["what"] for each in row["log"]] == ["due", "sent", "queued", "approved", "drafted", "added"]
    assert made.send(day=30) == []
    with pytest.raises(UsageError, match="sent already"):
        made.send(card, day=40)


def made_text(content: str) -> Any:
    from email import message_from_string, policy

    return message_from_string(content, policy=policy.default).get_content()


def test_nothing_goes_before_it_was_approved_nor_after_it_changed(made: World) -> None:
    card = made.add()
    with pytest.raises(UsageError, match="there is no draft"):
        made.send(card)
    made.draft(card)
    assert made.send() == []
    with pytest.raises(UsageError, match="nobody approved these bytes"):
        made.send(card)
    made.approve(card)
    made.draft(card)
    assert made.send() == []
    made.approve(card)
    app.outreach_edit(made.home, card, contact="other@blog.test")
    assert made.send() == []
    with pytest.raises(UsageError, match="no draft of the card as it is now"):
        made.send(card)
    assert made.mailbox.letters == []


def test_the_list_holds_at_every_step(made: World) -> None:
    cards = [made.ready(f"b{number}.test") for number in range(2)]
    app.outreach_suppress(made.home, "ed@b0.test", why="asked")
    app.outreach_move(made.home, cards[1], "no")
    with pytest.raises(UsageError, match="they are not written to"):
        made.send(cards[0])
    with pytest.raises(UsageError, match="the card is no"):
        made.send(cards[1])
    assert made.send() == [(cards[0], "stopped"), (cards[1], "stopped")]
    for domain in ("b0.test", "b1.test"):
        with pytest.raises(UsageError, match="not written to"):
            made.add(domain, contact=f"ed@{domain}", kind="gap")
    with pytest.raises(UsageError, match="not written to"):
        made.draft(cards[0])
    assert made.mailbox.letters == []


@pytest.mark.parametrize(
    ("recipient", "reply", "states", "arrived"),
    [
        ("550 unknown", "250 taken", ["failed"], 0),
        ("450 later", "250 taken", ["waiting"], 0),
        ("250 ok", "554 spam", ["failed"], 0),
        ("250 ok", "451 later", ["waiting"], 0),
        ("250 ok", None, ["unknown"], 1),
    ],
)
def test_what_the_server_says_is_put_down(
    made: World, recipient: str, reply: str | None, states: list[str], arrived: int
) -> None:
    made.mailbox.recipient, made.mailbox.reply = recipient, reply
    card = made.ready()
    assert [state for _, state in made.send()] == states
    assert len(made.mailbox.letters) == arrived
    made.mailbox.recipient, made.mailbox.reply = "250 ok", "250 taken"
    assert made.send(day=0.01) == ([(card, "sent")] if states == ["waiting"] else [])
    assert len(made.mailbox.letters) == (1 if states == ["waiting"] else arrived)


def test_a_server_that_stays_away_is_given_up_after_six_tries(made: World) -> None:
    made.mailbox.reply = "451 later"
    card = made.ready()
    states = [made.send(day=number * 1.01) for number in range(7)]
    assert states == [*[[(card, "waiting")]] * 5, [(card, "failed")], []]


def test_a_reminder_waits_two_weeks_and_three_messages_are_enough(made: World) -> None:
    card = made.ready()
    days = []
    for day in range(0, 80, 5):
        made.day = float(day)
        if made.show(card)["draft"]["state"] == "sent" or (
            made.show(card)["draft"]["approved_at"] is not None and day > 0
        ):
            made.draft(card)
            made.approve(card)
        days += [day for _, state in made.send() if state == "sent"]
    assert days == [0, 15, 30]
    with pytest.raises(UsageError, match="that is enough"):
        made.send(card)
    assert len({letter["Subject"] for letter in made.mailbox.letters}) == 2


def test_words_that_were_used_are_not_listed_once_more(made: World) -> None:
    by_server, by_hand, waits, over = (made.ready(f"{name}.test") for name in ("srv", "hand", "wait", "over"))
    assert made.send(by_server) == [(by_server, "sent")]
    app.outreach_move(made.home, by_hand, "contacted", clock=lambda: made.now)
    app.outreach_move(made.home, over, "lost", clock=lambda: made.now)

    def listed() -> set[int]:
        return {row["id"] for row in app.outreach_ls(made.home, drafts=True).rows if row["mailto"]}

    assert listed() == {waits}
    made.day = 20.0
    made.draft(by_hand)  # a reminder
    assert listed() == {waits, by_hand}


def test_no_more_than_the_day_allows(made: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKLIT_OUTREACH_DAILY", "3")
    for number in range(5):
        made.ready(f"b{number}.test")
    sent = 0
    for minute in range(10):
        sent += sum(state == "sent" for _, state in made.send(day=minute / 700))
    assert sent == len(made.mailbox.letters) == 3
    rows = app.outreach_send(made.home, dry_run=True, clock=lambda: made.now).rows
    assert rows == []


def test_a_dry_run_says_what_would_go_and_changes_nothing(made: World) -> None:
    card = made.ready()
    made.draft(made.add("blog.de", contact="ed@blog.test"))
    before = app.outreach_log(made.home).rows
    rows = app.outreach_send(made.home, dry_run=True, clock=lambda: made.now).rows
    assert [(row["card"], row["state"]) for row in rows] == [(card, "would go")]
    assert app.outreach_log(made.home).rows == before
    assert made.mailbox.letters == []


def test_sending_is_off_until_somebody_says_on(made: World, monkeypatch: pytest.MonkeyPatch) -> None:
    made.ready()
    for value in ("", "off"):
        monkeypatch.setenv("BACKLIT_OUTREACH_SEND", value)
        with pytest.raises(ConfigError, match="sending is off"):
            made.send()
    monkeypatch.setenv("BACKLIT_OUTREACH_SEND", "on")
    with pytest.raises(ConfigError, match="BACKLIT_SMTP_URL"):
        app.outreach_send(made.home)


def test_a_server_without_tls_gets_nothing(made: World) -> None:
    card = made.ready()
    with mail_server(made.mailbox, starttls=False) as port:
        made.network = network_to(port)
        assert made.send() == [(card, "waiting")]
    assert MAIL.scheme == "smtp"
    assert made.mailbox.letters == []


def test_who_is_forgotten_is_not_written_to_any_more(made: World) -> None:
    card = made.ready(name="Ed Ward")
    app.outreach_forget(made.home, "ED@blog.test")
    assert made.send() == []
    row = made.show(card)
    assert (row["contact"], row["name"], row["draft"]) == (None, None, None)
    assert "Ed Ward" not in str(row)
    assert app.outreach_check(made.home).row == {"whole": True, "broken_at": None}
    with pytest.raises(UsageError, match="not written to"):
        made.add(kind="gap")


def test_what_a_site_agreed_to_is_not_for_a_mailbox_elsewhere(made: World) -> None:
    app.outreach_allow(made.home, "blog.test", "consent", why="wrote to us")
    card = made.add(contact="writer@web.de", country=None)
    assert made.draft(card)["draft"]["way"] == "form"
    assert made.show(card)["basis"] is None
    app.outreach_allow(made.home, "writer@web.de", "consent", why="wrote to us")
    made.draft(card)
    made.approve(card)
    app.outreach_allow(made.home, "writer@web.de", "consent", why="no more", withdraw=True)
    assert made.send() == [(card, "stopped")]


@pytest.mark.parametrize(
    "host", ["gmail.com", "outlook.com", "web.de", "gmx.de", "yahoo.co.uk", "co.uk", "com", "github.io"]
)
def test_nobody_agrees_for_all_at_a_host_of_strangers(made: World, host: str) -> None:
    with pytest.raises(UsageError):
        app.outreach_allow(made.home, host, "consent", why="wrote to us")
    if host != "com":
        assert (
            app.outreach_allow(made.home, f"ann@{host}", "consent", why="wrote").row["text"] == f"ann@{host}"
        )


def test_a_host_and_a_mailbox_with_a_tag_are_covered_by_the_list(made: World) -> None:
    cards = [made.ready("shop.big.test", contact="bob@else.test"),
             made.ready("blog.test", contact="ann+tag@mail.test")]  # fmt: skip
    app.outreach_suppress(made.home, "shop.big.test", why="asked")
    app.outreach_suppress(made.home, "ann@mail.test", why="asked")
    assert made.send() == [(card, "stopped") for card in cards]
    for card in cards:
        assert made.show(card)["suppressed"] is True
        with pytest.raises(UsageError, match="not written to"):
            made.draft(card)
    with pytest.raises(UsageError, match="not written to"):
        made.add("www.shop.big.test", contact="x@else.test")
    assert made.draft(made.add("www.big.test", contact="annie@mail.test"))["draft"]["way"] == "mail"


def test_a_draft_of_last_week_is_neither_approved_nor_sent(made: World) -> None:
    cards = [made.add(f"b{number}.test") for number in range(2)]
    for card in cards:
        made.draft(card)
    made.day = 6
    made.approve(cards[0])
    made.day = 7.01
    with pytest.raises(UsageError, match="older than 7 days"):
        made.approve(cards[1])
    with pytest.raises(UsageError, match="the draft is older than 7 days"):
        made.send(cards[0])
    assert made.send() == [(cards[0], "stopped")]
    assert made.mailbox.letters == []


def test_who_was_written_to_is_meant_by_no(made: World) -> None:
    card = made.ready()
    made.send()
    app.outreach_edit(made.home, card, contact="new@blog.test")
    app.outreach_move(made.home, card, "no", clock=lambda: made.now + timedelta(days=1))
    texts = {row["text"] for row in app.outreach_suppressed(made.home).rows}
    assert texts == {"ed@blog.test", "new@blog.test"}


def test_cards_are_named_or_all_of_them_are_meant(made: World) -> None:
    cards = [made.ready("one.test"), made.ready("two.test"), made.ready("three.test")]
    with pytest.raises(NothingNamed, match="no card is named"):
        app.chosen_cards([], everything=False)
    with pytest.raises(UsageError, match="cards are named, and all of them"):
        app.chosen_cards(cards, everything=True)
    assert app.chosen_cards(None, everything=True) is None
    chosen = app.chosen_cards([cards[2], cards[0], cards[2]], everything=False)
    rows = app.outreach_send(made.home, chosen, network=made.network, mail=MAIL, clock=lambda: made.now).rows
    assert {row["card"] for row in rows} == {cards[0], cards[2]}
    assert {letter["To"] for letter in made.mailbox.letters} <= {"ed@one.test", "ed@three.test"}


def test_the_command_wants_to_be_told_which(made: World, capsys: pytest.CaptureFixture[str]) -> None:
    card = made.ready()
    assert run(["outreach", "send", "--dir", str(made.home)]) == 2
    assert "no card is named" in capsys.readouterr().err
    assert run(["outreach", "send", str(card), "--dry-run", "--dir", str(made.home)]) == 0
    assert run(["outreach", "send", "--all", "--dry-run", "--dir", str(made.home)]) == 0
    assert made.mailbox.letters == []
