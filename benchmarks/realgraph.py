"""Which real graphs are farms tried on? What stands beside the checkout; elsewhere there are none."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
from fastwarc.warc import ArchiveIterator, WarcRecordType
from numpy.typing import NDArray

from backlit.urls import icann_domain, registrable_domain

__all__ = ["HAS_REAL", "political_blogs", "real_domains"]

Ints = NDArray[np.int64]

_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
_CRAWLS = ("warc_sites", "warc_pages", "webkb")
HAS_REAL = (_DATA / _CRAWLS[0]).is_dir()

# Enough for a graph of who names whom; how pages are really read is no matter here.
_HOST = re.compile(rb"""<a\s[^>]{0,500}?href\s*=\s*["']?https?://([^"'\s>/?#]{3,255})""", re.IGNORECASE)
_LARGEST = 1 << 20


def political_blogs() -> tuple[Ints, Ints, int]:
    """Sources, targets and the number of the political blogs of 2004 (Adamic and Glance)."""
    text = (_DATA / "graphs" / "polblogs.gml").read_text()
    ends = [re.findall(rf"^    {end} (\d+)$", text, re.MULTILINE) for end in ("source", "target")]
    src, dst = np.array(ends, dtype=np.int64) - 1
    return src, dst, text.count("  node [")


@cache
def real_domains() -> tuple[Ints, Ints, list[str]]:
    """Sources, targets and names of the domains on 15,000 real pages, one link per pair."""
    pairs = sorted(set(_pairs()))
    names = sorted({name for pair in pairs for name in pair})
    node = {name: at for at, name in enumerate(names)}
    src, dst = (np.array([node[pair[end]] for pair in pairs], np.int64) for end in (0, 1))
    return src, dst, names


def _pairs() -> Iterator[tuple[str, str]]:
    domain = cache(lambda host: icann_domain(registrable_domain(host) or ""))
    for folder in _CRAWLS:
        for path in sorted((_DATA / folder).glob("*.warc.gz")):
            with path.open("rb") as file:
                for record in ArchiveIterator(file, record_types=WarcRecordType.response, parse_http=False):
                    source = domain(urlsplit(record.headers["WARC-Target-URI"]).hostname or "")
                    for found in set(_HOST.findall(record.reader.read(_LARGEST))):
                        target = domain(found.decode("latin-1").rpartition("@")[2].partition(":")[0].lower())
                        if source and target and source != target:
                            yield source, target
