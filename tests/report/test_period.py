"""Do the sentences of a report say what the figures say and no more, and what is not known?"""

from datetime import UTC, datetime
from typing import Any

import pytest

from backlit.report.period import Material, build_report
from backlit.report.report_html import title_of
from backlit.report.steps import next_steps
from tests.unit.fakes import link_row, overview_row

SINCE, UNTIL = datetime(2026, 5, 8, tzinfo=UTC), datetime(2026, 6, 7, tzinfo=UTC)
AUDIT: dict[str, Any] = {
    "clusters": [],
    "clusters_total": 0,
    "noise": None,
    "findings": [],
    "conclusion": "There is nothing to do.",
    **dict.fromkeys(("referring_domains", "anchors", "top_links", "timeline", "unknowns", "sources"), ()),
    "anchor_mix": None,
    "mix": {},
    "sources_total": 2,
}


def change(kind: str, reason: str, domain: str = "a.example", **link: Any) -> dict[str, Any]:
    row = link_row(**({"source_domain": domain, "source_url": f"https://{domain}/p"} | link))
    return {"at": UNTIL, "kind": kind, "reason": reason, "link": row, "before": None, "after": None}


def material(**changed: Any) -> Material:
    plain: dict[str, Any] = {
        "target": "shop.example",
        "since": SINCE,
        "until": UNTIL,
        "now": overview_row(referring_domains=4, links=6, leads=0),
        "before": overview_row(referring_domains=4, links=6),
        "begins": SINCE,
        "changes": [],
        "counts": {},
        "looked": 6,
        "unread": 0,
        "audit": AUDIT,
        "broken": [],
        "done": [],
        "sources": {},
        "asked": "--since 2026-05-08",
    }
    return Material(**(plain | changed))


def said(audience: str = "owner", **changed: Any) -> list[str]:
    told: list[str] = build_report(material(**changed), audience)["narrative"]
    return told


def test_where_nothing_happened_it_says_so() -> None:
    assert said() == [
        "4 sites link to shop.example, with 6 links.",
        "On 8 May 2026 there were as many.",
        "Nothing happened: 6 links were looked at again, and none was won, lost or changed.",
        "There is nothing to do.",
    ]


def test_a_site_is_called_by_its_letters_and_commands_take_it_as_it_was_sent() -> None:
    report = build_report(material(target="xn--grtnerblog-q5a.example"), "owner")
    assert report["narrative"][0] == "4 sites link to gärtnerblog.example, with 6 links."
    assert title_of(report) == "Link report: gärtnerblog.example, 8 May 2026 to 7 Jun 2026"
    assert report["method"][0]["command"] == "backlit domains xn--grtnerblog-q5a.example"


def test_where_nobody_looked_nothing_is_claimed() -> None:
    told = said(looked=0, unread=6, before=None, begins=UNTIL)
    assert told == [
        "4 sites link to shop.example, with 6 links.",
        "How many it were on 8 May 2026 is not known: the data begin on 7 Jun 2026.",
        "No page that links here was read in these days, so what changed is not known. "
        "That is no sign that nothing did.",
        "1 thing to do, below.",
    ]
    first = said(looked=0, unread=0, before=None, begins=UNTIL, counts={"first-read": 6})
    assert first[2].startswith("No page that links here was read before these days")
    numbers = build_report(material(looked=0, before=None), "owner")["numbers"]
    known = {row["id"]: (row["value"], row["before"]) for row in numbers}
    assert (known["won"], known["lost"]) == ((None, None), (None, None))
    assert known["referring_domains"] == (4, None)


def test_an_older_number_says_nothing_of_what_came_where_no_page_was_read_again() -> None:
    numbers = build_report(material(looked=0), "owner")["numbers"]
    assert {row["id"]: row["value"] for row in numbers if row["id"] in ("won", "lost")} == {
        "won": None,
        "lost": None,
    }


