"""Is every job done, once, whoever dies meanwhile?"""

import os
import signal
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path

import pytest

import backlit
from backlit.errors import HomeBusy, IndexDamaged, JobRefused, JobUnknown, UsageError
from backlit.jobs import worker
from backlit.jobs.book import opened_book
from backlit.jobs.formats import brought_up, written
from backlit.jobs.job import JobState
from backlit.jobs.lock import held_lock, worker_of
from backlit.jobs.results import Results
from tests.jobs.fake_tasks import QUEUES, traces
from tests.jobs.helping import ask, book_of, job, until, work, working

#: A worker of fake tasks in a process of its own.
PROGRAM = """
import sys
from pathlib import Path
from tests.jobs.helping import MANNER
from backlit.jobs.worker import Worker
Worker(Path(sys.argv[1]), MANNER).run()
"""

#: The same, which ends as the command does.
LEAVING = """
import signal, sys
from pathlib import Path
from tests.jobs.helping import MANNER
from backlit.jobs.worker import Worker
worker = Worker(Path(sys.argv[1]), MANNER)
signal.signal(signal.SIGTERM, lambda *_: worker.stop())
worker.run()
worker.leave()
"""


def test_a_job_is_done_and_tells_what_came_of_it(tmp_path: Path) -> None:
    assert ask(tmp_path, "quick", "one")
    assert job(tmp_path, "one").state is JobState.WAITING
    work(tmp_path)
    told = job(tmp_path, "one").told
    assert (told["state"], told["kind"], told["asked_by"], told["attempts"]) == ("done", "quick", "a test", 1)
    assert told["result"] == {"name": "one"}  # its rows stand in its folder
    assert told["progress"]["stage"] == "being quick"
    assert (told["progress"]["done"], told["progress"]["total"]) == (3, 4)
    assert told["error"] is None
    assert told["asked_at"] <= told["started_at"] <= told["ended_at"]
    assert Results(tmp_path).read("one") == {
        "result": {"name": "one", "rows": [1, 2]},
        "query": {"asked": "one"},
        "snapshot": "12",
        "took_ms": 0.0,
    }


def test_what_was_asked_for_under_an_id_is_done_once(tmp_path: Path) -> None:
    assert ask(tmp_path, "quick", "one")
    assert not ask(tmp_path, "quick", "one")
    work(tmp_path)
    assert not ask(tmp_path, "quick", "one")
    work(tmp_path)
    assert traces(tmp_path) == ["began one", "ended one"]


def test_jobs_of_a_queue_are_done_in_order_and_listed_newest_first(tmp_path: Path) -> None:
    for name in ("one", "two", "three"):
        ask(tmp_path, "steps", name, steps=1)
    work(tmp_path)
    assert traces(tmp_path) == ["ended one", "ended two", "ended three"]
    with book_of(tmp_path) as book:
        assert [each.id for each in book.jobs()] == ["three", "two", "one"]
        assert [each.id for each in book.jobs(limit=1)] == ["three"]
        assert book.jobs(only=[JobState.FAILED]) == []


def test_a_task_that_fails_says_why_and_can_be_resumed(tmp_path: Path) -> None:
    ask(tmp_path, "wrong", "one")
    work(tmp_path)
    failed = job(tmp_path, "one")
    assert failed.state is JobState.FAILED
    assert failed.error == {
        "class": "SourceError",
        "asked": "read a thing",
        "found": "it is not there",
        "do": "Put it there.",
        "exit_code": 5,
    }
    (tmp_path / "go").touch()
    with book_of(tmp_path) as book:
        assert book.resume("one").state is JobState.WAITING
    work(tmp_path)
    assert job(tmp_path, "one").state is JobState.DONE
    assert traces(tmp_path) == ["began one", "ended one"]


def test_a_fault_of_ours_leaves_where_in_the_log(tmp_path: Path) -> None:
    ask(tmp_path, "broken", "one")
    work(tmp_path)
    error = job(tmp_path, "one").error
    assert error is not None
    assert error["found"] == "unexpected ZeroDivisionError: nobody foresaw this"
    log = Results(tmp_path).log("one")
    assert log.startswith("a word before the end\n")
    assert "fake_tasks.py" in log


