"""Who wrote a page, as its by-line says?"""

import re
from collections.abc import Sequence

from backlit.ingest.text import words

__all__ = ["byline_in", "name_in"]

#: Longest name of a person, in characters and in words.
_CHARACTERS, _MOST_WORDS = 60, 5
#: A by-line is a line of its own, not a sentence.
_LINE = 140

#: What stands before the name, in 20 languages. Words that also begin sentences are `_BARE`.
_BEFORE = (
    r"(?:written|posted|published|words|text|story|article|reviewed|edited) (?:and photos )?by"
    r"|(?:geschrieben|verfasst|veröffentlicht|ein (?:beitrag|artikel|gastbeitrag)|text) von|autor(?:in)?\s*:|verfasser(?:in)?\s*:"
    r"|(?:écrit|rédigé|publié|posté|un article) par|auteure?\s*:"
    r"|(?:escrito|publicado|redactado|texto) por|autora?\s*:"
    r"|(?:scritto|pubblicato) da|autore\s*:|(?:geschreven|geplaatst) door|auteur\s*:"
    r"|napisał(?:a)?|autork?a?\s*:|(?:skrivet|skriven|skrevet) av|författare\s*:|kirjoittanut|napsal(?:a)?"
    r"|yazar\s*:?|автор\s*:?|написал(?:а)?|著者\s*[:：]?|執筆\s*[:：]?|文\s*[:／/]|作者\s*[:：]?|글쓴이\s*:?|بقلم\s*:?|كتبه|מאת\s*:?"
)
_BARE = r"by|von|par|por|di|door"
_written = re.compile(rf"^\W*(?:{_BEFORE})\s*(?P<name>\S.*)$", re.IGNORECASE).match
_bare = re.compile(rf"^\W*(?:{_BARE})\s+(?P<name>[^\W\d_].*)$", re.IGNORECASE).match
#: Where a name ends: a date, a separator, another fact.
_end = re.compile(
    r"\s+(?:on|am|le|el|il|op|em|dnia|in|at)\s+\S|[,|·•–—/(\[]|\s-\s|\d|\s+and\s+\d|\.\s|[。、]"
).search
_parts = re.compile(r"[^\W\d_][\w'’.-]*").findall
_PARTICLES = words("van von de der den del della di da dos du la le ten ter bin al el y e und et af zu zum")
_NOBODY = words(
    "admin administrator editor editorial staff team redaktion redaction redazione redactie author webmaster root"
    " user guest unknown anonymous the our us"
)


def name_in(text: str | None) -> str | None:
    """The name in a fact that should be one; None where it is none, or nobody's.

    >>> name_in("Written by Ann Lee."), name_in("https://a.example/ann"), name_in("admin")
    ('Ann Lee', None, None)
    """
    if not text or "://" in text or "@" in text:
        return None
    found = _written(text) or _bare(text)
    return _name(found["name"] if found else text)


def byline_in(lines: Sequence[str]) -> str | None:
    """The name in the first line that is a by-line.

    >>> byline_in(["Tea", "Von Ann Lee, 3. Mai 2026", "Von Hand gepflückt schmeckt er besser."])
    'Ann Lee'
    """
    for line in lines:
        if len(line) > _LINE:
            continue
        found = _written(line)
        if found is None and (found := _bare(line)) is not None and not _is_person(found["name"]):
            found = None
        if found is not None and (name := _name(found["name"])):
            return name
    return None


def _is_person(text: str) -> bool:
    """Whether what follows a bare "by" looks like a name up to its end: words of which each is capitalised."""
    name = _cut(text)
    parts = [part for part in _parts(name) if part.lower() not in _PARTICLES]
    return 2 <= len(parts) <= _MOST_WORDS and all(part[0].isupper() for part in parts)


def _cut(text: str) -> str:
    end = _end(text)
    return text[: end.start()] if end else text


def _name(text: str) -> str | None:
    name = " ".join(_cut(text).split()).strip(" .:;,-–—")
    parts = _parts(name)
    if not parts or len(parts) > _MOST_WORDS or len(name) > _CHARACTERS:
        return None
    return None if {parts[0].lower(), parts[-1].lower()} & _NOBODY else name
