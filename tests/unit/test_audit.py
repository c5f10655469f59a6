"""Does the audit judge little, show its evidence, and say what it does not know?"""

import json
from datetime import date
from typing import Any

import pytest

from backlit.report import findings
from backlit.report.audit import build_audit
from backlit.report.findings import ANCHOR_SHARE, MIN_DOMAINS, SITEWIDE_LINKS, SUBNET_SHARE
from tests.unit.fakes import AS_OF, anchor_row, domain_row, link_row, noticed_row, overview_row

Row = dict[str, Any]


def audit(
    overview: Row | None = None,
    domains: list[Row] | None = None,
    anchors: list[Row] | None = None,
    links: list[Row] | None = None,
    pace: Row | None = None,
    **noticed: Any,
) -> Row:
    return build_audit(
        overview or overview_row(),
        [domain_row()] if domains is None else domains,
        [anchor_row()] if anchors is None else anchors,
        [link_row()] if links is None else links,
        noticed_row(**noticed),
        sources=["crawl-1.warc.gz"],
        sources_total=1,
        as_of=AS_OF,
        pace=pace,
    )


def found(model: Row) -> list[str]:
    return [finding["id"] for finding in model["findings"]]


def test_a_healthy_profile_has_nothing_to_do() -> None:
    model = audit()
    assert model["findings"] == []
    assert model["conclusion"] == "There is nothing to do. No check found anything out of the ordinary."
    assert model["headline"] == [
        "7 sites link to shop.example, with 9 links on 7 pages.",
        "The strongest, by authority from 0 to 100, is friend.example (61).",
        "88 % of the links whose attributes were read are plain links, without nofollow, ugc or sponsored.",
        "In the 30 days before the data ends, 2 links appeared on pages that had been read before, "
        "and 1 was lost.",
        "Nothing here asks for action.",
    ]


def test_the_parts_of_the_model_are_a_contract() -> None:
    assert list(audit()) == [
        "target",
        "scope",
        "as_of",
        "sources",
        "sources_total",
        "headline",
        "numbers",
        "intake",
        "decided",
        "clusters",
        "clusters_total",
        "noise",
        "by_policy",
        "findings",
        "conclusion",
        "referring_domains",
        "anchors",
        "anchor_mix",
        "mix",
        "timeline",
        "top_links",
        "unknowns",
    ]


def test_numbers_keep_unknown_apart_from_zero() -> None:
    overview = overview_row(
        referring_subnets=None,
        lost=0,
        authority={"score": None, "rank": None, "of": None, "why": "The index has not been ranked yet."},
    )
    numbers = {number["id"]: (number["value"], number["note"]) for number in audit(overview)["numbers"]}
    assert numbers == {
        "referring_domains": (7, None),
        "links": (9, "on 7 pages"),
        "authority": (None, "The index has not been ranked yet."),
        "referring_hosts": (7, None),
        "referring_subnets": (None, None),
        "lost": (0, "a later look at their page did not find them"),
    }


def test_hidden_links_are_quoted_with_how_they_are_hidden() -> None:
    rows = [link_row(source_url="https://a.example/", hidden="zero-size", anchor="loans")]
    ways = [{"hidden": "zero-size", "links": 1}]
    model = audit(overview_row(hidden_links=1), hidden=ways, hidden_rows=rows)
    assert model["findings"] == [
        {
            "id": "hidden-links",
            "level": "look",
            "sentence": "1 link is hidden from the readers of the page: 1 no size.",
            "evidence": [{"source_url": "https://a.example/", "anchor": "loans", "hidden": "no size"}],
            "what_to_do": model["findings"][0]["what_to_do"],
            "more": 0,
            "filter": "is:hidden",
        }
    ]


def test_what_is_not_quoted_is_counted_and_can_be_listed() -> None:
    rows = [link_row(hidden="zero-size")] * 5
    model = audit(
        overview_row(hidden_links=79), hidden=[{"hidden": "zero-size", "links": 79}], hidden_rows=rows
    )
    [finding] = model["findings"]
    assert (len(finding["evidence"]), finding["more"], finding["filter"]) == (5, 74, "is:hidden")
    assert model["headline"][-1] == "1 thing below is worth a look."


