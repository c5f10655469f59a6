"""Does an index survive a loss of power at any step of any job that writes?

python -m tests.faults.power --states 100000 --recoveries 20 --seed 1
"""

import argparse
import json
import random
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from backlit.index.storage import Storage, using
from backlit.index.sums import CATALOG
from tests.faults.figures import record
from tests.faults.jobs import answers, build, run, sound
from tests.faults.recorder import Disk, Recorder, State, Step, files_of, needs_of, recording

#: The jobs in the order in which one home goes through them.
ORDER = ("ingest", "compact", "rollback", "gc")


@dataclass
class Trace:
    """One job as it was recorded, with the home before it and the answers before and after."""

    job: str
    start: dict[Path, bytes]
    steps: list[Step]
    needs: dict[bytes, dict[Path, bytes]]
    before: str
    after: str


@dataclass
class Found:
    """What a run over many states came to."""

    states: int = 0
    recoveries: int = 0
    violations: list[str] = field(default_factory=list)


def traces(home: Path, jobs: Sequence[str] = ORDER) -> list[Trace]:
    """Record every job once, one after the other, on one small home."""
    build(home)
    made = []
    for job in jobs:
        start, before = files_of(home), answers(home)
        recorder: Recorder
        with recording(home) as recorder:
            recorder.needs[start[home / CATALOG]] = needs_of(home)
            run(job, home)
        made.append(Trace(job, start, recorder.steps, recorder.needs, before, answers(home)))
    return made


def try_model(trace: Trace, home: Path, chance: random.Random, states: int, found: Found) -> None:
    """States after every step, spread evenly; in each, the catalog must lead to whole files only."""
    disk = Disk(dict(trace.start))
    each = -(-states // (len(trace.steps) + 1))  # rounded up: never fewer than were asked for
    last = trace.steps[-1].path if trace.steps else home / CATALOG
    for step in [None, *trace.steps]:
        if step is not None:
            disk.apply(step)
        for state in _at_least(disk, chance, each):
            found.states += 1
            wrong = _violation(trace, state, last, home)
            if wrong:
                found.violations.append(f"{trace.job}: {wrong}")


def _at_least(disk: Disk, chance: random.Random, number: int) -> "list[State]":
    made: list[State] = []
    while len(made) < number:
        made.extend(disk.states(chance, number))
    return made


def _violation(trace: Trace, state: State, catalog: Path, home: Path) -> str | None:
    bytes_of = state.files.get(catalog)
    if bytes_of is None or bytes_of not in trace.needs:
        return "the catalog is not one that was committed"
    if (home / "layout.json") not in state.files:
        return "the layout is missing"
    for path, data in trace.needs[bytes_of].items():
        if state.files.get(path) != data:
            return f"{path.relative_to(home)} is missing or torn"
    return None


def try_recovery(trace: Trace, home: Path, chance: random.Random, number: int, found: Found) -> None:
    """States laid on the disk: the index opens with the answers of before or after, and the job goes on."""
    for _ in range(number):
        disk = Disk(dict(trace.start))
        for step in trace.steps[: chance.randrange(len(trace.steps) + 1)]:
            disk.apply(step)
        state = next(iter(disk.states(chance, 1)))
        found.recoveries += 1
        wrong = _recover(trace, state, home)
        if wrong:
            found.violations.append(f"{trace.job}, recovered: {wrong}")


def _recover(trace: Trace, state: State, home: Path) -> str | None:
    shutil.rmtree(home)
    for path, data in state.files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    told = answers(home)
    if told not in (trace.before, trace.after) or (state.acknowledged and told != trace.after):
        return "other answers"
    with using(Storage()):
        run(trace.job, home)
    if answers(home) != trace.after:
        return "other answers after the job was run again"
    return None if sound(home) else "damaged files after the job was run again"


def survey(folder: Path, states: int, recoveries: int, seed: int) -> Found:
    """All jobs: so many states on the model, and so many through real recovery."""
    home, chance, found = folder / "home", random.Random(seed), Found()
    for trace in traces(home):
        try_model(trace, home, chance, -(-states // len(ORDER)), found)
        try_recovery(trace, home, chance, recoveries // len(ORDER), found)
    return found


def keep(found: Found, seed: int) -> None:
    """Record what came of a survey."""
    figures = {"states": found.states, "recoveries": found.recoveries, "violations": len(found.violations)}
    command = (
        f"python -m tests.faults.power --states {found.states} --recoveries {found.recoveries} --seed {seed}"
    )
    goal = "the catalog leads to whole files only; after a real recovery the answers of before or after"
    record("power-loss", command, goal, {**figures, "seed": seed})


def main() -> None:
    """Try states of all jobs, and print what came of them as one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--states", type=int, default=100_000)
    parser.add_argument("--recoveries", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--record", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="power-") as folder:
        found = survey(Path(folder), asked.states, asked.recoveries, asked.seed)
    if asked.record:
        keep(found, asked.seed)
    told = {"states": found.states, "recoveries": found.recoveries, "violations": len(found.violations)}
    sys.stdout.write(json.dumps(told | {"first": found.violations[:5]}) + "\n")
    sys.exit(1 if found.violations else 0)


if __name__ == "__main__":
    main()
