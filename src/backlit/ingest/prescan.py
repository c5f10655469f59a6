"""Would the parser take a page longer than it is worth?

Lexbor is linear on what people write and quadratic on three things that attackers write: deep nesting
(0.5 MB of `<div>` takes 10 s), attributes of one tag (200,000 take over 30 s) and formatting elements
that the standard opens again in every paragraph (33 kB became 4 million nodes and 1.4 GB). Nothing can
stop it once it runs, so a page is looked at first. Cheap counts clear nearly every page; the others
are tokenised, in linear time, and their work is added up.

Where it cannot be told cheaply how the parser sees a stretch (once SVG or MathML may be open, a
`<style>` there is text or is not), both readings are allowed for: nothing in it is passed over and
nothing in it closes anything.
"""

import re
from collections import Counter

import numpy as np
import numpy.typing as npt

__all__ = ["refusal"]

#: A page with more tags than this is none for people (the most of 12,395 real pages is 35,447); its tree
#: would take more than 64 MiB.
TAGS_LIMIT = 100_000
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
#: Bytes looked at, some of them many times, where it is in doubt what they are; takes a second.
DOUBTFUL_BYTES = 1 << 26
#: The share of a long tag that is looked at first.
GLANCE = 256


def _names(text: bytes) -> frozenset[bytes]:
    return frozenset(text.split())


_FORMATTING = _names(b"b big code em font i s small strike strong tt u")
#: Elements that have no content, or end where the next of their kind starts.
_SHALLOW = _names(
    b"area base br col embed hr img input link meta param source track wbr"
    b" p li dd dt option tr td th tbody thead tfoot colgroup body html head a form nobr"
)
#: Those of them that are so within SVG and MathML too, which they close.
_SHALLOW_ANYWHERE = _names(b"br embed hr img meta p li dd dt body head nobr")
_RAW = _names(b"script style textarea title xmp iframe noembed noframes")


def _any_case(name: bytes) -> bytes:
    """A pattern for a name in any case; IGNORECASE would cost the fast search for its first bytes."""
    return b"".join(b"[%c%c]" % (code, code - 32) for code in name)


#: What the HTML standard calls whitespace; a vertical tab, which `\\s` takes for it, is part of a name.
_WS = rb"\t\n\f\r "
_SPACE = b"[" + _WS + b"]*+"
_raw_ends = {name: re.compile(b"</" + _any_case(name) + rb"(?=[%b/>])" % _WS).search for name in _RAW}
_tag = re.compile(rb"<(?:(/?)([a-zA-Z][^%b/>]*+)|!--|!\[CDATA\[|[!?]|/(?!>))" % _WS).search
_ATTRIBUTE = (
    rb"=?[^%b/>=]++(?:" % _WS
    + _SPACE
    + b"="
    + _SPACE
    + rb"(?:\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z)|[^%b>\"'][^%b>]*+)?+)?+|=" % (_WS, _WS)
)
_attributes = re.compile(_ATTRIBUTE).findall
_attribute_run = re.compile(rb"(?:[%b/]++|" % _WS + _ATTRIBUTE + rb")*+").match
_comment_end = re.compile(rb"--!?>").search

_PLAIN_ATTRIBUTES = rb"(?:[%b/]++|[^%b/>=\"'<]++" % (
    _WS,
    _WS,
) + rb"(?:%b=%b(?:\"[^\"<>]*+\"|'[^'<>]*+'|[^%b\"'<>]++))?+)*+>" % (_SPACE, _SPACE, _WS)
_SHAPES = (
    b"path|g|a|circle|ellipse|rect|line|polyline|polygon|use|defs|symbol|clippath|mask|text|tspan|stop"
    b"|lineargradient|radialgradient|image|pattern|filter|marker|animate|animatetransform|fe[a-z]+"
)
_WORDS = (b"title", b"desc", b"style")
#: An SVG picture that leaves no doubt: shapes only, and words in nothing but its title and its style.
_plain_svg = re.compile(
    rb"(?i:<svg(?=[%b>])%b" % (_WS, _PLAIN_ATTRIBUTES)
    + rb"(?:[^<]++|<(?:%b)(?=[%b/>])%b|</(?:%b)>" % (_SHAPES, _WS, _PLAIN_ATTRIBUTES, _SHAPES)
    + b"".join(b"|<%b(?=[%b>])%b[^<]*+</%b>" % (n, _WS, _PLAIN_ATTRIBUTES, n) for n in _WORDS)
    + rb"|<!--(?:[^<>-]++|-(?!-))*+-->)*+</svg>)"
).match

