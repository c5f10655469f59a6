"""How are Semrush's exports laid out: Backlink Analytics new and old, Backlink Audit, and the API?"""

from backlit.ingest.exports.spec import PER_ANCHOR, PER_DOMAIN, Table

__all__ = ["TABLES"]

_BACKLINKS = {
    "source": "sourceurl",
    "target": "targeturl",
    "anchor": "anchor",
    "alt": "imagealt",
    "title": "sourcetitle",
    "ip": "ipaddress",
    "nofollow": "nofollow isnofollow",
    "sponsored": "sponsored issponsored",
    "ugc": "ugc isugc",
    "image": "image isimage",
    "frame": "frame isframe",
    "form": "form isform",
    "first_seen": "firstseen firstseenat",
    "last_seen": "lastseen lastseenat",
    "is_lost": "lostlink islost",
    "semrush_as_page": "pageascore pagescore",
    "semrush_toxicity": "toxicityscore toxicscore",
}
#: Before 2019 "Page score" was another scale.
_OLD = {field: names for field, names in _BACKLINKS.items() if field != "semrush_as_page"}
_NOW = {**_BACKLINKS, "semrush_as_page": "pageascore"}

TABLES = (
    Table("semrush", "Backlink Audit", ("sourceurl", "targeturl", "toxicityscore toxicscore"), _NOW),
    Table("semrush", "backlinks", ("sourceurl", "targeturl", "pageascore"), _NOW),
    Table(
        "semrush", "backlinks, old", ("sourceurl", "targeturl", "pagescore", "pagetrustscore sitewide"), _OLD
    ),
    Table(
        "semrush", "API v4 links", ("sourceurl", "targeturl", "islost issitewidemain domainscore"), _BACKLINKS
    ),
    Table(
        "semrush",
        "referring domains",
        ("domain", "domainascore ascore authorityscore", "backlinks backlinksnum"),
        {},
        "nothing",
        PER_DOMAIN,
    ),
    Table(
        "semrush",
        "anchors",
        ("anchor", "domains domainsnum", "backlinks backlinksnum"),
        {},
        "nothing",
        PER_ANCHOR,
    ),
)
