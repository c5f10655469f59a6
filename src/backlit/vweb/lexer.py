"""Which links, metas and scripts would Common Crawl's extractor list for a page?

A tokenizer without a tree, like the one behind WAT files, and for that reason another witness than
the engine's HTML5 parser. What it keeps of a page, and in which order, follows what WAT files show:
a link of an `a` is listed when the element is closed, its text is cut at 128 characters, attributes
that hold addresses are listed for any element.
"""

import re
from html import unescape
from html.entities import html5
from typing import Any

__all__ = ["html_metadata"]

_TEXT_LIMIT = 128
_MARKUP = re.compile(r"<!--.*?(?:-->|\Z)|<[!?][^>]*>|<(/?)([a-zA-Z][^\s/>]*)", re.DOTALL)
_ATTRIBUTE = re.compile(
    r"""[\s/]*+(?:(?P<end>>)|(?P<name>[^\s/>][^\s/>=]*)"""
    r"""(?:\s*=\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^\s>]*)))?)"""
)
_REFERENCE = re.compile(r"&(?:#[xX]?[0-9a-fA-F]+|[a-zA-Z][a-zA-Z0-9]*);?")
_BLANKS = re.compile(r"[\x00-\x20\x7f\xa0]+")
_CSS_URL = re.compile(r"url\s*\(\s*([^)\s]{1,8000}?)\s*\)")
_CSS_IMPORT = re.compile(r"""@import\s+["']([^"']+)["']\s*;""")
_CSS_QUOTES = re.compile(r"""^(?:\\?["'])+|(?:\\?["'])+$""")
_ON_CLICK = (
    re.compile(
        r"^(?:javascript:)?(?:(?:window|top|document|self|parent)\.)?location(?:\.href)?"
        r"""\s*=\s*(['"])(?P<url>[^'"]{3,256})\1$""",
        re.IGNORECASE,
    ),
    re.compile(
        r"""^(?:javascript:)?(?:window|parent)\.open\((['"])(?P<url>[^"']{3,256}?)\1[,)]""",
        re.IGNORECASE,
    ),
)
_BLOCK_NAMES = (
    "ADDRESS ARTICLE ASIDE BLOCKQUOTE BODY BR BUTTON CANVAS CAPTION COL COLGROUP DD DIV DL DT EMBED "
    "FIELDSET FIGCAPTION FIGURE FOOTER FORM H1 H2 H3 H4 H5 H6 HEADER HGROUP HR LI MAP NOSCRIPT "
    "OBJECT OL OUTPUT P PRE PROGRESS SECTION TABLE TBODY TEXTAREA TFOOT TH THEAD TITLE TR UL VIDEO "
    "CITE DETAILS DATALIST IFRAME IMG INPUT LABEL LEGEND OPTGROUP Q SELECT SUMMARY TD TIME"
)
_BLOCKS = frozenset(_BLOCK_NAMES.split())
_ANYWHERE = ("background", "data-href", "data-uri")
#: element: (attribute with an address, attributes listed beside it)
_LISTED: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "APPLET": (("codebase", ()), ("cdata", ())),
    "AREA": (("href", ("rel",)),),
    "BUTTON": (("formaction", ()),),
    "EMBED": (("src", ()),),
    "FORM": (("action", ("target", "method")),),
    "FRAME": (("src", ()),),
    "IFRAME": (("src", ()),),
    "IMG": (("src", ("alt", "title")), ("longdesc", ())),
    "INPUT": (("src", ()), ("formaction", ())),
    "MENUITEM": (("icon", ()),),
    "OBJECT": (("codebase", ()), ("cdata", ()), ("data", ())),
    "VIDEO": (("src", ()), ("poster", ())),
    **dict.fromkeys(("AUDIO", "TRACK", "SOURCE"), (("src", ()),)),
    **dict.fromkeys(("Q", "BLOCKQUOTE", "DEL", "INS"), (("cite", ()),)),
}
_A_EXTRAS = ("target", "alt", "title", "rel", "hreflang", "type")
_META = ("name", "rel", "content", "http-equiv", "property")

Attributes = dict[str, str]
Entry = dict[str, str]


def html_metadata(text: str) -> dict[str, Any]:
    """{"Head": {Base, Title, Metas, Link, Scripts}, "Links": […]}; what is absent is left out."""
    return _Lexer().read(text)


def _attributes(text: str, position: int) -> tuple[Attributes, bool, int]:
    """(attributes by lower-case name, whether the tag closes itself, where it ends)."""
    found: Attributes = {}
    if text.startswith(">", position):  # three tags in four have no attributes
        return found, False, position + 1
    while True:
        match = _ATTRIBUTE.match(text, position)
        if match is None:
            return found, False, len(text)
        position = match.end()
        if match["end"]:
            return found, text[position - 2] == "/" and match.end() - match.start() > 1, position
        value = match[match.lastindex or 0] if match.lastgroup != "name" else None
        if value is not None:
            found.setdefault(match["name"].lower(), _REFERENCE.sub(_decoded, value))


def _decoded(match: re.Match[str]) -> str:
    """A character reference in an attribute: "&copy=3" is none, "&copy;" and "&copy " are."""
    text = match[0]
    if text[1] == "#" or text[-1] == ";":
        return unescape(text)
    known = text[1:] in html5 and match.string[match.end() : match.end() + 1] != "="
    return unescape(text) if known else text


def _entry(element: str, attribute: str, attrs: Attributes, extras: tuple[str, ...] = ()) -> Entry:
    entry = {"path": f"{element}@/{attribute}", "url": attrs[attribute]}
    entry.update((name, attrs[name]) for name in extras if name in attrs)
    return entry


