"""How is it told who was left out of a gap, and which rivals nobody knows?"""

from collections.abc import Mapping
from typing import Any

from backlit.report.text import count, visible

__all__ = ["left_out_sentence", "links_to", "rivals_from"]

_WHY = {
    "already": "linking to the target already",
    "own": "of the target or a rival",
    "spam": "reading as spam",
    "unnatural": "reading as sold or swapped",
    "fewer": "linking to too few of the rivals",
}


def rivals_from(query: Mapping[str, Any]) -> str:
    """Whose rivals are compared with, where nobody named them in the question."""
    if query["with_from"] != "project":
        return ""
    names = ", ".join(visible(name) for name in query["with"])
    return f"Compared with the rivals of the project {query['project']}: {names}."


def left_out_sentence(query: Mapping[str, Any]) -> str:
    """Who was left out, by the reason, and the rivals that no link in the index leads to."""
    parts = [f"{count(number)} {_WHY[why]}" for why, number in query["left_out"].items() if number]
    said = [f"Left out: {', '.join(parts)}."] if parts else []
    if query["unread"]:
        names = ", ".join(visible(name) for name in query["unread"])
        said.append(f"No page in this index links to {names}: an export, or a crawl, would tell.")
    return " ".join(said)


def links_to(row: Mapping[str, Any]) -> str:
    """To which rivals, and with how many links: `rival.com (3), other.org`."""
    return ", ".join(
        visible(name) + (f" ({count(number)})" if number > 1 else "")
        for name, number in row["links_to"].items()
    )
