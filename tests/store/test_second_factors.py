"""Is a code good once, whoever brings it, and does what a second factor changes end what was before?"""

import multiprocessing
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from backlit.errors import SignInNeeded, TriedTooOften, UsageError
from backlit.store.account_log import logged
from backlit.store.accounts import Account, Accounts
from backlit.store.database import opened
from backlit.store.passes import Passes
from backlit.store.second_factors import PENDING_FOR, Factor, NewSession, Proof, SecondFactors

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(minutes=1)
HERE = "192.0.2.1"
ANN = Account("ann@shop.test", "Ann", "owner", password="hash")
BEN = Account("ben@shop.test", "Ben", "viewer", password="hash")


def session(token: str, before: str | None = None) -> NewSession:
    return NewSession(token, "Browser <b>", HERE, before)


def turned_on(home: Path) -> Account:
    """An account with a second factor, whose step 100 was used, and two recovery codes."""
    with opened(home) as engine:
        ann, factors = Accounts(engine).add(ANN, "root", NOON), SecondFactors(engine)
        factors.begin(ann, "SECRET", NOON)
        assert factors.turn_on(ann, Proof("SECRET", 100), ["r1", "r2"], session("first"), NOON)
    return ann


def told(home: Path, count: int) -> list[tuple[str, str, str, dict[str, object]]]:
    with opened(home) as engine, engine.connect() as connection:
        return [(each.who, each.what, each.about, dict(each.told)) for each in logged(connection, count)]


def test_what_was_begun_is_off_until_a_code_of_it_is_given(home: Path) -> None:
    with opened(home) as engine:
        ann, passes, factors = Accounts(engine).add(ANN, "root", NOON), Passes(engine), SecondFactors(engine)
        assert passes.sign_in(ann, "old", NOON, "", HERE)
        factors.begin(ann, "LOST", NOON)
        factors.begin(ann, "SECRET", NOON)
        assert factors.of(ann.id) == Factor("SECRET", NOON, None, 0)
        assert (factors.on(), passes.sign_in(ann, "other", NOON, "", HERE)) == (frozenset(), True)
        for wrong in (Proof("SECRET"), Proof("LOST", 100), Proof("SECRET", code="r1")):
            assert not factors.turn_on(ann, wrong, ["r1"], session("new"), NOON)
        assert factors.turn_on(ann, Proof("SECRET", 100), ["r1", "r2"], session("new", "old"), LATER)
        assert factors.of(ann.id) == Factor("SECRET", NOON, LATER, 2)
        assert factors.on() == {ann.id}
        lasting = [token for token in ("old", "other", "new") if passes.of_session(token, LATER)]
        assert lasting == ["new"]
        with pytest.raises(UsageError, match="it is on"):
            factors.begin(ann, "OTHER", LATER)
        assert not factors.turn_on(ann, Proof("SECRET", 101), ["r3"], session("more"), LATER)
    assert told(home, 2) == [
        ("ann@shop.test", "second factor turned on", "ann@shop.test", {}),
        ("ann@shop.test", "wrong code", "ann@shop.test", {}),
    ]


def test_a_password_alone_begins_no_session_and_a_code_does_so_once(home: Path) -> None:
    ann = turned_on(home)
    with opened(home) as engine:
        passes, factors = Passes(engine), SecondFactors(engine)
        assert not passes.sign_in(ann, "waits", NOON, "", HERE)
        assert passes.of_session("waits", NOON) is None
        assert factors.waiting("waits", NOON) == ann
        for used in (Proof("SECRET", 100), Proof("SECRET", 99), Proof("SECRET"), Proof("OTHER", 101)):
            assert not factors.enter("waits", used, session("in"), NOON)
        assert factors.enter("waits", Proof("SECRET", 101), session("in"), NOON)
        found = passes.of_session("in", NOON)
        assert found is not None
        assert (found[1].email, found[0].agent, found[0].address) == (ann.email, "Browser <b>", HERE)
        with pytest.raises(SignInNeeded):
            factors.enter("waits", Proof("SECRET", 102), session("again"), NOON)
        passes.sign_in(ann, "late", NOON, "", HERE)
        with pytest.raises(SignInNeeded, match="no password was given here in the last 5 minutes"):
            factors.enter("late", Proof("SECRET", 102), session("late in"), NOON + PENDING_FOR)
    assert [each[1] for each in told(home, 6)] == [
        *("password given", "signed in", *["wrong code"] * 4),
    ]


def test_a_recovery_code_is_good_once_and_new_ones_end_those_of_before(home: Path) -> None:
    ann = turned_on(home)
    with opened(home) as engine:
        passes, factors = Passes(engine), SecondFactors(engine)
        for token in ("one", "two", "three"):
            passes.sign_in(ann, token, NOON, "", HERE)
        assert factors.enter("one", Proof("SECRET", code="r1"), session("in"), NOON)
        assert not factors.enter("two", Proof("SECRET", code="r1"), session("in 2"), NOON)
        assert not factors.renew(ann, Proof("SECRET", code="r1"), ["n1"], NOON, HERE)
        assert factors.renew(ann, Proof("SECRET", 101), ["n1", "n2", "n3"], NOON, HERE)
        assert not factors.enter("two", Proof("SECRET", code="r2"), session("in 2"), NOON)
        assert factors.enter("two", Proof("SECRET", code="n3"), session("in 2"), NOON)
        assert factors.of(ann.id) == Factor("SECRET", NOON, NOON, 2)
    assert ("ann@shop.test", "recovery code used", "ann@shop.test", {"left": 1}) in told(home, 20)


