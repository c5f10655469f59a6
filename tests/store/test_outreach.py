"""Does the board keep what happened, whole and in order, and let go of what names a person?"""

import multiprocessing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from backlit.errors import CardUnknown, UsageError
from backlit.prospect.outreach import Manners, judge_by
from backlit.store.contacts import Contacts
from backlit.store.database import opened, writing
from backlit.store.outreach import Board, Card, Draft
from backlit.store.outreach_tables import CARDS, DRAFTS, GROUNDS, SENDS, SUPPRESSED, TRAIL
from backlit.store.sends import Held, Sends

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
ANN = "ann@blog.test"
JUDGE = judge_by(Manners(on=True))


def card(domain: str = "blog.test", **more: object) -> Card:
    known = {"contact": f"ann@{domain}", "country": "US", "url": f"https://{domain}/links", **more}
    return Card("shop.test", "resource", domain, NOW, **known)  # type: ignore[arg-type]


def mail(of: Card, content: bytes = b"To: ann\r\n\r\nHello\r\n") -> Draft:
    return Draft(of.id, of.revision, "x", "mail", of.contact, "Hi", "Hello", content, NOW)


def approved(board: Board, domain: str = "blog.test") -> tuple[Card, Draft]:
    kept, _ = board.add(card(domain), "me", "")
    draft = board.draft(mail(kept), "me")
    board.approve(kept.id, draft.digest, "me", NOW)
    return kept, draft


def test_a_card_is_kept_once_and_moves_back_and_forth(home: Path) -> None:
    with opened(home) as engine:
        board = Board(engine)
        kept, is_new = board.add(card(name="Ännchen 日本"), "me", "a good list")
        assert (kept.id, is_new) == (1, True)
        assert board.add(card(), "you", "") == (kept, False)
        moved, event = board.move(1, "qualified", "me", "fits", NOW)
        assert (moved.stage, event) == ("qualified", 2)
        assert board.move(1, "qualified", "me", "", NOW) == (moved, None)
        assert board.undo(2, "me", "by mistake", NOW).stage == "new"
        assert [(each.what, each.was, each.stage, each.undoes) for each in board.log()] == [
            ("undone", "qualified", "new", 2), ("moved", "new", "qualified", None),
            ("added", None, "new", None),
        ]  # fmt: skip
        assert board.check() is None
        with pytest.raises(UsageError, match="card 1 was moved since"):
            board.undo(2, "me", "", NOW)
        for number in (9, 0, -1, 1 << 40):
            with pytest.raises(CardUnknown):
                board.one(number)
            with pytest.raises(UsageError):
                board.undo(number, "me", "", NOW)


def test_a_card_that_ended_does_not_keep_a_new_one_away(home: Path) -> None:
    with opened(home) as engine:
        board = Board(engine)
        first, _ = board.add(card(), "me", "")
        board.move(first.id, "lost", "me", "", NOW)
        assert board.add(card(), "me", "")[1]


def test_who_says_no_is_not_written_to_in_any_project(home: Path) -> None:
    with opened(home) as engine:
        board, contacts = Board(engine), Contacts(engine)
        kept, _ = approved(board)
        board.move(kept.id, "no", "me", "leave me alone", NOW, stop=True)
        assert contacts.is_suppressed("Ann@Blog.test")
        assert not contacts.is_suppressed("ben@blog.test")
        contacts.suppress("evil.test", "me", "", NOW)
        assert contacts.is_suppressed("x@mail.evil.test")
        assert contacts.is_suppressed(None, "www.evil.test")
        assert not contacts.is_suppressed("x@notevil.test", None)
        assert contacts.lift("evil.test", "me", "wrong one", NOW)
        assert not contacts.lift("evil.test", "me", "", NOW)
        assert [each.text for each in contacts.suppressed()] == [ANN]


