"""Does reading a file of any size stay within the memory of a worker?"""

import gzip
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from backlit.vweb import VirtualWeb

#: Peak resident memory of an ingest with one worker, sorting and committing included.
LIMIT = 1_500_000_000
_records = re.compile(rb"WARC/1\.[01]\r\n(?:(?!\r\nWARC/1\.[01]\r\n).)*", re.DOTALL).findall

_INGEST = """
import resource, sys
from pathlib import Path
from backlit import app
found = app.ingest(Path(sys.argv[1]), [sys.argv[2]], workers=1).data
print(found["pages"], found["records_bad"], resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
"""


def multiplied(source: Path, path: Path, copies: int) -> int:
    """Many copies of a crawl file, each with names of its own of the same length; the bytes unpacked."""
    records, size = _records(gzip.decompress(source.read_bytes())), 0
    with path.open("wb") as file:
        for copy in range(copies):
            for record in records:
                made = record.replace(b".example", b".exam%03d" % copy) + b"\r\n"
                size += len(made)
                file.write(gzip.compress(made, 1))
    return size


@pytest.mark.slow
@pytest.mark.parametrize(
    ("write", "name", "size"),
    [
        (VirtualWeb.write_wat, "x.warc.wat.gz", 2_000_000_000),
        (VirtualWeb.write_warc, "x.warc.gz", 500_000_000),
    ],
    ids=["wat", "warc"],
)
def test_memory_does_not_grow_with_the_file(
    tmp_path: Path, write: Callable[[VirtualWeb, Path], object], name: str, size: int
) -> None:
    once = tmp_path / f"once-{name}"
    write(VirtualWeb(pages=4_000), once)
    copies = -(-size // len(gzip.decompress(once.read_bytes())))
    assert multiplied(once, tmp_path / name, copies) >= size

    command = [sys.executable, "-c", _INGEST, str(tmp_path / "home"), str(tmp_path / name)]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=7_000)

    pages, bad, peak = map(int, said.stdout.split())
    assert pages > 3_000 * copies
    assert bad == 0
    assert peak < LIMIT, f"{peak / 1e6:,.0f} MB at {size / 1e6:,.0f} MB"
