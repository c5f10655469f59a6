"""Which fields does the index itself have? Every column of a link, and the figures of each view's rows."""

from enum import IntEnum

from backlit.index.anchor_texts import OF_LINK
from backlit.index.decided import OF_DOMAIN as DECIDED_DOMAIN
from backlit.index.decided import OF_LINK as DECIDED_LINK
from backlit.index.decided import verdict_codes
from backlit.index.filters.fields import Field, Predicate, register
from backlit.index.judgements import OF_LINK as JUDGEMENT
from backlit.model import (
    VENDOR_METRICS,
    VOTE_KINDS,
    AliasKind,
    Hidden,
    Kind,
    LostReason,
    Placement,
    Reader,
    Rel,
    Robots,
    State,
)

__all__ = ["SITEWIDE_LINKS", "address_sql", "register_all", "tag_sql", "url_sql"]

#: So many links of one domain in the frame of its pages are one decision: a site-wide link.
SITEWIDE_LINKS = 20

_NOT_FOLLOWED = int(Rel.NOFOLLOW | Rel.UGC | Rel.SPONSORED)
_VOTES = ", ".join(str(int(kind)) for kind in VOTE_KINDS)
_FRAME = ", ".join(
    str(int(p)) for p in (Placement.NAV, Placement.HEADER, Placement.FOOTER, Placement.SIDEBAR)
)
_IP = "'[0-9.]+|[[].*'"


def host_sql(key: str) -> str:
    """The host of a page key in its usual order, as `urls.host_of_key`."""
    host = f"split_part({key}, '/', 1)"
    turned = f"array_to_string(list_reverse(string_split({host}, '.')), '.')"
    return f"CASE WHEN regexp_full_match({host}, {_IP}) THEN {host} ELSE {turned} END"


def path_sql(key: str) -> str:
    """What follows the host of a page key, from its first slash on."""
    plain = f"split_part({key}, ' ', 1)"
    return f"substr({plain}, strpos({plain}, '/'))"


def url_sql(key: str) -> str:
    """The URL of a page key, as `urls.url_of_key`."""
    mark = f"split_part({key}, ' ', 2)"
    scheme = f"CASE WHEN {mark} = '' THEN 'https' ELSE split_part({mark}, ':', 1) END"
    port = f"CASE WHEN contains({mark}, ':') THEN ':' || split_part({mark}, ':', 2) ELSE '' END"
    return (
        f"({scheme} || '://' || split_part({key}, ' ', 3) || ({host_sql(key)}) || {port} || {path_sql(key)})"
    )


def address_sql(ip: str) -> str:
    """The address of a host in hexadecimal, 8 digits or 32, as text that sorts like a number."""
    four = " || ".join(
        f"format('{{:02x}}', TRY_CAST(split_part({ip}, '.', {n}) AS UTINYINT))" for n in range(1, 5)
    )
    left, right = (
        f"list_filter(string_split(split_part({ip}, '::', {n}), ':'), lambda g: g <> '')" for n in (1, 2)
    )
    filled = f"list_resize([]::VARCHAR[], greatest(0, 8 - len({left}) - len({right})), '0')"
    eight = f"list_transform({left} || {filled} || {right}, lambda g: lpad(g, 4, '0'))"
    return f"CASE WHEN contains({ip}, ':') THEN lower(array_to_string({eight}, '')) ELSE {four} END"


def tag_sql() -> str:
    """The language of the linking page with its region, as `en-gb`."""
    return _TAG


def _codes(kind: type[IntEnum]) -> dict[str, int | str]:
    return {each.name.lower().replace("_", "-"): int(each) for each in kind}


_REL: dict[str, int | str] = {
    **{(token.name or "").lower(): int(token) for token in Rel},
    "follow": f"rel & {_NOT_FOLLOWED} = 0",
    "none": "rel = 0",
}
_VIA: dict[str, int | str] = {
    name: f"len(list_filter(via, lambda step: step.kind = {code})) > 0"
    for name, code in _codes(AliasKind).items()
}
_CONTEXT = "concat_ws(' ', before, coalesce(nullif(anchor, ''), alt), after)"
_TAG = "nullif(lower(replace(source_language, '_', '-')), '')"
_LANGUAGE = f"split_part({_TAG}, '-', 1)"
_TLD = f"CASE WHEN NOT regexp_full_match(source_host, {_IP}) THEN split_part(source_host, '.', 1) END"

