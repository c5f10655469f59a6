"""Are domains of one hand found, on evidence that holds, and is nobody else called a network?"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import networkx as nx
import numpy as np
import pytest
import scipy.stats

from backlit.errors import GraphError
from backlit.score.networks import Cluster, Clusters, Footprint, Material, networks_of
from backlit.score.networks.mutual import _core_numbers, _csr, dense_groups, mutual_pairs
from backlit.score.networks.rarity import by_chance, shared_hosting
from backlit.score.networks.shared_targets import communities, labelled
from tests.unit.webs import web_of

Pairs = Sequence[tuple[int, int]]
TARGET = 0


def ids(values: Sequence[int]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array(values, np.int64)


def material(n: int, links: Pairs, **more: Any) -> Material:
    src, dst = (ids([pair[end] for pair in links]) for end in (0, 1))
    names = ["shop.test", *(f"d{at}.test" for at in range(1, n))]
    among = np.unique(src[dst == TARGET])
    return Material(names, src, dst, among, TARGET, **more)


def street(n: int = 400, friends: int = 60) -> tuple[list[tuple[int, int]], dict[str, Any]]:
    """Domains 1 to 8 answer from one network, link to the target with words that sell, to few others, and
    nobody vouches for them; domains 9 to `friends` link to the target too, and to many."""
    rng = np.random.default_rng(2)
    links = [(at, TARGET) for at in range(1, friends)]
    links += [(at, int(other)) for at in range(1, 9) for other in rng.choice(range(100, n), 2)]
    links += [(at, int(other)) for at in range(9, friends) for other in rng.choice(range(100, n), 25)]
    votes = rng.integers(1, 30, n)
    votes[1:9] = 0
    network = [f"198.51.{at}.0/24" if at not in range(1, 9) else "192.0.2.0/24" for at in range(n)]
    footprints = {"network": Footprint(np.arange(n), network)}
    words = {
        at: ("cheap chairs", "buy chairs", "chairs for sale")[at % 3] if at < 9 else "here"
        for at in range(1, friends)
    }
    return links, {"in_degree": votes, "footprints": footprints, "words": words}


def kinds(found: Clusters) -> list[tuple[str, tuple[int, ...]]]:
    return [(cluster.kind, cluster.members) for cluster in found.found]


# networks --------------------------------------------------------------------


def test_a_network_is_found_with_what_speaks_for_it() -> None:
    links, more = street()
    made = material(400, links, **more)
    found = networks_of(made)
    assert kinds(found) == [("network", tuple(range(1, 9)))]
    [cluster] = found.found
    row = cluster.row(made.names)
    assert (row["domains"][0], row["confidence"]) == ("d1.test", 0.873)
    assert [(each["id"], each["numbers"]["domains"]) for each in row["evidence"]] == [
        ("network", 8),
        ("unsupported", 8),
        ("sells", 8),
        ("few-targets", 8),
    ]
    assert row["evidence"][0]["sentence"] == "8 domains answer from the same network: 192.0.2.0/24."
    assert row["evidence"][0]["numbers"]["by_chance"] < 1e-4
    assert found.cluster_of[:10].tolist() == [-1, 0, 0, 0, 0, 0, 0, 0, 0, -1]
    assert found.owners(made.names)["d8.test"] == "cluster:d1.test"
    assert {pair for pair in cluster.edges if pair[1] == TARGET} == {(at, TARGET) for at in range(1, 9)}


def test_one_network_alone_says_nothing() -> None:
    """The same domains on one network, which others vouch for and which lead to many."""
    links, more = street()
    links += [(at, other) for at in range(1, 9) for other in range(120, 140)]
    votes = more["in_degree"].copy()
    votes[1:9] = 5
    assert kinds(networks_of(material(400, links, **(more | {"in_degree": votes})))) == []


def test_where_nobody_has_votes_having_none_is_no_sign() -> None:
    links, more = street()
    assert kinds(networks_of(material(400, links, **(more | {"in_degree": np.zeros(400, np.int64)})))) == []


def test_an_agency_that_all_its_clients_credit_is_no_customer_of_a_network() -> None:
    links, more = street()
    template = np.array([dst == TARGET for _, dst in links])
    assert kinds(networks_of(material(400, links, template=template, **more))) == []


def test_who_is_trusted_most_is_in_no_network() -> None:
    links, more = street()
    trust = np.full(400, 0.001)
    trust[1:9] = 0.5
    assert kinds(networks_of(material(400, links, trust=trust, **more))) == []


def test_neighbours_who_call_the_target_by_its_name_are_no_network() -> None:
    """A town's sites on the town's host, which link to the town's club."""
    links, more = street()
    words = {at: "The Shop, in our street" if at < 4 else "read more" for at in range(1, 9)}
    assert kinds(networks_of(material(400, links, **(more | {"words": words})))) == []
    words = {at: "https://shop.test/" if at < 3 else "cheap chairs" for at in range(1, 9)}
    found = kinds(networks_of(material(400, links, **(more | {"words": words}))))
    assert found == [("network", (3, 4, 5, 6, 7, 8))]  # two who mean it stay out


