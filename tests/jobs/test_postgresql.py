"""Do the jobs of a team, in a PostgreSQL database, hold what those of a file hold?"""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from backlit import app
from backlit.app.due import ask_due
from backlit.app.tasks import QUEUES
from backlit.errors import ConfigError, HomeBusy
from backlit.index.storage import make_folder
from backlit.jobs.book import opened_book
from backlit.jobs.job import JobState
from backlit.jobs.lock import held_lock
from backlit.store.place import SETTING
from tests.jobs.fake_tasks import traces
from tests.jobs.helping import ask, book_of, job, until, work, working
from tests.jobs.test_worker import PROGRAM
from tests.store.postgres import Server, serving


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


@pytest.fixture
def home(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(SETTING, server.database())
    return make_folder(tmp_path / "home")


def test_jobs_are_done_cancelled_and_resumed_and_leave_no_file_database(home: Path) -> None:
    assert ask(home, "quick", "one")
    assert not ask(home, "quick", "one")
    ask(home, "wrong", "two")
    ask(home, "held", "three")
    with working(home), book_of(home) as book:
        until(lambda: book.job("one").state is JobState.DONE and book.job("two").state is JobState.FAILED)
        until(lambda: "began three" in traces(home))
        assert book.job("one").told["progress"]["stage"] == "being quick"
        book.cancel("three")
        until(lambda: "stopped three" in traces(home))
        (home / "go").touch()
        book.resume("two")
        book.resume("three")
        until(book.is_idle)
    assert {job(home, name).state for name in ("one", "two", "three")} == {JobState.DONE}
    assert list(home.glob("*.sqlite*")) == []


def test_a_second_home_with_the_same_database_is_refused(home: Path, tmp_path: Path) -> None:
    ask(home, "held", "one")
    with working(home):
        until(lambda: traces(home) == ["began one"])
        with pytest.raises(HomeBusy, match="another home or machine with the same database does"):
            work(make_folder(tmp_path / "other"))
        (home / "go").touch()
        until(lambda: job(home, "one").state is JobState.DONE)
    assert traces(home) == ["began one", "ended one"]


def test_a_worker_that_is_killed_is_followed_by_one_that_goes_on(home: Path) -> None:
    ask(home, "held", "one")
    worker = subprocess.Popen([sys.executable, "-c", PROGRAM, str(home)])
    until(lambda: traces(home) == ["began one"])
    worker.kill()
    worker.wait()
    with held_lock(home, wait=60.0):
        pass
    (home / "go").touch()
    work(home)
    assert traces(home) == ["began one", "began one", "ended one"]


def test_schedules_make_each_job_once(home: Path) -> None:
    (home / "layout.json").write_text("{}")
    begin = datetime(2026, 3, 1, tzinfo=UTC)
    app.schedule_set(home, "links", every="1d", targets=["a.example"], clock=lambda: begin)
    moments = [begin + timedelta(days=1, hours=n) for n in (0, 1, -30, 2)]

    def clock() -> datetime:
        return moments[len(asked)]

    asked: list[list[str]] = []
    with opened_book(home, QUEUES) as book:
        for _ in moments:
            asked.append(ask_due(home, book, clock))
    assert [len(each) for each in asked] == [1, 0, 0, 0]
    assert [row["id"] for row in app.jobs_ls(home).rows] == asked[0]


def test_a_server_that_is_not_there_is_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SETTING, f"postgresql://me:secret@/jobs?host={home}")
    with pytest.raises(ConfigError, match="See that the server runs") as caught:
        app.ask_job(home, "rank", {})
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("address", ["mysql://me:secret@db/jobs", "not an address", "://secret"])
def test_what_is_no_server_is_named(home: Path, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv(SETTING, address)
    with pytest.raises(ConfigError, match="it is no address of a PostgreSQL database") as caught:
        app.ask_job(home, "rank", {})
    assert "secret" not in str(caught.value)
