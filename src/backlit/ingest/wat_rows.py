"""How do the links of a batch of WAT records become columns, whoever found out where they lead?"""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from backlit.ingest.assemble import FROM_PAGE, PAGE_LINKS, deferring, may_fold
from backlit.ingest.declared import rel_bits
from backlit.ingest.kernels import Ints
from backlit.ingest.scope import TooMuchText
from backlit.ingest.text import normal
from backlit.ingest.wat import STRIP, WITH_REL
from backlit.ingest.wat_gathered import DROPPED, SALT, Batch, Made, Names, Sites, decode_text, packed, strings
from backlit.ingest.wat_links import (
    ASK,
    DROP,
    KEEP,
    SHAPE_FIELDS,
    TEXT_LIMIT,
    UNKNOWN,
    classify,
    decide,
    write,
)
from backlit.ingest.wat_pages import Page
from backlit.ingest.wat_scan import ESCAPED
from backlit.model import ANCHOR_LIMIT, LINKS, PAGES, Kind
from backlit.urls import CANONICAL_VERSION, canonical_key

__all__ = ["Columns", "Links", "link_batch"]


class Columns(NamedTuple):
    """The rows of a batch's links: which page each is of, its own columns, and the pages' outlinks."""

    pages: Ints
    own: dict[str, pa.Array]
    outlinks: pa.Array