def anchored(share: float, anchor: str, domains: int = 100) -> Row:
    rows = [anchor_row(anchor, domains=round(share * domains), links=500)]
    return audit(overview_row(referring_domains=domains), anchors=rows)


def test_one_anchor_on_many_domains_is_worth_a_look() -> None:
    finding = anchored(ANCHOR_SHARE, "buy garden chairs")["findings"][0]
    assert (finding["id"], finding["sentence"], finding["evidence"]) == (
        "one-anchor",
        "30 % of the referring domains use the same words, “buy garden chairs”.",
        [
            {"anchor": "buy garden chairs", "domains": 30, "links": 500},
            {"referring_domains": 100, "noticed_from": "30 %"},
        ],
    )


@pytest.mark.parametrize(
    ("share", "anchor", "domains"),
    [
        (ANCHOR_SHARE - 0.01, "buy garden chairs", 100),
        (1.0, "buy garden chairs", MIN_DOMAINS - 1),
        (1.0, "Shop", 100),
        (1.0, "shop.example", 100),
        (1.0, "https://www.shop.example/", 100),
        (1.0, "", 100),
    ],
)
def test_few_domains_names_and_images_are_no_finding(share: float, anchor: str, domains: int) -> None:
    assert found(anchored(share, anchor, domains)) == []


def networked(in_one: int, known: int) -> Row:
    rows = [domain_row(f"a{at}.example") for at in range(min(in_one, findings.QUOTED))]
    return audit(network={"subnet": "192.0.2.0/24", "domains": in_one, "known": known, "rows": rows})


def test_many_domains_in_one_network_are_worth_a_look() -> None:
    finding = networked(10, 30)["findings"][0]
    assert (
        finding["sentence"]
        == "10 domains of 30 whose address is known answer from one network, 192.0.2.0/24."
    )
    assert finding["evidence"][0] == {"subnet": "192.0.2.0/24", "domains": 10, "known": 30}
    assert len(finding["evidence"]) == 1 + findings.QUOTED


def test_a_spread_of_networks_and_few_known_addresses_are_no_finding() -> None:
    assert found(networked(int(SUBNET_SHARE * 40), 40)) == []
    assert found(networked(MIN_DOMAINS - 1, MIN_DOMAINS - 1)) == []


def test_links_of_a_template_are_named_by_domain() -> None:
    repeated = [
        {"domain": f"{at}.example", "links": SITEWIDE_LINKS + at, "placement": "footer", "anchor": "b"}
        for at in range(findings.QUOTED + 1)
    ]
    finding = audit(repeated=repeated)["findings"][0]
    assert (finding["id"], finding["level"]) == ("site-wide", "info")
    assert finding["sentence"].startswith("135 links from 6 domains are repeated by a template")
    assert finding["evidence"] == repeated[: findings.QUOTED]


def test_shares_that_rest_on_little_are_explained() -> None:
    mix = overview_row()["mix"] | {"state": {"live": 3, "unverified": 6}}
    model = audit(overview_row(mix=mix, rel_unknown=4))
    assert found(model) == ["not-verified", "rel-unknown"]
    assert model["conclusion"] == "There is nothing to do. What stands here explains the numbers."


def test_pages_that_ask_not_to_be_indexed_are_named_when_it_is_known() -> None:
    rows = [link_row(noindex=True)]
    known = audit(links=rows, noindex=1, noindex_rows=rows)
    assert found(known) == ["noindex"]
    sentence = "Whether the linking pages ask search engines not to index them."
    assert (sentence in known["unknowns"], sentence in audit()["unknowns"]) == (False, True)


def test_worth_a_look_comes_before_information() -> None:
    model = audit(overview_row(hidden_links=1, rel_unknown=9))
    assert [finding["level"] for finding in model["findings"]] == ["look", "info"]


def test_top_links_are_the_best_of_each_domain() -> None:
    rows = [
        link_row(id="1", source_domain="weak.example", source_authority=3.0),
        link_row(id="2", source_authority=70.0, rel=["nofollow"]),
        link_row(id="3", source_authority=70.0, placement="footer"),
        link_row(id="4", source_authority=70.0),
        link_row(id="5", source_domain="unranked.example", source_authority=None),
        link_row(id="6", source_domain="moved.example", kind="redirect", source_authority=99.0),
    ]
    assert [link["id"] for link in audit(links=rows)["top_links"]] == ["4", "1", "5"]


