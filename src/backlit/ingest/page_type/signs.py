"""What can be read off a page that tells its type: address, declarations, class words, title, shape.

Signs are words (`schema:product`, `host:docs`, `c:.price`) and numbers; their names are stored with
the trained weights.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import numpy as np
from numpy.typing import NDArray
from selectolax.lexbor import LexborHTMLParser, LexborNode

from backlit.ingest.charset import decoded
from backlit.ingest.placement.outline import Outline, outline
from backlit.ingest.placement.tokens import element_tokens
from backlit.ingest.prescan import refusal

__all__ = ["GROUPS", "Signs", "signs"]

#: Groups of words; each is scaled to the same length, so that a page with many classes says no more.
GROUPS = ("classes", "declared", "address")
#: Characters read of an address, of its runs of letters, and of the body's text.
ADDRESS_LIMIT, TEXT_LIMIT = 120, 60_000
GRAMS = (3, 4, 5)
#: A class word on so many elements is said twice: once for being there, once for being repeated.
REPEATED = 10

_COUNTED = """
    p a li ul img h1 h2 h3 table tr code pre form input button article section time blockquote select video
    iframe svg dl
"""
_words_of = re.compile(r"[a-z]+|[^\W\d_a-z]+").findall
_digits = re.compile(r"\d+").sub
_schema = re.compile(r'"@type"\s*:\s*\[?\s*"([A-Za-z:/.]{2,60})"').findall
_dated = re.compile(r"/(?:19|20)\d\d/").search
_numbered = re.compile(r"\d{4,}").search
_file = re.compile(r"\.[a-z]{2,5}$").search
_PHRASES = tuple(
    re.compile(phrase).findall
    for phrase in (
        r"add to (?:cart|bag|basket)|buy now",
        r"[$€£¥]\s?\d",
        r"\b(?:reply|replies|quote)\b",
        r"\bposts?\b",
        r"free trial|get started|request a demo|book a |contact us",
        r"min read",
        r"in stock|out of stock|free shipping",
        r"results|filter|sort by",
        r"\bviews\b",
        r"questions?|answers?",
        r"reviews?\b",
    )
)
_BLANK = "<html><body></body></html>"


@dataclass(frozen=True, slots=True)
class Signs:
    """The words of a page by group, and its numbers."""

    words: tuple[frozenset[str], ...]
    numbers: NDArray[np.float64]


def signs(html: bytes | str, url: str) -> Signs:
    """The signs of a page. A page that no parser should be given is judged by its address alone."""
    body = html.encode("utf-8", "replace") if isinstance(html, str) else html
    told = "text/html; charset=utf-8" if isinstance(html, str) else None
    text = decoded(body, told)
    seen = text.encode("utf-8", "replace") if isinstance(text, str) else text  # as the parser will see it
    tree = LexborHTMLParser(text if refusal(seen) is None else _BLANK)
    root = tree.root
    assert root is not None  # the parser makes an html element of anything
    declared = frozenset((*_declared(tree), *_titled(tree)))  # before the scripts are out
    tree.strip_tags(["script", "style", "template"])
    page = outline(root)
    address = urlsplit(url.lower())
    path = unquote(address.path)
    groups = (_class_words(page), declared | frozenset(_parts(address.hostname or "", path, address.query)))
    grams = frozenset(_grams(address.hostname or "", path, address.query))
    text = tree.body.text(separator=" ")[:TEXT_LIMIT].lower() if tree.body else ""
    return Signs((*groups, grams), np.array([*_shape(page), *_said(text), *_lengths(path, address.query)]))


def _parts(host: str, path: str, query: str) -> Iterator[str]:
    yield from (f"host:{label}" for label in host.split("."))
    yield from (f"seg:{_digits('0', segment)[:30]}" for segment in path.strip("/").split("/"))
    yield from (f"word:{word[:20]}" for word in _words_of(path))
    yield from (f"query:{pair.partition('=')[0][:20]}" for pair in query.split("&") if pair)
    yield f"depth:{min(6, path.strip('/').count('/') + (path not in ('', '/')))}"
    yield f"ends:{'file' if _file(path) else 'folder' if path.endswith('/') else 'bare'}"
    slug = path.rstrip("/").rpartition("/")[2]
    yield f"slug:{min(8, len(re.split('[-_]', slug)))}"
    if _dated(path):
        yield "path:dated"
    if _numbered(path):
        yield "path:numbered"


def _grams(host: str, path: str, query: str) -> Iterator[str]:
    tail = f"{path}?{query}" if query else path
    text = f"^{host.removeprefix('www.')}{re.sub('[0-9]', '0', tail)[:ADDRESS_LIMIT]}$"
    return (text[at : at + size] for size in GRAMS for at in range(len(text) - size + 1))


def _declared(tree: LexborHTMLParser) -> Iterator[str]:
    """What the page says of itself to machines: schema.org types, Open Graph, generator."""
    for node in tree.css('script[type*="ld+json"]'):
        yield from (f"schema:{name.rpartition('/')[2].lower()}" for name in _schema(node.text() or ""))
    for node in tree.css("[itemtype]"):
        yield f"schema:{(node.attrs.get('itemtype') or '').rstrip('/').rpartition('/')[2].lower()[:40]}"
    for node in tree.css("meta"):
        yield from _of_meta(node)


def _of_meta(node: LexborNode) -> Iterator[str]:
    name = (node.attrs.get("property") or node.attrs.get("name") or "").lower()
    content = (node.attrs.get("content") or "").lower()
    if name == "og:type":
        yield f"og:{content.strip()[:30]}"
    elif name == "generator":
        yield from (f"generator:{word}" for word in _words_of(content)[:2])
    elif name.startswith(("article:", "product:")):
        yield f"meta:{name.partition(':')[0]}"


def _titled(tree: LexborHTMLParser) -> Iterator[str]:
    for tag in ("title", "h1"):
        node = tree.css_first(tag)
        text = node.text()[:300].lower() if node is not None else ""
        yield from (f"{tag}:{word[:20]}" for word in _words_of(text)[:20])
        if not text.strip():
            yield f"{tag}:"


def _class_words(page: Outline) -> frozenset[str]:
    counts = Counter(
        token
        for tag, names in zip(page.tags, page.names, strict=True)
        if names != ("", "", "")
        for token in element_tokens(tag, *names)
        if token[0] in ".@"
    )
    return frozenset((*counts, *(f"{token}*" for token, count in counts.items() if count >= REPEATED)))


def _shape(page: Outline) -> list[float]:
    """How much text, how much of it in links, and which elements."""
    chars, linked = float(page.chars.sum()), float(page.linked.sum())
    size, is_text = len(page.tags), page.chars > 0
    own = np.bincount(page.block[is_text], page.chars[is_text], size)
    plain = own - np.bincount(page.block[is_text], page.linked[is_text], size)
    main = own[(plain >= 80) & (plain >= 0.6 * own)]
    tags = Counter(page.tags)
    mean = float(main.mean()) if len(main) else 0.0
    amounts = (chars, len(main), float(main.sum()), mean, float(own.max(initial=0)), float(page.marks.sum()))
    counts = [float(tags[tag]) for tag in _COUNTED.split()]
    shares = [linked / max(chars, 1), float(main.sum()) / max(chars, 1), tags["a"] / max(size, 1)]
    shares += [min(9.0, tags["p"] / max(tags["a"], 1)), min(9.0, tags["img"] / max(tags["a"], 1))]
    return [*np.log1p([*amounts, *counts]).tolist(), *shares]


def _said(text: str) -> list[float]:
    return [float(value) for value in np.log1p([len(phrase(text)) for phrase in _PHRASES])]


def _lengths(path: str, query: str) -> list[float]:
    return [
        float(path.count("/")),
        min(200.0, len(path)) / 50,
        min(200.0, len(query)) / 50,
        float("-" in path),
    ]