def test_a_job_that_waits_can_be_cancelled_and_is_never_begun(tmp_path: Path) -> None:
    ask(tmp_path, "quick", "one")
    ask(tmp_path, "quick", "two")
    with book_of(tmp_path) as book:
        assert book.cancel("one").state is JobState.CANCELLED
        with pytest.raises(UsageError, match="it is cancelled"):
            book.cancel("one")
    work(tmp_path)
    assert traces(tmp_path) == ["began two", "ended two"]


def test_a_job_that_runs_is_cancelled_keeps_what_it_has_and_goes_on_when_resumed(tmp_path: Path) -> None:
    ask(tmp_path, "held", "one")
    with working(tmp_path), book_of(tmp_path) as book:
        until(lambda: traces(tmp_path) == ["began one"])
        assert book.job("one").state is JobState.RUNNING
        assert book.cancel("one").state is JobState.CANCELLED
        until(lambda: traces(tmp_path) == ["began one", "stopped one"])
        (tmp_path / "go").touch()
        book.resume("one")
        until(lambda: book.job("one").state is JobState.DONE)
        with pytest.raises(UsageError, match="it is done"):
            book.resume("one")
    assert traces(tmp_path) == ["began one", "stopped one", "began one", "ended one"]


@pytest.mark.parametrize("resumed_first", [True, False])
def test_a_job_that_is_resumed_while_it_is_still_ending_runs_once_more_and_not_beside_itself(
    tmp_path: Path, resumed_first: bool
) -> None:
    ask(tmp_path, "stubborn", "one")
    with working(tmp_path), book_of(tmp_path) as book:
        until(lambda: traces(tmp_path) == ["began one"])
        book.cancel("one")
        until(lambda: traces(tmp_path) == ["began one", "stopped one"])
        if resumed_first:
            book.resume("one")
            until(lambda: book.job("one").state is JobState.RUNNING)  # and waits for the run before
        (tmp_path / "leave").touch()
        until(lambda: "left one" in traces(tmp_path))
        if not resumed_first:
            book.resume("one")
        until(lambda: traces(tmp_path).count("began one") == 2)
        (tmp_path / "go").touch()
        until(book.is_idle)
        assert book.job("one").state is JobState.DONE
    assert traces(tmp_path) == ["began one", "stopped one", "left one", "began one", "ended one"]


def test_a_worker_that_is_stopped_while_a_job_is_still_ending_ends(tmp_path: Path) -> None:
    ask(tmp_path, "stubborn", "one")
    with (
        subprocess.Popen([sys.executable, "-c", LEAVING, str(tmp_path)]) as leaving,
        book_of(tmp_path) as book,
    ):
        until(lambda: traces(tmp_path) == ["began one"])
        book.cancel("one")
        until(lambda: traces(tmp_path) == ["began one", "stopped one"])
        book.resume("one")
        until(lambda: book.job("one").state is JobState.RUNNING)
        (tmp_path / "leave").touch()
        until(lambda: traces(tmp_path).count("began one") == 2)
        leaving.terminate()
        assert leaving.wait() == 0
    assert job(tmp_path, "one").state is JobState.WAITING


def test_a_task_that_does_not_end_is_ended(tmp_path: Path) -> None:
    ask(tmp_path, "stubborn", "one")
    with working(tmp_path, grace=0.1) as beside, book_of(tmp_path) as book:
        until(lambda: traces(tmp_path) == ["began one"])
        book.cancel("one")
        until(lambda: beside.tasks() == {})
        assert book.job("one").state is JobState.CANCELLED


def test_a_queue_runs_no_more_than_its_limit_at_once(tmp_path: Path) -> None:
    for name in ("one", "two", "three"):
        ask(tmp_path, "held", name)
    ask(tmp_path, "steps", "beside", steps=1)
    with working(tmp_path), book_of(tmp_path) as book:
        until(lambda: book.job("beside").state is JobState.DONE and len(traces(tmp_path)) == 3)
        running = [each.id for each in book.jobs(only=[JobState.RUNNING])]
        assert (len(running), [each.state for each in book.jobs(only=[JobState.WAITING])]) == (
            2,
            [JobState.WAITING],
        )
        (tmp_path / "go").touch()
        until(book.is_idle)
    assert sorted(traces(tmp_path)) == sorted(
        [f"{what} {name}" for what in ("began", "ended") for name in ("one", "two", "three")]
        + ["ended beside"]
    )


