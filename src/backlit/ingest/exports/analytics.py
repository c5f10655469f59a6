"""How are the exports of web analytics tools laid out that say where visitors came from?

GA4, Universal Analytics, Matomo, Plausible and Umami. Some count by referring host and some by page, some by
landing page; every row says which.
"""

from backlit.ingest.exports.spec import Table

__all__ = ["TABLES"]

_GA4_SOURCE = (
    "sessionsourcemedium firstusersourcemedium sourcemedium trafficsourcemedium"
    " sitzungquellemedium sourcesupportdelasession fuentemediodelasesión"
)
_GA4_PLACE = "sessionsource firstusersource source pagereferrer fullreferrer referrer"
_GA4_LANDING = "landingpage landingpagequerystring landingpageplusquerystring entranceurl zielseite"
_GA4_COUNTS = "sessions sitzungen sesiones users totalusers activeusers views screenpageviews"
#: What anybody calls these in a table of their own.
_ANY_SOURCE = "referrer referringsite referringdomain referringpage source"
_ANY_LANDING = "landingpage entrypage landing page path"
_GA4 = {
    "source_medium": _GA4_SOURCE,
    "referrer": _GA4_PLACE,
    "medium": "sessionmedium firstusermedium medium",
    "landing": _GA4_LANDING,
    "day": "date",
    "sessions": "sessions sitzungen sesiones",
    "visitors": "totalusers users activeusers",
    "pageviews": "views screenpageviews pageviews",
}

TABLES = (
    Table("ga4", "traffic by source", (_GA4_SOURCE, _GA4_COUNTS), _GA4, "visits"),
    Table(
        "ga4",
        "traffic by referrer",
        ("pagereferrer fullreferrer sessionsource firstusersource", _GA4_COUNTS),
        _GA4,
        "visits",
    ),
    Table(
        "matomo",
        "websites",
        ("label website", "nbvisits visits", "nbactions actions nbuniqvisitors uniquevisitors bouncecount"),
        {
            "referrer": "metadataurl url label website",
            "landing": "landingpage entryurl",
            "day": "date",
            "visits": "nbvisits visits",
            "visitors": "nbuniqvisitors uniquevisitors",
        },
        "visits",
    ),
    Table(
        "plausible",
        "sources by day",
        ("date", "source", "referrer", "visits visitors"),
        {
            "referrer": "referrer",
            "medium": "utmmedium",
            "landing": "entrypage",
            "day": "date",
            "visits": "visits",
            "visitors": "visitors",
            "pageviews": "pageviews",
        },
        "visits",
    ),
    Table(
        "plausible",
        "sources",
        ("name referrer", "visitors", "bouncerate visitduration"),
        {"referrer": "name referrer", "visitors": "visitors"},
        "visits",
    ),
    Table(
        "umami",
        "events",
        ("websiteid", "referrerdomain", "urlpath", "createdat"),
        {
            "referrer": "referrerdomain",
            "referrer_path": "referrerpath",
            "landing": "urlpath",
            "day": "createdat",
        },
        "visits",
    ),
    Table("umami", "referrers", ("x", "y"), {"referrer": "x", "visitors": "y"}, "visits", width=2),
    Table(
        "analytics",
        "visits by day, referrer and page",
        ("date day", _ANY_SOURCE, _ANY_LANDING, "visits sessions visitors users pageviews views"),
        {
            "referrer": _ANY_SOURCE,
            "landing": _ANY_LANDING,
            "day": "date day",
            "visits": "visits",
            "sessions": "sessions",
            "visitors": "visitors users",
            "pageviews": "pageviews views",
        },
        "visits",
        width=6,
    ),
)
