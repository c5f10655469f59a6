"""Which few things in a link profile deserve a look, and on what evidence?

Each check reads rows and returns a finding or nothing. A finding quotes the rows or numbers it
rests on and says what to do, which is mostly nothing: search engines ignore most odd links by
themselves, and a link is judged here by what was seen, never by what an engine might think.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from backlit.report.text import percent, plural, technique

__all__ = ["Case", "Finding", "findings_of", "findings_of_pace"]

Row = Mapping[str, Any]

#: Below this many referring domains one site more or less moves every share by over 5 points.
MIN_DOMAINS = 20
#: An anchor other than a name is one author's choice of words; three sites in ten rarely choose alike.
ANCHOR_SHARE = 0.30
#: A template prints the same link on every page; by 20 pages it is the template, not a writer.
SITEWIDE_LINKS = 20
#: Above half, most of what the page says rests on somebody's word rather than on a look at the page.
UNVERIFIED_SHARE = 0.50
#: Above a quarter unread, the ratio of follow to nofollow could be on either side of any norm.
UNREAD_SHARE = 0.25
#: Independent sites spread over networks; a quarter of them in one /24 of 256 addresses is one landlord.
SUBNET_SHARE = 0.25
#: Rows quoted as evidence: enough to see a pattern, few enough to read.
QUOTED = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing noticed: `level` "look" asks for a glance, "info" explains a number.

    `more` counts the rows like those in `evidence` that are not quoted; `filter` chooses all of them.
    """

    id: str
    level: str
    sentence: str
    evidence: list[dict[str, Any]]
    what_to_do: str
    more: int = 0
    filter: str | None = None

    def row(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Case:
    """What the checks may look at."""

    overview: Row
    anchors: Sequence[Row]
    #: counts over all links, and rows to quote: `Profile.noticed`
    noticed: Row
    #: texts that mostly noise uses
    quiet: Collection[str] = ()

    @property
    def referring(self) -> int:
        return int(self.overview.get("referring_domains") or 0)

    @property
    def total(self) -> int:
        return int(self.overview.get("links") or 0)


def findings_of(case: Case) -> list[dict[str, Any]]:
    """The findings of a profile, those worth a look first."""
    found = [finding for check in _CHECKS if (finding := check(case)) is not None]
    return [finding.row() for finding in sorted(found, key=lambda finding: finding.level != "look")]


#: What to do about comings and goings, and how the links behind them are chosen.
_PACE = {
    "burst": (
        "Open some of them. News, a launch or a talk explains most such weeks. If you ordered links then, "
        "they are the ones to declare.",
        "first_seen:{from}..{to}",
    ),
    "loss-cliff": (
        "Look at what went: a site that closed, a page of yours that moved, or links that were rented. "
        "`backlit changes` with --kind lost names each with its reason.",
        None,
    ),
    "wave": (
        "Links that come and go together have one hand behind them. If it was not yours, there is nothing "
        "to do.",
        "first_seen:{from}..{to}",
    ),
    "phrase-spike": (
        "If these words are a name or a headline of those days, this is what news looks like. If they are "
        "words you want to be found for, remember who was asked to use them.",
        "first_seen:{from}..{to}",
    ),
}


def findings_of_pace(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """The findings of comings and goings, given as `score.lives.Velocity.rows` tells them."""
    return [_pace(row).row() for row in rows]


def _pace(row: Row) -> Finding:
    do, chosen = _PACE[row["id"]]
    days = {"from": row["from"].isoformat(), "to": row["to"].isoformat()}
    evidence = [{**days, **{name: _rounded(value) for name, value in row["numbers"].items()}}]
    return Finding(row["id"], "look", row["sentence"], evidence, do, filter=chosen and chosen.format(**days))


def _rounded(value: float) -> float:
    """To three digits, however small."""
    return float(f"{value:.3g}")


def _hidden(case: Case) -> Finding | None:
    number = case.overview.get("hidden_links") or 0
    if not number:
        return None
    rows = case.noticed["hidden_rows"]
    how = ", ".join(f"{way['links']} {technique(way['hidden'])}" for way in case.noticed["hidden"])
    return Finding(
        "hidden-links",
        "look",
        f"{_links_are(number)} hidden from the readers of the page: {how}.",
        [
            quoted | {"hidden": technique(quoted["hidden"])}
            for quoted in _quote(rows, "source_url", "anchor", "hidden")
        ],
        "Open one of the pages. If you placed or paid for such a link, ask for it to be shown or removed. "
        "If strangers did this, there is nothing to do.",
        _left(number, rows),
        "is:hidden",
    )


def _one_anchor(case: Case) -> Finding | None:
    if case.referring < MIN_DOMAINS:
        return None
    name = _squeezed(str(case.overview["target"]))
    for anchor in sorted(case.anchors, key=lambda row: (-(row["domains"] or 0), str(row["anchor"]))):
        share = (anchor["domains"] or 0) / case.referring
        if share < ANCHOR_SHARE:
            return None
        if anchor["anchor"] in case.quiet:
            continue
        if anchor["anchor"] and not _names_target(str(anchor["anchor"]), name):
            return _anchor_finding(anchor, share, case.referring)
    return None


def _anchor_finding(anchor: Row, share: float, referring: int) -> Finding:
    return Finding(
        "one-anchor",
        "look",
        f"{percent(share, 1)} of the referring domains use the same words, “{anchor['anchor']}”.",
        [
            *_quote([anchor], "anchor", "domains", "links"),
            {"referring_domains": referring, "noticed_from": percent(ANCHOR_SHARE, 1)},
        ],
        "If these words are the name of your brand or product, this is what a healthy profile looks like. "
        "If they are words you want to be found for, remember who was asked to use them.",
    )


def _sitewide(case: Case) -> Finding | None:
    repeated = case.noticed["repeated"]
    if not repeated:
        return None
    links = sum(row["links"] for row in repeated)
    return Finding(
        "site-wide",
        "info",
        f"{plural(links, 'link')} from {plural(len(repeated), 'domain')} are repeated by a template "
        "(footer, sidebar, header or navigation) all over the site.",
        _quote(repeated, "domain", "links", "placement", "anchor"),
        "Nothing, unless you paid for them. They make the number of links large; "
        "the number of referring domains tells more.",
        _left(len(repeated), repeated),
        "is:sitewide",
    )


def _unverified(case: Case) -> Finding | None:
    number = (case.overview["mix"].get("state") or {}).get("unverified") or 0
    if not case.total or number / case.total <= UNVERIFIED_SHARE:
        return None
    return Finding(
        "not-verified",
        "info",
        f"{percent(number, case.total)} of the links are known from somebody's word; "
        "their pages were not read whole.",
        [{"unverified": number, "links": case.total, "noticed_from": percent(UNVERIFIED_SHARE, 1)}],
        "Read the pages with a crawl file that holds them before you act on any of these links.",
    )


def _rel_unread(case: Case) -> Finding | None:
    number = case.overview.get("rel_unknown") or 0
    if not case.total or number / case.total <= UNREAD_SHARE:
        return None
    return Finding(
        "rel-unknown",
        "info",
        f"For {percent(number, case.total)} of the links nobody has read whether they are nofollow.",
        [{"rel_unknown": number, "links": case.total, "noticed_from": percent(UNREAD_SHARE, 1)}],
        "Take the shares of follow and nofollow as a sketch. "
        "A WAT or WARC file of those pages fills the gap.",
    )


def _noindex(case: Case) -> Finding | None:
    number = case.noticed["noindex"]
    if not number:
        return None
    return Finding(
        "noindex",
        "info",
        f"{_links_are(number)} on pages that ask search engines not to index them.",
        _quote(case.noticed["noindex_rows"], "source_url", "anchor"),
        "Nothing. People still follow them; search engines may not count them.",
        _left(number, case.noticed["noindex_rows"]),
        "is:noindex",
    )


def _one_subnet(case: Case) -> Finding | None:
    network = case.noticed["network"]
    if network is None or network["known"] < MIN_DOMAINS:
        return None
    net, number, known = network["subnet"], network["domains"], network["known"]
    if number / known <= SUBNET_SHARE:
        return None
    return Finding(
        "one-subnet",
        "look",
        f"{plural(number, 'domain')} of {known} whose address is known answer from one network, {net}.",
        [
            {"subnet": net, "domains": number, "known": known},
            *_quote(network["rows"], "domain", "ip", "links", "anchor"),
        ],
        "Open three of them. A shared host explains most such groups. "
        "If they look alike and sell the same thing, count them as one opinion.",
        _left(number, network["rows"]),
        f"network:{net}",
    )


_CHECKS: Sequence[Callable[[Case], Finding | None]] = (
    _hidden,
    _one_anchor,
    _one_subnet,
    _sitewide,
    _unverified,
    _rel_unread,
    _noindex,
)


def _quote(rows: Iterable[Row], *fields: str) -> list[dict[str, Any]]:
    return [{field: row[field] for field in fields} for row in list(rows)[:QUOTED]]


def _left(number: int, rows: Sequence[Row]) -> int:
    """How many rows of so many are not quoted."""
    return max(number - min(len(rows), QUOTED), 0)


def _links_are(number: int) -> str:
    return f"{plural(number, 'link')} {'is' if number == 1 else 'are'}"


def _squeezed(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


def _names_target(anchor: str, name: str) -> bool:
    """Whether the words are the target's own name: `Example`, `example.com`, `www.example.com/`."""
    words = _squeezed(anchor)
    if anchor.casefold().startswith(("http://", "https://", "www.")):
        return True
    return len(words) >= 3 and words in name
