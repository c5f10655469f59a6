"""Are accounts kept with who changed them, does somebody always keep the keys, and do secrets end in time?"""

import multiprocessing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from backlit.errors import AccessError, AccountUnknown, UsageError
from backlit.store.account_log import AccountEvent, logged
from backlit.store.accounts import Account, Accounts, are_there
from backlit.store.database import opened
from backlit.store.passes import IDLE, LONGEST, Key, Passes

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
ANN = Account("ann@shop.test", "Änn 日本 <b>", "owner", password="hash")
BEN = Account("ben@shop.test", "Ben", "viewer", ("shop", "other"))


def test_accounts_come_back_whole_and_each_change_is_told(home: Path) -> None:
    with opened(home) as engine:
        accounts = Accounts(engine)
        kept = [accounts.add(each, "root", NOON) for each in (ANN, BEN)]
        changed = accounts.change("ben@shop.test", "ann", LATER, role="editor", projects=None, name="Ben")
        assert accounts.change("ben@shop.test", "eve", LATER, role="editor") == changed
    with opened(home) as engine, engine.connect() as connection:
        assert kept == [replace(ANN, id=1, at=NOON, who="root"), replace(BEN, id=2, at=NOON, who="root")]
        assert Accounts(engine).all() == [kept[0], changed]
        assert changed == replace(kept[1], role="editor", projects=None)
        assert logged(connection, 10) == [
            AccountEvent(
                3, LATER, "ann", "account changed", "ben@shop.test",
                {"role": ["viewer", "editor"], "projects": [["shop", "other"], None]}, "",
            ),
            AccountEvent(
                2, NOON, "root", "account added", "ben@shop.test",
                {"role": "viewer", "projects": ["shop", "other"]}, "",
            ),
            AccountEvent(
                1, NOON, "root", "account added", "ann@shop.test", {"role": "owner", "projects": None}, "",
            ),
        ]  # fmt: skip


def test_the_first_account_is_an_owners_and_the_last_owner_stays(home: Path) -> None:
    with opened(home) as engine:
        accounts = Accounts(engine)
        with pytest.raises(UsageError, match=r"only account.*--role owner"):
            accounts.add(BEN, "root", NOON)
        accounts.add(ANN, "root", NOON)
        accounts.add(BEN, "root", NOON)
        with pytest.raises(UsageError, match="account of that address"):
            accounts.add(ANN, "root", NOON)
        with pytest.raises(UsageError, match="last owner"):
            accounts.change("ann@shop.test", "ann", LATER, role="editor")
        with pytest.raises(UsageError, match="last owner"):
            accounts.remove("ann@shop.test", "ann", LATER)
        accounts.remove("ben@shop.test", "ann", LATER)
        accounts.remove("ann@shop.test", "ann", LATER)  # as the last of all
        with engine.connect() as connection:
            assert not are_there(connection)
        assert [each.removed_at for each in accounts.all(removed=True)] == [LATER, LATER]
        again = accounts.add(replace(ANN, name="Ann"), "root", LATER)
        assert (again.id, again.name, accounts.one("ann@shop.test")) == (1, "Ann", again)


def test_a_link_is_good_once_and_until_the_next(home: Path) -> None:
    until = NOON + timedelta(days=7)
    with opened(home) as engine:
        accounts = Accounts(engine)
        accounts.add(ANN, "root", NOON)
        accounts.add(BEN, "root", NOON)
        for token in ("one", "two"):
            accounts.invite("ben@shop.test", token, "ann", NOON, until)
        for gone, at in (("one", LATER), ("none", LATER), ("two", until + timedelta(seconds=1))):
            with pytest.raises(AccountUnknown, match="used, is too old"):
                accounts.invited(gone, at)
        passes = Passes(engine)
        passes.sign_in(accounts.one("ben@shop.test"), "before", NOON, "", "")
        chosen = accounts.choose("two", "hashed", LATER, "192.0.2.1")
        assert (chosen.email, chosen.password) == ("ben@shop.test", "hashed")
        assert passes.of_session("before", LATER) is None  # whoever had the old password is out
        with pytest.raises(AccountUnknown):
            accounts.choose("two", "other", LATER, "")
        assert accounts.one("ben@shop.test").password == "hashed"


