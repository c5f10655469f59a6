"""Where does the randomness come from? From the seed and a name, never from what ran before.

`Random(int).random()` is promised to stay the same in all Python versions; `choice`, `shuffle`
and `hash` are not, so nothing else is used. A page drawn alone equals the page drawn in a stream.
"""

from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")

_MASK = (1 << 64) - 1


def mix(*parts: int) -> int:
    """64 well-stirred bits of some integers (the finaliser of SplitMix64, once per part)."""
    x = 0x9E3779B97F4A7C15
    for part in parts:
        x = ((x ^ part) * 0xBF58476D1CE4E5B9) & _MASK
        x = ((x ^ (x >> 31)) * 0x94D049BB133111EB) & _MASK
        x ^= x >> 29
    return x


class Draw:
    """A stream of choices that belongs to one name."""

    __slots__ = ("random",)

    def __init__(self, *name: int) -> None:
        self.random = Random(mix(*name)).random

    def below(self, n: int) -> int:
        return int(self.random() * n)

    def chance(self, p: float) -> bool:
        return self.random() < p

    def pick(self, choices: Sequence[T]) -> T:
        return choices[int(self.random() * len(choices))]

    def rank(self, n: int, exponent: float = 0.9) -> int:
        """A rank below n, drawn with weight (rank + 1) ** -exponent.

        By the inverse of the continuous distribution, so that no table of n weights is needed.
        An exponent of 0.9 gives in-degrees with a power-law tail of 1 + 1 / 0.9 = 2.1, the figure
        that Broder et al. measured on the web (Graph structure in the web, 2000).
        """
        power = 1.0 - exponent
        edge = (n + 1.0) ** power
        return min(n - 1, int(((edge - 1.0) * self.random() + 1.0) ** (1.0 / power)) - 1)
