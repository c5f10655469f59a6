"""The links of made-up webs, each with what it truly is and with its readings.

A web is written as WARC, read, ranked and folded as any other, so that everything between a page and a
reading is tried. What is true is told by the web itself, by (source, target, kind, occurrence).
"""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from backlit import app
from backlit.model import Kind, name_of
from backlit.score.batch import Batch
from backlit.score.links import Links
from backlit.score.numbers import Bools, Floats
from backlit.score.readings import read, strengths_of
from backlit.score.spam import SPAM
from backlit.score.unnatural import UNNATURAL
from backlit.urls import page_key
from backlit.vweb import VirtualWeb
from backlit.vweb.lexicon import KEYWORDS

__all__ = ["FIT", "REPORT", "Judged", "calibration_error", "judged"]

#: Seeds that the numbers of the readings were fitted on, and those that figures are told of.
FIT, REPORT = (1, 2), (11, 12)
PAGES = 3_000

#: What somebody wrote because it helps the reader, and what is as harmless.
EDITORIAL = ("editorial", "resource", "blogroll")
HARMLESS = (*EDITORIAL, "comment", "forum", "social", "exchange", "bought_declared")
PLACED = ("pbn", "bought_undeclared", "burst", "hidden")
NOISE = ("comment_spam", "forum_spam", "scraper")
_WANTED = frozenset(word for words in KEYWORDS.values() for word in words)

_LINKS = """
WITH placed AS (SELECT *, 100 * percent_rank() OVER (ORDER BY pagerank) AS pagerank_percentile FROM ranks),
looked AS (
    SELECT page_key, arg_max(external_links, fetched_at) AS external_links,
        arg_max(internal_links, fetched_at) AS internal_links, arg_max(text_length, fetched_at) AS text_length
    FROM pages WHERE status = 200 GROUP BY 1)
SELECT l.* EXCLUDE (vendors, reported_lost), r.authority, r.percentile, r.trust, r.spam_mass, r.robust,
r.reach,
    r.distrust, r.referring_domains, r.linked_domains, r.supporters[1] AS supporters_near,
    r.supporters[4] AS supporters_far, r.pagerank_percentile, 1.0 AS ranked_by_trust,
    CASE WHEN r.domain IS NULL THEN 0.0 ELSE 1.0 END AS in_graph,
    p.external_links, p.internal_links, p.text_length
FROM backlinks l LEFT JOIN placed r ON r.domain = l.source_domain LEFT JOIN looked p ON p.page_key =
l.source_key WHERE l.source_domain <> l.target_domain AND l.state <> 3 AND l.kind IN (1, 2) ORDER BY
l.source_key, l.target_key, l.occurrence
"""


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """The links of one web: their labels, texts, domains, readings and logits before calibration."""

    labels: list[str]
    anchors: list[str]
    domains: list[str]
    spam: Floats
    unnatural: Floats
    logits: Mapping[str, Floats]
    #: what the audit of the demo's target tells to look at
    clusters: list[dict[str, Any]]

    def of(self, *labels: str) -> Bools:
        """The links of these labels."""
        return np.array([label in labels for label in self.labels])

    @property
    def sponsor(self) -> Bools:
        """Links in the footers of all pages of a site with words that somebody wants to be found for."""
        wanted = np.array([anchor.removesuffix(" 2026") in _WANTED for anchor in self.anchors])
        found: Bools = self.of("footer") & wanted
        return found

    @property
    def placed(self) -> Bools:
        """Links that somebody paid for, arranged or hid, and did not declare."""
        return self.of(*PLACED) | self.sponsor

    @property
    def harmless(self) -> Bools:
        """Links without any motive but the reader; a network's covers and copies of others' text are
        neither."""
        return self.of(*HARMLESS) | (self.of("footer") & ~self.sponsor)

    @property
    def noise(self) -> Bools:
        return self.of(*NOISE)


def judged(seed: int, pages: int = PAGES) -> Judged:
    """All links between domains of a web, read and judged."""
    web = VirtualWeb(seed, pages)
    with tempfile.TemporaryDirectory() as folder:
        table, clusters = _read(web, Path(folder))
    truth = {
        (page_key(link.source_url), page_key(link.target_url), link.kind, link.occurrence): link.label
        for crawl in range(3)
        for link in web.truth(crawl)
    }
    ends = ("source_key", "target_key", "kind", "occurrence")
    keys = zip(*(table[name].to_pylist() for name in ends), strict=True)
    labels = [
        truth.get((source, target, str(name_of(Kind, kind)), at), "") for source, target, kind, at in keys
    ]
    batch = Batch.whole(Links.from_table(table))
    spam, unnatural = read(batch, SPAM, UNNATURAL)
    strengths = strengths_of(batch)
    logits = {reading.name: reading.logits(strengths) for reading in (SPAM, UNNATURAL)}
    anchors = [anchor or "" for anchor in table["anchor"].to_pylist()]
    return Judged(labels, anchors, table["source_domain"].to_pylist(), spam, unnatural, logits, clusters)


def _read(web: VirtualWeb, folder: Path) -> tuple[pa.Table, list[dict[str, Any]]]:
    home, files = folder / "home", []
    for crawl in range(3):
        path = folder / f"crawl-{crawl}.warc.gz"
        web.write_warc(path, crawl)
        files.append(str(path))
    app.ingest(home, files)
    web.write_seeds(folder / "seeds.txt")
    app.rank(home, seeds=folder / "seeds.txt")
    session = app.open_session(home)
    table = pa.Table.from_pylist(app.sql(session, _LINKS, limit=1_000_000).rows)
    return table, app.audit(session, web.target.domain).row["clusters"]


def calibration_error(truth: Bools, scores: Floats, bins: int = 10) -> float:
    """How far readings are from frequencies, over bins of equal width, weighed by the links in each."""
    place = np.minimum((scores / 100 * bins).astype(int), bins - 1)
    gaps = [
        abs(truth[place == at].mean() - scores[place == at].mean() / 100) * (place == at).mean()
        for at in range(bins)
        if (place == at).any()
    ]
    return float(sum(gaps))
