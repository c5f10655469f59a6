"""What does this process take of its machine? As Prometheus' own libraries name it.

Linux tells in `/proc`; elsewhere what is not known is left out.
"""

import os
import resource
from pathlib import Path

from backlit.report.exposition import Family, Figure, gauge

__all__ = ["process_families"]

_PROC = Path("/proc/self")


def process_families(proc: Path = _PROC) -> list[Family]:
    """Processor time, memory and open files of this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = used.ru_utime + used.ru_stime
    resident, virtual = _memory(proc)
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return [
        Family(
            "process_cpu_seconds_total", "counter", "Processor time, of user and system.", [Figure(seconds)]
        ),
        gauge("process_resident_memory_bytes", "Memory that is held.", resident),
        gauge("process_virtual_memory_bytes", "Memory that is named.", virtual),
        gauge("process_open_fds", "Files and connections that are open.", _open_files(proc)),
        gauge("process_max_fds", "How many may be.", None if most == resource.RLIM_INFINITY else most),
        gauge("process_start_time_seconds", "When it began.", _began(proc)),
    ]


def _memory(proc: Path) -> tuple[int | None, int | None]:
    try:
        virtual, resident, *_ = (proc / "statm").read_text().split()
    except (OSError, ValueError):
        return None, None
    page = os.sysconf("SC_PAGE_SIZE")
    return int(resident) * page, int(virtual) * page


def _open_files(proc: Path) -> int | None:
    try:
        return sum(1 for _ in (proc / "fd").iterdir())
    except OSError:
        return None


def _began(proc: Path) -> float | None:
    """The moment in seconds since 1970: ticks after the machine began, and when that was."""
    try:
        ticks = int((proc / "stat").read_text().rpartition(")")[2].split()[19])
        [booted] = [line for line in Path("/proc/stat").read_text().splitlines() if line.startswith("btime ")]
    except (OSError, ValueError, IndexError):
        return None
    return int(booted.split()[1]) + ticks / os.sysconf("SC_CLK_TCK")