_LINK_FIELDS = (
    Field("domain", "domain", "source_domain", "the linking domain", ("source_domain", "referring_domain")),
    Field("host", "host", host_sql("source_key"), "the linking host", ("source_host",)),
    Field("page", "address", "source_key", "the page that links", ("source", "source_url", "url")),
    Field("target", "address", "target_key", "the page it links to", ("target_url", "to")),
    Field("title", "words", "source_title", "title of the linking page", ("source_title",)),
    Field("anchor", "words", "anchor", "the text of the link"),
    Field("alt", "words", "alt", "the text of an image in the link"),
    Field("context", "words", _CONTEXT, "the text of the link with what stands round it", ("text",)),
    Field("before", "words", "before", "what stands before the link"),
    Field("after", "words", "after", "what stands after it"),
    Field("language", "language", _LANGUAGE, "language of the linking page, as `de` or `en-GB`", ("lang",)),
    Field("tld", "suffix", _TLD, "top-level domain of the linking host"),
    Field("ip", "ip", "source_ip", "address of the linking host, or a network of them", ("source_ip",)),
    Field("network", "network", "subnet", "network of the linking host, as `192.0.2.0/24`", ("subnet",)),
    Field("rel", "bits", "rel", "tokens of rel, `follow`, or `none`", codes=_REL),
    Field("placement", "code", "placement", "part of the page", ("place",), _codes(Placement)),
    Field("hidden", "code", "hidden", "technique that hides the link, or `visible`", codes=_codes(Hidden)),
    Field("kind", "code", "kind", "what makes the link", codes=_codes(Kind)),
    Field("state", "code", "state", "what is known of the link", codes=_codes(State)),
    Field("via", "code", "via", "other names that led to the page", codes=_VIA),
    Field("reader", "code", "reader", "who read the page", codes=_codes(Reader)),
    Field("lost_reason", "code", "gone_reason", "what was found instead", ("reason",), _codes(LostReason)),
    Field("position", "number", "ordinal", "place among the links of its page", ("ordinal",)),
    Field("authority", "number", "authority", "authority of the linking domain", ("source_authority",)),
    Field("first_seen", "date", "first_seen", "first seen", ("first",)),
    Field("last_seen", "date", "last_seen", "last seen", ("seen", "last")),
    Field("lost_at", "date", "gone_at", "the first look that lacked the link", ("lost",)),
    Field("absent_at", "date", "absent_at", "the last look that lacked it before it came"),
    Field("vendor", "names", "vendors", "tools whose exports name the link", ("vendors",)),
    Field("reported_lost_by", "name", "reported_lost.by", "the tool that reports the link lost"),
    Field("reported_lost_at", "date", "reported_lost.at", "when a tool says that it was lost"),
    *(
        Field(name, "number", name, f"{name.replace('_', ' ')}, as the tool exported it")
        for name in VENDOR_METRICS
    ),
)


def _figures(level: str, **figures: str) -> list[Field]:
    """The counted columns of a view's rows, and the dates of their links."""
    return [Field(name, "number", name, told, level=level) for name, told in figures.items()]


def _dates(level: str) -> list[Field]:
    return [
        Field("first_seen", "date", "first_seen", "first of its links", ("first",), level=level),
        Field("last_seen", "date", "last_seen", "last of its links", ("seen", "last"), level=level),
    ]


#: Fields that somebody has to find out; see `index.judgements`.
_JUDGED_FIELDS = tuple(
    Field(name, "number", JUDGEMENT.format(column=name), told, needs="judgements")
    for name, told in (
        ("spam", "how surely the link is noise, 0 to 100"),
        ("unnatural", "how surely it was paid for, placed or exchanged, 0 to 100"),
        ("value", "what it is worth, 0 to 100"),
        ("relevance", "how near its page is to what the target is about, 0 to 1"),
    )
)

#: What people settled; see `index.decided`.
_DECISIONS = (
    Field(
        "decision", "code", DECIDED_LINK, "what was decided about the link, or about all of its domain",
        codes=verdict_codes(DECIDED_LINK), needs="decisions",
    ),
    Field(
        "decision", "code", DECIDED_DOMAIN, "what was decided about the whole domain",
        codes=verdict_codes(DECIDED_DOMAIN), level="domains", needs="decisions",
    ),
)  # fmt: skip

_ROW_FIELDS = (
    Field("links", "number", "links_in_group", "links in the group", ("links_in_group",), level="backlinks"),
    *_figures(
        "domains",
        links="links of the domain",
        follow="links it follows",
        trust="how much trusted seeds have to do with the domain, 0 to 1",
    ),
    *(
        Field(name, "number", name, told, level="domains", needs="judgements")
        for name, told in (
            ("spam", "how surely four fifths of its links are noise, 0 to 100"),
            ("unnatural", "how surely they were paid for, placed or exchanged, 0 to 100"),
        )
    ),
    *_dates("domains"),
    *_figures(
        "anchors", links="links with it", domains="domains that use it", follow="followed links with it"
    ),
    *_dates("anchors"),
    *_figures("pages", links="links to the page", domains="domains that link to it"),
    Field("url", "address", "target_key", "the page of the target", ("page",), level="pages"),
    Field("status", "number", "status", "what the page answered last", level="pages", needs="statuses"),
)

