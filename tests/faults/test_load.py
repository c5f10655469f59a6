"""Do all who look get their pages while crawls are read, and does the server take no more memory for it?

How soon they get them is a figure of the scoreboard: `python -m tests.faults.load`.
"""

from pathlib import Path

import pytest

from tests.faults.load import READERS, main


@pytest.mark.slow
def test_fifty_readers_beside_imports_are_all_answered_in_the_same_memory(tmp_path: Path) -> None:
    found = main(tmp_path, 180, 3)
    assert found["not_200"] == 0, found["statuses"]
    assert found["sources_ingested"] >= 2
    assert found["pages"] >= READERS
    assert found["grown_mb"] < 64