def test_a_code_of_another_opens_nothing(home: Path) -> None:
    ann = turned_on(home)
    with opened(home) as engine:
        ben, factors = Accounts(engine).add(BEN, "root", NOON), SecondFactors(engine)
        factors.begin(ben, "BENS", NOON)
        assert factors.turn_on(ben, Proof("BENS", 100), ["b1"], session("ben"), NOON)
        Passes(engine).sign_in(ann, "waits", NOON, "", HERE)
        for foreign in (Proof("BENS", 101), Proof("SECRET", code="b1")):
            assert not factors.enter("waits", foreign, session("in"), NOON)


@pytest.mark.parametrize("what", ["off", "taken off", "password", "link", "removed"])
def test_what_ends_sessions_ends_what_waits_for_a_code(home: Path, what: str) -> None:
    ann = turned_on(home)
    with opened(home) as engine:
        accounts, passes, factors = Accounts(engine), Passes(engine), SecondFactors(engine)
        passes.sign_in(ann, "waits", NOON, "", HERE)
        accounts.invite(ann.email, "link", "root", NOON, NOON + timedelta(days=1))
        done: dict[str, Callable[[], object]] = {
            "off": lambda: factors.turn_off(ann, Proof("SECRET", 101), session("next"), NOON),
            "taken off": lambda: factors.take_off(ann, "root", NOON),
            "password": lambda: accounts.set_password(ann.email, "other", NOON, HERE),
            "link": lambda: accounts.choose("link", "other", NOON, HERE),
            "removed": lambda: accounts.remove(ann.email, "root", NOON),
        }
        done[what]()
        with pytest.raises(SignInNeeded):
            factors.enter("waits", Proof("SECRET", 102), session("in"), NOON)
        assert passes.of_session("first", NOON) is None
        stays = what in ("password", "link")
        assert factors.of(ann.id) == (Factor("SECRET", NOON, NOON, 2) if stays else None)
        if what == "removed":
            accounts.add(ANN, "root", LATER)
        assert passes.sign_in(accounts.one(ann.email), "later", LATER, "", HERE) is not stays


def test_taking_off_says_who_did_it_and_nothing_where_there_was_none(home: Path) -> None:
    ann = turned_on(home)
    with opened(home) as engine:
        factors = SecondFactors(engine)
        for _ in range(2):
            factors.take_off(ann, "root", LATER)
    newest = told(home, 2)
    assert newest[0] == ("root", "second factor taken off", "ann@shop.test", {})
    assert newest[1][1] == "second factor turned on"


def test_thirty_wrong_codes_in_a_day_end_codes_and_not_recovery(home: Path) -> None:
    ann = turned_on(home)
    with opened(home) as engine:
        passes, factors = Passes(engine), SecondFactors(engine)
        for token in ("one", "two"):
            passes.sign_in(ann, token, NOON, "", HERE)
        assert not any(factors.enter("one", Proof("SECRET"), session("in"), LATER) for _ in range(30))
        with pytest.raises(TriedTooOften, match="30 wrong codes in a day"):
            factors.enter("one", Proof("SECRET", 101), session("in"), LATER)
        assert factors.enter("one", Proof("SECRET", code="r1"), session("in"), LATER)
        next_day = LATER + timedelta(days=1, seconds=1)
        passes.sign_in(ann, "three", next_day, "", HERE)
        assert factors.enter("three", Proof("SECRET", 101), session("in 3"), next_day)


def test_wrong_codes_before_another_password_was_chosen_count_no_longer(home: Path) -> None:
    ann = turned_on(home)
    with opened(home) as engine:
        passes, factors = Passes(engine), SecondFactors(engine)
        passes.sign_in(ann, "one", NOON, "", HERE)
        assert not any(factors.enter("one", Proof("SECRET"), session("in"), LATER) for _ in range(30))
        changed = LATER + timedelta(seconds=1)
        Accounts(engine).set_password(ann.email, "other", changed, HERE)
        passes.sign_in(Accounts(engine).one(ann.email), "two", changed, "", HERE)
        assert factors.enter("two", Proof("SECRET", 101), session("in"), changed)


def _entered(home: Path, number: int, proof: Proof) -> bool:
    with opened(home) as engine:
        return SecondFactors(engine).enter(f"w{number}", proof, session(f"s{number}"), NOON)


@pytest.mark.parametrize("proof", [Proof("SECRET", 101), Proof("SECRET", code="r1")])
def test_of_several_who_bring_one_code_at_once_one_gets_in(home: Path, proof: Proof) -> None:
    ann = turned_on(home)
    with opened(home) as engine:
        for number in range(3):
            Passes(engine).sign_in(ann, f"w{number}", NOON, "", HERE)
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        let_in = pool.starmap(_entered, [(home, number, proof) for number in range(3)])
    assert sorted(let_in) == [False, False, True]
