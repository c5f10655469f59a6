"""Which class has an anchor, by which rule, and on what part of it?

The rules are asked in the order of the classes; the first that fires has the say. Each returns what it
fired on, or None. They see words and lists, never a search engine's mind.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from backlit.score.anchors.brand import Brand, Name, initials_of
from backlit.score.anchors.keywords import Keywords
from backlit.score.anchors.kinds import AnchorKind
from backlit.score.anchors.normal import bigrams, fold, fold_german, light_stem, tokens
from backlit.score.anchors.said import Said, scripts_of_host, scripts_of_language, scripts_of_text, take_apart
from backlit.score.anchors.target import Address, labels
from backlit.score.anchors.titles import PageName, is_address_of, is_title_of
from backlit.score.anchors.urltext import address_in
from backlit.score.anchors.words import mask_of, words

__all__ = ["LONG", "AnchorTarget", "Found", "judged"]

#: Words above which an anchor is a sentence.
LONG = 8
_apart = re.compile(r" [-–—|:·•]+ | ?[|·•] ?|: ")
#: Words that say something, in the longest phrase that people search for.
_PHRASE = 5


@dataclass(frozen=True, slots=True)
class AnchorTarget:
    """What anchors are compared with: one page of a target, and the site's names and keywords."""

    address: Address
    brand: Brand
    keywords: Keywords
    #: what the page is called
    page: PageName
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
    marks, name = _covered(said, brand)
    if name is None:
        return _otherwise_named(said, brand)
    rest = [word for word, is_name in zip(said.words, marks, strict=True) if not is_name]
    matched = " ".join(word for word, is_name in zip(said.words, marks, strict=True) if is_name)
    telling = _telling(rest, brand)
    if not telling or _is_official(said, rest, brand):
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


def _covered(said: Said, brand: Brand) -> tuple[list[bool], Name | None]:
    """Which words are a name, in the spelling that makes most of them one."""
    found = brand.cover(said.folded)
    if said.folded is said.words or all(found[0]):
        return found
    others = [brand.cover(said.words), brand.cover([fold_german(word) for word in said.words])]
    return max((found, *others), key=lambda each: sum(each[0]))


def _is_official(said: Said, rest: Sequence[str], brand: Brand) -> bool:
    """Whether a company's legal form ends the text, or a short name stands beside what it is short for."""
    if said.words[-1] in labels()["legal"] and said.length <= LONG:
        return True
    long = [word for word in rest if word not in words().stop]
    return any(initials_of(label, long) for label in brand.labels)


def _otherwise_named(said: Said, brand: Brand) -> Found | None:
    at = brand.inflected(said.folded)
    if at is not None and not _telling([*said.words[:at], *said.words[at + 1 :]], brand):
        return _found(AnchorKind.BRAND, said, "a name with an ending of its language", said.words[at])
    return _spelt_out(said, brand)


def _spelt_out(said: Said, brand: Brand) -> Found | None:
    if said.length > LONG or all(said.idle) or not any(word[0] in brand.letters for word in said.folded):
        return None
    if any(word in words().money or word in words().trade for word in said.words):
        return None  # the words of a label that is a keyword, not a name
    label = _label_of(list(zip(said.words, said.folded, strict=True)), brand)
    if label is not None:
        return _found(AnchorKind.BRAND, said, f"it spells “{label}” of the address", said.norm)
    parts = _apart.split(said.norm)
    for part in (parts[0], parts[-1]) if len(parts) > 1 else ():
        label = _label_of([(word, fold(word) or word) for word in tokens(part)], brand)
        if label is not None:
            why = f"a part of it spells “{label}” of the address; it says more beside it"
            return _found(AnchorKind.BRAND_KEYWORD, said, why, part)
    return None


def _label_of(pairs: Sequence[tuple[str, str]], brand: Brand) -> str | None:
    """The label that words, as they are written and folded, spell out."""
    lists = words()
    says = [folded for word, folded in pairs if word not in lists.stop]
    name = [folded for word, folded in pairs if word not in lists.stop and word not in lists.org]
    return brand.spelt_out([folded for _, folded in pairs], says, name)


def _telling(rest: Sequence[str], brand: Brand) -> list[str]:
    """The words beside a name that say more than what kind of organisation or page it is."""
    lists = words()
    return [
        word
        for word in rest
        if not (word in lists.idle or word in lists.org or word in brand.beside or word.isdecimal())
        and brand.inflected((fold(word),)) is None
    ]


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
    return _commercial(said, target, language) if said.length <= LONG else None


def _commercial(said: Said, target: AnchorTarget, language: str | None) -> Found | None:
    """Words of a buyer that are also the page's own, or that nobody but a buyer says."""
    lists = words()
    spoken = mask_of(language)
    strong = [word for word in said.words if lists.money.get(word, 0) & spoken]
    weak = [word for word in said.words if lists.trade.get(word, 0) & spoken]
    content = _stems(said.content()) if strong or weak else ()
    if len(content) < 2:
        return None
    page = target.page
    share = sum(stem in page.slug or any(stem in of for of in page.titles) for stem in content) / len(content)
    matched = " ".join(strong or weak)
    if share == 1 and len(content) <= _PHRASE:
        return _found(AnchorKind.EXACT, said, "a commercial phrase, and the page's own words", matched, True)
    if strong or (share > 0.5 and len(content) <= _PHRASE):
        return _found(AnchorKind.PARTIAL, said, "a commercial phrase", matched, True)
    return None


# the rest --------------------------------------------------------------------


def _generic(said: Said, target: AnchorTarget, language: str | None) -> Found | None:
    if not said.idle_in or not all(said.idle):
        return None
    if all(len(word) < 2 and word < "\u0370" for word in said.words) or _is_number(said):
        return None
    return _found(AnchorKind.GENERIC, said, "all its words say nothing of the site", said.norm)


def _title(said: Said, target: AnchorTarget, language: str | None) -> Found | None:
    if is_title_of(said, target.page):
        return _found(AnchorKind.TITLE, said, "it is the title of the page", said.norm)
    if is_address_of(said, target.page):
        return _found(AnchorKind.TITLE, said, "it is what the page is called in its address", said.norm)
    return None


def _numeric(said: Said, target: AnchorTarget, language: str | None) -> Found | None:
    if _is_number(said):
        return _found(AnchorKind.NUMERIC, said, "it is a number or a mark", said.norm)
    return None


def _is_number(said: Said) -> bool:
    """Whether a text is a number, a date, or one letter."""
    if not any(map(str.isdigit, said.norm)):
        return len(said.words) == 1 and _is_mark(said.words[0])
    months, stop = labels()["months"], words().stop
    is_date = any(word in months for word in said.words)
    return all(_is_mark(word) or (is_date and word in stop) for word in said.words)


def _is_mark(word: str) -> bool:
    """A number, one with a letter or two to it, a letter of an alphabet, or the name of a month."""
    if word.isdecimal() or word in labels()["months"]:
        return True
    letters = sum(map(str.isalpha, word))
    return letters <= 2 and (letters < len(word) <= 12 or (len(word) == 1 and word < "\u0370"))


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
