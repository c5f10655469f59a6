"""Does a disavow file come back as it was, and does another one differ from it by what it disavows?"""

import json
import random
from pathlib import Path

import pytest

import backlit
from backlit import Disavow
from backlit.errors import UsageError
from backlit.report.disavow import Entry
from tests.unit.google_rules import refused
from tests.unit.shared import SHARED, needs_shared

FILES = sorted((SHARED / "data" / "disavow").rglob("*.txt"))


@needs_shared
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_real_files_come_back_byte_for_byte(path: Path) -> None:
    data = path.read_bytes()
    read = Disavow.parse(data)
    assert (read.render(), read.encoded()) == (data, data)
    # what Google would refuse and what is called an error are the same lines
    errors = {fault.line for fault in read.lint() if fault.level == "error"} - {None}
    wide = {fault.line for fault in read.lint() if fault.id == "public-suffix"}
    assert {line for line, _ in refused(data)} == errors - wide


@needs_shared
def test_the_entries_of_real_files() -> None:
    told = {path.name: len(Disavow.parse(path.read_bytes()).entries) for path in FILES}
    assert told == {
        "AFishingAddiction__AFishingAddiction.github.io__disavow.txt": 6,
        "Office-Experts-Group__officeExperts__disavow.txt": 4,
        "OpenDisavow-disavow.txt": 806,
        "PetroglyphCode__disavow.txt__disavow.txt": 5,
        "andsilver__Ski__disavow.txt": 50,
        "billvivino__billvivino.github.io__disavow.txt": 2,
        "eppcqtrwm-google-spamlist.txt": 12_675,
        "keriganmarketing__medlicense__disavow.txt": 55,
        "poortechguy__poortechguy.github.io__disavow.txt": 162,
        "will383842__sos-expat-project__disavow.txt": 2,
        "willton-easy__fechadurabiometrica.com.br__disavow.txt": 58,
    }


TEXT = "# wegen Kaufs, 2024\r\ndomain:a.com\n\nhttp://b.com/ü\r"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1252", "utf-32"])
@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\r"])
def test_every_encoding_and_line_end_comes_back(encoding: str, end: str) -> None:
    data = (TEXT + end).encode(encoding)
    read = Disavow.parse(data)
    assert read.encoded() == data
    assert [str(each) for each in read.entries] == ["domain:a.com", "http://b.com/%C3%BC"]
    assert read.render().decode("utf-8").removeprefix("\ufeff") == TEXT + end


def test_any_bytes_come_back() -> None:
    chance = random.Random(7)
    parts = [
        b"domain:a.com",
        b"\n",
        b"\r",
        b"#",
        b"\x00",
        b"\xff\xfe",
        b"\xc3",
        b"http://b.com/",
        b" ",
        b"\x80",
    ]
    for _ in range(2_000):
        data = b"".join(chance.choices(parts, k=chance.randrange(12)))
        read = Disavow.parse(data)
        assert read.encoded() == data
        read.lint()


def test_reasons_stand_above_a_block_of_entries() -> None:
    read = Disavow.parse(
        "# made by a tool\n\ndomain:a.com\n# paid\n# in 2024\ndomain:b.com\ndomain:c.com\n\ndomain:d.com"
    )
    assert {str(each): why for each, why in read.reasons.items()} == {
        "domain:a.com": "",
        "domain:b.com": "paid in 2024",
        "domain:c.com": "paid in 2024",
        "domain:d.com": "",
    }


