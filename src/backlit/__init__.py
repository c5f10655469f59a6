"""Backlit reads the web's links from crawl data, keeps them in an open table, and ranks them.

    import backlit

    index = backlit.open("links")
    index.ingest("crawl.warc.gz")
    index.rank()
    index.target("example.com").backlinks().rows

Names load on first use. Everything that is not listed here is private.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from backlit import errors
    from backlit.api import Index, Job, Outreach, Result, Target, open  # noqa: A004  # the name users meet
    from backlit.ingest.extract import Extract, extract
    from backlit.ingest.page_type import page_type
    from backlit.ingest.read import read
    from backlit.rank.authority import authority
    from backlit.rank.graph import Graph
    from backlit.rank.harmonic import harmonic
    from backlit.rank.pagerank import Ranks, pagerank
    from backlit.rank.push import link_worth, robust_pagerank
    from backlit.rank.trust import spam_mass
    from backlit.report.disavow import Disavow
    from backlit.score.anchors.classify import classify_anchor
    from backlit.score.anchors.kinds import AnchorClass
    from backlit.score.assess import Assessment, assess
    from backlit.score.diversity import Diversity, diversity
    from backlit.score.relevance import relevance
    from backlit.score.sitetype import site_type
    from backlit.urls import Url, canonical_url, parse_url, registrable_domain

__version__ = "0.1.0"

__all__ = [
    "AnchorClass",
    "Assessment",
    "Disavow",
    "Diversity",
    "Extract",
    "Graph",
    "Index",
    "Job",
    "Outreach",
    "Ranks",
    "Result",
    "Target",
    "Url",
    "assess",
    "authority",
    "canonical_url",
    "classify_anchor",
    "diversity",
    "errors",
    "extract",
    "harmonic",
    "link_worth",
    "open",
    "page_type",
    "pagerank",
    "parse_url",
    "read",
    "registrable_domain",
    "relevance",
    "robust_pagerank",
    "site_type",
    "spam_mass",
]

_HOMES = {
    "backlit.api": ("Index", "Job", "Outreach", "Result", "Target", "open"),
    "backlit.ingest.extract": ("Extract", "extract"),
    "backlit.ingest.page_type": ("page_type",),
    "backlit.ingest.read": ("read",),
    "backlit.rank.authority": ("authority",),
    "backlit.rank.graph": ("Graph",),
    "backlit.rank.harmonic": ("harmonic",),
    "backlit.rank.pagerank": ("Ranks", "pagerank"),
    "backlit.rank.push": ("link_worth", "robust_pagerank"),
    "backlit.rank.trust": ("spam_mass",),
    "backlit.report.disavow": ("Disavow",),
    "backlit.score.diversity": ("Diversity", "diversity"),
    "backlit.score.anchors.classify": ("classify_anchor",),
    "backlit.score.anchors.kinds": ("AnchorClass",),
    "backlit.score.assess": ("Assessment", "assess"),
    "backlit.score.relevance": ("relevance",),
    "backlit.score.sitetype": ("site_type",),
    "backlit.urls": ("Url", "canonical_url", "parse_url", "registrable_domain"),
}
_MODULE_OF = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name == "errors":
        return import_module("backlit.errors")
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'backlit' has no attribute {name!r}")
    return getattr(import_module(_MODULE_OF[name]), name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
