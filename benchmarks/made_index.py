"""How is an index of any size made up, the same for the same size and seed?

Links from many pages to domains whose shares follow Zipf's law, the largest with a twentieth of all, in the
order in which a crawl meets them: page by page. Texts are drawn from pools; a quarter of the links have
words around them. Ranks are made for the domains that link, as `backlit rank` would publish them.
"""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from backlit.index.parts import Part, PartWriter, staging_folder
from backlit.index.storage import write_lock
from backlit.index.tables import Index
from backlit.index.write import commit_parts, write_rows
from backlit.ingest.assemble import Tally
from backlit.ingest.read import Batches
from backlit.model import LINKS, RANKS, RELEASES, Reader
from backlit.urls import CANONICAL_VERSION

__all__ = ["MadeWeb", "add_ranks", "build", "domain_name", "home_of"]

#: Links of one batch, which is staged as one source.
BATCH = 1_000_000
_PER_PAGE = 30
_LARGEST = 0.05
_START = int(datetime(2024, 1, 1, tzinfo=UTC).timestamp())
_SPAN = 2 * 365 * 86_400


def domain_name(rank: int) -> str:
    """The name of the target domain of a rank by size, the largest first."""
    return f"target{rank}.example"


def home_of(links: int) -> Path:
    """Where the index of so many links lies: it is kept between runs."""
    return Path(tempfile.gettempdir()) / "backlit-bench" / f"links-{links}"


