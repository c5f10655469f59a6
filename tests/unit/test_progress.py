"""Do the few words about a job say what they should?"""

import pytest

from backlit.report.progress import about, how_far, how_often, share_done


@pytest.mark.parametrize(
    ("done", "total", "unit", "said", "share"),
    [
        (412, 1_000, "pages", "reading, 412 of 1,000 pages", 0.412),
        (12_500_000, 80_000_000, "bytes", "reading, 12.5 of 80.0 MB", 0.15625),
        (3_000_000, None, "bytes", "reading, 3.0 MB", None),
        (0, None, "links", "reading", None),
        (0, 10, "links", "reading, 0 of 10 links", 0.0),
        (12, 10, "links", "reading, 12 of 10 links", 1.0),
        (0, 0, "links", "reading, 0 of 0 links", None),
    ],
)
def test_how_far_a_stage_is(done: int, total: int | None, unit: str, said: str, share: float | None) -> None:
    stage = {"stage": "reading", "done": done, "total": total, "unit": unit}
    assert (how_far(stage), share_done(stage)) == (said, share)


def test_a_job_that_tells_nothing_says_nothing() -> None:
    assert (how_far(None), share_done(None)) == ("", None)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"target": "shop.example", "leads": True}, "shop.example"),
        ({"sources": ["a.gz"], "target": None}, "a.gz"),
        ({"sources": ["a.gz", "b.gz", "c.gz"]}, "a.gz and 2 more"),
        ({"seeds": ["https://a.example/"]}, "https://a.example/"),
        ({"sources": []}, ""),
        ({}, ""),
    ],
)
def test_what_a_job_is_about(arguments: dict[str, object], said: str) -> None:
    assert about(arguments) == said


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        (1 / 6, "every 10 minutes"),
        (1.0, "every hour"),
        (12.0, "every 12 hours"),
        (24.0, "every day"),
        (36.0, "every 36 hours"),
        (30 * 24.0, "every 30 days"),
        (1.5, "every 90 minutes"),
    ],
)
def test_how_often_something_comes(hours: float, said: str) -> None:
    assert how_often(hours) == said
