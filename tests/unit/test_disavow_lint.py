"""Is every kind of fault found where it was planted, told in a sentence, and mended where it can be?"""

import pytest

from backlit import Disavow
from backlit.report.disavow import KINDS

#: A line, the faults that are told of it, and the line that would be right.
LINES: list[tuple[str, list[str], str | None]] = [
    ("domain:a.com", [], None),
    ("# a remark\twith a tab", [], None),
    ("http://b.com/page?id=1", [], None),
    ("domain:a\x00.com", ["nul"], "domain:a.com"),
    ("domain:a\x07.com", ["control-character"], "domain:a.com"),
    ("domain:a.com\u202e", ["direction"], "domain:a.com"),
    ("domain:a\u200b.com", ["unseen-character"], "domain:a.com"),
    ("domain:a.com\u2028", ["odd-line-end"], "domain:a.com"),
    ("domain:m\ufffdller.com", ["broken-characters", "domain-not-a-name"], None),
    ("domain:\xa0a.com", ["odd-space", "domain-space"], "domain:a.com"),
    ("# hidden \u202e remark", ["direction"], None),
    ("  domain:a.com", ["space-before"], "domain:a.com"),
    ("domain:a.com  ", ["space-after"], None),
    ("domain:" + "a" * 3_000, ["line-too-long"], None),
    ("domain:a.com domain:b.com", ["several-on-a-line"], None),
    ("http://a.com/x,http://b.com/y", ["several-on-a-line"], None),
    ("http://a.com/x;", ["mark-after"], "http://a.com/x"),
    ("domain:a.com;paid", ["domain-not-a-name"], None),
    ("a.com,paid,2024", ["table-row"], None),
    ("domain:a.com # paid", ["remark-after-entry"], "domain:a.com"),
    ("// paid links", ["other-remark-mark"], None),
    ("# domain:a.com", ["remarked-out"], None),
    ('"domain:a.com"', ["quoted"], "domain:a.com"),
    ("“http://a.com/x”", ["quoted"], "http://a.com/x"),
    ("- domain:a.com", ["list-mark"], "domain:a.com"),
    ("12. http://a.com/x", ["list-mark"], "http://a.com/x"),
    ("domain:a.com,", ["mark-after"], "domain:a.com"),
    ('<a href="http://a.com/x">x</a>', ["markup"], None),
    ("spam sites from the audit", ["no-entry"], None),
    ("site:a.com", ["unknown-word"], None),
    ("url:http://a.com/x", ["unknown-word"], None),
    ("domain a.com", ["no-colon"], "domain:a.com"),
    ("domain=a.com", ["no-colon"], "domain:a.com"),
    ("domain：a.com", ["odd-colon"], "domain:a.com"),
    ("domian:a.com", ["domain-misspelt"], "domain:a.com"),
    ("domains:a.com", ["domain-misspelt"], "domain:a.com"),
    ("Domain:a.com", ["domain-in-capitals"], "domain:a.com"),
    ("domain: a.com", ["domain-space"], "domain:a.com"),
    ("domain:", ["domain-empty"], None),
    ("domain:https://a.com", ["domain-has-scheme"], "domain:a.com"),
    ("domain:https://a.com/x", ["domain-has-scheme"], None),
    ("domain:a.com/en/", ["domain-has-path"], None),
    ("domain:a.com:8080", ["domain-has-port"], "domain:a.com"),
    ("domain:me@a.com", ["domain-is-address"], "domain:a.com"),
    ("me@a.com", ["domain-is-address"], None),
    ("domain:*.a.com", ["domain-has-wildcard"], "domain:a.com"),
    ("*.a.com", ["domain-has-wildcard"], "domain:a.com"),
    ("domain:.a.com", ["domain-leading-dot"], "domain:a.com"),
    ("domain:a.com.", ["domain-trailing-dot"], "domain:a.com"),
    ("domain:a,com", ["domain-comma"], "domain:a.com"),
    ("domain:a..com", ["domain-not-a-name"], None),
    ("domain:a b.com", ["domain-not-a-name"], None),
    ("domain:printer", ["domain-one-label"], None),
    ("domain:co.uk", ["public-suffix"], None),
    ("domain:xyz", ["public-suffix"], None),
    ("domain:blogspot.com", ["platform"], None),
    ("domain:wordpress.com", ["platform"], None),
    ("domain:github.io", ["platform"], None),
    ("domain:wikipedia.org", ["well-known"], None),
    ("domain:a.nosuchending", ["unknown-ending"], None),
    ("domain:A.Com", ["upper-case"], "domain:a.com"),
    ("domain:müller.com", ["idn"], "domain:xn--mller-kva.com"),
    ("domain:раypal.com", ["idn", "mixed-scripts"], "domain:xn--ypal-43d9g.com"),
    ("domain:xn--ypal-43d9g.com", ["mixed-scripts"], None),
    ("domain:xn--99999999999.com", ["bad-punycode"], None),
    ("domain:140.128.107.177", ["ip-address"], None),
    ("domain:0x8c.128.107.177", ["ip-spelling", "ip-address"], "domain:140.128.107.177"),
    ("domain:192.168.0.1", ["not-public"], None),
    ("domain:printer.local", ["not-public"], None),
    ("domain:www.a.com", ["only-www"], None),
    ("domain:mine.com", ["own-domain"], None),
    ("http://www.mine.com/x", ["own-domain"], None),
    ("domain:good.org", ["kept"], None),
    ("a.com/x.html", ["no-scheme"], None),
    ("//a.com/x", ["other-remark-mark"], None),
    ("a.com", ["bare-name"], "domain:a.com"),
    ("ftp://a.com/x", ["other-scheme"], None),
    ("javascript:alert(1)", ["other-scheme"], None),
    ("hxxp://a.com/x", ["scheme-misspelt"], "http://a.com/x"),
    ("htp://a.com/x", ["scheme-misspelt"], "http://a.com/x"),
    ("https//a.com/x", ["scheme-misspelt"], "https://a.com/x"),
    ("http:/a.com/x", ["scheme-misspelt"], "http://a.com/x"),
    ("http://a b/x", ["url-has-space"], None),
    ("http://a.com:99999/x", ["url-malformed"], None),
    ("http://a.com/" + "x" * 2_036, ["url-too-long"], None),
    ("http://a.com/*", ["url-has-wildcard"], None),
    ("http://me:pw@a.com/x", ["url-has-login"], None),
    ("http://a.com/x#p3", ["url-fragment"], None),
    ("http://a.com/x?utm_source=y", ["url-tracking"], None),
    ("http://a.com/", ["url-is-home"], None),
    ("http://a.com/en/", ["url-is-folder"], None),
    ("http://a.com/ü", ["url-not-encoded"], "http://a.com/%C3%BC"),
    ("http://A.com:80/x", ["url-spelling"], "http://a.com/x"),
    ("http://127.0.0.1/x", ["not-public"], None),
]


