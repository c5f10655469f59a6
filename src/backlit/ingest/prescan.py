"""Would the parser take a page longer than it is worth?

Lexbor is linear on what people write and quadratic on three things that attackers write: deep nesting
(0.5 MB of `<div>` takes 10 s), attributes of one tag (200,000 take over 30 s) and formatting elements
that the standard opens again in every paragraph (33 kB became 4 million nodes and 1.4 GB). Nothing can
stop it once it runs, so a page is looked at first. Cheap counts clear nearly every page; the others
are tokenised, in linear time, and their work is added up.
"""

import re
from collections import Counter

import numpy as np
import numpy.typing as npt

__all__ = ["refusal"]

#: Fewer tags than this cannot nest deep enough to matter: 20,000 nested `<ul><li>` take 0.4 s.
DEEP_TAGS = 20_000
#: Sum of the depths of all tags; 10^8 takes the parser about 0.3 s.
DEPTH_WORK = 10**8
#: Fewer tags than this cannot open enough formatting elements again.
FORMATTING_TAGS = 1_200
#: Elements that may be opened again; each costs about 350 bytes and 0.3 µs.
REBUILT = 200_000
#: Equal elements that are opened again; the standard forgets the others ("Noah's Ark clause").
COPIES = 3
#: Sum of the squares of the attributes per tag; 4·10^8 take the parser about 0.5 s.
ATTRIBUTE_WORK = 4 * 10**8
#: Pages up to this size cannot hold enough attributes: 32,000 take the parser 1.4 s.
SMALL_PAGE = 128 << 10
#: In a page of so many bytes, tags must be longer than this / size to take more than that together.
TAG_BYTES = 1 << 34
#: The share of a long tag that is looked at first.
GLANCE = 256


def _names(text: bytes) -> frozenset[bytes]:
    return frozenset(text.split())


_FORMATTING = _names(b"b big code em font i s small strike strong tt u")
#: Elements that have no content, or end where the next of their kind starts.
_SHALLOW = _names(
    b"area base br col embed hr img input link meta param source track wbr"
    b" p li dd dt option optgroup tr td th tbody thead tfoot colgroup body html head rp rt a form nobr"
)
_RAW = _names(b"script style textarea title xmp iframe noembed noframes")


def _any_case(name: bytes) -> bytes:
    """A pattern for a name in any case; IGNORECASE would cost the fast search for its first bytes."""
    return b"".join(b"[%c%c]" % (code, code - 32) for code in name)


_raw_ends = {name: re.compile(b"</" + _any_case(name) + rb"(?=[\s/>])").search for name in _RAW}
_tag = re.compile(rb"<(?:(/?)([a-zA-Z][^\s/>]*+)|!--)").search
_ATTRIBUTE = rb"=?[^\s/>=]++(?:\s*+=\s*+(?:\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z)|[^\s>\"'][^\s>]*+)?+)?+|="
_attributes = re.compile(_ATTRIBUTE).findall
_attribute_run = re.compile(rb"(?:[\s/]++|" + _ATTRIBUTE + rb")*+").match


_formatting = re.compile(rb"<(?i:b|i|s|u|em|tt|big|code|font|small|strong|strike)[\s/]").findall


def _beginnings() -> npt.NDArray[np.bool_]:
    """Which two bytes after `<` may begin a formatting element with attributes."""
    table = np.zeros(1 << 16, np.bool_)
    for name in _FORMATTING:
        for first in (name[0], name[0] - 32):
            second = (name[1], name[1] - 32) if len(name) > 1 else tuple(b" \t\n\f\r/")
            table[[first << 8 | code for code in second]] = True
    return table


_BEGINNINGS = _beginnings()


def refusal(body: bytes) -> str | None:
    """Why a page is not to be parsed; None when it may be."""
    page = np.frombuffer(body, np.uint8)
    tags = np.flatnonzero(page[:-2] == ord("<"))
    if len(tags) > DEEP_TAGS:
        return _measured(body, deep=True)
    if _may_rebuild(body, page, tags) or (len(body) > SMALL_PAGE and _has_long_tag(body)):
        return _measured(body, deep=False)
    return None


def _may_rebuild(body: bytes, page: npt.NDArray[np.uint8], tags: npt.NDArray[np.intp]) -> bool:
    if len(tags) < FORMATTING_TAGS:
        return False
    enough = REBUILT // len(tags)
    begun = _BEGINNINGS[page[tags + 1].astype(np.uint16) << 8 | page[tags + 2]]
    return int(np.count_nonzero(begun)) > enough and len(_formatting(body)) > enough


