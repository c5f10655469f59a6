"""What does the page look like on which a link stands?"""

import numpy as np
import pyarrow.compute as pc

from backlit.model import Placement, Robots
from backlit.score import cues
from backlit.score.batch import Batch
from backlit.score.checks.check import Check, told, words
from backlit.score.numbers import Floats, known, ramp

__all__ = ["CHECKS"]

#: Characters of text below which a page says nothing, and from which on it says something.
_THIN, _FULL = 150.0, 500.0
#: Links to other sites from which on a page is a list, and from which on it is nothing else.
_SOME, _MANY = 80.0, 250.0
#: Links to other sites per 1,000 characters of text.
_DENSE, _DENSEST = 12.0, 40.0


def _thin(batch: Batch) -> Floats:
    """A page with little text of its own; a page that links to hardly anybody is just short."""
    links = batch.number("external_links")
    return ramp(batch.number("text_length"), _FULL, _THIN) * ramp(links, 0.0, 3.0)


def _many(batch: Batch) -> Floats:
    return ramp(batch.number("external_links"), _SOME, _MANY)


def _dense(batch: Batch) -> Floats:
    links, length = batch.number("external_links"), batch.number("text_length")
    return ramp(1_000 * links / np.maximum(length, 1.0), _DENSE, _DENSEST) * ramp(links, 10.0, 30.0)


def _trade(batch: Batch) -> Floats:
    found = batch.titled(cues.SPAM_TRADE) & ~batch.target_in_spam_trade
    return np.where(known(batch.title), found.astype(float), np.nan)


def _title_length(batch: Batch) -> Floats:
    found = pc.utf8_length(batch.title).cast("float64")
    return np.asarray(found.to_numpy(zero_copy_only=False), float)


def _noindex(batch: Batch) -> Floats:
    return batch.bits("source_robots", int(Robots.NOINDEX))


def _unfinished(batch: Batch) -> Floats:
    return np.where(known(batch.title), batch.titled(cues.UNFINISHED).astype(float), np.nan)


def _copied(batch: Batch) -> Floats:
    """In the text alone: notices and licences stand in the frame of pages that copy nothing."""
    in_text = np.nan_to_num(batch.placed(Placement.CONTENT))
    return np.where(np.isnan(batch.crowd.copies), np.nan, batch.crowd.is_copy * in_text)


def _mirrored(batch: Batch) -> Floats:
    return ramp(batch.crowd.mirrors, 1.0, 3.0)


def _facts(batch: Batch) -> Floats:
    """A program's page about a domain: its title or address says so, and the text is the bare name."""
    found = batch.titled(cues.FACTS) | batch.addressed(cues.FACTS)
    return np.where(known(batch.title), found * (batch.crowd.names == 1), np.nan)


_TITLE = told(title=lambda batch: batch.links.text("source_title"))
_AMOUNT = told(
    text_length=lambda batch: batch.number("text_length"),
    external_links=lambda batch: batch.number("external_links"),
)

CHECKS = (
    Check("A3", _thin, _AMOUNT),
    Check("A5", _many, _AMOUNT),
    Check("A6", _dense, _AMOUNT),
    Check("A9", _trade, words(cues.SPAM_TRADE, lambda batch: batch.title)),
    Check(
        "A13",
        lambda batch: ramp(_title_length(batch), 120.0, 200.0),
        told(length=_title_length, title=lambda batch: batch.links.text("source_title")),
    ),
    Check("A14", _noindex, told(robots=lambda batch: batch.number("source_robots"))),
    Check("A16", _unfinished, words(cues.UNFINISHED, lambda batch: batch.title)),
    Check(
        "A17",
        _copied,
        told(
            domains=lambda batch: batch.crowd.copies,
            before=lambda batch: batch.links.text("before"),
            after=lambda batch: batch.links.text("after"),
        ),
    ),
    Check(
        "A18",
        _mirrored,
        told(domains=lambda batch: batch.crowd.mirrors, title=lambda batch: batch.links.text("source_title")),
    ),
    Check("A21", _facts, words(cues.FACTS, lambda batch: batch.title, lambda batch: batch.source_url)),
)
