"""Which slope and shift make readings of made-up webs say what is true? `python -m training.scores`

Platt's method on the seeds of `FIT`: two numbers for each reading, written into score/spam.py and
score/unnatural.py by hand. The slope is held to between 0.8 and 1.25: made-up webs are easier to tell apart
than the real one, and a steep slope would only repeat how easy they are.
"""

import sys

import numpy as np
from tests.gold.scores import FIT, judged

from backlit.score.numbers import Bools, Floats

__all__ = ["fitted"]

_SLOPES = (0.8, 1.25)


def fitted(logits: Floats, truth: Bools) -> tuple[float, float]:
    """Slope and shift with the least log loss, by a grid that narrows: two numbers need no more."""
    slopes, shifts = np.linspace(*_SLOPES, 10), np.linspace(-3, 3, 61)
    losses = [(_loss(a * logits + b, truth), a, b) for a in slopes for b in shifts]
    _, slope, shift = min(losses)
    return float(round(slope, 2)), float(round(shift, 2))


def _loss(logits: Floats, truth: Bools) -> float:
    signed = np.where(truth, -logits, logits)
    return float(np.logaddexp(0, signed).mean())


def main() -> None:
    webs = [judged(seed) for seed in FIT]
    for name in ("spam", "unnatural"):
        logits, truth = [], []
        for web in webs:
            yes = web.noise if name == "spam" else web.placed
            used = yes | web.harmless
            logits.append(web.logits[name][used])
            truth.append(yes[used])
        slope, shift = fitted(np.concatenate(logits), np.concatenate(truth))
        sys.stdout.write(f"{name}: slope {slope}, shift {shift}\n")


if __name__ == "__main__":
    main()
