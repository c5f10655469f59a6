"""Do charts say what they show, to everybody, and never what a stranger wrote?"""

import re
import xml.etree.ElementTree as ET

import pytest

from backlit.report.charts import (
    PALETTE,
    STYLE,
    Part,
    Svg,
    bars,
    columns,
    gauge,
    strip,
)

_SVG = "{http://www.w3.org/2000/svg}"
PARTS = [Part("follow", 75), Part("nofollow", 20), Part("not read", 5, unknown=True)]
EVERY = [
    bars("Languages", PARTS),
    strip("Rel", PARTS),
    columns("Growth", [Part("Jan 2026", 3), Part("Feb 2026", None), Part("Mar 2026", 0)]),
]


def parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314 - our own output


def texts(svg: str, tag: str) -> list[str]:
    return [element.text or "" for element in parsed(svg).iter(f"{_SVG}{tag}")]


def widths(svg: str, css: str) -> list[float]:
    found = [rect for rect in parsed(svg).iter(f"{_SVG}rect") if (rect.get("class") or "").startswith(css)]
    return [
        float(str(rect.get("width")).rstrip("%")) for rect in found if str(rect.get("width")).endswith("%")
    ]


@pytest.mark.parametrize("svg", EVERY)
def test_a_chart_is_an_image_with_a_title_and_a_sentence(svg: Svg) -> None:
    root = parsed(svg)
    assert root.get("role") == "img"
    assert [child.tag for child in root][:2] == [f"{_SVG}title", f"{_SVG}desc"]
    assert all(child.text for child in list(root)[:2])


@pytest.mark.parametrize("svg", EVERY)
def test_a_chart_needs_neither_inline_style_nor_script(svg: Svg) -> None:
    assert not re.search(r"style|script|\bon\w+=|href", svg)


def test_the_sentence_tells_every_number() -> None:
    assert texts(strip("Rel", PARTS), "desc") == ["follow: 75 (75 %); nofollow: 20 (20 %); not read: 5 (5 %)"]
    assert texts(columns("Growth", [Part("Jan", 3), Part("Feb", None)]), "desc") == ["Jan: 3; Feb: unknown"]


def test_a_strip_is_cut_in_proportion_and_its_legend_has_the_same_order() -> None:
    svg = strip("Rel", PARTS)
    assert widths(svg, "s") == pytest.approx([74.6, 19.6])
    assert texts(svg, "text") == [
        "75 %",
        "20 %",
        "follow",
        "75 · 75 %",
        "nofollow",
        "20 · 20 %",
        "not read",
        "5 · 5 %",
    ]


def test_the_longest_bar_fills_its_row() -> None:
    assert widths(bars("Languages", [Part("en", 50), Part("de", 25)]), "s1") == [100, 50]


def test_unknown_is_hollow_and_never_a_bar_of_zero() -> None:
    svg = bars("Languages", [Part("en", 2), Part("de", None)])
    assert "unknown" in texts(svg, "text")
    assert len(widths(svg, "hollow")) == 1


def test_zero_draws_no_bar() -> None:
    assert widths(bars("Languages", [Part("en", 0)]), "s1") == []
    assert widths(columns("Growth", [Part("Jan", 0), Part("Feb", 4)]), "s1") == [38]


def test_a_timeline_has_labels_that_a_phone_has_room_for() -> None:
    def labels(number: int) -> list[str]:
        svg = columns("Growth", [Part(f"m{at}", 1) for at in range(number)])
        return [text for text in texts(svg, "text") if text.startswith("m")]

    assert [labels(number) for number in (1, 2, 3, 12)] == [
        ["m0"], ["m0", "m1"], ["m0", "m1", "m2"], ["m0", "m5", "m11"],
    ]  # fmt: skip


def test_nothing_known_is_said() -> None:
    assert texts(strip("Rel", []), "desc") == ["nothing known yet"]
    assert parsed(columns("Growth", [])).get("role") == "img"


def test_labels_are_escaped_and_shown() -> None:
    svg = bars("<Title>", [Part("<script>\u202e", 1)], desc="a & b")
    assert "<script>" not in svg
    assert texts(svg, "text")[0] == "<script><U+202E>"
    assert (texts(svg, "title")[0], texts(svg, "desc")) == ("<Title>", ["a & b"])


def test_the_same_numbers_give_the_same_bytes() -> None:
    assert strip("Rel", PARTS) == strip("Rel", list(PARTS))


def test_a_gauge_is_silent() -> None:
    assert parsed(gauge(1, 4)).get("aria-hidden") == "true"
    assert widths(gauge(1, 4), "s1") == [25]


def test_every_series_can_be_repainted_by_the_page() -> None:
    assert [f"--chart-{at},{hue}" in STYLE for at, hue in enumerate(PALETTE, 1)] == [True] * len(PALETTE)


def test_white_numbers_on_every_series_can_be_read() -> None:
    def luminance(colour: str) -> float:
        channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    assert [hue for hue in PALETTE if 1.05 / (luminance(hue) + 0.05) < 4.5] == []


def test_a_part_with_rows_is_a_link_that_says_its_number() -> None:
    linked = [Part("plain", 3, href="/a?q=1&b=2"), Part("unknown", 1, unknown=True)]
    for svg in (strip("Rel", linked), bars("Rel", linked), columns("Rel", linked)):
        root = parsed(svg)
        links = [each for each in root.iter(f"{_SVG}a") if each.get("tabindex") is None]
        assert root.get("role") == "group"
        assert [(each.get("href"), each.get("aria-label")) for each in links] == [("/a?q=1&b=2", "plain: 3")]
        assert links[0][0].get("class") == "hit"
