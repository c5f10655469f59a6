"""How do sentences, paragraphs and links in running text come about?"""

from dataclasses import replace

from backlit.vweb.draw import Draw
from backlit.vweb.lexicon import LINKED, NOUNS, PLAIN
from backlit.vweb.life import Life
from backlit.vweb.scene import Link, Para

__all__ = ["at", "headline", "linked", "plain", "sentence", "shy"]

_NOFOLLOWED = ("nofollow", "NoFollow noopener", "noopener  nofollow", "EXTERNAL nofollow")


def sentence(draw: Draw, language: str, topic: str) -> str:
    nouns = NOUNS[language][topic]
    a = draw.below(len(nouns))
    b = (a + 1 + draw.below(len(nouns) - 1)) % len(nouns)
    n = 3 + draw.below(90)
    text = draw.pick(PLAIN[language]).format(a=nouns[a], b=nouns[b], n=n)
    return text[:1].upper() + text[1:]


def plain(draw: Draw, language: str, topic: str, sentences: int = 2) -> Para:
    return Para("p", tuple(sentence(draw, language, topic) + " " for _ in range(sentences)))


def linked(draw: Draw, language: str, topic: str, link: Link | None) -> Para:
    """A paragraph with a link in its second sentence, or without when the link is not there.

    It draws the same numbers either way, so that the rest of the page stays as it was.
    """
    first = sentence(draw, language, topic)
    nouns = NOUNS[language][topic]
    a, b, n = draw.pick(nouns), draw.pick(nouns), 3 + draw.below(90)
    before, _, after = draw.pick(LINKED[language]).partition("{link}")
    if link is None:
        return Para("p", (first,))
    words = {"a": a, "b": b, "n": n}
    return Para("p", (f"{first} {before.format(**words)}", link, after.format(**words)))


def headline(text: str, tag: str = "h2") -> Para:
    return Para(tag, (text,))


def shy(draw: Draw) -> str:
    """A rel attribute that asks not to be followed, as different programs write it."""
    return draw.pick(_NOFOLLOWED)


def at(link: Link, life: Life, crawl: int) -> Link | None:
    """The link as it stands at a crawl; None when it is not there (yet, or any more)."""
    if not life.holds(crawl):
        return None
    change = life.changed(crawl)
    if change == "anchor" and not link.image:
        return replace(link, anchor=f"{link.anchor} 2026")
    if change == "rel":
        return replace(link, rel=f"{link.rel} nofollow".strip())
    return link
