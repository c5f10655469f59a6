"""In which words is told how widely a profile spreads?"""

from collections.abc import Mapping, Sequence
from typing import Any

from backlit.report.languages import language_name
from backlit.report.text import count, percent, plural, visible

__all__ = ["beside_peers", "dimension", "interval", "number", "peers_sentence", "top"]

Row = Mapping[str, Any]

_NAMES = {
    "all": "All together",
    "domain": "Domains, by their links",
    "ip": "IP addresses",
    "network": "Networks",
    "tld": "Top-level domains",
    "tld_class": "Kinds of top-level domains",
    "country": "Countries, by suffix",
    "language": "Languages",
    "placement": "Places on the page",
    "rel": "What rel says",
    "target_page": "Pages linked to",
    "anchor": "Anchors",
    "first_seen_month": "Months in which links came",
    "owner": "Owners",
    "anchor_class": "Classes of anchors",
    "site_type": "Types of sites",
}


def dimension(row: Row) -> str:
    """The name of a row's dimension for people."""
    name = str(row["dimension"])
    return _NAMES.get(name, name.replace("_", " ").capitalize())


def number(value: float | None) -> str:
    """An effective number: with a decimal while one matters."""
    if value is None:
        return "–"
    return f"{value:.1f}" if value < 100 else count(round(value))


def interval(row: Row) -> str:
    """The interval of an effective number."""
    return "–" if row["ci"] is None else f"{number(row['ci'][0])} to {number(row['ci'][1])}"


def top(row: Row) -> str:
    """The most frequent kind and its share."""
    found = row["top"]
    if found is None:
        return "–"
    value = str(found["value"])
    name = language_name(value) if row["dimension"] == "language" else visible(value)
    return f"{name} {percent(found['votes'], row['known'])}"


def beside_peers(row: Row) -> str:
    """Where the profile stands among its peers."""
    if row["percentile"] is None:
        return "–"
    said = f"wider than {row['percentile']:.0f} %"
    return f"{said}, narrow" if row["narrow"] else said


def peers_sentence(query: Row, rows: Sequence[Row], *, by_name: bool = True) -> str:
    """With whom the profile was compared, or why with nobody; those that were found `by_name` or not."""
    peers = query.get("peers") or []
    if not peers:
        return str(query.get("why") or "There was nothing to compare.")
    narrow = [dimension(row).lower() for row in rows if row["narrow"]]
    how = "that you named" if query.get("peers_named") else "of about its size and language in this index"
    said = f"Compared with {plural(len(peers), 'domain')} {how}"
    if by_name or query.get("peers_named"):
        said += f": {', '.join(map(visible, peers[:5]))}"
        said += f" and {count(len(peers) - 5)} more" if len(peers) > 5 else ""
    said += "."
    if narrow:
        return f"{said} Narrow beside them: {', '.join(narrow)}."
    judged = any(row["narrow"] is False for row in rows)
    return f"{said} Nothing is narrow beside them." if judged else said
