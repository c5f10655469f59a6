"""Is the audit one file that runs nothing, asks nobody, and shows strangers' text as text?"""

import re
from html.parser import HTMLParser
from typing import Any

from backlit.report.audit import build_audit
from backlit.report.document import audit_html, mix_parts, timeline_chart
from tests.unit.fakes import AS_OF, HOSTILE, LINKS, anchor_row, domain_row, link_row, overview_row


def document(**changes: Any) -> str:
    model = build_audit(
        overview_row(hidden_links=1),
        [domain_row(anchor=text) for text in HOSTILE],
        [anchor_row(text) for text in ["", *HOSTILE]],
        [*LINKS, link_row(source_domain="h.example", hidden="clip", anchor=HOSTILE[0])],
        sources=[*HOSTILE, "crawl-1.warc.gz"],
        as_of=AS_OF,
    )
    return audit_html(model | changes)


class Outline(HTMLParser):
    """Tags with their attributes, and the text between."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def test_hostile_text_becomes_text() -> None:
    outline = Outline(document())
    assert [tag for tag in ("script", "img", "iframe", "object", "form") if outline.all(tag)] == []
    handlers = [name for _, attributes in outline.tags for name in attributes if name.startswith("on")]
    assert handlers == []
    assert '<img src=x onerror="document.title=1">' in outline.text
    assert "pay<U+202E>lap<U+202C> <U+200B>now<U+001B>[31m" in outline.text
    assert "{{ 7 * 7 }}" in outline.text


def test_nothing_is_loaded_from_anywhere() -> None:
    html = document()
    outline = Outline(html)
    assert outline.all("link") == []
    assert [
        attributes for _, attributes in outline.tags if "src" in attributes or "style" in attributes
    ] == []
    assert "url(" not in html
    assert "@import" not in html


def test_links_leave_over_http_only_and_vouch_for_nobody() -> None:
    links = Outline(document()).all("a")
    assert {attributes["rel"] for attributes in links} == {"noopener noreferrer nofollow ugc"}
    assert {str(attributes["href"]).partition("://")[0] for attributes in links} == {"https"}


def test_an_address_that_is_none_is_shown_and_not_linked() -> None:
    html = document()
    assert "javascript:alert(3)" not in re.findall(r'href="([^"]*)"', html)


def test_it_prints_and_follows_the_colour_scheme() -> None:
    html = document()
    assert [part in html for part in ("@media print", "@page", "prefers-color-scheme:dark")] == [True] * 3


def test_it_has_one_heading_and_tables_with_captions() -> None:
    outline = Outline(document())
    assert len(outline.all("h1")) == 1
    assert len(outline.all("table")) == len(outline.all("caption")) == 2
    assert [cell for cell in outline.all("th") if "scope" not in cell] == []


def test_it_says_when_there_is_nothing() -> None:
    empty = document(
        findings=[], referring_domains=[], anchors=[], top_links=[], timeline=[], mix={}, sources=[]
    )
    assert "What this audit cannot know yet" in empty
    assert "<table" not in empty


def test_a_timeline_has_no_gaps_and_at_least_a_year() -> None:
    svg = timeline_chart([{"month": "2025-12", "new_domains": 4}, {"month": "2026-03", "new_domains": 2}])
    told = re.findall(r"<desc>(.*?)</desc>", svg)[0].split("; ")
    assert (len(told), told[-4:]) == (12, ["Dec 2025: 4", "Jan 2026: 0", "Feb 2026: 0", "Mar 2026: 2"])


def test_a_long_timeline_ends_with_the_newest_month() -> None:
    svg = timeline_chart([{"month": f"{year}-01", "new_domains": 1} for year in range(2010, 2027)])
    told = re.findall(r"<desc>(.*?)</desc>", svg)[0].split("; ")
    assert (len(told), told[0], told[-1]) == (48, "Feb 2022: 0", "Jan 2026: 1")


def test_the_unknown_part_of_a_mix_comes_last_and_is_marked() -> None:
    parts = mix_parts("rel", {"unknown": 9, "nofollow": 1, "follow": 2})
    assert [(part.label, part.unknown) for part in parts] == [
        ("plain (follow)", False),
        ("nofollow", False),
        ("not read", True),
    ]