def test_obscure_neighbours_are_no_network_for_being_obscure() -> None:
    links, more = street()
    words = {at: f"what we did in week {at}" for at in range(1, 9)}
    assert kinds(networks_of(material(400, links, **(more | {"words": words})))) == []


def test_a_street_of_empty_houses_is_odd_only_where_several_link_here() -> None:
    """Forty obscure sites on one cheap host, of which as many link here as of any other forty domains."""
    links, more = street()
    votes = more["in_degree"].copy()
    votes[[*range(1, 9), *range(300, 332)]] = 0
    network = [
        f"198.51.{at}.0/24" if at not in (*range(1, 4), *range(300, 337)) else "192.0.2.0/24"
        for at in range(400)
    ]
    more |= {"in_degree": votes, "footprints": {"network": Footprint(np.arange(400), network)}}
    assert kinds(networks_of(material(400, links, **more))) == []


def test_a_host_of_thousands_is_nobodys_network() -> None:
    links, more = street(2_000)
    many = ["192.0.2.0/24" if at < 600 else f"198.51.{at}.0/24" for at in range(2_000)]
    more["footprints"] = {"network": Footprint(np.arange(2_000), many)}
    assert kinds(networks_of(material(2_000, links, **more))) == []


def test_one_tracker_is_one_owner_and_no_fault() -> None:
    links = [(at, TARGET) for at in range(1, 30)] + [(at, 30 + at) for at in range(1, 30)]
    tracker = Footprint(
        ids(range(1, 30)), ["UA-1" if at < 4 else f"UA-{at}" for at in range(1, 30)], owned=True
    )
    made = material(60, links, in_degree=np.full(60, 3), footprints={"tracker": tracker})
    assert kinds(networks_of(made)) == [("owner", (1, 2, 3))]
    assert networks_of(made).owners(made.names) == {f"d{at}.test": "cluster:d1.test" for at in (1, 2, 3)}


def test_copies_of_one_page_are_mirrors() -> None:
    links = [(at, TARGET) for at in range(1, 30)]
    copies = Footprint(ids([5, 6, 7, 8]), ["Cheap chairs / The best chairs / chairs.html"] * 4, owned=True)
    found = networks_of(material(60, links, in_degree=np.full(60, 3), footprints={"mirror": copies}))
    assert kinds(found) == [("mirror", (5, 6, 7, 8))]
    assert found.owners(["x"] * 60) == {}  # copies vote for one text, and are not one owner's


# graphs ----------------------------------------------------------------------


def farm(members: Sequence[int]) -> list[tuple[int, int]]:
    return [(a, b) for a in members for b in members if a != b]


def test_a_farm_is_dense_and_nobody_outside_vouches_for_it() -> None:
    links = [(at, TARGET) for at in range(1, 40)] + farm(range(1, 8))
    links += [(at, other) for at in range(8, 40) for other in range(100, 130)]
    votes = np.full(200, 9)
    votes[1:8] = 6  # each other's
    found = networks_of(material(200, links, in_degree=votes))
    assert kinds(found) == [("farm", (1, 2, 3, 4, 5, 6, 7))]
    assert found.found[0].evidence[0].sentence == "100% of the pairs among 7 domains link to each other."
    votes[1:8] = 12
    assert kinds(networks_of(material(200, links, in_degree=votes))) == []


def test_friends_who_link_to_each_other_are_no_exchange() -> None:
    links = [(at, TARGET) for at in range(1, 20)] + [(TARGET, at) for at in range(1, 20)]
    template = np.zeros(len(links), np.bool_)
    assert kinds(networks_of(material(20, links, template=template, in_degree=np.full(20, 3)))) == []
    template[[2, 21]] = True  # the third in both directions
    found = networks_of(material(20, links, template=template, in_degree=np.full(20, 3)))
    assert kinds(found) == [("exchange", (3,))]
    assert found.found[0].confidence == 0.5


def test_a_circle_of_three_needs_one_hand() -> None:
    links = [(at, TARGET) for at in range(1, 20)] + [(TARGET, 20), (20, 1), (20, 2)]
    tracker = {"tracker": Footprint(ids([1, 2, 20, 21]), ["UA-9"] * 4, owned=True)}
    made = material(30, links, in_degree=np.full(30, 3))
    assert kinds(networks_of(made)) == []
    among = ids([*range(1, 20), 20, 21])
    made = Material(made.names, made.src, made.dst, among, TARGET, np.full(30, 3), footprints=tracker)
    assert ("exchange", (1, 2)) in kinds(networks_of(made))


