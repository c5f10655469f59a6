"""Are all records of a crawl file read, whatever has happened to it, and every lost byte counted?"""

import gzip
import random
import zlib
from pathlib import Path

import pytest
import zstandard

from backlit.errors import SourceMissing
from backlit.ingest import records as module
from backlit.ingest.assemble import Tally
from backlit.ingest.records import Record, captured_at, records

from .damage import damaged
from .shared import SHARED, needs_shared


def record(payload: bytes, *, kind: str = "response", length: int | None = None) -> bytes:
    size = len(payload) if length is None else length
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Date: 2024-05-06T07:08:09Z\r\nContent-Length: {size}\r\n\r\n"
    )
    return head.encode() + payload + b"\r\n\r\n"


ONE, TWO, THREE = record(b"one"), record(b"two, longer"), record(b"three", kind="metadata")
ALL = (ONE, TWO, THREE)


def read(tmp_path: Path, content: bytes, name: str = "crawl.warc") -> tuple[list[Record], Tally]:
    path = tmp_path / name
    path.write_bytes(content)
    tally = Tally()
    found = list(records(path, tally))
    assert tally.records == len(found)
    assert tally.bytes_read == len(content)
    return found, tally


def payloads(found: list[Record]) -> list[bytes]:
    return [r.payload for r in found]


def test_a_record_tells_its_headers_and_date(tmp_path: Path) -> None:
    (found,), _ = read(tmp_path, record(b"x").replace(b"WARC-Date", b"warc-date"))
    assert (found.offset, found.type, found.payload, found.complete) == (0, "response", b"x", True)
    assert found.header("WARC-TYPE") == "response"
    assert found.header("WARC-IP-Address") is None
    assert found.header("warc-date") == "2024-05-06T07:08:09Z"