def test_a_link_of_the_first_account_makes_no_second(home: Path) -> None:
    with opened(home) as engine:
        accounts = Accounts(engine)
        accounts.invite(None, "one", "up", NOON, LATER)
        assert accounts.invited("one", NOON) is None
        with pytest.raises(AccountUnknown):
            accounts.choose("one", "hashed", NOON, "")
        accounts.found("one", ANN, NOON, "192.0.2.1")
        accounts.invite(None, "two", "up", NOON, LATER)
        for token in ("one", "two"):
            with pytest.raises(AccountUnknown):
                accounts.found(token, replace(ANN, email="eve@evil.test"), NOON, "")
        assert [each.email for each in accounts.all()] == ["ann@shop.test"]


def _found(home: Path, number: int) -> bool:
    with opened(home) as engine:
        try:
            Accounts(engine).found("one", replace(ANN, email=f"{number}@shop.test"), NOON, "")
        except AccountUnknown:
            return False
    return True


def test_of_several_who_use_one_link_at_once_one_gets_in(home: Path) -> None:
    with opened(home) as engine:
        Accounts(engine).invite(None, "one", "up", NOON, LATER)
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        let_in = pool.starmap(_found, [(home, number) for number in range(3)])
    assert sorted(let_in) == [False, False, True]
    with opened(home) as engine:
        assert len(Accounts(engine).all()) == 1


def test_a_session_ends_where_it_is_not_used_and_at_the_latest(home: Path) -> None:
    with opened(home) as engine:
        account, passes = Accounts(engine).add(ANN, "root", NOON), Passes(engine)
        passes.sign_in(account, "t", NOON, "Browser <b>", "192.0.2.1")
        found = passes.of_session("t", NOON + IDLE - timedelta(seconds=1))
        assert found is not None
        assert found[1] == account
        assert (found[0].agent, found[0].address) == ("Browser <b>", "192.0.2.1")
        at = NOON
        while at < NOON + LONGEST - IDLE:
            at += IDLE - timedelta(hours=1)
            assert passes.of_session("t", at) is not None
        assert [each.seen_at for each in passes.sessions(account.id, at)] == [at]
        assert passes.of_session("t", NOON + LONGEST) is None
        passes.sign_in(account, "u", NOON, "", "")
        assert passes.of_session("u", NOON + IDLE) is None
        passes.sign_in(account, "v", NOON, "", "")
        passes.sign_out(account, None, LATER, "")
        assert passes.of_session("v", LATER) is None


def test_a_password_that_was_changed_while_it_was_looked_at_begins_no_session(home: Path) -> None:
    with opened(home) as engine:
        accounts, passes = Accounts(engine), Passes(engine)
        known = accounts.add(ANN, "root", NOON)
        for change in (
            lambda: accounts.set_password(known.email, "other", NOON, ""),
            lambda: accounts.remove(known.email, "root", NOON),
        ):
            change()
            with pytest.raises(AccessError, match="changed meanwhile"):
                passes.sign_in(known, "t", LATER, "", "")
            assert passes.of_session("t", LATER) is None


def test_a_key_ends_in_time_by_hand_and_with_its_account(home: Path) -> None:
    with opened(home) as engine:
        accounts, passes = Accounts(engine), Passes(engine)
        accounts.add(ANN, "root", NOON)
        ben = accounts.add(BEN, "root", NOON)
        mine = Key("00aa", "Skript", "read", NOON + timedelta(days=1), "ben@shop.test", ("shop",))
        other = Key("00bb", "Here", "admin", NOON + timedelta(days=9))
        passes.add_key(mine, "hash-a", ben.id, "ben", NOON)
        passes.add_key(other, "hash-b", None, "root", NOON)
        kept = replace(mine, at=NOON, who="ben")
        assert passes.of_key("00aa", LATER) == (kept, "hash-a", ben)
        assert passes.of_key("00aa", NOON + timedelta(days=2)) is None
        passes.used(kept, LATER)
        assert [(each.id, each.used_at) for each in passes.keys(ben.id)] == [("00aa", LATER)]
        for wrong, account in (("00cc", None), ("00bb", ben.id)):
            with pytest.raises(AccountUnknown):
                passes.end_key(wrong, "ben", LATER, account=account)
        accounts.remove("ben@shop.test", "ann", LATER)
        assert passes.of_key("00aa", LATER) is None
        assert [each.id for each in passes.keys(None)] == ["00bb"]
        assert passes.end_key("00bb", "ann", LATER).ended_at == LATER
        assert passes.of_key("00bb", LATER) is None
