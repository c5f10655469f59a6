"""How are Moz Link Explorer's exports laid out, under the lines of description they begin with?"""

from backlit.ingest.exports.spec import PER_DOMAIN, PER_PAGE, Table

__all__ = ["TABLES"]

_BACKLINKS = {
    "source": "url sourceurl linkingpage",
    "target": "targeturl target",
    "anchor": "anchortext anchor",
    "title": "title",
    "only_nofollow": "onlyrelnofollow",
    "only_follow": "onlyfollow",
    "nofollow": "nofollow",
    "redirect": "301 redirect",
    "first_seen": "datefound firstseen discovered",
    "last_seen": "lastcrawled lastseen",
    "lost_at": "datelost lost",
    "moz_da": "domainauthority da",
    "moz_pa": "pageauthority pa",
    "moz_spam": "spamscore",
}

_METRICS = "pageauthority pa domainauthority da spamscore"

TABLES = (
    Table("moz", "inbound links", ("url", "targeturl", _METRICS), _BACKLINKS),
    Table(
        "moz",
        "linking domains",
        ("rootdomain domain linkingdomain", "domainauthority da", "spamscore linkingdomains rootdomains"),
        {},
        "nothing",
        PER_DOMAIN,
    ),
    Table(
        "moz",
        "top pages",
        ("url", "title", "pageauthority pa", "totallinks linkingdomainstopage inboundlinks"),
        {},
        "nothing",
        PER_PAGE,
    ),
)
