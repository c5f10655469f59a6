"""Is what pages ask of a large index answered before anybody opens one, the same, and read as values?"""

import pickle
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from fastapi.testclient import TestClient

from backlit import app
from backlit.app.demo import DEMO_TARGET
from backlit.app.preparing import USUAL, worth_preparing
from backlit.index import judgements
from backlit.index import kept_answers as kept
from backlit.index import profile as profiles
from backlit.index.answers import Answers, _packed
from backlit.index.backup import back_up
from backlit.index.kept_answers import KeptAnswers, Shelf, values_of
from backlit.index.profile import Profile
from backlit.index.storage import Storage, using
from backlit.index.tables import Index
from backlit.index.target import Target
from backlit.web.meanwhile import Meanwhile
from backlit.web.server import create_app

RIVAL = "fernwood-supply.example"


@pytest.fixture(scope="module")
def copied(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home like the demo, with a project."""
    folder = tmp_path_factory.mktemp("copied")
    back_up(Index.open(demo_home), folder / "backup", now=datetime(2026, 6, 8, tzinfo=UTC))
    app.restore(folder / "home", folder / "backup")
    app.project_add(folder / "home", DEMO_TARGET)
    return folder / "home"


@pytest.fixture
def home(copied: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The same, counted as a large index, of which nothing was asked yet."""
    monkeypatch.setattr(judgements, "QUICK_INDEX", 0)
    yield copied
    Storage().remove_tree(copied / "answers")
    Storage().remove_tree(copied / "judged")


def ask(home: Path) -> list[Any]:
    """What pages are told by a session that was just opened."""
    session = app.open_session(home, may_wait=True)
    answers = [call(session, DEMO_TARGET) for call in USUAL]
    return [(each.data, each.total, each.facets, each.as_of, each.snapshot) for each in answers]


def refused(*_: object, **__: object) -> Any:
    raise AssertionError("it was found out again")


def test_what_was_prepared_is_told_the_same_and_asks_the_links_nothing(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = ask(home)
    Storage().remove_tree(home / "answers")
    assert app.prepare_answers(home).row["targets"] == 1
    for name in ("kinds_of", "numbers_of", "changes_made"):
        monkeypatch.setattr(profiles, name, refused)
    for name in ("connect", "_page", "load_classes", "load_judgements"):
        monkeypatch.setattr(Profile, name, refused)
    monkeypatch.setattr("backlit.app.judging._judge", refused)
    assert ask(home) == expected


def test_pages_ask_what_was_prepared(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app.prepare_answers(home)
    monkeypatch.setattr("backlit.web.desk.Meanwhile", lambda: Meanwhile(60))
    monkeypatch.setattr(Profile, "_page", refused)
    monkeypatch.setattr("backlit.app.judging._judge", refused)
    with TestClient(create_app(home), base_url="http://127.0.0.1") as client:
        for page in ("", "/backlinks", "/domains", "/anchors", "/pages", "/changes", "/diversity", "/audit"):
            assert client.get(f"/t/{DEMO_TARGET}{page}").status_code == 200, page


def test_of_a_small_index_nothing_is_kept(copied: Path) -> None:
    ask(copied)
    assert worth_preparing(copied) == []
    assert app.prepare_answers(copied).row["targets"] == 0
    assert not (copied / "answers").exists()


def test_of_an_index_that_is_not_large_the_large_targets_are_prepared(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert worth_preparing(home) == [DEMO_TARGET]
    monkeypatch.setattr(judgements, "QUICK_INDEX", 10_000_000)
    monkeypatch.setattr(judgements, "QUICK", 100)
    assert worth_preparing(home) == [DEMO_TARGET]
    monkeypatch.setattr(judgements, "QUICK", 1_000_000)
    assert worth_preparing(home) == []


def test_without_projects_there_is_nobody_to_prepare_for(demo_home: Path) -> None:
    assert worth_preparing(demo_home) == []


def test_other_data_other_days_and_other_names_of_the_target_have_answers_of_their_own(home: Path) -> None:
    all_kept, target = KeptAnswers(home), Target.parse(DEMO_TARGET)
    version = app.open_session(home).version
    day = datetime(2026, 3, 1, tzinfo=UTC)
    shelves = [
        all_kept.shelf(version, target, None, "how"),
        all_kept.shelf(version, target, None, "otherwise"),
        all_kept.shelf(version, target, day, "how"),
        all_kept.shelf(version, Target.parse(RIVAL), None, "how"),
        all_kept.shelf(version, Target.parse(DEMO_TARGET, "host"), None, "how"),
        all_kept.shelf(app.open_session(home).index.versions()[0], target, None, "how"),
    ]
    assert len({shelf.folder for shelf in shelves}) == len(shelves)
    assert all_kept.shelf(version, target, None, "how") == shelves[0]


# files that are not what they should be -------------------------------------------


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(KeptAnswers(tmp_path), tmp_path / "answers" / "one")


class _Calls:
    """What a pickle calls when it is read."""

    def __init__(self, call: Callable[..., Any], *arguments: Any) -> None:
        self._told = call, arguments

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return self._told


class _Gets:
    """A method of a value, which a pickle gets hold of."""

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return getattr, (Target, "parse")


@pytest.mark.parametrize(
    "hostile",
    [
        _Calls(exec, "raise SystemExit"),
        _Calls(print, "read"),
        _Calls(KeptAnswers, Path("elsewhere")),
        _Calls(app.backup, Path("here"), Path("there")),
        _Calls(Target.parse, "shop.example"),
        _Gets(),
    ],
)
def test_what_would_call_something_is_not_read(shelf: Shelf, hostile: object) -> None:
    plain = pickle.dumps(hostile, pickle.HIGHEST_PROTOCOL)
    with pytest.raises(pickle.UnpicklingError, match="is no value"):
        values_of(plain)
    packed = pa.compress(plain, codec="lz4", asbytes=True)
    shelf.write("asked", len(plain).to_bytes(8, "big") + packed)
    assert Answers().once("about", "asked", lambda: "made anew", shelf=shelf) == "made anew"
    assert Answers().once("about", "asked", refused, shelf=shelf) == "made anew"


@pytest.mark.parametrize("cut", [0, 5, 16, 30, -1])
def test_what_was_cut_off_is_made_anew(shelf: Shelf, cut: int) -> None:
    Answers().once("about", "asked", lambda: ["an answer"] * 40, shelf=shelf)
    [path] = shelf.folder.iterdir()
    path.write_bytes(path.read_bytes()[:cut])
    assert shelf.read("asked") is None
    assert not path.exists()
    assert Answers().once("about", "asked", lambda: "made anew", shelf=shelf) == "made anew"


def test_one_flipped_bit_is_found(shelf: Shelf) -> None:
    shelf.write("asked", _packed([1, 2, 3]))
    [path] = shelf.folder.iterdir()
    whole = path.read_bytes()
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :])
        assert shelf.read("asked") is None


def test_a_home_that_cannot_be_written_to_keeps_none(shelf: Shelf) -> None:
    class Full(Storage):
        def mkdir(self, folder: Path) -> None:
            raise OSError(28, "No space left on device")

    with using(Full()):
        assert Answers().once("about", "asked", lambda: "an answer", shelf=shelf) == "an answer"
    assert shelf.read("asked") is None


def test_targets_that_nobody_asked_about_for_longest_make_room(tmp_path: Path) -> None:
    from os import utime

    shelves = [Shelf(KeptAnswers(tmp_path), tmp_path / "answers" / name) for name in "abc"]
    for second, shelf in enumerate(shelves):
        shelf.write("asked", _packed(1))
        utime(shelf.folder, (second, second))
    assert shelves[0].read("asked") is not None  # and so it is the newest now
    KeptAnswers(tmp_path, targets=2).make_room()
    assert [shelf.folder.exists() for shelf in shelves] == [True, False, True]
    KeptAnswers(tmp_path, most=1).make_room()
    assert list((tmp_path / "answers").iterdir()) == []


def test_answers_of_other_code_are_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "index").mkdir()
    (tmp_path / "web").mkdir()
    source, page = tmp_path / "index" / "fold.py", tmp_path / "web" / "pages.py"
    monkeypatch.setattr(kept, "__file__", str(tmp_path / "index" / "kept_answers.py"))
    told = []
    for path, text in ((source, "one"), (source, "another"), (page, "a page"), (page, "another page")):
        path.write_text(text)
        kept._code.cache_clear()
        told.append(kept._code())
    kept._code.cache_clear()
    assert told[0] != told[1] == told[2] == told[3]
