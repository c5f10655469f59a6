"""Is the database of a home made, found and refused as it should be?"""

import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from backlit.errors import BacklitError, ConfigError, IndexDamaged, IndexTooNew, MissingExtra
from backlit.store.database import newest, opened, sole, writing
from backlit.store.place import FILE, SETTING
from backlit.store.tables import METADATA
from tests.store.postgres import Server


def counters(engine: sa.Engine) -> None:
    with writing(engine) as connection:
        connection.exec_driver_sql("CREATE TABLE counters (n INTEGER NOT NULL)")
        connection.exec_driver_sql("INSERT INTO counters VALUES (0)")


def test_a_home_without_a_setting_has_a_file_that_outlives_a_power_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(SETTING, raising=False)
    with opened(tmp_path / "new" / "home") as engine, engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2
    assert (tmp_path / "new" / "home" / FILE).is_file()


@pytest.mark.parametrize("before", [None, 0o644, 0o666])
def test_others_on_the_machine_read_no_state(
    before: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(SETTING, raising=False)
    if before is not None:
        with opened(tmp_path):
            (tmp_path / FILE).chmod(before)
    with opened(tmp_path) as engine, writing(engine) as connection:
        connection.exec_driver_sql("CREATE TABLE notes (n INTEGER)")
        files = sorted(tmp_path.glob(f"{FILE}*"))
        assert [path.name for path in files] == [FILE, f"{FILE}-shm", f"{FILE}-wal"]
        assert [path.stat().st_mode & 0o007 for path in files] == [0, 0, 0]


def test_a_setting_leaves_no_file(tmp_path: Path, server: Server) -> None:
    with opened(tmp_path / "home", server.database()) as engine:
        assert engine.dialect.name == "postgresql"
    assert not (tmp_path / "home").exists()


def test_a_database_of_a_later_version_is_refused_and_left_alone(home: Path) -> None:
    with opened(home) as engine, writing(engine) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9001'")
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA user_version = 9001")
    with pytest.raises(IndexTooNew, match=f"it is of version 9001, and this is {newest()}"), opened(home):
        pass


def test_those_that_read_and_then_write_do_so_one_after_the_other(home: Path) -> None:
    def add() -> None:
        with opened(home) as engine:
            for _ in range(20):
                with writing(engine) as connection:
                    n = connection.exec_driver_sql("SELECT n FROM counters").scalar_one()
                    connection.exec_driver_sql(f"UPDATE counters SET n = {n + 1}")

    with opened(home) as engine:
        counters(engine)
    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with opened(home) as engine, engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT n FROM counters").scalar_one() == 80


def half(engine: sa.Engine) -> None:
    with writing(engine) as connection:
        connection.exec_driver_sql("UPDATE counters SET n = 5")
        connection.exec_driver_sql("CREATE TABLE halves (n INTEGER)")
        raise ZeroDivisionError


def test_what_raises_leaves_no_trace(home: Path) -> None:
    with opened(home) as engine:
        counters(engine)
        with pytest.raises(ZeroDivisionError):
            half(engine)
        assert not sa.inspect(engine).has_table("halves")
        with engine.connect() as connection:
            assert connection.exec_driver_sql("SELECT n FROM counters").scalar_one() == 0


def test_many_processes_may_open_a_new_home_at_once(home: Path) -> None:
    script = (
        "from pathlib import Path; from backlit.store.database import opened\n"
        f"with opened(Path({str(home)!r})): print('in')"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        for _ in range(6)
    ]
    assert [each.communicate()[0] for each in running] == [b"in\n"] * 6
    with opened(home) as engine:
        assert set(METADATA.tables) <= set(sa.inspect(engine).get_table_names())


def test_one_of_those_that_share_a_server_is_alone(home: Path) -> None:
    """And two with one file are told apart by the lock of its home."""
    with opened(home) as mine, opened(home) as other:
        is_shared = mine.dialect.name == "postgresql"
        for _ in range(2):
            with sole(mine, 7) as first, sole(other, 7) as second, sole(other, 8) as third:
                assert (first, second, third) == (True, not is_shared, True)
        with pytest.raises(ZeroDivisionError), sole(mine, 7):
            raise ZeroDivisionError
        with sole(other, 7) as at_last:
            assert at_last


REFUSED = {
    "mysql://me:secret@db/x": (ConfigError, "it is no address of a PostgreSQL database (mysql)"),
    "not an address secret": (ConfigError, "it is no address of a PostgreSQL database (unreadable)"),
    "postgresql://me:secret@/x?host=/nowhere": (ConfigError, "connection is bad"),
}


@pytest.mark.parametrize("url", REFUSED)
def test_an_address_that_cannot_be_used_is_named_without_its_password(url: str, tmp_path: Path) -> None:
    error, found = REFUSED[url]
    with pytest.raises(error) as caught, opened(tmp_path, url):
        pass
    told = caught.value
    assert isinstance(told, BacklitError)
    assert told.found.startswith(found)
    assert SETTING in told.asked + told.do
    assert "secret" not in str(told)


def test_without_the_driver_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingExtra) as caught, opened(tmp_path, "postgres://me:secret@db.test/state"):
        pass
    assert str(caught.value) == (
        "use the database postgresql://me:***@db.test/state: the driver psycopg is not installed."
        f" Run `{sys.executable} -m pip install 'psycopg[binary]~=3.2'`."
    )


def test_a_database_that_cannot_hold_every_letter_is_refused(tmp_path: Path, server: Server) -> None:
    url = server.database("LATIN1")
    for _ in range(2):
        with (
            pytest.raises(ConfigError, match="its texts are LATIN1, and pages hold any letter"),
            opened(tmp_path, url),
        ):
            pass


def test_a_file_that_is_no_database_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SETTING, raising=False)
    (tmp_path / FILE).write_text("something else" * 100)
    with pytest.raises(IndexDamaged, match="file is not a database"), opened(tmp_path):
        pass
    (tmp_path / FILE).unlink()
    (tmp_path / FILE).mkdir()
    with pytest.raises(ConfigError, match="unable to open database file"), opened(tmp_path):
        pass


def test_opening_a_home_of_this_version_loads_no_tool_for_migrations(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(SETTING, raising=False)
    with opened(tmp_path):
        pass
    script = (
        "import sys; from pathlib import Path; from backlit.store.database import opened\n"
        f"with opened(Path({str(tmp_path)!r})): print('alembic' in sys.modules)"
    )
    assert (
        subprocess.run([sys.executable, "-c", script], capture_output=True, check=True).stdout == b"False\n"
    )


def test_the_version_stands_where_the_first_backlit_looks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(SETTING, raising=False)
    with opened(tmp_path):
        pass
    with sqlite3.connect(tmp_path / FILE) as file:
        assert file.execute("PRAGMA user_version").fetchone() == (newest(),)
        assert file.execute("SELECT version_num FROM alembic_version").fetchall() == [(f"{newest():04}",)]
    file.close()