@dataclass(frozen=True)
class MadeWeb:
    """A web of so many links. Batches come in any order, the same for the same number."""

    links: int
    seed: int = 7

    @cached_property
    def domains(self) -> int:
        """Domains that are linked to; as many link."""
        return max(100, self.links // 100)

    @cached_property
    def shares(self) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Of each target domain the share of links, summed up to it."""
        low, high = 0.5, 1.5
        for _ in range(40):  # the exponent that gives the largest its share
            middle = (low + high) / 2
            largest = 1 / (np.arange(1, self.domains + 1) ** -middle).sum()
            low, high = (middle, high) if largest < _LARGEST else (low, middle)
        weights = np.arange(1, self.domains + 1) ** -low
        return np.cumsum(weights / weights.sum())

    def links_to(self, rank: int) -> int:
        """About how many links the domain of a rank gets."""
        below = self.shares[rank - 1] if rank else 0.0
        return round(float(self.shares[rank] - below) * self.links)

    def batches(self) -> Iterator[pa.RecordBatch]:
        """All links, in batches of the schema LINKS."""
        for number in range(-(-self.links // BATCH)):
            yield self.batch(number, min(BATCH, self.links - number * BATCH))

    def batch(self, number: int, size: int) -> pa.RecordBatch:
        """One batch of links."""
        draw = np.random.default_rng([self.seed, number])
        pages = np.arange(size) // _PER_PAGE
        columns = self._targets(draw, size) | self._sources(draw, pages, number)
        columns |= self._words(draw, size) | _marks(draw, size, pages, number)
        columns["occurrence"] = _occurrences(pages, columns)
        return _batch(columns, size)

    def _targets(self, draw: np.random.Generator, size: int) -> dict[str, pa.Array]:
        domain = np.searchsorted(self.shares, draw.random(size)).clip(0, self.domains - 1)
        names = pa.array(domain).cast(pa.string())
        page = (draw.random(size) ** 4 * 300).astype(np.int64)  # most links lead to few pages
        host = pc.if_else(pa.array(page % 5 == 0), "", ".www")
        return {
            "target_key": pc.binary_join_element_wise("example.target", names, host, _path(page), ""),
            "target_domain": pc.binary_join_element_wise("target", names, ".example", ""),
        }

    def _sources(self, draw: np.random.Generator, pages: Any, number: int) -> dict[str, pa.Array]:
        count = int(pages[-1]) + 1
        domain = (draw.random(count) ** 3 * self.domains).astype(np.int64)
        names = pa.array(domain).cast(pa.string())
        path = _path(draw.integers(0, 1_000, count), pa.array(np.arange(count) + number * BATCH))
        ip = [(domain // 65_536) % 200 + 11, domain // 256 % 256, domain % 256, domain % 5 + 1]
        made = {
            "source_key": pc.binary_join_element_wise("test.source", names, ".www", path, ""),
            "source_domain": pc.binary_join_element_wise("source", names, ".test", ""),
            "source_title": _texts(draw, 6, 12).take(pa.array(draw.integers(0, _POOL, count))),
            "source_language": pa.array(["en", "de", "fr", None]).take(pa.array(domain % 4)),
            "source_ip": pc.binary_join_element_wise(*(pa.array(p).cast(pa.string()) for p in ip), "."),
            "source_robots": pa.array((draw.random(count) < 0.03).astype(np.int32)),
        }
        where = pa.array(pages)
        return {name: column.take(where) for name, column in made.items()}

    def _words(self, draw: np.random.Generator, size: int) -> dict[str, pa.Array]:
        anchor = _texts(draw, 1, 4).take(pa.array(draw.integers(0, _POOL, size)))
        is_image, in_text = pa.array(draw.random(size) < 0.1), pa.array(draw.random(size) < 0.25)
        around = _texts(draw, 4, 20)
        nothing = pa.scalar(None, pa.string())
        return {
            "anchor": pc.if_else(is_image, "", anchor),
            "alt": pc.if_else(is_image, anchor, nothing),
            **{
                name: pc.if_else(in_text, around.take(pa.array(draw.integers(0, _POOL, size))), nothing)
                for name in ("before", "after")
            },
        }


_POOL = 50_000


def _texts(draw: np.random.Generator, least: int, most: int) -> pa.Array:
    """A pool of texts of some words, common ones more often."""
    lengths = draw.integers(least, most + 1, _POOL)
    words = (draw.random(int(lengths.sum())) ** 3 * 20_000).astype(np.int64)
    spelt = pc.binary_join_element_wise(
        pa.array(_SYLLABLES).take(pa.array(words % 64)),
        pa.array(_SYLLABLES).take(pa.array(words // 64 % 64)),
        pa.array(_SYLLABLES).take(pa.array(words // 4_096)),
        "",
    )
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    return pc.binary_join(pa.ListArray.from_arrays(pa.array(offsets), spelt), " ")


_SYLLABLES = [f"{a}{b}" for a in "bdfgklmnprstvwxz" for b in "aeio"]


def _path(page: Any, extra: pa.Array | None = None) -> pa.Array:
    """`/` for page 0, else a path of some words."""
    words = pa.array(_SYLLABLES).take(pa.array(page % 64))
    number = pa.array(page).cast(pa.string())
    if extra is not None:
        number = pc.binary_join_element_wise(number, extra.cast(pa.string()), "-")
    made = pc.binary_join_element_wise("", words, number, "/")
    return made if extra is not None else pc.if_else(pa.array(page == 0), "/", made)


def _marks(draw: np.random.Generator, size: int, pages: Any, number: int) -> dict[str, pa.Array]:
    """Codes, dates and provenance."""
    looked = (_START + (number * BATCH // _PER_PAGE + pages) % _SPAN) * 1_000_000
    time = pa.array(looked).cast(pa.timestamp("us")).cast(pa.timestamp("us", tz="UTC"))
    rel = np.array([0, 0, 0, 0, 0, 0, 1, 3, 5, 24], np.int32)[draw.integers(0, 10, size)]
    kind = np.array([1] * 18 + [2, 4], np.int32)[draw.integers(0, 20, size)]
    placement = np.array([1, 1, 1, 2, 3, 4, 4, 5, 6, 7], np.int32)[draw.integers(0, 10, size)]
    return {
        "kind": pa.array(kind),
        "ordinal": pa.array((np.arange(size) % _PER_PAGE).astype(np.int32)),
        "rel": pa.array(rel),
        "placement": pa.array(placement, mask=draw.random(size) < 0.05),
        "hidden": pa.array((draw.random(size) < 0.01).astype(np.int32)),
        "canonical_version": pa.array(np.full(size, CANONICAL_VERSION, np.int32)),
        "first_seen": time,
        "last_seen": time,
        "reader": pa.array(np.full(size, int(Reader.WARC), np.int32)),
        "source_id": pa.repeat(f"{number:032x}", size),
        "offset": pa.array(pages.astype(np.int64) * 40_000),
    }


def _occurrences(pages: Any, columns: dict[str, pa.Array]) -> pa.Array:
    """0, 1, … among the links of a page to one target of one kind."""
    target = columns["target_key"].dictionary_encode().indices.to_numpy().astype(np.int64)
    link = ((pages.astype(np.int64) << 32) | target) * 8 + columns["kind"].to_numpy()
    order = np.argsort(link, kind="stable")
    sorted_links = link[order]
    starts = np.flatnonzero(np.append(True, sorted_links[1:] != sorted_links[:-1]))
    place = np.arange(len(link)) - np.repeat(starts, np.diff(np.append(starts, len(link))))
    found = np.empty(len(link), np.int32)
    found[order] = place
    return pa.array(found)


def _batch(columns: dict[str, pa.Array], size: int) -> pa.RecordBatch:
    arrays = [columns.get(field.name, pa.nulls(size, field.type)).cast(field.type) for field in LINKS]
    return pa.RecordBatch.from_arrays(arrays, schema=LINKS)


def build(home: Path, batches: Iterator[pa.RecordBatch]) -> None:
    """From Arrow batches to one version: staged, sorted, committed, and made ready for questions."""
    with write_lock(home):
        index = Index.create(home)
        parts = [_staged(home, number, batch) for number, batch in enumerate(batches)]
        commit_parts(index, parts, crawl="made-up", now=datetime(2026, 1, 1, tzinfo=UTC))


def _staged(home: Path, number: int, batch: pa.RecordBatch) -> Part:
    folder = staging_folder(home) / f"{number:032x}"
    folder.mkdir()
    with PartWriter(folder) as writer:
        writer.write(Batches(links=batch))
    tally = Tally()
    tally.links = batch.num_rows
    return Part(f"{number:032x}", f"made-{number}.warc.gz", "warc", folder, tally)


def add_ranks(home: Path, web: MadeWeb) -> None:
    """Publish ranks of all domains that link or are linked to."""
    release = "made-up"
    with write_lock(home):
        index = Index.create(home)
        version = index.version()
        names = [f"source{n}.test" for n in range(web.domains)]
        names += [domain_name(n) for n in range(web.domains)]
        scores = np.random.default_rng(web.seed).beta(2, 5, len(names)) * 100
        ranks = _filled(RANKS, len(names), release=release, domain=names, authority=scores.round(2))
        made_at = datetime(2026, 1, 2, tzinfo=UTC)
        facts = {
            "release": [release],
            "made_at": [made_at],
            "snapshot": [version.id],
            "as_of": [made_at],
            "parameters": ["{}"],
        }
        releases = _filled(RELEASES, 1, **facts, domains=[len(names)], converged=[True])
        files = {
            "ranks": [write_rows(index, "ranks", ranks.sort_by("domain"), release)],
            "releases": [write_rows(index, "releases", releases, release)],
        }
        index.commit("rank-made-up", files)


def _filled(schema: pa.Schema, size: int, **given: Any) -> pa.Table:
    """Rows with the given columns; the others are unknown, or zero and empty where that may not be."""
    columns = []
    for field in schema:
        value = given.get(field.name)
        if value is None and field.nullable:
            columns.append(pa.nulls(size, field.type))
        elif value is None:
            blank = "" if pa.types.is_string(field.type) else 0
            columns.append(pa.repeat(pa.scalar(blank), size).cast(field.type))
        else:
            whole = pa.repeat(pa.scalar(value), size) if isinstance(value, str) else pa.array(value)
            columns.append(whole.cast(field.type))
    return pa.table(columns, schema=schema)
