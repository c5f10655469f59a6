"""Whatever is done to a crawl file, what was spared is read and every other byte is counted, exactly.

The quick form damages each packing some hundred times, `scripts/nightly` 10,000 times in all.
"""

import gzip
import random
import zlib
from pathlib import Path

import pytest
import zstandard

from backlit.ingest import records as module
from backlit.ingest.assemble import Tally
from backlit.ingest.records import records
from tests.unit.damage import damaged, outside

RECORDS = 12


def made_records() -> list[bytes]:
    """Records whose payloads hold line ends and angle brackets, as pages do."""
    draw, made = random.Random(5), []
    for number in range(RECORDS):
        payload = b"<p>page %d " % number + bytes(draw.choices(b"abc <>\r\n/=", k=draw.randrange(400)))
        head = f"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: {len(payload)}\r\n\r\n"
        made.append(head.encode() + payload + b"\r\n\r\n")
    return made


PLAIN = made_records()
_zstd = zstandard.ZstdCompressor(write_checksum=True).compress
PACKED = {
    ".gz": [gzip.compress(record, mtime=0) for record in PLAIN],
    ".zst": [_zstd(record) for record in PLAIN],
}


def survey(path: Path, content: bytes) -> tuple[list[bytes], list[int], int, Tally]:
    """The whole records found in a file, the damaged ones' lengths, and the bytes outside of all."""
    path.write_bytes(content)
    tally = Tally()
    found = list(records(path, tally))
    assert (tally.bytes_read, tally.records) == (len(content), len(found))
    whole = [record.head + record.payload + b"\r\n\r\n" for record in found if record.complete]
    torn = [len(record.payload) for record in found if not record.complete]
    return whole, torn, outside(content, found) if path.suffix == ".warc" else 0, tally


def check_plain(path: Path, seed: int) -> None:
    content = damaged(b"".join(PLAIN), random.Random(seed))
    _, torn, lost, tally = survey(path, content)
    assert tally.bytes_skipped == lost
    assert (tally.records_bad > 0) == bool(lost or torn)


def check_members(path: Path, seed: int) -> None:
    """One record in each member: a member is read whole or is counted whole."""
    members = PACKED[path.suffix]
    whole = b"".join(members)
    content = damaged(whole, random.Random(seed))
    found, torn, _, tally = survey(path, content)
    numbers = [PLAIN.index(record) for record in found if record in PLAIN]
    assert numbers == sorted(set(numbers))
    # Damage may hide the end of a member: what it decodes to is read, without its checksum, and counted.
    endless = any("ends within" in why for _, why in tally.problems)
    outside_whole = max(0, len(content) - sum(len(members[number]) for number in numbers))
    if not endless:
        assert len(numbers) == len(found)  # nothing that was not written
        assert torn or tally.bytes_skipped == outside_whole
    begins = [sum(map(len, members[:number])) for number in range(RECORDS)]
    changed = next(
        (at for at, (is_, was) in enumerate(zip(content, whole, strict=False)) if is_ != was), len(content)
    )
    assert {n for n in range(RECORDS) if begins[n] + len(members[n]) <= changed} <= set(numbers)
    assert tally.records_bad > 0 or len(numbers) == RECORDS or len(content) in begins


CHECKS = {"damaged.warc": check_plain, "damaged.warc.gz": check_members, "damaged.warc.zst": check_members}


@pytest.mark.parametrize("name", CHECKS)
def test_120_damages(tmp_path: Path, name: str) -> None:
    for seed in range(120):
        CHECKS[name](tmp_path / name, seed)


@pytest.mark.slow
@pytest.mark.parametrize("name", CHECKS)
def test_10000_damages(tmp_path: Path, name: str) -> None:
    for seed in range(1_000, 1_000 + (3_334 if name == "damaged.warc" else 3_333)):
        CHECKS[name](tmp_path / name, seed)


def test_a_member_that_never_ends_is_not_taken_for_a_whole_one(tmp_path: Path) -> None:
    """Its last four bytes state the very length that the rest of it decodes to."""
    stream = zlib.compressobj(wbits=31)
    begun = stream.compress(PLAIN[0]) + stream.flush(zlib.Z_SYNC_FLUSH)
    stored = b"\x00" + len(b"\0" * 8).to_bytes(2, "little") + (0xFFFF - 8).to_bytes(2, "little")
    endless = begun + stored + b"\0" * 4 + (len(PLAIN[0]) + 8).to_bytes(4, "little")
    found, _, _, tally = survey(tmp_path / "endless.warc.gz", endless + PACKED[".gz"][1])
    assert (found, tally.bytes_skipped) == ([PLAIN[1]], len(endless))


def test_a_record_in_many_tiny_members_is_not_copied_for_each_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 800000\r\n\r\n"
    tiny, end = gzip.compress(b"x" * 39 + b"\n", mtime=0), gzip.compress(b"\r\n\r\n", mtime=0)
    path, tally, copied = tmp_path / "tiny.warc.gz", Tally(), 0
    path.write_bytes(gzip.compress(head, mtime=0) + tiny * 20_000 + end)
    more = module._Window._more

    def counted(window: module._Window, wanted: int = 1) -> bool:
        nonlocal copied
        grown = more(window, wanted)
        copied += len(window._data)
        return grown

    monkeypatch.setattr(module._Window, "_more", counted)
    (found,) = records(path, tally)
    assert (len(found.payload), found.complete, tally.bytes_skipped) == (800_000, True, 0)
    assert copied < 20 * 800_000


def test_a_record_whose_first_letter_was_flipped_is_passed_over(tmp_path: Path) -> None:
    content = PLAIN[0] + b"w" + PLAIN[1][1:] + PLAIN[2]
    found, torn, lost, tally = survey(tmp_path / "flipped.warc", content)
    assert (found, torn, lost) == ([PLAIN[0], PLAIN[2]], [], len(PLAIN[1]))
    assert tally.problems == [(len(PLAIN[0]), "no record here")]
