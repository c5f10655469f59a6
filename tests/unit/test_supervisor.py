"""Is a worker that died followed by another, never beside one that lives, and never after the end?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from backlit.cli.supervisor import Supervisor

#: A life during which the end comes.
LAST = (5.0, 0)


class World:
    """Lives of workers as (seconds, exit code), and who else works at each look; keeps what happened.

    The end comes during the last life, or in the last wait.
    """

    def __init__(
        self, *lives: tuple[float, int] | OSError, others: Sequence[int | None] = (), waits: int = 1_000
    ) -> None:
        self.lives, self.others, self.waits = list(lives), list(others), waits
        self.now, self.happened = 0.0, list[tuple[Any, ...]]()
        self.supervisor = Supervisor(
            self.start, self.other, self.tell, clock=lambda: self.now, wait=self.wait
        )

    def start(self, may_speak: bool) -> "Life":
        life = self.lives.pop(0)
        if isinstance(life, OSError):
            raise life
        self.happened.append(("started", may_speak))
        return Life(self, 100, *life)

    def other(self) -> int | None:
        return self.others.pop(0) if self.others else None

    def tell(self, text: str) -> None:
        self.happened.append(("told", text))

    def wait(self, seconds: float) -> bool:
        self.now += seconds
        self.happened.append(("waited", seconds))
        self.waits -= 1
        if not self.waits:
            self.supervisor.end()
        return not self.waits

    def ran(self) -> list[tuple[Any, ...]]:
        self.supervisor.run()
        return self.happened

    def of(self, what: str) -> list[Any]:
        return [found for event, found in self.happened if event == what]


@dataclass
class Life:
    world: World
    pid: int
    seconds: float
    code: int

    def wait(self) -> int:
        self.world.now += self.seconds
        if not self.world.lives:
            self.world.supervisor.end()
        return self.code

    def end(self) -> None:
        self.world.happened.append(("ended", self.pid))


def test_a_worker_that_was_killed_is_started_again_with_a_word() -> None:
    assert World((5, -9), (5, 4), LAST).ran() == [
        ("started", True),
        ("told", "the worker of this home was killed by signal 9; it is started again"),
        ("waited", 1.0),
        ("started", True),
        ("told", "the worker of this home ended with exit code 4; it is started again"),
        ("waited", 2.0),
        ("started", True),
        ("ended", 100),
    ]


def test_one_that_dies_each_time_is_tried_less_and_less_often_and_told_once() -> None:
    world = World(*[(0.5, 1)] * 9, LAST)
    world.ran()
    assert world.of("waited") == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert world.of("started") == [True, True, *[False] * 8]  # nor does it repeat itself on stderr
    assert len(world.of("told")) == 1


def test_after_a_minute_of_life_a_death_counts_as_the_first() -> None:
    world = World((1, -9), (1, -9), (59.9, -9), (60, -9), (1, -9), LAST)
    world.ran()
    assert world.of("waited") == [1, 2, 4, 1, 2]
    assert len(world.of("told")) == 2


def test_a_worker_begins_where_another_one_ends() -> None:
    assert World(LAST, others=[7, 7, 8, None]).ran() == [
        ("told", "process 7 works on the jobs of this home already; when it ends, a worker is started"),
        *[("waited", 1.0)] * 3,
        ("started", True),
        ("ended", 100),
    ]


def test_one_that_came_meanwhile_is_waited_for_and_told() -> None:
    world = World((5, -9), LAST, others=[None, 0, 7, None])
    world.ran()
    assert world.of("told")[1:] == [
        "another process works on the jobs of this home already; when it ends, a worker is started"
    ]
    assert world.of("waited") == [1, 1, 1]


def test_the_lock_of_a_worker_that_was_killed_is_not_told_as_another_one() -> None:
    world = World((5, -9), LAST, others=[None, 100, 100, None])
    world.ran()
    assert len(world.of("told")) == 1
    assert len(world.of("started")) == 2


def test_a_worker_that_cannot_be_started_is_tried_again() -> None:
    world = World(OSError(11, "Resource temporarily unavailable"), LAST)
    world.ran()
    assert world.of("told") == [
        "the worker of this home could not be started (resource temporarily unavailable); it is started again"
    ]
    assert world.of("started") == [True]


def test_nothing_is_started_after_the_end() -> None:
    ended_at_once = World(LAST)
    ended_at_once.supervisor.end()
    assert ended_at_once.ran() == []
    between_two = World((5, -9), LAST, waits=1)
    assert [event for event, _ in between_two.ran()] == ["started", "told", "waited", "ended"]
    behind_another = World(LAST, others=[7, 7, 7], waits=2)
    assert [event for event, _ in behind_another.ran()] == ["told", "waited", "waited"]
