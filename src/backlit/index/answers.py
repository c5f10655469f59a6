"""Which answers about a target stay in memory? Its folded links never change, so that what was asked of them
once need not be asked again.

Answers are kept as bytes, packed: whoever is given one may change it, and how much all of them take is known.
"""

import pickle
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from contextlib import suppress
from typing import TypeVar, cast

import pyarrow as pa

from backlit.index.kept_answers import Shelf, values_of

__all__ = ["Answers"]

#: What all answers may take together, in bytes; a page of a hundred links takes about 50,000.
MOST = 64 << 20
#: From this size on an answer is made anew each time, lest it push out all others.
MOST_OF_ONE = MOST // 16

Answer = TypeVar("Answer")


class Answers:
    """The answers that were given lately, by what they are about and what was asked. Safe to share between
    threads; those that were asked for longest ago go first."""

    def __init__(self, most: int = MOST, most_of_one: int = MOST_OF_ONE) -> None:
        self._most, self._most_of_one = most, most_of_one
        self._kept: OrderedDict[tuple[str, Hashable], bytes] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def once(
        self,
        about: str,
        asked: Hashable,
        make: Callable[[], Answer],
        may_keep: Callable[[Answer], bool] = lambda _: True,
        kept_as: Callable[[], Hashable] | None = None,
        shelf: Shelf | None = None,
    ) -> Answer:
        """The answer that was given before, here or where it was put on a `shelf`, or the one that `make`
        makes now, which is kept if it may be: as what was asked, unless making it changes what that means."""
        key = about, asked
        with self._lock:
            known = self._kept.get(key)
            if known is not None:
                self._kept.move_to_end(key)
        if known is not None:
            return cast("Answer", _unpacked(known))
        if shelf is not None and (found := shelf.read(asked)) is not None:
            with suppress(Exception):  # whatever it is, it is no answer of ours
                given = _unpacked(found, values_of)
                self._keep(key, found)
                return cast("Answer", given)
        made = make()
        if may_keep(made):
            key = about, kept_as() if kept_as else asked
            answer = _packed(made)
            self._keep(key, answer)
            if shelf is not None:
                shelf.write(key[1], answer)
        return made

    def given(self, about: str) -> list[tuple[Hashable, bytes]]:
        """What was asked about something, with the answers that are kept, those asked for last at the end."""
        with self._lock:
            return [(asked, answer) for (each, asked), answer in self._kept.items() if each == about]

    def take(self, about: str, given: Iterable[tuple[Hashable, bytes]]) -> None:
        """Keep answers that were `given` about the same in another process of ours."""
        for asked, answer in given:
            self._keep((about, asked), answer)

    @property
    def size(self) -> int:
        """How many bytes the answers take."""
        return self._size

    def _keep(self, key: tuple[str, Hashable], answer: bytes) -> None:
        if len(answer) > self._most_of_one:
            return
        with self._lock:
            self._size += len(answer) - len(self._kept.pop(key, b""))
            self._kept[key] = answer
            while self._size > self._most:
                _, gone = self._kept.popitem(last=False)
                self._size -= len(gone)


def _packed(answer: object) -> bytes:
    """An answer as bytes: rows of links come to a fraction of what they are."""
    plain = pickle.dumps(answer, pickle.HIGHEST_PROTOCOL)
    packed: bytes = pa.compress(plain, codec="lz4", asbytes=True)
    return len(plain).to_bytes(8, "big") + packed


def _unpacked(answer: bytes, read: Callable[[bytes], object] = pickle.loads) -> object:
    """An answer of this process or one beside; of a file, where `read` takes nothing but values."""
    plain = pa.decompress(answer[8:], int.from_bytes(answer[:8], "big"), codec="lz4", asbytes=True)
    return read(plain)
