"""Whose is the domain that links, and what does its name say?

Platforms give addresses and names to strangers, so their sub-sites are no evidence of an owner: all unknown.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from backlit.score.batch import Batch
from backlit.score.checks.check import Check, count, told, value
from backlit.score.numbers import Floats, ramp
from backlit.score.texts import each, icann_of, money_of

__all__ = ["CHECKS"]

#: Domains on one address, in one /24: few are chance, hundreds are a hosting firm that has everybody.
_ON_ADDRESS, _IN_NETWORK, _FIRM = (2.0, 4.0), (3.0, 8.0), (60.0, 200.0)
#: Share of the referring domains in one network that chance does not give.
_SHARE = (0.01, 0.05)


def _address(batch: Batch) -> Floats:
    found = batch.crowd.ip_domains
    return ramp(found, *_ON_ADDRESS) * (1 - ramp(found, *_FIRM))


def _network(batch: Batch) -> Floats:
    """Many in one network, measured against all whose address is known."""
    found = batch.crowd.subnet_domains
    share = found / np.maximum(batch.crowd.ip_known, 1)
    return ramp(found, *_IN_NETWORK) * ramp(share, *_SHARE) * (1 - ramp(found, *_FIRM))


def _tracker(batch: Batch) -> Floats:
    return ramp(batch.number("tracker_domains"), 1.0, 3.0)


def _endings(batch: Batch) -> Floats:
    return ramp(batch.crowd.endings, 2.0, 4.0)


def _odd(names: pa.Array) -> Floats:
    """Names that are long, full of digits or full of hyphens. Names in other scripts (xn--) say nothing."""
    name = pc.replace_substring_regex(icann_of(names), r"\..*$", "")
    length = np.asarray(pc.utf8_length(name), float)
    digits = np.asarray(pc.count_substring_regex(name, r"\d"), float)
    hyphens = np.asarray(pc.count_substring(name, "-"), float)
    odd = np.maximum.reduce([ramp(length, 25.0, 35.0), ramp(digits, 3.0, 6.0), ramp(hyphens, 2.0, 4.0)])
    return np.where(np.asarray(pc.starts_with(name, "xn--"), bool), 0.0, odd)


def _name(batch: Batch) -> Floats:
    return each(batch.links.text("source_domain"), _odd)


def _keywords(batch: Batch) -> Floats:
    def named(names: pa.Array) -> Floats:
        words = pc.replace_substring_regex(pc.replace_substring_regex(names, r"\..*$", ""), "-", " ")
        several = np.asarray(pc.count_substring(words, " "), float) >= 1
        return money_of(words) * several

    return each(batch.links.text("source_domain"), named)


def _how_odd(batch: Batch, row: int) -> Mapping[str, Any]:
    domain = value(batch.links.text("source_domain"), row) or ""
    name = domain.partition(".")[0]
    digits, hyphens = sum(map(str.isdigit, name)), name.count("-")
    said = f"{len(name)} characters long, with {digits} digits and {hyphens} hyphens"
    return {"words": said, "domain": domain}


def _subnet(batch: Batch, row: int) -> Mapping[str, Any]:
    ip = value(batch.links.text("source_ip"), row)
    return {
        "domains": count(batch.crowd.subnet_domains[row]),
        "known": count(batch.crowd.ip_known[row]),
        "subnet": None if ip is None else ip.rpartition(".")[0] + ".0/24",
    }


CHECKS = (
    Check("D16", _endings, told(endings=lambda batch: batch.crowd.endings)),
    Check(
        "E1",
        _address,
        told(domains=lambda batch: batch.crowd.ip_domains, ip=lambda batch: batch.links.text("source_ip")),
    ),
    Check("E2", _network, _subnet),
    Check("E4", _tracker, told(domains=lambda batch: batch.number("tracker_domains"))),
    Check("F1", _name, _how_odd),
    Check("F2", _keywords, told(domain=lambda batch: batch.links.text("source_domain"))),
)
