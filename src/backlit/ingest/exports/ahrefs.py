"""How are Ahrefs' exports laid out: the site explorer's tables of today and of before 2022, and its API?

Its own "last seen" of a lost link is in its table the last sight and in its API the day of the loss.
"""

from backlit.ingest.exports.spec import GIVES_LINKS, PER_ANCHOR, PER_DOMAIN, PER_PAGE, Table

__all__ = ["TABLES"]

_BACKLINKS = {
    "source": "referringpageurl",
    "target": "targeturl linkurl",
    "anchor": "anchor linkanchor",
    "before": "leftcontext textpre",
    "after": "rightcontext textpost",
    "title": "referringpagetitle",
    "language": "language",
    "type": "type",
    "content": "content",
    "nofollow": "nofollow",
    "ugc": "ugc",
    "sponsored": "sponsored",
    "first_seen": "firstseen found",
    "last_seen": "lastseen lastcheck refpagechecked",
    "lost_at": "lost",
    "lost_reason": "loststatus",
    "ahrefs_dr": "domainrating dr",
    "ahrefs_ur": "ur urlrating",
    "ahrefs_traffic": "pagetraffic traffic",
}
_API = {
    "source": "urlfrom",
    "target": "urlto",
    "anchor": "anchor",
    "alt": "alt",
    "before": "snippetleft textpre",
    "after": "snippetright textpost",
    "title": "title",
    "language": "languages language",
    "ip": "ipsource ipfrom",
    "type": "linktype",
    "content": "iscontent",
    "nofollow": "isnofollow nofollow",
    "dofollow": "isdofollow",
    "ugc": "isugc",
    "sponsored": "issponsored",
    "first_seen": "firstseenlink firstseen",
    "last_seen": "lastvisited",
    "lost_at": "lastseen",
    "is_lost": "islost",
    "lost_reason": "lostreason",
    "ahrefs_dr": "domainratingsource domainrating",
    "ahrefs_ur": "urlratingsource ahrefsrank",
    "ahrefs_traffic": "traffic",
}

TABLES = (
    Table(
        "ahrefs",
        "backlinks",
        ("referringpageurl", "targeturl linkurl", "domainrating dr ur urlrating"),
        _BACKLINKS,
    ),
    Table(
        "ahrefs",
        "API backlinks",
        ("urlfrom", "urlto", "domainratingsource urlratingsource isdofollow linktype ahrefsrank snippetleft"),
        _API,
    ),
    Table(
        "ahrefs",
        "link intersect",
        ("referringpageurl", "intersect"),
        {},
        "nothing",
        "These pages link to other sites: they are prospects, not links to you. " + GIVES_LINKS,
    ),
    Table(
        "ahrefs",
        "referring domains",
        ("domain referringdomain", "dr domainrating", "linkstotarget backlinks dofollowlinks"),
        {},
        "nothing",
        PER_DOMAIN,
    ),
    Table(
        "ahrefs",
        "anchors",
        ("anchor anchortext", "refdomains referringdomains", "linkstotarget backlinks refpages"),
        {},
        "nothing",
        PER_ANCHOR,
    ),
    Table(
        "ahrefs",
        "best by links",
        ("pageurl url", "ur urlrating", "refdomains referringdomains dofollow"),
        {},
        "nothing",
        PER_PAGE,
    ),
)
