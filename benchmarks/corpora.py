"""Which pages are measured? The real ones beside the checkout; without them, the virtual web."""

import tempfile
from functools import cache
from pathlib import Path

__all__ = ["crawl_files", "page_file", "scratch"]

_SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@cache
def scratch() -> Path:
    """A folder for this run of the benchmarks."""
    return Path(tempfile.mkdtemp(prefix="backlit-bench-"))


def crawl_files() -> list[Path]:
    """Real crawls: whole sites, single pages, a dense old corner of the web."""
    folders = [_SHARED / name for name in ("warc_sites", "warc_pages", "webkb")]
    found = [path for folder in folders for path in folder.glob("*.warc.gz")]
    return sorted(found) or [_made_up()]


def page_file() -> Path:
    """Pages of about 120 KB from a thousand hosts."""
    real = _SHARED / "warc_pages" / "pages-trafilatura.warc.gz"
    return real if real.exists() else _made_up()


@cache
def _made_up() -> Path:
    from backlit.vweb import VirtualWeb

    path = scratch() / "virtual-web.warc.gz"
    VirtualWeb(pages=5_000).write_warc(path)
    return path
