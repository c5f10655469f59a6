"""Is a web the same every time, made of reserved names, and shaped like a web?"""

import hashlib
import ipaddress
from collections import Counter, defaultdict

import pytest

from backlit.errors import UsageError
from backlit.vweb import VirtualWeb
from tests.vweb.conftest import Links, Pages, Web

_RESERVED = [ipaddress.ip_network(net) for net in ("192.0.2.0/24", "198.18.0.0/15", "203.0.113.0/24")]


def _fingerprint(web: VirtualWeb) -> str:
    hasher = hashlib.sha256()
    for crawl in range(3):
        for page in web.pages(crawl):
            hasher.update(repr(page).encode())
    return hasher.hexdigest()


def test_the_same_seed_and_size_give_the_same_bytes() -> None:
    first = _fingerprint(VirtualWeb(seed=3, pages=200))
    assert _fingerprint(VirtualWeb(seed=3, pages=200)) == first
    assert _fingerprint(VirtualWeb(seed=4, pages=200)) != first


def test_bytes_do_not_depend_on_python_s_hash_seed_or_version() -> None:
    """Pinned: whoever changes what the web looks like changes this on purpose."""
    web = VirtualWeb(seed=1, pages=50)
    digest = hashlib.sha256(b"".join(page.body for page in web.pages(0))).hexdigest()
    assert digest[:16] == "8b1d8dca5d09c7a1"


def test_a_page_made_alone_equals_the_page_made_in_a_stream(web: Web, crawls: list[Pages]) -> None:
    fresh = VirtualWeb(seed=7, pages=2000)
    for page in crawls[1][::97]:
        answer = fresh.fetch(page.url, 1)
        assert (answer.status, answer.headers, answer.body) == (page.status, page.headers, page.body)


def test_all_names_and_addresses_are_reserved_ones(crawls: list[Pages], truths: list[Links]) -> None:
    urls = {page.url for page in crawls[2]} | {link.target_url for links in truths for link in links}
    hosts = {url.split("/")[2].partition(":")[0] for url in urls}
    assert {host.rpartition(".")[2] for host in hosts} == {"example", "test"}
    addresses = {ipaddress.ip_address(page.ip) for page in crawls[2]}
    assert all(any(address in net for net in _RESERVED) for address in addresses)


@pytest.mark.parametrize("pages", [50, 51, 60, 137, 500])
def test_small_webs_have_the_whole_cast_and_the_right_size(pages: int) -> None:
    web = VirtualWeb(pages=pages)
    sites = list(web.sites())
    assert sum(site.pages for site in sites) == pages
    assert {site.root for site in sites} >= {
        "https://gardenhaus.example/",
        "https://rosenhof.example/",
        "https://greenthumb.example/",
        "https://cheap-loans-now.example/",
    }
    assert {site.kind for site in sites} >= {"pbn", "seller", "scraper", "burst", "forum", "topical"}
    assert len(list(web.truth(2))) > pages


@pytest.mark.parametrize("pages", [49, 1_000_001])
def test_impossible_sizes_are_refused_with_the_limits(pages: int) -> None:
    with pytest.raises(UsageError, match="50 to 1000000"):
        VirtualWeb(pages=pages)


def test_an_unknown_crawl_is_refused(web: Web) -> None:
    with pytest.raises(UsageError, match="there are 3 crawls"):
        next(web.pages(3))


def test_two_thousand_pages_are_250_to_400_domains(web: Web) -> None:
    assert 250 <= len({site.domain for site in web.sites()}) <= 400


def test_page_addresses_are_unique_and_lead_back_to_their_page(web: Web) -> None:
    urls = [web.scene(page, 0).url for page in range(web.size)]
    assert len(set(urls)) == web.size
    assert [web.number_of(url) for url in urls] == list(range(web.size))
    assert web.number_of("https://gardenhaus.example/no-such-page-7") is None


def test_the_target_has_a_profile_worth_looking_at(web: Web, truths: list[Links]) -> None:
    root = web.target.root
    links = [x for x in truths[2] if x.target_url.startswith(root) and not x.source_url.startswith(root)]
    domains = {link.source_url.split("/")[2] for link in links}
    assert 300 <= len(links) <= 900
    assert len(domains) >= 60
    good = Counter(link.label in {"editorial", "resource", "blogroll", "forum"} for link in links)
    assert min(good[True], good[False]) > 100


def test_in_degrees_of_topical_sites_have_a_heavy_tail(web: Web, truths: list[Links]) -> None:
    sources: dict[str, set[str]] = defaultdict(set)
    for link in truths[0]:
        if link.label == "editorial":
            sources[link.target_url.split("/")[2]].add(link.source_url.split("/")[2])
    degrees = sorted((len(found) for found in sources.values()), reverse=True)
    tenth = len(degrees) // 10
    assert sum(degrees[:tenth]) > 2 * sum(degrees[-3 * tenth :])
    assert degrees[0] > 8 * degrees[len(degrees) // 2] > 0


def test_a_network_shares_owner_tracker_subnet_and_template(web: Web) -> None:
    members = [site for site in web.sites() if site.kind == "pbn"][:8]
    assert len({site.domain for site in members}) == 8
    shared = {(s.owner, s.tracker, s.template, s.ip.rpartition(".")[0]) for s in members}
    assert len(shared) == 1


def test_big_webs_are_made_lazily() -> None:
    """A page in the middle of a million costs no walk over the pages before it."""
    web = VirtualWeb(pages=1_000_000)
    assert web.scene(777_777, 2).url == web.scene(777_777, 0).url
    assert sum(1 for _ in zip(web.pages(0), range(50), strict=False)) == 50
