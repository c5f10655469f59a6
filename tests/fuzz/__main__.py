"""Fuzz one target, in pieces that go on where the last one stopped.

    python -m tests.fuzz html --inputs 1000000 --piece 100000

Every piece is a process of its own; what was found worth keeping, the count and the slowest input stand in
`build/fuzz/TARGET`. It ends with 1 at the first input that crashes or takes more than a second of
processor time; the input is kept beside the count.
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

BUILD = Path(__file__).resolve().parents[2] / "build/fuzz"
#: Longest input, in bytes, and the processor time in seconds that none may take.
LONGEST, SLOW = 8_192, 1.0


def main() -> None:
    """Run pieces until so many inputs were tried; print the figures as one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target")
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument("--piece", type=int, default=100_000)
    parser.add_argument("--code", default="", help="what is fuzzed: another value begins to count again")
    parser.add_argument("--one-piece", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one_piece:
        _one_piece(asked.target, asked.piece)
        return
    state = _state(asked.target, asked.code)
    while state["inputs"] < asked.inputs:
        piece = min(asked.piece, asked.inputs - state["inputs"])
        command = [sys.executable, "-m", "tests.fuzz", asked.target, "--one-piece", "--piece", str(piece)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.stderr.write(done.stdout[-4_000:] + done.stderr[-4_000:])
            sys.exit(1)
        slowest = json.loads((BUILD / asked.target / "slowest.json").read_text(encoding="utf-8"))
        state = {"inputs": state["inputs"] + piece, "slowest": max(state["slowest"], slowest)}
        said = {**state, "code": asked.code}
        (BUILD / asked.target / "state.json").write_text(json.dumps(said), encoding="utf-8")
    sys.stdout.write(json.dumps({"target": asked.target, **state}) + "\n")


def _state(target: str, code: str) -> dict[str, Any]:
    """How many inputs were tried on this very code."""
    path = BUILD / target / "state.json"
    said = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    if said.get("code") != code:
        return {"inputs": 0, "slowest": 0.0}
    return {"inputs": said["inputs"], "slowest": said["slowest"]}


def _one_piece(target: str, inputs: int) -> None:
    import atheris

    with atheris.instrument_imports(include=["backlit.ingest"], exclude=_COMPILED):
        from tests.fuzz.seeds import write_seeds
        from tests.fuzz.targets import TARGETS

    folder = BUILD / target
    write_seeds(target, folder / "seeds")
    (folder / "kept").mkdir(exist_ok=True)
    slowest = 0.0
    for seed in (b"", *(path.read_bytes() for path in sorted((folder / "seeds").iterdir())[:9])):
        TARGETS[target](seed)  # what loads or is compiled at first use is no input's fault

    def one(data: bytes) -> None:
        nonlocal slowest
        began = time.process_time()
        TARGETS[target](data)
        taken = time.process_time() - began
        if taken > slowest:
            slowest = taken
            (folder / "slowest.json").write_text(f"{slowest:.3f}", encoding="utf-8")
        assert taken <= SLOW, f"{taken:.2f} s of processor time"

    (folder / "slowest.json").write_text("0", encoding="utf-8")
    options = [
        f"-runs={inputs}",
        f"-max_len={LONGEST}",
        f"-artifact_prefix={folder}/",
        "-verbosity=0",
        "-rss_limit_mb=0",
    ]
    atheris.Setup([sys.argv[0], *options, str(folder / "kept"), str(folder / "seeds")], one)
    atheris.Fuzz()


#: Compiled by numba, which cannot read what atheris writes into them.
_WAT = ("wat_links", "wat_rows", "wat_scan", "wat_gathered")
_PLAIN = ("formatting", "layout", "links", "names", "scan", "stack", "tables", "text", "tree")
_COMPILED = [f"backlit.ingest.{name}" for name in ("kernels", *_WAT, *(f"plain.{name}" for name in _PLAIN))]

if __name__ == "__main__":
    main()
