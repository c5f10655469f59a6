"""A page key is its URL, turned round without loss; a canonical form is a policy beside it."""

import pytest
from publicsuffixlist import PublicSuffixList

from backlit import urls
from backlit.errors import TargetError, UsageError
from backlit.urls import (
    canonical_key,
    canonical_url,
    domain_of_key,
    host_range,
    icann_domain,
    is_public_suffix,
    page_key,
    parse_url,
    registrable_domain,
    resolve,
    reverse_host,
    target_host,
    url_of_key,
)


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://www.example.com/path?q", "com.example.www/path?q"),
        ("http://www.example.com/path?q", "com.example.www/path?q http"),
        ("http://example.com:8080/", "com.example/ http:8080"),
        ("https://example.com:8443/a", "com.example/a https:8443"),
        ("https://me:secret@example.com/", "com.example/ https me:secret@"),
        ("https://me@example.com:444/", "com.example/ https:444 me@"),
        ("http://127.0.0.1/x", "127.0.0.1/x http"),
        ("https://[::1]:9/x", "[::1]/x https:9"),
        ("https://example.com./", ".com.example/"),
    ],
)
def test_a_key_says_host_path_and_then_what_is_unusual(url: str, key: str) -> None:
    assert (page_key(url), url_of_key(key)) == (key, url)


@pytest.mark.parametrize(
    ("reference", "resolved"),
    [
        ("https:example.com", "https://base.test/a/example.com"),
        ("/\t/evil.test", "https://evil.test/"),
        ("\\\\evil.test", "https://evil.test/"),
        ("//evil.test/x", "https://evil.test/x"),
        ("?q#f", "https://base.test/a/b?q"),
        (" x y ", "https://base.test/a/x%20y"),
        ("HTTP://Shop.TEST:80/%7e", "http://shop.test/%7e"),
        ("mailto:a@b.test", None),
        ("javascript:alert(1)", None),
        ("https://", None),
        ("https://a b/", None),
        ("http://a.test/" + "x" * 9_000, None),
        ("https://Fu\u1e9e.test/", "https://xn--fu-hia.test/"),
        ("https://fu%E1%BA%9E.test/", "https://xn--fu-hia.test/"),
        ("https:///fu%E1%BA%9E.test/", "https://xn--fu-hia.test/"),
        ("https://a.test/\ud800", "https://a.test/%EF%BF%BD"),
        ("\udc00", "https://base.test/a/%EF%BF%BD"),
        ("https://\ud800.test/", None),
    ],
)
def test_references_resolve_as_browsers_do(reference: str, resolved: str | None) -> None:
    assert resolve(reference, "https://base.test/a/b") == resolved


@pytest.mark.parametrize(
    ("host", "private", "icann"),
    [
        ("www.example.co.uk", "example.co.uk", "example.co.uk"),
        ("alice.github.io", "alice.github.io", "github.io"),
        ("deep.alice.blogspot.com", "alice.blogspot.com", "blogspot.com"),
        ("co.uk", "co.uk", "co.uk"),
        ("shop.unknown-tld", "shop.unknown-tld", "shop.unknown-tld"),
        ("localhost", "localhost", "localhost"),
        ("192.0.2.7", "192.0.2.7", "192.0.2.7"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example", "xn--bcher-kva.example"),
    ],
)
def test_domains_with_and_without_the_private_section(host: str, private: str, icann: str) -> None:
    assert (registrable_domain(host), icann_domain(registrable_domain(host))) == (private, icann)


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("http://example.com/", "https://example.com/"),
        ("https://example.com/a?utm_source=x&b=1&GCLID=3", "https://example.com/a?b=1"),
        ("https://example.com/a?utm_source=x", "https://example.com/a"),
        ("https://example.com/%7euser/%c3%a9", "https://example.com/~user/%C3%A9"),
        ("https://example.com/a;jsessionid=5?x=1", "https://example.com/a?x=1"),
        ("https://example.com/?PHPSESSID=1&a=2", "https://example.com/?a=2"),
        ("https://www.example.com/a/", "https://www.example.com/a/"),
        ("https://example.com/?b=2&a=1", "https://example.com/?b=2&a=1"),
        ("https://example.com/?", "https://example.com/"),
        ("http://example.com:8080/?utm_id=1", "http://example.com:8080/"),
        ("HTTP://EXAMPLE.com:80/a/../b/./c", "https://example.com/b/c"),
        ("https://example.com:443/%2e%2e/a%2fb", "https://example.com/a%2Fb"),
        ("https://example.com/?mtm_source=x&pk_kwd=y&hsa_acc=1&gad_source=5", "https://example.com/"),
        ("https://example.com/?sid=5&ref=x&page=2", "https://example.com/?sid=5&ref=x&page=2"),
        ("https://example.com/a?q=utm_source", "https://example.com/a?q=utm_source"),
        ("https://example.com/%25%37e", "https://example.com/%257e"),
        ("http://bücher.example/", "https://xn--bcher-kva.example/"),
        ("http://0x7f.1/", "https://127.0.0.1/"),
        ("http://[2001:DB8:0:0::1]:80/", "https://[2001:db8::1]/"),
        ("https://example.com./", "https://example.com./"),
    ],
)
def test_the_canonical_form_folds_spellings_and_nothing_else(url: str, canonical: str) -> None:
    assert canonical_url(url) == canonical
    assert canonical_url(canonical) == canonical


def test_a_trivial_canonical_form_is_not_stored() -> None:
    assert canonical_key("com.example/a http") is None
    assert canonical_key("com.example/a?utm_source=1") == "com.example/a"


def test_the_range_of_a_host_holds_its_pages_and_sub_hosts_and_no_neighbours() -> None:
    lower, upper = host_range("example.com")
    inside = ["https://example.com/", "https://a.b.example.com/x", "http://example.com:81/"]
    outside = [
        "https://example.community/",
        "https://example-a.com/",
        "https://xexample.com/",
        "https://example.co/",
    ]
    assert [lower <= page_key(url) < upper for url in inside + outside] == [True] * 3 + [False] * 4


def test_small_helpers() -> None:
    assert reverse_host("a.b.test") == "test.b.a"
    assert domain_of_key("test.shop.www/x http") == "shop.test"
    assert is_public_suffix("co.uk")
    assert not any(is_public_suffix(host) for host in ("github.io", "localhost", "[::1]", "192.0.2.1"))
    assert parse_url("HTTPS://Bücher.example/#top").href == "https://xn--bcher-kva.example/"
    assert [target_host(name) for name in (" Example.COM ", "example.com.")] == ["example.com"] * 2


@pytest.mark.parametrize(
    "name", ["", ".", "a b", "example.com/x", "user@example.com", "example.com:80a", "http://x/"]
)
def test_a_name_that_is_no_host_is_refused_with_advice(name: str) -> None:
    with pytest.raises(TargetError, match=r"example\.com"):
        target_host(name)


def test_a_url_that_is_no_web_page_is_refused() -> None:
    with pytest.raises(UsageError, match="no http or https URL"):
        parse_url("ftp://example.com/")


def test_the_suffixes_are_those_of_the_list_in_both_spellings() -> None:
    ours = (urls._suffixes, urls._icann_suffixes, urls._listed_suffixes)
    theirs = (
        PublicSuffixList(),
        PublicSuffixList(only_icann=True),
        PublicSuffixList(only_icann=True, accept_unknown=False),
    )
    assert [vars(each) for each in ours] == [vars(each) for each in theirs]
