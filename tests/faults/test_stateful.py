"""Any sequence of what can be done to an index, against a dictionary that remembers what was put in."""

import shutil
import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from backlit import app
from backlit.index.check import check
from backlit.index.tables import Index
from backlit.model import Reader
from tests.faults.figures import record
from tests.unit.looks import Look, commit, day
from tests.unit.test_history_fuzz import blank, fates, model_of

ALL = timedelta(0)
NOTHING = blank()

batches = st.lists(
    st.builds(
        Look,
        url=st.sampled_from(NOTHING.pages),
        on=st.integers(1, 11),
        links=st.sets(st.sampled_from(NOTHING.links)).map(lambda some: tuple(sorted(some))),
        reader=st.sampled_from([Reader.WAT, Reader.WARC]),
        complete=st.booleans(),
    ),
    min_size=1,
    max_size=4,
)

steps = 0


class Machine(RuleBasedStateMachine):
    """The index beside a dictionary of versions: which looks each of them knows."""

    @initialize()
    def make(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="stateful-"))
        self.home, self.number = self.folder / "home", 0
        self.known: dict[int, list[Look]] = {}
        self.put([Look(NOTHING.pages[0], 1, tuple(NOTHING.links[:1]))])

    def looks(self) -> list[Look]:
        return self.known[Index.open(self.home).version().id]

    @rule(batch=batches)
    def put_in(self, batch: list[Look]) -> None:
        self.put(batch)

    def put(self, batch: list[Look]) -> None:
        before = self.looks() if self.number else []
        self.number += 1
        version = commit(self.home, f"part{self.number}", batch)
        self.known[version.id] = [*before, *batch]

    @rule(whole=st.booleans())
    def compact(self, whole: bool) -> None:
        before = self.looks()
        self.known[int(app.compact(self.home, whole=whole).snapshot or 0)] = before

    @rule()
    def collect(self) -> None:
        app.gc(self.home, keep=ALL, safe_age=ALL)
        kept = {version.id for version in Index.open(self.home).versions()}
        self.known = {version: looks for version, looks in self.known.items() if version in kept}

    @precondition(lambda self: len(self.known) > 1)
    @rule(data=st.data())
    def go_back(self, data: st.DataObject) -> None:
        kept = [v.id for v in Index.open(self.home).versions() if v.id in self.known]
        app.rollback(self.home, str(data.draw(st.sampled_from(kept))))

    @rule(suffix=st.sampled_from(["", ".tar"]))
    def move(self, suffix: str) -> None:
        """Back the home up, restore it elsewhere, and go on there."""
        self.number += 1
        target, new = self.folder / f"backup{self.number}{suffix}", self.folder / f"home{self.number}"
        app.backup(self.home, target)
        app.restore(new, target)
        shutil.rmtree(self.home)
        self.home = new

    @invariant()
    def tells_what_was_put_in(self) -> None:
        global steps  # noqa: PLW0603  # hypothesis makes the machines; only the sum of their steps is told
        steps += 1
        known = replace(NOTHING, looks=self.looks())
        assert fates(self.home) == model_of(known)
        assert fates(self.home, day(6)) == model_of(known, 6)

    def teardown(self) -> None:
        assert check(Index.open(self.home), deep=True).damages == ()
        shutil.rmtree(self.folder)


def _run(examples: int, length: int, *, same: bool) -> None:
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=length,
            deadline=None,
            database=None,
            derandomize=same,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_any_sequence_of_commands_tells_what_the_dictionary_remembers() -> None:
    _run(1, 5, same=True)


@pytest.mark.slow
def test_ten_thousand_steps_through_real_tables() -> None:
    before = steps
    while steps - before < 10_000:
        _run(100, 40, same=False)
    goal = "every answer equals the dictionary's, after every step"
    record(
        "stateful", "pytest -m slow -k ten_thousand_steps", goal, {"steps": steps - before, "differences": 0}
    )