class Links:
    """The links of a batch, followed as far as their shape and their pages tell."""

    def __init__(self, batch: Batch, sites: Sites, rels: Names, pages: dict[int, Page]) -> None:
        self._batch, self._sites, self._rels, self._pages = batch, sites, rels, pages
        count = len(batch.links)
        self._shapes = np.empty((count, SHAPE_FIELDS), np.int32)
        hosts = sites.hosts
        classify(
            batch.bytes,
            batch.links,
            count,
            self._shapes,
            hosts.table,
            hosts.ends,
            hosts.store,
            rels.table,
            rels.ends,
            rels.store,
            SALT,
        )
        sites.look_up()
        self._host_keys, self._host_ends, self._host_domains = sites.packed_keys()
        records = len(batch)
        domains = np.full(records, -1, np.int32)
        within, keeps = np.zeros(records, np.uint8), np.zeros(records, np.uint8)
        schemes = np.full(records, UNKNOWN, np.uint8)
        for number, page in pages.items():
            domains[number] = sites.number(page.domain)
            within[number] = page.counts_within
            keeps[number] = page.keeps
            schemes[number] = page.scheme
        self.totals = np.zeros((records, 2), np.int32)
        self._verdicts = np.empty(count, np.uint8)
        decide(
            batch.links,
            self._shapes,
            count,
            self._host_domains,
            domains,
            within,
            keeps,
            schemes,
            self.totals,
            self._verdicts,
        )
        self._keys = np.full(count, -1, np.int32)

    def ask(self, made: Made) -> set[int]:
        """Ask where the other links lead; the records of which that is more than they are worth."""
        too_much: set[int] = set()
        asked = np.flatnonzero(self._verdicts == ASK)
        for number, row in zip(asked.tolist(), self._batch.links[asked].tolist(), strict=True):
            if row[0] in too_much:
                continue
            href = (self._batch.text(row, 3) or "").strip(STRIP)
            try:
                located = self._pages[row[0]].scope.locate(href)
                if located is not None:
                    self._keys[number] = made.key(located, self._sites)
            except TooMuchText:
                too_much.add(row[0])
        self._verdicts[asked] = np.where(self._keys[asked] >= 0, KEEP, DROP)
        too_much.update(self._too_many())
        if too_much:
            self._verdicts[np.isin(self._batch.links[:, 0], list(too_much))] = DROP
        return too_much

    def _too_many(self) -> list[int]:
        """The records that may have more links than are kept of one page."""
        kept = np.bincount(self._batch.links[self._verdicts == KEEP, 0], minlength=len(self._batch)).tolist()
        return [record for record, page in self._pages.items() if kept[record] + page.heads > PAGE_LINKS]

    def columns(self, made: Made, found: Ints, pages: dict[int, Page]) -> Columns:
        """The rows of all links that are kept, those of heads first on their page."""
        kept = np.flatnonzero(self._verdicts == KEEP)
        links = self._batch.links[kept]
        shapes = self._shapes[kept]
        heads = np.zeros(len(self._batch), np.int32)
        for number, page in pages.items():
            heads[number] = page.heads
        absent = np.full(len(found), -1, np.int32)
        rows = np.column_stack(
            [
                np.concatenate([found[:, 0], links[:, 0]]),
                np.concatenate([found[:, 1], links[:, 1]]),
                np.concatenate([absent, kept]),
                np.concatenate([found[:, 3], self._keys[kept]]),
                np.concatenate([absent, self._texts(kept, links, made)]),
                np.concatenate([found[:, 2], links[:, 2] + heads[links[:, 0]]]),
                np.concatenate([absent, shapes[:, 5]]),
                np.concatenate([absent, shapes[:, 1]]),
            ]
        ).astype(np.int32)
        if len(found):
            rows = rows[np.argsort(rows[:, 0], kind="stable")]
        return self._written(np.ascontiguousarray(rows), made, pages)

    def _texts(self, kept: NDArray[np.int64], links: Ints, made: Made) -> Ints:
        """The numbers of anchors that are not simply copied; -1 for the others."""
        texts = np.full(len(kept), -1, np.int32)
        is_odd = (links[:, 8] & ESCAPED != 0) | (links[:, 7] - links[:, 6] > TEXT_LIMIT)
        for n in np.flatnonzero((links[:, 1] == int(Kind.A)) & (links[:, 6] >= 0) & is_odd):
            text = self._batch.text(links[n].tolist(), 6) or ""
            texts[n] = made.text(normal(text)[:ANCHOR_LIMIT])
        return texts

    def _written(self, rows: Ints, made: Made, pages: dict[int, Page]) -> Columns:
        count = len(rows)
        keys, key_ends = packed(made.keys)
        texts, text_ends = packed(made.texts)
        links, shapes = self._batch.links, self._shapes
        own = rows[:, 2] >= 0
        plain = rows[own & (rows[:, 3] < 0), 2]
        size = int((shapes[plain, 3] - shapes[plain, 2]).sum()) + 6 * len(plain) + len(keys)
        host_sizes = np.diff(self._host_ends, prepend=0)
        size += int(host_sizes[shapes[plain, 1]].sum()) if len(plain) else 0
        out_keys, out_key_ends = np.empty(size, np.uint8), np.zeros(count + 1, np.int32)
        size = int((links[rows[own, 2], 7] - links[rows[own, 2], 6]).clip(0).sum()) + len(texts)
        out_texts, out_text_ends = np.empty(size, np.uint8), np.zeros(count + 1, np.int32)
        occurrences, folds = np.empty(count, np.int32), np.empty(count, np.uint8)
        per_page = np.bincount(rows[:, 0]) if count else np.zeros(1, np.int64)
        table = np.full(1 << max(4, int(2 * per_page.max()).bit_length()), -1, np.int32)
        write(
            self._batch.bytes,
            links,
            shapes,
            rows,
            self._host_keys,
            self._host_ends,
            keys,
            key_ends,
            texts,
            text_ends,
            DROPPED,
            table,
            SALT,
            out_keys,
            out_key_ends,
            out_texts,
            out_text_ends,
            occurrences,
            folds,
        )
        target_keys = strings(out_key_ends, out_keys)
        columns = {
            "target_key": target_keys,
            "target_domain": self._domains(rows, made),
            "kind": pa.array(rows[:, 1]),
            "occurrence": pa.array(occurrences),
            "ordinal": pa.array(rows[:, 5]),
            "rel": self._rel_bits(rows),
            "anchor": strings(out_text_ends, out_texts, rows[:, 1] == int(Kind.A)),
            "target_canonical": _canonical(target_keys, folds),
        }
        place = np.zeros(len(self._batch), np.int32)
        place[list(pages)] = np.arange(len(pages))
        of_page = place[rows[:, 0]]
        return Columns(of_page, columns, _outlinks(columns, occurrences, of_page, len(pages)))

    def _domains(self, rows: Ints, made: Made) -> pa.Array:
        made_domains = np.array([*made.key_domains, -1], np.int32)
        hosts = np.append(self._host_domains, np.int32(-1))
        numbers = np.where(rows[:, 3] >= 0, made_domains[rows[:, 3]], hosts[rows[:, 7]])
        places = np.zeros(len(self._sites.names) + 1, np.int32)
        places[numbers] = 1
        met = np.flatnonzero(places)
        places[met] = np.arange(len(met))
        names = pa.array([self._sites.names[number] for number in met.tolist()], pa.string())
        return names.take(pa.array(places[numbers]))

    def _rel_bits(self, rows: Ints) -> pa.Array:
        """0 where there is no rel, null where the extractor writes none down."""
        known = [rel_bits(decode_text(b'"%b"' % rel)) for rel in self._rels.texts(0)]
        bits = np.array([*known, 0, 0], np.int32)[rows[:, 6]]
        for n in np.flatnonzero(rows[:, 6] == -2):
            bits[n] = rel_bits(self._batch.text(self._batch.links[rows[n, 2]].tolist(), 9))
        return pa.array(bits, mask=(rows[:, 2] < 0) | ~np.isin(rows[:, 1], [int(kind) for kind in WITH_REL]))