@pytest.mark.parametrize(("text", "kinds", "right"), LINES, ids=lambda value: repr(value)[:40])
def test_a_line(text: str, kinds: list[str], right: str | None) -> None:
    faults = Disavow.parse(f"# why\n{text}\n").lint(own=["mine.com"], kept=["good.org"])
    faults = [fault for fault in faults if fault.line == 2]
    assert sorted(fault.id for fault in faults) == sorted(kinds)
    assert {fault.mended for fault in faults} - {None} == ({right} if right else set())
    assert all("{" not in fault.sentence + fault.what_to_do for fault in faults)
    if right and not set(kinds) & {"mixed-scripts", "ip-spelling"}:
        assert not [fault for fault in Disavow.parse(f"# why\n{right}\n").lint() if fault.level == "error"]


#: A file, and what is told: line and kind.
FILES: list[tuple[bytes, list[tuple[int | None, str]]]] = [
    (b"", [(None, "empty")]),
    (b"# a remark\n", [(None, "empty")]),
    (b"# w\ndomain:a.com", [(2, "no-last-line-end")]),
    (b"domain:a.com\n\ndomain:b.com\n", [(None, "no-reasons")]),
    (b"# w\rdomain:a.com\r", [(1, "line-ends-cr")]),
    (b"# w\r\ndomain:a.com\n", [(2, "line-ends-mixed")]),
    (b"\xef\xbb\xbf# w\ndomain:a.com\n", [(1, "bom")]),
    (b"# \xfc\ndomain:a.com\n", [(None, "not-utf-8")]),
    ("# w\ndomain:a.com\n".encode("utf-16"), [(None, "utf-16")]),
    ("# w\ndomain:a.com\n".encode("utf-16-le"), [(None, "utf-16")]),
    (b"# w\ndomain:a.com\ndomain:a.com\n", [(3, "duplicate")]),
    (b"# w\nhttp://a.com/x\nhttp://a.com/x#1\n", [(3, "same-in-effect"), (3, "url-fragment")]),
    (b"# w\nhttps://a.com/x\nhttp://a.com/x\n", [(3, "same-but-scheme")]),
    (b"# w\nhttp://x.a.com/y\ndomain:a.com\n", [(2, "covered")]),
    (b"# w\ndomain:www.a.com\ndomain:a.com\n", [(2, "covered"), (2, "only-www")]),
    (b"#\n" * 100_001, [(None, "too-many-lines"), (None, "empty")]),
    (b"# " + b"x" * 1_999_999, [(None, "too-big"), (None, "empty"), (1, "no-last-line-end")]),
]


