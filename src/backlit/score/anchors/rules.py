"""Which class has an anchor, by which rule, and on what part of it?

The rules are asked in the order of the classes; the first that fires has the say. Each returns what it
fired on, or None. They see words and lists, never a search engine's mind.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from backlit.score.anchors.brand import Brand
from backlit.score.anchors.keywords import Keywords
from backlit.score.anchors.kinds import AnchorKind
from backlit.score.anchors.normal import bigrams, light_stem
from backlit.score.anchors.said import Said, scripts_of_host, scripts_of_language, scripts_of_text, take_apart
from backlit.score.anchors.target import Address
from backlit.score.anchors.urltext import address_in
from backlit.score.anchors.words import words

__all__ = ["LONG", "AnchorTarget", "Found", "judged"]

#: Words above which an anchor is a sentence.
LONG = 8
#: Share of the words of a title that an anchor has to hold, and the other way round.
TITLE_SHARE = 0.8


@dataclass(frozen=True, slots=True)
class AnchorTarget:
    """What anchors are compared with: one page of a target, and the site's names and keywords."""

    address: Address
    brand: Brand
    keywords: Keywords
    #: stems of the page's title, the site's name taken off; empty where it is not known
    title: tuple[str, ...]
    #: stems of the last words of its address
    slug: tuple[str, ...]
    #: scripts of the site, where its pages are known
    scripts: frozenset[str]


class Found(NamedTuple):
    """A class with its evidence."""

    kind: AnchorKind
    money: bool
    reason: str
    matched: str
    norm: str


def judged(text: str, target: AnchorTarget, language: str | None = None) -> Found:
    """The class of a text that a person reads; images are told apart before."""
    stripped = text.strip()
    if not stripped:
        return Found(AnchorKind.EMPTY, False, "there is no text", "", "")
    if ("." in stripped or "/" in stripped or " dot " in stripped) and (
        written := address_in(stripped, target.address)
    ):
        return Found(AnchorKind.NAKED_URL, False, "it is a written address", written, stripped.lower())
    said = take_apart(text, target.brand.forms)
    if not said.words:
        if any(not c.isspace() and c.isprintable() for c in stripped):
            return Found(AnchorKind.NUMERIC, False, "it has signs and no words", stripped, said.norm)
        return Found(AnchorKind.EMPTY, False, "no character of it can be seen", "", "")
    for rule in _RULES:
        if (found := rule(said, target, language)) is not None:
            return found
    if said.length > LONG:
        return _found(AnchorKind.LONG, said, f"it has {said.length} words", said.norm)
    return _found(AnchorKind.OTHER, said, "no rule fits", said.norm)


def _found(kind: AnchorKind, said: Said, reason: str, matched: str, money: bool = False) -> Found:
    return Found(kind, money, reason, matched, said.norm)


# brand -----------------------------------------------------------------------


def _brand(said: Said, target: AnchorTarget, language: str | None) -> Found | None:
    brand = target.brand
    marks, name = brand.cover(said.folded)
    if name is None and said.folded is not said.words:
        marks, name = brand.cover(said.words)
    if name is None:
        return _spelt_out(said, brand)
    rest = [word for word, is_name in zip(said.words, marks, strict=True) if not is_name]
    matched = " ".join(word for word, is_name in zip(said.words, marks, strict=True) if is_name)
    telling = [word for word in rest if not _stands_beside(word, brand)]
    if not telling:
        return _found(AnchorKind.BRAND, said, f"“{name.text[:60]}” is {name.why}", matched)
    if said.length > LONG:
        return None
    money = _sells(rest) or (bool(target.keywords) and target.keywords.of(_stems(telling))[0] is not None)
    return _found(
        AnchorKind.BRAND_KEYWORD,
        said,
        f"“{name.text[:60]}” is {name.why}; it says more beside it",
        matched,
        money,
    )


def _spelt_out(said: Said, brand: Brand) -> Found | None:
    joining = [word in words().stop or word in words().org for word in said.words]
    if all(said.idle):
        return None
    label = brand.spelt_out(said.folded, joining)
    if label is None:
        return None
    return _found(AnchorKind.BRAND, said, f"it spells “{label}” of the address", said.norm)


def _stands_beside(word: str, brand: Brand) -> bool:
    lists = words()
    return word in lists.idle or word in lists.org or word in brand.beside or word.isdecimal()


