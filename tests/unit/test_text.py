"""Is a stranger's text shown whole, and without its tricks?"""

from datetime import UTC, date, datetime

import pytest

from backlit.model import LostReason
from backlit.report.languages import language_name
from backlit.report.text import (
    above,
    by_name,
    clip,
    count,
    day,
    found_instead,
    landing,
    percent,
    place,
    plural,
    shorten,
    standing,
    tail,
    visible,
    web_address,
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("garden chairs", "garden chairs"),
        ("Grüße, 椅子 и стулья", "Grüße, 椅子 и стулья"),
        ("pay\u202elap", "pay<U+202E>lap"),
        ("a\u2066b\u2069", "a<U+2066>b<U+2069>"),
        ("zero\u200bwidth\ufeff", "zero<U+200B>width<U+FEFF>"),
        ("\x1b[31mred\x07", "<U+001B>[31mred<U+0007>"),
        ("two\r\nlines\tand\u2028more", "two  lines and more"),
        ("ad\u00admin", "ad<U+00AD>min"),
        ("pass\u200dword", "pass<U+200D>word"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200d💻", "👩\u200d💻"),
        ("\ud800", "<U+D800>"),
        (None, ""),
    ],
)
def test_what_cannot_be_seen_is_spelled_out(text: str | None, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("green tea", "green tea"),
        ("a tea pot", "a tea pot"),
        ("green teapot", "green…"),
        ("green tea pots", "green tea…"),
        ("a teapot-and-kettle", "a teapot-…"),
        ("teapot-and-kettle", "teapot-an…"),
    ],
)
def test_a_line_ends_with_a_word_and_says_that_it_goes_on(text: str, shown: str) -> None:
    assert clip(text, 10) == shown


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//evil.example",
        "http:evil.example",
        "https://user@evil.example/",
        "https://a.example/\u202e",
        "https://",
        "",
        None,
    ],
)
def test_only_plain_web_addresses_become_links(url: str | None) -> None:
    assert web_address(url) is None


def test_web_addresses_stay_as_they_are() -> None:
    assert web_address("https://a.example:8080/x?y=1#z") == "https://a.example:8080/x?y=1#z"


def test_numbers_for_people() -> None:
    assert [count(value) for value in (None, 0, 12045, 2.5)] == ["–", "0", "12,045", "2.5"]
    assert [percent(*pair) for pair in ((0, 9), (1, 0), (1, 3000), (1, 300), (1, 3), (999, 1000))] == [
        "0 %",
        "0 %",
        "< 0.1 %",
        "0.3 %",
        "33 %",
        "> 99 %",
    ]
    assert [plural(1, "link"), plural(0, "link"), plural(2, "page is", "pages are")] == [
        "1 link",
        "0 links",
        "2 pages are",
    ]
    assert [place(12, 351), place(2.5, 351), place(2.5, 351, 2), place(31, 351, 3)] == [
        "place 12 of 351 ranked domains",
        "place 2 of 351 ranked domains, tied",
        "place 2 of 351 ranked domains, shared by 2",
        "place 30 of 351 ranked domains, shared by 3",
    ]
    assert [above(share) for share in (100, 99.6, 97.8)] == ["above > 99 %", "above > 99 %", "above 98 %"]


def test_live_is_not_claimed_of_pages_that_nobody_read_for_a_year() -> None:
    now = datetime(2026, 6, 1, tzinfo=UTC)
    old, new = datetime(2025, 5, 1, tzinfo=UTC), datetime(2025, 7, 1, tzinfo=UTC)
    asked = [
        ("live", old, now),
        ("live", new, now),
        ("live", old, None),
        ("lost", old, now),
        ("unverified", new, now),
    ]
    assert [standing(*each) for each in asked] == [
        "live when last read",
        "live",
        "live",
        "lost",
        "not verified",
    ]


def test_what_was_found_instead_is_told_in_words() -> None:
    assert [
        found_instead(reason)
        for reason in (*(each.name.lower().replace("_", "-") for each in LostReason), "some-thing", None)
    ] == [
        "the page without the link",
        "no page any more",
        "the page leads elsewhere",
        "no page any more, though it answers 200",
        "a domain for sale or parked",
        "no such host any more",
        "the link, whose address leads here no more",
        "some thing",
        "not known",
    ]


def test_languages_have_names_and_unknown_codes_stay() -> None:
    assert [language_name(tag) for tag in ("en", "zh-TW", "pt_BR", "xx")] == [
        "English",
        "Chinese (zh-TW)",
        "Portuguese (pt_BR)",
        "xx",
    ]


def test_long_texts_are_cut_at_the_far_end() -> None:
    assert (shorten("abcdef", 4), shorten("abc", 4)) == ("abc…", "abc")
    assert (tail("one two three", 8), tail("one", 8)) == ("…three", "one")


def test_numbers_in_names_are_sorted_by_their_size() -> None:
    names = ["site 10", "Site 2", "a", "10", "2", "1", "0", "007", "site 1b", "ß" + "9" * 5_000]
    assert sorted(names, key=by_name) == [
        "0", "1", "2", "007", "10", "a", "site 1b", "Site 2", "site 10", "ß" + "9" * 5_000,
    ]  # fmt: skip


def test_days_are_english_everywhere() -> None:
    assert [day(date(2026, 3, 1)), day(None)] == ["1 Mar 2026", "–"]


@pytest.mark.parametrize(
    ("url", "target", "shown"),
    [
        ("https://shop.example/a?b=1", "shop.example", "/a?b=1"),
        ("https://www.shop.example/", "shop.example", "/"),
        ("https://shop.example/a", "https://www.shop.example/a", "/a"),
        ("https://shop.example/a/b", "shop.example/a", "/a/b"),
        ("https://blog.shop.example/a", "shop.example", "blog.shop.example/a"),
        ("https://go.example/mck8", "shop.example", "go.example/mck8"),
        ("https://bestshop.example/a", "shop.example", "bestshop.example/a"),
    ],
)
def test_a_path_stands_alone_on_the_host_of_the_target_only(url: str, target: str, shown: str) -> None:
    assert landing(url, target) == shown