_CLASSES = "what its anchor is to the target, as `brand`, `naked-url`, `exact`, `generic`"
_KINDS_OF_CHANGE = "`new`, `lost`, `changed`, `first-read`, `reported`, `reported-lost`"
_CHANGE_FIELDS = (
    Field("change", "name", "change", _KINDS_OF_CHANGE, level="changes"),
    Field("reason", "name", "reason", "why, as `removed`; of a change what differs", level="changes"),
    Field("at", "date", "happened", "when a look showed it", level="changes"),
)

_STATUS = "(SELECT status FROM statuses s WHERE s.page_key = target_key)"
_CLASS, _MONEY = (OF_LINK.format(column=f"a.{name}") for name in ("class", "money"))
_SITEWIDE = (
    f"source_domain IN (SELECT source_domain FROM current WHERE placement IN ({_FRAME})"
    f" GROUP BY source_domain HAVING count(*) >= {SITEWIDE_LINKS})"
)
_FIRST_OF_DOMAIN = (
    "(source_domain, first_seen) IN (SELECT source_domain, min(first_seen) FROM links GROUP BY source_domain)"
)
_RECENT = "first_seen > $moment - INTERVAL 30 DAY"


def _is(name: str, sql: str | None, told: str, needs: str | None = None) -> Predicate:
    return Predicate("is", name, sql, told, needs=needs)


_READING = JUDGEMENT.replace("{column}", "{}")
_PREDICATES = (
    _is("live", f"state = {int(State.LIVE)}", "seen at the last look"),
    _is("unverified", f"state = {int(State.UNVERIFIED)}", "said to be there, not looked at since"),
    _is("lost", f"state = {int(State.LOST)}", "a later look lacked it"),
    _is("reported-lost", "reported_lost IS NOT NULL", "a tool reports it lost"),
    _is("new", f"{_RECENT} AND absent_at IS NOT NULL", "come in the last 30 days, to a page read before"),
    _is("first-read", f"{_RECENT} AND absent_at IS NULL", "on a page first read in the last 30 days"),
    _is("follow", f"rel & {_NOT_FOLLOWED} = 0", "without nofollow, ugc and sponsored"),
    _is("nofollow", f"rel & {_NOT_FOLLOWED} <> 0", "with one of them"),
    _is("image", "alt IS NOT NULL AND coalesce(anchor, '') = ''", "an image without text"),
    _is("money", _MONEY, "its anchor holds words that a buyer would search for", "anchor_classes"),
    _is("spam", f"{_READING.format('spam')} >= 60", "noise to ignore, as far as it is judged", "judgements"),
    _is(
        "unnatural",
        f"{_READING.format('unnatural')} >= 60",
        "paid for, placed, exchanged or made by a network, as far as it is judged",
        "judgements",
    ),
    _is("clickable", f"kind IN ({_VOTES})", "a link that a person can click"),
    _is("hidden", "hidden > 0", "kept from the reader's eyes"),
    _is("syndicated", f"state = {int(State.SYNDICATED)}", "to a copy of a page of the target elsewhere"),
    _is("aliased", "via IS NOT NULL", "to another name of a page of the target"),
    _is(
        "page-nofollow",
        f"source_robots & {int(Robots.NOFOLLOW)} <> 0",
        "on a page that declines all its links",
    ),
    _is("noindex", f"source_robots & {int(Robots.NOINDEX)} <> 0", "on a page that asks not to be indexed"),
    _is("deferring", "source_defers", "on a page that names another one as its original"),
    _is("sitewide", _SITEWIDE, f"of a domain with {SITEWIDE_LINKS} links or more in the frame of its pages"),
    _is("first_link", _FIRST_OF_DOMAIN, "the earliest of its domain"),
    _is("broken", f"{_STATUS} >= 400", "to a page that answered with an error when read last", "statuses"),
    _is(
        "redirected",
        f"{_STATUS} BETWEEN 300 AND 399",
        "to a page that led elsewhere when read last",
        "statuses",
    ),
    *(
        Predicate("has", name, None, f"there are no {name}s in this index: it keeps links, not work on them")
        for name in ("note", "contact")
    ),
)


def register_all() -> None:
    """Make the index's own fields known."""
    of_class = Field("class", "name", _CLASS, _CLASSES, ("anchor_class",), needs="anchor_classes")
    register(
        *(*_LINK_FIELDS, *_JUDGED_FIELDS, of_class, *_DECISIONS, *_ROW_FIELDS, *_CHANGE_FIELDS),
        *_PREDICATES,
    )
