"""What can a newcomer look at before having any data? A made-up web, indexed like a real one."""

import json
import shutil
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from backlit.app.answer import Answer
from backlit.app.build import ingest, rank
from backlit.app.demo_mark import MARK
from backlit.app.look import overview
from backlit.app.progress import Progress, ProgressEvent, silent
from backlit.app.session import open_session
from backlit.errors import AccessError
from backlit.index.storage import make_folder, write_json

if TYPE_CHECKING:
    from backlit.vweb import VirtualWeb

__all__ = ["DEMO_TARGET", "build_demo", "remove_demo"]

#: The site of the made-up web that is shown first.
DEMO_TARGET = "gardenhaus.example"


def build_demo(home: Path, *, pages: int = 2_000, seed: int = 7, progress: Progress | None = None) -> Answer:
    """Build the demo's home: three crawls of the virtual web, ingested, and ranked from seeds of its own.

    The same seed and size give the same index; a demo that is there already is left as it is.
    """
    started = time.perf_counter()
    tell = progress or silent
    asked = {"pages": pages, "seed": seed}
    if _finished(home) != asked:
        _refuse_foreign(home)
        shutil.rmtree(home, ignore_errors=True)
        _build(make_folder(home), pages, seed, tell)
        write_json(home / MARK, asked)
    data = {
        "home": str(home),
        "target": DEMO_TARGET,
        **asked,
        "seconds": round(time.perf_counter() - started, 3),
    }
    return Answer(data, asked, took_ms=(time.perf_counter() - started) * 1000)


def remove_demo(home: Path) -> bool:
    """Remove the demo's home; whether there was one. AccessError for a folder that is no demo."""
    if not home.exists():
        return False
    _refuse_foreign(home)
    shutil.rmtree(home)
    return True


def _build(home: Path, pages: int, seed: int, progress: Progress) -> None:
    from backlit.vweb import VirtualWeb

    write_json(home / MARK, {})  # from here on the folder is ours to clear
    web = VirtualWeb(seed=seed, pages=pages)
    crawls = make_folder(home / "crawls")
    for number in range(len(web.crawl_times)):
        progress(ProgressEvent("crawling the made-up web", number, len(web.crawl_times), "crawls"))
        web.write_warc(crawls / f"crawl-{number + 1}.warc.gz", crawl=number)
    _write_exports(web, home / "exports")
    for number in range(len(web.crawl_times)):
        ingest(
            home,
            [str(crawls / f"crawl-{number + 1}.warc.gz")],
            crawl=f"crawl-{number + 1}",
            progress=progress,
        )
    progress(ProgressEvent("ranking", 0, None, "domains"))
    web.write_seeds(home / "seeds.txt")
    rank(home, seeds=home / "seeds.txt")
    progress(ProgressEvent("judging links", 0, None, "links"))
    overview(open_session(home, may_wait=True), DEMO_TARGET)


def _write_exports(web: "VirtualWeb", folder: Path) -> None:
    """What other tools would export of the target; of Search Console's the archive that people download."""
    latest, *_ = web.write_exports(folder)
    with zipfile.ZipFile(folder / "search-console.zip", "w") as archive:
        entry = zipfile.ZipInfo("Latest links.csv")  # the same bytes each time
        archive.writestr(entry, (folder / latest).read_bytes())


def _finished(home: Path) -> object:
    try:
        return json.loads((home / MARK).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None


def _refuse_foreign(home: Path) -> None:
    if home.exists() and any(home.iterdir()) and not (home / MARK).exists():
        raise AccessError(
            f"build or remove the demo in {home}",
            "the folder holds something else",
            "Name an empty folder, or none at all.",
        )
