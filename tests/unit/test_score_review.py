"""Is what to look at put together by its cause, the worst for the owner first, and noise told once?"""

from typing import Any

import numpy as np

from backlit.report.audit import build_audit, noise_sentence
from backlit.report.document import audit_html
from backlit.report.queue import held_for
from backlit.score.batch import Batch
from backlit.score.review import CLUSTERS, clusters_of, flag, noise_of, quiet_anchors, review_of
from tests.unit.fakes import AS_OF, anchor_row, domain_row, link_row, noticed_row, overview_row
from tests.unit.test_score_crowd import batch

Row = dict[str, Any]


def reviewed(found: Batch, unnatural: dict[str, float], spam: dict[str, float] | None = None) -> Any:
    """The review of a batch whose domains have these readings; others read 1."""
    domains = found.links.text("source_domain").to_pylist()
    readings = [np.array([told.get(domain, 1.0) for domain in domains]) for told in (spam or {}, unnatural)]
    return (*review_of(found, *readings), noise_of(found, *readings), quiet_anchors(found, *readings))


def test_one_network_of_addresses_is_one_cluster_and_a_firm_that_hosts_others_is_none() -> None:
    ring = [
        {"source_domain": f"ring{at}.example", "source_ip": f"203.0.113.{at}", "anchor": f"cheap {at} loans"}
        for at in range(4)
    ]
    firm = [{"source_domain": f"firm{at}.example", "source_ip": f"198.51.100.{at}"} for at in range(9)]
    bad = {f"ring{at}.example": 90.0 for at in range(4)} | {f"firm{at}.example": 70.0 for at in range(3)}
    clusters, total, _, _ = reviewed(batch(*ring, *firm), bad)
    assert total == 2
    assert [(each["cluster"], each["links"]) for each in clusters] == [
        ("4 domains that answer from 203.0.113.0/24", 4),
        ("3 domains with the words “shop”", 3),
    ]
    assert clusters[0]["filter"] == "network:203.0.113.0/24 unnatural:>=60"


def test_the_same_words_of_several_are_one_cluster_and_one_site_is_its_own() -> None:
    same = [{"source_domain": f"s{at}.example", "anchor": "cheap loans"} for at in range(3)]
    alone = {"source_domain": "alone.example", "anchor": "buy tea", "hidden": 5, "authority": 80.0}
    bad = {f"s{at}.example": 95.0 for at in range(3)} | {"alone.example": 70.0}
    clusters, _, _, _ = reviewed(batch(*same, alone), bad)
    assert [each["cluster"] for each in clusters] == [
        "alone.example",
        "3 domains with the words “cheap loans”",
    ]
    told = clusters[0]["findings"][0]
    assert (told["id"], told["policy"], told["links"]) == ("off-screen-link", "LS-08", 1)
    assert clusters[0]["suggestion"].startswith("Open one of the pages and look for the link.")
    assert clusters[0]["examples"][0]["anchor"] == "buy tea"


def twice(domain: str, *anchors: str) -> list[Row]:
    """Links of one page to the same page, which have one id."""
    page = {"source_domain": domain, "source_key": f"{domain}/", "target_key": "t.example/"}
    return [page | {"anchor": anchor} for anchor in anchors]


def test_a_link_is_in_one_group_and_a_decision_on_it_leaves_the_others_as_they_were() -> None:
    rows = [row for at in range(4) for row in twice(f"a{at}.example", "cheap loans")]
    rows += [row for at in range(3) for row in twice(f"b{at}.example", "buy loans")]
    rows += twice("c.example", "buy loans", "cheap loans", "cheap loans")
    found = batch(*rows)
    unnatural = np.array([90.0] * 4 + [80.0] * 3 + [95.0, 70.0, 1.0])
    flagged = flag(found, np.ones(10), unnatural)
    whole, total = clusters_of(flagged)
    assert [(each["cluster"], each["links"], len(each["link_ids"])) for each in whole] == [
        ("4 domains with the words “buy loans”", 5, 4),
        ("4 domains with the words “cheap loans”", 4, 4),
    ]
    assert total == 2
    for group in whole:
        still_open = np.array([link not in group["link_ids"] for link in flagged.ids])
        left, _ = clusters_of(flagged, still_open)
        assert left == [each for each in whole if each["id"] != group["id"]]


def test_a_decision_on_a_site_with_links_in_other_groups_is_about_its_links() -> None:
    same = [{"source_domain": f"s{at}.example", "anchor": "cheap loans"} for at in range(3)]
    own = {"source_domain": "s0.example", "source_key": "s0.example/own", "anchor": "tea"}
    alone = [
        {"source_domain": "alone.example", "source_key": f"alone.example/{at}", "anchor": "x"}
        for at in (1, 2)
    ]
    found = batch(*same, own, *alone)
    clusters, _ = clusters_of(flag(found, np.ones(6), np.array([90.0, 90, 90, 90, 90, 1])))
    covered = {each["cluster"]: (len(each["member_links"]), each["covers"]) for each in clusters}
    assert covered == {
        "3 domains with the words “cheap loans”": (3, {"links": 3, "domains": 0, "more": 0}),
        "s0.example": (1, {"links": 1, "domains": 0, "more": 0}),
        "alone.example": (0, {"links": 2, "domains": 1, "more": 1}),
    }
    told = {each["cluster"]: held_for(each) for each in clusters}
    assert told["s0.example"] == ""
    assert told["alone.example"] == (
        "A decision holds for the whole domain: this link, 1 link that no check flagged, "
        "and those still to come."
    )


