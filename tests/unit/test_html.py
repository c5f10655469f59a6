"""Is a page read as a browser reads it: links, texts, hiding, placement, facts?"""

import time

import pytest

from backlit.ingest.assemble import RawLink
from backlit.ingest.declared import rel_bits
from backlit.ingest.html import HtmlPage, read_html
from backlit.model import ANCHOR_LIMIT, CONTEXT_LIMIT, TITLE_LIMIT, Hidden, Kind, Placement, Rel, Robots
from backlit.urls import parse_url

URL = parse_url("https://page.example/dir/page.html")


def page(html: str | bytes, **headers: str) -> HtmlPage:
    body = html if isinstance(html, bytes) else html.encode()
    return read_html(
        body, url=URL, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )


def links(html: str | bytes, **headers: str) -> list[RawLink]:
    return list(page(html, **headers).links())


def link(html: str | bytes, **headers: str) -> RawLink:
    (only,) = links(html, **headers)
    return only


def test_the_kinds_of_links_in_document_order() -> None:
    html = """<link rel=stylesheet href=no.css><link rel="Canonical" href=/c><link rel=amphtml href=/amp>
      <link rel="alternate" hreflang=de href=/de><link rel=alternate type="application/rss+xml" href=/rss>
      <link rel="alternate stylesheet" hreflang=x href=no2.css><link rel=alternate href=/no-language>
      <meta http-equiv=refresh content="9; url=/next">
      <body><a href=/a>A</a><form action=/form></form><form></form><iframe src=/frame></iframe>
      <map><area href=/area alt="An area"></map><a name=x>no link</a><a href>none</a><img src=no.png>"""
    assert [(found.kind, found.href) for found in links(html)] == [
        (Kind.CANONICAL, "/c"),
        (Kind.AMPHTML, "/amp"),
        (Kind.ALTERNATE, "/de"),
        (Kind.FEED, "/rss"),
        (Kind.META_REFRESH, "https://page.example/next"),
        (Kind.A, "/a"),
        (Kind.FORM, "/form"),
        (Kind.IFRAME, "/frame"),
        (Kind.AREA, "/area"),
    ]


@pytest.mark.parametrize(
    ("rel", "bits"),
    [
        (None, 0),
        ("", 0),
        ("nofollow", Rel.NOFOLLOW),
        ("noopener nofollow", Rel.NOOPENER | Rel.NOFOLLOW),  # not only at the start
        ("ugc", Rel.UGC),
        ("sponsored", Rel.SPONSORED),
        ("NoFollow\tUGC\n sponsored", Rel.NOFOLLOW | Rel.UGC | Rel.SPONSORED),
        ("nofollow nofollow", Rel.NOFOLLOW),
        ("nofollowed", Rel.OTHER),
        ("nofollow,ugc", Rel.OTHER),
        ("me author tag bookmark license external noreferrer", 16 | 32 | 64 | 128 | 256 | 512 | 1024),
        ("prev made-up", Rel.OTHER),
    ],
)
def test_rel_is_a_set_of_tokens(rel: str | None, bits: int) -> None:
    assert rel_bits(rel) == bits
    if rel is not None:
        assert link(f'<a href=/x rel="{rel}">x</a>').rel == bits


def test_two_links_to_one_page_are_two() -> None:
    first, second = links("<a href=/x rel=nofollow>one</a> <a href=/x>two</a>")
    assert (first.anchor, first.rel, second.anchor, second.rel) == ("one", Rel.NOFOLLOW, "two", 0)


@pytest.mark.parametrize(
    ("inner", "anchor", "alt"),
    [
        ("plain", "plain", None),
        ("  two \n\t words&nbsp;more ", "two words more", None),
        ("<b>bo</b>ld <i>text</i>", "bold text", None),
        ("one<br>two<div>three</div>four", "one two three four", None),
        ("a<script>no()</script><style>no{}</style>b<!-- no -->", "ab", None),
        ("<img src=x alt='The  picture'>", "", "The picture"),
        ("<img alt=one> and <span><img alt=two></span>", "and", "one two"),
        ("<img src=x>", "", ""),
        ("", "", None),
        ("x" * 2000, "x" * ANCHOR_LIMIT, None),
        ("<span>" + "y" * 2000 + "</span>", "y" * ANCHOR_LIMIT, None),
    ],
)
def test_anchor_and_alt(inner: str, anchor: str, alt: str | None) -> None:
    found = link(f"<div><a href=/x>{inner}</a></div>")
    assert (found.anchor, found.alt) == (anchor, alt)


