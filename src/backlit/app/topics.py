"""How near are the pages that link to what the target is about?

The target is what the titles of its own pages say, a link what the title of its page and the text around it
say, both without the target's name: that a page names it is no likeness. The scale is made of links to
others, in the target's languages. What is not in the index, or in another language, is unknown; so is what
says no language and is written in letters that the target does not use.
"""

import importlib.util
import math
import re
import unicodedata
from collections import Counter

import pyarrow as pa

from backlit.index.contexts import CONTEXT, contexts_elsewhere, own_titles
from backlit.index.profile import Profile
from backlit.index.tables import Index

__all__ = ["method_of_relevance", "relevances"]

#: Texts up to which word vectors are asked, where they are installed: they take ten times as long.
_FEW = 5_000
#: Pages of the target below which nobody can say what it is about.
_FEW_PAGES = 3
#: Letters by which a script is told, and scripts that are written together.
_LOOKED_AT = 400
_SAME = {"HIRAGANA": "CJK", "KATAKANA": "CJK", "KATAKANA-HIRAGANA": "CJK"}
#: Names shorter than this are parts of other words.
_NAME = 4


def method_of_relevance() -> str:
    """How relevance is read here: by "words", or by "words and vectors" where the extra `ml` is installed."""
    return "words" if importlib.util.find_spec("wordllama") is None else "words and vectors"


def relevances(index: Index, profile: Profile, links: pa.Table) -> pa.Array:
    """A number from 0 to 1 for each of some links, given with the columns of CONTEXT; null where unknown."""
    from backlit.score.relevance import Topic
    from backlit.score.relevance.background import background
    from backlit.score.relevance.features import counted, packed

    titles = own_titles(index, profile.version, profile.domain, profile.asked)
    if len(titles) < _FEW_PAGES or not links.num_rows:
        return pa.nulls(links.num_rows, pa.float64())
    languages = {_language(language) for _, language in titles} - {None}
    name = _name(profile.domain)
    scripts = {_script(title) for title, _ in titles} - {None}
    texts = _texts(links, languages, scripts, name)
    distinct = sorted(set(filter(None, texts)))
    others = list(
        filter(
            None,
            _texts(contexts_elsewhere(index, profile.version, profile.domain), languages, scripts, name),
        )
    )
    topic = Topic(
        name.sub(" ", " ".join(title for title, _ in titles)),
        background().with_texts(counted(packed(others)), len(others)),
        others,
        with_vectors=len(distinct) <= _FEW,
    )
    places = dict(zip(distinct, topic.relevance_of(distinct).tolist(), strict=True))
    return pa.array([places.get(text or "", math.nan) for text in texts], pa.float64(), from_pandas=True)


def _texts(
    links: pa.Table, languages: set[str | None], scripts: set[str | None], name: re.Pattern[str]
) -> list[str | None]:
    """What each link's page says; None of one in another language, or in other letters."""
    found: list[str | None] = []
    for language, *parts in zip(*(links[column].to_pylist() for column in CONTEXT), strict=True):
        text = " ".join(part for part in parts if part)
        known = _language(language) in languages if language and languages else _script(text) in scripts
        found.append(name.sub(" ", text) if known else None)
    return found


def _script(text: str) -> str | None:
    """The script of most letters of a text, by its first ones; kana and kanji are one. None without any."""
    letters = [letter for letter in text[:_LOOKED_AT] if letter.isalpha()]
    if not letters:
        return None
    if all(map(str.isascii, letters)):
        return "LATIN"
    names = (unicodedata.name(letter, "?").split(" ", 1)[0] for letter in letters)
    return Counter(_SAME.get(each, each) for each in names).most_common(1)[0][0]


def _language(tag: str | None) -> str | None:
    return tag[:2].lower() if tag else None


def _name(domain: str) -> re.Pattern[str]:
    """The target's name, wherever it stands."""
    label = domain.partition(".")[0]
    return re.compile(re.escape(label) if len(label) >= _NAME else r"(?!)", re.IGNORECASE)
