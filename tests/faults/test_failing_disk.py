"""A disk that is full or fails at the n-th step of a job: named as that, with the old rows or the new."""

import contextlib
import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import IO

import pytest

from backlit.errors import DiskFailing, DiskFull
from backlit.index.storage import Storage, using
from tests.faults.figures import record
from tests.faults.jobs import JOBS, answers, build, place, run, sound

KINDS = {errno.ENOSPC: DiskFull, errno.EIO: DiskFailing}


class Failing(Storage):
    """A disk that takes so many steps and then says no, for ever."""

    def __init__(self, after: int, code: int) -> None:
        super().__init__()
        self._left, self._code = after, code

    def _step(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise OSError(self._code, os.strerror(self._code))

    @property
    def is_reached(self) -> bool:
        """Whether it came to the step that fails."""
        return self._left < 0

    def open_new(self, path: Path) -> IO[bytes]:
        self._step()
        return super().open_new(path)

    def sync_file(self, path: Path) -> None:
        self._step()
        super().sync_file(path)

    def sync_folder(self, folder: Path) -> None:
        self._step()
        super().sync_folder(folder)

    def rename(self, old: Path, new: Path) -> None:
        self._step()
        super().rename(old, new)

    def mkdir(self, folder: Path) -> None:
        self._step()
        super().mkdir(folder)

    def unlink(self, path: Path) -> None:
        self._step()
        super().unlink(path)


class Homes:
    """A home laid out anew for every attempt, and the answers before and after each job."""

    def __init__(self, folder: Path) -> None:
        self.home, self._template = folder / "home", folder / "template"
        build(self.home)
        shutil.copytree(self.home, self._template)
        self.before = answers(self.home)
        self._after: dict[str, str] = {}

    def lay(self) -> None:
        place(self._template, self.home)

    def after(self, job: str) -> str:
        if job not in self._after:
            self.lay()
            run(job, self.home)
            self._after[job] = answers(self.home)
        return self._after[job]


def fail_at(homes: Homes, job: str, step: int, code: int) -> bool:
    """Fail a job at a step; whether it has as many steps."""
    after = homes.after(job)
    homes.lay()
    disk = Failing(step, code)
    with using(disk), contextlib.suppress(KINDS[code]):  # no other error will do
        run(job, homes.home)
    if not disk.is_reached:
        return False
    assert answers(homes.home) in (homes.before, after)
    run(job, homes.home)
    assert answers(homes.home) == after
    assert sound(homes.home)
    return True


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Homes:
    return Homes(tmp_path_factory.mktemp("failing"))


@pytest.mark.parametrize(("job", "step", "code"), [("ingest", 5, errno.ENOSPC), ("compact", 9, errno.EIO)])
def test_a_disk_that_says_no_is_named_and_the_old_rows_stay(
    homes: Homes, job: str, step: int, code: int
) -> None:
    assert fail_at(homes, job, step, code)


@pytest.mark.slow
def test_every_step_of_every_job_may_fail(homes: Homes) -> None:
    tried = {}
    for job in JOBS:
        for code in KINDS:
            step = 0
            while fail_at(homes, job, step, code):
                step += 1
            tried[f"{job}_{errno.errorcode[code]}"] = step
    goal = "a clean error, the old or the new rows, the same command again gives the new ones"
    record("failing-steps", "pytest -m slow -k every_step_of_every_job", goal, {**tried, "violations": 0})


@pytest.mark.slow
@pytest.mark.parametrize("error", ["ENOSPC", "EIO"])
@pytest.mark.parametrize("job", JOBS)
def test_every_system_call_of_every_job_may_fail(job: str, error: str) -> None:
    command = [sys.executable, "-m", "tests.faults.syscalls", job, "--error", error, "--record"]
    subprocess.run(command, check=True)
