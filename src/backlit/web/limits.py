"""How often may one program ask? A bucket of tokens for each key, account and address, in this process.

A bucket is full at first and fills again evenly: who asks now and then never meets it, and a burst of all of
it is fine. Its state goes out as draft-ietf-httpapi-ratelimit-headers names it.
"""

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from backlit.app.configuration import PER_MINUTE
from backlit.errors import TriedTooOften

__all__ = ["Buckets", "Left"]

_WINDOW = 60
#: Buckets that are kept: those that were not asked from for longest go first.
_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of a bucket of `most`: tokens, and seconds until there is one more."""

    most: int
    tokens: int
    seconds: int

    @property
    def headers(self) -> Sequence[tuple[str, str]]:
        """The bucket as answers tell of it."""
        return (
            ("ratelimit-policy", f'"requests";q={self.most};w={_WINDOW}'),
            ("ratelimit", f'"requests";r={self.tokens};t={self.seconds}'),
        )


class Buckets:
    """The buckets of all who ask, half as large for strangers; `per_minute` 0 is no limit. `clock` tells
    seconds, from whenever on."""

    def __init__(self, per_minute: int = PER_MINUTE, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._clock = per_minute, clock
        self._kept: OrderedDict[tuple[str, bool], tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, name: str, *, is_known: bool, wanted: int = 1) -> Left | None:
        """Take a token, several for what costs more, or with `wanted` 0 only look for one; None where nothing
        is limited.

        TriedTooOften where there is none left; `seconds` tell when there will be.
        """
        most = self._most if is_known else math.ceil(self._most / 2)
        if most <= 0:
            return None
        with self._lock:
            now = self._clock()
            tokens, at = self._kept.pop((name, is_known), (float(most), now))
            tokens = min(most, tokens + max(0.0, now - at) * most / _WINDOW)
            is_refused = tokens < 1
            tokens -= 0 if is_refused else wanted
            self._kept[name, is_known] = tokens, now
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        lacking = max(1, math.floor(tokens) + 1) - tokens
        seconds = max(1, math.ceil(lacking * _WINDOW / most))
        if is_refused:
            found = f"there were more than {most} in a minute"
            raise TriedTooOften("answer one more request", found, f"Wait {seconds} s.", seconds=seconds)
        return Left(most, max(0, math.floor(tokens)), seconds)
