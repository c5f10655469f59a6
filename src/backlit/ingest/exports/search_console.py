"""How are the link tables of Google Search Console laid out, in the languages whose headers are known?

Only two of its tables name linking pages (latest links, more sample links), and they do not say where
those lead: leads. The others count. Other languages are told by the shape of the columns (`shape`).
"""

from backlit.ingest.exports.spec import GIVES_LINKS, PER_PAGE, Table

__all__ = ["TABLES"]

TOOL = "search-console"

TABLES = (
    Table(
        TOOL,
        "latest links",
        ("linkingpage דףמקשר", "lastcrawled נסרקלאחרונה"),
        {"source": "linkingpage דףמקשר", "last_seen": "lastcrawled נסרקלאחרונה"},
        "leads",
    ),
    Table(TOOL, "sample links", ("linkingpage דףמקשר",), {"source": "linkingpage דףמקשר"}, "leads", width=1),
    Table(
        TOOL,
        "top linking sites",
        ("site אתר", "linkingpages דפיםמקשרים"),
        {},
        "nothing",
        "It counts links per site and names no page. " + GIVES_LINKS,
        width=3,
    ),
    Table(
        TOOL,
        "top linked pages",
        ("targetpage דףיעד", "incominglinks קישוריםנכנסים internallinks"),
        {},
        "nothing",
        PER_PAGE,
        width=3,
    ),
    Table(
        TOOL,
        "top linking text",
        ("linkingtext linktext",),
        {},
        "nothing",
        "It lists anchor texts and names no page. " + GIVES_LINKS,
        width=3,
    ),
)
