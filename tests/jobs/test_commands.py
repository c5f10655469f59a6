"""Do long commands do the same by a worker as by themselves, and can their jobs be followed and stopped?"""

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import backlit
from backlit import app
from backlit.app.answer import Row
from backlit.cli.root import run
from backlit.jobs.lock import held_lock, worker_of
from backlit.vweb import VirtualWeb
from tests.jobs.helping import until

Said = tuple[int, str, str]


@pytest.fixture(scope="module")
def crawl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("crawl") / "small.warc.gz"
    VirtualWeb(seed=1, pages=50).write_warc(path, crawl=0)
    return path


@pytest.fixture
def said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Said]:
    monkeypatch.setenv("BACKLIT_DIR", str(tmp_path / "home"))

    def call(*arguments: str) -> Said:
        capsys.readouterr()
        code = run(arguments)
        heard = capsys.readouterr()
        return code, heard.out, heard.err

    return call


@contextmanager
def worker(home: Path) -> Iterator[None]:
    beside = app.worker(home, schedules=False)
    thread = threading.Thread(target=beside.run)
    thread.start()
    until(lambda: worker_of(home) is not None)
    try:
        yield
    finally:
        beside.stop()
        thread.join()


def test_a_command_says_the_same_whether_a_worker_did_it_or_not(
    tmp_path: Path, crawl: Path, said: Callable[..., Said]
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    with worker(home):
        code, out, err = said("ingest", str(crawl), "--json")
        other, lines, _ = said("rank", "--seeds", "missing.txt")
    assert (code, other, lines) == (0, 5, "")
    assert "the worker of this home does it, as job ingest-" in err
    by_worker = json.loads(out)
    alone = app.ingest(tmp_path / "alone", [str(crawl)]).envelope()
    differ = ("snapshot", "seconds", "upkeep")
    for row in (by_worker["data"], alone["data"]):
        assert isinstance(row, dict)
        for name in differ:
            row.pop(name)
    assert by_worker["data"] == alone["data"]
    assert by_worker["meta"]["query"] == {"sources": [str(crawl)]}


def test_a_job_in_the_background_is_followed_to_its_end(
    tmp_path: Path, crawl: Path, said: Callable[..., Said], monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.chdir(crawl.parent)
    with held_lock(home):  # as if somebody worked: nothing is started
        code, out, _ = said("ingest", crawl.name, "--crawl", "first", "--background")
    job = out.splitlines()[0]
    assert (code, out) == (0, f"{job}\nFollow: backlit jobs wait {job}\n")
    monkeypatch.chdir(tmp_path)  # its names are meant from where it was asked for
    with worker(home):
        code, out, _ = said("jobs", "wait", job)
    assert code == 0
    assert out.startswith(f"{job}: done\nAsked for by command line on ")
    assert f"\n  sources: {crawl.name}\n  crawl: first\n" in out
    assert "\n  files: 1\n" in out
    code, out, _ = said("jobs", "ls")
    names, values = (line.split("\t") for line in out.splitlines())
    told = dict(zip(names, values, strict=True))
    assert (told["id"], told["kind"], told["state"], told["attempts"]) == (job, "ingest", "done", "1")
    assert said("jobs", "log", job) == (0, "", "")
    assert said("jobs", "cancel", job)[0] == 2


def test_the_error_of_a_job_is_that_of_the_command(tmp_path: Path, said: Callable[..., Said]) -> None:
    home = tmp_path / "home"
    home.mkdir()
    with worker(home):
        code, out, err = said("rank", "--quiet")
        job = json.loads(said("jobs", "ls", "--json")[1])["data"][0]
        waited = said("jobs", "wait", job["id"])
    alone = said("rank", "--quiet")
    assert (code, out, err) == alone
    assert waited == alone
    assert (job["state"], job["error"]["class"]) == ("failed", "HomeMissing")


def test_a_job_that_nobody_does_says_so(tmp_path: Path, said: Callable[..., Said]) -> None:
    asked = app.ask_job(tmp_path / "home", "rank", {}).row["id"]
    code, out, _ = said("jobs", "show", asked[:9])
    assert code == 0
    assert out.endswith("No worker runs: `backlit up` or `backlit jobs work` starts one.\n")
    with pytest.raises(backlit.errors.Interrupted, match="no worker runs on this home"):
        app.job_wait(tmp_path / "home", asked, pause=lambda _seconds: None)
    assert said("jobs", "cancel", asked)[1].startswith(f"{asked}: cancelled\n")
    with pytest.raises(backlit.errors.Interrupted, match="it was cancelled"):
        app.job_wait(tmp_path / "home", asked)
    assert said("jobs", "resume", asked)[1].startswith(f"{asked}: waiting\n")


def test_a_home_without_jobs_stays_without(tmp_path: Path, said: Callable[..., Said]) -> None:
    assert said("jobs", "ls", "--json")[0] == 0
    assert said("jobs", "schedule", "ls")[0] == 0
    code, _, err = said("jobs", "show", "anything")
    assert (code, "this home has no jobs" in err) == (2, True)
    assert said("jobs", "ls", "--state", "lost")[0] == 2
    assert not (tmp_path / "home").exists()


def test_help_and_short_commands_load_no_dbos() -> None:
    program = (
        "import sys; from backlit.cli.root import run; run(['--help']); run(['jobs', '--help']);"
        "run(['jobs', 'ls']); sys.exit('dbos' in sys.modules)"
    )
    nowhere = {"BACKLIT_DIR": "/nonexistent/home", "PATH": ""}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, env=nowhere, check=False)
    assert done.returncode == 0, done.stderr


def test_names_on_stdin_go_along(
    tmp_path: Path, crawl: Path, said: Callable[..., Said], monkeypatch: pytest.MonkeyPatch
) -> None:
    import io

    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{crawl}\n\n"))
    with held_lock(home):
        assert said("ingest", "-", "--background")[0] == 0
    asked: Row = app.jobs_ls(home).rows[0]
    assert asked["arguments"]["sources"] == [str(crawl)]


def test_python_asks_for_jobs_too(tmp_path: Path, crawl: Path) -> None:
    index = backlit.open(tmp_path)
    job = index.ask("ingest", sources=[str(crawl)])
    assert (job.show()["state"], job.show()["asked_by"]) == ("waiting", "Python")
    with worker(tmp_path):
        assert job.wait()["files"] == 1
    assert [row["state"] for row in index.jobs()] == ["done"]
    assert index.job(job.id[:8]).id == job.id
    second = index.ask("rank")
    second.cancel()
    second.resume()
    assert [row["id"] for row in index.jobs(state="waiting")] == [second.id]


def test_background_starts_a_worker_that_ends_when_nothing_is_left(
    tmp_path: Path, crawl: Path, said: Callable[..., Said]
) -> None:
    home = tmp_path / "home"
    for _ in range(2):
        assert said("ingest", str(crawl), "--background")[0] == 0
    jobs = [row["id"] for row in app.jobs_ls(home).rows]
    assert len(jobs) == 2
    for job in jobs:
        assert app.job_wait(home, job).row["files"] == 1
    until(lambda: worker_of(home) is None)
