"""How fast are the links read out of a WAT file, beside Common Crawl's own job, on one core?

Each side reads the same gzip-packed file of real pages (the virtual web's where there are none) and
is timed in CPU seconds of the process, so that a busy machine changes little. Every side ends in a
Parquet file sorted by target; Spark's part of that is done by pyarrow. Ours holds pages and links with
kind, anchor, rel, domain and canonical form, of other domains only; the peers' holds all (source, target)
pairs, not normalised, those of scripts, images and meta tags too.
"""

import gzip
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from time import process_time
from types import ModuleType, SimpleNamespace
from typing import Any
from urllib.parse import urljoin

import pyarrow as pa
import pyarrow.parquet as pq

from backlit.ingest.assemble import Tally
from backlit.ingest.wat import read_wat

__all__ = ["run"]

_SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
_OURS = "Backlit"
#: The pages of the virtual web that make about 72 MB of WAT.
_VIRTUAL_PAGES = 16_000

#: Spark's accumulators, which the job adds to as it extracts.
_COUNTERS = (
    *("records_processed", "records_failed", "records_non_html", "records_response", "records_response_wat"),
    *("records_response_warc", "records_response_redirect", "link_count", "warc_input_failed"),
)

Links = int
Work = Callable[[Path], Links]


def run(megabytes: int = 72, rounds: int = 5) -> list[dict[str, Any]]:
    """Two rows: MB of uncompressed WAT per second, and links per second.

    Medians of several rounds in which everybody has a turn: a machine has its moods.
    """
    path = _wat_file(megabytes)
    size = sum(len(piece) for piece in _pieces(path)) / 1e6
    title = f"WAT to sorted Parquet, {size:.0f} MB unpacked, one core"
    works = {_OURS: _to_sorted_parquet, **dict(_peers())}
    times: dict[str, list[float]] = {name: [] for name in works}
    with _one_thread():
        links = {name: work(path) for name, work in works.items()}[_OURS]  # loads, and fills caches
        for _ in range(rounds):
            for name, work in works.items():
                times[name].append(_seconds(work, path))
    rates = {name: size / median(several) for name, several in times.items()}
    ours, per_link = rates.pop(_OURS), median(times[_OURS]) / links
    return [
        _row(f"{title}: data", ours, "MB/s", rates, rounds),
        _row(f"{title}: links", 1 / per_link, "links/s", {}, rounds),  # a link is something else to each peer
    ]


def _row(name: str, figure: float, unit: str, peers: dict[str, float], rounds: int) -> dict[str, Any]:
    ratio = {peer: figure / theirs for peer, theirs in peers.items()}
    return {"name": name, "figure": figure, "unit": unit, "peers": peers, "ratio": ratio, "runs": rounds}


def _seconds(work: Work, path: Path) -> float:
    start = process_time()
    work(path)
    return process_time() - start


@contextmanager
def _one_thread() -> Iterator[None]:
    before = pa.cpu_count()
    pa.set_cpu_count(1)
    try:
        yield
    finally:
        pa.set_cpu_count(before)


def _to_sorted_parquet(path: Path) -> Links:
    """Our way: all links are located, those to other domains are kept with anchor and rel."""
    tally, batches = Tally(), list(read_wat(path, "bench", Tally()))
    with tempfile.TemporaryDirectory() as folder:
        for n, (name, key) in enumerate((("pages", "page_key"), ("links", "target_key"))):
            table = pa.Table.from_batches([pair[n] for pair in batches]).sort_by(key)
            pq.write_table(table, f"{folder}/{name}.parquet", compression="zstd")
    assert tally.records_bad == 0
    counted = (pages.column(n) for pages, _ in batches for n in ("external_links", "internal_links"))
    return sum(sum(filter(None, column.to_pylist())) for column in counted)


def _peers() -> Iterator[tuple[str, Work]]:
    if find_spec("warcio") is None:
        return
    if find_spec("cc_pyspark") is not None:
        yield "cc-pyspark ExtractLinksJob", _cc_pyspark("ExtractLinksJob")
        yield "cc-pyspark ExtractHostLinksJob (hosts only)", _cc_pyspark("ExtractHostLinksJob")
    yield "warcio + json + urljoin", _plain


