"""Does a state of any earlier version become one of this, whole, whenever it is stopped?"""

import os
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import alembic.command  # loaded before a child is forked, not in each
import psycopg
import pytest
import sqlalchemy as sa

from backlit.store import account_tables, alert_tables, database, outreach_tables, place
from backlit.store.database import newest, opened, writing
from backlit.store.place import FILE
from backlit.store.tables import METADATA

LOADED = (alembic.command, psycopg, account_tables, alert_tables, outreach_tables)

Rows = dict[str, list[dict[str, Any]]]

#: What a state of each version holds that those before it could not. A new migration adds its rows here.
ROWS: dict[int, Rows] = {
    1: {
        "looks": [
            {"id": 1, "source_url": "https://blog.test/post", "target_url": "https://shop.test/", "kind": "a",
             "at": 1772366400250000, "verdict": "live", "held": None,
             "told": '{"verdict": "live", "reasons": [], "after": {"anchor": "Läden 日本"}}'},
            {"id": 2, "source_url": "https://blog.test/gone", "target_url": "", "kind": "",
             "at": 1772366400250000, "verdict": "missing", "held": "0001.warc.gz",
             "told": '{"verdict": "missing", "reasons": ["page-gone"], "after": null}'},
        ],
        "monitors": [
            {"id": 1, "url": "https://blog.test/post", "target": "shop.test", "kind": "compensated",
             "anchor": "Läden", "promised_url": "https://shop.test/", "added_at": 1772366400250000,
             "removed_at": None},
            {"id": 2, "url": "https://blog.test/gone", "target": "shop.test", "kind": "earned",
             "anchor": None, "promised_url": None, "added_at": 1772366400250000,
             "removed_at": 1772366400250000},
        ],
    },
    2: {
        "answers": [
            {"id": 1, "url": "https://blog.test/post", "etag": 'W/"é"', "modified": None,
             "at": 1772366400250000, "file": "verify-1-001.warc.gz", "offset": 1 << 40, "length": 900},
        ],
    },
    3: {
        "alert_channels": [
            {"id": 1, "kind": "webhook", "address": "https://hook.test/in", "secret": "whsec_bmV3",
             "old_secret": "whsec_b2xk", "old_until": 1772452800000000, "added_at": 1772366400250000,
             "failing_since": 1772366400250000,
             "failures": 3, "disabled_at": None, "disabled_why": None},
        ],
        "alert_rules": [
            {"id": 1, "target": "shop.test", "scope": None, "q": "rel:follow", "kinds": "lost changed",
             "channels": "1", "cadence": "weekly", "quiet": "22:00-07:00", "token": "00ff",
             "added_at": 1772366400250000, "removed_at": None, "muted_until": None,
             "base_version": 7226382376481239824, "base_moment": 1772366400250000,
             "base_look": 2, "digest_at": None},
        ],
        "alert_told": [{"rule": 1, "subject": "0a", "state": "lost", "at": 1772366400250000}],
        "alert_events": [
            {"id": 1, "rule": 1, "key": "0b", "kind": "lost", "is_alert": True, "happened": 1772366400250000,
             "found_at": 1772366400250000, "told": '{"anchor": "L\u00e4den"}', "digest": "msg_1",
             "seen_at": None},
        ],
        "alert_deliveries": [
            {"id": 1, "rule": 1, "channel": 1, "key": "msg_1", "body": "{}", "state": "waiting", "tries": 3,
             "added_at": 1772366400250000, "tried_at": 1772366400250000, "next_at": 1772366400250000},
        ],
        "alert_attempts": [
            {"id": 1, "delivery": 1, "at": 1772366400250000, "outcome": "failed", "detail": "500"},
        ],
    },
    4: {
        "decisions": [
            {"id": 1, "at": 1772366400250000, "who": "ann", "target": "shop.test", "kind": "domain",
             "subject": "bad.test", "verdict": "ask-removal", "why": "gekauft 日本",
             "until": 1773366400250000,
             "told": '{"domains": ["bad.test"], "links": [], "known": {}}', "undoes": None},
            {"id": 2, "at": 1772366400250000, "who": "ann", "target": "shop.test", "kind": "domain",
             "subject": "bad.test", "verdict": "undo", "why": "", "until": None,
             "told": '{"domains": ["bad.test"], "links": [], "known": {}}', "undoes": 1},
        ],
        "intakes": [
            {"id": 1, "at": 1772366400250000, "who": "ann", "target": "shop.test",
             "told": '{"manual_action": true, "manual_action_on": "2026-02-01"}'},
        ],
        "disavows": [
            {"id": 1, "at": 1772366400250000, "who": "ann", "target": "shop.test", "step": "imported",
             "digest": "00", "content": b"domain:bad.test\r\n\xff\x00", "why": "a.txt",
             "uploaded_on": None},
        ],
    },
    5: {
        "outreach_cards": [
            {"id": 1, "at": 1772366400250000, "target": "shop.test", "kind": "resource",
             "domain": "blog.test", "url": None, "contact": "ann@blog.test", "name": "Änn 日本", "form": None,
             "compensation": "none", "country": "US", "anchor": None, "promised_url": None,
             "due": 1773366400250000, "stage": "contacted", "revision": 2, "baseline": "[]",
             "seen": '{"there": true}', "checked": 7226382376481239824},
        ],
        "outreach_trail": [
            {"id": 1, "at": 1772366400250000, "who": "ann", "card": 1, "what": "added", "stage": "new",
             "was": None, "undoes": None, "body": "{}", "salt": "00", "seal": "01", "digest": "02"},
        ],
        "outreach_drafts": [
            {"id": 1, "at": 1772366400250000, "card": 1, "revision": 2, "template": "mine", "way": "mail",
             "recipient": "ann@blog.test", "subject": "日本", "words": "a\nb", "content": b"a\r\n\xff\x00",
             "digest": "03"},
        ],
        "outreach_approvals": [
            {"id": 1, "at": 1772366400250000, "who": "ann", "draft": 1, "digest": "03"},
        ],
        "outreach_sends": [
            {"id": 1, "card": 1, "draft": 1, "domain": "blog.test", "mailbox": "04", "state": "unknown",
             "tries": 1, "added_at": 1772366400250000, "tried_at": 1772366400250000,
             "next_at": 1772366400250000, "detail": "cut off"},
        ],
        "outreach_suppressed": [
            {"id": 1, "at": 1772366400250000, "who": "ann", "key": "04", "text": None, "why": None,
             "lifted_at": None},
        ],
        "outreach_grounds": [
            {"id": 1, "at": 1772366400250000, "who": "ann", "key": "05", "text": "blog.test",
             "basis": "consent", "why": "wrote", "withdrawn_at": None},
        ],
    },
    6: {
        "projects": [
            {"id": 1, "at": 1772366400250000, "who": "ann", "slug": "shop", "target": "shop.test",
             "name": "L\u00e4den 日本", "rivals": '["rival.test"]', "brands": '["Shop & Co"]',
             "country": "IE", "note": "a\nb", "archived_at": None},
            {"id": 2, "at": 1772366400250000, "who": "ben", "slug": "old.test", "target": "old.test",
             "name": "old.test", "rivals": "[]", "brands": "[]", "country": None, "note": "",
             "archived_at": 1772366400250000},
        ],
        "project_events": [
            {"id": 1, "at": 1772366400250000, "who": "ann", "project": 1, "what": "changed",
             "told": '{"country": [null, "IE"]}'},
        ],
    },
    7: {
        "views": [
            {"id": 1, "at": 1772366400250000, "who": "ann", "name": "L\u00e4den 日本", "page": "best-pages",
             "target": "shop.test", "project": None, "query": "q=status%3A404&limit=25", "removed_at": None,
             "removed_by": None},
            {"id": 2, "at": 1772366400250000, "who": "ben", "name": "Any", "page": "backlinks",
             "target": None, "project": 1, "query": "", "removed_at": 1772366400250000, "removed_by": "ann"},
        ],
    },
    8: {
        "accounts": [
            {"id": 1, "at": 1772366400250000, "who": "ann", "email": "ann@shop.test", "name": "Änn 日本",
             "role": "owner", "projects": None, "password": "$argon2id$v=19$", "removed_at": None},
            {"id": 2, "at": 1772366400250000, "who": "ann", "email": "ben@old.test", "name": "ben",
             "role": "viewer", "projects": '["shop"]', "password": None, "removed_at": 1772366400250000},
        ],
        "sessions": [
            {"id": 1, "token": "0a", "account": 1, "at": 1772366400250000, "seen_at": 1772366400250000,
             "agent": "Browser/1 <b>", "address": "192.0.2.1", "ended_at": None},
        ],
        "keys": [
            {"id": "00ff", "token": "0b", "at": 1772366400250000, "who": "ann", "account": 1,
             "name": "Skript", "scope": "read", "projects": '["shop"]', "until": 1773366400250000,
             "used_at": 1772366400250000, "ended_at": None},
        ],
        "invitations": [
            {"id": 1, "token": "0c", "account": None, "at": 1772366400250000, "until": 1773366400250000,
             "used_at": 1772366400250000},
        ],
        "account_log": [
            {"id": 1, "at": 1772366400250000, "who": "ann", "what": "account added",
             "about": "ben@old.test", "told": '{"role": "viewer"}', "address": "192.0.2.1"},
        ],
    },
    9: {
        "shares": [
            {"id": 1, "token": "0d", "at": 1772366400250000, "who": "ann", "name": "Für Läden 日本",
             "target": "shop.test", "page": "best-pages", "query": "q=status%3A404", "csv": True,
             "until": 1773366400250000, "openings": 3, "opened_at": 1772366400250000, "ended_at": None,
             "ended_by": None},
            {"id": 2, "token": "0e", "at": 1772366400250000, "who": "ben", "name": "", "target": "old.test",
             "page": "overview", "query": "", "csv": False, "until": 1773366400250000, "openings": 0,
             "opened_at": None, "ended_at": 1772366400250000, "ended_by": "ann"},
        ],
    },
    10: {
        "second_factors": [
            {"account": 1, "secret": "GEZDGNBV", "at": 1772366400250000, "on_at": 1772366400250000,
             "step": 59078880},
            {"account": 7, "secret": "GEZDGNBW", "at": 1772366400250000, "on_at": None, "step": 0},
        ],
        "recovery_codes": [
            {"id": 1, "code": "0f", "account": 1, "at": 1772366400250000, "used_at": 1772366400250000},
            {"id": 2, "code": "1a", "account": 1, "at": 1772366400250000, "used_at": None},
        ],
        "pending_sign_ins": [
            {"id": 1, "token": "1b", "account": 1, "at": 1772366400250000, "until": 1772366700250000,
             "used_at": None},
        ],
    },
    11: {
        "sessions": [
            {"id": 2, "token": "1c", "account": 1, "at": 1772366400250000, "seen_at": 1772366400250000,
             "agent": "", "address": "192.0.2.1", "ended_at": None, "proven_at": 1772366400250000},
        ],
    },
}  # fmt: skip
VERSIONS = range(1, newest() + 1)


