"""What may a page of a stranger cost, and does each get a verdict?

A page is read as the only record of a WARC file. It may take 2 s of processor time and 64 MiB of
memory beyond what the process had, and must end as a row, as a counted problem or as no page at all.
The quick form reads 200 pages, each family in three sizes; `scripts/nightly` 2,000, up to 8 MB.
"""

import os
import sys
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import pytest

from backlit.ingest import rehearsal
from backlit.ingest.assemble import Tally
from backlit.ingest.http import HTML, parse_response
from backlit.ingest.warc import read_warc
from tests.hostile import responses
from tests.hostile.pages import FAMILIES, SIZES, made

assert responses.HTML  # its families are there
#: What the promise is.
SECONDS, BYTES = 2.0, 64 << 20


class Cost(NamedTuple):
    """What reading one page took and gave."""

    seconds: float
    grown: int
    records: int
    pages: int
    problems: tuple[str, ...]


def status_bytes(field: str, process: int | str = "self") -> int:
    """A field of /proc/…/status in bytes."""
    lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith(f"{field}:"))


def seconds_of(process: int) -> float:
    """The processor time of another process."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def spent() -> float:
    """Processor time of this process, of the one beside it, and of those that were killed."""
    times = os.times()
    beside = rehearsal.beside()
    gone = times.children_user + times.children_system
    return time.process_time() + gone + (seconds_of(beside) if beside else 0)


def cost_of(block: bytes, folder: Path) -> Cost:
    """Read one response as a WARC of its own."""
    head = (
        b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://page.example/dir/\r\n"
        b"WARC-Date: 2024-05-06T07:08:09Z\r\nContent-Length: %d\r\n\r\n"
    )
    rehearsal.rehearsed(
        b"x" * 2_000_000, "https://page.example/", keeps_internal=False
    )  # who is beside is ready
    path = folder / "hostile.warc"
    path.write_bytes(head % len(block) + block + b"\r\n\r\n")
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak starts again from here
    before, began, tally = status_bytes("VmRSS"), spent(), Tally()
    for _ in read_warc(path, "hostile", tally):
        pass
    seconds, grown = spent() - began, status_bytes("VmHWM") - before
    return Cost(seconds, grown, tally.records, tally.pages, tuple(why for _, why in tally.problems))


def pages_to_make(sizes: Sequence[int], count: int) -> Iterator[tuple[str, int, int]]:
    """So many pages: every family in every size, with one seed after the other."""
    every = ((family, size, seed) for seed in range(count) for size in sizes for family in FAMILIES)
    return islice(every, count)


def check(sizes: Sequence[int], count: int, folder: Path, seconds: float) -> list[Cost]:
    """Read so many pages; each must keep to its limits and come to a verdict."""
    cost_of(made("many_links", 5_000, 0), folder)  # what is loaded at first use is not a page's
    costs = []
    for family, size, seed in pages_to_make(sizes, count):
        block = made(family, size, seed)
        cost = cost_of(block, folder)
        if cost.seconds > seconds or cost.grown > BYTES:  # once more: a busy machine makes work look longer
            cost = cost_of(block, folder)
        made_as = family, size, seed, cost
        assert cost.records == 1, made_as
        assert cost.pages == 1 or cost.problems or not is_page(block), made_as
        assert cost.seconds <= seconds, made_as
        assert cost.grown <= BYTES, made_as
        costs.append(cost)
    return costs


def is_page(block: bytes) -> bool:
    """Whether a response says that it is a page of HTML."""
    response = parse_response(block)
    return response is not None and response.status == 200 and response.media_type in HTML


def told(costs: Sequence[Cost]) -> str:
    """The figures of docs/reliability."""
    named = sum(bool(cost.problems) for cost in costs)
    most = max(cost.seconds for cost in costs), max(cost.grown for cost in costs) >> 20
    total = sum(cost.seconds for cost in costs)
    return f"{len(costs)} pages, {named} named, {total:.0f} s; most {most[0]:.2f} s, {most[1]} MiB"


def test_200_pages_made_to_do_harm(tmp_path: Path) -> None:
    """In three times the processor time: quick tests run where other work makes them slower."""
    assert len(check(SIZES[:3], 200, tmp_path, 3 * SECONDS)) == 200


@pytest.mark.slow
def test_2000_pages_made_to_do_harm(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    costs = check(SIZES, 2_000, tmp_path, SECONDS)
    with capsys.disabled():
        sys.stderr.write(f"\n{told(costs)}\n")