def test_a_worker_that_is_stopped_leaves_its_jobs_to_the_next(tmp_path: Path) -> None:
    ask(tmp_path, "held", "one")
    with working(tmp_path):
        until(lambda: traces(tmp_path) == ["began one"])
    assert worker_of(tmp_path) is None
    assert job(tmp_path, "one").state is JobState.WAITING
    (tmp_path / "go").touch()
    work(tmp_path)
    assert traces(tmp_path) == ["began one", "stopped one", "began one", "ended one"]
    assert (job(tmp_path, "one").state, job(tmp_path, "one").attempts) == (JobState.DONE, 2)


def test_a_second_worker_is_refused_and_nothing_runs_twice(tmp_path: Path) -> None:
    ask(tmp_path, "held", "one")
    with working(tmp_path):
        until(lambda: traces(tmp_path) == ["began one"])
        assert worker_of(tmp_path) == os.getpid()
        with pytest.raises(HomeBusy, match=f"process {os.getpid()} does already"):
            work(tmp_path)
        (tmp_path / "go").touch()
        until(lambda: job(tmp_path, "one").state is JobState.DONE)
    assert traces(tmp_path) == ["began one", "ended one"]


def test_asking_whether_there_is_a_worker_keeps_none_from_beginning(tmp_path: Path) -> None:
    asked, over = threading.Event(), threading.Event()

    def ask_again_and_again() -> None:
        while not over.is_set():
            worker_of(tmp_path)
            asked.set()

    with held_lock(tmp_path):
        pass
    asker = threading.Thread(target=ask_again_and_again)
    asker.start()
    try:
        assert asked.wait(60)
        for _ in range(20):
            with held_lock(tmp_path):
                assert worker_of(tmp_path) in (os.getpid(), 0)
    finally:
        over.set()
        asker.join()


def test_tasks_die_with_a_worker_that_is_killed_and_the_next_one_goes_on(tmp_path: Path) -> None:
    ask(tmp_path, "held", "one")
    killed = subprocess.Popen([sys.executable, "-c", PROGRAM, str(tmp_path)])
    until(lambda: traces(tmp_path) == ["began one"])
    killed.kill()
    killed.wait()
    with held_lock(tmp_path, wait=60.0):  # which is held as long as one of its tasks lives
        pass
    (tmp_path / "go").touch()
    work(tmp_path)
    assert traces(tmp_path) == ["began one", "began one", "ended one"]
    assert job(tmp_path, "one").attempts == 2


def test_a_task_that_was_killed_is_a_failure_of_its_job_alone(tmp_path: Path) -> None:
    ask(tmp_path, "held", "one")
    with working(tmp_path) as beside:
        until(lambda: traces(tmp_path) == ["began one"])
        os.kill(beside.tasks()["one"], signal.SIGKILL)
        until(lambda: job(tmp_path, "one").state is JobState.FAILED)
        ask(tmp_path, "quick", "two")
        until(lambda: job(tmp_path, "two").state is JobState.DONE)
    error = job(tmp_path, "one").error
    assert error is not None
    assert error["found"] == "its process was killed by signal 9, most likely for want of memory"


def test_a_result_that_was_published_before_its_worker_died_is_taken_over(tmp_path: Path) -> None:
    ask(tmp_path, "quick", "one")
    Results(tmp_path).keep("one", {"result": {"name": "found"}})
    work(tmp_path)
    assert (job(tmp_path, "one").state, job(tmp_path, "one").result) == (JobState.DONE, {"name": "found"})
    assert traces(tmp_path) == []


def test_a_job_that_waits_for_another_version_of_backlit_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(tmp_path, "held", "one")
    ask(tmp_path, "quick", "two")
    with working(tmp_path):
        until(lambda: "began one" in traces(tmp_path))
    monkeypatch.setattr(backlit, "__version__", "99.0")
    (tmp_path / "go").touch()
    work(tmp_path)
    assert {job(tmp_path, name).state for name in ("one", "two")} == {JobState.DONE}


