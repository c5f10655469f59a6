"""Whatever is done in whatever order: does only what may go ever go?"""

import pytest

from tests.outreach.machine import run


def test_three_thousand_steps_send_nothing_that_may_not_go() -> None:
    found = run(3_000, 1)
    assert found["wrong"] == []
    assert found["handed_over"] > 50


@pytest.mark.slow
def test_a_million_steps_send_nothing_that_may_not_go() -> None:
    assert run(1_000_000, 2)["wrong"] == []
