"""Are the kernels compiled once, beside, and all of them?"""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import backlit
from backlit import app
from backlit.app import workers
from backlit.app.progress import ProgressEvent
from backlit.ingest import compiled
from backlit.vweb import VirtualWeb

#: Compiles in a copy of the package, then reads large files there; which kernels had to be compiled for that.
SCRIPT = """
import sys
from pathlib import Path
from backlit.ingest import compiled
from backlit.ingest.assemble import Tally
from backlit.ingest.warc import read_warc
from backlit.ingest.wat import read_wat
here = Path(compiled.__file__).parent
assert here.is_relative_to(sys.argv[1]), here
assert not compiled.is_compiled()
compiled.compile_apart()
assert compiled.is_compiled()
before = set(here.rglob("*.nbc"))
compiled.COMPILED_BYTES = 0
for read, name in ((read_warc, sys.argv[2]), (read_wat, sys.argv[3])):
    for _ in read(Path(name), "x", Tally()):
        pass
print(len(before), sorted(path.name for path in set(here.rglob("*.nbc")) - before))
"""


@pytest.mark.slow
def test_readers_have_nothing_left_to_compile(tmp_path: Path) -> None:
    package = Path(backlit.__file__).parent
    shutil.copytree(package, tmp_path / "backlit", ignore=shutil.ignore_patterns("__pycache__"))
    web = VirtualWeb(seed=3, pages=400)
    web.write_warc(tmp_path / "x.warc.gz")
    web.write_wat(tmp_path / "x.wat.gz")
    names = [tmp_path, tmp_path / "x.warc.gz", tmp_path / "x.wat.gz"]
    command = [sys.executable, "-c", SCRIPT, *map(str, names)]
    said = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    number, _, left = said.stdout.strip().partition(" ")
    assert (int(number or 0) > 20, left) == (True, "[]"), said.stderr


def test_a_large_file_has_them_compiled_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(workers, "is_compiled", lambda: False)
    monkeypatch.setattr(workers, "compile_apart", lambda: told.append("compile"))
    path = tmp_path / "crawl.warc.gz"
    VirtualWeb(pages=60).write_warc(path)

    def progress(event: ProgressEvent) -> None:
        told.append(event.stage)

    app.ingest(tmp_path / "small", [str(path)], workers=1, progress=progress)
    assert "compile" not in told
    told.clear()
    monkeypatch.setattr(compiled, "COMPILED_BYTES", 0)
    app.ingest(tmp_path / "large", [str(path)], workers=1, progress=progress)
    assert told[:3] == ["compiling the readers, once", "compile", "reading"]


def test_other_sources_ask_for_other_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stamp = tmp_path / "compiled.sha256"
    monkeypatch.setattr(compiled, "_stamp", lambda: stamp)
    assert not compiled.is_compiled()
    stamp.write_text(compiled.digest_of_sources())
    assert compiled.is_compiled()
    stamp.write_text("0" * 64)
    assert not compiled.is_compiled()