class _Lexer:
    """Walks over the tags of one page."""

    def __init__(self) -> None:
        self.head: dict[str, Any] | None = None
        self.links: list[Entry] = []
        self._open: list[tuple[Entry | None, list[str]]] = []  # anchors not closed yet
        self._title: str | None = None
        self._in_title = self._in_head = self._in_pre = self._in_svg = False
        self._after_blank = True

    def read(self, text: str) -> dict[str, Any]:
        position, end = 0, len(text)
        while position < end:
            match = _MARKUP.search(text, position)
            if match is None:
                self._text(text[position:])
                break
            if match.start() > position:
                self._text(text[position : match.start()])
            position = match.end()
            if match[2] is not None:
                position = self._tag(text, match[2].upper(), bool(match[1]), position)
        found: dict[str, Any] = {}
        if self.head is not None:
            found["Head"] = self.head
        if self.links:
            found["Links"] = self.links
        return found

    def _tag(self, text: str, name: str, closing: bool, position: int) -> int:
        """Handles a tag whose attributes begin at a position; returns where to go on."""
        attrs, empty, position = _attributes(text, position)
        if closing:
            self._close(name)
            return position
        self._open_tag(name, attrs, empty)
        if name in {"SCRIPT", "STYLE"} and not empty:
            end = re.compile(f"</{name}", re.IGNORECASE).search(text, position)
            until = end.start() if end else len(text)
            if name == "STYLE":
                self._style(text[position:until])
            return until
        return position

    def _open_tag(self, name: str, attrs: Attributes, empty: bool) -> None:
        if name == "TITLE":
            self._in_title = not empty
            return
        self._enter(name, inside=True)
        if name in _BLOCKS:
            self._after_blank = True
        self.links.extend(_entry(name, key, attrs) for key in attrs if key in _ANYWHERE)
        if name == "A":
            self._anchor(attrs, empty)
        elif name in _LISTED:
            for attribute, extras in _LISTED[name]:
                if attribute in attrs:
                    self.links.append(_entry(name, attribute, attrs, extras))
        else:
            self._head_tag(name, attrs)
        if name in {"DIV", "INPUT"} and "onclick" in attrs:
            self._on_click(name, attrs["onclick"])

    def _enter(self, name: str, *, inside: bool) -> None:
        if name == "HEAD":
            self._in_head = inside
        elif name == "BODY":
            self._in_head = False
        elif name == "PRE":
            self._in_pre = inside
        elif name == "SVG":
            self._in_svg = inside

    def _anchor(self, attrs: Attributes, empty: bool) -> None:
        entry = _entry("A", "href", attrs, _A_EXTRAS) if "href" in attrs else None
        if not empty:
            self._open.append((entry, []))
        elif entry is not None:
            self.links.append(entry)

    def _head_tag(self, name: str, attrs: Attributes) -> None:
        if name == "LINK" and "href" in attrs:
            self._add("Link", _entry(name, "href", attrs, ("rel", "type")))
        elif name == "SCRIPT" and "src" in attrs:
            self._add("Scripts", _entry(name, "src", attrs, ("type",)))
        elif name == "META":
            meta = {key: attrs[key] for key in _META if key in attrs}
            if meta:
                self._add("Metas", meta)
        elif name == "HTML":
            for key in ("lang", "xml:lang"):
                if key in attrs:
                    self._add("Metas", {"name": f"HTML@/{key}", "content": attrs[key]})
        elif name == "BASE" and "href" in attrs:
            self._the_head()["Base"] = attrs["href"]

    def _close(self, name: str) -> None:
        if self._in_title:
            self._end_title()
        if name in _BLOCKS:
            self._after_blank = True
            for _, text in self._open:
                if text and not text[-1].endswith(" "):
                    text.append(" ")
        if name == "A" and self._open:
            entry, text = self._open.pop()
            if entry is not None:
                words = "".join(text).strip()[:_TEXT_LIMIT]
                self.links.append({**entry, "text": words} if words else entry)
        elif name != "BODY":
            self._enter(name, inside=False)

    def _end_title(self) -> None:
        self._in_title = False
        if not self._in_svg and (self._in_head or "Title" not in (self.head or {})):
            head = self._the_head()
            if self._title is not None:
                head["Title"] = self._title
        self._title = None

    def _text(self, raw: str) -> None:
        text = unescape(raw) if "&" in raw else raw
        if not self._in_pre:
            text = _BLANKS.sub(" ", text)
            if self._after_blank and text.startswith(" "):
                text = text[1:]
        if not text:
            return
        self._after_blank = text[-1].isspace()
        if self._in_title:
            self._title = text[:_TEXT_LIMIT].strip()
            return
        for _, parts in self._open:
            if text[0] == " " and (not parts or parts[-1].endswith(" ")):
                parts.append(text[1:_TEXT_LIMIT])
            else:
                parts.append(text[:_TEXT_LIMIT])

    def _style(self, css: str) -> None:
        css = unescape(css)[:100_000]
        for pattern in (_CSS_URL, _CSS_IMPORT):
            for match in pattern.finditer(css):
                url = _CSS_QUOTES.sub("", match[1])
                if url:
                    self.links.append({"path": "STYLE/#text", "href": url})

    def _on_click(self, name: str, script: str) -> None:
        for pattern in _ON_CLICK:
            match = pattern.search(script)
            if match:
                self.links.append({"path": f"{name}@/onclick", "url": match["url"]})

    def _add(self, key: str, entry: Entry) -> None:
        self._the_head().setdefault(key, []).append(entry)

    def _the_head(self) -> dict[str, Any]:
        if self.head is None:
            self.head = {}
        return self.head
