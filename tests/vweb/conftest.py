"""One virtual web of 2,000 pages for all tests of this folder; it never changes."""

import pytest

from backlit.vweb import TrueChange, TrueLink, VirtualWeb, VPage

Web = VirtualWeb
Links = list[TrueLink]
Pages = list[VPage]


@pytest.fixture(scope="session")
def web() -> Web:
    return VirtualWeb(seed=7, pages=2000)


@pytest.fixture(scope="session")
def crawls(web: Web) -> list[Pages]:
    return [list(web.pages(crawl)) for crawl in range(3)]


@pytest.fixture(scope="session")
def truths(web: Web) -> list[Links]:
    return [list(web.truth(crawl)) for crawl in range(3)]


@pytest.fixture(scope="session")
def changes(web: Web) -> list[TrueChange]:
    """From the first crawl to the second."""
    return list(web.changes(0, 1))