def _plain(path: Path) -> Links:
    """What most scripts for WAT files do."""
    from warcio.archiveiterator import ArchiveIterator

    pairs = []
    with path.open("rb") as file:
        for record in ArchiveIterator(file):
            if record.rec_type != "metadata":
                continue
            envelope = json.loads(record.content_stream().read())["Envelope"]
            url = envelope["WARC-Header-Metadata"].get("WARC-Target-URI")
            response = envelope["Payload-Metadata"].get("HTTP-Response-Metadata", {})
            for link in response.get("HTML-Metadata", {}).get("Links", ()):
                try:
                    pairs.append((url, urljoin(url, link.get("url", ""))))
                except ValueError:
                    continue
    return _pairs_to_sorted_parquet(pairs)


def _pairs_to_sorted_parquet(pairs: list[tuple[str, str]]) -> Links:
    """The end of the peers' way, with the same tools as ours."""
    columns = dict(zip(("source", "target"), zip(*pairs, strict=True), strict=True))
    safe = {n: [v.encode("utf-8", "replace").decode() for v in values] for n, values in columns.items()}
    with tempfile.TemporaryDirectory() as folder:
        table = pa.table(safe).sort_by("target")
        pq.write_table(table, f"{folder}/pairs.parquet", compression="zstd")
    return len(pairs)


def _cc_pyspark(name: str) -> Work:
    """Its job's own way through a file: `process_warc` reads with warcio, `process_record` extracts."""
    with _spark_absent():
        module = import_module("cc_pyspark.jobs.wat_extract_links")
    job = getattr(module, name)()
    for counter in _COUNTERS:
        setattr(job, counter, SimpleNamespace(add=lambda _count: None))

    def work(path: Path) -> Links:
        with path.open("rb") as file:
            return _pairs_to_sorted_parquet(list(job.process_warc(str(path), file)))

    return work


@contextmanager
def _spark_absent() -> Iterator[None]:
    """Stand-ins for the names that the job's module imports from Spark and does not need to extract."""
    import cc_pyspark.json_importer

    types = ModuleType("pyspark.sql.types")
    for name in ("StructType", "StructField", "StringType", "LongType"):
        setattr(types, name, lambda *_: None)
    sql = ModuleType("pyspark.sql")
    sql.SparkSession = SimpleNamespace(getActiveSession=lambda: None)  # type: ignore[attr-defined]  # a module made here
    stands = {
        "pyspark": ModuleType("pyspark"),
        "pyspark.sql": sql,
        "pyspark.sql.types": types,
        "src": ModuleType("src"),  # the package imports itself by its path in the checkout
        "src.cc_pyspark": ModuleType("src.cc_pyspark"),
        "src.cc_pyspark.json_importer": cc_pyspark.json_importer,
    }
    missing = {name: module for name, module in stands.items() if name not in sys.modules}
    sys.modules.update(missing)
    try:
        yield
    finally:
        for name in missing:
            del sys.modules[name]


def _pieces(path: Path) -> Iterator[bytes]:
    with gzip.open(path) as file:
        while piece := file.read(1 << 20):
            yield piece


def _wat_file(megabytes: int) -> Path:
    """A WAT file of about that size, unpacked; made once and kept with the temporary files."""
    folder = Path(tempfile.gettempdir()) / "backlit-bench"
    folder.mkdir(exist_ok=True)
    sources = sorted(_SHARED.glob("warc_pages/*.warc.gz"))
    sources += sorted(_SHARED.glob("warc_sites/*.warc.gz"), key=lambda path: path.stat().st_size)
    path = folder / f"{'real' if sources else 'virtual'}-{megabytes}.warc.wat.gz"
    if not path.exists():
        unfinished = path.with_suffix(".unfinished")
        _make(unfinished, sources, megabytes)
        unfinished.rename(path)
    return path


def _make(path: Path, sources: list[Path], megabytes: int) -> None:
    from backlit.vweb import VirtualWeb
    from backlit.vweb.wat import wat_from_warc

    if not sources:
        VirtualWeb(pages=_VIRTUAL_PAGES * megabytes // 72).write_wat(path.with_name("part.warc.wat.gz"))
        path.with_name("part.warc.wat.gz").rename(path)
        return
    written = 0
    with path.open("wb") as file:
        for source in sources:
            part = path.with_name("part.warc.wat.gz")
            wat_from_warc(source, part)
            file.write(part.read_bytes())
            written += sum(len(piece) for piece in _pieces(part))
            part.unlink()
            if written >= megabytes * 1e6:
                return
