"""How do ranks that others published get into an index, as a prior?"""

from pathlib import Path

from backlit.app.answer import Answer
from backlit.app.build import ingest
from backlit.errors import SourceUnknown
from backlit.ingest.sources import PRIOR_RANKS, find_sources
from backlit.ingest.webgraph import name_of_graph

__all__ = ["import_ranks", "preview_ranks"]


def preview_ranks(file: Path) -> Answer:
    """What a file of ranks is before it is read: its size and edition; SourceUnknown if it is none."""
    [source] = find_sources([str(file)])
    if source.kind != PRIOR_RANKS:
        raise SourceUnknown(
            f"import the ranks in {file}",
            "it does not look like a table of domain ranks",
            "Give a domain-ranks.txt.gz of Common Crawl's web graphs; `backlit ingest` reads other files.",
        )
    return Answer({"name": file.name, "bytes": file.stat().st_size, "date": name_of_graph(file).release}, {})


def import_ranks(home: Path, file: Path) -> Answer:
    """Read a file of published ranks; what was read before is not read again."""
    seen = preview_ranks(file)
    read = ingest(home, [str(file)], workers=1)
    row = {"domains": read.row["prior_ranks"], "date": seen.row["date"], "already": bool(read.row["already"])}
    return Answer(row, {"file": str(file)}, read.snapshot, took_ms=read.took_ms)