def _has_long_tag(body: bytes) -> bool:
    """Whether a tag may be long enough to hold too many attributes: looked for at regular places.

    A place can be between attributes or within a quoted value; whichever it is, a tag goes on to
    the first `>` outside of quotes.
    """
    reach = max(128, min(TAG_BYTES // len(body), len(body)) // 2)
    for place in range(reach, len(body), reach):
        for start in (
            place,
            body.find(b'"', place, place + reach) + 1,
            body.find(b"'", place, place + reach) + 1,
        ):
            if start and _runs_on(body, start, min(reach, GLANCE)) and _runs_on(body, start, reach):
                return True
    return False


def _runs_on(body: bytes, start: int, reach: int) -> bool:
    run = _attribute_run(body, start, start + reach)
    return run is not None and run.end() - start >= reach


class _Work:
    """What the tags seen so far cost a parser."""

    __slots__ = (
        *("attributes", "body_attributes", "copies", "depth", "depths", "formatting", "opened", "rebuilt"),
    )

    def __init__(self) -> None:
        self.depth = self.depths = self.rebuilt = self.copies = 0
        self.attributes = self.body_attributes = 0
        self.formatting: Counter[tuple[bytes, bytes]] = Counter()
        self.opened: dict[bytes, list[bytes]] = {}

    def start(self, name: bytes, raw: bytes) -> None:
        """Count a start tag with everything between its name and its end."""
        count = len(_attributes(raw)) if len(raw) > 64 else 0
        if name in (b"body", b"html"):  # the standard adds the attributes of all of them up
            self.body_attributes += len(_attributes(raw))
            count = self.body_attributes
        self.attributes += count * count if count > 64 else 0
        self.rebuilt += self.copies
        if name in _FORMATTING:
            self.formatting[name, raw] += 1
            self.copies += self.formatting[name, raw] <= COPIES
            self.opened.setdefault(name, []).append(raw)
        if name not in _SHALLOW:
            self.depth += 1
        self.depths += self.depth

    def end(self, name: bytes) -> None:
        """Count an end tag."""
        if name not in _SHALLOW:
            self.depth = max(0, self.depth - 1)
        self.depths += self.depth
        if self.opened.get(name):
            key = name, self.opened[name].pop()
            self.copies -= self.formatting[key] <= COPIES
            self.formatting[key] -= 1
            if not self.formatting[key]:
                del self.formatting[key]

    def verdict(self) -> str | None:
        """What of it is too much."""
        if self.depths > DEPTH_WORK:
            return "not parsed: elements nested too deep"
        if self.attributes > ATTRIBUTE_WORK:
            return "not parsed: too many attributes on a tag"
        return "not parsed: too many unclosed formatting elements" if self.rebuilt > REBUILT else None


#: In one step: text, and tags with so few attributes that they do not count, as most are.
_dull_tags = re.compile(
    rb"(?:[^<]++|<(?!/?(?i:"
    + b"|".join(sorted(_RAW | _FORMATTING | {b"body", b"html"}))
    + rb")[\s/>])[a-zA-Z/][^<>\"'=]{0,32}+(?:=\"[^\"<>]*+\"[^<>\"'=]{0,32}+){0,12}+>)*+"
).match


def _measured(body: bytes, *, deep: bool) -> str | None:
    """Tokenise the page as far as it takes to know its tags; stops at the first that is too much.

    Where depth does not matter, tags that open no formatting are passed over unless some is open.
    """
    work, at = _Work(), 0
    while True:
        skipped = None if deep or work.formatting else _dull_tags(body, at)
        tag = _tag(body, skipped.end() if skipped else at)
        if tag is None:
            return None
        slash, name = tag.groups()
        if name is None:
            at = body.find(b"-->", tag.end() - 2) + 3
            if at < 3:
                return None
            continue
        at = _after_tag(body, tag.end())
        if slash:
            work.end(name.lower())
        else:
            work.start(name.lower(), body[tag.end() : at])
            at = _after_raw_text(body, name.lower(), at)
        if verdict := work.verdict():
            return verdict


def _after_tag(body: bytes, start: int) -> int:
    run = _attribute_run(body, start)
    return run.end() if run else start


def _after_raw_text(body: bytes, name: bytes, start: int) -> int:
    """Past the content of an element that holds text only."""
    if name not in _RAW:
        return start
    closing = _raw_ends[name](body, start)
    return closing.start() if closing else len(body)
