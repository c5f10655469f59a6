"""Which files are meant, and does one that is no good leave the others alone?"""

import gzip
import io
import os
import sys
from pathlib import Path

import pytest

import backlit
from backlit.errors import SourceMissing, SourceUnknown, UsageError
from backlit.ingest.assemble import Tally
from backlit.ingest.read import ReadOptions, read_source
from backlit.ingest.sources import REFUSED, Source, find_sources, why_refused
from backlit.model import LINKS, PAGES
from backlit.vweb import VirtualWeb

RECORD = b"WARC/1.0\r\nWARC-Type: warcinfo\r\nContent-Length: 1\r\n\r\nx\r\n\r\n"
DAMAGED = gzip.compress(b"")[:10] + b"\xff" * 200


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "good.warc.gz"
    path.write_bytes(gzip.compress(RECORD))
    return path


def kinds(sources: list[Source]) -> list[tuple[str, str]]:
    return [(source.name, source.kind) for source in sources]


def test_a_damaged_gzip_is_a_crawl_file_by_its_name_and_its_reader_counts_it(good: Path) -> None:
    (good.parent / "bad.warc.gz").write_bytes(DAMAGED)
    (good.parent / "bad.wat.gz").write_bytes(DAMAGED)
    sources = find_sources([str(good.parent)])
    assert kinds(sources) == [("bad.warc.gz", "warc"), ("bad.wat.gz", "wat"), ("good.warc.gz", "warc")]
    tallies = [Tally(), Tally(), Tally()]
    for source, tally in zip(sources, tallies, strict=True):
        assert list(read_source(source, "s", tally, ReadOptions())) == []
    counts = [(tally.records, tally.records_bad, tally.bytes_skipped) for tally in tallies]
    assert counts == [(0, 1, len(DAMAGED)), (0, 1, len(DAMAGED)), (1, 0, 0)]


def test_what_is_no_good_is_refused_beside_what_is(good: Path, tmp_path: Path) -> None:
    for name, content in (("odd.bin", b"x"), ("empty.csv", b""), ("bad.csv.gz", DAMAGED)):
        (tmp_path / name).write_bytes(content)
    names = [str(tmp_path / name) for name in ("odd.bin", "empty.csv", "bad.csv.gz", "none.warc")]
    sources = find_sources(["-", *names, str(good)], stdin=io.StringIO(str(tmp_path / "none.warc")))
    assert kinds(sources) == [
        ("none.warc", REFUSED),
        ("odd.bin", REFUSED),
        ("empty.csv", REFUSED),
        ("bad.csv.gz", REFUSED),
        ("good.warc.gz", "warc"),
    ]
    reasons = [why_refused(source) for source in sources[:3]]
    assert [reason.partition(".")[0] for reason in reasons] == [
        "there is no such file",
        "neither a WARC or WAT file nor a table with a column of linking pages",
        "the file is empty",
    ]


def test_a_file_that_may_not_be_read_is_refused_with_the_systems_word(
    good: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = good.with_name("closed.warc")
    closed.write_bytes(RECORD)

    def is_zip(path: Path) -> bool:  # the first that opens a file
        if path == closed:
            raise PermissionError(13, "Permission denied", str(path))
        return False

    monkeypatch.setattr("backlit.ingest.exports.is_zip", is_zip)
    sources = find_sources([str(good.parent)])
    assert kinds(sources) == [("closed.warc", REFUSED), ("good.warc.gz", "warc")]
    assert why_refused(sources[0]) == "Permission denied"


def test_where_nothing_can_be_used_the_first_error_is_raised(tmp_path: Path) -> None:
    (tmp_path / "odd.bin").write_bytes(b"x")
    with pytest.raises(SourceMissing, match="no such file"):
        find_sources([str(tmp_path / "none.warc"), str(tmp_path / "odd.bin")])
    with pytest.raises(SourceUnknown, match="neither a WARC"):
        find_sources([str(tmp_path / "odd.bin"), str(tmp_path / "none.warc")])


def test_a_url_is_a_wrong_question_whatever_stands_beside_it(good: Path) -> None:
    with pytest.raises(UsageError, match="this is a URL"):
        find_sources([str(good), "https://a.example/x.warc"])


@pytest.mark.skipif(sys.platform != "linux", reason="other systems know no such names")
def test_a_name_that_is_no_text_is_spelt_out(good: Path) -> None:
    odd = good.with_name(os.fsdecode(b"\xff\xfe.warc"))
    odd.write_bytes(RECORD)
    (source,) = find_sources([str(odd)])
    assert (source.name, source.kind) == ("\\xff\\xfe.warc", "warc")
    os.truncate(odd, 0)
    odd.rename(odd.with_suffix(".csv"))
    with pytest.raises(SourceUnknown) as caught:
        find_sources([str(odd.with_suffix(".csv"))])
    assert str(caught.value).encode().endswith(b"\\xff\\xfe.csv: the file is empty. Leave it out.")


def test_what_users_read_are_pairs_of_pages_and_links(tmp_path: Path) -> None:
    def sizes(path: Path) -> list[tuple[int, int]]:
        pairs = list(backlit.read(path))
        assert all((pages.schema, links.schema) == (PAGES, LINKS) for pages, links in pairs)
        return [(pages.num_rows, links.num_rows) for pages, links in pairs]

    VirtualWeb(pages=60).write_warc(tmp_path / "x.warc.gz")
    ((pages, links),) = sizes(tmp_path)
    assert (pages > 50, links > 50) == (True, True)
    table = tmp_path / "table.csv"
    table.write_text("source,target\nhttps://a.example/,https://b.example/\n")
    assert sizes(table) == [(0, 1)]
    table.write_text("source\nhttps://c.example/\n")
    assert list(backlit.read(table, ReadOptions(target="b.example"))) == []
