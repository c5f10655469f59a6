"""Whose counters, tags, advertisements and pixels does a page carry? Sites that share one share an owner.

Ids are told by how they are spelt, wherever they stand in the page's bytes. A kernel names the places for
bulk (`plain.tracked`); here the same places are found without it.
"""

import re
from collections.abc import Iterable

__all__ = ["FACTS", "PLACES", "WORDS", "places_of", "trackers_at", "trackers_of"]

#: How ids begin, or the call that names them: Google's counters (of two generations), its tag manager, its
#: advertisements (who places and who shows them), Facebook's pixel, Yandex's counter.
WORDS = (b"UA-", b"G-", b"GTM-", b"AW-", b"pub-", b"fbq(", b"ym(")
#: What people write who need some id.
_ROWS = (b"1234567890", b"0123456789", b"ABCDEFGHIJ", b"XXXXXXXXXX")
#: Places that are looked at, and different ids that are kept, of one page.
PLACES, FACTS = 1_000, 50

_of_word = tuple(
    (word, before, re.compile(pattern).match)
    for word, before, pattern in (
        (b"UA-", "", rb"(UA-\d{4,10}-\d{1,4})\b"),
        (b"G-", "", rb"(G-[A-Z0-9]{10})\b"),
        (b"GTM-", "", rb"(GTM-[A-Z0-9]{4,9})\b"),
        (b"AW-", "", rb"(AW-\d{9,11})\b"),
        (b"pub-", "ca-", rb"(pub-\d{16})\b"),
        (b"fbq(", "facebook-", rb"""fbq\(\s{0,9}["']init["']\s{0,9},\s{0,9}["'](\d{12,17})["']"""),
        (b"ym(", "yandex-", rb"""ym\(\s{0,9}(\d{5,10})\s{0,9},\s{0,9}["']init["']"""),
    )
)
_BORDERS = frozenset(range(256)) - frozenset(
    b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
)


def trackers_of(page: bytes) -> tuple[str, ...]:
    """The ids in a page, in order, each once.

    >>> trackers_of(b"gtag('config', 'UA-24681-6'); fbq('init', '123456789012345')")
    ('UA-24681-6', 'facebook-123456789012345')
    """
    return trackers_at(page, places_of(page))


def trackers_at(page: bytes, places: Iterable[int]) -> tuple[str, ...]:
    """The ids that begin at places where one of WORDS stands."""
    found: dict[str, None] = {}
    for at in places:
        for word, before, match in _of_word:
            if page.startswith(word, at) and (told := match(page, at)):
                if not _is_made_up(told[1]):
                    found[before + told[1].decode("ascii")] = None
                break
        if len(found) == FACTS:
            break
    return tuple(found)


def _is_made_up(told: bytes) -> bool:
    """Whether an id is one that manuals write: `G-XXXXXXXXXX`, `UA-12345-6`, `GTM-ABCDEF`."""
    is_old = told.startswith(b"UA-")
    body = told[3:].replace(b"-", b"") if is_old else told.rpartition(b"-")[2]
    return len(set(body)) == 1 or any(row.startswith(body) for row in _ROWS)


def places_of(page: bytes) -> list[int]:
    """The first PLACES at which one of WORDS begins that continues no other word."""
    places: list[int] = []
    for word in WORDS:
        at, met = page.find(word), 0
        while at >= 0 and met < PLACES:
            if at == 0 or page[at - 1] in _BORDERS:
                places.append(at)
                met += 1
            at = page.find(word, at + 1)
    return sorted(places)[:PLACES]