def test_broken_anchors_are_read_as_browsers_read_them() -> None:
    html = (
        "<a href=/1>one <a href=/2>two</a> <p><b><a href='/3'>three</b> four</a><a href=/4 href=/5>unclosed"
    )
    assert [(found.href, found.anchor) for found in links(html)] == [
        ("/1", "one"),
        ("/2", "two"),
        ("/3", "three"),
        ("/3", "four"),
        ("/4", "unclosed"),
    ]


def test_links_in_noscript_count_and_those_in_templates_scripts_and_comments_do_not() -> None:
    html = """<head><noscript><link rel=canonical href=/c></noscript></head><body>
      <noscript><a href=/noscript>n</a></noscript><template><a href=/t>t</a></template>
      <script>"<a href=/s>"</script><!-- <a href=/comment> --><textarea><a href=/ta></textarea>
      <svg><a href=/svg><text>s</text></a><a xlink:href=/old>o</a></svg>"""
    assert [found.href for found in links(html)] == ["/c", "/noscript", "/svg", "/old"]


def test_context_is_the_running_text_of_the_block() -> None:
    html = (
        "<div>far</div><p>Before <b>the</b> link, <a href=/x>here</a> and\n <i>after</i> it.</p><p>next</p>"
    )
    assert link(html)[7:9] == ("Before the link,", "and after it.")
    before, after = link(f"<p>{'word ' * 200}<a href=/x>x</a>{' word' * 200}")[7:9]
    assert before is not None
    assert after is not None
    assert (len(before), len(after)) == (CONTEXT_LIMIT - 1, CONTEXT_LIMIT - 1)
    assert link("<ul><li>no</li><li><a href=/x>x</a></li><li>no</li></ul>")[7:9] == ("", "")


@pytest.mark.parametrize(
    ("attribute", "hidden"),
    [
        ("style='display: none'", Hidden.DISPLAY_NONE),
        ("style='DISPLAY:NONE !important;color:red'", Hidden.DISPLAY_NONE),
        ("style='visibility:hidden'", Hidden.VISIBILITY),
        ("style='opacity:0.0'", Hidden.OPACITY),
        ("style='opacity:.5'", Hidden.VISIBLE),
        ("style='font-size:0px'", Hidden.ZERO_SIZE),
        ("style='font-size:12px'", Hidden.VISIBLE),
        ("style='width:1px;height:1px;overflow:hidden'", Hidden.ZERO_SIZE),
        ("style='width:0'", Hidden.VISIBLE),
        ("style='max-height:0;overflow:hidden'", Hidden.ZERO_SIZE),
        ("style='position:absolute;left:-9999px'", Hidden.OFF_SCREEN),
        ("style='position:absolute;left:-40em'", Hidden.OFF_SCREEN),
        ("style='position:absolute;left:-20px'", Hidden.VISIBLE),
        ("style='left:-9999px'", Hidden.VISIBLE),
        ("style='text-indent:-9999px'", Hidden.OFF_SCREEN),
        ("style='transform:translateX(-1000px)'", Hidden.OFF_SCREEN),
        ("style='position:absolute;clip:rect(0 0 0 0)'", Hidden.CLIP),
        ("style='clip-path:inset(50%)'", Hidden.CLIP),
        ("style='color:#fff;background:#FFFFFF'", Hidden.SAME_COLOUR),
        ("style='color:white;background-color:rgb(255, 255, 255)'", Hidden.SAME_COLOUR),
        ("style='color:#fff;background:#000'", Hidden.VISIBLE),
        ("hidden", Hidden.HIDDEN_ATTRIBUTE),
        ("hidden=until-found", Hidden.VISIBLE),
        ("class=sr-only style='position:absolute;left:-9999px'", Hidden.VISIBLE),
        ("class='link visually-hidden' style='clip:rect(0,0,0,0)'", Hidden.VISIBLE),
        ("aria-hidden=true", Hidden.VISIBLE),
        ("", Hidden.VISIBLE),
    ],
)
def test_hiding_by_a_link_itself_or_what_it_stands_in(attribute: str, hidden: Hidden) -> None:
    assert link(f"<p><a href=/x {attribute}>x</a>").hidden == hidden
    assert link(f"<div {attribute}><p><i><a href=/x>x</a></i></p></div>").hidden == hidden


def test_visibility_can_be_taken_back_and_display_cannot() -> None:
    inner = "<p style='visibility:visible'><a href=/x>x</a></p>"
    assert link(f"<div style='visibility:hidden'>{inner}</div>").hidden == Hidden.VISIBLE
    assert link(f"<div style='display:none'>{inner}</div>").hidden == Hidden.DISPLAY_NONE