def test_what_was_won_and_lost_is_told_with_reasons_and_the_strongest() -> None:
    changes = [
        change("new", "added", "weak.example", source_authority=3.0),
        change("new", "added", "strong.example", source_authority=80.0, anchor="fine chairs"),
        change("new", "added", "unknown.example", source_authority=None),
        change("lost", "removed", "gone.example", source_authority=None),
        change("lost", "page-gone", "gone.example", source_authority=None),
        change("changed", "anchor,rel"),
    ]
    counts = {"new": 3, "lost": 2, "changed": 1, "first-read": 2, "reported": 1}
    assert said(changes=changes, counts=counts, unread=1)[2:] == [
        "3 links from 3 sites were won, on pages that had been read before without.",
        "2 links from 1 site were lost: 1 page no longer has the link, 1 page is gone.",
        "1 link changed (words 1, rel 1).",
        "The strongest site won is strong.example (authority 80), with the words “fine chairs”.",
        "2 more links stand on pages that were read for the first time: when they were made is not known.",
        "1 link is named by exports alone; no look has confirmed that.",
        "1 link was not looked at in these days: whether it still stands is not known.",
        "2 things to do, below.",
    ]
    assert "1 link changed." in said("client", changes=changes, counts=counts)
    assert "from at least 3 sites" in said(changes=changes, counts=counts | {"new": 9})[2]
    assert len(said("executive", changes=changes, counts=counts)) == 7


def test_no_sentence_names_a_cause() -> None:
    changes = [change("new", "added"), change("lost", "removed")]
    report = build_report(material(changes=changes, counts={"new": 1, "lost": 1}), "owner")
    told = " ".join(report["narrative"] + [step["why"] for step in report["next"]]).lower()
    assert not [
        word for word in ("because", "due to", "caused", "thanks to", "led to", "result") if word in told
    ]


def test_hostile_names_are_spelled_out() -> None:
    changes = [change("new", "added", anchor="pay\u202elap", source_authority=9.0)]
    assert "pay<U+202E>lap" in " ".join(said(changes=changes, counts={"new": 1}))


@pytest.mark.parametrize(
    ("link", "asked"),
    [
        ({}, ["ask-back"]),
        ({"rel": ["nofollow"]}, []),
        ({"spam": 80.0}, []),
        ({"unnatural": 60.0}, []),
        ({"rel": None}, ["ask-back"]),
        ({"placement": "comment"}, []),
        ({"hidden": "off-screen"}, []),
    ],
)
def test_only_links_worth_having_are_asked_back(link: dict[str, Any], asked: list[str]) -> None:
    steps = next_steps("shop.example", AUDIT, [], [change("lost", "removed", **link)], 0, 0)
    assert [step["id"] for step in steps] == asked


def test_a_site_that_still_links_is_not_asked_for_a_link() -> None:
    lost = [change("lost", "removed", domain) for domain in ("a.example", "b.example", "c.example")]
    report = build_report(
        material(changes=lost, counts={"lost": 3}, linking={"a.example", "c.example"}), "owner"
    )
    assert [step["what"] for step in report["next"]] == ["Ask 1 site for the links that they took out."]
    assert report["next"][0]["why"] == "The page stands, the link is gone: b.example."
    assert report["lost_total"] == 3


def test_the_steps_and_their_order() -> None:
    broken = [{"target_url": "https://shop.example/old", "domains": 2, "links": 3}]
    cluster = {"cluster": "4 domains with the words “buy”", "links": 9}
    audit = AUDIT | {"clusters": [cluster], "clusters_total": 1}
    steps = next_steps("shop.example", audit, broken, [change("lost", "page-gone")], 2, 5)
    assert [(step["id"], step["what"]) for step in steps] == [
        ("redirect", "Redirect 1 page of yours that is gone."),
        ("audit", "Look at 1 group of links that reads as unnatural."),
        ("verify", "Have the pages of 2 links read again."),
    ]
    assert (
        next_steps("shop.example", AUDIT, [], [], 0, 5)[0]["command"] == "backlit verify shop.example --leads"
    )
    assert next_steps("shop.example", AUDIT, [], [], 0, 0) == []
    changes = [change("lost", "removed")]
    many = {"changes": changes, "counts": {"lost": 1}, "broken": broken, "audit": audit, "unread": 2}
    assert said("client", **many)[-1] == "4 things to do, below."
    assert said("executive", **many)[-1] == "4 things to do, the first 3 below."  # as many as are shown
