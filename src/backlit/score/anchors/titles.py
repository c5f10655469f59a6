"""Does an anchor cite the page: by its title, or by what the page is called in its address?"""

from collections.abc import Collection, Iterable, Mapping, Set
from dataclasses import dataclass

from backlit.score.anchors.keywords import stems_of
from backlit.score.anchors.normal import bigrams, fold_german, light_stem
from backlit.score.anchors.said import Said
from backlit.score.anchors.target import Address
from backlit.score.anchors.words import words

__all__ = ["PageName", "is_address_of", "is_title_of", "page_name"]

#: Share of the words of a text that have to be in the title or the address.
SHARE = 0.8
_HEAD = 3  # letters in which two forms of a word begin alike at least


@dataclass(frozen=True, slots=True)
class PageName:
    """What a page is called, in stems."""

    #: of the title without the site's name, and of its first part; none where it is not known
    titles: tuple[Set[str], ...]
    #: of the last part of the path that has words, those that say nothing aside; and of the query
    slug: Set[str]
    query: Set[str]
    #: of all parts of the address
    around: Set[str]
    #: last part and query, each in one piece
    squeezed: frozenset[str]
    #: how the words of title and address begin
    heads: Mapping[str, tuple[str, ...]]


def page_name(address: Address, titles: Iterable[Iterable[str]] = ()) -> PageName:
    """What a page is called by its address, and by the stems of what its title is or begins with."""
    around = _all_stems((*address.path_words, *address.beside, address.owner))
    called = tuple(dict.fromkeys(filter(None, map(frozenset, titles))))
    titled = frozenset(word for title in called for word in title)
    heads: dict[str, list[str]] = {}
    for word in sorted(around | titled):
        heads.setdefault(word[:_HEAD], []).append(word)
    pieces = map("".join, (address.slug, address.query))
    return PageName(
        called,
        _telling(address.slug),
        _telling(address.query),
        around,
        frozenset(piece for piece in pieces if len(piece) > _HEAD),
        {head: tuple(found) for head, found in heads.items()},
    )


def _telling(found: Iterable[str]) -> frozenset[str]:
    """The stems of words that say something, or of all of them where none does."""
    known = tuple(found)
    says = [word for word in known if not word.isdecimal() and word not in words().idle]
    return _all_stems(says or known)


def _all_stems(found: Iterable[str]) -> frozenset[str]:
    return frozenset(light_stem(word) for word in bigrams(list(found)))


def is_title_of(said: Said, page: PageName) -> bool:
    """Whether the text and the page's title have four fifths of the longer one's words in common."""
    content = set(stems_of(said.plain)) if page.titles else ()
    return bool(content) and any(
        _shared(content, title, page) >= SHARE * max(len(content), len(title)) for title in page.titles
    )


def is_address_of(said: Said, page: PageName) -> bool:
    """Whether four fifths of the words are in the address, and half of what its last part says among them."""
    if page.squeezed and "".join(said.folded) in page.squeezed:
        return True
    is_ascii = said.norm.isascii()
    if is_ascii and not any(word[:_HEAD] in page.heads for word in said.plain):
        return False
    if _is_called(set(stems_of(said.plain)), page):
        return True
    return not is_ascii and _is_called({light_stem(fold_german(word)) for word in said.plain}, page)


def _is_called(content: Set[str], page: PageName) -> bool:
    generic = words().generic
    telling = {word for word in content if not word.isdecimal() and word not in generic} or content
    if not telling or _shared(telling, page.around, page) < SHARE * len(telling):
        return False
    if page.slug and _held(page.slug, telling):
        return True
    return bool(page.query) and len(telling) > 1 and _held(page.query, telling)


def _held(part: Set[str], telling: Set[str]) -> bool:
    """Whether half of a part's words are among others."""
    return 2 * sum(
        word in telling or any(_are_forms(word, each) for each in telling) for word in part
    ) >= len(part)


def _shared(content: Collection[str], of: Set[str], page: PageName) -> int:
    """How many words are in the title, or in the address, endings aside."""
    return sum(
        word in of or any(each in of and _are_forms(word, each) for each in page.heads.get(word[:_HEAD], ()))
        for word in content
    )


def _are_forms(a: str, b: str) -> bool:
    """Whether two stems are one word with two endings: they begin alike but for three letters at most."""
    most, least = max(len(a), len(b)), min(len(a), len(b))
    return least > _HEAD and most > 5 and most - least <= 3 and a[: most - 3] == b[: most - 3]
