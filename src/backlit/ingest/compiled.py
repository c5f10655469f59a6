"""Are the kernels compiled, and who compiles them?

Compiling takes most of a minute and 0.7 GB, once for an installation. A process beside does it before files
are read, so that neither a reader's memory nor each of several readers has to bear it; the readers find the
code on disk. Nothing here loads numba.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

__all__ = ["compile_apart", "digest_of_sources", "is_compiled", "pays"]

#: Files from this size on are read by compiled kernels; loading those takes longer than a small file.
COMPILED_BYTES = 4 << 20

_FOLDER = Path(__file__).parent
#: Files that kernels take tables and limits from, beside those that hold kernels.
_TABLES = (
    "text.py",
    "surroundings.py",
    "selectors.py",
    "../model.py",
    "placement/tokens.py",
    "placement/model.npz",
)
_PAGES = 120
_PATIENCE = 600.0  # seconds, on the slowest of machines


def pays(size: int) -> bool:
    """Whether a file of so many bytes is read by compiled kernels."""
    return size >= COMPILED_BYTES


def digest_of_sources() -> str:
    """One number over all that compiled code was made from."""
    sources = sorted(path for path in _FOLDER.rglob("*.py") if "kernel" in path.read_text(encoding="utf-8"))
    sources += [_FOLDER / name for name in _TABLES]
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()


def _stamp() -> Path:
    return _FOLDER / "__pycache__" / "compiled.sha256"


def is_compiled() -> bool:
    """Whether readers will find the kernels on disk, or cannot: where the package may not be written to,
    nothing is kept."""
    if not os.access(_FOLDER, os.W_OK):
        return True
    stamp = _stamp()
    return stamp.exists() and stamp.read_text(encoding="ascii") == digest_of_sources()


def compile_apart() -> None:
    """Compile the kernels in a process beside. Where that fails, readers compile them for themselves."""
    command = [sys.executable, "-c", f"from {__name__} import _compile; _compile()"]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_PATIENCE, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return
    if done.returncode == 0:
        stamp = _stamp()
        fresh = stamp.with_suffix(f".{os.getpid()}")
        fresh.write_text(digest_of_sources(), encoding="ascii")
        fresh.replace(stamp)


def _compile() -> None:
    """Read a small made-up web as large files are read: that calls every kernel."""
    from backlit.ingest.assemble import Tally
    from backlit.ingest.warc import read_warc
    from backlit.ingest.wat import read_wat
    from backlit.vweb import VirtualWeb

    global COMPILED_BYTES  # noqa: PLW0603 - of this process only, which ends here
    COMPILED_BYTES = 0
    web = VirtualWeb(pages=_PAGES)
    with tempfile.TemporaryDirectory() as folder:
        for read, write in ((read_warc, web.write_warc), (read_wat, web.write_wat)):
            path = Path(folder) / "made-up.gz"
            write(path)
            for _ in read(path, "made-up", Tally()):
                pass
