"""How are the exports of Bing Webmaster Tools laid out: backlinks, domains and anchors, and its API?"""

from backlit.ingest.exports.spec import PER_ANCHOR, PER_DOMAIN, PER_PAGE, Table

__all__ = ["TABLES"]

TABLES = (
    Table(
        "bing",
        "backlinks",
        ("sourceurl", "anchortext", "targeturl"),
        {"source": "sourceurl", "target": "targeturl", "anchor": "anchortext"},
        width=3,
    ),
    Table(
        "bing",
        "API linking pages",
        ("url", "anchortext"),
        {"source": "url", "anchor": "anchortext"},
        "leads",
        width=2,
    ),
    Table(
        "bing",
        "domains",
        ("domain", "backlinkscount"),
        {},
        "nothing",
        PER_DOMAIN,
    ),
    Table(
        "bing",
        "anchors",
        ("anchor anchortext", "backlinkscount"),
        {},
        "nothing",
        PER_ANCHOR,
    ),
    Table(
        "bing",
        "API link counts",
        ("url", "count"),
        {},
        "nothing",
        PER_PAGE,
        width=2,
    ),
)
