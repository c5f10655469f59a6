"""Are networks found in an index as they are on paper, and does their picture show them?"""

import re
from pathlib import Path
from xml.dom.minidom import parseString

import pytest

from backlit import app
from backlit.report.graphs import cluster_picture
from backlit.score.networks.reading import Found, networks_in
from backlit.vweb import VirtualWeb
from tests.unit.looks import Look, commit


@pytest.fixture(scope="module")
def web() -> VirtualWeb:
    return VirtualWeb(seed=31, pages=2_000)


@pytest.fixture(scope="module")
def session(web: VirtualWeb, tmp_path_factory: pytest.TempPathFactory) -> app.Session:
    folder = tmp_path_factory.mktemp("networks")
    web.write_warc(folder / "crawl.warc.gz", 0)
    web.write_seeds(folder / "seeds.txt")
    app.ingest(folder / "home", [str(folder / "crawl.warc.gz")], workers=1, upkeep=False)
    app.rank(folder / "home", seeds=folder / "seeds.txt")
    return app.open_session(folder / "home")


def found_in(session: app.Session, target: str) -> Found:
    return networks_in(session.profile(target))


def test_the_networks_of_an_index_are_those_of_the_web(session: app.Session, web: VirtualWeb) -> None:
    for network, target in enumerate(("cheap-loans-now.example", web.target.domain)):
        found = found_in(session, target)
        owned = {site.domain for site in web.sites() if site.owner == f"network-{network}"}
        clusters = [each for each in found.clusters.found if each.kind == "network"]
        assert [{found.names[member] for member in each.members} for each in clusters] == [owned]
        told = {each.id: each for each in clusters[0].evidence}
        assert told["tracker"].sentence == f"8 domains have the same tracker: UA-{77000 + network}-1."
        assert {"network", "unsupported", "few-targets"} <= set(told)
        assert found.clusters.unknown == ()


def test_facts_have_a_row_for_each_referring_domain(session: app.Session, web: VirtualWeb) -> None:
    profile = session.profile(web.target.domain)
    rows = {row["domain"]: row for row in networks_in(profile).facts().to_pylist()}
    assert len(rows) == profile.overview()["referring_domains"]
    members = {site.domain for site in web.sites() if site.owner == "network-1"}
    assert {name for name, row in rows.items() if row["network"] is not None} == members
    caught = rows[min(members)]
    assert (caught["network"], caught["network_domains"], caught["tracker_domains"]) == (0, 8, 8)
    assert caught["network_strength"] > 0.95
    other = next(row for name, row in rows.items() if name not in members)
    assert (other["network"], other["network_domains"], other["network_strength"]) == (None, None, None)
    linked = {row["domain"] for row in rows.values() if row["links_back"]}
    assert linked
    assert linked <= {site.domain for site in web.sites()}


def test_copies_of_one_page_are_found_and_sub_sites_are_no_owner(tmp_path: Path) -> None:
    link = (("https://shop.test/", "The finest garden chairs"),)
    pages = [f"https://{name}/2026/garden-chairs.html" for name in ("a.test", "b.test", "c.test", "d.test")]
    commit(tmp_path, "one", [Look(page, 1, link) for page in pages])
    found = networks_in(app.open_session(tmp_path).profile("shop.test"))
    assert found.clusters.found == ()  # these looks know no titles
    assert [told.partition(":")[0] for told in found.clusters.unknown] == [
        "trackers are not known",
        "addresses are not known",
        "trust is not known",
    ]


def test_nothing_links_here(session: app.Session) -> None:
    found = found_in(session, "nobody.example")
    assert (found.clusters.found, found.facts().num_rows) == ((), 0)


def test_the_picture_shows_members_and_links_and_is_told_in_words() -> None:
    members = [f"m{at}.test" for at in range(30)]
    edges = [(name, "shop.test") for name in members] + [
        (members[0], members[1]),
        (members[0], "casino.test"),
    ]
    picture = cluster_picture("Network 1", members, edges, "shop.test")
    parseString(picture)  # noqa: S318 - our own markup, which must be well formed
    assert picture.count("<circle") == 24 + 1 + 1  # members that fit, the target, what they share
    assert picture.count("<line") == 24 + 2
    assert "<desc>30 domains around shop.test: m0.test, m1.test" in picture
    assert "and 6 more" in picture
    assert "style" not in picture


def test_the_picture_escapes_what_strangers_write() -> None:
    name = '"><script>alert(1)</script>\u202e'
    picture = cluster_picture(name, [name], [(name, "shop.test")], "shop.test")
    parseString(picture)  # noqa: S318 - as above
    assert not re.search(r"<script|\u202e", picture)
