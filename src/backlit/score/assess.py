"""What is to be said of one link: two readings, with the findings that they are made of?"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, is_dataclass
from enum import IntEnum, IntFlag
from typing import Any

import numpy as np
import pyarrow as pa

from backlit.errors import UsageError
from backlit.model import Hidden, Kind, Placement, Rel, Robots
from backlit.score.batch import Batch
from backlit.score.checks import checks
from backlit.score.findings import LIMIT, Finding, Marker, markers, weighted
from backlit.score.links import NUMBERS, Links
from backlit.score.numbers import Ints
from backlit.score.readings import Strengths, strengths_of
from backlit.score.spam import SPAM
from backlit.score.unnatural import UNNATURAL
from backlit.urls import domain_of_key, page_key, parse_url

__all__ = ["Assessment", "assess", "assessments", "finding_of"]

#: Findings below this clearness are not told.
_SEEN = 0.05
_NOTHING = "Nothing to do."


@dataclass(frozen=True, slots=True)
class Assessment:
    """Two readings of a link from 0 to 100, and why.

    `spam` is noise that search engines leave out by themselves; `unnatural` is paid, placed, exchanged or
    made by a network, and from 60 on always stands beside a clause of the link spam policy. `findings` are
    what adds to a reading, the weightiest first; `in_favour` what takes away; `unknown` names what could not
    be looked at, and adds nothing; `clears` says what would take the weightiest findings away.
    """

    spam: float
    unnatural: float
    findings: tuple[Finding, ...]
    in_favour: tuple[Finding, ...]
    unknown: tuple[str, ...]
    advice: str
    clears: tuple[str, ...]


def assess(
    link: Any, page: Any = None, domain: Any = None, *, facts: Mapping[str, float] | None = None
) -> Assessment:
    """Judge one link by what is known of it, of its page and of its domain.

    Each is a mapping, or an object with such attributes; all fields may be missing, and what is missing is
    unknown. `link` is a row of `Target.backlinks`, or a link of `extract`: `source_url`, `target_url`,
    `anchor`, `alt`, `before`, `after`, `rel`, `placement`, `hidden`, `kind`. `page` is `Extract.page`, or has
    `url`, `title`, `language`, `text_length`, `external_links`. `domain` has figures of the table `ranks`.
    `facts` are counts over all links to the target, by the names of `score.links.NUMBERS`. UsageError without
    an address at either end.

    >>> bought = {"source_url": "https://a.example/post", "target_url": "https://b.example/",
    ...           "anchor": "cheap loans", "before": "Sponsored post:", "rel": [], "placement": "content"}
    >>> found = assess(bought)
    >>> found.unnatural > 50, found.findings[0].policy
    (True, 'LS-01')
    """
    row = _row(_fields(link), _fields(page), _fields(domain))
    row |= {name: value for name, value in (facts or {}).items() if name in NUMBERS}
    table = pa.table({name: pa.array([_clean(value)]) for name, value in row.items() if value is not None})
    return assessments(Batch.whole(Links.from_table(table)), np.zeros(1, np.int64))[0]


def assessments(batch: Batch, rows: Ints | Sequence[int]) -> list[Assessment]:
    """The assessments of some links of a batch, with evidence."""
    chosen = batch.take(np.asarray(rows, np.int64))
    strengths = strengths_of(chosen)
    spam, unnatural = SPAM.scores(strengths), UNNATURAL.scores(strengths)
    return [
        _assessment(chosen, strengths, row, float(spam[row]), float(unnatural[row]))
        for row in range(chosen.rows)
    ]


def _assessment(batch: Batch, strengths: Strengths, row: int, spam: float, unnatural: float) -> Assessment:
    found = [
        finding_of(marker, batch, strengths, row)
        for marker in weighted()
        if np.nan_to_num(strengths[marker.code][row]) >= _SEEN
    ]
    against = sorted((each for each in found if not _is_for(each)), key=_weight, reverse=True)
    unseen = [m.needs for m in weighted() if np.isnan(strengths[m.code][row])]
    unknown = {need: None for needs in unseen for need in needs.split(", ")}
    worse = UNNATURAL if unnatural >= spam else SPAM
    weighty = [each for each in against if max(each.spam, each.unnatural) > 0]
    by_id = {marker.id: marker for marker in markers().values()}
    return Assessment(
        spam=round(spam, 1),
        unnatural=round(unnatural, 1),
        findings=tuple(against),
        in_favour=tuple(each for each in found if _is_for(each)),
        unknown=tuple(unknown),
        advice=worse.advice if max(spam, unnatural) >= LIMIT else _NOTHING,
        clears=tuple({by_id[each.id].clears: None for each in weighty[:3]}),
    )


def finding_of(marker: Marker, batch: Batch, strengths: Strengths, row: int) -> Finding:
    """A marker as it is seen on one link, with its evidence."""
    strength = float(strengths[marker.code][row])
    evidence = checks()[marker.code].evidence(batch, row)
    return Finding(
        id=marker.id,
        level=marker.level,
        sentence=marker.sentence.format_map({name: _told(value) for name, value in evidence.items()}),
        policy=marker.policy,
        evidence=evidence,
        strength=round(strength, 3),
        spam=round(strength * marker.weight("spam"), 3),
        unnatural=round(strength * marker.weight("unnatural"), 3),
    )


def _told(value: Any) -> str:
    if isinstance(value, float):
        return f"{100 * value:.0f} %" if value >= 0.01 or value == 0 else f"{100 * value:.1g} %"
    if isinstance(value, int):
        return f"{value:,}"
    return "unknown" if value is None else str(value)


def _is_for(finding: Finding) -> bool:
    return min(finding.spam, finding.unnatural) < 0


def _weight(finding: Finding) -> float:
    return max(finding.spam, finding.unnatural)


# what users hand in ----------------------------------------------------------


def _fields(given: Any) -> Mapping[str, Any]:
    if given is None:
        return {}
    if isinstance(given, Mapping):
        return given
    if is_dataclass(given) and not isinstance(given, type):
        return asdict(given)
    return dict(vars(given))


def _row(link: Mapping[str, Any], page: Mapping[str, Any], domain: Mapping[str, Any]) -> dict[str, Any]:
    source, target = link.get("source_url") or page.get("url"), link.get("target_url")
    if not source or not target:
        missing = "source_url" if not source else "target_url"
        raise UsageError("judge a link", f"it has no {missing}", "Give both ends, as `backlinks` has them.")
    source_key, target_key = page_key(parse_url(source).href), page_key(parse_url(target).href)
    row: dict[str, Any] = {
        "source_key": source_key,
        "source_domain": domain_of_key(source_key),
        "target_key": target_key,
        "target_domain": domain_of_key(target_key),
        "kind": _code(Kind, link.get("kind")),
        "rel": _mask(Rel, link.get("rel")),
        "placement": _code(Placement, link.get("placement")),
        "hidden": _code(Hidden, link.get("hidden")),
        "source_title": link.get("source_title") or page.get("title"),
        "source_language": link.get("language") or page.get("language"),
        "source_robots": _robots(link, page),
    }
    row |= {name: link.get(name) for name in ("anchor", "alt", "before", "after", "source_ip")}
    row |= {name: link.get(name) for name in ("first_seen", "last_seen", "absent_at", "relevance")}
    row |= {name: page.get(name) for name in ("text_length", "external_links", "internal_links")}
    row |= {name: domain[name] for name in NUMBERS if isinstance(domain.get(name), int | float)}
    supporters = domain.get("supporters")
    if supporters:
        row |= {"supporters_near": supporters[0], "supporters_far": supporters[-1]}
    if domain and "in_graph" not in row:
        row["in_graph"] = 1.0
    return row


def _clean(value: Any) -> Any:
    """Text without halves of letters, which Arrow does not take."""
    return value.encode("utf-8", "replace").decode("utf-8") if isinstance(value, str) else value


def _code(kind: type[IntEnum], word: Any) -> int | None:
    """The code of a word, or of a code; None where it is none."""
    if word is None or isinstance(word, int):
        return word
    return next((int(each) for each in kind if each.name == str(word).upper().replace("-", "_")), None)


def _mask(kind: type[IntFlag], tokens: Any) -> int | None:
    """The mask of rel tokens, given as a mask, a text or several words; None where rel is unknown."""
    if tokens is None or isinstance(tokens, int):
        return tokens
    words = tokens.split() if isinstance(tokens, str) else tokens
    found = 0
    for word in words:
        found |= next((int(each) for each in kind if each.name == str(word).upper()), int(Rel.OTHER))
    return found


def _robots(link: Mapping[str, Any], page: Mapping[str, Any]) -> int | None:
    told = [link.get("noindex"), page.get("noindex"), page.get("nofollow")]
    if all(each is None for each in told):
        return None
    noindex = bool(told[0] or told[1])
    return int(Robots.NOINDEX if noindex else 0) | int(Robots.NOFOLLOW if told[2] else 0)