def test_noise_beside_a_flagged_link_of_its_page_is_decided_with_that() -> None:
    rows = [*twice("a.example", "cheap loans", "cheap loans"), *twice("b.example", "cheap loans")]
    found = noise_of(batch(*rows), np.array([90.0] * 3), np.array([90.0, 1, 1]))
    assert found is not None
    assert (found["links"], found["with_others"]) == (1, 1)
    assert noise_sentence(found).endswith(
        "so can you. 1 more reads so, on pages with a link to the same page in a group above: "
        "decided with that."
    )


def test_more_clusters_than_anybody_reads_are_counted() -> None:
    rows = [{"source_domain": f"d{at}.example", "anchor": f"words {at}"} for at in range(CLUSTERS + 5)]
    clusters, total, _, _ = reviewed(batch(*rows), {f"d{at}.example": 80.0 for at in range(CLUSTERS + 5)})
    assert (len(clusters), total) == (CLUSTERS, CLUSTERS + 5)


def test_what_speaks_for_a_cluster_is_told() -> None:
    trusted = {"source_domain": "wikipedia.org", "anchor": "cheap loans", "hidden": 5}
    ((cluster,), _, _, _) = reviewed(batch(trusted), {"wikipedia.org": 61.0})
    assert [each["id"] for each in cluster["in_favour"]] == ["well-known-site"]


def test_noise_is_one_row_and_its_words_are_no_reason_to_look() -> None:
    flood = [{"source_domain": f"c{at}.example", "anchor": "cheap loans", "placement": 7} for at in range(30)]
    friends = [{"source_domain": f"f{at}.example"} for at in range(5)]
    spam = {f"c{at}.example": 90.0 for at in range(30)}
    clusters, total, noise, quiet = reviewed(batch(*flood, *friends), {}, spam)
    assert (clusters, total, quiet) == ([], 0, {"cheap loans"})
    assert (noise["links"], noise["domains"], noise["kinds"]) == (30, 30, {"keyword-in-comment": 30})
    assert noise_sentence(noise) == (
        "30 links from 30 domains are noise: 30 left in comments. Search engines leave it out; so can you."
    )


def audit(review: Row | None, **overview: Any) -> Row:
    return build_audit(
        overview_row(**overview),
        [domain_row()],
        [anchor_row(anchor="cheap loans", domains=30)],
        [link_row()],
        noticed_row(),
        sources=["crawl-1.warc.gz"],
        sources_total=1,
        as_of=AS_OF,
        review=review,
    )


def test_on_pure_noise_there_is_nothing_to_do() -> None:
    noise = {"links": 30, "domains": 30, "kinds": {"keyword-in-comment": 30}, "filter": "spam:>=60"}
    quiet: Row = {"clusters": [], "clusters_total": 0, "quiet_anchors": {"cheap loans"}, "judged": 40}
    found = audit({**quiet, "noise": noise}, referring_domains=40)
    assert found["findings"] == []
    assert found["conclusion"] == "There is nothing to do. What is noise stays noise: ignore it."
    assert found["headline"][-1] == "Nothing here asks for action."
    page = audit_html(found)
    assert "Noise to ignore" in page
    assert "Look at these first" not in page


def test_clusters_are_worth_a_look_and_escaped() -> None:
    row = {"source_domain": "bad.example", "anchor": "<script>cheap loans", "hidden": 5, "authority": 50.0}
    clusters, total, noise, quiet = reviewed(batch(row), {"bad.example": 90.0})
    told = {
        "clusters": clusters,
        "clusters_total": total,
        "noise": noise,
        "quiet_anchors": quiet,
        "judged": 1,
    }
    found = audit(told)
    assert found["headline"][-1] == "1 thing below is worth a look."
    page = audit_html(found)
    assert "Look at these first" in page
    assert "&lt;script&gt;cheap loans" in page
    assert "<script>cheap" not in page
    assert "disavow" not in page.lower()


def test_a_network_is_drawn() -> None:
    row = {"source_domain": "bad.example", "anchor": "cheap loans"}
    clusters, total, noise, _ = reviewed(batch(row), {"bad.example": 90.0})
    assert [each["graph"] for each in clusters] == [None]
    graph = {"domains": ["bad.example", "<b>.example"], "edges": [["bad.example", "shop.example"]]}
    told = [{**clusters[0], "graph": graph}]
    page = audit_html(audit({"clusters": told, "clusters_total": total, "noise": noise, "judged": 1}))
    assert "<desc>2 domains around shop.example: bad.example, &lt;b&gt;.example</desc>" in page
    assert page.count("<figure><svg") == page.count("around shop.example")
