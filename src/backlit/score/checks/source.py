"""What do the ranks say of the domain that links?

Sub-sites of platforms are not ranked, and are not judged by their platform's ranks: all unknown.
"""

import numpy as np
import pyarrow.compute as pc

from backlit.score.batch import Batch
from backlit.score.checks.check import Check, told
from backlit.score.cues import SPAM_TRADE
from backlit.score.numbers import Floats, has, ramp
from backlit.score.texts import each

__all__ = ["CHECKS", "FEW"]

#: As `rank.features.FEW`, whose module takes a quarter of a second to load.
FEW = 0.1
#: Shares of the linking domains of the data that lack links or trust, up to which that means something of one
#: of them, and from which on it means nothing.
_FEW, _MOST = 0.4, 0.6


def _where_rare(batch: Batch, share: str, strength: Floats) -> Floats:
    """A lack that most linking sites of the data show is the data's own, and tells nothing of one of them: a
    sample of the web lacks most of the links to each site."""
    lacking = np.nan_to_num(batch.number(share))
    return np.where(lacking >= _MOST, np.nan, strength * ramp(lacking, _MOST, _FEW))


def _mass(batch: Batch) -> Floats:
    """A spam mass near 1 says something where there is PageRank to account for (Gyöngyi et al. 2006)."""
    found = ramp(batch.number("spam_mass"), 0.8, 0.98) * ramp(batch.number("pagerank_percentile"), 40.0, 60.0)
    return _where_rare(batch, "untrusted_share", found)


def _few(batch: Batch) -> Floats:
    return ramp(batch.number("robust"), 4 * FEW, FEW)


def _nobody_behind(batch: Batch) -> Floats:
    """Hardly more domains at four links' distance than at one (the bottleneck number of Becchetti et al.)."""
    near, far = batch.number("supporters_near"), batch.number("supporters_far")
    return np.where(
        near >= 3, ramp(far / np.maximum(near, 1), 4.0, 1.5), np.where(np.isnan(near), np.nan, 0.0)
    )


def _generous(batch: Batch) -> Floats:
    out, into = batch.number("linked_domains"), batch.number("referring_domains")
    found = ramp(np.log10((out + 1) / (into + 1)), 1.0, 2.0) * ramp(into, 10.0, 5.0)
    return _where_rare(batch, "lonely_share", found)


def _distrust(batch: Batch) -> Floats:
    """Where a tenth of its ways lead to domains that were disavowed, a domain leads nowhere else."""
    return ramp(batch.number("distrust"), 0.0, 0.1)


def _untrusted(batch: Batch) -> Floats:
    """In data that was ranked by trust, a domain that no seed leads to; the crawl may just lack the way."""
    trust = np.nan_to_num(batch.number("trust"))
    found = (trust <= 0) & (batch.number("in_graph") == 1)
    strength = np.where(batch.number("ranked_by_trust") == 1, found.astype(float), np.nan)
    return _where_rare(batch, "untrusted_share", strength)


def _lonely(batch: Batch) -> Floats:
    return _where_rare(batch, "lonely_share", ramp(batch.number("referring_domains"), 2.0, 0.0))


def _related(batch: Batch) -> Floats:
    return ramp(batch.number("relevance"), 0.2, 0.05)


def _trade(batch: Batch) -> Floats:
    def named(domains: object) -> "Floats":
        return has(pc.replace_substring_regex(domains, r"[-.]", " "), SPAM_TRADE).astype(float)

    return each(batch.links.text("source_domain"), named) * ~batch.target_in_spam_trade


CHECKS = (
    Check(
        "D1",
        _mass,
        told(
            mass=lambda batch: batch.number("spam_mass"),
            pagerank_percentile=lambda batch: batch.number("pagerank_percentile"),
        ),
    ),
    Check("D2", _few, told(robust=lambda batch: batch.number("robust"))),
    Check(
        "D4",
        _nobody_behind,
        told(
            first=lambda batch: batch.number("supporters_near"),
            then=lambda batch: batch.number("supporters_far"),
        ),
    ),
    Check(
        "D7",
        lambda batch: batch.number("links_back"),
        told(links_back=lambda batch: batch.number("links_back")),
    ),
    Check(
        "D9",
        lambda batch: batch.number("network_strength"),
        told(
            network=lambda batch: batch.number("network"),
            domains=lambda batch: batch.number("network_domains"),
            strength=lambda batch: batch.number("network_strength"),
        ),
    ),
    Check(
        "D10",
        _generous,
        told(
            out=lambda batch: batch.number("linked_domains"),
            **{"in": lambda batch: batch.number("referring_domains")},
        ),
    ),
    Check("D11", _distrust, told(distrust=lambda batch: batch.number("distrust"))),
    Check("D12", _untrusted, told(trust=lambda batch: np.nan_to_num(batch.number("trust")))),
    Check("D14", _lonely, told(referring_domains=lambda batch: batch.number("referring_domains"))),
    Check("H3", _related, told(relevance=lambda batch: batch.number("relevance"))),
    Check("H4", _trade, told(domain=lambda batch: batch.links.text("source_domain"))),
)
