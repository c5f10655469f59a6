"""A disk that is full or fails at the n-th system call of a command, whoever makes the call.

The kernel's answer is put in by strace, so that SQLite, DuckDB and pyarrow meet it as they would a real one:
from the n-th call on, every call that writes fails. A warm parent forks a child per attempt. What must hold:
the command ends well or says what the disk did; the old rows or the new are there, whole; the same command
again, on a sound disk, gives the new ones.

    python -m tests.faults.syscalls ingest --error ENOSPC --every 5 --minutes 60 --record
"""

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from backlit.errors import BacklitError, DiskFailing, DiskFull
from tests.faults.figures import add_up
from tests.faults.jobs import JOBS, answers, build, fork, in_child, place, run, sound

#: What fails on a disk that is full, and what on one that is broken.
CALLS = {
    "ENOSPC": "write,pwrite64,writev,pwritev,ftruncate,fallocate,fsync,fdatasync,mkdir,rename,link",
    "EIO": "write,pwrite64,writev,pwritev,ftruncate,fsync,fdatasync,mkdir,rename,link,unlink,pread64",
}
CLEAN, UNCLEAR, BROKEN = 3, 4, 5
_PATIENCE = 60.0  # seconds for a command of less than one

_called = re.compile(
    r"^(?:\d+ +)?(?:" + CALLS["EIO"].replace(",", "|") + r"|fallocate)\(", re.MULTILINE
).findall


def main() -> None:
    """Fail every call of one command, or one in so many, and print what came of it as one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("job", choices=sorted(JOBS))
    parser.add_argument("--error", choices=sorted(CALLS), default="ENOSPC")
    parser.add_argument("--every", type=int, default=1, help="leave out calls in between")
    parser.add_argument("--first", type=int, default=1, help="the first call to fail")
    parser.add_argument("--minutes", type=float, default=110.0, help="end after so long with what was done")
    parser.add_argument("--record", action="store_true", help="add the figures to those of other runs")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="syscalls-") as folder:
        tried = Trial(asked.job, asked.error, Path(folder))
        result = tried.run(asked.first, asked.every, asked.minutes * 60)
    if asked.record:
        command = f"python -m tests.faults.syscalls {asked.job} --error {asked.error} --record"
        goal = "a clean error, the old or the new rows, the same command again gives the new ones"
        most = ["calls"]
        add_up(
            f"syscalls-{asked.job}-{asked.error.lower()}", command, goal, result, most=most, seed=asked.first
        )
    sys.stdout.write(json.dumps(result) + "\n")
    sys.exit(0 if result["unclear"] == result["torn"] == result["wrong"] == 0 else 1)


class Trial:
    """One command and one error, each attempt on a home that is laid out anew."""

    def __init__(self, job: str, error: str, folder: Path) -> None:
        self._job, self._error, self._log = job, error, folder / "trace"
        self._home, self._template, self._report = folder / "home", folder / "template", folder / "report"

    def run(self, first: int, every: int, seconds: float) -> dict[str, int]:
        """Fail the calls one after the other; how many there are, how many were tried and what went wrong."""
        began = time.monotonic()
        self._must(lambda: build(self._home))
        shutil.copytree(self._home, self._template)
        before = self._answers()
        self._traced(None)
        calls, after = len(_called(self._log.read_text(errors="replace"))), self._answers()
        counts = {"calls": calls, "tried": 0, "said": 0, "unclear": 0, "torn": 0, "wrong": 0}
        for number in range(first, calls + 1, every):
            if time.monotonic() > began + seconds:
                break
            counts["tried"] += 1
            for outcome in self._attempt(number, before, after):
                counts[outcome] += 1
        return counts

    def _attempt(self, number: int, before: str, after: str) -> list[str]:
        place(self._template, self._home)
        said = {0: [], CLEAN: ["said"]}.get(self._traced(number), ["unclear"])
        if self._answers() not in (before, after) or in_child(self._check):
            return [*said, "torn"]
        if in_child(lambda: run(self._job, self._home)) or self._answers() != after or in_child(self._check):
            return [*said, "wrong"]
        return said

    def _traced(self, number: int | None) -> int:
        """Run the command under strace, with an error from the n-th call on; its exit code."""
        child = fork(self._work)
        os.waitpid(child, os.WUNTRACED)  # it stops itself
        calls = CALLS[self._error]
        inject = [] if number is None else ["-e", f"inject={calls}:error={self._error}:when={number}+"]
        trace = [
            "strace",
            "-f",
            "-q",
            "-o",
            str(self._log),
            "-e",
            f"trace={calls}",
            *inject,
            "-p",
            str(child),
        ]
        with subprocess.Popen(trace, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as strace:
            while not _is_traced(child):
                time.sleep(0.002)
            os.kill(child, signal.SIGCONT)
            status = _ended(child)
            strace.wait(_PATIENCE)
        return status

    def _work(self) -> None:
        """In the child: the command, and how it ended as an exit code."""
        os.kill(os.getpid(), signal.SIGSTOP)
        try:
            run(self._job, self._home)
        except (DiskFull, DiskFailing):
            os._exit(CLEAN)
        except BacklitError:
            os._exit(UNCLEAR)
        except BaseException:
            os._exit(BROKEN)

    def _check(self) -> None:
        if not sound(self._home):
            os._exit(1)

    def _answers(self) -> str:
        self._report.write_text("", encoding="ascii")
        in_child(lambda: self._report.write_text(answers(self._home), encoding="ascii"))
        return self._report.read_text(encoding="ascii")

    def _must(self, work: object) -> None:
        if in_child(work) != 0:  # type: ignore[arg-type]  # a lambda that returns what build does
            raise RuntimeError("a job that nobody disturbed failed")


def _is_traced(process: int) -> bool:
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    return "TracerPid:\t0\n" not in status


def _ended(child: int) -> int:
    """The exit code of a child that must not hang."""
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.005)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return BROKEN


if __name__ == "__main__":
    main()