def test_only_the_very_bytes_that_were_read_are_approved(home: Path) -> None:
    with opened(home) as engine:
        board = Board(engine)
        kept, _ = board.add(card(), "me", "")
        with pytest.raises(UsageError, match="there is none that holds"):
            board.approve(kept.id, "00" * 32, "me", NOW)
        first = board.draft(mail(kept), "me")
        for wrong in ("", "00" * 32, first.digest[:7]):
            with pytest.raises(UsageError, match="its bytes are") as refused:
                board.approve(kept.id, wrong, "me", NOW)
            assert first.digest not in str(refused.value)
        board.approve(kept.id, first.digest[:12], "me", NOW)
        assert board.approved(first) == ("me", NOW)
        second = board.draft(mail(kept, b"other\r\n"), "me")
        assert board.approved(second) is None
        assert board.drafts([kept.id]) == {kept.id: second}
        changed = board.change(kept.id, "me", "", NOW, contact="ben@blog.test")
        assert board.drafts([kept.id]) == {}
        with pytest.raises(UsageError, match="was changed meanwhile"):
            board.draft(mail(kept), "me")
        assert board.change(kept.id, "me", "", NOW, contact="ben@blog.test") == changed
        form = Draft(kept.id, 1, "x", "form", None, "Hi", "Hello", None, NOW)
        board.draft(form, "me")
        with pytest.raises(UsageError, match="contact form"):
            board.approve(kept.id, "", "me", NOW)


def test_a_message_is_claimed_once_and_one_cut_off_is_never_sent_again(home: Path) -> None:
    with opened(home) as engine:
        board, sends = Board(engine), Sends(engine)
        kept, draft = approved(board)
        assert sends.approved() == [kept.id]
        assert sends.queue(kept.id, JUDGE, "me", NOW) is None
        (send,) = sends.ready(NOW)
        assert sends.may_go(send, JUDGE, NOW) is None
        assert sends.claim(send, JUDGE, NOW) is None
        assert sends.claim(send, JUDGE, NOW) == Held("it is handing")
        assert sends.end_interrupted("cut off", NOW) == 1
        assert sends.ready(NOW) == []
        assert board.one(kept.id).stage == "contacted"
        held = sends.queue(kept.id, JUDGE, "me", NOW + timedelta(days=5))
        assert held == Held("this very message is unknown already; draft another")
        assert [(each.state, each.tries, each.detail) for each in sends.all()] == [("unknown", 1, "cut off")]
        assert sends.approved() == []
        assert sends.of(draft.id) == sends.all()[0]


def test_what_changes_after_approval_keeps_a_message_from_going(home: Path) -> None:
    with opened(home) as engine:
        board, sends, contacts = Board(engine), Sends(engine), Contacts(engine)
        kept, draft = approved(board)
        sends.queue(kept.id, JUDGE, "me", NOW)
        (send,) = sends.ready(NOW)
        with writing(engine) as connection:
            connection.execute(DRAFTS.update().values(content=b"other"))
        assert sends.claim(send, JUDGE, NOW) == Held("its bytes are not those of the draft")
        with writing(engine) as connection:
            connection.execute(DRAFTS.update().values(content=draft.content))
        assert sends.queue(kept.id, JUDGE, "me", NOW) is None  # a stopped one may be asked for again
        contacts.suppress("blog.test", "me", "", NOW)
        held = sends.claim(send, JUDGE, NOW)
        assert held is not None
        assert held.why == "they are not written to"
        assert [each.what for each in board.log(limit=2)] == ["stopped", "suppressed"]
        contacts.lift("blog.test", "me", "", NOW)
        late = NOW + timedelta(days=8)
        sends.queue(kept.id, JUDGE, "me", NOW)
        assert sends.claim(send, JUDGE, late) == Held("the approval is older than 7 days: draft again")


