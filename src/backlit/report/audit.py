"""What would a careful colleague tell the owner of a site about its links?

One deterministic model from four answers of the index; page, document and command line print it.
It starts with who links, not with how many links there are, names what it cannot know, and finds
nothing to do in a healthy profile.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from backlit.report.findings import Case, findings_of, findings_of_pace
from backlit.report.readable import called
from backlit.report.text import count, percent, place, plural, relevance_read, seldom_looked, visible

__all__ = ["build_audit", "noise_sentence"]

Row = Mapping[str, Any]

#: Rows of each list in the document: what a person reads in one sitting. The pages show all of them.
TOP = 20
_CLICKABLE = ("a", "area")
#: Sites named in the opening sentence.
NAMED = 3


def build_audit(
    overview: Row,
    domains: Sequence[Row],
    anchors: Sequence[Row],
    links: Sequence[Row],
    noticed: Row,
    *,
    sources: Sequence[str],
    sources_total: int,
    as_of: datetime | None,
    anchor_mix: Row | None = None,
    review: Row | None = None,
    pace: Row | None = None,
    intake: Row | None = None,
    decided: int = 0,
) -> dict[str, Any]:
    """The audit of one target: headline, numbers, lists, findings with evidence, and what is not known.

    `review` holds the clusters of links to look at and the noise to ignore, where links were judged; `pace`
    the comings and goings that were noticed (`rows`), and of how many domains it is `unknown` when they came.
    `intake` are the answers to what comes before an audit, and `decided` counts the domains and links that
    somebody decided on.
    """
    ranked = _by_authority(domains)
    findings = findings_of_pace((pace or {}).get("rows") or ())
    findings += findings_of(Case(overview, anchors, noticed, (review or {}).get("quiet_anchors") or ()))
    clusters, noise = list((review or {}).get("clusters") or ()), (review or {}).get("noise")
    return {
        "target": overview["target"],
        "scope": overview.get("scope"),
        "as_of": as_of,
        "sources": list(sources),
        "sources_total": sources_total,
        "headline": _headline(overview, ranked, [*clusters, *findings]),
        "numbers": _numbers(overview),
        "intake": dict(intake) if intake else None,
        "decided": decided,
        "clusters": clusters,
        "clusters_total": (review or {}).get("clusters_total", len(clusters)),
        "noise": None if noise is None else {**noise, "sentence": noise_sentence(noise)},
        "by_policy": (review or {}).get("by_policy"),
        "findings": findings,
        "conclusion": _conclusion(overview, [*clusters, *findings], noise),
        "referring_domains": [dict(row) for row in ranked[:TOP]],
        "anchors": _anchor_rows(anchors, overview),
        "anchor_mix": dict(anchor_mix) if anchor_mix else None,
        "mix": dict(overview["mix"]),
        "timeline": list(overview.get("timeline") or []),
        "top_links": _top_links(links),
        "unknowns": _unknowns(overview, domains, links, review, pace),
    }


def _by_authority(domains: Sequence[Row]) -> list[Row]:
    return sorted(
        domains,
        key=lambda row: (row["authority"] is None, -(row["authority"] or 0), -row["links"], row["domain"]),
    )


def _headline(overview: Row, ranked: Sequence[Row], findings: Sequence[Row]) -> list[str]:
    referring, target = overview.get("referring_domains") or 0, called(overview["target"])
    if not referring:
        return [f"No link to {target} was found in these sources."]
    first = f"{plural(referring, 'site')} {'links' if referring == 1 else 'link'} to {target}"
    said = [f"{first}, with {plural(overview['links'], 'link')} on {plural(overview['pages'], 'page')}."]
    said += _strongest(ranked)
    said += _passing(overview)
    said += _movement(overview)
    said += _quality(overview)
    looks = sum(finding.get("level", "look") == "look" for finding in findings)
    said.append(
        f"{plural(looks, 'thing')} below {'is' if looks == 1 else 'are'} worth a look."
        if looks
        else "Nothing here asks for action."
    )
    return said


def _strongest(ranked: Sequence[Row]) -> list[str]:
    known = [row for row in ranked if row["authority"] is not None][:NAMED]
    if not known:
        return []
    names = [f"{called(row['domain'])} ({count(round(row['authority']))})" for row in known]
    listed = names[0] if len(names) == 1 else ", ".join(names[:-1]) + f" and {names[-1]}"
    verb = (
        "The strongest, by authority from 0 to 100, is"
        if len(names) == 1
        else "The strongest, by authority from 0 to 100, are"
    )
    return [f"{verb} {listed}."]


def _passing(overview: Row) -> list[str]:
    read = (overview["links"] or 0) - (overview.get("rel_unknown") or 0)
    if read <= 0 or overview.get("follow") is None:
        return []
    return [
        f"{percent(overview['follow'], read)} of the links whose attributes were read are plain links, "
        "without nofollow, ugc or sponsored."
    ]


def _quality(overview: Row) -> list[str]:
    counting, referring = overview.get("counting_domains"), overview.get("referring_domains")
    if counting is None or not referring:
        return []
    return [f"{count(counting)} of {count(referring)} referring domains count."]


#: What kinds of noise are, by the finding that weighs most.
_KINDS = {
    "keyword-in-comment": "left in comments",
    "forum-signature": "left in forums and profiles",
    "guestbook": "left in guestbooks",
    "copied-text": "on pages with copied text",
    "mirrored-page": "on mirrored pages",
    "facts-about-domains": "on pages that list domains",
    "spam-trade-text": "with the words of trades that live on spam",
    "spam-trade-site": "on sites in trades that live on spam",
    "spam-trade-page": "on pages of trades that live on spam",
    "directory": "in directories that take anybody in",
}


def noise_sentence(noise: Row) -> str:
    """What may be ignored, in a sentence."""
    many = f"{plural(noise['links'], 'link')} from {plural(noise['domains'], 'domain')}"
    told = [f"{count(links)} {_KINDS[kind]}" for kind, links in noise["kinds"].items() if kind in _KINDS]
    kinds = f": {', '.join(told)}" if told else ""
    are = "is" if noise["links"] == 1 else "are"
    said = f"{many} {are} noise{kinds}. Search engines leave it out; so can you."
    if others := noise.get("with_others"):
        read = f"{count(others)} more {'reads' if others == 1 else 'read'} so"
        said += f" {read}, on pages with a link to the same page in a group above: decided with that."
    return said


def _movement(overview: Row) -> list[str]:
    new, lost = overview.get("new_30d"), overview.get("lost_30d")
    seldom = [said] if (said := seldom_looked(overview)) else []
    if not new and not lost:
        return seldom
    return [
        *seldom,
        f"In the 30 days before the data ends, {plural(new or 0, 'link', 'links')} appeared on pages "
        f"that had been read before, and {count(lost or 0)} {'was' if lost == 1 else 'were'} lost.",
    ]


def _numbers(overview: Row) -> list[dict[str, Any]]:
    authority = overview.get("authority") or {}
    standing = None
    if authority.get("rank") is not None and authority.get("of"):
        standing = place(authority["rank"], authority["of"])
    rows: list[tuple[str, str, Any, str | None]] = [
        ("referring_domains", "Referring domains", overview.get("referring_domains"), None),
        ("links", "Links", overview.get("links"), f"on {plural(overview['pages'], 'page')}"),
        ("authority", "Authority", _rounded(authority.get("score")), standing or authority.get("why")),
        ("referring_hosts", "Referring hosts", overview.get("referring_hosts"), None),
        ("referring_subnets", "Networks (/24)", overview.get("referring_subnets"), None),
        ("lost", "Lost links", overview.get("lost"), "a later look at their page did not find them"),
    ]
    return [{"id": key, "label": label, "value": value, "note": note} for key, label, value, note in rows]


def _rounded(score: float | None) -> int | None:
    return None if score is None else round(score)


def _anchor_rows(anchors: Sequence[Row], overview: Row) -> list[dict[str, Any]]:
    referring = overview.get("referring_domains") or 0
    ranked = sorted(anchors, key=lambda row: (-row["domains"], -row["links"], row["anchor"]))[:TOP]
    return [dict(row) | {"share": row["domains"] / referring if referring else None} for row in ranked]


def _top_links(links: Sequence[Row]) -> list[dict[str, Any]]:
    """The best clickable link of each domain: by authority, then visible, plain, in the text."""
    ranked = sorted((link for link in links if link["kind"] in _CLICKABLE), key=_worth)
    best: dict[str, Row] = {}
    for link in ranked:
        best.setdefault(link["source_domain"], link)
    return [dict(link) for link in list(best.values())[:TOP]]


def _worth(link: Row) -> tuple[Any, ...]:
    authority = link["source_authority"]
    rel = link["rel"]
    held_back = rel is None or bool({"nofollow", "ugc", "sponsored"} & set(rel))
    shown = link["hidden"] in (None, "visible")
    return (
        authority is None,
        -(authority or 0),
        not shown,
        held_back,
        link["placement"] != "content",
        link["source_url"],
        link["id"],
    )


def _conclusion(overview: Row, findings: Sequence[Row], noise: Row | None = None) -> str:
    looks = [finding for finding in findings if finding.get("level", "look") == "look"]
    if looks:
        return (
            "Take the things worth a look one at a time, with the page open. The rest explains the numbers."
        )
    if noise is not None:
        return "There is nothing to do. What is noise stays noise: ignore it."
    if findings:
        return "There is nothing to do. What stands here explains the numbers."
    if not overview.get("links"):
        return "There is nothing to judge yet. More sources may know links that these do not."
    return "There is nothing to do. No check found anything out of the ordinary."


def _unknowns(
    overview: Row,
    domains: Sequence[Row],
    links: Sequence[Row],
    review: Row | None = None,
    pace: Row | None = None,
) -> list[str]:
    """What this audit cannot know yet, each with the reason."""
    said = [
        "Links on pages that these sources do not hold. "
        "No crawl has every page, so the true numbers are higher."
    ]
    leads = overview.get("leads") or 0
    if leads:
        said.append(
            f"{plural(leads, 'page is', 'pages are')} said to link here "
            f"but {'has' if leads == 1 else 'have'} not been read yet."
        )
    why = (overview.get("authority") or {}).get("why")
    if why:
        said.append(f"The authority of the target. {_sentence(why)}")
    elif domains and all(row["authority"] is None for row in domains):
        said.append("The authority of the referring domains: none of them is in the graph that was ranked.")
    if pace and pace["unknown"]:
        said.append(
            f"When {plural(pace['unknown'], 'site')} first linked here: no look at the page is older than "
            "the link, so a burst of them would not be seen."
        )
    said += _unread(overview, links)
    said += _unjudged(overview, review)
    if read := relevance_read(overview.get("relevance_method")):
        said.append(read)
    said.append("What a search engine makes of any of these links. Nobody outside it does.")
    return said


def _unjudged(overview: Row, review: Row | None) -> list[str]:
    if review is None:
        return ["Whether a link was paid for, exchanged or placed: nobody has judged these links."]
    said = ["Whether a link without any sign was paid for: nobody can tell that from outside."]
    left = (overview.get("links") or 0) - review["judged"]
    if left > 0:
        said.append(f"How {plural(left, 'more link reads', 'more links read')}: only the best were judged.")
    return said


def _unread(overview: Row, links: Sequence[Row]) -> list[str]:
    said = []
    rel = overview.get("rel_unknown") or 0
    if rel:
        said.append(f"Whether {plural(rel, 'link is', 'links are')} nofollow: the sources do not say.")
    styles = overview.get("hidden_unknown") or 0
    if styles:
        of = "it" if styles == 1 else "them"
        said.append(
            f"Whether a reader sees {plural(styles, 'link')} of {count(overview['links'])}: "
            f"no source kept the page around {of}."
        )
    if links and all(link.get("noindex") is None for link in links):
        said.append("Whether the linking pages ask search engines not to index them.")
    if links and all(link["source_ip"] is None for link in links):
        said.append("Which networks the sites answer from: no source kept addresses.")
    return said


def _sentence(text: str) -> str:
    text = visible(text).strip()
    return text if text.endswith((".", "!", "?")) else text + "."
