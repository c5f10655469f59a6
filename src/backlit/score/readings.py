"""How do markers become a reading from 0 to 100, without ten signs of one sort passing for ten proofs?

logit = bias + Σ over families min(cap, Σ weight · strength) + what speaks for the link. The reading is 100
times the logistic of slope · logit + shift, two numbers that calibrate it. Two rules hold whatever the
weights are:

- a reading above 60 takes a hard marker, or two markers of different families: no single weak sign accuses;
- a reading of "unnatural" above 60 takes a marker with a clause of the policy: who asks for removal can say
  why.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from backlit.score.batch import Batch
from backlit.score.checks import checks
from backlit.score.findings import HARD, Marker, weighted
from backlit.score.numbers import Bools, Floats

__all__ = ["CHUNK", "Reading", "Strengths", "read", "strengths_of"]

#: A step below it: as far as weak signs alone go.
_BELOW = 59.0
#: Markers that rest on one lack, and are no two proofs: that nobody known leads to the domain, or shares its
#: subject.
_ONE_LACK = {"D12": "unknown", "D14": "unknown", "H3": "unknown"}
#: What a marker adds to the logit from which on it counts as a sign of its own.
_SIGN = 0.4
#: The most that can speak for a link, so that a hidden link on a good site is still seen.
_MERCY = -4.5
#: The family of the hard markers, whose weight its cap does not cut.
_HARD_FAMILY = "B"
#: Links that are looked at together: memory holds the columns of no more.
CHUNK = 50_000

Strengths = Mapping[str, Floats]


@dataclass(frozen=True, slots=True)
class Reading:
    """The numbers of one reading. `caps` hold for families; those that are not named add what they add."""

    name: str
    bias: float
    caps: Mapping[str, float]
    slope: float
    shift: float
    needs_clause: bool
    advice: str

    def logits(self, strengths: Strengths) -> Floats:
        """The logit of each link before calibration."""
        families: dict[str, Floats] = {}
        hard = np.zeros(len(next(iter(strengths.values()))))
        for marker, added in self._added(strengths):
            families[marker.family] = families.get(marker.family, 0.0) + added
            if marker.code in HARD:
                hard = np.maximum(hard, added)
        total = np.full(len(hard), self.bias)
        for family, added in families.items():
            capped = np.minimum(added, self.caps.get(family, np.inf))
            capped = np.maximum(capped, hard) if family == _HARD_FAMILY else capped
            total += np.maximum(capped, _MERCY) if family == "N" else capped
        return total

    def scores(self, strengths: Strengths) -> Floats:
        """0 to 100 for each link."""
        logits = self.slope * self.logits(strengths) + self.shift
        found = 100.0 / (1.0 + np.exp(-np.clip(logits, -30.0, 30.0)))
        return np.where(self._may_accuse(strengths), found, np.minimum(found, _BELOW))

    def _may_accuse(self, strengths: Strengths) -> Bools:
        rows = len(next(iter(strengths.values())))
        hard, clause = np.zeros(rows, bool), np.zeros(rows, bool)
        families: dict[str, Bools] = {}
        for marker, added in self._added(strengths):
            sign = added >= _SIGN
            family = _ONE_LACK.get(marker.code, marker.family)
            families[family] = families.get(family, np.zeros(rows, bool)) | sign
            hard |= sign & (marker.code in HARD)
            clause |= sign & (marker.policy is not None)
        different = sum((seen.astype(np.int64) for seen in families.values()), np.zeros(rows, np.int64))
        enough = hard | (different >= 2)
        return enough & clause if self.needs_clause else enough

    def _added(self, strengths: Strengths) -> Iterator[tuple[Marker, Floats]]:
        """What each marker of the reading adds to the logit; what cannot be known adds nothing."""
        for marker in weighted():
            weight = marker.weight(self.name)
            if weight:
                yield marker, weight * np.nan_to_num(strengths[marker.code])


def strengths_of(batch: Batch) -> dict[str, Floats]:
    """How clearly each active marker is seen on each link: 0 to 1, NaN where it cannot be known."""
    return {code: np.asarray(check.strength(batch), float) for code, check in checks().items()}


def read(batch: Batch, *readings: Reading) -> list[Floats]:
    """The readings of all links of a batch, some thousand at a time."""
    found: list[list[Floats]] = [[] for _ in readings]
    for start in range(0, batch.rows, CHUNK):
        strengths = strengths_of(batch.take(slice(start, start + CHUNK)))
        for scores, reading in zip(found, readings, strict=True):
            scores.append(reading.scores(strengths))
    return [np.concatenate(scores) if scores else np.zeros(0) for scores in found]