def test_caps_and_pauses_make_a_message_wait(home: Path) -> None:
    with opened(home) as engine:
        board, sends = Board(engine), Sends(engine)
        judge = judge_by(Manners(on=True, daily=2))
        for number, domain in enumerate(("a.test", "b.test", "c.test")):
            sends.queue(approved(board, domain)[0].id, judge, "me", NOW + timedelta(seconds=number))
        waits = []
        for number, send in enumerate(sends.ready(NOW + timedelta(minutes=1))):
            at = NOW + timedelta(seconds=40 * number)
            waits.append(sends.may_go(send, judge, at))
            if waits[-1] is None:
                assert sends.claim(send, judge, at) is None
                sends.end(send, "sent", "250", at, at)
        assert waits[0] is None
        assert waits[1] == Held("the last message went a moment ago", NOW + timedelta(seconds=60))
        assert waits[2] is None
        (send,) = sends.ready(NOW + timedelta(minutes=3))
        held = sends.may_go(send, judge, NOW + timedelta(minutes=3))
        assert held == Held("2 messages went out within a day", NOW + timedelta(hours=1, minutes=3))
        assert sends.ready(NOW + timedelta(minutes=5)) == []


def test_whoever_is_forgotten_leaves_what_happened_and_a_refusal(home: Path) -> None:
    with opened(home) as engine:
        board, sends, contacts = Board(engine), Sends(engine), Contacts(engine)
        kept, _ = board.add(card(name="Ann Lee"), "me", "Ann Lee wrote a list")
        contacts.allow(ANN, "relationship", "me", "Ann Lee, the fair", NOW)
        draft = board.draft(mail(kept, b"Hello Ann Lee"), "me")
        board.approve(kept.id, draft.digest, "me", NOW)
        sends.queue(kept.id, JUDGE, "me", NOW)
        before = [(each.id, each.at, each.what, each.card) for each in board.log()]
        assert contacts.forget("Ann@blog.test", "me", NOW) == {"cards": 1, "drafts": 1, "events": 6}
        with engine.connect() as connection:
            tables = (CARDS, TRAIL, DRAFTS, SENDS, SUPPRESSED, GROUNDS)
            everything = str([connection.execute(sa.select(table)).all() for table in tables])
        assert "ann" not in everything.lower().replace("shannon", "")
        log = board.log()
        assert [(each.id, each.at, each.what, each.card) for each in log[2:]] == before
        assert [each.what for each in log[:2]] == ["forgotten", "suppressed"]
        assert board.check() is None
        assert contacts.is_suppressed(ANN)
        assert sends.ready(NOW) == []
        assert sends.all()[0].state == "stopped"
    files = [path.read_bytes() for path in home.glob("state.sqlite*")]
    assert not any(b"ann@" in each.lower() or b"Ann Lee" in each for each in files)


@pytest.mark.parametrize("column", ["who", "what", "stage", "body", "at"])
def test_a_log_that_was_changed_says_where(home: Path, column: str) -> None:
    with opened(home) as engine:
        board = Board(engine)
        for number in range(3):
            board.add(card(f"b{number}.test"), "me", "")
        with writing(engine) as connection:
            other = {column: 1 if column == "at" else "x"}
            connection.execute(TRAIL.update().where(TRAIL.c.id == 2).values(other))
        assert board.check() == 2
        with writing(engine) as connection:
            connection.execute(TRAIL.delete().where(TRAIL.c.id == 2))
        assert board.check() == 3


def _adds(home: Path, number: int) -> None:
    with opened(home) as engine:
        for each in range(15):
            board = Board(engine)
            kept, _ = board.add(card(f"d{number}-{each}.test"), "me", "")
            board.move(kept.id, "qualified", "me", "", NOW)


def test_two_processes_at_once_lose_no_event(home: Path) -> None:
    with opened(home):
        pass
    context = multiprocessing.get_context("spawn")
    both = [context.Process(target=_adds, args=(home, number)) for number in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    with opened(home) as engine:
        board = Board(engine)
        assert [each.exitcode for each in both] == [0, 0]
        assert len(board.log()) == 60
        assert len(board.all(stage="qualified")) == 30
        assert board.check() is None