@pytest.mark.parametrize(
    ("opening", "placement"),
    [
        ("<nav>", Placement.NAV),
        ("<header>", Placement.HEADER),
        ("<footer>", Placement.FOOTER),
        ("<aside>", Placement.SIDEBAR),
        ("<main>", Placement.CONTENT),
        ("<article><div class=x>", Placement.CONTENT),
        ("<div role=navigation>", Placement.NAV),
        ("<div role=contentinfo>", Placement.FOOTER),
        ("<footer><nav>", Placement.NAV),
        ("<article><header>", Placement.CONTENT),
        ("<main><aside class='related-posts'>", Placement.RELATED),
        ("<div id=comments><article class=comment>", Placement.COMMENT),
        ("<ol class=commentlist><li><div class='comment-content'>", Placement.COMMENT),
        ("<article><div class='author-box'>", Placement.AUTHOR),
        ("<div class='site-footer'><div class=content>", Placement.FOOTER),
        ("<div id=sidebar>", Placement.SIDEBAR),
        ("<div class='widget widget_recent'>", Placement.SIDEBAR),
        ("<ul class=mainNav>", Placement.NAV),
        ("<div class='entry-content'>", Placement.CONTENT),
        ("<body class='has-sidebar footer-dark'><div class=has-sidebar><div class=entry>", Placement.CONTENT),
        ("<body class=sidebar>", None),
        ("<div><ul><li>", None),
    ],
)
def test_placement_from_the_inside_out(opening: str, placement: Placement | None) -> None:
    assert link(f"{opening}<a href=/x>x</a>").placement == placement


def test_running_text_is_content_and_a_bare_list_of_links_is_unknown() -> None:
    text = "A paragraph of plain words that goes on for a while and has one "
    assert link(f"<table><td>{text}<a href=/x>link</a> in it.").placement == Placement.CONTENT
    listing = links("<p>" + " | ".join(f"<a href=/{n}>a longer link text</a>" for n in range(9)))
    assert {found.placement for found in listing} == {None}


BASES = {
    "none": ("", "https://page.example/dir/page.html"),
    "absolute": ("<base href=https://other.example/b/>", "https://other.example/b/"),
    "relative": ("<base href=/below/>", "https://page.example/below/"),
    "the first with an href": ("<base target=_top><base href=/1/><base href=/2/>", "https://page.example/1/"),
    "javascript is no place": (
        "<base href=javascript:x><base href=/2/>",
        "https://page.example/dir/page.html",
    ),
    "data is no place": (
        "<base href='data:text/html,x'><base href=/2/>",
        "https://page.example/dir/page.html",
    ),
    "not a URL": ("<base href='http://['><base href=/2/>", "https://page.example/dir/page.html"),
    "empty is the page": ("<base href=''><base href=/2/>", "https://page.example/dir/page.html"),
    "in the body": ("<body><p><base href=/b/>", "https://page.example/b/"),
}


@pytest.mark.parametrize("name", BASES)
def test_base(name: str) -> None:
    html, base = BASES[name]
    assert page(html).base == base


@pytest.mark.parametrize(
    ("body", "content_type", "anchor"),
    [
        ("<a href=/x>Grüße</a>".encode(), "text/html", "Grüße"),
        ("<a href=/x>Grüße</a>".encode("cp1252"), "text/html", "Grüße"),
        (b"<a href=/x>\x93quoted\x94</a>", "text/html; charset=ISO-8859-1", "“quoted”"),
        ("<a href=/x>Привет</a>".encode("cp1251"), "text/html; charset=windows-1251", "Привет"),
        ("<meta charset=Shift_JIS><a href=/x>日本</a>".encode("cp932"), "text/html", "日本"),
        ("<meta charset=gb2312><a href=/x>镕基</a>".encode("gb18030"), "text/html", "镕基"),
        ("<a href=/x>한국</a>".encode("cp949"), "text/html;charset='euc-kr'", "한국"),
        (
            "<meta http-equiv=content-type content='text/html; charset=koi8-r'><a href=/x>Мир</a>".encode(
                "koi8-r"
            ),
            "",
            "Мир",
        ),
        (b"\xef\xbb\xbf<meta charset=latin1><a href=/x>\xc3\xa9</a>", "text/html; charset=big5", "é"),
        (b"\xff\xfe" + "<a href=/x>é</a>".encode("utf-16-le"), "text/html", "é"),
        ("<meta charset=utf-16><a href=/x>é</a>".encode(), "text/html", "é"),
        ("<a href=/x>é</a>".encode(), "text/html; charset=made-up", "é"),
        ("<a href=/x>é</a>".encode(), "text/html; charset=base64", "é"),
    ],
)
def test_charsets(body: bytes, content_type: str, anchor: str) -> None:
    assert link(body, content_type=content_type).anchor == anchor


