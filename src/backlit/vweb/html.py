"""How is a scene written as bytes that a server would send?

Four templates: HTML5 elements, class names, tables, roles. Some pages are broken or shouted on
purpose, in ways from which every HTML5 parser recovers the same links.
"""

from html import escape

from backlit.vweb.lexicon import RIGHT_TO_LEFT
from backlit.vweb.scene import HIDING, Link, Para, Scene, Zone
from backlit.vweb.spelling import spell

__all__ = ["render"]

Headers = list[tuple[str, str]]

_PARTS = ("header", "nav", "content", "author", "related", "comment", "sidebar", "footer")
_OPENINGS = (
    (
        "<header>",
        "<nav>",
        "<main><article>",
        '<div class="author-box">',
        '<section class="related-posts">',
        '<section id="comments" class="comments">',
        '<aside class="blogroll">',
        "<footer>",
    ),
    (
        '<div id="header" class="site-header">',
        '<div id="main-menu" class="menu navigation">',
        '<div id="content" class="entry-content">',
        '<div class="author-bio">',
        '<div class="related yarpp-related">',
        '<div id="comments" class="comment-list">',
        '<div id="sidebar" class="widget-area">',
        '<div id="footer" class="site-footer">',
    ),
    (
        '<table class="header" width="100%"><tr><td>',
        '<table class="navbar" width="100%"><tr><td>',
        '<table class="content" width="100%"><tr><td>',
        '<table class="author" width="100%"><tr><td>',
        '<table class="related" width="100%"><tr><td>',
        '<table class="comments" width="100%"><tr><td>',
        '<table class="sidebar" width="100%"><tr><td>',
        '<table class="footer" width="100%"><tr><td>',
    ),
    (
        '<div role="banner" class="c-header">',
        '<div role="navigation" class="c-nav">',
        '<div role="main" class="c-article">',
        '<div class="c-author" itemprop="author">',
        '<div class="c-related">',
        '<div class="c-comments">',
        '<div role="complementary" class="c-sidebar">',
        '<div role="contentinfo" class="c-footer">',
    ),
)


def _closing(opening: str) -> str:
    """The end tags for a run of start tags."""
    names = [tag.split()[0].rstrip(">") for tag in opening.split("<") if tag]
    return "".join(f"</{name}>" for name in reversed(names))


_WRAPPERS = tuple(
    {part: (opening, _closing(opening)) for part, opening in zip(_PARTS, openings, strict=True)}
    for openings in _OPENINGS
)
_SAFE_UNQUOTED = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:/.-_@%?")
_GENERATORS = ("Greenhouse 3.1", "Wordmill 6.2", "Frontal 98", "Plainsite 1.0")


def render(scene: Scene) -> tuple[Headers, bytes]:
    """(headers, body) of a page; the status is the scene's."""
    if scene.status in {301, 302}:
        return _moved(scene)
    if scene.status == 404:
        text = "<!DOCTYPE html><title>Not found</title><h1>404 Not found</h1>\n"
        return _headers(scene, text.encode(), "text/html; charset=utf-8")
    if not scene.zones:
        return _headers(scene, b"", "text/html")
    text = _document(scene)
    body = text.encode(_CODECS.get(scene.charset, scene.charset), "xmlcharrefreplace")
    told = scene.charset == "utf-8" or (scene.charset != "utf-16" and scene.page % 2 == 0)
    return _headers(scene, body, f"text/html; charset={scene.charset}" if told else "text/html")


#: utf-16 with a byte order mark and a byte order that does not depend on the machine
_CODECS = {"utf-16": "utf-16-le"}


def _headers(scene: Scene, body: bytes, content_type: str) -> tuple[Headers, bytes]:
    if scene.charset == "utf-16" and body:
        body = b"\xff\xfe" + body
    headers = [
        ("Server", ("nginx", "Apache/2.4.62")[scene.template % 2]),
        ("Content-Type", content_type),
        ("Content-Length", str(len(body))),
    ]
    if scene.x_robots:
        headers.append(("X-Robots-Tag", scene.x_robots))
    return headers, body


def _moved(scene: Scene) -> tuple[Headers, bytes]:
    (link,) = scene.head
    location = spell(link.target, scene.url, link.spelling).replace("&amp;", "&")
    headers, body = _headers(scene, b"<!DOCTYPE html><title>Moved</title>\n", "text/html")
    return [*headers, ("Location", location)], body