def test_a_job_of_a_later_format_is_refused_with_a_sentence_and_can_be_resumed(tmp_path: Path) -> None:
    later = written("quick", {"name": "one"}, by="a test", folder=str(tmp_path)) | {"format": 7}
    with book_of(tmp_path) as book:
        book.ask("one", later)
        work(tmp_path)
        failed = book.job("one")
        assert failed.error is not None
        assert (failed.error["class"], failed.error["found"]) == (
            "JobRefused",
            "a later Backlit wrote it; this one knows formats up to 1",
        )
        assert book.resume("one").state is JobState.WAITING


def test_jobs_that_an_earlier_version_left_are_done_by_a_later_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of another format, of a kind that was renamed, in a queue that is no more: none is left lying."""
    with opened_book(tmp_path, {**QUEUES, "fast": "gone"}) as book:
        book.set_limits({"gone": 1}, 0.02)  # as the worker of that version did
        for n in range(3):
            asked = written("fast", {"called": f"job-{n}"}, by="a test", folder=str(tmp_path))
            book.ask(f"job-{n}", asked)
    renewals = {1: lambda job: {**job, "kind": "quick", "arguments": {"name": job["arguments"]["called"]}}}
    monkeypatch.setattr(worker, "brought_up", partial(brought_up, renewals=renewals, to=2))
    work(tmp_path)
    with book_of(tmp_path) as book:
        assert {each.state for each in book.jobs()} == {JobState.DONE}
    assert sorted(traces(tmp_path)) == [f"{what} job-{n}" for what in ("began", "ended") for n in range(3)]


def test_a_job_of_an_older_format_is_brought_up_or_refused() -> None:
    old = {"format": 1, "kind": "fast", "arguments": {"n": 1}, "by": "x", "folder": "/"}
    renewals = {1: lambda job: {**job, "kind": "quick"}, 2: lambda job: {**job, "arguments": {"name": "one"}}}
    new = brought_up(old, QUEUES, renewals=renewals, to=3)
    assert new == {"format": 3, "kind": "quick", "arguments": {"name": "one"}, "by": "x", "folder": "/"}
    with pytest.raises(JobRefused, match="writes format 3 and has no way from 2"):
        brought_up(old, QUEUES, renewals={1: renewals[1]}, to=3)
    with pytest.raises(JobRefused, match="this Backlit knows no 'fast'"):
        brought_up(old, QUEUES)


def test_ids_that_are_none_and_beginnings_that_are_two_are_named(tmp_path: Path) -> None:
    ask(tmp_path, "quick", "same-1")
    ask(tmp_path, "quick", "same-2")
    with book_of(tmp_path) as book:
        assert book.job("same-1").id == "same-1"
        with pytest.raises(JobUnknown, match="more than one job begins so"):
            book.job("same")
        with pytest.raises(JobUnknown, match="there is no such job"):
            book.job("nothing")
        for bad in ("../../etc/passwd", "", ".hidden", "a b"):
            with pytest.raises(UsageError, match="no job can have that id"):
                book.ask(bad, written("quick", {}, by="x", folder="/"))


def test_a_folder_that_is_gone_is_named(tmp_path: Path) -> None:
    with book_of(tmp_path) as book:
        gone = str(tmp_path / "gone")
        book.ask("one", written("quick", {"name": "one"}, by="a test", folder=gone))
        work(tmp_path)
        assert book.job("one").error == {
            "class": "ConfigError",
            "asked": f"work in {gone}",
            "found": "no such file or directory",
            "do": "Ask for it again from a folder that stays.",
            "exit_code": 3,
        }


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "jobs.sqlite").write_bytes(b"x" * 5_000)
    with pytest.raises(IndexDamaged, match="Move it away: what waited in it has to be asked for again"):
        ask(tmp_path, "quick", "one")


def test_a_fault_in_what_is_due_is_logged_and_work_goes_on(tmp_path: Path) -> None:
    def tick(_book: object) -> None:
        raise RuntimeError("the clock is broken")

    ask(tmp_path, "quick", "one")
    work(tmp_path, tick=tick)
    assert job(tmp_path, "one").state is JobState.DONE
    assert "the clock is broken" in (tmp_path / "logs" / "worker.log").read_text()