def test_a_diff_compares_what_is_disavowed() -> None:
    old = Disavow.parse("# paid\ndomain:A.com\nhttp://b.com/page\nhttp://c.com/x\n")
    new = Disavow.parse("# a network\ndomain:b.com\n domain: a.com\nhttp://c.com/x#top\ndomain:sub.a.com")
    diff = old.diff(new)
    assert [each.row() for each in (*diff.removed, *diff.added)] == [
        {"change": "removed", "entry": "http://b.com/page", "reason": "paid", "covered_by": "b.com"},
        {"change": "added", "entry": "domain:b.com", "reason": "a network", "covered_by": None},
        {"change": "added", "entry": "domain:sub.a.com", "reason": "a network", "covered_by": "a.com"},
    ]
    assert diff.same == 2
    assert diff.render().splitlines() == [
        "- # paid",
        "- http://b.com/page",
        "- # without effect: domain:b.com covers it",
        "+ # a network",
        "+ domain:b.com",
        "+ domain:sub.a.com",
        "+ # without effect: domain:a.com covers it",
    ]
    assert not old.diff(Disavow.parse("http://c.com/x\nhttp://b.com/page\ndomain:a.com"))


def test_what_is_written_is_what_google_takes() -> None:
    """Typed words can end no line, begin no entry and hide nothing."""
    hostile = "bought\ndomain:bank.com\r# x\u2028domain:other.com\u202e\x00\x0bhttp://c.com/"
    made = Disavow.of(
        [(Entry("domain", "a.com"), hostile), (Entry("url", "https://b.com/x"), "paid")], ["for me\n"]
    )
    assert made.render().decode().splitlines() == [
        "# for me",
        "",
        "# bought domain:bank.com # x domain:other.com<U+202E><U+0000> http://c.com/",
        "domain:a.com",
        "",
        "# paid",
        "https://b.com/x",
    ]
    assert refused(made.render()) == []
    assert [fault.id for fault in made.lint()] == []
    assert Disavow.parse(made.render()).entries == made.entries


def test_coverage() -> None:
    read = Disavow.parse("domain:a.com\nhttps://b.com/x")
    asked = [Entry("domain", "www.a.com"), Entry("url", "http://x.a.com/y"), Entry("url", "https://b.com/x")]
    assert [read.covers(each) for each in asked] == [True, True, True]
    others = [Entry("domain", "b.com"), Entry("url", "https://b.com/y"), Entry("domain", "aa.com")]
    assert [read.covers(each) for each in others] == [False, False, False]


def test_the_limits_of_google_hold_for_what_is_written() -> None:
    entry = "https://a.com/" + "x" * 85 + "\n"
    most = Disavow.parse("# " + "y" * 97 + "\n" + entry * 19_999)
    assert len(most.render()) == 2_000_000
    with pytest.raises(UsageError, match="2,000,000 bytes and 100,000 lines"):
        Disavow.parse("#\n" + "# " + "y" * 97 + "\n" + entry * 19_999).render()
    assert len(Disavow.parse("\n" * 100_000).render()) == 100_000
    with pytest.raises(UsageError):
        Disavow.parse("\n" * 100_001).render()


def test_a_bomb_is_refused_and_a_long_line_is_only_told() -> None:
    with pytest.raises(UsageError, match="that you upload"):
        Disavow.parse(b"x" * 20_000_001)
    with pytest.raises(UsageError, match="1,000,000 lines"):
        Disavow.parse("\n" * 1_000_001)
    long = Disavow.parse("domain:" + "a" * 5_000_000)
    faults = long.lint()
    assert [fault.id for fault in faults] == ["too-big", "empty", "line-too-long", "no-last-line-end"]
    assert max(len(fault.text) + len(fault.sentence) for fault in faults) < 300


@pytest.mark.parametrize(
    "unit",
    [
        *("domain:a.com\n", "x,", '"', "- ", "# domain:a.com ", "http://a.com/?", "\u202e", "domain:"),
        *("*.", " domain:a.com", "1. ", ",;", "<a", "a@"),
    ],
)
def test_the_work_grows_with_the_length(unit: str) -> None:
    """Lines of a megabyte in a form that regular expressions could go back and forth in: told at once."""
    told = Disavow.parse(unit * (1_000_000 // len(unit))).lint()
    assert told


def test_the_name_is_public_and_loads_late() -> None:
    assert "Disavow" in backlit.__all__
    assert json.dumps([str(entry) for entry in Disavow.parse("domain:a.com").entries]) == '["domain:a.com"]'
