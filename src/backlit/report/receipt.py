"""How is the receipt of an authority told in words and pictures, whichever face shows it?"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backlit.report import charts
from backlit.report.readable import readable
from backlit.report.text import count, percent

__all__ = ["Line", "group_sentence", "lines", "marks", "shares_chart", "unreached"]

Row = Mapping[str, Any]

#: Bars of the picture; the table below it goes on.
_BARS = 10
#: Shares that two digits of a per cent would show as nothing.
_SEEN = 0.00005


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the sum: a domain with its link, or what is told together. `share` is 0 to 1."""

    share: float
    words: str
    domain: str | None = None
    points: float | None = None
    link: Row | None = None


def lines(row: Row) -> Sequence[Line]:
    """The parts of a receipt from the largest down, then the rest; the shares sum to 1."""
    seen = [part for part in row["parts"] if part["contribution"] >= _SEEN]
    told = [
        Line(part["contribution"], part["name"], part["name"], part["points"], part["evidence"])
        for part in seen
    ]
    others = row["parts_total"] - len(seen)
    if others:
        rest = row["rest"] + sum(
            part["contribution"] for part in row["parts"] if part["contribution"] < _SEEN
        )
        silent = row["groups"] and len(seen) < len(row["parts"])
        words = "1 more domain" if others == 1 else f"{count(others)} more domains"
        told.append(Line(rest, words + (unreached(rest) if silent else "")))
    if row.get("given_to_all"):
        told.append(Line(row["given_to_all"], "given to every domain"))
    return told


def unreached(share: float) -> str:
    """What is said of voters whose shares are too small to show: only exactly nothing is no trust at all."""
    return ", which hardly any trust reaches" if share else ", which no trust reaches"


def shares_chart(told: Sequence[Line], address: Callable[[str], str | None]) -> charts.Svg | None:
    """The first parts as bars of what they bring; None where there is no part. `address` says where the
    links of a domain are listed."""
    parts = [
        charts.Part(
            readable(line.words),
            line.share,
            percent(line.share, 1),
            href=address(line.domain) if line.domain else None,
        )
        for line in told[:_BARS]
    ]
    rest = sum(line.share for line in told[_BARS:])
    if rest:
        parts.append(charts.Part("all others", rest, percent(rest, 1)))
    return charts.bars("Where the authority comes from", parts) if parts else None


def group_sentence(group: Row) -> str:
    """What one group of seeds says, in odds that can be pictured."""
    of = count(group["of"])
    if not group["seeds"]:
        return f"none of its {of} seeds leads here"
    hit = group["hit"]
    odds = f"{percent(hit, 1)} of walks" if hit >= 0.1 else f"1 walk in {count(round(1 / hit))}"
    said = f"{count(group['seeds'])} of {of} seeds lead here, and {odds} from them"
    if group.get("place") is None:
        return said
    return f"{said}; place {count(group['place'])} of {count(group['reached'])} by its word alone"


def marks(row: Row) -> Sequence[str]:
    """What a farm would show in, each known sign as a sentence."""
    signs, mass, told = row["marks"], row["spam_mass"], []
    if row["pagerank_rank"] is not None and row["pagerank_of"]:
        place = count(round(row["pagerank_rank"]))
        told.append(f"Place {place} of {count(row['pagerank_of'])} by plain PageRank.")
    if signs["robust"] is not None:
        few = ": few domains carry it" if signs["few"] else ""
        told.append(
            f"{percent(signs['robust'], 1)} of its PageRank is left if no domain counts for over a "
            f"thousandth{few}."
        )
    if mass is not None:
        whole = "All of its PageRank is accounted for by walks that start at seeds."
        part = f"{percent(mass, 1)} of its PageRank is not accounted for by walks that start at seeds."
        told.append(part if mass > 0.005 else whole)
    if signs["disavowed"]:
        told.append(_distrust(signs))
    return told


def _distrust(signs: Row) -> str:
    lists = f"{count(signs['disavowed'])} disavowed domains of the data"
    if signs["distrust_place"] is None:
        return f"It leads to none of the {lists}."
    ahead = count(signs["distrust_place"] - 1)
    return f"Of {count(signs['distrusted'])} that lead to the {lists}, {ahead} lead there more."
