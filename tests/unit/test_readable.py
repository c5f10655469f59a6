"""Are addresses shown in their own letters, and never where they could pass for another one?"""

import pytest

from backlit.report.readable import called, named, readable


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("xn--grtnerblog-q5a.example", "gärtnerblog.example"),
        ("https://xn--bcher-kva.example:8080/a%C3%A4/?q=%E9%9F%B3", "https://bücher.example:8080/aä/?q=音"),
        ("xn--h1alffa9f.xn--p1ai", "россия.рф"),
        ("https://a.example/100%25%20off%2Fx", "https://a.example/100%25%20off%2Fx"),
        ("https://a.example/%D9%85%D8%B1", "https://a.example/مر"),
        ("plain.example/path", "plain.example/path"),
        ("", ""),
        (None, ""),
    ],
)
def test_codes_are_spelled_out(sent: str | None, shown: str) -> None:
    assert readable(sent) == shown


@pytest.mark.parametrize(
    "kept",
    [
        "xn--80ak6aa92e.com",  # apple in Cyrillic letters
        "xn--pypal-4ve.com",  # paypal with one Cyrillic letter
        "xn--googl-fsa.com.xn--a",  # no label at all
        "https://user@xn--bcher-kva.example/",  # credentials in front of a host
        "https://a.example/%E2%80%AEgpj.exe",  # turns round what follows
        "https://a.example/%E2%80%8B",  # no width
        "https://a.example/%C2%A0x",  # a blank that is none
        "https://a.example/%FF%FE",  # no UTF-8
    ],
)
def test_what_could_deceive_stays_as_it_was_sent(kept: str) -> None:
    shown = readable(kept)
    assert shown == kept or ("xn--googl" in kept and "xn--a" in shown)


@pytest.mark.parametrize(
    ("url", "domain", "parts"),
    [
        ("https://www.a.example/b?c", "a.example", ("www.", "a.example", "/b?c")),
        ("https://a.example:8080/", "a.example", ("", "a.example", ":8080/")),
        ("https://b.example/a.example", "a.example", ("", "", "b.example/a.example")),
        ("javascript:alert(3)", "odd.example", ("", "", "javascript:alert(3)")),
    ],
)
def test_an_address_is_told_by_its_domain(url: str, domain: str, parts: tuple[str, str, str]) -> None:
    assert tuple(named(url, domain)) == parts


def test_a_target_is_called_by_its_letters_and_nothing_hides_in_them() -> None:
    assert called("xn--grtnerblog-q5a.example") == "gärtnerblog.example"
    assert called("https://xn--bcher-kva.example/a%C3%A4\u202e") == "https://bücher.example/aä<U+202E>"
