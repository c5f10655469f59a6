"""What does a link itself show: is it hidden, paid for, placed in a template, left by a passer-by?"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from backlit.index.filters.known import SITEWIDE_LINKS
from backlit.model import Hidden, Placement, Rel
from backlit.score import cues
from backlit.score.batch import Batch
from backlit.score.checks.check import Check, Strength, count, told, value, words
from backlit.score.crowd import TEMPLATE
from backlit.score.numbers import Bools, Floats, has, known, ramp

__all__ = ["CHECKS"]

_STYLES = (
    *(Hidden.DISPLAY_NONE, Hidden.VISIBILITY, Hidden.OPACITY, Hidden.ZERO_SIZE, Hidden.CLIP),
    Hidden.HIDDEN_ATTRIBUTE,
)
_HIDDEN_IN_WORDS = {
    Hidden.DISPLAY_NONE: "not displayed",
    Hidden.VISIBILITY: "made invisible",
    Hidden.OPACITY: "transparent",
    Hidden.ZERO_SIZE: "without any size",
    Hidden.CLIP: "cut away",
    Hidden.HIDDEN_ATTRIBUTE: "marked as hidden",
}


def _hidden(*ways: Hidden) -> Strength:
    codes = [int(way) for way in ways]

    def strength(batch: Batch) -> Floats:
        hidden = batch.number("hidden")
        return np.where(np.isnan(hidden), np.nan, np.isin(hidden, codes).astype(float))

    return strength


def _by_style(*ways: Hidden) -> Strength:
    def strength(batch: Batch) -> Floats:
        return _hidden(*ways)(batch) * _meant(batch)

    return strength


def _meant(batch: Batch) -> Floats:
    """Of 1,400 links on 2,000 well-kept sites that styles hide, nearly all were in menus that open, in tabs
    and notices: alone it is a remark. Who hides words that sell hides them from readers."""
    frame = np.nan_to_num(batch.placed(*TEMPLATE)) == 1
    opens = batch.number("hidden") == int(Hidden.HIDDEN_ATTRIBUTE)
    quiet = np.where(frame, 0.05, 0.25)
    told = np.where(frame | opens, 0.5, 1.0)
    return np.where(batch.sells >= 0.5, told, quiet)


def _off_screen(batch: Batch) -> Floats:
    """Links to skip the menu stand off the screen, too, but lead to the page itself."""
    frame = np.nan_to_num(batch.placed(*TEMPLATE)) == 1
    return _hidden(Hidden.OFF_SCREEN)(batch) * np.where(batch.sells >= 0.5, 1.0, np.where(frame, 0.1, 0.4))


def _how(batch: Batch, row: int) -> Mapping[str, Any]:
    code = count(batch.number("hidden")[row])
    way = _HIDDEN_IN_WORDS.get(Hidden(code), Hidden(code).name.lower()) if code is not None else None
    return {"hidden": way, "anchor": value(batch.links.text("anchor"), row)}


def _dot(batch: Batch) -> Floats:
    """A point or a stroke to click on, or an image of one pixel; icons have no text either, and are no
    sign."""
    small = _hidden(Hidden.TINY_IMAGE)(batch)
    mark = has(batch.links.text("anchor"), r"^\s*[.,;:'`´\-–—_|·•]\s*$")
    return np.where(mark, 1.0, small)


def _placed_keyword(*places: Placement) -> Strength:
    def strength(batch: Batch) -> Floats:
        return batch.placed(*places) * batch.sells * batch.unqualified

    return strength


def _sitewide(batch: Batch) -> Floats:
    repeated = ramp(batch.crowd.template_links, SITEWIDE_LINKS / 4, SITEWIDE_LINKS)
    frame = batch.placed(Placement.NAV, Placement.HEADER, Placement.FOOTER, Placement.SIDEBAR)
    return repeated * frame * batch.sells * batch.unqualified


def _widget(batch: Batch) -> Floats:
    frame = batch.placed(Placement.FOOTER, Placement.SIDEBAR)
    return ramp(batch.crowd.anchor_places, 5.0, 20.0) * frame * batch.sells * batch.unqualified


def _guest(batch: Batch) -> Floats:
    said = batch.near(cues.GUEST) | batch.titled(cues.GUEST)
    author = np.nan_to_num(batch.placed(Placement.AUTHOR)) == 1
    found = (said | author) * batch.sells * batch.unqualified
    return np.where(batch.has_words | author, found, np.nan)


def _paid(batch: Batch) -> Bools:
    label = has(batch.before, cues.PAID_LABEL)
    said = batch.near(cues.PAID) | label | batch.titled(cues.PAID) | batch.titled(cues.PAID_TITLE)
    return said | batch.addressed(cues.PAID_PATH)


def _undeclared(batch: Batch) -> Floats:
    """A page that says it is paid for and a link that passes as a vote; half as sure where rel is unread."""
    in_text = np.nan_to_num(batch.placed(Placement.CONTENT, Placement.AUTHOR), nan=0.7)
    return np.where(batch.has_words, _paid(batch) * batch.unqualified * np.maximum(in_text, 0.3), np.nan)


def _seller(batch: Batch) -> Floats:
    found = batch.near(cues.SELLER) | batch.titled(cues.SELLER)
    return np.where(batch.has_words, found * batch.unqualified, np.nan)


def _affiliate(batch: Batch) -> Floats:
    return has(batch.target_url, cues.AFFILIATE) * batch.unqualified


def _passer_by(batch: Batch, seen: Bools | Floats) -> Floats:
    """What a passer-by left: fully with words that sell, less without, least with a name or an address."""
    words_of = np.where(batch.sells >= 0.5, 1.0, np.where(batch.crowd.names == 1, 0.1, 0.2))
    return np.asarray(seen, float) * words_of


def _comment(batch: Batch) -> Floats:
    """A name under a comment that the site marks as a reader's is what comments are made of."""
    plain = has(batch.links.text("anchor"), r"^\pL[\pL'’. -]{1,39}$") & (batch.sells < 0.5)
    marked = np.nan_to_num(batch.qualified) == 1
    return np.where(plain & marked, 0.0, _passer_by(batch, batch.placed(Placement.COMMENT)))