def test_facts_of_a_page() -> None:
    html = """<html lang=pt-BR><head><title> A
      title </title><title>second</title>
      <link rel=canonical href="?id=1"><link rel=canonical href=/second>
      <meta name=Robots content="NOINDEX, noarchive"></head>
      <body><p>Some <b>text</b></p><script>no</script>"""
    found = page(html)
    assert (found.title, found.language, found.robots) == ("A title", "pt-BR", Robots.NOINDEX)
    assert found.canonical_key == "example.page/dir/page.html?id=1"
    assert found.text_length == len("Some text")
    assert (found.complete, found.problem) == (True, None)


def test_facts_that_are_not_there_are_none() -> None:
    found = page("<p>")
    assert (found.title, found.language, found.canonical_key, found.refresh) == (None, None, None, None)
    assert (found.robots, found.text_length) == (0, 0)
    assert page("<svg><title>of a picture</title></svg><p>text").title is None
    assert page(f"<title>{'t' * 999}").title == "t" * TITLE_LIMIT


def test_a_canonical_in_the_body_is_a_link_and_no_fact() -> None:
    found = page("<body><p>text<link rel=canonical href=//evil.example/>")
    assert found.canonical_key is None
    assert [raw.kind for raw in found.links()] == [Kind.CANONICAL]


@pytest.mark.parametrize(
    ("html", "header", "robots"),
    [
        ("<meta name=robots content=none>", "", Robots.NOINDEX | Robots.NOFOLLOW),
        ("<meta name=ROBOTS content='nofollow'>", "", Robots.NOFOLLOW),
        ("<meta name=googlebot content=noindex>", "", Robots.NOINDEX),
        ("<meta name=otherbot content=noindex>", "", 0),
        ("<meta name=robots content='index, follow'>", "", 0),
        ("", "noindex", Robots.NOINDEX),
        ("", "Googlebot: nofollow", Robots.NOFOLLOW),
        ("", "otherbot: noindex, nofollow", 0),
        ("", "otherbot: noindex, googlebot: nofollow", Robots.NOFOLLOW),
        ("", "unavailable_after: 25 Jun 2010 15:00:00 PST, noindex", Robots.NOINDEX),
        ("", "max-snippet:0, none", Robots.NOINDEX | Robots.NOFOLLOW),
        ("<meta name=robots content=noindex>", "nofollow", Robots.NOINDEX | Robots.NOFOLLOW),
    ],
)
def test_robots(html: str, header: str, robots: int) -> None:
    headers = {"x_robots_tag": header} if header else {}
    assert page(html, **headers).robots == robots


def test_links_in_http_headers() -> None:
    header = '</a.css>; rel=preload, <https://page.example/c>; rel="canonical", </x>; rel="next"'
    found = page("<link rel=canonical href=/other><a href=/a>", link=header, refresh="0; url=/moved")
    assert [(raw.kind, raw.href) for raw in found.links()] == [
        (Kind.CANONICAL, "https://page.example/c"),
        (Kind.META_REFRESH, "https://page.example/moved"),
        (Kind.CANONICAL, "/other"),
        (Kind.A, "/a"),
    ]
    assert found.canonical_key == "example.page/c"
    assert found.refresh == (0.0, "https://page.example/moved")
    assert page("<p>", content_language="de").language == "de"
    assert page("<p>", content_language="de, en").language is None


def test_only_asked_links_are_looked_at() -> None:
    html = "<link rel=canonical href=/c><a href=/a>one</a><a href=//far.example/b rel=me>two</a>"
    kept = list(page(html).kept(lambda href: href if "far" in href else None))
    assert [(place, ordinal, raw.anchor, raw.rel) for place, ordinal, raw in kept] == [
        ("//far.example/b", 2, "two", Rel.ME)
    ]


