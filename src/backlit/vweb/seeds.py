"""Whom could readers of the made-up web trust? Its largest ordinary sites, by what they write about."""

from pathlib import Path
from typing import TYPE_CHECKING

from backlit.vweb.lexicon import TOPICS

if TYPE_CHECKING:
    from backlit.vweb.web import VirtualWeb

__all__ = ["write_seeds"]

_EACH = 4  # sites of a topic: one of them gone bad is a quarter of its group
_HEAD = """# name: made-up seeds
# version: {seed}
#
# Nobody vouches for these but the maker of the web: the largest ordinary sites of each topic, none of
# them in a network, a seller or a scraper. A list for real data names whom you would trust yourself.
"""


def write_seeds(web: "VirtualWeb", path: Path) -> int:
    """Write the list in the form of `backlit rank --seeds`; returns how many domains it names."""
    lines, count = [_HEAD.format(seed=web.seed)], 0
    for topic in TOPICS:
        named = [site.domain for site in web.sites() if (site.kind, site.topic) == ("topical", topic)][:_EACH]
        lines += [f"\n[{topic}]\n", *(f"{domain}\n" for domain in named)] if named else []
        count += len(named)
    path.write_text("".join(lines), encoding="utf-8")
    return count
