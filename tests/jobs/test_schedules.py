"""Is everything that is due done once, over weeks, whatever the clock does?"""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from backlit import app
from backlit.app import due, preparing
from backlit.app.due import ask_due
from backlit.app.tasks import QUEUES
from backlit.errors import UsageError
from backlit.index import judgements
from backlit.index.storage import make_folder
from backlit.jobs.book import JobBook, opened_book
from backlit.jobs.results import Results
from backlit.jobs.schedules import Schedule, id_of, moment_of
from tests.unit.looks import Look, commit

BEGIN = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.at = BEGIN

    def __call__(self) -> datetime:
        return self.at


def looked_at(home: Path, book: JobBook, clock: Clock, moments: list[datetime]) -> list[str]:
    """The jobs that are asked for when it is looked at these moments; each is over at once."""
    asked = []
    for clock.at in moments:
        new = ask_due(home, book, clock)
        asked += new
        for job in new:
            book.cancel(job)
    return asked


def home_with_index(folder: Path) -> Path:
    make_folder(folder)
    (folder / "layout.json").write_text("{}")
    return folder


def test_a_moment_is_a_whole_number_of_periods_after_the_beginning() -> None:
    weekly = Schedule("weekly", "verify", timedelta(days=7), since=BEGIN)
    assert moment_of(weekly, BEGIN - DAY) is None
    assert moment_of(weekly, BEGIN + 6 * DAY) is None
    assert moment_of(weekly, BEGIN + 7 * DAY) == BEGIN + 7 * DAY
    assert moment_of(weekly, BEGIN + 20 * DAY) == BEGIN + 14 * DAY
    assert moment_of(Schedule("weekly", "verify", timedelta(days=7)), BEGIN) is None
    hourly = Schedule("hourly", "monitor-check", HOUR, since=BEGIN, at_once=True)
    assert moment_of(hourly, BEGIN) == BEGIN
    assert id_of(weekly, BEGIN, "example.com") == "weekly-20260301T093000Z-4264a51b"
    assert id_of(hourly, BEGIN) == "hourly-20260301T093000Z"


