"""How do ranks that others published get into an index, as a prior?"""

from pathlib import Path
from typing import TYPE_CHECKING

from backlit.app.answer import Answer, Row
from backlit.app.build import ingest
from backlit.app.home import way_out
from backlit.app.progress import Progress, ProgressEvent, silent
from backlit.errors import DataError, SourceUnknown
from backlit.index.explain import explain_full_disk
from backlit.index.storage import make_folder
from backlit.ingest.sources import PRIOR_RANKS, find_sources
from backlit.ingest.webgraph import name_of_graph

if TYPE_CHECKING:
    from backlit.net.download import Offer

__all__ = ["fetch_ranks", "import_ranks", "offer_ranks", "preview_ranks"]


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
    """Read a file of published ranks; what was read before is not read again. DataError if it holds none."""
    seen = preview_ranks(file)
    read = ingest(home, [str(file)], workers=1)
    row: Row = {"domains": read.row["prior_ranks"], "date": seen.row["date"]}
    row |= {"already": bool(read.row["already"]), "records_bad": read.row["records_bad"]}
    if not row["domains"] and not row["already"]:
        found = f"not one of its lines is a rank; {row['records_bad']:,} are something else"
        do = "Give a domain-ranks.txt.gz of Common Crawl's web graphs, and fetch it again if it was cut off."
        raise DataError(f"import the ranks in {file}", found, do)
    return Answer(row, {"file": str(file)}, read.snapshot, took_ms=read.took_ms)


def offer_ranks(url: str) -> "tuple[Offer, Answer]":
    """What a file of ranks on the network is, before it is read: its size, edition and date of change."""
    from backlit.net.download import look

    offer = look(way_out(), url)
    edition = name_of_graph(Path(offer.name)).release
    row = {"name": offer.name, "bytes": offer.size, "date": edition, "changed": offer.changed}
    return offer, Answer(row, {"url": url})


def fetch_ranks(home: Path, offer: "Offer", *, progress: Progress | None = None) -> Answer:
    """Read a file of published ranks from the network into the index; a try that was cut off goes on.

    The file itself is not kept: the index has what it says.
    """
    from backlit.net.download import download

    tell = progress or silent
    folder = make_folder(home / "downloads")

    def told(done: int, size: int | None) -> None:
        tell(ProgressEvent("fetching", done, size, "bytes"))

    with explain_full_disk(home):
        file = download(way_out(), offer, folder, told)
    answer = import_ranks(home, file)
    file.unlink()
    return answer