def _document(scene: Scene) -> str:
    direction = ' dir="rtl"' if scene.language in RIGHT_TO_LEFT else ""
    out = [f'<!DOCTYPE html>\n<html lang="{scene.language}"{direction}>\n<head>\n']
    out.extend(_head(scene))
    out.append("</head>\n<body>\n")
    out.extend(_zone(zone, scene) for zone in scene.zones)
    if scene.style != "broken":
        out.append("</body>\n</html>\n")
    return "".join(out)


def _head(scene: Scene) -> list[str]:
    out = []
    if scene.charset not in {"utf-16"}:
        out.append(f'<meta charset="{scene.charset}">\n')
    if scene.title:
        out.append(f"<title>{escape(scene.title)}</title>\n")
    if scene.base:
        out.append(f'<base href="{escape(scene.base)}">\n')
    if scene.robots:
        out.append(f'<meta name="Robots" content="{scene.robots}">\n')
    out.append(f'<meta name="generator" content="{_GENERATORS[scene.template]}">\n')
    out.extend(_head_link(link, scene) for link in scene.head)
    out.append('<link rel="stylesheet" href="/style.css">\n')
    if scene.tracker:
        out.append(f'<script>window.tracker = "{scene.tracker}"; // <a href="/no"></script>\n')
    return out


def _head_link(link: Link, scene: Scene) -> str:
    href = spell(link.target, scene.base or scene.url, link.spelling)
    if link.kind == "meta_refresh":
        url = f"'{href}'" if scene.page % 2 else href
        return f'<meta http-equiv="Refresh" content="5; URL={url}">\n'
    if link.kind == "feed":
        return f'<link rel="alternate" type="application/rss+xml" title="Feed" href="{href}">\n'
    if link.kind == "alternate":
        return f'<link rel="alternate" hreflang="{link.alt}" href="{href}">\n'
    return f'<link rel="canonical" href="{href}">\n'


def _zone(zone: Zone, scene: Scene) -> str:
    opening, closing = _WRAPPERS[scene.template][zone.placement]
    out, listing = [opening, "\n"], False
    for para in zone.paras:
        if (para.tag == "li") != listing:
            out.append("</ul>\n" if listing else "<ul>\n")
            listing = not listing
        out.append(_para(para, scene))
    out.append(f"{'</ul>' if listing else ''}{closing}\n")
    return "".join(out)


def _para(para: Para, scene: Scene) -> str:
    inner = "".join(
        escape(part, quote=False) if isinstance(part, str) else _link(part, scene) for part in para.parts
    )
    if para.tag == "map":
        return f'<img src="/map.png" usemap="#m" alt="">\n<map name="m">{inner}</map>\n'
    if scene.style == "broken" and para.tag in {"p", "li"}:  # end tags left out or made up
        return f"<{para.tag}><b>{inner}</i></span>\n"
    if scene.style == "shouting":
        return f"<{para.tag.upper()}>{inner}</{para.tag.upper()}>\n"
    return f"<{para.tag}>{inner}</{para.tag}>\n"


def _link(link: Link, scene: Scene) -> str:
    href = spell(link.target, scene.base or scene.url, link.spelling)
    if link.kind == "iframe":
        return f'<iframe src="{href}" width="560" height="315"></iframe>'
    if link.kind == "form":
        return f'<form action="{href}" method="post"><input name="q"><button>OK</button></form>'
    rel = f' rel="{link.rel}"' if link.rel else ""
    if link.kind == "area":
        return f'<area shape="rect" coords="0,0,9,9" alt="{escape(link.alt)}" href="{href}"{rel}>'
    text = _image(link) if link.image else _anchor(link)
    name = "A" if scene.style == "shouting" else "a"
    tag = f"<{name} {_href(href, scene)}{rel}>{text}</{name}>"
    return f"<span {HIDING[link.hidden]}>{tag}</span>" if link.hidden else tag


def _href(href: str, scene: Scene) -> str:
    if scene.style == "shouting":
        return f"HREF={href}" if _SAFE_UNQUOTED.issuperset(href) else f"HREF = '{href}'"
    if scene.style == "broken":
        return f'class=x href="{href}" href="/second-href-does-not-count"'
    return f'href="{href}"'


def _image(link: Link) -> str:
    return f'\n  <img src="/img/{link.spelling}.png" alt="{escape(link.alt)}">\n'


def _anchor(link: Link) -> str:
    """The text, sometimes with markup or a line break inside."""
    text = escape(link.anchor, quote=False)
    first, blank, rest = text.partition(" ")
    if not blank or link.spelling % 7 not in {3, 5}:
        return text
    return f"<b>{first}</b> {rest}" if link.spelling % 7 == 3 else f" {first}\n      {rest} "
