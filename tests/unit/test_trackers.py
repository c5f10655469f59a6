"""Which trackers does a page carry, and do the kernel and the reader of single pages find the same places?"""

import random

import numpy as np
import pytest

from backlit.ingest.declared import instant_of
from backlit.ingest.kernels import PADDING
from backlit.ingest.plain.tracked import tracked
from backlit.ingest.trackers import FACTS, PLACES, WORDS, places_of, trackers_of


def kernel_places(page: bytes) -> list[int]:
    padded = np.frombuffer(page + bytes(PADDING), np.uint8)
    return tracked(padded.ctypes.data, len(page))


@pytest.mark.parametrize(
    ("page", "found"),
    [
        (b"ga('create', 'UA-2468135-8')", ("UA-2468135-8",)),
        (b"gtag('config','G-ABCDEF1234');gtag('config', 'AW-987654321')", ("G-ABCDEF1234", "AW-987654321")),
        (b"gtm.js?id=GTM-AB12CD&x", ("GTM-AB12CD",)),
        (
            b'"ca-pub-1234567890123456" google_ad_client = "pub-1234567890123456"',
            ("ca-pub-1234567890123456",),
        ),
        (
            b"fbq ( 'init', '123456789012345'); fbq( \"init\" , '123456789012345')",
            ("facebook-123456789012345",),
        ),
        (b"ym(7654321, 'init', {})", ("yandex-7654321",)),
        (b"G-ABCDEF1234 G-ABCDEF1234", ("G-ABCDEF1234",)),
        (b"'G-XXXXXXXXXX' 'UA-12345-6' 'GTM-XXXXXX' 'GTM-ABCDEF' 'AW-123456789' Casio G-SHOCKGA2100", ()),
        (b"PNG-ABCDEF1234 xUA-2468135-8 _GTM-AB12CD G-force UA-x pub-lic ym() G-ABCDEF1234x", ()),
        (b"", ()),
        (b"-", ()),
        (b"G-", ()),
    ],
)
def test_ids_are_told_by_how_they_are_spelt(page: bytes, found: tuple[str, ...]) -> None:
    assert trackers_of(page) == found
    assert kernel_places(page) == places_of(page)


def test_the_kernel_finds_the_same_places_in_any_bytes() -> None:
    chance = random.Random(5)
    pieces = [*WORDS, b"-", b"(", b"A", b"_", b" ", b"\xc3\xa9"]
    for _ in range(3_000):
        page = b"".join(chance.choices(pieces, k=chance.randrange(60)))
        assert kernel_places(page) == places_of(page), page


def test_a_page_full_of_ids_is_bounded() -> None:
    many = b" ".join(b"G-%010d" % (n + 7) for n in range(3_000))
    assert kernel_places(many) == places_of(many)
    assert len(places_of(many)) == PLACES
    assert trackers_of(many) == tuple(f"G-{n + 7:010d}" for n in range(FACTS))
    assert trackers_of(b"fbq(" + b" " * 1_000_000 + b"'init'" + b" fbq(" * 100_000) == ()


@pytest.mark.parametrize(
    ("stated", "told"),
    [
        ("2024-05-06", 1714953600000000),
        ("2024-05-06T07:08:09Z", 1714979289000000),
        ("2024-05-06T07:08:09.5+02:00", 1714972090000000),
        ("20240506", 1714953600000000),
        ("May 6, 2024", None),
        ("0001-01-01", None),
        ("9999-12-31T23:59:59-23:00", None),
        ("", None),
    ],
)
def test_dates_as_pages_write_them(stated: str, told: int | None) -> None:
    assert instant_of(stated) == told
