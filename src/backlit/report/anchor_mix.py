"""In which sentences is told how the domains that link call a site?"""

from collections.abc import Mapping
from typing import Any

from backlit.report.text import count, percent, plural, visible

__all__ = ["told"]

#: The classes in words, as what so many of the domains do; the rest is counted together.
_WORDS = {
    "brand": "call the site by its name",
    "naked-url": "by its address",
    "title": "by the title of a page",
    "generic": "in words like “click here”",
    "image": "with an image",
    "brand+keyword": "by its name and more",
    "exact": "in a keyword, word for word",
    "partial": "in a commercial phrase",
}
_FEWEST = 5  # domains of which shares are told


def told(mix: Mapping[str, Any], judged: str | None) -> list[str]:
    """The mix in two or three sentences; `judged` is the last."""
    domains = mix["domains"]
    if domains < _FEWEST:
        return [
            f"{plural(domains, 'domain')} {'links' if domains == 1 else 'link'} here: too few for shares."
        ]
    shown = [each for each in mix["classes"] if each["name"] in _WORDS and each["share"] * domains >= 1][:4]
    parts = [f"{percent(each['share'], 1)} {_WORDS[each['name']]}" for each in shown]
    said = [f"Of {count(domains)} domains {', '.join(parts)}."] if parts else []
    said.append(
        f"{percent(mix['money']['share'], 1)} use words of a buyer. "
        f"There {'is' if mix['wordings'] == 1 else 'are'} {plural(mix['wordings'], 'wording')}, "
        f"as varied as {count(round(mix['effective']))} used equally often."
    )
    if mix["top"]:
        most = visible(mix["top"]["anchor"])[:80]
        said[-1] += f" The most used that is no name is “{most}”."
    return [*said, judged] if judged else said
