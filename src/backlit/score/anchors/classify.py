"""What is an anchor to its target: its name, its address, a keyword, or a mere "click here"?

`classify_anchor` tells of one, `anchor_codes` of many at once; both ask the rules of `rules`, which are
told with their measured error rates in the page on anchors of the documentation.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from backlit.score.anchors.brand import Brand, Name, brand_of
from backlit.score.anchors.evidence import first_part, without_name
from backlit.score.anchors.keywords import Keywords, keywords_of, stems
from backlit.score.anchors.kinds import AnchorClass, AnchorKind, class_name
from backlit.score.anchors.rules import AnchorTarget, Found, judged
from backlit.score.anchors.said import scripts_of_text
from backlit.score.anchors.target import Address, address_of
from backlit.score.anchors.titles import page_name

__all__ = ["anchor_codes", "anchor_target", "classify_anchor", "image_found", "page_of"]


def classify_anchor(
    text: str,
    *,
    target_url: str,
    brand: str | Iterable[str] = (),
    keywords: str | Iterable[str] = (),
    image: bool = False,
    title: str | None = None,
    language: str | None = None,
) -> AnchorClass:
    """The class of one anchor, with the rule that fired.

    `text` is what a person clicks on, of an image (`image=True`) its alternative text. `brand` are names of
    the site and `keywords` phrases that it wants to be found for, beside what its address says; `title` is
    the title of the target page and `language` the tag of the linking page, where they are known. Raises
    UsageError where `target_url` is no web page or domain. The classes follow the order of `AnchorKind`.
    """
    own = (brand,) if isinstance(brand, str) else tuple(brand)
    wanted = (keywords,) if isinstance(keywords, str) else tuple(keywords)
    target = anchor_target(target_url, brand=own, keywords=keywords_of(wanted), title=title)
    found, sub = image_found(text, target, language) if image else (judged(text, target, language), None)
    return AnchorClass(
        class_name(found.kind),
        found.money,
        class_name(sub) if sub is not None else None,
        found.reason,
        found.matched,
        found.norm,
    )


def image_found(
    text: str | None, target: AnchorTarget, language: str | None
) -> tuple[Found, AnchorKind | None]:
    """The class of an image in a link, and that of its alternative text."""
    found = judged(text or "", target, language)
    if found.kind == AnchorKind.EMPTY:
        return Found(AnchorKind.IMAGE_NOALT, False, "an image without alternative text", "", ""), None
    return found._replace(kind=AnchorKind.IMAGE, reason=f"an image; of its text: {found.reason}"), found.kind


def anchor_target(
    url: str,
    *,
    brand: Iterable[str] = (),
    names: Iterable[Name] = (),
    keywords: Keywords | None = None,
    title: str | None = None,
    scripts: frozenset[str] = frozenset(),
) -> AnchorTarget:
    """What anchors to a page are compared with. `brand` are a user's names, `names` those of evidence."""
    address = address_of(url)
    wanted = keywords if keywords is not None else keywords_of()
    return page_of(address, brand_of(address, names, brand), wanted, title, scripts)


def page_of(
    address: Address, brand: Brand, keywords: Keywords, title: str | None, scripts: frozenset[str]
) -> AnchorTarget:
    """The same of parts that are there already."""
    bare = without_name(title, brand.forms) if title else ""
    titled = [stems(text) for text in (bare, first_part(bare))]
    own = scripts | scripts_of_text(title or "")
    return AnchorTarget(address, brand, keywords, page_name(address, titled), own)


def anchor_codes(
    texts: Sequence[str | None],
    target: AnchorTarget,
    *,
    images: Sequence[bool] | None = None,
    languages: Sequence[str | None] | None = None,
) -> tuple[NDArray[np.int8], NDArray[np.bool_]]:
    """The classes (numbers of `AnchorKind`) and money flags of many anchors: int8[n] and bool[n].

    Every different text is judged once. A text that is None is empty. `images` says which of them are
    alternative texts, `languages` the tags of the linking pages; both have the length of `texts`.
    """
    codes = np.empty(len(texts), np.int8)
    money = np.empty(len(texts), np.bool_)
    known: dict[tuple[str | None, bool, str | None], tuple[int, bool]] = {}
    for n, text in enumerate(texts):
        key = (
            text,
            bool(images[n]) if images is not None else False,
            languages[n] if languages is not None else None,
        )
        found = known.get(key)
        if found is None:
            found = known[key] = _code(key, target)
        codes[n], money[n] = found
    return codes, money


def _code(key: tuple[str | None, bool, str | None], target: AnchorTarget) -> tuple[int, bool]:
    text, is_image, language = key
    found = image_found(text, target, language)[0] if is_image else judged(text or "", target, language)
    return int(found.kind), found.money