@pytest.mark.parametrize(
    ("date", "microseconds"),
    [
        ("2024-05-06T07:08:09.123456Z", 1_714_979_289_123_456),
        ("2024-05-06T07:08:09.123456789Z", 1_714_979_289_123_456),
        ("2024-05-06T09:08:09+02:00", 1_714_979_289_000_000),
        ("20240506070809", 1_714_979_289_000_000),
        ("2024-05", 1_714_521_600_000_000),
        ("2024", 1_704_067_200_000_000),
        ("yesterday", None),
        ("2024-13-45T00:00:00Z", None),
        ("1990-01-01T00:00:00Z", 631_152_000_000_000),
        ("1989-12-31T23:59:59.999999Z", None),
        ("2100-12-31T23:59:59Z", 4_133_980_799_000_000),
        ("2100-12-31T23:59:59-01:00", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("9999-12-31T23:59:59-14:00", None),
        ("9999-12-31T23:59:59Z", None),
        ("0000", None),
        ("9999", None),
        (None, None),
    ],
)
def test_a_capture_date_is_an_instant_of_the_web_or_counted(
    date: str | None, microseconds: int | None
) -> None:
    tally = Tally()
    assert captured_at(date, 77, tally) == microseconds
    assert [offset for offset, _ in tally.problems] == ([] if microseconds else [77])


@pytest.mark.parametrize("name", ["x.warc", "x.warc.gz", "x.warc.zst"])
def test_a_file_that_is_cut_while_it_is_read_ends_there_and_is_counted(tmp_path: Path, name: str) -> None:
    noise = random.Random(1)
    pack = {"gz": gzip.compress, "zst": zstandard.ZstdCompressor().compress}.get(name[7:], bytes)
    content = b"".join(pack(record(noise.randbytes(100_000))) for _ in range(60))
    path, tally = tmp_path / name, Tally()
    path.write_bytes(content)
    reading = records(path, tally)
    found = [next(reading)]
    with path.open("r+b") as file:
        file.truncate(200_000)
    found += reading
    assert 1 <= len(found) < 20
    assert tally.records_bad > 0
    assert tally.bytes_read == len(content)
    assert tally.bytes_skipped > len(content) // 2


PACKINGS = {
    "plain.warc": b"".join(ALL),
    "members.warc.gz": b"".join(map(gzip.compress, ALL)),
    "one-member.warc.gz": gzip.compress(b"".join(ALL)),
    "torn-members.warc.gz": b"".join(
        gzip.compress(b"".join(ALL)[at : at + 100]) for at in range(0, len(b"".join(ALL)), 100)
    ),
    "frames.warc.zst": b"".join(map(zstandard.compress, ALL)),
    "one-frame.warc.zst": zstandard.compress(b"".join(ALL)),
}


@pytest.mark.parametrize("name", PACKINGS)
def test_every_packing_gives_the_same_records(tmp_path: Path, name: str) -> None:
    found, tally = read(tmp_path, PACKINGS[name], name)
    assert payloads(found) == [b"one", b"two, longer", b"three"]
    assert (tally.records_bad, tally.bytes_skipped) == (0, 0)


def test_offsets_are_places_in_the_file(tmp_path: Path) -> None:
    plain, _ = read(tmp_path, b"".join(ALL))
    assert [r.offset for r in plain] == [0, len(ONE), len(ONE + TWO)]
    packed = [gzip.compress(r) for r in ALL]
    members, _ = read(tmp_path, b"".join(packed), "m.warc.gz")
    assert [r.offset for r in members] == [0, len(packed[0]), len(packed[0] + packed[1])]


def test_a_zstd_dictionary_frame_is_used(tmp_path: Path) -> None:
    samples: list[bytes | bytearray | memoryview[int]] = [
        record(b"payload number %d of many that look alike" % n) for n in range(2_000)
    ]
    dictionary = zstandard.train_dictionary(4_096, samples)
    raw = dictionary.as_bytes()
    frame = b"\x5d\x2a\x4d\x18" + len(raw).to_bytes(4, "little") + raw
    compressor = zstandard.ZstdCompressor(dict_data=dictionary)
    found, tally = read(tmp_path, frame + b"".join(map(compressor.compress, samples[:5])), "d.warc.zst")
    assert len(found) == 5
    assert (tally.records_bad, tally.bytes_skipped) == (0, 0)


DAMAGED: dict[str, tuple[bytes, list[bytes], int, int]] = {
    "garbage between": (ONE + b"garbage\n" + TWO + THREE, [b"one", b"two, longer", b"three"], 1, 8),
    "garbage first": (b"\0" * 9 + b"\n" + ONE + TWO, [b"one", b"two, longer"], 1, 10),
    "garbage last": (ONE + b"the end", [b"one"], 1, 7),
    "length too short": (record(b"0123456789", length=4) + TWO, [b"0123456789", b"two, longer"], 1, 0),
    "length too long": (record(b"0123456789", length=99) + TWO, [b"0123456789", b"two, longer"], 1, 0),
    "length missing": (
        ONE.replace(b"Content-Length", b"Content-Size") + TWO,
        [b"two, longer"],
        1,
        len(ONE) - 2,
    ),
    "cut in a payload": (ONE + TWO[:-9], [b"one"], 1, len(TWO) - 9),
    "cut in the headers": (ONE + TWO[:40], [b"one"], 1, 40),
    "line feeds only": (ONE.replace(b"\r\n", b"\n") + TWO, [b"one", b"two, longer"], 0, 0),
    "one blank line more": (ONE + b"\r\n\r\n" + TWO, [b"one", b"two, longer"], 0, 0),
    "no blank line at the end": (ONE + TWO[:-4], [b"one", b"two, longer"], 0, 0),
    "nothing": (b"", [], 0, 0),
    "not a crawl": (b"\x89PNG\r\n\x1a\n" * 5, [], 1, 40),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_damage_in_plain_files(tmp_path: Path, name: str) -> None:
    content, expected, bad, skipped = DAMAGED[name]
    found, tally = read(tmp_path, content)
    assert payloads(found) == expected
    assert (tally.records_bad, tally.bytes_skipped) == (bad, skipped)


def test_a_record_with_a_wrong_length_is_not_complete(tmp_path: Path) -> None:
    found, _ = read(tmp_path, record(b"0123456789", length=4) + TWO)
    assert [r.complete for r in found] == [False, True]


@pytest.mark.parametrize("damage", ["flipped", "cut", "garbage", "wrong checksum"])
def test_damage_to_one_gzip_member_costs_that_member_only(tmp_path: Path, damage: str) -> None:
    first, second, third = map(gzip.compress, ALL)
    broken = {
        "flipped": second[:30] + bytes([second[30] ^ 0x40]) + second[31:],
        "cut": second[:-20],
        "garbage": second + b"not a member",
        "wrong checksum": second[:-8] + b"\0\0\0\0" + second[-4:],
    }[damage]
    found, tally = read(tmp_path, first + broken + third, "d.warc.gz")
    survives = damage == "garbage"
    assert payloads(found) == [b"one", *([b"two, longer"] if survives else []), b"three"]
    assert tally.bytes_skipped == (12 if survives else len(broken))


def test_a_file_cut_within_its_last_member_keeps_the_others(tmp_path: Path) -> None:
    members = [gzip.compress(r) for r in ALL]
    found, tally = read(tmp_path, b"".join(members)[:-25], "cut.warc.gz")
    assert payloads(found) == [b"one", b"two, longer"]
    assert tally.bytes_skipped == len(members[2]) - 25


def test_a_file_of_one_member_cut_off_keeps_the_whole_records(tmp_path: Path) -> None:
    noise = random.Random(1).randbytes(40_000)
    content = gzip.compress(ONE + record(noise) + record(noise))
    found, tally = read(tmp_path, content[:-1_000], "cut.warc.gz")
    assert payloads(found) == [b"one", noise]
    assert tally.records_bad >= 1
    assert 35_000 < tally.bytes_skipped < 41_000


def test_a_long_payload_is_cut_and_said_to_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAYLOAD_LIMIT", 1_000)
    long = record(b"x" * 3_000_000)
    for name, content in (("l.warc", long + TWO), ("l.warc.gz", gzip.compress(long) + gzip.compress(TWO))):
        found, tally = read(tmp_path, content, name)
        assert [(len(r.payload), r.complete) for r in found] == [(1_000, False), (11, True)]
        assert (tally.records_bad, tally.bytes_skipped) == (0, 0)


def test_magic_numbers_inside_a_member_do_not_end_it(tmp_path: Path) -> None:
    payload = b"\x1f\x8b\x08\0" * 300 + gzip.compress(ONE)
    stored = zlib.compressobj(0, zlib.DEFLATED, 31)
    content = stored.compress(record(payload)) + stored.flush() + gzip.compress(TWO)
    found, tally = read(tmp_path, content, "m.warc.gz")
    assert payloads(found) == [payload, b"two, longer"]
    assert tally.records_bad == 0


def test_a_payload_that_looks_like_records_is_one_payload(tmp_path: Path) -> None:
    found, _ = read(tmp_path, record(b"\r\n\r\n" + TWO + THREE) + ONE)
    assert payloads(found) == [b"\r\n\r\n" + TWO + THREE, b"one"]


def test_a_missing_file_is_a_source_error(tmp_path: Path) -> None:
    with pytest.raises(SourceMissing):
        next(records(tmp_path / "none.warc", Tally()))


@pytest.mark.parametrize("name", PACKINGS)
def test_damage_anywhere_never_raises_and_never_passes_in_silence(tmp_path: Path, name: str) -> None:
    draw, whole = random.Random(len(name)), {b"one", b"two, longer", b"three"}
    for _ in range(120):
        content = damaged(PACKINGS[name], draw)
        found, tally = read(tmp_path, content, name)
        assert 0 <= tally.bytes_skipped <= len(content)
        if ".gz" in name:  # what has a checksum is as it was written, or it is not handed out as complete
            assert {r.payload for r in found if r.complete} <= whole
            is_prefix = PACKINGS[name].startswith(content)
            assert len(found) == 3 or tally.records_bad > 0 or is_prefix


@needs_shared
def test_public_crawl_files_are_read_to_their_last_byte() -> None:
    folders = (SHARED / "data/suites/warc", SHARED / "data/warc_samples")
    files = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
    counts = {}
    for path in files:
        tally = Tally()
        found = list(records(path, tally))
        assert tally.records == len(found)
        assert tally.bytes_read == path.stat().st_size
        assert bool(tally.bytes_skipped) <= bool(tally.records_bad)
        counts[path.name] = (len(found), tally.records_bad, tally.bytes_skipped)
    assert len(files) > 100
    assert counts["warcio_example-bad-non-chunked.warc.gz"] == (6, 0, 0)
    assert counts["warcio_example-trunc.warc"] == (4, 1, 0)
    assert counts["IAH-urls-wget.warc.gz"] == (36, 0, 0)
    assert counts["clipped.warc.gz"][0] == 0
    assert counts["clipped.warc.gz"][2] == 18_184
