"""What links does a browser find on a page? A second opinion, by Lexbor and Ada alone."""

import re
from collections.abc import Iterator

import ada_url
from selectolax.lexbor import LexborHTMLParser, LexborNode

from backlit.vweb import VPage

#: (target, kind, rel, anchor, alt, image, placement, hidden), as `row` in the tests
Row = tuple[str, str, frozenset[str], str, str, bool, str, str | None]

#: First words of the tag or class that opens each part, in the four templates.
_PARTS = {
    "header": ("<header", "site-header", "header", "c-header"),
    "nav": ("<nav", "menu navigation", "navbar", "c-nav"),
    "content": ("<article", "entry-content", "content", "c-article"),
    "author": ("author-box", "author-bio", "author", "c-author"),
    "related": ("related-posts", "related yarpp-related", "related", "c-related"),
    "comment": ("comments", "comment-list", "c-comments"),
    "sidebar": ("blogroll", "widget-area", "sidebar", "c-sidebar"),
    "footer": ("<footer", "site-footer", "footer", "c-footer"),
}
_PART_OF = {mark: part for part, marks in _PARTS.items() for mark in marks}
_HIDING = {
    "display: none": "display_none",
    "left:-9999px": "off_screen",
    "font-size:0": "zero_size",
    "color:#ffffff; background": "same_colour",
    "visibility:hidden": "visibility",
    "opacity:0": "opacity",
    "clip:rect": "clip",
}
_ADDRESS = {"a": "href", "area": "href", "form": "action", "iframe": "src"}


def decoded(page: VPage) -> str:
    """The page's text: by byte order mark, header, or the meta tag a browser would look for."""
    if page.body.startswith(b"\xff\xfe"):
        return page.body.decode("utf-16")
    told = re.search(r"charset=([\w-]+)", dict(page.headers)["Content-Type"])
    meta = re.search(rb'<meta charset="([\w-]+)"', page.body)
    name = told[1] if told else (meta[1].decode() if meta else "utf-8")
    return page.body.decode(name)


def rows(page: VPage) -> list[Row]:
    """Every link of a page that was served with status 200, in document order, head first."""
    tree = LexborHTMLParser(decoded(page))
    base = tree.css_first("base[href]")
    root = page.url if base is None else ada_url.join_url(page.url, base.attributes["href"] or "")
    return [*_head(tree, root), *_body(tree, root)]


def _resolved(address: str | None, base: str) -> str:
    return ada_url.join_url(base, address or "").partition("#")[0]


def _head(tree: LexborHTMLParser, base: str) -> Iterator[Row]:
    for node in tree.css("link, meta[http-equiv]"):
        found, attrs = _head_kind(node), node.attributes
        if found is not None:
            yield _resolved(found[1], base), found[0], frozenset(), "", "", False, "unknown", None
        assert attrs.get("rel") in {None, "canonical", "alternate", "stylesheet"}


def _head_kind(node: LexborNode) -> tuple[str, str | None] | None:
    attrs = node.attributes
    if (attrs.get("http-equiv") or "").lower() == "refresh":
        return "meta_refresh", re.sub(r"^\d+; URL=|'", "", attrs["content"] or "")
    if attrs.get("rel") == "canonical":
        return "canonical", attrs["href"]
    if attrs.get("rel") == "alternate":
        return ("feed" if "type" in attrs else "alternate"), attrs["href"]
    return None


def _body(tree: LexborHTMLParser, base: str) -> Iterator[Row]:
    for node in tree.css("a[href], area[href], form[action], iframe[src]"):
        attrs, kind = node.attributes, node.tag or ""
        image = node.css_first("img") if kind == "a" else None
        alt = image.attributes["alt"] if image is not None else attrs.get("alt")
        anchor = " ".join(node.text(deep=True).split()) if kind == "a" else ""
        rel = frozenset((attrs.get("rel") or "").lower().split())
        target = _resolved(attrs[_ADDRESS[kind]], base)
        yield target, kind, rel, anchor, alt or "", image is not None, _placement(node), _hidden(node)


def _placement(node: LexborNode) -> str:
    above: LexborNode | None = node
    while above is not None:
        marks = (f"<{above.tag}", above.attributes.get("class") or "")
        part = next((_PART_OF[mark] for mark in marks if mark in _PART_OF), None)
        if part is not None:
            return part
        above = above.parent
    return "unknown"


def _hidden(node: LexborNode) -> str | None:
    parent = node.parent
    if parent is None or parent.tag != "span":
        return None
    if "hidden" in parent.attributes:
        return "hidden_attribute"
    style = parent.attributes.get("style") or ""
    return next((name for mark, name in _HIDING.items() if mark in style), None)