_formatting = re.compile(rb"<(?i:b|i|s|u|em|tt|big|code|font|small|strong|strike)[%b/]" % _WS).findall


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
    """Why a page, given as the parser will be, is not to be parsed; None when it may be."""
    page = np.frombuffer(body, np.uint8)
    is_tag = page[:-2] == ord("<")
    tags = np.count_nonzero(is_tag)
    if tags > TAGS_LIMIT:
        return f"not parsed: more than {TAGS_LIMIT:,} tags"
    if tags > DEEP_TAGS:
        return _measured(body, deep=True)
    if tags >= FORMATTING_TAGS and _may_rebuild(body, page, np.flatnonzero(is_tag)):
        return _measured(body, formatting=True)
    if len(body) > SMALL_PAGE and _has_long_tag(body):
        return _measured(body)
    return None


def _may_rebuild(body: bytes, page: npt.NDArray[np.uint8], tags: npt.NDArray[np.intp]) -> bool:
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
        *("attributes", "body_attributes", "copies", "depth", "depths", "formatting", "open", "opened"),
        *("in_template", "is_foreign", "rebuilt"),
    )

    def __init__(self) -> None:
        self.depth = self.depths = self.rebuilt = self.copies = 0
        self.attributes = self.body_attributes = 0
        self.is_foreign = self.in_template = False
        self.open: Counter[bytes] = Counter()
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
        if not self._is_shallow(name):
            self.open[name] += 1
            self.depth += 1
        self.depths += self.depth
        self.in_template |= name == b"template"

    def _is_shallow(self, name: bytes) -> bool:
        if self.is_foreign:
            return name in _SHALLOW_ANYWHERE
        return name in _SHALLOW and not (self.in_template and name == b"form")

    def end(self, name: bytes) -> None:
        """Count an end tag; one without a start closes nothing."""
        if self.open[name]:
            self.open[name] -= 1
            self.depth -= 1
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


_FEW_ATTRIBUTES = (
    rb"[^<>\"'=]{0,32}+(?:=(?:\"[^\"<>]*+\"|'[^'<>]*+'|[^%b<>\"'=]++)[^<>\"'=]{0,32}+){0,12}+>" % _WS
)
#: Comments; scripts and styles as they are read outside of SVG and MathML.
_dull_text = rb"|<!--(?!-?>)(?:[^-]++|-(?!-!?>))*+--!?>" + b"".join(
    rb"|<%b(?=[%b/>])%b(?:[^<]++|<(?!/%b[%b/>]))*+</%b(?=[%b/>])%b"
    % (name, _WS, _FEW_ATTRIBUTES, name, _WS, name, _WS, _FEW_ATTRIBUTES)
    for name in (_any_case(b"script"), _any_case(b"style"))
)


class _Dull:
    """What is passed over in one step: text, and tags with so few attributes that they do not count."""

    def __init__(self, telling: frozenset[bytes]) -> None:
        others = bytes(c for c in range(97, 123) if c not in {name[0] for name in telling})
        names = b"|".join(map(_any_case, sorted(telling)))
        # most tags are told by a letter that no telling name begins with
        tag = rb"<(?:/?[%b%b]|(?!/?(?:%b)[%b/>])[a-zA-Z/])" % (others, others.upper(), names, _WS)
        tag += _FEW_ATTRIBUTES
        self.foreign = re.compile(rb"(?:[^<]++|" + tag + rb")*+").match
        self.html = re.compile(rb"(?:[^<]++|" + tag + _dull_text + rb")*+").match


_TELLING = _RAW | {b"body", b"html", b"svg", b"math"}
_dull, _dull_but_formatting = _Dull(_TELLING), _Dull(_TELLING | _FORMATTING)


