"""Can other readers read our WARC files, and is everything in them true?"""

import gzip
import io
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator, WarcRecordType
from warcio.archiveiterator import ArchiveIterator as Warcio

from backlit.errors import DataError
from backlit.vweb import VirtualWeb
from backlit.vweb.captures import captures

_SUFFIXES = (".warc", ".warc.gz", ".warc.zst")


@pytest.fixture(scope="module")
def small() -> VirtualWeb:
    return VirtualWeb(seed=2, pages=120)


@pytest.fixture(scope="module")
def files(small: VirtualWeb, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("warc")
    paths = {suffix: folder / f"crawl{suffix}" for suffix in _SUFFIXES}
    for path in paths.values():
        small.write_warc(path, crawl=1, requests=True)
    return paths


@pytest.mark.parametrize("suffix", _SUFFIXES)
def test_fastwarc_reads_every_page_with_right_digests(
    suffix: str, small: VirtualWeb, files: dict[str, Path]
) -> None:
    found = []
    with files[suffix].open("rb") as file:
        for record in ArchiveIterator(file, record_types=WarcRecordType.response, parse_http=False):
            assert record.verify_block_digest()
            record.parse_http()
            assert record.verify_payload_digest()
            status, headers = record.http_headers.status_code, dict(record.http_headers.asdict())
            address = record.headers["WARC-IP-Address"], record.headers["WARC-Target-URI"]
            found.append((*address, record.record_date, status, headers, record.reader.read()))
    expected = []
    for page in small.pages(1):
        date = page.fetched_at.strftime("%a, %d %b %Y %H:%M:%S GMT")
        headers = {"Date": date, **dict(page.headers)}
        expected.append((page.ip, page.url, page.fetched_at, page.status, headers, page.body))
    assert found == expected


def test_warcio_reads_a_request_beside_each_response(files: dict[str, Path]) -> None:
    with files[".warc.gz"].open("rb") as file:
        records = [(r.rec_type, r.rec_headers) for r in Warcio(file, check_digests="raise")]
    kinds = [kind for kind, _ in records]
    assert kinds[0] == "warcinfo"
    assert kinds[1:] == ["request", "response"] * (len(kinds) // 2)
    for (_, request), (_, response) in zip(records[1::2], records[2::2], strict=True):
        assert response["WARC-Concurrent-To"] == request["WARC-Record-ID"]
        assert response["WARC-Target-URI"] == request["WARC-Target-URI"]
    assert len({headers["WARC-Record-ID"] for _, headers in records}) == len(records)


def test_each_record_is_a_gzip_member_of_its_own(files: dict[str, Path]) -> None:
    data = files[".warc.gz"].read_bytes()
    plain = list(captures(files[".warc"]))
    for capture, same in zip(captures(files[".warc.gz"]), plain, strict=True):
        assert capture.packing is not None
        member = data[capture.offset : capture.offset + capture.packing.deflate_length]
        content = gzip.decompress(member)
        assert content == capture.record.to_bytes() == same.record.to_bytes()
        assert (len(content), capture.slop) == (capture.packing.inflated_length, 4)


def test_writing_twice_gives_the_same_file(small: VirtualWeb, files: dict[str, Path], tmp_path: Path) -> None:
    again = tmp_path / "again.warc.gz"
    assert small.write_warc(again, crawl=1, requests=True) == len(list(captures(again)))
    assert again.read_bytes() == files[".warc.gz"].read_bytes()
    assert list(tmp_path.iterdir()) == [again]


def test_our_own_reader_reads_many_records_in_one_member(files: dict[str, Path], tmp_path: Path) -> None:
    path = tmp_path / "one-member.warc.gz"
    path.write_bytes(gzip.compress(files[".warc"].read_bytes()))
    records = [capture.record for capture in captures(path)]
    assert records == [capture.record for capture in captures(files[".warc"])]


def test_a_file_that_ends_too_early_is_named_as_such(files: dict[str, Path], tmp_path: Path) -> None:
    path = tmp_path / "cut.warc.gz"
    path.write_bytes(files[".warc.gz"].read_bytes()[:-20])
    with pytest.raises(DataError, match="the file ends inside it"):
        list(captures(path))


def test_a_file_that_is_no_warc_is_named_as_such(tmp_path: Path) -> None:
    path = tmp_path / "page.warc"
    path.write_bytes(io.BytesIO(b"<html>\n").getvalue())
    with pytest.raises(DataError, match="byte 0: found '<html>'"):
        list(captures(path))
