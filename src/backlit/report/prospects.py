"""How are prospects told: what a kind is called and would need, who was left out, what a link is worth?"""

from collections.abc import Mapping
from typing import Any

from backlit.report.text import count, visible

__all__ = ["KIND_WORDS", "left_out_lines", "needs_lines", "of_each_kind", "site_of", "worth"]

#: Kind → what a row of it is called, and what it is, for whoever meets it for the first time.
KIND_WORDS: Mapping[str, tuple[str, str]] = {
    "broken": (
        "Broken link",
        "Links to dead pages of yours: a redirect brings them back, nobody has to be asked",
    ),
    "lost": ("Lost link", "Links that a later look found gone, from sites that have no other"),
    "mention": ("Mention", "Pages that name you and do not link to you"),
    "replacement": (
        "Replacement",
        "Lists of links that lead to dead pages which one of yours could stand in for",
    ),
    "resource": ("Links page", "Lists of links on your subject"),
    "gap": ("Gap", "Sites that link to rivals and not to you"),
    "author": ("Author", "People whose articles link to several rivals"),
    "partner": ("Partner", "Sites that link to you often, and those that your own pages link to"),
    "guest-post": ("Guest post", "Sites that ask for articles, without a price"),
    "content-idea": ("Content idea", "Pages that earned rivals their links"),
}
_WHY = {
    "already": "linking to you already",
    "own": "of yours or a rival",
    "spam": "reading as spam",
    "unnatural": "reading as sold or swapped",
    "seller": "selling or swapping links",
    "avoid": "to be avoided, as `vet` reads the links of their sites",
    "decided": "decided on before",
    "no mail": "not to be written to",
    "fewer": "linked to by too few",
    "deal": "speaking of paid, followed or swapped links",
    "button": "naming you in a button or a program's name",
    "refuses": "saying that they take none",
    "page gone": "with a page that is gone",
    "not worth asking for": "in comments, hidden or marked as paid",
}


def left_out_lines(query: Mapping[str, Any]) -> list[str]:
    """By kind, who was left out and why."""
    lines = []
    for kind, told in query["kinds"].items():
        parts = [f"{count(number)} {_WHY.get(why, why)}" for why, number in told["left_out"].items()]
        if parts:
            lines.append(f"{KIND_WORDS[kind][0]}: left out {', '.join(parts)}.")
    return lines


def needs_lines(query: Mapping[str, Any]) -> list[str]:
    """By kind, what it would need to be answered, or answered in full."""
    kinds = query["kinds"].items()
    return [f"{KIND_WORDS[kind][0]}: {visible(told['needs'])}" for kind, told in kinds if told["needs"]]


def of_each_kind(query: Mapping[str, Any]) -> str:
    """How many there are of each kind: `2 broken, 65 gap`."""
    return ", ".join(
        f"{count(told['found'])} {kind}" for kind, told in query["kinds"].items() if told["found"]
    )


def worth(row: Mapping[str, Any]) -> str:
    """What a link would be worth, as a range; a dash where nobody can tell."""
    low, high = row["value_low"], row["value_high"]
    if low is None or high is None:
        return "–" if row["value"] is None else f"{row['value']:.0f}"
    return f"{low:.0f}" if f"{low:.0f}" == f"{high:.0f}" else f"{low:.0f}–{high:.0f}"


def site_of(row: Mapping[str, Any]) -> str:
    """The page without its scheme."""
    return visible(row["url"]).removeprefix("https://").removeprefix("http://")
