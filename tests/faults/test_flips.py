"""Every byte that flips on the disk is found by the deep check, and the file is named."""

from pathlib import Path

import pytest

from tests.faults.figures import record
from tests.unit.test_upkeep import damage_many, fill


@pytest.mark.slow
def test_ten_thousand_flipped_bytes(tmp_path: Path) -> None:
    fill(tmp_path / "home")
    found = damage_many(tmp_path / "home", 10_000, seed=2)
    record(
        "flipped-bytes", "pytest -m slow -k ten_thousand_flipped", "0 missed, 0 unnamed", {**found, "seed": 2}
    )
    assert (found["missed"], found["unnamed"]) == (0, 0)
