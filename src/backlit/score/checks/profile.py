"""What do the texts of all links to a target say of one of them?"""

import numpy as np

from backlit.score.batch import Batch
from backlit.score.checks.check import Check, told
from backlit.score.numbers import Floats, ramp

__all__ = ["CHECKS"]

#: Referring domains below which a share says nothing.
_LEAST = 20
#: Shares of the referring domains with words that sell: amber and red where no peers are known (science 4.3).
_AMBER, _RED = 0.25, 0.5
#: Share of one text other than a name from which on it is a pattern (seotopsecret's tenth), and from which
#: on it is a plain one.
_PATTERN, _PLAIN = 0.10, 0.25
#: Domains that take up one text, and the days within which that is no chance (after the leaked
#: phraseAnchorSpamDays, which keeps the days in which 80 % of them were found).
_DOMAINS, _DAYS, _SLOW = 10, 14.0, 45.0


def _enough(batch: Batch) -> Floats:
    return (batch.crowd.referring >= _LEAST).astype(float)


def _selling(batch: Batch) -> Floats:
    """Words that sell, in a link that asks for credit."""
    return (batch.sells >= 0.5) * batch.unqualified


def _shares(batch: Batch) -> Floats:
    return ramp(batch.crowd.money_share, _AMBER, _RED) * _selling(batch) * _enough(batch)


def _same(batch: Batch) -> Floats:
    """A text that sells, and that many use; names and titles are what many use by nature."""
    share = batch.crowd.anchor_domains / np.maximum(batch.crowd.referring, 1)
    several = ramp(batch.crowd.anchor_domains, 2.0, 5.0)
    return ramp(share, _PATTERN / 2, _PLAIN) * several * _selling(batch) * _enough(batch)


def _at_once(batch: Batch) -> Floats:
    """Many domains with one text that sells, in few days. Where all links of the profile were seen first at
    once, as after a single crawl, dates say nothing: see `_late`."""
    many = ramp(batch.crowd.anchor_domains, _DOMAINS / 2, _DOMAINS)
    fast = ramp(batch.crowd.anchor_days, _SLOW, _DAYS)
    return many * fast * _selling(batch) * _late(batch)


def _late(batch: Batch) -> Floats:
    """Whether a link was seen first after the first looks at the profile: what the first crawl found may be
    of any age."""
    seen = batch.number("first_seen")
    return np.where(np.isnan(seen), 0.0, (seen > batch.crowd.first_look + _DAYS).astype(float))


def _trade(batch: Batch) -> Floats:
    return (batch.in_spam_trade & ~batch.target_in_spam_trade).astype(float)


_ANCHOR = told(anchor=lambda batch: batch.links.text("anchor"))

CHECKS = (
    Check("C1", _shares, told(share=lambda batch: batch.crowd.money_share)),
    Check(
        "C2",
        _same,
        told(
            anchor=lambda batch: batch.links.text("anchor"),
            domains=lambda batch: batch.crowd.anchor_domains,
            referring=lambda batch: batch.crowd.referring,
        ),
    ),
    Check(
        "C5",
        _at_once,
        told(
            anchor=lambda batch: batch.links.text("anchor"),
            domains=lambda batch: batch.crowd.anchor_domains,
            days=lambda batch: np.ceil(batch.crowd.anchor_days),
        ),
    ),
    Check("C7", _trade, _ANCHOR),
    Check("C8", lambda batch: batch.sells, _ANCHOR),
)