def test_places_that_only_they_lead_to_join_domains() -> None:
    own = [(at, other) for at in range(1, 7) for other in range(100, 106)]
    well_known = [(at, other) for at in range(1, 60) for other in range(60, 70)]
    links = [(at, TARGET) for at in range(1, 60)] + own + well_known
    votes = np.full(400, 900)
    votes[100:106] = 6
    found = communities(material(400, links, in_degree=votes), 3)
    assert found == [frozenset(range(1, 7))]


def test_labels_part_two_groups_with_one_link_between() -> None:
    pairs = farm(range(5)) + farm(range(5, 10)) + [(4, 5)]
    a, b = (ids([pair[end] for pair in pairs if pair[0] < pair[1]]) for end in (0, 1))
    label = labelled(10, a, b, np.ones(len(a))).tolist()
    assert (len(set(label[:5])), len(set(label[5:])), len(set(label))) == (1, 1, 2)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_cores_are_those_of_networkx(seed: int) -> None:
    graph = nx.gnm_random_graph(60, 240, seed=seed)
    a, b = (ids([pair[end] for pair in graph.edges]) for end in (0, 1))
    core = _core_numbers(*_csr(60, a, b))
    assert core.tolist() == [nx.core_number(graph)[node] for node in range(60)]


def test_a_dense_group_is_found_within_a_loose_one() -> None:
    ring = [(at, at % 39 + 1) for at in range(1, 40)]
    links = [*((at, TARGET) for at in range(1, 40)), *ring, *((b, a) for a, b in ring), *farm(range(10, 17))]
    made = material(40, links)
    assert dense_groups(made) == [(frozenset(range(10, 17)), 1.0)]
    assert len(mutual_pairs(made)[0]) == 39 + 21 - 6


# chance ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("population", "marked", "drawn"), [(50, 8, 20), (600, 300, 9), (10, 10, 4), (7, 2, 7)]
)
def test_chance_is_the_hypergeometric_tail(population: int, marked: int, drawn: int) -> None:
    for found in range(min(marked, drawn) + 1):
        exact = scipy.stats.hypergeom.sf(found - 1, population, marked, drawn)
        assert by_chance(population, marked, drawn, found) == pytest.approx(exact, rel=1e-9, abs=1e-15)


def test_addresses_of_shared_hosting() -> None:
    shared = ["104.16.0.1", "151.101.1.1", "185.199.108.153", "192.0.2.1", "2606:4700::1", "999.1.1.1", ""]
    assert shared_hosting(shared).tolist() == [True, True, True, False, False, False, False]


@pytest.mark.parametrize(
    "broken", [{"src": ids([9])}, {"dst": ids([-1])}, {"among": ids([3])}, {"src": ids([])}]
)
def test_ids_that_no_domain_has_are_refused(broken: dict[str, Any]) -> None:
    good: dict[str, Any] = {"names": ["a", "b", "c"], "src": ids([1]), "dst": ids([0]), "among": ids([1])}
    with pytest.raises(GraphError, match="look for networks"):
        Material(**(good | broken))


def test_nothing_is_found_in_nothing() -> None:
    found = networks_of(Material([], ids([]), ids([]), ids([])))
    assert (found.found, found.cluster_of.tolist()) == ((), [])
    assert [told.partition(":")[0] for told in found.unknown] == [
        "trackers are not known",
        "addresses are not known",
        "placements are not known",
        "trust is not known",
    ]


# virtual webs ----------------------------------------------------------------

EDITORIAL = {"topical", "blog_host", "code_host", "forum", "target", "rival", "social"}


def judged(seed: int, pages: int, known: Sequence[str]) -> Counter[str]:
    """Of each customer of networks and of everybody else what was found and missed."""
    web, count = web_of(seed, pages), Counter[str]()
    editorial: set[int] = set()
    caught: set[int] = set()
    for target in web.targets(10):
        made = web.material(target, known)
        found = networks_of(made)
        flagged = members(found, "network", "farm")
        paid = [at for at in made.among.tolist() if "pbn" in web.labels[at, target]]
        sizes = Counter(web.sites[web.names[at]].owner for at in paid)
        truth = {at for at in paid if sizes[web.sites[web.names[at]].owner] >= 3}
        count["right"] += len(flagged & truth)
        count["missed"] += len(truth - flagged)
        count["wrong"] += sum(web.kind(at) != "pbn" for at in flagged)
        swapped = members(found, "exchange")
        both = {at for at in made.among.tolist() if "exchange" in web.labels[at, target]}
        both = {at for at in both if "exchange" in web.labels.get((target, at), ())}
        count["swapped"] += len(swapped & both)
        count["not swapped"] += len(swapped - both)
        count["swapped unseen"] += len(both - swapped)
        editorial |= {at for at in made.among.tolist() if web.kind(at) in EDITORIAL}
        caught |= members(found, "network", "farm", "mirror", "owner") & editorial
    return count + Counter({"editorial": len(editorial), "editorial caught": len(caught)})


