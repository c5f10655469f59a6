"""Whatever is done in whatever order: does only what may go ever go?"""

import pytest

from tests.outreach.machine import run


def test_fifteen_hundred_steps_send_nothing_that_may_not_go() -> None:
    found = run(1_500, 1)
    assert found["wrong"] == []
    assert found["handed_over"] >= 20


@pytest.mark.slow
def test_a_million_steps_send_nothing_that_may_not_go() -> None:
    assert run(1_000_000, 2)["wrong"] == []