def _sells(found: Sequence[str]) -> bool:
    lists = words()
    return any(word in lists.money for word in found) or sum(word in lists.trade for word in found) > 1


# keywords --------------------------------------------------------------------


def _keyword(said: Said, target: AnchorTarget, language: str | None) -> Found | None:
    if target.keywords and not all(said.idle):
        keyword, is_whole = target.keywords.of(_stems(said.content()))
        if keyword is not None:
            kind = AnchorKind.EXACT if is_whole else AnchorKind.PARTIAL
            how = "it is" if is_whole else "it holds half or more of"
            return _found(
                kind, said, f"{how} the keyword “{keyword.text[:60]}”: {keyword.why}", said.norm, True
            )
    return _commercial(said, target) if said.length <= LONG else None


def _commercial(said: Said, target: AnchorTarget) -> Found | None:
    """Words of a buyer that are also the page's own, or that nobody but a buyer says."""
    lists = words()
    strong = [word for word in said.words if word in lists.money]
    weak = [word for word in said.words if word in lists.trade]
    content = _stems(said.content())
    if not (strong or weak) or len(content) < 2:
        return None
    known = {*target.slug, *target.title}
    share = sum(stem in known for stem in content) / len(content)
    matched = " ".join(strong or weak)
    if share == 1 and len(content) <= 5:
        return _found(AnchorKind.EXACT, said, "a commercial phrase, and the page's own words", matched, True)
    if strong or (share >= 0.5 and len(content) <= 5):
        return _found(AnchorKind.PARTIAL, said, "a commercial phrase", matched, True)
    return None


# the rest --------------------------------------------------------------------


def _generic(said: Said, target: AnchorTarget, language: str | None) -> Found | None:
    if (
        not said.idle_in
        or not all(said.idle)
        or all(len(word) < 2 and word < "\u0370" for word in said.words)
    ):
        return None
    if all(word.isdecimal() for word in said.words):
        return None
    return _found(AnchorKind.GENERIC, said, "all its words say nothing of the site", said.norm)


def _title(said: Said, target: AnchorTarget, language: str | None) -> Found | None:
    content = set(_stems(said.content()))
    if not content:
        return None
    if target.title and _overlap(content, set(target.title)) >= TITLE_SHARE:
        return _found(AnchorKind.TITLE, said, "it is the title of the page", said.norm)
    slug = set(target.slug)
    shared = _shared(content, slug)
    if slug and shared >= TITLE_SHARE * len(content) and shared >= len(slug) / 2:
        return _found(AnchorKind.TITLE, said, "it is what the page is called in its address", said.norm)
    return None


def _overlap(a: set[str], b: set[str]) -> float:
    return _shared(a, b) / max(len(a), len(b))


def _shared(a: set[str], b: set[str]) -> int:
    """How many words of `a` are in `b`, endings aside."""
    return sum(word in b or any(_are_forms(word, other) for other in b) for word in a)


def _are_forms(a: str, b: str) -> bool:
    """Whether two stems are one word with two endings: they begin alike up to a third of their letters."""
    most = max(len(a), len(b))
    return (
        min(len(a), len(b)) >= 4
        and most - min(len(a), len(b)) <= 3
        and a[: most - 3] == b[: most - 3]
        and most > 5
    )


def _numeric(said: Said, target: AnchorTarget, language: str | None) -> Found | None:
    is_mark = [(len(word) <= 12 and any(map(str.isdigit, word))) or len(word) == 1 for word in said.words]
    if all(is_mark) and not any(word >= "\u0370" for word in said.words):
        return _found(AnchorKind.NUMERIC, said, "it is a number or a mark", said.norm)
    return None


def _foreign(said: Said, target: AnchorTarget, language: str | None) -> Found | None:
    own = scripts_of_text(said.norm)
    home = scripts_of_language(language)
    if not own or home is None:
        return None
    strange = own - home - target.scripts - scripts_of_host(target.address.url.host)
    if strange != own:
        return None
    return _found(
        AnchorKind.FOREIGN_SCRIPT, said, f"{', '.join(sorted(own))} on a page without it", said.norm
    )


def _stems(found: Sequence[str]) -> tuple[str, ...]:
    return tuple(
        light_stem(word) for word in (found if all(map(str.isascii, found)) else bigrams(list(found)))
    )


_RULES: tuple[Callable[[Said, AnchorTarget, str | None], Found | None], ...] = (
    _brand,
    _keyword,
    _generic,
    _title,
    _numeric,
    _foreign,
)