@pytest.mark.parametrize(("data", "told"), FILES, ids=lambda value: repr(value)[:40])
def test_a_file(data: bytes, told: list[tuple[int | None, str]]) -> None:
    assert [(fault.line, fault.id) for fault in Disavow.parse(data).lint()] == told


def test_files_that_are_none() -> None:
    for data, kind in [
        (b"<!DOCTYPE html><p>", "web-page"),
        (b"{\\rtf1\\ansi domain:a.com}", "rich-text"),
        (b"PK\x03\x04\x14\x00", "not-text"),
    ]:
        assert kind in {fault.id for fault in Disavow.parse(data).lint()}
    assert [fault.id for fault in Disavow.parse("# w\ndomain:a.com\n").lint(name="list.doc")] == ["file-name"]
    assert Disavow.parse("# w\ndomain:a.com\n").lint(name="List.TXT") == []


def test_the_tables_above_plant_every_kind() -> None:
    planted = {kind for _, kinds, _ in LINES for kind in kinds} | {
        kind for _, told in FILES for _, kind in told
    }
    assert set(KINDS) - planted == {"web-page", "rich-text", "not-text", "file-name"}
    assert len(planted) >= 40


def test_a_fault_in_full() -> None:
    _, _, fault = Disavow.parse("# bought\ndomain:*.Shop\u202e.com\n").lint()
    assert (fault.id, fault.level, fault.line) == ("domain-has-wildcard", "error", 2)
    assert fault.sentence == "The name has a *; `domain:` covers all below a name as it is."
    assert fault.what_to_do == "Write the name without it. That is: domain:shop.com"
    assert (fault.text, fault.mended) == ("domain:*.Shop<U+202E>.com", "domain:shop.com")


def test_own_and_kept_sites_below_and_above_a_line() -> None:
    told = Disavow.parse("# w\ndomain:b.com\nhttps://blog.c.com/x\n").lint(
        own=["shop.b.com"], kept=["blog.c.com"]
    )
    assert [(fault.line, fault.id, fault.sentence) for fault in told] == [
        (2, "own-domain", "shop.b.com is your own site."),
        (3, "kept", "It was decided to keep blog.c.com."),
    ]