def made(home: Path, version: int, monkeypatch: pytest.MonkeyPatch) -> Rows:
    """A state as that version wrote it, with rows in every table."""
    rows: Rows = {}
    with monkeypatch.context() as patched:
        patched.setattr(database, "newest", lambda: version)
        with opened(home) as engine, writing(engine) as connection:
            for each in range(1, version + 1):
                for table, values in ROWS[each].items():
                    known = sa.Table(table, sa.MetaData(), autoload_with=connection)
                    connection.execute(known.insert(), values)
                    rows.setdefault(table, []).extend(values)
    return rows


def held(home: Path, wanted: Rows) -> Rows:
    """The rows of a state, each in the columns of the one that is wanted: later versions add some."""
    found: Rows = {}
    with opened(home) as engine, engine.connect() as connection:
        for name, rows in wanted.items():
            table = METADATA.tables[name]
            kept = connection.execute(table.select().order_by(*table.primary_key)).mappings()
            pairs = zip(kept, rows, strict=True)
            found[name] = [{column: row[column] for column in each} for row, each in pairs]
    return found


def described(engine: sa.Engine) -> dict[str, Any]:
    """The tables of a database as it describes them."""
    inspector = sa.inspect(engine)
    return {
        name: {
            "columns": [
                (column["name"], str(column["type"]), column["nullable"], column["default"])
                for column in inspector.get_columns(name)
            ],
            "key": inspector.get_pk_constraint(name)["constrained_columns"],
            "unique": sorted(
                (each["name"] or "", each["column_names"]) for each in inspector.get_unique_constraints(name)
            ),
            "indexes": sorted(
                (
                    str(each["name"]),
                    each["column_names"],
                    bool(each["unique"]),
                    each.get("dialect_options", {}).get("postgresql_using"),
                )
                for each in inspector.get_indexes(name)
            ),
        }
        for name in inspector.get_table_names()
        if name != "alembic_version"
    }


