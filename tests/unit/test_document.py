"""Is the audit one file that runs nothing, asks nobody, and shows strangers' text as text?"""

import re
from typing import Any

from backlit.report import text
from backlit.report.audit import build_audit
from backlit.report.document import audit_html, mix_parts, months_shown, timeline_chart, timeline_note
from tests.unit.fakes import (
    AS_OF,
    HOSTILE,
    LINKS,
    anchor_row,
    domain_row,
    link_row,
    noticed_row,
    overview_row,
)
from tests.unit.outline import Outline


def document(**changes: Any) -> str:
    model = build_audit(
        overview_row(hidden_links=1),
        [domain_row(anchor=text) for text in HOSTILE],
        [anchor_row(text) for text in ["", *HOSTILE]],
        LINKS,
        noticed_row(
            hidden=[{"hidden": "clip", "links": 1}],
            hidden_rows=[link_row(source_domain="h.example", hidden="clip", anchor=HOSTILE[0])],
        ),
        sources=[*HOSTILE, "crawl-1.warc.gz"],
        sources_total=1,
        as_of=AS_OF,
    )
    return audit_html(model | changes)


def test_hostile_text_becomes_text() -> None:
    outline = Outline(document())
    assert [tag for tag in ("script", "img", "iframe", "object", "form") if outline.all(tag)] == []
    handlers = [name for _, attributes in outline.tags for name in attributes if name.startswith("on")]
    assert handlers == []
    assert '<img src=x onerror="document.title=1">' in outline.text
    assert "pay<U+202E>lap<U+202C> <U+200B>now<U+001B>[31m" in outline.text
    assert "{{ 7 * 7 }}" in outline.text


def test_the_title_calls_the_site_by_its_letters() -> None:
    assert "<title>Link audit of gärtnerblog.example</title>" in document(target="xn--grtnerblog-q5a.example")


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


def test_months_before_the_data_are_not_months_without_links() -> None:
    timeline = [{"month": "2025-12", "new_domains": 4}, {"month": "2026-03", "new_domains": 2}]
    told = re.findall(r"<desc>(.*?)</desc>", timeline_chart(timeline))[0].split("; ")
    assert told[:8] == [f"{text.month(f'2025-{number:02}')}: no data" for number in range(4, 12)]
    assert timeline_note(timeline) == (
        "The first month with data also holds what was there before the data begins. "
        "Months before it have no data."
    )


def test_a_long_timeline_ends_with_the_newest_month() -> None:
    svg = timeline_chart([{"month": f"{year}-01", "new_domains": 1} for year in range(2010, 2027)])
    told = re.findall(r"<desc>(.*?)</desc>", svg)[0].split("; ")
    assert (len(told), told[0], told[-1]) == (36, "Feb 2023: 0", "Jan 2026: 1")


def test_months_that_are_cut_off_are_counted() -> None:
    timeline = [{"month": f"{year}-01", "new_domains": 2} for year in range(2010, 2027)]
    assert timeline_note(timeline) == "Before Feb 2023: 28 domains."
    assert (months_shown(timeline, 13).earlier, len(months_shown(timeline, 13).new)) == (30, 13)


def test_the_unknown_part_of_a_mix_comes_last_and_is_marked() -> None:
    parts = mix_parts("rel", {"unknown": 9, "nofollow": 1, "follow": 2})
    assert [(part.label, part.unknown) for part in parts] == [
        ("plain (follow)", False),
        ("nofollow alone", False),
        ("not read", True),
    ]


def test_a_long_mix_keeps_what_is_left_over_and_what_is_not_known() -> None:
    mix = {"en": 9, "de": 5, "fr": 3, "xx": 2, "other": 1, "unknown": 4}
    parts = mix_parts("language", mix, 3)
    assert [(part.label, part.value) for part in parts] == [
        ("English", 9),
        ("German", 5),
        ("French", 3),
        ("other", 3),
        ("not known", 4),
    ]


def test_every_cell_of_a_stacked_row_has_its_name() -> None:
    cells = [row for row in Outline(document()).all("td") if row.get("class") in ("n", "d")]
    assert cells
    assert [row for row in cells if not row.get("data-label")] == []


def test_a_host_that_ends_in_no_top_level_domain_is_told_as_that() -> None:
    from backlit.report.document import mix_label

    told = [mix_label("tld", key) for key in ("edu", "edu_80", "xn--h1alffa9f", "unknown", "other")]
    assert told == ["edu", "edu_80 (no top-level domain)", "россия", "an address without a name", "other"]


def test_sources_beyond_those_named_are_counted() -> None:
    text = document(sources=["crawl-1.warc.gz"], sources_total=32)
    assert "read from 32 sources</summary>" in text  # folded: names of files are not what a phone opens with
    assert "<li><bdi>crawl-1.warc.gz</bdi></li><li>and 31 more sources</li>" in text