HOSTILE = {
    "nested divs": b"<div>" * 100_000,
    "nested lists": b"<ul><li>" * 60_000,
    "nested, then closed": b"<x>" * 50_000 + b"</x>" * 50_000,
    "attributes": b"<a " + b" ".join(b"a%d" % n for n in range(100_000)) + b">",
    "attributes with brackets": b"<a " + b" ".join(b"a%d='<b>\"'" % n for n in range(60_000)) + b">",
    "attributes after a script": b"<script>'>'</script><a "
    + b" ".join(b"a%d" % n for n in range(90_000))
    + b">",
    "attributes of many bodies": b"".join(b"<body a%d>" % n for n in range(60_000)),
    "nested after a comment": b"<!-- --!>" + b"<div>" * 40_000,
    "nested after a doctype": b"<!x <!-- >" + b"<div>" * 40_000,
    "nested in a picture": b"<svg>" + b"<a>" * 60_000,
    "nested forms in a picture": b"<svg>" + b"<form>" * 60_000,
    "nested in a picture's title": b"<svg><title>" + b"<div>" * 40_000,
    "nested in a picture's style": b"<svg><style>" + b"<g>" * 40_000,
    "nested in a formula": b"<math><script>" + b"<mi>" * 40_000,
    "nested after a picture's CDATA": b"<svg><![CDATA[ > <!-- ]]>" + b"<g>" * 40_000,
    "nested beside what a style closes": b"<svg><desc></desc></svg><math></math>"
    + b"<div><style></div></style>" * 40_000,
    "nested beside what a picture's comment closes": b"<svg><title>"
    + b"<g><style><!-- </style></g> -->" * 40_000,
    "nested after a quoted picture's end": b'<svg><g b="> </svg> "><title><!-- </title>' + b"<g>" * 40_000,
    "nested, closing others": b"<div></x>" * 40_000,
    "nested after a vertical tab": b'<a b=\x0b">' + b"<div>" * 40_000,
    "nested ruby": b"<rt>" * 40_000,
    "nested groups": b"<optgroup>" * 40_000,
    "nested forms in a template": b"<template>" + b"<form>" * 40_000,
    "nested in UTF-16": b"\xff\xfe" + ("<div>" * 40_000).encode("utf-16-le"),
    "attributes in UTF-16": b"\xfe\xff"
    + ("<a " + " ".join(f"a{n}" for n in range(50_000)) + ">").encode("utf-16-be"),
    "styles in styles": b"<svg><title>" + b"<style>" * 300_000,
    "comments in comments": b"<svg><title><style>" + b"<!-- " * 300_000,
    "formatting opened again": b"<p>" + b"".join(b"<font a=%d>" % n for n in range(3_000)) + b"<p>x" * 3_000,
}
HARMLESS = {
    "comments": b"<!--" * 100_000,
    "unclosed links": b"<a href=/x>" * 30_000,
    "flat": b"<p>x" * 50_000,
    "options": b"<select>" + b"<option>" * 50_000,
    "siblings": b"<div></div>" * 50_000,
    "one paragraph of links": b"<p>" + b"<a href=//far.example/></a>" * 20_000,
    "one long text": b"<p>" + b"x " * 500_000 + b"<a href=/x>",
    "entities": b"&amp" * 200_000,
    "NUL": b"\0" * 100_000,
    "formatting, closed": b"<p><font a=b>x</font>" * 20_000,
    "unclosed quotes": b"<a href='" * 2_000,
    "pictures": b'<p><svg viewBox="0 0 1 1"><title>x</title><!-- by y --><path d="M0 0"><g/></svg>x</p>'
    * 9_000,
    "a picture, then flat": b"<svg><foreignObject><div></div></foreignObject></svg>" + b"<p>x" * 30_000,
    "UTF-16": b"\xff\xfe" + ("<p>x" * 30_000).encode("utf-16-le"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_pages_that_would_stop_the_parser_are_not_parsed(name: str) -> None:
    found = page(HOSTILE[name])
    assert (found.complete, list(found.links())) == (False, [])
    assert found.problem is not None
    assert found.problem.startswith("not parsed: ")


@pytest.mark.parametrize("name", HARMLESS)
def test_odd_pages_that_are_harmless_are_parsed(name: str) -> None:
    started = time.process_time()
    found = page(HARMLESS[name])
    assert (found.complete, found.problem) == (True, None)
    list(found.links())
    assert time.process_time() - started < 30  # a hang would take minutes


def test_nesting_that_only_shows_once_decoded_is_not_parsed() -> None:
    body = b"<\x1b(Bdiv>" * 60_000
    found = read_html(body, url=URL, headers={"content-type": "text/html; charset=iso-2022-jp"})
    assert (found.complete, found.problem) == (False, "not parsed: elements nested too deep")