def _canonical(keys: pa.Array, folds: NDArray[np.uint8]) -> pa.Array:
    """The canonical keys where they may differ."""
    asked = np.flatnonzero(folds)
    found = [
        canonical_key(key) if fold == 1 or may_fold(key) else None
        for key, fold in zip(keys.take(pa.array(asked)).to_pylist(), folds[asked].tolist(), strict=True)
    ]
    places = np.zeros(len(keys), np.int32)
    places[asked] = np.arange(len(asked))
    return pa.array(found, pa.string()).take(pa.array(places, mask=folds == 0))


def _outlinks(columns: dict[str, pa.Array], occurrences: Ints, of_page: Ints, pages: int) -> pa.Array:
    """The pages' different (target, kind), each page's a stretch of the rows."""
    kind = PAGES.field("outlinks").type
    first = occurrences == 0
    ends = np.zeros(pages + 1, np.int32)
    np.cumsum(np.bincount(of_page[first], minlength=pages), out=ends[1:])
    fields = list(kind.value_type)
    arrays = [columns[field.name].filter(pa.array(first)) for field in fields]
    return pa.ListArray.from_arrays(
        pa.array(ends), pa.StructArray.from_arrays(arrays, fields=fields), type=kind
    )


def link_batch(columns: Columns, pages: pa.RecordBatch) -> pa.RecordBatch:
    rows = pa.array(columns.pages)
    arrays = dict(columns.own)
    for name, page_column in FROM_PAGE.items():
        arrays[name] = pages.column(page_column).take(rows)
    arrays["source_defers"] = deferring(pages).take(rows)
    arrays["canonical_version"] = pa.repeat(pa.scalar(CANONICAL_VERSION, pa.int32()), len(rows))
    zeros = pa.py_buffer(bytes(8 * len(rows) + 8))  # one for all columns of nothing
    for field in LINKS:
        if field.name not in arrays:
            buffers = [zeros] * field.type.num_buffers
            arrays[field.name] = pa.Array.from_buffers(field.type, len(rows), buffers, len(rows))
    return pa.RecordBatch.from_arrays([arrays[name] for name in LINKS.names], schema=LINKS)
