"""Do many who ask at once share one open index: each target folded once, and kept for the next?"""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from pathlib import Path
from threading import Barrier, Event
from typing import Any

import duckdb
import pytest

from backlit import app
from backlit.app import session as module
from backlit.app.demo import DEMO_TARGET
from backlit.app.session import Wanted
from backlit.index.carried import Carried
from backlit.index.leases import leased_versions
from backlit.index.profile import Profile
from tests.unit.looks import Look, commit


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The targets whose links were folded, as often as they were."""
    found: list[str] = []

    class Counted(Profile):
        def __init__(self, index: Any, version: Any, target: Any, *rest: Any, **more: Any) -> None:
            found.append(str(target))
            super().__init__(index, version, target, *rest, **more)

    monkeypatch.setattr(module, "Profile", Counted)
    return found


def home(tmp_path: Path, targets: int) -> Path:
    links = tuple((f"https://shop{number}.test/", "a") for number in range(targets))
    commit(tmp_path, "crawl", [Look("https://one.test/", 1, links)])
    return tmp_path


def test_of_many_who_ask_at_once_one_folds_for_all(tmp_path: Path, made: list[str]) -> None:
    session, gate = app.open_session(home(tmp_path, 2)), Barrier(8)

    def ask(number: int) -> Any:
        gate.wait()
        return session.profile(f"shop{number % 2}.test")

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(ask, range(8)))
    assert len(made) == 2
    assert len({id(each) for each in found}) == 2
    assert session._making == {}


def test_a_portfolio_stays_in_memory_and_what_was_asked_longest_ago_goes(
    tmp_path: Path, made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "KEPT_PROFILES", 3)
    session = app.open_session(home(tmp_path, 4))
    for number in (0, 1, 2, 0, 3, 0, 1):
        session.profile(f"shop{number}.test")
    assert len(made) == 5  # 1 was asked longest ago when 3 came, and is folded again


def test_whoever_fails_leaves_the_turn_to_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = app.open_session(home(tmp_path, 1))
    with monkeypatch.context() as patch:
        patch.setattr(module, "Profile", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            session.profile("shop0.test")
    assert session.profile("shop0.test") is session.profile("shop0.test")
    assert session._making == {}


def test_many_who_ask_different_things_of_one_target_are_all_answered(demo_home: Path) -> None:
    calls = (app.overview, app.backlinks, app.domains, app.anchors, app.changes, app.diversity, app.audit)
    session, gate = app.open_session(demo_home, may_wait=True), Barrier(2 * len(calls))

    def ask(number: int) -> Any:
        gate.wait()
        return calls[number % len(calls)](session, DEMO_TARGET).rows

    with ThreadPoolExecutor(2 * len(calls)) as pool:
        found = list(pool.map(ask, range(2 * len(calls))))
    alone = app.open_session(demo_home, may_wait=True)
    names = ("backlinks", "domains", "anchors")
    for name, first, second in zip(names, found[1:4], found[len(calls) + 1 :], strict=False):
        assert first == second == getattr(app, name)(alone, DEMO_TARGET).rows, name


def test_how_many_links_there_are_is_known_while_another_question_is_being_answered(demo_home: Path) -> None:
    profile = app.open_session(demo_home, may_wait=True).profile(DEMO_TARGET)
    busy = profile._connection

    def work() -> None:
        """A question that takes as long as it is let."""
        with suppress(duckdb.InterruptException):
            busy.execute("SELECT count(*) FROM range(1_000_000_000_000) WHERE range % 7 = 3").fetchall()

    with ThreadPoolExecutor(1) as pool:
        working = pool.submit(work)
        try:
            assert not profile.is_large
            assert not working.done()
        finally:
            while not working.done():
                busy.interrupt()


# while many ask --------------------------------------------------------------


class Crowd:
    """Whether many ask, as a test says."""

    def __init__(self) -> None:
        self.is_busy = False

    def session(self, home: Path) -> app.Session:
        return app.open_session(home, may_wait=True, is_busy=lambda: self.is_busy)


def newer(tmp_path: Path) -> None:
    commit(tmp_path, "later", [Look("https://two.test/", 2, (("https://shop0.test/", "b"),))])


def overtaken(tmp_path: Path) -> tuple[Crowd, app.Session, int]:
    """A session that was asked of a version, which is no longer the newest."""
    crowd = Crowd()
    session = crowd.session(home(tmp_path, 1))
    domains(session)
    newer(tmp_path)
    return crowd, session, session.version.id


def settle(session: app.Session) -> None:
    """Wait for what is put together meanwhile."""
    session._later.settle()


def domains(session: app.Session, target: str = "shop0.test") -> tuple[int | None, list[str]]:
    answer = app.domains(session, target, sort="domain")
    return answer.snapshot, [row["domain"] for row in answer.rows]


def test_while_many_ask_they_are_told_of_the_version_before_until_the_new_one_is_ready(
    tmp_path: Path, made: list[str]
) -> None:
    crowd = Crowd()
    session = crowd.session(home(tmp_path, 1))
    before = domains(session)
    newer(tmp_path)
    crowd.is_busy, newest = True, session.refresh().id
    with session._alone(next(iter(session._profiles))):  # nothing is made before it was asked for twice
        assert [domains(session), domains(session)] == [before, before]
    settle(session)
    assert domains(session) == (newest, ["one.test", "two.test"])
    assert len(made) == 2


def test_whoever_asks_while_there_is_time_is_told_of_the_newest_version(
    tmp_path: Path, made: list[str]
) -> None:
    session = Crowd().session(home(tmp_path, 1))
    domains(session)
    newer(tmp_path)
    assert domains(session)[0] != session.refresh().id
    assert domains(session) == (session.version.id, ["one.test", "two.test"])
    assert len(made) == 2


def test_what_nobody_asked_for_before_is_put_together_while_they_wait(
    tmp_path: Path, made: list[str]
) -> None:
    crowd = Crowd()
    session = crowd.session(home(tmp_path, 2))
    domains(session)
    crowd.is_busy = True
    assert domains(session, "shop1.test") == (session.version.id, ["one.test"])
    assert len(made) == 2


def test_nothing_is_judged_while_many_ask(tmp_path: Path) -> None:
    crowd = Crowd()
    session = crowd.session(home(tmp_path, 1))
    crowd.is_busy = True
    assert app.overview(session, "shop0.test").row["judged_domains"] is None
    crowd.is_busy = False
    assert app.overview(session, "shop0.test").row["judged_domains"] == 1


def test_what_was_judged_before_is_judged_again_when_it_is_put_together_anew(tmp_path: Path) -> None:
    crowd = Crowd()
    session = crowd.session(home(tmp_path, 1))
    app.overview(session, "shop0.test")
    newer(tmp_path)
    crowd.is_busy = True
    session.beside = _Other(tmp_path).carry
    session.refresh()
    app.overview(session, "shop0.test")
    settle(session)
    assert app.overview(session, "shop0.test").row["judged_domains"] == 2


class _Other:
    """Another session of the same home, that puts together what is wanted."""

    def __init__(self, home: Path) -> None:
        self._session, self.wanted = app.open_session(home, may_wait=True), list[Wanted]()

    def carry(self, wanted: Wanted) -> Carried:
        self.wanted.append(wanted)
        return self._session.carry(wanted, lambda: None)


def test_what_waits_for_its_turn_is_put_together_once_at_the_newest_version(tmp_path: Path) -> None:
    crowd, other = Crowd(), _Other(home(tmp_path, 1))
    session = crowd.session(tmp_path)
    session.beside = other.carry
    domains(session)
    newer(tmp_path)
    crowd.is_busy, gate = True, Event()
    session._later.ask(gate.wait)
    first = session.refresh().id
    domains(session)
    commit(tmp_path, "latest", [Look("https://three.test/", 3, (("https://shop0.test/", "c"),))])
    latest = session.refresh().id
    domains(session)
    gate.set()
    settle(session)
    assert [wanted.version for wanted in other.wanted] == [latest]
    assert first != latest
    assert domains(session) == (latest, ["one.test", "three.test", "two.test"])


def test_what_no_process_beside_puts_together_is_put_together_here(tmp_path: Path) -> None:
    crowd = Crowd()
    session = crowd.session(home(tmp_path, 1))
    domains(session)
    newer(tmp_path)
    session.beside = lambda _: None
    crowd.is_busy, newest = True, session.refresh().id
    domains(session)
    settle(session)
    assert domains(session) == (newest, ["one.test", "two.test"])


def test_who_asks_for_a_day_or_a_version_is_told_of_that(tmp_path: Path) -> None:
    crowd, session, first = overtaken(tmp_path)
    crowd.is_busy = True
    newest = session.refresh().id
    assert session.profile("shop0.test", snapshot=newest).version.id == newest
    assert session.profile("shop0.test", as_of="2026-01-02").version.id == newest
    assert session.profile("shop0.test", as_of=str(first)).version.id == first
    assert session.profile("shop0.test", as_of=str(newest)).version.id == newest


def test_who_goes_on_in_an_older_version_takes_nothing_from_who_reads_the_newest(
    tmp_path: Path, made: list[str]
) -> None:
    session = Crowd().session(home(tmp_path, 1))
    first = session.version.id
    newer(tmp_path)
    newest = session.refresh().id
    for _ in range(2):
        assert session.profile("shop0.test", snapshot=first).version.id == first
        assert session.profile("shop0.test").version.id == newest
    assert session.profile("shop0.test", snapshot=first).version.id == first
    assert len(made) == 3  # the older one once more, since it was there before anything newer


def test_what_could_not_be_put_together_is_told_to_who_asks_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd = Crowd()
    session = crowd.session(home(tmp_path, 1))
    before = domains(session)
    newer(tmp_path)
    crowd.is_busy = True
    session.refresh()
    with monkeypatch.context() as patch:
        patch.setattr(module, "Profile", lambda *_, **__: 1 / 0)
        assert domains(session) == before
        settle(session)
        crowd.is_busy = False
        with pytest.raises(ZeroDivisionError):
            domains(session)
    assert domains(session) == (session.version.id, ["one.test", "two.test"])


def test_one_page_tells_of_one_version(tmp_path: Path) -> None:
    crowd = Crowd()
    session = crowd.session(home(tmp_path, 1))
    before = domains(session)
    newer(tmp_path)
    crowd.is_busy = True
    session.refresh()

    def page() -> list[Any]:
        module.begin()
        first = domains(session)
        settle(session)
        return [first, domains(session)]

    assert copy_context().run(page) == [before, before]
    assert copy_context().run(page) == 2 * [(session.version.id, ["one.test", "two.test"])]


def test_a_version_is_held_as_long_as_somebody_may_be_told_of_it(tmp_path: Path) -> None:
    _, session, first = overtaken(tmp_path)
    newest = session.refresh().id
    assert leased_versions(tmp_path) == {first, newest}
    domains(session)  # there is time: the first version is let go
    session.refresh()
    assert leased_versions(tmp_path) == {newest}
