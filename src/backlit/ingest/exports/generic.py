"""By which names do tables of unknown origin call the ends of a link, and the rest?"""

from collections.abc import Mapping

from backlit.ingest.exports.spec import FIELDS
from backlit.ingest.exports.values import plain_name

__all__ = ["place", "place_source", "plain_places"]

_NAMES = {
    "target": "targeturl target targetpage targetpageurl linkurl urlto tourl to destinationurl destination"
    " linkedpage",
    "source": "sourceurl source sourcepage sourcepageurl linkingpage linkingurl linkingpageurl"
    " referringpageurl referringpage referringurl urlfrom fromurl from pageurl backlinkurl",
    "anchor": "anchor anchortext linkanchor linktext textanchor",
    "title": "sourcetitle pagetitle referringpagetitle",
    "rel": "rel linkrel relattribute",
    "nofollow": "nofollow isnofollow flagnofollow",
    "dofollow": "dofollow isdofollow follow isfollow",
    "ugc": "ugc isugc",
    "sponsored": "sponsored issponsored",
    "type": "linktype followtype type",
    "first_seen": "firstseen firstseenat datefirstseen firstindexeddate sourcefirstfounddate firstfound"
    " found discovered",
    "last_seen": "lastseen lastseenat lastseendate sourcecrawldate lastcrawled lastchecked",
    "exists": "exists exist isexist isexisting linkexists linkfound islive",
    "status": "status statuscode httpstatus httpcode responsecode",
}
#: Names that stand for either end: which one depends on what the other columns are.
_EITHER_END = {"target": "backlink", "source": "backlink link url"}
#: Of the names of linking pages those that could be any page's, unless a column of anchors is beside them.
_ANY_PAGE = frozenset({"from", "pageurl", "url", "link"})

assert set(FIELDS).issuperset(_NAMES)


def place(header: list[str], mapping: Mapping[str, str]) -> dict[str, int] | None:
    """The columns of a header by field, those of `mapping` first; None where it names one that is missing."""
    stripped = [name.strip() for name in header]
    if any(name not in stripped for name in mapping.values()):
        return None
    columns = {field: stripped.index(name) for field, name in mapping.items()}
    names = plain_places(header)
    for field, known in [*_NAMES.items(), *_EITHER_END.items()]:
        taken = columns.values()
        free = (names[name] for name in known.split() if name in names and names[name] not in taken)
        column = columns.get(field, next(free, None))
        if column is not None:
            columns[field] = column
    return columns


def place_source(header: list[str]) -> dict[str, int] | None:
    """The columns of a header that names the linking page and no target; None where it does not."""
    names = plain_places(header)
    columns = place(header, {}) or {}
    known = [*_NAMES["source"].split(), *_EITHER_END["source"].split()]
    vague = frozenset() if "anchor" in columns else _ANY_PAGE
    source = next((names[name] for name in known if name in names and name not in vague), None)
    if source is None:
        return None
    others = {field: at for field, at in columns.items() if field != "target" and at != source}
    return {**others, "source": source}


def plain_places(header: list[str]) -> dict[str, int]:
    """Where each plain name stands; of two alike the first."""
    return {plain_name(name): n for n, name in reversed(list(enumerate(header)))}
