"""Which links of a batch belong to their site's template, not to the text of any page?

The same link with the same text on a third of a site's pages is furniture, wherever the markup puts
it. Only seen when several pages of a site are in one source; then it is the strongest sign there is.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from backlit.model import LINKS, Placement

__all__ = ["without_templates"]

#: A site is judged from so many pages on; a link is furniture on this share of them, and on so many.
PAGES_LEAST, SHARE_LEAST, SEEN_LEAST = 5, 0.3, 3

Ints = NDArray[np.int64]


def without_templates(pages: pa.RecordBatch, links: pa.RecordBatch) -> pa.RecordBatch:
    """The links with the placement of furniture that passed for content set to null, which is unknown."""
    if pages.num_rows < PAGES_LEAST:
        return links
    placement = links.column("placement")
    is_content = np.asarray(pc.fill_null(pc.equal(placement, int(Placement.CONTENT)), False))
    if not is_content.any():
        return links
    furniture = is_content & _is_repeated(pages, links)
    if not furniture.any():
        return links
    cleared = pc.if_else(pa.array(furniture), pa.scalar(None, placement.type), placement)
    return links.set_column(LINKS.get_field_index("placement"), LINKS.field("placement"), cleared)


def _is_repeated(pages: pa.RecordBatch, links: pa.RecordBatch) -> NDArray[np.bool_]:
    """For each link, whether its target and text stand on a third of its site's pages, and on enough."""
    read = pages.filter(pc.is_valid(pages.column("external_links")))
    sites = pa.chunked_array([read.column("page_domain"), links.column("source_domain")])
    site = _codes(sites)
    own, size = site[read.num_rows :], int(site.max(initial=0)) + 1
    looked = np.bincount(_distinct(site[: read.num_rows], _codes(read.column("page_key")))[0], minlength=size)
    triple = _joined(_joined(own, _codes(links.column("target_key"))), _codes(links.column("anchor")))
    on_pages = np.bincount(_distinct(triple, _codes(links.column("source_key")))[0], minlength=len(triple))
    return np.asarray(
        (looked[own] >= PAGES_LEAST)
        & (on_pages[triple] >= np.maximum(SHARE_LEAST * looked[own], SEEN_LEAST)),
        np.bool_,
    )


def _codes(column: pa.Array | pa.ChunkedArray) -> Ints:
    """A number for each distinct value, null being one."""
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    return np.asarray(column.dictionary_encode(null_encoding="encode").indices, np.int64)


def _joined(left: Ints, right: Ints) -> Ints:
    """A number for each distinct pair, small again."""
    pairs = left * (int(right.max(initial=0)) + 1) + right
    return np.asarray(np.unique(pairs, return_inverse=True)[1].reshape(-1), np.int64)


def _distinct(left: Ints, right: Ints) -> tuple[Ints, Ints]:
    """The distinct pairs."""
    width = int(right.max(initial=0)) + 1
    pairs = np.unique(left * width + right)
    return pairs // width, pairs % width