def members(found: Clusters, *kinds: str) -> set[int]:
    clusters: list[Cluster] = [each for each in found.found if each.kind in kinds]
    return {member for cluster in clusters for member in cluster.members}


@pytest.mark.parametrize("known", [("network",), ("tracker",), ("network", "tracker")], ids="+".join)
@pytest.mark.parametrize(
    ("seed", "pages"),
    [
        *((seed, 3_000) for seed in (21, 22)),
        *(pytest.param(seed, 12_000, marks=pytest.mark.slow) for seed in (23, 24, 25)),
    ],
)
def test_networks_of_webs_that_nothing_was_fitted_on(seed: int, pages: int, known: Sequence[str]) -> None:
    count = judged(seed, pages, known)
    found = count["right"] + count["wrong"]
    assert count["right"] >= 0.95 * found > 0
    assert count["right"] >= 0.85 * (count["right"] + count["missed"])
    assert count["editorial caught"] <= 0.01 * count["editorial"]
    assert count["swapped"] >= 0.85 * (count["swapped"] + count["not swapped"])
    assert count["swapped"] >= 0.9 * (count["swapped"] + count["swapped unseen"])


def test_without_footprints_nothing_is_made_up() -> None:
    count = judged(21, 3_000, ())
    assert (count["wrong"], count["editorial caught"]) == (0, 0)


def town(rng: np.random.Generator, target_size: int, web: dict[str, Any]) -> Material:
    """A club of a town: two referring domains in three live there, many of them on the town's cheap host."""
    n, votes, city = len(web["names"]), web["votes"], web["city"]
    local = np.flatnonzero(city == rng.integers(0, 300))
    some = rng.choice(local, min(len(local), int(target_size * 0.7)), replace=False)
    among = np.unique(np.concatenate([some, rng.integers(1, n, int(target_size * 0.3))]))
    among = among[among > 0]
    out = np.where(votes[among] == 0, 3 + 3 * rng.pareto(1.2, len(among)), 2 + 10 * rng.pareto(1, len(among)))
    out = np.minimum(out.astype(np.int64), 200)
    src, dst = np.repeat(among, out), rng.integers(1, n, int(out.sum()))
    said = (
        "garden tips",
        "our club",
        "read more",
        "here",
        "roses",
        "garden show",
        "gardenclub",
        "Garden Club",
    )
    return Material(
        web["names"],
        np.concatenate([src, among]),
        np.concatenate([dst, np.zeros(len(among), np.int64)]),
        among,
        0,
        in_degree=votes,
        template=np.zeros(len(src) + len(among), np.bool_),
        words={int(at): said[int(rng.integers(0, len(said)))] for at in among},
        footprints={"network": web["networks"]},
    )


def towns(rng: np.random.Generator, n: int = 20_000, hosts: int = 4_000) -> dict[str, Any]:
    """A web in which three domains in five have no votes, those of cheap hosts above all."""
    size, cheap, home = rng.pareto(1.1, hosts) + 1, rng.beta(2, 2, hosts), rng.integers(0, 300, hosts)
    host = rng.choice(hosts, n, p=size / size.sum())
    obscure = rng.random(n) < np.clip(1.15 * cheap[host], 0, 0.98)
    return {
        "names": ["gardenclub.test", *(f"d{at}.test" for at in range(1, n))],
        "votes": np.where(obscure, 0, 1 + 3 * rng.pareto(1, n)).astype(np.int64),
        "city": np.where(rng.random(n) < 0.35, home[host], rng.integers(0, 300, n)),
        "networks": Footprint(np.arange(n), [f"10.{at // 250}.{at % 250}.0/24" for at in host]),
    }


@pytest.mark.parametrize(
    ("seed", "clubs"), [(8, 25), *(pytest.param(seed, 150, marks=pytest.mark.slow) for seed in (9, 10))]
)
def test_neighbours_on_the_cheap_host_of_their_town_are_no_network(seed: int, clubs: int) -> None:
    rng = np.random.default_rng(seed)
    web, caught, judged_ones = towns(rng), 0, 0
    for _ in range(clubs):
        made = town(rng, int(rng.integers(20, 400)), web)
        caught += len(members(networks_of(made), "network", "farm", "mirror"))
        judged_ones += len(made.among)
    assert caught <= 0.01 * judged_ones