def _forum(batch: Batch) -> Floats:
    """A signature or a member's page with words that sell; in a thread only what lives on spam is told from
    talk. Comments have a marker of their own."""
    elsewhere = ~(np.nan_to_num(batch.placed(Placement.COMMENT)) == 1)
    own = batch.signed | batch.addressed(cues.PROFILE)
    thread = batch.addressed(cues.FORUM) * np.where(batch.in_spam_trade, 1.0, 0.3)
    found: Floats = np.where(own, 1.0, thread) * elsewhere * (batch.sells >= 0.5)
    return found


def _guestbook(batch: Batch) -> Floats:
    seen = batch.titled(cues.GUESTBOOK) | batch.addressed(cues.GUESTBOOK)
    return np.where(known(batch.title), np.maximum(_passer_by(batch, seen), 0.5 * seen), np.nan)


def _directory(batch: Batch) -> Floats:
    """A list that takes anybody in: the more links it has, the surer."""
    seen = batch.titled(cues.DIRECTORY) | batch.addressed(cues.DIRECTORY)
    size = np.nan_to_num(ramp(batch.number("external_links"), 10.0, 100.0), nan=0.5)
    return np.where(known(batch.title), seen * np.maximum(size, 0.4), np.nan)


def _several(batch: Batch) -> Floats:
    return (
        ramp(batch.crowd.page_links, 2.0, 3.0) * ramp(batch.crowd.page_money, 1.0, 2.0) * (batch.sells >= 0.5)
    )


def _later(batch: Batch) -> Floats:
    """A page that had been read without the link, in whose text it appeared with words that sell."""
    came = ~np.isnan(batch.number("absent_at"))
    return came * np.nan_to_num(batch.placed(Placement.CONTENT)) * batch.sells * batch.unqualified


_ANCHOR = told(anchor=lambda batch: batch.links.text("anchor"))
_NEAR = (
    lambda batch: batch.before,
    lambda batch: batch.after,
    lambda batch: batch.title,
    lambda batch: batch.source_url,
)
_ADDRESS = (lambda batch: batch.title, lambda batch: batch.source_url)


def _paid_words(batch: Batch, row: int) -> Mapping[str, Any]:
    for pattern, readers in (
        (cues.PAID, _NEAR),
        (cues.PAID_LABEL, _NEAR[:1]),
        (cues.PAID_TITLE, _NEAR[2:3]),
        (cues.PAID_PATH, _NEAR[3:]),
    ):
        found = words(pattern, *readers)(batch, row)
        if found["words"]:
            return found
    return {"words": None, "text": None}


CHECKS = (
    Check("B1", _by_style(*_STYLES), _how),
    Check("B2", _off_screen, _how),
    Check("B3", _by_style(Hidden.SAME_COLOUR), _how),
    Check("B4", _dot, told(words=lambda batch: batch.links.text("anchor"))),
    Check("B5", _hidden(Hidden.NOSCRIPT), _how),
    Check("B7", _placed_keyword(Placement.FOOTER), _ANCHOR),
    Check(
        "B8",
        _sitewide,
        told(links=lambda batch: batch.crowd.template_links, anchor=lambda batch: batch.links.text("anchor")),
    ),
    Check("B9", _placed_keyword(Placement.SIDEBAR, Placement.RELATED), _ANCHOR),
    Check(
        "B10",
        _widget,
        told(
            domains=lambda batch: batch.crowd.anchor_places, anchor=lambda batch: batch.links.text("anchor")
        ),
    ),
    Check("B11", _guest, _ANCHOR),
    Check("B12", _undeclared, _paid_words),
    Check(
        "B13",
        lambda batch: batch.bits("rel", int(Rel.SPONSORED)),
        told(rel=lambda batch: batch.number("rel")),
    ),
    Check("B14", _seller, words(cues.SELLER, *_NEAR)),
    Check("B15", _affiliate, words(cues.AFFILIATE, lambda batch: batch.target_url)),
    Check("B16", _comment, _ANCHOR),
    Check(
        "B17",
        _forum,
        told(anchor=lambda batch: batch.links.text("anchor"), page=lambda batch: batch.source_url),
    ),
    Check("B18", _guestbook, words(cues.GUESTBOOK, *_ADDRESS)),
    Check("B19", _directory, words(cues.DIRECTORY, *_ADDRESS)),
    Check(
        "B20",
        _several,
        told(links=lambda batch: batch.crowd.page_links, money=lambda batch: batch.crowd.page_money),
    ),
    Check("B21", _later, _ANCHOR),
)
