"""By which names is a site spoken of, and where does a text speak of one?

Names are those that others use in links, and the one in the site's own address; they are looked for in any
case, as words of their own. What is only a part of the name in the address is none: on a link it means the
site, in a text it may be any word.
"""

import re
from collections.abc import Iterable, Sequence

from backlit.score.anchors.classify import anchor_target
from backlit.urls import suffix_of

__all__ = ["is_of_site", "is_said", "names_of", "pattern_of"]

#: Names shorter than this are parts of other words; more names than these say nothing new.
_SHORTEST, _MOST = 4, 8
#: Longest name that is looked for, in characters.
_LONGEST = 60
#: Control characters, and halves of characters, which no text has.
_unprintable = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_address = re.compile(r"^(?:https?://)?(?:www\\.)?[\w-]+(?:\.[\w-]+)+/?", re.IGNORECASE).match
_SCRIPTS = (
    ("Latin", re.compile(r"[a-z\u00c0-\u024f]", re.IGNORECASE)),
    ("Cyrillic", re.compile(r"[\u0400-\u04ff]")),
    ("Greek", re.compile(r"[\u0370-\u03ff]")),
    ("Arabic", re.compile(r"[\u0600-\u06ff]")),
    ("Hebrew", re.compile(r"[\u0590-\u05ff]")),
)


def names_of(domain: str, brands: Iterable[str], given: Sequence[str] = ()) -> tuple[str, ...]:
    """The names of a site, `given` ones alone where there are any: the words of its links that are its name,
    those of most domains first, and the name in its address."""
    known = anchor_target(domain).brand
    told = given or (*(name for name in brands if not known.is_part(name)), domain.partition(".")[0])
    found: dict[str, str] = {}
    for name in told:
        plain = " ".join(_unprintable.sub(" ", name).split()).strip(" .,:;!?\"'()[]|-–—")
        if (
            plain
            and (given or len(plain) >= _SHORTEST)
            and len(plain) <= _LONGEST
            and not (given == () and _address(plain))
        ):
            found.setdefault(plain.lower(), plain)
    return tuple(found.values())[:_MOST]


def pattern_of(names: Sequence[str]) -> str:
    """A pattern of RE2 for lower case that finds any of the names as a word of its own.

    A word ends where its script does: Japanese follows a Latin name without a blank, and Hebrew joins
    prepositions to it.
    """
    return "|".join(_word(name.lower()) for name in sorted(names, key=len, reverse=True))


def _word(name: str) -> str:
    escaped = re.sub(r"([!-/:-@\[-^`{-~])", r"\\\1", name)  # RE2 knows no escape of other characters
    escaped = re.sub(r"\s+", r"[\\s-]+", escaped)
    return f"{_edge(name[0], '^')}{escaped}{_edge(name[-1], '$')}"


def _edge(letter: str, end: str) -> str:
    """What may stand beside a letter of a name: anything but a letter of the same script, or a number."""
    if letter.isdigit():
        return rf"(?:{end}|[^\pN])"
    script = next((name for name, is_of in _SCRIPTS if is_of.match(letter)), None)
    return rf"(?:{end}|[^\p{{{script}}}\pN])" if script else ""


#: Characters beside a name from which on a line says something of it; below that it is a button.
_SAYS, _BUTTON = 10, 90
_shares = re.compile(
    r"\b(?:share|follow|tweet|pin|teilen|folgen|partager|suivez|compartir|compartilhar|condividi|seguici|delen|volg"
    r"|udostępnij|sdílet|dela|del på|jaa|поделиться|シェア|分享|공유)\b",
    re.IGNORECASE,
).search


def is_said(quote: str, names: Sequence[str]) -> bool:
    """Whether a line says something of a name, and is no button to share by, nor the name of a program."""
    low = quote.lower()
    name = next((name for name in names if name.lower() in low), "")
    if len(quote) - len(name) < _SAYS or (len(quote) < _BUTTON and _shares(quote)):
        return False
    return re.search(rf"{re.escape(name.lower())}/\d", low) is None


_address_at = re.compile(r"[\w-]*(?:\.[a-z0-9-]+)+", re.IGNORECASE).match


def is_of_site(quote: str, names: Sequence[str], domain: str) -> bool:
    """Whether a quotation speaks of the site, at one place at least: not of an address that begins alike."""
    low = quote.lower()
    for name in names:
        for found in re.finditer(re.escape(name.lower()), low):
            address = _address_at(low, found.start())
            if address is None or address[0] == domain or not _is_registered(address[0]):
                return True
    return False


def _is_registered(address: str) -> bool:
    """Whether a registry has the ending: `Shop.Then` only ends a sentence."""
    return suffix_of(address.rpartition(".")[2]) == "public"
