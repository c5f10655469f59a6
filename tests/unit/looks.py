"""Small homes for tests: looks at pages, put into an index the way an ingest does."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path

import pyarrow as pa

from backlit.index.parts import Part, PartWriter, load_part, staging_folder
from backlit.index.storage import write_json
from backlit.index.tables import Index, Version
from backlit.index.write import commit_parts
from backlit.ingest.assemble import Assembler, PageFacts, RawLink, Tally
from backlit.ingest.read import Batches
from backlit.model import LINKS, Kind, Placement, Reader
from backlit.urls import parse_url

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


def day(number: int) -> datetime:
    """The moment that many days after the epoch of the tests."""
    return EPOCH + timedelta(days=number)


@dataclass(frozen=True)
class Look:
    """One look at a page on a day: the links found, as (href, anchor)."""

    url: str
    on: int
    links: tuple[tuple[str, str], ...] = ()
    reader: Reader = Reader.WARC
    status: int = 200
    complete: bool = True
    redirect: str | None = None
    refresh: str | None = None
    canonical: str | None = None
    digest: str | None = None
    rel: int | None = 0
    placement: int | None = None
    #: of each link, where they stand in several places
    placements: tuple[int | None, ...] = ()
    robots: int | None = None
    #: of a row of an export: the end of its span
    until: int | None = None


def stage(home: Path, name: str, looks: Iterable[Look], internal: bool = False) -> Part:
    """Write looks as the staged part of a source called `name`."""
    folder = staging_folder(home) / name
    folder.mkdir()
    tally = Tally()
    assemblers = {
        reader: Assembler(reader, name, tally, lambda _domain: internal)
        for reader in (Reader.WAT, Reader.WARC)
    }
    looks = list(looks)
    for look in looks:
        if look.reader is not Reader.EXPORT:
            _add(assemblers[look.reader], look)
    with PartWriter(folder) as part:
        for assembler in assemblers.values():
            for batches in assembler.batches(final=True):
                part.write(Batches(*batches))
        for look in looks:
            if look.reader is Reader.EXPORT:
                part.write(Batches(links=_span(name, look)))
    facts = {"source_id": name, "name": f"{name}.warc.gz", "kind": "warc"}
    tally_facts = {n: getattr(tally, n) for n in Tally.__dataclass_fields__}
    write_json(folder / "part.json", {**facts, "tally": tally_facts})
    staged = load_part(folder)
    assert staged is not None
    return staged


def _span(name: str, look: Look) -> pa.RecordBatch:
    """The rows of an export that assert the links of a look from its day until another."""
    assembler = Assembler(Reader.EXPORT, name, Tally())
    _add(assembler, look)
    [(_, links)] = assembler.batches(final=True)
    end = pa.scalar(day(look.on if look.until is None else look.until), LINKS.field("last_seen").type)
    until = pa.repeat(end, links.num_rows)
    return links.set_column(links.schema.get_field_index("last_seen"), LINKS.field("last_seen"), until)


def _key(url: str | None) -> str | None:
    return parse_url(url).key if url else None


def _add(assembler: Assembler, look: Look) -> None:
    url = parse_url(look.url)
    facts = PageFacts(
        url,
        int(day(look.on).timestamp() * 1_000_000),
        look.status,
        look.complete,
        redirect_key=_key(look.redirect),
        refresh_key=_key(look.refresh),
        canonical_key=_key(look.canonical),
        digest=look.digest,
        robots=look.robots,
        title=f"Page {look.url}",
        offset=look.on,
    )
    places = [Placement(each) if each else None for each in look.placements or [look.placement]]
    links = [
        RawLink(Kind.A, href, look.rel, anchor, placement=placement)
        for (href, anchor), placement in zip(look.links, cycle(places), strict=False)
    ]
    assembler.add(facts, assembler.scope(url), links)


def commit(home: Path, name: str, looks: Sequence[Look], internal: bool = False) -> Version:
    """Put looks into the index of a home as one ingest."""
    index = Index.create(home)
    return commit_parts(index, [stage(home, name, looks, internal)], crawl=None, now=day(999))
