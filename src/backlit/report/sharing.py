"""What of a page is for whoever was given a link to it? What is named here, and nothing else.

A field that is new in an answer stays at home until it is named. Left out on purpose: what was decided and by
whom, names of files and of tools that links were read from, what tools count (visits beside domains, scores
of vendors), and commands.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from backlit.report.columns import COLUMNS, flat_names

__all__ = ["SHARED", "csv_names", "shared"]

#: A field with those fields of it that are shown; None where all of it is.
Shape = Mapping[str, "Shape | None"]


def _fields(names: str, **within: Shape) -> Shape:
    """Fields that are shown whole, and others of which a part is."""
    return {**dict.fromkeys(names.split()), **within}


_STEP = _fields("to kind status last_seen ended_at")
_LINK = _fields(
    "source_url source_domain source_title target_url kind rel placement hidden anchor alt before after "
    "language first_seen last_seen state lost_at lost_reason source_authority source_ip links_in_group "
    "value value_low value_high spam unnatural relevance",
    via=_STEP,
)
_SIDE = _fields("anchor alt rel placement hidden noindex canonical_elsewhere", via=_STEP)
_CHANGE = _fields("at kind reason", link=_LINK, before=_SIDE, after=_SIDE)
_DAYS = _fields("first_day last_day")
_IMPACT_LINK = _fields("source_url at anchor")

#: By the segment of its address, what of a page's answer is shown: of each row, or of the one that it has.
SHARED: Mapping[str, Shape] = {
    "overview": _fields(
        "target links pages referring_domains counting_domains referring_subnets follow new_30d "
        "first_looks_30d lost_30d lost seldom_looked looked_30d looked_ever looked_before leads hidden_links "
        "mix timeline first_seen last_seen judged_domains spam_share unnatural_share relevance "
        "relevance_method diversity",
        authority=_fields("score rank of tied method percentile", warnings=_fields("sentence")),
    ),
    "backlinks": _LINK,
    "domains": _fields(
        "domain links follow first_seen last_seen authority spam unnatural sitetype platform topic ip "
        "subnet country anchor url"
    ),
    "anchors": _fields("anchor class money links domains follow first_seen last_seen"),
    "pages": _fields("url links domains status authority equity internal_links leads_on"),
    "changes": _CHANGE,
    "leads": _fields("source_url source_domain target_domain reported_at"),
    "diversity": _fields("dimension effective evenness top percentile ci kinds known unknown peers narrow"),
    "graph": _fields(
        "target edges communities left_out",
        nodes=_fields("domain is_target links authority spam unnatural community x y"),
    ),
    "broken": _fields("target_url status domains links value suggestion similarity best_link"),
    "gap": _fields("domain page rivals links_to authority value relevance lost_at", link=_LINK),
    "impact": _fields(
        "caveat notes",
        before=_DAYS,
        after=_DAYS,
        effects=_fields("sentence"),
        visits=_fields("measure"),
        pages=_fields(
            "page unclear clicks_before clicks_after clicks_change impressions_before impressions_after "
            "impressions_change visits_before visits_after visits_from_won",
            won_links=_IMPACT_LINK,
            lost_links=_IMPACT_LINK,
        ),
    ),
    "report": _fields(
        "since until narrative timeline numbers won_total lost_total coverage",
        won=_CHANGE,
        lost=_CHANGE,
        done=_fields("at what"),
        next=_fields("id what why"),
    ),
}


def shared(segment: str, data: Any) -> Any:
    """What of a page's answer, a row or many, may be shown."""
    return _only(data, SHARED[segment])


def csv_names(segment: str) -> list[str]:
    """The columns of a list's file, in their order."""
    return [name for name in flat_names(COLUMNS[segment]) if _is_named(name.split("."), SHARED[segment])]


def _only(value: Any, shape: Shape | None) -> Any:
    if shape is None:
        return value
    if isinstance(value, Mapping):
        return {name: _only(value[name], inner) for name, inner in shape.items() if name in value}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_only(each, shape) for each in value]
    return None  # a text or number in the place of fields is nothing that was named


def _is_named(path: Sequence[str], shape: Shape | None) -> bool:
    if shape is None or not path:
        return True
    return path[0] in shape and _is_named(path[1:], shape[path[0]])
