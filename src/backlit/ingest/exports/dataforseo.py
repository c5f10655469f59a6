"""How does DataForSEO's Backlinks API answer, as JSON or flattened to CSV?"""

from backlit.ingest.exports.spec import PER_ANCHOR, PER_DOMAIN, Table

__all__ = ["TABLES"]

_BACKLINKS = {
    "source": "urlfrom",
    "target": "urlto",
    "anchor": "anchor",
    "alt": "alt",
    "before": "textpre",
    "after": "textpost",
    "title": "pagefromtitle",
    "language": "pagefromlanguage",
    "ip": "domainfromip",
    "rel": "attributes",
    "dofollow": "dofollow",
    "type": "itemtype",
    "location": "semanticlocation",
    "first_seen": "firstseen",
    "last_seen": "lastseen",
    "is_lost": "islost",
    "dataforseo_rank": "rank",
    "dataforseo_spam": "backlinkspamscore",
}

TABLES = (
    Table(
        "dataforseo",
        "backlinks",
        ("urlfrom", "urlto", "domainfrom pagefromrank backlinkspamscore domainfromrank itemtype"),
        _BACKLINKS,
    ),
    Table(
        "dataforseo",
        "referring domains",
        ("domain", "rank", "backlinks", "backlinksspamscore firstseen"),
        {},
        "nothing",
        PER_DOMAIN,
    ),
    Table(
        "dataforseo",
        "anchors",
        ("anchor", "backlinks", "referringdomains"),
        {},
        "nothing",
        PER_ANCHOR,
    ),
)