def _measured(body: bytes, *, deep: bool = False, formatting: bool = False) -> str | None:
    """Tokenise the page as far as it takes to know its tags; stops at the first that is too much.

    Where depth does not matter, dull tags are passed over: all of them where formatting does not
    matter either, else those that open none while none is open.
    """
    scan, dull = _Scan(body), _dull_but_formatting if formatting else _dull
    at: int | None = 0
    while at is not None:
        if not deep and at >= scan.doubtful and not (formatting and scan.work.formatting):
            skipped = (dull.foreign if scan.work.is_foreign else dull.html)(body, at)
            at = skipped.end() if skipped else at
        at = scan.step(at)
        if verdict := scan.verdict():
            return verdict
    return None


class _Scan:
    """One pass over a page. Up to `doubtful` nothing is passed over and nothing closes."""

    __slots__ = ("_body", "_picture", "doubtful", "looked", "work")

    def __init__(self, body: bytes) -> None:
        self._body, self.work = body, _Work()
        self.doubtful = self.looked = 0
        self._picture: tuple[int, int, Counter[bytes]] | None = None

    def step(self, at: int) -> int | None:
        """Take the next tag or comment; where to go on, or None at the end."""
        body = self._body
        tag = _tag(body, at)
        if tag is None:
            return None
        start, inside, (slash, name) = tag.start(), tag.end(), tag.groups()
        if self._picture and start >= self._picture[0]:
            self._leave(self._picture)
        if name is None:
            return self._past(start, inside, self._after_nothing(tag[0], inside))
        end, name = _after_tag(body, inside), name.lower()
        if slash:
            if start >= self.doubtful:
                self.work.end(name)
            return self._past(start, inside, end)
        if name in (b"svg", b"math") and not self.work.is_foreign:
            self._enter(start)
        self.work.start(name, body[inside:end])
        return self._past(start, inside, self._after_text(name, end) if name in _RAW else end)

    def _enter(self, start: int) -> None:
        """SVG or MathML starts: to be left again when it is a plain picture, else for good."""
        picture = _plain_svg(self._body, start) if start >= self.doubtful else None
        if picture:
            self._picture = picture.end(), self.work.depth, self.work.open
            self.work.open = Counter()
        self.work.is_foreign = True

    def _leave(self, picture: tuple[int, int, Counter[bytes]]) -> None:
        _, self.work.depth, self.work.open = picture
        self._picture, self.work.is_foreign = None, False

    def _after_text(self, name: bytes, end: int) -> int:
        """Past the content of an element that holds text only, where it certainly does."""
        if self._picture:
            return end
        closing = _raw_ends[name](self._body, end)
        after = closing.start() if closing else len(self._body)
        if not self.work.is_foreign:
            return after
        self.doubtful = max(self.doubtful, after)
        self.looked += after - end
        return end

    def _after_nothing(self, opening: bytes, at: int) -> int:
        """Past a comment, a doctype or what is taken for a comment."""
        if opening == b"<!--":
            if self._body.startswith((b">", b"->"), at):
                return self._body.index(b">", at) + 1
            found = _comment_end(self._body, at)
            return found.end() if found else len(self._body)
        after = self._body.find(b">", at) + 1 or len(self._body)
        if opening == b"<![CDATA[" and self.work.is_foreign:
            closing = self._body.find(b"]]>", at) + 3
            self.doubtful = max(self.doubtful, closing if closing > 2 else len(self._body))
        return after

    def _past(self, start: int, inside: int, after: int) -> int:
        """Where to go on after what ends at `after`: in doubt it is not passed over."""
        if start >= self.doubtful:
            return after
        self.doubtful = max(self.doubtful, after)
        self.looked += after - start
        return inside

    def verdict(self) -> str | None:
        """What of it is too much."""
        if self.looked > DOUBTFUL_BYTES:
            return "not parsed: markup that can be read in too many ways"
        return self.work.verdict()


def _after_tag(body: bytes, start: int) -> int:
    run = _attribute_run(body, start)
    return run.end() if run else start
