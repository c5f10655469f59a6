"""Does a target that another session put together tell the same here, without being put together again?"""

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from backlit import app
from backlit.app.demo import DEMO_TARGET
from backlit.app.session import Asked, Session, Wanted
from backlit.errors import IndexDamaged
from backlit.index import prepared
from backlit.index import profile as profiles
from backlit.index.carried import Carried
from backlit.index.engine import rows_of
from backlit.index.profile import Profile
from backlit.index.target import Target

CALLS: dict[str, Callable[[Session], Any]] = {
    "overview": lambda session: app.overview(session, DEMO_TARGET),
    "backlinks": lambda session: app.backlinks(session, DEMO_TARGET, limit=7),
    "filtered": lambda session: app.backlinks(
        session, DEMO_TARGET, q="rel:nofollow -placement:footer", limit=7
    ),
    "domains": lambda session: app.domains(session, DEMO_TARGET, limit=7),
    "anchors": lambda session: app.anchors(session, DEMO_TARGET, limit=7),
    "pages": lambda session: app.best_pages(session, DEMO_TARGET, limit=7),
    "changes": lambda session: app.changes(session, DEMO_TARGET, limit=7),
    "diversity": lambda session: app.diversity(session, DEMO_TARGET),
    "audit": lambda session: app.audit(session, DEMO_TARGET),
}
#: What is not asked where a target is put together, and hangs on its tables.
OTHERS: dict[str, Callable[[Session], Any]] = {
    "other rows": lambda session: app.domains(session, DEMO_TARGET, sort="-links", limit=9),
    "leads": lambda session: app.leads(session, DEMO_TARGET, limit=9),
    "sources": lambda session: app.sources(session, DEMO_TARGET),
    "older": lambda session: app.changes(session, DEMO_TARGET, since="90d", limit=9),
    "graph": lambda session: app.graph(session, DEMO_TARGET),
}


def ask(session: Session) -> dict[str, Any]:
    return {name: call(session).rows for name, call in CALLS.items()}


def open_home(home: Path) -> Session:
    return app.open_session(home, may_wait=True)


def carried(home: Path) -> Carried:
    """What one session carries, as it comes out of a pipe."""
    session = open_home(home)
    wanted = Wanted(session.version.id, Asked(Target.parse(DEMO_TARGET), None, ()))
    made: Carried = pickle.loads(pickle.dumps(session.carry(wanted, lambda: ask(session))))  # noqa: S301
    return made


def received(home: Path, made: Carried) -> Session:
    """A session that has it in memory."""
    session = open_home(home)
    wanted = Wanted(session.version.id, Asked(Target.parse(DEMO_TARGET), None, ()))
    profile = session._folded(wanted, session.version, made)
    profile.learn(made)
    session._put(wanted, profile)
    return session


@pytest.fixture(scope="module")
def made(demo_home: Path) -> Carried:
    return carried(demo_home)


def tables(profile: Profile) -> dict[str, Any]:
    """Each table of a target with its columns and its rows, in their order."""
    cursor, names = profile.connect(), [*prepared.TABLES, "leads", "judgements", "anchor_classes"]
    return {
        name: (
            rows_of(cursor, f"DESCRIBE {name}"),
            rows_of(cursor, f"SELECT rowid, * FROM {name} ORDER BY rowid"),
        )
        for name in names
    }


def test_the_tables_are_the_same_to_the_row_and_the_kind_of_each_column(
    demo_home: Path, made: Carried
) -> None:
    here, there = open_home(demo_home), received(demo_home, made)
    profile = here.profile(DEMO_TARGET)
    profile.load_judgements()
    profile.load_classes()
    assert tables(there.profile(DEMO_TARGET)) == tables(profile)


def test_what_was_asked_there_is_answered_here_without_a_question_to_the_links(
    demo_home: Path, made: Carried, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected, there = ask(open_home(demo_home)), received(demo_home, made)

    def refuse(*_: Any, **__: Any) -> Any:
        raise AssertionError("it was found out again")

    for name in ("gather", "kinds_of", "numbers_of", "changes_made"):
        monkeypatch.setattr(profiles, name, refuse)
    monkeypatch.setattr(Profile, "_page", refuse)
    monkeypatch.setattr("backlit.app.judging._judge", refuse)
    assert ask(there) == expected


@pytest.mark.parametrize("name", OTHERS)
def test_what_was_not_asked_there_is_answered_the_same(demo_home: Path, made: Carried, name: str) -> None:
    assert OTHERS[name](received(demo_home, made)).rows == OTHERS[name](open_home(demo_home)).rows


def test_the_links_of_a_large_target_stay_in_their_file(
    demo_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = ask(open_home(demo_home))
    monkeypatch.setattr("backlit.index.gather.LEAST", 1)
    made = carried(demo_home)
    assert made.kept is not None
    assert "links" not in made.tables
    there = received(demo_home, made)
    assert ask(there) == expected
    made.kept.unlink()
    with pytest.raises(IndexDamaged, match="their file is gone"):
        received(demo_home, made)
