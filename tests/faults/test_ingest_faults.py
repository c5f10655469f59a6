"""Killed, out of space or not alone: an ingest commits whole or not at all, and says which."""

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from backlit import app
from backlit.errors import DiskFull, HomeBusy
from backlit.vweb import VirtualWeb
from tests.faults.kill_ingest import digest

CHECKOUT = Path(__file__).resolve().parents[2]


def kill_many(kills: int, seed: int) -> dict[str, float]:
    """A series of kills from a process that opened no engine before."""
    command = [sys.executable, "-m", "tests.faults.kill_ingest", "--kills", str(kills), "--seed", str(seed)]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    result: dict[str, float] = json.loads(done.stdout)
    return result


def test_a_killed_ingest_run_again_holds_exactly_the_right_rows() -> None:
    result = kill_many(4, seed=1)
    assert (result["kills"], result["wrong"], result["failed"]) == (4, 0, 0)


@pytest.mark.slow
def test_two_hundred_kills() -> None:
    result = kill_many(200, seed=2)
    assert (result["kills"], result["wrong"], result["failed"]) == (200, 0, 0)


@pytest.fixture(scope="module")
def crawls(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("crawls")
    web = VirtualWeb(seed=5, pages=120)
    paths = [folder / f"{number}.warc.gz" for number in range(2)]
    for number, path in enumerate(paths):
        web.write_warc(path, crawl=number)
    return [str(path) for path in paths]


def test_a_second_writer_is_told_who_is_writing(crawls: list[str], tmp_path: Path) -> None:
    app.ingest(tmp_path, crawls[:1], workers=1)
    before = digest(tmp_path)
    with (tmp_path / "write.lock").open("w") as lock:
        lock.write("4711")
        lock.flush()
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(HomeBusy, match="process 4711 is writing"):
            app.ingest(tmp_path, crawls, workers=1)
    assert digest(tmp_path) == before


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("mounting a small disk needs root")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk_is_named_and_room_is_all_it_takes_to_go_on(
    crawls: list[str], small_disk: Path, tmp_path: Path
) -> None:
    home = small_disk / "home"
    app.ingest(home, crawls[:1], workers=1)
    before = digest(home)
    filler = small_disk / "filler"
    with filler.open("wb") as file:
        free = os.statvfs(small_disk)
        file.write(b"\0" * (free.f_bavail * free.f_frsize - 64 * 1024))
    with pytest.raises(DiskFull, match="Nothing was committed"):
        app.ingest(home, crawls[1:], workers=1)
    assert digest(home) == before
    filler.unlink()
    app.ingest(home, crawls[1:], workers=1)
    app.ingest(tmp_path / "roomy", crawls[:1], workers=1)
    app.ingest(tmp_path / "roomy", crawls[1:], workers=1)
    assert digest(home) == digest(tmp_path / "roomy")
