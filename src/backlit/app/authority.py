"""What is said beside an authority: whose word a prior is, and where plain PageRank says otherwise."""

import json
from collections.abc import Mapping
from typing import Any

from backlit.app.answer import Row
from backlit.index.profile import Profile
from backlit.index.tables import Index
from backlit.urls import icann_domain

__all__ = ["told"]


def told(index: Index, profile: Profile, own: Row) -> Row:
    """The authority of a profile with the source of a prior, a prior for a domain that the graph does not
    hold, and warnings; `own` is what the profile says itself. A sub-site has no prior either."""
    release = profile.release
    parameters = json.loads(release["parameters"]) if release else {}
    row = {**own, "source": parameters.get("prior") if own["prior"] else None}
    if own["score"] is None and icann_domain(profile.domain) == profile.domain and profile.asked is None:
        row |= _prior(index, profile)
    is_ranked = release is not None and not release["unrankable"]
    said = [*_thin(row), *_fallback(row, parameters), *_warnings(row, parameters)] if is_ranked else []
    return row | {"warnings": said}


#: Points of standard error from which on a score is said to be thin: with it, a fifth of the scale each way.
_THIN = 20.0


def _thin(row: Row) -> list[Row]:
    if row["score"] is None or row["prior"] or row["se"] is None or row["se"] < _THIN:
        return []
    low, high = (round(min(max(row["score"] + sign * row["se"], 0), 100)) for sign in (-1, 1))
    voters = row["voters"] or 0
    stand = "One voting domain stands" if voters == 1 else f"{voters:,} voting domains stand"
    said = f"{stand} behind this score: with a little more data it may well be {low}, or {high}."
    return [{"kind": "thin", "sentence": said, "evidence": {"se": row["se"], "voters": row["voters"]}}]


def _fallback(row: Row, parameters: Mapping[str, Any]) -> list[Row]:
    """Without trust nothing can disagree with PageRank, so that the score itself can be farmed is said."""
    if row["rank"] is None or parameters.get("scale"):
        return []
    said = (
        f"Ranked by {row['method']}, which knows no trust: a farm of throw-away domains can lift this score."
    )
    evidence = {"method": row["method"], "note": parameters.get("note")}
    return [{"kind": "fallback", "sentence": said, "evidence": evidence}]


def _prior(index: Index, profile: Profile) -> Row:
    from backlit.rank.prior import prior_of

    name = profile.release["release"] if profile.release else None
    found = prior_of(index, profile.version, profile.domain, name)
    if found is None:
        return {}
    return {"score": found.score, "prior": True, "source": found.edition}


def _warnings(row: Row, parameters: Mapping[str, Any]) -> list[Row]:
    """Only a ranking by trust can disagree with PageRank: the other method is made of it."""
    from backlit.rank.gap import disagrees
    from backlit.report.text import count

    by_walk, of = row["pagerank_rank"], row["pagerank_of"]
    if not parameters.get("scale") or by_walk is None or not of:
        return []
    if not disagrees(row["rank"], by_walk, of, row["voters"] or 0):
        return []
    place = count(round(by_walk))
    said = f"Plain PageRank puts it at place {place} of {count(of)}, "
    if row["rank"] is None:
        said += "and no trusted seed leads to it: a farm, or a part of the web that the seeds do not know."
    else:
        said += (
            f"authority at {count(round(row['rank']))}: a farm, or votes from where hardly any seed leads."
        )
    evidence = {name: row[name] for name in ("pagerank_rank", "rank", "spam_mass", "robust", "voters")}
    return [{"kind": "pagerank-gap", "sentence": said, "evidence": evidence}]
