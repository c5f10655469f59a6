"""How are Majestic's exports laid out: the download of backlinks, and the rows of its API?"""

from backlit.ingest.exports.spec import PER_ANCHOR, PER_DOMAIN, Table

__all__ = ["TABLES"]

_BACKLINKS = {
    "source": "sourceurl",
    "target": "targeturl",
    "anchor": "anchortext",
    "title": "sourcetitle title",
    "type": "linktype",
    "nofollow": "flagnofollow",
    "image": "flagimagelink flagimages",
    "redirect": "flagredirect",
    "frame": "flagframe",
    "mention": "flagmention",
    "first_seen": "sourcefirstfounddate firstindexeddate",
    "last_seen": "lastseendate sourcecrawldate date",
    "is_lost": "flagdeleted",
    "lost_at": "datelost",
    "lost_reason": "reasonlost",
    "majestic_cf": "sourcecitationflow",
    "majestic_tf": "sourcetrustflow",
}

TABLES = (
    Table(
        "majestic",
        "backlinks",
        ("sourceurl", "targeturl", "sourcecitationflow sourcetrustflow acrank flagnofollow"),
        _BACKLINKS,
        flags_by_presence=True,
    ),
    Table(
        "majestic",
        "referring domains",
        ("domain referringdomain", "citationflow", "trustflow"),
        {},
        "nothing",
        PER_DOMAIN,
    ),
    Table(
        "majestic",
        "anchors",
        ("anchortext", "totallinks externalbacklinks refdomains", "refdomains referringdomains"),
        {},
        "nothing",
        PER_ANCHOR,
    ),
)