def killed_at(statement: int, work: Callable[[], object]) -> int:
    """Do something in a child that is killed before its n-th statement: its code, or minus the signal."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            numbers = count(1)

            def kill(*_: Any) -> None:
                if next(numbers) == statement:
                    os.kill(os.getpid(), signal.SIGKILL)

            sa.event.listen(sa.Engine, "before_cursor_execute", kill)
            work()
            status = 0
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def open_once(home: Path) -> None:
    with opened(home):
        pass


def test_every_version_has_rows_here_that_are_migrated() -> None:
    assert sorted(ROWS) == list(VERSIONS)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_state_of_each_version_keeps_every_row(
    version: int, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = made(home, version, monkeypatch)
    assert held(home, rows) == rows


@pytest.mark.parametrize("version", [0, *VERSIONS])
def test_the_migrations_lead_to_the_tables_that_are_read(
    version: int, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    if version:
        made(home, version, monkeypatch)
    with opened(home) as engine:
        migrated = described(engine)
        is_file = engine.dialect.name == "sqlite"
    url = f"sqlite:///{tmp_path / 'plain'}" if is_file else request.getfixturevalue("server").database()
    plain = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    METADATA.create_all(plain)
    assert migrated == described(plain)
    plain.dispose()


def test_the_file_of_the_first_backlit_is_taken_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(place.SETTING, raising=False)
    with closing(sqlite3.connect(tmp_path / FILE)) as file:
        file.executescript((Path(__file__).with_name("first.sql")).read_text(encoding="utf-8"))
    assert held(tmp_path, ROWS[1]) == ROWS[1]


@pytest.mark.parametrize("statements", range(5))
def test_a_file_that_the_first_backlit_was_killed_over_is_finished(
    statements: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It made its tables one by one, and wrote the version after them."""
    monkeypatch.delenv(place.SETTING, raising=False)
    script = (Path(__file__).with_name("first.sql")).read_text(encoding="utf-8")
    making = [each for each in script.split(";\n") if each.startswith("CREATE ")]
    with closing(sqlite3.connect(tmp_path / FILE)) as file:
        for each in making[:statements]:
            file.execute(each)
    with opened(tmp_path) as engine:
        assert set(METADATA.tables) <= set(sa.inspect(engine).get_table_names())


@pytest.mark.parametrize("step", [6, pytest.param(1, marks=pytest.mark.slow)])
@pytest.mark.parametrize("version", [0, *VERSIONS[:-1]])
def test_whoever_is_killed_over_a_migration_leaves_a_state_that_can_be_used(
    version: int, step: int, home: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """At each statement; by day at one in six, from another one on for each version."""
    endings: list[int] = []
    while not endings or endings[-1] == -signal.SIGKILL:
        statement = 1 + min(version, step - 1) + step * len(endings)
        at = home / str(statement)
        if os.environ.get(place.SETTING):
            monkeypatch.setenv(place.SETTING, request.getfixturevalue("server").database())
        rows = made(at, version, monkeypatch) if version else {}
        endings.append(killed_at(statement, partial(open_once, at)))
        assert held(at, rows) == rows
    assert endings[-1] == 0
    assert len(endings) > 1  # it was killed before one statement at least