def test_lists_are_short_and_in_the_order_of_authority() -> None:
    rows = [domain_row(f"d{at}.example", authority=float(at)) for at in range(30)]
    rows.append(domain_row("unranked.example", authority=None))
    listed = audit(domains=rows)["referring_domains"]
    assert [row["domain"] for row in listed] == [f"d{at}.example" for at in range(29, 9, -1)]


def test_what_cannot_be_known_is_named() -> None:
    overview = overview_row(leads=3, hidden_unknown=1, authority={"score": None, "why": "Run `backlit rank`"})
    said = audit(overview, links=[link_row(hidden=None, source_ip=None)])["unknowns"]
    assert said == [
        "Links on pages that these sources do not hold. "
        "No crawl has every page, so the true numbers are higher.",
        "3 pages are said to link here but have not been read yet.",
        "The authority of the target. Run `backlit rank`.",
        "Whether 1 link is nofollow: the sources do not say.",
        "Whether a reader sees 1 link of 9: no source kept the page around it.",
        "Whether the linking pages ask search engines not to index them.",
        "Which networks the sites answer from: no source kept addresses.",
        "Whether a link was paid for, exchanged or placed: nobody has judged these links.",
        "What a search engine makes of any of these links. Nobody outside it does.",
    ]


def test_no_links_is_no_verdict() -> None:
    overview = overview_row(referring_domains=0, links=0, pages=0, rel_unknown=0)
    model = audit(overview, [], [], [])
    assert model["headline"] == ["No link to shop.example was found in these sources."]
    assert model["conclusion"].startswith("There is nothing to judge yet.")


def test_it_neither_alarms_nor_proposes_to_disavow() -> None:
    mix = overview_row()["mix"] | {"state": {"unverified": 9}}
    overview = overview_row(hidden_links=2, rel_unknown=9, referring_domains=100, mix=mix)
    model = audit(
        overview,
        anchors=[anchor_row("buy chairs", domains=90)],
        hidden=[{"hidden": "clip", "links": 2}],
        hidden_rows=[link_row(hidden="clip")],
        repeated=[{"domain": "a.example", "links": 900, "placement": "footer", "anchor": "x"}],
        noindex=1,
        noindex_rows=[link_row(noindex=True)],
        network={"subnet": "192.0.2.0/24", "domains": 40, "known": 40, "rows": [domain_row()]},
    )
    assert len(found(model)) == 7
    said = json.dumps(model, default=str).lower()
    assert [word for word in ("toxic", "disavow", "penal", "harmful", "snapshot") if word in said] == []


def test_the_same_rows_give_the_same_audit_in_any_order() -> None:
    rows = [domain_row(f"d{at}.example", authority=5.0) for at in range(9)]
    links = [link_row(id=str(at), source_domain=f"d{at}.example") for at in range(9)]
    assert audit(domains=rows, links=links) == audit(domains=rows[::-1], links=links[::-1])


def test_an_unusual_week_is_worth_a_look_and_names_its_links() -> None:
    numbers = {"count": 40.0, "expected": 2.0, "z": 19.123456, "by_chance": 1.2345e-30}
    days = {"from": date(2026, 3, 2), "to": date(2026, 3, 8)}
    burst = {"id": "burst", **days, "sentence": "40 domains came.", "numbers": numbers}
    cliff = {**burst, "id": "loss-cliff", "sentence": "40 domains went."}
    model = audit(pace={"rows": [burst, cliff], "unknown": 3})
    first, second = model["findings"]
    assert (first["level"], first["sentence"]) == ("look", "40 domains came.")
    assert first["filter"] == "first_seen:2026-03-02..2026-03-08"
    told = {"count": 40.0, "expected": 2.0, "z": 19.1, "by_chance": 1.23e-30}
    assert first["evidence"] == [{"from": "2026-03-02", "to": "2026-03-08", **told}]
    assert (second["sentence"], second["filter"]) == ("40 domains went.", None)
    assert any("When 3 sites first linked here" in each for each in model["unknowns"])
    assert not any("first linked here" in each for each in audit()["unknowns"])
