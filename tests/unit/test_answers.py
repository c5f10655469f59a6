"""Is what was asked before told again, as it was, and in as little memory as is allowed?"""

from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest

from backlit import app
from backlit.app.demo import DEMO_TARGET
from backlit.index.answers import Answers
from backlit.index.profile import Profile


def test_what_was_asked_before_is_not_found_out_again() -> None:
    answers = Answers()
    made: list[int] = []

    def make() -> list[dict[str, Any]]:
        made.append(1)
        return [{"domain": "a.test", "at": datetime(2026, 3, 1, tzinfo=UTC), "state": None}]

    first = answers.once("one", ("domains", 10), make)
    assert answers.once("one", ("domains", 10), make) == first
    assert len(made) == 1
    answers.once("one", ("domains", 20), make)
    answers.once("two", ("domains", 10), make)
    assert len(made) == 3


def test_whoever_changes_an_answer_changes_it_for_nobody_else() -> None:
    answers = Answers()
    for _ in range(3):
        row: dict[str, Any] = answers.once("one", "row", lambda: {"links": [1, 2]})
        assert row == {"links": [1, 2]}
        row["links"].append(3)
        row["more"] = True


def test_the_answers_asked_for_longest_ago_make_room() -> None:
    answers = Answers(most=300, most_of_one=150)
    for name in "abac":
        answers.once(name, "text", lambda: token_hex(40))
    assert answers.size <= 300
    kept = [name for name in "abc" if answers.once(name, "text", lambda: "new") != "new"]
    assert kept == ["a", "c"]


def test_what_is_too_large_or_not_final_is_made_anew() -> None:
    answers = Answers(most=1_000, most_of_one=100)
    made: list[int] = []

    def make() -> str:
        made.append(1)
        return token_hex(100)

    assert [len(answers.once("one", "text", make)) for _ in range(2)] == [200, 200]
    assert [answers.once("two", "n", lambda: len(made), lambda n: n > 2) for _ in range(2)] == [2, 2]
    made.append(1)
    assert [answers.once("two", "n", lambda: len(made), lambda n: n > 2) for _ in range(2)] == [3, 3]
    assert len(made) == 3


@pytest.mark.parametrize(
    "view", ["overview", "domains", "anchors", "backlinks", "changes", "diversity", "audit"]
)
def test_a_page_that_is_opened_again_asks_the_links_nothing(
    demo_home: Path, view: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, call = app.open_session(demo_home, may_wait=True), getattr(app, view)
    first = call(session, DEMO_TARGET)

    def no_connection(*_: object) -> None:
        raise AssertionError("the links are asked again")

    monkeypatch.setattr(Profile, "connect", no_connection)
    monkeypatch.setattr(Profile, "_page", no_connection)
    again = call(session, DEMO_TARGET)
    assert (again.data, again.total, again.facets) == (first.data, first.total, first.facets)


def test_what_was_decided_meanwhile_is_told_at_once(tmp_path: Path) -> None:
    app.build_demo(tmp_path, pages=60)
    session = app.open_session(tmp_path, may_wait=True)
    rows = app.domains(session, DEMO_TARGET, q="-decision:keep").rows
    [name, *_] = [row["domain"] for row in rows]
    app.decide(session, name, "keep", why="a friend", target=DEMO_TARGET)
    left = app.domains(session, DEMO_TARGET, q="-decision:keep").rows
    assert name not in [row["domain"] for row in left]
    assert len(left) == len(rows) - 1