def test_weeks_of_looking_make_each_job_once(tmp_path: Path) -> None:
    home, clock = home_with_index(tmp_path / "home"), Clock()
    app.schedule_set(home, "links", every="7d", targets=["a.example", "b.example"], clock=clock)
    app.schedule_set(home, "audits", targets=["a.example"], every="13w", clock=clock)
    with opened_book(home, QUEUES) as book:
        asked = looked_at(home, book, clock, [BEGIN + n * 5 * HOUR for n in range(24 * 92 // 5)])
        due = [BEGIN + n * 7 * DAY for n in range(1, 14)]
        links = [f"links-{at:%Y%m%dT%H%M%SZ}" for at in due for _ in ("a", "b")]
        assert [job.rpartition("-")[0] for job in asked if job.startswith("links")] == links
        assert [job.rpartition("-")[0] for job in asked if not job.startswith("links")] == [
            f"audits-{BEGIN + 91 * DAY:%Y%m%dT%H%M%SZ}"
        ]
        job = book.job(asked[0])
        assert (job.kind, job.arguments, job.asked_by) == (
            "verify",
            {"target": "a.example"},
            "schedule links",
        )


def test_a_clock_that_jumps_makes_nothing_twice_and_makes_up_once(tmp_path: Path) -> None:
    home, clock = home_with_index(tmp_path / "home"), Clock()
    app.schedule_set(home, "links", every="1d", targets=["a.example"], clock=clock)
    moments = [
        BEGIN + 2 * DAY,
        BEGIN - 400 * DAY,  # back to long before the beginning
        BEGIN + 2 * DAY + HOUR,
        BEGIN + 1 * DAY + HOUR,  # back by a day: the moment before was never asked for
        BEGIN + 40 * DAY,  # ahead: one job makes up for all that was passed
        BEGIN + 2 * DAY + 2 * HOUR,  # and right again
        BEGIN + 3 * DAY,
        BEGIN + 40 * DAY + HOUR,
    ]
    with opened_book(home, QUEUES) as book:
        asked = looked_at(home, book, clock, moments)
    days = [2, 1, 40, 3]
    assert [job[:22] for job in asked] == [f"links-{BEGIN + n * DAY:%Y%m%dT%H%M%SZ}" for n in days]


def test_while_a_job_of_a_schedule_is_not_over_the_next_one_waits(tmp_path: Path) -> None:
    home, clock = home_with_index(tmp_path / "home"), Clock()
    app.schedule_set(home, "links", every="1d", targets=["a.example"], clock=clock)
    with opened_book(home, QUEUES) as book:
        clock.at = BEGIN + DAY
        first = ask_due(home, book, clock)
        clock.at = BEGIN + 2 * DAY
        assert (len(first), ask_due(home, book, clock)) == (1, [])
        book.cancel(first[0])
        assert len(ask_due(home, book, clock)) == 1


def test_schedules_as_they_come_count_from_the_first_look(tmp_path: Path) -> None:
    home, clock = home_with_index(tmp_path / "home"), Clock()
    app.monitor_add(home, ["https://blog.example/a"], "shop.example", clock=clock)
    assert [row["due_at"] for row in app.schedule_ls(home, clock=clock).rows] == [None] * 6
    with opened_book(home, QUEUES) as book:
        asked = looked_at(home, book, clock, [BEGIN, BEGIN + 29 * DAY, BEGIN + 30 * DAY])
    assert [job[:11] for job in asked] == ["monitors-20", "monitors-20", "monitors-20", "links-20260"]
    rows = app.schedule_ls(home, clock=clock).rows
    assert [(row["name"], row["targets"], row["due_at"]) for row in rows] == [
        ("monitors", ["shop.example"], BEGIN + 30 * DAY + HOUR),
        ("alerts", [], BEGIN + 30 * DAY + timedelta(minutes=10)),
        ("answers", [], BEGIN + 30 * DAY + timedelta(minutes=5)),
        ("links", ["shop.example"], BEGIN + 60 * DAY),
        ("audits", ["shop.example"], BEGIN + 91 * DAY),
        ("reports", ["shop.example"], None),
    ]


def test_monitors_are_looked_at_by_their_own_pace(tmp_path: Path) -> None:
    home, clock = home_with_index(tmp_path / "home"), Clock()
    with opened_book(home, QUEUES) as book:
        assert looked_at(home, book, clock, [BEGIN, BEGIN + HOUR]) == []  # nothing is watched
        clock.at = BEGIN + 2 * HOUR
        app.monitor_add(home, ["https://blog.example/a"], "shop.example", clock=clock)
        assert len(looked_at(home, book, clock, [BEGIN + 2 * HOUR, BEGIN + 2 * HOUR])) == 1


def test_that_no_monitor_is_due_is_found_out_once_a_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, clock = home_with_index(tmp_path / "home"), Clock()
    answers, looks = iter([False, True]), list[datetime]()

    def is_one_due(_home: Path, clock: Clock) -> bool:
        looks.append(clock())
        return next(answers)

    monkeypatch.setattr(due, "_is_one_due", is_one_due)
    looked: dict[str, datetime] = {}
    minutes = [BEGIN + n * timedelta(minutes=20) for n in range(6)]
    with opened_book(home, QUEUES) as book:
        asked = []
        for clock.at in minutes:
            asked += ask_due(home, book, clock, looked)
    assert looks == [BEGIN, BEGIN + HOUR]
    assert asked == [f"monitors-{BEGIN + HOUR:%Y%m%dT%H%M%SZ}"]


def test_alerts_are_looked_at_when_there_may_be_something_to_tell(tmp_path: Path) -> None:
    home, clock = make_folder(tmp_path / "home"), Clock()
    catalog = home / "catalog.db"

    def done(job: str) -> None:
        Results(home).keep(job, {"result": {"told": 0}})
        app.worker(home, schedules=False).run(until_idle=True)

    def changed(seconds: int) -> None:
        at = datetime.now(UTC).timestamp() + seconds
        os.utime(catalog, (at, at))

    app.schedule_set(home, "monitors", on=False, clock=clock)
    with opened_book(home, QUEUES) as book:
        assert looked_at(home, book, clock, [BEGIN]) == []  # nobody wants to hear of anything
        app.alert_add(home, "shop.example", clock=clock)
        [first] = ask_due(home, book, clock)
        assert (first, book.job(first).kind) == ("alerts-20260301T093000Z", "alert-run")
        catalog.touch()
        done(first)
        assert looked_at(home, book, clock, [BEGIN + n * HOUR for n in range(3)]) == []
        changed(60)
        assert [job[:22] for job in ask_due(home, book, clock)] == ["alerts-20260301T113000"]
        book.cancel("alerts-20260301T113000Z")
        assert looked_at(home, book, clock, [BEGIN + 3 * HOUR]) == [
            "alerts-20260301T123000Z"
        ]  # not done: again


def test_answers_are_prepared_when_the_index_or_the_projects_have_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, clock = tmp_path / "home", Clock()
    commit(home, "a", [Look("https://page.example/", 1, (("https://shop.example/", "the shop"),))])
    app.project_add(home, "shop.example", clock=clock)
    for name in ("monitors", "alerts"):
        app.schedule_set(home, name, on=False, clock=clock)

    def due_at(minute: int) -> list[str]:
        clock.at = BEGIN + timedelta(minutes=minute)
        return ask_due(home, book, clock)

    def done(job: str) -> None:
        Results(home).keep(job, {"result": {"targets": len(preparing.worth_preparing(home))}})
        app.worker(home, schedules=False).run(until_idle=True)
        at = datetime.now(UTC).timestamp() - 60  # the index was written before
        os.utime(home / "catalog.db", (at, at))

    with opened_book(home, QUEUES) as book:
        assert due_at(0) == []  # pages of a small index come at once
        monkeypatch.setattr(judgements, "QUICK_INDEX", 0)
        [first] = due_at(5)
        assert (first, book.job(first).kind) == ("answers-20260301T093500Z", "prepare")
        assert due_at(10) == []  # it is at work
        done(first)
        assert due_at(15) == []
        app.project_add(home, "club.example", clock=clock)
        assert due_at(20) == ["answers-20260301T095000Z"]
        done("answers-20260301T095000Z")
        told = {row["name"]: row["targets"] for row in app.schedule_ls(home, clock=clock).rows}
        assert told["answers"] == ["club.example", "shop.example"]
        with pytest.raises(UsageError, match="it goes by what projects there are"):
            app.schedule_set(home, "answers", targets=["shop.example"])
        assert due_at(25) == []
        (home / "catalog.db").touch()
        assert due_at(30) == ["answers-20260301T100000Z"]
        done("answers-20260301T100000Z")
        (home / "catalog.db").unlink()
        assert due_at(35) == []  # damaged: whoever opens a page is told


def test_old_jobs_of_schedules_that_are_looked_at_often_are_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, clock = home_with_index(tmp_path / "home"), Clock()
    monkeypatch.setattr(due, "KEPT", 3)
    app.monitor_add(home, ["https://blog.example/a"], "shop.example", clock=clock)
    with opened_book(home, QUEUES) as book:
        asked = looked_at(home, book, clock, [BEGIN + n * HOUR for n in range(8)])
        assert len(asked) == 8
        Results(home).log_path(asked[0])
        looked_at(home, book, clock, [BEGIN + 7 * HOUR])
        assert [job.id for job in book.jobs()] == asked[:-4:-1]


def test_without_an_index_there_is_nothing_to_look_at(tmp_path: Path) -> None:
    clock = Clock()
    app.schedule_set(tmp_path, "links", every="1d", targets=["a.example"], clock=clock)
    with opened_book(tmp_path, QUEUES) as book:
        assert looked_at(tmp_path, book, clock, [BEGIN + 5 * DAY]) == []


def test_a_schedule_is_switched_off_and_on_and_counts_anew(tmp_path: Path) -> None:
    home, clock = home_with_index(tmp_path / "home"), Clock()
    app.schedule_set(home, "links", every="1d", targets=["a.example"], on=False, clock=clock)
    with opened_book(home, QUEUES) as book:
        assert looked_at(home, book, clock, [BEGIN + 5 * DAY]) == []
        row = app.schedule_set(home, "links", on=True, clock=clock).row
        assert (row["on"], row["every_hours"], row["due_at"]) == (True, 24.0, BEGIN + 6 * DAY)
        assert looked_at(home, book, clock, [BEGIN + 5 * DAY]) == []
        assert len(looked_at(home, book, clock, [BEGIN + 6 * DAY])) == 1
    assert app.schedule_set(home, "links", targets=[], clock=clock).row["chosen"] is False


@pytest.mark.parametrize(
    ("name", "every", "found"),
    [
        ("nights", None, "there is none of that name"),
        ("links", "often", "that is no period"),
        ("links", "-3d", "that is no period"),
        ("links", "", "that is no period"),
        ("links", "0d", "that is too often"),
    ],
)
def test_what_is_no_schedule_is_named(tmp_path: Path, name: str, every: str | None, found: str) -> None:
    with pytest.raises(UsageError, match=found):
        app.schedule_set(tmp_path, name, every=every)


def project(home: Path, target: str) -> None:
    app.project_add(home, target, name=target, slug=target.partition(".")[0], clock=lambda: BEGIN)


def what(rows: list[app.Row]) -> list[tuple[str, str | None, list[str], float]]:
    names = ("name", "project", "targets", "every_hours")
    return [tuple(row[name] for name in names) for row in rows if row["name"] in ("links", "audits")]


def test_a_project_has_a_schedule_for_itself_and_goes_with_the_others_again(tmp_path: Path) -> None:
    home, clock = home_with_index(tmp_path / "home"), Clock()
    for name in ("shop", "club"):
        project(home, f"{name}.example")
    app.schedule_set(home, "links", every="30d", clock=clock)
    row = app.schedule_set(home, "links", every="7d", project="shop", clock=clock).row
    assert (row["project"], row["targets"], row["due_at"]) == ("shop", ["shop.example"], BEGIN + 7 * DAY)
    assert what(app.schedule_ls(home, clock=clock).rows) == [
        ("links", None, ["club.example"], 30 * 24),
        ("links", "shop", ["shop.example"], 7 * 24),
        ("audits", None, ["club.example", "shop.example"], 91 * 24),
    ]
    with opened_book(home, QUEUES) as book:
        asked = looked_at(home, book, clock, [BEGIN + n * DAY for n in range(31)])
        asked = [job for job in asked if job.startswith("links")]
        assert [job.rpartition("-")[0] for job in asked] == [
            *(f"links.shop-{BEGIN + n * DAY:%Y%m%dT%H%M%SZ}" for n in (7, 14, 21, 28)),
            f"links-{BEGIN + 30 * DAY:%Y%m%dT%H%M%SZ}",
        ]
        told = book.job(asked[0])
        assert (told.arguments, told.asked_by) == ({"target": "shop.example"}, "schedule links.shop")
    app.schedule_set(home, "links", on=False, project="shop", clock=clock)
    app.schedule_set(home, "links", targets=["shop.example", "other.example"], clock=clock)
    rows = app.schedule_ls(home, clock=clock).rows
    assert [(row["targets"], row["on"]) for row in rows if row["name"] == "links"] == [
        (["other.example"], True),
        (["shop.example"], False),
    ]
    row = app.schedule_set(home, "links", project="shop", common=True, clock=clock).row
    assert (row["project"], row["targets"]) == (None, ["other.example", "shop.example"])
    app.project_archive(home, "shop", clock=clock)
    app.schedule_set(home, "links", targets=[], clock=clock)
    assert what(app.schedule_ls(home, clock=clock).rows)[0] == ("links", None, ["club.example"], 30 * 24)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"name": "monitors", "project": "shop"}, "it goes by what is watched"),
        ({"name": "links", "project": "shop", "targets": ["a.example"]}, "targets are named, too"),
        ({"name": "links", "project": "nobody"}, "nobody"),
        ({"name": "links", "common": True}, "no project is named"),
        ({"name": "links", "project": "shop", "common": True}, "has none for itself"),
    ],
)
def test_what_no_project_can_have_is_named(tmp_path: Path, asked: app.Row, found: str) -> None:
    project(tmp_path, "shop.example")
    with pytest.raises(UsageError, match=found):
        app.schedule_set(tmp_path, **asked)
