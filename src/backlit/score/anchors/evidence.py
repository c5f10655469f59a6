"""How is a site called, by itself and by others?

Three sources, each kept with what was seen: the address (see `brand`), the titles of its own pages,
which carry the site's name at one end, and the anchors of others. An anchor counts as a name where
several domains use it and it is kin to the domain: it holds the label, or the label begins with it, or
spells its initials. So `Süddeutsche Zeitung` of sueddeutsche.de becomes a name, and `read more` never.
"""

import re
from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence

from backlit.score.anchors.brand import Name
from backlit.score.anchors.normal import fold, fold_german, length, normalise, tokens
from backlit.score.anchors.target import address_of
from backlit.score.anchors.words import words

__all__ = ["first_part", "found_names", "names_in_anchors", "names_in_titles", "without_name"]

#: Domains that have to use an anchor before it can be a name, and titles that have to carry one.
LEAST_DOMAINS = 2
LEAST_TITLES = 2
#: Share of titles that carry the site's name.
TITLE_SHARE = 0.3
#: Words of the longest name.
MOST_WORDS = 6
#: Titles and anchors that are looked at.
MOST = 200_000
_TITLE = 300

_PARTS = re.compile(r"\s+[|–—·•:»«/-]+\s+|\s*[|·•»]\s*|:\s+|\s*[_丨｜]\s*")


def found_names(
    domain: str, titles: Iterable[str] = (), anchors: Mapping[str, int] | None = None
) -> tuple[Name, ...]:
    """The names of a site by evidence: the titles of its pages, and anchors with their number of domains."""
    told = (*names_in_titles(domain, titles), *names_in_anchors(domain, anchors or {}))
    seen: dict[str, Name] = {}
    for name in told:
        seen.setdefault(normalise(name.text), name)
    return tuple(seen.values())


def names_in_titles(domain: str, titles: Iterable[str]) -> tuple[Name, ...]:
    """What stands at the same end of many titles of one site."""
    counted: Counter[str] = Counter()
    shown: dict[str, str] = {}
    number = 0
    for title in dict.fromkeys(title for title, _ in zip(titles, range(MOST), strict=False) if title):
        number += 1
        parts = _parts(title)
        for part in {parts[0], parts[-1]} if len(parts) > 1 else ():
            norm = normalise(part)
            if _may_name(norm):
                counted[norm] += 1
                shown.setdefault(norm, part.strip())
    return tuple(
        Name(shown[norm], f"in {times} of {number} titles of {domain}")
        for norm, times in counted.most_common(3)
        if times >= max(LEAST_TITLES, TITLE_SHARE * number)
    )


def names_in_anchors(domain: str, anchors: Mapping[str, int]) -> tuple[Name, ...]:
    """Anchors that several domains use and that are kin to the domain, the most used first."""
    address = address_of(domain)
    label = "".join(fold(word) for word in tokens(normalise(address.owner)))
    heads = {fold_german(label), label}
    ranked = sorted(anchors.items(), key=lambda item: (-item[1], item[0]))[:MOST]
    found: list[Name] = []
    for text, domains in ranked:
        if domains < LEAST_DOMAINS or len(found) == 8:
            break
        norm = normalise(text)
        if _may_name(norm) and any(_is_kin(norm, head) for head in heads):
            found.append(Name(text.strip(), f"what {domains} domains call {domain}"))
    return tuple(found)


def _may_name(norm: str) -> bool:
    found = tokens(norm)
    lists = words()
    if not found or length(norm) > MOST_WORDS or "." in norm or "/" in norm:
        return False
    says = [word for word in found if word not in lists.idle]
    return bool(says) and not any(word in lists.money for word in says)


def _is_kin(norm: str, label: str) -> bool:
    """Whether a text holds the label whole, with no more words than a name has beside it."""
    if len(label) < 3:
        return False
    for folded in (fold, fold_german):
        said = [folded(word) for word in tokens(norm)]
        if label in _runs(said):
            rest = [word for word in tokens(norm) if word not in words().org and word not in words().stop]
            return len(rest) <= 3
    return False


def _runs(said: Sequence[str]) -> set[str]:
    return {"".join(said[a:b]) for a in range(len(said)) for b in range(a + 1, len(said) + 1)}


def _parts(title: str) -> list[str]:
    """What stands between the bars, dashes and colons of a title; spaces are folded first, since the
    expression would look at each of a run anew."""
    return [part for part in _PARTS.split(" ".join(title[:_TITLE].split())) if part.strip()]


def first_part(title: str) -> str:
    """What stands before the first bar, dash or colon of a title."""
    return next(iter(_parts(title)), "")


def without_name(title: str, names: Container[str]) -> str:
    """A title without the part at an end that is the site's name."""
    parts = _parts(title)
    if len(parts) < 2:
        return title
    kept = [part for part in parts if "".join(map(fold, tokens(normalise(part)))) not in names]
    return " | ".join(kept) if kept else title
